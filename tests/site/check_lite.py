"""The notebooks in the reader's browser: the app opens, and a chapter runs in it.

At the reader's, Python itself comes from Pyodide's CDN. Here nothing does: what
stands in for it is described in pyodide.py. `LITE="a3-rosetta 05-training"` names
other notebooks to run than the chapter that has both an explorer and exercises.
"""

import json
import os
from pathlib import Path

import nbformat
import pyodide
import pytest
from browsing import serve

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "html"
NOTEBOOKS = sorted((ROOT / "book").glob("*.ipynb"))
RUN = os.environ.get("LITE", "02-gates").split()
CONFIG = "jupyter-lite.json"
START, WHOLE_RUN = 240_000, 900_000  # ms, at most
KERNEL_IS_IDLE = """() => window.jupyterapp?.shell.currentWidget?.sessionContext
    ?.session?.kernel?.status === "idle" """
RUN_ALL = """() => {
    const run = jupyterapp.commands.execute("notebook:run-all-cells");
    run.finally(() => { window.finished = true; });
}"""
# Again and again: figures above it come late, and move it.
SCROLLED_TO_LIVE = """() => {
    const explorer = document.querySelector(".lstm-explorer");
    explorer.scrollIntoView();
    return explorer.querySelector(".live");
}"""
NOTEBOOK = "() => jupyterapp.shell.currentWidget.content.model.toJSON()"


@pytest.fixture(scope="module")
def lite():
    with serve(SITE) as address:
        yield f"{address}lite/"


def test_every_notebook_is_there_and_ready():
    for path in NOTEBOOKS:
        notebook = nbformat.read(SITE / "lite" / "files" / path.name, as_version=4)
        assert notebook.metadata["kernelspec"]["name"] == "python"
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert cells[0].id == "browser-setup"
        assert not any(cell.outputs for cell in cells)
        assert not any("subprocess.run" in cell.source for cell in cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_markup_is_left_that_only_the_book_understands(path):
    notebook = nbformat.read(SITE / "lite" / "files" / path.name, as_version=4)
    left = [
        cell.id
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        and ("{ref}`" in cell.source or ":::" in cell.source)
    ]
    assert left == []


def test_app_opens_a_chapter_and_asks_only_for_pyodide(lite, browser):
    context = browser.new_context()
    asked = []
    context.route(
        elsewhere(lite), lambda route: (asked.append(route.request.url), route.abort())
    )
    tab = context.new_page()
    tab.goto(f"{lite}notebooks/index.html?path=02-gates.ipynb")
    tab.get_by_role("heading", name="Gates", exact=True).wait_for(timeout=60_000)
    context.close()
    assert [url for url in asked if "/pyodide/v" not in url] == []


@pytest.fixture
def run(lite, browser, tmp_path):
    """Return a function that runs a notebook: the app's tab, and what it became."""
    context = browser.new_context()

    def run(name):
        context.route(elsewhere(lite), pyodide.stand_in(tmp_path))
        context.route(f"{lite}{CONFIG}", let_the_app_be_driven)
        tab = context.new_page()
        tab.goto(f"{lite}notebooks/index.html?path={name}.ipynb")
        tab.wait_for_function(KERNEL_IS_IDLE, timeout=START)
        tab.evaluate(RUN_ALL)
        tab.wait_for_function("() => window.finished", timeout=WHOLE_RUN, polling=200)
        return tab, nbformat.from_dict(tab.evaluate(NOTEBOOK))

    yield run
    context.close()


def let_the_app_be_driven(route):
    config = json.loads((SITE / "lite" / CONFIG).read_text("utf-8"))
    config["jupyter-config-data"]["exposeAppInBrowser"] = True
    route.fulfill(json=config)


needs_pyodide = pytest.mark.skipif(
    not pyodide.is_there(), reason="Pyodide is not in _build/pyodide; see .ci/run"
)


@needs_pyodide
@pytest.mark.parametrize("name", RUN)
def test_notebook_prints_in_the_browser_what_it_does_here(run, name):
    tab, notebook = run(name)
    book = nbformat.read(ROOT / "book" / f"{name}.ipynb", as_version=4)
    assert failures(notebook) == []
    assert printed(notebook) == {"browser-setup": ""} | printed(book)
    if "explorer()" in "".join(cell.source for cell in book.cells):
        tab.wait_for_function(SCROLLED_TO_LIVE, polling=200)
        dial = tab.locator(".lstm-explorer input[type=range]").first
        before = dial.input_value()
        dial.press("ArrowRight")  # the dial's, not a shortcut of the app
        assert dial.input_value() != before


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def failures(notebook):
    """The cells that have not run, or have failed."""
    return [
        cell
        for cell in code(notebook)
        if cell.execution_count is None
        or any(output.output_type == "error" for output in cell.outputs)
    ]


def printed(notebook):
    """What each cell prints, by its id; bars that count, on stderr, are left out."""
    return {
        cell.id: "".join(o.text for o in cell.outputs if o.get("name") == "stdout")
        for cell in code(notebook)
    }


def elsewhere(address):
    return lambda url: not url.startswith((address, "data:", "blob:"))
