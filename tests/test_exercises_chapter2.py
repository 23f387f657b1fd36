"""The checks of chapter 2's exercises: right answers, slips and rubbish."""

import numpy as np
import pytest
from verdicts import verdict

from lstm_core import half_life, sigmoid


def is_letter(text):
    return np.array([float(char != " ") for char in text])


def word_length_dials(text):
    return (is_letter(text),) * 3


def bias_for_half_life(n):
    return -np.log(2.0 ** (1 / n) - 1)


def squash(a, order="ifgo", gate=sigmoid, candidate=np.tanh, axis=-1):
    blocks = dict(zip(order, np.split(a, 4, axis=axis), strict=True))
    functions = {"i": gate, "f": gate, "g": candidate, "o": gate}
    return tuple(functions[key](blocks[key]) for key in "ifgo")


def scores(x, h, params):
    return x @ params["weight_ih"].T + h @ params["weight_hh"].T + params["bias"]


def batched_gates(x, h, params, **choices):
    return squash(scores(x, h, params), **choices)


def first(hits):
    places = np.flatnonzero(hits)
    return places[0] + 1 if places.size else np.inf


def steps_to_half(f):
    return first(np.cumprod(f) <= 0.5)


SOLUTIONS = {
    "2.1": word_length_dials,
    "2.2": bias_for_half_life,
    "2.3": batched_gates,
    "2.4": steps_to_half,
}


def by_sigmoid(text, score):
    return (sigmoid(score * (2 * is_letter(text) - 1)),) * 2 + (is_letter(text),)


# Other right answers.
VARIANTS = [
    ("2.1", lambda text: [is_letter(text), np.ones(len(text)), is_letter(text)]),
    ("2.1", lambda text: ([char != " " for char in text],) * 3),
    ("2.1", lambda text: by_sigmoid(text, 10)),
    ("2.1", lambda text: by_sigmoid(text, 20)),
    ("2.1", lambda text: (*(is_letter(text),) * 2, np.tanh(5 * is_letter(text)))),
    ("2.2", lambda n: -np.log(np.expm1(np.log(2) / n))),
    ("2.3", lambda x, h, params: np.array(batched_gates(x, h, params))),
    ("2.4", lambda f: float(steps_to_half(f))),
]


def always_keeps(text):
    return np.ones(len(text)), is_letter(text), is_letter(text)


def counts_spaces(text):
    ones = np.ones(len(text))
    return is_letter(text), ones, ones


def never_keeps(text):
    return 0 * is_letter(text), is_letter(text), is_letter(text)


def keeps_at_spaces(text):
    return 1 - is_letter(text), is_letter(text), is_letter(text)


def forgets_late(text):
    letter = is_letter(text)
    before = np.concatenate([[1.0], letter[:-1]])
    return np.where(letter, before, 1.0), letter, letter


def only_alphabet(text):
    dial = np.array([float(char.isalpha()) for char in text])
    keep = np.array([float(char != " ") for char in text])
    return dial, keep, dial


def columns(x, h, params):
    a = params["weight_ih"] @ x + params["weight_hh"] @ h + params["bias"]
    return squash(a)


def columns_turned(x, h, params):
    a = params["weight_ih"] @ x.T + params["weight_hh"] @ h.T + params["bias"]
    return squash(a)


def writes_into_h(x, h, params):
    h += 1
    return batched_gates(x, h - 1, params)


def turned(x, h, params):
    wide = x.shape[1] == len(params["bias"])
    W = params["weight_ih"] if wide else params["weight_ih"].T
    return squash(x @ W + h @ params["weight_hh"].T + params["bias"])


def woven(x, h, params):
    a = scores(x, h, params)
    return squash(np.concatenate([a[:, k::4] for k in range(4)], axis=-1))


def along_the_batch(x, h, params):
    a = scores(x, h, params)
    return batched_gates(x, h, params) if len(a) % 4 else squash(a, axis=0)


def without(name, x, h, params):
    return batched_gates(x, h, params | {name: 0 * params[name]})


def shared_bias(x, h, params):
    H = h.shape[1]
    return batched_gates(x, h, params | {"bias": np.tile(params["bias"][:H], 4)})


def another_order(order, *args):
    gates = dict(zip("ifgo", batched_gates(*args), strict=True))
    return tuple(gates[key] for key in order)


