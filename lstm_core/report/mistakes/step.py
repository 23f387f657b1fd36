"""Mistakes inside one step: slopes, partners, and the way from h to c.

In the formulas, k is the cache. Home chapter: 7.
"""

from itertools import product

import numpy as np

from lstm_core.gates import sigmoid, sigmoid_slope, tanh_slope
from lstm_core.report.blocks import GATES

# What multiplies dc (or, for o, dh) on the way to each gate. The first is right.
PARTNERS = {
    "i": ("g", "i", "f", "o", "c_t", "c_before", "tanh_c", "h_before", "nothing"),
    "f": ("c_before", "c_t", "c_two", "tanh_c", "i", "g", "o", "h_before", "nothing"),
    "g": ("i", "g", "f", "o", "c_t", "c_before", "tanh_c", "h_before", "nothing"),
    "o": ("tanh_c", "c_t", "c_before", "tanh_before", "g", "i", "h_t", "nothing"),
}
FACTORS = {
    "i": ("i", lambda k: k.i),
    "f": ("f", lambda k: k.f),
    "g": ("g", lambda k: k.g),
    "o": ("o", lambda k: k.o),
    "c_t": ("cs[1:], the cell state after the step", lambda k: k.cs[1:]),
    "c_before": ("cs[:-1], the cell state before the step", lambda k: k.cs[:-1]),
    "c_two": (
        "cs[t - 1], the cell state one step too early (cs[t] is already the state "
        "before step t)",
        lambda k: k.cs[np.arange(len(k.i)) - 1],
    ),
    "tanh_c": ("tanh_cs", lambda k: k.tanh_cs),
    "tanh_before": (
        "tanh of cs[:-1], the state before the step",
        lambda k: np.tanh(k.cs[:-1]),
    ),
    "h_before": ("hs[:-1]", lambda k: k.hs[:-1]),
    "h_t": ("hs[1:], the hidden state after the step", lambda k: k.hs[1:]),
    "nothing": ("nothing at all", lambda k: np.ones_like(k.i)),
}
ONLY_THE_REST = "the slope is {right}; only 1 - {y} is there"
# Of the activated gate y. {y} is its name, {right} the right slope.
SIGMOID_SLOPES = (
    ("", sigmoid_slope),
    (
        "the slope of the sigmoid is missing: a factor {right}, without which these "
        "rows are too large by an amount that depends on {y}",
        lambda y: 1.0,
    ),
    (
        "the slope is taken of the already activated value, sigmoid'(sigmoid(a)); "
        "{y} is activated, so the slope is {right}",
        lambda y: sigmoid_slope(sigmoid(y)),
    ),
    (
        "the sigmoid itself is applied to {y} where its slope belongs: {right}",
        sigmoid,
    ),
    ("the slope of tanh is used where that of the sigmoid belongs", tanh_slope),
    ("the slope {right} is there twice", lambda y: sigmoid_slope(y) ** 2),
    ("the slope is {right}; only {y} is there", lambda y: y),
    (ONLY_THE_REST, lambda y: 1 - y),
    (
        "the sign is wrong: the slope is {right}, which is positive",
        lambda y: y * (y - 1),
    ),
)
TANH_SLOPES = (
    ("", tanh_slope),
    (
        "the slope of tanh is missing: a factor {right}, without which these rows "
        "are too large by an amount that depends on {y}",
        lambda y: 1.0,
    ),
    (
        "the slope is taken of the already activated value, tanh'(tanh(a)); "
        "{y} is activated, so the slope is {right}",
        lambda y: tanh_slope(np.tanh(y)),
    ),
    (
        "tanh itself is applied to {y} where its slope belongs: {right}",
        np.tanh,
    ),
    ("the slope of the sigmoid is used where that of tanh belongs", sigmoid_slope),
    ("the slope {right} is there twice", lambda y: tanh_slope(y) ** 2),
    ("the slope is {right}; in 1 - {y} the square is missing", lambda y: 1 - y),
    ("the sign is wrong: the slope is {right}, which is positive", lambda y: y * y - 1),
    ("the slope is {right}, not 1 + {y} * {y}: a sign", lambda y: 1 + y * y),
)


