"""Checks of the capstone: a text of the reader's own."""

from collections import Counter, defaultdict

import numpy as np

from lstm_core.exercises.core import (
    NotAttempted,
    Wrong,
    close,
    is_close,
    recognise,
    same_shape,
)

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
    "copy": "the longest copy in a sample of the chosen model",
    "chance": "the longest copy in shuffled letters",
}


def exercise_1(answer):
    """Check ``table_bits(ids, cut, n, V) -> array (len(ids) - cut,)``."""
    rng = np.random.default_rng(71)
    repeating = np.tile([0, 1, 0, 2, 3], 12)
    cases = [(rng.integers(5, size=90), cut, n, 6) for cut, n in [(60, 2), (80, 4)]]
    cases += [(repeating, 40, n, 4) for n in (1, 2, 3)]
    for ids, cut, n, V in cases:
        got = answer(ids.copy(), cut, n, V)
        wanted = _table_bits(ids, cut, n, V)
        same_shape(got, wanted)
        if is_close(got, wanted):
            continue
        with np.errstate(all="ignore"):
            recognise(got, _table_slips(ids, cut, n, V))
        if not np.isfinite(got).all():
            raise Wrong(
                "A character that was never seen after its context costs infinitely "
                "many bits. Blend with the shorter context, down to 1/V."
            )
        raise Wrong(
            f"With n = {n} the mean should be {wanted.mean():.4f} bits, not "
            f"{np.mean(got):.4f}. Check n = 1 first: (count + d/V) / (all + d)."
        )
    return "The tables are counted on the first part and scored on the rest."


def _table_bits(ids, cut, n, V, known=None):
    """Return the bits for each character from ``cut`` on, by a blended table."""
    known = cut if known is None else known
    p = np.full(len(ids) - cut, 1 / V)
    for m in range(1, n + 1):
        counts = defaultdict(Counter)
        for k in range(m - 1, known):
            counts[tuple(ids[k - m + 1 : k])][int(ids[k])] += 1
        for k in range(cut, len(ids)):
            seen = counts[tuple(ids[k - m + 1 : k])]
            total, d = sum(seen.values()), max(len(seen), 1)
            p[k - cut] = (seen[int(ids[k])] + d * p[k - cut]) / (total + d)
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
    if n > 1:
        slips["The context is one character too short: n - 1 come before."] = (
            _table_bits(ids, cut, n - 1, V)
        )
    return slips


def exercise_2(answer):
    """Check ``choose_size(bits) -> size``; bits maps a size to a score a seed."""
    clear = {8: [3.0, 3.1, 2.9], 16: [2.5, 2.4, 2.6], 32: [2.0, 2.1, 1.9]}
    chance = {32: [2.0, 1.8, 2.2], 8: [2.6, 2.5, 2.9], 16: [2.1, 1.7, 2.4]}
    lucky = {4: [2.9, 1.0, 2.9, 3.0], 8: [2.2, 2.1, 2.3, 2.2], 64: [2.0, 2.1, 1.9, 2.0]}
    overfit = {16: [2.2, 2.3, 2.4], 64: [3.0, 3.1, 3.2], 8: [2.9, 2.8, 3.3]}
    for bits in (overfit, clear, lucky, chance):
        wanted = _chosen(bits)
        got = answer({size: list(scores) for size, scores in bits.items()})
        same_shape(got, 0)
        if got == wanted:
            continue
        raise Wrong(_size_hint(got, wanted, bits))
    return "The smallest size that chance alone could have put behind the best."


def _chosen(bits):
    """Return the smallest size whose median is within the best size's spread."""
    best = min(bits, key=lambda size: np.median(bits[size]))
    limit = max(bits[best])
    return min(size for size in bits if np.median(bits[size]) <= limit)


