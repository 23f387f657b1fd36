"""The palette is legible and every figure is labelled, unclipped, repeatable."""

import functools
import io
from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.colors import to_hex, to_rgb

from lstm_core import figures, init_lstm, lstm_forward, one_hot, softmax
from lstm_core.figures import diagrams
from lstm_core.figures.palette import COLOURS, DARK, LINE_STYLES, NAMES, PAGES

QUANTITIES = [*"ifgoch", "accent"]
LEGIBLE = [*QUANTITIES, "ink", "muted"]

# CSS filter: invert(1) hue-rotate(180deg), on sRGB values from 0 to 1. The
# matrix is that of W3C Filter Effects 1, feColorMatrix type hueRotate, for
# cos = -1 and sin = 0.
LUMA = np.array([0.213, 0.715, 0.072])
HUE_ROTATE_180 = 2 * np.tile(LUMA, (3, 1)) - np.eye(3)

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
COLOUR_BLINDNESS = {
    "none": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}

SRGB_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)

# About five just noticeable differences (2.3 each) in CIE 1976 Lab.
APART = 12.0


def css_dark(colour):
    return np.clip(HUE_ROTATE_180 @ (1 - np.array(to_rgb(colour))), 0, 1)


def linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    return linear(colour) @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def lab(rgb_linear):
    xyz = SRGB_TO_XYZ @ rgb_linear / SRGB_TO_XYZ.sum(axis=1)
    x, y, z = np.where(
        xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz * (29 / 6) ** 2 / 3 + 4 / 29
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def seen(colour, matrix):
    return lab(np.clip(np.array(matrix) @ linear(colour), 0, 1))


def small_cache(text):
    vocabulary = sorted(set(text))
    ids = np.array([[vocabulary.index(char)] for char in text])
    params = init_lstm(len(vocabulary), 3, rng=np.random.default_rng(1))
    return lstm_forward(one_hot(ids, len(vocabulary)), None, params)[2]


def noisy(*shape):
    return np.random.default_rng(2).random(shape) + 0.5


LINE = "To be, or not to be, that is the question:"
STEPS = np.arange(40)

CHARTS = {
    "lines, gates": lambda: figures.lines(
        STEPS, {key: noisy(40) for key in "ifgoch"}, "step", "value"
    ),
    "lines, plain": lambda: figures.lines(
        STEPS,
        {f"bias {b}": np.exp(-STEPS / 10**b) for b in (0, 1, 2, 3, 4, 5)},
        "steps back",
        "share kept",
    ),
    "lines, log": lambda: figures.lines(
        STEPS,
        {"product of f": 0.9**STEPS, "plain RNN": 0.5**STEPS},
        "steps back",
        "norm",
        keys=["f", "muted"],
        yscale="log",
    ),
    "lines, few": lambda: figures.lines(
        [1, 2, 4, 8], {"": noisy(4)}, "window", "cosine", xscale="log", ylim=(0, 2)
    ),
    "spread": lambda: figures.spread(
        STEPS, {"Adam": noisy(5, 40), "SGD": 1 + noisy(5, 40)}, "update", "loss"
    ),
    "heatmap, one-hot": lambda: figures.heatmap(
        np.eye(9), "To be,\nor", list("To be,\nor"), "character", "row"
    ),
    "heatmap, values": lambda: figures.heatmap(
        noisy(4, 3) - 1,
        ["i", "f", "g", "o"],
        ["h₁", "h₂", "x"],
        "input",
        "gate",
        value_label="weight",
        diverging=True,
        values="{:.2f}",
    ),
    "heatmap, large": lambda: figures.heatmap(
        np.where(np.tri(60), noisy(60, 60), np.nan),
        None,
        None,
        "step t",
        "step s",
        value_label="gradient",
        limits=(0, 2),
        key="h",
    ),
    "bars": lambda: figures.bars(
        {"uniform": 5.0, "bigram": 3.4, "LSTM, 64 units": 3.3},
        "bits per character",
        highlight="LSTM, 64 units",
        ranges={"LSTM, 64 units": (3.1, 3.8)},
        reference={"log2 V": 4.7},
    ),
    "probability_bars": lambda: figures.probability_bars(
        {f"T = {T}": softmax(3 * noisy(32) / T) for T in (0.3, 1, 2)},
        sorted(set(LINE + "QWERTZUIPASDFGHJKL\n"))[:32],
    ),
    "gate_strips": lambda: figures.gate_strips(small_cache(LINE), LINE, unit=2),
    "sigmoid_tanh": figures.sigmoid_tanh,
    "half_life_curve": lambda: figures.half_life_curve(span=60),
    "clip_angle": figures.clip_angle,
}

DIAGRAMS = {
    **{
        f"cell, {lit}": (lambda lit=lit: figures.draw_cell(lit))
        for lit in diagrams.EQUATIONS
    },
    **{
        f"unrolled, {n}": (lambda n=n: figures.draw_unrolled("to be\nor"[:n]))
        for n in (2, 5, 7)
    },
    "gradient_streams": figures.gradient_streams,
}

HELPERS = {**CHARTS, **DIAGRAMS}

charts = pytest.mark.parametrize("draw", CHARTS.values(), ids=CHARTS)
helpers = pytest.mark.parametrize("name", HELPERS)


@pytest.fixture(autouse=True)
def no_figure_stays_open():
    yield
    plt.close("all")


def png(fig):
    """Return a figure's bytes, as a notebook saves it."""
    stream = io.BytesIO()
    fig.savefig(stream, bbox_inches="tight", facecolor=fig.get_facecolor())
    return stream.getvalue()


@functools.cache
def drawn(name):
    """Draw a figure once; return its bytes, its extent and its texts' boxes."""
    fig, _ = HELPERS[name]()
    data = png(fig)
    texts = [text for ax in fig.axes for text in ax.texts if text.get_text()]
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    extent = fig.get_tightbbox().extents / np.tile(fig.get_size_inches(), 2)
    return data, extent, boxes


class TestPalette:
    def test_has_a_colour_a_name_and_a_line_for_each_quantity(self):
        assert set(NAMES) == set("ifgoch")
        assert set(QUANTITIES) <= set(COLOURS) & set(LINE_STYLES)
        assert set(DARK) == set(COLOURS)

    @pytest.mark.parametrize("key", LEGIBLE)
    def test_reaches_the_contrast_of_text_on_both_pages(self, key):
        assert contrast(COLOURS[key], PAGES["light"]) >= 4.5
        assert contrast(css_dark(COLOURS[key]), PAGES["dark"]) >= 4.5
        assert contrast(DARK[key], PAGES["dark"]) >= 4.5

    @pytest.mark.parametrize("key", COLOURS)
    def test_dark_is_what_css_makes_of_light(self, key):
        assert DARK[key] == to_hex(css_dark(COLOURS[key]))

    @pytest.mark.parametrize("blindness", COLOUR_BLINDNESS)
    @pytest.mark.parametrize("palette", [COLOURS, DARK], ids=["light", "dark"])
    def test_every_two_colours_stay_apart(self, palette, blindness):
        matrix = COLOUR_BLINDNESS[blindness]
        distances = {
            one + other: np.linalg.norm(
                seen(palette[one], matrix) - seen(palette[other], matrix)
            )
            for one, other in combinations(QUANTITIES, 2)
        }
        closest = min(distances, key=distances.get)
        assert distances[closest] >= APART, closest

    def test_the_measure_finds_colours_that_are_too_close(self):
        red, green = "#d62728", "#2ca02c"  # a well-known bad pair
        matrix = COLOUR_BLINDNESS["deuteranopia"]
        near = np.linalg.norm(seen(red, matrix) - seen(green, matrix))
        far = np.linalg.norm(seen(red, np.eye(3)) - seen(green, np.eye(3)))
        assert near < 0.3 * far

    def test_lab_of_white_and_red(self):
        np.testing.assert_allclose(lab(linear("white")), [100, 0, 0], atol=1e-4)
        np.testing.assert_allclose(lab(linear("red")), [53.24, 80.09, 67.2], atol=0.01)

    @pytest.mark.parametrize("look", ["linestyle", "marker"])
    def test_never_colour_alone(self, look):
        looks = {LINE_STYLES[key][look] for key in "ifgoch"}
        assert len(looks) == 6


class TestEveryFigure:
    @helpers
    def test_keeps_its_text_inside_the_canvas(self, name):
        _, extent, _ = drawn(name)
        assert extent.min() >= -0.002
        assert extent.max() <= 1.002

    @helpers
    def test_has_no_text_on_text(self, name):
        _, _, boxes = drawn(name)
        assert [
            (one, other)
            for (one, box), (other, other_box) in combinations(boxes, 2)
            if box.overlaps(other_box)
        ] == []

    @helpers
    def test_is_transparent_sharp_and_light(self, name):
        data, _, _ = drawn(name)
        image = plt.imread(io.BytesIO(data))
        assert image[..., 3].min() == 0
        assert 1200 <= image.shape[1] <= 1450
        assert len(data) < 150_000

    @helpers
    def test_is_the_same_twice_and_whatever_the_readers_settings(self, name):
        with plt.style.context("dark_background"):
            before = dict(mpl.rcParams)
            fig, _ = HELPERS[name]()
            assert dict(mpl.rcParams) == before
            data = png(fig)
        assert data == drawn(name)[0]


class TestCharts:
    @charts
    def test_axes_are_labelled(self, draw):
        fig, _ = draw()
        assert any(ax.get_xlabel() for ax in fig.axes)
        for ax in fig.axes:
            label = ax.get_ylabel() or fig.get_supylabel()
            named = [tick.get_text() for tick in ax.get_yticklabels()]
            assert label or any(name.isalpha() for name in named)

    def test_lines_take_the_palette(self):
        _, ax = CHARTS["lines, gates"]()
        assert [line.get_color() for line in ax.lines] == [
            COLOURS[key] for key in "ifgoch"
        ]

    def test_plain_lines_do_not_use_the_gates_colours(self):
        _, ax = CHARTS["lines, plain"]()
        looks = {(line.get_color(), str(line._dash_pattern)) for line in ax.lines}
        assert len(looks) == 6
        assert not {colour for colour, _ in looks} & {COLOURS[k] for k in "ifgoch"}

    def test_spread_draws_the_median_and_says_what_the_band_is(self):
        runs = noisy(5, 40)
        _, ax = figures.spread(STEPS, {"loss": runs}, "update", "loss")
        np.testing.assert_array_equal(ax.lines[0].get_ydata(), np.median(runs, axis=0))
        band = ax.collections[0].get_paths()[0].vertices[:, 1]
        assert (band.min(), band.max()) == (runs.min(), runs.max())
        assert ax.get_title("left") == (
            "line: median of 5 seeds; band: smallest to largest"
        )

    def test_heatmap_makes_spaces_and_line_ends_visible(self):
        _, ax = CHARTS["heatmap, one-hot"]()
        assert "".join(t.get_text() for t in ax.get_xticklabels()) == "To␣be,↵or"

    def test_probability_bars_show_the_likeliest_first(self):
        p = np.array([0.1, 0.6, 0.3])
        _, axes = figures.probability_bars({"T = 1": p}, "abc", top=2)
        assert [bar.get_height() for bar in axes[0].patches] == [0.6, 0.3]
        assert [tick.get_text() for tick in axes[0].get_xticklabels()] == ["b", "c"]

    def test_gate_strips_show_one_unit(self):
        cache = small_cache(LINE)
        _, axes = figures.gate_strips(cache, LINE, unit=1)
        for ax, values in zip(
            axes, [*cache[3:7], cache.cs[1:], cache.hs[1:]], strict=True
        ):
            heights = [bar.get_height() for bar in ax.patches]
            np.testing.assert_array_equal(heights, values[:, 0, 1])

    def test_clip_angle_marks_the_angle(self):
        _, ax = figures.clip_angle((2.0, 1.0), 0.5)  # 26.6° turns to 45°
        assert "18°" in [text.get_text() for text in ax.texts]


class TestCell:
    @pytest.mark.parametrize("lit", diagrams.EQUATIONS)
    def test_lights_no_colour_but_those_of_its_part(self, lit):
        _, ax = figures.draw_cell(lit)
        colours = {to_hex(line.get_color()) for line in ax.lines}
        lit_keys = {key for key, value in COLOURS.items() if value in colours}
        assert (
            lit_keys
            == {
                "all": {*"ifgoch", "ink"},
                "forget": {"f", "h", "ink", "faint"},
                "input": {"i", "h", "ink", "faint"},
                "candidate": {"g", "h", "ink", "faint"},
                "cell": {*"ifgc", "faint"},
                "output": {"o", "h", "ink", "faint"},
                "hidden": {"o", "c", "h", "faint"},
                "backward-c": {"c", "faint"},
                "backward-h": {*"ifgoch", "ink", "faint"},
            }[lit]
        )

    def test_names_only_parts_that_exist(self):
        pieces = (
            *diagrams.GATES,
            *diagrams.CIRCLES,
            *diagrams.BOXES,
            *diagrams.PORTS,
            *diagrams.WIRES,
        )
        named = {part for piece in pieces for part in piece[-1].split()}
        assert named == set(diagrams.EQUATIONS)

    def test_backward_wires_are_dashed(self):
        _, ax = figures.draw_cell("backward-c")
        dashed = [line for line in ax.lines if line.is_dashed()]
        assert {line.get_color() for line in dashed} == {COLOURS["c"]}


BAD_INPUT = {
    "series: wanted a dict": lambda: figures.lines([1, 2], [3, 4], "x", "y"),
    r"series\['a'\]: wanted shape \(2,\), got \(3,\)": lambda: figures.lines(
        [1, 2], {"a": [1, 2, 3]}, "x", "y"
    ),
    "series: wanted finite": lambda: figures.lines(
        [1, 2], {"a": [1, np.nan]}, "x", "y"
    ),
    r"series\['a'\]: wanted numbers above 0": lambda: figures.lines(
        [1, 2], {"a": [1, 0]}, "x", "y", yscale="log"
    ),
    "keys: wanted one of": lambda: figures.lines(
        [1, 2], {"a": [1, 2]}, "x", "y", keys="z"
    ),
    "keys: wanted 1, one a line, got 2": lambda: figures.lines(
        [1, 2], {"a": [1, 2]}, "x", "y", keys="if"
    ),
    "wanted at most 6 plain lines, got 7": lambda: figures.lines(
        [1, 2], {str(n): [1, 2] for n in range(7)}, "x", "y"
    ),
    "runs: wanted as many seeds": lambda: figures.spread(
        [1, 2], {"a": noisy(3, 2), "b": noisy(4, 2)}, "x", "y"
    ),
    "matrix: wanted shape": lambda: figures.heatmap([1, 2], None, None, "x", "y"),
    "row_labels: wanted 2 labels, got 1": lambda: figures.heatmap(
        np.eye(2), "a", None, "x", "y"
    ),
    "limits: wanted": lambda: figures.heatmap(
        np.eye(2), None, None, "x", "y", limits=(0, 1), diverging=True
    ),
    "key: wanted one of": lambda: figures.heatmap(
        np.eye(2), None, None, "x", "y", key="z"
    ),
    "highlight: wanted one of": lambda: figures.bars({"a": 1}, "x", highlight="b"),
    r"ladder\['T'\]: wanted shape": lambda: figures.probability_bars(
        {"T": [1.0]}, "ab"
    ),
    "top: wanted": lambda: figures.probability_bars({"T": [1.0]}, "a", top=0),
    "cache.i: wanted shape": lambda: figures.gate_strips(small_cache("to be"), "to"),
    "unit: wanted ids from 0 to 2": lambda: figures.gate_strips(
        small_cache("to be"), "to be", unit=3
    ),
    "span: wanted": lambda: figures.half_life_curve(span=0),
    "gradient: wanted first > second > 0": lambda: figures.clip_angle((1, 2)),
    "lit: wanted one of": lambda: figures.draw_cell("peephole"),
    "chars: wanted at least 2": lambda: figures.draw_unrolled("t"),
    "chars: wanted at most 7": lambda: figures.draw_unrolled("to be or"),
}


@pytest.mark.parametrize("message", BAD_INPUT)
def test_bad_input_is_named(message):
    with pytest.raises(ValueError, match=message):
        BAD_INPUT[message]()
    assert plt.get_fignums() == []  # checked before anything is drawn


def test_everything_public_is_exported():
    assert all(hasattr(figures, name) for name in figures.__all__)
