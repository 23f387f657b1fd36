"""Checks of the exercises of chapter 4."""

import numpy as np

from lstm_core.exercises.core import (
    NEARLY,
    Wrong,
    call,
    counted,
    in_order,
    is_close,
    is_near,
    recognise,
    same_shape,
)
from lstm_core.gates import sigmoid


def exercise_1(answer):
    """Check ``slope_in_w(w, h0, xs)``: a slope that adds over time."""
    rng = np.random.default_rng(41)
    cases = [(0.7, 0.4, [1.5, -0.6]), (0.7, 0.4, [1.5]), (2.0, 1.0, [0.5, 1.0, 3.0])]
    cases += [(-0.9, 0.3, rng.normal(size=8).tolist()), (0.0, 2.0, [1.0, 3.0])]
    for w, h0, xs in cases:
        got = answer(w, h0, list(xs))
        wanted = sum(_shares(w, h0, xs))
        same_shape(got, wanted)
        if is_close(got, wanted):
            continue
        recognise(got, _slope_slips(w, h0, xs))
        raise Wrong(
            f"For w = {w}, h0 = {h0} and the inputs {xs} wanted {wanted:.4g}, got "
            f"{np.asarray(got):.4g}. Nudge w in h_T by hand and compare, first with "
            "one input (the slope is h0), then with two."
        )
    return "One weight, as many shares as steps, and their sum is the slope."


def _states(w, h0, xs):
    """Return all states, h0 first."""
    hs = [h0]
    for x in xs:
        hs.append(w * hs[-1] + x)
    return hs


def _shares(w, h0, xs, late=0):
    """Return the share of each step; ``late`` = 1 takes the state after it."""
    hs, T = _states(w, h0, xs), len(xs)
    return [w ** (T - 1 - t) * hs[t + late] for t in range(T)]


def _slope_slips(w, h0, xs):
    """Return what the usual slips of exercise 1 give, each under its hint."""
    hs, shares, T = _states(w, h0, xs), _shares(w, h0, xs), len(xs)
    return {
        "That is the loss, h_T. Return its slope in w.": hs[-1],
        "That is the share of the last step alone. Every step uses w: walk back, "
        "carry dh, and add the shares.": shares[-1],
        "You add the states but do not carry dh: each step back multiplies it by "
        "w.": sum(hs[:-1]),
        "Off by one: the state that w multiplies in step t is the one before the "
        "step, h_(t-1).": sum(_shares(w, h0, xs, late=1)),
        "You hand dh on before its last use in the step: first the share, then "
        "dh = w * dh.": w * sum(shares),
        "That is the mean of the shares. Slopes of one weight add.": sum(shares) / T,
        "That is the share of the first step alone. Every step uses w: add the "
        "shares.": shares[0],
        "That treats the inputs as zero: the states in between contain them as well.": T
        * w ** (T - 1)
        * h0
        if w
        else np.nan,
    }


def exercise_2(answer):
    """Check ``coupled_backward(dc, c_prev, f, g)``."""
    rng = np.random.default_rng(42)
    names = ["da_f", "da_g", "dc_prev"]
    for shape in [(3,), (2, 4)]:
        dc, c_prev = rng.normal(size=(2, *shape))
        f, g = rng.uniform(0.1, 0.9, shape), rng.uniform(-0.9, 0.9, shape)
        got = call(answer, dc=dc, c_prev=c_prev, f=f, g=g)
        got = _parts(got, "da_f, da_g, dc_prev")
        da_f, da_g = dc * (c_prev - g) * f * (1 - f), dc * (1 - f) * (1 - g * g)
        wanted = [da_f, da_g, dc * f]
        in_order(got, wanted, names)
        slips = [_da_f_slips(dc, c_prev, f, g), _da_g_slips(dc, f, g)]
        slips.append(_dc_prev_slips(dc, f))
        for part in zip(names, got, wanted, slips, OTHER_PARTS, strict=True):
            _judge(*part)
    return "Both uses of f are there, and the squashing is from the outputs."


