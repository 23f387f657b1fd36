"""Draw the README's picture: what a model recites as it learns.

python tools/picture.py        # writes book/_static/recitation.svg
"""

from html import escape
from pathlib import Path

from lstm_core import CharLSTM, Vocabulary, load_hamlet
from lstm_core.figures.palette import COLOURS, DARK, PAGES

OUT = Path(__file__).resolve().parent.parent / "book" / "_static" / "recitation.svg"
UPDATES = (1, 20, 40, 70, 90, 110, 120, 150, 200)
SHOWN = 51  # characters of each recitation
TOP, STEP = 74, 32  # pixels

PAGE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 {height}" role="img">
  <title>Recitations of a model given the letter t, after 1 to 200 updates</title>
  <style>
    .page {{ fill: {page[light]} }}
    text {{ fill: {light[muted]}; font: 15px system-ui, sans-serif }}
    .said {{ font: 15px ui-monospace, Menlo, Consolas, monospace; white-space: pre }}
    .right {{ fill: {light[ink]}; font-weight: 700 }}
    .bar {{ fill: {light[accent]} }}
    .end {{ text-anchor: end }}
    @media (prefers-color-scheme: dark) {{
      .page {{ fill: {page[dark]} }}
      text {{ fill: {dark[muted]} }}
      .right {{ fill: {dark[ink]} }}
      .bar {{ fill: {dark[accent]} }}
    }}
  </style>
  <rect class="page" width="860" height="{height}" rx="8"/>
  <text class="end" x="92" y="36">updates</text>
  <text x="116" y="36">what it says when it is given the letter t</text>
  <text class="end" x="836" y="36">right, of {total}</text>
{rows}
</svg>
"""
ROW = """\
  <text class="end" x="92" y="{y}">{updates}</text>
  <text class="said" x="116" y="{y}"><tspan class="right">{right}</tspan>{wrong}</text>
  <rect class="bar" x="660" y="{bar_y}" width="{width:.1f}" height="9"/>
  <text class="end" x="836" y="{y}">{count}</text>"""


def film(text):
    """Train with the book's recipe; yield (updates, what the model recites)."""
    frames = []

    def keep(model, history):
        if len(history) in UPDATES:
            frames.append((len(history), model.generate(text[0], len(text) - 1)))

    CharLSTM(Vocabulary.from_text(text)).fit(text, callback=keep)
    return frames


def right_from_the_start(recited, text):
    """How many characters are right before the first wrong one."""
    pairs = enumerate(zip(recited, text, strict=True))
    return next((k for k, (a, b) in pairs if a != b), len(text))


def row(number, updates, recited, text):
    count = right_from_the_start(recited, text)
    y = TOP + STEP * number
    return ROW.format(
        y=y,
        bar_y=y - 10,
        updates=updates,
        right=escape(recited[: min(count, SHOWN)]),
        wrong=escape(recited[count:SHOWN]),
        width=120 * count / len(text),
        count=count,
    )


def main():
    text = load_hamlet()
    rows = [row(k, *frame, text) for k, frame in enumerate(film(text))]
    page = PAGE.format(
        height=TOP + STEP * len(rows) - 8,
        total=len(text),
        rows="\n".join(rows),
        page=PAGES,
        light=COLOURS,
        dark=DARK,
    )
    OUT.write_text(page, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
