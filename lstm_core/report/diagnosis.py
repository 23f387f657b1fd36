"""From wrong numbers to words: what is wrong, and where to look.

First whatever kept the numbers from being compared, then what the calls did on
the side. Then the known mistakes are tried: one that gives the same numbers,
to the last digits, is the answer. Where none does, experiments narrow it down.
Home chapter: 7.
"""

from lstm_core.report.blocks import grouped, listed
from lstm_core.report.experiments import TOLERANCE, experiments, wrong_rows
from lstm_core.report.search import explain

SINGLE = 1e-4  # the tolerance for float32
WHEN = {
    frozenset({"no dstate_n"}): ", only when dstate_n is left out: None means zeros",
    frozenset({"large weights"}): ", only with large weights and gradients",
    frozenset({"large weights", "no dstate_n"}): ", only with large gradients",
    frozenset({"small weights", "large weights"}): ", only when dstate_n is given",
}


def diagnose(lstm_backward, trials):
    """Say what is wrong with a backward pass.

    Parameters
    ----------
    lstm_backward : callable
        Under test; it is called again, for the experiments.
    trials : list of Trial
        From the shortest sequence to the longest.

    Returns
    -------
    list of str
        Sentences, the most telling first; empty if nothing is wrong.
    """
    said = _problems(trials) + _side_effects(trials)
    if any(trial.again for trial in trials):
        return said  # the numbers depend on what was called before
    single = any(a.dtype.itemsize < 8 for t in trials for a in t.arrays.values())
    tolerance = SINGLE if single else TOLERANCE
    if single:
        said.append(_about_precision(trials))
    wrong = {k: wrong_rows(trial, tolerance) for k, trial in enumerate(trials)}
    if not any(wrong.values()):
        return said
    said.append(_where([(trial.case, wrong[k]) for k, trial in enumerate(trials)]))
    mistakes, explained = explain(trials, tolerance)
    if len(mistakes) > 1 and explained:
        said.append(
            f"These {len(mistakes)} mistakes together give exactly your numbers:"
        )
    said += [mistake.words for mistake in mistakes]
    if explained:
        return said
    if mistakes:
        said.append("That explains a part of it; something else is wrong too.")
    return said + experiments(lstm_backward, trials, tolerance)


def _problems(trials):
    """Say what could not be compared, and at which lengths."""
    seen = {}
    for trial in trials:
        for problem in trial.problems:
            seen.setdefault(problem, []).append(trial.case)
    said = {}
    for problem, cases in seen.items():
        said.setdefault(_without_sizes(problem), (problem, []))[1].extend(cases)
    return [
        f"It {problem}{'' if problem.endswith('?') else '.'} This happens "
        f"{_when(cases, trials)}."
        for problem, cases in said.values()
    ]


def _without_sizes(problem):
    """Return a message without its numbers, so that it is said once for all T."""
    return "".join(letter for letter in problem if not letter.isdigit())


def _when(cases, trials):
    """Say which lengths and settings some cases have in common."""
    lengths = sorted({case.T for case in cases})
    settings = {case.setting for case in cases}
    every = len(lengths) == len({trial.case.T for trial in trials})
    when = "at every T" if every else f"at T = {listed(lengths)}"
    return when + WHEN.get(frozenset(settings), "")


def _side_effects(trials):
    """Say what the calls changed, and whether a second one differs."""
    changed = sorted({name for trial in trials for name in trial.changed})
    said = []
    if changed:
        said.append(
            f"It changes its arguments in place: {listed(changed)}. Work on a copy: "
            "`dh = dh + ...` makes a new array, `dh += ...` writes into the old one."
        )
    again = sorted({trial.again for trial in trials if trial.again})
    for words in again:
        said.append(
            f"A second call with the same arguments {words}: something is kept between "
            "the calls. Look for a global, an attribute, a default argument such as "
            "grads={} or a buffer that is used again, or for random numbers."
        )
    return said


def _about_precision(trials):
    """Say which results are float32."""
    small = {
        name: str(array.dtype)
        for trial in trials
        for name, array in trial.arrays.items()
        if array.dtype.itemsize < 8
    }
    return (
        f"It returns {listed(sorted(set(small.values())))} where float64 came in "
        f"({listed(small)}): only about 7 digits are kept. "
        "Look for a dtype= or astype."
    )


def _where(wrong):
    """Say from which T on, in which rows, and under which circumstances.

    Parameters
    ----------
    wrong : list of (Case, list of str)
        Every case, and the names of its wrong rows.
    """
    bad = sorted({case.T for case, rows in wrong if rows})
    right = sorted({case.T for case, _ in wrong} - set(bad))
    shortest = bad[0]
    first = {n: None for case, rows in wrong if shortest == case.T for n in rows}
    if max(right, default=0) < shortest:
        when = f"wrong from T = {shortest} on"
    else:
        when = f"wrong at T = {listed(bad)}"
    if right:
        when = f"right at T = {listed(right)}, {when}"
    settings = {case.setting for case, rows in wrong if rows}
    said = f"{when.capitalize()}{WHEN.get(frozenset(settings), '')}. "
    said = said.replace("t = ", "T = ") + f"Wrong there: {grouped(list(first))}."
    if right == [1]:
        said += (
            " Within one step all is well: look at what a step hands to the one "
            "before, and at sums and indices over time."
        )
    return said
