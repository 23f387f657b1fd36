"""Figures of chapter 4: slopes that add, errors, and what flows back."""

import numpy as np

from lstm_core.checks import check_shape
from lstm_core.figures.palette import COLOURS
from lstm_core.figures.strokes import canvas, say
from lstm_core.figures.style import book_style, new_axes, note

SOLID, DASHED, DOTTED = "-", (0, (6, 2)), (0, (1.2, 1.3))


@book_style()
def two_uses():
    """Draw a small computational graph, its values and its slopes.

    The graph is p = a b, q = a + p, loss = q q with a = 2 and b = 3; a is used
    twice.
    """
    fig, ax = canvas(bottom=0.3, top=6.5)
    places = {"a": (1.5, 5.2), "b": (1.5, 1.2), "p": (5.2, 2.4), "q": (9.0, 4.0)}
    places["loss"] = (12.7, 4.0)
    values = {"a": 2, "b": 3, "p": 6, "q": 8, "loss": 64}
    names = {"p": r"p = a\,b", "q": "q = a + p", "loss": r"L = q\,q"}
    slopes = {("a", "q"): 16, ("a", "p"): 48, ("b", "p"): 32, ("p", "q"): 16}
    slopes["q", "loss"] = 16
    for (start, end), slope in slopes.items():
        _there_and_back(ax, places[start], places[end], slope)
    for name, (x, y) in places.items():
        ax.plot(x, y, "o", markersize=33, color="none", markeredgecolor=COLOURS["ink"])
        say(ax, (x, y), str(values[name]), 15)
        side = -1 if name == "p" else 1
        say(ax, (x, y + side * 0.98), f"${names.get(name, name)}$", 14)
    say(ax, (3.55, 6.18), "16 + 48 = 64", 13, "accent")
    return fig, ax


@book_style()
def step_errors(steps, series):
    """Draw the relative error of numerical slopes against the step.

    Parameters
    ----------
    steps : array (n,)
    series : dict of str to array (n,)
        Three labels; an error of 0 is drawn at 1e-17.
    """
    fig, ax = new_axes("step ε", "relative error")
    looks = zip(("muted", "ink", "accent"), (DASHED, SOLID, SOLID), strict=True)
    places = ((2, 0, 11, "left"), (4, -6, -10, "right"), (0, 6, 11, "left"))
    for (label, errors), look, place in zip(series.items(), looks, places, strict=True):
        errors = np.maximum(check_shape(label, errors, len(steps)), 1e-17)
        _line(ax, steps, errors, label, look, place, marker="o", markersize=4)
    ax.set(xscale="log", yscale="log", ylim=(3e-18, 1))
    return fig, ax


@book_style()
def kept(runs):
    """Draw the factor that is kept over 1 to n steps back, for five nets.

    Parameters
    ----------
    runs : dict of str to array (seeds, n)
        Three LSTMs, then two plain RNNs.
    """
    looks = [("f", DOTTED), ("f", DASHED), ("f", SOLID)]
    looks += [("muted", DASHED), ("ink", DOTTED)]
    places = [(27, -6, -8, "right"), (56, 6, 4, "left"), (60, 4, 7, "left")]
    places += [(30, 6, 6, "left"), (72, -4, -13, "right")]
    fig, ax = _back_in_time("factor that is kept", runs, looks, places)
    ax.set(ylim=(1e-12, 3))
    return fig, ax


@book_style()
def lengths(runs):
    """Draw the length of the gradient over 1 to n steps back, for four nets.

    Parameters
    ----------
    runs : dict of str to array (seeds, n)
    """
    looks = [("muted", DOTTED), ("muted", DASHED), ("ink", SOLID), ("accent", SOLID)]
    places = [(24, -6, -10, "right"), (52, -6, -10, "right")]
    places += [(52, 0, -20, "left"), (52, -10, 14, "right")]
    fig, ax = _back_in_time("length of the gradient", runs, looks, places)
    ax.set(ylim=(1e-9, 1e8))
    return fig, ax


