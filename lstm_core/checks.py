"""Argument checks: each says which argument, what was wanted and what came."""

from numbers import Integral, Real

import numpy as np

PARAM_NAMES = ("weight_ih", "weight_hh", "bias")


def check_numeric(name, value):
    """Return ``value`` as a numeric array (booleans and integers become float64).

    Raises
    ------
    ValueError
        If ``value`` is not an array of real or complex numbers.
    """
    try:
        array = np.asarray(value)
    except ValueError:  # ragged nesting
        array = np.asarray(None)
    if array.dtype.kind in "fc":
        return array
    if array.dtype.kind in "biu":
        return array.astype(np.float64)
    raise ValueError(f"{name}: wanted an array of numbers, got {_describe(value)}")


def check_shape(name, value, *wanted):
    """Return ``value`` as a numeric array whose shape is ``wanted``.

    Parameters
    ----------
    wanted : int or str
        One entry an axis: an int is an exact size, a letter any size from 1.

    Raises
    ------
    ValueError
        If the number of axes or a size differs, or an axis is empty.
    """
    array = check_numeric(name, value)
    fits = array.ndim == len(wanted) and all(
        size > 0 if isinstance(want, str) else size == want
        for size, want in zip(array.shape, wanted, strict=True)
    )
    if not fits:
        sizes = ", ".join(map(str, wanted)) + ("," if len(wanted) == 1 else "")
        raise ValueError(f"{name}: wanted shape ({sizes}), got {array.shape}")
    return array


def check_ids(name, ids, depth, ndim=None):
    """Return ``ids`` as an int64 array with every entry in [0, depth).

    Raises
    ------
    ValueError
        If an entry is not an integer or is out of range, or if ``ndim`` is
        given and the number of axes differs.
    """
    array = np.asarray(ids)
    if array.dtype.kind not in "iu" and array.size:
        raise ValueError(f"{name}: wanted integer ids, got {_describe(ids)}")
    if ndim is not None and array.ndim != ndim:
        raise ValueError(f"{name}: wanted {ndim} axes, got shape {array.shape}")
    outside = (array < 0) | (array >= depth)
    if outside.any():
        raise ValueError(
            f"{name}: wanted ids from 0 to {depth - 1}, got {array[outside].flat[0]}"
        )
    return array.astype(np.int64)


def check_count(name, value, low=1):
    """Return ``value`` as an int that is at least ``low``."""
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or value < low:
        raise ValueError(f"{name}: wanted a whole number >= {low}, got {value!r}")
    return int(value)


def check_number(name, value, low, high=np.inf, *, above=False):
    """Return ``value`` as a finite float in [low, high], or (low, high].

    With ``above`` the lower end is left out.
    """
    real = isinstance(value, Real) and not isinstance(value, bool)
    inside = real and np.isfinite(value) and low <= value <= high
    if not inside or (above and value == low):
        bounds = f"{'(' if above else '['}{low}, {high}{']' if high < np.inf else ')'}"
        raise ValueError(f"{name}: wanted a number in {bounds}, got {value!r}")
    return float(value)


def check_text(name, text, least=1):
    """Return ``text`` if it is a str of at least ``least`` characters."""
    if not isinstance(text, str):
        raise ValueError(f"{name}: wanted a str, got {_describe(text)}")
    if len(text) < least:
        raise ValueError(
            f"{name}: wanted at least {least} character"
            f"{'s' if least > 1 else ''}, got {len(text)}"
        )
    return text


def check_dtype(dtype):
    """Return ``dtype`` as a NumPy dtype if it is float32 or float64."""
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = None
    if found not in (np.float32, np.float64):
        raise ValueError(f"dtype: wanted float32 or float64, got {dtype!r}")
    return found


def check_same_shapes(name, arrays, like, like_name):
    """Check that two dicts of arrays have the same keys and shapes."""
    if not isinstance(arrays, dict) or set(arrays) != set(like):
        got = sorted(arrays) if isinstance(arrays, dict) else _describe(arrays)
        raise ValueError(
            f"{name}: wanted the keys of {like_name}, {sorted(like)}, got {got}"
        )
    for key, array in arrays.items():
        check_shape(f"{name}[{key!r}]", array, *np.shape(like[key]))


def check_finite(name, arrays):
    """Check that no array of a dict holds NaN or infinity."""
    bad = [key for key, array in arrays.items() if not np.isfinite(array).all()]
    if bad:
        raise ValueError(f"{name}: wanted finite numbers, got NaN or infinity in {bad}")


def check_params(params):
    """Return (D, H) of an LSTM's parameters after checking their shapes."""
    if not isinstance(params, dict) or not set(PARAM_NAMES) <= set(params):
        got = sorted(params) if isinstance(params, dict) else _describe(params)
        raise ValueError(f"params: wanted a dict with {list(PARAM_NAMES)}, got {got}")
    for name in PARAM_NAMES:
        if not isinstance(params[name], np.ndarray):
            raise ValueError(
                f"params[{name!r}]: wanted an array, got {_describe(params[name])}"
            )
    H = np.shape(params["weight_hh"])[-1] if np.ndim(params["weight_hh"]) else 0
    check_shape("params['weight_hh']", params["weight_hh"], 4 * H, "H")
    weight_ih = check_shape("params['weight_ih']", params["weight_ih"], 4 * H, "D")
    check_shape("params['bias']", params["bias"], 4 * H)
    return weight_ih.shape[1], H


def check_state(name, state, B, H):
    """Return the pair (h, c), each of shape (B, H)."""
    if not isinstance(state, tuple | list | np.ndarray) or len(state) != 2:
        raise ValueError(f"{name}: wanted a pair (h, c), got {_describe(state)}")
    h = check_shape(f"{name}[0] (h)", state[0], B, H)
    return h, check_shape(f"{name}[1] (c)", state[1], B, H)


def _describe(value):
    """Say what a wrong value is, in a few words."""
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 40 else text[:37] + '...'}"
