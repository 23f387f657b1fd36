"""Charts of the book, each drawn by one to five lines of a chapter.

Every helper returns ``(fig, ax)`` and leaves ``plt.show()`` to the caller.
The style is a context inside each helper, not a setting made at import: a
chapter needs no line for it, and a reader's own plots stay as they were.
Backgrounds are transparent; the site turns the ink light in dark mode.
"""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.colors import ListedColormap, Normalize, to_rgb
from matplotlib.patches import Arc, Circle, Rectangle
from matplotlib.ticker import MaxNLocator

from lstm_core.checks import (
    check_count,
    check_finite,
    check_ids,
    check_number,
    check_shape,
    check_text,
)
from lstm_core.figures.palette import COLOURS, LINE_STYLES
from lstm_core.gates import half_life, sigmoid, sigmoid_slope, tanh_slope
from lstm_core.optim import clip_grad_norm, clip_grad_value

WIDTH = 7.0  # inches; 1400 pixels at 200 an inch

BOOK_STYLE = {
    "figure.dpi": 200,
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "axes.facecolor": "none",
    "axes.edgecolor": COLOURS["muted"],
    "axes.labelcolor": COLOURS["ink"],
    "axes.titlecolor": COLOURS["muted"],
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "font.family": "DejaVu Sans",  # comes with matplotlib
    "font.size": 12,
    "text.color": COLOURS["ink"],
    "lines.linewidth": 2.2,
}

MONOSPACE = "DejaVu Sans Mono"

# (colour, dashes) of lines that are neither gate nor state, so that the gates'
# colours always mean gates.
PLAIN_STYLES = (
    ("ink", "ink"),
    ("accent", "accent"),
    ("muted", "muted"),
    ("ink", "g"),
    ("accent", "c"),
    ("muted", "h"),
)

REFERENCE_LINE = {
    "color": COLOURS["ink"],
    "linestyle": (0, (4, 2)),
    "linewidth": 1.2,
}


def book_style():
    """Return the book's style, a context manager that is also a decorator."""
    return plt.style.context(BOOK_STYLE, after_reset=True)


@book_style()
def lines(
    x, series, xlabel, ylabel, *, keys=None, xscale="linear", yscale="linear", ylim=None
):
    """Draw lines over a shared ``x``, each labelled at its end.

    Parameters
    ----------
    x : array (n,)
    series : dict of str to array (n,)
        One line a label. Up to 12 points are marked one by one.
    keys : sequence of palette keys, optional
        One a line. By default a label that is itself a palette key ("f") has
        that key's look, and any other a plain one.
    xscale, yscale : str
        "linear" or "log".
    ylim : (low, high), optional
    """
    series = _check_series("series", x, series, yscale)
    fig, ax = _axes(xlabel, ylabel)
    _draw_lines(ax, x, series, keys, xscale=xscale, yscale=yscale, ylim=ylim)
    return fig, ax


@book_style()
def spread(x, runs, xlabel, ylabel, *, keys=None, yscale="linear", ylim=None):
    """Draw the median over seeds as a line in a band from smallest to largest.

    Parameters
    ----------
    x : array (n,)
    runs : dict of str to array (seeds, n)
        One band a label, all with as many seeds.
    keys, yscale, ylim
        As in `lines`.
    """
    runs = _check_series("runs", x, runs, yscale, "seeds")
    counts = sorted({len(run) for run in runs.values()})
    if len(counts) > 1:
        raise ValueError(f"runs: wanted as many seeds a label, got {counts}")
    fig, ax = _axes(xlabel, ylabel)
    for (colour, _), run in zip(_styles(runs, keys), runs.values(), strict=True):
        band = run.min(axis=0), run.max(axis=0)
        ax.fill_between(x, *band, color=COLOURS[colour], alpha=0.22, linewidth=0)
    medians = {label: np.median(run, axis=0) for label, run in runs.items()}
    _draw_lines(ax, x, medians, keys, xscale="linear", yscale=yscale, ylim=ylim)
    ax.set_title(f"line: median of {counts[0]} seeds; band: smallest to largest")
    return fig, ax


