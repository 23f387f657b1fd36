"""The checks of chapter 3 pass the solution and tell the usual slips apart."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from verdicts import verdict

from lstm_core import lstm_cell_forward, lstm_forward, sigmoid, softmax

CHAPTER = Path(__file__).resolve().parent.parent / "book" / "03-forward.ipynb"


def resets_solution(x, resets, params, when="before", parts="hc", mask=None):
    h, c = np.zeros((2, x.shape[1], params["weight_hh"].shape[1]))
    hs = []
    resets = resets if mask is None else mask(resets)
    for x_t, reset in zip(x, resets[..., None], strict=True):
        if when == "before":
            h, c = clear(h, c, reset, parts)
        h, c, _ = lstm_cell_forward(x_t, h, c, params)
        hs.append(h)
        if when == "after":
            h, c = clear(h, c, reset, parts)
    return np.stack(hs)


def clear(h, c, reset, parts):
    return (
        np.where(reset, 0, h) if "h" in parts else h,
        np.where(reset, 0, c) if "c" in parts else c,
    )


def in_place(x, resets, params):
    hs = resets_solution(x, resets, params)
    x *= 0
    return hs


def writes_into_h(x, resets, params):
    h, c = np.zeros((2, x.shape[1], params["weight_hh"].shape[1]))
    hs = []
    for x_t, reset in zip(x, resets, strict=True):
        h[reset] = 0
        c[reset] = 0
        h, c, _ = lstm_cell_forward(x_t, h, c, params)
        hs.append(h)
    return np.stack(hs)


def gap(x, params, h=0.0, c=1.0, part="cs", cut=slice(1, None), size=np.abs, how="max"):
    shape = x.shape[1], params["weight_hh"].shape[1]
    started = lstm_forward(x, (np.full(shape, h), np.full(shape, c)), params)[2]
    fresh = lstm_forward(x, None, params)[2]
    difference = size(getattr(started, part) - getattr(fresh, part))[cut]
    return getattr(difference, how)(axis=(1, 2))


def with_reset(how):
    def answer(x, resets, params):
        h, c = np.zeros((2, x.shape[1], params["weight_hh"].shape[1]))
        hs = []
        for x_t, reset in zip(x, resets, strict=True):
            h, c = how(reset, h), how(reset, c)
            h, c, _ = lstm_cell_forward(x_t, h, c, params)
            hs.append(h)
        return np.stack(hs)

    return answer


def clears_x(x, resets, params):
    return lstm_forward(np.where(resets[..., None], 0, x), None, params)[0]


def stores_c(x, resets, params):
    h, c = np.zeros((2, x.shape[1], params["weight_hh"].shape[1]))
    cs = []
    for x_t, reset in zip(x, resets[..., None], strict=True):
        h, c = clear(h, c, reset, "hc")
        h, c, _ = lstm_cell_forward(x_t, h, c, params)
        cs.append(c)
    return np.stack(cs)


def difference(x, params):
    started = lstm_forward(x, starting_state(x, params), params)[2]
    return (started.cs - lstm_forward(x, None, params)[2].cs)[1:]


def starting_state(x, params):
    zeros = np.zeros((x.shape[1], params["weight_hh"].shape[1]))
    return zeros, zeros + 1


def naive(y_0, y_1):
    return np.exp(y_0) / (np.exp(y_0) + np.exp(y_1))


def raises(*_):
    return [][0]


def rubbish(*_):
    return "rubbish"


def ragged(*_):
    return [[1.0], [1.0, 2.0]]


SOLUTIONS = {
    "3.1": lambda V, H: 4 * H * (V + H + 1) + V * (H + 1),
    "3.2": lambda y_0, y_1: sigmoid(y_0 - y_1),
    "3.3": resets_solution,
    "3.4": gap,
}

SLIPS = {
    "3.1": {
        "you count one": lambda V, H: H * (V + H + 1) + V * (H + 1),
        "candidate has weights": lambda V, H: 3 * H * (V + H + 1) + V * (H + 1),
        "output layer is missing": lambda V, H: 4 * H * (V + H + 1),
        "bias_y is missing": lambda V, H: 4 * H * (V + H + 1) + V * H,
        "cell's bias is missing": lambda V, H: 4 * H * (V + H) + V * (H + 1),
        "Both biases are missing": lambda V, H: 4 * H * (V + H) + V * H,
        "two biases": lambda V, H: 4 * H * (V + H + 2) + V * (H + 1),
        "one column for each hidden number": lambda V, H: (
            4 * H * (2 * V + 1) + V * (H + 1)
        ),
        "weight_hh is missing": lambda V, H: 4 * H * (V + 1) + V * (H + 1),
        "changed places": lambda V, H: 4 * V * (H + V + 1) + H * (V + 1),
        "output layer four times": lambda V, H: 4 * H * (V + H + 1) + 4 * V * (H + 1),
        "one by one": lambda V, H: V + H,
    },
    "3.2": {
        "wrong way round": lambda y_0, y_1: sigmoid(y_1 - y_0),
        "first score alone": lambda y_0, y_1: sigmoid(y_0) + 0 * y_1,
        "Two sigmoids": lambda a, b: sigmoid(a) / (sigmoid(a) + sigmoid(b)),
        "can be negative": lambda y_0, y_1: sigmoid(y_0) - sigmoid(y_1),
        "difference itself": lambda y_0, y_1: y_0 - y_1,
        "tanh of the difference": lambda y_0, y_1: np.tanh(y_0 - y_1),
        "half the difference": lambda y_0, y_1: sigmoid(0.5 * (y_0 - y_1)),
        "exp overflows": naive,
        "along the wrong axis": lambda y_0, y_1: softmax([y_0, y_1])[0],
        "divide numerator and denominator": lambda y_0, y_1: sigmoid(2 * (y_0 - y_1)),
        "Wanted one number, got an array": lambda y_0, y_1: np.stack([y_0, y_1]),
        "changed y_0,": lambda y_0, y_1: sigmoid(
            np.subtract(y_0, y_1, out=y_0 if isinstance(y_0, np.ndarray) else None)
        ),
    },
    "3.3": {
        "no effect": lambda x, resets, params: lstm_forward(x, None, params)[0],
        "No state is carried": lambda x, resets, params: resets_solution(
            x, np.ones_like(resets), params
        ),
        "other way round": lambda *args: resets_solution(*args, mask=np.logical_not),
        "whole batch": lambda *args: resets_solution(
            *args, mask=lambda r: r | r.any(axis=1, keepdims=True)
        ),
        "Only h is": lambda *args: resets_solution(*args, parts="h"),
        "Only c is": lambda *args: resets_solution(*args, parts="c"),
        "too late": lambda *args: resets_solution(*args, when="after"),
        "too early": lambda *args: resets_solution(
            *args, mask=lambda r: np.roll(r, -1, axis=0)
        ),
        "so does the h": lambda x, resets, params: np.where(
            resets[..., None], 0, resets_solution(x, resets, params, when="after")
        ),
        "left out": lambda x, resets, params: np.where(
            resets[..., None], 0, resets_solution(x, resets, params)
        ),
        "changed x,": in_place,
        "resets[t] has one entry for each piece, (B,),": with_reset(
            lambda reset, a: np.where(reset, 0, a)
        ),
        "np.where, with resets[t][:, None]": with_reset(
            lambda reset, a: 0 * a if reset else a
        ),
        "You set the letter to zero": clears_x,
        "These are the cell states": stores_c,
        "Step 1 was right when you stored it": writes_into_h,
        "hs alone": lambda x, resets, params: lstm_forward(x, None, params)[:2],
        "first wrong step": lambda *args: 2 * resets_solution(*args),
    },
    "3.4": {
        "hidden states": lambda x, params: gap(x, params, part="hs"),
        "too early": lambda x, params: gap(x, params, cut=slice(None, -1)),
        "too many": lambda x, params: gap(x, params, cut=slice(None)),
        "np.abs is missing": lambda x, params: gap(x, params, size=np.positive),
        "mean difference": lambda x, params: gap(x, params, how="mean"),
        "changed places": lambda x, params: gap(x, params, h=1.0, c=0.0),
        "h starts at 0": lambda x, params: gap(x, params, h=1.0),
        "of one run": lambda x, params: np.abs(
            lstm_forward(x, starting_state(x, params), params)[2].cs
        )[1:].max(axis=(1, 2)),
        "entry 0 should be": lambda x, params: gap(x, params, c=2.0),
        "entry 7 should be 0.1754": lambda x, params: np.r_[gap(x, params)[:-1], 0.1],
        "and yours is 0.1000": lambda x, params: np.r_[gap(x, params)[:-1], 0.1],
        "do that outside": lambda x, params: gap(x, params)[19],
        "That is a norm": lambda x, params: np.linalg.norm(
            difference(x, params), axis=(1, 2)
        ),
        "the difference in one unit": lambda x, params: np.abs(
            difference(x, params)[:, 0, 0]
        ),
        "and the largest absolute difference is taken": lambda x, params: np.abs(
            difference(x, params)
        ).sum(axis=(1, 2)),
        "changed x,": lambda x, params: gap(np.abs(x, out=x), params),
    },
}


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_solution_is_right(capsys, exercise):
    assert ": right. " in verdict(capsys, exercise, SOLUTIONS[exercise])


def test_the_result_of_the_experiment_is_left_to_the_reader(capsys):
    out = verdict(capsys, "3.4", gap)
    assert "compare with your guesses" in out
    assert "0.38" not in out


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_stub_is_not_attempted(capsys, exercise):
    assert "not attempted yet" in verdict(capsys, exercise, lambda *_: ...)


@pytest.mark.parametrize(
    ("exercise", "hint"), [(k, hint) for k, slips in SLIPS.items() for hint in slips]
)
def test_slip_gets_its_hint(capsys, exercise, hint):
    out = verdict(capsys, exercise, SLIPS[exercise][hint])
    assert ": not yet. " in out
    assert hint in out


@pytest.mark.parametrize("exercise", SOLUTIONS)
@pytest.mark.parametrize("answer", [raises, rubbish, ragged, lambda: 0])
def test_rubbish_gets_one_line(capsys, exercise, answer):
    assert ": not yet. " in verdict(capsys, exercise, answer)


def test_every_row_of_the_shape_ledger_is_checked():
    cells = nbformat.read(CHAPTER, as_version=4).cells
    tables = [k for k, cell in enumerate(cells) if "| array | shape |" in cell.source]
    assert len(tables) == 4
    for k in tables:
        rows = re.findall(
            r"^\| `([\w.]+)` \| \$?\((.*?)\)\$? \|", cells[k].source, re.M
        )
        calls = re.findall(
            r'^check_shape\("([\w.]+)", [^,]+?(?:, ([\w* +,]+))?\)$',
            cells[k + 1].source,
            re.M,
        )
        assert len(rows) == cells[k].source.count("\n|") - 2
        assert rows == [(name, shape.replace("4 * H", "4H")) for name, shape in calls]
