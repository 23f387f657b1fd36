import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from lstm_core import CharLSTM, load_hamlet
from lstm_core.__main__ import main

TEXT = "schöne Grüße — to be, or not to be.\n" * 4


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.txt").write_text(TEXT, encoding="utf-8", newline="")
    return tmp_path


def train(*more):
    small = "--hidden-size 6 --updates 8 --window 9 --batch-size 3 --quiet"
    return main(["train", "text.txt", "--out", "m.npz", *small.split(), *more])


def test_train_then_sample_then_evaluate(folder, capsys):
    assert train("--seed", "3", "--lr", "0.1", "--forget-bias", "2") == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == f"text: {len(TEXT)} characters, {len(set(TEXT))} distinct"
    assert out[1] == "updates: 8 of 8"
    assert out[2].startswith("loss: ")
    assert out[3] == "saved: m.npz"
    model = CharLSTM.load("m.npz")
    assert model.hidden_size == 6
    assert model.run.settings.lr == 0.1

    options = {"temperature": 0.8, "top_k": 5, "top_p": 0.9, "seed": 2}
    words = "sample m.npz --length 30 --temperature 0.8 --top-k 5 --top-p 0.9 --seed 2"
    assert main([*words.split(), "--prompt", "to be"]) == 0
    assert capsys.readouterr().out == model.generate("to be", 30, **options) + "\n"

    assert main(["evaluate", "m.npz", "text.txt"]) == 0
    result = model.evaluate(TEXT)
    assert capsys.readouterr().out.splitlines() == [
        f"nats per character: {result.nats_per_char:.3f}",
        f"bits per character: {result.bits_per_char:.3f}",
        f"perplexity: {result.perplexity:.3f}",
        f"accuracy: {result.accuracy:.3f}",
    ]


def test_hamlet_is_the_default_text(folder, capsys):
    assert main(["train", "--out", "m.npz", "--updates", "1", "--quiet"]) == 0
    assert CharLSTM.load("m.npz").vocabulary.chars == "".join(
        sorted(set(load_hamlet()))
    )
    assert main(["evaluate", "m.npz", "hamlet"]) == 0


def test_the_bar_goes_to_stderr(folder, capsys):
    words = "train text.txt --out m.npz --updates 2 --hidden-size 4"
    assert main(words.split()) == 0
    captured = capsys.readouterr()
    assert "2/2" in captured.err
    assert "2/2" not in captured.out


def test_a_byte_order_mark_is_no_character_and_line_ends_stay(folder):
    (folder / "text.txt").write_bytes(b"\xef\xbb\xbfab\r\nab\r\n")
    assert train() == 0
    assert CharLSTM.load("m.npz").vocabulary.chars == "\n\rab"


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
def test_ctrl_c_saves_and_resume_ends_where_an_unbroken_run_does(folder):
    words = "train text.txt --hidden-size 6 --updates 800 --window 9 --batch-size 3"
    command = [sys.executable, "-m", "lstm_core", *words.split()]
    process = subprocess.Popen(
        [*command, "--checkpoint-every", "20", "--out", "m.npz"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    while not (folder / "m.npz").exists():
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"go on with --resume" in stderr
    assert b"Traceback" not in stderr
    assert 0 < len(CharLSTM.load("m.npz").run.history) < 800
    assert main(["train", "text.txt", "--out", "m.npz", "--resume", "--quiet"]) == 0
    assert main([*words.split(), "--out", "whole.npz", "--quiet"]) == 0
    resumed, whole = CharLSTM.load("m.npz"), CharLSTM.load("whole.npz")
    for name in whole.params:
        np.testing.assert_array_equal(resumed.params[name], whole.params[name])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("train none.txt --out m.npz", "No such file or directory: 'none.txt'"),
        ("train bytes.txt --out m.npz", "bytes.txt: wanted UTF-8 text, got"),
        ("train empty.txt --out m.npz", "text: wanted at least 1 character, got 0"),
        ("train one.txt --out m.npz", "text: wanted at least 2 characters, got 1"),
        ("train --out none/m.npz", "--out: wanted a folder that exists, got none"),
        ("train --out m.npz --updates 0", "updates: wanted a whole number >= 1"),
        ("train --out m.npz --lr nan", "lr: wanted a number in [0, inf), got nan"),
        ("train --out m.npz --hidden-size 0", "hidden_size: wanted a whole number"),
        ("train --out m.npz --seed -1", "seed: wanted a whole number >= 0, got -1"),
        ("train --out m.npz --resume", "No such file or directory"),
        ("sample none.npz --prompt a", "No such file or directory"),
        ("sample text.txt --prompt a", "text.txt: wanted a CharLSTM checkpoint, got"),
        ("sample good.npz --prompt X", "prompt: wanted only the characters"),
        ("sample good.npz --prompt t --temperature -1", "temperature: wanted a number"),
        ("sample good.npz --prompt t --top-k 0", "top_k: wanted a whole number >= 1"),
        ("sample good.npz --prompt t --top-p 2", "top_p: wanted a number in (0, 1]"),
        ("sample good.npz --prompt t --length -1", "length: wanted a whole number"),
        ("evaluate good.npz one.txt", "text: wanted at least 2 characters, got 1"),
        ("evaluate good.npz bytes.txt", "bytes.txt: wanted UTF-8 text, got"),
        ("train other.txt --out good.npz --resume", "resume: wanted an unfinished"),
    ],
)
def test_bad_input_is_one_line_and_status_2(folder, capsys, words, message):
    (folder / "bytes.txt").write_bytes(b"\xff\xfe\x00")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "one.txt").write_text("t")
    (folder / "other.txt").write_text("to be")
    train()
    (folder / "m.npz").rename(folder / "good.npz")
    before = (folder / "good.npz").read_bytes()
    capsys.readouterr()
    assert main([*words.split(), *(["--quiet"] if "train" in words else [])]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert captured.err.startswith(f"lstm_core {words.split()[0]}: ")
    assert message in captured.err
    assert not (folder / "m.npz").exists()
    assert not list(folder.glob("*.tmp"))
    assert (folder / "good.npz").read_bytes() == before


@pytest.mark.parametrize("words", [["--help"], ["train", "--help"], ["sample", "-h"]])
def test_help_teaches(capsys, words):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 0
    assert len(capsys.readouterr().out.splitlines()) > 8


def test_no_command_is_bad_input(capsys):
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