@book_style()
def heatmap(
    matrix,
    row_labels,
    col_labels,
    xlabel,
    ylabel,
    *,
    value_label=None,
    limits=None,
    diverging=False,
    values=None,
    key="ink",
):
    """Draw a matrix as shaded cells, row 0 on top; NaN stays empty.

    Zero is the page itself and the far end the colour of ``key``. A diverging
    map runs from vermilion (negative) over the page to blue (positive).

    Parameters
    ----------
    matrix : array (rows, columns)
    row_labels, col_labels : sequence of str, or None
        None counts from 0. Spaces and line ends are made visible.
    value_label : str, optional
        What the shade measures, with its unit; draws the colour bar.
    limits : (low, high), optional
        Ends of the map: by default 0 (or the smallest) and the largest.
    values : str, optional
        Format, such as "{:.2f}", that writes each value into its cell.
    """
    matrix = check_shape("matrix", matrix, "rows", "columns")
    _check_known("key", [key], COLOURS)
    norm = Normalize(*_limits(matrix, limits, diverging))
    rows, columns = matrix.shape
    fig, ax = _axes(xlabel, ylabel, height=np.clip(1 + 0.3 * rows, 1.9, 6.5))
    shades = _shades("f", "i") if diverging else _shades(None, key)
    image = ax.imshow(matrix, ListedColormap(shades), norm, aspect="auto")
    _name_cells(ax, "x", col_labels, columns)
    _name_cells(ax, "y", row_labels, rows)
    if values is not None:
        _write_values(ax, matrix, shades[:, 3], norm, values)
    if value_label is not None:
        bar = fig.colorbar(image, ax=ax, pad=0.02, aspect=25, label=value_label)
        bar.ax.tick_params(color=COLOURS["muted"], labelcolor=COLOURS["muted"])
        bar.outline.set_edgecolor(COLOURS["faint"])
    return fig, ax


@book_style()
def bars(values, xlabel, *, highlight=(), ranges=None, reference=None, fmt="{:.2f}"):
    """Draw horizontal bars from 0, the first on top, each with its value.

    Parameters
    ----------
    values : dict of str to float
        One bar a label.
    highlight : str or sequence of str
        Labels of the bars in the accent colour.
    ranges : dict of str to (low, high), optional
        Whiskers, such as the smallest and the largest of several seeds.
    reference : dict of str to float, optional
        Labelled dashed lines, such as {"uniform": 5.0}.
    """
    lengths = check_shape("values", list(values.values()), "n")
    chosen = [highlight] if isinstance(highlight, str) else highlight
    _check_known("highlight", chosen, values)
    _check_known("ranges", ranges or {}, values)
    fig, ax = _axes(xlabel, "", height=1.2 + 0.42 * len(values))
    colours = [COLOURS["accent" if label in chosen else "muted"] for label in values]
    ax.barh(range(len(values)), lengths, height=0.62, color=colours)
    for row, (label, value) in enumerate(values.items()):
        low, high = (ranges or {}).get(label, (value, value))
        ax.plot([low, high], [row, row], color=COLOURS["ink"], marker="|")
        _note(ax, fmt.format(value), (max(value, high, 0), row), (7, 0), va="center")
    for label, value in (reference or {}).items():
        ax.axvline(value, **REFERENCE_LINE)
        _note(ax, label, (value, -0.7), (0, 3), ha="center", va="bottom")
    ax.set_yticks(range(len(values)), list(values), color=COLOURS["ink"])
    ax.set_ylim(len(values) - 0.4, -0.7)
    ax.margins(x=0.12)
    ax.tick_params(axis="y", length=0)
    return fig, ax


@book_style()
def probability_bars(ladder, characters, *, top=12):
    """Draw distributions over characters one above the other, on one scale.

    Parameters
    ----------
    ladder : dict of str to array (V,)
        One rung a label, such as {"T = 0.5": p, "T = 1": q}.
    characters : sequence of str
        The V characters.
    top : int
        How many to show: the likeliest of the first rung, in its order.

    Returns
    -------
    fig
    axes : array of Axes, one a rung
    """
    ladder = _check_series("ladder", np.arange(len(characters)), ladder, "linear")
    shown = np.argsort(-next(iter(ladder.values())), kind="stable")
    shown = shown[: check_count("top", top)]
    fig, axes = _axes(
        "next character", "", height=0.8 + 0.95 * len(ladder), nrows=len(ladder)
    )
    for ax, (label, p) in zip(axes, ladder.items(), strict=True):
        ax.bar(range(len(shown)), p[shown], width=0.7, color=COLOURS["muted"])
        ax.set_ylim(0, 1.05 * max(p.max() for p in ladder.values()))
        _note(ax, label, (1, 1), (0, -4), ha="right", va="top", xycoords="axes fraction")
        ax.set_xticks(range(len(shown)), [_visible(characters[k]) for k in shown])
        ax.tick_params(axis="x", length=0, labelfontfamily=MONOSPACE, labelsize=13)
        ax.label_outer()
    fig.supylabel("probability", fontsize=12)
    return fig, axes


