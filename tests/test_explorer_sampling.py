"""The explorer of chapter 6: what its page holds, against lstm_core.sampling."""

import json
import re

import numpy as np
import pytest

from lstm_core import apply_temperature, keep_top_k, keep_top_p, softmax
from lstm_core.figures.explorers import sampling_explorer

CHARS = "abcdefghijklmnopqrstuvwxyz '.\n<&"
LOGITS = np.random.default_rng(4).normal(0, 2, (2, len(CHARS)))
CONTEXTS = {"to ": LOGITS[0], "<i>&": LOGITS[1]}


@pytest.fixture(scope="module")
def explorer():
    return sampling_explorer(CONTEXTS, CHARS)


def data_of(explorer):
    found = re.search(
        r'"application/json">(.*?)</script>', explorer._repr_html_(), re.S
    )
    return json.loads(found[1])


def test_data_are_the_scores_to_four_decimals(explorer):
    data = data_of(explorer)
    assert data["characters"] == CHARS
    assert [name for name, _ in data["contexts"]] == list(CONTEXTS)
    for (_, shown), logits in zip(data["contexts"], LOGITS, strict=True):
        np.testing.assert_allclose(shown, logits, rtol=0, atol=0.5001e-4)
        np.testing.assert_array_equal(shown, np.round(shown, 4))


def test_fallback_is_the_softmax_of_each_setting(explorer):
    logits = np.array(data_of(explorer)["contexts"][0][1])
    settings = [
        logits,
        apply_temperature(logits, 0.5),
        apply_temperature(logits, 2),
        keep_top_k(logits, 5),
        keep_top_p(logits, 0.9),
    ]
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', explorer.fallback)
    order = np.argsort(-logits)[:12]
    names = {" ": "␣", "\n": "↵", "<": "&lt;", "&": "&amp;", "'": "&#x27;"}
    assert [name for name, _ in rows] == [names.get(CHARS[k], CHARS[k]) for k in order]
    for k, (_, cells) in zip(order, rows, strict=True):
        wanted = [softmax(scores)[k] for scores in settings]
        shown = re.findall(r"<td>(.*?)</td>", cells)
        assert shown == [f"{p:.3f}" if p else "out" for p in wanted]
    assert "out" in explorer.fallback


def test_page_is_small_and_the_same_each_time(explorer):
    html = explorer._repr_html_()
    assert html == sampling_explorer(CONTEXTS, tuple(CHARS))._repr_html_()
    assert len(html.encode()) < 40_000


@pytest.mark.parametrize(
    ("contexts", "characters", "message"),
    [
        ({}, "ab", "contexts: wanted a dict that is not empty"),
        ([[1, 2]], "ab", "contexts: wanted a dict that is not empty"),
        ({"t": [1, 2, 3]}, "ab", r"contexts\['t'\]: wanted shape \(2,\), got \(3,\)"),
        ({"t": [1, -np.inf]}, "ab", "contexts: wanted finite numbers"),
        ({"t": [1, 2]}, ["a", "bc"], "characters: wanted single characters"),
        ({"t": [1, 2]}, "aa", "characters: wanted 2 or more, all different"),
        ({"t": [1]}, "a", "characters: wanted 2 or more, all different"),
    ],
    ids=["empty", "list", "size", "infinite", "two", "twice", "one"],
)
def test_bad_input_is_refused(contexts, characters, message):
    with pytest.raises(ValueError, match=message):
        sampling_explorer(contexts, characters)
