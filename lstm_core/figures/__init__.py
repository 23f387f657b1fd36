"""The book's figures: one palette, static charts and diagrams of the cell."""

from lstm_core.figures.curves import clip_angle, half_life_curve, sigmoid_tanh
from lstm_core.figures.diagrams import draw_cell, draw_unrolled, gradient_streams
from lstm_core.figures.matrices import heatmap
from lstm_core.figures.palette import COLOURS, DARK, LINE_STYLES, NAMES
from lstm_core.figures.plots import (
    bars,
    gate_strips,
    lines,
    probability_bars,
    spread,
)
from lstm_core.figures.style import book_style

__all__ = [
    "COLOURS",
    "DARK",
    "LINE_STYLES",
    "NAMES",
    "bars",
    "book_style",
    "clip_angle",
    "draw_cell",
    "draw_unrolled",
    "gate_strips",
    "gradient_streams",
    "half_life_curve",
    "heatmap",
    "lines",
    "probability_bars",
    "sigmoid_tanh",
    "spread",
]
