"""Explorers 1 and 2 and their core in a browser, against NumPy's numbers.

By mouse and by keyboard, as a reader would. Each explorer stands on a page of
its own, so that no built site is needed.
"""

import numpy as np
import pytest
from browsing import VIEWS

from lstm_core import Vocabulary, entropy, half_life, load_hamlet, sigmoid, softmax
from lstm_core.figures.explorers import gate_explorer, one_hot_explorer
from lstm_core.figures.explorers.gates import SETTINGS, inputs, run

HAMLET = Vocabulary.from_text(load_hamlet())
STEPS = 60


class Changed:
    """An explorer whose HTML has been changed in one place."""

    def __init__(self, explorer, old, new):
        self.html = explorer._repr_html_()
        assert self.html.count(old) == 1, old
        self.html = self.html.replace(old, new)

    def _repr_html_(self):
        return self.html


def spoken(tab):
    """What the live region says once the reader has paused."""
    tab.wait_for_function("() => document.querySelector('[role=status]').textContent")
    return tab.get_by_role("status").text_content()


# The core ------------------------------------------------------------------
@pytest.fixture
def core(show):
    """The functions of core.js, called from Python."""
    names = "sigmoid, softmax, entropy, random, fixed, ticks"
    handle = f"root.core = {{ {names} }};\nstart();\n}});\n"
    tab = show(Changed(gate_explorer(), "start();\n});\n", handle)).tab
    call = f"""([code]) => {{
        const {{ {names} }} = document.querySelector(".lstm-explorer").core;
        return eval(code);
    }}"""
    return lambda code: tab.evaluate(call, [code])


def mulberry32(seed):
    """The generator in Python's whole numbers."""
    while True:
        seed = (seed + 1831565813) % 2**32
        z = (seed ^ seed >> 15) * (1 | seed) % 2**32
        z = (z + (z ^ z >> 7) * (61 | z)) % 2**32 ^ z
        yield (z ^ z >> 14) / 2**32


def test_core_computes_as_numpy_does(core, rng):
    x = rng.normal(size=9) * 5
    np.testing.assert_allclose(core(f"{x.tolist()}.map(sigmoid)"), sigmoid(x))
    for scores in (x, 100 * x):
        found = core(f"softmax({scores.tolist()})")
        np.testing.assert_allclose(found, softmax(scores))
    p = softmax(x)
    assert core(f"entropy({p.tolist()})") == pytest.approx(entropy(p))
    assert core("entropy([0, 1, 0])") == 0
    assert core("softmax([1000, -1000])") == [1, 0]


def test_core_draws_what_the_seed_says(core):
    code = "(() => { const draw = random(7); return [draw(), draw(), draw()]; })()"
    stream = mulberry32(7)
    assert core(code) == [next(stream) for _ in range(3)]
    assert core("random(7)()") != core("random(8)()")


def test_core_writes_numbers(core):
    wanted = {
        "fixed(1.5)": "1.50",
        "fixed(-0.001)": "0.00",
        "fixed(-2, 0)": "−2",
        "fixed(1 / 0)": "∞",
        "fixed(-1 / 0)": "−∞",
        "fixed(0 / 0)": "–",
        "ticks(0, 1).join()": "0,0.2,0.4,0.6,0.8,1",
        "ticks(-1.2, 5.3).join()": "0,2,4",
    }
    assert {code: core(code) for code in wanted} == wanted


GLOBALS = "() => Object.getOwnPropertyNames(window).filter((n) => isNaN(n)).sort()"


def test_two_of_a_kind_and_another_on_one_page(show):
    before = show().tab.evaluate(GLOBALS)
    one = one_hot_explorer(HAMLET)
    visit = show(one, one, gate_explorer(), gate_explorer())
    roots = visit.tab.locator(".lstm-explorer")
    ids = [root.get_attribute("id") for root in roots.all()]
    first = ["explorer-one-hot", "explorer-one-hot-2"]
    assert ids == [*first, "explorer-gates", "explorer-gates-2"]
    assert visit.tab.evaluate(GLOBALS) == before
    roots.nth(1).get_by_label("Text", exact=True).fill("beet")
    roots.nth(1).locator(".letters input").nth(2).check()
    roots.nth(3).get_by_role("button", name="Count").click()
    assert roots.nth(0).locator(".chip").count() == 5
    assert roots.nth(1).locator(".chip").count() == 4
    assert roots.nth(0).locator(".letters input").nth(0).is_checked()
    assert roots.nth(2).get_by_role("button", name="Fade").get_attribute("aria-pressed")
    visit.check()


