import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core import (
    complex_step_gradient,
    half_life,
    sigmoid,
    sigmoid_slope,
    tanh_slope,
)


def test_sigmoid_is_its_definition():
    x = np.linspace(-30, 30, 201)
    np.testing.assert_allclose(sigmoid(x), 1 / (1 + np.exp(-x)), rtol=0, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(data=st.data())
def test_sigmoid_never_overflows(dtype, data):
    width = np.dtype(dtype).itemsize * 8
    x = dtype(data.draw(st.floats(allow_nan=False, width=width)))
    y = sigmoid(x)
    assert 0 <= y <= 1
    assert y.dtype == dtype
    assert sigmoid(-x) == pytest.approx(1 - y, abs=float(np.finfo(dtype).eps))
    assert 0 <= sigmoid_slope(y) <= 0.25
    assert 0 <= tanh_slope(np.tanh(x)) <= 1


@pytest.mark.parametrize("dtype", ["f4", "f8", "c16"])
def test_sigmoid_keeps_shape_and_dtype(dtype):
    y = sigmoid(np.zeros((2, 3), dtype))
    assert y.shape == (2, 3)
    assert y.dtype == dtype
    assert (y == 0.5).all()


def test_sigmoid_takes_lists_and_integers():
    np.testing.assert_array_equal(sigmoid([0, 0]), [0.5, 0.5])


@pytest.mark.parametrize(
    ("function", "slope"), [(sigmoid, sigmoid_slope), (np.tanh, tanh_slope)]
)
def test_slopes_from_the_output(function, slope):
    x = np.linspace(-5, 5, 41)
    wanted = complex_step_gradient(lambda z: function(z).sum(), x)
    np.testing.assert_allclose(slope(function(x)), wanted, rtol=0, atol=1e-15)


@pytest.mark.parametrize("f", [0.1, 0.5, 0.731, 0.999])
def test_after_a_half_life_one_half_is_left(f):
    assert f ** half_life(f) == pytest.approx(0.5)


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_any_gate_has_a_half_life(f):
    assert f ** half_life(f) == pytest.approx(0.5)


def test_half_life_at_its_limits():
    np.testing.assert_array_equal(half_life([0.0, 0.5, 1.0]), [0.0, 1.0, np.inf])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sigmoid("a"), "x: wanted an array of numbers, got str 'a'"),
        (
            lambda: sigmoid([[1], [1, 2]]),
            "x: wanted an array of numbers, got list [[1], [1, 2]]",
        ),
        (lambda: half_life("a"), "f: wanted an array of numbers, got str 'a'"),
        (lambda: half_life(1.5), "f: wanted gates in [0, 1], got 1.5"),
        (lambda: half_life(np.nan), "f: wanted gates in [0, 1], got nan"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message
