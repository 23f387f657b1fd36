"""The kits for a course: nothing of a solution, nothing missing, everything runs.

Solutions are not run again here: an instructor's code cells and their outputs are
those of the committed notebooks, which nbval runs. Of a student's notebook the
exercise cells are run, with the cells that they need and without any solution.
"""

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

import kits
import nbformat
import pytest
from plain import Book, Unknown, plain

from lstm_core import CharLSTM

ROOT = Path(__file__).resolve().parent.parent
BOOK = Book(ROOT)
PAGES = BOOK.pages
every_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tagged(notebook, tag):
    return [c for c in code(notebook) if tag in c.metadata.get("tags", [])]


def needed(cells, last):
    """The cells that define, step by step, what cell number `last` uses.

    What a cell both sets and uses, such as a loop's variable, counts as its own.
    """
    wanted, chosen = set(), []
    for cell in reversed(cells[: last + 1]):
        defined, used = kits.names(cell.source)
        if cell is cells[last] or defined & wanted:
            wanted = (wanted - defined) | (used - defined)
            chosen.insert(0, cell)
    return chosen


@every_page
def test_instructors_get_the_committed_cells_with_the_verdict_right(path):
    committed = nbformat.read(path, as_version=4)
    kit = kits.derive(path, BOOK, solutions=True)
    for mine, theirs in zip(code(kit), code(committed), strict=True):
        assert (mine.source, mine.outputs) == (theirs.source, theirs.outputs)
    stubs = tagged(kit, "exercise-stub")
    asked = [re.search(r'check\("([\w.]+)"', cell.source)[1] for cell in stubs]
    shown = "".join(map(kits.printed, tagged(kit, "solution")))
    assert re.findall(r"^Exercise ([\w.]+): right\.", shown, re.MULTILINE) == asked


def test_the_introduction_speaks_of_nothing_that_only_the_website_has():
    path = next(page for page in PAGES if page.name == "intro.ipynb")
    text = "\n".join(
        cell.source for cell in kits.derive(path, BOOK, solutions=False).cells
    )
    for words in ("make ", "under the title", "folded away", "appendi", "instructors"):
        assert words not in text, words


def test_the_readme_lists_the_pages_in_their_order():
    text = kits.readme("student", BOOK)
    listed = re.findall(r"^\* (.*): \[.+\]\((.+)\)$", text, re.MULTILINE)
    assert [name for _, name in listed] == [page.name for page in PAGES]
    words = [word for word, _ in listed]
    chapters = [f"Chapter {n}" for n in range(1, len(PAGES) - 1)]
    assert words == ["First", *chapters, "Last, after the chapters"]


@every_page
def test_students_get_everything_but_the_solutions(path):
    committed = nbformat.read(path, as_version=4)
    kit = kits.derive(path, BOOK, solutions=False)
    solutions = {cell.id for cell in tagged(committed, "solution")}
    wanted = [cell for cell in code(committed) if cell.id not in solutions]
    assert [c.source for c in code(kit)] == [c.source for c in wanted]
    assert [c.outputs for c in code(kit)] == [c.outputs for c in wanted]
    text = "\n".join(cell.source for cell in kit.cells)
    for cell in tagged(committed, "solution"):
        assert cell.source not in text
    hints = "\n".join(c.source for c in committed.cells).count("{dropdown} Hint")
    assert text.count("<summary>Hint") == hints


@pytest.fixture
def short_training(monkeypatch):
    """Ten updates and no more: a stub asks that its names are there, not for skill."""
    fit = CharLSTM.fit

    def fit_shortly(model, text, updates=400, **options):
        return fit(model, text, min(updates, 10), **options)

    monkeypatch.setattr(CharLSTM, "fit", fit_shortly)


@pytest.mark.filterwarnings("ignore:Mean of empty slice")  # of so short a training
@every_page
def test_student_stubs_run_and_are_not_attempted_yet(path, short_training):
    cells = code(kits.derive(path, BOOK, solutions=False))
    for number, cell in enumerate(cells):
        if "exercise-stub" in cell.metadata.get("tags", []):
            run = "\n\n".join(each.source for each in needed(cells, number))
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(run, cell.id, "exec"), {"__name__": "__main__"})
            assert kits.UNTOUCHED.fullmatch(out.getvalue().splitlines()[-1])


