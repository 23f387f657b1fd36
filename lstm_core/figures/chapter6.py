"""Figures of chapter 6: where a filter cuts, and what a model has learned."""

import numpy as np

from lstm_core.checks import check_count, check_shape
from lstm_core.figures.palette import COLOURS, LINE_STYLES
from lstm_core.figures.plots import name_cells, spread
from lstm_core.figures.style import REFERENCE_LINE, book_style, new_axes, note


@book_style()
def filters(columns, rows, characters, *, top=12):
    """Draw what each filter keeps of each distribution.

    Parameters
    ----------
    columns : dict of str to array (V,)
        Probabilities, all above 0, one column a label.
    rows : dict of str to callable
        Filters: ``keep(logits) -> logits``, -inf where ruled out.
    characters : sequence of str
        The V characters.
    top : int
        How many to show, the likeliest first.

    Returns
    -------
    fig
    axes : array of Axes (rows, columns)
    """
    check_count("top", top)
    grid = {"nrows": len(rows), "ncols": len(columns), "sharey": True}
    fig, axes = new_axes("", "", height=0.7 + 1.75 * len(rows), squeeze=False, **grid)
    for (name, keep), axes_row in zip(rows.items(), axes, strict=True):
        for (title, p), ax in zip(columns.items(), axes_row, strict=True):
            p = check_shape(f"columns[{title!r}]", p, len(characters))
            kept = np.isfinite(keep(np.log(p)))
            order = np.argsort(-p, kind="stable")[:top]
            _draw_cut(ax, p[order], kept[order])
            name_cells(ax.xaxis, [characters[k] for k in order], len(order))
            look = {"ha": "right", "va": "top", "xycoords": "axes fraction"}
            note(ax, f"{name}:\nkeeps {kept.sum()}", (1, 0.98), (0, 0), **look)
    for title, ax in zip(columns, axes[0], strict=True):
        ax.set_title(title, color=COLOURS["ink"])
    fig.supylabel("probability", fontsize=12)
    fig.supxlabel("next character", fontsize=12)
    return fig, axes


def spread_with_references(
    x, runs, xlabel, ylabel, references, *, label_at=None, yticks=None, **options
):
    """Draw `spread`, and across it a labelled dashed line a reference.

    Parameters
    ----------
    x, runs, xlabel, ylabel, options
        As in `spread`.
    references : dict of str to float
        Such as {"uniform": 5.0}.
    label_at : float, optional
        Where along the lines their labels end, from 0 (left) to 1. By default
        they stand in the margin on the right.
    yticks : sequence of float, optional
    """
    with book_style():
        fig, ax = spread(x, runs, xlabel, ylabel, **options)
        look = {"xycoords": ax.get_yaxis_transform(), "fontsize": 11}
        if label_at is None:
            look |= {"va": "center", "annotation_clip": False}
        else:
            look |= {"ha": "right", "va": "bottom"}
        offset = (8, 0) if label_at is None else (0, 2)
        for label, value in references.items():
            ax.axhline(value, zorder=1, **REFERENCE_LINE)
            at = 1 if label_at is None else label_at
            note(ax, label, (at, value), offset, **look)
        if yticks is not None:
            ax.set_yticks(yticks, [f"{value:g}" for value in yticks])
            ax.set_yticks([], minor=True)
    return fig, ax


@book_style()
def two_errors(updates, forced, free):
    """Draw the error of the same models under teacher forcing and running free.

    One thin line a model: what they do is too unlike for a median.

    Parameters
    ----------
    updates : array (n,)
    forced, free : arrays (seeds, n)
        Shares of characters wrong.
    """
    updates = check_shape("updates", updates, "n")
    fig, ax = new_axes("updates", "share of characters wrong")
    for runs, key in ((forced, "ink"), (free, "accent")):
        runs = check_shape("runs", runs, "seeds", len(updates))
        look = {**LINE_STYLES[key], "linewidth": 1.5, "markersize": 5}
        ax.plot(updates, runs.T, color=COLOURS[key], **look)
    first = np.median(free[:, 0]), np.median(forced[:, 0])
    for text, y, dy, key in (
        (f"running free, {len(free)} models", first[0], -21, "accent"),
        (f"teacher-forced, the same {len(free)} models", first[1], 14, "ink"),
    ):
        note(ax, text, (updates[0], y), (0, dy), color=COLOURS[key])
    ax.set(ylim=(-0.03, 1.0), xticks=updates)
    return fig, ax


def _draw_cut(ax, p, kept):
    """Draw what is kept as full bars and the rest as outlines."""
    x = np.arange(len(p))
    ax.bar(x[kept], p[kept], width=0.7, color=COLOURS["accent"])
    outline = {"edgecolor": COLOURS["muted"], "linewidth": 0.9}
    ax.bar(x[~kept], p[~kept], width=0.7, color="none", **outline)
