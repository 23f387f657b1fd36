"""Single ideas as pictures: squashing, half-life, clipping."""

import numpy as np
from matplotlib.patches import Arc, Circle, Rectangle

from lstm_core.checks import check_number, check_shape
from lstm_core.figures.palette import COLOURS, LINE_STYLES
from lstm_core.figures.style import REFERENCE_LINE, book_style, new_axes, note
from lstm_core.gates import half_life, sigmoid, sigmoid_slope, tanh_slope
from lstm_core.optim import clip_grad_norm, clip_grad_value


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
    slopes = sigmoid_slope(y_sigmoid), tanh_slope(y_tanh)
    fig, axes = new_axes("pre-activation a", "", height=3.3, ncols=2)
    _draw_pair(axes[0], a, (y_sigmoid, y_tanh), [(-5.9, 0.06), (-5.9, -0.94)])
    _draw_pair(axes[1], a, slopes, [(2.2, 0.16), (0.9, 0.7)])
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
        A number of steps to mark with a dashed line.
    """
    biases = check_shape("biases", biases, "n")
    if span is not None:
        check_number("span", span, 0, above=True)
    b = np.linspace(min(-2, biases.min()), max(6, biases.max()), 200)
    fig, ax = new_axes("bias of the forget gate", "half-life (steps)")
    ax.plot(b, half_life(sigmoid(b)), color=COLOURS["f"])
    marks = half_life(sigmoid(biases))
    ax.plot(biases, marks, "o", color=COLOURS["f"], markersize=8)
    for bias, mark in zip(biases, marks, strict=True):
        note(ax, f"{mark:.1f}", (bias, mark), (9, -3), va="top")
    ax.set_yscale("log")
    if span is not None:
        ax.axhline(span, **REFERENCE_LINE)
        note(ax, f"{span:g} steps", (b[0], span), (0, 4), va="bottom")
    return fig, ax


@book_style()
def clip_angle(gradient=(3.0, 0.6), limit=1.0):
    """Draw a gradient of two numbers, clipped by norm and clipped by value.

    By norm it ends on the circle and keeps its direction; by value it ends in
    the square and turns by the angle that is marked.

    Parameters
    ----------
    gradient : array (2,)
        With first > second > 0, and longer than ``limit``.
    limit : float
        Largest norm, and largest size of each component.
    """
    whole = {"gradient": check_shape("gradient", gradient, 2)}
    by_norm, length = clip_grad_norm(whole, limit)
    by_norm = by_norm["gradient"]
    by_value = clip_grad_value(whole, limit)["gradient"]
    first, second = whole["gradient"]
    if not first > second > 0 or length <= limit:
        raise ValueError(
            "gradient: wanted first > second > 0 and a norm above "
            f"{limit}, got {gradient}"
        )
    fig, ax = new_axes("first component", "second component")
    bounds = [Circle((0, 0), limit), Rectangle((-limit, -limit), 2 * limit, 2 * limit)]
    for bound in bounds:
        bound.set(fill=False, **REFERENCE_LINE)
        ax.add_patch(bound)
    _draw_vector(ax, "gradient", (first, second), "muted", 0)
    _draw_vector(ax, "clipped by norm", by_norm, "ink", -12)
    _draw_vector(ax, "clipped by value", by_value, "accent", 12)
    _mark_angle(ax, by_norm, by_value)
    top = max(second, limit) + 0.1 * limit
    ax.set(xlim=(-0.1 * limit, 1.03 * first), ylim=(-0.1 * limit, top), aspect="equal")
    return fig, ax


def _draw_pair(ax, a, curves, places):
    """Draw the sigmoid's and the tanh's curve, each with its name beside it."""
    for name, key, y, place in zip(
        ("sigmoid", "tanh"), ("ink", "accent"), curves, places, strict=True
    ):
        dashes = LINE_STYLES[key]["linestyle"]
        ax.plot(a, y, color=COLOURS[key], linestyle=dashes)
        ax.text(*place, name, color=COLOURS[key], va="bottom")


def _draw_vector(ax, label, tip, key, lift):
    """Draw an arrow from the origin, its name right of the tip and lifted."""
    arrow = {"arrowstyle": "-|>", "color": COLOURS[key], "linewidth": 2.4}
    arrow |= {"shrinkA": 0, "shrinkB": 0, "mutation_scale": 18}
    ax.annotate("", tip, (0, 0), arrowprops=arrow)
    note(ax, label, tip, (8, lift), va="center", color=COLOURS[key])


def _mark_angle(ax, start, end):
    """Mark the angle from one vector to another at the origin, in degrees."""
    first, last = np.degrees(np.arctan2([start[1], end[1]], [start[0], end[0]]))
    size = np.linalg.norm(start)  # of the arc, from side to side
    look = {"color": COLOURS["accent"], "linewidth": 1.6}
    ax.add_patch(Arc((0, 0), size, size, theta1=first, theta2=last, **look))
    middle = np.radians((first + last) / 2)
    place = size / 2 * np.array([np.cos(middle), np.sin(middle)])
    degrees = f"{last - first:.0f}°"
    note(ax, degrees, place, (5, 0), va="center", color=COLOURS["accent"])
