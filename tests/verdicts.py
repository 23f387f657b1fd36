"""What the tests of all chapters' exercises share."""

from lstm_core.exercises import check


def verdict(capsys, exercise, answer):
    """Return what `check` prints, which is one line."""
    check(exercise, answer)
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out.count("\n") == 1
    assert printed.out.startswith(f"Exercise {exercise}: ")
    return printed.out
