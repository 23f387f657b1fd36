"""Checks of the capstone: a text of the reader's own."""

from collections import Counter, defaultdict
from numbers import Real

import numpy as np

from lstm_core.exercises.core import (
    NotAttempted,
    Wrong,
    call,
    close,
    is_close,
    recognise,
    same_shape,
)

SPREAD = 8  # bits: the differences of single characters have a smaller spread

REPORT = {
    "characters": "the length of the text",
    "distinct": "the size of the vocabulary",
    "validation": "{size: [bits per character, one a seed]} on the part for choosing",
    "size": "the chosen size",
    "tables": "{n: bits per character} of the tables, on the part for reporting",
    "test": "[bits per character, one a seed] of the chosen size, on that part",
    "gap": "bits by which the LSTM is below the table it is compared with",
    "error": "the standard error of that gap",
    "wins": "True or False: does the LSTM beat the table?",
    "copy": "the longest copy in a sample of the chosen size, the median of five",
    "chance": "the longest copy in shuffled letters, the median of nine",
}


def exercise_1(answer):
    """Check ``table_bits(ids, cut, n, V) -> array (len(ids) - cut,)``."""
    rng = np.random.default_rng(71)
    repeating = np.tile([0, 1, 0, 2, 3], 12)
    cases = [(rng.integers(5, size=90), cut, n, 6) for cut, n in [(60, 2), (80, 4)]]
    cases += [(repeating, 40, n, 4) for n in (1, 2, 3)]
    for ids, cut, n, V in cases:
        wanted = _table_bits(ids, cut, n, V)
        got = call(answer, ids=ids, cut=cut, n=n, V=V)
        if isinstance(got, Real):
            raise Wrong(
                "That is one number. Wanted one surprise for each of the "
                f"{len(wanted)} characters of ids[cut:]."
            )
        same_shape(got, wanted)
        if is_close(got, wanted):
            continue
        with np.errstate(all="ignore"):
            recognise(got, _table_slips(ids, cut, n, V))
            recognise(got, _context_slips(ids, cut, n, V))
        if not np.isfinite(got).all():
            raise Wrong(
                "A character that was never seen after its context costs infinitely "
                "many bits. Blend with the shorter context, down to 1/V."
            )
        raise Wrong(_order_hint(answer, ids, cut, n, V))
    return "The tables are counted on the first part and scored on the rest."


def _order_hint(answer, ids, cut, n, V):
    """Say at which order an answer goes wrong; all below it are right."""
    for m in range(1, n + 1):
        got = call(answer, ids=ids, cut=cut, n=m, V=V)
        wanted = _table_bits(ids, cut, m, V)
        if not is_close(got, wanted):
            break
    same_shape(got, wanted)
    wrong = f"the mean should be {wanted.mean():.4f} bits, not {np.mean(got):.4f}."
    if m == 1:
        return (
            f"n = 1 is wrong already: {wrong} A character that stands count times in "
            "ids[:cut] has (count + d/V) / (cut + d) there, with d the number of "
            "different characters."
        )
    return (
        f"n = {m - 1} is right; look at how order {m} is blended with it: {wrong} "
        "(count + d p) / (all + d), with d and all those of the context."
    )


def _before(ids, k, m):
    """Return the m - 1 characters before the one at ``k``."""
    return tuple(ids[k - m + 1 : k])


def _and_itself(ids, k, m):
    """Return a context that is too long: it holds the character at ``k``, too."""
    return tuple(ids[k - m + 1 : k + 1])


def _early(ids, k, m):
    """Return the context that belongs to the character before."""
    return tuple(ids[k - m : k - 1])


def _late(ids, k, m):
    """Return the context that belongs to the character after."""
    return tuple(ids[k - m + 2 : k + 1])


LOOKED_UP = {
    "ids[k - m + 2 : k + 1]": _late,
    "ids[k - m : k - 1]": _early,
}


