"""Charts of the book, each drawn in one to five lines of a chapter.

Every helper returns ``(fig, ax)`` and leaves ``plt.show()`` to the caller.
The style is a context inside each helper, not a setting made at import: a
chapter needs no line for it, and a reader's own plots stay as they were.
Backgrounds are transparent; the site turns the ink light in dark mode.
"""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.patches import Arc, Circle, Rectangle

from lstm_core.checks import check_count, check_number, check_shape, check_text
from lstm_core.figures.palette import COLOURS, LINE_STYLES, NAMES
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
    "patch.linewidth": 0,
}

# For what is neither gate nor state: gate colours mean gates.
PLAIN_KEYS = ("ink", "accent", "muted")

VISIBLE = {" ": "\u2423", "\n": "\u21b5"}  # open box, return arrow


def book_style():
    """Return the book's style as a context manager that is also a decorator."""
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
        One a line. By default a label that is a palette key ("f") chooses
        itself, and all others take ink, accent and muted, in three dashes.
    xscale, yscale : str
        "linear" or "log".
    ylim : (low, high), optional
    """
    series = _check_series("series", x, series, ("n",))
    fig, ax = _axes(xlabel, ylabel)
    _draw_lines(ax, x, series, keys, (xscale, yscale, ylim))
    return fig, ax


@book_style()
def spread(x, runs, xlabel, ylabel, *, keys=None, yscale="linear", ylim=None):
    """Draw the median over seeds as a line in a band from smallest to largest.

    Parameters
    ----------
    x : array (n,)
    runs : dict of str to array (seeds, n)
        One band a label.
    keys, yscale, ylim
        As in `lines`.
    """
    runs = _check_series("runs", x, runs, ("seeds", "n"))
    fig, ax = _axes(xlabel, ylabel)
    for key, _, values in _styled(runs, keys):
        low, high = values.min(axis=0), values.max(axis=0)
        ax.fill_between(x, low, high, color=COLOURS[key], alpha=0.2, linewidth=0)
    medians = {label: np.median(values, axis=0) for label, values in runs.items()}
    _draw_lines(ax, x, medians, keys, ("linear", yscale, ylim))
    seeds = sorted({len(values) for values in runs.values()})
    count = " to ".join(map(str, seeds[:: max(1, len(seeds) - 1)]))
    ax.set_title(f"line: median of {count} seeds; band: smallest to largest")
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
    diverging=False,
    limits=None,
    values=None,
    key="ink",
):
    """Draw a matrix as coloured cells, row 0 on top; NaN stays empty.

    Zero, or the low limit, is the page itself; the far end is the colour of
    ``key``. A diverging map runs from vermilion (-) over the page to blue (+).

    Parameters
    ----------
    matrix : array (rows, columns)
    row_labels, col_labels : sequence of str, or None
        None numbers the cells. Spaces and line ends are made visible.
    value_label : str, optional
        What the colours measure, with unit; draws the colour bar.
    limits : (low, high), optional
        Values at the ends of the map.
    values : str, optional
        Format, such as "{:.2f}", that writes each value into its cell.
    key : str
        Palette key of the sequential map.
    """
    matrix = check_shape("matrix", matrix, "rows", "columns")
    norm = _norm(matrix, diverging, limits)
    rows, columns = matrix.shape
    fig, ax = _axes(xlabel, ylabel, height=min(7.0, 1.2 + 0.3 * rows))
    ends = ("f", "i") if diverging else (None, key)
    image = ax.imshow(matrix, cmap=_ramp(*ends), norm=norm, aspect="auto")
    _name_cells(ax.xaxis, col_labels, columns, 5.6 * 72)
    _name_cells(ax.yaxis, row_labels, rows, (fig.get_figheight() - 1) * 72)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    if values is not None:
        _write_values(ax, matrix, norm, values, diverging)
    if value_label is not None:
        bar = fig.colorbar(image, ax=ax, pad=0.02, aspect=30, label=value_label)
        bar.outline.set_visible(False)
        bar.ax.tick_params(color=COLOURS["muted"], labelcolor=COLOURS["muted"])
    return fig, ax


@book_style()
def bars(values, xlabel, *, highlight=(), ranges=None, reference=None, fmt="{:.2f}"):
    """Draw labelled horizontal bars from 0, the first on top.

    Parameters
    ----------
    values : dict of str to float
        One bar a label, its value written at its end.
    highlight : str or sequence of str
        Labels of the bars to draw in the accent colour.
    ranges : dict of str to (low, high), optional
        Whiskers, such as the smallest and largest over seeds.
    reference : dict of str to float, optional
        Labelled dashed lines, such as {"uniform": 5.0}.
    """
    labels, lengths = list(values), check_shape("values", list(values.values()), "n")
    ranges, reference = ranges or {}, reference or {}
    chosen = [highlight] if isinstance(highlight, str) else list(highlight)
    _check_known("highlight", chosen, labels)
    _check_known("ranges", ranges, labels)
    fig, ax = _axes(xlabel, "", height=1.1 + 0.42 * len(labels))
    colours = [COLOURS["accent" if label in chosen else "muted"] for label in labels]
    ax.barh(range(len(labels)), lengths, height=0.62, color=colours)
    for row, label in enumerate(labels):
        low, high = ranges.get(label, (values[label],) * 2)
        ax.plot([low, high], [row, row], color=COLOURS["ink"], linewidth=1.6)
        _note(ax, fmt.format(values[label]), (max(high, 0), row), (6, 0), va="center")
    for label, value in reference.items():
        ax.axvline(value, color=COLOURS["ink"], linestyle=(0, (4, 2)), linewidth=1.2)
        _note(ax, label, (value, -0.75), (0, 2), ha="center", va="bottom")
    ax.set_ylim(len(labels) - 0.4, -0.75)
    ax.set_yticks(range(len(labels)), labels)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0, labelcolor=COLOURS["ink"])
    ax.margins(x=0.12)
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
    V = len(characters)
    ladder = {k: check_shape(f"ladder[{k!r}]", p, V) for k, p in ladder.items()}
    first = next(iter(ladder.values()))
    shown = np.argsort(-first, kind="stable")[: check_count("top", top)]
    fig, axes = _axes(
        "", "", height=0.7 + 1.05 * len(ladder), rows=len(ladder), sharex=True, sharey=True
    )
    for ax, (label, p) in zip(axes, ladder.items(), strict=True):
        ax.bar(range(len(shown)), p[shown], width=0.7, color=COLOURS["muted"])
        ax.set_title(label, color=COLOURS["ink"], loc="right", y=0.72)
        ax.tick_params(axis="x", length=0)
    names = [_visible(characters[k]) for k in shown]
    axes[-1].set_xticks(range(len(shown)), names, family="DejaVu Sans Mono")
    axes[-1].tick_params(axis="x", labelcolor=COLOURS["ink"], labelsize=13)
    axes[-1].set_xlabel("next character")
    axes[len(axes) // 2].set_ylabel("probability")
    axes[0].set_ylim(0, 1.12 * max(p.max() for p in ladder.values()))
    return fig, axes


@book_style()
def sigmoid_tanh():
    """Draw sigmoid and tanh beside their slopes.

    Returns
    -------
    fig
    axes : array of 2 Axes
    """
    fig, axes = _axes("", "", height=3.2, columns=2)
    a = np.linspace(-6, 6, 241)
    curves = {"sigmoid": sigmoid(a), "tanh": np.tanh(a)}
    slopes = {"sigmoid": sigmoid_slope(sigmoid(a)), "tanh": tanh_slope(np.tanh(a))}
    places = {"sigmoid": ((-3.1, 0.2), (2.2, 0.22)), "tanh": ((-1.7, -0.75), (0.9, 0.75))}
    for ax, ylabel, drawn in zip(
        axes, ("output", "slope"), (curves, slopes), strict=True
    ):
        for key, _, y, label in _styled_with_labels(drawn):
            pass
    return fig, axes
