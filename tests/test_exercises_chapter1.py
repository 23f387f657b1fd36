"""The checks of chapter 1's exercises: right answers, slips and rubbish."""

import numpy as np
import pytest
from verdicts import verdict


def pair_table(ids, V, start=0.0):
    table = np.full((V, V), start)
    np.add.at(table, (ids[:-1], ids[1:]), 1)
    return table


def by_rows(table):
    return table / table.sum(axis=1, keepdims=True)


def surprise(p, ids):
    return -np.log(p[ids[:-1], ids[1:]]).mean()


def read_back(vectors, chars):
    return "".join(chars[k] for k in vectors.argmax(axis=-1))


def best_share(a, V):
    return (1 - a) * V / (V - 1)


def bigram_loss(train, test, V, alpha):
    return surprise(by_rows(pair_table(train, V, alpha)), test)


def backward_loss(ids, V):
    return surprise(by_rows(pair_table(ids[::-1], V)), ids[::-1])


SOLUTIONS = {
    "1.1": read_back,
    "1.2": best_share,
    "1.3": bigram_loss,
    "1.4": backward_loss,
}


def counted_once(train, test, V, alpha):
    table = np.full((V, V), alpha)
    table[train[:-1], train[1:]] += 1
    return surprise(by_rows(table), test)


def columns_normalised(train, test, V, alpha):
    table = pair_table(train, V, alpha)
    return surprise(table / table.sum(axis=0), test)


def short_denominator(train, test, V, alpha):
    table = pair_table(train, V)
    total = table.sum(axis=1, keepdims=True) + alpha
    return surprise((table + alpha) / total, test)


def of_all_pairs(train, test, V, alpha):
    table = pair_table(train, V, alpha)
    return surprise(table / table.sum(), test)


def transposed(train, test, V, alpha):
    return surprise(by_rows(pair_table(train, V, alpha)).T, test)


def pair_surprise(ids, V):
    table = pair_table(ids, V)
    return surprise(table / table.sum(), ids)


def search_share(a, V, step=0.001):
    s = np.arange(step, 1 + step / 2, step)[:, None]
    a = np.reshape(a, -1)
    loss = -a * np.log(1 - s + s / V) - (1 - a) * np.log(s / V)
    return s[loss.argmin(axis=0), 0] if a.size > 1 else s[loss.argmin(), 0]


def lowest_loss(a, V):
    return -a * np.log(a) - (1 - a) * np.log((1 - a) / (V - 1))


def sums_of_the_first(ids, V):
    table = pair_table(ids, V)
    x, y = ids[:-1], ids[1:]
    return -np.log(table[x, y] / table.sum(axis=0)[x]).mean()


def back_counted_once(ids, V):
    table = np.zeros((V, V))
    table[ids[:-1], ids[1:]] += 1
    return -np.log((table / table.sum(axis=0))[ids[:-1], ids[1:]]).mean()


def alpha_at_the_zeros(train, test, V, alpha):
    table = pair_table(train, V)
    table[table == 0] = alpha
    return surprise(by_rows(table), test)


def alpha_after(train, test, V, alpha, total=1):
    with np.errstate(invalid="ignore"):
        return surprise((by_rows(pair_table(train, V)) + alpha) / total, test)


def mean_first(train, test, V, alpha):
    p = by_rows(pair_table(train, V, alpha))
    return -np.log(p[test[:-1], test[1:]].mean())


def test_with_itself(train, test, V, alpha):
    p = by_rows(pair_table(train, V, alpha))
    return -np.log(p[test, test]).mean()


test_with_itself.__test__ = False


def entropy_of_rows(train, test, V, alpha):
    p = by_rows(pair_table(train, V, alpha))
    return -(p * np.log(p)).sum(axis=1).mean()