def _size_hint(got, wanted, bits):
    """Say what led to another size."""
    best = min(bits, key=lambda size: np.median(bits[size]))
    if got not in bits:
        return f"{got} is none of the sizes {sorted(bits)}. Return a key, not a score."
    if got == max(bits) and got not in (best, wanted):
        return "That is the largest size. More units need not mean fewer bits."
    if got == best:
        return (
            f"{got} has the lowest median. But the median of {wanted} is not above the "
            f"worst seed of {got}: chance can explain the difference. Take the smaller."
        )
    if got == min(bits, key=lambda size: min(bits[size])):
        return "That size has the luckiest seed. Compare medians."
    if np.median(bits[got]) > max(bits[best]):
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
        got = answer(table.copy(), model.copy())
        if not isinstance(got, tuple | list | np.ndarray) or len(got) != 2:
            raise Wrong("Wanted two numbers: the mean gap and its standard error.")
        gap = table - model
        same_shape(got[0], 0.0)
        same_shape(got[1], 0.0)
        turned = {"Turned round: the gap is table minus model.": -gap.mean()}
        turned["That is the sum of the gaps. Wanted is the mean."] = gap.sum()
        if not is_close(got[0], gap.mean()):
            recognise(got[0], turned)
        close(got[0], gap.mean(), "The first is to be the mean of table - model.")
        if not is_close(got[1], _error(gap)):
            recognise(got[1], _error_slips(table, model))
        close(got[1], _error(gap), "The second is std(gap, ddof=1) / sqrt(n).")
    return "Paired, so that what is hard for both does not blur the comparison."


def _error(gap):
    """Return the standard error of a mean."""
    return gap.std(ddof=1) / np.sqrt(len(gap))


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
    }


def exercise_4(report):
    """Check what can be checked of ``report``, a dict with the keys of `REPORT`."""
    if not isinstance(report, dict):
        raise Wrong(f"Wanted a dict, got {type(report).__name__}.")
    missing = [key for key in REPORT if key not in report]
    if missing:
        raise Wrong(f"There is no {missing[0]!r}: {REPORT[missing[0]]}.")
    if any(value is ... for value in report.values()):
        raise NotAttempted
    for key in ("characters", "distinct", "size", "gap", "error", "copy", "chance"):
        _numbers(key, report[key], 0)
    validation = _scores("validation", report["validation"])
    _check_choice(validation, report["size"])
    tables = _scores("tables", report["tables"])
    test = _numbers("test", report["test"])
    _check_scores(validation[report["size"]], tables, test, report)
    _check_claim(report["gap"], report["error"], report["wins"])
    return "The numbers agree with each other. Now write what they mean."


def _numbers(key, value, ndim=None):
    """Return finite numbers as an array, or raise `Wrong` with the key's meaning."""
    try:
        array = np.asarray(value, float)
    except (TypeError, ValueError):
        array = np.asarray(np.nan)
    if (
        array.size == 0
        or not np.isfinite(array).all()
        or ndim not in (None, array.ndim)
    ):
        raise Wrong(f"{key!r}: wanted {REPORT[key]}, got {value!r}.")
    return array


def _scores(key, value):
    """Return a dict of scores with each value as an array."""
    if not isinstance(value, dict) or not value:
        raise Wrong(f"{key!r}: wanted {REPORT[key]}, got {value!r}.")
    return {each: np.ravel(_numbers(key, bits)) for each, bits in value.items()}


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
    if not {1, 2, 3} <= set(tables):
        raise Wrong("'tables': wanted at least n = 1, 2 and 3.")
    if not report["distinct"] > 1 or tables[1][0] > np.log2(report["distinct"]) + 1:
        raise Wrong("'tables': n = 1 is far above uniform. Is 'distinct' right?")
    if np.array_equal(test, validation):
        raise Wrong("'test' repeats 'validation'. Report on the part not yet used.")
    best = min(bits[0] for bits in tables.values())
    if abs(best - np.median(test) - report["gap"]) > 0.5:
        raise Wrong(
            "'gap' does not fit: it should be near the best table less the median of "
            "'test'. Are all three in bits, and of the same part?"
        )


def _check_claim(gap, error, wins):
    """Ask that the claim be no bolder than the numbers, and no more timid."""
    if not error > 0:
        raise Wrong("'error': a standard error is above 0.")
    if wins is not True and wins is not False:
        raise Wrong(f"'wins': wanted True or False, got {wins!r}.")
    so_far = f"'wins': a gap of {gap:.2f}, and a standard error of {error:.2f}"
    if wins and gap <= 2 * error:
        raise Wrong(f"{so_far}. On this evidence the two cannot be told apart.")
    if not wins and gap > 2 * error:
        raise Wrong(f"{so_far}. The gap is more than twice its error: claim it.")
