"""Experiments that narrow down a mistake of an unknown kind.

Home chapter: 7.
"""

import numpy as np

from lstm_core.gradcheck import relative_error
from lstm_core.lstm import lstm_backward as right_backward
from lstm_core.lstm import lstm_forward
from lstm_core.report.blocks import GATES, PARAMS, grouped, split_rows
from lstm_core.report.trials import H, call

TOLERANCE = 1e-10  # of the relative error of a row
NEARLY = 1e-6
MADE = {
    "dx": "da @ weight_ih",
    "dh0": "da[0] @ weight_hh",
    "dc0": "dc * f[0]",
    "weight_ih": "da.T @ x, summed over time and batch",
    "weight_hh": "da.T @ hs[:-1], summed over time and batch",
    "bias": "da summed over time and batch",
    "i": "dc * g and the slope i * (1 - i)",
    "f": "dc * cs[:-1] and the slope f * (1 - f)",
    "g": "dc * i and the slope 1 - g * g",
    "o": "dh * tanh_cs and the slope o * (1 - o)",
}


@np.errstate(all="ignore")
def wrong_rows(trial, tolerance):
    """Name the rows of a trial whose relative error is not below a tolerance."""
    made, wanted = split_rows(trial.arrays), split_rows(trial.case.wanted)
    return [n for n in made if not relative_error(made[n], wanted[n]) < tolerance]


@np.errstate(all="ignore")
def experiments(lstm_backward, trials, tolerance):
    """Narrow a mistake of an unknown kind down.

    Parameters
    ----------
    lstm_backward : callable
        Under test.
    trials : list of Trial
        At least one with a wrong row.
    tolerance : float
        Relative error from which a row is wrong.

    Returns
    -------
    list of str
    """
    trial = next(t for t in trials if wrong_rows(t, tolerance))
    case, wrong = trial.case, wrong_rows(trial, tolerance)
    shortest = case.T == trials[0].case.T
    spread = {n for t in trials for n in wrong_rows(t, tolerance)} - set(wrong)
    said = _suspects(wrong, shortest, case.T if spread else None)
    said += _directions(trial, wrong)
    if not any(wrong_rows(t, NEARLY) for t in trials):
        said.append(
            "Right to about 7 digits: is something float32 inside, or is a number "
            "added for safety, or a slope estimated by a difference?"
        )
    if not _is_linear(lstm_backward, case):
        said.append(
            "It is not proportional to the gradients that come in, as a backward pass "
            "is: look for a clip, a small number added for safety, a square."
        )
    for words, changed in (*_one_path(case), *_less_to_do(case)):
        if _is_right(lstm_backward, changed):
            said.append(words)
    return said


def _one_path(case):
    """Yield cases whose steps are joined by h or c alone, and what follows."""
    if case.T == 1:
        return
    params = case.params
    shut = params["bias"].copy()
    shut[H : 2 * H] = -1000.0  # f = 0
    no_hh = np.zeros_like(params["weight_hh"])
    yield (
        "Right once the forget gate is shut (f = 0), so that nothing passes from "
        "step to step through c: the mistake is only in what passes through c. "
        "Look at what dc hands to the step before, and at da_f.",
        case._replace(params=params | {"bias": shut}),
    )
    yield (
        "Right once weight_hh is zero, so that nothing passes from step to step "
        "through h: the mistake is only in what passes through h. Look at what dh "
        "hands to the step before.",
        case._replace(params=params | {"weight_hh": no_hh}),
    )
    yield (
        "Right from a zero state: look at where hs[0] and cs[0] are used.",
        case._replace(state=np.zeros_like(case.state)),
    )


