"""The explorer of chapter 5 in a browser, against the run that it shows."""

import re

import pytest
from browsing import VIEWS

from lstm_core import CharLSTM, Vocabulary, load_hamlet
from lstm_core.figures.explorers import film_explorer

TEXT = load_hamlet()[:150]
BASELINES = {"uniform": 3.2, "unigram": 2.8}


@pytest.fixture(scope="module")
def run():
    """A short training, two samples of it, and two that we made up."""
    samples = {}

    def watch(model, history):
        if len(history) in (4, 20):
            samples[len(history)] = model.generate("t", len(TEXT) - 1)

    model = CharLSTM(Vocabulary.from_text(TEXT), 16)
    small = {"batch_size": 4, "window": 8, "progress": False}
    history = model.fit(TEXT, 60, lr=0.05, callback=watch, **small)
    samples |= {30: TEXT[:43] + " " + TEXT[44:], 40: TEXT[:-1] + "#", 50: TEXT}
    return history, samples


@pytest.fixture
def explorer(run):
    history, samples = run
    middle = sorted(history.grad_norm)[30]  # so that half of them are clipped
    look = {"baselines": BASELINES, "max_norm": round(middle, 3)}
    return film_explorer(TEXT, history, samples, **look)


def slip_of(sample):
    pairs = zip(sample, TEXT, strict=True)
    return next((k for k, (a, b) in enumerate(pairs) if a != b), None)


def words_of(sample):
    """What the explorer says of a sample."""
    k = slip_of(sample)
    if k is None:
        return f"All {len(TEXT)} characters are as in the text."
    if k >= 120:
        return f"{k} of 150 characters, then the first slip, further on than is shown."
    wrote, wanted = ("a space" if c == " " else f"“{c}”" for c in (sample[k], TEXT[k]))
    return (
        f"{k} of 150 characters, then the first slip: {wrote} where the text "
        f"has {wanted}."
    )


def assert_shows(tab, explorer, run, update):
    history, samples = run
    loss, norm = history.loss[update - 1], history.grad_norm[update - 1]
    clip = explorer.data["clip"]
    clipped = f", clipped to {clip:g}" if round(norm, 3) > clip else ""
    assert tab.locator(".readout dd").all_text_contents() == [
        f"{loss:.3f} nats",
        f"{norm:.3f}{clipped}",
    ]
    box = tab.get_by_role("slider")
    words = f"loss {loss:.3f} nats, gradient norm {norm:.3f}."
    assert box.get_attribute("aria-valuetext") == f"Update {update}: {words}"
    assert tab.locator(".player .shown").text_content() == f"{update} of 60"
    taken = max((u for u in samples if u <= update), default=None)
    pressed = tab.locator('.stops [aria-pressed="true"]').all_text_contents()
    if taken is None:
        assert pressed == []
        assert tab.locator(".sample").text_content() == ""
        return
    assert pressed == [str(taken)]
    sample = samples[taken]
    said = tab.locator(".writes p").all_text_contents()
    assert said[:2] == [f"After update {taken} it writes:", words_of(sample)]
    assert said[2].replace("␣", " ") == sample[:120] + "…"
    slip = slip_of(sample)
    assert tab.locator(".sample mark").text_content() == sample[:slip][:120]
    framed = tab.locator(".sample .slip").all_text_contents()
    shown = slip is not None and slip < 120
    assert framed == ([sample[slip].replace(" ", "␣")] if shown else [])


@pytest.mark.parametrize("view", VIEWS)
def test_is_accessible(show, explorer, view):
    visit = show(explorer, view=view)
    visit.check()
    for update in (20, 50):
        visit.tab.get_by_role("button", name=f"Update {update}").click()
        visit.check()


def test_shows_the_numbers_of_an_update(show, explorer, run):
    tab = show(explorer).tab
    for update in (60, 1, 3, 4, 19, 20, 30, 31, 40, 49, 50):
        tab.get_by_role("slider").fill(str(update - 1))
        assert_shows(tab, explorer, run, update)


def test_by_keyboard(show, explorer, run):
    tab = show(explorer).tab
    assert_shows(tab, explorer, run, 1)
    tab.get_by_role("slider").focus()
    for key, update in [("End", 60), ("ArrowLeft", 59), ("Home", 1), ("ArrowRight", 2)]:
        tab.keyboard.press(key)
        assert_shows(tab, explorer, run, update)
    for _ in range(3):  # past the samples 4 and 20, to 30
        tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert_shows(tab, explorer, run, 30)
    status = tab.get_by_role("status")
    status.filter(has_text="43 of 150 characters").wait_for(state="attached")


def test_by_mouse(show, explorer, run):
    tab = show(explorer).tab
    for picture in tab.locator("svg").all():
        box = picture.bounding_box()
        x = box["x"] + 38 + 0.5 * (box["width"] - 38 - 24)  # between the axes' ends
        tab.mouse.click(x, box["y"] + box["height"] / 2)
        assert_shows(tab, explorer, run, 30)
        tab.get_by_role("button", name="Back one step").click()
        assert_shows(tab, explorer, run, 29)
    tab.get_by_role("button", name="Update 50").click()
    assert_shows(tab, explorer, run, 50)
    tab.get_by_role("button", name="On one step").click()
    assert_shows(tab, explorer, run, 51)


def test_pictures_mark_the_recital_and_the_place(show, explorer, run):
    history, _ = run
    tab = show(explorer).tab
    tab.get_by_role("button", name="Update 20").click()
    loss, norm = tab.locator("svg").all()
    assert loss.locator("text.note").all_text_contents() == ["recites after 50"]
    texts = loss.locator("text").all_text_contents()
    assert {*BASELINES} < {*texts}
    assert "clip" in norm.locator("text").all_text_contents()
    for picture, values in ((loss, history.loss), (norm, history.grad_norm)):
        points = picture.locator("polyline").get_attribute("points").split()
        x, y = zip(*(map(float, point.split(",")) for point in points), strict=True)
        assert len(x) == 60
        dot = picture.locator("circle.here")
        assert abs(float(dot.get_attribute("cx")) - x[19]) < 0.06
        assert abs(float(dot.get_attribute("cy")) - y[19]) < 0.06
        scale = (y[0] - y[59]) / (values[0] - values[59])  # one line for all
        for n in range(60):
            assert abs(y[n] - y[59] - scale * (values[n] - values[59])) < 0.5
        label = picture.get_attribute("aria-label")
        assert f"Update 20: loss {history.loss[19]:.3f} nats" in label


def test_plays_and_pauses(show, explorer, run):
    tab = show(explorer).tab
    tab.get_by_role("button", name="Play").click()
    output = tab.locator(".player .shown")
    output.filter(has_text=re.compile(r"^([5-9]|\d\d) of 60$")).wait_for()
    tab.get_by_role("button", name="Pause").click()
    stopped = int(output.text_content().split()[0])
    tab.wait_for_timeout(200)
    assert_shows(tab, explorer, run, stopped)


def test_does_not_play_where_motion_is_unwanted(show, explorer, run):
    tab = show(explorer, reduced_motion="reduce").tab
    assert tab.get_by_role("button", name="Play").count() == 0
    tab.get_by_role("button", name="On one step").click()
    assert_shows(tab, explorer, run, 2)


def test_without_a_recital_or_baselines_nothing_is_marked(show, run):
    history, samples = run
    tab = show(film_explorer(TEXT, history, {20: samples[20]})).tab
    assert tab.locator("svg text.note").count() == 0
    assert tab.locator("svg").first.locator(".rule").count() == 0
