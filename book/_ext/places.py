"""Tell how large each formula will be, so that little moves as they appear.

MathJax sets the formulas in the reader's browser, after the text. Until then
the style sheet keeps a place of the width and height that are guessed here:
Matplotlib sets them in the same typeface.
"""

import re
from functools import cache
from html import unescape

from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser

INLINE = re.compile(
    r'(<span class="math[^"]*")>\\\((.*?)(?=\\\)</span>)', re.DOTALL
)
DISPLAY = re.compile(
    r'(<div class="math[^>]*)>(.*?)\\\[(.*?)(?=\\\]</div>)', re.DOTALL
)
# What Matplotlib does not know, or would count as ink; the rest it reads.
TRANSLATE = (
    (r"\\(?:begin|end)\{\w+\}|\\(?:[bB]igg?[lr]?|left|right)(?![A-Za-z])", ""),
    (r"\\[lr]Vert(?![A-Za-z])", r"\\Vert "),
    (r"\\[dt]?frac\s*(\w)\s*(\w)", r"\\frac{\1}{\2}"),
    (r"\\sqrt\s+(\w)", r"\\sqrt{\1}"),
    (r"\\([gl])e(?![A-Za-z])", r"\\\1eq "),
    (r"\\text(?=\{)", r"\\mathrm"),
    (r"&|\s+|\\[{}]", " "),
)
ROW_END = re.compile(r"\\\\(?:\[[^\]]*\])?")
SIZE = 100  # points: Matplotlib measures in whole ones
SCALE = 1.23  # the median, over the book, of MathJax's width to Matplotlib's
LEAN = 0.15  # em: a capital's overhang, which Matplotlib leaves out
TEXT_HEIGHT = 1.7  # em: what is higher than this makes its row higher
EDGES, ROW, RISE = 2.5, 1.7, 0.54  # rem: around it; a row; an em above that
PARSER = MathTextParser("path")
FONT = FontProperties(size=SIZE, math_fontfamily="cm")


def keep_places(app, pagename, templatename, context, doctree):
    """Note in each formula's tag how much room it will take."""

    def inline(match):
        tag, tex = match.groups()
        return f'{tag} style="--breadth: {breadth(tex):.2f}em">\\({tex}'

    def display(match):
        tag, number, tex = match.groups()
        style = f"--height: {display_height(tex):.1f}rem"
        return f'{tag} style="{style}">{number}\\[{tex}'

    body = INLINE.sub(inline, context.get("body", ""))
    context["body"] = DISPLAY.sub(display, body)


def breadth(tex):
    """The width of a formula within the text, in em."""
    leans = re.search(r"(?<![A-Za-z])[A-Z]$", tex)  # over its own width
    return extent(tex)[0] + (LEAN if leans else 0)


def display_height(tex):
    """The height of a displayed formula with its margins, in rem."""
    rows = ROW_END.split(tex.replace(r"\frac", r"\dfrac"))
    excess = (max(extent(row)[1] - TEXT_HEIGHT, 0) for row in rows)
    return EDGES + ROW * len(rows) + RISE * sum(excess)


@cache
def extent(tex):
    """The width and height of one row, in em; of its letters if it is odd."""
    tex = unescape(tex)
    for pattern, plain in TRANSLATE:
        tex = re.sub(pattern, plain, tex)
    if not tex.strip():
        return 0, 0
    try:
        width, height, depth, *_ = PARSER.parse(f"${tex}$", 72, FONT)
    except ValueError:
        return len(re.sub(r"\\[A-Za-z]+|[{}^_]", "", tex)) * 0.5, 1
    return SCALE * width / SIZE, SCALE * (height + depth) / SIZE


def setup(app):
    app.connect("html-page-context", keep_places, priority=910)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
