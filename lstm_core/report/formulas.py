"""A backward pass whose formulas can be replaced one by one.

With none replaced it is `lstm_backward`; with one it is somebody's mistake.
Home chapter: 7.
"""

from types import SimpleNamespace

import numpy as np

from lstm_core.gates import sigmoid_slope, tanh_slope

# The right formulas. k is the cache; s what one step knows: t, T, its row of dhs,
# dh and dc as the step after handed them back, and whatever was computed above.
RIGHT = {
    "cache": lambda k: k,
    "da_i": lambda k: k.g * sigmoid_slope(k.i),
    "da_f": lambda k: k.cs[:-1] * sigmoid_slope(k.f),
    "da_g": lambda k: k.i * tanh_slope(k.g),
    "da_o": lambda k: k.tanh_cs * sigmoid_slope(k.o),
    "dc_dh": lambda k: k.o * tanh_slope(k.tanh_cs),
    "steps": lambda T: reversed(range(T)),
    "start": lambda s: (s.dhn, s.dcn),
    "dh_here": lambda s: s.dhs_t + s.dh,
    "dc_here": lambda s: s.dc + s.dh_here * s.dc_dh,
    "dh_used": lambda s: s.dh_here,  # by da_o
    "dc_used": lambda s: s.dc_here,  # by da_i, da_f, da_g
    "da": lambda s: s.da,
    "dh_back": lambda s: s.da @ s.weight_hh,
    "dc_back": lambda s: s.dc_here * s.k.f[s.t],
    "carry": lambda s: (s.dh_back, s.dc_back),
    "ends": lambda s: (s.dh_back, s.dc_back),
    "da_dx": lambda da: da,
    "da_weight_ih": lambda da: da,
    "da_weight_hh": lambda da: da,
    "da_bias": lambda da: da,
    "x_read": lambda k: k.x,
    "h_read": lambda k: k.hs[:-1],
    "finish": lambda out: out,
}


def backward_with(formulas, dhs, cache, dstate_n=None):
    """Run a backward pass with some formulas replaced.

    Parameters
    ----------
    formulas : dict
        Entries that take the place of those in ``RIGHT``; ``{}`` is the right
        backward pass.
    dhs, cache, dstate_n
        As in `lstm_backward`.

    Returns
    -------
    dict
        ``dx``, ``dh0``, ``dc0``, ``weight_ih``, ``weight_hh``, ``bias``.
    """
    do = SimpleNamespace(**{**RIGHT, **formulas})
    k = do.cache(cache)
    T, B, H = k.tanh_cs.shape
    dhn, dcn = np.zeros((2, B, H)) if dstate_n is None else dstate_n
    s = SimpleNamespace(k=k, T=T, dhn=dhn, dcn=dcn, weight_hh=k.params["weight_hh"])
    slopes = [do.da_i(k), do.da_f(k), do.da_g(k), do.da_o(k)]
    dc_dh = do.dc_dh(k)
    da = np.zeros((T, B, 4 * H))
    s.dh, s.dc = s.ends = do.start(s)
    for s.t in do.steps(T):
        s.dhs_t, s.dc_dh = dhs[s.t], dc_dh[s.t]
        da[s.t] = _step(do, s, [slope[s.t] for slope in slopes])
        s.ends, (s.dh, s.dc) = do.ends(s), do.carry(s)
    return do.finish(_results(do, k, da, s.ends))


def _step(do, s, slopes):
    """Return one step's da, and leave in s what it hands back."""
    s.dh_here = do.dh_here(s)
    s.dc_here = do.dc_here(s)
    s.dh_used, s.dc_used = do.dh_used(s), do.dc_used(s)
    *inner, outer = slopes
    s.da = np.concatenate(
        [s.dc_used * slope for slope in inner] + [s.dh_used * outer], 1
    )
    s.da = do.da(s)
    s.dh_back = do.dh_back(s)
    s.dc_back = do.dc_back(s)
    return s.da


def _results(do, k, da, ends):
    """Return the gradients, by name."""
    over_time_and_batch = [0, 1], [0, 1]
    x, h = do.x_read(k), do.h_read(k)
    return {
        "dx": do.da_dx(da) @ k.params["weight_ih"],
        "dh0": ends[0],
        "dc0": ends[1],
        "weight_ih": np.tensordot(do.da_weight_ih(da), x, over_time_and_batch),
        "weight_hh": np.tensordot(do.da_weight_hh(da), h, over_time_and_batch),
        "bias": do.da_bias(da).sum(axis=(0, 1)),
    }
