"""Build JupyterLite beside the book: every chapter runs in the reader's browser.

python tools/lite.py        # writes _build/html/lite/, after the book itself
"""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import nbformat
from plain import Book, Unknown, plain

from lstm_core import load_hamlet

ROOT = Path(__file__).resolve().parent.parent
STAGE = ROOT / "_build" / "lite"
SITE = ROOT / "_build" / "html" / "lite"
KERNEL = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension"
PACKAGE = "lstm-core"
# Pure Python, and small: served with the book. NumPy and Matplotlib are Pyodide's own.
CARRIED = ("comm", "threadpoolctl", "tqdm")
SETUP = """\
# Only in the browser: install the book's package, which comes with this page.
import sys

if sys.platform == "emscripten":
    import piplite

    await piplite.install(["numpy", "matplotlib"])
    await piplite.install(["threadpoolctl", "tqdm", "lstm-core"], deps=False)
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # else tqdm starts a thread; a browser has none"""
ORDERS = """\
# A browser cannot start a second Python. These are the orders that came out when
# this page was made and the program of the book's page was started five times.
ORDERS = {{
{orders}
}}


def set_order(seed):
    return ORDERS[seed]"""
WHEEL = """\
Wheel-Version: 1.0
Generator: tools/lite.py
Root-Is-Purelib: true
Tag: py3-none-any
"""


def main():
    shutil.rmtree(STAGE, ignore_errors=True)
    shutil.copytree(ROOT / "lite", STAGE)
    (STAGE / "files").mkdir()
    (STAGE / "pypi").mkdir()
    book = Book(ROOT)
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        notebook = staged(nbformat.read(path, as_version=4), path.name, book)
        nbformat.write(notebook, STAGE / "files" / path.name)
    for name in (PACKAGE, *CARRIED):
        pack(name, STAGE / "pypi")
    build()


# Notebooks -------------------------------------------------------------------


def staged(notebook, page, book):
    """Return the notebook as the browser needs it: plain, empty, able to install."""
    notebook.metadata["kernelspec"] = {"name": "python", "display_name": "Python"}
    instead = {"ch01-ids-start": orders_of_five_starts}
    in_solution = False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            opened, closed = (
                f"solution-{word}}}" in cell.source for word in ("start", "end")
            )
            in_solution = (in_solution or opened) and not closed
            cell.source = in_plain_words(cell.source, page, book)
            continue
        cell.outputs, cell.execution_count = [], None
        cell.metadata = {"jupyter": {"source_hidden": True}} if in_solution else {}
        if cell.id in instead:
            cell.source = instead[cell.id]()
    first = next(k for k, c in enumerate(notebook.cells) if c.cell_type == "code")
    notebook.cells.insert(first, nbformat.v4.new_code_cell(SETUP, id="browser-setup"))
    return notebook


def in_plain_words(text, page, book):
    """Plain Markdown; what has no such form stays as it is (a check finds it)."""
    try:
        return plain(text, page, book)
    except Unknown:
        return text


def orders_of_five_starts():
    """Chapter 1 starts Python five times: do so now, and keep what comes out."""
    text = load_hamlet()
    line = text[: text.index(":") + 1]
    program = [sys.executable, "-c", f"print(''.join(set({line!r})))"]
    orders = {}
    for seed in range(1, 6):
        env = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONUTF8": "1"}
        orders[seed] = subprocess.check_output(program, env=env, encoding="utf-8")
    rows = [f"    {seed}: {order.rstrip(chr(10))!r}," for seed, order in orders.items()]
    return ORDERS.format(orders="\n".join(rows))


# Wheels ----------------------------------------------------------------------


def pack(name, folder):
    """Write an installed pure-Python package as a wheel; return its path."""
    known = distribution(name)
    label = f"{name.replace('-', '_')}-{known.version}"
    info = f"{label}.dist-info"
    content = {
        **sources(name, known),
        f"{info}/METADATA": known.read_text("METADATA").encode(),
        f"{info}/WHEEL": WHEEL.encode(),
    }
    if entries := known.read_text("entry_points.txt"):
        content[f"{info}/entry_points.txt"] = entries.encode()
    record = [f"{path},{digest(data)},{len(data)}" for path, data in content.items()]
    content[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    target = Path(folder, f"{label}-py3-none-any.whl")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, data in content.items():  # dated 1980, so that equal is equal
            wheel.writestr(zipfile.ZipInfo(path), data, zipfile.ZIP_DEFLATED)
    return target


def sources(name, known):
    """The package's own files, by their path in a wheel."""
    if name == PACKAGE:  # installed from here, so that its files are those of ROOT
        paths = ROOT.glob("lstm_core/**/*")
        found = {path.relative_to(ROOT).as_posix(): path for path in paths}
    else:
        found = {file.as_posix(): Path(file.locate()) for file in known.files}
    unwanted = ("..", "__pycache__", ".dist-info/", "licenses/")
    return {
        label: path.read_bytes()
        for label, path in sorted(found.items())
        if path.is_file() and not any(part in label for part in unwanted)
    }


def digest(data):
    code = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
    return f"sha256={code.rstrip(b'=').decode()}"


# The app ---------------------------------------------------------------------


def build():
    """Run `jupyter lite build`, with the one extension that it needs: the kernel."""
    shutil.rmtree(SITE, ignore_errors=True)
    command = [
        *(sys.executable, "-m", "jupyterlite_core.app", "build"),
        *("--output-dir", str(SITE)),
        f"--LiteBuildConfig.federated_extensions={Path(sys.prefix, KERNEL)}",
    ]
    done = subprocess.run(command, cwd=STAGE, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{done.stdout}\n{done.stderr}")


if __name__ == "__main__":
    main()
