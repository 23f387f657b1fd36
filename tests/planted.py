"""Wrong backward passes, each a small change of `lstm_core.lstm_backward`.

A `Planted` says where its defect is, which lines it changes, and which words a
diagnosis must contain. The lines are replaced in the source of the real
function, so that everything else stays as it is in the book.
"""

import inspect
from typing import NamedTuple

import numpy as np

from lstm_core import lstm


class Planted(NamedTuple):
    """A defect: its name, the changed lines, and what the diagnosis must say."""

    name: str
    changes: dict  # old text: new text
    words: tuple


SOURCE = inspect.getsource(lstm.lstm_backward)


def build(planted):
    """Return the wrong backward pass; every change must apply, once."""
    source = SOURCE
    for old, new in planted.changes.items():
        assert source.count(old) == 1, (planted.name, old)
        source = source.replace(old, new)
    room = {**vars(lstm), "keep": {}}
    exec(source, room)
    return room["lstm_backward"]


# The lines that many of them change.
DC_DH = "dc_dh = o * tanh_slope(tanh_cs)"
DA_I = "da_i_dc = g * sigmoid_slope(i)"
DA_F = "da_f_dc = cs[:-1] * sigmoid_slope(f)"
DA_G = "da_g_dc = i * tanh_slope(g)"
DA_O = "da_o_dh = tanh_cs * sigmoid_slope(o)"
START = "dh, dc = check_state("
LOOP = "for t in reversed(range(T)):"
DH_HERE = "dh = dhs[t] + dh "
DC_HERE = "dc = dc + dh * dc_dh[t]"
USE_I = "da_i[t] = dc * da_i_dc[t]"
USE_O = "da_o[t] = dh * da_o_dh[t]"
DH_BACK = 'dh = da[t] @ params["weight_hh"]'
DC_BACK = "dc = dc * f[t]"
W_IH = '"weight_ih": da_rows.T @ x.reshape(T * B, -1)'
W_HH = '"weight_hh": da_rows.T @ hs[:-1].reshape(T * B, H)'
BIAS = '"bias": da_rows.sum(axis=0)'
RETURN = 'return da @ params["weight_ih"], (dh, dc), grads'


def grads_then(statement):
    """Change the gradients before they are returned."""
    return {RETURN: f"{statement}\n    {RETURN}"}


