"""The form of the notebooks: what nbval, which compares outputs, cannot see."""

import ast
import re
from pathlib import Path

import nbformat
import notebooks
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "book"
PATHS = sorted(BOOK.glob("*.ipynb"))
CHAPTERS = [path for path in PATHS if path.stem[0].isdigit()]

MAX_LINES, MAX_COLUMNS = 30, 79
TAGS = re.compile(r"core:\w+|(hide|remove)-(input|output|cell)|exercise-stub|solution")
FORBIDDEN_CODE = {
    "a change of the import path": r"\bsys\.path\b",
    "a silenced warning": r"\b(filterwarnings|simplefilter|catch_warnings)\b",
    "an absolute path": r"""["'](/[a-z]+/|~/|[A-Z]:[\\/])""",
    "a clock": r"^\s*(import|from) (time|timeit|datetime)\b",
    "a bar that the page cannot show": r"\btqdm\.(auto|notebook)\b",
}
FORBIDDEN_OUTPUT = {
    "a time": r"\d ?(\w+/s|s/\w+)\b|\bWall time\b",
    "an address": r"\b0x[0-9a-f]{6,}",
    "an absolute path": r"(^|[\s\"'(])(/(home|tmp|usr|work|root|Users)/|[A-Z]:\\)",
    "an error": r"Traceback \(most recent call last\)",
}

every_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def parse(cell):
    """The syntax tree of a cell; magics and shell commands do not parse."""
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    return compile(cell.source, cell.id, "exec", flags)


def code_lines(cell):
    """The lines of a cell less blank lines, comments and docstrings."""
    aside = set()
    for node in ast.walk(parse(cell)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            aside.update(range(node.lineno, node.end_lineno + 1))
    return [
        line
        for number, line in enumerate(cell.source.splitlines(), start=1)
        if number not in aside and line.strip() and not line.lstrip().startswith("#")
    ]


def texts(cell):
    """Everything that a cell prints or shows as text."""
    for output in cell.outputs:
        yield output.get("text", "")
        yield from (v for k, v in output.get("data", {}).items() if "text" in k)


def pngs(cell):
    return [o for o in cell.outputs if "image/png" in o.get("data", {})]


def shows_figure(cell):
    """Whether the cell draws: it calls `plt.show` or one of the book's charts."""
    calls = [node.func for node in ast.walk(parse(cell)) if isinstance(node, ast.Call)]
    names = [ast.unparse(call) for call in calls]
    return any(name == "plt.show" or name.startswith("plots.") for name in names)


def test_every_chapter_of_the_contents_is_there():
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    files = [parts["root"]]
    files += [entry["file"] for part in parts["parts"] for entry in part["chapters"]]
    on_disk = {path.stem for path in BOOK.iterdir() if path.suffix in {".ipynb", ".md"}}
    assert {Path(file).stem for file in files} == on_disk


@every_notebook
def test_stored_in_the_normal_form(path):
    assert notebooks.is_normal(path), "run `make notebooks`"
    nbformat.validate(read(path))


@every_notebook
def test_executed_once_from_top_to_bottom(path):
    counts = [cell.execution_count for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1)), "run `make notebooks`"


@every_notebook
def test_ids_tell_what_a_cell_is(path):
    prefix = f"ch{path.stem[:2]}" if path in CHAPTERS else path.stem.split("-")[0]
    ids = [cell.id for cell in read(path).cells]
    odd = [i for i in ids if not re.fullmatch(rf"{prefix}(-[a-z0-9]+)+", i)]
    assert not odd, f"want {prefix}-word-word, lower case"
    assert len(set(ids)) == len(ids)


@every_notebook
def test_only_known_tags(path):
    tags = {tag for cell in read(path).cells for tag in cell.metadata.get("tags", [])}
    assert {tag for tag in tags if not TAGS.fullmatch(tag)} == set()


@every_notebook
def test_code_is_short_and_plain(path):
    for cell in code_cells(path):
        assert len(code_lines(cell)) <= MAX_LINES, cell.id
        assert max(map(len, cell.source.splitlines())) <= MAX_COLUMNS, cell.id
        for what, regex in FORBIDDEN_CODE.items():
            assert not re.search(regex, cell.source, re.MULTILINE), (cell.id, what)


@every_notebook
def test_outputs_hold_for_any_machine(path):
    for cell in code_cells(path):
        for text in texts(cell):
            for what, regex in FORBIDDEN_OUTPUT.items():
                assert not re.search(regex, text, re.MULTILINE), (cell.id, what)


@every_notebook
def test_every_figure_is_there_and_described(path):
    for cell in code_cells(path):
        figure = cell.metadata.get("mystnb", {})
        alt = figure.get("image", {}).get("alt", "").strip()
        caption = figure.get("figure", {}).get("caption", "").strip()
        if shows_figure(cell) or pngs(cell) or figure:
            assert ast.unparse(parse(cell).body[-1]) == "plt.show()", cell.id
            assert len(pngs(cell)) == 1, f"{cell.id}: one stored picture"
            assert alt, f"{cell.id}: alt text"
            assert caption, f"{cell.id}: caption"
            assert alt != caption, f"{cell.id}: alt text says what is seen"


@every_notebook
def test_pictures_in_the_text_are_described(path):
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            assert "![](" not in cell.source, cell.id
            assert not cell.get("attachments"), cell.id


@every_notebook
def test_search_engines_find_a_description(path):
    meta = read(path).metadata.get("myst", {}).get("html_meta", {})
    assert 50 <= len(meta.get("description lang=en", "")) <= 160


@every_chapter
def test_chapter_opens_and_closes_as_the_others(path):
    cells = read(path).cells
    markdown = [cell.source for cell in cells if cell.cell_type == "markdown"]
    opening = "\n".join(markdown[:2])
    for promise in ("You will build", "You will learn", "You need", "Time"):
        assert f"**{promise}" in opening, promise
    headings = re.findall(r"^#+ .*$", "\n\n".join(markdown), re.MULTILINE)
    assert [h.startswith("# ") for h in headings].index(True) == 0
    assert sum(h.startswith("# ") for h in headings) == 1
    closing = ["## Summary", "## Exercises", "## Further reading"]
    assert [h for h in headings if h.startswith("## ")][-3:] == closing
