"""The checks of the capstone's exercises: right answers, slips and rubbish."""

from collections import Counter

import numpy as np
import pytest
from verdicts import verdict


def table_bits(ids, cut, n, V, known=None, bits=True):
    p = np.full(len(ids) - cut, 1 / V)
    ids = [int(k) for k in ids]
    for m in range(1, n + 1):
        grams = [tuple(ids[k - m + 1 : k + 1]) for k in range(m - 1, known or cut)]
        counts, totals = Counter(grams), Counter(gram[:-1] for gram in grams)
        kinds = Counter(gram[:-1] for gram in counts)
        for k in range(cut, len(ids)):
            context = tuple(ids[k - m + 1 : k])
            d = max(kinds[context], 1)
            here = counts[(*context, ids[k])] + d * p[k - cut]
            p[k - cut] = here / (totals[context] + d)
    return -np.log2(p) if bits else p


def unblended(ids, cut, n, V):
    grams = [tuple(ids[k - n + 1 : k + 1]) for k in range(n - 1, len(ids))]
    counts = Counter(grams[: cut - n + 1])
    totals = Counter(gram[:-1] for gram in grams[: cut - n + 1])
    p = [counts[g] / max(totals[g[:-1]], 1) for g in grams[cut - n + 1 :]]
    with np.errstate(divide="ignore"):
        return -np.log2(p)


def flat(distinct):
    """Return a table that takes another number for the different characters."""

    def answer(ids, cut, n, V, orders=None):
        p = np.full(len(ids) - cut, 1 / V)
        for m in orders or range(1, n + 1):
            grams = Counter(tuple(ids[k - m + 1 : k + 1]) for k in range(m - 1, cut))
            for k in range(cut, len(ids)):
                context = tuple(ids[k - m + 1 : k])
                after = [grams[gram] for gram in grams if gram[:-1] == context]
                d = distinct(max(len(after), 1))
                here = grams[(*context, ids[k])] + d * p[k - cut]
                p[k - cut] = here / (sum(after) + d)
        return -np.log2(p)

    return answer


def at_once(ids, cut, n, V):
    return flat(lambda kinds: kinds)(ids, cut, n, V, orders=[n])


def spoilt_from(first):
    return lambda ids, cut, n, V: table_bits(ids, cut, n, V) + 0.1 * (n >= first)


def contexts(last=0, seen=None):
    """Return a table whose contexts, counted or seen, begin and end elsewhere."""

    def answer(ids, cut, n, V):
        ids, p = [int(k) for k in ids], np.full(len(ids) - cut, 1 / V)
        first, end = seen or (0, last)
        for m in range(1, n + 1):
            counts = {}
            for k in range(m - 1, cut):
                after = counts.setdefault(tuple(ids[k - m + 1 : k + last]), Counter())
                after[ids[k]] += 1
            for k in range(cut, len(ids)):
                after = counts.get(tuple(ids[k - m + 1 + first : k + end]), Counter())
                d = max(len(after), 1)
                here = after[ids[k]] + d * p[k - cut]
                p[k - cut] = here / (sum(after.values()) + d)
        return -np.log2(p)

    return answer


def shifts_ids(ids, cut, n, V):
    bits = table_bits(ids, cut, n, V)
    ids -= 1
    return bits


def any_seed(bits):
    best = min(bits, key=lambda size: np.median(bits[size]))
    return min(size for size in bits if min(bits[size]) <= max(bits[best]))


def strictly(bits):
    best = min(bits, key=lambda size: np.median(bits[size]))
    limit = max(bits[best])
    return min(s for s in bits if np.median(bits[s]) < limit or s == best)


def sorts_in_place(bits):
    for scores in bits.values():
        scores.sort()
    return choose_size(bits)


def rounded(*places):
    return lambda t, m: tuple(map(round, gap_and_error(t, m), places))


def subtracts_in_place(table, model):
    table -= model
    return gap_and_error(table, np.zeros(len(table)))


def choose_size(bits, middle=np.median):
    best = min(bits, key=lambda size: middle(bits[size]))
    limit = max(bits[best])
    return min(size for size in bits if middle(bits[size]) <= limit)


