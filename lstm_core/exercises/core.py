"""How a check runs a reader's answer, and what it says of it.

The checks themselves are in ``chapter1.py`` to ``capstone.py``: one function
for each exercise, which takes the reader's answer and raises `Wrong` with a
hint, or returns what was seen to be right.
"""

import textwrap
from importlib import import_module
from pathlib import Path
from traceback import walk_tb

import numpy as np

WIDTH = 72  # of a verdict's lines, so that the page need not scroll


class Wrong(Exception):
    """The answer is wrong; the message is the hint."""


def check(exercise, answer):
    """Print a verdict on ``answer``, in one sentence or two, with a hint if wrong.

    Parameters
    ----------
    exercise : str
        Its number as in the book, such as "2.3" or "capstone.1".
    answer : callable or value
        A function that returns ``...`` (or the value ``...``) is "not
        attempted yet".
    """
    verdict = f"Exercise {exercise}: {_verdict(_checker(exercise), answer)}"
    print(textwrap.fill(verdict, WIDTH, break_long_words=False, break_on_hyphens=False))


def _verdict(checker, answer):
    """Run a checker and say in words what came of it."""
    try:
        return f"right. {checker(_Watched.wrap(answer))}"
    except NotAttempted:
        return "not attempted yet."
    except Wrong as wrong:
        return f"not yet. {wrong}"
    except Raised as raised:
        return f"not yet. {raised}"
    except TypeError:
        if callable(answer):
            raise
        kind = type(answer).__name__
        return f"not yet. Wanted another kind of answer than {kind}."


class NotAttempted(Exception):
    """The stub is untouched: it gave back ``...``."""


class Raised(Exception):
    """The reader's code raised ``__cause__``; the message says so, and where."""


class _Watched:
    """The reader's function, with its exceptions told from ours."""

    def __init__(self, function):
        self.function = function

    @classmethod
    def wrap(cls, answer):
        if answer is ...:
            raise NotAttempted
        return cls(answer) if callable(answer) else answer

    def __call__(self, *args, **kwargs):
        try:
            result = self.function(*args, **kwargs)
        except Exception as error:
            raise Raised(self._told(error)) from error
        if result is None:
            raise Wrong("Your function returned nothing. Is the `return` missing?")
        if result is ... or (isinstance(result, tuple) and ... in _plain(result)):
            raise NotAttempted
        return result

    def _told(self, error):
        """Say what was raised, and in which line of the reader's own code."""
        code = getattr(self.function, "__code__", None)
        file = getattr(code, "co_filename", None)
        frames = walk_tb(error.__traceback__)
        places = [line for frame, line in frames if frame.f_code.co_filename == file]
        home = Path(file).name if file and Path(file).exists() else "your cell"
        where = f" (in line {places[-1]} of {home})" if places else ""
        hint = " Some argument is an array here: use NumPy's functions."
        wants_number = "converted to Python scalar" in str(error)  # as math.log does
        told = f"Your code raised {type(error).__name__}: {error}{where}."
        return told + (hint if wants_number else "")


def _plain(items):
    """Return the items that are not arrays, which ``in`` cannot compare."""
    return [item for item in items if not isinstance(item, np.ndarray)]


def _checker(exercise):
    """Return the function that checks ``exercise``."""
    chapter, _, number = str(exercise).partition(".")
    try:
        room = chapter if chapter == "capstone" else f"chapter{chapter}"
        module = import_module(f"lstm_core.exercises.{room}")
        return getattr(module, f"exercise_{number}")
    except (ImportError, AttributeError):
        raise ValueError(
            f"exercise: wanted a number such as '2.3', got {exercise!r}"
        ) from None


def close(got, wanted, hint, tolerance=1e-9):
    """Raise `Wrong` with ``hint`` unless ``got`` has the values of ``wanted``."""
    same_shape(got, wanted)
    if not np.allclose(got, wanted, rtol=tolerance, atol=tolerance):
        raise Wrong(hint)


def same_shape(got, wanted, name=""):
    """Raise `Wrong` unless ``got`` is numeric and has the shape of ``wanted``.

    ``name`` says which part of the answer it is, if there are several.
    """
    start = f"{name}: wanted" if name else "Wanted"
    try:
        array = np.asarray(got)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind not in "biufc":
        raise Wrong(f"{start} numbers, got {type(got).__name__}.")
    if array.shape != np.shape(wanted) == ():
        raise Wrong(f"{start} one number, got an array of shape {array.shape}.")
    if array.shape != np.shape(wanted):
        raise Wrong(f"{start} the shape {np.shape(wanted)}, got {array.shape}.")


def counted(number, word):
    """Return "1 step" or "3 steps"."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def is_close(got, candidate, tolerance=1e-9):
    """Whether ``got`` equals a typical wrong answer, shape and values."""
    got = np.asarray(got)
    return got.shape == np.shape(candidate) and np.allclose(
        got, candidate, rtol=tolerance, atol=tolerance
    )


def recognise(got, slips):
    """Raise `Wrong` if ``got`` equals a typical wrong answer.

    ``slips`` is a dict from the hint to what that mistake gives.
    """
    for hint, slip in slips.items():
        if is_close(got, slip):
            raise Wrong(hint)
