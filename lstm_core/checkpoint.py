"""Write a model to a file whole or not at all, and read one with suspicion.

A checkpoint is an .npz of plain arrays, without pickles: ``meta`` (JSON),
``params/NAME`` and, if the model was trained, ``run/...``.
"""

import json
import os
import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np

from lstm_core.checks import (
    check_dtype,
    check_finite,
    check_ids,
    check_number,
    check_same_shapes,
    check_shape,
)
from lstm_core.text import Vocabulary
from lstm_core.training import Settings, TrainingRun

FORMAT = "lstm_core.CharLSTM/1"


def save(path, model):
    """Write ``model`` to ``path``: to a file beside it first, then renamed."""
    run = model.run
    meta = {
        "format": FORMAT,
        "chars": model.vocabulary.chars,
        "run": None if run is None else _describe_run(run),
    }
    arrays = {f"params/{name}": array for name, array in model.params.items()}
    arrays |= {} if run is None else _run_arrays(run)
    path = Path(os.path.realpath(path))
    beside = path.with_name(path.name + ".tmp")
    try:
        with open(beside, "wb") as file:
            np.savez(file, meta=json.dumps(meta), **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def load(path, cls):
    """Read a model of class ``cls`` from ``path``."""
    try:
        return _build(_read(path), cls)
    except OSError:
        raise
    except Exception as error:
        raise ValueError(
            f"{path}: wanted a CharLSTM checkpoint, got {error}"
        ) from error


def _describe_run(run):
    """Return the part of a run that is not arrays."""
    return {
        "pairs": run.readers.pairs,
        "text_digest": run.text_digest,
        "settings": asdict(run.settings),
        "interrupted": run.history.interrupted,
    }


def _run_arrays(run):
    """Return the arrays of a run under their names in the file."""
    arrays = {
        "run/position": run.readers.position,
        "run/fresh": run.readers.fresh,
        "run/state": run.state,
        "run/loss": np.array(run.history.loss, np.float64),
        "run/grad_norm": np.array(run.history.grad_norm, np.float64),
    }
    arrays["run/optimizer/steps"] = np.array(run.optimizer.steps)
    for kind in ("mean", "square"):
        for name, array in getattr(run.optimizer, kind).items():
            arrays[f"run/optimizer/{kind}/{name}"] = array
    return arrays


def _read(path):
    """Return all arrays of an .npz file."""
    with open(path, "rb") as file:
        if not zipfile.is_zipfile(file):
            raise ValueError("a file that is no whole .npz archive")
        file.seek(0)
        with np.load(file, allow_pickle=False) as data:
            return {name: data[name] for name in data.files}


def _build(arrays, cls):
    """Put a model of class ``cls`` together from checked arrays."""
    meta = json.loads(str(arrays.get("meta", "{}")))
    if not isinstance(meta, dict) or meta.get("format") != FORMAT:
        raise ValueError(f"an archive without the mark {FORMAT!r}")
    vocabulary = Vocabulary(meta["chars"])
    params = _under(arrays, "params/")
    check_finite("params", params)
    dtype = check_dtype(params["bias"].dtype)
    V, H = len(vocabulary), len(params["bias"]) // 4
    shapes = {
        "weight_ih": (4 * H, V),
        "weight_hh": (4 * H, H),
        "bias": (4 * H,),
        "weight_hy": (V, H),
        "bias_y": (V,),
    }
    if set(params) != set(shapes):
        raise ValueError(f"the parameters {sorted(params)}")
    for name, shape in shapes.items():
        _check_array(name, params[name], dtype, *shape)
    model = cls(vocabulary, H, dtype=dtype)
    model.params = {name: params[name] for name in shapes}
    if meta["run"] is not None:
        model.run = _build_run(meta["run"], _under(arrays, "run/"), model, dtype)
    return model


def _build_run(meta, arrays, model, dtype):
    """Put a training run together from checked arrays."""
    settings = Settings(**meta["settings"])
    H, B = model.hidden_size, settings.batch_size
    check_shape("position", arrays["position"], B)  # before anything of size B
    run = TrainingRun(meta["pairs"], meta["text_digest"], settings, H, dtype)
    run.readers.position = check_ids("position", arrays["position"], meta["pairs"], 1)
    run.readers.fresh = _check_array("fresh", arrays["fresh"], bool, B)
    run.state = _check_array("state", arrays["state"], dtype, 2, B, H)
    done = len(arrays["loss"])
    check_number("updates done", done, 0, settings.updates)
    for name in ("loss", "grad_norm"):
        _check_array(name, arrays[name], np.float64, done)
        setattr(run.history, name, arrays[name].tolist())
    run.history.interrupted = bool(meta["interrupted"])
    _restore_optimizer(run.optimizer, _under(arrays, "optimizer/"), model.params, done)
    return run


def _restore_optimizer(optimizer, state, params, done):
    """Give the optimiser its state, which must belong to ``params``."""
    if state.get("steps") != done:
        raise ValueError(f"{state.get('steps')} optimiser steps for {done} updates")
    for kind in ("mean/", "square/") if done else ():
        arrays = _under(state, kind)
        check_same_shapes(kind, arrays, params, "params")
        check_finite(kind, arrays)
    optimizer.steps = done
    optimizer.mean, optimizer.square = _under(state, "mean/"), _under(state, "square/")


def _check_array(name, array, dtype, *shape):
    """Return ``array`` if its dtype and shape are the wanted ones."""
    if array.dtype != dtype or array.shape != shape:
        raise ValueError(
            f"{name}: wanted {np.dtype(dtype)} of shape {shape}, "
            f"got {array.dtype} of shape {array.shape}"
        )
    return array


def _under(arrays, prefix):
    """Return the arrays whose names start with ``prefix``, without it."""
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
