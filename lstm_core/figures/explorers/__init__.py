"""Explorers: figures that the reader operates, on the page and without a kernel.

A chapter calls a helper such as `one_hot_explorer` as the last line of a cell.
It returns an `Explorer`, whose HTML carries data, style and script inline, so
that it works on the site, in JupyterLab and in JupyterLite alike.

How to write an explorer NAME:

1. ``NAME.py`` checks its arguments, computes the data with `lstm_core`, builds
   a static fallback (`page.table`, or an SVG) and returns
   ``Explorer(NAME, title, data, fallback)``.
2. ``NAME.js`` is the body of a function that begins with ``core.js``: it finds
   ``data`` and ``live``, puts controls and pictures into ``live``, and draws.
   No global names, no ids, no text as HTML; numbers also in words.
3. Its own rules, if there are any, go into ``NAME.css``, within
   ``.explorer-NAME { }``. Mind the page's class names: Bootstrap has `row`.
4. Export the helper here. Test the data in ``tests/test_explorers.py`` and what
   the browser shows in ``tests/site/check_explorers.py``, against NumPy.
"""

from lstm_core.figures.explorers.film import film_explorer
from lstm_core.figures.explorers.gates import gate_explorer
from lstm_core.figures.explorers.gradient_back import gradient_explorer
from lstm_core.figures.explorers.guess import guess_explorer
from lstm_core.figures.explorers.one_hot import one_hot_explorer
from lstm_core.figures.explorers.page import Explorer
from lstm_core.figures.explorers.sampling import sampling_explorer
from lstm_core.figures.explorers.step import step_explorer

__all__ = [
    "Explorer",
    "film_explorer",
    "gate_explorer",
    "gradient_explorer",
    "guess_explorer",
    "one_hot_explorer",
    "sampling_explorer",
    "step_explorer",
]
