"""Figures of chapter 5: relapses, where readers stand, and many runs at once."""

import numpy as np

from lstm_core.checks import check_count, check_finite, check_shape
from lstm_core.figures.palette import COLOURS
from lstm_core.figures.style import REFERENCE_LINE, book_style, new_axes, note

LOOKS = (("ink", "-"), ("muted", (0, (5, 1.5))), ("accent", "-"))


@book_style()
def relapses(losses, baselines):
    """Draw a loss curve, and below it what it gave back of its best so far.

    Parameters
    ----------
    losses : array (n,)
        One an epoch, in nats per character.
    baselines : dict of str to float
        Labelled dashed lines.

    Returns
    -------
    fig
    axes : array of 2 Axes
    """
    losses = check_shape("losses", losses, "n")
    epochs = np.arange(len(losses))
    above = losses - np.minimum.accumulate(losses)
    panels = {"nrows": 2, "sharex": True, "height_ratios": [2, 1]}
    fig, axes = new_axes("epoch", "loss, nats", height=4.6, **panels)
    axes[0].plot(epochs, losses, color=COLOURS["ink"], linewidth=1.6)
    _draw_baselines(axes[0], baselines)
    axes[0].set(ylim=(0, None))
    axes[0].label_outer()
    axes[1].fill_between(epochs, above, color=COLOURS["accent"], linewidth=0)
    axes[1].set(ylim=(0, None), ylabel="above best", xlim=(0, epochs[-1]))
    fig.align_ylabels()
    return fig, axes


@book_style()
def reader_map(walks, pairs):
    """Draw where every reader stands in the text, update after update.

    Parameters
    ----------
    walks : dict of str to array (updates, B)
        One panel a label: the first pair of each reader's windows.
    pairs : int
        Number of pairs in the text.

    Returns
    -------
    fig
    axes : array of Axes, one a panel
    """
    check_count("pairs", pairs)
    panels = {"ncols": len(walks), "sharey": True, "squeeze": False}
    fig, axes = new_axes("update", "place in the text", height=3.4, **panels)
    for ax, (label, walk) in zip(axes[0], walks.items(), strict=True):
        walk = check_shape(f"walks[{label!r}]", walk, "updates", "B")
        for lane in walk.T[1:]:
            _draw_lane(ax, lane, "faint", 1.3)
        _draw_lane(ax, walk[:, 0], "accent", 2.6)
        ax.set_title(label, color=COLOURS["ink"])
        ax.set(ylim=(0, pairs))
        ax.label_outer()
    return fig, axes[0]


@book_style()
def learning_curves(curves, baselines, xlabel):
    """Draw loss curves of different lengths over one measure of work.

    Parameters
    ----------
    curves : dict of str to pair of arrays (n,)
        Work done and loss, at most three.
    baselines : dict of str to float
        Labelled dashed lines.
    """
    fig, ax = new_axes(xlabel, "loss, nats per character")
    for (label, (work, losses)), (key, dashes) in zip(
        curves.items(), LOOKS[: len(curves)], strict=True
    ):
        losses = check_shape(f"curves[{label!r}]", losses, len(work))
        ax.plot(work, losses, color=COLOURS[key], linestyle=dashes, linewidth=1.6)
        end = work[-1], losses[-1]
        low = losses[-1] < 0.05 * np.max(losses)  # keep off the axis
        look = {"color": COLOURS[key], "va": "bottom" if low else "center"}
        note(ax, label, end, (6, 0), **look)
    _draw_baselines(ax, baselines)
    ax.set(ylim=(0, None))
    ax.margins(x=0.01)
    ax.xaxis.set_major_formatter("{x:,.0f}")
    return fig, ax


@book_style()
def dots(results, xlabel, *, highlight=(), baselines=None, notes=None):
    """Draw one dot a run, one row a setting, with a tick at the median.

    Parameters
    ----------
    results : dict of str to array (seeds,)
        Above 0: the axis is logarithmic.
    highlight : sequence of str
        Labels of the rows in the accent colour.
    baselines : dict of str to float, optional
        Labelled dashed lines.
    notes : dict of str to str, optional
        What to write to the right of a row.
    """
    check_finite("results", {k: np.asarray(v) for k, v in results.items()})
    fig, ax = new_axes(xlabel, "", height=1.2 + 0.36 * len(results))
    for row, (label, values) in enumerate(results.items()):
        colour = COLOURS["accent" if label in highlight else "ink"]
        look = {"color": colour, "markeredgecolor": "white", "markersize": 8}
        ax.axhline(row, color=COLOURS["grid"], linewidth=1, zorder=0)
        ax.plot(values, [row] * len(values), "o", alpha=0.85, **look)
        ax.plot(np.median(values), row, "|", color=colour, markersize=20)
        place = {"xycoords": ax.get_yaxis_transform(), "va": "center"}
        note(ax, (notes or {}).get(label, ""), (1.01, row), (0, 0), **place)
    names = sorted(baselines or {}, key=(baselines or {}).get)
    for label in names:  # the outermost names lean outwards, the others stand above
        ax.axvline(baselines[label], zorder=1, **REFERENCE_LINE)
        ha = {names[0]: "right", names[-1]: "left"}.get(label, "center")
        top = {"xycoords": ax.get_xaxis_transform(), "ha": ha, "fontsize": 11}
        offset = (0, 16) if ha == "center" else (0, 3)
        note(ax, label, (baselines[label], 1), offset, **top)
    ax.set_yticks(range(len(results)), list(results), color=COLOURS["ink"])
    ax.set(xscale="log", ylim=(len(results) - 0.4, -0.6))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.tick_params(axis="y", length=0)
    return fig, ax


def _draw_lane(ax, lane, key, linewidth):
    """Draw a reader's place over the updates, broken where it jumps back."""
    updates, places = np.arange(len(lane), dtype=float), lane.astype(float)
    jumps = np.flatnonzero(np.diff(places) < 0) + 1
    updates, places = (np.insert(v, jumps, np.nan) for v in (updates, places))
    ax.plot(updates, places, color=COLOURS[key], linewidth=linewidth)


def _draw_baselines(ax, baselines):
    """Draw labelled dashed lines across a chart, named at the right."""
    place = {"xycoords": ax.get_yaxis_transform(), "ha": "right", "va": "bottom"}
    for label, value in baselines.items():
        ax.axhline(value, zorder=1, **REFERENCE_LINE)
        note(ax, f"{label} {value:.3f}", (1, value), (0, 1), fontsize=11, **place)
