"""Figures of chapter 7: broken beside right, and what a report sees of each."""

import numpy as np

from lstm_core.checks import check_shape
from lstm_core.figures.palette import COLOURS
from lstm_core.figures.style import book_style, new_axes, note

LENGTH_ONLY = 1 - 1e-9  # a cosine above it: the direction is right
GROUPS = (("", 3), ("weight_ih", 4), ("weight_hh", 4), ("bias", 4))


@book_style()
def beside(right, broken, ylabel):
    """Draw loss curves of broken nets, one panel each, beside those of the right one.

    Parameters
    ----------
    right : array (seeds, n)
    broken : dict of str to array (seeds, n)
        One panel a label.
    ylabel : str

    Returns
    -------
    fig
    axes : array of Axes, one a panel
    """
    right = check_shape("right", right, "seeds", "n")
    panels = {"ncols": len(broken), "sharey": True, "squeeze": False}
    fig, axes = new_axes("update", ylabel, height=3.3, **panels)
    for ax, (label, runs) in zip(axes[0], broken.items(), strict=True):
        runs = check_shape(f"broken[{label!r}]", runs, *right.shape)
        _draw_band(ax, right, "ink", "-")
        _draw_band(ax, runs, "accent", (0, (3, 1.2)))
        ax.set_title(label, color=COLOURS["accent"])
        ax.set(yscale="log", xlim=(0, right.shape[1] - 1))
        ax.yaxis.set_major_formatter("{x:g}")
        ax.label_outer()
    look = {"xycoords": "axes fraction", "ha": "right", "va": "top"}
    note(axes[0, 0], "right", (0.97, 0.97), (0, 0), color=COLOURS["ink"], **look)
    note(axes[0, 0], "broken", (0.97, 0.87), (0, 0), color=COLOURS["accent"], **look)
    return fig, axes[0]


@book_style()
def fingerprints(reports, *, columns=5):
    """Draw which blocks of a gradient are wrong for each length T.

    A full cell is wrong; a ring is wrong in its length alone; a dot is right.

    Parameters
    ----------
    reports : dict of str to GradientReport
        One panel a label.
    columns : int
        Panels side by side.

    Returns
    -------
    fig
    axes : array of Axes, one a panel
    """
    grid = {"nrows": -(-len(reports) // columns), "ncols": columns}
    height = 0.5 + 2.75 * grid["nrows"]
    fig, axes = new_axes("", "", height=height, sharey=True, squeeze=False, **grid)
    fig.supxlabel("number of steps T", fontsize=12)
    for ax in axes.flat[len(reports) :]:
        ax.set_visible(False)
    for ax, (label, report) in zip(axes.flat, reports.items(), strict=False):
        _draw_fingerprint(ax, report)
        ax.set_title(label, color=COLOURS["ink"], fontsize=11)
    for ax in axes[:, 0]:
        _name_blocks(ax)
    return fig, axes.flat[: len(reports)]


def marks(report):
    """Return, for each block and each T, "right", "length" or "wrong".

    Parameters
    ----------
    report : GradientReport

    Returns
    -------
    dict of (str, int) to str
        By the block's name and T; the worst over the settings.
    """
    found = {}
    for row in report.rows:
        bad = [r for r in report.rows if r[:2] == row[:2] and not r.passed]
        turned = [r for r in bad if not r.cosine > LENGTH_ONLY]
        found[row[:2]] = "wrong" if turned else "length" if bad else "right"
    return found


def _draw_band(ax, runs, key, dashes):
    """Draw the median over seeds in a band from smallest to largest."""
    updates = np.arange(runs.shape[1])
    band = runs.min(axis=0), runs.max(axis=0)
    ax.fill_between(updates, *band, color=COLOURS[key], alpha=0.2, linewidth=0)
    look = {"color": COLOURS[key], "linestyle": dashes, "linewidth": 1.6}
    ax.plot(updates, np.median(runs, axis=0), **look)


def _draw_fingerprint(ax, report):
    """Draw the blocks as rows and the lengths as columns."""
    found = marks(report)
    names = list(dict.fromkeys(name for name, _ in found))
    lengths = sorted({T for _, T in found})
    looks = {
        "right": {"marker": ".", "color": COLOURS["faint"], "s": 12},
        "length": {"marker": "s", "facecolor": "none", "s": 40},
        "wrong": {"marker": "s", "color": COLOURS["accent"], "s": 52},
    }
    looks["length"] |= {"edgecolor": COLOURS["accent"], "linewidth": 1.6}
    for mark, look in looks.items():
        at = [place for place, it in found.items() if it == mark]
        rows = [names.index(name) for name, _ in at]
        ax.scatter([lengths.index(T) for _, T in at], rows, **look)
    edges = np.cumsum([count for _, count in GROUPS])[:-1] - 0.5
    for edge in edges:
        ax.axhline(edge, color=COLOURS["grid"], linewidth=1)
    ax.set_xticks(range(len(lengths)), lengths)
    ax.set(xlim=(-0.6, len(lengths) - 0.4), ylim=(len(names) - 0.4, -0.6))
    ax.tick_params(length=0)


def _name_blocks(ax):
    """Name the rows of a fingerprint: three streams, then gate by gate."""
    names = ["dx", "dh0", "dc0"]
    for group, _ in GROUPS[1:]:
        names += [f"{group}  {gate}" if gate == "i" else gate for gate in "ifgo"]
    ax.set_yticks(range(15), names, color=COLOURS["ink"], fontsize=10)
