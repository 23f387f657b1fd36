"""The checks of chapter 7's exercises: right answers, slips and rubbish."""

import numpy as np
import pytest
from verdicts import verdict

from lstm_core import gradient_report, lstm_backward
from lstm_core.exercises.chapter7 import EFFECTS, WANTED, mystery
from lstm_core.laboratory import DEFECTS, backward_with_lines, broken_backward


def product(one, two):
    return sum(np.vdot(one[name], two[name]) for name in one)


def length(grads):
    return np.sqrt(product(grads, grads))


def cosine(one, two):
    return product(one, two) / length(one) / length(two)


def array_by_array(one, two):
    return np.mean([cosine({k: one[k]}, {k: two[k]}) for k in one])


def lengths_added(one, two):
    return product(one, two) / sum(
        length({k: one[k]}) * length({k: two[k]}) for k in one
    )


def in_place(dhs, cache, dstate_n=None):
    result = lstm_backward(dhs, cache, dstate_n)
    dhs += 1
    return result


hands_on_late = backward_with_lines({"dc = dc * f[t]": "dc = dc * f[t - 1]"})


def in_single(*given):
    dx, state, grads = lstm_backward(*given)
    return dx, state, {name: grad.astype(np.float32) for name, grad in grads.items()}


def normalised_in_place(grads, others):
    result = cosine(grads, others)
    for array in grads.values():
        array /= 2
    return result


SOLUTIONS = {
    "7.1": lambda: (5, 6, 8),
    "7.2": lambda cosine, ratio: np.sqrt(1 + ratio**2 - 2 * ratio * cosine),
    "7.3": lambda *given: lstm_backward(*given),
    "7.4": cosine,
}

SLIPS = [
    ("7.1", lambda: (3, 6, 8), "A is not line 3. A wrong da_f_dc"),
    ("7.1", lambda: (5, 7, 8), "B is not line 7. A wrong dc at the end"),
    ("7.1", lambda: (5, 6, 9), "C is not line 9. A wrong last product with hs"),
    ("7.1", lambda: (5, 6, 11), "C: wanted a whole number from 1 to 10, got 11"),
    ("7.1", lambda: (5.0, 6, 8), "A: wanted a whole number from 1 to 10, got 5.0"),
    ("7.1", lambda: (5, 6), "Wanted three numbers"),
    ("7.1", lambda: [5, "six", 8], "B: wanted a whole number"),
    ("7.1", lambda: [[5], 6, 8], "A: wanted a whole number"),
    ("7.2", lambda c, r: 1 + r**2 - 2 * r * c, "a root is missing"),
    ("7.2", lambda c, r: np.sqrt(1 + r**2 + 2 * r * c), "the sign"),
    ("7.2", lambda c, r: np.sqrt(1 + r**2 - r * c), "comes twice"),
    ("7.2", lambda c, r: np.sqrt(abs(1 + r**2 - 2 * c)), "the ratio is missing"),
    ("7.2", lambda c, r: abs(1 - r), "where the direction is right"),
    ("7.2", lambda c, r: np.sqrt(2 - 2 * c), "where the length is right"),
    ("7.2", lambda c, r: np.sqrt(max(0, 1 + c * c - 2 * r * c)), "two are swapped"),
    ("7.2", lambda c, r: np.sqrt(1 + r**2 - 2 * r * c) / r, "length of the wanted"),
    ("7.2", lambda c, r: 0.5, "multiply out"),
    (
        "7.3",
        broken_backward("late-hidden"),
        "4 of 15 blocks are wrong: at T = 1 weight_hh, at T = 2 weight_hh. Look for",
    ),
    (
        "7.3",
        broken_backward("no-bptt"),
        "are wrong: at T = 1 none, at T = 2 everything.",
    ),
    (
        "7.3",
        hands_on_late,
        "at T = 1 none, at T = 2 dx, dh0, dc0 and the rows of gates i",
    ),
    ("7.3", in_single, "It returns float32 where float64 came in"),
    ("7.3", lstm_backward, "That is lstm_backward. Repair a copy"),
    ("7.3", lambda d, c, s=None: lstm_backward(d, c, s)[:2], "It returns"),
    ("7.3", in_place, "not yet. The report says: It changes its arguments in place"),
    ("7.4", array_by_array, "the mean of one cosine an array"),
    ("7.4", lengths_added, "not the sum of the lengths"),
    ("7.4", product, "divide it by both lengths"),
    ("7.4", lambda a, b: product(a, b) / product(a, a), "square of the first"),
    ("7.4", lambda a, b: product(a, b) / product(b, b), "square of the second"),
    ("7.4", lambda a, b: abs(cosine(a, b)), "points uphill"),
    ("7.4", lambda a, b: cosine(a, b) / length(a) / length(b), "a root is missing"),
    ("7.4", lambda a, b: -cosine(a, b), "The sign is turned"),
    ("7.4", lambda a, b: 1 - cosine(a, b), "1 less the cosine"),
    ("7.4", lambda a, b: np.arccos(np.clip(cosine(a, b), -1, 1)), "leave arccos out"),
    ("7.4", lambda a, b: 3 * array_by_array(a, b), "the sum of one cosine an array"),
    ("7.4", normalised_in_place, "changed grads, which it was given: -="),
    ("7.4", lambda a, b: 0.25, "divided by both of their lengths"),
]

