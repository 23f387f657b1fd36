"""Checks of the exercises of chapter 3."""

import numpy as np

from lstm_core.exercises.core import (
    Wrong,
    call,
    close,
    is_close,
    recognise,
    same_shape,
    side_by_side,
)
from lstm_core.gates import sigmoid
from lstm_core.loss import softmax
from lstm_core.lstm import init_lstm, lstm_cell_forward, lstm_forward


def exercise_1(answer):
    """Check ``parameter_count(V, H)``."""
    sizes = [(3, 2), (32, 64), (2, 9), (11, 1), (1, 5)]
    got = [answer(V, H) for V, H in sizes]
    for count in got:
        same_shape(count, 0)
    wanted = [4 * H * (V + H + 1) + V * (H + 1) for V, H in sizes]
    if not is_close(got, wanted):
        recognise(got, side_by_side([_count_slips(V, H) for V, H in sizes]))
    for (V, H), count, right in zip(sizes, got, wanted, strict=True):
        close(
            count,
            right,
            f"For V = {V} and H = {H} there are {right}, and you have "
            f"{np.asarray(count):g}. Go through the five shapes one by one.",
        )
    return "It counts every number, for V = 32 and H = 64 too."


def _count_slips(V, H):
    """Return what the usual slips give, each under its hint."""
    cell, out = 4 * H * (V + H + 1), V * (H + 1)
    return {
        "There are four blocks of rows, i, f, g and o; you count one.": (
            H * (V + H + 1) + out
        ),
        "Three blocks are counted. The candidate has weights too.": (
            3 * H * (V + H + 1) + out
        ),
        "The output layer is missing: weight_hy and bias_y.": cell,
        "bias_y is missing, one number for each letter.": cell + V * H,
        "The cell's bias is missing: one number for each of its 4H rows.": (
            4 * H * (V + H) + out
        ),
        "Both biases are missing, the cell's and that of the output.": (
            4 * H * (V + H) + V * H
        ),
        "You count two biases for each row of the cell, as some libraries have. "
        "Here there is one.": cell + out + 4 * H,
        "weight_hh has one column for each hidden number, H, not V.": (
            4 * H * (V + V + 1) + out
        ),
        "weight_hh is missing: the last hidden state has weights of its own.": (
            4 * H * (V + 1) + out
        ),
        "V and H have changed places: H is the number of units.": (
            4 * V * (H + V + 1) + H * (V + 1)
        ),
        "You count the output layer four times too; only the cell has four blocks.": (
            cell + 4 * out
        ),
    }


def exercise_2(answer):
    """Check ``first_of_two(y_0, y_1)``, for numbers and for arrays."""
    rng = np.random.default_rng(32)
    pairs = [
        (0.3, -1.2),
        (2.0, 2.0),
        (-0.5, 1.5),
        tuple(rng.normal(size=(2, 3, 2))),
        (np.array([800.0, 799.0, -800.0]), np.array([799.0, 800.0, -801.0])),
    ]
    for y_0, y_1 in pairs:
        with np.errstate(all="ignore"):  # an overflow gets a hint of its own
            got = call(answer, y_0=y_0, y_1=y_1)
        wanted = sigmoid(np.subtract(y_0, y_1))
        same_shape(got, wanted)
        if np.isnan(got).any():
            raise Wrong(
                "At 800 the result is not a number: an exp overflows. Only the "
                "difference of the scores matters; one sigmoid of it is enough."
            )
        if is_close(got, wanted):
            continue
        recognise(got, _two_slips(y_0, y_1))
        raise Wrong(
            f"For the scores {_few(y_0)} and {_few(y_1)} wanted {_few(wanted)}, got "
            f"{_few(got)}. In the softmax of two scores, divide numerator and "
            "denominator by exp(y_0)."
        )
    return "The sigmoid of a difference is a softmax of two."


def _two_slips(y_0, y_1):
    """Return what the usual slips give, each under its hint."""
    s_0, s_1 = sigmoid(y_0), sigmoid(y_1)
    difference = np.subtract(y_0, y_1)
    return {
        "The sign is the wrong way round: this is the probability of the second "
        "letter.": sigmoid(-difference),
        "That is the sigmoid of the first score alone. The second score matters "
        "too.": s_0,
        "Two sigmoids, made to sum to 1, are not a softmax. Start from exp(y_0) / "
        "(exp(y_0) + exp(y_1)).": s_0 / (s_0 + s_1),
        "A difference of two sigmoids is not a probability: it can be negative.": (
            s_0 - s_1
        ),
        "Right for two numbers, wrong for arrays: it ran along the wrong axis.": (
            softmax(np.stack([y_0, y_1]))[0]
        ),
        "That is the difference itself. It still has to go through the sigmoid.": (
            difference
        ),
        "That is tanh of the difference. A probability lies between 0 and 1.": np.tanh(
            difference
        ),
        "Nearly: half the difference is what the tanh inside sigmoid gets. Give "
        "sigmoid the whole.": sigmoid(0.5 * difference),
    }


