"""The strokes of which the diagrams are made; a unit is half an inch."""

from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from lstm_core.figures.palette import COLOURS
from lstm_core.figures.style import WIDTH, new_axes

R = 0.36  # radius of a circle


def canvas(bottom, top):
    """Open a figure without axes, 14 units wide, from ``bottom`` to ``top``."""
    fig, ax = new_axes("", "", height=WIDTH * (top - bottom) / 14)
    fig.get_layout_engine().set(w_pad=0, h_pad=0)
    ax.set(xlim=(0, 14), ylim=(bottom, top), aspect="equal")
    ax.axis("off")
    return fig, ax


def wire(ax, points, key, *, head=True, dashed=False):
    """Draw a polyline, with a solid arrow head at its last point."""
    look = {"color": COLOURS[key], "linewidth": 2.4}
    (x0, y0), (x1, y1) = points[-2:]
    length = abs(x1 - x0) + abs(y1 - y0)  # wires run along the axes
    back = min(0.3, length / 2) / length if head else 0
    stop = x1 + (x0 - x1) * back, y1 + (y0 - y1) * back
    xs, ys = zip(*points[:-1], stop, strict=True)
    dashes = {"linestyle": (0, (2.5, 1.2)), "dash_capstyle": "butt"} if dashed else {}
    ax.plot(xs, ys, solid_capstyle="projecting", **dashes, **look)
    if head:
        path = Path([stop, points[-1]])
        look |= {"arrowstyle": "-|>", "mutation_scale": 16}
        ax.add_patch(FancyArrowPatch(path=path, **look))


def box(ax, middle, size, key, *, filled=False):
    """Draw a box with round corners, as an outline or filled."""
    face = COLOURS[key] if filled else "none"
    look = {"edgecolor": COLOURS[key], "linewidth": 2, "zorder": 3}
    _add_box(ax, middle, size, facecolor=face, **look)


def ground(ax, middle, size):
    """Draw the faint ground on which a cell stands."""
    _add_box(
        ax, middle, size, facecolor=COLOURS["ink"], alpha=0.05, linewidth=0, zorder=0
    )


def _add_box(ax, middle, size, **look):
    """Add a box with round corners around ``middle``."""
    corner = middle[0] - size[0] / 2, middle[1] - size[1] / 2
    shape = "round,pad=0,rounding_size=0.18"
    ax.add_patch(FancyBboxPatch(corner, *size, boxstyle=shape, **look))


def circle(ax, middle, sign, on):
    """Draw an elementwise operation as a circle with its sign."""
    edge = COLOURS["ink" if on else "faint"]
    ax.add_patch(Circle(middle, R, fill=False, edgecolor=edge, linewidth=2))
    say(ax, middle, sign, 16, "ink" if on else "muted")


def say(ax, place, text, size, key="ink", **look):
    """Write centred text in a colour of the palette, or in white."""
    look |= {"ha": "center", "va": "center", "zorder": 4}
    ax.text(*place, text, fontsize=size, color=COLOURS.get(key, key), **look)