def starts_from_means(bits):
    best = min(bits, key=lambda size: np.mean(bits[size]))
    return min(s for s in bits if np.median(bits[s]) <= max(bits[best]))


def compares_means(bits):
    best = min(bits, key=lambda size: np.median(bits[size]))
    return min(s for s in bits if np.mean(bits[s]) <= max(bits[best]))


def lowest(score):
    return lambda bits: min(bits, key=lambda size: score(bits[size]))


def gap_and_error(table, model, ddof=1):
    gap = table - model
    return gap.mean(), gap.std(ddof=ddof) / np.sqrt(len(gap))


def with_error(error):
    return lambda table, model: (np.mean(table - model), error(table, model))


REPORT = {
    "characters": 2000,
    "distinct": 30,
    "validation": {8: [3.0] * 5, 16: [2.0, 2.1, 1.9, 2.0, 2.2], 32: [2.1] * 5},
    "size": 16,
    "tables": {1: 4.0, 2: 3.0, 3: 2.5},
    "test": [2.2, 2.3, 2.1, 2.2, 2.4],
    "gap": 0.3,
    "error": 0.1,
    "wins": True,
    "copy": 12,
    "chance": 4,
}

SOLUTIONS = {
    "capstone.1": table_bits,
    "capstone.2": choose_size,
    "capstone.3": gap_and_error,
    "capstone.4": REPORT,
}


def changed(**entries):
    return REPORT | entries


SIX_SEEDS = changed(
    validation={8: [3.0] * 6, 16: [2.0, 2.1, 1.9, 2.0, 2.2, 2.1], 32: [2.1] * 6},
    test=[2.2, 2.3, 2.1, 2.2, 2.4, 2.3],
    error=0.05,
)

EXACT = changed(
    tables={1: 4.01234, 2: 3.01234, 3: 2.51234},
    test=[2.21111, 2.32222, 2.12345, 2.22345, 2.41111],
    gap=2.51234 - 2.22345,
)

BEHIND = changed(gap=-0.4, tables={1: 4.0, 2: 3.0, 3: 1.8}, error=0.1)

