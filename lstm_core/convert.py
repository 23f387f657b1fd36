"""LSTM weights to and from the layouts of PyTorch, Keras, Flax and ONNX.

Each layout is a dict of arrays under that framework's own names. All frameworks
compute the same cell; they differ in the order of the gates, in rows against
columns, and in one bias against two. Two biases act as their sum, so going
there, ours is put in the first and the second is zero.
"""

import numpy as np

from lstm_core.checks import check_params

OUR_GATES = "ifgo"
CS231N_GATES = "ifog"
ONNX_GATES = "iofg"  # ONNX writes c for the candidate g


def to_torch(params):
    """Return the parameters of ``torch.nn.LSTM``: i, f, g, o in rows.

    Returns
    -------
    dict
        ``weight_ih_l0`` (4H, D), ``weight_hh_l0`` (4H, H), ``bias_ih_l0`` and
        ``bias_hh_l0`` (4H,).
    """
    check_params(params)
    return {
        "weight_ih_l0": params["weight_ih"].copy(),
        "weight_hh_l0": params["weight_hh"].copy(),
        "bias_ih_l0": params["bias"].copy(),
        "bias_hh_l0": np.zeros_like(params["bias"]),
    }


def from_torch(weights):
    """Return our parameters from those of ``torch.nn.LSTM``."""
    wanted = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    weight_ih, weight_hh, bias_ih, bias_hh = _take(weights, wanted)
    return _ours(weight_ih.copy(), weight_hh.copy(), bias_ih + bias_hh)


def to_keras(params):
    """Return the weights of ``keras.layers.LSTM``: i, f, c (our g), o in columns.

    Returns
    -------
    dict
        ``kernel`` (D, 4H), ``recurrent_kernel`` (H, 4H), ``bias`` (4H,).
    """
    check_params(params)
    return {
        "kernel": params["weight_ih"].T.copy(),
        "recurrent_kernel": params["weight_hh"].T.copy(),
        "bias": params["bias"].copy(),
    }


def from_keras(weights):
    """Return our parameters from those of ``keras.layers.LSTM``."""
    kernel, recurrent, bias = _take(weights, ("kernel", "recurrent_kernel", "bias"))
    return _ours(kernel.T.copy(), recurrent.T.copy(), bias.copy())


def to_flax(params):
    """Return the parameters of ``flax.linen.OptimizedLSTMCell``.

    One dense layer a gate and source, transposed; the bias is on the recurrent
    one. Flax carries the state as (c, h).

    Returns
    -------
    dict
        For each gate k of i, f, g, o: ``ik/kernel`` (D, H), ``hk/kernel``
        (H, H), ``hk/bias`` (H,).
    """
    check_params(params)
    blocks = {name: np.split(params[name], 4) for name in params}
    weights = {}
    for k, gate in enumerate(OUR_GATES):
        weights[f"i{gate}/kernel"] = blocks["weight_ih"][k].T.copy()
        weights[f"h{gate}/kernel"] = blocks["weight_hh"][k].T.copy()
        weights[f"h{gate}/bias"] = blocks["bias"][k].copy()
    return weights


def from_flax(weights):
    """Return our parameters from those of ``flax.linen.OptimizedLSTMCell``."""
    kinds = ("i{}/kernel", "h{}/kernel", "h{}/bias")
    names = [kind.format(gate) for kind in kinds for gate in OUR_GATES]
    parts = [part.T for part in _take(weights, names)]
    return _ours(*(np.concatenate(parts[k : k + 4]) for k in (0, 4, 8)))


def to_onnx(params):
    """Return the inputs of the ONNX operator LSTM: i, o, f, c (our g) in rows.

    Returns
    -------
    dict
        ``W`` (1, 4H, D), ``R`` (1, 4H, H), ``B`` (1, 8H); the first axis is
        that of the directions.
    """
    check_params(params)
    reordered = {
        name: reorder_gates(params[name], OUR_GATES, ONNX_GATES)
        for name in ("weight_ih", "weight_hh", "bias")
    }
    bias = reordered["bias"]
    return {
        "W": reordered["weight_ih"][None],
        "R": reordered["weight_hh"][None],
        "B": np.concatenate([bias, np.zeros_like(bias)])[None],
    }


def from_onnx(weights):
    """Return our parameters from the inputs of the ONNX operator LSTM."""
    W, R, B = _take(weights, ("W", "R", "B"))
    parts = W[0], R[0], np.add(*np.split(B[0], 2))
    return _ours(*(reorder_gates(part, ONNX_GATES, OUR_GATES) for part in parts))


def to_cs231n(params):
    """Return the arrays of CS231n's assignment: i, f, o, g in columns.

    Returns
    -------
    dict
        ``Wx`` (D, 4H), ``Wh`` (H, 4H), ``b`` (4H,).
    """
    check_params(params)
    names = {"Wx": "weight_ih", "Wh": "weight_hh", "b": "bias"}
    return {
        theirs: reorder_gates(params[ours], OUR_GATES, CS231N_GATES).T
        for theirs, ours in names.items()
    }


def from_cs231n(weights):
    """Return our parameters from the arrays of CS231n's assignment."""
    parts = (part.T for part in _take(weights, ("Wx", "Wh", "b")))
    return _ours(*(reorder_gates(part, CS231N_GATES, OUR_GATES) for part in parts))


def reorder_gates(array, order, wanted):
    """Reorder the four blocks of rows of ``array``.

    Parameters
    ----------
    array : array (4H, ...)
    order, wanted : str
        The gates' letters as they are and as they shall be, such as "ifgo".

    Returns
    -------
    array (4H, ...)
        A new one.
    """
    if sorted(order) != sorted(OUR_GATES) or sorted(wanted) != sorted(OUR_GATES):
        raise ValueError(
            f"order, wanted: wanted the letters of {OUR_GATES!r}, "
            f"got {order!r} and {wanted!r}"
        )
    array = np.asarray(array)
    if array.ndim == 0 or len(array) % 4:
        raise ValueError(f"array: wanted 4H rows, got shape {array.shape}")
    blocks = dict(zip(order, np.split(array, 4), strict=True))
    return np.concatenate([blocks[gate] for gate in wanted])


def _take(weights, names):
    """Return the arrays called ``names``, all of which must be there."""
    if not isinstance(weights, dict) or set(weights) != set(names):
        got = sorted(weights) if isinstance(weights, dict) else type(weights).__name__
        raise ValueError(f"weights: wanted a dict with {sorted(names)}, got {got}")
    return [np.asarray(weights[name]) for name in names]


def _ours(weight_ih, weight_hh, bias):
    """Return our parameters after checking that their shapes fit together."""
    params = {"weight_ih": weight_ih, "weight_hh": weight_hh, "bias": bias}
    check_params(params)
    return params