def test_without_a_script_the_table_stays(show):
    visit = show(gate_explorer(), java_script_enabled=False)
    assert visit.tab.locator(".fallback table").is_visible()
    assert visit.tab.locator(".live").count() == 0


def test_a_script_that_fails_leaves_the_table(show, browser, tmp_path):
    broken = Changed(gate_explorer(), "load(setting, true);", "load(nothing);")
    visit = show(broken, wait=False)
    visit.tab.wait_for_timeout(300)
    assert visit.errors
    assert visit.tab.locator(".fallback table").is_visible()


def test_an_explorer_far_below_starts_when_the_reader_comes_near(show):
    visit = show(*[gate_explorer()] * 9, wait=False)
    live = visit.tab.locator(".live")
    live.first.wait_for()
    assert live.count() < 9
    visit.tab.locator(".lstm-explorer").last.scroll_into_view_if_needed()
    visit.tab.locator(".lstm-explorer").last.locator(".live").wait_for()


def test_play_moves_on_until_paused(show):
    tab = show(gate_explorer()).tab
    step = stepper(tab)
    tab.get_by_role("button", name="Play").click()
    tab.wait_for_function("(box) => box.value > 5", arg=step.element_handle())
    tab.get_by_role("button", name="Pause").click()
    stopped = step.input_value()
    tab.wait_for_timeout(400)
    assert step.input_value() == stopped
    assert f"step {int(stopped) + 1}:" in spoken(tab)
    assert tab.get_by_role("button", name="Play").is_visible()


def test_nothing_plays_where_motion_is_unwanted(show):
    tab = show(gate_explorer(), reduced_motion="reduce").tab
    assert tab.get_by_role("button", name="Play").count() == 0
    tab.get_by_role("button", name="On one step").click()
    assert stepper(tab).input_value() == "5"


# One-hot -------------------------------------------------------------------
@pytest.mark.parametrize("view", VIEWS)
def test_one_hot_is_accessible(show, view):
    visit = show(one_hot_explorer(HAMLET, "to be, or not to be, Yes"), view=view)
    visit.check()
    visit.tab.get_by_label("Vocabulary").select_option("tiny")
    visit.check()


TEXTS = ["to be", "beet", "To be", "", "it's 🐝", 'say "x" it\'s', "—;z", "b\\eX"]


@pytest.mark.parametrize("chosen", ["all", "tiny"])
def test_one_hot_says_what_encode_says(show, chosen):
    tab = show(one_hot_explorer(HAMLET)).tab
    tab.get_by_label("Vocabulary").select_option(chosen)
    vocabulary = HAMLET if chosen == "all" else Vocabulary("bet")
    for text in TEXTS:
        tab.get_by_label("Text", exact=True).fill(text)
        assert_says(tab, text, vocabulary)


def assert_says(tab, text, vocabulary):
    try:
        vocabulary.encode(text)
        wanted = ""
    except ValueError as error:
        wanted = f"ValueError: {error}"
    assert tab.locator(".error").text_content() == wanted
    assert tab.locator(".error").is_visible() == bool(wanted)
    ids = [vocabulary.chars.find(char) for char in text]
    names = ["?" if k < 0 else str(k) for k in ids]
    assert tab.locator(".chip small").all_text_contents() == names
    assert columns(tab, len(vocabulary)) == sorted(k for k in ids if k >= 0)


def columns(tab, depth):
    """The ids that the picture shows, from its filled cells; all others are 0."""
    bits = [float(box) for box in tab.locator("rect.one").evaluate_all(TOPS)]
    zeros = tab.locator("rect.zero").count()
    assert zeros == (depth - 1) * len(bits)
    tall = 14 if depth > 12 else 26
    return sorted(round((y - 22) / tall) for y in bits)


TOPS = """(boxes) => boxes.map((box) => box.getAttribute("y"))"""


