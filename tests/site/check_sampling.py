"""The explorer of chapter 6 in a browser, against lstm_core.sampling."""

import itertools

import numpy as np
import pytest
from browsing import VIEWS

from lstm_core import (
    apply_temperature,
    choose,
    entropy,
    keep_top_k,
    keep_top_p,
    softmax,
)
from lstm_core.figures.explorers import sampling_explorer

CHARS = "abcdefghijklmnopqrstuvwxyz '.\n<&"
V = len(CHARS)
LOGITS = np.random.default_rng(4).normal(0, 2, (2, V)).round(4)
CONTEXTS = {"to ": LOGITS[0], "sure <b>": 3 * LOGITS[1]}
DIALS = {"Temperature": 1, "Top-k": V, "Top-p": 1}
SIGNS = {"␣": " ", "↵": "\n"}
TURN = """(values) => {
    const dials = document.querySelectorAll("input[type=range]");
    values.forEach((value, n) => {
        dials[n].value = value;
        dials[n].dispatchEvent(new Event("input", { bubbles: true }));
    });
}"""


def left(logits, temperature, k, p):
    """Return the distribution from which `choose` draws."""
    if temperature == 0:
        best = choose(logits, temperature=0, top_k=k, top_p=p)
        return np.arange(len(logits)) == best
    logits = apply_temperature(logits, temperature)
    if k < len(logits):
        logits = keep_top_k(logits, k)
    return softmax(keep_top_p(logits, p) if p < 1 else logits)


def spins(probs, seed, count):
    """Draw as the page does: mulberry32, and the wheel of `lstm_core.draw`."""
    edges, ids = np.cumsum(probs), []
    state = seed
    for _ in range(count):
        state = (state + 0x6D2B79F5) % 2**32
        z = (state ^ state >> 15) * (state | 1) % 2**32
        z ^= (z + (z ^ z >> 7) * (z | 61)) % 2**32
        spin = (z ^ z >> 14) % 2**32 / 2**32
        ids.append(int(np.searchsorted(edges, spin * edges[-1], side="right")))
    return ids


def turn(tab, temperature, k, p):
    tab.evaluate(TURN, [temperature, k, p])


def table(tab):
    """Return before, after and drawn, by character."""
    cells = tab.locator("table.bars tbody :is(th, td)").all_text_contents()
    rows = [cells[n : n + 5] for n in range(0, len(cells), 5)]
    return {SIGNS.get(name, name): [*shown] for name, *shown, _ in rows}


def assert_shows(tab, logits, *values, chars=CHARS):
    before, after = softmax(logits), left(logits, *values)
    rows = table(tab)
    assert set(rows) == set(chars)
    for k, char in enumerate(chars):
        shown_before, shown_after, _ = rows[char]
        assert abs(float(shown_before) - before[k]) < 0.00051
        assert (shown_after == "out") == (after[k] == 0), char
        if after[k]:
            assert abs(float(shown_after) - after[k]) < 0.00051
    kept = np.count_nonzero(after)
    bits = [f"{abs(entropy(p)) / np.log(2):.2f} bits" for p in (before, after)]
    shown = tab.locator(".readout dd").all_text_contents()
    assert shown == [*bits, f"{kept} of {len(chars)}"]


@pytest.fixture
def tab(show):
    tab = show(sampling_explorer(CONTEXTS, CHARS)).tab
    tab.get_by_label("Show all").check()
    return tab


@pytest.mark.parametrize("view", VIEWS)
def test_is_accessible(show, view):
    visit = show(sampling_explorer(CONTEXTS, CHARS), view=view)
    visit.check()
    turn(visit.tab, 0.7, 8, 0.9)
    visit.tab.get_by_label("Show all").check()
    visit.tab.get_by_role("button", name="Draw 100").click()
    visit.check()


@pytest.mark.parametrize("context", range(2))
def test_distribution_is_that_of_choose(tab, context):
    tab.get_by_label("The model has read").select_option(str(context))
    logits = list(CONTEXTS.values())[context]
    dials = (0, 0.2, 0.5, 1, 1.7, 3), (1, 5, V - 1, V), (0.01, 0.5, 0.9, 1)
    for values in itertools.product(*dials):
        turn(tab, *values)
        assert_shows(tab, logits, *values)


def test_ends_of_the_dials_are_plain_and_greedy(tab):
    plain = softmax(LOGITS[0])
    for values in (1, V, 1), (1, 1, 1), (1, V, 0.01), (0, V, 1):
        turn(tab, *values)
        shown = {char: cells[1] for char, cells in table(tab).items()}
        if values == (1, V, 1):
            assert all(
                shown[c] == f"{q:.3f}" for c, q in zip(CHARS, plain, strict=True)
            )
        else:
            kept = [char for char, text in shown.items() if text != "out"]
            assert kept == [CHARS[LOGITS[0].argmax()]]
            assert shown[kept[0]] == "1.000"