SLIPS = [
    ("1.1", lambda x, chars: "".join(chars[k] for k in x.argmax()), "axis=-1"),
    ("1.1", lambda x, chars: read_back(x.T, chars), "along the last axis"),
    ("1.1", lambda x, chars: read_back(x, sorted(chars)), "sorted order"),
    ("1.1", lambda x, chars: x.argmax(axis=-1), "look each up in chars"),
    ("1.1", lambda x, chars: list(read_back(x, chars)), "join them"),
    ("1.1", lambda x, chars: read_back(x, chars)[::-1], "backwards"),
    ("1.1", lambda x, chars: read_back(x, chars)[:-1], "stand for"),
    ("1.1", lambda x, chars: "a", "stand for"),
    ("1.1", lambda x, chars: "a" * len(x), "your function gives"),
    ("1.2", lambda a, V: 1 - a, "a little larger"),
    ("1.2", lambda a, V: (1 - a) / (V - 1), "Multiply by V"),
    ("1.2", lambda a, V: a, "probability of the favourite"),
    ("1.2", lambda a, V: (1 - a) * (V - 1) / V, "other way round"),
    ("1.2", lambda a, V: 0 * a, "is not at its lowest there"),
    ("1.2", lambda a, V: (1 - a) * (V + 1) / V, "is not at its lowest there"),
    ("1.2", search_share, "Nearly: that looks like a search"),
    ("1.2", lambda *a: search_share(*a, 0.01), "Nearly: that looks like a search"),
    ("1.2", lowest_loss, "the loss at the minimum"),
    ("1.3", lambda *args: np.exp(bigram_loss(*args)), "perplexity; wanted nats"),
    ("1.3", lambda *args: -bigram_loss(*args), "The sign"),
    ("1.3", lambda r, s, V, alpha: bigram_loss(r, r, V, alpha), "Score test"),
    ("1.3", lambda r, s, V, alpha: bigram_loss(r, s, V, 0), "not finite"),
    ("1.3", lambda r, s, V, alpha: bigram_loss(r, s, V, 2 * alpha), "by hand"),
    ("1.3", entropy_of_rows, "With train = [1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1] and"),
    ("1.3", alpha_at_the_zeros, "only where the count is 0"),
    ("1.3", alpha_after, "no longer sum to 1"),
    (
        "1.3",
        lambda r, s, V, alpha: alpha_after(r, s, V, alpha, 1 + alpha * V),
        "to the probabilities. Add it to the counts",
    ),
    ("1.3", mean_first, "mean probability"),
    ("1.3", test_with_itself, "with itself"),
    (
        "1.3",
        lambda r, s, V, alpha: bigram_loss(np.append(r, s), s, V, alpha),
        "count test as well",
    ),
    (
        "1.3",
        lambda r, s, V, alpha: bigram_loss(r, s, V, alpha) * (len(s) - 1),
        "sum over the pairs",
    ),
    ("1.3", lambda r, s, V, alpha: bigram_loss(r, s, V, alpha) / np.log(2), "bits"),
    ("1.3", counted_once, "np.add.at"),
    ("1.3", columns_normalised, "normalise over the second"),
    ("1.3", short_denominator, "alpha * V"),
    ("1.3", of_all_pairs, "number of all pairs"),
    ("1.3", transposed, "transposed"),
    ("1.4", lambda ids, V: backward_loss(ids[::-1], V), "left to right"),
    ("1.4", pair_surprise, "surprise at the whole pair"),
    ("1.4", lambda ids, V: backward_loss(ids, V) * (len(ids) - 1), "sum over"),
    ("1.4", lambda ids, V: backward_loss(ids, V) / np.log(2), "bits"),
    ("1.4", lambda ids, V: np.exp(backward_loss(ids, V)), "perplexity; wanted nats"),
    ("1.4", lambda ids, V: -backward_loss(ids, V), "The sign"),
    ("1.4", sums_of_the_first, "belong to the second character"),
    ("1.4", back_counted_once, "np.add.at"),
    ("1.4", lambda ids, V: 1.0, "wanted"),
]


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_the_solution_is_right(capsys, exercise):
    out = verdict(capsys, exercise, SOLUTIONS[exercise])
    assert out.startswith(f"Exercise {exercise}: right.")


def test_the_result_of_the_experiment_is_left_to_the_reader(capsys):
    out = verdict(capsys, "1.4", backward_loss)
    assert "compare with your prediction" in out
    assert "2.02" not in out


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_the_stub_is_not_attempted(capsys, exercise):
    out = verdict(capsys, exercise, lambda *args: ...)
    assert out == f"Exercise {exercise}: not attempted yet.\n"


@pytest.mark.parametrize(("exercise", "answer", "hint"), SLIPS)
def test_a_usual_slip_gets_its_hint(capsys, exercise, answer, hint):
    out = verdict(capsys, exercise, answer)
    assert out.startswith(f"Exercise {exercise}: not yet.")
    assert hint in out


RUBBISH = [None, "", "x", [], {}, object(), np.nan, np.zeros((2, 2)), 1j, [[1], [1, 2]]]


@pytest.mark.parametrize("exercise", SOLUTIONS)
@pytest.mark.parametrize("rubbish", RUBBISH, ids=lambda value: type(value).__name__)
def test_rubbish_gets_a_line(capsys, exercise, rubbish):
    assert "not yet." in verdict(capsys, exercise, lambda *args: rubbish)


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_an_answer_that_raises_gets_a_line(capsys, exercise):
    def answer(*args):
        raise RuntimeError("oops")

    assert "raised RuntimeError: oops" in verdict(capsys, exercise, answer)


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_a_check_can_be_repeated(capsys, exercise):
    first = verdict(capsys, exercise, SOLUTIONS[exercise])
    assert verdict(capsys, exercise, SOLUTIONS[exercise]) == first