# From dh to dc, as h_t = o * tanh(c_t).
CELL = (
    ("the slope of tanh is missing", lambda k: k.o),
    (
        "the slope is taken of the already activated value, 1 - tanh(tanh_c)**2; "
        "tanh_c is activated",
        lambda k: k.o * tanh_slope(np.tanh(k.tanh_cs)),
    ),
    ("1 - c * c is used, without the tanh", lambda k: k.o * tanh_slope(k.cs[1:])),
    (
        "it uses the cell state before the step, not the one after it",
        lambda k: k.o * tanh_slope(np.tanh(k.cs[:-1])),
    ),
    ("the factor o is missing", lambda k: tanh_slope(k.tanh_cs)),
    ("in 1 - tanh_c the square is missing", lambda k: k.o * (1 - k.tanh_cs)),
    ("tanh_c stands where its slope belongs", lambda k: k.o * k.tanh_cs),
    ("the slope of the sigmoid is used", lambda k: k.o * sigmoid_slope(k.tanh_cs)),
    (
        "the slope of o is used for o",
        lambda k: sigmoid_slope(k.o) * tanh_slope(k.tanh_cs),
    ),
    (
        "the part through h has the wrong sign",
        lambda k: -k.o * tanh_slope(k.tanh_cs),
    ),
    ("the part through h is missing", lambda k: np.zeros_like(k.o)),
    ("i is used for o", lambda k: k.i * tanh_slope(k.tanh_cs)),
    ("f is used for o", lambda k: k.f * tanh_slope(k.tanh_cs)),
)


def step_mistakes():
    """Yield the words and the formulas of each."""
    yield from _all_gates()
    yield from _gates()
    for said, formula in CELL:
        wanted = "wanted dc + dh * o * (1 - tanh_c * tanh_c)"
        yield f"From dh to dc: {wanted}; {said}.", {"dc_dh": formula}
    yield (
        "The tanh at the cell's output is missing: h_t = o * tanh(c_t), so da_o takes "
        "tanh_cs, not cs, and dc takes dh * o * (1 - tanh_c * tanh_c), not dh * o.",
        {"dc_dh": lambda k: k.o, "da_o": lambda k: k.cs[1:] * sigmoid_slope(k.o)},
    )


def _gates():
    """Yield a wrong slope, a wrong partner, or both, in each gate."""
    for gate in GATES:
        slopes = TANH_SLOPES if gate == "g" else SIGMOID_SLOPES
        right = PARTNERS[gate][0]
        one, two = [], []
        for factor, (said, slope) in product(PARTNERS[gate], slopes):
            if (factor, said) in ((right, ""), ("h_t", ONLY_THE_REST)):
                continue  # right, both: h_t * (1 - o) is tanh_c * o * (1 - o)
            formula = {f"da_{gate}": _local(gate, FACTORS[factor][1], slope)}
            faults = two if said and factor != right else one
            faults.append((_gate_words(gate, factor, said), formula))
        yield from one + two
        yield (
            f"Gate {gate}, da_{gate}: it stays zero; is it computed, and written "
            "where you read it?",
            {f"da_{gate}": lambda k: np.zeros_like(k.i)},
        )


def _gate_words(gate, factor, said):
    """Say which factor and which slope are wrong."""
    words, right = [], PARTNERS[gate][0]
    if factor != right:
        words.append(f"multiply by {FACTORS[right][0]}; yours has {FACTORS[factor][0]}")
    if said:
        words.append(said.format(y=gate, right=_right(gate)))
    return f"Gate {gate}, da_{gate}: {'; and '.join(words)}."


def _all_gates():
    """Yield the same wrong slope in all gates at once."""
    partner = {gate: FACTORS[PARTNERS[gate][0]][1] for gate in GATES}
    for number in (1, 2, 3, 5):
        chosen = {g: (TANH_SLOPES if g == "g" else SIGMOID_SLOPES) for g in GATES}
        said = chosen["i"][number][0].format(y="i", right=_right("i"))
        said = said.replace("these rows", "all rows")
        yield (
            f"All four gates make the same mistake. In da_i: {said}. The same in "
            "da_f, da_g (there with tanh) and da_o.",
            {f"da_{g}": _local(g, partner[g], chosen[g][number][1]) for g in GATES},
        )


def _right(gate):
    return "(1 - g * g)" if gate == "g" else f"{gate} * (1 - {gate})"


def _local(gate, partner, slope):
    return lambda k: partner(k) * slope(getattr(k, gate))