RUBBISH = [
    lambda *given: None,
    lambda *given: "rubbish",
    lambda *given: [1, [2, 3]],
    lambda *given: np.zeros((7, 7)),
    lambda *given: ("a", None, [], {}),
    lambda *given: 1 / 0,
    lambda one, two, three, four, five: 0,
    5.0,
]


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_solution_passes(capsys, exercise):
    out = verdict(capsys, exercise, SOLUTIONS[exercise])
    assert out.startswith(f"Exercise {exercise}: right. ")


@pytest.mark.parametrize("exercise", ["7.2", "7.4"])
def test_the_verdict_does_not_tell_the_second_answer(capsys, exercise):
    out = verdict(capsys, exercise, SOLUTIONS[exercise])
    assert "0.6" not in out
    assert "smaller and smaller" not in out


@pytest.mark.parametrize("name", DEFECTS)
def test_the_check_of_a_repair_names_blocks_and_not_causes(capsys, name):
    out = verdict(capsys, "7.3", broken_backward(name))
    assert not any(
        words in out for words in gradient_report(broken_backward(name)).diagnosis[1:]
    )
    assert "of 15 blocks are wrong: at T = 1 " in out


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_stub_is_not_attempted(capsys, exercise):
    out = verdict(capsys, exercise, lambda *given: ...)
    assert out == f"Exercise {exercise}: not attempted yet.\n"


def test_a_part_of_an_answer_is_not_an_untouched_stub(capsys):
    assert "still missing" in verdict(capsys, "7.1", lambda: [5, 6, ...])


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    SLIPS,
    ids=[f"{exercise}-{k}" for k, (exercise, _, _) in enumerate(SLIPS)],
)
def test_typical_slip_gets_its_hint(capsys, exercise, answer, hint):
    out = verdict(capsys, exercise, answer)
    assert out.startswith(f"Exercise {exercise}: not yet. ")
    assert hint in out


@pytest.mark.parametrize("exercise", SOLUTIONS)
@pytest.mark.parametrize("answer", RUBBISH, ids=range(len(RUBBISH)))
def test_rubbish_gets_one_line(capsys, exercise, answer):
    out = verdict(capsys, exercise, answer)
    assert out.startswith(f"Exercise {exercise}: not yet. ")


def test_mysteries_show_what_the_solution_says():
    def wrong(name, T):
        rows = gradient_report(mystery(name), lengths=(T,)).rows
        return {row.name for row in rows if not row.passed}

    gate = {"weight_ih[o]", "weight_hh[o]", "bias[o]"}
    assert wrong("A", 1) == gate | {"dx", "dh0"}
    assert wrong("B", 1) == {"dh0"}
    assert wrong("C", 1) == set()
    assert wrong("C", 2) == {f"weight_ih[{gate}]" for gate in "ifgo"}
    assert set(WANTED.values()) <= set(EFFECTS) == set(range(1, 11))
