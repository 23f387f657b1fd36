from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lstm_core import (
    complex_step_gradient,
    init_lstm,
    lstm_backward,
    lstm_cell_backward,
    lstm_cell_forward,
    lstm_forward,
    relative_error,
    sigmoid,
)

FIXTURES = Path(__file__).parent / "fixtures"
D, H, B = 3, 5, 2
LENGTHS = [1, 2, 8, 40]
PARAMS = ("weight_ih", "weight_hh", "bias")


def random_case(rng, T, scale=1.0, dtype=np.float64, batch=B):
    """Return params, x, state, dhs, dstate_n: nothing zero, no sizes equal."""
    shapes = (4 * H, D), (4 * H, H), (4 * H,)
    params = {
        name: (scale * rng.normal(size=shape)).astype(dtype)
        for name, shape in zip(PARAMS, shapes, strict=True)
    }
    x, state, dhs, dstate_n = (
        rng.normal(size=shape).astype(dtype)
        for shape in ((T, batch, D), (2, batch, H), (T, batch, H), (2, batch, H))
    )
    return params, x, state, dhs, dstate_n


def everything(case):
    """Return all results of a forward and a backward pass by name."""
    params, x, state, dhs, dstate_n = case
    hs, (hn, cn), cache = lstm_forward(x, state, params)
    dx, (dh0, dc0), grads = lstm_backward(dhs, cache, dstate_n)
    return {
        **{"hs": hs, "hn": hn, "cn": cn, "dx": dx, "dh0": dh0, "dc0": dc0},
        **{f"d{name}": grads[name] for name in PARAMS},
    }


def projected(x, state, params, dhs, dstate_n):
    """Return a scalar whose gradient `lstm_backward` must give."""
    hs, state_n, _ = lstm_forward(x, state, params)
    return (hs * dhs).sum() + (np.stack(state_n) * dstate_n).sum()


@pytest.mark.parametrize("scale", [0.3, 1.0, 3.0])
@pytest.mark.parametrize("T", LENGTHS)
def test_backward_equals_the_complex_step(rng, T, scale):
    params, x, state, dhs, dstate_n = random_case(rng, T, scale)
    _, _, cache = lstm_forward(x, state, params)
    dx, dstate, grads = lstm_backward(dhs, cache, dstate_n)

    def loss(**changed):
        arguments = {"x": x, "state": state, "params": params} | changed
        return projected(**arguments, dhs=dhs, dstate_n=dstate_n)

    wanted = complex_step_gradient(lambda a: loss(x=a), x)
    assert relative_error(dx, wanted) < 1e-13
    wanted = complex_step_gradient(lambda a: loss(state=a), state)
    assert relative_error(dstate[0], wanted[0]) < 1e-13
    assert relative_error(dstate[1], wanted[1]) < 1e-13
    for name in PARAMS:
        wanted = complex_step_gradient(
            lambda a, name=name: loss(params={**params, name: a}), params[name]
        )
        for rows in np.split(np.arange(4 * H), 4):  # each gate on its own
            assert relative_error(grads[name][rows], wanted[rows]) < 1e-13


def test_cell_backward_equals_the_complex_step(rng):
    params, x, state, dhs, dstate_n = random_case(rng, 1)
    x_t, (h, c) = x[0], state
    _, _, cache = lstm_cell_forward(x_t, h, c, params)
    dx, dh, dc, grads = lstm_cell_backward(dhs[0], dstate_n[1], cache)

    def loss(x_t=x_t, h=h, c=c, params=params):
        h_t, c_t, _ = lstm_cell_forward(x_t, h, c, params)
        return (h_t * dhs[0]).sum() + (c_t * dstate_n[1]).sum()

    for name, got, at in (("x_t", dx, x_t), ("h", dh, h), ("c", dc, c)):
        wanted = complex_step_gradient(lambda a, name=name: loss(**{name: a}), at)
        assert relative_error(got, wanted) < 1e-13
    for name in PARAMS:
        wanted = complex_step_gradient(
            lambda a, name=name: loss(params={**params, name: a}), params[name]
        )
        assert relative_error(grads[name], wanted) < 1e-13


