"""The checks of chapter 4's exercises: right answers, slips and rubbish."""

import numpy as np
import pytest
from verdicts import verdict


def states(w, h0, xs):
    hs = [h0]
    for x in xs:
        hs.append(w * hs[-1] + x)
    return hs


def shares(w, h0, xs, shift=0):
    hs, T = states(w, h0, xs), len(xs)
    return [w ** (T - 1 - t) * hs[t + shift] for t in range(T)]


def coupled(dc, c_prev, f, g):
    return dc * (c_prev - g) * f * (1 - f), dc * (1 - f) * (1 - g * g), dc * f


def rnn(
    dhs, x, hs, U, *, carry=True, back=lambda da, dh, U: da @ U, slope=None, before=0
):
    slope = slope or (lambda hs, t: 1 - hs[t + 1] ** 2)
    dW, dU, db, dh = 0, 0, 0, np.zeros_like(hs[0])
    for t in reversed(range(len(x))):
        dh = dhs[t] + (dh if carry else 0)
        da = dh * slope(hs, t)
        dW = dW + da.T @ x[t]
        dU = dU + da.T @ hs[t + before]
        db = db + da.sum(axis=0)
        dh = back(da, dh, U)
    return dW, dU, db, dh


def last_share(dhs, x, hs, U):
    dh = np.zeros_like(hs[0])
    for t in reversed(range(len(x))):
        da = (dhs[t] + dh) * (1 - hs[t + 1] ** 2)
        dW, dU, db = da.T @ x[t], da.T @ hs[t], da.sum(axis=0)
        dh = da @ U
    return dW, dU, db, dh


def mean_over_batch(dhs, x, hs, U):
    *weights, dh = rnn(dhs, x, hs, U)
    return (*(w / x.shape[1] for w in weights), dh)


def in_place(dhs, x, hs, U):
    for t in reversed(range(1, len(x))):
        dhs[t - 1] += (dhs[t] * (1 - hs[t + 1] ** 2)) @ U
    return rnn(dhs, x, hs, U, carry=False)


def one_array_overwritten(dhs, x, hs, U):
    dW, _, _, _ = last_share(dhs, x, hs, U)
    return (dW, *rnn(dhs, x, hs, U)[1:])


def forwards(dhs, x, hs, U):
    T = len(x)
    dW, dU, db, dh = 0, 0, 0, np.zeros_like(hs[0])
    for t in range(T):
        da = (dhs[t] + dh) * (1 - hs[t + 1] ** 2)
        dW, dU, db = dW + da.T @ x[t], dU + da.T @ hs[t], db + da.sum(axis=0)
        dh = da @ U
    return dW, dU, db, dh


def mean_over(axis, dhs, x, hs, U):
    *weights, dh = rnn(dhs, x, hs, U)
    count = {"T": len(x), "TB": len(x) * x.shape[1]}[axis]
    return (*(w / count for w in weights), dh)


def mean_in_db(dhs, x, hs, U):
    dW, dU, db, dh = rnn(dhs, x, hs, U)
    return dW, dU, db / x.shape[1], dh


def slope_in_h_1(dhs, x, hs, U):
    *weights, _ = rnn(dhs, x, hs, U)
    return (*weights, dhs[0] + rnn(dhs[1:], x[1:], hs[1:], U)[3])


def search_keep(keep, steps):
    grid = np.linspace(-5, 12, 170001)
    kept = (1 / (1 + np.exp(-grid))) ** steps
    return grid[np.abs(kept - keep).argmin()]


def bias_to_keep(keep, steps):
    f = keep ** (1 / steps)
    return np.log(f / (1 - f))


def logit(f):
    return np.log(f / (1 - f))


SOLUTIONS = {
    "4.1": lambda w, h0, xs: sum(shares(w, h0, xs)),
    "4.2": coupled,
    "4.3": rnn,
    "4.4": bias_to_keep,
}