@book_style()
def truncation(ks, runs):
    """Draw the cosine with the full gradient against the window's length.

    Parameters
    ----------
    ks : sequence of int
    runs : dict of str to array (seeds, n)
        Three ages of a net.
    """
    fig, ax = new_axes("window k, in characters", "cosine with the full gradient")
    looks = [("muted", DASHED), ("ink", SOLID), ("accent", SOLID)]
    places = [(1, -14, 25, "left"), (4, 0, -26, "left"), (5, 26, -42, "left")]
    for (label, run), look, place in zip(runs.items(), looks, places, strict=True):
        _band(ax, ks, run, label, look, place, marker="o", markersize=5)
    ax.set(xscale="log", ylim=(-0.2, 1.12))
    ax.set_xticks(ks, [str(k) for k in ks])
    ax.set_xticks([], minor=True)
    return fig, ax


@book_style()
def clip_cosine(limits, by_value, by_norm, *, mean_limit):
    """Draw the cosine of a clipped gradient with the gradient, against the limit.

    Parameters
    ----------
    limits, by_value, by_norm : arrays (n,)
    mean_limit : float
        The limit that acts on the sum as a limit of 1 acts on the mean.
    """
    fig, ax = new_axes("limit, for the summed loss", "cosine with the gradient")
    norm, value = ("ink", DASHED), ("accent", SOLID)
    _line(ax, limits, by_norm, "clipped by norm", norm, (4, 0, 9, "left"))
    _line(ax, limits, by_value, "clipped by value", value, (12, -10, 4, "right"))
    for limit, text in (
        (1, "limit 1\non the sum"),
        (mean_limit, "limit 1\non the mean"),
    ):
        cosine = np.interp(np.log(limit), np.log(limits), by_value)
        ax.plot(limit, cosine, "o", color=COLOURS["accent"], markersize=8)
        note(
            ax,
            text,
            (limit, cosine),
            (6, -10),
            ha="left" if limit == 1 else "right",
            va="top",
            color=COLOURS["ink"],
        )
    ax.set(xscale="log", ylim=(0, 1.12))
    ax.xaxis.set_major_formatter("{x:g}")
    return fig, ax


def _there_and_back(ax, start, end, slope):
    """Draw an arrow from value to value, and a dashed one with the slope back."""
    (x0, y0), (x1, y1) = start, end
    length = np.hypot(x1 - x0, y1 - y0)
    along = np.array([x1 - x0, y1 - y0]) / length
    across = np.array([along[1], -along[0]])  # to the right of the arrow
    for side, key, dashes in ((0.14, "muted", "-"), (-0.14, "accent", (0, (3, 1.4)))):
        tail = np.array(start) + 0.8 * along - side * across
        head = np.array(end) - 0.8 * along - side * across
        ends = (head, tail) if key == "muted" else (tail, head)
        look = {"arrowstyle": "-|>", "mutation_scale": 15, "shrinkA": 0, "shrinkB": 0}
        look |= {"color": COLOURS[key], "linewidth": 2, "linestyle": dashes}
        ax.annotate("", *ends, arrowprops=look)
    middle = (np.array(start) + np.array(end)) / 2 + 0.55 * across
    say(ax, middle, str(slope), 13, "accent")


def _back_in_time(ylabel, runs, looks, places):
    """Draw bands over 1 to n steps back, on a logarithmic axis."""
    fig, ax = new_axes("steps back", ylabel, height=4.0)
    for (label, run), look, place in zip(runs.items(), looks, places, strict=True):
        _band(ax, np.arange(1, run.shape[1] + 1), run, label, look, place)
    ax.set(yscale="log", xlim=(0, 101))
    return fig, ax


def _band(ax, x, run, label, look, place, **marks):
    """Draw the median over seeds in a band from the smallest to the largest."""
    run = check_shape(label, run, "seeds", len(x))
    ends = run.min(axis=0), run.max(axis=0)
    ax.fill_between(x, *ends, color=COLOURS[look[0]], alpha=0.18, linewidth=0)
    _line(ax, x, np.median(run, axis=0), label, look, place, **marks)
    ax.set_title(f"line: median of {len(run)} seeds; band: smallest to largest")


def _line(ax, x, y, label, look, place, **marks):
    """Draw a line, its name beside point ``place[0]``, moved and aligned."""
    colour, dashes = COLOURS[look[0]], look[1]
    ax.plot(x, y, color=colour, linestyle=dashes, **marks)
    point, right, up, side = place
    note(
        ax, label, (x[point], y[point]), (right, up), color=colour, ha=side, va="center"
    )