# Inside one step: slopes and partners.
STEP = [
    Planted(
        "the slope of the forget gate is missing",
        {DA_F: "da_f_dc = cs[:-1]"},
        ("da_f", "f * (1 - f)", "missing", "depends on f"),
    ),
    Planted(
        "the slope of the candidate is missing",
        {DA_G: "da_g_dc = i"},
        ("da_g", "(1 - g * g)", "missing"),
    ),
    Planted(
        "the slope of o is taken of the activated value",
        {DA_O: "da_o_dh = tanh_cs * sigmoid_slope(sigmoid(o))"},
        ("da_o", "already activated", "o * (1 - o)"),
    ),
    Planted(
        "all slopes are taken of activated values",
        {
            DA_I: "da_i_dc = g * sigmoid_slope(sigmoid(i))",
            DA_F: "da_f_dc = cs[:-1] * sigmoid_slope(sigmoid(f))",
            DA_G: "da_g_dc = i * tanh_slope(np.tanh(g))",
            DA_O: "da_o_dh = tanh_cs * sigmoid_slope(sigmoid(o))",
        },
        ("All four gates", "already activated"),
    ),
    Planted(
        "the sigmoid for its slope, as sigmoid(f) without derivative=True",
        {DA_F: "da_f_dc = cs[:-1] * sigmoid(f)"},
        ("da_f", "the sigmoid itself"),
    ),
    Planted(
        "the candidate gets the slope of the sigmoid",
        {DA_G: "da_g_dc = i * sigmoid_slope(g)"},
        ("da_g", "slope of the sigmoid is used where that of tanh"),
    ),
    Planted(
        "the square is missing in the candidate's slope",
        {DA_G: "da_g_dc = i * (1 - g)"},
        ("da_g", "1 - g", "square is missing"),
    ),
    Planted(
        "the sign of the input gate",
        {DA_I: "da_i_dc = g * i * (i - 1)"},
        ("da_i", "sign is wrong"),
    ),
    Planted(
        "the cell state after the step instead of the one before",
        {DA_F: "da_f_dc = cs[1:] * sigmoid_slope(f)"},
        ("da_f", "cs[:-1]", "after the step"),
    ),
    Planted(
        "the cell state one step too early",
        {DA_F: "da_f_dc = cs[np.arange(T) - 1] * sigmoid_slope(f)"},
        ("da_f", "cs[t - 1]", "one step too early"),
    ),
    Planted(
        "i multiplies itself instead of g",
        {DA_I: "da_i_dc = i * sigmoid_slope(i)"},
        ("da_i", "multiply by g", "yours has i"),
    ),
    Planted(
        "c for tanh(c) at the output gate",
        {DA_O: "da_o_dh = cs[1:] * sigmoid_slope(o)"},
        ("da_o", "multiply by tanh_cs", "after the step"),
    ),
    Planted(
        "the tanh at the cell's output is missing",
        {DC_DH: "dc_dh = o", DA_O: "da_o_dh = cs[1:] * sigmoid_slope(o)"},
        ("tanh at the cell's output is missing",),
    ),
    Planted(
        "the slope of tanh is missing between h and c",
        {DC_DH: "dc_dh = o"},
        ("From dh to dc", "slope of tanh is missing"),
    ),
    Planted(
        "the slope between h and c is taken of tanh(tanh(c))",
        {DC_DH: "dc_dh = o * tanh_slope(np.tanh(tanh_cs))"},
        ("From dh to dc", "already activated"),
    ),
    Planted(
        "the slope between h and c is that of the step before",
        {DC_DH: "dc_dh = o * tanh_slope(np.tanh(cs[:-1]))"},
        ("From dh to dc", "before the step"),
    ),
    Planted(
        "the output gate is missing between h and c",
        {DC_DH: "dc_dh = tanh_slope(tanh_cs)"},
        ("From dh to dc", "factor o is missing"),
    ),
    Planted(
        "the input gate's delta is never written",
        {USE_I: "da_i[t] = 0"},
        ("da_i", "zero"),
    ),
]

