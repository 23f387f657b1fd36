"""Checks of the exercises of chapter 2."""

import numpy as np

from lstm_core.exercises.core import (
    Raised,
    Wrong,
    close,
    is_close,
    recognise,
    same_shape,
)
from lstm_core.gates import sigmoid


def exercise_1(answer):
    """Check ``word_length_dials(text) -> f, i, g``, one of each a character."""
    for text in [
        "to be",
        "beet",
        "a  rose is a rose ",
        " x",
        "   ",
        "to die—to sleep, no",
    ]:
        f, i, g = _check_dials(answer(text), text)
        c, cs = 0.0, []
        for f_t, i_t, g_t in zip(f, i, g, strict=True):
            c = f_t * c + i_t * g_t
            cs.append(c)
        wanted = _word_lengths(text)
        if not is_close(cs, wanted):
            raise Wrong(_hint_on_lengths(np.array(cs), text, wanted))
    return "A counter that every space resets."


def _word_lengths(text):
    """Return after each character how many letters of its word were read."""
    return np.array(
        [len(text[: t + 1].split(" ")[-1]) for t in range(len(text))], float
    )


def _check_dials(got, text):
    """Return f, i, g as arrays (T,) in their ranges, or say what is amiss."""
    if not isinstance(got, tuple | list) or len(got) != 3:
        raise Wrong("Return three arrays: f, i and g, in this order.")
    dials = dict(zip("fig", got, strict=True))
    for name, dial in dials.items():
        same_shape(dial, np.zeros(len(text)), f"In {name}, for {text!r}")
        if np.iscomplexobj(dial):
            raise Wrong(f"{name} holds complex numbers; a dial is a real number.")
        low = -1 if name == "g" else 0
        if not np.all((np.asarray(dial) >= low) & (np.asarray(dial) <= 1)):
            raise Wrong(f"{name} leaves its range, [{low}, 1], for {text!r}.")
    return [np.asarray(dial, float) for dial in dials.values()]


def _hint_on_lengths(cs, text, wanted):
    """Recognise wrong counts by what they would be."""
    if "," in text:  # the last text: all without a comma were right
        return "A comma or a dash counts as a letter too: only a space resets."
    space = np.array([char == " " for char in text])
    letters = np.cumsum(~space)
    total = np.arange(1, len(text) + 1)
    if is_close(cs, letters) and space[:-1].any():
        return "The count never goes back to 0: which dial forgets at a space?"
    if is_close(cs, total):
        return "This counts every character of the text: nothing is ever forgotten."
    if is_close(cs, wanted + _since(space)):
        return (
            "One too many from the first space on: the space itself is counted. "
            "At a space, nothing must be added either."
        )
    if is_close(cs, ~space) or is_close(cs, letters > 0):
        return (
            "The count never gets beyond 1: f is 0 at the letters, where the count "
            "must be kept. Did you swap keep and forget?"
        )
    if is_close(cs, np.where(space, np.concatenate([[0], wanted[:-1]]), wanted)):
        return (
            "You forget one character too late: c must be 0 at the space itself, "
            "not at the letter after it."
        )
    return (
        f"For {text!r} c becomes {_short(cs)}, wanted {_short(wanted)}. What must "
        "happen to c at a space, and what at a letter?"
    )


def _since(space):
    """Return 1 from the first space on, else 0."""
    return (np.cumsum(space) > 0).astype(float)


def _short(values):
    """Write a list of numbers in few characters."""
    return "[" + ", ".join(f"{value:g}" for value in np.round(values, 3)) + "]"


def exercise_2(answer):
    """Check ``bias_for_half_life(n) -> b``, for a number and for an array."""
    for n in (3.0, 1.0, 0.5, 60.0, 1000.0, np.array([2.0, 14.0, 200.0])):
        got = answer(np.copy(n)[()])
        wanted = -np.log(np.expm1(np.log(2) / n))
        same_shape(got, wanted)
        f = 2.0 ** (-1 / n)
        decay = np.exp(-1 / n)
        hints = {
            "That is the gate, f. Its bias is the number that the sigmoid turns "
            "into f: undo the sigmoid.": f,
            "The sign is the wrong way round: a longer memory needs a larger bias.": (
                -wanted
            ),
            "After n steps 1/e is left, not a half. Start from f ** n == 0.5.": np.log(
                decay / (1 - decay)
            ),
            "Nearly: that is what the formula tends to for a long half-life. For a "
            "short one it is off; keep all terms.": np.log(n / np.log(2)),
            "That is ln f. Undo the whole sigmoid, not the exponential alone.": np.log(
                f
            ),
            "That is the odds f / (1 - f). One logarithm is missing.": f / (1 - f),
            "That is e^(-b). Take the logarithm.": (1 - f) / f,
        }
        if not is_close(got, wanted):
            recognise(got, hints)
        close(
            got,
            wanted,
            f"For n = {n} a gate with your bias does not reach one half after n "
            "steps. Try half_life(sigmoid(b)) on your b.",
        )
    return "From half a step to a thousand."


