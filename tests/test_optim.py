import copy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core import (
    SGD,
    Adam,
    clip_grad_norm,
    clip_grad_value,
    global_norm,
    hold_then_decay,
    relative_error,
)

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize(
    ("fixture", "make", "max_norm"),
    [
        ("torch_sgd", lambda: SGD(0.05), 1.0),
        ("torch_adam", lambda: Adam(0.02), 1.0),
        ("torch_adam_betas", lambda: Adam(0.1, betas=(0.5, 0.9), eps=1e-3), None),
    ],
)
@pytest.mark.parametrize("restart_at", [None, 77])
def test_200_steps_follow_torch(fixture, make, max_norm, restart_at):
    with np.load(FIXTURES / f"{fixture}.npz") as data:
        case = dict(data)
    params = {name: case[f"start_{name}"].copy() for name in "wb"}
    optimiser = make()
    for step in range(200):
        if step == restart_at:  # through a checkpoint, nothing is lost
            state, optimiser = vars(optimiser), make()
            vars(optimiser).update(copy.deepcopy(state))
        grads = {name: case[f"grad_{name}"][step] for name in "wb"}
        if max_norm:
            grads, _ = clip_grad_norm(grads, max_norm)
        optimiser.step(params, grads)
        for name in "wb":
            assert relative_error(params[name], case[f"path_{name}"][step]) < 1e-9


def test_adam_starts_with_the_defaults_of_torch():
    optimiser = Adam()
    assert optimiser.lr == 0.001
    assert optimiser.betas == (0.9, 0.999)
    assert optimiser.eps == 1e-8


def test_first_adam_step_by_hand():
    params = {"w": np.array([1.0])}
    Adam(0.1).step(params, {"w": np.array([4.0])})
    # bias correction makes the mean 4 and the mean square 16
    np.testing.assert_allclose(params["w"], 1 - 0.1 * 4 / (4 + 1e-8), rtol=1e-15)


@given(st.floats(1e-4, 1e30), st.sampled_from([(1,), (2, 3), ()]))
def test_the_first_adam_step_is_as_long_for_any_gradient(size, shape):
    params = {"w": np.zeros(shape)}
    Adam(0.1).step(params, {"w": np.full(shape, -size)})
    np.testing.assert_allclose(params["w"], 0.1, rtol=2e-4)  # eps is 1e-8


def test_sgd_by_hand_and_in_place():
    weight = np.array([1.0, 2.0])
    SGD(0.5).step({"w": weight}, {"w": np.array([2.0, -2.0])})
    assert weight.tolist() == [0.0, 3.0]


def test_adam_updates_in_place_and_leaves_the_gradient(rng):
    weight, grad = rng.normal(size=3), rng.normal(size=3)
    before, old_grad = weight.copy(), grad.copy()
    Adam(0.1).step({"w": weight}, {"w": grad})
    assert (weight != before).all()
    np.testing.assert_array_equal(grad, old_grad)


@pytest.mark.parametrize("make", [SGD, Adam])
def test_lr_may_be_set_anew(make):
    params = {"w": np.ones(2)}
    optimiser = make(0.1)
    optimiser.lr = 0.0
    optimiser.step(params, {"w": np.ones(2)})
    assert params["w"].tolist() == [1, 1]


def test_adam_keeps_single_precision():
    params = {"w": np.ones(2, "f4")}
    optimiser = Adam(0.1)
    optimiser.step(params, {"w": np.ones(2, "f4")})
    assert params["w"].dtype == optimiser.mean["w"].dtype == np.float32


@given(st.integers(0, 999), st.floats(0.01, 100))
def test_clip_by_norm_keeps_the_direction(seed, max_norm):
    rng = np.random.default_rng(seed)
    grads = {"a": rng.normal(size=(2, 3)), "b": 5 * rng.normal(size=4)}
    clipped, norm = clip_grad_norm(grads, max_norm)
    flat, cut = (np.concatenate([g["a"].ravel(), g["b"]]) for g in (grads, clipped))
    assert norm == pytest.approx(np.linalg.norm(flat))
    assert norm == global_norm(grads)
    wanted = flat * min(1, max_norm / (norm + 1e-6))
    np.testing.assert_allclose(cut, wanted, rtol=1e-12)
    assert np.linalg.norm(cut) <= max_norm


@given(st.floats(1e-150, 1e150), st.sampled_from(["f4", "f8"]))
def test_a_clipped_gradient_is_never_longer_than_allowed(size, dtype):
    size = np.array(min(size, 1e18) if dtype == "f4" else size, dtype)
    clipped, norm = clip_grad_norm({"w": size.reshape(1)}, 0.5)
    assert clipped["w"].dtype == dtype
    assert norm == pytest.approx(size, abs=1e-20)
    assert np.linalg.norm(clipped["w"]) <= 0.5
    (cut,) = clip_grad_value({"w": -size.reshape(1)}, 0.5)["w"]
    assert cut == max(-size, -0.5)


