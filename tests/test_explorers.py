"""What an explorer's HTML holds; what a browser makes of it: tests/site."""

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib.resources import files

import numpy as np
import pytest

from lstm_core import Vocabulary, half_life, load_hamlet, lstm_cell_forward, one_hot
from lstm_core.figures.explorers import Explorer, gate_explorer, one_hot_explorer
from lstm_core.figures.explorers.gates import SETTINGS, inputs, run
from lstm_core.figures.explorers.page import json_text, table
from lstm_core.figures.palette import COLOURS, DARK

MOST_BYTES = 40_000
VOID = {"input", "br", "col"}
NASTY = """</script><!--<b>&amp;"'é\u2028"""

MAKERS = {
    "one_hot": lambda: one_hot_explorer(Vocabulary.from_text(load_hamlet())),
    "gates": gate_explorer,
}
every_explorer = pytest.mark.parametrize("name", MAKERS)


class Page(HTMLParser):
    """Elements, scripts and the cells of tables; checks that tags are closed."""

    def __init__(self, explorer):
        super().__init__()
        self.open, self.ids, self.scripts, self.cells = [], [], {}, []
        self.text = ""
        self.feed(explorer._repr_html_())
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.ids += [value for key, value in attrs if key == "id"]
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))
        if tag in {"td", "th"}:
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        tag, attrs = self.open[-1] if self.open else ("", {})
        if tag == "script":
            self.scripts[attrs.get("type", "script")] = data
        elif tag != "style":
            self.text += data
        if tag in {"td", "th"}:
            self.cells[-1] += data


@every_explorer
def test_html_is_the_same_in_every_process(name):
    program = f"""
import sys
sys.path.insert(0, "tests")
from test_explorers import MAKERS
sys.stdout.reconfigure(encoding="utf-8", newline="")
print(MAKERS[{name!r}]()._repr_html_(), end="")
"""
    env = {**os.environ, "PYTHONHASHSEED": "123"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=env)
    assert done.stderr == b""
    assert done.stdout.decode("utf-8") == MAKERS[name]()._repr_html_()


@every_explorer
def test_html_is_small_whole_and_self_contained(name):
    explorer = MAKERS[name]()
    html = explorer._repr_html_()
    assert len(html.encode()) < MOST_BYTES
    page = Page(explorer)
    assert page.ids == [f"explorer-{name.replace('_', '-')}"]
    assert page.scripts["script"].strip().endswith("})();")
    outside = re.sub(r"http://www\.w3\.org/2000/svg", "", html)
    assert not re.search(r"https?:|\bimport\b|@import|url\(|\bsrc=|<link", outside)
    assert repr(explorer) == f"<Explorer {name}>"


@every_explorer
def test_palette_is_the_books(name):
    html = MAKERS[name]()._repr_html_()
    for key, colour in COLOURS.items():
        assert f"--{key}: light-dark({colour}, {DARK[key]});" in html


@pytest.mark.parametrize("name", ["core.js", *sorted(f"{n}.js" for n in MAKERS)])
def test_scripts_write_text_and_never_html(name):
    code = (files("lstm_core.figures.explorers") / name).read_text("utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\b", code)
    assert not re.search(r"\bwindow\.|globalThis|</", code)


def test_an_explorers_style_is_its_own():
    folder = files("lstm_core.figures.explorers")
    sheets = [sheet for sheet in folder.iterdir() if sheet.name.endswith(".css")]
    assert len(sheets) > 1
    for sheet in sheets:
        css = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
        tops = re.findall(r"^(?!@|})\S.*(?= {)|^  (?=\.).*(?= {)", css, re.MULTILINE)
        assert tops, sheet.name
        assert not [
            top
            for top in tops
            if ".lstm-explorer" not in top
            and f".explorer-{sheet.name[:-4].replace('_', '-')}" not in top
        ]


def test_data_survives_the_way_through_html():
    data = {NASTY: [NASTY, None, True, 1.23456, -0.0, np.arange(2.0), (1, 2)]}
    page = Page(Explorer("one_hot", NASTY, data, table(NASTY, [NASTY], [[NASTY]])))
    stored = json.loads(page.scripts["application/json"])
    assert stored == {NASTY: [NASTY, None, True, 1.235, 0, [0, 1], [1, 2]]}
    assert page.text.count(NASTY) == 3


