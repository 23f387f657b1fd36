"""The notebooks in the reader's browser: the app opens, its kernel starts.

At the reader's, Python itself comes from Pyodide's CDN. Here nothing does: the
test hands the browser what lies in `_build/pyodide/` (`.ci/run` puts it there:
Pyodide's core from npm, `micropip` from pip). NumPy for the browser is to be had
from that CDN only, so the test installs the package and leaves it at that.
"""

import hashlib
import json
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import nbformat
import pytest
from browsing import serve

import lite as lite_tool

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "html"
NOTEBOOKS = sorted((ROOT / "book").glob("*.ipynb"))
CORE = ROOT / "_build" / "pyodide"
PYODIDE = CORE / "node_modules" / "pyodide"
TYPES = {".mjs": "text/javascript", ".wasm": "application/wasm"}
ASK = """\
from importlib.metadata import distribution

known = distribution("lstm-core")
text = known.locate_file("lstm_core/data/hamlet.txt").read_text("utf-8")
print("installed", known.version, len(text), sum(tqdm(range(4))))"""
FROM_ELSEWHERE = '    await piplite.install(["numpy", "matplotlib"])\n'


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


def test_kernel_starts_and_installs_the_package(lite, browser, tmp_path):
    wheels = sorted(CORE.glob("micropip-*.whl"))
    if not PYODIDE.is_dir() or not wheels:
        pytest.skip("Pyodide's core is not in _build/pyodide; see .ci/run")
    context = browser.new_context()
    context.route(elsewhere(lite), from_here(wheels[0], tmp_path))
    tab = context.new_page()
    notebook = nbformat.read(SITE / "lite" / "files" / "02-gates.ipynb", as_version=4)
    setup = next(cell for cell in notebook.cells if cell.id == "browser-setup")
    tab.goto(f"{lite}notebooks/index.html?path=02-gates.ipynb")
    first = tab.locator(".jp-CodeCell").first
    first.locator(".cm-content").wait_for(timeout=60_000)
    assert FROM_ELSEWHERE in setup.source
    code = setup.source.replace(FROM_ELSEWHERE, "")
    first.locator(".cm-content").click()
    tab.keyboard.press("Control+A")
    tab.keyboard.insert_text(f"{code}\n\n{ASK}")
    tab.keyboard.press("Shift+Enter")
    output = first.locator(".jp-OutputArea-output").filter(has_text="installed")
    output.last.wait_for(timeout=120_000)
    version = json.loads((SITE / "lite" / "pypi" / "all.json").read_text("utf-8"))
    (number,) = version["lstm-core"]["releases"]
    assert f"installed {number} 866 6" in first.inner_text()
    context.close()


def elsewhere(address):
    return lambda url: not url.startswith((address, "data:", "blob:"))


def from_here(micropip, folder):
    """Answer for Pyodide's CDN with the core, and with wheels of what is installed."""
    lock = json.loads((PYODIDE / "pyodide-lock.json").read_text("utf-8"))
    files = {}
    for name, entry in lock["packages"].items():
        if not entry["file_name"].endswith("-none-any.whl"):
            continue
        try:
            path = micropip if name == "micropip" else lite_tool.pack(name, folder)
        except PackageNotFoundError:
            continue
        files[path.name] = path
        code = hashlib.sha256(path.read_bytes()).hexdigest()
        entry.update(file_name=path.name, sha256=code)
    files["pyodide-lock.json"] = folder / "pyodide-lock.json"
    files["pyodide-lock.json"].write_text(json.dumps(lock), encoding="utf-8")

    def answer(route):
        name = route.request.url.rpartition("/")[2]
        path = files.get(name, PYODIDE / name)
        if not path.is_file():
            return route.abort()
        kind = TYPES.get(path.suffix, "application/octet-stream")
        headers = {"access-control-allow-origin": "*"}
        return route.fulfill(body=path.read_bytes(), content_type=kind, headers=headers)

    return answer
