"""Matrices as shaded cells: one-hot vectors, gates over text, gradients over time."""

import numpy as np
from matplotlib.colors import ListedColormap, Normalize, to_rgb

from lstm_core.checks import check_shape
from lstm_core.figures.palette import COLOURS
from lstm_core.figures.style import book_style, check_known, name_cells, new_axes


@book_style()
def heatmap(
    matrix,
    row_labels,
    col_labels,
    xlabel,
    ylabel,
    *,
    value_label=None,
    limits=None,
    diverging=False,
    values=None,
    key="ink",
):
    """Draw a matrix as shaded cells, row 0 on top; NaN stays empty.

    Zero is the page itself and the far end the colour of ``key``. A diverging
    map runs from vermilion (negative) over the page to blue (positive).

    Parameters
    ----------
    matrix : array (rows, columns)
    row_labels, col_labels : sequence of str, or None
        None counts from 0. Spaces and line ends are made visible.
    value_label : str, optional
        What the shade measures, with its unit; draws the colour bar.
    limits : (low, high), optional
        Ends of the map. By default 0 (or the smallest) and the largest, and
        when diverging the largest size on both sides.
    values : str, optional
        Format, such as "{:.2f}", that writes each value into its cell.
    """
    matrix = check_shape("matrix", matrix, "rows", "columns")
    check_known("key", [key], COLOURS)
    norm = _norm(matrix, limits, diverging)
    rows, columns = matrix.shape
    _check_labels("row_labels", row_labels, rows)
    _check_labels("col_labels", col_labels, columns)
    fig, ax = new_axes(xlabel, ylabel, height=np.clip(1 + 0.3 * rows, 1.9, 6.5))
    shades = _shades("f", "i") if diverging else _shades(None, key)
    image = ax.imshow(matrix, ListedColormap(shades), norm, aspect="auto", zorder=1)
    name_cells(ax.xaxis, col_labels, columns)
    name_cells(ax.yaxis, row_labels, rows)
    if columns <= 45:
        _draw_grid(ax, rows, columns)
    if values is not None:
        _write_values(ax, matrix, shades, norm, values)
    if value_label is not None:
        _draw_bar(fig, ax, image, value_label)
    return fig, ax


def _check_labels(name, labels, count):
    """Check that there are as many labels as cells, or None."""
    if labels is not None and len(labels) != count:
        raise ValueError(f"{name}: wanted {count} labels, got {len(labels)}")


def _norm(matrix, limits, diverging):
    """Return the scale of a heat map, symmetric about 0 when diverging."""
    if limits is None:
        low, high = min(0.0, np.nanmin(matrix)), np.nanmax(matrix)
        size = max(-low, high)
        limits = (-size, size) if diverging else (low, high)
    low, high = check_shape("limits", limits, 2)
    if low > high or (diverging and low != -high):
        wanted = "(-size, size)" if diverging else "(low, high)"
        raise ValueError(f"limits: wanted {wanted}, got {limits}")
    return Normalize(low, high if high > low else low + 1)


def _shades(negative, positive):
    """Return 255 RGBA shades that fade to the page at 0, or in the middle."""
    shade = np.linspace(-1 if negative else 0, 1, 255)
    rgb = np.where(
        shade[:, None] < 0,
        to_rgb(COLOURS[negative or positive]),
        to_rgb(COLOURS[positive]),
    )
    return np.column_stack([rgb, np.abs(shade)])


def _write_values(ax, matrix, shades, norm, fmt):
    """Write each value into its cell, in white where the shade is dark."""
    lightness = 1 - shades[:, 3] * (1 - shades[:, :3] @ (0.2126, 0.7152, 0.0722))
    widest = max(len(fmt.format(value)) for value in matrix.flat)
    size = np.clip(560 / matrix.shape[1] / widest, 5, 12)
    for (row, column), value in np.ndenumerate(matrix):
        shade = lightness[int(np.clip(norm(value), 0, 1) * 254)]
        ax.text(
            column,
            row,
            fmt.format(value).replace("-", "\u2212"),
            color="white" if shade < 0.42 else COLOURS["ink"],
            fontsize=size,
            ha="center",
            va="center",
        )


def _draw_grid(ax, rows, columns):
    """Draw thin lines between the cells."""
    ax.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
    ax.grid(which="minor", color=COLOURS["grid"], linewidth=0.6)
    ax.tick_params(which="minor", length=0)


def _draw_bar(fig, ax, image, label):
    """Draw the colour bar."""
    bar = fig.colorbar(image, ax=ax, pad=0.02, aspect=25, label=label)
    bar.ax.tick_params(color=COLOURS["muted"], labelcolor=COLOURS["muted"])
    bar.outline.set_edgecolor(COLOURS["faint"])