def test_numbers_are_written_briefly():
    assert json_text({"b": -0.0001, "a": [1.0, 0.12345]}, 3) == '{"a":[1,0.123],"b":0}'


@pytest.mark.parametrize("bad", [np.nan, np.inf, [1.0, -np.inf], {1, 2}, object()])
def test_data_of_the_wrong_kind(bad):
    with pytest.raises(ValueError, match=r"^data: wanted "):
        json_text({"key": bad}, 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda v: one_hot_explorer("bet"), "vocabulary: wanted a Vocabulary, got 'b"),
        (lambda v: one_hot_explorer(v, 3), "text: wanted a str, got int 3"),
        (lambda v: one_hot_explorer(v, ""), "text: wanted at least 1 character, got 0"),
        (lambda v: one_hot_explorer(v, "e" * 25), "text: wanted at most 24 char"),
        (lambda v: gate_explorer(19), "steps: wanted a whole number >= 20, got 19"),
        (lambda v: gate_explorer(60.0), "steps: wanted a whole number >= 20, got 60.0"),
        (lambda v: gate_explorer(101), "steps: wanted at most 100, got 101"),
    ],
    ids=["list", "number", "empty", "long", "few", "float", "many"],
)
def test_arguments_of_the_wrong_kind(call, message):
    with pytest.raises(ValueError) as caught:
        call(Vocabulary("bet"))
    assert str(caught.value).startswith(message)


def test_one_hot_shows_its_columns_without_a_script():
    vocabulary = Vocabulary.from_text("to be")
    page = Page(one_hot_explorer(vocabulary, "to Be"))
    rows = np.array(page.cells[3:]).reshape(-1, 3)
    assert [*rows[:, 0]] == ["t", "o", "␣", "B", "e"]
    known = [0, 1, 2, 4]
    ids = vocabulary.encode("to e")
    assert [*rows[known, 1]] == [*map(str, ids)]
    bits = [[int(bit) for bit in row] for row in rows[known, 2]]
    np.testing.assert_array_equal(bits, one_hot(ids, len(vocabulary)))
    assert [*rows[3, 1:]] == ["none", "not in it"]


def test_gates_show_their_numbers_without_a_script():
    page = Page(gate_explorer(30))
    rows = np.array(page.cells[11:]).reshape(len(SETTINGS), 11)
    assert [*rows[:, 0]] == [*SETTINGS]
    shown = np.array([1, 5, 8, 12, 16, 20, 30])
    for row in rows:
        f, i, life = row[1:4]
        look = SETTINGS[row[0]]
        assert [f, i] == [f"{look['f']:.3f}", f"{look['i']:.3f}"]
        assert life == f"{half_life(look['f']):.1f}".replace("inf", "∞")
    cells = dict(zip(rows[:, 0], rows[:, 4:].astype(float), strict=True))
    age = np.maximum(shown - 5, 0)
    fade = (shown >= 5) * SETTINGS["Fade"]["f"] ** age
    g = inputs(SETTINGS["Count"]["g"], 30)
    np.testing.assert_allclose(cells["Fade"], fade, atol=0.005)
    np.testing.assert_array_equal(cells["Keep"], 2)
    np.testing.assert_array_equal(cells["Forget"], 0)
    np.testing.assert_array_equal(cells["Overwrite"], g[shown - 1])
    np.testing.assert_array_equal(cells["Latch"], [2, 2, 1, 1, 1, 1, 1])
    np.testing.assert_array_equal(cells["Count"], 2 + np.cumsum(g)[shown - 1])


def test_gate_laboratory_is_the_cell_of_the_book(rng):
    bias = rng.normal(size=4)
    params = {
        "weight_ih": np.array([[0.0], [0.0], [1.0], [0.0]]),
        "weight_hh": np.zeros((4, 1)),
        "bias": bias * [1, 1, 0, 1],  # i, f, g, o
    }
    x = rng.normal(size=30)
    h = c = np.zeros((1, 1))
    cs, hs = [], []
    for value in x:
        h, c, cache = lstm_cell_forward(np.array([[value]]), h, c, params)
        cs.append(c[0, 0])
        hs.append(h[0, 0])
    gates = (float(cache.f[0, 0]), float(cache.i[0, 0]), float(cache.o[0, 0]))
    np.testing.assert_allclose(run(*gates, np.tanh(x)), [cs, hs])
