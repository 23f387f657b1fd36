import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lstm_core import (
    CharLSTM,
    Vocabulary,
    apply_temperature,
    beam_search,
    choose,
    draw,
    entropy,
    greedy,
    keep_top_k,
    keep_top_p,
    log_softmax,
    softmax,
)


def logits_of(dtype):
    width = np.dtype(dtype).itemsize * 8
    return arrays(dtype, st.integers(1, 9), elements=st.floats(-1e4, 1e4, width=width))


any_logits = st.one_of(logits_of(np.float32), logits_of(np.float64))
LOGITS = np.array([0.5, 2.0, -1.0, 1.0])


@given(any_logits, st.floats(1e-300, 1e300))
def test_probabilities_sum_to_one_at_any_temperature(logits, temperature):
    probs = softmax(apply_temperature(logits, temperature))
    assert probs.sum() == pytest.approx(1, rel=1e-5)


@given(any_logits)
def test_temperature_to_zero_is_greedy(logits):
    top = np.sort(logits)
    assume(len(top) == 1 or top[-1] > top[-2])
    probs = softmax(apply_temperature(logits, 1e-300))
    assert probs.argmax() == greedy(logits)
    assert probs.max() == 1


def test_the_smallest_of_all_temperatures_is_greedy():
    cold = apply_temperature(LOGITS, np.nextafter(0, 1))
    assert cold.tolist() == [-np.inf, 0, -np.inf, -np.inf]


@given(any_logits, st.integers(0, 99))
def test_temperature_zero_is_greedy(logits, seed):
    rng = np.random.default_rng(seed)
    assert choose(logits, rng=rng, temperature=0.0) == greedy(logits)
    assert choose(logits) == greedy(logits)


def test_temperature_one_changes_nothing():
    np.testing.assert_allclose(softmax(apply_temperature(LOGITS, 1)), softmax(LOGITS))


@given(logits_of(np.float64))
def test_a_higher_temperature_is_more_uncertain(logits):
    ladder = [entropy(softmax(apply_temperature(logits, t))) for t in (0.1, 0.5, 1, 9)]
    assert all(a <= b + 1e-9 for a, b in itertools.pairwise(ladder))


@given(any_logits)
def test_top_k_of_all_is_plain(logits):
    for k in (len(logits), len(logits) + 5):
        np.testing.assert_array_equal(keep_top_k(logits, k), logits)


@given(any_logits, st.integers(1, 12))
def test_top_k_keeps_the_k_largest(logits, k):
    kept = keep_top_k(logits, k)
    assert kept.dtype == logits.dtype
    inside = np.isfinite(kept)
    assert inside.sum() == min(k, len(logits))
    np.testing.assert_array_equal(kept[inside], logits[inside])
    if not inside.all():
        assert logits[inside].min() >= logits[~inside].max()


def test_of_equal_scores_the_first_is_kept():
    assert greedy([1.0, 3.0, 3.0]) == 1
    flat = np.zeros(4)
    for kept in (keep_top_k(flat, 2), keep_top_p(flat, 0.5), keep_top_p(flat, 0.3)):
        assert np.flatnonzero(np.isfinite(kept)).tolist() == [0, 1]


def test_of_many_equal_scores_the_first_are_kept():
    logits = np.tile([0.0, 2.0, 1.0], 60)  # by rank: 60 twos, 60 ones, 60 zeros
    twos, ones = range(1, 180, 3), range(2, 180, 3)
    wanted = sorted([*twos, *ones[:20]])
    before = 60 * np.exp(2) + 19.5 * np.exp(1)  # half of the last one to be kept
    p = before / (60 * (np.exp(2) + np.exp(1) + 1))
    for kept in (keep_top_k(logits, 80), keep_top_p(logits, p)):
        assert np.flatnonzero(np.isfinite(kept)).tolist() == wanted


@given(any_logits, st.floats(0.01, 1))
def test_the_nucleus_is_the_smallest_set_that_reaches_p(logits, p):
    probs = softmax(logits.astype(float))
    inside = np.isfinite(keep_top_p(logits, p))
    assert probs[inside].sum() >= p - 1e-12
    assert probs[inside].max() == probs.max()
    least = probs[inside].min()
    assert probs[inside].sum() - least < p  # one fewer does not reach it
    assert (probs[~inside] <= least).all()