def exercise_3(answer):
    """Check ``batched_gates(x, h, params) -> i, f, g, o``, each (B, H)."""
    rng = np.random.default_rng(3)
    for B, D, H in [(3, 8, 2), (5, 3, 2), (1, 4, 3), (4, 2, 1), (8, 6, 4)]:
        params = {
            "weight_ih": rng.normal(size=(4 * H, D)),
            "weight_hh": rng.normal(size=(4 * H, H)),
            "bias": rng.normal(size=4 * H),
        }
        x, h = rng.normal(size=(B, D)), rng.normal(size=(B, H))
        given = {name: array.copy() for name, array in params.items()}
        mine = x.copy(), h.copy()
        try:
            got = answer(x, h, given)
        except Raised as raised:
            if not isinstance(raised.__cause__, ValueError):  # not of shapes
                raise
            sizes = f"Here B = {B}, D = {D} and H = {H}. Examples are rows here."
            raise Wrong(f"{raised} {sizes}") from None
        _check_untouched(mine, (x, h), params, given)
        _check_gates(got, x, h, params)
    return "Four gates a row, for any B, D and H."


def _check_untouched(mine, passed, params, given):
    """Say so if the answer has changed what it was given."""
    same = all(np.array_equal(a, b) for a, b in zip(mine, passed, strict=True))
    if not same or any(not np.array_equal(params[k], given.get(k)) for k in params):
        raise Wrong(
            "Your function changes its arguments. a += b writes into a; use a = a + b."
        )