OTHER_PARTS = (
    "Compare its two factors: the slope in f, which is used twice, and that of the "
    "squashing, df/da_f = f * (1 - f).",
    "Compare its two factors: the slope in g, which is multiplied by 1 - f, and that "
    "of the squashing, dg/da_g = 1 - g * g.",
    "c_prev stands in one place: it is multiplied by f and added. Here f and g are "
    "given numbers.",
)


def _da_f_slips(dc, c_prev, f, g):
    """Return the usual slips in da_f, each with its hint."""
    slope, df = f * (1 - f), dc * (c_prev - g)
    return [
        (dc * c_prev * slope, "f is used twice: the part through 1 - f is missing."),
        (
            dc * (c_prev + g) * slope,
            "Check the sign of the second use: the slope of 1 - f in f is -1.",
        ),
        (-df * slope, "The sign is turned round."),
        (
            df,
            "The slope of the sigmoid is missing: da_f is the slope before the "
            "squashing, df after it.",
        ),
        (df * f, "Half of the slope of the sigmoid is missing: it is f (1 - f)."),
        (-dc * g * slope, "The direct use, f * c_prev, is missing."),
        (
            dc * g * slope,
            "f is used twice: the part with c_prev is missing, and the sign of the "
            "other is wrong.",
        ),
        (
            df * _slope_of_activated(f),
            "f is already activated: its slope is f (1 - f), not that of sigmoid(f).",
        ),
        (
            df * (1 - f * f),
            "That is the slope of tanh. f comes out of a sigmoid: f * (1 - f).",
        ),
    ]


def _da_g_slips(dc, f, g):
    """Return the usual slips in da_g, each with its hint."""
    slope, dg = 1 - g * g, dc * (1 - f)
    return [
        (dc * f * slope, "The factor of g is 1 - f, not f."),
        (dg, "The slope of tanh is missing."),
        (
            dg * g * (1 - g),
            "The candidate is squashed by tanh: its slope is 1 - g * g.",
        ),
        (
            dg * (1 - np.tanh(g) ** 2),
            "g is already activated: its slope is 1 - g * g, not that of tanh(g).",
        ),
        (dc * slope, "The factor 1 - f is missing."),
        (-dg * slope, "The sign is turned round: g is added, times 1 - f."),
    ]


def _dc_prev_slips(dc, f):
    """Return the usual slips in dc_prev, each with its hint."""
    return [
        (dc * (1 - f), "What goes back to c_prev is what was kept of it: f."),
        (dc, "c_prev was multiplied by f on its way in, so its slope is too."),
        (
            dc * f * f * (1 - f),
            "No squashing lies between c_prev and c: the factor is f alone.",
        ),
    ]


def exercise_3(answer):
    """Check ``rnn_backward(dhs, x, hs, U)``."""
    rng = np.random.default_rng(43)
    names = ["dW", "dU", "db", "dh0"]
    for T, B, D, H in [(1, 1, 2, 3), (2, 1, 3, 2), (5, 4, 2, 3)]:
        case = _rnn_forward(rng, T, B, D, H)
        got = call(answer, **dict(zip(["dhs", "x", "hs", "U"], case, strict=True)))
        got = _parts(got, "dW, dU, db, dh0")
        wanted = _rnn_backward(*case)
        for name, value, right in zip(names, got, wanted, strict=True):
            same_shape(value, right, name)
        wrong = [k for k in range(4) if not is_close(got[k], wanted[k])]
        if wrong:
            bad = [names[k] for k in wrong]
            _recognise_rnn([got[k] for k in wrong], bad, wrong, case)
            raise Wrong(
                f"With T = {T} and B = {B}, {_listed(bad)} "
                f"{'differ' if bad[1:] else 'differs'} from the measured slope. "
                "Compare with the loop of `lstm_backward`, with one stream."
            )
    return "Every array agrees with the gradient, for one step and for many."