# Between the steps: what is carried, and in which order.
TIME = [
    Planted(
        "no backpropagation through time: dh and dc are never carried",
        {
            START: "dhn, dcn = dh, dc = check_state(",
            DH_HERE: "dh = dhs[t] + dhn ",
            DC_HERE: "dc = dcn + dh * dc_dh[t]",
        },
        ("Right at T = 1, wrong from T = 2", "hands", "neither dh nor dc"),
    ),
    Planted(
        "dh is overwritten before dc uses it",
        {
            DC_HERE: f"dc_next = dc\n        {DC_HERE}",
            DC_BACK: "dc = (dc_next + dh * dc_dh[t]) * f[t]",
        },
        ("dc handed to the step before", "overwritten before it is used"),
    ),
    Planted(
        "dh is carried but dc is not",
        {
            DC_HERE: "dc = (t == T - 1) * dcn + dh * dc_dh[t]",
            START: "dh, dcn = dh, dc = check_state(",
        },
        ("Right at T = 1, wrong from T = 2", "dh is carried but dc"),
    ),
    Planted(
        "dc is carried but dh is not",
        {
            DH_HERE: "dh = dhs[t] + (t == T - 1) * dhn ",
            START: "dhn, dc = dh, dc = check_state(",
        },
        ("Right at T = 1, wrong from T = 2", "dc is carried but dh"),
    ),
    Planted(
        "dh is not updated at the end of a step",
        {DH_BACK: 'dh_unused = da[t] @ params["weight_hh"]'},
        ("dh piles up", "da @ weight_hh"),
    ),
    Planted(
        "the forget gate is missing in what is handed back",
        {DC_BACK: "dc = dc"},
        ("Wrong there: dc0", "dc handed", "factor f is missing"),
    ),
    Planted(
        "the forget gate of another step",
        {DC_BACK: "dc = dc * f[t - 1]"},
        ("dc handed", "f[t - 1]"),
    ),
    Planted(
        "only the carried dc is handed on",
        {
            DC_HERE: f"dc_next = dc\n        {DC_HERE}",
            DC_BACK: "dc = dc_next * f[t]",
        },
        ("dc handed", "the part through h_t", "lost"),
    ),
    Planted(
        "dc is multiplied by f before the gates use it",
        {DC_HERE: "dc = (dc + dh * dc_dh[t]) * f[t]", DC_BACK: "dc = dc"},
        ("multiplied by f before",),
    ),
    Planted(
        "dc only reaches the gates through h",
        {DC_HERE: "dc = dh * dc_dh[t]"},
        ("carried dc is left out",),
    ),
    Planted(
        "dh is added to the old one",
        {DH_BACK: 'dh = dh + da[t] @ params["weight_hh"]'},
        ("dh handed", "dh +="),
    ),
    Planted(
        "the part of gate g is missing in dh",
        {
            DH_BACK: "without_g = np.repeat([1, 1, 0, 1], H)\n"
            '        dh = (da[t] * without_g) @ params["weight_hh"]'
        },
        ("dh handed", "gate g is missing"),
    ),
    Planted(
        "each block of weight_hh is transposed",
        {
            DH_BACK: 'blocks = params["weight_hh"].reshape(4, H, H)\n'
            "        dh = sum(da[t, :, k * H : k * H + H] @ blocks[k].T "
            "for k in range(4))"
        },
        ("dh handed", "transposed"),
    ),
    Planted(
        "the output gate sees the loss only, not the step after",
        {USE_O: "da_o[t] = dhs[t] * da_o_dh[t]"},
        ("da_o uses dhs[t] alone",),
    ),
    Planted(
        "dstate_n is ignored",
        {START: "dh, dc = 0 * dhs[0], 0 * dhs[0]\n    check_state("},
        ("only when dstate_n is given", "dstate_n is ignored"),
    ),
    Planted(
        "dstate_n is taken as (dc, dh)",
        {START: "dc, dh = check_state("},
        ("dstate_n is (dh, dc)",),
    ),
    Planted(
        "dhn is added at every step",
        {
            START: "dhn, dcn = dh, dc = check_state(",
            DH_HERE: "dh = dhs[t] + dh + (t < T - 1) * dhn ",
        },
        ("added at every step",),
    ),
    Planted(
        "the loop runs forward in time",
        {LOOP: "for t in range(T):"},
        ("Right at T = 1", "loop over time", "forward"),
    ),
    Planted(
        "only the last step",
        {LOOP: "da[:] = 0\n    for t in [T - 1]:"},
        ("loop over time", "only the last step"),
    ),
    Planted(
        "step 0 is left out",
        {LOOP: "da[:] = 0\n    for t in range(T - 1, 0, -1):"},
        ("loop over time", "step 0 is left out"),
    ),
]

