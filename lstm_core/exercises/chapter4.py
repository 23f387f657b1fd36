"""Checks of the exercises of chapter 4."""

from itertools import permutations

import numpy as np

from lstm_core.exercises.core import (
    Wrong,
    counted,
    is_close,
    recognise,
    same_shape,
)
from lstm_core.gates import sigmoid
from lstm_core.lstm import lstm_forward
from lstm_core.model import CharLSTM
from lstm_core.text import Vocabulary, load_hamlet, one_hot


def exercise_1(answer):
    """Check ``slope_in_w(w, h0, xs)``: a slope that adds over time."""
    rng = np.random.default_rng(41)
    cases = [(0.7, 0.4, [1.5]), (0.7, 0.4, [1.5, -0.6]), (2.0, 1.0, [0.5, 1.0, 3.0])]
    cases += [(-0.9, 0.3, rng.normal(size=8).tolist()), (0.0, 2.0, [1.0, 3.0])]
    for w, h0, xs in cases:
        got = answer(w, h0, list(xs))
        hs = [h0]
        for x in xs:
            hs.append(w * hs[-1] + x)
        T = len(xs)
        shares = [w ** (T - 1 - t) * hs[t] for t in range(T)]
        wanted = sum(shares)
        same_shape(got, wanted)
        if is_close(got, wanted):
            continue
        late = [w ** (T - 1 - t) * hs[t + 1] for t in range(T)]
        slips = [
            (
                shares[-1],
                "That is the share of the last step alone. Every step uses "
                "w: walk back, carry dh, and add the shares.",
            ),
            (
                sum(hs[:-1]),
                "You add the states but do not carry dh: each step back "
                "multiplies it by w.",
            ),
            (
                sum(late),
                "Off by one: the state that w multiplies in step t is the one "
                "before the step, h_(t-1).",
            ),
            (
                w * wanted,
                "You hand dh on before its last use in the step: first the share, "
                "then d * w.",
            ),
            (wanted / T, "That is the mean of the shares. Slopes of one weight add."),
            (
                shares[0],
                "That is the share of the first step alone. Every step uses "
                "w: add the shares.",
            ),
            (
                T * w ** (T - 1) * h0 if w else np.nan,
                "That treats the inputs as "
                "zero: the states in between contain them as well.",
            ),
        ]
        recognise(got, {hint: value for value, hint in slips})
        raise Wrong(
            f"For w = {w}, h0 = {h0} and {counted(T, 'input')} the slope is another. "
            "Nudge w in h_T by hand and compare, first with one input (the slope is "
            "h0), then with two."
        )
    return "One weight, as many shares as steps, and their sum is the slope."


def exercise_2(answer):
    """Check ``coupled_backward(dc, c_prev, f, g)``."""
    rng = np.random.default_rng(42)
    for shape in [(3,), (2, 4)]:
        dc, c_prev = rng.normal(size=(2, *shape))
        f, g = rng.uniform(0.1, 0.9, shape), rng.uniform(-0.9, 0.9, shape)
        given = [array.copy() for array in (dc, c_prev, f, g)]
        got = _parts(answer(*given), "da_f, da_g, dc_prev")
        _untouched(given, [dc, c_prev, f, g], ["dc", "c_prev", "f", "g"])
        slope_f, slope_g = f * (1 - f), 1 - g * g
        df, dg = dc * (c_prev - g), dc * (1 - f)
        names = ["da_f", "da_g", "dc_prev"]
        _in_order(got, [df * slope_f, dg * slope_g, dc * f], names)
        _judge(
            "da_f",
            got[0],
            df * slope_f,
            [
                (
                    dc * c_prev * slope_f,
                    "f is used twice: the part through 1 - f is missing.",
                ),
                (
                    dc * (c_prev + g) * slope_f,
                    "Check the sign of the second use: the slope of 1 - f in f is -1.",
                ),
                (-df * slope_f, "The sign is turned round."),
                (
                    df,
                    "The slope of the sigmoid is missing: da_f is the slope before the "
                    "squashing, df after it.",
                ),
                (
                    df * f,
                    "Half of the slope of the sigmoid is missing: it is f (1 - f).",
                ),
                (
                    -dc * g * slope_f,
                    "The direct use, f * c_prev, is missing.",
                ),
                (
                    dc * g * slope_f,
                    "f is used twice: the part with c_prev is missing, and "
                    "the sign of the other is wrong.",
                ),
                (
                    df * _slope_of_activated(f),
                    "f is already activated: its slope is "
                    "f (1 - f), not that of sigmoid(f).",
                ),
            ],
        )
        _judge(
            "da_g",
            got[1],
            dg * slope_g,
            [
                (dc * f * slope_g, "The factor of g is 1 - f, not f."),
                (dg, "The slope of tanh is missing."),
                (
                    dg * g * (1 - g),
                    "The candidate is squashed by tanh: its slope is 1 - g * g.",
                ),
                (
                    dg * (1 - np.tanh(g) ** 2),
                    "g is already activated: its slope is "
                    "1 - g * g, not that of tanh(g).",
                ),
                (dc * slope_g, "The factor 1 - f is missing."),
            ],
        )
        _judge(
            "dc_prev",
            got[2],
            dc * f,
            [
                (dc * (1 - f), "What goes back to c_prev is what was kept of it: f."),
                (dc, "c_prev was multiplied by f on its way in, so its slope is too."),
                (
                    dc * f * slope_f,
                    "No squashing lies between c_prev and c: the factor is f alone.",
                ),
            ],
        )
    return "Both uses of f are there, and the squashing is from the outputs."


