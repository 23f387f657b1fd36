"""The checks of chapter 7's exercises: right answers, slips and rubbish."""

import numpy as np
import pytest
from verdicts import verdict

from lstm_core import gradient_report, lstm_backward
from lstm_core.exercises.chapter7 import EFFECTS, WANTED, mystery
from lstm_core.laboratory import broken_backward


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


SOLUTIONS = {
    "7.1": lambda: (5, 6, 8),
    "7.2": lambda cosine, ratio: np.sqrt(1 + ratio**2 - 2 * ratio * cosine),
    "7.3": lstm_backward,
    "7.4": cosine,
}

SLIPS = [
    ("7.1", lambda: (3, 6, 8), "A is not line 3. A wrong da_f_dc"),
    ("7.1", lambda: (5, 7, 8), "B is not line 7. A wrong dc at the end"),
    ("7.1", lambda: (5, 6, 9), "C is not line 9. A wrong last product with hs"),
    ("7.1", lambda: (5, 6, 11), "C: wanted a number from 1 to 10, got 11"),
    ("7.1", lambda: (5, 6), "Wanted three numbers"),
    ("7.1", lambda: [5, "six", 8], "B: wanted a number"),
    ("7.1", lambda: [[5], 6, 8], "A: wanted a number"),
    ("7.2", lambda c, r: 1 + r**2 - 2 * r * c, "a root is missing"),
    ("7.2", lambda c, r: np.sqrt(1 + r**2 + 2 * r * c), "the sign"),
    ("7.2", lambda c, r: np.sqrt(1 + r**2 - r * c), "comes twice"),
    ("7.2", lambda c, r: np.sqrt(abs(1 + r**2 - 2 * c)), "the ratio is missing"),
    ("7.2", lambda c, r: abs(1 - r), "where the direction is right"),
    ("7.2", lambda c, r: np.sqrt(2 - 2 * c), "where the length is right"),
    ("7.2", lambda c, r: 0.5, "multiply out"),
    ("7.3", broken_backward("late-hidden"), "4 of 15 blocks are wrong. The report"),
    ("7.3", broken_backward("late-hidden"), "the state after the step"),
    ("7.3", broken_backward("no-slope"), "slope of the sigmoid is missing"),
    ("7.3", broken_backward("no-bptt"), "Right at T = 1, wrong from T = 2"),
    ("7.3", in_place, "not yet. The report says: It changes its arguments in place"),
    ("7.4", array_by_array, "the mean of one cosine an array"),
    ("7.4", lengths_added, "not the sum of the lengths"),
    ("7.4", product, "divide it by both lengths"),
    ("7.4", lambda a, b: product(a, b) / product(a, a), "square of the first"),
    ("7.4", lambda a, b: product(a, b) / product(b, b), "square of the second"),
    ("7.4", lambda a, b: abs(cosine(a, b)), "points uphill"),
    ("7.4", lambda a, b: cosine(a, b) / length(a) / length(b), "a root is missing"),
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


@pytest.mark.parametrize(
    ("exercise", "resolved"),
    [
        ("7.2", "With a cosine of 0.8 it is smallest at a ratio of 0.8, too: 0.6."),
        ("7.4", "it is 0.8 at the start, and then smaller and smaller."),
    ],
)
def test_the_verdict_answers_the_second_question(capsys, exercise, resolved):
    assert resolved in verdict(capsys, exercise, SOLUTIONS[exercise])


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
