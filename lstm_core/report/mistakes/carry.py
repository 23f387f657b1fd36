"""Mistakes between steps: what is handed back, how it is joined, in which order.

In the formulas, s is what one step knows; see ``formulas.py``. Home chapter: 7.
"""

import numpy as np

from lstm_core.report.blocks import GATES, blocks_transposed, keep_gates

# What a step hands to the one before, as (dh, dc).
HANDED = (
    (
        "neither dh nor dc is carried: each step starts from dstate_n again, and "
        "nothing flows back in time; start from da @ weight_hh and dc * f of the "
        "step after",
        lambda s: (s.dh, s.dc),
    ),
    (
        "dc is carried but dh is not: dh = da @ weight_hh is lost, and each step "
        "starts from dstate_n[0] again",
        lambda s: (s.dh, s.dc_back),
    ),
    (
        "dh is carried but dc is not: dc = dc * f is lost, and each step starts "
        "from dstate_n[1] again",
        lambda s: (s.dh_back, s.dc),
    ),
    (
        "dh and dc are set to zero at each step, so nothing flows back in time",
        lambda s: (np.zeros_like(s.dh), np.zeros_like(s.dc)),
    ),
    (
        "dc is carried but dh is not: each step hands back zero for da @ weight_hh",
        lambda s: (np.zeros_like(s.dh), s.dc_back),
    ),
    (
        "dh is carried but dc is not: each step hands back zero for dc * f",
        lambda s: (s.dh_back, np.zeros_like(s.dc)),
    ),
    ("dh and dc are exchanged", lambda s: (s.dc_back, s.dh_back)),
    (
        "dh piles up as it is; dh = da @ weight_hh is missing at the step's end",
        lambda s: (s.dh_here, s.dc_back),
    ),
    (
        "dh and dc pile up as they are; at the step's end set dh = da @ weight_hh "
        "and dc = dc * f",
        lambda s: (s.dh_here, s.dc_here),
    ),
)
RETURNED = (
    ("dh0 and dc0 are exchanged", lambda s: (s.dc_back, s.dh_back)),
    (
        "dh0 is the dh inside step 0, not da[0] @ weight_hh",
        lambda s: (s.dh_here, s.dc_back),
    ),
    (
        "dc0 is the dc inside step 0, without its factor f[0]",
        lambda s: (s.dh_back, s.dc_here),
    ),
    (
        "dh0 and dc0 are those inside step 0; one more step back is needed: "
        "dh = da[0] @ weight_hh, dc = dc * f[0]",
        lambda s: (s.dh_here, s.dc_here),
    ),
)
DC_HANDED = (
    ("the factor f is missing: wanted dc = dc * f[t]", lambda s: s.dc_here),
    (
        "f is there twice: wanted dc = dc * f[t]",
        lambda s: s.dc_here * s.k.f[s.t] ** 2,
    ),
    ("it takes i[t] for f[t]", lambda s: s.dc_here * s.k.i[s.t]),
    ("it takes o[t] for f[t]", lambda s: s.dc_here * s.k.o[s.t]),
    ("it takes f[t - 1] for f[t]", lambda s: s.dc_here * s.k.f[s.t - 1]),
    ("it takes f[t + 1] for f[t]", lambda s: s.dc_here * s.k.f[(s.t + 1) % s.T]),
    (
        "only the dc that came from step t + 1 is handed on; the part through "
        "h_t, dh * o * (1 - tanh_c * tanh_c), is lost",
        lambda s: s.dc * s.k.f[s.t],
    ),
    (
        "only the part through h_t is handed on; the dc that came from step "
        "t + 1 is lost",
        lambda s: s.dh_here * s.dc_dh * s.k.f[s.t],
    ),
    (
        "dh is overwritten before it is used for dc: compute dc from the dh of "
        "this step, then let dh = da @ weight_hh",
        lambda s: (s.dc + s.dh_back * s.dc_dh) * s.k.f[s.t],
    ),
    (
        "the new dh = da @ weight_hh flows into dc once more, in the wrong step",
        lambda s: (s.dc_here + s.dh_back * s.dc_dh) * s.k.f[s.t],
    ),
    (
        "dc is added to itself: wanted dc = dc * f, not dc +=",
        lambda s: s.dc_here * (1 + s.k.f[s.t]),
    ),
)
DH_HANDED = (
    (
        "it is added to the old dh; wanted dh = da @ weight_hh, not dh +=",
        lambda s: s.dh_here + s.da @ s.weight_hh,
    ),
    (
        "each gate's block of weight_hh is transposed; wanted da @ weight_hh",
        lambda s: s.da @ blocks_transposed(s.weight_hh),
    ),
)
# What comes into a step, from the loss and from the step after.
JOINED = (
    (
        "dstate_n is ignored: start from dh, dc = dstate_n",
        {"start": lambda s: (0 * s.dhn, 0 * s.dcn)},
    ),
    ("dstate_n[0] (dh) is ignored", {"start": lambda s: (0 * s.dhn, s.dcn)}),
    ("dstate_n[1] (dc) is ignored", {"start": lambda s: (s.dhn, 0 * s.dcn)}),
    (
        "dstate_n is (dh, dc); yours takes (dc, dh)",
        {"start": lambda s: (s.dcn, s.dhn)},
    ),
    (
        "the dh of step t + 1 is left out: each step has dhs[t] + dh",
        {"dh_here": lambda s: s.dhs_t},
    ),
    ("dhs is ignored: each step has dhs[t] + dh", {"dh_here": lambda s: s.dh}),
    (
        "only the last step's dhs is used: each step has dhs[t] + dh",
        {"dh_here": lambda s: s.dh + (s.dhs_t if s.t == s.T - 1 else 0)},
    ),
    (
        "dstate_n[0] (dh) is added at every step; it belongs to the last",
        {"dh_here": lambda s: s.dhs_t + s.dh + (s.t < s.T - 1) * s.dhn},
    ),
    (
        "dstate_n[1] (dc) is added at every step; it belongs to the last",
        {"dc_here": lambda s: s.dc + s.dh_here * s.dc_dh + (s.t < s.T - 1) * s.dcn},
    ),
    (
        "the carried dc is left out: wanted dc + dh * o * (1 - tanh_c * tanh_c)",
        {"dc_here": lambda s: s.dh_here * s.dc_dh},
    ),
    (
        "dc takes only the dh of step t + 1; dhs[t] belongs to it too",
        {"dc_here": lambda s: s.dc + s.dh * s.dc_dh},
    ),
    (
        "dc takes only dhs[t]; the dh of step t + 1 belongs to it too",
        {"dc_here": lambda s: s.dc + s.dhs_t * s.dc_dh},
    ),
    (
        "da_i, da_f, da_g use dc before the part through h_t is added to it",
        {"dc_used": lambda s: s.dc},
    ),
    (
        "dc is multiplied by f before da_i, da_f, da_g use it",
        {"dc_used": lambda s: s.dc_here * s.k.f[s.t]},
    ),
    (
        "da_i, da_f, da_g use only the part of dc through h_t, not the carried one",
        {"dc_used": lambda s: s.dh_here * s.dc_dh},
    ),
    (
        "da_i, da_f, da_g use dh where dc belongs",
        {"dc_used": lambda s: s.dh_here},
    ),
    (
        "da_o uses dc where dh belongs: o acts on h_t",
        {"dh_used": lambda s: s.dc_here},
    ),
    (
        "da_o uses dhs[t] alone; the dh of step t + 1 belongs to it too",
        {"dh_used": lambda s: s.dhs_t},
    ),
    (
        "da_o uses only the dh of step t + 1; dhs[t] belongs to it too",
        {"dh_used": lambda s: s.dh},
    ),
)
STEPS = (
    ("it runs forward; wanted reversed(range(T))", range),
    ("only the last step is done; wanted reversed(range(T))", lambda T: [T - 1]),
    ("only the first step is done; wanted reversed(range(T))", lambda T: [0]),
    (
        "step 0 is left out; range(T - 1, -1, -1) ends at 0",
        lambda T: range(T - 1, 0, -1),
    ),
    (
        "the last step is left out; range(T - 1, -1, -1) starts at T - 1",
        lambda T: range(T - 2, -1, -1),
    ),
)


