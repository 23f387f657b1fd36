"""The search for the known mistakes that give exactly the reader's numbers.

Home chapter: 7.
"""

import numpy as np

from lstm_core.gradcheck import relative_error
from lstm_core.lstm import lstm_forward
from lstm_core.report.blocks import split_rows
from lstm_core.report.formulas import backward_with
from lstm_core.report.mistakes import known_mistakes

MOST_MISTAKES = 4


def explain(trials, tolerance):
    """Find the known mistakes that give the same numbers.

    One at a time: the one that makes most rows of the first wrong trial agree,
    then the one that does so beside it, until all rows of all trials agree.

    Returns
    -------
    mistakes : list of Mistake
    explained : bool
        Whether they explain every number.
    """
    seen = [_Evidence(trial, tolerance) for trial in trials if trial.arrays]
    formulas, found = {}, []
    for _ in range(MOST_MISTAKES + 1):
        wrong = [one for one in seen if one.agreeing(formulas) < len(one.rows)]
        if not wrong:
            return found, True
        mistake = _best(seen, wrong[0], formulas)
        if mistake is None:
            break
        found.append(mistake)
        formulas = formulas | mistake.formulas
    return found[:MOST_MISTAKES], False


class _Evidence:
    """What a call gave, ready to be compared with what a mistake would give."""

    def __init__(self, trial, tolerance):
        self.case, self.tolerance = trial.case, tolerance
        self.cache = lstm_forward(self.case.x, self.case.state, self.case.params)[2]
        self.rows = split_rows(trial.arrays)

    @np.errstate(all="ignore")
    def agreeing(self, formulas):
        """Count the rows that equal those of a backward pass with these formulas."""
        case = self.case
        made = backward_with(formulas, case.dhs, self.cache, case.dstate_n)
        made = split_rows(made)
        return sum(
            relative_error(got, made[name]) < self.tolerance
            for name, got in self.rows.items()
        )


def _best(seen, first, formulas):
    """Return the mistake that explains most of one call, then most of them all."""
    fresh = [m for m in known_mistakes() if not set(m.formulas) & set(formulas)]
    scores = [first.agreeing(formulas | mistake.formulas) for mistake in fresh]
    top = max(scores, default=0)
    if top <= first.agreeing(formulas):
        return None
    ties = [m for m, score in zip(fresh, scores, strict=True) if score == top]
    if len(ties) == 1:
        return ties[0]
    return max(
        ties, key=lambda m: sum(one.agreeing(formulas | m.formulas) for one in seen)
    )