def search_bias(n):
    grid = np.linspace(-5, 10, 20001)
    with np.errstate(divide="ignore"):
        lives = half_life(sigmoid(grid))
    return grid[np.abs(lives - np.reshape(n, (*np.shape(n), 1))).argmin(axis=-1)]


def mean_of_half_lives(f):
    with np.errstate(divide="ignore"):
        return half_life(f).mean()


def only_inside_if(f):
    below = np.flatnonzero(np.cumprod(f) <= 0.5)
    if below.size:
        return below[0] + 1
    return None


def walks_to_the_end(f):
    left, t = 1.0, 0
    while left > 0.5:
        left *= f[t]
        t += 1
    return t


def mean_gate(f):
    with np.errstate(divide="ignore"):
        return half_life(f.mean())


def writes_into_f(f):
    np.cumprod(f, out=f)
    return first(f <= 0.5)


SLIPS = [
    ("2.1", always_keeps, "never goes back to 0"),
    ("2.1", always_keeps, "The first of the three arrays is f"),
    ("2.1", lambda text: by_sigmoid(text, 5), "Nearly. For 'to be' c becomes [0.99"),
    ("2.1", lambda text: by_sigmoid(text, 8.5), "Use dials closer to 0 and 1"),
    ("2.1", lambda text: (np.ones(len(text)),) * 3, "every character"),
    ("2.1", counts_spaces, "space itself is counted"),
    ("2.1", never_keeps, "swap keep and forget"),
    ("2.1", keeps_at_spaces, "swap keep and forget"),
    ("2.1", forgets_late, "one character too late"),
    ("2.1", only_alphabet, "A comma or a dash counts as a letter too"),
    ("2.1", lambda text: only_alphabet(text)[:1] * 3, "A comma or a dash counts"),
    ("2.1", lambda text: is_letter(text), "three arrays"),
    ("2.1", lambda text: (1.0, 1.0, 1.0), "In f, for 'to be'"),
    (
        "2.1",
        lambda text: (is_letter(text), is_letter(text), 2 * is_letter(text)),
        "g lea",
    ),
    ("2.1", lambda text: (0.5 * is_letter(text),) * 3, "What must happen to c"),
    ("2.2", lambda n: 2.0 ** (-1 / n), "undo the sigmoid"),
    ("2.2", lambda n: -bias_for_half_life(n), "sign"),
    ("2.2", lambda n: -np.log(np.expm1(1 / n)), "1/e is left"),
    ("2.2", lambda n: np.log(n / np.log(2)), "keep all terms"),
    ("2.2", lambda n: -np.log(2) / n, "whole sigmoid"),
    ("2.2", lambda n: 1 / (2.0 ** (1 / n) - 1), "One logarithm is missing"),
    ("2.2", lambda n: 2 ** (1 / n) - 1, "That is e^(-b). Take the logarithm."),
    ("2.2", lambda n: 0 * n + 1, "Try half_life"),
    ("2.2", search_bias, "Nearly: close, but not exact"),
    ("2.2", lambda n: np.round(bias_for_half_life(n), 2), "Nearly: close, but not"),
    ("2.2", lambda n: bias_for_half_life(np.mean(n)), "shape"),
    ("2.3", lambda *args: batched_gates(*args, order="ifog"), "last two blocks"),
    ("2.3", lambda *args: batched_gates(*args, order="iofg"), "i, o, f, g"),
    ("2.3", lambda *args: batched_gates(*args, candidate=sigmoid), "needs a sign"),
    ("2.3", lambda *args: batched_gates(*args, gate=np.tanh), "Only the candidate"),
    (
        "2.3",
        lambda *args: batched_gates(*args, gate=np.array, candidate=np.array),
        "pre-activations",
    ),
    ("2.3", lambda *args: without("bias", *args), "bias is missing"),
    ("2.3", lambda *args: without("weight_hh", *args), "h is not used"),
    ("2.3", lambda *args: without("weight_ih", *args), "x is not used"),
    ("2.3", columns, "Here B = 3, D = 8 and H = 2. Examples are rows here."),
    ("2.3", columns_turned, "Here B = 3, D = 8 and H = 2. Examples are rows here."),
    ("2.3", lambda x: x, "but 3 were given.\n"),
    ("2.3", lambda *args: [g[0] for g in batched_gates(*args)], "i: wanted the shape"),
    ("2.3", woven, "every fourth row"),
    ("2.3", turned, "the wrong way round"),
    ("2.3", along_the_batch, "split the batch into four"),
    ("2.3", writes_into_h, "changed h,"),
    ("2.3", lambda *args: batched_gates(*args)[:3], "four arrays"),
    ("2.3", lambda *args: batched_gates(*args)[::-1], "another order: i, f, g, o."),
    ("2.3", lambda *args: another_order("ifog", *args), "in another order"),
    ("2.3", lambda *args: [0.5 * a for a in batched_gates(*args)], "i is not right"),
    ("2.3", shared_bias, "the bias of i"),
    ("2.4", lambda f: steps_to_half(f) - 1, "index 0"),
    ("2.4", lambda f: steps_to_half(f) + 1, "no more"),
    ("2.4", lambda f: np.argmax(np.cumprod(f) <= 0.5) + 1, "np.argmax"),
    ("2.4", lambda f: min(steps_to_half(f), len(f)), "it should be np.inf.\n"),
    ("2.4", mean_gate, "mean gate"),
    ("2.4", lambda f: np.ceil(mean_gate(f)), "mean gate"),
    ("2.4", lambda f: first(np.cumprod(f) < 0.5), "exactly half"),
    ("2.4", lambda f: first(f <= 0.5), "single gate"),
    ("2.4", lambda f: first(np.cumsum(1 - f) >= 0.5), "added the losses"),
    ("2.4", lambda f: first(np.cumsum(f) <= 0.5), "You add the gates"),
    ("2.4", mean_of_half_lives, "the mean of the half-lives"),
    ("2.4", only_inside_if, "returned nothing. Is a `return` missing? This happened"),
    ("2.4", only_inside_if, "more than half is left at the end: return np.inf there."),
    ("2.4", lambda f: np.flatnonzero(np.cumprod(f) <= 0.5)[0] + 1, "return np.inf t"),
    ("2.4", walks_to_the_end, "raised IndexError"),
    ("2.4", walks_to_the_end, "more than half is left at the end: return np.inf there"),
    ("2.4", writes_into_f, "changed f,"),
    ("2.4", lambda f: 7, "wanted 15, got 7"),
]


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_the_solution_is_right(capsys, exercise):
    out = verdict(capsys, exercise, SOLUTIONS[exercise])
    assert out.startswith(f"Exercise {exercise}: right.")