def test_clip_by_norm_leaves_a_short_gradient_alone():
    grads = {"w": np.array([0.3, 0.4])}
    clipped, norm = clip_grad_norm(grads, 1.0)
    assert norm == 0.5
    np.testing.assert_array_equal(clipped["w"], grads["w"])


def test_clipping_returns_new_arrays():
    grads = {"w": np.array([3.0, -4.0])}
    for clipped in (clip_grad_value(grads, 1), clip_grad_norm(grads, 1)[0]):
        assert clipped["w"] is not grads["w"]
    assert grads["w"].tolist() == [3, -4]


def test_clip_by_value_cuts_each_entry():
    clipped = clip_grad_value({"w": np.array([-3.0, 0.5, 2.0])}, 1)
    assert clipped["w"].tolist() == [-1, 0.5, 1]


def test_schedule_holds_then_falls_to_almost_zero():
    factors = [hold_then_decay(update, 400) for update in range(400)]
    assert factors[:201] == [1.0] * 201
    assert factors[300] == pytest.approx(0.5)
    assert factors[399] == pytest.approx(1 / 200)
    assert np.allclose(np.diff(factors[200:]), -1 / 200)
    assert hold_then_decay(0, 1) == 1
    assert [hold_then_decay(u, 4, hold=0) for u in range(4)] == [1, 0.75, 0.5, 0.25]
    assert hold_then_decay(3, 4, hold=1) == 1


W = {"w": np.ones(2)}
NAN = {"w": np.array([1.0, np.nan]), "v": np.ones(1)}


def stepped_adam():
    optimiser = Adam()
    optimiser.step({"w": np.ones(2)}, W)
    return optimiser


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: SGD(-1), "lr: wanted a number in [0, inf), got -1"),
        (lambda: SGD("x"), "lr: wanted a number in [0, inf), got 'x'"),
        (lambda: Adam(np.inf), "lr: wanted a number in [0, inf), got inf"),
        (
            lambda: Adam(betas=(0.9, 1.0)),
            "betas: wanted two numbers in [0, 1), got (0.9, 1.0)",
        ),
        (lambda: Adam(betas=(0.9,)), "betas: wanted two numbers in [0, 1), got (0.9,)"),
        (lambda: Adam(betas=(-1, 0)), "betas: wanted a number in [0, 1], got -1"),
        (lambda: Adam(eps=-1), "eps: wanted a number in [0, inf), got -1"),
        (
            lambda: SGD(1).step(dict(W), {"x": np.ones(2)}),
            "grads: wanted the keys of params, ['w'], got ['x']",
        ),
        (
            lambda: SGD(1).step(dict(W), None),
            "grads: wanted the keys of params, ['w'], got NoneType None",
        ),
        (
            lambda: Adam(1).step(dict(W), {"x": np.ones(2)}),
            "grads: wanted the keys of params, ['w'], got ['x']",
        ),
        (
            lambda: Adam(1).step(dict(W), {"w": np.ones(3)}),
            "grads['w']: wanted shape (2,), got (3,)",
        ),
        (
            lambda: stepped_adam().step({"v": np.ones(2)}, {"v": np.ones(2)}),
            "params: wanted the keys of the first step, ['w'], got ['v']",
        ),
        (lambda: clip_grad_norm(W, 0), "max_norm: wanted a number in (0, inf), got 0"),
        (lambda: clip_grad_value(W, -1), "limit: wanted a number in (0, inf), got -1"),
        (
            lambda: clip_grad_norm(NAN, 1),
            "grads: wanted finite numbers, got NaN or infinity in ['w']",
        ),
        (
            lambda: clip_grad_value(NAN, 1),
            "grads: wanted finite numbers, got NaN or infinity in ['w']",
        ),
        (lambda: hold_then_decay(4, 4), "update: wanted a number in [0, 3], got 4"),
        (
            lambda: hold_then_decay(0, 0),
            "updates: wanted a whole number >= 1, got 0",
        ),
        (
            lambda: hold_then_decay(0, 4, hold=2),
            "hold: wanted a number in [0, 1], got 2",
        ),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message


@pytest.mark.parametrize("make", [SGD, Adam])
def test_bad_gradients_change_nothing(make):
    params = {"a": np.ones(2), "b": np.ones(2)}
    with pytest.raises(ValueError, match="grads"):
        make(0.1).step(params, {"a": np.ones(2), "b": np.ones(3)})
    assert params["a"].tolist() == [1, 1]