def test_one_hot_by_keyboard(show):
    tab = show(one_hot_explorer(HAMLET, "to be")).tab
    tab.keyboard.press("Tab")
    tab.keyboard.press("ControlOrMeta+a")
    tab.keyboard.type("not")
    assert tab.locator(".chip small").all_text_contents() == [
        *map(str, HAMLET.encode("not"))
    ]
    assert "Its vector" not in spoken(tab)  # the whole text, not one letter
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    tab.keyboard.press("ArrowRight")
    assert f"has the id {HAMLET.encode('o')[0]}" in tab.locator(".detail").inner_text()
    assert tab.locator(".letters input").nth(1).is_checked()
    vector = tab.locator(".detail").inner_text().rpartition(": ")[2].split()
    np.testing.assert_array_equal(
        [int(bit) for bit in vector], np.eye(32)[HAMLET.encode("o")[0]]
    )


def test_one_hot_by_mouse(show):
    tab = show(one_hot_explorer(HAMLET, "beet")).tab
    tab.locator(".letters input").nth(3).click()
    assert "Position 3: “t” has the id 25" in tab.locator(".detail").inner_text()
    frame = tab.locator("svg rect.zero").first.bounding_box()
    tab.mouse.click(frame["x"] + 5, frame["y"] + 100)
    assert "Position 0: “b” has the id 8" in tab.locator(".detail").inner_text()
    assert tab.locator(".letters input").nth(0).is_checked()


# Gates ---------------------------------------------------------------------
@pytest.mark.parametrize("view", VIEWS)
def test_gates_are_accessible(show, view):
    visit = show(gate_explorer(), view=view)
    visit.check()
    visit.tab.get_by_role("button", name="Latch", exact=True).click()
    visit.tab.get_by_role("button", name="Send g = −1").click()
    visit.check()


def readings(tab):
    """The six numbers below the picture: half-life, g, c, h, h at the end, ratio."""
    texts = tab.locator(".readout dd").all_inner_texts()
    signs = str.maketrans({"−": "-", "∞": "inf", "–": "nan"})
    return [float(text.translate(signs).split()[0]) for text in texts]


def expected(step, f, i, o, g, c0=0.0, latch=0):
    c, h = run(f, i, o, g, c0, latch)
    at = step - 1
    ratio = h[-1] / h[at] if h[at] else np.nan
    return [half_life(f), g[at], c[at], h[at], h[-1], ratio]


def stepper(tab):
    return tab.get_by_role("slider", name="Step", exact=True)


def go_to(tab, step):
    stepper(tab).fill(str(step - 1))


def agree(tab, step, **setting):
    """Assert that readings and picture are those of NumPy."""
    go_to(tab, step)
    atol = [0.0501, 1e-9, 6e-4, 6e-4, 6e-4, 6e-4]
    wanted = expected(step, **setting)
    for found, want, off in zip(readings(tab), wanted, atol, strict=True):
        np.testing.assert_allclose(found, want, rtol=0, atol=off)
    c, h = run(**setting)
    start = setting.get("c0", 0.0)
    drawn = {"c": [start, *c], "h": [setting["o"] * np.tanh(start), *h]}
    points = {key: line(tab, key) for key in drawn}
    values = np.concatenate([*drawn.values()])
    pixels = np.concatenate([*points.values()])
    if np.ptp(values):
        slope, base = np.polyfit(values, pixels, 1)
        np.testing.assert_allclose(pixels, slope * values + base, rtol=0, atol=0.2)
        assert slope < 0, "up is more"


def line(tab, key):
    """Heights of a line's points in the larger picture, in pixels."""
    points = tab.locator(f"svg.plot >> nth=1 >> polyline.{key}")
    pairs = points.get_attribute("points").split()
    assert len(pairs) == STEPS + 1
    return np.array([float(pair.split(",")[1]) for pair in pairs])


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_do_what_numpy_does(show, name):
    tab = show(gate_explorer()).tab
    tab.get_by_role("button", name=name, exact=True).click()
    look = dict(SETTINGS[name])
    look["g"] = inputs(look["g"], STEPS)
    for step in (8, 16, 20):
        agree(tab, step, o=1.0, **look)
    buttons = tab.locator("[aria-label=Settings] button[aria-pressed=true]")
    assert buttons.all_inner_texts() == [name]


def bias_slider(tab, key):
    return tab.get_by_label(f"{key}, bias")


