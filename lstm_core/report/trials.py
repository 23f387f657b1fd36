"""Random cases with their true gradients, and safe calls of a function under test.

What `gradient_report` runs. Home chapter: 7.
"""

import traceback
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from lstm_core.gradcheck import complex_step_gradient
from lstm_core.lstm import LSTMCache, lstm_forward

B, D, H = 4, 3, 5  # small, and no two alike
PARAM_SHAPES = {"weight_ih": (4 * H, D), "weight_hh": (4 * H, H), "bias": (4 * H,)}
# Of the weights, and of the gradients that come in: the size; is dstate_n given?
SETTINGS = {
    "small weights": (0.5, 1.0, True),
    "large weights": (2.0, 1000.0, True),
    "no dstate_n": (1.0, 1000.0, False),
}


class Case(NamedTuple):
    """One call of a backward pass, and what it must give."""

    T: int
    setting: str  # a key of SETTINGS
    x: np.ndarray  # (T, B, D)
    state: np.ndarray  # (2, B, H)
    params: dict
    dhs: np.ndarray  # (T, B, H)
    dstate_n: np.ndarray | None  # (2, B, H)
    wanted: dict  # dx, dh0, dc0, weight_ih, weight_hh, bias


class Outcome(NamedTuple):
    """What one call gave: the arrays that can be compared, and the rest in words."""

    arrays: dict  # copies, by the names of Case.wanted
    returned: dict  # the same arrays as the function returned them
    problems: list  # of str: what could not be compared, and why
    changed: list  # of str: the arguments that the call changed


class Trial(NamedTuple):
    """Two calls with equal arguments."""

    case: Case
    arrays: dict
    problems: list
    changed: list
    again: str  # what the second call did differently, or ""


@lru_cache(maxsize=64)
def make_case(T, setting, seed):
    """Draw a case, and measure its gradients with the complex step.

    Parameters
    ----------
    T : int
        Number of steps.
    setting : str
        A key of ``SETTINGS``.
    seed : int

    Returns
    -------
    Case
        Kept for the next call; leave it as it is.
    """
    weight, upstream, given = SETTINGS[setting]
    rng = np.random.default_rng([seed, T, list(SETTINGS).index(setting)])
    params = {
        name: weight * rng.normal(size=shape) for name, shape in PARAM_SHAPES.items()
    }
    x, state = rng.normal(size=(T, B, D)), rng.normal(size=(2, B, H))
    dhs = upstream * rng.normal(size=(T, B, H))
    dstate_n = upstream * rng.normal(size=(2, B, H)) if given else None
    case = Case(T, setting, x, state, params, dhs, dstate_n, {})
    return case._replace(wanted=_measured(case))


def _measured(case):
    """Measure the gradient of a random projection of hs, hn and cn."""

    def projected(x=case.x, state=case.state, **changed):
        hs, state_n, _ = lstm_forward(x, state, {**case.params, **changed})
        total = (case.dhs * hs).sum()
        if case.dstate_n is not None:
            total = total + (case.dstate_n * np.stack(state_n)).sum()
        return total

    def gradient(name, array):
        return complex_step_gradient(lambda a: projected(**{name: a}), array)

    dh0, dc0 = gradient("state", case.state)
    wanted = {"dx": gradient("x", case.x), "dh0": dh0, "dc0": dc0}
    return wanted | {name: gradient(name, case.params[name]) for name in case.params}


def run_trial(lstm_backward, case):
    """Call a backward pass twice on a case; whatever it does, it is noted.

    Returns
    -------
    Trial
    """
    first, second = call(lstm_backward, case), call(lstm_backward, case)
    again = ""
    if second.problems != first.problems:
        again = (second.problems or ["gives a result; the first gave none"])[0]
    elif not _same(first.arrays, second.arrays):
        again = "gives another result"
    elif any(
        np.shares_memory(first.returned[n], second.returned[n]) for n in second.arrays
    ):
        again = "overwrites the arrays that the first returned"
    return Trial(case, first.arrays, first.problems, first.changed, again)


def call(lstm_backward, case):
    """Call a backward pass on fresh copies of a case.

    Returns
    -------
    Outcome
        Only what is not an `Exception` (such as Ctrl-C) passes through.
    """
    x, state = case.x.copy(), case.state.copy()
    params = {name: array.copy() for name, array in case.params.items()}
    cache = lstm_forward(x, state, params)[2]
    arguments = [case.dhs.copy(), cache]
    if case.dstate_n is not None:
        arguments.append(tuple(case.dstate_n.copy()))
    before = {name: a.copy() for name, a in _flat(*arguments).items()}
    try:
        returned, problems = unpack(lstm_backward(*arguments), case.wanted)
    except Exception as error:
        returned, problems = {}, [_raised(error)]
    after = _flat(*arguments)
    changed = [n for n in before if not np.array_equal(before[n], after.get(n))]
    copies = {name: np.array(array) for name, array in returned.items()}
    return Outcome(copies, returned, problems, changed + sorted(set(after) - {*before}))


