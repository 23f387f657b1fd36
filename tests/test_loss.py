from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lstm_core import (
    complex_step_gradient,
    cross_entropy,
    log_softmax,
    nats_to_bits,
    perplexity,
    relative_error,
    softmax,
)

FIXTURES = Path(__file__).parent / "fixtures"


def some_logits(dtype=np.float64):
    width = np.dtype(dtype).itemsize * 8
    number = st.floats(-1e4, 1e4, width=width)
    return arrays(
        dtype, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=number
    )


any_logits = st.one_of(some_logits(np.float32), some_logits())


@given(any_logits)
def test_probabilities_sum_to_one(logits):
    probs = softmax(logits)
    assert probs.dtype == logits.dtype
    assert (probs >= 0).all()
    np.testing.assert_allclose(probs.sum(axis=-1), 1, rtol=1e-6)


@given(some_logits(), st.floats(-1e4, 1e4))
def test_a_shift_of_all_scores_changes_nothing(logits, shift):
    np.testing.assert_allclose(softmax(logits + shift), softmax(logits), atol=1e-10)


@given(any_logits)
def test_log_softmax_is_the_logarithm(logits):
    log_p = log_softmax(logits)
    assert log_p.dtype == logits.dtype
    assert np.isfinite(log_p).all()
    assert (log_p <= 0).all()
    tolerance = 8 * np.finfo(logits.dtype).eps
    np.testing.assert_allclose(np.exp(log_p), softmax(logits), atol=tolerance)


def test_log_softmax_where_softmax_rounds_to_zero():
    assert log_softmax([0.0, -1000.0]).tolist() == [0.0, -1000.0]


def test_softmax_is_its_definition_and_takes_an_axis(rng):
    logits = rng.normal(size=(3, 4))
    powers = np.exp(logits)
    np.testing.assert_allclose(softmax(logits, axis=0), powers / powers.sum(axis=0))
    np.testing.assert_allclose(softmax(logits), (powers.T / powers.sum(axis=1)).T)
    np.testing.assert_allclose(log_softmax(logits, axis=0), np.log(softmax(logits, 0)))


def test_a_score_of_minus_infinity_is_ruled_out():
    assert softmax([0.0, -np.inf, 0.0]).tolist() == [0.5, 0.0, 0.5]


def test_cross_entropy_equals_torch():
    with np.load(FIXTURES / "torch_cross_entropy.npz") as case:
        for reduction in ("mean", "sum"):
            loss, dlogits = cross_entropy(case["logits"], case["targets"], reduction)
            assert loss == pytest.approx(case[reduction].item(), rel=1e-14)
            assert relative_error(dlogits, case[f"d{reduction}"]) < 1e-12


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_gradient_is_of_exactly_this_loss(rng, reduction, masked):
    logits, targets = rng.normal(size=(4, 2, 3)), rng.integers(0, 3, (4, 2))
    mask = rng.random((4, 2)) < 0.6 if masked else None
    _, dlogits = cross_entropy(logits, targets, reduction, mask)
    wanted = complex_step_gradient(
        lambda z: cross_entropy(z, targets, reduction, mask)[0], logits
    )
    assert relative_error(dlogits, wanted) < 1e-13


def test_mask_leaves_out_and_mean_counts_what_is_left(rng):
    logits, targets = rng.normal(size=(5, 3)), rng.integers(0, 3, 5)
    mask = np.array([True, False, True, True, False])
    loss, dlogits = cross_entropy(logits, targets, mask=mask)
    wanted, dwanted = cross_entropy(logits[mask], targets[mask])
    assert loss == pytest.approx(wanted, rel=1e-14)
    np.testing.assert_allclose(dlogits[mask], dwanted)
    assert (dlogits[~mask] == 0).all()


def test_a_uniform_guess_costs_ln_v():
    loss, _ = cross_entropy(np.zeros((6, 32)), np.arange(6))
    assert loss == pytest.approx(np.log(32))
    assert nats_to_bits(loss) == pytest.approx(5)
    assert perplexity(loss) == pytest.approx(32)


@given(any_logits, st.sampled_from(["mean", "sum"]), st.data())
def test_extreme_scores_give_a_finite_loss_and_its_gradient(logits, reduction, data):
    V = logits.shape[1]
    targets = np.array([data.draw(st.integers(0, V - 1)) for _ in logits])
    loss, dlogits = cross_entropy(logits, targets, reduction)
    assert isinstance(loss, float)
    assert loss >= 0
    assert dlogits.dtype == logits.dtype
    wanted = complex_step_gradient(
        lambda z: cross_entropy(z, targets, reduction)[0], logits.astype(np.float64)
    )
    tolerance = 8 * np.finfo(logits.dtype).eps
    np.testing.assert_allclose(dlogits, wanted, rtol=0, atol=tolerance)


def test_single_precision_stays_single(rng):
    logits = rng.normal(size=(5, 3)).astype("f4")
    for mask in (None, np.ones(5, bool)):
        _, dlogits = cross_entropy(logits, np.zeros(5, int), mask=mask)
        assert dlogits.dtype == np.float32


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: cross_entropy(np.zeros((2, 3)), [0, 3]),
            "targets: wanted ids from 0 to 2, got 3",
        ),
        (
            lambda: cross_entropy(np.zeros((2, 3)), [0, 1, 2]),
            "targets: wanted shape (2,), got (3,)",
        ),
        (
            lambda: cross_entropy(np.zeros((2, 3)), [[0], [1]]),
            "targets: wanted 1 axes, got shape (2, 1)",
        ),
        (
            lambda: cross_entropy(np.zeros((2, 3)), [0.0, 1.0]),
            "targets: wanted integer ids, got list [0.0, 1.0]",
        ),
        (
            lambda: cross_entropy(np.zeros((2, 3)), [0, 1], "max"),
            "reduction: wanted 'mean' or 'sum', got 'max'",
        ),
        (
            lambda: cross_entropy(np.zeros((2, 3)), [0, 1], mask=[1, 0]),
            "mask: wanted booleans of shape (2,), got int64 of shape (2,)",
        ),
        (
            lambda: cross_entropy(np.zeros((2, 3)), [0, 1], mask=[True]),
            "mask: wanted booleans of shape (2,), got bool of shape (1,)",
        ),
        (
            lambda: cross_entropy(np.zeros((2, 3)), [0, 1], mask=[False, False]),
            "targets: wanted at least one that counts, got none",
        ),
        (
            lambda: cross_entropy(np.array([[0, np.nan]]), [0]),
            "logits: wanted finite scores, got a loss of nan",
        ),
        (
            lambda: cross_entropy(np.array([[0, -np.inf]]), [1]),
            "logits: wanted finite scores, got a loss of inf",
        ),
        (
            lambda: cross_entropy("a", [0]),
            "logits: wanted an array of numbers, got str 'a'",
        ),
        (lambda: softmax("a"), "logits: wanted an array of numbers, got str 'a'"),
        (
            lambda: log_softmax([None]),
            "logits: wanted an array of numbers, got list [None]",
        ),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message
