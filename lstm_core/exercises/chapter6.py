"""Checks of the exercises of chapter 6."""

import numpy as np

from lstm_core.exercises.core import (
    Wrong,
    call,
    close,
    is_close,
    recognise,
    same_shape,
)
from lstm_core.loss import log_softmax, softmax

TEMPERATURES = (0.5, 1.0, 2.0, 0.1)


def exercise_1(answer):
    """Check ``odds(logits, a, b, temperature) -> how many times likelier a is``."""
    rng = np.random.default_rng(61)
    for temperature in TEMPERATURES:
        logits = rng.normal(size=5)
        _check_odds(answer, logits, 0, 3, temperature)
        _check_odds(answer, logits - 50, 2, 2, temperature)
    _check_odds(answer, np.array([0.0, 800.0, 799.0]), 1, 2, 0.5)
    _check_odds(answer, np.array([800.0, 1.0, 0.0]), 1, 2, 0.5)
    return "A temperature of T raises all odds to the power 1/T."


def _check_odds(answer, logits, a, b, T):
    """Compare one ratio with the truth, and with the usual slips."""
    gap = logits[a] - logits[b]
    got = call(answer, logits=logits, a=a, b=b, temperature=T)
    same_shape(got, 0.0)
    wanted = np.exp(gap / T)
    if not np.isfinite(got) and np.ptp(logits) > 700:
        raise Wrong(
            f"For the scores {logits.tolist()} your function gives {got}: a power "
            "overflows, or a probability rounds to 0. The odds need only the "
            "difference of the two scores; take exp of that."
        )
    if not is_close(got, wanted):
        recognise(got, _odds_slips(logits, a, b, T))
    wrong = f"For the scores {logits[a]:.3g} and {logits[b]:.3g} at temperature {T}"
    close(got, wanted, f"{wrong} the odds are {wanted:.4g}, not {got:.4g}.")


@np.errstate(all="ignore")
def _odds_slips(logits, a, b, T):
    """Return what the usual slips give, each under its hint."""
    gap = logits[a] - logits[b]
    return {
        "That is b over a: turn it round.": np.exp(-gap / T),
        "That is at temperature 1: divide the scores by the temperature.": np.exp(gap),
        "You multiplied by the temperature. It divides the scores, so that a "
        "low one makes the gaps larger.": np.exp(gap * T),
        "That is the logarithm of the odds: take exp of it.": gap / T,
        "Divide by the temperature inside exp, not the result of it.": np.exp(gap) / T,
        "Divide the whole difference by the temperature, not the score of b "
        "alone.": np.exp(logits[a] - logits[b] / T),
        "Divide the whole difference by the temperature, not the score of a "
        "alone.": np.exp(logits[a] / T - logits[b]),
        "That is a ratio of scores. Scores are not probabilities; exp of "
        "a score is, up to a factor.": logits[a] / logits[b],
    }


def exercise_2(answer):
    """Check ``entropy_slope(logits, temperature) -> dH/dT``."""
    rng = np.random.default_rng(62)
    for temperature, V in [(0.5, 4), (1.0, 4), (2.0, 7), (1.5, 32), (3.0, 2)]:
        _check_slope(answer, rng.normal(size=V), temperature)
    _check_slope(answer, np.full(5, 2.0), 0.7)
    _check_slope(answer, rng.normal(size=6) + 300, 1.2)
    return "It is never negative: more heat, more entropy."


def _check_slope(answer, logits, T):
    """Compare one slope with the truth, and with the usual slips."""
    got = call(answer, logits=logits, temperature=T)
    same_shape(got, 0.0)
    wanted = _variance(softmax(logits / T), logits) / T**3
    if is_close(got, wanted):
        return
    recognise(got, _slope_slips(logits, T))
    if np.isclose(got, wanted, rtol=0.005, atol=1e-5):
        raise Wrong(
            f"Close: at temperature {T} you give {got:.10g}, wanted {wanted:.10g}. A "
            "difference of two entropies is no more exact than that. Use the formula."
        )
    wrong = f"At temperature {T} the slope should be {wanted:.4g}, not {got:.4g}"
    close(got, wanted, f"{wrong}. Compare with a central difference of the entropy.")


