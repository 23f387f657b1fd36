"""The one look of all static figures, and what every helper begins with.

The style is a context inside each helper, not a setting made at import: a
chapter needs no line for it, and a reader's own plots stay as they were.
Backgrounds are transparent; the site turns the ink light in dark mode.
"""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.ticker import MaxNLocator

from lstm_core.figures.palette import COLOURS

WIDTH = 7.0  # inches; 1400 pixels at 200 an inch
MONOSPACE = "DejaVu Sans Mono"

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

REFERENCE_LINE = {
    "color": COLOURS["ink"],
    "linestyle": (0, (4, 2)),
    "linewidth": 1.2,
}


def book_style():
    """Return the book's style, a context manager that is also a decorator."""
    return plt.style.context(BOOK_STYLE, after_reset=True)


def new_axes(xlabel, ylabel, *, height=3.6, **grid):
    """Open a figure of the book's width with labelled axes.

    ``grid`` goes to `plt.subplots`. Ticks are styled here and not in
    BOOK_STYLE, because matplotlib makes them after the style has been left.
    """
    fig, axes = plt.subplots(figsize=(WIDTH, height), **grid)
    for ax in fig.axes:
        ax.set(xlabel=xlabel, ylabel=ylabel)
        colours = {"color": COLOURS["muted"], "labelcolor": COLOURS["muted"]}
        ax.tick_params(which="both", labelsize=11, **colours)
    return fig, axes


def note(ax, text, xy, offset, **look):
    """Write ``text`` at the point ``xy``, moved by ``offset`` in points."""
    return ax.annotate(text, xy, offset, textcoords="offset points", **look)


def visible(char):
    """Return a character's sign: an open box for a space, an arrow for a line end."""
    return {" ": "\u2423", "\n": "\u21b5"}.get(char, char)


def name_cells(axis, labels, count):
    """Name ``count`` cells along an axis, in letters small enough to fit."""
    axis.set_tick_params(length=0)
    if labels is None:
        axis.set_major_locator(MaxNLocator(integer=True))
        return
    names = [visible(label) for label in labels]
    axis.set_ticks(range(count), names, color=COLOURS["ink"])
    longest = max(map(len, names))
    if longest == 1:
        axis.set_tick_params(labelfontfamily=MONOSPACE)
    width, height = 72 * axis.figure.get_size_inches() * (0.82, 0.7)
    room = width / (0.62 * longest) if axis.axis_name == "x" else height / 1.1
    axis.set_tick_params(labelsize=np.clip(room / count, 5, 13))


def check_known(name, wanted, known):
    """Check that every entry of ``wanted`` is among ``known``."""
    for entry in wanted:
        if entry not in known:
            raise ValueError(f"{name}: wanted one of {list(known)}, got {entry!r}")