def test_nucleus_by_hand():
    logits = np.log([0.1, 0.4, 0.2, 0.3])
    for p, wanted in (
        (0.39, [1]),
        (0.5, [1, 3]),
        (0.8, [1, 2, 3]),
        (1.0, [0, 1, 2, 3]),
    ):
        assert np.flatnonzero(np.isfinite(keep_top_p(logits, p))).tolist() == wanted


def test_draws_follow_the_probabilities():
    rng = np.random.default_rng(5)
    counts = np.bincount([draw(LOGITS, rng) for _ in range(10_000)], minlength=4)
    expected = 10_000 * softmax(LOGITS)
    chi_square = ((counts - expected) ** 2 / expected).sum()
    assert chi_square < 16.3  # 99.9 % of honest draws, 3 degrees of freedom


def test_what_is_ruled_out_is_never_drawn():
    rng = np.random.default_rng(5)
    options = {"temperature": 2.0, "top_k": 3, "top_p": 0.9}
    seen = {choose(LOGITS, rng=rng, **options) for _ in range(500)}
    assert seen == {0, 1, 3}
    assert {draw(np.array([-np.inf, 0, -np.inf]), rng) for _ in range(50)} == {1}


class Loaded(np.random.Generator):
    """A generator whose random() is always the same number."""

    def __init__(self, number):
        super().__init__(np.random.PCG64(0))
        self.number = number

    def random(self):
        return self.number


@given(any_logits)
def test_the_last_number_of_the_wheel_is_a_valid_id(logits):
    assert 0 <= draw(logits, Loaded(np.nextafter(1, 0))) < len(logits)


@pytest.mark.parametrize(
    ("number", "wanted"), [(0.0, 1), (0.25, 1), (0.5, 2), (0.75, 3)]
)
def test_a_sector_of_the_wheel_includes_its_start_and_not_its_end(number, wanted):
    logits = np.log([2, 1, 1])  # sectors [0, 1/2), [1/2, 3/4), [3/4, 1)
    assert draw(np.array([-np.inf, *logits]), Loaded(number)) == wanted


@given(st.integers(0, 999), st.floats(0.1, 3), st.integers(1, 4), st.floats(0.1, 1))
def test_temperature_comes_before_top_k_and_top_k_before_top_p(seed, temperature, k, p):
    filters = {
        "temperature": lambda z: apply_temperature(z, temperature),
        "top_k": lambda z: keep_top_k(z, k),
        "top_p": lambda z: keep_top_p(z, p),
    }
    values = {"temperature": temperature, "top_k": k, "top_p": p}
    for last in range(1, 4):
        names, logits = list(filters)[:last], LOGITS
        for name in names:
            logits = filters[name](logits)
        wanted = draw(logits, np.random.default_rng(seed))
        options = {name: values[name] for name in names}
        assert choose(LOGITS, rng=np.random.default_rng(seed), **options) == wanted


def test_filters_leave_the_logits_as_they_are():
    before = LOGITS.copy()
    for change in (lambda z: keep_top_k(z, 1), lambda z: keep_top_p(z, 0.1)):
        change(LOGITS)
    apply_temperature(LOGITS, 0.5)
    np.testing.assert_array_equal(LOGITS, before)


def test_entropy_of_known_distributions():
    assert entropy([0.25] * 4) == pytest.approx(np.log(4))
    assert str(entropy([1.0, 0.0])) == "0.0"  # and not -0.0
    assert entropy([0.5, 0.5, 0.0]) == pytest.approx(np.log(2))


@pytest.fixture
def opinionated(rng):
    model = CharLSTM(Vocabulary("abc"), 5, seed=2)
    model.params = {k: 2 * rng.normal(size=p.shape) for k, p in model.params.items()}
    return model