ONE_A_PIECE = (
    "resets[t] has one entry for each piece, (B,), and the states are (B, H): use "
    "np.where, with resets[t][:, None]."
)


def exercise_3(answer):
    """Check ``forward_with_resets(x, resets, params) -> hs``."""
    rng = np.random.default_rng(33)
    for T, B, D, H, rate in [(6, 3, 4, 2, 0.3), (1, 1, 2, 3, 0), (5, 2, 3, 4, 1)] + [
        (9, 4, 3, 2, 0),
        (7, 5, 2, 3, 0.2),
    ]:
        params = init_lstm(D, H, rng=rng)
        params = {name: 2 * array + 0.1 for name, array in params.items()}
        x, resets = rng.normal(size=(T, B, D)), rng.random((T, B)) < rate
        if rate == 0.3:
            resets[[2, 4], [0, 1]] = True
        notes = dict.fromkeys(["could not be broadcast", "truth value"], ONE_A_PIECE)
        got = call(answer, x=x, resets=resets, params=params, notes=notes)
        wanted = _with_resets(x, resets, params)
        if isinstance(got, tuple):
            raise Wrong("Return hs alone, an array (T, B, H), and no state.")
        same_shape(got, wanted)
        if is_close(got, wanted):
            continue
        recognise(got, _overwritten(wanted, resets))
        recognise(got, _reset_slips(x, resets, params))
        step = np.flatnonzero(~np.isclose(got, wanted).all(axis=(1, 2)))[0]
        raise Wrong(
            f"With T = {T} and B = {B} the first wrong step is {step}, where resets "
            f"is {resets[step].tolist()}. Compare with the loop of the text."
        )
    return "Each piece starts anew, and no other is disturbed."


def _with_resets(x, resets, params, h_kept=(0, 1), c_kept=(0, 1), after=False, part=0):
    """Run the cell with resets; ``kept`` are the factors with and without one."""
    h, c = np.zeros((2, x.shape[1], params["weight_hh"].shape[1]))
    states = []
    for x_t, reset in zip(x, resets[:, :, None], strict=True):
        if not after:
            h, c = h * np.where(reset, *h_kept), c * np.where(reset, *c_kept)
        h, c, _ = lstm_cell_forward(x_t, h, c, params)
        states.append((h, c))
        if after:
            h, c = h * np.where(reset, *h_kept), c * np.where(reset, *c_kept)
    return np.stack([state[part] for state in states])


def _overwritten(hs, resets):
    """Return ``hs`` if each reset was written into the h of the step before."""
    late = hs.copy()
    late[:-1][resets[1:]] = 0
    changed = np.flatnonzero((late != hs).any(axis=(1, 2)))
    if not changed.size:
        return {}
    return {
        f"Step {changed[0]} was right when you stored it. Writing into h later "
        "changed the array in your list: make a new one (hint 3).": late
    }


def _reset_slips(x, resets, params):
    """Return what the usual slips give, each under its hint."""
    everyone = np.broadcast_to(resets.any(axis=1, keepdims=True), resets.shape)
    no_carry = np.ones_like(resets)
    slips = {
        "The resets have no effect: this is lstm_forward.": np.zeros_like(resets),
        "No state is carried: every step starts from zeros. Give each step what the "
        "step before returned.": no_carry,
        "The resets work the other way round: True means a new text begins.": ~resets,
        "One reset sets the whole batch to zero. Each piece has its own: "
        "resets[t][:, None].": everyone,
        "One step too early: resets[t] belongs before step t.": np.concatenate(
            [resets[1:], resets[:1]]
        ),
    }
    made = {hint: _with_resets(x, slip, params) for hint, slip in slips.items()}
    return made | {
        "Only h is set to zero. The cell state c still remembers the old text.": (
            _with_resets(x, resets, params, c_kept=(1, 1))
        ),
        "Only c is set to zero. The hidden state h still feeds the gates.": (
            _with_resets(x, resets, params, h_kept=(1, 1))
        ),
        "One step too late: the reset comes after the step. It must come before.": (
            _with_resets(x, resets, params, after=True)
        ),
        "The state goes to zero, but so does the h that is returned for the step. "
        "The reset comes before the step.": np.where(
            resets[:, :, None], 0, _with_resets(x, resets, params, after=True)
        ),
        "You set the letter to zero at a reset. It is the state, h and c, that a new "
        "text clears.": _with_resets(
            np.where(resets[:, :, None], 0, x), np.zeros_like(resets), params
        ),
        "These are the cell states. Return the hidden states h.": _with_resets(
            x, resets, params, part=1
        ),
        "At a reset the step itself is left out: the new text's first letter must "
        "still be read.": np.where(
            resets[:, :, None], 0, _with_resets(x, resets, params)
        ),
    }


