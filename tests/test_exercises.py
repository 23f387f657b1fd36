"""What `check` does for every exercise, whatever its number."""

import math
import signal

import numpy as np
import pytest
from verdicts import verdict

from lstm_core import one_hot
from lstm_core.exercises import check, core


def test_a_bare_ellipsis_is_not_attempted(capsys):
    assert verdict(capsys, "4.1", ...) == "Exercise 4.1: not attempted yet.\n"


def test_a_function_half_filled_in_is_not_attempted(capsys):
    said = verdict(capsys, "4.2", lambda dc, c_prev, f, g: (dc * f, ..., ...))
    assert said == "Exercise 4.2: not attempted yet.\n"


def endless(w, h0, xs):
    while True:
        try:
            w.append(1)
        except Exception:
            continue


def stubborn(w, h0, xs):
    try:
        endless(w, h0, xs)
    except BaseException:
        endless(w, h0, xs)  # until the alarm rings again


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no alarm here")
@pytest.mark.parametrize("answer", [endless, stubborn])
def test_an_endless_loop_is_stopped(capsys, monkeypatch, answer):
    monkeypatch.setattr(core, "LIMIT", 0.05)
    before = signal.getsignal(signal.SIGALRM)
    assert "After 0.05 seconds there was no answer." in verdict(capsys, "4.1", answer)
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_function_that_returns_nothing(capsys):
    said = verdict(capsys, "4.1", lambda w, h0, xs: None)
    assert "not yet. Your function returned nothing. Is a `return` missing?" in said


@pytest.mark.parametrize("answer", [57, "57", 57.0, (1, 2), np.ones(3)])
def test_a_result_in_the_place_of_the_function(capsys, answer):
    said = verdict(capsys, "3.1", answer)
    wanted = "without brackets: parameter_count, not parameter_count(...).\n"
    assert said.endswith(f"not yet. Give check the function itself, {wanted}")


def test_another_kind_of_answer(capsys):
    said = verdict(capsys, "capstone.4", 57)
    assert "without brackets" not in said


READS_OUTSIDE = """\
def from_table(ids, V):
    return helper(table) + np.sum(ids.shape)

def inside(vectors, chars):
    return "".join(vocabulary[k] for k in vectors.argmax(axis=-1))

def by_arguments(ids, V):
    return helper(ids) + V

def helper(a):
    return float(np.sum(a))
"""


@pytest.mark.parametrize(
    ("exercise", "answer", "names"),
    [
        ("1.4", "from_table", "`table`"),
        ("1.1", "inside", "`vocabulary`"),
        ("1.4", "by_arguments", None),
    ],
)
def test_values_of_the_notebook_are_told_from_arguments(
    capsys, exercise, answer, names
):
    scope = {"np": np, "table": np.eye(3), "vocabulary": "zyxwvuts", "shape": 3}
    exec(compile(READS_OUTSIDE, "<a cell>", "exec"), scope)
    said = verdict(capsys, exercise, scope[answer])
    if names is None:
        assert "from the notebook" not in said
    else:
        assert f"Your function reads {names} from the notebook;" in said


def test_the_line_that_raised_is_named(capsys):
    def answer(w, h0, xs):
        return w * h0 + xs[7]

    line = answer.__code__.co_firstlineno + 1
    wanted = "Your code raised IndexError: list index out of range (in line "
    said = verdict(capsys, "4.1", answer)
    assert f"{wanted}{line} of test_exercises.py)." in said


CELL = """\
def helper(a):
    return np.split(a, 4, axis=-1)

def answer(x, h, params):
    a = x @ params["weight_ih"].T
    return helper(a[:, 1:])
"""


@pytest.mark.parametrize(
    ("cell", "line"),
    [(CELL, 2), (CELL.replace("np.split(a, 4, axis=-1)", "one_hot(a, 3)"), 2)],
    ids=["in NumPy", "in lstm_core"],
)
def test_the_line_is_of_the_readers_own_cell(capsys, cell, line):
    scope = {"np": np, "one_hot": one_hot}
    exec(compile(cell, "<a cell>", "exec"), scope)
    said = verdict(capsys, "2.3", scope["answer"])
    assert f"(in line {line} of your cell)" in said


def test_another_cells_function_is_not_taken_for_the_readers(capsys):
    scope = {"np": np}
    exec(compile(CELL.split("\n\n")[0], "<another cell>", "exec"), scope)
    exec(compile(CELL.split("\n\n")[1], "<a cell>", "exec"), scope)
    said = verdict(capsys, "2.3", scope["answer"])
    assert "(in line 3 of your cell)" in said


def test_a_call_that_fails_has_no_line(capsys):
    said = verdict(capsys, "4.1", lambda: 0)
    assert "raised TypeError" in said
    assert "(in line" not in said
    assert "raised TypeError" in verdict(capsys, "2.4", np.add)


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("2.2", lambda n: -math.log(2 ** (1 / n) - 1)),
        ("3.2", lambda y_0, y_1: 1 / (1 + math.exp(y_1 - y_0))),
    ],
)
def test_math_on_arrays_leads_to_numpy(capsys, exercise, answer):
    said = verdict(capsys, exercise, answer)
    assert "Some argument is an array here: use NumPy's functions." in said


@pytest.mark.parametrize("number", ["4.99", "99.1", "4", 4.25, None])
def test_an_exercise_that_does_not_exist(number):
    with pytest.raises(ValueError) as caught:
        check(number, lambda: 0)
    message = str(caught.value)
    assert message.startswith("exercise: wanted a number such as '2.3'")
    assert message.endswith(f", got {number!r}")
