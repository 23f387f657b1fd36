"""The two squashing functions, their slopes, and how long a gate remembers.

Home chapter: 2.
"""

import numpy as np

from lstm_core.checks import check_numeric


def sigmoid(x):
    """Squash ``x`` into (0, 1): 1 / (1 + exp(-x)).

    Written with tanh, which cannot overflow. Real or complex input of any
    shape; the output has the same shape.
    """
    x = check_numeric("x", x)
    return 0.5 * (1.0 + np.tanh(0.5 * x))


def sigmoid_slope(y):
    """Return the derivative of the sigmoid where its *output* is ``y``."""
    return y * (1.0 - y)


def tanh_slope(y):
    """Return the derivative of tanh where its *output* is ``y``."""
    return 1.0 - y * y


def half_life(f):
    """Return after how many steps a gate held at ``f`` keeps one half.

    The number n with ``f ** n == 0.5``; infinite for f = 1 and 0 for f = 0.

    Parameters
    ----------
    f : float array of any shape
        Activated forget gates, each in [0, 1].
    """
    f = check_numeric("f", f)
    if not np.all((f >= 0) & (f <= 1)):
        raise ValueError(f"f: wanted gates in [0, 1], got {f}")
    with np.errstate(divide="ignore"):  # log 0 and 1 / 0 are the two limits
        return np.log(2) / np.abs(np.log(f))