def gate_box(tab, key):
    return tab.get_by_label(f"{key}, gate value")


def test_gates_by_keyboard(show):
    tab = show(gate_explorer()).tab
    bias_slider(tab, "f").focus()
    for _ in range(15):
        tab.keyboard.press("ArrowRight")
    bias_slider(tab, "i").focus()
    tab.keyboard.press("Home")
    for _ in range(7):
        tab.keyboard.press("PageUp")
    gate_box(tab, "o").focus()
    tab.keyboard.press("ControlOrMeta+a")
    tab.keyboard.type("0.25")
    bias = float(bias_slider(tab, "i").input_value())
    assert -10 < bias < 10
    f, i = sigmoid(4.5), sigmoid(bias)
    for key, value in {"f": f, "i": i}.items():
        assert float(gate_box(tab, key).input_value()) == pytest.approx(value, abs=6e-6)
    found = tab.get_by_label("o, bias").get_attribute("aria-valuetext")
    assert found == "−1.1"  # log(0.25 / 0.75)
    agree(tab, 5, f=f, i=i, o=0.25, g=inputs({5: 1}, STEPS))
    stepper(tab).focus()
    tab.keyboard.press("End")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    agree(tab, STEPS, f=f, i=i, o=0.25, g=inputs({5: 1, STEPS: -1}, STEPS))
    assert "At step 60, c is" in spoken(tab)


def test_gates_by_mouse(show):
    tab = show(gate_explorer()).tab
    picture = tab.locator("svg.plot").nth(1)
    box = picture.bounding_box()
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + 80)
    step = int(stepper(tab).input_value()) + 1
    assert 25 < step < 36
    tab.get_by_role("button", name="Send g = 1").click()
    slider = bias_slider(tab, "f").bounding_box()
    middle = slider["y"] + slider["height"] / 2
    tab.mouse.click(slider["x"] + 0.72 * slider["width"], middle)
    bias = float(bias_slider(tab, "f").input_value())
    assert 3 < bias < 6
    setting = {"f": sigmoid(bias), "i": 1.0, "o": 1.0}
    agree(tab, step, **setting, g=inputs({5: 1, step: 1}, STEPS))
    tab.get_by_role("button", name="Latch g").click()
    agree(tab, step, **setting, g=inputs({5: 1, step: 1}, STEPS), latch=step)
    tab.get_by_role("button", name="Clear the input").click()
    assert tab.locator("svg.plot").nth(0).get_attribute("aria-label") == (
        "Input g: none."
    )
    tab.get_by_label("c at the start").fill("1.5")
    agree(tab, 3, **setting, g=np.zeros(STEPS), c0=1.5)


def test_gates_that_are_no_gates_change_nothing(show):
    tab = show(gate_explorer()).tab
    before = readings(tab)
    for bad in ("1.5", "-0.1", ""):
        gate_box(tab, "f").fill(bad)
        assert gate_box(tab, "f").get_attribute("aria-invalid") == "true"
        assert readings(tab) == before
    gate_box(tab, "f").fill("1")
    assert gate_box(tab, "f").get_attribute("aria-invalid") == "false"
    assert readings(tab)[0] == np.inf


PLANTED = {
    "no input gate": ("f * c[t - 1] + i * g[t]", "f * c[t - 1] + g[t]"),
    "old c": ("f * c[t - 1] + i * g[t]", "f * c[0] + i * g[t]"),
    "no tanh": ("h.push(gate.o * Math.tanh(c[t]))", "h.push(gate.o * c[t])"),
    "wrong sigmoid": ("1 / (1 + Math.exp(-x))", "1 / (1 + Math.exp(-2 * x))"),
    "mean life": ("Math.log(2) / Math.abs", "1 / Math.abs"),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_wrong_formula_is_found(show, planted):
    tab = show(Changed(gate_explorer(), *PLANTED[planted])).tab
    for key, value in {"f": "2", "i": "1", "o": "1.5"}.items():
        bias_slider(tab, key).fill(value)
    setting = {"f": sigmoid(2.0), "i": sigmoid(1.0), "o": sigmoid(1.5)}
    with pytest.raises(AssertionError):
        agree(tab, 9, **setting, g=inputs({5: 1}, STEPS))