def _table_bits(
    ids, cut, n, V, known=None, orders=None, distinct=len, counted=_before, seen=None
):
    """Return the bits for each character from ``cut`` on, by a blended table.

    Typical slips count the text as far as ``known``, blend only some ``orders``,
    take another ``distinct`` of the counts after a context, or take other contexts
    when they are ``counted`` or looked up to be ``seen`` again.
    """
    known, seen = known or cut, seen or counted
    p = np.full(len(ids) - cut, 1 / V)
    for m in orders or range(1, n + 1):
        counts = defaultdict(Counter)
        for k in range(m - 1, known):
            counts[counted(ids, k, m)][int(ids[k])] += 1
        for k in range(cut, len(ids)):
            here = counts[seen(ids, k, m)]
            total, d = sum(here.values()), max(distinct(here), 1)
            p[k - cut] = (here[int(ids[k])] + d * p[k - cut]) / (total + d)
    return -np.log2(p)


def _table_slips(ids, cut, n, V):
    """Return what the usual slips give, each under its hint."""
    bits = _table_bits(ids, cut, n, V)
    slips = {
        "You counted the whole text, and so the very characters that you score. "
        "Count ids[:cut] alone.": _table_bits(ids, cut, n, V, known=len(ids)),
        "That is in nats. A bit is log2.": bits * np.log(2),
        "The sign is turned: a surprise is minus the logarithm.": -bits,
        "Those are probabilities. Wanted is the surprise, -log2 of them.": 2.0**-bits,
        "n counts the character itself: its context is the n - 1 before it.": (
            _table_bits(ids, cut, n + 1, V)
        ),
    }
    slips["d is the number of different characters seen after the context, not 1."] = (
        _table_bits(ids, cut, n, V, distinct=lambda seen: 1)
    )
    if n > 1:
        slips[
            "Blend with the table of the next shorter context, not with 1/V at once."
        ] = _table_bits(ids, cut, n, V, orders=[n])
        slips["The context is one character too short: n - 1 come before."] = (
            _table_bits(ids, cut, n - 1, V)
        )
    return slips


def _context_slips(ids, cut, n, V):
    """Return what wrong contexts give, each under its hint."""
    return {
        "Every surprise is log2 V, as if no context had been seen before. Do you look "
        "up the same ids[k - m + 1 : k] that you counted?": np.full(
            len(ids) - cut, np.log2(V)
        ),
        "Your context holds the character that is to be guessed: it must end before "
        "k.": _table_bits(ids, cut, n, V, counted=_and_itself),
    } | {
        "You counted after ids[k - m + 1 : k], and in scoring you look up "
        f"{context}. Look up what you counted.": _table_bits(ids, cut, n, V, seen=other)
        for context, other in (LOOKED_UP.items() if n > 1 else ())
    }


def exercise_2(answer):
    """Check ``choose_size(bits) -> size``; bits maps a size to a score a seed."""
    clear = {8: [3.0, 3.1, 2.9], 16: [2.5, 2.4, 2.6], 32: [2.0, 2.1, 1.9]}
    chance = {32: [2.0, 1.8, 2.2], 8: [2.6, 2.5, 2.9], 16: [2.1, 1.7, 2.4]}
    lucky = {4: [2.9, 1.0, 2.9, 3.0], 8: [2.2, 2.1, 2.3, 2.2], 64: [2.0, 2.1, 1.9, 2.0]}
    overfit = {16: [2.2, 2.3, 2.4], 64: [3.0, 3.1, 3.2], 8: [2.9, 2.8, 3.3]}
    spoilt = {
        4: [3.0] * 5,
        16: [2.0, 2.1, 1.9, 2.0, 9.0],
        32: [2.2, 2.3, 2.2, 2.1, 2.2],
    }
    behind = {4: [2.1, 2.0, 2.1, 9.0, 2.0], 8: [2.4] * 5, 16: [1.9, 2.0, 1.8, 2.2, 1.9]}
    level = {4: [3.0] * 3, 8: [2.2, 2.3, 2.1], 16: [2.0, 2.1, 2.2], 32: [2.1, 2.3, 2.2]}
    for bits in (overfit, clear, lucky, chance, spoilt, behind, level):
        got, wanted = call(answer, bits=bits), _chosen(bits)
        same_shape(got, 0)
        if got == wanted:
            continue
        raise Wrong(_size_hint(got, wanted, bits))
    return (
        "The smallest size that chance alone could have put behind the best. Now "
        "choose_size(validation): is it the size you wrote down?"
    )