SOLVED = """\
```{exercise} 9.1 Add
:label: ex-9-1
:nonumber:
Add.
```
~~~ stub
def add(a, b):
    return ...


check("9.1", add)
~~~
:::{dropdown} Hint 1
Use +.
:::

```{solution-start} ex-9-1
:class: dropdown
```
The sum of two numbers is what you get by adding.
~~~ solution
def add_solution(a, b):
    return a + b if a is not None else b


check("9.1", add_solution)
~~~
```{solution-end}
```
~~~ plain
1 + 1
"""


def notebook(text, folder):
    """A notebook from a text whose cells stand between lines of ~~~."""
    cells = []
    for n, part in enumerate(re.split(r"^~~~", text, flags=re.MULTILINE)):
        head, _, body = part.partition("\n")
        tag = {" stub": "exercise-stub", " solution": "solution"}.get(head)
        if head in (" stub", " solution", " plain"):
            cell = nbformat.v4.new_code_cell(body.strip())
            cell.metadata = {"tags": [tag]} if tag else {}
            said = {"exercise-stub": "not attempted yet.", "solution": "right. Yes."}
            if "check(" in body:
                text = f"Exercise 9.1: {said.get(tag, 'right. Yes.')}\n"
                cell.outputs = [nbformat.v4.new_output("stream", text=text)]
        else:
            cell = nbformat.v4.new_markdown_cell((head + "\n" + body).strip() + "\n")
        cell.id = f"t-{n}"
        cells.append(cell)
    path = folder / "09-sums.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


@pytest.fixture
def book():
    book = Book(ROOT)
    book.places["ex-9-1"] = "09-sums.ipynb", "Exercise 9.1: Add", ""
    return book


def derive(text, folder, book, solutions=False):
    return kits.derive(notebook(text, folder), book, solutions=solutions)


def test_a_proper_notebook_is_accepted(tmp_path, book):
    kit = derive(SOLVED, tmp_path, book)
    assert [cell.source.split("\n")[0] for cell in kit.cells] == [
        "### Exercise 9.1: Add",
        "def add(a, b):",
        "<details>",
        "1 + 1",
    ]
    with_solutions = derive(SOLVED, tmp_path, book, solutions=True)
    assert "#### Solution: 9.1: Add" in with_solutions.cells[2].source


def leak(source):
    return SOLVED.replace("1 + 1", source)


