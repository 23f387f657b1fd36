"""The explorer of chapter 3: what its page holds, against NumPy."""

import json
import re

import numpy as np
import pytest

from lstm_core import CharLSTM, Vocabulary, load_hamlet, lstm_forward, one_hot, softmax
from lstm_core.figures.explorers import step_explorer

TEXT = load_hamlet()[:42]
UNITS = (3, 0, 5)


@pytest.fixture(scope="module")
def model():
    """A model with weights large enough that its gates move; not trained."""
    model = CharLSTM(Vocabulary.from_text(load_hamlet()), 8, seed=1)
    rng = np.random.default_rng(3)
    for array in model.params.values():
        array[:] = rng.normal(size=array.shape)
    return model


@pytest.fixture(scope="module")
def explorer(model):
    return step_explorer(model, TEXT, units=UNITS, unit=5)


def data_of(explorer):
    found = re.search(
        r'"application/json">(.*?)</script>', explorer._repr_html_(), re.S
    )
    return json.loads(found[1])


def test_strips_are_those_of_the_forward_pass(model, explorer):
    x = one_hot(model.vocabulary.encode(TEXT[:-1]), 32)[:, None]
    _, _, cache = lstm_forward(x, None, model.params)
    wanted = {k: getattr(cache, k) for k in "ifgo"} | {"c": cache.cs[1:]}
    wanted |= {"h": cache.o * np.tanh(cache.cs[1:])}
    wanted |= {"kept": cache.f * cache.cs[:-1], "written": cache.i * cache.g}
    strips = data_of(explorer)["strips"]
    assert strips.keys() == wanted.keys()
    for name, values in wanted.items():
        for row, k in enumerate(UNITS):
            assert strips[name][row] == [round(1000 * v) for v in values[:, 0, k]]


def test_guesses_are_those_of_softmax(model, explorer):
    ids = model.vocabulary.encode(TEXT)
    p = softmax(model.forward(ids[:-1, None])[0][:, 0])
    ranks = set()
    for t, (chars, shown, rank) in enumerate(data_of(explorer)["guesses"]):
        best = sorted(range(32), key=lambda k: -p[t, k])
        assert chars == model.vocabulary.decode(best[:5])
        wanted = [*p[t, best[:5]], p[t, ids[t + 1]]]
        assert shown == [round(1000 * v) for v in wanted]
        assert best[rank] == ids[t + 1]
        ranks.add(rank)
    assert len(ranks) > 5  # this model is often wrong


def test_page_is_the_same_each_time_and_small(model, explorer):
    html = explorer._repr_html_()
    again = step_explorer(model, TEXT, units=UNITS, unit=5)
    assert html == again._repr_html_()
    full = step_explorer(model, TEXT, unit=5)
    assert len(full._repr_html_().encode()) < 40_000


def test_fallback_has_the_first_steps(model, explorer):
    data = data_of(explorer)
    rows = re.findall(r'<tr><th scope="row">(.)</th>(.*?)</tr>', explorer.fallback)
    assert "".join(char for char, _ in rows) == TEXT[: len(rows)].replace(" ", "␣")
    for t, (_, cells) in enumerate(rows):
        values = re.findall(r"<td>(.*?)</td>", cells)
        row = [data["strips"][k][2][t] / 1000 for k in "ifgoch"]
        assert [float(v) for v in values[:6]] == row


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": "net"}, "model: wanted a CharLSTM, got str"),
        ({"text": "t"}, "text: wanted at least 2"),
        ({"text": "to be " * 10}, "text: wanted at most 49"),
        ({"text": "to be?!"}, "text: wanted only the characters"),
        ({"units": (0, 8)}, "units: wanted ids from 0 to 7, got 8"),
        ({"unit": 1}, r"unit: wanted one of \[0, 3\], got 1"),
    ],
    ids=["model", "short", "long", "stranger", "units", "unit"],
)
def test_bad_input_is_refused(model, change, message):
    good = {"model": model, "text": TEXT, "units": (0, 3), "unit": 0}
    with pytest.raises(ValueError, match=message):
        step_explorer(**{**good, **change})
