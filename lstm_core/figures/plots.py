"""Charts, each drawn by one to five lines of a chapter.

Every helper returns ``(fig, ax)`` and leaves ``plt.show()`` to the caller.
"""

import numpy as np

from lstm_core.checks import (
    check_count,
    check_finite,
    check_ids,
    check_shape,
    check_text,
)
from lstm_core.figures.palette import COLOURS, LINE_STYLES
from lstm_core.figures.style import (
    REFERENCE_LINE,
    book_style,
    check_known,
    name_cells,
    new_axes,
    note,
)

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


@book_style()
def lines(
    x, series, xlabel, ylabel, *, keys=None, xscale="linear", yscale="linear", ylim=None
):
    """Draw lines over a shared ``x``, each labelled at its end.

    Parameters
    ----------
    x : array (n,)
    series : dict of str to array (n,)
        One line a label; "" leaves a single line without one. Up to 12 points
        are marked one by one.
    keys : sequence of palette keys, optional
        One a line. By default a label that is itself a palette key ("f") has
        that key's look, and any other a plain one.
    xscale, yscale : str
        "linear" or "log".
    ylim : (low, high), optional
    """
    series = _check_series("series", x, series, yscale)
    looks = _looks(series, keys)
    fig, ax = new_axes(xlabel, ylabel)
    _draw_lines(ax, x, series, looks, xscale=xscale, yscale=yscale, ylim=ylim)
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
    looks = _looks(runs, keys)
    fig, ax = new_axes(xlabel, ylabel)
    for (colour, _), run in zip(looks, runs.values(), strict=True):
        band = run.min(axis=0), run.max(axis=0)
        ax.fill_between(x, *band, color=COLOURS[colour], alpha=0.22, linewidth=0)
    medians = {label: np.median(run, axis=0) for label, run in runs.items()}
    _draw_lines(ax, x, medians, looks, xscale="linear", yscale=yscale, ylim=ylim)
    ax.set_title(f"line: median of {counts[0]} seeds; band: smallest to largest")
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
    check_known("highlight", chosen, values)
    check_known("ranges", ranges or {}, values)
    fig, ax = new_axes(xlabel, "", height=1.2 + 0.42 * len(values))
    colours = [COLOURS["accent" if label in chosen else "muted"] for label in values]
    ax.barh(range(len(values)), lengths, height=0.62, color=colours)
    for row, (label, value) in enumerate(values.items()):
        low, high = (ranges or {}).get(label, (value, value))
        ax.hlines(row, low, value, color="white", linewidth=2)  # inside the bar
        ax.hlines(row, value, high, color=COLOURS["ink"], linewidth=2)
        note(ax, fmt.format(value), (max(value, high, 0), row), (7, 0), va="center")
    for label, value in (reference or {}).items():
        ax.axvline(value, **REFERENCE_LINE)
        note(ax, label, (value, -0.7), (0, 3), ha="center", va="bottom")
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
    ladder = _check_series("ladder", range(len(characters)), ladder, "linear")
    shown = np.argsort(-next(iter(ladder.values())), kind="stable")
    shown = shown[: check_count("top", top)]
    rungs = {"nrows": len(ladder), "squeeze": False}
    fig, axes = new_axes("next character", "", height=0.9 + 0.9 * len(ladder), **rungs)
    for ax, (label, p) in zip(axes[:, 0], ladder.items(), strict=True):
        ax.bar(range(len(shown)), p[shown], width=0.7, color=COLOURS["muted"])
        ax.set_ylim(0, 1.05 * max(p.max() for p in ladder.values()))
        note(ax, label, (1, 1), (0, 0), ha="right", va="top", xycoords="axes fraction")
        name_cells(ax.xaxis, [characters[k] for k in shown], len(shown))
        ax.label_outer()
    fig.supylabel("probability", fontsize=12)
    return fig, axes[:, 0]


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
    strips = {key: getattr(cache, key) for key in "ifgo"}
    strips |= {"c": cache.cs[1:], "h": cache.hs[1:]}
    fig, axes = new_axes("character read", "", height=4.8, nrows=6)
    for ax, (key, strip) in zip(axes, strips.items(), strict=True):
        _draw_strip(ax, key, strip[:, batch, unit])
        name_cells(ax.xaxis, text, T)
        ax.label_outer()
    return fig, axes