DEFECTS = {
    "the tag is missing": (
        SOLVED.replace("~~~ solution", "~~~ plain"),
        "t-3: lacks the tag solution",
    ),
    "the markers are missing": (
        SOLVED.replace("~~~ plain", "~~~ solution"),
        "t-5: lacks the markers of a solution",
    ),
    "no end": (
        SOLVED.replace("```{solution-end}\n```\n", "Done.\n").replace(
            "plain", "solution"
        ),
        "ex-9-1: its solution does not end",
    ),
    "an end without a start": (
        SOLVED + "~~~\n```{solution-end}\n```\n",
        "t-6: ```{solution-end} out of order",
    ),
    "an exercise without a solution": (
        SOLVED + "~~~\n```{exercise} 9.2 More\n:label: ex-9-2\n:nonumber:\nA.\n```\n",
        "exercises ['ex-9-1', 'ex-9-2'], but solutions to ['ex-9-1']",
    ),
    "a copy of the solution": (
        leak("def f(a, b):\n    return a + b if a is not None else b"),
        "t-5: a student would see 'return a + b if a is not None else b'",
    ),
    "the solution's function": (
        leak("add_solution(1, 2)"),
        "t-5: the name or the verdict of a solution",
    ),
    "the verdict": (
        leak("def f(a):\n    return a\n\n\ncheck('9.1', f)"),
        "t-5: the name or the verdict of a solution",
    ),
    "the explanation": (
        SOLVED + "~~~\nThe sum of two numbers is what you get by adding.\n",
        "t-6: a student would see 'The sum of two numbers is what you get by adding.'",
    ),
    "a stub that is solved": (
        SOLVED.replace("return ...", "return a + b").replace("~~~ stub", "~~~ plain"),
        "t-1: the name or the verdict of a solution",
    ),
    "a cell that needs a solution": (
        leak("memory[1]").replace("def add_s", "memory = {}\n\n\ndef add_s"),
        "t-5: only a solution defines memory",
    ),
    "a directive without a plain form": (
        SOLVED + "~~~\n```{literalinclude} x.py\n```\n",
        "t-6: no plain form for directive literalinclude",
    ),
    "a label that leads nowhere": (
        SOLVED + "~~~\nSee {ref}`nowhere`.\n",
        "t-6: no plain form for label nowhere",
    ),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_no_kit_is_made_of_a_notebook_with(defect, tmp_path, book):
    text, message = DEFECTS[defect]
    with pytest.raises(kits.KitError) as error:
        derive(text, tmp_path, book)
    assert str(error.value) == message


PLAIN = [
    ("{term}`Bits <bit>` and {term}`nat`", "Bits and nat"),
    ("{eq}`eq-ch3-hidden`", "(3.7)"),
    ("{ref}`chapter 2 <ch2>`", "[chapter 2](02-gates.ipynb)"),
    ("{ref}`the notation <app-notation>`", "the notation of the book"),
    ("As {numref}`fig-ch3-unrolled` shows", "As figure 3.1 shows"),
    ("{numref}`fig-ch3-unrolled` shows", "Figure 3.1 shows"),
    ("See.\n{numref}`fig-ch3-unrolled` shows", "See.\nFigure 3.1 shows"),
    ("See\n{numref}`fig-ch3-unrolled` and", "See\nfigure 3.1 and"),
    ("See:\n\n* {numref}`fig-ch3-unrolled`", "See:\n\n* Figure 3.1"),
    ("[ledger](#ch3-ledger)", "[ledger](#Which-shape-has-every-array%3F)"),
    ("[there](#ch1-vocabulary)", None),
    (
        "{cite:t}`gers2000`",
        "[Gers and others (2000)](https://doi.org/10.1162/089976600300015015)",
    ),
    (
        "{cite:p}`hochreiter1997`",
        "([Hochreiter and Schmidhuber, 1997](https://doi.org/10.1162/neco.1997.9.8.1735))",
    ),
    (
        "```{math}\n:label: eq-ch3-hidden\nh = o\n```\n",
        "$$\nh = o\n\\tag{3.7}\n$$",
    ),
    (
        ":::{dropdown} Hint 1\n$a$ and\n:::",
        "<details>\n<summary>Hint 1</summary>\n\n$a$ and\n\n</details>",
    ),
    (
        ":::{admonition} Before you start\nA\n\nB\n:::",
        "> **Before you start**\n>\n> A\n>\n> B",
    ),
    ("```python\nf(x)\n```", "```python\nf(x)\n```"),
]


@pytest.mark.parametrize(("myst", "wanted"), PLAIN, ids=range(len(PLAIN)))
def test_myst_becomes_plain(myst, wanted):
    got = plain(myst, "03-forward.ipynb", BOOK)
    assert (
        re.match(r"\[there\]\(01-one-hot.ipynb#\S+\)", got)
        if wanted is None
        else (got == wanted)
    )


NOT_PLAIN = ["{kbd}`x`", ":::{figure} x\n:::", "{ref}`x`", "[x](#fig-ch3-unrolled)"]


@pytest.mark.parametrize("myst", NOT_PLAIN)
def test_what_has_no_plain_form_is_an_error(myst):
    with pytest.raises(Unknown):
        plain(myst, "03-forward.ipynb", BOOK)


@pytest.mark.parametrize("kit", ["student", "instructor"])
def test_a_kit_has_all_that_is_needed(kit, tmp_path):
    folder = kits.make(kit, tmp_path / "build")
    names = {path.name for path in folder.iterdir()}
    assert {"README.md", "requirements.txt", "LICENSE", "lstm_core"} <= names
    assert {path.name for path in PAGES} <= names
    assert ("a7-instructors.md" in names) == (kit == "instructor")
    pins = (folder / "requirements.txt").read_text().splitlines()
    assert {pin.split("==")[0] for pin in pins} == set(kits.RUNS_WITH)
    # It runs from its own folder, with its own copy of the package.
    where = "import lstm_core; print(lstm_core.__file__)"
    ran = [sys.executable, "-c", where]
    out = subprocess.run(ran, cwd=folder, capture_output=True, text=True, check=True)
    assert Path(out.stdout.strip()).parent == folder / "lstm_core"


def test_a_failed_kit_leaves_the_old_one(tmp_path, monkeypatch):
    (tmp_path / "student").mkdir()
    (tmp_path / "student" / "mark").touch()

    def fail(*args, **kwargs):
        raise kits.KitError("x: broken")

    monkeypatch.setattr(kits, "derive", fail)
    with pytest.raises(kits.KitError):
        kits.make("student", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["student"]
    assert (tmp_path / "student" / "mark").exists()
