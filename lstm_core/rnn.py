"""A plain recurrent net: the yardstick for the LSTM, without gates.

The net of Elman (1990): ``h_t = tanh(W x_t + U h_{t-1} + b)``. The names and
shapes are those of `lstm_core.lstm`, with H rows in place of 4H and one state
in place of two.
"""

from typing import NamedTuple

import numpy as np

from lstm_core.checks import check_count, check_dtype, check_shape
from lstm_core.gates import tanh_slope


def init_rnn(input_size, hidden_size, *, rng, dtype=np.float64):
    """Draw the parameters of a plain recurrent net.

    Weights are uniform in [-1/sqrt(H), 1/sqrt(H)], biases zero.

    Parameters
    ----------
    input_size, hidden_size : int
        D and H.
    rng : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    dict
        ``weight_ih`` (H, D), ``weight_hh`` (H, H), ``bias`` (H,).
    """
    D = check_count("input_size", input_size)
    H = check_count("hidden_size", hidden_size)
    dtype = check_dtype(dtype)
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng: wanted a numpy.random.Generator, got {rng!r}")
    bound = 1.0 / np.sqrt(H)
    return {
        "weight_ih": rng.uniform(-bound, bound, (H, D)).astype(dtype),
        "weight_hh": rng.uniform(-bound, bound, (H, H)).astype(dtype),
        "bias": np.zeros(H, dtype),
    }


class RNNCellCache(NamedTuple):
    """What one step keeps for its backward pass; arrays (B, ...)."""

    x_t: np.ndarray
    h_prev: np.ndarray
    h_t: np.ndarray
    params: dict


def rnn_cell_forward(x_t, h_prev, params):
    """Advance the net by one step.

    Parameters
    ----------
    x_t : array (B, D)
    h_prev : array (B, H)
    params : dict
        As from `init_rnn`.

    Returns
    -------
    h_t : array (B, H)
    cache : RNNCellCache
    """
    H, D = _check_params(params)
    x_t = check_shape("x_t", x_t, "B", D)
    h_prev = check_shape("h_prev", h_prev, len(x_t), H)
    a = x_t @ params["weight_ih"].T + h_prev @ params["weight_hh"].T
    h_t = np.tanh(a + params["bias"])
    return h_t, RNNCellCache(x_t, h_prev, h_t, params)


def rnn_cell_backward(dh_t, cache):
    """Send the gradient of a loss back through one step.

    Parameters
    ----------
    dh_t : array (B, H)
    cache : RNNCellCache
        From `rnn_cell_forward`.

    Returns
    -------
    dx_t : array (B, D)
    dh_prev : array (B, H)
    grads : dict
        Gradients of the parameters, summed over the batch.
    """
    x_t, h_prev, h_t, params = cache
    dh_t = check_shape("dh_t", dh_t, *h_t.shape)
    da = dh_t * tanh_slope(h_t)
    grads = {
        "weight_ih": da.T @ x_t,
        "weight_hh": da.T @ h_prev,
        "bias": da.sum(axis=0),
    }
    return da @ params["weight_ih"], da @ params["weight_hh"], grads


def rnn_forward(x, h0, params):
    """Run the net over a batch of sequences.

    Parameters
    ----------
    x : array (T, B, D)
    h0 : array (B, H), or None for zeros
    params : dict
        As from `init_rnn`.

    Returns
    -------
    hs : array (T, B, H)
    cache : list of RNNCellCache
        One entry a step.
    """
    H, D = _check_params(params)
    x = check_shape("x", x, "T", "B", D)
    h_t = np.zeros((x.shape[1], H), x.dtype) if h0 is None else h0
    hs, cache = [], []
    for x_t in x:
        h_t, cell = rnn_cell_forward(x_t, h_t, params)
        hs.append(h_t)
        cache.append(cell)
    return np.stack(hs), cache


def rnn_backward(dhs, cache, dh_n=None):
    """Backpropagate through time.

    Parameters
    ----------
    dhs : array (T, B, H)
        Gradient of the loss with respect to every ``hs[t]``, as far as the
        loss sees it directly.
    cache : list of RNNCellCache
        From `rnn_forward`.
    dh_n : array (B, H), or None for zeros
        Gradient that reaches the last state from elsewhere.

    Returns
    -------
    dx : array (T, B, D)
    dh0 : array (B, H)
    grads : dict
        Gradients of the parameters, summed over time and batch.
    """
    shape = cache[0].h_t.shape
    dhs = check_shape("dhs", dhs, len(cache), *shape)
    dh = np.zeros(shape) if dh_n is None else check_shape("dh_n", dh_n, *shape)
    dx, grads = [], dict.fromkeys(("weight_ih", "weight_hh", "bias"), 0.0)
    for dh_t, cell in zip(dhs[::-1], reversed(cache), strict=True):
        dx_t, dh, shares = rnn_cell_backward(dh_t + dh, cell)
        dx.append(dx_t)
        grads = {name: grads[name] + share for name, share in shares.items()}
    return np.stack(dx[::-1]), dh, grads


def _check_params(params):
    """Return (H, D) of a net's parameters after checking their shapes."""
    wanted = ("weight_ih", "weight_hh", "bias")
    if not isinstance(params, dict) or not set(wanted) <= set(params):
        raise ValueError(f"params: wanted a dict with {list(wanted)}, got {params!r}")
    H, D = check_shape("params['weight_ih']", params["weight_ih"], "H", "D").shape
    check_shape("params['weight_hh']", params["weight_hh"], H, H)
    check_shape("params['bias']", params["bias"], H)
    return H, D
