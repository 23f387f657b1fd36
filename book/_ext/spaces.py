"""Keep "3 %" and "T = 1" on one line."""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

# Code and formulas stay as they are written.
AS_WRITTEN = (nodes.literal, nodes.math, nodes.FixedTextElement)
# A letter in italics is a text of its own: the sign then begins the next one.
SPACES = re.compile(r"(?<=\d) (?=%)|(?:(?<=\b[A-Za-z])|^) = (?=[\d−])")


class KeepTogether(SphinxPostTransform):
    """Make the spaces between them ones that do not break."""

    default_priority = 500

    def run(self, **kwargs):
        for text in list(self.document.findall(nodes.Text)):
            kept = SPACES.sub(unbroken, text)
            if kept != text and not isinstance(text.parent, AS_WRITTEN):
                text.parent.replace(text, nodes.Text(kept))


def unbroken(match):
    return match[0].replace(" ", "\N{NO-BREAK SPACE}")


def setup(app):
    app.add_post_transform(KeepTogether)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
