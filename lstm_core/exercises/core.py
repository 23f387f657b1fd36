"""How a check runs a reader's answer, and what it says of it.

The checks themselves are in ``chapter1.py`` to ``capstone.py``: one function
for each exercise, which takes the reader's answer and raises `Wrong` with a
hint, or returns what was seen to be right.
"""

import dis
import signal
import textwrap
import threading
from contextlib import contextmanager
from copy import deepcopy
from importlib import import_module
from itertools import permutations
from pathlib import Path
from traceback import walk_tb
from types import CodeType, ModuleType

import numpy as np

LIMIT = 60.0  # seconds that a check may take; the longest need two or three
WIDTH = 72  # of a verdict's lines, so that the page need not scroll
NUMERIC = "biufc"  # the kinds of array that hold numbers
NEARLY = (
    "Nearly: close, but not exact, as from a search, a rounded number or an "
    "approximation."
)


class Wrong(Exception):
    """The answer is wrong; the message is the hint."""


class Endless(BaseException):
    """The time is up; no `except Exception` of the reader's must catch it."""


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
        with _time_limit(LIMIT):
            return f"right. {checker(_Watched.wrap(answer))}"
    except Endless:
        return (
            f"not yet. After {LIMIT:g} seconds there was no answer. Does a loop never "
            "end, or is your function very slow?"
        )
    except NotAttempted:
        return "not attempted yet."
    except (Wrong, Raised) as told:
        return f"not yet. {told}{_note_on_notebook(answer)}"
    except TypeError as error:
        if callable(answer):
            raise
        if "object is not callable" in str(error):
            name = checker.__doc__.split("``")[1].partition("(")[0]
            return (
                "not yet. Give check the function itself, without brackets: "
                f"{name}, not {name}(...)."
            )
        kind = type(answer).__name__
        return f"not yet. Wanted another kind of answer than {kind}."


@contextmanager
def _time_limit(seconds):
    """Raise `Endless` when the time is up, where the system has such an alarm."""
    main = threading.current_thread() is threading.main_thread()
    if not (main and hasattr(signal, "setitimer")):  # not on Windows, for one
        yield
        return

    def ring(*_):
        raise Endless

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)  # again, if it was caught
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _note_on_notebook(answer):
    """Say which values, not functions, the reader's code takes from the notebook."""
    code = getattr(answer, "__code__", None)
    scope = getattr(answer, "__globals__", {})
    names = [
        f"`{name}`"
        for name in sorted(_names_outside(code) & set(scope) if code else [])
        if not callable(scope[name]) and not isinstance(scope[name], ModuleType)
    ]
    if not names:
        return ""
    return (
        f" Your function reads {', '.join(names)} from the notebook; the check's "
        "own inputs come as arguments."
    )


def _names_outside(code):
    """Return the global names that a function reads, inner ones included."""
    steps = dis.get_instructions(code)
    names = {step.argval for step in steps if step.opname == "LOAD_GLOBAL"}
    inner = [part for part in code.co_consts if isinstance(part, CodeType)]
    return names.union(*map(_names_outside, inner))


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
            raise Wrong("Your function returned nothing. Is a `return` missing?")
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


def call(answer, *, notes=None, **given):
    """Call the reader's function, and raise `Wrong` if it changes an argument.

    ``given`` are the arguments, in order; the function gets copies of them.
    ``notes`` is a dict of what to add if the call fails, to what part of the
    failure's text.
    """
    copies = deepcopy(given)
    try:
        got = answer(*copies.values())
    except (Wrong, Raised) as told:
        added = [note for part, note in (notes or {}).items() if part in str(told)]
        if not added:
            raise
        raise Wrong(f"{told} {added[0]}") from None
    for name, argument in given.items():
        if not _same(copies[name], argument):
            raise Wrong(
                f"Your function changed {name}, which it was given: -=, *=, /= and "
                ".sort() work in place. Leave it as it is, and make a new array."
            )
    return got


def _same(one, other):
    """Whether two arrays, lists or dicts of such are equal."""
    if isinstance(other, dict):
        return one.keys() == other.keys() and all(
            _same(one[key], other[key]) for key in other
        )
    return np.array_equal(one, other)


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
    array = _array(got)
    if array.dtype.kind not in NUMERIC:
        raise Wrong(f"{start} numbers, got {type(got).__name__}.")
    if array.shape != np.shape(wanted) == ():
        raise Wrong(f"{start} one number, got an array of shape {array.shape}.")
    if array.shape != np.shape(wanted):
        raise Wrong(f"{start} the shape {np.shape(wanted)}, got {array.shape}.")


def _array(got):
    """Return ``got`` as an array, of kind "O" if it is ragged."""
    try:
        return np.asarray(got)
    except ValueError:
        return np.asarray(None)


def counted(number, word):
    """Return "1 step" or "3 steps"."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def is_close(got, candidate, tolerance=1e-9):
    """Whether ``got`` equals a typical wrong answer, shape and values."""
    got = _array(got)
    if got.dtype.kind not in NUMERIC or got.shape != np.shape(candidate):
        return False
    return np.allclose(got, candidate, rtol=tolerance, atol=tolerance)


def is_near(answer, right, cases, tolerance=0.02):
    """Whether a function is nearly right in all cases, as a search would be."""
    return all(is_close(answer(*case), right(*case), tolerance) for case in cases)


def recognise(got, slips):
    """Raise `Wrong` if ``got`` equals a typical wrong answer.

    ``slips`` is a dict from the hint to what that mistake gives.
    """
    for hint, slip in slips.items():
        if is_close(got, slip):
            raise Wrong(hint)


def side_by_side(slips):
    """Join the slips of several cases, to tell apart what one case does not."""
    return {hint: [at[hint] for at in slips] for hint in slips[0]}


def in_order(got, wanted, names):
    """Raise `Wrong` if the parts are right, but in another order."""
    _, *others = permutations(wanted)
    if any(all(map(is_close, got, other)) for other in others):
        raise Wrong(f"These are the right arrays in another order: {', '.join(names)}.")