def _chosen(bits, middle=np.median):
    """Return the smallest size whose median is within the best size's spread."""
    best = min(bits, key=lambda size: middle(bits[size]))
    limit = max(bits[best])
    return min(size for size in bits if middle(bits[size]) <= limit)


def _size_hint(got, wanted, bits):
    """Say what led to another size."""
    best = min(bits, key=lambda size: np.median(bits[size]))
    if got not in bits:
        return f"{got} is none of the sizes {sorted(bits)}. Return a key, not a score."
    if got == _chosen(bits, np.mean):
        return (
            "That is what the means lead to, and one bad seed spoils a mean. Compare "
            "medians."
        )
    if got == max(bits) and got not in (best, wanted):
        return "That is the largest size. More units need not mean fewer bits."
    if np.median(bits[wanted]) == max(bits[best]):
        return (
            f"The median of {wanted} is exactly as high as the worst seed of {best}. "
            "The rule says no more than that, so equal is enough: <=, not <."
        )
    if got == best:
        return (
            f"{got} has the lowest median. But the median of {wanted} is not above the "
            f"worst seed of {got}: chance can explain the difference. Take the smaller."
        )
    median, limit = np.median(bits[got]), max(bits[best])
    if min(bits[got]) <= limit < median:
        return (
            f"The best seed of {got} is no worse than the worst of {best}, but its "
            "median is. One lucky seed says little: compare medians."
        )
    if median > limit:
        return (
            f"The median of {got} is above the worst seed of {best}, the size with the "
            "lowest median. Lower bits are better: is a comparison turned round?"
        )
    return f"{wanted} is smaller than {got}, and within the spread of the best as well."


def exercise_3(answer):
    """Check ``gap_and_error(table, model) -> mean gap, its standard error``."""
    rng = np.random.default_rng(73)
    for n, shift in [(40, 0.3), (7, -0.5), (200, 0.0)]:
        common = rng.exponential(2, n)  # what is hard is hard for both
        table = common + rng.normal(size=n) * 0.2 + shift
        model = common + rng.normal(size=n) * 0.2
        got = call(answer, table=table, model=model)
        if not isinstance(got, tuple | list | np.ndarray) or len(got) != 2:
            raise Wrong("Wanted two numbers: the mean gap and its standard error.")
        gap = table - model
        same_shape(got[0], 0.0)
        same_shape(got[1], 0.0)
        if not is_close(got[0], gap.mean()):
            recognise(got[0], _gap_slips(gap))
        close(got[0], gap.mean(), "The first is to be the mean of table - model.")
        if not is_close(got[1], _error(gap)):
            recognise(got[1], _error_slips(table, model))
        close(got[1], _error(gap), "The second is std(gap, ddof=1) / sqrt(n).")
    return "Paired, so that what is hard for both does not blur the comparison."


def _error(gap):
    """Return the standard error of a mean."""
    return gap.std(ddof=1) / np.sqrt(len(gap))


def _gap_slips(gap):
    """Return what the usual slips give for the mean, each under its hint."""
    turned = (
        "Turned round: the gap is table minus model."
        if gap.mean() > 0
        else "You dropped the sign: where the model is worse the gap is negative."
    )
    return {
        turned: -gap.mean(),
        "That is the sum of the gaps. Wanted is the mean.": gap.sum(),
        "That is the median of the gaps. Wanted is the mean.": np.median(gap),
        "You dropped the signs of the gaps. Where the model is worse a gap counts "
        "against it.": np.abs(gap).mean(),
    } | _rounded("That is the mean, rounded to {} places. Do not round.", gap.mean())


def _rounded(hint, number):
    """Return a number with fewer digits, each under its hint."""
    return {hint.format(places): np.round(number, places) for places in (4, 3, 2)}


