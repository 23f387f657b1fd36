"""Checks of the exercises of chapter 7."""

from itertools import takewhile
from numbers import Integral

import numpy as np

from lstm_core.checks import PARAM_NAMES
from lstm_core.exercises.core import (
    Wrong,
    call,
    close,
    is_close,
    recognise,
    same_shape,
)
from lstm_core.laboratory import backward_with_lines
from lstm_core.lstm import lstm_backward, lstm_forward
from lstm_core.report import gradient_report
from lstm_core.report.blocks import grouped

# One line of `lstm_backward` is a little wrong in each.
CASES = {
    "A": {"da_o_dh = tanh_cs * sigmoid_slope(o)": "da_o_dh = tanh_cs * o * (1.1 - o)"},
    "B": {'dh = da[t] @ params["weight_hh"]': 'dh = 0.9 * da[t] @ params["weight_hh"]'},
    "C": {"da_rows.T @ x.reshape(T * B, -1)": "da_rows.T @ x[::-1].reshape(T * B, -1)"},
}
WANTED = {"A": 5, "B": 6, "C": 8}
EFFECTS = {
    1: "A wrong dc_dh spoils gates i, f and g, and dc0, already at T = 1, and leaves "
    "gate o alone.",
    2: "A wrong da_i_dc spoils the rows of gate i at T = 1.",
    3: "A wrong da_f_dc spoils the rows of gate f at T = 1.",
    4: "A wrong da_g_dc spoils the rows of gate g at T = 1.",
    5: "A wrong da_o_dh spoils the rows of gate o in all three arrays at T = 1.",
    6: "A wrong dh at the end of a step spoils dh0 alone at T = 1, and all from T = 2.",
    7: "A wrong dc at the end of a step spoils dc0 alone at T = 1.",
    8: "A wrong last product with x spoils weight_ih and nothing else.",
    9: "A wrong last product with hs spoils weight_hh and nothing else.",
    10: "A wrong last sum spoils the bias and nothing else.",
}
BLOCKS = "Right at T", "Wrong "  # how the report's word on the blocks begins


def mystery(name):
    """Return the broken backward pass of exercise 7.1 called "A", "B" or "C"."""
    return backward_with_lines(CASES[name])


def exercise_1(answer):
    """Check ``which_lines()``: one number for each of the cases A, B and C."""
    got = answer()
    if not isinstance(got, tuple | list) or len(got) != 3:
        raise Wrong("Wanted three numbers, the lines of A, B and C.")
    if any(line is ... for line in got):
        raise Wrong("One of the three is still missing.")
    for (case, wanted), line in zip(WANTED.items(), got, strict=True):
        if not isinstance(line, Integral) or line not in EFFECTS:
            raise Wrong(f"{case}: wanted a whole number from 1 to 10, got {line!r}.")
        if line != wanted:
            raise Wrong(f"{case} is not line {line}. {EFFECTS[line]} Is that seen?")
    return "One gate, one stream, one sum: three places, three patterns."


def exercise_2(answer):
    """Check ``error_from(cosine, ratio)``."""
    rng = np.random.default_rng(72)
    for size in (2, 3, 30, 300):
        wanted_vector, other = rng.normal(size=(2, size))
        got_vector = rng.uniform(0.2, 3) * wanted_vector + rng.uniform(0, 2) * other
        lengths = np.linalg.norm(got_vector), np.linalg.norm(wanted_vector)
        ratio = lengths[0] / lengths[1]
        cosine = got_vector @ wanted_vector / (lengths[0] * lengths[1])
        wanted = np.linalg.norm(got_vector - wanted_vector) / lengths[1]
        got = answer(float(cosine), float(ratio))
        same_shape(got, wanted)
        if is_close(got, wanted):
            continue
        recognise(got, _error_slips(cosine, ratio, wanted))
        raise Wrong(
            f"For a cosine of {cosine:.3f} and a ratio of {ratio:.3f} the error is "
            f"{wanted:.3f}. Let the wanted vector have length 1 and multiply out the "
            "square of the difference."
        )
    return (
        "Three columns, two numbers: cosine and ratio give the error. Now the last "
        "question: at a cosine of 0.8, which ratio makes it smallest?"
    )


def _error_slips(cosine, ratio, wanted):
    """Return what the usual slips give, each under its hint."""
    return {
        "That is the square of the error: a root is missing.": wanted**2,
        "Check the sign of the mixed term: the two point the same way if the "
        "cosine is positive, so it makes the difference shorter.": np.sqrt(
            1 + ratio**2 + 2 * ratio * cosine
        ),
        "The mixed term comes twice: once from each vector.": np.sqrt(
            max(0.0, 1 + ratio**2 - ratio * cosine)
        ),
        "The mixed term holds the length of both vectors: the ratio is missing "
        "in it.": np.sqrt(max(0.0, 1 + ratio**2 - 2 * cosine)),
        "The two are swapped: the ratio is the length of one of the vectors, "
        "and it is the ratio that is squared.": np.sqrt(
            max(0.0, 1 + cosine**2 - 2 * ratio * cosine)
        ),
        "That is the difference over the length of the vector that was made. "
        "Divide by the length of the wanted one.": wanted / ratio,
        "That holds only where the direction is right, with a cosine of 1.": abs(
            1 - ratio
        ),
        "That holds only where the length is right, with a ratio of 1.": np.sqrt(
            2 - 2 * cosine
        ),
    }


