"""The explorer of chapter 4 in a browser, against NumPy's numbers."""

import numpy as np
import pytest
from browsing import VIEWS

from lstm_core import CharLSTM, Vocabulary, load_hamlet
from lstm_core.figures.explorers import gradient_explorer
from lstm_core.figures.explorers.gradient_back import fresh_rnn, lstm_reach, rnn_reach

TEXT = load_hamlet()[:42]
LAST = len(TEXT) - 2
LOSS, PLACE, BIAS = "Loss of the guess after", "Gradient at", "Forget bias"


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary.from_text(load_hamlet())


@pytest.fixture(scope="module")
def explorer(vocabulary):
    return gradient_explorer(vocabulary, TEXT)


def slider(tab, name):
    return tab.get_by_role("slider", name=name)


def put(tab, name, value):
    """Move a slider by its keys."""
    box = slider(tab, name)
    box.focus()
    tab.keyboard.press("Home")
    for _ in range(value):
        tab.keyboard.press("ArrowRight")


def reach_all(vocabulary, seed, loss):
    """Return the lengths (T, 2) in h and c for biases 0 to 5, and for the RNN."""
    ids = vocabulary.encode(TEXT[: loss + 2])
    nets = [CharLSTM(vocabulary, seed=seed, forget_bias=b).params for b in range(6)]
    rnn = fresh_rnn(vocabulary, seed=seed)
    return [lstm_reach(params, ids) for params in nets], rnn_reach(rnn, ids)


def power(value):
    digits, exponent = f"{value:.1e}".split("e")
    if int(exponent) == 0:
        return digits
    high = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits}\u00a0×\u00a010{high}"


def cells(tab):
    rows = tab.locator(".nets tbody tr").all()
    return [row.locator("td").all_text_contents() for row in rows]


def assert_shows(tab, vocabulary, seed, loss, t, bias):
    """Compare the table and the sentence with NumPy's numbers."""
    lstms, rnn = reach_all(vocabulary, seed, loss)
    wanted = [[power(h), power(c)] for h, c in (reach[t] for reach in lstms)]
    assert cells(tab) == [*wanted, [power(rnn[t]), "–"]]
    chosen = tab.locator(".chosen").all_text_contents()
    assert chosen == [f"bias {bias} ◂\u00a0drawn" + "".join(wanted[bias])]
    h, c = wanted[bias]
    assert (
        tab.locator(".words")
        .text_content()
        .endswith(
            f"with a length of {h} in h and {c} in c; in the plain RNN {power(rnn[t])}."
        )
    )


@pytest.mark.parametrize("view", VIEWS)
def test_gradient_is_accessible(show, explorer, view):
    visit = show(explorer, view=view)
    visit.check()
    put(visit.tab, LOSS, 12)
    put(visit.tab, BIAS, 5)
    visit.check()


@pytest.mark.parametrize(
    ("seed", "loss", "t", "bias"),
    [
        (0, LAST, 0, 1),
        (0, LAST, 39, 0),
        (3, 25, 7, 3),
        (117, 12, 12, 5),
        (999, 0, 0, 4),
    ],
    ids=str,
)
def test_by_keyboard_shows_what_numpy_says(
    show, explorer, vocabulary, seed, loss, t, bias
):
    tab = show(explorer).tab
    tab.get_by_label("Seed of the weights").fill(str(seed))
    put(tab, BIAS, bias)
    put(tab, LOSS, loss)
    put(tab, PLACE, t)
    assert_shows(tab, vocabulary, seed, loss, t, bias)


def test_by_mouse_shows_what_numpy_says(show, explorer, vocabulary):
    tab = show(explorer).tab
    box = tab.locator("svg").bounding_box()
    wide = (box["width"] - 62) / LAST
    tab.mouse.click(box["x"] + 38 + 30 * wide, box["y"] + 120)
    assert slider(tab, PLACE).input_value() == "30"
    assert_shows(tab, vocabulary, 0, LAST, 30, 1)
    tab.wait_for_timeout(700)
    spoken = tab.locator("[role=status]").text_content()
    assert spoken == tab.locator(".words").text_content()
    track = slider(tab, BIAS).bounding_box()
    tab.mouse.click(track["x"] + track["width"] - 3, track["y"] + track["height"] / 2)
    assert_shows(tab, vocabulary, 0, LAST, 30, 5)


def test_curves_are_the_lengths(show, explorer, vocabulary):
    tab = show(explorer).tab
    lstms, rnn = reach_all(vocabulary, 0, LAST)
    height = 330 - 12 - 40
    low = -10  # the decade below the least of all: 1.6e-10 with bias 0
    assert low == np.floor(np.log10(min(reach.min() for reach in lstms)))
    for key, values in [("h", lstms[1][:, 0]), ("c", lstms[1][:, 1]), ("muted", rnn)]:
        points = tab.locator(f".line.{key}").get_attribute("points").split()
        drawn = [float(point.split(",")[1]) for point in points]
        wanted = 290 - (np.log10(values) - low) / (1 - low) * height
        np.testing.assert_allclose(drawn, wanted, atol=0.06)


def test_decades_are_named(show, explorer):
    tab = show(explorer).tab
    labels = tab.locator("svg .tick-text[x='32']").all_text_contents()
    assert labels == ["10⁻¹⁰", "10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "10⁰"]


def test_what_comes_later_gets_nothing(show, explorer):
    tab = show(explorer).tab
    put(tab, LOSS, 5)
    put(tab, PLACE, 6)
    assert tab.locator(".words").text_content() == (
        "The loss of the guess after “,” (6) does not reach “␣” (7), "
        "which had not been read."
    )
    assert cells(tab) == [["0", "0"]] * 6 + [["0", "–"]]
    heard = [slider(tab, name).get_attribute("aria-valuetext") for name in (LOSS, BIAS)]
    assert heard == ["“,” (6); nothing there", "1; nothing there"]


def test_a_seed_that_is_none_changes_nothing(show, explorer, vocabulary):
    visit = show(explorer)
    box = visit.tab.get_by_label("Seed of the weights")
    for bad in ("1.5", "-1", "1000", ""):
        box.fill(bad)
        assert_shows(visit.tab, vocabulary, 0, LAST, 0, 1)
    visit.check()


def test_two_stand_on_one_page(show, explorer, vocabulary):
    tab = show(explorer, gradient_explorer(vocabulary, TEXT, seed=2)).tab
    first, second = tab.locator(".lstm-explorer").all()
    slider(second, BIAS).focus()
    tab.keyboard.press("ArrowRight")
    assert_shows(first, vocabulary, 0, LAST, 0, 1)
    assert_shows(second, vocabulary, 2, LAST, 0, 2)
