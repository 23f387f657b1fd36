"""Checks of the exercises of chapter 5."""

import numpy as np

from lstm_core.exercises.core import (
    Wrong,
    call,
    is_close,
    recognise,
    same_shape,
)
from lstm_core.model import CharLSTM
from lstm_core.text import Vocabulary

BETAS = (0.9, 0.999)
READING_SLIPS = {
    "wrap": "Your reader turns round the end of the text within a window. The steps "
    "beyond the end are masked out: they do not count, and the next window starts at "
    "the first character.",
    "uncut": "Cut the window at the number of pairs, len(text) - 1: the last character "
    "is a target, never an input.",
    "spare": "There are len(text) - 1 pairs, and the readers walk over pairs: the last "
    "character is a target, never an input.",
    "own": "Your reader stays in its own piece. It only starts there; it walks on to "
    "the end of the whole text.",
    "early": "Reader k starts at k * pairs // batch_size: multiply before you divide.",
    "beyond": "When the place is exactly the number of pairs, no pair is left: go back "
    "to 0 at >=, not >.",
}
WINDOW_SLIPS = {
    "That is the loss of the last window. Score the trained model on the whole text: "
    "model.evaluate(text).nats_per_char.": {"measure": lambda m, t, h: h.loss[-1]},
    "All windows got the same number of updates, so long windows read more. The budget "
    "is the same number of steps: steps // window updates.": {
        "updates": lambda n, w: n
    },
    "You made 50 updates whatever `steps` is. Make steps // window of them; for 50 "
    "give the function 50 * window steps.": {"updates": lambda n, w: 50},
    "You went on training one model. Each window needs a new one, from the same "
    "seed.": {"one_model": True},
    "Pass the seed on: CharLSTM(vocabulary, 32, seed=seed).": {"seed": 0},
    "You let 16 readers read. Pass batch_size=8 to fit.": {"batch_size": 16},
    "Your model has 64 units. Wanted are 32: CharLSTM(vocabulary, 32, seed=seed).": {
        "hidden": 64
    },
    "The window was 32 each time. Pass window=window to fit.": {"window": 32},
}


def exercise_1(answer):
    """Check ``what_it_reads(text, k, batch_size, window, update)``."""
    cases = [
        ("to be or not to be", 0, 3, 4, 0),
        ("to be or not to be", 2, 3, 4, 0),
        ("to be or not to be", 2, 3, 4, 1),
        ("to be or not to be", 2, 3, 4, 2),
        ("to be or not to be", 1, 3, 4, 7),
        ("abcdefgh", 1, 2, 5, 0),
        ("abcdefghi", 1, 2, 4, 1),
        ("abcdefghijklm", 3, 4, 5, 4),
    ]
    for case in cases:
        got, wanted = answer(*case), _reads(*case)
        if not isinstance(got, str):
            raise Wrong(f"Wanted a string, got {type(got).__name__}.")
        if got != wanted:
            raise Wrong(_hint_on_reading(got, wanted, case))
    return "You know what each reader sees, at the end of the text as well."


