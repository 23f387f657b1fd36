import functools

import numpy as np
import pytest

from lstm_core import (
    CharLSTM,
    Vocabulary,
    central_difference_gradient,
    check_gradients,
    complex_step_gradient,
    relative_error,
)


def cube(x):
    return (x**3).sum()


@pytest.mark.parametrize("shape", [(), (4,), (2, 3)])
def test_both_measure_a_known_gradient(rng, shape):
    x = 1 + rng.random(size=shape)
    assert relative_error(complex_step_gradient(cube, x), 3 * x**2) < 1e-15
    assert relative_error(central_difference_gradient(cube, x), 3 * x**2) < 1e-8


def test_the_argument_is_left_as_it_is(rng):
    x = rng.normal(size=3)
    before = x.copy()
    complex_step_gradient(cube, x)
    central_difference_gradient(cube, x)
    np.testing.assert_array_equal(x, before)


def test_central_differences_are_of_second_order():
    errors = [
        relative_error(central_difference_gradient(np.exp, np.array(1.0), eps), np.e)
        for eps in (1e-2, 1e-3)
    ]
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.01)


def test_integers_are_taken_as_numbers():
    np.testing.assert_allclose(complex_step_gradient(cube, [1, 2]), [3, 12])
    np.testing.assert_allclose(central_difference_gradient(cube, [1, 2]), [3, 12])


def test_relative_error_is_scaled_by_what_is_wanted():
    assert relative_error([3.0, 4.0], [3.0, 4.0]) == 0
    assert relative_error([0.0, 0.0], [3.0, 4.0]) == 1
    assert relative_error([6.0, 8.0], [3.0, 4.0]) == 1
    assert relative_error([0.0], [0.0]) == 0
    assert relative_error([0.5], [0.0]) == 0.5


def quadratic(params, factor=1.0):
    """Return a loss and its gradient, the part of "b" multiplied by factor."""
    a, b = params["a"], params["b"]
    loss = (a**2).sum() * b.sum()
    grads = {"a": 2 * a * b.sum(), "b": np.ones_like(b) * (a**2).sum() * factor}
    return loss, grads


@pytest.fixture
def params(rng):
    return {"a": rng.normal(size=(2, 3)), "b": rng.normal(size=4)}


@pytest.mark.parametrize("method", ["complex", "central"])
def test_a_right_gradient_passes(params, method):
    checks = check_gradients(quadratic, params, method=method)
    assert checks.passed
    assert [check.name for check in checks] == ["a", "b"]


@pytest.mark.parametrize("method", ["complex", "central"])
@pytest.mark.parametrize("factor", [1.001, 0.999, -1.0, 0.0])
def test_a_gradient_off_by_a_thousandth_fails(params, method, factor):
    checks = check_gradients(lambda p: quadratic(p, factor), params, method=method)
    assert not checks.passed
    assert [check.passed for check in checks] == [True, False]
    assert checks[1].error == pytest.approx(abs(factor - 1), rel=1e-3)


def test_the_worst_entry_is_named(params):
    def planted(p):
        loss, grads = quadratic(p)
        grads["a"] = grads["a"].copy()
        grads["a"][1, 2] += 5
        return loss, grads

    check, _ = check_gradients(planted, params)
    assert check.worst == (1, 2)
    assert check.got == pytest.approx(check.wanted + 5)
    assert repr(check_gradients(planted, params)).splitlines()[1].startswith("BAD  a")


def test_the_worst_entry_is_the_furthest_off_and_not_the_largest():
    def planted(p):
        return (p["a"] ** 2).sum(), {"a": 2 * p["a"] + np.array([0, 0, 0.01])}

    (check,) = check_gradients(planted, {"a": np.array([100.0, -100.0, 1.0])})
    assert check.worst == (2,)
    assert (check.got, check.wanted) == (2.01, 2)


def test_verdicts_print_as_a_table():
    def planted(p):
        loss = (p["a"] ** 2).sum() + 2 * p["late"].sum()
        return loss, {"a": 2 * p["a"] + np.array([[0, 1]]), "late": np.full(1, 2.0)}

    point = {"a": np.array([[3.0, 4.0]]), "late": np.ones(1)}
    assert str(check_gradients(planted, point)).splitlines() == [
        "     array           error  worst entry",
        "BAD  a               1e-01  [0, 1]: got 9, wanted 8",
        "ok   late            0e+00  [0]: got 2, wanted 2",
    ]


@pytest.mark.parametrize(
    ("method", "tolerance"), [("complex", 1e-12), ("central", 1e-6)]
)
def test_the_tolerance_if_none_is_given(params, method, tolerance):
    for share, passed in ((0.5, True), (2, False)):
        planted = functools.partial(quadratic, factor=1 + share * tolerance)
        assert check_gradients(planted, params, method=method).passed is passed


def test_the_tolerance_is_the_largest_error_that_passes(params):
    def planted(p):
        return quadratic(p, factor=1.001)

    error = check_gradients(planted, params)[1].error
    for tolerance, passed in (
        (error, True),
        (np.nextafter(error, 0), False),
        (0, False),
    ):
        assert check_gradients(planted, params, tolerance=tolerance).passed is passed


def test_nan_in_a_gradient_fails_and_is_the_worst(params):
    def planted(p):
        loss, grads = quadratic(p)
        grads["b"] = grads["b"] * np.array([1, 1, np.nan, 1])
        return loss, grads

    check = check_gradients(planted, params)[1]
    assert not check.passed
    assert check.worst == (2,)


def test_the_model_passes_its_own_check(rng):
    model = CharLSTM(Vocabulary("abc"), 4, seed=1)
    model.params = {k: rng.normal(size=p.shape) for k, p in model.params.items()}
    inputs, targets = rng.integers(0, 3, (2, 6, 2))
    state = rng.normal(size=(2, 2, 4))

    def loss_and_grads(params):
        model.params = params
        loss, grads, _ = model.loss_and_grads(inputs, targets, state)
        return loss, grads

    assert check_gradients(loss_and_grads, dict(model.params), tolerance=1e-13).passed


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: complex_step_gradient(lambda x: float(abs(x[0])), [1.0]),
            "fn: wanted a complex result, got a real one",
        ),
        (
            lambda: complex_step_gradient(cube, [1.0], step=0),
            "step: wanted a number in (0, inf), got 0",
        ),
        (
            lambda: central_difference_gradient(cube, [1.0], eps=-1),
            "eps: wanted a number in (0, inf), got -1",
        ),
        (
            lambda: central_difference_gradient(cube, "a"),
            "x: wanted an array of numbers, got str 'a'",
        ),
        (
            lambda: complex_step_gradient(cube, "a"),
            "x: wanted an array of numbers, got str 'a'",
        ),
        (
            lambda: check_gradients(quadratic, {}, tolerance=-1),
            "tolerance: wanted a number in [0, inf), got -1",
        ),
        (
            lambda: check_gradients(quadratic, {}, method="guess"),
            "method: wanted 'complex' or 'central', got 'guess'",
        ),
        (
            lambda: check_gradients(lambda p: (0j, {"x": 1}), {"a": np.ones(1)}),
            "grads: wanted the keys of params, ['a'], got ['x']",
        ),
        (
            lambda: check_gradients(
                lambda p: (0j, {"a": np.ones(2)}), {"a": np.ones(1)}
            ),
            "grads['a']: wanted shape (1,), got (2,)",
        ),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message