def _less_to_do(case):
    """Yield cases in which less comes in, and what follows."""
    zeros = np.zeros_like
    if case.dstate_n is not None:
        dhn, dcn = case.dstate_n
        yield (
            "Right once dstate_n is left out: look at where it enters.",
            case._replace(dstate_n=None),
        )
        yield (
            "Right if only dc comes in, by dstate_n[1]: look at what uses dh.",
            case._replace(dhs=zeros(case.dhs), dstate_n=np.stack([zeros(dhn), dcn])),
        )
    yield (
        "Right for a batch of one: look at how examples are summed or kept apart.",
        case._replace(
            x=case.x[:, :1],
            state=case.state[:, :1],
            dhs=case.dhs[:, :1],
            dstate_n=None if case.dstate_n is None else case.dstate_n[:, :1],
        ),
    )


def _suspects(wrong, shortest, spreads_after):
    """Say what the wrong rows of the first wrong case have in common.

    Only in the shortest sequences does a mistake stay where it was made; in longer
    ones than ``spreads_after``, unless None, it has spread to other rows.
    """
    arrays = {name.partition("[")[0] for name in wrong}
    gates = {p: "".join(g for g in GATES if f"{p}[{g}]" in wrong) for p in PARAMS}
    if len(arrays) == 1:
        (name,) = arrays
        when, then = "", ""
        if spreads_after is not None:
            when, then = (
                f" at T = {spreads_after}",
                ", and from there the mistake spreads",
            )
        return [
            f"Only {name} is wrong{when}{then}: look at where it is made, {MADE[name]}."
        ]
    if shortest and set(gates.values()) == {"ifg"}:
        return [
            "Gate o is right, and i, f, g are wrong: they share dc. Look at how dh "
            "reaches the cell, dc + dh * o * (1 - tanh_c * tanh_c)."
        ]
    if shortest and len(set(gates.values())) == 1 and len(gates["bias"]) == 1:
        gate = gates["bias"]
        return [
            f"Of the gates only {gate} is wrong: look at da_{gate}, both its factors "
            f"({MADE[gate]})."
        ]
    return []


def _directions(trial, wrong):
    """Name the wrong rows that point the right way, and the last wrong step."""
    factors = {}
    made, wanted = split_rows(trial.arrays), split_rows(trial.case.wanted)
    for name in wrong:
        size = np.vdot(made[name], wanted[name]) / np.vdot(wanted[name], wanted[name])
        if size and relative_error(made[name], size * wanted[name]) < TOLERANCE:
            factors.setdefault(f"{size:.6g}", []).append(name)
    said = [
        f"Right but for a factor {size}: {grouped(names)}."
        for size, names in factors.items()
    ]
    if "dx" in wrong and trial.case.T > 1:
        pairs = zip(made["dx"], wanted["dx"], strict=True)
        right = [relative_error(got, want) < TOLERANCE for got, want in pairs]
        t = max(t for t, fine in enumerate(right) if not fine)
        if t < trial.case.T - 1:
            said.append(f"dx[{t + 1}] is right, dx[{t}] is not: look between them.")
    return said


def _is_linear(lstm_backward, case):
    """Whether gradients a thousand times as large give results as much larger."""
    upstream = {"dhs": case.dhs, "dstate_n": case.dstate_n}
    for factor in (2.0**10, 2.0**-10):
        larger = {n: None if a is None else factor * a for n, a in upstream.items()}
        some = call(lstm_backward, case).arrays
        others = call(lstm_backward, case._replace(**larger)).arrays
        for name in set(some) & set(others):
            if relative_error(others[name], factor * some[name]) > TOLERANCE:
                return False
    return True


def _is_right(lstm_backward, case):
    """Compare with our own backward pass, itself held against the complex step."""
    cache = lstm_forward(case.x, case.state, case.params)[2]
    dx, (dh0, dc0), grads = right_backward(case.dhs, cache, case.dstate_n)
    wanted = {"dx": dx, "dh0": dh0, "dc0": dc0, **grads}
    outcome = call(lstm_backward, case._replace(wanted=wanted))
    got = outcome.arrays
    return not outcome.problems and all(
        relative_error(got[name], wanted[name]) < TOLERANCE for name in wanted
    )
