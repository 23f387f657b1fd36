"""Make the kits for a course from the committed notebooks, the one source.

    python tools/kits.py student       # without solutions, into _build/student/
    python tools/kits.py instructor    # with solutions, into _build/instructor/

A kit is complete: the notebooks in plain Markdown, the package beside them, and
what to install. A solution is what lies between the markers `solution-start` and
`solution-end`; a kit for students that holds a trace of one is not written.
"""

import argparse
import re
import shutil
import sys
from pathlib import Path
from symtable import symtable
from tempfile import TemporaryDirectory
from typing import NamedTuple

import nbformat
from notebooks import NOTEBOOK_METADATA, render
from plain import Book, Unknown, plain

ROOT = Path(__file__).resolve().parent.parent
MARKER = re.compile(
    r"^```\{solution-(?P<kind>start|end)\}(?: (?P<label>[\w-]+))?[ ]*\n"
    r"(?::[\w-]+:[^\n]*\n)*```[ ]*(?:\n|\Z)",
    re.MULTILINE,
)
EXERCISE = re.compile(r"^`{3,}\{exercise\}[^\n]*\n:label: ([\w-]+)$", re.MULTILINE)
FRONT_MATTER = re.compile(r"\A---\n.*?^---\n", re.MULTILINE | re.DOTALL)
UNTOUCHED = re.compile(r"^Exercise [\w.]+: not attempted yet\.$", re.MULTILINE)
RIGHT = re.compile(r"^Exercise [\w.]+: right\.", re.MULTILINE)
TRACE = 25  # so long a line of a solution, and found nowhere else, gives it away
RUNS_WITH = ("numpy", "matplotlib", "tqdm", "threadpoolctl", "jupyterlab")
FOR_INSTRUCTORS = ("a7-instructors.md", "a8-quiz.md")

README = """\
# The LSTM, Line by Line: {kit} kit

You need Python 3.11 or newer. In this folder:

```sh
python3 -m venv .venv
.venv/bin/python -m pip install -r requirements.txt
.venv/bin/jupyter lab
```

On Windows the first command is `py -m venv .venv`, and `.venv/bin/` is
`.venv\\Scripts\\`. After the installation no network is needed. The folder
`lstm_core` is the book's package; leave it beside the notebooks.

{pages}

Before an exercise, run all cells above it (Run > Run All Above Selected Cell), each
time you open the notebook: `check` and other names come from there. Write your answer
in the place of the `...` and run the cell. The check runs your function and says what
is wrong and where to look. {solutions}

The checks are in `lstm_core/exercises`, and they must know what is right: reading
them spoils the exercises.

The code is under the MIT licence (`LICENSE`), text and figures are under CC BY 4.0
(`LICENSE-TEXT`).
"""
SOLUTIONS = {
    "student": "The hints are folded; click on one to open it.",
    "instructor": "Each exercise is followed by its solution. "
    "`a7-instructors.md` has routes, goals and timings, `a8-quiz.md` a quiz.",
}


class KitError(Exception):
    """The committed notebooks do not make a proper kit."""


class Piece(NamedTuple):
    """A cell, or that part of its text that is or is not a solution."""

    cell: nbformat.NotebookNode
    text: str
    solution: bool


def pieces(notebook):
    """Take a notebook apart into `Piece`s; refuse one of a doubtful form."""
    found, inside, posed, solved = [], False, [], []
    for cell in notebook.cells:
        tagged = "solution" in cell.metadata.get("tags", [])
        if cell.cell_type == "code":
            if tagged != inside:
                lacks = "the tag solution" if inside else "the markers of a solution"
                raise KitError(f"{cell.id}: lacks {lacks}")
            found.append(Piece(cell, cell.source, inside))
            continue
        posed += EXERCISE.findall(cell.source)
        solved += [m["label"] for m in MARKER.finditer(cell.source) if m["label"]]
        for text, inside in at_markers(cell, inside):  # noqa: B020
            found.append(Piece(cell, text, inside))
    if inside:
        raise KitError(f"{solved[-1]}: its solution does not end")
    if posed != solved:
        raise KitError(f"exercises {posed}, but solutions to {solved}")
    return found