def exercise_4(answer):
    """Check ``cell_gap(x, params) -> (T,)``."""
    rng = np.random.default_rng(34)
    for T, B, D, H, scale in [(8, 1, 5, 6, 1), (1, 2, 3, 4, 1), (12, 3, 2, 5, 8)]:
        params = init_lstm(D, H, rng=rng)
        params["weight_hh"] *= scale  # large ones make negative differences too
        x = rng.normal(size=(T, B, D))
        note = "If you pick one entry, do that outside: return all T entries."
        got = call(answer, x=x, params=params, notes={"raised IndexError": note})
        gap = _gap(x, params)
        wanted = np.abs(gap)[1:].max(axis=(1, 2))
        if isinstance(got, np.ndarray) and got.shape == (T + 1,):
            raise Wrong(
                "One entry too many: cache.cs starts with the state before the first "
                "letter. Leave it out."
            )
        same_shape(got, wanted)
        for hint, slip in _gap_slips(x, params, gap).items():
            if not is_close(got, wanted) and is_close(got, slip):
                raise Wrong(hint)
        if not is_close(got, wanted):
            off = ~np.isclose(got, wanted, rtol=1e-9, atol=1e-9)
            t = np.flatnonzero(off)[0]
            raise Wrong(
                f"For T = {T}, B = {B}, H = {H} entry {t} should be {wanted[t]:.4f}, "
                f"and yours is {got[t]:.4f}. Compare: one run starts from None, the "
                "other from h = 0 and c = 1, and the largest absolute difference is "
                "taken, over pieces and units."
            )
    return (
        "Now measure the net, with the path and without it, and compare with your "
        "guesses."
    )


def _gap(x, params, h=0.0, c=1.0):
    """Return the differences of the cell states of two runs, (T + 1, B, H)."""
    shape = x.shape[1], params["weight_hh"].shape[1]
    started = lstm_forward(x, (np.full(shape, h), np.full(shape, c)), params)[2]
    return started.cs - lstm_forward(x, None, params)[2].cs


def _gap_slips(x, params, gap):
    """Return what the usual slips give, each under its hint."""
    shape = x.shape[1], params["weight_hh"].shape[1]
    started = lstm_forward(x, (np.zeros(shape), np.ones(shape)), params)[0]
    h_gap = started - lstm_forward(x, None, params)[0]
    swapped, both = _gap(x, params, 1.0, 0.0), _gap(x, params, 1.0, 1.0)
    return {
        "That is the difference of the hidden states. The question is about c: "
        "cache.cs.": np.abs(h_gap).max(axis=(1, 2)),
        "One step too early: cache.cs[t] is the state before step t. Leave out the "
        "first entry, not the last.": np.abs(gap)[:-1].max(axis=(1, 2)),
        "The largest *absolute* difference: np.abs is missing.": gap[1:].max(
            axis=(1, 2)
        ),
        "That is the mean difference. The largest is wanted: .max().": (
            np.abs(gap)[1:].mean(axis=(1, 2))
        ),
        "That is a norm of the difference. The largest is wanted: .max().": (
            np.linalg.norm(gap[1:], axis=(1, 2))
        ),
        "That is the difference in one unit. The largest is wanted, over pieces and "
        "units.": np.abs(gap)[1:, 0, 0],
        "h and c have changed places: a state is (h, c), and c is the one that "
        "starts at 1.": np.abs(swapped)[1:].max(axis=(1, 2)),
        "Both h and c start at 1 here. h starts at 0.": np.abs(both)[1:].max(
            axis=(1, 2)
        ),
        "That is the cell state of one run. Take the other's off.": np.abs(
            gap + lstm_forward(x, None, params)[2].cs
        )[1:].max(axis=(1, 2)),
    }


def _few(values):
    """Write a number or the first numbers of an array, in few characters."""
    flat = np.ravel(values)
    some = ", ".join(f"{value:g}" for value in np.round(flat[:3], 3))
    return some + (", ..." if flat.size > 3 else "")
