"""The LSTM: one step and a whole sequence, forward and backward.

The cell of Hochreiter and Schmidhuber (1997) with the forget gate of Gers,
Schmidhuber and Cummins (2000). Gates are stacked in the order i, f, g, o.
Home chapters: 3 (forward) and 4 (backward).
"""

from typing import NamedTuple

import numpy as np

from lstm_core.checks import (
    check_count,
    check_dtype,
    check_number,
    check_params,
    check_shape,
    check_state,
)
from lstm_core.gates import sigmoid, sigmoid_slope, tanh_slope


def init_lstm(input_size, hidden_size, *, rng, forget_bias=1.0, dtype=np.float64):
    """Draw the parameters of an LSTM.

    Weights are uniform in [-1/sqrt(H), 1/sqrt(H)]. Biases are zero, except
    those of the forget gate, which start open (Gers et al. 2000;
    Jozefowicz et al. 2015).

    Parameters
    ----------
    input_size, hidden_size : int
        D and H.
    rng : numpy.random.Generator
        The only source of randomness.
    forget_bias : float
        First value of the forget gate's biases.

    Returns
    -------
    dict
        ``weight_ih`` (4H, D), ``weight_hh`` (4H, H), ``bias`` (4H,).
    """
    D = check_count("input_size", input_size)
    H = check_count("hidden_size", hidden_size)
    dtype = check_dtype(dtype)
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng: wanted a numpy.random.Generator, got {rng!r}")
    bound = 1.0 / np.sqrt(H)
    bias = np.zeros(4 * H, dtype)
    bias[H : 2 * H] = check_number("forget_bias", forget_bias, -np.inf)
    return {
        "weight_ih": rng.uniform(-bound, bound, (4 * H, D)).astype(dtype),
        "weight_hh": rng.uniform(-bound, bound, (4 * H, H)).astype(dtype),
        "bias": bias,
    }


class CellCache(NamedTuple):
    """What one step keeps for its backward pass; arrays (B, ...)."""

    x_t: np.ndarray
    h_prev: np.ndarray
    c_prev: np.ndarray
    i: np.ndarray
    f: np.ndarray
    g: np.ndarray
    o: np.ndarray
    tanh_c: np.ndarray
    params: dict


def lstm_cell_forward(x_t, h_prev, c_prev, params):
    """Advance an LSTM by one step.

    Parameters
    ----------
    x_t : array (B, D)
    h_prev, c_prev : arrays (B, H)
    params : dict
        As from `init_lstm`.

    Returns
    -------
    h_t, c_t : arrays (B, H)
    cache : CellCache
    """
    D, H = check_params(params)
    x_t = check_shape("x_t", x_t, "B", D)
    h_prev, c_prev = check_state("(h_prev, c_prev)", (h_prev, c_prev), len(x_t), H)
    a = x_t @ params["weight_ih"].T + h_prev @ params["weight_hh"].T
    a_i, a_f, a_g, a_o = np.split(a + params["bias"], 4, axis=-1)
    i = sigmoid(a_i)  # how much of the candidate to let in
    f = sigmoid(a_f)  # how much of the old cell state to keep
    g = np.tanh(a_g)  # the candidate: what could be written
    o = sigmoid(a_o)  # how much of the cell state to show
    c_t = f * c_prev + i * g
    tanh_c = np.tanh(c_t)
    h_t = o * tanh_c
    return h_t, c_t, CellCache(x_t, h_prev, c_prev, i, f, g, o, tanh_c, params)


def lstm_cell_backward(dh_t, dc_t, cache):
    """Send the gradient of a loss back through one step.

    Parameters
    ----------
    dh_t, dc_t : arrays (B, H)
        Gradient of the loss with respect to the step's two outputs.
    cache : CellCache
        From `lstm_cell_forward`.

    Returns
    -------
    dx_t : array (B, D)
    dh_prev, dc_prev : arrays (B, H)
    grads : dict
        Gradients of the parameters, summed over the batch.
    """
    x_t, h_prev, c_prev, i, f, g, o, tanh_c, params = cache
    dh_t, dc_t = check_state("(dh_t, dc_t)", (dh_t, dc_t), *h_prev.shape)
    dc = dc_t + dh_t * o * tanh_slope(tanh_c)  # c_t also feeds h_t
    da_i = dc * g * sigmoid_slope(i)
    da_f = dc * c_prev * sigmoid_slope(f)
    da_g = dc * i * tanh_slope(g)
    da_o = dh_t * tanh_c * sigmoid_slope(o)
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=-1)  # (B, 4H)
    grads = {
        "weight_ih": da.T @ x_t,
        "weight_hh": da.T @ h_prev,
        "bias": da.sum(axis=0),
    }
    return da @ params["weight_ih"], da @ params["weight_hh"], dc * f, grads