SLIPS = [
    (
        "capstone.1",
        lambda ids, cut, n, V: table_bits(ids, cut, n, V, known=len(ids)),
        "counted the whole text",
    ),
    ("capstone.1", lambda *a: table_bits(*a) * np.log(2), "in nats"),
    ("capstone.1", lambda *a: -table_bits(*a), "sign is turned"),
    ("capstone.1", lambda *a: table_bits(*a, bits=False), "Those are probabilities"),
    (
        "capstone.1",
        lambda ids, cut, n, V: table_bits(ids, cut, n + 1, V),
        "counts the character itself",
    ),
    (
        "capstone.1",
        lambda ids, cut, n, V: table_bits(ids, cut, max(n - 1, 1), V),
        "too short",
    ),
    ("capstone.1", unblended, "infinitely many bits"),
    ("capstone.1", flat(lambda kinds: 1), "seen after the context, not 1"),
    ("capstone.1", at_once, "not with 1/V at once"),
    ("capstone.1", flat(lambda kinds: 2 * kinds), "n = 1 is wrong already: the mean"),
    ("capstone.1", spoilt_from(2), "n = 1 is right; look at how order 2 is blended"),
    ("capstone.1", spoilt_from(3), "n = 2 is right; look at how order 3 is blended"),
    ("capstone.1", lambda *a: table_bits(*a).mean(), "for each of the 30 characters"),
    ("capstone.1", contexts(last=1), "Your context holds the character that is to"),
    ("capstone.1", contexts(seen=(1, 1)), "look up ids[k - m + 2 : k + 1]. Look up"),
    ("capstone.1", contexts(seen=(-1, -1)), "look up ids[k - m : k - 1]. Look up"),
    ("capstone.1", contexts(seen=(0, 1)), "Every surprise is log2 V"),
    (
        "capstone.1",
        lambda ids, cut, n, V: np.full(len(ids) - cut, np.log2(V)),
        "Every surprise is log2 V",
    ),
    ("capstone.1", shifts_ids, "changed ids, which it was given"),
    ("capstone.2", max, "the largest size"),
    ("capstone.2", lowest(np.median), "chance can explain"),
    ("capstone.2", lowest(min), "One lucky seed says little"),
    ("capstone.2", any_seed, "best seed of 4 is no worse than the worst of 64, but"),
    ("capstone.2", strictly, "median of 8 is exactly as high as the worst seed of 16"),
    ("capstone.2", sorts_in_place, "changed bits, which it was given"),
    ("capstone.2", lambda bits: choose_size(bits, np.mean), "one bad seed spoils"),
    ("capstone.2", compares_means, "one bad seed spoils a mean"),
    ("capstone.2", starts_from_means, "16 has the lowest median"),
    ("capstone.2", min, "turned round"),
    ("capstone.2", lambda bits: min(map(np.median, bits.values())), "Return a key"),
    ("capstone.3", lambda t, m: gap_and_error(m, t), "Turned round"),
    ("capstone.3", lambda t, m: (np.sum(t - m), 0.1), "the sum of the gaps"),
    ("capstone.3", lambda t, m: (np.median(t - m), 0.1), "the median of the gaps"),
    ("capstone.3", lambda t, m: (np.abs(t - m).mean(), 0.1), "dropped the signs"),
    ("capstone.3", lambda t, m: (abs(np.mean(t - m)), gap_and_error(t, m)[1]), "sign:"),
    ("capstone.3", rounded(2, 9), "That is the mean, rounded to 2 places."),
    ("capstone.3", rounded(4, 9), "That is the mean, rounded to 4 places."),
    ("capstone.3", rounded(16, 3), "That is the error, rounded to 3 places."),
    ("capstone.3", subtracts_in_place, "changed table, which it was given: -="),
    ("capstone.3", lambda t, m: gap_and_error(t, m, 0), "ddof=1"),
    (
        "capstone.3",
        with_error(lambda t, m: np.std(t - m, ddof=1)),
        "spread of single characters",
    ),
    (
        "capstone.3",
        with_error(lambda t, m: np.std(t - m, ddof=1) / len(t)),
        "square root of n, not by n",
    ),
    (
        "capstone.3",
        with_error(
            lambda t, m: np.sqrt((t.var(ddof=1) + m.var(ddof=1)) / len(t)),
        ),
        "as independent",
    ),
    ("capstone.3", lambda t, m: np.mean(t - m), "Wanted two numbers"),
    ("capstone.4", {k: v for k, v in REPORT.items() if k != "gap"}, "no 'gap'"),
    ("capstone.4", changed(validation={16: [2.0] * 5}), "three sizes"),
    (
        "capstone.4",
        changed(validation=REPORT["validation"] | {8: [3.0]}),
        "fewer than five seeds",
    ),
    ("capstone.4", changed(size=32), "it is 16, not 32"),
    ("capstone.4", changed(test=2.2), "a score for each of the 5 seeds"),
    ("capstone.4", changed(tables={1: 4.0}), "at least n = 1, 2 and 3"),
    (
        "capstone.4",
        changed(test=REPORT["validation"][16]),
        "the part not yet used",
    ),
    ("capstone.4", changed(gap=1.2), "'gap': none of your tables less the median of"),
    ("capstone.4", changed(gap=-0.3), "-0.30: that is the negative: table minus"),
    ("capstone.4", changed(gap=0.4), "0.40: that is the best seed, not the median one"),
    ("capstone.4", changed(gap=0.26), "that is the mean of the seeds, not the median"),
    (
        "capstone.4",
        changed(gap=1.8, wins=True),
        "to n = 1, and n = 3 has 1.50 bits less",
    ),
    ("capstone.4", EXACT | {"gap": EXACT["gap"] + 0.005}, "none of your tables"),
    ("capstone.4", changed(error=2.84), "spread of single characters"),
    ("capstone.4", changed(characters=30, distinct=2000), "Are the two swapped?"),
    ("capstone.4", changed(copy=4, chance=12), "Are the two swapped?"),
    ("capstone.4", changed(copy="12"), "'copy': wanted the longest copy"),
    ("capstone.4", changed(copy=12.5), "'copy': wanted a whole number, got 12.5"),
    ("capstone.4", changed(gap=...), "'gap' is still open."),
    (
        "capstone.4",
        changed(tables={1: [4.0, 4.2], 2: 3.0, 3: 2.5}),
        "n = 1 has many numbers",
    ),
    ("capstone.4", changed(error=0.2), "cannot be told apart"),
    ("capstone.4", BEHIND | {"wins": True}, "Say in the report that the table wins."),
    ("capstone.4", BEHIND | {"wins": True, "error": 0.25}, "cannot be told apart"),
    (
        "capstone.4",
        changed(validation={size: np.full((5, 6), 2.0) for size in (8, 16, 32)}),
        "'validation': size 8 has more than one number a seed.",
    ),
    ("capstone.4", changed(tables=[np.float64(1.23456)] * 12), "got a long list."),
    ("capstone.4", lambda: REPORT, "Wanted a dict, got a function."),
    ("capstone.4", changed(wins=False), "claim it"),
    ("capstone.4", changed(wins="yes"), "True or False"),
    ("capstone.4", changed(distinct=4), "Is 'distinct' right?"),
    ("capstone.4", changed(error=0.0), "above 0"),
    ("capstone.4", [1, 2], "Wanted a dict"),
]


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_solution_is_right(capsys, exercise):
    assert ": right. " in verdict(capsys, exercise, SOLUTIONS[exercise])