@pytest.mark.parametrize(("exercise", "answer"), VARIANTS)
def test_another_right_answer_is_right(capsys, exercise, answer):
    assert ": right." in verdict(capsys, exercise, answer)


def test_the_result_of_the_experiment_is_left_to_the_reader(capsys):
    out = verdict(capsys, "2.4", steps_to_half)
    assert "compare with your prediction" in out
    assert " 6 steps" not in out


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_the_stub_is_not_attempted(capsys, exercise):
    out = verdict(capsys, exercise, lambda *args: ...)
    assert out == f"Exercise {exercise}: not attempted yet.\n"


@pytest.mark.parametrize(("exercise", "answer", "hint"), SLIPS)
def test_a_usual_slip_gets_its_hint(capsys, exercise, answer, hint):
    out = verdict(capsys, exercise, answer)
    assert out.startswith(f"Exercise {exercise}: not yet.")
    assert hint in out


RUBBISH = [
    None, "", "x", [], {}, object(), np.nan, np.zeros((2, 2)), 1j, [[1], [1, 2]],
    (None, None, None), ("a", "b", "c", "d"), (1, [2, [3]], 4, 5), -1.0,
    ([2, [3]],) * 4, ([2, [3]],) * 3, (np.full(5, 1j),) * 3, np.ones((4, 3, 2)),
]  # fmt: skip


@pytest.mark.parametrize("exercise", SOLUTIONS)
@pytest.mark.parametrize("rubbish", RUBBISH, ids=range(len(RUBBISH)))
def test_rubbish_gets_a_line(capsys, exercise, rubbish):
    assert "not yet." in verdict(capsys, exercise, lambda *args: rubbish)


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_an_answer_that_raises_gets_a_line(capsys, exercise):
    def answer(*args):
        raise RuntimeError("oops")

    assert "raised RuntimeError: oops" in verdict(capsys, exercise, answer)


@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_a_check_can_be_repeated(capsys, exercise):
    first_time = verdict(capsys, exercise, SOLUTIONS[exercise])
    assert verdict(capsys, exercise, SOLUTIONS[exercise]) == first_time
