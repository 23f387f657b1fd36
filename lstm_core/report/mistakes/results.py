"""Mistakes in what is returned: products, sums, orders, factors, clips.

In the formulas, k is the cache and out the results. Home chapter: 7.
"""

from itertools import permutations, product

import numpy as np

from lstm_core.report.blocks import (
    ARRAYS,
    GATES,
    PARAMS,
    blocks_transposed,
    keep_gates,
    rearranged,
)

H_READ = (
    (
        "it uses hs[1:], the state after the step, instead of hs[:-1], the one before",
        lambda k: k.hs[1:],
    ),
    (
        "it uses hs[t - 1]; hs[t] is already the state before step t",
        lambda k: k.hs[np.arange(len(k.i)) - 1],
    ),
    (
        "step 0 is missing, or h0 is taken as zero",
        lambda k: np.concatenate([0 * k.hs[:1], k.hs[1:-1]]),
    ),
    ("it uses the cell state cs[:-1] for hs[:-1]", lambda k: k.cs[:-1]),
    ("it uses tanh_cs for hs[:-1]", lambda k: k.tanh_cs),
    ("the steps of hs are in reverse order", lambda k: k.hs[:-1][::-1]),
)
X_READ = (
    ("it uses x[t - 1] for x[t]", lambda k: k.x[np.arange(len(k.x)) - 1]),
    ("the steps of x are in reverse order", lambda k: k.x[::-1]),
)
# Which steps are in a sum over time; t is range(T).
IN_SUM = (
    (
        "only step 0 is left in them; wanted a sum over time, += in the loop",
        lambda t: t == 0,
    ),
    (
        "only the last step is in them: wanted a sum over time",
        lambda t: t == len(t) - 1,
    ),
    ("step 0 is missing from them", lambda t: t > 0),
    ("the last step is missing from them", lambda t: t < len(t) - 1),
)
FACTORS = (
    ("has the wrong sign", lambda T, B: -1),
    ("is divided by B: averaged over the batch; wanted a sum", lambda T, B: 1 / B),
    ("is divided by T: averaged over time; wanted a sum", lambda T, B: 1 / T),
    (
        "is divided by T * B: averaged over time and batch; wanted a sum",
        lambda T, B: 1 / T / B,
    ),
    ("is twice too large, as if added twice", lambda T, B: 2),
    ("is half of what it should be", lambda T, B: 0.5),
    ("stays zero", lambda T, B: 0),
)
GROUPS = {
    ARRAYS: "The whole gradient",
    PARAMS: "The parameters' gradient",
    **{(name,): f"The array {name}" for name in ARRAYS},
}
ORDERS = {"ifog": " (as in CS231n)", "iofg": " (as in ONNX)"}
CLIPPED = {
    "The parameters' gradients are": lambda c: {"finish": _clipped(PARAMS, c)},
    "All gradients are": lambda c: {"finish": _clipped(ARRAYS, c)},
    "da is": lambda c: {"da": lambda s: np.clip(s.da, -c, c)},
    "dh is": lambda c: {"dh_here": lambda s: np.clip(s.dhs_t + s.dh, -c, c)},
    "The dh handed to the step before is": lambda c: {
        "dh_back": lambda s: np.clip(s.da @ s.weight_hh, -c, c)
    },
    "The dc handed to the step before is": lambda c: {
        "dc_back": lambda s: np.clip(s.dc_here * s.k.f[s.t], -c, c)
    },
}


def result_mistakes():
    """Yield the words and the formulas of each."""
    yield from _products()
    yield from _sums()
    yield from _copies()
    yield from _orders()
    for (names, what), (words, factor) in product(GROUPS.items(), FACTORS):
        yield f"{what} {words}.", {"finish": _times(names, factor)}
    for limit, (what, formulas) in product((1, 5, 10), CLIPPED.items()):
        said = "A backward pass does not clip; the optimiser may, afterwards."
        yield f"{what} clipped to [-{limit}, {limit}]. {said}", formulas(limit)


def _products():
    """Yield a wrong h or x in the gradients of the weights, or a wrong dx."""
    for words, formula in H_READ:
        yield f"The gradient of weight_hh: {words}.", {"h_read": formula}
    yield (
        "The gradient of weight_hh: each gate's block is transposed; wanted "
        "da.T @ h, not h.T @ da.",
        {"finish": _hh_transposed},
    )
    for words, formula in X_READ:
        yield f"The gradient of weight_ih: {words}.", {"x_read": formula}
    backwards = "dx: its steps are in reverse order; put step t at dx[t]."
    yield backwards, {"da_dx": lambda da: da[::-1]}
    for gate in GATES:
        words = f"dx: the part of gate {gate} is missing; x feeds all four gates."
        yield words, {"da_dx": _from_gates(GATES.replace(gate, ""))}


def _hh_transposed(out):
    return out | {"weight_hh": blocks_transposed(out["weight_hh"])}


def _from_gates(gates):
    return lambda da: keep_gates(da, gates)


def _sums():
    """Yield sums over time or batch with something left out."""
    for names in (PARAMS, *((name,) for name in PARAMS)):
        what = f"The gradients of {', '.join(names)}"
        for words, kept in IN_SUM:
            yield f"{what}: {words}.", {f"da_{n}": _in_steps(kept) for n in names}
        words = "only the first example of the batch is in them; wanted a sum"
        yield f"{what}: {words}.", {f"da_{n}": _first_example for n in names}


def _in_steps(kept):
    return lambda da: da * kept(np.arange(len(da)))[:, None, None]


def _first_example(da):
    return da * (np.arange(da.shape[1]) == 0)[:, None]


def _copies():
    """Yield one gate's rows copied into another's."""
    for name, (a, b) in product(PARAMS, permutations(range(4), 2)):
        yield (
            f"The gradient of {name}: the rows of {GATES[a]} equal those of "
            f"{GATES[b]}; copied? Wanted da_{GATES[a]} there.",
            {"finish": _copied(name, a, b)},
        )


def _copied(name, a, b):
    rows = np.arange(4)
    rows[a] = b
    return lambda out: out | {name: rearranged(out[name], rows)}


def _orders():
    """Yield the 23 wrong orders of the gates, in three places."""
    for rows in [list(p) for p in permutations(range(4))][1:]:
        order = "".join(GATES[row] for row in rows)
        name = ", ".join(order) + ORDERS.get(order, "")
        yield (
            f"Gate order: da is stacked as {name}; wanted i, f, g, o.",
            {"da": lambda s, rows=rows: rearranged(s.da, rows, 1)},
        )
        yield (
            f"Gate order: the rows of the parameters' gradients are stacked as {name}; "
            "wanted i, f, g, o.",
            {
                "finish": lambda out, rows=rows: (
                    out | {n: rearranged(out[n], rows) for n in PARAMS}
                )
            },
        )
        yield (
            f"Gate order: the cache's i, f, g, o are unpacked as {name}.",
            {"cache": lambda k, rows=rows: k._replace(**_renamed(k, rows))},
        )


def _renamed(k, rows):
    return {name: getattr(k, GATES[rows.index(n)]) for n, name in enumerate(GATES)}


def _times(names, factor):
    def finish(out):
        T, B, _ = out["dx"].shape
        return out | {name: factor(T, B) * out[name] for name in names}

    return finish


def _clipped(names, limit):
    return lambda out: out | {name: np.clip(out[name], -limit, limit) for name in names}