ALSO_RIGHT = {
    "a table that wins": BEHIND | {"wins": False},
    "a score of each seed in a column": changed(
        validation={s: np.array([v]).T for s, v in REPORT["validation"].items()}
    ),
    "not rounded": EXACT,
    "wins as NumPy has it": changed(wins=np.bool_(True)),
    "a median that is a float": changed(copy=12.0),
    "rounded each by itself": changed(gap=0.31),
    "six seeds, the lower of the middle two": SIX_SEEDS | {"gap": 0.3},
    "six seeds, the higher of the middle two": SIX_SEEDS | {"gap": 0.2},
}


@pytest.mark.parametrize("case", ALSO_RIGHT)
def test_other_ways_to_report_are_right(capsys, case):
    assert ": right. " in verdict(capsys, "capstone.4", ALSO_RIGHT[case])


def test_a_chosen_size_is_to_be_compared(capsys):
    said = verdict(capsys, "capstone.2", choose_size)
    assert "choose_size(validation): is it the size you wrote down?" in said


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_stub_is_not_attempted(capsys, exercise):
    stub = {
        "capstone.4": dict.fromkeys(REPORT, ...),
    }.get(exercise, lambda *args: ...)
    assert verdict(capsys, exercise, stub).endswith(": not attempted yet.\n")


@pytest.mark.parametrize(("exercise", "answer", "hint"), SLIPS)
def test_slip_gets_its_hint(capsys, exercise, answer, hint):
    said = verdict(capsys, exercise, answer)
    assert ": not yet. " in said
    assert hint in said


RUBBISH = [None, "text", 3.0, [], (1, 2), np.zeros((2, 3)), np.nan, {}]


@pytest.mark.parametrize("exercise", SOLUTIONS)
@pytest.mark.parametrize("answer", RUBBISH, ids=str)
def test_rubbish_never_raises(capsys, exercise, answer):
    assert ": not yet. " in verdict(capsys, exercise, answer)
    if exercise != "capstone.4":
        assert ": not yet. " in verdict(capsys, exercise, lambda *args: answer)


@pytest.mark.parametrize("key", REPORT)
@pytest.mark.parametrize("value", [None, "text", [], {}, np.nan], ids=str)
def test_rubbish_in_a_report_never_raises(capsys, key, value):
    said = verdict(capsys, "capstone.4", changed(**{key: value}))
    assert ": not yet. " in said
    assert key in said


def test_the_verdict_on_a_report_says_what_it_cannot_see(capsys):
    said = verdict(capsys, "capstone.4", REPORT)
    assert "What check cannot see: whether you counted rightly" in said
