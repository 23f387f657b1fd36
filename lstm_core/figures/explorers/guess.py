"""Explorer of chapter 7: guess the mistake behind a gradient report."""

import re

import numpy as np

from lstm_core.checks import check_count
from lstm_core.figures.explorers.page import Explorer, escape, table
from lstm_core.laboratory import DEFECTS
from lstm_core.report import GradientReport
from lstm_core.report.experiments import TOLERANCE

OPTIONS = 4  # a round, the right one among them
BELOW = f"<{TOLERANCE:.0e}"  # how a report shows an error that is only rounding


def guess_explorer(reports, seed=7):
    """Name the mistakes behind gradient reports, one round for each.

    The wrong answers of a round are those mistakes whose reports look most like
    the one that is shown.

    Parameters
    ----------
    reports : dict of str to GradientReport
        Four or more reports on `broken_backward`, by the names of ``DEFECTS``;
        all with the same lengths T.
    seed : int
        Fixes the order of the rounds and of the answers.
    """
    tables = _check_reports(reports)
    rng = np.random.default_rng(check_count("seed", seed, 0))
    names = [list(reports)[k] for k in rng.permutation(len(reports))]
    rounds = [
        {
            "name": name,
            "words": DEFECTS[name].words,
            "pairs": _pairs(DEFECTS[name]),
            "said": reports[name].diagnosis,
            "table": _packed(tables[name][1]),
            "options": rng.permutation(_nearest(name, names, tables)).tolist(),
        }
        for name in names
    ]
    (_, _, *head), lines = tables[names[0]]
    data = {
        "head": head,
        "blocks": [line[0] for line in lines],
        "sound": [BELOW] * (len(head) - 2) + ["1.000", "1"],
        "rounds": rounds,
    }
    title = "Guess the mistake behind a gradient report"
    return Explorer("guess", title, data, _fallback(data, lines))


def _check_reports(reports):
    """Return headings and lines of each report."""
    if not isinstance(reports, dict) or len(reports) < OPTIONS:
        count = len(reports) if isinstance(reports, dict) else type(reports).__name__
        raise ValueError(f"reports: wanted a dict of {OPTIONS} or more, got {count}")
    for name, report in reports.items():
        if name not in DEFECTS:
            raise ValueError(f"reports: wanted names of DEFECTS, got {name!r}")
        if not isinstance(report, GradientReport) or report.passed:
            raise ValueError(
                f"reports[{name!r}]: wanted a GradientReport that did not pass"
            )
    tables = {name: report.table() for name, report in reports.items()}
    heads = {tuple(head) for head, _ in tables.values()}
    if len(heads) > 1:
        raise ValueError(f"reports: wanted the same lengths T, got {sorted(heads)}")
    return tables


def _pairs(defect):
    """Return each right line with the wrong one, as `Defect` prints them."""
    return [
        [right, "\n".join(line.strip() for line in wrong.splitlines())]
        for right, wrong in defect.lines.items()
    ]


def _packed(lines):
    """Return a table in one text, short: a line that is right is empty."""
    texts = [
        "" if verdict == "right" else " ".join(cells).replace(BELOW, "<")
        for _, verdict, *cells in lines
    ]
    return re.sub(r"e([+-])0", r"e\1", ";".join(texts)).replace("e+", "e")


def _nearest(name, names, tables):
    """Return the places in names of a mistake and of those that look most like it."""
    print_of = {n: _fingerprint(tables[n][1]) for n in names}
    distance = [np.count_nonzero(print_of[n] != print_of[name]) for n in names]
    distance[names.index(name)] = -1  # itself before its doubles
    return np.argsort(distance, kind="stable")[:OPTIONS]


def _fingerprint(lines):
    """Return which errors of which blocks are wrong."""
    return np.array([[not c.startswith("<") for c in cells[2:-2]] for cells in lines])


def _fallback(data, lines):
    """Return the first round as a table, and its answer folded up."""
    first = data["rounds"][0]
    rows = [[name, *cells] for name, _, *cells in lines]
    caption = "One of the reports. Which mistake does it show?"
    head = ["gradient", *data["head"]]
    code = "".join(
        f"<p>Right: <code>{escape(right)}</code><br>\n"
        f"Broken: <code>{escape(wrong)}</code></p>\n"
        for right, wrong in first["pairs"]
    )
    return (
        f"{table(caption, head, rows)}\n<details><summary>The answer</summary>\n"
        f"<p>{escape(first['name'])}: {escape(first['words'])}.</p>\n{code}</details>"
    )
