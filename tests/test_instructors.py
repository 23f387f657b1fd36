"""The page for instructors: its minutes and its lists are those of the book."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from lstm_core import CharLSTM, Vocabulary, half_life, load_hamlet, sigmoid

BOOK = Path(__file__).resolve().parent.parent / "book"
PAGE = (BOOK / "a7-instructors.md").read_text("utf-8")
WORDS_A_MINUTE, SECONDS_A_LINE = 150, 5
HEADING = re.compile(r"^\(([\w-]+)\)=\n#+ ", re.MULTILINE)
ASIDE = re.compile(
    r"\n## (Exercises|Further reading)\n|\{exercise\}|\{solution-start\}"
)


def minutes_of(cell):
    """How long a cell takes to read, at the rates that the page states."""
    if cell.cell_type == "markdown":
        return len(re.findall(r"[A-Za-z][\w'’-]*", cell.source)) / WORDS_A_MINUTE
    return sum(map(bool, cell.source.split("\n"))) * SECONDS_A_LINE / 60


def reading_minutes():
    """Minutes for each page, by its first label, and for each labelled section."""
    minutes = {}
    for path in BOOK.glob("*.ipynb"):
        page = label = None
        for cell in nbformat.read(path, as_version=4).cells:
            text = f"\n{cell.source}" if cell.cell_type == "markdown" else ""
            found = HEADING.findall(text)
            if found:
                label = found[-1]
                page = page or found[0]
            aside = "## Exercises\n" in text or "## Further reading\n" in text
            label = None if aside else label
            for key in {page, label} - {None} if label else ():
                minutes[key] = minutes.get(key, 0) + minutes_of(cell)
    return minutes


MINUTES = reading_minutes()
TIMES = re.findall(r"^\| \{ref\}`[^`]*<([\w-]+)>` \| (\d+) \|.*$", PAGE, re.MULTILINE)
ROUTES = [
    (int(minutes), re.findall(r"<([\w-]+)>`", line))
    for minutes, line in re.findall(r"^\| (\d+) \| (.*) \|$", PAGE, re.MULTILINE)
]


@pytest.mark.parametrize(("label", "stated"), TIMES)
def test_reading_times_are_those_of_the_page(label, stated):
    if label != "capstone":  # its exercises stand among its sections
        assert MINUTES[label] == pytest.approx(int(stated), rel=0.12, abs=3)


def test_every_page_has_a_time():
    chapters = {f"ch{path.stem[1]}" for path in BOOK.glob("0*.ipynb")}
    assert {label for label, _ in TIMES} == chapters | {"intro", "capstone"}


@pytest.mark.parametrize(
    ("stated", "labels"), [r for r in ROUTES if r[1]], ids=lambda value: str(value)[:20]
)
def test_minutes_of_a_route_are_those_of_its_sections(stated, labels):
    computed = sum(MINUTES[label] for label in labels)
    assert computed == pytest.approx(stated, rel=0.12, abs=3)


@pytest.mark.parametrize(("hours", "end"), [(2, "4)="), (4, "8)="), (8, "misc")])
def test_routes_fit_into_their_hours(hours, end):
    until = PAGE[: PAGE.index(f"(app-instructors-{end}")]
    minutes = sum(map(int, re.findall(r"^\| (\d+) \| [^|]* \|$", until, re.MULTILINE)))
    assert hours * 60 - 25 <= minutes <= hours * 60


def test_every_exercise_is_listed_with_its_kind():
    titles = set()
    for path in BOOK.glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            titles |= set(re.findall(r"\{exercise\} (\S+)", cell.source))
    rows = re.findall(r"^\| \[([\w.]+)\]\(#ex-[\w-]+\) \| (\w+) \|", PAGE, re.MULTILINE)
    assert {number for number, _ in rows} == titles
    for chapter in {number.split(".")[0] for number in titles}:
        kinds = {kind for number, kind in rows if number.split(".")[0] == chapter}
        assert kinds == {"understanding", "derivation", "build", "experiment"}


def test_numbers_of_the_quiz():
    gates = np.array([0.9] * 9 + [0.1])
    assert gates.mean() == pytest.approx(0.82)
    assert gates.prod() == pytest.approx(0.039, abs=0.0005)
    assert pytest.approx(0.14, abs=0.005) == 0.82**10
    assert pytest.approx(0.39, abs=0.005) == 0.9**9
    text = load_hamlet()
    vocabulary = Vocabulary.from_text(text)
    losses = [CharLSTM(vocabulary, seed=s).evaluate(text)[0] for s in range(5)]
    assert np.ptp(losses) < 0.02
    assert np.log(32) == pytest.approx(3.47, abs=0.005)


def test_numbers_of_the_misconceptions():
    assert sigmoid(1.0) == pytest.approx(0.73, abs=0.005)
    assert 2 < half_life(sigmoid(1.0)) < 2.5
    # Adam after a long silence: (1 - 0.9) / sqrt(1 - 0.999)
    assert 3 < (1 - 0.9) / np.sqrt(1 - 0.999) < 3.2