SLIPS = [
    ("4.1", lambda w, h0, xs: states(w, h0, xs)[-2], "the last step alone"),
    ("4.1", lambda w, h0, xs: sum(states(w, h0, xs)[:-1]), "do not carry dh"),
    ("4.1", lambda w, h0, xs: sum(shares(w, h0, xs, 1)), "Off by one"),
    ("4.1", lambda w, h0, xs: np.mean(shares(w, h0, xs)), "mean of the shares"),
    ("4.1", lambda w, h0, xs: shares(w, h0, xs)[0], "the first step alone"),
    ("4.1", lambda w, h0, xs: len(xs) * w ** (len(xs) - 1) * h0, "inputs as zero"),
    ("4.1", lambda w, h0, xs: w * sum(shares(w, h0, xs)), "before its last use"),
    ("4.1", lambda w, h0, xs: 7.0, "inputs [1.5, -0.6] wanted 2.06, got 7."),
    ("4.1", lambda w, h0, xs: states(w, h0, xs)[-1], "That is the loss, h_T."),
    ("4.1", lambda w, h0, xs: w * sum(shares(w, h0, xs)), "then dh = w * dh"),
    ("4.1", lambda w, h0, xs: shares(w, h0, xs), "Wanted one number"),
    (
        "4.2",
        lambda dc, c, f, g: (dc * c * f * (1 - f), 0, 0),
        "through 1 - f is missing",
    ),
    (
        "4.2",
        lambda dc, c, f, g: (-dc * g * f * (1 - f), *coupled(dc, c, f, g)[1:]),
        "The direct use, f * c_prev, is missing",
    ),
    ("4.2", lambda *given: coupled(*given)[::-1], "another order: da_f, da_g, dc_prev"),
    ("4.2", lambda *given: np.roll(coupled(*given), 1, axis=0), "in this order"),
    ("4.2", lambda *g: tuple(np.roll(coupled(*g), 1, axis=0)), "in another order"),
    ("4.2", lambda *g: [part[:1] for part in coupled(*g)], "da_f: wanted the shape"),
    ("4.2", lambda dc, c, f, g: (dc * (c + g) * f * (1 - f), 0, 0), "Check the sign"),
    ("4.2", lambda dc, c, f, g: (dc * (g - c) * f * (1 - f), 0, 0), "sign is turned"),
    (
        "4.2",
        lambda dc, c, f, g: (dc * (c - g), 0, 0),
        "slope of the sigmoid is missing",
    ),
    ("4.2", lambda dc, c, f, g: (dc * (c - g) * f, 0, 0), "Half of the slope"),
    (
        "4.2",
        lambda dc, c, f, g: (coupled(dc, c, f, g)[0], dc * f * (1 - g * g), 0),
        "The factor of g is 1 - f",
    ),
    (
        "4.2",
        lambda dc, c, f, g: (coupled(dc, c, f, g)[0], dc * (1 - f), 0),
        "slope of tanh is missing",
    ),
    (
        "4.2",
        lambda dc, c, f, g: (coupled(dc, c, f, g)[0], dc * (1 - f) * g * (1 - g), 0),
        "squashed by tanh",
    ),
    (
        "4.2",
        lambda dc, c, f, g: (*coupled(dc, c, f, g)[:2], dc * (1 - f)),
        "what was kept of it: f",
    ),
    ("4.2", lambda dc, c, f, g: coupled(dc, c, f, g)[:2], "Wanted 3 arrays"),
    ("4.2", lambda dc, c, f, g: coupled(np.multiply(dc, 1, out=dc), c, g, f), "da_f"),
    (
        "4.2",
        lambda dc, c, f, g: (dc * (c - g) * (1 - f * f), dc * (1 - f) * g * (1 - g), 0),
        "That is the slope of tanh",
    ),
    (
        "4.2",
        lambda dc, c, f, g: (coupled(dc, c, f, g)[0], -dc * (1 - f) * (1 - g * g), 0),
        "da_g is not right. The sign is turned round",
    ),
    (
        "4.2",
        lambda dc, c, f, g: (coupled(dc, c, f, g)[0], dc * (1 - f) * (1 - g) ** 2, 0),
        "dg/da_g = 1 - g * g",
    ),
    (
        "4.2",
        lambda dc, c, f, g: (dc * (c - g) * (1 - 2 * f), 0, 0),
        "df/da_f = f * (1 - f)",
    ),
    (
        "4.2",
        lambda dc, c, f, g: (*coupled(dc, c, f, g)[:2], dc * f + dc * g),
        "c_prev stands in one place",
    ),
    ("4.3", lambda *given: rnn(*given, carry=False), "the stream is not carried"),
    ("4.3", lambda *g: rnn(*g, back=lambda da, dh, U: da @ U.T), "by its transpose"),
    ("4.3", lambda *g: rnn(*g, back=lambda da, dh, U: dh @ U), "you hand on dh @ U"),
    ("4.3", lambda *g: rnn(*g, slope=lambda hs, t: 1 - hs[t] ** 2), "hs[t + 1]"),
    ("4.3", lambda *g: rnn(*g, slope=lambda hs, t: 1), "slope of tanh is missing"),
    (
        "4.3",
        lambda *g: rnn(*g, slope=lambda hs, t: 1 - np.tanh(hs[t + 1]) ** 2),
        "came out of tanh already",
    ),
    ("4.3", lambda *given: rnn(*given, before=1), "Off by one"),
    ("4.3", last_share, "that of a single step"),
    ("4.3", mean_over_batch, "a mean over the batch"),
    ("4.3", one_array_overwritten, "= for +=?). It shows in dW."),
    ("4.3", forwards, "You walk forwards"),
    (
        "4.3",
        lambda *g: rnn(*g, slope=lambda hs, t: hs[t + 1] * (1 - hs[t + 1])),
        "slope of the sigmoid",
    ),
    ("4.3", mean_in_db, "a mean over the batch"),
    ("4.3", mean_in_db, "It shows in db."),
    ("4.3", lambda *g: mean_over("T", *g), "You take a mean over the steps"),
    ("4.3", lambda *g: mean_over("TB", *g), "You take a mean over the steps"),
    ("4.3", slope_in_h_1, "the slope in the state after the first step"),
    ("4.3", lambda *g: rnn(*g, back=lambda da, dh, U: da), "without U"),
    ("4.3", lambda *g: rnn(*g, back=lambda da, dh, U: dh + da @ U), "dh = da @ U"),
    ("4.3", lambda *g: [2 * a for a in rnn(*g)], "Compare with the loop of `lstm_b"),
    ("4.3", in_place, "changed dhs,"),
    ("4.3", lambda *g: rnn(*g)[:3], "Wanted 4 arrays"),
    ("4.3", lambda *g: (*rnn(*g)[:3], 0 * g[2][0]), "dh0 differs"),
    ("4.3", lambda *g: rnn(*g)[:1] + tuple(2 * a for a in rnn(*g)[1:]), "dU, db and d"),
    ("4.3", lambda *g: (rnn(*g)[0], rnn(*g)[1].T, *rnn(*g)[2:]), "dU is transposed"),
    ("4.3", lambda *g: (rnn(*g)[0].T, *rnn(*g)[1:]), "dW: wanted the shape (3, 2)"),
    ("4.4", lambda keep, steps: keep ** (1 / steps), "That is the gate f"),
    ("4.4", lambda keep, steps: -bias_to_keep(keep, steps), "sign is turned round"),
    ("4.4", lambda keep, steps: logit(keep), "over one step"),
    ("4.4", lambda keep, steps: logit(1 - (1 - keep) / steps), "n-th root"),
    ("4.4", lambda keep, steps: np.log(keep) / steps, "That is ln f. Undo the sigmoid"),
    ("4.4", lambda keep, steps: steps * logit(keep), "n-th root"),
    ("4.4", lambda keep, steps: 3.0, "over 100 steps is 0.00776029, wanted 0.9."),
    ("4.4", lambda keep, steps: bias_to_keep(keep, steps + 1), "is 0.900939, wanted"),
    ("4.4", lambda keep, steps: -np.log(-np.log(keep) / steps), "for many steps"),
    ("4.4", search_keep, "Nearly: close, but not exact"),
    ("4.4", lambda keep, steps: round(bias_to_keep(keep, steps), 2), "Nearly: close"),
    ("4.4", lambda keep, steps: [1.0], "Wanted one number"),
]

