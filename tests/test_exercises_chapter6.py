"""The checks of chapter 6's exercises: right answers, slips and rubbish."""

import numpy as np
import pytest
from verdicts import verdict

from lstm_core import entropy, log_softmax, softmax


def odds(logits, a, b, temperature):
    return np.exp((logits[a] - logits[b]) / temperature)


def entropy_slope(logits, temperature):
    p = softmax(logits / temperature)
    return p @ (logits - p @ logits) ** 2 / temperature**3


def keep_min_p(logits, p):
    probs = softmax(logits)
    return np.where(probs >= p * probs.max(), logits, -np.inf)


def bits_at(logits, targets, temperature):
    log_p = log_softmax(logits / temperature)
    return -log_p[np.arange(len(targets)), targets].mean() / np.log(2)


SOLUTIONS = {
    "6.1": odds,
    "6.2": entropy_slope,
    "6.3": keep_min_p,
    "6.4": bits_at,
}


def quietly(function):
    """Let a wrong answer overflow or divide by zero without a warning."""

    def answer(*args):
        with np.errstate(all="ignore"):
            return function(*args)

    return answer


def naive_odds(z, a, b, T):
    powers = np.exp(z / T)
    return powers[a] / powers[b]


def slope(z, T, variance=None, power=3, sign=1):
    p = softmax(z / T)
    return sign * (variance or (lambda: p @ (z - p @ z) ** 2))() / T**power


def in_place(logits, p):
    logits[softmax(logits) < p * softmax(logits).max()] = -np.inf
    return logits


def overflowing(logits, p):
    total = np.exp(logits).sum()
    probs = np.exp(logits) / total
    return np.where(probs < p * probs.max(), -np.inf, np.log(probs) + np.log(total))


def kept_if(rule, other=-np.inf):
    return lambda z, p: np.where(rule(z, softmax(z), p), z, other)


def enough(z, probs, p):
    return probs >= p * probs.max()


def probabilities(logits, p):
    probs = softmax(logits)
    return np.where(enough(logits, probs, p), probs, 0)


def cooled_in_place(function):
    def answer(logits, *rest):
        *rest, temperature = rest
        logits /= temperature
        return function(logits, *rest, 1.0)

    return answer


def forward_difference(logits, temperature, step=1e-6):
    later = temperature + step
    now, then = (entropy(softmax(logits / T)) for T in (temperature, later))
    return (then - now) / step


def every_target(logits, targets, temperature):
    return -log_softmax(logits / temperature)[:, targets] / np.log(2)