def exercise_3(answer):
    """Check ``rnn_backward(dhs, x, hs, U)``."""
    rng = np.random.default_rng(43)
    for T, B, D, H in [(1, 1, 2, 3), (2, 1, 3, 2), (5, 4, 2, 3)]:
        W, U = rng.normal(size=(H, D)), rng.normal(size=(H, H))
        b, hs = rng.normal(size=H), rng.normal(size=(T + 1, B, H))
        x, dhs = rng.normal(size=(T, B, D)), rng.normal(size=(T, B, H))
        for t in range(T):
            hs[t + 1] = np.tanh(x[t] @ W.T + hs[t] @ U.T + b)
        given = [array.copy() for array in (dhs, x, hs, U)]
        got = _parts(answer(*given), "dW, dU, db, dh0")
        _untouched(given, [dhs, x, hs, U], ["dhs", "x", "hs", "U"])
        wanted = _rnn_backward(dhs, x, hs, U)
        names = ["dW", "dU", "db", "dh0"]
        for name, value, right in zip(names, got, wanted, strict=True):
            same_shape(value, right, name)
        if all(map(is_close, got, wanted)):
            continue
        for slip, hint in RNN_SLIPS.items():
            if all(map(is_close, got, _rnn_backward(dhs, x, hs, U, slip))):
                raise Wrong(hint)
        right = map(is_close, got, wanted)
        *most, last = [name for name, ok in zip(names, right, strict=True) if not ok]
        bad = f"{', '.join(most)} and {last} differ" if most else f"{last} differs"
        raise Wrong(
            f"With T = {T} and B = {B}, {bad} from the measured "
            "slope. Compare with the three lines of the loop: da, the shares, "
            "the stream."
        )
    return "Every array agrees with the gradient, for one step and for many."


RNN_SLIPS = {
    "no carry": "Right for one step, but the stream is not carried: hand da @ U to the "
    "step before and add it to dhs[t].",
    "transposed": "The stream must go back through U, in rows `da @ U`; you multiply "
    "by its transpose.",
    "before": "The slope of tanh is that at the step's output, hs[t + 1]; you take the "
    "state before the step.",
    "activated": "hs holds what came out of tanh already: its slope is 1 - h * h, not "
    "1 - tanh(h) ** 2.",
    "after": "Off by one: U multiplied the state before the step, hs[t].",
    "dU turned": "dU is transposed: da.T @ hs[t].",
    "no slope": "The slope of tanh is missing.",
    "last": "The shares of all steps add up; you return that of a single step (did you "
    "write = for +=?).",
    "mean": "You take a mean over the batch. The loss sees every example, so the "
    "shares add.",
    "no squash back": "What is handed on is da @ U, after the slope of tanh; you "
    "hand on dh @ U.",
}