def _slope_slips(logits, T):
    """Return what the usual slips give, each under its hint."""
    p = softmax(logits / T)
    spread = _variance(p, logits)
    wanted = spread / T**3
    return {
        "The sign is turned: a higher temperature makes the distribution "
        "flatter, and its entropy larger.": -wanted,
        "That is dH/dbeta. Multiply by dbeta/dT = -1/T^2.": -spread / T,
        "One factor is missing. With beta = 1/T you have dH/dT = dH/dbeta times "
        "dbeta/dT, and dbeta/dT is -1/T^2.": spread / T,
        "That is close: a factor 1/T is missing. dH/dbeta is -beta times the "
        "variance, and beta is 1/T.": spread / T**2,
        "That is the variance of the scores alone; it is to be divided by T^3.": spread,
        "np.var gives every character the same weight. Here each counts with "
        "its probability: sum of p (score - mean)^2.": np.var(logits) / T**3,
        "The probabilities must be those at temperature T: softmax(logits / T).": (
            _variance(softmax(logits), logits) / T**3
        ),
        "That is in bits: the entropy of the formula is in nats.": wanted / np.log(2),
        "You take the plain mean of the scores. In the mean, too, each counts with "
        "its probability.": p @ (logits - logits.mean()) ** 2 / T**3,
        "That is the mean of the squares. For the variance take the square of the "
        "mean off it.": (p @ logits**2) / T**3,
    }


def _variance(p, z):
    """Return the variance of ``z`` under the probabilities ``p``."""
    return p @ (z - p @ z) ** 2


def exercise_3(answer):
    """Check ``keep_min_p(logits, p) -> logits, -inf where ruled out``."""
    rng = np.random.default_rng(63)
    cases = [(rng.normal(size=8) * 2, p) for p in (0.05, 0.1, 0.3, 0.5)]
    cases += [
        (np.log([0.4, 0.25, 0.15, 0.12, 0.08]), 0.3),
        (rng.normal(size=8) + 900, 0.2),  # exp of these overflows
        (np.zeros(4), 1.0),
        (np.array([1.0, 3.0, 2.0]), 1.0),
    ]
    for logits, p in cases:
        _check_min_p(answer, logits, p)
    return "It keeps one character where the model is sure, and more where it is not."


def _check_min_p(answer, logits, p):
    """Compare what one call keeps with the truth, and with the usual slips."""
    got = call(answer, logits=logits, p=p)
    same_shape(got, logits)
    got = np.asarray(got)
    if got.dtype == bool:
        raise Wrong(
            "That is the mask, not the scores. Return the scores, with -inf where a "
            "character is ruled out."
        )
    probs = softmax(logits)
    kept = logits >= logits.max() + np.log(p) - 1e-12
    wanted = np.where(kept, logits, -np.inf)
    if _same(got, wanted):
        return
    ratio = np.divide(logits, logits.max(), where=logits.max() != 0, out=logits * 0)
    if _same(np.where(np.isneginf(got), 0.0, got), np.where(kept, probs, 0.0)):
        raise Wrong(
            "You gave back probabilities. A filter returns scores, so that another "
            "filter, or draw, can follow it."
        )
    slips = {
        "What is ruled out must score -inf. A score of 0 is an ordinary score, and "
        "exp(0) = 1 is a large weight.": np.where(kept, logits, 0.0),
        "A character at the threshold itself is to be kept: >= and not >.": np.where(
            probs > p * probs.max(), logits, -np.inf
        ),
        "The threshold is p times the largest probability, not p itself.": np.where(
            probs >= p, logits, -np.inf
        ),
        "You compared scores. The rule is about probabilities: take softmax first.": (
            np.where(ratio >= p, logits, -np.inf)
        ),
        "You ruled out those above the threshold and kept those below.": np.where(
            kept, -np.inf, logits
        ),
    }
    for hint, slip in slips.items():
        if _same(got, slip):
            raise Wrong(hint)
    if np.isnan(got).any():
        raise Wrong(
            "There is a NaN in your scores: does exp overflow at scores near 900?"
        )
    raise Wrong(_hint_on_kept(got, logits, kept, p))


