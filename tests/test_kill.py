"""Training that is killed again and again loses nothing but time."""

import os
import random
import subprocess
import sys
import time
from itertools import count

import numpy as np
import pytest

from lstm_core import CharLSTM
from lstm_core.__main__ import main

ROUNDS = int(os.environ.get("KILL_ROUNDS", "4"))
TEXT = "to be, or not to be: that is the question. " * 4
RUN = "train text.txt --out {} --hidden-size 24 --checkpoint-every 1 --quiet"
UPDATES = 200 * ROUNDS


def start(words):
    """Start a training run that says when its first checkpoint is due."""
    command = [sys.executable, "-m", "lstm_core", *words.split()]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def wait_for_progress(path, process):
    """Wait until the checkpoint has changed, or the process has ended."""
    before = path.stat().st_mtime_ns if path.exists() else None
    while process.poll() is None:
        if path.exists() and path.stat().st_mtime_ns != before:
            return
        time.sleep(0.002)


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_killed_runs_end_where_an_unbroken_one_does(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.txt").write_text(TEXT)
    path, dice = tmp_path / "m.npz", random.Random(1)
    words = RUN.format("m.npz") + f" --updates {UPDATES}"
    done = []
    for round_ in count():
        process = start(words + " --resume" if round_ else words)
        wait_for_progress(path, process)
        if round_ < ROUNDS:
            try:  # at any moment of an update or of a save
                process.wait(dice.uniform(0, 0.15))
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait()
        model = CharLSTM.load(path)
        done.append(len(model.run.history))
        if model.run.finished:
            break
        assert round_ < ROUNDS, "not killed, and yet not finished"
    assert len(done) == ROUNDS + 1, "finished before it was killed often enough"
    assert done == sorted(done), "progress was lost"
    assert main([*(RUN.format("whole.npz")).split(), "--updates", str(UPDATES)]) == 0
    whole = CharLSTM.load("whole.npz")
    assert model.run.history == whole.run.history
    for name, array in whole.params.items():
        np.testing.assert_array_equal(model.params[name], array)
