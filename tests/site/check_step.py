"""The explorer of chapter 3 in a browser, against NumPy's numbers."""

import numpy as np
import pytest
from browsing import VIEWS

from lstm_core import CharLSTM, Vocabulary, load_hamlet, softmax
from lstm_core.figures.explorers import step_explorer

TEXT = load_hamlet()[:42]
UNITS = (3, 0, 5)


@pytest.fixture(scope="module")
def model():
    """A model whose gates move and whose guesses are often wrong; not trained."""
    model = CharLSTM(Vocabulary.from_text(load_hamlet()), 8, seed=1)
    rng = np.random.default_rng(3)
    for array in model.params.values():
        array[:] = rng.normal(size=array.shape)
    return model


@pytest.fixture(scope="module")
def explorer(model):
    return step_explorer(model, TEXT, units=UNITS, unit=5)


@pytest.fixture(scope="module")
def run(model):
    """What NumPy says: the probabilities (T, V) and the cache."""
    ids = model.vocabulary.encode(TEXT)
    logits, _, cache = model.forward(ids[:-1, None])
    return softmax(logits[:, 0]), cache


def text(value):
    return f"{value:.3f}".replace("-", "−").replace("−0.000", "0.000")


def sign(char):
    return {" ": "␣"}.get(char, char)


def slider(tab):
    return tab.get_by_role("slider", name="Character")


def assert_shows(tab, run, vocabulary, t, unit=5):
    """Compare all that is displayed at step t with NumPy's numbers."""
    p, cache = run
    i, f, g, o = (getattr(cache, k)[t, 0, unit] for k in "ifgo")
    before, c, h = (
        cache.cs[t, 0, unit],
        cache.cs[t + 1, 0, unit],
        cache.hs[t + 1, 0, unit],
    )
    at_the_side = tab.locator("svg .note:not([x='4'])").all_text_contents()
    assert at_the_side == [text(v) for v in (i, f, g, o, c, h)]
    for_cell, for_output = tab.locator(".sums p").all_text_contents()
    assert for_cell == (
        f"c = f × c before + i × g = {text(f)} × {text(before)} + {text(i)} × {text(g)}"
        f" = {text(f * before)} + {text(i * g)} = {text(c)}"
    )
    assert for_output == f"h = o × tanh c = {text(o)} × tanh {text(c)} = {text(h)}"
    best = sorted(range(32), key=lambda k: -p[t, k])
    came = vocabulary.encode(TEXT[t + 1])[0]
    names, numbers = zip(
        *(row.locator("th, td").all_text_contents()[:2] for row in rows(tab)),
        strict=True,
    )
    assert list(numbers) == [text(p[t, k]) for k in best[:5]]
    marks = [" ◂ comes" if k == came else "" for k in best[:5]]
    chars = [sign(vocabulary.chars[k]) for k in best[:5]]
    assert list(names) == [a + b for a, b in zip(chars, marks, strict=True)]
    if rank := best.index(came):
        end = f"number {rank + 1} of the guesses, with {text(p[t, came])}."
        assert verdict(tab).endswith(f"“{sign(TEXT[t + 1])}” comes: {end}")
    else:
        assert (
            verdict(tab) == f"“{sign(TEXT[t + 1])}” comes, and it was the first guess."
        )


def verdict(tab):
    return tab.locator(".verdict").text_content()


def rows(tab):
    return tab.locator(".next tbody tr").all()


@pytest.mark.parametrize("view", VIEWS)
def test_step_is_accessible(show, explorer, view):
    visit = show(explorer, view=view)
    visit.check()
    slider(visit.tab).focus()
    visit.tab.keyboard.press("End")
    visit.tab.get_by_role("combobox", name="Unit").select_option("0")
    visit.check()


def test_step_by_keyboard_shows_what_numpy_says(show, explorer, model, run):
    tab = show(explorer).tab
    slider(tab).focus()
    for t in range(41):
        if t % 4 == 0:
            assert_shows(tab, run, model.vocabulary, t)
            voice = f"“{sign(TEXT[t])}” {t + 1} of 41. {verdict(tab)}"
            assert slider(tab).get_attribute("aria-valuetext") == voice
        tab.keyboard.press("ArrowRight")
    tab.get_by_role("combobox", name="Unit").select_option("3")
    assert_shows(tab, run, model.vocabulary, 40, unit=3)


def test_step_by_mouse_shows_what_numpy_says(show, explorer, model, run):
    tab = show(explorer).tab
    box = tab.locator("svg").bounding_box()
    wide = (box["width"] - 80) / 41

    def point(t):
        tab.mouse.move(box["x"] + 22 + (t + 0.5) * wide, box["y"] + 100)

    point(7)
    assert_shows(tab, run, model.vocabulary, 7)  # pointed at, not chosen
    tab.mouse.move(box["x"] + 50, box["y"] - 30)
    assert_shows(tab, run, model.vocabulary, 0)
    point(12)
    tab.mouse.down()
    point(20)
    tab.mouse.up()
    tab.mouse.move(box["x"] + 50, box["y"] - 30)
    assert_shows(tab, run, model.vocabulary, 20)
    tab.get_by_role("button", name="On one step").click()
    tab.mouse.move(0, 0)
    assert_shows(tab, run, model.vocabulary, 21)
    assert slider(tab).input_value() == "21"


def test_bars_are_as_high_as_the_gates(show, explorer, run):
    tab = show(explorer).tab
    for key in "ifgo":
        values = getattr(run[1], key)[:, 0, 5]
        heights = [
            float(bar.get_attribute("height"))
            for bar in tab.locator(f".strip.{key}").all()
        ]
        full = 23 if key == "g" else 34
        np.testing.assert_allclose(heights, full * np.abs(values), atol=0.05)


def test_play_walks_and_stops(show, explorer, model, run):
    tab = show(explorer).tab
    tab.get_by_role("button", name="Play").click()
    tab.wait_for_function("document.querySelector('input[type=range]').value >= 2")
    tab.get_by_role("button", name="Pause").click()
    t = int(slider(tab).input_value())
    assert_shows(tab, run, model.vocabulary, t)
    tab.wait_for_timeout(700)
    assert slider(tab).input_value() == str(t)
    spoken = tab.locator("[role=status]").text_content()
    assert spoken.endswith(verdict(tab))


def test_no_play_where_motion_is_unwanted(show, explorer):
    tab = show(explorer, reduced_motion="reduce").tab
    assert tab.get_by_role("button", name="Play").count() == 0


def test_two_stand_on_one_page(show, explorer, model, run):
    tab = show(explorer, step_explorer(model, TEXT, units=(2,), unit=2)).tab
    first, second = tab.locator(".lstm-explorer").all()
    second.get_by_role("slider").focus()
    tab.keyboard.press("ArrowRight")
    assert_shows(first, run, model.vocabulary, 0)
    assert_shows(second, run, model.vocabulary, 1, unit=2)
