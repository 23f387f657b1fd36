"""What `check` does for every exercise, whatever its number."""

import pytest
from verdicts import verdict

from lstm_core.exercises import check


def test_a_bare_ellipsis_is_not_attempted(capsys):
    assert verdict(capsys, "4.1", ...) == "Exercise 4.1: not attempted yet.\n"


def test_a_function_half_filled_in_is_not_attempted(capsys):
    said = verdict(capsys, "4.2", lambda dc, c_prev, f, g: (dc * f, ..., ...))
    assert said == "Exercise 4.2: not attempted yet.\n"


def test_the_line_that_raised_is_named(capsys):
    def answer(w, h0, xs):
        return w * h0 + xs[7]

    line = answer.__code__.co_firstlineno + 1
    wanted = f"Your code raised IndexError: list index out of range (line {line})."
    assert wanted in verdict(capsys, "4.1", answer)


@pytest.mark.parametrize("number", ["4.99", "99.1", "4", 4.25, None])
def test_an_exercise_that_does_not_exist(number):
    with pytest.raises(ValueError) as caught:
        check(number, lambda: 0)
    message = str(caught.value)
    assert message.startswith("exercise: wanted a number such as '2.3'")
    assert message.endswith(f", got {number!r}")