def carry_mistakes():
    """Yield the words and the formulas of each."""
    for words, carry in HANDED:
        said = f"What a step hands to the one before: {words}"
        yield f"{said}.", {"carry": carry}
        wrong_ends = {"carry": carry, "ends": carry}
        yield f"{said}; and dh0, dc0 come out wrong with it.", wrong_ends
    for words, formula in DC_HANDED:
        yield f"The dc handed to the step before: {words}.", {"dc_back": formula}
    for words, formula in (*DH_HANDED, *_gates_of_dh()):
        yield f"The dh handed to the step before: {words}.", {"dh_back": formula}
    for words, formulas in JOINED:
        yield f"What comes into a step: {words}.", formulas
    for words, ends in RETURNED:
        yield f"The returned state: {words}.", {"ends": ends}
    for words, steps in STEPS:
        yield f"The loop over time: {words}.", {"steps": steps}


def _gates_of_dh():
    """Yield a dh without one gate, and with one gate only."""
    for gate in GATES:
        others = GATES.replace(gate, "")
        words = "h feeds all four gates"
        yield f"the part of gate {gate} is missing; {words}", _dh_from(others)
        yield f"only gate {gate} is in it; {words}", _dh_from(gate)


def _dh_from(gates):
    return lambda s: keep_gates(s.da, gates) @ s.weight_hh