@example(T=1, batch=1, width=1, hidden=1, scale=1.0, seed=0)
@given(
    T=st.integers(1, 5),
    batch=st.integers(1, 3),
    width=st.integers(1, 3),
    hidden=st.integers(1, 4),
    scale=st.sampled_from([0.1, 1.0, 10.0, 1e4]),  # at 1e4 every gate is saturated
    seed=st.integers(0, 99),
)
def test_the_slope_along_any_direction(T, batch, width, hidden, scale, seed):
    rng = np.random.default_rng(seed)
    shapes = (T, batch, width), (2, batch, hidden)  # x, state, then the parameters
    shapes += (4 * hidden, width), (4 * hidden, hidden), (4 * hidden,)
    at, along = ([rng.normal(size=shape) for shape in shapes] for _ in range(2))
    at[2:] = [scale * param for param in at[2:]]
    dhs, dstate_n = rng.normal(size=(T, batch, hidden)), rng.normal(size=shapes[1])

    def forward(x, state, *params):
        return lstm_forward(x, state, dict(zip(PARAMS, params, strict=True)))

    hs, state_n, _ = forward(*(a + 1e-30j * v for a, v in zip(at, along, strict=True)))
    loss = (hs * dhs).sum() + (np.stack(state_n) * dstate_n).sum()
    dx, dstate, grads = lstm_backward(dhs, forward(*at)[2], dstate_n)
    got = [dx, np.stack(dstate), *(grads[name] for name in PARAMS)]
    assert [array.shape for array in got] == list(shapes)
    shares = [(d * v).sum() for d, v in zip(got, along, strict=True)]
    rounding = 1e-14 * (scale + sum(np.abs(d).sum() for d in got))
    assert sum(shares) == pytest.approx(loss.imag / 1e-30, rel=0, abs=rounding)


@pytest.mark.parametrize("T", LENGTHS)
def test_forward_and_backward_equal_torch(T):
    with np.load(FIXTURES / f"torch_lstm_T{T}.npz") as data:
        case = dict(data)
    params = {name: case[name] for name in PARAMS}
    hs, (hn, cn), cache = lstm_forward(case["x"], (case["h0"], case["c0"]), params)
    dx, (dh0, dc0), grads = lstm_backward(
        case["dhs"], cache, (case["dhn"], case["dcn"])
    )
    got = {"hs": hs, "hn": hn, "cn": cn, "dx": dx, "dh0": dh0, "dc0": dc0}
    got |= {f"d{name}": grads[name] for name in PARAMS}
    for name, array in got.items():
        assert relative_error(array, case[name]) < 1e-12, name


@pytest.mark.parametrize("T", LENGTHS)
def test_the_sequence_is_the_cell_repeated(rng, T):
    params, x, state, dhs, dstate_n = random_case(rng, T)
    hs, _, cache = lstm_forward(x, state, params)
    h, c = state
    caches = []
    for t in range(T):
        h, c, cell = lstm_cell_forward(x[t], h, c, params)
        caches.append(cell)
        np.testing.assert_allclose(hs[t], h, atol=1e-14)
    dx, dstate, grads = lstm_backward(dhs, cache, dstate_n)
    total = {name: np.zeros_like(param) for name, param in params.items()}
    dh, dc = dstate_n
    for t in reversed(range(T)):
        dx_t, dh, dc, cell_grads = lstm_cell_backward(dhs[t] + dh, dc, caches[t])
        assert relative_error(dx[t], dx_t) < 1e-13
        for name in total:
            total[name] += cell_grads[name]
    assert relative_error(np.stack(dstate), np.stack([dh, dc])) < 1e-13
    for name in total:
        assert relative_error(grads[name], total[name]) < 1e-13


def test_one_step_is_the_equations(rng):
    params, x, state, *_ = random_case(rng, 1)
    (_, b), (h, c) = (0, 1), state
    a = params["weight_ih"] @ x[0, b] + params["weight_hh"] @ h[b] + params["bias"]
    i, f, o = (sigmoid(a[k * H : (k + 1) * H]) for k in (0, 1, 3))
    g = np.tanh(a[2 * H : 3 * H])
    c_t = f * c[b] + i * g
    hs, (_, cn), cache = lstm_forward(x, state, params)
    np.testing.assert_allclose(cn[b], c_t, atol=1e-14)
    np.testing.assert_allclose(hs[0, b], o * np.tanh(c_t), atol=1e-14)
    for name, gate in (("i", i), ("f", f), ("g", g), ("o", o)):
        np.testing.assert_allclose(getattr(cache, name)[0, b], gate, atol=1e-14)


