"""Figures of chapter 6: where a filter cuts, and what a model has learned."""

import numpy as np

from lstm_core.checks import check_count, check_shape
from lstm_core.figures.palette import COLOURS
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
    x, runs, xlabel, ylabel, references, *, label_at=0.99, **options
):
    """Draw `spread`, and across it a labelled dashed line a reference.

    Parameters
    ----------
    x, runs, xlabel, ylabel, options
        As in `spread`.
    references : dict of str to float
        Such as {"uniform": 5.0}.
    label_at : float
        Where along the lines their labels end, from 0 (left) to 1.
    """
    with book_style():
        fig, ax = spread(x, runs, xlabel, ylabel, **options)
        place = {"xycoords": ax.get_yaxis_transform(), "ha": "right", "va": "bottom"}
        for label, value in references.items():
            ax.axhline(value, zorder=1, **REFERENCE_LINE)
            note(ax, label, (label_at, value), (0, 2), fontsize=11, **place)
    return fig, ax


def _draw_cut(ax, p, kept):
    """Draw what is kept as full bars and the rest as outlines."""
    x = np.arange(len(p))
    ax.bar(x[kept], p[kept], width=0.7, color=COLOURS["accent"])
    outline = {"edgecolor": COLOURS["muted"], "linewidth": 0.9}
    ax.bar(x[~kept], p[~kept], width=0.7, color="none", **outline)