def at_markers(cell, inside):
    """Cut a text at its markers, which belong to the solution."""
    begin = 0
    for marker in MARKER.finditer(cell.source):
        opens = marker["kind"] == "start"
        if opens == inside:
            raise KitError(f"{cell.id}: {marker[0].splitlines()[0]} out of order")
        end = marker.start() if opens else marker.end()
        yield cell.source[begin:end], inside
        begin, inside = end, opens
    yield cell.source[begin:], inside


def derive(path, book, *, solutions):
    """Return the notebook of a kit, made from the committed one at ``path``."""
    committed = nbformat.read(path, as_version=4)
    kept = []
    for cell, text, solution in pieces(committed):
        if solution and not solutions:
            continue
        if kept and kept[-1][0] is cell:
            kept[-1][1] += text
        else:
            kept.append([cell, text])
    cells = [new for cell, text in kept for new in convert(cell, text, path.name, book)]
    kit = nbformat.v4.new_notebook(cells=cells, metadata=NOTEBOOK_METADATA)
    if not solutions:
        refuse_traces(kit, committed, path.name, book)
        refuse_gaps(kit, committed)
    return kit


def convert(cell, text, page, book):
    """Return the cells that stand for this one in a kit."""
    try:
        if cell.cell_type == "markdown":
            text = plain(text, page, book)
            return [nbformat.v4.new_markdown_cell(text, id=cell.id)] if text else []
        new = nbformat.from_dict(cell)
        new.metadata = {"tags": tags} if (tags := cell.metadata.get("tags")) else {}
        caption = cell.metadata.get("mystnb", {}).get("figure", {}).get("caption")
        if not caption:
            return [new]
        caption = f"*Figure {book.place(cell.id)[2]}.* {plain(caption, page, book)}"
        return [new, nbformat.v4.new_markdown_cell(caption, id=f"{cell.id}-caption")]
    except Unknown as error:
        raise KitError(f"{cell.id}: no plain form for {error}") from None


def refuse_traces(kit, committed, page, book):
    """Raise `KitError` if a notebook for students holds a solution or its words.

    Of a solution's code all telling lines together give it away, since a broken
    function that is handed out for repair shares many; of its words each line.
    """
    secrets, elsewhere, posed = [], set(), False
    for cell, text, solution in pieces(committed):
        words = cell.cell_type == "markdown"
        told = lines(plain(text, page, book) if words else text)
        posed = posed or bool(EXERCISE.search(cell.source))
        if solution:
            telling = {line for line in told if not line.startswith(("def ", "check("))}
            secrets += [{line} for line in sorted(told)] if words else [telling]
        elif not posed:  # a chapter may well contain what an exercise needs
            elsewhere |= told
    for cell in kit.cells:
        shown, here = printed(cell), lines(cell.source)
        for secret in secrets:
            if secret - elsewhere and secret - elsewhere <= here:
                trace = sorted(secret - elsewhere)[0]
                raise KitError(f"{cell.id}: a student would see {trace!r}")
        if "_solution(" in cell.source or RIGHT.search(shown):
            raise KitError(f"{cell.id}: the name or the verdict of a solution")
        stub = "exercise-stub" in cell.metadata.get("tags", [])
        if stub and not UNTOUCHED.search(shown):
            raise KitError(f"{cell.id}: the stub is not untouched: {shown!r}")


