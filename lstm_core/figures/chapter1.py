"""Figures of chapter 1: how often each character comes, and three guessers."""

from collections import Counter

from lstm_core.checks import check_shape, check_text
from lstm_core.figures.palette import COLOURS
from lstm_core.figures.plots import name_cells
from lstm_core.figures.style import REFERENCE_LINE, book_style, new_axes, note
from lstm_core.loss import nats_to_bits, perplexity


@book_style()
def character_counts(text):
    """Draw how often each character of ``text`` comes, the commonest first."""
    ranking = Counter(check_text("text", text)).most_common()
    chars, counts = zip(*ranking, strict=True)
    fig, ax = new_axes("character", "times in the text", height=3.0)
    ax.bar(range(len(chars)), counts, width=0.72, color=COLOURS["muted"])
    even = len(text) / len(chars)
    ax.axhline(even, **REFERENCE_LINE)
    words = f"{even:.0f} each, if all were equally common"
    note(ax, words, (len(chars) - 0.5, even), (0, 5), ha="right")
    name_cells(ax.xaxis, chars, len(chars))
    ax.margins(x=0.01)
    return fig, ax


@book_style()
def baseline_bars(losses):
    """Draw the loss of several guessers, in nats, bits and equal choices.

    Parameters
    ----------
    losses : dict of str to float
        Nats per character, one bar a label.
    """
    lengths = check_shape("losses", list(losses.values()), "n")
    fig, ax = new_axes("loss, nats per character", "", height=1.1 + 0.55 * len(lengths))
    ax.barh(range(len(lengths)), lengths, height=0.7, color=COLOURS["muted"])
    for row, nats in enumerate(lengths):
        words = (
            f"{nats:.3f} nats, {nats_to_bits(nats):.2f} bits, "
            f"perplexity {perplexity(nats):.1f}"
        )
        note(ax, words, (0, row), (8, 0), va="center", color="white", fontsize=11.5)
    ax.set_yticks(range(len(lengths)), list(losses), color=COLOURS["ink"])
    ax.tick_params(axis="y", length=0, labelsize=12)
    ax.invert_yaxis()
    return fig, ax
