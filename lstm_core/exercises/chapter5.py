"""Checks of the exercises of chapter 5."""

import numpy as np

from lstm_core.exercises.core import Wrong, close, is_close, recognise, same_shape
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
    _check_spike(answer(n.copy(), BETAS), n, *BETAS)
    return "After a long silence one gradient moves a weight by 3.16 learning rates."


def _check_spike(got, n, beta1, beta2):
    """Compare a step with the formula, and with the usual slips."""
    first, second = (1 - beta1) / (1 - beta1**n), (1 - beta2) / (1 - beta2**n)
    wanted, ones = first / np.sqrt(second), np.ones(n.shape)
    same_shape(got, wanted)
    older = beta1 / (1 - beta1**n) / np.sqrt(beta2 / (1 - beta2**n))
    slips = {
        "You left out the corrections 1 - beta**n for the start at zero.": ones
        * (1 - beta1)
        / np.sqrt(1 - beta2),
        "Adam divides by the root of the mean square. Your root is missing.": first
        / second,
        "The betas are swapped: betas[0] belongs to the gradient, betas[1] to its "
        "square.": second / np.sqrt(first),
        "The gradient was silent before the last update, not constant: of the running "
        "mean only (1 - beta1) g is there.": ones,
        "In the mean, the gradient of the last update has the weight 1 - beta1, not "
        "beta1.": older,
    }
    if is_close(got, wanted):
        return
    recognise(got, slips)
    close(got, wanted, f"For n = {n.tolist()} the step is not {np.round(got, 4)} lr.")


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
    arrays = [np.copy(array) for array in (param, grad, velocity)]
    got = answer(*arrays, lr, momentum)
    if not isinstance(got, tuple | list) or len(got) != 2:
        raise Wrong("Wanted two things back: the new param and the new velocity.")
    kept = [
        np.array_equal(array, old)
        for array, old in zip(arrays, (param, grad, velocity), strict=True)
    ]
    if not all(kept):
        name = ("param", "grad", "velocity")[kept.index(False)]
        raise Wrong(
            f"Your function changed the array {name} that it was given (-= and *= work "
            "in place). Return new arrays here."
        )
    wanted_v = momentum * velocity + grad
    wanted_p = param - lr * wanted_v
    for part, wanted in zip(got, (wanted_p, wanted_v), strict=True):
        same_shape(part, wanted)
    if is_close(got[0], wanted_p) and is_close(got[1], wanted_v):
        return
    for hint, slip_p, slip_v in _momentum_slips(param, grad, velocity, lr, momentum):
        if is_close(got[0], slip_p) and is_close(got[1], slip_v):
            raise Wrong(hint)
    which = "velocity" if is_close(got[0], wanted_p) else "param"
    raise Wrong(f"The new {which} is not what the rule gives.")


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


def exercise_4(answer):
    """Check ``loss_by_window(text, windows, steps, seed)``."""
    text, windows, steps, seed = "to be, or not to be", (2, 5, 8), 40, 3
    got = answer(text, windows, steps, seed)
    wanted = _losses(text, windows, steps, seed)
    if isinstance(got, dict):
        raise Wrong("Wanted a list of the losses, one a window, got a dict.")
    same_shape(got, wanted)
    slips = {
        "That is the loss of the last window. Score the trained model on the whole "
        "text: model.evaluate(text).nats_per_char.": _losses(
            text, windows, steps, seed, measure="last"
        ),
        "All windows got the same number of updates, so long windows read more. The "
        "budget is the same number of steps: steps // window updates.": _losses(
            text, windows, steps, seed, same_updates=True
        ),
        "You went on training one model. Each window needs a new one, from the same "
        "seed.": _losses(text, windows, steps, seed, one_model=True),
        "Right, but in bits. Return nats per character.": np.array(wanted) / np.log(2),
        "Pass the seed on: CharLSTM(vocabulary, 32, seed=seed).": _losses(
            text, windows, steps, 0
        ),
    }
    for hint, slip in slips.items():
        if not is_close(wanted, slip, 1e-6) and is_close(got, slip, 1e-6):
            raise Wrong(hint)
    hint = "Another loss than with H = 32, batch_size = 8 and all else as by default."
    close(got, wanted, hint, 1e-6)
    return (
        "Now run loss_by_window(sentence, [2, 8, 32], 800, 0). Surprised? Count the "
        "updates: 400, 100, 25. With 300 updates for each window the order turns."
    )


def _losses(
    text, windows, steps, seed, *, measure="all", same_updates=False, one_model=False
):
    """Return the loss of one model a window; the options are typical slips."""
    losses, model = [], None
    for window in windows:
        if model is None or not one_model:
            model = CharLSTM(Vocabulary.from_text(text), 32, seed=seed)
        updates = steps if same_updates else steps // window
        options = {"batch_size": 8, "window": window, "progress": False}
        history = model.fit(text, updates, **options)
        whole = model.evaluate(text).nats_per_char
        losses.append(history.loss[-1] if measure == "last" else whole)
    return losses
