"""The explorer of chapter 4: its lengths, by nudging states with the complex step."""

import re

import numpy as np
import pytest

from lstm_core import (
    CharLSTM,
    Vocabulary,
    complex_step_gradient,
    load_hamlet,
    log_softmax,
    lstm_cell_forward,
    one_hot,
)
from lstm_core.figures.explorers import gradient_explorer
from lstm_core.figures.explorers.gradient_back import fresh_rnn, lstm_reach, rnn_reach
from lstm_core.rnn import rnn_cell_forward

TEXT = load_hamlet()[:42]


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary.from_text(load_hamlet())


def surprise(h, params, target):
    scores = h @ params["weight_hy"].T + params["bias_y"]
    return -log_softmax(scores)[0, target]


def test_lstm_reach_is_the_slope_in_each_state(vocabulary):
    ids = vocabulary.encode(TEXT[:9])
    params = CharLSTM(vocabulary, 6, seed=2, forget_bias=0.5).params
    params["bias_y"] += np.linspace(-1, 1, 32)
    x = one_hot(ids[:-1], 32)[:, None]

    def go_on(h, c, after):
        for x_t in x[after:]:
            h, c, _ = lstm_cell_forward(x_t, h, c, params)
        return surprise(h, params, ids[-1])

    h = c = np.zeros((1, 6))
    reach = lstm_reach(params, ids)
    assert reach.shape == (8, 2)
    for t, x_t in enumerate(x):
        h, c, cell = lstm_cell_forward(x_t, h, c, params)
        dh = complex_step_gradient(lambda z, t=t, c=c: go_on(z, c, t + 1), h)
        o = cell.o
        dc = complex_step_gradient(
            lambda z, t=t, o=o: go_on(o * np.tanh(z), z, t + 1), c
        )
        wanted = np.linalg.norm(dh), np.linalg.norm(dc)
        np.testing.assert_allclose(reach[t], wanted, rtol=1e-12)


def test_rnn_reach_is_the_slope_in_each_state(vocabulary):
    ids = vocabulary.encode(TEXT[:9])
    params = fresh_rnn(vocabulary, 6, seed=2)
    x = one_hot(ids[:-1], 32)[:, None]

    def go_on(h, after):
        for x_t in x[after:]:
            h, _ = rnn_cell_forward(x_t, h, params)
        return surprise(h, params, ids[-1])

    h = np.zeros((1, 6))
    reach = rnn_reach(params, ids)
    for t, x_t in enumerate(x):
        h, _ = rnn_cell_forward(x_t, h, params)
        dh = complex_step_gradient(lambda z, t=t: go_on(z, t + 1), h)
        np.testing.assert_allclose(reach[t], np.linalg.norm(dh), rtol=1e-12)


def test_fresh_rnn_has_an_output_layer_drawn_last(vocabulary):
    params, rng = fresh_rnn(vocabulary, 16, seed=3), np.random.default_rng(3)
    rng.uniform(size=16 * (32 + 16))
    wanted = rng.uniform(-0.25, 0.25, (32, 16))
    np.testing.assert_array_equal(params["weight_hy"], wanted)
    assert params["bias_y"].tolist() == [0] * 32


def test_page_is_the_same_each_time_and_small(vocabulary):
    html = gradient_explorer(vocabulary, TEXT)._repr_html_()
    assert html == gradient_explorer(vocabulary, TEXT)._repr_html_()
    assert len(html.encode()) < 40_000


def test_fallback_has_lengths_at_some_distances(vocabulary):
    explorer = gradient_explorer(vocabulary, TEXT, seed=4)
    rows = re.findall(r'<tr><th scope="row">(\d+)</th>(.*?)</tr>', explorer.fallback)
    found = {int(back): re.findall("<td>(.*?)</td>", cells) for back, cells in rows}
    assert [*found] == [0, 1, 2, 5, 10, 20, 30, 40]
    ids = vocabulary.encode(TEXT)
    net = CharLSTM(vocabulary, seed=4, forget_bias=3).params
    rnn = rnn_reach(fresh_rnn(vocabulary, seed=4), ids)
    reach = lstm_reach(net, ids)
    for back, cells in found.items():
        assert cells[0] == TEXT[40 - back].replace(" ", "␣")
        assert cells[4] == f"{reach[40 - back, 1]:.1e}"
        assert cells[7] == f"{rnn[40 - back]:.1e}"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"vocabulary": "abc"}, "vocabulary: wanted a Vocabulary, got 'abc'"),
        ({"text": "t"}, "text: wanted at least 2"),
        ({"text": "to be " * 10}, "text: wanted at most 49"),
        ({"text": "to be?!"}, "text: wanted only the characters"),
        ({"hidden_size": 0}, "hidden_size: wanted a whole number >= 1"),
        ({"hidden_size": 65}, "hidden_size: wanted at most 64, got 65"),
        ({"seed": -1}, "seed: wanted a whole number >= 0"),
        ({"seed": 1000}, "seed: wanted at most 999, got 1000"),
    ],
    ids=["vocabulary", "short", "long", "stranger", "no-size", "size", "seed", "seeds"],
)
def test_bad_input_is_refused(vocabulary, change, message):
    with pytest.raises(ValueError, match=message):
        gradient_explorer(**{"vocabulary": vocabulary, "text": TEXT, **change})
