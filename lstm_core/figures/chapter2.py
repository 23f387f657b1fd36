"""Figures of chapter 2: what the dials do, and where their weights lie."""

import numpy as np
from matplotlib.patches import FancyArrowPatch, Rectangle

from lstm_core.checks import check_params, check_shape
from lstm_core.figures.palette import COLOURS, LINE_STYLES, NAMES
from lstm_core.figures.style import MONOSPACE, book_style, new_axes, note

# Geometry of `stacked_blocks`, in cells of the stacked matrix.
SMALL, APART, BIAS_GAP = 0.6, 0.5, 0.25


@book_style()
def settings(g, dials, cells, c0=0.0):
    """Draw what one input leaves in cells whose dials are set differently.

    Parameters
    ----------
    g : array (T,)
        What could be written at each step.
    dials : dict of str to (f, i)
        One row a label; each dial a number, or an array (T,) of 0 and 1.
    cells : dict of str to array (T,)
        c after each step, under the same labels.
    c0 : float
        c before the first step, in every cell.

    Returns
    -------
    fig
    axes : array of Axes, the input's first
    """
    g = check_shape("g", g, "T")
    rows = {"input g": g}
    for label in dials:
        c = check_shape(f"cells[{label!r}]", cells[label], len(g))
        rows[label] = np.concatenate([[c0], c])
    spans = [(min(0, r.min()) - 0.5, max(0, r.max()) + 0.5) for r in rows.values()]
    grid = {"nrows": len(rows), "sharex": True, "height_ratios": np.ptp(spans, axis=1)}
    fig, axes = new_axes("step", "", height=6.0, **grid)
    for ax, (label, row), span in zip(axes, rows.items(), spans, strict=True):
        ax.label_outer()
        ax.set(ylim=span, yticks=sorted({0, int(row.min()), int(row.max())}))
        ax.axhline(0, color=COLOURS["grid"], linewidth=1, zorder=0)
        ax.spines["bottom"].set_visible(ax is axes[-1])
        ax.tick_params(axis="x", length=4 if ax is axes[-1] else 0)
        if label in dials:
            _draw_cell(ax, label, row, *dials[label])
        else:
            _draw_input(ax, label, row)
    fig.align_ylabels()
    return fig, axes


@book_style()
def pulse(c, h, first, last):
    """Draw a memory, and what the output gate lets out of it.

    Parameters
    ----------
    c, h : arrays (T,)
        Cell state and hidden state after each step.
    first, last : int
        Steps, counted from 1, between which the output gate is open.
    """
    c = check_shape("c", c, "T")
    h = check_shape("h", h, len(c))
    fig, ax = new_axes("step", "value", height=3.2)
    steps = np.arange(1, len(c) + 1)
    ax.axvspan(first - 0.5, last + 0.5, color=COLOURS["o"], alpha=0.16, linewidth=0)
    for key, row in {"c": c, "h": h}.items():
        dashes = LINE_STYLES[key]["linestyle"]
        ax.plot(steps, row, drawstyle="steps-mid", color=COLOURS[key], linestyle=dashes)
    middle, centred = (first + last) / 2, {"ha": "center"}
    note(ax, "output gate open", (middle, 1), (0, -8), color=COLOURS["o"], **centred)
    note(ax, "hidden state h", (middle, 0), (0, 6), color=COLOURS["h"], **centred)
    note(ax, "cell state c", (12, c[11]), (8, 6), color=COLOURS["c"])
    ax.set(ylim=(-0.06, 1.1), xlim=(-0.5, len(c) + 1))
    return fig, ax


@book_style()
def stacked_blocks(params, letters):
    """Draw the four weight blocks, and the one matrix that they stack to.

    Columns are those of [h; x] and then the bias. The shade is the size of a
    weight, in the colour of its gate.

    Parameters
    ----------
    params : dict
        As from `tiny_params`.
    letters : str
        The D characters that x stands for.
    """
    D, H = check_params(params)
    check_shape("letters", [ord(letter) for letter in letters], D)
    bias = params["bias"][:, None]
    table = np.hstack([params["weight_hh"], params["weight_ih"], bias])
    right = SMALL * (H + D + 1) + 3.2  # where the stacked matrix begins
    end = right + H + D + 1 + BIAS_GAP
    top = (4 * H * (1 - SMALL) - 3 * APART) / 2  # where the first block begins
    fig, ax = new_axes("", "", height=4.5)
    ax.set(xlim=(-1.9, end + 2.3), ylim=(4 * H + 0.1, -1.6))
    ax.set_axis_off()
    for k, key in enumerate("ifgo"):
        block = table[k * H : (k + 1) * H]
        y = top + k * (H * SMALL + APART)
        middle, target = y + H * SMALL / 2, (k + 0.5) * H
        look = {"color": COLOURS[key], "va": "center"}
        ax.text(-0.3, middle, f"$W_{key},\\ b_{key}$", ha="right", **look)
        ax.text(end + 0.25, target, NAMES[key].replace(" ", "\n"), **look)
        _draw_block(ax, block, key, (0, y), SMALL)
        _draw_block(ax, block, key, (right, k * H), 1, written=True)
        _draw_arrow(ax, (right - 2.8, middle), (right - 0.15, target), key)
    _head_columns(ax, right, list(letters), H)
    return fig, ax


