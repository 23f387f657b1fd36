"""Checks of the exercises of chapter 2."""

import numpy as np

from lstm_core.exercises.core import (
    NEARLY,
    Wrong,
    call,
    close,
    in_order,
    is_close,
    is_near,
    recognise,
    same_shape,
    side_by_side,
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
        if not is_close(cs, wanted, 1e-3):  # saturated gates will do
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
    seen = f"For {text!r} c becomes {_short(cs)}, wanted {_short(wanted)}."
    if np.abs(cs - wanted).max() < 0.3:
        return f"Nearly. {seen} Use dials closer to 0 and 1, or exactly these."
    if "," in text:  # the last text: all without a comma were right
        return "A comma or a dash counts as a letter too: only a space resets."
    space = np.array([char == " " for char in text])
    letters = np.cumsum(~space)
    total = np.arange(1, len(text) + 1)
    if is_close(cs, letters) and space[:-1].any():
        return (
            "The count never goes back to 0. The first of the three arrays is f: it "
            "must be 0 at a space."
        )
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
    return f"{seen} What must happen to c at a space, and what at a letter?"


def _since(space):
    """Return 1 from the first space on, else 0."""
    return (np.cumsum(space) > 0).astype(float)


def _short(values):
    """Write a list of numbers in few characters."""
    return "[" + ", ".join(f"{value:g}" for value in np.round(values, 3)) + "]"


def exercise_2(answer):
    """Check ``bias_for_half_life(n) -> b``, for a number and for an array."""
    numbers = (3.0, 1.0, 0.5, 60.0, 1000.0)
    for n in (*numbers, np.array([2.0, 14.0, 200.0])):
        got = answer(np.copy(n)[()])
        wanted = _bias_for_half_life(n)
        same_shape(got, wanted)
        if is_close(got, wanted):
            continue
        recognise(got, _bias_slips(n))
        if is_near(answer, _bias_for_half_life, [(n,) for n in numbers]):
            raise Wrong(f"{NEARLY} Wanted is the formula: undo the sigmoid.")
        raise Wrong(
            f"For n = {n} a gate with your bias does not reach one half after n "
            "steps. Try half_life(sigmoid(b)) on your b."
        )
    return "From half a step to a thousand."


def _bias_for_half_life(n):
    """Return the right answer to exercise 2."""
    return -np.log(np.expm1(np.log(2) / n))


def _bias_slips(n):
    """Return what the usual slips of exercise 2 give, each under its hint."""
    f, decay = 2.0 ** (-1 / n), np.exp(-1 / n)
    return {
        "That is the gate, f. Its bias is the number that the sigmoid turns "
        "into f: undo the sigmoid.": f,
        "The sign is the wrong way round: a longer memory needs a larger bias.": (
            -_bias_for_half_life(n)
        ),
        "After n steps 1/e is left, not a half. Start from f ** n == 0.5.": np.log(
            decay / (1 - decay)
        ),
        "Nearly: that is what the formula tends to for a long half-life. For a "
        "short one it is off; keep all terms.": np.log(n / np.log(2)),
        "That is ln f. Undo the whole sigmoid, not the exponential alone.": np.log(f),
        "That is the odds f / (1 - f). One logarithm is missing.": f / (1 - f),
        "That is e^(-b). Take the logarithm.": (1 - f) / f,
    }


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
        sizes = f"Here B = {B}, D = {D} and H = {H}. Examples are rows here."
        notes = {"raised ValueError": sizes}
        got = call(answer, x=x, h=h, params=params, notes=notes)
        _check_gates(got, x, h, params)
    return "Four blocks a row, for any B, D and H."


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
    in_order(got, wanted, "ifgo")
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
    shared = np.tile(params["bias"][:H], 4)
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
        "All four gates have the bias of i. Each gate has a block of its own in "
        "bias, of H numbers.": _gates(x, h, params | {"bias": shared}),
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
    ]
    got = [_counted_steps(answer, f) for f in cases]
    wanted = [_first(np.cumprod(f) <= 0.5) for f in cases]
    if not is_close(got, wanted):
        recognise(got, side_by_side([_step_slips(f) for f in cases]))
        raise Wrong(_hint_on_steps(got, wanted, cases))
    for f in [np.array([0.99, 0.98, 0.97]), np.ones(8)]:
        _check_never(answer, f)
    return "Now run it on gates that tremble, and compare with your prediction."


def _first(hits):
    """Return the number of steps until the first hit, infinite if none."""
    found = np.flatnonzero(hits)
    return found[0] + 1 if found.size else np.inf


def _counted_steps(answer, f, notes=()):
    """Return the answer for the gates ``f``, or say why it is no number of steps."""
    got = call(answer, f=f, notes=dict(notes))
    same_shape(got, 0)
    return got


def _check_never(answer, f):
    """Check the answer for gates that keep more than half to the end."""
    where = (
        "This happened where more than half is left at the end: return np.inf there."
    )
    notes = {"returned nothing": where, "raised": where}
    number = np.asarray(_counted_steps(answer, f, notes))
    if not is_close(number, np.inf):
        why = " (np.argmax of all False is 0.)" if number in (0, 1) else ""
        raise Wrong(
            "More than half is left at the end, and your answer is "
            f"{number:g}: it should be np.inf.{why}"
        )


def _step_slips(f):
    """Return what the usual slips of exercise 4 give, each under its hint."""
    right, mean = _first(np.cumprod(f) <= 0.5), np.log(2) / -np.log(f.mean())
    with np.errstate(divide="ignore"):  # a gate of 1 halves nothing
        lives = np.log(2) / np.abs(np.log(f))
    return {
        "That is where a single gate is at most one half. What is left is the "
        "product of all gates so far.": _first(f <= 0.5),
        "You took the mean gate and its half-life. Multiply the gates themselves, "
        "in their order, and find the step.": mean,
        "That is the mean gate, run to the next whole step. Multiply the gates "
        "themselves.": np.ceil(mean),
        "That is the mean of the half-lives of the single gates. Multiply the gates "
        "themselves.": lives.mean(),
        "At most half: a step after which exactly half is left counts.": (
            _first(np.cumprod(f) < 0.5)
        ),
        "One too few: index 0 is the state after one step.": right - 1,
        "One too many: count the steps until at most half is left, that one "
        "included and no more.": right + 1,
        "You added the losses up. Each gate takes its part of what is left, so "
        "multiply.": _first(np.cumsum(1 - f) >= 0.5),
        "You add the gates. What is left is their product.": (
            _first(np.cumsum(f) <= 0.5)
        ),
    }


def _hint_on_steps(got, wanted, cases):
    """Show the first case with a wrong number of steps."""
    wrong = next(k for k, steps in enumerate(got) if not is_close(steps, wanted[k]))
    f = cases[wrong]
    return (
        f"For f = {_short(f[:5])}{'...' if f.size > 5 else ''} wanted "
        f"{wanted[wrong]:g}, got {np.asarray(got[wrong]):g}."
    )