def _hint_on_kept(got, logits, kept, p):
    """Say what is wrong with scores that no typical slip gives."""
    low = got[~kept]
    if _same(got[kept], logits[kept]) and (low < logits.min()).all():
        return (
            f"What is ruled out must score -inf, and not {low.max():g}: only exp(-inf) "
            "is 0 whatever the others score."
        )
    if np.array_equal(np.isfinite(got), kept):
        return (
            "You keep the right ones, but with other scores than they had: return the "
            "logits themselves, and not log_softmax of them, say."
        )
    return (
        f"With p = {p} your function keeps {np.isfinite(got).sum()} of {len(logits)} "
        f"characters; {kept.sum()} are to be kept."
    )


def _same(got, wanted):
    """Whether two arrays of scores agree, infinities included."""
    return np.allclose(got, wanted, rtol=1e-9, atol=1e-12)


def exercise_4(answer):
    """Check ``bits_at(logits, targets, temperature) -> bits per character``."""
    rng = np.random.default_rng(64)
    for temperature, T in zip((1.0, 2.0, 0.5, 5.0), (6, 3, 40, 1), strict=True):
        logits, targets = rng.normal(size=(T, 9)) * 4, rng.integers(9, size=T)
        _check_bits(answer, logits, targets, temperature)
    # Probabilities that underflow, for the logarithm of 0.
    _check_bits(answer, np.array([[0.0, 2000.0]]), np.array([0]), 0.5)
    return "Now try it on held_out_logits, and compare with your prediction."


def _check_bits(answer, logits, targets, temperature):
    """Compare one score with the truth, and with the usual slips."""
    given = {"logits": logits, "targets": targets, "temperature": temperature}
    got = call(answer, **given)
    same_shape(got, 0.0)
    wanted = _surprises(logits / temperature, targets).mean()
    if not np.isfinite(got):
        raise Wrong(
            "Your function gives an infinite number (or NaN) where the softmax rounds "
            "to 0. Use log_softmax, which is exact even there."
        )
    if not is_close(got, wanted):
        recognise(got, _bits_slips(logits, targets, temperature))
    close(got, wanted, f"Wanted {wanted:.4f} bits a character here, got {got:.4f}.")


def _bits_slips(logits, targets, temperature):
    """Return what the usual slips give, each under its hint."""
    bits = _surprises(logits / temperature, targets)
    wanted = bits.mean()
    every = -log_softmax(logits / temperature)[:, targets] / np.log(2)
    return {
        "You took every target for every row. Take one entry a row: "
        "log_p[np.arange(N), targets].": every.mean(),
        "Take the logarithm first, then the mean.": _surprise_at_mean(bits),
        "That is in nats. Divide by ln 2 for bits.": wanted * np.log(2),
        "You multiplied by ln 2. Divide by it: a bit is less than a nat, so there are "
        "more of them.": wanted * np.log(2) ** 2,
        "That is the sum over the characters. Wanted is the mean.": bits.sum(),
        "You multiplied by the temperature. It divides the scores.": (
            _surprises(logits * temperature, targets).mean()
        ),
        "That is at temperature 1: the scores are to be divided first.": (
            _surprises(logits, targets).mean()
        ),
        "The temperature divides the scores, before the softmax, and not the "
        "loss after it.": _surprises(logits, targets).mean() / temperature,
        "The sign is turned: a surprise is minus the logarithm.": -wanted,
        "That is the perplexity. Wanted is the logarithm of it, to base 2.": (
            np.exp2(min(wanted, 1000.0))
        ),
    }


def _surprise_at_mean(bits):
    """Return minus the logarithm of the mean probability, as a slip gives it."""
    return np.log2(len(bits)) - np.logaddexp2.reduce(-bits)


def _surprises(logits, targets):
    """Return the surprise at each target, in bits."""
    return -log_softmax(logits)[np.arange(len(targets)), targets] / np.log(2)