# At the end: sums, orders, what is returned.
SUMS = [
    Planted(
        "the state after the step in the gradient of weight_hh",
        {W_HH: W_HH.replace("hs[:-1]", "hs[1:]")},
        ("weight_hh", "after the step", "instead of hs[:-1]"),
    ),
    Planted(
        "the initial state is taken as zero in the gradient of weight_hh",
        {W_HH: W_HH.replace("hs[:-1]", "np.concatenate([0 * hs[:1], hs[1:-1]])")},
        ("weight_hh", "h0 is taken as zero"),
    ),
    Planted(
        "the blocks of the gradient of weight_hh are transposed",
        grads_then(
            'blocks = grads["weight_hh"].reshape(4, H, H)\n'
            '    grads["weight_hh"] = np.concatenate([block.T for block in blocks])'
        ),
        ("weight_hh", "transposed"),
    ),
    Planted(
        "the bias of i gets the delta of f",
        grads_then('grads["bias"][:H] = grads["bias"][H : 2 * H]'),
        ("bias", "rows of i equal those of f", "copied"),
    ),
    Planted(
        "gates stacked as in CS231n",
        {"da_i, da_f, da_g, da_o = np.split": "da_i, da_f, da_o, da_g = np.split"},
        ("Gate order", "i, f, o, g"),
    ),
    Planted(
        "gates of the cache unpacked in another order",
        {"x, hs, cs, i, f, g, o, tanh_cs": "x, hs, cs, i, f, o, g, tanh_cs"},
        ("Gate order", "cache", "i, f, o, g"),
    ),
    Planted(
        "averaged over the batch",
        grads_then("grads = {k: v / B for k, v in grads.items()}"),
        ("divided by B", "averaged over the batch"),
    ),
    Planted(
        "averaged over time",
        grads_then("grads = {k: v / T for k, v in grads.items()}"),
        ("Right at T = 1", "divided by T", "averaged over time"),
    ),
    Planted(
        "the bias averaged over time and batch",
        {BIAS: '"bias": da_rows.mean(axis=0)'},
        ("bias is divided by T * B", "averaged"),
    ),
    Planted(
        "the gradients of the last visited step only",
        {
            W_IH: '"weight_ih": da[0].T @ x[0]',
            W_HH: '"weight_hh": da[0].T @ hs[0]',
            BIAS: '"bias": da[0].sum(axis=0)',
        },
        ("Right at T = 1", "only step 0 is left", "+="),
    ),
    Planted(
        "the sign of everything",
        {LOOP: f"dhs, dh, dc = -dhs, -dh, -dc\n    {LOOP}"},
        ("whole gradient", "wrong sign"),
    ),
    Planted(
        "the bias counted twice",
        {BIAS: '"bias": 2 * da_rows.sum(axis=0)'},
        ("bias is twice too large",),
    ),
    Planted(
        "dh0 and dc0 exchanged",
        {RETURN: RETURN.replace("(dh, dc)", "(dc, dh)")},
        ("dh0 and dc0 are exchanged",),
    ),
    Planted(
        "dx in reverse order",
        {RETURN: RETURN.replace("da @", "da[::-1] @")},
        ("Right at T = 1", "dx", "reverse"),
    ),
    Planted(
        "the parameters' gradients clipped by value",
        grads_then("grads = {k: np.clip(v, -5, 5) for k, v in grads.items()}"),
        ("clipped to [-5, 5]", "parameters' gradients"),
    ),
    Planted(
        "da clipped inside the loop",
        {DH_BACK: f"da[t] = np.clip(da[t], -1, 1)\n        {DH_BACK}"},
        ("da is clipped to [-1, 1]",),
    ),
]

# Two at once.
PAIRS = [
    Planted(
        "two slopes are missing",
        {DA_I: "da_i_dc = g", DA_F: "da_f_dc = cs[:-1]"},
        ("2 mistakes", "da_i", "da_f", "slope of the sigmoid is missing"),
    ),
    Planted(
        "a wrong slope, and dc is not carried",
        {DA_G: "da_g_dc = i", DC_BACK: "dc = 0 * dc"},
        ("2 mistakes", "da_g", "dh is carried but dc"),
    ),
]

# Of no known kind: only experiments can say where.
UNKNOWN = [
    Planted(
        "dc decays a little too fast between steps",
        {DC_BACK: "dc = dc * f[t] * (0.9 if t else 1)"},
        (
            "Right at T = 1, wrong from T = 2",
            "only in what passes through c",
            "what dc hands",
        ),
    ),
    Planted(
        "dh is a little too large between steps",
        {DH_BACK: DH_BACK + " * (1.1 if t else 1)"},
        (
            "Right at T = 1, wrong from T = 2",
            "only in what passes through h",
            "what dh",
        ),
    ),
    Planted(
        "an unknown factor between h and c",
        {DC_DH: "dc_dh = o**1.5 * tanh_slope(tanh_cs)"},
        ("Gate o is right", "share dc", "only dc comes in"),
    ),
    Planted(
        "an unknown factor in gate f",
        {DA_F: "da_f_dc = cs[:-1] * sigmoid_slope(f) * np.sqrt(f)"},
        ("only f is wrong", "da_f"),
    ),
    Planted(
        "one block is off by a thousandth",
        grads_then('grads["weight_hh"][H : 2 * H] *= 1.001'),
        ("weight_hh[f]", "factor 1.001"),
    ),
    Planted(
        "clipped by norm",
        grads_then(
            "grads = {k: v * min(1, 1 / np.linalg.norm(v)) for k, v in grads.items()}"
        ),
        ("not proportional", "clip"),
    ),
    Planted(
        "a small number for safety",
        {BIAS: f"{BIAS} + 1e-6"},
        ("Only bias", "not proportional", "safety"),
    ),
    Planted(
        "float32 inside",
        {RETURN: RETURN.replace("da @", "da.astype(np.float32) @")},
        ("Only dx", "7 digits", "float32 inside"),
    ),
    Planted(
        "dh is handed on nine tenths as large",
        {DH_BACK: DH_BACK.replace("da[t]", "0.9 * da[t]")},
        ("Only dh0 is wrong at T = 1, and from there", "spreads", "factor 0.9"),
    ),
    Planted(
        "a product of sums for a sum of products",
        {W_IH: '"weight_ih": da.mean(1).T @ x.sum(1)'},
        ("Only weight_ih", "batch of one"),
    ),
]

