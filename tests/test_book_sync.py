"""Shown once, imported after: a chapter builds the very code of `lstm_core`."""

import ast
import difflib
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent

# What each chapter must build; it may build more.
BUILT = {
    "01-one-hot": ["Vocabulary", "one_hot", "next_char_pairs"],
    "02-gates": ["sigmoid", "sigmoid_slope", "tanh_slope", "half_life"],
    "03-forward": [
        "lstm_cell_forward",
        "lstm_forward",
        "softmax",
        "log_softmax",
        "cross_entropy",
    ],
    "04-bptt": [
        "lstm_cell_backward",
        "lstm_backward",
        "complex_step_gradient",
        "central_difference_gradient",
        "clip_grad_value",
        "clip_grad_norm",
    ],
    "05-training": ["SGD", "Adam", "StaggeredReaders", "hold_then_decay"],
    "06-sampling": ["apply_temperature", "keep_top_k", "keep_top_p", "draw"],
}


def core_cells():
    """(chapter, NAME, cell) of each cell tagged `core:NAME`."""
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for tag in cell.metadata.get("tags", []):
                if tag.startswith("core:"):
                    yield path.stem, tag.removeprefix("core:"), cell


CELLS = list(core_cells())


def defined_name(node):
    """The one name that a statement defines, or None."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        return getattr(node.targets[0], "id", None)
    return None


def package_code(name):
    """The statements of `lstm_core` that define `name`."""
    for path in sorted((ROOT / "lstm_core").rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if defined_name(node) == name:
                yield node


def code(node):
    """The code of a statement in one spelling, docstrings and comments aside."""
    for inner in ast.walk(node):
        documented = isinstance(inner, ast.FunctionDef | ast.ClassDef)
        if documented and ast.get_docstring(inner) is not None:
            del inner.body[0]
    return ast.unparse(node).splitlines()


@pytest.mark.parametrize(
    ("name", "cell"),
    [(name, cell) for _, name, cell in CELLS],
    ids=[f"{chapter}-{name}" for chapter, name, _ in CELLS],
)
def test_cell_is_the_code_of_the_package(name, cell):
    body = ast.parse(cell.source).body
    assert [defined_name(node) for node in body] == [name], cell.id
    sources = list(package_code(name))
    assert len(sources) == 1, f"lstm_core defines {name} {len(sources)} times"
    package, shown = code(sources[0]), code(body[0])
    diff = difflib.unified_diff(package, shown, "lstm_core", cell.id, lineterm="")
    assert package == shown, "\n".join(diff)


@pytest.mark.parametrize("chapter", BUILT)
def test_chapter_builds_what_it_promises(chapter):
    built = [name for home, name, _ in CELLS if home == chapter]
    assert set(BUILT[chapter]) <= set(built)


def test_each_name_has_one_home():
    names = [name for _, name, _ in CELLS]
    assert sorted(names) == sorted(set(names))


def test_no_chapter_rebuilds_what_another_built():
    homes = {name: cell.id for _, name, cell in CELLS}
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code" and "def " in cell.source:
                for node in ast.parse(cell.source).body:
                    home = homes.get(defined_name(node), cell.id)
                    assert home == cell.id, f"{cell.id} rebuilds {defined_name(node)}"