def test_cache_holds_what_its_docstring_says(rng):
    params, x, state, *_ = random_case(rng, 4)
    hs, (hn, cn), cache = lstm_forward(x, state, params)
    np.testing.assert_array_equal(cache.hs[0], state[0])
    np.testing.assert_array_equal(cache.cs[0], state[1])
    np.testing.assert_array_equal(cache.hs[1:], hs)
    np.testing.assert_array_equal(cache.hs[-1], hn)
    np.testing.assert_array_equal(cache.cs[-1], cn)
    np.testing.assert_array_equal(cache.tanh_cs, np.tanh(cache.cs[1:]))
    assert cache.x is x
    assert cache.params is params


@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 99))
def test_a_batch_of_n_is_n_runs(T, batch, seed):
    rng = np.random.default_rng(seed)
    params = random_case(rng, 1)[0]
    x, state = rng.normal(size=(T, batch, D)), rng.normal(size=(2, batch, H))
    hs, state_n, _ = lstm_forward(x, state, params)
    for b in range(batch):
        one = slice(b, b + 1)
        alone, alone_n, _ = lstm_forward(x[:, one], state[:, one], params)
        np.testing.assert_allclose(hs[:, one], alone, atol=1e-13)
        np.testing.assert_allclose(np.stack(state_n)[:, one], alone_n, atol=1e-13)


@given(st.integers(2, 9), st.data())
def test_the_whole_is_two_halves_with_the_state_carried(T, data):
    cut = data.draw(st.integers(1, T - 1))
    rng = np.random.default_rng(cut + 100 * T)
    params, x, state, dhs, dstate_n = random_case(rng, T)
    hs, whole_n, cache = lstm_forward(x, state, params)
    first, middle, cache1 = lstm_forward(x[:cut], state, params)
    second, last, cache2 = lstm_forward(x[cut:], middle, params)
    np.testing.assert_allclose(np.concatenate([first, second]), hs, atol=1e-13)
    np.testing.assert_allclose(last, whole_n, atol=1e-13)
    dx, dstate, grads = lstm_backward(dhs, cache, dstate_n)
    dx2, dmiddle, grads2 = lstm_backward(dhs[cut:], cache2, dstate_n)
    dx1, dfirst, grads1 = lstm_backward(dhs[:cut], cache1, dmiddle)
    np.testing.assert_allclose(np.concatenate([dx1, dx2]), dx, atol=1e-12)
    np.testing.assert_allclose(dfirst, dstate, atol=1e-12)
    for name in grads:
        both = grads1[name] + grads2[name]
        np.testing.assert_allclose(both, grads[name], atol=1e-12)


def test_no_state_is_a_zero_state(rng):
    params, x, _, dhs, _ = random_case(rng, 4)
    hs, _, cache = lstm_forward(x, None, params)
    zeros = np.zeros((2, B, H))
    np.testing.assert_array_equal(hs, lstm_forward(x, zeros, params)[0])
    got, wanted = lstm_backward(dhs, cache), lstm_backward(dhs, cache, zeros)
    np.testing.assert_array_equal(got[0], wanted[0])


def test_a_second_call_equals_the_first_and_nothing_is_changed(rng):
    case = random_case(rng, 4)
    params, x, state, dhs, dstate_n = case
    before = [np.copy(a) for a in (x, state, dhs, dstate_n, *params.values())]
    hs, _, cache = lstm_forward(x, state, params)
    first = lstm_backward(dhs, cache, dstate_n)
    hs[:] = 99  # the caller owns the outputs; the cache must not notice
    second = lstm_backward(dhs, cache, dstate_n)
    np.testing.assert_array_equal(first[0], second[0])
    for name in first[2]:
        np.testing.assert_array_equal(first[2][name], second[2][name])
    after = (x, state, dhs, dstate_n, *params.values())
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept(rng, dtype):
    params, x, state, dhs, dstate_n = random_case(rng, 3, dtype=dtype)
    for states in ((state, dstate_n), (None, None)):
        results = everything((params, x, states[0], dhs, states[1]))
        assert {array.dtype for array in results.values()} == {np.dtype(dtype)}