def refuse_gaps(kit, committed):
    """Raise `KitError` if a cell needs what only a solution defines."""
    code = [p for p in pieces(committed) if p.cell.cell_type == "code"]
    solved = set().union(*(names(p.text)[0] for p in code if p.solution))
    given = set().union(*(names(p.text)[0] for p in code if not p.solution))
    for cell in kit.cells:
        if cell.cell_type == "code":
            lost = sorted(names(cell.source)[1] & (solved - given))
            if lost:
                raise KitError(f"{cell.id}: only a solution defines {', '.join(lost)}")


def names(source):
    """Return the names that a cell defines, and the global ones that it uses."""
    table = symtable(source, "cell", "exec")
    top = table.get_symbols()
    defined = {s.get_name() for s in top if s.is_assigned() or s.is_imported()}
    used = {s.get_name() for s in top if s.is_referenced()}
    inner = table.get_children()
    while inner:
        function = inner.pop()
        used |= {s.get_name() for s in function.get_symbols() if s.is_global()}
        inner += function.get_children()
    return defined, used


def lines(text):
    """Return the lines of a text that are long enough to give something away."""
    return {line.strip() for line in text.splitlines() if len(line.strip()) >= TRACE}


def printed(cell):
    """Return all text that a cell has printed."""
    return "".join(output.get("text", "") for output in cell.get("outputs", []))


def write_kit(kit, folder, root=ROOT):
    """Write a whole kit into an empty folder."""
    book = Book(root)
    for page in book.pages:
        try:
            notebook = derive(page, book, solutions=kit == "instructor")
        except KitError as error:
            raise KitError(f"{page.name}: {error}") from None
        (folder / page.name).write_text(render(notebook), encoding="utf-8")
    if kit == "instructor":
        for name in FOR_INSTRUCTORS:
            text = (root / "book" / name).read_text("utf-8")
            text = plain(FRONT_MATTER.sub("", text), name, book) + "\n"
            (folder / name).write_text(text, encoding="utf-8")
    for name in ("LICENSE", "LICENSE-TEXT"):
        shutil.copy(root / name, folder)
    unwanted = shutil.ignore_patterns("__pycache__", ".*", "*.egg-info")
    shutil.copytree(root / "lstm_core", folder / "lstm_core", ignore=unwanted)
    pins = (root / "requirements.txt").read_text("utf-8").splitlines()
    wanted = [pin.split("#")[0].strip() for pin in pins]
    wanted = [pin for pin in wanted if pin.split("==")[0] in RUNS_WITH]
    (folder / "requirements.txt").write_text("\n".join(wanted) + "\n", "utf-8")
    (folder / "README.md").write_text(readme(kit, book), encoding="utf-8")


def readme(kit, book):
    """Return the text that says how to begin."""
    pages = []
    for page in book.pages:
        cells = nbformat.read(page, as_version=4).cells
        title = next(c.source for c in cells if "# " in c.source).split("# ")[1]
        pages.append(f"* {listed(title.splitlines()[0], page.name)}")
    return README.format(kit=kit, solutions=SOLUTIONS[kit], pages="\n".join(pages))


def listed(title, name):
    """Return a page's line in the list of a README."""
    link = f"[{title}]({name})"
    if name.startswith("capstone"):
        return f"Last, after the chapters: {link}"
    return f"Chapter {int(name[:2])}: {link}" if name[0] == "0" else f"First: {link}"


def make(kit, build=ROOT / "_build"):
    """Write a kit; the one that was there is replaced only by a complete one."""
    build.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix=f".{kit}-", dir=build) as workshop:
        new, old = Path(workshop, "new"), Path(workshop, "old")
        new.mkdir()
        write_kit(kit, new)
        target = build / kit
        if target.exists():
            target.rename(old)
        new.rename(target)
    return target


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kit", choices=sorted(SOLUTIONS))
    kit = parser.parse_args().kit
    try:
        print(f"{make(kit).relative_to(ROOT)}: the {kit} kit, with a README.md")
    except (KitError, Unknown, OSError) as error:
        sys.exit(f"No {kit} kit was written. {error}")


if __name__ == "__main__":
    main()
