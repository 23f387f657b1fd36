"""Keep "3 %", "1 + 2 = 3" and a formula with its full stop on one line."""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

# Code and formulas stay as they are written.
AS_WRITTEN = (nodes.literal, nodes.math, nodes.FixedTextElement)
MARKS = re.compile(r"[.,;:?!)’”]+")
# A letter in italics is a text of its own: the sign then begins the next one.
SPACES = re.compile(r"(?<=\d) (?=%)|(?:(?<=[\w)])|^) [=+−×·/] (?=[\w(−]|$)")


class KeepTogether(SphinxPostTransform):
    """Make the places between them ones that do not break."""

    default_priority = 500

    def run(self, **kwargs):
        for text in list(self.document.findall(nodes.Text)):
            kept = SPACES.sub(unbroken, text)
            if kept != text and not isinstance(text.parent, AS_WRITTEN):
                text.parent.replace(text, nodes.Text(kept))
        for formula in list(self.document.findall(nodes.math)):
            keep_marks(formula)


def keep_marks(formula):
    # A browser may break a line beside a formula, even before a full stop.
    line = formula.parent
    place = line.index(formula)
    rest = line[place + 1] if place + 1 < len(line) else None
    marks = isinstance(rest, nodes.Text) and MARKS.match(rest)
    if marks:
        whole = nodes.inline("", "", formula, nodes.Text(marks[0]))
        whole["classes"].append("whole")
        line[place : place + 2] = [whole, nodes.Text(rest[marks.end() :])]


def unbroken(match):
    return match[0].replace(" ", "\N{NO-BREAK SPACE}")


def setup(app):
    app.add_post_transform(KeepTogether)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