class LSTMCache(NamedTuple):
    """What a sequence keeps for its backward pass.

    ``hs[t]`` and ``cs[t]`` are the state *before* step t; ``hs[0]`` and
    ``cs[0]`` the initial one. All other arrays hold step t at index t.
    """

    x: np.ndarray  # (T, B, D)
    hs: np.ndarray  # (T + 1, B, H)
    cs: np.ndarray  # (T + 1, B, H)
    i: np.ndarray  # (T, B, H)
    f: np.ndarray  # (T, B, H)
    g: np.ndarray  # (T, B, H)
    o: np.ndarray  # (T, B, H)
    tanh_cs: np.ndarray  # (T, B, H)
    params: dict


def lstm_forward(x, state, params):
    """Run an LSTM over a batch of sequences.

    Parameters
    ----------
    x : array (T, B, D)
    state : pair of arrays (B, H), or None
        (h, c) before the first step; None means zeros.
    params : dict
        As from `init_lstm`.

    Returns
    -------
    hs : array (T, B, H)
    state_n : pair of arrays (B, H)
        (h, c) after the last step.
    cache : LSTMCache
        Refers to ``x`` and ``params``; leave them as they are until the
        backward pass is done.
    """
    D, H = check_params(params)
    x = check_shape("x", x, "T", "B", D)
    T, B, _ = x.shape
    state = np.zeros((2, B, H), x.dtype) if state is None else state
    h0, c0 = check_state("state", state, B, H)
    dtype = np.result_type(x, h0, c0, *params.values())
    hs, cs = np.empty((2, T + 1, B, H), dtype)
    hs[0], cs[0] = h0, c0
    tanh_cs = np.empty((T, B, H), dtype)
    gates = np.empty((T, B, 4 * H), dtype)
    i, f, g, o = np.split(gates, 4, axis=-1)  # views: filling gates fills them
    a_x = x @ params["weight_ih"].T + params["bias"]  # all steps at once
    for t in range(T):
        a = a_x[t] + hs[t] @ params["weight_hh"].T
        gates[t] = sigmoid(a)
        g[t] = np.tanh(a[:, 2 * H : 3 * H])  # the candidate is no gate
        cs[t + 1] = f[t] * cs[t] + i[t] * g[t]
        tanh_cs[t] = np.tanh(cs[t + 1])
        hs[t + 1] = o[t] * tanh_cs[t]
    cache = LSTMCache(x, hs, cs, i, f, g, o, tanh_cs, params)
    return hs[1:].copy(), (hs[-1].copy(), cs[-1].copy()), cache


def lstm_backward(dhs, cache, dstate_n=None):
    """Backpropagate through time.

    Parameters
    ----------
    dhs : array (T, B, H)
        Gradient of the loss with respect to every ``hs[t]``, as far as the
        loss sees it directly.
    cache : LSTMCache
        From `lstm_forward`.
    dstate_n : pair of arrays (B, H), or None
        Gradient with respect to the last state; None means zeros.

    Returns
    -------
    dx : array (T, B, D)
    dstate_0 : pair of arrays (B, H)
        Gradient with respect to the initial state (h0, c0).
    grads : dict
        Gradients of the parameters, summed over time and batch.
    """
    x, hs, cs, i, f, g, o, tanh_cs, params = cache
    T, B, H = tanh_cs.shape
    dhs = check_shape("dhs", dhs, T, B, H)
    dstate_n = np.zeros((2, B, H), dhs.dtype) if dstate_n is None else dstate_n
    dh, dc = check_state("dstate_n", dstate_n, B, H)
    # Local slopes, for all steps at once.
    dc_dh = o * tanh_slope(tanh_cs)
    da_i_dc = g * sigmoid_slope(i)
    da_f_dc = cs[:-1] * sigmoid_slope(f)  # cs[t] is the state before step t
    da_g_dc = i * tanh_slope(g)
    da_o_dh = tanh_cs * sigmoid_slope(o)
    da = np.empty((T, B, 4 * H), np.result_type(dhs, dh, dc, hs))
    da_i, da_f, da_g, da_o = np.split(da, 4, axis=-1)  # views
    for t in reversed(range(T)):
        dh = dhs[t] + dh  # from the loss, and from step t + 1
        dc = dc + dh * dc_dh[t]  # from step t + 1, and through h_t
        da_i[t] = dc * da_i_dc[t]
        da_f[t] = dc * da_f_dc[t]
        da_g[t] = dc * da_g_dc[t]
        da_o[t] = dh * da_o_dh[t]
        dh = da[t] @ params["weight_hh"]  # handed to step t - 1
        dc = dc * f[t]
    da_rows = da.reshape(T * B, 4 * H)
    grads = {
        "weight_ih": da_rows.T @ x.reshape(T * B, -1),
        "weight_hh": da_rows.T @ hs[:-1].reshape(T * B, H),
        "bias": da_rows.sum(axis=0),
    }
    return da @ params["weight_ih"], (dh, dc), grads