def _flat(dhs, cache, dstate_n=()):
    """Name every array that a backward pass is given."""
    named = {"dhs": dhs}
    named |= {f"dstate_n[{k}]": array for k, array in enumerate(dstate_n)}
    named |= {f"cache.{field}": getattr(cache, field) for field in LSTMCache._fields}
    params = named.pop("cache.params")
    return named | {f"cache.params[{k!r}]": array for k, array in params.items()}


def _same(some, others):
    """Whether two dicts with equal keys hold equal arrays."""
    return all(np.array_equal(some[n], others[n], equal_nan=True) for n in some)


def _raised(error):
    """Say what was raised, and the line of the learner's code that led there."""
    message = " ".join(str(error).split())
    message = message if len(message) <= 160 else message[:157] + "..."
    frames = traceback.extract_tb(error.__traceback__)[1:]  # without our own
    lines = [fr.line for fr in frames if fr.filename == frames[0].filename and fr.line]
    where = f", in the line `{lines[-1]}`" if lines else ""
    return f"raises {type(error).__name__}{': ' * bool(message)}{message}{where}"


def unpack(returned, wanted):
    """Name the arrays of ``dx, (dh0, dc0), grads``, and note what is amiss.

    Parameters
    ----------
    returned : anything
    wanted : dict of arrays
        As in `Case`.

    Returns
    -------
    arrays : dict
        Those of the right shape, real and finite.
    problems : list of str
    """
    named, problems = _named(returned)
    faults = {name: _fault(named[name], wanted[name].shape) for name in named}
    problems += [f"returns {name} {fault}" for name, fault in faults.items() if fault]
    named = {name: named[name] for name in named if not faults[name]}
    bad = [name for name in named if not np.isfinite(named[name]).all()]
    if bad:
        problems.append(
            f"returns NaN or infinity in {', '.join(bad)}; is an array from np.empty "
            "never filled, or does something overflow or divide by zero?"
        )
    return {name: named[name] for name in named if name not in bad}, problems


def _named(returned):
    """Name whatever stands where an array belongs, and note what has no place."""
    if not isinstance(returned, tuple | list) or len(returned) != 3:
        hint = " (is a `return` missing?)" if returned is None else ""
        got = _describe(returned)
        return {}, [f"returns {got}, wanted dx, (dh0, dc0), grads{hint}"]
    dx, dstate, grads = returned
    named, problems = {"dx": dx}, []
    stacked = isinstance(dstate, np.ndarray) and dstate.ndim > 0
    if (stacked or isinstance(dstate, tuple | list)) and len(dstate) == 2:
        named["dh0"], named["dc0"] = dstate
    else:
        got = _describe(dstate)
        problems.append(f"returns {got} as its second value, wanted (dh0, dc0)")
    keys = set(grads) if isinstance(grads, dict) else set()
    if keys == set(PARAM_SHAPES):
        named |= grads
    else:
        got = f"the keys {sorted(map(str, keys))}" if keys else _describe(grads)
        problems.append(f"returns {got} for grads, wanted {list(PARAM_SHAPES)}")
    return named, problems


def _fault(value, shape):
    """Say why an array cannot be compared, or return ""."""
    if not isinstance(value, np.ndarray):
        return f"as {_describe(value)}, wanted an array"
    if value.dtype.kind != "f":
        return f"with dtype {value.dtype}, wanted float64"
    if value.shape != shape:
        hint = _shape_hint(value.shape, shape)
        return f"with shape {value.shape}, wanted {shape}: the shapes differ{hint}"
    return ""


def _shape_hint(got, wanted):
    """Guess how one shape came from another."""
    squeezed = tuple(size for size in got if size != 1)
    if got == wanted[::-1]:
        return "; it is transposed"
    if len(wanted) == 3 and got == (wanted[1], wanted[0], wanted[2]):
        return "; batch and time are exchanged (time comes first)"
    if squeezed == tuple(size for size in wanted if size != 1):
        return "; an axis of length 1 too many or too few (keepdims?)"
    if len(got) > len(wanted) and got[-len(wanted) :] == wanted:
        return "; not summed over (or not picked from) the first axes"
    if len(wanted) == 1 and got[-1:] == wanted:
        return "; not summed over the batch"
    return ""


def _describe(value):
    """Say what a value is, in a few words."""
    if value is None:
        return "None"
    kind = type(value).__name__
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, tuple | list | dict):
        return f"a {kind} of {len(value)}"
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