@book_style()
def gate_strips(cache, text, *, unit=0, batch=0):
    """Draw the gates and the state of one unit over the characters of a line.

    Parameters
    ----------
    cache : LSTMCache
        From `lstm_forward`, over T steps.
    text : str
        The T characters that were read.
    unit, batch : int
        Which of the H units, and of the B sequences.

    Returns
    -------
    fig
    axes : array of 6 Axes, for i, f, g, o, c, h
    """
    T = len(check_text("text", text))
    _, B, H = check_shape("cache.i", cache.i, T, "B", "H").shape
    unit, batch = check_ids("unit", unit, H), check_ids("batch", batch, B)
    rows = {key: getattr(cache, key) for key in "ifgo"}
    rows |= {"c": cache.cs[1:], "h": cache.hs[1:]}
    fig, axes = _axes("character read", "", height=4.8, nrows=6)
    for ax, (key, row) in zip(axes, rows.items(), strict=True):
        _draw_strip(ax, key, row[:, batch, unit])
        _name_cells(ax, "x", text, T)
        ax.label_outer()
    return fig, axes


@book_style()
def sigmoid_tanh():
    """Draw sigmoid and tanh, and beside them their slopes.

    Returns
    -------
    fig
    axes : array of 2 Axes
    """
    a = np.linspace(-6, 6, 241)
    y_sigmoid, y_tanh = sigmoid(a), np.tanh(a)
    fig, axes = _axes("pre-activation a", "", height=3.3, ncols=2)
    _draw_pair(axes[0], a, y_sigmoid, y_tanh, [(-5.9, 0.05), (-5.9, -0.95)])
    slopes = sigmoid_slope(y_sigmoid), tanh_slope(y_tanh)
    _draw_pair(axes[1], a, *slopes, [(2.3, 0.14), (0.9, 0.7)])
    axes[0].set(ylabel="output", yticks=[-1, 0, 0.5, 1])
    axes[1].set(ylabel="slope", yticks=[0, 0.25, 0.5, 1])
    return fig, axes


@book_style()
def half_life_curve(biases=(0, 1, 3, 5), *, span=None):
    """Draw how long a memory lasts against the forget gate's bias.

    Parameters
    ----------
    biases : sequence of float
        Values to mark on the curve.
    span : float, optional
        Number of steps to mark with a dashed line.
    """
    biases = check_shape("biases", biases, "n")
    b = np.linspace(min(-2, biases.min()), max(6, biases.max()), 200)
    fig, ax = _axes("forget bias b, with no other input", "half-life in steps")
    ax.plot(b, half_life(sigmoid(b)), color=COLOURS["f"])
    marks = half_life(sigmoid(biases))
    ax.plot(biases, marks, "o", color=COLOURS["f"], markersize=8)
    for mark in zip(biases, marks, strict=True):
        _note(ax, f"{mark[1]:.1f}", mark, (8, -4), va="top")
    ax.set(yscale="log")
    if span is not None:
        ax.axhline(check_number("span", span, 0, above=True), **REFERENCE_LINE)
        _note(ax, f"{span:g} steps", (b[0], span), (0, 3), va="bottom")
    return fig, ax


@book_style()
def clip_angle(gradient=(3.0, 0.6), limit=1.0):
    """Draw a gradient of two numbers, clipped by norm and by value.

    By norm it keeps its direction; by value it turns by the angle that is
    marked.

    Parameters
    ----------
    gradient : array (2,)
    limit : float
        Of the norm, and of each value.
    """
    whole = {"gradient": check_shape("gradient", gradient, 2)}
    by_norm = clip_grad_norm(whole, limit)[0]["gradient"]
    by_value = clip_grad_value(whole, limit)["gradient"]
    angles = np.degrees(np.arctan2(*np.transpose([by_norm, by_value])[::-1]))
    fig, ax = _axes("first component", "second component")
    ax.add_patch(Circle((0, 0), limit, fill=False, **REFERENCE_LINE))
    return fig, ax, whole, angles