@pytest.mark.parametrize(
    "logits",
    [[0, 0, 0, 0], [0, 0, 0, 0, 0], [1, 2, 2, 1, 2], [3, 1, 1, 1, 0, -5]],
    ids=["four", "five", "three-best", "three-second"],
)
def test_equal_scores_are_kept_in_their_order(show, logits):
    chars = CHARS[: len(logits)]
    tab = show(sampling_explorer({"t": logits}, chars)).tab
    scores = np.array(logits, float)
    dials = (0, 1), range(1, len(logits) + 1), (0.25, 0.4, 0.5, 0.6, 1)
    for values in itertools.product(*dials):
        turn(tab, *values)
        assert_shows(tab, scores, *values, chars=chars)


def test_by_keyboard(tab):
    def press(*keys):
        for key in keys:
            tab.keyboard.press(key)

    tab.get_by_label("The model has read").focus()
    press("ArrowDown", "Tab", "Tab", "Home", *["ArrowRight"] * 30)
    press("Tab", "Home", *["ArrowRight"] * 6)
    press("Tab", *["ArrowLeft"] * 5)
    dials = [float(tab.get_by_label(name).input_value()) for name in DIALS]
    assert dials == [1.5, 7, 0.95]
    assert_shows(tab, CONTEXTS["sure <b>"], 1.5, 7, 0.95)
    bits = entropy(left(CONTEXTS["sure <b>"], 1.5, 7, 0.95)) / np.log(2)
    for name, words in zip(DIALS, ["1.50", "7", "0.95"], strict=True):
        heard = tab.get_by_label(name).get_attribute("aria-valuetext")
        assert heard == f"{words}; entropy {bits:.2f} bits"
    press("Tab", "Control+a", "7", "Tab", "Enter", "Enter")
    ids = spins(left(CONTEXTS["sure <b>"], 1.5, 7, 0.95), 7, 2)
    wanted = "".join(CHARS[k] for k in ids)
    assert tab.locator(".drawn .mono").text_content() == wanted.replace(" ", "␣")


def test_by_mouse(tab):
    box = tab.get_by_label("Temperature").bounding_box()
    tab.mouse.click(box["x"] + 0.2 * box["width"], box["y"] + box["height"] / 2)
    temperature = float(tab.get_by_label("Temperature").input_value())
    assert 0.4 < temperature < 0.8
    assert_shows(tab, LOGITS[0], temperature, V, 1)
    tab.get_by_role("button", name="Plain again").click()
    assert_shows(tab, LOGITS[0], 1, V, 1)


@pytest.mark.parametrize("seed", [0, 1, 9999])
def test_draws_are_those_of_the_wheel(tab, seed):
    tab.get_by_label("Seed").fill(str(seed))
    tab.get_by_role("button", name="Draw 100").click()
    tab.get_by_role("button", name="Draw 1", exact=True).click()
    for values in (1, V, 1), (0.6, 10, 0.9), (0, V, 1):  # the spins stay
        turn(tab, *values)
        ids = spins(left(LOGITS[0], *values), seed, 101)
        counts = np.bincount(ids, minlength=V)
        shown = {char: int(cells[2]) for char, cells in table(tab).items()}
        assert shown == dict(zip(CHARS, counts, strict=True))
        text = "".join(CHARS[k] for k in ids[1:]).replace(" ", "␣").replace("\n", "↵")
        assert tab.locator(".drawn .mono").text_content() == text


def test_draws_follow_what_is_shown(tab):
    turn(tab, 1.5, 20, 0.9)
    for _ in range(50):
        tab.get_by_role("button", name="Draw 100").click()
    p = left(LOGITS[0], 1.5, 20, 0.9)
    rows = table(tab)
    shown = np.array([int(rows[char][2]) for char in CHARS])
    assert shown.sum() == 5000
    error = np.sqrt(5000 * p * (1 - p))
    np.testing.assert_array_less(np.abs(shown - 5000 * p), 4 * error + 1e-9)
    tab.get_by_role("button", name="Clear").click()
    assert {cells[2] for cells in table(tab).values()} == {"–"}


def test_rows_that_are_not_shown_are_summed(show):
    tab = show(sampling_explorer(CONTEXTS, CHARS)).tab
    turn(tab, 2, V, 1)
    rows = table(tab)
    best = np.argsort(-LOGITS[0])
    names = [CHARS[k] for k in best[:12]]
    assert list(rows) == [*names, f"{V - 12} others"]
    for column, probs in enumerate([softmax(LOGITS[0]), left(LOGITS[0], 2, V, 1)]):
        wanted = probs[best[12:]].sum()
        assert abs(float(rows[f"{V - 12} others"][column]) - wanted) < 0.00051


def test_a_bad_seed_changes_nothing(tab):
    tab.get_by_role("button", name="Draw 100").click()
    before = table(tab)
    tab.get_by_label("Seed").fill("")
    assert tab.get_by_label("Seed").get_attribute("aria-invalid") == "true"
    assert table(tab) == before