SLIPS = [
    ("6.1", lambda z, a, b, T: odds(z, b, a, T), "b over a"),
    ("6.1", lambda z, a, b, T: odds(z, a, b, 1 / T), "multiplied"),
    ("6.1", lambda z, a, b, T: odds(z, a, b, 1), "at temperature 1"),
    ("6.1", lambda z, a, b, T: (z[a] - z[b]) / T, "logarithm of the odds"),
    ("6.1", lambda z, a, b, T: z[a] / z[b], "ratio of scores"),
    ("6.1", naive_odds, "overflows"),
    ("6.1", lambda z, a, b, T: softmax(z / T)[a] / softmax(z / T)[b], "rounds to 0"),
    ("6.1", lambda z, a, b, T: odds(z, a, b, 1) / T, "inside exp, not the result"),
    ("6.1", lambda z, a, b, T: np.exp(z[a] - z[b] / T), "the whole difference"),
    ("6.1", lambda z, a, b, T: np.exp(z[a] / T - z[b]), "the whole difference"),
    ("6.1", cooled_in_place(odds), "changed logits, which it was given: -="),
    ("6.1", lambda z, a, b, T: np.nan, "the odds are"),
    ("6.1", lambda z, a, b, T: odds(z, a, b, T) + 1, "the odds are"),
    ("6.2", lambda z, T: slope(z, T, sign=-1), "sign"),
    ("6.2", lambda z, T: slope(z, T, power=1), "One factor is missing"),
    ("6.2", lambda z, T: slope(z, T, power=1, sign=-1), "That is dH/dbeta. Multiply"),
    ("6.2", lambda z, T: z, "Wanted one number, got an array of shape (4,)."),
    ("6.2", lambda z, T: slope(z, T, power=2), "factor 1/T is missing"),
    ("6.2", lambda z, T: slope(z, T, power=0), "divided by T^3"),
    ("6.2", lambda z, T: np.var(z) / T**3, "np.var"),
    ("6.2", lambda z, T: slope(z, 1) / T**3, "those at temperature T"),
    ("6.2", lambda z, T: softmax(z / T) @ z**2 / T**3, "mean of the squares"),
    ("6.2", lambda z, T: 0.1, "central difference"),
    ("6.2", lambda z, T: 1.1 * entropy_slope(z, T), "central difference"),
    ("6.2", lambda z, T: 1.001 * entropy_slope(z, T), "Close: at temperature 0.5"),
    ("6.2", forward_difference, "Use the formula."),
    ("6.2", lambda z, T: entropy_slope(z, T) / np.log(2), "in bits"),
    ("6.2", lambda z, T: softmax(z / T) @ (z - z.mean()) ** 2 / T**3, "the plain mean"),
    ("6.2", cooled_in_place(entropy_slope), "changed logits, which it was given"),
    ("6.3", in_place, "changed logits, which it was given: -="),
    ("6.3", kept_if(enough, other=0.0), "must score -inf"),
    (
        "6.3",
        lambda z, p: np.where(enough(z, q := softmax(z), p), q, 0),
        "probabilities",
    ),
    (
        "6.3",
        lambda z, p: np.where(enough(z, q := softmax(z), p), q, -np.inf),
        "You gave back probabilities",
    ),
    ("6.3", kept_if(lambda z, q, p: q >= p), "not p itself"),
    ("6.3", kept_if(lambda z, q, p: z >= p * z.max()), "compared scores"),
    ("6.3", kept_if(lambda z, q, p: ~enough(z, q, p)), "above the threshold"),
    ("6.3", kept_if(lambda z, q, p: q > p * q.max()), "A character at the threshold"),
    ("6.3", lambda z, p: kept_if(enough)(np.exp(z) / np.exp(z), p), "to be kept"),
    ("6.3", overflowing, "does exp overflow"),
    (
        "6.3",
        lambda z, p: np.where(enough(z, softmax(z), p), log_softmax(z), -np.inf),
        "You keep the right ones, but with other scores",
    ),
    ("6.3", kept_if(enough, other=-1e9), "must score -inf, and not -1e+09"),
    ("6.3", lambda z, p: enough(z, softmax(z), p), "That is the mask, not the scores"),
    ("6.3", lambda z, p: z.copy(), "keeps 8 of 8 characters; 4 are to be kept."),
    ("6.3", lambda z, p: z[enough(z, softmax(z), p)], "shape"),
    ("6.4", lambda z, k, T: every_target(z, k, T).mean(), "log_p[np.arange(N), "),
    ("6.4", every_target, "Wanted one number, got an array of shape (6, 6)."),
    (
        "6.4",
        lambda z, k, T: -np.log2(softmax(z / T)[np.arange(len(k)), k].mean()),
        "Take the logarithm first",
    ),
    ("6.4", lambda z, k, T: bits_at(z, k, T) * np.log(2), "nats"),
    ("6.4", lambda z, k, T: bits_at(z, k, T) * np.log(2) ** 2, "multiplied by ln 2"),
    ("6.4", cooled_in_place(bits_at), "changed logits, which it was given: -="),
    ("6.4", lambda z, k, T: bits_at(z, k, T) * len(k), "sum over"),
    ("6.4", lambda z, k, T: bits_at(z, k, 1 / T), "multiplied"),
    ("6.4", lambda z, k, T: bits_at(z, k, 1), "at temperature 1"),
    ("6.4", lambda z, k, T: bits_at(z, k, 1) / T, "not the loss"),
    ("6.4", lambda z, k, T: -bits_at(z, k, T), "sign"),
    ("6.4", lambda z, k, T: 2 ** bits_at(z, k, T), "perplexity"),
    (
        "6.4",
        lambda z, k, T: -np.log2(softmax(z / T)[np.arange(len(k)), k]).mean(),
        "log_softmax",
    ),
    ("6.4", lambda z, k, T: 1.0, "bits a character here"),
]


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_solution_passes(capsys, exercise):
    said = verdict(capsys, exercise, SOLUTIONS[exercise])
    assert said.startswith(f"Exercise {exercise}: right.")


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_untouched_stub_is_not_attempted(capsys, exercise):
    said = verdict(capsys, exercise, lambda *args: ...)
    assert said == f"Exercise {exercise}: not attempted yet.\n"


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    SLIPS,
    ids=[f"{exercise}-{hint}" for exercise, _, hint in SLIPS],
)
def test_slip_gets_its_hint(capsys, exercise, answer, hint):
    said = verdict(capsys, exercise, quietly(answer))
    assert said.startswith(f"Exercise {exercise}: not yet.")
    assert hint in said


@pytest.mark.parametrize("exercise", SOLUTIONS)
@pytest.mark.parametrize(
    "rubbish", [None, "abc", [1, [2]], np.nan, np.zeros((2, 3, 4)), {}, np.array("x")]
)
def test_rubbish_gets_a_line(capsys, exercise, rubbish):
    said = verdict(capsys, exercise, lambda *args: rubbish)
    assert said.startswith(f"Exercise {exercise}: not yet.")


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_answer_that_raises_gets_a_line(capsys, exercise):
    said = verdict(capsys, exercise, lambda *args: 1 / 0)
    assert "Your code raised ZeroDivisionError" in said


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_value_in_place_of_a_function_gets_a_line(capsys, exercise):
    assert "not yet" in verdict(capsys, exercise, 3.0)
