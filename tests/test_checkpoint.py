import json
import os
import pickle
import stat

import numpy as np
import pytest
from test_model import TEXT, interrupt_at, quick, same, small

from lstm_core import CharLSTM, checkpoint


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The arrays of a checkpoint in the middle of a run."""
    model = small()
    quick(model, callback=interrupt_at(5))
    path = tmp_path_factory.mktemp("saved") / "m.npz"
    model.save(path)
    with np.load(path) as data:
        return dict(data)


def write(path, arrays, **meta):
    """Write a checkpoint with its arrays or its description changed."""
    described = json.loads(str(arrays["meta"])) | meta
    np.savez(path, **{**arrays, "meta": json.dumps(described)})


def test_a_model_comes_back_as_it_was(tmp_path, hamlet, trained):
    trained.save(tmp_path / "any name")  # exactly this name, no .npz added
    again = CharLSTM.load(tmp_path / "any name")
    assert os.listdir(tmp_path) == ["any name"]
    assert same(trained, again)
    assert again.vocabulary == trained.vocabulary
    assert again.hidden_size == trained.hidden_size
    assert again.evaluate(hamlet) == trained.evaluate(hamlet)
    assert again.run.finished


def test_an_untrained_model_comes_back_untrained(tmp_path):
    model = small()
    model.save(tmp_path / "m.npz")
    again = CharLSTM.load(tmp_path / "m.npz")
    assert same(model, again)
    assert again.run is None


def test_a_run_that_has_not_begun_comes_back(tmp_path):
    model, whole = small(), small()
    model.loss_and_grads = lambda *a, **k: (_ for _ in ()).throw(KeyboardInterrupt)
    history = quick(model)
    assert history.interrupted
    assert len(history) == 0
    del model.loss_and_grads
    model.save(tmp_path / "m.npz")
    again = CharLSTM.load(tmp_path / "m.npz")
    again.resume(TEXT, progress=False)
    quick(whole)
    assert same(again, whole)


def test_saving_over_a_link_keeps_the_link(tmp_path):
    (tmp_path / "real.npz").write_bytes(b"old")
    (tmp_path / "link.npz").symlink_to(tmp_path / "real.npz")
    small().save(tmp_path / "link.npz")
    assert (tmp_path / "link.npz").is_symlink()
    assert same(CharLSTM.load(tmp_path / "real.npz"), small())


def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "m.npz"
    small(seed=1).save(path)
    before = path.read_bytes()

    def broken(file, **arrays):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint.np, "savez", broken)
    with pytest.raises(KeyboardInterrupt):
        small(seed=2).save(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["m.npz"]


def test_every_truncation_is_refused(tmp_path):
    path = tmp_path / "m.npz"
    small().save(path)
    whole = path.read_bytes()
    for size in [*range(0, len(whole), len(whole) // 40), len(whole) - 1]:
        path.write_bytes(whole[:size])
        with pytest.raises(ValueError, match="wanted a CharLSTM checkpoint"):
            CharLSTM.load(path)


def test_flipped_bytes_never_load_as_another_model(tmp_path):
    path = tmp_path / "m.npz"
    small().save(path)
    whole = path.read_bytes()
    for at in range(0, len(whole), len(whole) // 60):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            again = CharLSTM.load(path)
        except ValueError:
            continue
        assert same(again, small())


class Malice:
    """Runs code when unpickled."""

    def __reduce__(self):
        return os.mkdir, ("malice-was-here",)


@pytest.mark.parametrize("kind", ["pickle", "object array", "npy", "zip", "text"])
def test_foreign_and_malicious_files_are_refused(tmp_path, monkeypatch, kind, saved):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "m.npz"
    if kind == "pickle":
        path.write_bytes(pickle.dumps(Malice()))
    elif kind == "object array":
        write(path, {**saved, "params/bias": np.array([Malice()], object)})
    elif kind == "npy":
        with open(path, "wb") as file:
            np.save(file, np.ones(3))
    elif kind == "zip":
        np.savez(path, something=np.ones(3))
    else:
        path.write_text("to be, or not to be")
    with pytest.raises(ValueError, match=r"m\.npz: wanted a CharLSTM checkpoint, got"):
        CharLSTM.load(path)
    assert not (tmp_path / "malice-was-here").exists()


BAD_ARRAYS = {
    "params/bias": [np.zeros(4), np.full(32, np.nan), np.zeros(32, int)],
    "params/weight_hh": [np.zeros((32, 9)), np.zeros((32, 8), "f4")],
    "params/weight_ih": [np.zeros((32, 3))],
    "params/weight_hy": [np.zeros((3, 8))],
    "params/bias_y": [np.zeros((15, 1))],
    "params/more": [np.zeros(1)],
    "run/position": [np.array([0, 1, 999]), np.zeros(2, int), np.zeros(3)],
    "run/fresh": [np.zeros(3), np.zeros(2, bool)],
    "run/state": [np.zeros((2, 3, 9)), np.zeros((2, 3, 8), "f4")],
    "run/loss": [np.zeros(4), np.zeros(99), np.zeros((5, 1))],
    "run/grad_norm": [np.zeros(4)],
    "run/optimizer/steps": [np.array(4), np.array([5, 5])],
    "run/optimizer/mean/bias": [np.zeros(3), np.full(32, np.inf)],
    "run/optimizer/square/more": [np.zeros(3)],
}


@pytest.mark.parametrize(
    ("name", "array"),
    [(name, array) for name, arrays in BAD_ARRAYS.items() for array in arrays],
)
def test_parts_that_do_not_fit_are_refused(tmp_path, saved, name, array):
    write(tmp_path / "m.npz", {**saved, name: array})
    with pytest.raises(ValueError, match="wanted a CharLSTM checkpoint"):
        CharLSTM.load(tmp_path / "m.npz")


@pytest.mark.parametrize(
    "meta",
    [
        {"format": "other"},
        {"chars": "aa"},
        {"chars": "abc"},
        {"chars": None},
        {"run": {}},
        {"run": 3},
    ],
)
def test_a_wrong_description_is_refused(tmp_path, saved, meta):
    write(tmp_path / "m.npz", saved, **meta)
    with pytest.raises(ValueError, match="wanted a CharLSTM checkpoint"):
        CharLSTM.load(tmp_path / "m.npz")


@pytest.mark.parametrize("missing", ["meta", "params/bias", "run/loss", "run/state"])
def test_a_missing_part_is_refused(tmp_path, saved, missing):
    arrays = {name: array for name, array in saved.items() if name != missing}
    np.savez(tmp_path / "m.npz", **arrays)
    with pytest.raises(ValueError, match="wanted a CharLSTM checkpoint"):
        CharLSTM.load(tmp_path / "m.npz")


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        CharLSTM.load(tmp_path / "none.npz")


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path):
    with pytest.raises(OSError):
        small().save(tmp_path / "none" / "m.npz")


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_the_file_can_be_read_by_whom_the_system_says(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    small().save(tmp_path / "m.npz")
    modes = {stat.S_IMODE(os.stat(path).st_mode) for path in tmp_path.iterdir()}
    assert len(modes) == 1
