"""Keep a number and its percent sign on one line."""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

# Code and formulas stay as they are written.
AS_WRITTEN = (nodes.literal, nodes.math, nodes.FixedTextElement)


class KeepPercents(SphinxPostTransform):
    """Make the space between the two one that does not break."""

    default_priority = 500

    def run(self, **kwargs):
        for text in list(self.document.findall(nodes.Text)):
            kept = re.sub(r"(?<=\d) (?=%)", "\N{NO-BREAK SPACE}", text)
            if kept != text and not isinstance(text.parent, AS_WRITTEN):
                text.parent.replace(text, nodes.Text(kept))


def setup(app):
    app.add_post_transform(KeepPercents)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
