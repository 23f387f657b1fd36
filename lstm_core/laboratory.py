"""Broken backward passes to order, and a model that trains with any of them.

A `Defect` is a pair of texts: the line of `lstm_backward` as it is in the book,
and the line that takes its place. `broken_backward` exchanges them in the source
of the real function, so what is shown is what runs. Home chapter: 7.
"""

import inspect
from typing import NamedTuple

from lstm_core import lstm
from lstm_core.checks import check_count
from lstm_core.loss import cross_entropy
from lstm_core.model import CharLSTM


class Defect(NamedTuple):
    """A mistake in `lstm_backward`.

    Attributes
    ----------
    name : str
        The key in ``DEFECTS``.
    words : str
        What is wrong, in a few words.
    lines : dict
        The right text of each line concerned, and the wrong one.
    """

    name: str
    words: str
    lines: dict

    def __str__(self):
        rows = [f"{self.name}: {self.words}"]
        for right, wrong in self.lines.items():
            rows += [f"  right  {right}"]
            rows += [f"  wrong  {line.strip()}" for line in wrong.splitlines()]
        return "\n".join(rows)


ALL_DEFECTS = (
    Defect(
        "no-bptt",
        "dh and dc are never handed on",
        {
            "dh = dhs[t] + dh": "dh = dhs[t] + dstate_n[0]",
            "dc = dc + dh * dc_dh[t]": "dc = dstate_n[1] + dh * dc_dh[t]",
        },
    ),
    Defect(
        "overwritten",
        "dh is overwritten before dc has used it",
        {
            "dc = dc + dh * dc_dh[t]": "dc_next = dc\n"
            "        dc = dc_next + dh * dc_dh[t]",
            "dc = dc * f[t]": "dc = (dc_next + dh * dc_dh[t]) * f[t]",
        },
    ),
    Defect(
        "cut-cell",
        "the cell's stream dc is dropped; only dh is handed on",
        {"dc = dc * f[t]": "dc = 0 * dc"},
    ),
    Defect(
        "no-forget",
        "dc is handed on without its factor f",
        {"dc = dc * f[t]": "dc = dc"},
    ),
    Defect(
        "transposed",
        "each gate's block of weight_hh is transposed",
        {
            'dh = da[t] @ params["weight_hh"]': "das = np.split(da[t], 4, axis=-1)\n"
            '        blocks = np.split(params["weight_hh"], 4)\n'
            "        dh = sum(a @ W.T for a, W in zip(das, blocks))"
        },
    ),
    Defect(
        "no-slope",
        "the forget gate's slope f * (1 - f) is missing",
        {"da_f_dc = cs[:-1] * sigmoid_slope(f)": "da_f_dc = cs[:-1]"},
    ),
    Defect(
        "activated",
        "each gate is activated twice before its slope is taken",
        {
            "da_i_dc = g * sigmoid_slope(i)": "da_i_dc = g * sigmoid_slope(sigmoid(i))",
            "da_f_dc = cs[:-1] * sigmoid_slope(f)": "da_f_dc = cs[:-1] * "
            "sigmoid_slope(sigmoid(f))",
            "da_g_dc = i * tanh_slope(g)": "da_g_dc = i * tanh_slope(np.tanh(g))",
            "da_o_dh = tanh_cs * sigmoid_slope(o)": "da_o_dh = tanh_cs * "
            "sigmoid_slope(sigmoid(o))",
        },
    ),
    Defect(
        "late-cell",
        "the forget gate takes the cell state after the step",
        {"da_f_dc = cs[:-1] * sigmoid_slope(f)": "da_f_dc = cs[1:] * sigmoid_slope(f)"},
    ),
    Defect(
        "no-tanh",
        "the slope of tanh between h and c is missing",
        {"dc_dh = o * tanh_slope(tanh_cs)": "dc_dh = o"},
    ),
    Defect(
        "tanh-of-c",
        "the slope between h and c is 1 - c * c, without the tanh",
        {"dc_dh = o * tanh_slope(tanh_cs)": "dc_dh = o * tanh_slope(cs[1:])"},
    ),
    Defect(
        "late-hidden",
        "the gradient of weight_hh takes the hidden state after the step",
        {
            "da_rows.T @ hs[:-1].reshape(T * B, H)": "da_rows.T @ "
            "hs[1:].reshape(T * B, H)"
        },
    ),
    Defect(
        "one-step",
        "weight_hh has the share of step 0 alone: = for +=",
        {"da_rows.T @ hs[:-1].reshape(T * B, H)": "da[0].T @ hs[0]"},
    ),
    Defect(
        "copied-bias",
        "the biases of i and o get the slopes of f",
        {
            "da_rows.sum(axis=0)": "np.concatenate([da_f, da_f, da_g, da_f], -1)"
            ".sum((0, 1))"
        },
    ),
    Defect(
        "mean-bias",
        "the bias is averaged over time and batch, the rest is summed",
        {"da_rows.sum(axis=0)": "da_rows.mean(axis=0)"},
    ),
    Defect(
        "swapped-gates",
        "g and o are stacked in the wrong order",
        {"da_i, da_f, da_g, da_o = np.split": "da_i, da_f, da_o, da_g = np.split"},
    ),
)
DEFECTS = {defect.name: defect for defect in ALL_DEFECTS}