ARGUMENTS = (*PARAMS, "x", "h0", "c0", "dhs", "dhn", "dcn")


@pytest.mark.parametrize("name", ARGUMENTS)
def test_results_are_as_precise_as_the_most_precise_argument(rng, name):
    params, x, state, dhs, dstate_n = random_case(rng, 2)
    every = [*params.values(), x, *state, dhs, *dstate_n]
    given = {
        key: array.astype("f8" if key == name else "f4")
        for key, array in zip(ARGUMENTS, every, strict=True)
    }
    params = {key: given[key] for key in PARAMS}
    state, dstate_n = (given["h0"], given["c0"]), (given["dhn"], given["dcn"])
    results = everything((params, given["x"], state, given["dhs"], dstate_n))
    forward = {key: results.pop(key).dtype for key in ("hs", "hn", "cn")}
    assert {array.dtype for array in results.values()} == {np.dtype("f8")}
    wide = "f4" if name in ("dhs", "dhn", "dcn") else "f8"
    assert set(forward.values()) == {np.dtype(wide)}


@given(st.integers(1, 5), st.integers(1, 3), st.integers(0, 99))
def test_single_precision_follows_double(T, batch, seed):
    double, single = (
        everything(random_case(np.random.default_rng(seed), T, 0.5, dtype, batch))
        for dtype in ("f8", "f4")
    )
    for name, wanted in double.items():
        assert single[name].dtype == np.float32
        assert relative_error(single[name], wanted) < 1e-5, name


def test_a_cell_that_only_keeps_hands_everything_on_unchanged(rng):
    params, x, state, dhs, dstate_n = random_case(rng, 100)
    for rows, bias in ((0, -1e4), (1, 1e4), (3, -1e4)):  # i closed, f open, o closed
        params["bias"][rows * H : (rows + 1) * H] = bias
    hs, (_, cn), cache = lstm_forward(x, state, params)
    np.testing.assert_array_equal(cn, state[1])
    np.testing.assert_array_equal(hs, np.zeros_like(hs))
    dx, (dh0, dc0), grads = lstm_backward(dhs, cache, dstate_n)
    np.testing.assert_array_equal(dc0, dstate_n[1])
    for array in (dx, dh0, *grads.values()):
        assert not array.any()


def test_saturated_gates_stay_finite(rng):
    for array in everything(random_case(rng, 8, scale=1e4)).values():
        assert np.isfinite(array).all()


def test_init_is_what_its_docstring_says(rng):
    params = init_lstm(D, 50, rng=rng, forget_bias=3)
    assert {k: v.shape for k, v in params.items()} == {
        "weight_ih": (200, D),
        "weight_hh": (200, 50),
        "bias": (200,),
    }
    bound = 1 / np.sqrt(50)
    for name in ("weight_ih", "weight_hh"):
        assert 0.95 * bound < np.abs(params[name]).max() <= bound
        gates = np.split(params[name], 4)
        assert not np.allclose(gates[0], gates[1])  # each gate its own start
    assert (params["bias"][50:100] == 3).all()
    assert (np.delete(params["bias"], np.s_[50:100]) == 0).all()
    again = init_lstm(D, 50, rng=np.random.default_rng(7), forget_bias=3)
    np.testing.assert_array_equal(params["weight_hh"], again["weight_hh"])
    assert (init_lstm(D, 2, rng=rng)["bias"] == [0, 0, 1, 1, 0, 0, 0, 0]).all()
    single = init_lstm(D, 2, rng=rng, dtype="f4")
    assert {a.dtype for a in single.values()} == {np.dtype("f4")}


