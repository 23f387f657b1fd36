"""The checks of chapter 5's exercises: right answers, slips and rubbish."""

import numpy as np
import pytest
from verdicts import verdict

from lstm_core import CharLSTM, Vocabulary


def what_it_reads(text, k, batch_size, window, update, last=1, beyond=0):
    pairs = len(text) - last
    place = k * pairs // batch_size
    for _ in range(update):
        place = place + window if place + window < pairs + beyond else 0
    return text[place : min(place + window, pairs)]


def spike_step(n, betas):
    m, s = ((1 - beta) / (1 - beta**n) for beta in betas)
    return m / np.sqrt(s)


def momentum_step(param, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return param - lr * velocity, velocity


def loss_by_window(text, windows, steps, seed):
    return [trained(text, w, steps // w, seed)[0] for w in windows]


def trained(text, window, updates, seed, model=None):
    model = model or CharLSTM(Vocabulary.from_text(text), 32, seed=seed)
    history = model.fit(text, updates, batch_size=8, window=window, progress=False)
    return model.evaluate(text).nats_per_char, history.loss[-1]


SOLUTIONS = {
    "5.1": what_it_reads,
    "5.2": spike_step,
    "5.3": momentum_step,
    "5.4": loss_by_window,
}


def turns_in_the_window(text, k, batch_size, window, update):
    pairs = len(text) - 1
    start = k * pairs // batch_size + update * window
    return "".join(text[p % pairs] for p in range(start, start + window))


def uncut(text, k, batch_size, window, update):
    place = k * (len(text) - 1) // batch_size
    for _ in range(update):
        place = place + window if place + window < len(text) - 1 else 0
    return text[place : place + window]


def divides_first(text, k, batch_size, window, update):
    pairs = len(text) - 1
    place = k * (pairs // batch_size)
    for _ in range(update):
        place = place + window if place + window < pairs else 0
    return text[place : min(place + window, pairs)]


def own_piece(text, k, batch_size, window, update):
    pairs = len(text) - 1
    first, last = (j * pairs // batch_size for j in (k, k + 1))
    place = first
    for _ in range(update):
        place = place + window if place + window < last else first
    return text[place : min(place + window, last)]


def in_place(param, grad, velocity, lr, momentum):
    velocity *= momentum
    velocity += grad
    param -= lr * velocity
    return param, velocity


def averaging(param, grad, velocity, lr, momentum):
    velocity = momentum * velocity + (1 - momentum) * grad
    return param - lr * velocity, velocity


def rate_in_velocity(param, grad, velocity, lr, momentum):
    velocity = momentum * velocity + lr * grad
    return param - velocity, velocity


def rate_in_both(param, grad, velocity, lr, momentum):
    velocity = momentum * velocity + lr * grad
    return param - lr * velocity, velocity


def old_velocity(param, grad, velocity, lr, momentum):
    return param - lr * velocity, momentum * velocity + grad


def uphill(param, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return param + lr * velocity, velocity


def only_first(n, betas):
    return spike_step(n, betas) / np.sqrt(1 - betas[1] ** n)


def only_second(n, betas):
    return spike_step(n, betas) * (1 - betas[0] ** n)


def counts_in_place(n, betas):
    steps = spike_step(n, betas)
    if np.ndim(n):
        n -= 1
    return steps


def downhill(rate_inside):
    def answer(param, grad, velocity, lr, momentum):
        inside, outside = (lr, 1) if rate_inside else (1, lr)
        velocity = momentum * velocity - inside * grad
        return param + outside * velocity, velocity

    return answer


def decays_both(param, grad, velocity, lr, momentum):
    velocity = momentum * (velocity + grad)
    return param - lr * velocity, velocity


def summed(last):
    return lambda text, *rest: (
        (len(text) - last) * np.array(loss_by_window(text, *rest))
    )


def with_options(hidden=32, **options):
    def answer(text, windows, steps, seed):
        losses = []
        for w in windows:
            model = CharLSTM(Vocabulary.from_text(text), hidden, seed=seed)
            settings = {"batch_size": 8, "window": w, "progress": False} | options
            model.fit(text, steps // w, **settings)
            losses.append(model.evaluate(text).nats_per_char)
        return losses

    return answer


def one_model(text, windows, steps, seed):
    model = CharLSTM(Vocabulary.from_text(text), 32, seed=seed)
    return [trained(text, w, steps // w, seed, model)[0] for w in windows]


SLIPS = [
    ("5.1", turns_in_the_window, "turns round the end"),
    ("5.1", lambda *case: what_it_reads(*case, last=0), "last character is a target"),
    ("5.1", own_piece, "stays in its own piece"),
    ("5.1", uncut, "the last character is a target, never an input"),
    ("5.1", divides_first, "multiply before you divide"),
    ("5.1", lambda *case: what_it_reads(*case, beyond=1), "at >=, not >"),
    ("5.1", lambda t, k, B, T, n: what_it_reads(t, k, B, T, n + 1), "window after"),
    (
        "5.1",
        lambda t, k, B, T, n: what_it_reads(t, k, B, T, max(n - 1, 0)),
        "window before",
    ),
    ("5.1", lambda t, k, B, T, n: what_it_reads(t[1:] + "?", k, B, T, n), "targets"),
    ("5.1", lambda t, k, B, T, n: list(t), "Wanted a string, got list"),
    (
        "5.1",
        lambda t, k, B, T, n: t,
        "you give 'to be or not to be', wanted 'to b'.",
    ),
    ("5.2", lambda n, b: (1 - b[0]) / np.sqrt(1 - b[1]) + 0 * n, "left out"),
    ("5.2", lambda n, b: spike_step(n, b[::-1]), "swapped"),
    ("5.2", lambda n, b: 1.0 + 0 * n, "not constant"),
    (
        "5.2",
        lambda n, b: (1 - b[0]) / (1 - b[0] ** n) / (1 - b[1]) * (1 - b[1] ** n),
        "Your root is missing",
    ),
    ("5.2", lambda n, b: 3.0 * n, "n = 1 and betas = (0.9, 0.999) wanted 1, in"),
    ("5.2", lambda n, b: spike_step(n, b) + (np.max(n) > 50), "For n = 100 and betas"),
    ("5.2", lambda n, b: -spike_step(n, b), "That is negative. Asked is how far"),
    ("5.2", lambda n, b: 0.001 * spike_step(n, b), "Leave the learning rate out"),
    ("5.2", lambda n, b: spike_step(n, (0.9, 0.999)), "betas that you are given"),
    ("5.2", only_first, "You corrected m for its start at zero, but not s"),
    ("5.2", only_second, "You corrected s for its start at zero, but not m"),
    ("5.2", counts_in_place, "changed n, which it was given"),
    ("5.3", in_place, "changed param, which it was given: -="),
    ("5.3", averaging, "You average"),
    ("5.3", rate_in_velocity, "learning rate got into the velocity"),
    ("5.3", rate_in_both, "learning rate got into the velocity"),
    ("5.3", lambda *given: momentum_step(*given)[::-1], "swapped: param first"),
    ("5.3", old_velocity, "uses the old velocity"),
    ("5.3", uphill, "goes uphill"),
    ("5.3", lambda p, g, v, lr, m: (p - lr * g, g), "old velocity is gone"),
    ("5.3", lambda p, g, v, lr, m: (p - lr * g, m * v + g), "the gradient alone"),
    ("5.3", lambda p, g, v, lr, m: p - lr * g, "two things back"),
    ("5.3", lambda p, g, v, lr, m: (p, m * v + g), "new param is not"),
    ("5.3", lambda p, g, v, lr, m: (p, v), "The new velocity is not"),
    ("5.3", downhill(rate_inside=True), "as a move downhill. Here add"),
    ("5.3", downhill(rate_inside=False), "as a move downhill. Here add"),
    ("5.3", lambda p, g, v, *r: momentum_step(p, g, v, *r[::-1]), "are swapped."),
    ("5.3", decays_both, "You multiply the gradient by momentum, too"),
    (
        "5.4",
        lambda t, ws, n, s: [trained(t, w, n // w, s)[1] for w in ws],
        "the loss of the last window",
    ),
    (
        "5.4",
        lambda t, ws, n, s: [trained(t, w, n, s)[0] for w in ws],
        "same number of updates",
    ),
    ("5.4", one_model, "went on training one model"),
    (
        "5.4",
        lambda t, ws, n, s: np.array(loss_by_window(t, ws, n, s)) / np.log(2),
        "in bits",
    ),
    ("5.4", lambda t, ws, n, s: loss_by_window(t, ws, n, 0), "Pass the seed on"),
    ("5.4", lambda t, ws, n, s: [1.0] * len(ws), "Another loss than"),
    ("5.4", summed(last=1), "That is the sum over the characters"),
    ("5.4", summed(last=0), "That is the sum over the characters"),
    ("5.4", lambda t, ws, n, s: sorted(loss_by_window(t, ws, n, s)), "another order"),
    (
        "5.4",
        lambda t, ws, n, s: [trained(t, w, 50, s)[0] for w in ws],
        "You made 50 updates whatever `steps` is",
    ),
    ("5.4", with_options(batch_size=16), "16 readers"),
    ("5.4", with_options(window=32), "window was 32 each time"),
    ("5.4", with_options(hidden=64), "has 64 units"),
    ("5.4", lambda t, ws, n, s: dict.fromkeys(ws, 1.0), "Wanted a list"),
]

RUBBISH = [
    lambda *given: None,
    lambda *given: "rubbish",
    lambda *given: [1, [2, 3]],
    lambda *given: np.zeros((7, 7)),
    lambda *given: 1 / 0,
    lambda: 0,
]


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_solution_passes(capsys, exercise):
    out = verdict(capsys, exercise, SOLUTIONS[exercise])
    assert out.startswith(f"Exercise {exercise}: right. ")


def test_a_step_may_come_back_as_a_list(capsys):
    out = verdict(capsys, "5.3", lambda *given: list(momentum_step(*given)))
    assert out.startswith("Exercise 5.3: right. ")


def test_the_verdict_does_not_tell_what_was_to_be_predicted(capsys):
    out = verdict(capsys, "5.4", loss_by_window)
    assert "compare with what you wrote" in out
    assert "order" not in out


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_stub_is_not_attempted(capsys, exercise):
    wanted = f"Exercise {exercise}: not attempted yet.\n"
    assert verdict(capsys, exercise, lambda *given: ...) == wanted


@pytest.mark.parametrize(("exercise", "answer", "hint"), SLIPS)
def test_a_slip_gets_its_hint(capsys, exercise, answer, hint):
    out = verdict(capsys, exercise, answer)
    assert out.startswith(f"Exercise {exercise}: not yet. ")
    assert hint in out


@pytest.mark.parametrize("exercise", SOLUTIONS)
@pytest.mark.parametrize("answer", RUBBISH)
def test_rubbish_gets_a_line(capsys, exercise, answer):
    assert "not yet. " in verdict(capsys, exercise, answer)