def broken_backward(name):
    """Return `lstm_backward` with one defect.

    Parameters
    ----------
    name : str
        A key of ``DEFECTS``.

    Returns
    -------
    callable
        With the arguments and results of `lstm_core.lstm_backward`.
    """
    if name not in DEFECTS:
        raise ValueError(f"name: wanted one of {list(DEFECTS)}, got {name!r}")
    return backward_with_lines(DEFECTS[name].lines)


def backward_with_lines(lines):
    """Return `lstm_backward` with some pieces of its source replaced.

    Parameters
    ----------
    lines : dict of str to str
        Each key must occur exactly once in the source.
    """
    source = inspect.getsource(lstm.lstm_backward)
    for right, wrong in lines.items():
        if source.count(right) != 1:
            raise ValueError(
                f"lines: wanted text that lstm_backward has once, got {right!r}"
            )
        source = source.replace(right, wrong)
    room = dict(vars(lstm))
    exec(compile(source, "<broken lstm_backward>", "exec"), room)
    return room["lstm_backward"]


def secret(number):
    """Return one of the defects, in an order that does not give it away.

    Parameters
    ----------
    number : int
        From 0 to 14.

    Returns
    -------
    Defect
        Look at it only after you have guessed.
    """
    if check_count("number", number, 0) >= len(DEFECTS):
        raise ValueError(
            f"number: wanted a whole number below {len(DEFECTS)}, got {number}"
        )
    return ALL_DEFECTS[(7 * number + 4) % len(ALL_DEFECTS)]


class LabLSTM(CharLSTM):
    """A `CharLSTM` that trains with the backward pass that it is given.

    Parameters
    ----------
    backward : callable
        Like `lstm_core.lstm_backward`.
    vocabulary, hidden_size, options
        As in `CharLSTM`.
    """

    def __init__(self, backward, vocabulary, hidden_size=64, **options):
        super().__init__(vocabulary, hidden_size, **options)
        self.backward = backward

    def loss_and_grads(self, inputs, targets, state=None, reduction="mean", mask=None):
        """Do as `CharLSTM.loss_and_grads`, but with ``self.backward``."""
        logits, state, cache = self.forward(inputs, state)
        loss, dlogits = cross_entropy(logits, targets, reduction, mask)
        _, _, grads = self.backward(dlogits @ self.params["weight_hy"], cache)
        T, B, V = dlogits.shape
        rows = dlogits.reshape(T * B, V)
        grads["weight_hy"] = rows.T @ cache.hs[1:].reshape(T * B, -1)
        grads["bias_y"] = rows.sum(axis=0)
        return loss, grads, state