GOOD = init_lstm(D, H, rng=np.random.default_rng(0))
X = np.ones((4, B, D))
CACHE = lstm_forward(X, None, GOOD)[2]
CELL = lstm_cell_forward(X[0], np.ones((B, H)), np.ones((B, H)), GOOD)[2]
RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: init_lstm(0, 2, rng=RNG),
            "input_size: wanted a whole number >= 1, got 0",
        ),
        (
            lambda: init_lstm(2, 1.5, rng=RNG),
            "hidden_size: wanted a whole number >= 1, got 1.5",
        ),
        (
            lambda: init_lstm(2, 2, rng=3),
            "rng: wanted a numpy.random.Generator, got 3",
        ),
        (
            lambda: init_lstm(2, 2, rng=RNG, dtype="i8"),
            "dtype: wanted float32 or float64, got 'i8'",
        ),
        (
            lambda: init_lstm(2, 2, rng=RNG, dtype="what"),
            "dtype: wanted float32 or float64, got 'what'",
        ),
        (
            lambda: init_lstm(2, 2, rng=RNG, forget_bias=np.nan),
            "forget_bias: wanted a number in [-inf, inf), got nan",
        ),
        (
            lambda: lstm_forward(np.ones((4, B)), None, GOOD),
            "x: wanted shape (T, B, 3), got (4, 2)",
        ),
        (
            lambda: lstm_forward(np.ones((0, B, D)), None, GOOD),
            "x: wanted shape (T, B, 3), got (0, 2, 3)",
        ),
        (
            lambda: lstm_forward(X, np.zeros((2, B + 1, H)), GOOD),
            "state[0] (h): wanted shape (2, 5), got (3, 5)",
        ),
        (
            lambda: lstm_forward(X, (np.zeros((B, H)), np.zeros((B, 1))), GOOD),
            "state[1] (c): wanted shape (2, 5), got (2, 1)",
        ),
        (
            lambda: lstm_forward(X, 3, GOOD),
            "state: wanted a pair (h, c), got int 3",
        ),
        (
            lambda: lstm_forward(X, None, {"bias": GOOD["bias"]}),
            "params: wanted a dict with ['weight_ih', 'weight_hh', 'bias'], "
            "got ['bias']",
        ),
        (
            lambda: lstm_forward(X, None, None),
            "params: wanted a dict with ['weight_ih', 'weight_hh', 'bias'], "
            "got NoneType None",
        ),
        (
            lambda: lstm_forward(X, None, {**GOOD, "bias": [0.0] * 20}),
            "params['bias']: wanted an array, got list "
            "[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0...",
        ),
        (
            lambda: lstm_forward(X, None, {**GOOD, "weight_ih": np.ones((3, 20))}),
            "params['weight_ih']: wanted shape (20, D), got (3, 20)",
        ),
        (
            lambda: lstm_forward(X, None, {**GOOD, "weight_hh": np.ones((5, 20))}),
            "params['weight_hh']: wanted shape (80, H), got (5, 20)",
        ),
        (
            lambda: lstm_forward(X, None, {**GOOD, "weight_hh": np.array(1.0)}),
            "params['weight_hh']: wanted shape (0, H), got ()",
        ),
        (
            lambda: lstm_forward(X, None, {**GOOD, "bias": np.ones((20, 1))}),
            "params['bias']: wanted shape (20,), got (20, 1)",
        ),
        (
            lambda: lstm_backward(np.ones((3, B, H)), CACHE),
            "dhs: wanted shape (4, 2, 5), got (3, 2, 5)",
        ),
        (
            lambda: lstm_backward(np.ones((4, B, H)), CACHE, np.ones((2, B + 1, H))),
            "dstate_n[0] (h): wanted shape (2, 5), got (3, 5)",
        ),
        (
            lambda: lstm_backward(np.ones((4, B, H)), CACHE, np.ones((1, B, H))),
            "dstate_n: wanted a pair (h, c), got an array of float64",
        ),
        (
            lambda: lstm_cell_forward(X, np.ones((B, H)), np.ones((B, H)), GOOD),
            "x_t: wanted shape (B, 3), got (4, 2, 3)",
        ),
        (
            lambda: lstm_cell_forward(X[0], np.ones(H), np.ones((B, H)), GOOD),
            "(h_prev, c_prev)[0] (h): wanted shape (2, 5), got (5,)",
        ),
        (
            lambda: lstm_cell_backward(np.ones((B, H)), None, CELL),
            "(dh_t, dc_t)[1] (c): wanted an array of numbers, got NoneType None",
        ),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message
