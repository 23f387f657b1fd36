"""The explorer of chapter 5: what its page holds, against the run."""

import json
import re

import numpy as np
import pytest

from lstm_core import CharLSTM, Vocabulary, load_hamlet
from lstm_core.figures.explorers import film_explorer
from lstm_core.figures.explorers.film import before_slip
from lstm_core.training import History

TEXT = load_hamlet()[:150]


@pytest.fixture(scope="module")
def run():
    """A short training: its history, and what was written on the way."""
    samples = {}

    def watch(model, history):
        if len(history) in (30, 1, 10):
            samples[len(history)] = model.generate("t", len(TEXT) - 1)

    model = CharLSTM(Vocabulary.from_text(TEXT), 8)
    history = model.fit(
        TEXT, 30, batch_size=2, window=8, progress=False, callback=watch
    )
    return history, samples


def data_of(explorer):
    found = re.search(
        r'"application/json">(.*?)</script>', explorer._repr_html_(), re.S
    )
    return json.loads(found[1])


def test_curves_are_those_of_the_history(run):
    history, samples = run
    data = data_of(film_explorer(TEXT, history, samples))
    assert data["loss"] == [round(1000 * value) for value in history.loss]
    assert data["norm"] == [round(1000 * value) for value in history.grad_norm]


def test_samples_are_in_order_with_their_first_slip(run):
    history, samples = run
    samples = {5: TEXT, **samples, 7: TEXT[:20] + "#" + TEXT[21:]}
    found = data_of(film_explorer(TEXT, history, samples))["samples"]
    assert [update for update, *_ in found] == [1, 5, 7, 10, 30]
    for update, agree, shown in found:
        written = samples[update]
        assert written.startswith(shown)
        assert len(shown) == 120
        assert written[:agree] == TEXT[:agree]
        assert agree == len(TEXT) or written[agree] != TEXT[agree]
    assert [found[1][1], found[2][1]] == [150, 20]


@pytest.mark.parametrize(
    ("sample", "wanted"),
    [("to be", 5), ("to", 2), ("to me", 3), ("x", 0), ("to be!", 5)],
)
def test_before_slip_counts_from_the_first_character(sample, wanted):
    assert before_slip(sample, "to be") == wanted


def test_fallback_tells_each_sample(run):
    history, samples = run
    fallback = film_explorer(TEXT, history, samples).fallback
    rows = re.findall(r'<tr><th scope="row">(\d+)</th>(.*?)</tr>', fallback)
    assert [int(update) for update, _ in rows] == sorted(samples)
    for update, cells in rows:
        values = re.findall(r"<td>(.*?)</td>", cells)
        n = int(update) - 1
        assert values[:2] == [f"{history.loss[n]:.3f}", f"{history.grad_norm[n]:.3f}"]
        assert int(values[2]) == before_slip(samples[n + 1], TEXT)


def test_page_of_a_whole_run_is_small_and_the_same_each_time():
    rng = np.random.default_rng(0)
    loss, norm = 4 * rng.random((2, 400))
    history, text = History(list(loss), list(norm)), load_hamlet()
    samples = dict.fromkeys(range(33, 400, 33), text)
    pages = [film_explorer(text, history, samples)._repr_html_() for _ in range(2)]
    assert pages[0] == pages[1]
    assert len(pages[0].encode()) < 40_000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"text": "t"}, "text: wanted at least 2"),
        ({"history": History([1.0], [1.0])}, "updates of history: wanted .* >= 2"),
        ({"history": History([1.0] * 3, [1.0])}, r"history.grad_norm: wanted shape"),
        ({"history": History([np.nan] * 30, [1.0] * 30)}, "data: wanted finite"),
        ({"samples": {}}, "samples: wanted a dict that is not empty"),
        ({"samples": {31: "t"}}, "samples: wanted updates to 30, got 31"),
        ({"samples": {0: "t"}}, "samples: wanted a whole number >= 1, got 0"),
        ({"samples": {3: ""}}, r"samples\[3\]: wanted at least 1"),
        ({"baselines": {"uniform": -1}}, r"baselines\['uniform'\]: wanted a number"),
        ({"max_norm": 0}, "max_norm: wanted a number"),
    ],
    ids=["text", "short", "uneven", "nan", "none", "late", "early", "empty"]
    + ["baseline", "clip"],
)
def test_bad_input_is_refused(run, change, message):
    history, samples = run
    good = {"text": TEXT, "history": history, "samples": samples}
    change = {**good, **change}
    with pytest.raises(ValueError, match=message):
        film_explorer(change.pop("text"), change.pop("history"), **change)._repr_html_()