def log_prob_of(model, prompt, text):
    """Return the log-probability of ``text`` after ``prompt``, all at once."""
    ids = model.vocabulary.encode(prompt + text)
    log_p = log_softmax(model.forward(ids[:-1, None])[0][:, 0])
    return log_p[np.arange(len(ids) - 1), ids[1:]][len(prompt) - 1 :].sum()


def test_a_wide_beam_finds_the_best_of_all(opinionated):
    every = ["".join(letters) for letters in itertools.product("abc", repeat=4)]
    best = max(every, key=lambda text: log_prob_of(opinionated, "ab", text))
    text, log_prob = opinionated.beam_search("ab", 4, width=81)
    assert text == "ab" + best
    assert log_prob == pytest.approx(log_prob_of(opinionated, "ab", best))


def test_a_beam_of_one_is_greedy(opinionated):
    text, log_prob = opinionated.beam_search("b", 20, width=1)
    assert text == opinionated.generate("b", 20)
    assert log_prob == pytest.approx(log_prob_of(opinionated, "b", text[1:]))


def test_a_wider_beam_is_no_worse_here(opinionated):
    scores = [opinionated.beam_search("c", 6, width)[1] for width in (1, 3, 729)]
    assert scores == sorted(scores)


def test_a_beam_takes_the_first_of_equals_and_no_step_too_many():
    seen = []

    def step(ids, state):
        seen.append(len(ids))
        return np.tile(logits, (len(ids), 1)), state

    logits = np.tile([0.0, 2.0, 1.0], 30)  # the thirty twos are equally good
    start = np.zeros((2, 1, 4))
    ids, log_prob = beam_search(step, logits, start, 3, width=20)
    assert ids.tolist() == [1, 1, 1]
    assert log_prob == pytest.approx(3 * log_softmax(logits)[1])
    assert seen == [20, 20]  # a step for each character but the last


@pytest.mark.parametrize(
    "call",
    [
        greedy,
        lambda logits: apply_temperature(logits, 1),
        lambda logits: keep_top_k(logits, 1),
        lambda logits: keep_top_p(logits, 1),
        lambda logits: draw(logits, np.random.default_rng(0)),
        lambda logits: beam_search(None, logits, None, 1, 1),
    ],
    ids=["greedy", "temperature", "top_k", "top_p", "draw", "beam_search"],
)
def test_logits_are_one_row(call):
    for wrong in (np.ones((2, 2)), np.ones(0)):
        with pytest.raises(ValueError) as caught:
            call(wrong)
        message = f"logits: wanted shape (V,), got {wrong.shape}"
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: greedy([]), "logits: wanted shape (V,), got (0,)"),
        (
            lambda: apply_temperature(LOGITS, 0),
            "temperature: wanted a number in (0, inf), got 0",
        ),
        (
            lambda: choose(LOGITS, temperature=-1),
            "temperature: wanted a number in [0, inf), got -1",
        ),
        (
            lambda: choose(LOGITS, temperature=np.nan),
            "temperature: wanted a number in [0, inf), got nan",
        ),
        (lambda: keep_top_k(LOGITS, 0), "k: wanted a whole number >= 1, got 0"),
        (
            lambda: choose(LOGITS, top_k=1.5),
            "top_k: wanted a whole number >= 1, got 1.5",
        ),
        (lambda: keep_top_p(LOGITS, 0), "p: wanted a number in (0, 1], got 0"),
        (
            lambda: choose(LOGITS, top_p=1.01),
            "top_p: wanted a number in (0, 1], got 1.01",
        ),
        (
            lambda: choose(LOGITS, temperature=1),
            "rng: wanted a numpy.random.Generator, got None",
        ),
        (lambda: draw(LOGITS, 3), "rng: wanted a numpy.random.Generator, got 3"),
        (lambda: entropy("a"), "probs: wanted an array of numbers, got str 'a'"),
        (lambda: entropy([[1.0]]), "probs: wanted shape (V,), got (1, 1)"),
        (
            lambda: beam_search(None, LOGITS, None, 0, 1),
            "length: wanted a whole number >= 1, got 0",
        ),
        (
            lambda: beam_search(None, LOGITS, None, 1, 0),
            "width: wanted a whole number >= 1, got 0",
        ),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message
