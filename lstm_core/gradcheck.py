"""Two numerical gradients, and a check of any hand-written one against them.

Home chapter: 4. `gradient_report` (chapter 7) looks at an LSTM in particular.
"""

from typing import NamedTuple

import numpy as np

from lstm_core.checks import check_number, check_numeric, check_same_shapes

TOLERANCES = {"complex": 1e-12, "central": 1e-6}


def central_difference_gradient(fn, x, eps=1e-5):
    """Estimate a gradient from two values a little apart, entry by entry.

    ``(fn(x + eps) - fn(x - eps)) / (2 eps)``: the error falls as eps squared
    until rounding takes over, near 1e-8 of the gradient.

    Parameters
    ----------
    fn : callable
        Takes an array like ``x``, returns a number.
    x : array of any shape
        Left as it is.

    Returns
    -------
    array of the shape of ``x``
    """
    x = check_numeric("x", x)
    eps = check_number("eps", eps, 0, above=True)
    grad = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += eps
        down[index] -= eps
        grad[index] = (fn(up) - fn(down)) / (2 * eps)
    return grad


def complex_step_gradient(fn, x, step=1e-30):
    """Measure a gradient to machine precision with an imaginary step.

    ``fn(x + i step).imag / step``: nothing is subtracted, so nothing cancels,
    and the step can be as small as we like (Squire and Trapp 1998).

    Parameters
    ----------
    fn : callable
        Takes a complex array like ``x``, returns a complex number; made of
        operations that keep the imaginary part (no abs, max or real buffers).
    x : array of any shape
        Left as it is.

    Returns
    -------
    array of the shape of ``x``
    """
    x = check_numeric("x", x)
    step = check_number("step", step, 0, above=True)
    grad = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        nudged = x.astype(complex)
        nudged[index] += 1j * step
        value = fn(nudged)
        if not np.iscomplexobj(value):
            raise ValueError("fn: wanted a complex result, got a real one")
        grad[index] = value.imag / step
    return grad


def relative_error(got, wanted):
    """Return the length of the difference, divided by that of ``wanted``.

    Over all entries together: entry by entry, those near zero would drown the
    rest. Where both are zero the error is 0.
    """
    got, wanted = np.asarray(got), np.asarray(wanted)
    scale = np.linalg.norm(wanted) or 1.0
    return float(np.linalg.norm(got - wanted) / scale)


class GradientCheck(NamedTuple):
    """The verdict on one gradient array."""

    name: str
    error: float  # relative, over the whole array
    worst: tuple  # index of the entry that is furthest off
    got: float  # that entry in the gradient under test
    wanted: float  # and what it should be
    passed: bool


class GradientChecks(list):
    """The verdicts on all arrays of a gradient; prints as a table."""

    @property
    def passed(self):
        """Whether every array passed."""
        return all(check.passed for check in self)

    def __str__(self):
        rows = [f"{'':4} {'array':12} {'error':>8}  worst entry"]
        for check in self:
            rows.append(
                f"{'ok' if check.passed else 'BAD':4} {check.name:12} "
                f"{check.error:8.0e}  {list(map(int, check.worst))}: "
                f"got {check.got:.6g}, wanted {check.wanted:.6g}"
            )
        return "\n".join(rows)

    __repr__ = __str__


def check_gradients(loss_and_grads, params, *, method="complex", tolerance=None):
    """Compare a hand-written gradient with a numerical one.

    Parameters
    ----------
    loss_and_grads : callable
        ``loss_and_grads(params) -> loss, grads``, two dicts with equal keys.
    params : dict of arrays
        Where to check. Random and not zero: zeros hide mistakes.
    method : {"complex", "central"}
        The complex step is exact, but ``loss_and_grads`` must take complex
        parameters; central differences take any function.
    tolerance : float, optional
        Largest relative error of an array that passes; 1e-12 for "complex",
        1e-6 for "central".

    Returns
    -------
    GradientChecks
        One verdict an array, with the entry that is furthest off.
    """
    if method not in TOLERANCES:
        raise ValueError(f"method: wanted 'complex' or 'central', got {method!r}")
    if tolerance is None:
        tolerance = TOLERANCES[method]
    tolerance = check_number("tolerance", tolerance, 0)
    numerical = {
        "complex": complex_step_gradient,
        "central": central_difference_gradient,
    }[method]
    _, grads = loss_and_grads(params)
    check_same_shapes("grads", grads, params, "params")
    checks = GradientChecks()
    for name, param in params.items():

        def loss_of(array, name=name):
            return loss_and_grads({**params, name: array})[0]

        wanted = numerical(loss_of, param)
        checks.append(_verdict(name, np.asarray(grads[name]), wanted, tolerance))
    return checks


def _verdict(name, got, wanted, tolerance):
    """Compare one array with what it should be."""
    error = relative_error(got, wanted)
    gap = np.nan_to_num(np.abs(got - wanted), nan=np.inf)
    worst = np.unravel_index(np.argmax(gap), gap.shape)
    return GradientCheck(
        name, error, worst, got[worst].item(), wanted[worst].item(), error <= tolerance
    )