def _check_series(name, x, series, yscale, *wanted):
    """Return a dict of arrays (*wanted, n) that can be drawn over ``x``."""
    n = len(check_shape("x", x, "n"))
    if not isinstance(series, dict) or not series:
        raise ValueError(f"{name}: wanted a dict of label to array, got {series!r}")
    arrays = {
        label: check_shape(f"{name}[{label!r}]", array, *wanted, n)
        for label, array in series.items()
    }
    check_finite(name, arrays)
    for label, array in arrays.items():
        if yscale == "log" and array.min() <= 0:
            raise ValueError(
                f"{name}[{label!r}]: wanted numbers above 0 for a log scale, "
                f"got {array.min()}"
            )
    return arrays


def _looks(labels, keys):
    """Return one pair of palette keys, (colour, dashes), a label."""
    if keys is not None:
        check_known("keys", keys, LINE_STYLES)
        if len(keys) != len(labels):
            raise ValueError(f"keys: wanted {len(labels)}, one a line, got {len(keys)}")
        return [(key, key) for key in keys]
    plain = iter(PLAIN_STYLES)
    try:
        return [(k, k) if k in LINE_STYLES else next(plain) for k in labels]
    except StopIteration:
        raise ValueError(
            f"series: wanted at most {len(PLAIN_STYLES)} plain lines, got {len(labels)}"
        ) from None


def _draw_lines(ax, x, series, looks, **scales):
    """Draw the lines of a chart and label each at its end."""
    few = len(x) <= 12
    ax.margins(x=0.02 if few else 0)
    ends = []
    for (colour, dashes), y in zip(looks, series.values(), strict=True):
        look = LINE_STYLES[dashes] if few else {**LINE_STYLES[dashes], "marker": None}
        ax.plot(x, y, color=COLOURS[colour], **look)
        ends.append((x[-1], y[-1], COLOURS[colour]))
    ax.set(**scales)
    if few and scales["xscale"] == "log":
        ax.set_xticks(x, [f"{value:g}" for value in x])
        ax.set_xticks([], minor=True)
    ax.figure.get_layout_engine().execute(ax.figure)
    points = 72 / ax.figure.dpi
    heights = np.array([ax.transData.transform(end[:2])[1] for end in ends]) * points
    places = _dodge(heights, 15, floor=ax.bbox.y0 * points + 2)
    for label, (*end, colour), dy in zip(series, ends, places - heights, strict=True):
        note(ax, label, end, (8, dy), color=colour, va="center", annotation_clip=False)


def _dodge(heights, gap, floor):
    """Move heights apart, as little as needed, until all are ``gap`` apart."""
    order = np.argsort(heights, kind="stable")
    moved = heights[order]
    for _ in range(500):
        short = np.maximum(0, gap - np.diff(moved)) / 2
        moved[:-1] -= short
        moved[1:] += short
    for k in range(len(moved)):
        moved[k] = max(moved[k], floor if k == 0 else moved[k - 1] + gap)
    return moved[np.argsort(order)]


def _draw_strip(ax, key, values):
    """Draw one gate or state over the steps as bars from 0."""
    size = max(1.0, np.abs(values).max())
    low = 0.0 if key in "ifo" else -size
    ax.bar(range(len(values)), values, width=0.8, color=COLOURS[key])
    ax.axhline(0, color=COLOURS["muted"], linewidth=0.8)
    ax.set(ylim=(low, size), yticks=[low, size], xlim=(-0.6, len(values) - 0.4))
    names = [f"{end:.2g}".replace("-", "\u2212") for end in (low, size)]
    ax.set_yticklabels(names, fontsize=10)
    ax.set_ylabel(key, color=COLOURS[key], fontsize=15, rotation=0, va="center")
    ax.yaxis.set_label_coords(-0.09, 0.5)
    ax.spines["bottom"].set_visible(False)
