"""The known mistakes in a backward pass, and what to say of each.

A mistake is the right backward pass with one of its formulas replaced. The one
that gives exactly the reader's numbers is the reader's. Many were found in
published code. Home chapter: 7.
"""

from functools import lru_cache
from typing import NamedTuple

from lstm_core.report.mistakes.carry import carry_mistakes
from lstm_core.report.mistakes.results import result_mistakes
from lstm_core.report.mistakes.step import step_mistakes


class Mistake(NamedTuple):
    """What to say, and the entries of ``formulas.RIGHT`` that it replaces."""

    words: str
    formulas: dict


@lru_cache(maxsize=1)
def known_mistakes():
    """Return every `Mistake` we know, the likelier before the rarer."""
    groups = (step_mistakes(), carry_mistakes(), result_mistakes())
    return [Mistake(*mistake) for group in groups for mistake in group]