def _error_slips(table, model):
    """Return what the usual slips give, each under its hint."""
    gap, n = table - model, len(table)
    return {
        "That is the spread of single characters. The error of their mean is "
        "smaller by the square root of n.": gap.std(ddof=1),
        "Divide by the square root of n, not by n.": gap.std(ddof=1) / n,
        "Take ddof=1: the mean was estimated from the same numbers.": (
            gap.std() / np.sqrt(n)
        ),
        "You treat the two as independent. They score the same characters: take the "
        "difference of each pair first, then its spread.": np.hypot(
            _error(table), _error(model)
        ),
        "That is a variance. Take its square root.": gap.var(ddof=1) / n,
    } | _rounded("That is the error, rounded to {} places. Do not round.", _error(gap))


def exercise_4(report):
    """Check what can be checked of ``report``, a dict with the keys of `REPORT`."""
    if not isinstance(report, dict):
        kind = "function" if callable(report) else type(report).__name__
        raise Wrong(f"Wanted a dict, got a {kind}.")
    missing = [key for key in REPORT if key not in report]
    if missing:
        raise Wrong(f"There is no {missing[0]!r}: {REPORT[missing[0]]}.")
    still = [key for key in REPORT if report[key] is ...]
    if len(still) == len(REPORT):
        raise NotAttempted
    if still:
        raise Wrong(f"{still[0]!r} is still open.")
    for key in ("size", "gap", "error"):
        _numbers(key, report[key], 0)
    _check_counts(report)
    validation = _scores("validation", report["validation"])
    _check_one_a_seed(report["validation"])
    _check_choice(validation, report["size"])
    tables = _scores("tables", report["tables"])
    test = _numbers("test", report["test"])
    _check_scores(validation[report["size"]], tables, test, report)
    _check_gap(report["gap"], tables, test)
    _check_error(report["error"], report["characters"])
    _check_claim(report["gap"], report["error"], report["wins"])
    return (
        "The numbers agree with each other. What check cannot see: whether you counted "
        "rightly, compared with the table that you had chosen, took the error from the "
        "right differences, and gave all in bits. Look once more, then write what the "
        "numbers mean."
    )


def _check_counts(report):
    """Ask for whole numbers, and for the larger of two in its place."""
    for key in ("characters", "distinct", "copy", "chance"):
        if _numbers(key, report[key], 0) % 1:
            raise Wrong(f"{key!r}: wanted a whole number, got {report[key]}.")
    for small, large in [("distinct", "characters"), ("chance", "copy")]:
        if report[small] > report[large]:
            raise Wrong(
                f"{small!r} is {report[small]} and {large!r} only {report[large]}. Are "
                "the two swapped?"
            )


def _numbers(key, value, ndim=None):
    """Return finite numbers as an array, or raise `Wrong` with the key's meaning."""
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.asarray(np.nan)
    if array.dtype.kind not in "iuf":
        array = np.asarray(np.nan)
    if (
        array.size == 0
        or not np.isfinite(array).all()
        or ndim not in (None, array.ndim)
    ):
        raise Wrong(f"{key!r}: wanted {REPORT[key]}, got {_shown(value)}.")
    return array


def _shown(value):
    """Return a value as the reader wrote it, or its kind if that is long."""
    text = repr(value)
    return text if len(text) < 40 else f"a long {type(value).__name__}"


def _scores(key, value):
    """Return a dict of scores with each value as an array."""
    if not isinstance(value, dict) or not value:
        raise Wrong(f"{key!r}: wanted {REPORT[key]}, got {_shown(value)}.")
    return {each: np.ravel(_numbers(key, bits)) for each, bits in value.items()}


def _check_one_a_seed(validation):
    """Ask for the best score of a seed, and not for its whole curve."""
    for size, bits in validation.items():
        if np.size(bits) > len(np.atleast_1d(bits)):
            raise Wrong(
                f"'validation': size {size} has more than one number a seed. Wanted "
                "the best one of each seed, not the whole curve."
            )


def _check_choice(validation, size):
    """Ask for enough runs, and for the size that they lead to."""
    if len(validation) < 3:
        raise Wrong("'validation': try three sizes or more, as {size: [bits]}.")
    few = [each for each, bits in validation.items() if len(bits) < 5]
    if few:
        raise Wrong(f"'validation': size {few[0]} has fewer than five seeds.")
    wanted = _chosen(validation)
    if size != wanted:
        raise Wrong(
            f"'size': by the rule of the second exercise it is {wanted}, not {size}."
        )