def exercise_3(answer):
    """Check ``repaired(dhs, cache, dstate_n=None)`` with the gradient report."""
    rng = np.random.default_rng(73)
    params = {
        name: rng.normal(size=shape)
        for name, shape in zip(PARAM_NAMES, [(12, 2), (12, 3), (12,)], strict=True)
    }
    if getattr(answer, "function", None) is lstm_backward:
        raise Wrong("That is lstm_backward. Repair a copy of handed_over instead.")
    _, _, cache = lstm_forward(rng.normal(size=(2, 2, 2)), None, params)
    answer(rng.normal(size=(2, 2, 3)), cache)  # untouched, or raises
    report = gradient_report(answer)
    if report.passed:
        return "All 15 blocks equal the complex step, at T = 1, 2 and 8."
    raise Wrong(_hint_on_report(report))


def _hint_on_report(report):
    """Name the wrong blocks, as the table does; the diagnosis would tell the lines."""
    remarks = [*takewhile(lambda said: not said.startswith(BLOCKS), report.diagnosis)]
    if remarks:
        return f"The report says: {' '.join(remarks)}"
    wrong = {1: [], 2: [], 8: []}
    for row in report.rows:
        if not row.passed and row.name not in wrong[row.T]:
            wrong[row.T].append(row.name)
    lists = [f"at T = {T} {grouped(wrong[T]) if wrong[T] else 'none'}" for T in (1, 2)]
    count = len({*wrong[1], *wrong[2], *wrong[8]})
    return (
        f"{count} of 15 blocks are wrong: {', '.join(lists)}. Look for the nearest row "
        "in the table of patterns; the blocks of several mistakes add up."
    )


def exercise_4(answer):
    """Check ``cosine(grads, others)``: one number for two whole gradients."""
    rng = np.random.default_rng(74)
    for scale in (1.0, 0.01, 30.0):
        shapes = {"weight": (3, 4), "bias": (5,), "other": (2, 2)}
        one = {name: rng.normal(size=shape) for name, shape in shapes.items()}
        two = {name: one[name] + rng.normal(size=shapes[name]) for name in shapes}
        two["weight"] = scale * two["weight"]
        for others in (two, {name: -array for name, array in one.items()}):
            got = call(answer, grads=one, others=others)
            _judge_cosine(got, one, others)
    return (
        "One number for all arrays together. Now measure, then compare with what you "
        "wrote."
    )


def _judge_cosine(got, one, two):
    """Compare a cosine with the right one and with typical slips."""
    a, b = _joined(one), _joined(two)
    wanted = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
    same_shape(got, wanted)
    if is_close(got, wanted):
        return
    recognise(got, _cosine_slips(one, two))
    close(
        got,
        wanted,
        f"Wanted {wanted:.4f} for one of the tests: the product of the "
        "two long vectors, divided by both of their lengths.",
    )


def _joined(arrays):
    """Return the arrays of a dict as one long vector."""
    return np.concatenate([array.ravel() for array in arrays.values()])


def _cosine_slips(one, two):
    """Return what the usual slips give, each under its hint."""
    a, b = _joined(one), _joined(two)
    dot, lengths = a @ b, np.linalg.norm(a) * np.linalg.norm(b)
    wanted = dot / lengths
    each = [
        np.vdot(one[k], two[k]) / np.linalg.norm(one[k]) / np.linalg.norm(two[k])
        for k in one
    ]
    parts = sum(np.vdot(one[k], two[k]) for k in one) / sum(
        np.linalg.norm(one[k]) * np.linalg.norm(two[k]) for k in one
    )
    return {
        "That is the mean of one cosine an array. Join all arrays into one long vector "
        "first: a short array must not count as much as a long one.": np.mean(each),
        "Sum the squares of all arrays before you take the root: the length of the "
        "whole is not the sum of the lengths.": parts,
        "That is the sum of one cosine an array. Join all arrays into one long vector "
        "first, and take one cosine.": np.sum(each),
        "That is the product of the vectors; divide it by both lengths.": dot,
        "You divide by the square of the first length, not by both lengths.": dot
        / (a @ a),
        "You divide by the square of the second length, not by both lengths.": dot
        / (b @ b),
        "A cosine has a sign: without it you cannot see that a gradient points "
        "uphill.": abs(wanted),
        "The sign is turned: two gradients that point the same way have a cosine of 1, "
        "not -1.": -wanted,
        "That is 1 less the cosine. Return the cosine itself.": 1 - wanted,
        "That is the angle. Return its cosine: leave arccos out.": np.arccos(
            np.clip(wanted, -1, 1)
        ),
        "Divide by the lengths, not by their squares: a root is missing.": dot
        / lengths**2,
    }
