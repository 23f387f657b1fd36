from pathlib import Path

import numpy as np
import pytest

from lstm_core import convert, init_lstm, lstm_forward, relative_error

FIXTURES = Path(__file__).parent / "fixtures"
FRAMEWORKS = ("torch", "keras", "flax", "onnx")
LAYOUTS = (*FRAMEWORKS, "cs231n")


def to_and_from(layout):
    return getattr(convert, f"to_{layout}"), getattr(convert, f"from_{layout}")


@pytest.fixture
def params(rng):
    params = init_lstm(3, 5, rng=rng)
    return {name: rng.normal(size=array.shape) for name, array in params.items()}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_there_and_back_is_where_we_were(params, layout):
    there, back = to_and_from(layout)
    again = back(there(params))
    assert list(again) == list(params)
    for name, array in params.items():
        np.testing.assert_array_equal(again[name], array)


@pytest.mark.parametrize("layout", FRAMEWORKS)
def test_with_its_weights_we_compute_what_the_framework_does(layout):
    with np.load(FIXTURES / f"layout_{layout}.npz") as data:
        case = dict(data)
    x, h0, c0, hs = (case.pop(name) for name in ("x", "h0", "c0", "hs"))
    there, back = to_and_from(layout)
    params = back(case)
    assert relative_error(lstm_forward(x, (h0, c0), params)[0], hs) < 1e-12
    ours = there(params)
    assert {k: v.shape for k, v in ours.items()} == {
        k: v.shape for k, v in case.items()
    }


def test_cs231n_computes_the_same_step(params, rng):
    """The step as the assignment writes it: i, f, o, g in columns."""
    weights = convert.to_cs231n(params)
    x, (h, c) = rng.normal(size=(2, 3)), rng.normal(size=(2, 2, 5))
    a = x @ weights["Wx"] + h @ weights["Wh"] + weights["b"]
    i, f, o = (1 / (1 + np.exp(-a[:, k * 5 : (k + 1) * 5])) for k in range(3))
    h_t = o * np.tanh(f * c + i * np.tanh(a[:, 15:]))
    np.testing.assert_allclose(lstm_forward(x[None], (h, c), params)[0][0], h_t)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_copy_is_independent(params, layout):
    there, back = to_and_from(layout)
    before = {name: array.copy() for name, array in params.items()}
    weights = there(params)
    again = back(weights)
    for array in (*weights.values(), *again.values()):
        array += 1
    for name, array in before.items():
        np.testing.assert_array_equal(params[name], array)


def test_two_biases_act_as_their_sum(params):
    weights = convert.to_torch(params)
    weights["bias_hh_l0"] += 0.5
    np.testing.assert_array_equal(
        convert.from_torch(weights)["bias"], params["bias"] + 0.5
    )


def test_reorder_gates_moves_blocks_of_rows():
    array = np.repeat([1, 2, 3, 4], 2)
    moved = convert.reorder_gates(array, "ifgo", "iofg")
    assert moved.tolist() == [1, 1, 4, 4, 2, 2, 3, 3]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("weights", [None, {}, {"bias": np.ones(4)}])
def test_wrong_names_are_refused(layout, weights):
    _, back = to_and_from(layout)
    with pytest.raises(ValueError, match="weights: wanted a dict with"):
        back(weights)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: convert.reorder_gates(np.ones(8), "ifco", "ifgo"),
            "order, wanted: wanted the letters of 'ifgo', got 'ifco' and 'ifgo'",
        ),
        (
            lambda: convert.reorder_gates(np.ones(6), "ifgo", "iofg"),
            "array: wanted 4H rows, got shape (6,)",
        ),
        (
            lambda: convert.to_keras({}),
            "params: wanted a dict with ['weight_ih', 'weight_hh', 'bias'], got []",
        ),
        (
            lambda: convert.from_keras(
                {
                    "kernel": np.ones((3, 8)),
                    "recurrent_kernel": np.ones((8, 2)),
                    "bias": np.ones(8),
                }
            ),
            "params['weight_hh']: wanted shape (32, H), got (2, 8)",
        ),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message