def _check_scores(validation, tables, test, report):
    """Ask that the scores be of the same part, and in bits."""
    if test.shape != validation.shape:
        raise Wrong(f"'test': wanted a score for each of the {len(validation)} seeds.")
    many = [n for n, bits in tables.items() if len(bits) > 1]
    if many:
        raise Wrong(f"'tables': n = {many[0]} has many numbers. Give their mean.")
    if not {1, 2, 3} <= set(tables):
        raise Wrong("'tables': wanted at least n = 1, 2 and 3.")
    if not report["distinct"] > 1 or tables[1][0] > np.log2(report["distinct"]) + 1:
        raise Wrong("'tables': n = 1 is far above uniform. Is 'distinct' right?")
    if np.array_equal(test, validation):
        raise Wrong("'test' repeats 'validation'. Report on the part not yet used.")


def _check_gap(gap, tables, test):
    """Ask that the gap be a table less the median seed, as both stand there."""
    bits = {n: table[0] for n, table in tables.items()}
    known = [gap, test, list(bits.values())]
    rounded = any(np.array_equal(numbers, np.round(numbers, 3)) for numbers in known)
    near = 0.016 if rounded else 1e-6  # three numbers rounded to hundredths
    middle = np.sort(test)[[(len(test) - 1) // 2, len(test) // 2]]  # one, or two
    orders = [_order_of(gap, bits, score, near) for score in middle]
    if orders == [None, None]:
        raise Wrong(f"'gap': {_gap_hint(gap, bits, test, near)}")
    order, best = orders[orders[0] is None], min(bits, key=bits.get)
    if bits[order] > bits[best] + 0.5:
        raise Wrong(
            f"'gap' is that to n = {order}, and n = {best} has "
            f"{bits[order] - bits[best]:.2f} bits less. Compare with the table that "
            "you chose on the second part."
        )


def _order_of(gap, bits, score, near):
    """Return the order of the table that is ``gap`` above ``score``, or None."""
    off = {n: abs(table - score - gap) for n, table in bits.items()}
    order = min(off, key=off.get)
    return order if off[order] <= near else None


def _gap_hint(gap, bits, test, near):
    """Say what a gap is that is not the one to the median seed."""
    slips = {
        "that is the negative: table minus model.": (-gap, np.median(test)),
        "that is the best seed, not the median one.": (gap, test.min()),
        "that is the mean of the seeds, not the median one.": (gap, test.mean()),
    }
    for hint, (slip, score) in slips.items():
        if _order_of(slip, bits, score, near) is not None:
            return f"{gap:.2f}: {hint}"
    return (
        f"none of your tables less the median of 'test' gives {gap:.2f}. Is the table "
        "that you chose among them, and are all of the last part?"
    )


def _check_error(error, characters):
    """Ask for the error of a mean, not for the spread of single characters."""
    if not error > 0:
        raise Wrong("'error': a standard error is above 0.")
    if error > SPREAD / np.sqrt(characters / 10):  # a last part of a tenth or more
        raise Wrong(
            f"'error': {error:.2f} bits look like the spread of single characters. "
            "Divide it by the square root of their number."
        )


def _check_claim(gap, error, wins):
    """Ask that the claim be no bolder than the numbers, and no more timid."""
    if not isinstance(wins, bool | np.bool_):
        raise Wrong(f"'wins': wanted True or False, got {wins!r}.")
    so_far = f"'wins': a gap of {gap:.2f}, and a standard error of {error:.2f}"
    if wins and gap < -2 * error:
        raise Wrong(
            f"{so_far}. The table is better by more than two errors: wins is False. "
            "Say in the report that the table wins."
        )
    if wins and gap <= 2 * error:
        raise Wrong(f"{so_far}. On this evidence the two cannot be told apart.")
    if not wins and gap > 2 * error:
        raise Wrong(f"{so_far}. The gap is more than twice its error: claim it.")