# Right or wrong, they do something on the side.
SIDE_EFFECTS = [
    Planted(
        "dhs is changed in place",
        {DH_HERE: "dhs[t] += dh\n        dh = dhs[t] "},
        ("changes its arguments in place", "dhs"),
    ),
    Planted(
        "the cache is changed in place",
        {
            DC_DH: "dc_dh = tanh_slope(tanh_cs)\n    dc_dh *= o\n    o *= 1 - o",
            DA_O: "da_o_dh = tanh_cs * o",
        },
        ("changes its arguments in place", "cache.o"),
    ),
    Planted(
        "gradients pile up from call to call",
        grads_then(
            "for k in grads:\n        keep[k] = keep.get(k, 0) + grads[k]\n"
            "    grads = dict(keep)"
        ),
        ("A second call", "another result", "kept between"),
    ),
    Planted(
        "an output buffer is used again",
        {
            RETURN: f"dx = keep.setdefault(T, np.empty(x.shape))\n    {RETURN}".replace(
                "return da @", "np.matmul(da, "
            ).replace("],", "], out=dx)\n    return dx,", 1)
        },
        ("A second call", "overwrites", "buffer"),
    ),
    Planted(
        "random numbers",
        {BIAS: f"{BIAS} + np.random.default_rng().normal()"},
        ("A second call", "random"),
    ),
]

# What comes back cannot be compared.
BROKEN = [
    Planted(
        "returns None",
        {RETURN: RETURN.replace("return ", "")},
        ("returns None", "`return` missing", "every T"),
    ),
    Planted(
        "two values",
        {RETURN: RETURN.replace(", grads", "")},
        ("a tuple of 2", "wanted dx, (dh0, dc0), grads"),
    ),
    Planted(
        "no pair",
        {RETURN: RETURN.replace("(dh, dc)", "dh")},
        ("second value", "wanted (dh0, dc0)"),
    ),
    Planted(
        "a single number for the pair",
        {RETURN: RETURN.replace("(dh, dc)", "np.array(1.0)")},
        ("second value", "wanted (dh0, dc0)"),
    ),
    Planted(
        "dx as a list",
        {RETURN: RETURN.replace("da @", "[a for a in da @").replace('"],', '"]],', 1)},
        ("dx", "a list of", "wanted an array"),
    ),
    Planted(
        "grads as a tuple",
        {RETURN: RETURN.replace("grads", "tuple(grads.values())")},
        ("grads", "a tuple of 3"),
    ),
    Planted(
        "another key",
        {BIAS: BIAS.replace('"bias"', '"dbias"')},
        ("grads", "dbias", "'bias'"),
    ),
    Planted(
        "complex", {RETURN: RETURN.replace("da @", "(da + 0j) @")}, ("dx", "complex128")
    ),
    Planted(
        "objects",
        {RETURN: RETURN.replace("da @", "da.astype(object) @")},
        ("dx", "object"),
    ),
    Planted(
        "float32",
        {RETURN: RETURN.replace("(dh,", "(dh.astype(np.float32),")},
        ("float32", "dh0", "7 digits"),
    ),
    Planted(
        "the bias keeps an axis",
        {BIAS: BIAS.replace("axis=0", "axis=0, keepdims=True")},
        ("bias", "shape (1, 20), wanted (20,)", "shapes differ", "keepdims"),
    ),
    Planted(
        "a weight is transposed",
        {W_IH: '"weight_ih": x.reshape(T * B, -1).T @ da_rows'},
        ("weight_ih", "(3, 20), wanted (20, 3)", "transposed"),
    ),
    Planted(
        "dx with the batch first",
        {RETURN: RETURN.replace("da @", "da.swapaxes(0, 1) @")},
        ("dx", "batch and time are exchanged"),
    ),
    Planted(
        "no sum over the batch",
        {BIAS: '"bias": da.sum(axis=0)'},
        ("bias", "(4, 20), wanted (20,)", "not summed"),
    ),
    Planted(
        "dh at all times",
        {RETURN: RETURN.replace("(dh, dc)", "(da @ params['weight_hh'], dc)")},
        ("dh0", "not picked from"),
    ),
    Planted(
        "raises", {DC_BACK: "dc = dc * f[t + 1]"}, ("raises IndexError", "every T")
    ),
    Planted(
        "raises for long sequences",
        {DC_BACK: "dc = dc * f[t] * (1, 1, 1)[t]"},
        ("raises IndexError", "at T = 8"),
    ),
    Planted(
        "asks for dstate_n",
        {"cache, dstate_n=None": "cache, dstate_n"},
        ("raises TypeError", "only when dstate_n is left out"),
    ),
    Planted(
        "NaN",
        {DA_F: f"{DA_F}\n    da_f_dc[0] = np.nan"},
        ("NaN", "weight_ih", "every T"),
    ),
    Planted(
        "infinity with large gradients",
        {BIAS: '"bias": da_rows.sum(axis=0) * (np.inf if abs(dhs).max() > 100 else 1)'},
        ("infinity", "only with large gradients"),
    ),
]

