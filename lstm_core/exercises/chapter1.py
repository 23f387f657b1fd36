"""Checks of the exercises of chapter 1."""

import numpy as np

from lstm_core.exercises.core import (
    Wrong,
    call,
    is_close,
    is_near,
    recognise,
    same_shape,
)


def exercise_1(answer):
    """Check ``read_back(vectors, chars) -> text``."""
    for chars, text in [
        ("abcdef", "fade"),
        ("bet", "beet"),
        (" tobe", "to be"),
        ("x", "x"),
    ]:
        ids = np.array([chars.index(char) for char in text])
        vectors = np.eye(len(chars))[ids]
        note = {"object is not iterable": "Wanted is one id a row: argmax(axis=-1)."}
        got = call(answer, vectors=vectors, chars=chars, notes=note)
        if not isinstance(got, str):
            raise Wrong(_hint_on_type(got, ids, text))
        if got != text:
            raise Wrong(_hint_on_text(got, vectors, chars, text))
    return "It reads any vocabulary, in any order."


def _hint_on_type(got, ids, text):
    """Say what is wrong with an answer that is not a string."""
    if np.array_equal(got, list(text)):
        return "These are the right characters; join them into one string."
    if np.array_equal(got, ids):
        return "These are the right ids. One step is left: look each up in chars."
    return f"Wanted a string, got {type(got).__name__}."


def _hint_on_text(got, vectors, chars, text):
    """Recognise a wrong text by how it came about."""
    T = len(text)
    along_time = [int(k) for k in vectors.argmax(axis=0)]
    if max(along_time) < len(chars) and got == "".join(chars[k] for k in along_time):
        return (
            "You looked down each column, along time. A character is a row: "
            "find the 1 along the last axis (axis=-1)."
        )
    in_order = sorted(chars)
    if got == "".join(in_order[k] for k in vectors.argmax(axis=-1)):
        return (
            "Right only if chars is in sorted order. Its own order is what "
            "gives the ids: take the characters from chars itself."
        )
    if got == text[::-1]:
        return "The text comes out backwards: row 0 is its first character."
    if len(got) != T:
        return f"{T} rows stand for {T} characters; your text has {len(got)}."
    return f"For {text!r} with chars = {chars!r} your function gives {got!r}."


def exercise_2(answer):
    """Check ``best_share(a, V)``, the share that is best kept for the rest."""
    cases = [(0.9, 32), (0.5, 2), (0.35, 5), (1.0, 32), (0.25, 4)]
    for a, V in [*cases, (np.array([0.2, 0.6, 0.95]), 32)]:
        got = answer(np.copy(a)[()], V)
        same_shape(got, a)
        if is_close(got, _best_share(a, V)):
            continue
        if is_near(answer, _best_share, cases):
            raise Wrong(
                "Nearly: that looks like a search. Wanted is the formula: set the "
                "slope to 0 and solve."
            )
        _recognise_share(got, a, V)
        raise Wrong(
            f"For a = {a} and V = {V} the loss is not at its lowest there. Set its "
            "slope with respect to the share to 0, and solve."
        )
    return "Be as sure as you are right, no more."


def _best_share(a, V):
    """Return the right answer to exercise 2."""
    return (1 - a) * V / (V - 1)


def _recognise_share(got, a, V):
    """Say so if a share is one of the usual slips."""
    with np.errstate(all="ignore"):  # at a = 1 a logarithm of 0
        lowest = -a * np.log(a) - (1 - a) * np.log((1 - a) / (V - 1))
    if is_close(got, lowest, 1e-3):
        raise Wrong("That is the loss at the minimum. Return the share.")
    slips = {
        "That is how often the favourite is wrong. But the favourite also gets "
        "its part of the share, so the share must be a little larger.": 1 - a,
        "That is what each of the other characters gets, share / V. Multiply by V.": (
            1 - a
        )
        / (V - 1),
        "That is the probability of the favourite, not the share that is spread.": a,
        "Nearly: the share is spread over all V characters, the favourite "
        "included, so it is V / (V - 1) times the rate of errors, not the "
        "other way round.": (1 - a) * (V - 1) / V,
    }
    recognise(got, slips)


def exercise_3(answer):
    """Check ``bigram_loss(train, test, V, alpha)``, smoothed, on other text."""
    rng = np.random.default_rng(3)
    cases = [(3, 12, 9, 1.0), (5, 60, 40, 0.5), (4, 2, 2, 1.0), (8, 300, 50, 0.1)]
    for V, n_train, n_test, alpha in cases:
        train = np.minimum(rng.integers(V, size=n_train), rng.integers(V, size=n_train))
        test = rng.integers(V, size=n_test)
        with np.errstate(all="ignore"):
            got = call(answer, train=train, test=test, V=V, alpha=alpha)
        wanted = _bigram_loss(train, test, V, alpha)
        _check_number(got)
        if not np.isfinite(got):
            raise Wrong(
                "The loss is not finite: a pair that training never met has "
                "probability 0. Add alpha to every count first."
            )
        if is_close(got, wanted):
            continue
        recognise(got, _score_slips(train, test, V, alpha))
        recognise(got, _table_slips(train, test, V, alpha))
        raise Wrong(
            f"With train = {_few(train)} and test = {_few(test)}, V = {V} and alpha = "
            f"{alpha}, wanted {wanted:.4f}, got {float(got):.4f}. Compare by hand: "
            "first the counts, then the rows, then the pairs of test."
        )
    return "No pair is impossible, and the score is honest."


COUNTED_ONCE = (
    "Each pair was counted once, however often it came: counts[x, y] += 1 "
    "skips repeats. Use np.add.at(counts, (x, y), 1)."
)