def _check_gates(got, x, h, params):
    """Compare four gates with the right ones, and with the usual slips."""
    listed = isinstance(got, tuple | list) or np.ndim(got) == 3
    if not listed or len(got) != 4:
        raise Wrong("Return four arrays: i, f, g and o, in this order.")
    (B, _), H = x.shape, h.shape[1]
    if all(getattr(gate, "shape", None) == (B // 4, 4 * H) for gate in got):
        raise Wrong(
            "You split the batch into four, not the gates: split along the last axis."
        )
    for name, gate in zip("ifgo", got, strict=True):
        same_shape(gate, h, name)
    wanted = _gates(x, h, params)
    if is_close(got, wanted):
        return
    recognise(got, _gate_slips(x, h, params))
    for name, gate, right in zip("ifgo", got, wanted, strict=True):
        close(
            gate,
            right,
            f"{name} is not right for B = {B}, D = {x.shape[1]}, H = {H}. Compare "
            "one row with the column form of the text.",
        )


def _gates(x, h, params, order="ifgo", squash=None):
    """Return the gates i, f, g, o, as an array (4, B, H)."""
    a = x @ params["weight_ih"].T + h @ params["weight_hh"].T + params["bias"]
    return _squash(dict(zip(order, np.split(a, 4, axis=-1), strict=True)), squash)


def _squash(a, squash=None):
    """Return sigmoid of all pre-activations but g's, or ``squash`` of all."""
    functions = dict.fromkeys("ifgo", squash or sigmoid)
    functions["g"] = squash or np.tanh
    return np.array([functions[key](a[key]) for key in "ifgo"])


def _gate_slips(x, h, params):
    """Return what the usual slips give, each under its hint."""
    zero = np.zeros_like
    H = h.shape[1]
    a = x @ params["weight_ih"].T + h @ params["weight_hh"].T + params["bias"]
    woven = {key: a[:, k::4] for k, key in enumerate("ifgo")}
    slips = {
        "The last two blocks are swapped: the order of the rows is i, f, g, o.": (
            _gates(x, h, params, "ifog")
        ),
        "The blocks are read in the order i, o, f, g. In this book it is i, f, g, "
        "o.": _gates(x, h, params, "iofg"),
        "All four went through the sigmoid. The candidate g needs a sign: tanh.": (
            _gates(x, h, params, squash=sigmoid)
        ),
        "All four went through tanh. Only the candidate does; a dial lies between "
        "0 and 1.": _gates(x, h, params, squash=np.tanh),
        "These are the pre-activations. Squash them: sigmoid for i, f and o, tanh "
        "for g.": _gates(x, h, params, squash=lambda a: a),
        "The bias is missing.": _gates(x, h, params | {"bias": zero(params["bias"])}),
        "h is not used: the gates see the character only, and the carry from the "
        "step before is lost.": _gates(x, zero(h), params),
        "x is not used: the gates see only what was shown before.": _gates(
            zero(x), h, params
        ),
        "You took every fourth row. Each gate has one block of H rows that lie "
        "together: np.split(a, 4, axis=-1).": _squash(woven),
    }
    if params["weight_ih"].shape == (4 * H, 4 * H):
        a = x @ params["weight_ih"] + h @ params["weight_hh"].T + params["bias"]
        parts = dict(zip("ifgo", np.split(a, 4, axis=-1), strict=True))
        slips[
            "weight_ih is used the wrong way round. With one example a row, the "
            "product is x @ weight_ih.T. Here D happened to equal 4H, so that the "
            "shapes fit."
        ] = _squash(parts)
    return slips


def exercise_4(answer):
    """Check ``steps_to_half(f)``, for gates that move."""
    rng = np.random.default_rng(4)
    cases = [
        np.full(20, sigmoid(3.0)),
        np.tile([1.0, 0.5], 10),
        np.array([0.9, 0.9, 0.1, 0.9, 1.0]),
        np.array([0.5]),
        np.array([0.2, 1.0, 1.0]),
        sigmoid(3.0 + 2.0 * rng.normal(size=200)),
        np.array([0.99, 0.98, 0.97]),
        np.ones(8),
    ]
    for f in cases:
        mine = f.copy()
        got = answer(mine)
        if not np.array_equal(mine, f):
            raise Wrong("Your function changes the array it is given. Work on a copy.")
        wanted = _steps_to_half(f)
        same_shape(got, wanted)
        if is_close(got, wanted):
            continue
        raise Wrong(_hint_on_steps(got, f, wanted))
    gates = sigmoid(3 + 2 * rng.normal(size=(10001, 200)))
    low, middle, high = np.percentile([_steps_to_half(f) for f in gates], [25, 50, 75])
    bad, good = np.log(sigmoid(np.array([-1.0, 3.0])))
    return (
        f"Less long: half is gone after {middle:.0f} steps, the median of 10001 runs "
        f"(the middle half of them: {low:.0f} to {high:.0f}), not after 15. What is "
        f"left is a product, and one gate at the score -1 forgets as much as "
        f"{bad / good:.0f} at 3."
    )


def _steps_to_half(f):
    """Return the first number of steps after which at most half is left."""
    below = np.flatnonzero(np.cumprod(f) <= 0.5)
    return below[0] + 1 if below.size else np.inf


def _hint_on_steps(got, f, wanted):
    """Recognise a wrong number of steps by how it came about."""
    if np.isinf(wanted):
        number = np.asarray(got)
        why = " (np.argmax of all False is 0.)" if number in (0, 1) else ""
        return (
            "More than half is left at the end, and your answer is "
            f"{number:g}: it should be np.inf.{why}"
        )
    slips = {
        "That is where a single gate is at most one half. What is left is the "
        "product of all gates so far.": _first(f <= 0.5),
        "You took the mean gate and its half-life. What is left is a product, and "
        "a product does not care for the mean.": np.log(2) / -np.log(f.mean()),
        "That is the mean gate, run to the next whole step. Multiply the gates "
        "themselves.": np.ceil(np.log(2) / -np.log(f.mean())),
        "At most half: a step after which exactly half is left counts.": (
            _first(np.cumprod(f) < 0.5)
        ),
        "One too few: index 0 is the state after one step.": wanted - 1,
        "One too many: count the steps until at most half is left, that one "
        "included and no more.": wanted + 1,
        "You added the losses up. Each gate takes its part of what is left, so "
        "multiply.": _first(np.cumsum(1 - f) >= 0.5),
    }
    for hint, slip in slips.items():
        if is_close(got, slip):
            return hint
    return (
        f"For f = {_short(f[:5])}{'...' if f.size > 5 else ''} wanted {wanted:g}, got "
        f"{np.asarray(got):g}."
    )


def _first(hits):
    """Return the number of steps until the first hit, infinite if none."""
    found = np.flatnonzero(hits)
    return found[0] + 1 if found.size else np.inf