def _rnn_backward(dhs, x, hs, U, slip=None):
    """Return dW, dU, db, dh0; ``slip`` names a typical mistake."""
    T, B = len(x), x.shape[1]
    dW, dU, db = np.zeros((len(U), x.shape[-1])), np.zeros_like(U), np.zeros(len(U))
    dh = np.zeros_like(hs[0])
    for t in reversed(range(T)):
        dh = dhs[t] + (0 if slip == "no carry" else dh)
        out = hs[t] if slip == "before" else hs[t + 1]
        out = np.tanh(out) if slip == "activated" else out
        da = dh * (1 if slip == "no slope" else 1 - out**2)
        if slip == "last":
            dW, dU, db = 0, 0, 0
        dW = dW + da.T @ x[t]
        dU = dU + da.T @ hs[t + 1 if slip == "after" else t]
        db = db + da.sum(axis=0)
        back = dh if slip == "no squash back" else da
        dh = back @ (U.T if slip == "transposed" else U)
    if slip == "dU turned":
        dU = dU.T
    if slip == "mean":
        dW, dU, db = dW / B, dU / B, db / B
    return dW, dU, db, dh


def exercise_4(answer):
    """Check ``bias_to_keep(keep, steps)``."""
    for keep, steps in [(0.9, 100), (0.5, 60), (0.01, 5), (0.2, 1000), (0.5, 1)]:
        got = answer(keep, steps)
        f = keep ** (1 / steps)
        same_shape(got, f)
        kept = sigmoid(got + 0.0) ** steps
        _judge(
            f"The bias for keep = {keep} and steps = {steps}",
            got,
            _logit(f),
            [
                (f, "That is the gate f. Which bias gives it through a sigmoid?"),
                (
                    -_logit(f),
                    "The sign is turned round: an open gate needs a positive bias.",
                ),
                (
                    _logit(keep),
                    "That keeps the fraction over one step. Over n steps the "
                    "gate acts n times.",
                ),
                (
                    _logit(1 - (1 - keep) / steps),
                    "The loss does not divide evenly over the "
                    "steps: each keeps a fraction of what is left. Take the n-th root.",
                ),
                (
                    np.log(f),
                    "That is ln f. Undo the sigmoid, not the exponential.",
                ),
                (
                    _logit(keep) * steps,
                    "The gates multiply, so take the n-th root of keep "
                    "first, then turn the sigmoid round.",
                ),
                (
                    1 / (1 + np.exp(-f)),
                    "You applied the sigmoid to f. It must be turned "
                    "round: ln(f / (1 - f)).",
                ),
            ],
            f"With your bias the product over {counted(steps, 'step')} is "
            f"{kept:.3g}, wanted {keep}.",
        )
    bias = _logit(0.9 ** (1 / 60))
    kept = np.median([_kept_by_lstm(seed, bias) for seed in range(5)])
    return (
        f"To keep 0.9 over 60 steps takes a bias of {bias:.2f}. The untrained net then "
        f"keeps {kept:.2f} (median of five seeds): its weights are small and move the "
        "gates little."
    )


def _kept_by_lstm(seed, bias):
    """Return what an untrained net keeps over 60 letters, as the chapter measures."""
    text = load_hamlet()
    letters = Vocabulary.from_text(text)
    x = one_hot(letters.encode(text[:100]), len(letters))[:, None]
    params = CharLSTM(letters, seed=seed, forget_bias=bias).params
    kept = lstm_forward(x, None, params)[2].f[-60:].prod(axis=0)
    return np.sqrt((kept**2).mean())


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


def _untouched(given, before, names):
    """Raise `Wrong` if the answer changed an array that it was given."""
    for now, then, name in zip(given, before, names, strict=True):
        if not np.array_equal(now, then):
            raise Wrong(f"Your function changed the array {name} that it was given.")


def _in_order(got, wanted, names):
    """Raise `Wrong` if the parts are right, but in another order."""
    kinds = [part.dtype.kind for part in got if isinstance(part, np.ndarray)]
    if kinds != ["f"] * len(names):
        return
    _, *others = permutations(wanted)
    if any(all(map(is_close, got, other)) for other in others):
        raise Wrong(f"These are the right arrays in another order: {', '.join(names)}.")


def _judge(name, got, wanted, slips, other="It is not what a measurement gives."):
    """Compare one part with what it should be, and with typical slips."""
    same_shape(got, wanted, name)
    if is_close(got, wanted):
        return
    for value, hint in slips:
        if is_close(got, value) and not is_close(value, wanted):
            raise Wrong(f"{name} is not right. {hint}")
    raise Wrong(f"{name} is not right. {other}")