def _check_number(got):
    """Raise `Wrong` unless ``got`` is one real number."""
    same_shape(got, 0.0)
    if np.iscomplexobj(got):
        raise Wrong("Wanted a real number, got a complex one.")


def _pair_counts(ids, V):
    """Return how often each pair comes; an array (V, V), rows: the first."""
    counts = np.zeros((V, V))
    np.add.at(counts, (ids[:-1], ids[1:]), 1)
    return counts


def _score(table, ids):
    """Return the mean surprise of ``ids`` under a table of probabilities."""
    return -np.log(table[ids[:-1], ids[1:]]).mean()


def _bigram_loss(train, test, V, alpha):
    """Return the right answer to exercise 3."""
    return _score(_by_rows(_pair_counts(train, V) + alpha), test)


def _few(ids):
    """Write a list of ids, its beginning if it is long."""
    some = ", ".join(map(str, ids[:12]))
    return f"[{some}, ...]" if len(ids) > 12 else f"[{some}]"


def _by_rows(counts):
    """Return ``counts``, each row divided by its sum."""
    return counts / counts.sum(axis=1, keepdims=True)


def _score_slips(train, test, V, alpha):
    """Return what a right table gives that is wrongly scored, under its hint."""
    rows = _by_rows(_pair_counts(train, V) + alpha)
    nats = _score(rows, test)
    return {
        "You scored the text that you counted. Score test.": _score(rows, train),
        "That is the sum over the pairs. The loss is their mean.": nats
        * (len(test) - 1),
        "That is in bits: take the natural logarithm.": nats / np.log(2),
        "That is the perplexity; wanted nats.": np.exp(nats),
        "The sign: a surprise is -ln p.": -nats,
        "That is the surprise at the mean probability. Take the logarithm of each "
        "first, then the mean.": -np.log(rows[test[:-1], test[1:]].mean()),
        "You look up each character of test with itself. A pair is test[:-1] with "
        "test[1:].": -np.log(rows[test, test]).mean(),
    }


def _table_slips(train, test, V, alpha):
    """Return the scores of the usual wrong tables, each under its hint."""
    raw = _pair_counts(train, V)
    counts, total = raw + alpha, raw.sum(axis=1, keepdims=True)
    with np.errstate(all="ignore"):  # a character may be first nowhere
        late = raw / total + alpha
    tables = {
        COUNTED_ONCE: _by_rows(np.minimum(raw, 1) + alpha),
        "The columns of your table sum to 1, not the rows. After each character "
        "something must come: normalise over the second.": counts / counts.sum(axis=0),
        "Your table is transposed: rows are the character that is known, columns "
        "the one that comes.": _by_rows(counts).T,
        "The rows sum to more than 1: alpha is added to V counts, so the total of "
        "a row grows by alpha * V.": counts / (total + alpha),
        "You divided by the number of all pairs. Given one character, only the "
        "pairs that start with it compete.": counts / counts.sum(),
        "You add alpha only where the count is 0. Add it to every count.": _by_rows(
            np.where(raw, raw, alpha)
        ),
        "You add alpha to the probabilities, and the rows no longer sum to 1. Add it "
        "to the counts.": late,
        "You add alpha to the probabilities. Add it to the counts, and divide "
        "then.": _by_rows(late),
        "You count test as well. Count train alone.": _by_rows(
            _pair_counts(np.append(train, test), V) + alpha
        ),
    }
    return {hint: _score(table, test) for hint, table in tables.items()}


def exercise_4(answer):
    """Check ``backward_loss(ids, V)``, the bigram loss from right to left."""
    rng = np.random.default_rng(4)
    texts = [np.array([0, 1, 0, 2, 0, 1]), np.minimum(*rng.integers(6, size=(2, 80)))]
    for ids, V in zip([*texts, np.array([1, 0])], (3, 6, 2), strict=True):
        with np.errstate(all="ignore"):
            got = call(answer, ids=ids, V=V)
        _check_number(got)
        wanted = _back_loss(ids, _pair_counts(ids, V))
        if is_close(got, wanted):
            continue
        recognise(got, _back_slips(ids, V))
        raise Wrong(f"For ids = {_few(ids)} wanted {wanted:.4f}, got {float(got):.4f}.")
    return "Now run it on the soliloquy, and compare with your prediction."


def _back_loss(ids, counts):
    """Return the mean surprise at the first of a pair, the second being known."""
    x, y = ids[:-1], ids[1:]
    return -np.log(counts[x, y] / counts.sum(axis=0)[y]).mean()


def _back_slips(ids, V):
    """Return what the usual slips of exercise 4 give, each under its hint."""
    counts = _pair_counts(ids, V)
    x, y = ids[:-1], ids[1:]
    wanted = _back_loss(ids, counts)
    with np.errstate(all="ignore"):  # a first character may be second nowhere
        astray = -np.log(counts[x, y] / counts.sum(axis=0)[x]).mean()
    return {
        "That is the loss from left to right. Divide by how often the second "
        "character of a pair comes, not the first.": _back_loss(ids[::-1], counts.T),
        "That is the surprise at the whole pair. The second character is "
        "known: divide by how often it comes.": -np.log(counts[x, y] / len(x)).mean(),
        "The sums of the columns belong to the second character of a pair; you "
        "look them up with the first.": astray,
        COUNTED_ONCE: _back_loss(ids, np.minimum(counts, 1)),
        "That is the sum over the pairs. The loss is their mean.": wanted * len(x),
        "That is in bits: take the natural logarithm.": wanted / np.log(2),
        "That is the perplexity; wanted nats.": np.exp(wanted),
        "The sign: a surprise is -ln p.": -wanted,
    }
