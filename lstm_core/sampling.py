"""Choose the next character: greedy, temperature, top-k, top-p, beam search.

Each function takes one row of logits, shape (V,), and composes with the
others: the filters return logits in which what is ruled out scores -inf.
Home chapter: 6.
"""

import numpy as np

from lstm_core.checks import check_count, check_number, check_shape
from lstm_core.loss import log_softmax, softmax


def greedy(logits):
    """Return the id with the largest score; of equals, the first."""
    return int(np.argmax(check_shape("logits", logits, "V")))


def apply_temperature(logits, temperature):
    """Sharpen (temperature < 1) or flatten (> 1) a distribution.

    Divides the scores by the temperature, after taking off the largest, so
    that no temperature is too small.

    Parameters
    ----------
    logits : array (V,)
    temperature : float
        Above 0.
    """
    logits = check_shape("logits", logits, "V").astype(np.float64)
    temperature = check_number("temperature", temperature, 0, above=True)
    with np.errstate(over="ignore"):  # a score of -inf is what is meant
        return (logits - logits.max()) / temperature


def keep_top_k(logits, k):
    """Rule out all but the ``k`` largest scores (Fan et al. 2018).

    Of equal scores the first are kept; ``k`` beyond V keeps all.
    """
    logits = check_shape("logits", logits, "V")
    order = np.argsort(-logits, kind="stable")
    kept = np.full_like(logits, -np.inf)
    best = order[: check_count("k", k)]
    kept[best] = logits[best]
    return kept


def keep_top_p(logits, p):
    """Rule out all but the nucleus (Holtzman et al. 2020).

    The nucleus is the smallest set of most probable characters whose
    probabilities sum to at least ``p``, in (0, 1].
    """
    logits = check_shape("logits", logits, "V")
    p = check_number("p", p, 0, 1, above=True)
    probs = softmax(logits.astype(np.float64))
    order = np.argsort(-probs, kind="stable")
    before = np.cumsum(probs[order]) - probs[order]  # mass of what ranks above
    kept = np.full_like(logits, -np.inf)
    best = order[before < p]
    kept[best] = logits[best]
    return kept


def draw(logits, rng):
    """Draw an id from the softmax of ``logits``.

    Spins a wheel whose sectors are the probabilities. Works in float64 with
    the true sum, so that rounding never makes "probabilities do not sum to 1".
    """
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng: wanted a numpy.random.Generator, got {rng!r}")
    probs = softmax(check_shape("logits", logits, "V").astype(np.float64))
    edges = np.cumsum(probs)
    return int(np.searchsorted(edges, rng.random() * edges[-1], side="right"))


def choose(logits, *, rng=None, temperature=0.0, top_k=None, top_p=None):
    """Choose the next id: filter, then draw; at temperature 0, greedily.

    The order is temperature, then top-k, then top-p.

    Parameters
    ----------
    rng : numpy.random.Generator
        Needed unless the temperature is 0.
    """
    if check_number("temperature", temperature, 0) > 0:
        logits = apply_temperature(logits, temperature)
    if top_k is not None:
        logits = keep_top_k(logits, check_count("top_k", top_k))
    if top_p is not None:
        top_p = check_number("top_p", top_p, 0, 1, above=True)
        logits = keep_top_p(logits, top_p)
    return greedy(logits) if temperature == 0 else draw(logits, rng)


def entropy(probs):
    """Return the entropy of a distribution (V,) in nats: its mean surprise."""
    probs = check_shape("probs", probs, "V")
    some = probs[probs > 0]
    return float(0.0 - (some * np.log(some)).sum())  # 0, where a sign gives -0.0


def beam_search(step, logits, state, length, width):
    """Search for the most probable continuation, ``width`` at a time.

    Parameters
    ----------
    step : callable
        ``step(ids (W,), state) -> logits (W, V), state``; the state is a pair
        of arrays (W, H).
    logits : array (V,)
        Scores of the first character.
    state : pair of arrays (1, H)
        The state those scores came from.
    length, width : int
        Characters to add; beams to keep.

    Returns
    -------
    ids : int array (length,)
        The best continuation found.
    log_prob : float
        Its log-probability, in nats.
    """
    length, width = check_count("length", length), check_count("width", width)
    log_p = log_softmax(check_shape("logits", logits, "V"))[None]  # (W, V)
    V = log_p.shape[1]
    paths, scores = np.empty((1, 0), np.int64), np.zeros(1)
    for n in range(length):
        totals = (scores[:, None] + log_p).ravel()
        best = np.argsort(-totals, kind="stable")[:width]
        parents, ids = best // V, best % V
        scores = totals[best]
        paths = np.column_stack([paths[parents], ids])
        state = tuple(part[parents] for part in state)
        if n + 1 < length:
            logits, state = step(ids, state)
            log_p = log_softmax(logits)
    return paths[0], float(scores[0])
