"""`gradient_report` says whether a backward pass is right, and if not, where.

Home chapter: 7.
"""

import textwrap
from html import escape
from typing import NamedTuple

import numpy as np

from lstm_core.checks import check_count
from lstm_core.gradcheck import relative_error
from lstm_core.report.blocks import split_rows
from lstm_core.report.diagnosis import diagnose
from lstm_core.report.experiments import TOLERANCE
from lstm_core.report.trials import SETTINGS, make_case, run_trial


class GradientRow(NamedTuple):
    """One block of a gradient in one case, held against the complex step."""

    name: str  # dx, dh0, dc0, weight_ih[i], ..., bias[o]
    T: int
    setting: str  # "small weights", "large weights" or "no dstate_n"
    error: float  # relative, by norm; infinite where nothing could be compared
    cosine: float  # 1 if the direction is right; NaN likewise
    norm_ratio: float  # 1 if the length is right; NaN likewise
    passed: bool


class GradientReport:
    """The verdict of `gradient_report`; prints as a table.

    In a terminal and with ``print`` the table is text, in a notebook HTML. Each
    of its 15 lines is one block of the gradient: the largest relative error for
    each T, then cosine and norm ratio where the error is largest.

    Attributes
    ----------
    passed : bool
        Whether every row passed, every call kept to the contract, changed
        nothing and, made again, gave the same.
    rows : list of GradientRow
        15 for each T and each setting.
    diagnosis : list of str
        Sentences, the most telling first; empty for a right backward pass.
    """

    def __init__(self, rows, diagnosis):
        self.rows = rows
        self.diagnosis = diagnosis
        self.passed = not diagnosis and all(row.passed for row in rows)

    def __str__(self):
        headings, lines = self.table()
        widths = [
            max(map(len, column)) for column in zip(headings, *lines, strict=True)
        ]
        text = [self._verdict(), ""]
        for cells in (headings, *lines):
            padded = [c.ljust(w) for c, w in zip(cells, widths, strict=True)]
            text.append("  ".join(padded).rstrip())
        for sentence in self.diagnosis:
            text += ["", textwrap.fill(sentence, 78, break_on_hyphens=False)]
        return "\n".join(text)

    __repr__ = __str__

    def _repr_html_(self):
        headings, lines = self.table()
        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in headings)
        body = "".join(
            f'<tr><th scope="row">{escape(name)}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            + "</tr>\n"
            for name, *cells in lines
        )
        said = "".join(f"<li>{escape(sentence)}</li>\n" for sentence in self.diagnosis)
        return (
            f"<table>\n<caption>{escape(self._verdict())}</caption>\n"
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"
            + (f"<p>Diagnosis</p>\n<ul>\n{said}</ul>\n" if said else "")
        )

    def table(self):
        """Return what is printed, without the diagnosis.

        Returns
        -------
        headings : list of str
        lines : list of list of str
            One line for each block, one text for each heading.
        """
        lengths = sorted({row.T for row in self.rows})
        lines = []
        for name in dict.fromkeys(row.name for row in self.rows):
            mine = [row for row in self.rows if row.name == name]
            worst = max(mine, key=_badness)
            largest = [
                max((r for r in mine if r.T == T), key=_badness) for T in lengths
            ]
            verdict = "right" if worst.passed else "wrong"
            sizes = "1.000", "1"
            if not worst.passed:
                sizes = _plain(worst.cosine, ".3f"), _plain(worst.norm_ratio, ".3g")
            lines.append([name, verdict, *map(_shown, largest), *sizes])
        ladder = [f"T = {T}" for T in lengths]
        return ["gradient", "verdict", *ladder, "cosine", "norm ratio"], lines

    def _verdict(self):
        wrong = sum(line[1] != "right" for line in self.table()[1])
        if self.passed:
            return "Gradient report: right. All 15 blocks equal the complex step."
        if not wrong:
            return "Gradient report: wrong. All 15 blocks are right; see below."
        return f"Gradient report: wrong. {wrong} of 15 blocks differ. Relative errors:"


def _badness(row):
    """Order rows by error, NaN last."""
    return np.inf if np.isnan(row.error) else row.error


def _shown(row):
    """Return an error as text, alike on every machine where it is only rounding."""
    if row.passed:
        return f"<{TOLERANCE:.0e}"
    return _plain(row.error, ".0e")


def _plain(number, form):
    """Return a number as text, without a minus before zero; "none" if not finite."""
    number = float(f"{number:.9g}")  # 1/32 is a tie, which rounding would break
    return format(number, "z" + form) if np.isfinite(number) else "none"


def gradient_report(lstm_backward, *, lengths=(1, 2, 8), seed=0):
    """Hold a backward pass against the complex step, and say what is wrong.

    Random weights small and large, biases and states that are not zero, four
    examples at once, with and without ``dstate_n``. Every block of every gradient
    must equal that of the readable forward, measured by the complex step, to
    1e-10 of its length. Each call is made twice, on copies, and compared.

    Parameters
    ----------
    lstm_backward : callable
        Like `lstm_core.lstm_backward`:
        ``(dhs, cache, dstate_n=None) -> dx, (dh0, dc0), grads``.
        What it raises or returns is reported; it never raises from here.
    lengths : sequence of int
        The ladder of sequence lengths T. The time needed grows with T squared.
    seed : int
        Fixes the random cases.

    Returns
    -------
    GradientReport

    Raises
    ------
    ValueError
        If an argument of `gradient_report` itself is bad.

    Notes
    -----
    The complex step is that of Squire and Trapp (1998); to compare the gradient
    of a random projection is the practice of automatic differentiation's tests.
    """
    if not callable(lstm_backward):
        kind = type(lstm_backward).__name__
        raise ValueError(f"lstm_backward: wanted a function, got {kind}")
    lengths, seed = _check_lengths(lengths), check_count("seed", seed, 0)
    cases = [make_case(T, setting, seed) for T in lengths for setting in SETTINGS]
    trials = [run_trial(lstm_backward, case) for case in cases]
    rows = [row for trial in trials for row in _compare(trial)]
    return GradientReport(rows, diagnose(lstm_backward, trials))


def _check_lengths(lengths):
    """Return the lengths, each once, the shortest first."""
    if not isinstance(lengths, tuple | list | range | np.ndarray) or not len(lengths):
        raise ValueError(
            f"lengths: wanted one or more whole numbers >= 1, got {lengths!r}"
        )
    return sorted({check_count(f"lengths[{k}]", T) for k, T in enumerate(lengths)})


def _compare(trial):
    """Yield the rows of a trial."""
    made = split_rows(trial.arrays)
    for name, wanted in split_rows(trial.case.wanted).items():
        error, cosine, ratio = np.inf, np.nan, np.nan
        if name in made:
            got = made[name].astype(np.float64)
            with np.errstate(all="ignore"):
                error = relative_error(got, wanted)
                ratio = float(np.linalg.norm(got) / np.linalg.norm(wanted))
                cosine = float(np.vdot(got, wanted) / np.vdot(wanted, wanted)) / (
                    ratio or 1.0
                )
        passed = bool(error < TOLERANCE)
        yield GradientRow(
            name, trial.case.T, trial.case.setting, error, cosine, ratio, passed
        )
