"""Run the book's notebooks and store them, outputs included, in one normal form.

    python tools/notebooks.py [--check] [NOTEBOOK ...]      # all of book/ by default

In the normal form nothing depends on the machine or the moment of the run: one
kernel name, no timings, no editor settings; cell ids stay as they are.
"""

import argparse
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbval.plugin import get_sanitize_patterns

ROOT = Path(__file__).resolve().parent.parent
SANITIZE = ROOT / "tests" / "nbval_sanitize.cfg"
NOTEBOOK_METADATA = {
    "kernelspec": {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
KEPT_NOTEBOOK_METADATA = {"myst", "mystnb"}
KEPT_CELL_METADATA = {"tags", "mystnb"}


def execute(notebook, folder):
    """Run every cell in a fresh kernel, with `folder` as working directory."""
    NotebookClient(
        notebook,
        kernel_name="python3",
        coalesce_streams=True,
        record_timing=False,
        timeout=600,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    ).execute()


def normalise(notebook):
    """Bring a notebook into the normal form, in place."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    keep(notebook.metadata, KEPT_NOTEBOOK_METADATA)
    notebook.metadata.update(NOTEBOOK_METADATA)
    patterns = get_sanitize_patterns(SANITIZE.read_text(encoding="utf-8"))
    for cell in notebook.cells:
        keep(cell.metadata, KEPT_CELL_METADATA)
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                for regex, replacement in patterns:
                    output.text = re.sub(regex, replacement, output.text)
    return notebook


def keep(metadata, keys):
    """Remove every entry of `metadata` whose key is not in `keys`."""
    for key in set(metadata) - keys:
        del metadata[key]


def render(notebook):
    """The file's text: keys sorted, one final newline."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def is_normal(path):
    """Whether the file at `path` is in the normal form."""
    text = path.read_text(encoding="utf-8")
    return text == render(normalise(nbformat.reads(text, as_version=4)))


def check(paths):
    """Name the notebooks that are not in the normal form; 1 if there are any."""
    strays = [path for path in paths if not is_normal(path)]
    for path in strays:
        print(f"{path}: not in the normal form; run `make notebooks NB={path}`")
    return int(bool(strays))


def run(paths):
    """Execute and store each notebook; 1 if a cell of one of them failed."""
    failed = 0
    for path in paths:
        print(path, flush=True)
        notebook = nbformat.read(path, as_version=4)
        try:
            execute(notebook, path.parent)
        except CellExecutionError as error:
            print(
                f"{path}: a cell failed, the file is unchanged\n{error}",
                file=sys.stderr,
            )
            failed = 1
            continue
        path.write_text(render(normalise(notebook)), encoding="utf-8", newline="\n")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: book/*.ipynb")
    parser.add_argument("--check", action="store_true", help="report, do not run")
    options = parser.parse_args()
    paths = options.notebooks or sorted((ROOT / "book").glob("*.ipynb"))
    sys.exit((check if options.check else run)(paths))


if __name__ == "__main__":
    main()
