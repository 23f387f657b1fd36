"""What the tests of all chapters' exercises share."""

from lstm_core.exercises import check


def verdict(capsys, exercise, answer):
    """Return what `check` prints, as one line."""
    check(exercise, answer)
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out.startswith(f"Exercise {exercise}: ")
    assert printed.out.count("Exercise") == 1
    return " ".join(printed.out.split()) + "\n"