RUBBISH = [
    lambda *given: None,
    lambda *given: "rubbish",
    lambda *given: [1, [2, 3]],
    lambda *given: np.zeros((7, 7)),
    lambda *given: ("a", None, [], {}),
    lambda *given: 1 / 0,
    lambda: 0,
    5.0,
]


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_solution_passes(capsys, exercise):
    out = verdict(capsys, exercise, SOLUTIONS[exercise])
    assert out.startswith(f"Exercise {exercise}: right. ")


def test_the_result_of_the_experiment_is_left_to_the_reader(capsys):
    out = verdict(capsys, "4.4", bias_to_keep)
    assert "compare with your guess" in out
    assert "6.34" not in out


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_stub_is_not_attempted(capsys, exercise):
    wanted = f"Exercise {exercise}: not attempted yet.\n"
    assert verdict(capsys, exercise, lambda *given: ...) == wanted


@pytest.mark.parametrize(("exercise", "answer", "hint"), SLIPS)
def test_a_slip_gets_its_hint(capsys, exercise, answer, hint):
    out = verdict(capsys, exercise, answer)
    assert out.startswith(f"Exercise {exercise}: not yet. ")
    assert hint in out


@pytest.mark.parametrize("factor", [1.001, 0.999])
@pytest.mark.parametrize(
    ("exercise", "part"),
    [("4.1", 0), *(("4.2", k) for k in range(3)), *(("4.3", k) for k in range(4))],
)
def test_a_gradient_off_by_a_thousandth_is_wrong(capsys, exercise, part, factor):
    def nearly(*given):
        right = SOLUTIONS[exercise](*given)
        if not isinstance(right, tuple):
            return factor * right
        return tuple(a * (factor if k == part else 1) for k, a in enumerate(right))

    assert "not yet. " in verdict(capsys, exercise, nearly)


@pytest.mark.parametrize("exercise", SOLUTIONS)
@pytest.mark.parametrize("answer", RUBBISH)
def test_rubbish_gets_a_line(capsys, exercise, answer):
    assert "not yet. " in verdict(capsys, exercise, answer)
