"""The explorer of chapter 7: what its page holds, against gradient_report."""

import html
import json
import re

import numpy as np
import pytest

from lstm_core import gradient_report, lstm_backward
from lstm_core.figures.explorers import guess_explorer
from lstm_core.laboratory import DEFECTS, broken_backward

LEFT_OUT = {"no-bptt", "copied-bias", "tanh-of-c"}  # as in the chapter


@pytest.fixture(scope="module")
def reports():
    names = [name for name in DEFECTS if name not in LEFT_OUT]
    return {name: gradient_report(broken_backward(name)) for name in names}


@pytest.fixture(scope="module")
def data(reports):
    text = guess_explorer(reports)._repr_html_()
    found = re.search(r'"application/json">(.*?)</script>', text, re.S)
    return json.loads(found[1])


def wanted_cells(report, block):
    """Return the cells of a block's line, from the rows of the report."""
    rows = [row for row in report.rows if row.name == block]
    errors = [max(row.error for row in rows if row.T == T) for T in (1, 2, 8)]
    if max(errors) < 1e-10:
        return None
    worst = max(rows, key=lambda row: row.error)
    numbers = [0 if error < 1e-10 else error for error in errors]
    return [*numbers, worst.cosine, worst.norm_ratio]


def test_numbers_are_those_of_the_report(reports, data):
    assert data["head"] == ["T = 1", "T = 2", "T = 8", "cosine", "norm ratio"]
    assert len(data["blocks"]) == 15
    assert {one["name"] for one in data["rounds"]} == set(reports)
    for one in data["rounds"]:
        lines = one["table"].split(";")
        for block, line in zip(data["blocks"], lines, strict=True):
            wanted = wanted_cells(reports[one["name"]], block)
            if wanted is None:
                assert line == ""
                continue
            shown = [float(cell.replace("<", "0")) for cell in line.split(" ")]
            # One digit, three decimals and three digits.
            np.testing.assert_allclose(shown[:3], wanted[:3], rtol=0.34, atol=0)
            np.testing.assert_allclose(shown[3], wanted[3], rtol=0, atol=0.0005001)
            np.testing.assert_allclose(shown[4], wanted[4], rtol=0.005, atol=0)


def test_words_are_those_of_the_laboratory(reports, data):
    for one in data["rounds"]:
        defect = DEFECTS[one["name"]]
        assert one["words"] == defect.words
        assert one["said"] == reports[one["name"]].diagnosis
        for (right, wrong), key in zip(one["pairs"], defect.lines, strict=True):
            assert right == key
            assert wrong.split() == defect.lines[key].split()


def test_each_round_has_four_answers_and_the_right_one(data):
    places = []
    for k, one in enumerate(data["rounds"]):
        assert len(set(one["options"])) == 4
        assert set(one["options"]) <= set(range(len(data["rounds"])))
        places.append(one["options"].index(k))
    assert set(places) == {0, 1, 2, 3}  # no place gives it away


def test_wrong_answers_look_like_the_right_one(data):
    """The three whose mistake runs through c stand together."""
    names = [one["name"] for one in data["rounds"]]
    through_c = {"overwritten", "cut-cell", "no-forget"}
    for one in data["rounds"]:
        if one["name"] in through_c:
            assert through_c <= {names[k] for k in one["options"]}


def test_fallback_is_the_first_report_with_its_answer(reports, data):
    first = data["rounds"][0]
    fallback = guess_explorer(reports).fallback
    for name, _, *cells in reports[first["name"]].table()[1]:
        row = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
        assert f'<tr><th scope="row">{name}</th>{row}</tr>' in fallback
    answer = fallback[fallback.index("<details>") :]
    assert f"<p>{first['name']}: {html.escape(first['words'])}.</p>" in answer
    assert all(html.escape(text) in answer for pair in first["pairs"] for text in pair)
    assert first["name"] not in fallback[: fallback.index("<details>")]


def test_page_is_small_and_the_same_each_time(reports):
    text = guess_explorer(reports)._repr_html_()
    assert text == guess_explorer(dict(reports))._repr_html_()
    assert text != guess_explorer(reports, seed=1)._repr_html_()
    assert len(text.encode()) < 40_000


def test_bad_input_is_refused(reports):
    right = gradient_report(lstm_backward, lengths=(1, 2))
    short = gradient_report(broken_backward("no-tanh"), lengths=(1, 2))
    three = {name: reports[name] for name in ["no-slope", "late-cell", "cut-cell"]}
    cases = {
        "wanted a dict of 4 or more, got list": list(reports),
        "wanted a dict of 4 or more, got 3": three,
        "wanted names of DEFECTS, got 'mine'": reports | {"mine": short},
        "wanted a GradientReport that did not pass": reports | {"no-tanh": right},
        r"reports\['no-tanh'\]: wanted a Grad": reports | {"no-tanh": "wrong"},
        "wanted the same lengths T": reports | {"no-tanh": short},
    }
    for message, bad in cases.items():
        with pytest.raises(ValueError, match=message):
            guess_explorer(bad)
    with pytest.raises(ValueError, match="seed: wanted a whole number"):
        guess_explorer(reports, seed=-1)