ALL = STEP + TIME + SUMS + PAIRS + UNKNOWN + SIDE_EFFECTS + BROKEN


# Right, each in its own way.


def in_place(dhs, cache, dstate_n=None):
    """Work in three buffers of its own, with one fused product for each array."""
    x, hs, cs, i, f, g, o, tanh_cs, params = cache
    T, B, H = tanh_cs.shape
    da = np.empty((T, B, 4, H))
    np.multiply(g, i * (1 - i), out=da[:, :, 0])
    np.multiply(cs[:-1], f * (1 - f), out=da[:, :, 1])
    np.multiply(i, 1 - g**2, out=da[:, :, 2])
    np.multiply(tanh_cs, o * (1 - o), out=da[:, :, 3])
    dc_dh = o * (1 - tanh_cs**2)
    dh, dc = np.zeros((2, B, H)) if dstate_n is None else np.array(dstate_n)
    for t in range(T - 1, -1, -1):
        dh += dhs[t]
        dc += dh * dc_dh[t]
        da[t, :, :3] *= dc[:, None]
        da[t, :, 3] *= dh
        np.matmul(da[t].reshape(B, -1), params["weight_hh"], out=dh)
        dc *= f[t]
    flat = da.reshape(T * B, 4 * H)
    both = flat.T @ np.hstack([x.reshape(T * B, -1), hs[:-1].reshape(T * B, H)])
    D = x.shape[-1]
    grads = {"weight_ih": both[:, :D], "weight_hh": both[:, D:], "bias": flat.sum(0)}
    return (flat @ params["weight_ih"]).reshape(x.shape), np.stack([dh, dc]), grads


def cell_by_cell(dhs, cache, dstate_n=None):
    """Sum over the steps in the order in which they are visited."""
    x, hs, cs, i, f, g, o, tanh_cs, params = cache
    dh, dc = np.zeros((2, *dhs[0].shape)) if dstate_n is None else dstate_n
    grads = {name: np.zeros_like(param) for name, param in params.items()}
    dx = np.empty(x.shape)
    for t in reversed(range(len(x))):
        cell = lstm.CellCache(
            x[t], hs[t], cs[t], i[t], f[t], g[t], o[t], tanh_cs[t], params
        )
        dx[t], dh, dc, step = lstm.lstm_cell_backward(dhs[t] + dh, dc, cell)
        grads = {name: grads[name] + step[name] for name in grads}
    return dx, [dh, dc], grads


RIGHT = [lstm.lstm_backward, in_place, cell_by_cell]