def _rnn_forward(rng, T, B, D, H):
    """Return dhs, x, hs and U of a run with random weights."""
    W, U = rng.normal(size=(H, D)), rng.normal(size=(H, H))
    b, hs = rng.normal(size=H), rng.normal(size=(T + 1, B, H))
    x, dhs = rng.normal(size=(T, B, D)), rng.normal(size=(T, B, H))
    for t in range(T):
        hs[t + 1] = np.tanh(x[t] @ W.T + hs[t] @ U.T + b)
    return dhs, x, hs, U


def _recognise_rnn(got, names, places, given):
    """Raise `Wrong` if the wrong arrays, at ``places``, all come from one slip."""
    made = {hint: _rnn_backward(*given, **slip) for hint, slip in RNN_SLIPS.items()}
    for hint, slip in (made | _rnn_end_slips(*given)).items():
        if all(map(is_close, got, [slip[k] for k in places])):
            raise Wrong(f"{hint} It shows in {_listed(names)}.")


def _listed(names):
    """Write names as "a", "a and b" or "a, b and c"."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


RNN_SLIPS = {
    "Right for one step, but the stream is not carried: hand da @ U to the step before "
    "and add it to dhs[t].": {"carry": 0},
    "You walk forwards. The slopes come from the last step: take the steps in reverse "
    "order.": {"order": iter},
    "The stream must go back through U, in rows `da @ U`; you multiply by its "
    "transpose.": {"back": lambda da, dh, U: da @ U.T},
    "What is handed on is da @ U, after the slope of tanh; you hand on dh @ U.": {
        "back": lambda da, dh, U: dh @ U
    },
    "You hand on da without U: the way back to the step before is da @ U.": {
        "back": lambda da, dh, U: da
    },
    "You add to the old stream. What is handed on is new in each step: dh = da @ U.": {
        "back": lambda da, dh, U: dh + da @ U
    },
    "The slope of tanh is that at the step's output, hs[t + 1]; you take the state "
    "before the step.": {"slope": lambda before, after: 1 - before**2},
    "hs holds what came out of tanh already: its slope is 1 - h * h, not "
    "1 - tanh(h) ** 2.": {"slope": lambda before, after: 1 - np.tanh(after) ** 2},
    "That is the slope of the sigmoid, h * (1 - h). Here it is tanh: 1 - h * h.": {
        "slope": lambda before, after: after * (1 - after)
    },
    "The slope of tanh is missing.": {"slope": lambda before, after: 1},
    "Off by one: U multiplied the state before the step, hs[t].": {"late": 1},
    "The shares of all steps add up; you return that of a single step (did you write "
    "= for +=?).": {"add": 0},
}


def _rnn_backward(
    dhs,
    x,
    hs,
    U,
    *,
    order=reversed,
    carry=1,
    slope=lambda before, after: 1 - after**2,
    add=1,
    late=0,
    back=lambda da, dh, U: da @ U,
):
    """Return dW, dU, db, dh0; the keywords change one line each, as a slip does."""
    dW, dU, db, dh = 0, 0, 0, np.zeros_like(hs[0])
    for t in order(range(len(x))):
        dh = dhs[t] + carry * dh
        da = dh * slope(hs[t], hs[t + 1])
        dW = add * dW + da.T @ x[t]
        dU = add * dU + da.T @ hs[t + late]
        db = add * db + da.sum(axis=0)
        dh = back(da, dh, U)
    return dW, dU, db, dh


def _rnn_end_slips(dhs, x, hs, U):
    """Return what slips after the loop give, each under its hint."""
    dW, dU, db, dh0 = _rnn_backward(dhs, x, hs, U)
    (T, B), shares = x.shape[:2], (dW, dU, db)
    dh1 = dhs[0] + _rnn_backward(dhs[1:], x[1:], hs[1:], U)[3]
    batch = "You take a mean over the batch. The loss sees every example, so the "
    steps = "You take a mean over the steps. Every step uses the weights, so the "
    return {
        "dU is transposed: da.T @ hs[t].": (dW, dU.T, db, dh0),
        f"{batch}shares add.": (*(share / B for share in shares), dh0),
        f"{steps}shares add.": (*(share / T for share in shares), dh0),
        f"{steps}shares add (and so do those of a batch).": (
            *(share / (T * B) for share in shares),
            dh0,
        ),
        "dh0 is the slope in the state after the first step. Hand it back once more, "
        "through tanh and U.": (dW, dU, db, dh1),
    }


def exercise_4(answer):
    """Check ``bias_to_keep(keep, steps)``."""
    cases = [(0.9, 100), (0.5, 60), (0.01, 5), (0.2, 1000), (0.5, 1)]
    for keep, steps in cases:
        got, wanted = answer(keep, steps), _bias_to_keep(keep, steps)
        same_shape(got, wanted)
        if is_close(got, wanted):
            continue
        kept = sigmoid(got + 0.0) ** steps
        other = (
            f"With your bias the product over {counted(steps, 'step')} is "
            f"{kept:.6g}, wanted {keep}."
        )
        name = f"The bias for keep = {keep} and steps = {steps}"
        slips = _bias_slips(keep, steps)
        if is_near(answer, _bias_to_keep, cases):
            other = f"{NEARLY} Wanted is the formula: undo the sigmoid."
        _judge(name, got, wanted, slips, other)
    return "Now run the experiment, and compare with your guess."


def _bias_to_keep(keep, steps):
    """Return the right answer to exercise 4."""
    return _logit(keep ** (1 / steps))


def _bias_slips(keep, steps):
    """Return the usual slips of exercise 4, each with its hint."""
    f = keep ** (1 / steps)
    return [
        (f, "That is the gate f. Which bias gives it through a sigmoid?"),
        (-_logit(f), "The sign is turned round: an open gate needs a positive bias."),
        (
            _logit(keep),
            "That keeps the fraction over one step. Over n steps the gate acts n "
            "times.",
        ),
        (
            _logit(1 - (1 - keep) / steps),
            "The loss does not divide evenly over the steps: each keeps a fraction of "
            "what is left. Take the n-th root.",
        ),
        (
            -np.log(-np.log(keep) / steps),
            "Nearly: that is what the formula tends to for many steps. Keep all "
            "terms: take the n-th root of keep and undo the sigmoid.",
        ),
        (np.log(f), "That is ln f. Undo the sigmoid, not the exponential."),
        (
            _logit(keep) * steps,
            "The gates multiply, so take the n-th root of keep first, then turn the "
            "sigmoid round.",
        ),
        (
            1 / (1 + np.exp(-f)),
            "You applied the sigmoid to f. It must be turned round: ln(f / (1 - f)).",
        ),
    ]


def _logit(f):
    """Return the pre-activation whose sigmoid is ``f``."""
    return np.log(f / (1 - f))


def _slope_of_activated(y):
    """Return the slope of the sigmoid at an already activated value."""
    again = 1 / (1 + np.exp(-y))
    return again * (1 - again)


def _parts(got, names):
    """Return the parts of an answer that must be as many as ``names``."""
    count = len(names.split(", "))
    if not isinstance(got, tuple | list) or len(got) != count:
        raise Wrong(f"Wanted {count} arrays, {names}, in this order.")
    return got


def _judge(name, got, wanted, slips, other):
    """Compare one part with what it should be, and with typical slips."""
    same_shape(got, wanted, name)
    if is_close(got, wanted):
        return
    for value, hint in slips:
        if is_close(got, value) and not is_close(value, wanted):
            raise Wrong(f"{name} is not right. {hint}")
    raise Wrong(f"{name} is not right. {other}")
