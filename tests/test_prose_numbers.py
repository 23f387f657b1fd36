"""Every number in the prose stands in a cell of its page: in its code or its output.

What is looked at: numbers with a decimal point, percentages, and whole numbers from
ten up, in text and captions. What is not: formulas, code, and the numbers of
chapters, exercises and the like. That the number found is the one meant, a reader
must see; that it is there at all, and rounded rightly, this test sees.
"""

import re
from pathlib import Path

import nbformat
import pytest

PATHS = sorted((Path(__file__).resolve().parent.parent / "book").glob("*.ipynb"))
ASIDE = [
    (r"```\{math\}.*?```|\$\$.*?\$\$|\$[^$]*\$", re.DOTALL),
    (r"^\s*:\w+:.*$|^(#+ |```|:::).*$|^\*\*Time\*\*.*$", re.MULTILINE),
    (r"\{\w+(:\w+)?\}`[^`]*`|`[^`]*`|\]\([^)]*\)", 0),
    (
        r"\b(chapter|exercise|hint|section|step|part)s? \d+(\.\d+)?"
        r"((,| and| to|–) \d+(\.\d+)?)*",
        re.IGNORECASE,
    ),
]
NUMBER = re.compile(r"(?<![\w.])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?( ?%)?(?!\w|\.\d)")
EVIDENCE = re.compile(r"\d{1,3}(,\d{3})+|\d[\d_]*(\.\d+)?(e[-+]?\d+)?|\.\d+")
TAG = re.compile(r"<[^>]+>")
ELSEWHERE = {  # what no cell of the page can show
    ("ch04-clip-classic", "45"): "an angle known from geometry",
    ("ch06-exercise-1", "800"): "what the check will try",
    ("ch07-report-lines-read", "2019"): "a year, cited",
    ("capstone-text-own", "2,000"): "advice on a text that the reader chooses",
    ("capstone-text-own", "20,000"): "advice on a text that the reader chooses",
    ("capstone-split-read", "20,000"): "the same",
}


def numbers(text):
    """The numbers of a piece of prose, as they are written."""
    for pattern, flags in ASIDE:
        text = re.sub(pattern, " ", text, flags=flags)
    for match in NUMBER.finditer(text):
        whole, decimals, percent = match.groups()
        if decimals or percent or len(whole) > 1:
            yield match[0]


def is_in(written, evidence):
    """Whether a value of the page, or a share if a percentage, rounds to this."""
    digits = written.rstrip(" %").replace(",", "")
    places = len(digits.partition(".")[2])
    values = set(evidence)
    if written.endswith("%"):
        values |= {100 * v for v in evidence} | {100 * (1 - v) for v in evidence}
    return any(round(value, places) == float(digits) for value in values)


def evidence(notebook):
    """Every number in the code of a notebook, and in what it prints or shows."""
    texts = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            texts.append(cell.source)
            for output in cell.outputs:
                texts.append(output.get("text", ""))
                data = output.get("data", {})
                texts += [TAG.sub(" ", v) for k, v in data.items() if "text" in k]
    found = (EVIDENCE.finditer(text) for text in texts)
    return {float(re.sub("[_,]", "", match[0])) for part in found for match in part}


def prose(notebook):
    """Each piece of text, with the id of its cell."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield cell.id, cell.source
        yield (
            cell.id,
            cell.metadata.get("mystnb", {}).get("figure", {}).get("caption", ""),
        )


def missing(notebook):
    known = evidence(notebook)
    return [
        (where, number)
        for where, text in prose(notebook)
        for number in numbers(text)
        if not is_in(number, known)
    ]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_numbers_come_from_a_cell(path):
    found = missing(nbformat.read(path, as_version=4))
    assert [where for where in found if where not in ELSEWHERE] == []


def test_no_exception_is_out_of_date():
    found = {
        where for path in PATHS for where in missing(nbformat.read(path, as_version=4))
    }
    assert set(ELSEWHERE) - found == set()


@pytest.mark.parametrize("wrong", ["0.74", "74 %", "1,867", "3.2", "867"])
def test_a_number_from_nowhere_is_found(wrong):
    cell = nbformat.v4.new_code_cell("print(sigmoid(1.0), 866)")
    cell.outputs = [nbformat.v4.new_output("stream", text="0.7310585 2.213 1866\n")]
    text = (
        "The gate keeps 0.731, or 73 %; half is left after 2.2 of 866 or 1,866 steps."
    )
    page = nbformat.v4.new_notebook(cells=[cell, nbformat.v4.new_markdown_cell(text)])
    assert missing(page) == []
    page.cells[1].source += f" A slip: {wrong} of them."
    assert [number for _, number in missing(page)] == [wrong]