def _reads(text, k, batch_size, window, update, slip=""):
    """Return the input characters that count, or what a typical slip gives."""
    wrap, pairs = slip == "wrap", len(text) - (slip != "spare")
    start, first, last = k * pairs // batch_size, 0, pairs
    if slip == "own":
        first, last = start, (k + 1) * pairs // batch_size
    place = k * (pairs // batch_size) if slip == "early" else start
    for _ in range(update):
        place += window
        if place > last or (place == last and slip != "beyond"):
            place = (place - last if wrap else 0) + first
    steps = range(place, place + window)
    if wrap:
        return "".join(text[first + (s - first) % (last - first)] for s in steps)
    stop = place + window
    return text[place : stop if slip == "uncut" else min(stop, last)]


def _hint_on_reading(got, wanted, case):
    """Recognise a wrong piece of text by how it came about."""
    text, k, batch_size, window, update = case
    for slip, hint in READING_SLIPS.items():
        if got == _reads(*case, slip):
            return hint
    if update and got == _reads(text, k, batch_size, window, update - 1):
        return "That is the window before: update 0 reads the first window."
    if got == _reads(text, k, batch_size, window, update + 1):
        return "That is the window after: update 0 reads the first window."
    if len(got) == len(wanted) and got in text[1:] and got == _shifted(text, wanted):
        return "These are the targets. The inputs stand one character before them."
    asked = f"text = {text!r}, k = {k}, batch_size = {batch_size}"
    asked += f", window = {window}, update = {update}"
    return f"For {asked} you give {got!r}, wanted {wanted!r}."


def _shifted(text, piece):
    """Return the characters one place after ``piece`` in ``text``."""
    start = text.find(piece) + 1
    return text[start : start + len(piece)]


def exercise_2(answer):
    """Check ``spike_step(n, betas)``: Adam's step after n - 1 silent updates."""
    for n, betas in [(1, BETAS), (2, BETAS), (100, BETAS), (5, (0.8, 0.95))]:
        _check_spike(answer(n, betas), np.array(n), *betas)
    n = np.array([1, 10, 1000, 100_000])
    _check_spike(call(answer, n=n, betas=BETAS), n, *BETAS)
    return "After a long silence the first move of a weight is 3.16 learning rates."


def _check_spike(got, n, beta1, beta2):
    """Compare a step with the formula, and with the usual slips."""
    wanted = _spike(n, beta1, beta2)
    same_shape(got, wanted)
    if is_close(got, wanted):
        return
    recognise(got, _spike_slips(n, beta1, beta2))
    off = np.flatnonzero(~np.isclose(np.ravel(got), wanted.ravel()))
    first = off[0] if len(off) else 0
    raise Wrong(
        f"For n = {n.ravel()[first]} and betas = {(beta1, beta2)} wanted "
        f"{wanted.ravel()[first]:.4g}, in learning rates, got "
        f"{np.ravel(got)[first]:.4g}."
    )


def _spike(n, beta1, beta2, correct1=True, correct2=True):
    """Return the step in learning rates, with the corrections or without."""
    ones = np.ones(np.shape(n))
    first = (1 - beta1) / (1 - beta1**n if correct1 else ones)
    second = (1 - beta2) / (1 - beta2**n if correct2 else ones)
    return np.asarray(first / np.sqrt(second))


def _spike_slips(n, beta1, beta2):
    """Return what the usual slips give, each under its hint."""
    wanted = _spike(n, beta1, beta2)
    first, second = (1 - beta1) / (1 - beta1**n), (1 - beta2) / (1 - beta2**n)
    older = beta1 / (1 - beta1**n) / np.sqrt(beta2 / (1 - beta2**n))
    return {
        "You left out the corrections 1 - beta**n for the start at zero.": _spike(
            n, beta1, beta2, False, False
        ),
        "You corrected m for its start at zero, but not s: both are running "
        "means.": _spike(n, beta1, beta2, True, False),
        "You corrected s for its start at zero, but not m: both are running "
        "means.": _spike(n, beta1, beta2, False, True),
        "That is negative. Asked is how far the weight moves, a length: leave the "
        "sign out.": -wanted,
        "That is a thousandth of it. Leave the learning rate out: the step is "
        "counted in learning rates.": 0.001 * wanted,
        "Use the betas that you are given, and not 0.9 and 0.999 always.": _spike(
            n, *BETAS
        ),
        "Adam divides by the root of the mean square. Your root is missing.": first
        / second,
        "The betas are swapped: betas[0] belongs to the gradient, betas[1] to its "
        "square.": second / np.sqrt(first),
        "The gradient was silent before the last update, not constant: of the running "
        "mean only (1 - beta1) g is there.": np.ones(n.shape),
        "In the mean, the gradient of the last update has the weight 1 - beta1, not "
        "beta1.": older,
    }


def exercise_3(answer):
    """Check ``momentum_step(param, grad, velocity, lr, momentum)``."""
    rng = np.random.default_rng(53)
    for shape in [(3,), (2, 4), ()]:
        given = [rng.normal(size=shape) for _ in range(3)]
        _check_momentum(answer, *given, 0.05, 0.8)  # lr is not 1 - momentum
    given = [rng.normal(size=5) for _ in range(2)]
    _check_momentum(answer, *given, np.zeros(5), 0.5, 0.6)
    return "Old steps live on in the velocity, and each fades by the factor momentum."


def _check_momentum(answer, param, grad, velocity, lr, momentum):
    """Compare one step with the rule, and with the usual slips."""
    arrays = {"param": param, "grad": grad, "velocity": velocity}
    got = call(answer, **arrays, lr=lr, momentum=momentum)
    if not isinstance(got, tuple | list) or len(got) != 2:
        raise Wrong("Wanted two things back: the new param and the new velocity.")
    wanted_v = momentum * velocity + grad
    wanted_p = param - lr * wanted_v
    for part, wanted in zip(got, (wanted_p, wanted_v), strict=True):
        same_shape(part, wanted)
    if is_close(got[0], wanted_p) and is_close(got[1], wanted_v):
        return
    given = param, grad, velocity, lr, momentum
    for hint, slip_p, slip_v in [*_momentum_slips(*given), *_other_rules(*given)]:
        if is_close(got[0], slip_p) and is_close(got[1], slip_v):
            raise Wrong(hint)
    if is_close(got[1], wanted_v):
        raise Wrong("The velocity is right. The new param is not what the rule gives.")
    raise Wrong(
        "The new velocity is not what the rule gives: the old one times momentum, plus "
        "the gradient."
    )


def _momentum_slips(param, grad, velocity, lr, momentum):
    """Yield (hint, param, velocity) of the typical wrong answers."""
    new = momentum * velocity + grad
    mixed = momentum * velocity + (1 - momentum) * grad
    scaled = momentum * velocity + lr * grad
    yield (
        "You average: (1 - momentum) g. In this rule the whole gradient is added.",
        param - lr * mixed,
        mixed,
    )
    for rate in (1, lr):
        yield (
            "The learning rate got into the velocity. Keep it out: it belongs to the "
            "step.",
            param - rate * scaled,
            scaled,
        )
    yield (
        "The step uses the old velocity. First update the velocity, then step.",
        param - lr * velocity,
        new,
    )
    yield "The step goes uphill: subtract it.", param + lr * new, new
    yield "The two are swapped: param first.", new, param - lr * new
    yield (
        "The step uses the gradient alone; it must use the new velocity.",
        param - lr * grad,
        new,
    )
    yield (
        "The old velocity is gone. Keep the share momentum of it.",
        param - lr * grad,
        grad,
    )


def _other_rules(param, grad, velocity, lr, momentum):
    """Yield (hint, param, velocity) of rules that keep another velocity."""
    both = momentum * (velocity + grad)
    yield (
        "You multiply the gradient by momentum, too. Only the old velocity is.",
        param - lr * both,
        both,
    )
    turned = lr * velocity + grad
    yield "lr and momentum are swapped.", param - momentum * turned, turned
    for inside, outside in [(lr, 1), (1, lr)]:
        down = momentum * velocity - inside * grad
        yield (
            "You keep the velocity as a move downhill. Here add the gradient to it, "
            "and then subtract lr times the velocity.",
            param + outside * down,
            down,
        )


def exercise_4(answer):
    """Check ``loss_by_window(text, windows, steps, seed)``."""
    case = "to be, or not to be", (5, 2, 8), 40, 3
    got, wanted = answer(*case), _losses(*case)
    if isinstance(got, dict):
        raise Wrong("Wanted a list of the losses, one a window, got a dict.")
    same_shape(got, wanted)
    if not is_close(got, wanted, 1e-6):
        raise Wrong(_hint_on_losses(np.asarray(got), np.array(wanted), *case))
    return (
        "Now run loss_by_window(sentence, [2, 8, 32], 400, 0), then give each window "
        "its 50 updates, and compare with what you wrote."
    )


def _hint_on_losses(got, wanted, text, windows, steps, seed):
    """Recognise losses of another training, or another form of the right ones."""
    pairs = len(text) - 1
    if is_close(got, wanted / np.log(2), 1e-6):
        return "Right, but in bits. Return nats per character."
    if any(is_close(got, n * wanted, 1e-6) for n in (pairs, len(text))):
        return "That is the sum over the characters. Wanted is the mean."
    if is_close(np.sort(got), np.sort(wanted), 1e-6):
        return "The right losses in another order: give them in that of `windows`."
    for hint, change in WINDOW_SLIPS.items():
        slip = _losses(text, windows, steps, **{"seed": seed} | change)
        if is_close(got, slip, 1e-6):
            return hint
    return "Another loss than with H = 32, batch_size = 8 and all else as by default."


def _losses(
    text,
    windows,
    steps,
    seed,
    *,
    updates=lambda steps, window: steps // window,
    one_model=False,
    hidden=32,
    measure=lambda model, text, history: model.evaluate(text).nats_per_char,
    **options,
):
    """Return the loss of one model a window; the options are typical slips."""
    losses, model = [], None
    for window in windows:
        if model is None or not one_model:
            model = CharLSTM(Vocabulary.from_text(text), hidden, seed=seed)
        settings = {"batch_size": 8, "window": window, "progress": False} | options
        history = model.fit(text, updates(steps, window), **settings)
        losses.append(measure(model, text, history))
    return losses