def _draw_input(ax, label, g):
    """Draw each input that is not 0 as an arrow from the line."""
    for step in np.flatnonzero(g):
        marker = "^" if g[step] > 0 else "v"
        ax.vlines(step + 1, 0, g[step], color=COLOURS["g"])
        ax.plot(step + 1, g[step], marker, color=COLOURS["g"], markersize=7)
    _label_row(ax, label, "g")


def _draw_cell(ax, label, row, f, i):
    """Draw c over time; a dial that moves is marked where it lets g in."""
    ax.step(np.arange(len(row)), row, where="post", color=COLOURS["c"])
    ax.plot(0, row[0], "o", color=COLOURS["c"], markersize=6)
    if np.ndim(i) == 0:
        setting = f"f = {f:g}, i = {i:g}"
    else:
        opened = np.flatnonzero(i)
        kept = np.broadcast_to(f, np.shape(i))[opened[0]]
        setting = f"f = {kept:g}, i = 1\nat step {opened[0] + 1}"
        for step in opened + 1:
            ax.axvline(step, color=COLOURS["i"], linestyle=(0, (2, 2)), linewidth=1.4)
    _label_row(ax, f"{label}\n{setting}", "c")


def _label_row(ax, label, key):
    """Name a row at its left, in the colour of what it shows."""
    look = {"rotation": 0, "ha": "left", "va": "center", "color": COLOURS[key]}
    ax.set_ylabel(label, labelpad=94, **look)


def _draw_block(ax, block, key, corner, size, *, written=False):
    """Draw a block of weights as shaded cells, its bias a little apart."""
    rows, columns = block.shape
    lefts = corner[0] + size * np.arange(columns)
    lefts[-1] += size * BIAS_GAP
    for (row, column), weight in np.ndenumerate(block):
        x, y = lefts[column], corner[1] + row * size
        shade = {"color": COLOURS[key], "alpha": 0.45 * min(1, abs(weight))}
        ax.add_patch(Rectangle((x, y), size, size, linewidth=0, **shade))
        if written:
            look = {"ha": "center", "va": "center", "fontsize": 13}
            ax.text(x + size / 2, y + size / 2, _write(weight), **look)
    for x, width in ((lefts[0], columns - 1), (lefts[-1], 1)):
        frame = {"fill": False, "edgecolor": COLOURS[key], "linewidth": 1.5}
        corner = (x, corner[1])
        ax.add_patch(Rectangle(corner, size * width, size * rows, **frame))


def _write(weight):
    """Write a weight as briefly as it goes, one half as a fraction."""
    return f"{weight:.2g}".replace("0.5", "\u00bd").replace("-", "\u2212")


def _draw_arrow(ax, start, end, key):
    """Lead from a block to its place in the stacked matrix."""
    look = {"arrowstyle": "-|>", "mutation_scale": 12, "linewidth": 1.4}
    ax.add_patch(FancyArrowPatch(start, end, color=COLOURS[key], **look))


def _head_columns(ax, right, letters, H):
    """Name the columns of the stacked matrix, and the array each belongs to."""
    names = [f"h{k + 1}" for k in range(H)] + letters
    places = right + 0.5 + np.arange(len(names))
    look = {"ha": "center", "va": "bottom"}
    for x, name in zip(places, names, strict=True):
        ax.text(x, -0.12, name, color=COLOURS["muted"], family=MONOSPACE, **look)
    groups = {
        "weight_hh": (places[0], places[H - 1]),
        "weight_ih": (places[H], places[-1]),
        "bias": (places[-1] + 1 + BIAS_GAP,) * 2,
    }
    for name, (first, last) in groups.items():
        ends = (first - 0.42, last + 0.42)
        ax.plot(ends, (-0.85, -0.85), color=COLOURS["muted"], linewidth=1.2)
        ax.text((first + last) / 2, -0.95, name, fontsize=10.5, **look)
