"""The plain recurrent net: forward by hand, backward by the complex step."""

import math

import numpy as np
import pytest

from lstm_core.gradcheck import complex_step_gradient, relative_error
from lstm_core.rnn import (
    init_rnn,
    rnn_backward,
    rnn_cell_backward,
    rnn_cell_forward,
    rnn_forward,
)

T, B, D, H = 5, 2, 3, 4


@pytest.fixture
def case():
    rng = np.random.default_rng(8)
    params = {
        k: v + rng.normal(size=v.shape) for k, v in init_rnn(D, H, rng=rng).items()
    }
    x, h0, dhs = (rng.normal(size=s) for s in [(T, B, D), (B, H), (T, B, H)])
    return params, x, h0, dhs, rng.normal(size=(B, H))


def loss(params, x, h0, dhs, dh_n):
    hs, _ = rnn_forward(x, h0, params)
    return (hs * dhs).sum() + (hs[-1] * dh_n).sum()


def test_init_draws_in_order():
    params = init_rnn(D, H, rng=np.random.default_rng(1))
    rng = np.random.default_rng(1)
    for name, shape in [("weight_ih", (H, D)), ("weight_hh", (H, H))]:
        np.testing.assert_array_equal(params[name], rng.uniform(-0.5, 0.5, shape))
    np.testing.assert_array_equal(params["bias"], 0)
    assert init_rnn(D, H, rng=rng, dtype=np.float32)["bias"].dtype == np.float32


def test_forward_is_the_formula(case):
    params, x, h0, _, _ = case
    hs, cache = rnn_forward(x, h0, params)
    W, U, b = (params[name].tolist() for name in ("weight_ih", "weight_hh", "bias"))
    h = h0[1].tolist()
    for t in range(T):
        h = [
            math.tanh(
                sum(w * v for w, v in zip(W[k], x[t, 1].tolist(), strict=True))
                + sum(u * v for u, v in zip(U[k], h, strict=True))
                + b[k]
            )
            for k in range(H)
        ]
        np.testing.assert_allclose(hs[t, 1], h, rtol=1e-13)
    assert len(cache) == T


@pytest.mark.parametrize("name", ["weight_ih", "weight_hh", "bias"])
def test_gradients_of_the_parameters(case, name):
    params, *rest = case
    _, cache = rnn_forward(rest[0], rest[1], params)
    _, _, grads = rnn_backward(rest[2], cache, rest[3])
    wanted = complex_step_gradient(
        lambda array: loss({**params, name: array}, *rest), params[name]
    )
    assert relative_error(grads[name], wanted) < 1e-13


def test_gradients_of_the_inputs(case):
    params, x, h0, dhs, dh_n = case
    _, cache = rnn_forward(x, h0, params)
    dx, dh0, _ = rnn_backward(dhs, cache, dh_n)
    wanted_x = complex_step_gradient(lambda z: loss(params, z, h0, dhs, dh_n), x)
    wanted_h = complex_step_gradient(lambda z: loss(params, x, z, dhs, dh_n), h0)
    assert relative_error(dx, wanted_x) < 1e-13
    assert relative_error(dh0, wanted_h) < 1e-13


def test_none_means_zeros(case):
    params, x, _, dhs, _ = case
    zeros = np.zeros((B, H))
    (hs, cache), (again, _) = (
        rnn_forward(x, None, params),
        rnn_forward(x, zeros, params),
    )
    np.testing.assert_array_equal(hs, again)
    one, other = rnn_backward(dhs, cache), rnn_backward(dhs, cache, zeros)
    np.testing.assert_array_equal(one[1], other[1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p, x: init_rnn(D, H, rng=3), "rng: wanted"),
        (lambda p, x: init_rnn(0, H, rng=3), "input_size: wanted"),
        (lambda p, x: rnn_forward(x[0], None, p), "x: wanted shape"),
        (lambda p, x: rnn_forward(x, np.zeros(H), p), "h_prev: wanted shape"),
        (lambda p, x: rnn_forward(x, None, {}), "params: wanted"),
        (lambda p, x: rnn_forward(x, None, {**p, "bias": x}), "params\\['bias'\\]"),
        (lambda p, x: rnn_cell_forward(x, x, p), "x_t: wanted shape"),
        (lambda p, x: rnn_backward(x, rnn_forward(x, None, p)[1]), "dhs: wanted"),
    ],
    ids=["rng", "size", "x", "h0", "params", "bias", "x_t", "dhs"],
)
def test_bad_input_is_refused(case, call, message):
    with pytest.raises(ValueError, match=message):
        call(case[0], case[1])


def test_cell_backward_checks_its_gradient(case):
    params, x, h0, _, _ = case
    _, cell = rnn_cell_forward(x[0], h0, params)
    with pytest.raises(ValueError, match="dh_t: wanted shape"):
        rnn_cell_backward(x[0], cell)
