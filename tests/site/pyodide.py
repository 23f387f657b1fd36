"""Stand in for Pyodide's CDN with what lies in `_build/pyodide`; `.ci/run` fills it.

That is Pyodide's core, from npm, and NumPy and Matplotlib as built for the browser:
no registry has these by themselves, but Open WebUI on PyPI brings them along. What
is pure Python and installed here is packed again, as the CDN has it too.
"""

import hashlib
import json
import zipfile
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import lite as lite_tool

HOME = Path(__file__).resolve().parents[2] / "_build" / "pyodide"
CORE = HOME / "node_modules" / "pyodide"
BRINGS = "open_webui/frontend/pyodide/"
LOCK = "pyodide-lock.json"
TYPES = {".mjs": "text/javascript", ".wasm": "application/wasm"}
HEADERS = {"access-control-allow-origin": "*"}


def is_there():
    return CORE.is_dir() and any(HOME.glob("*.whl"))


def stand_in(folder):
    """Return what answers, as a handler of Playwright's, a request to the CDN."""
    lock = json.loads((CORE / LOCK).read_text("utf-8"))
    (bundle,) = HOME.glob("*.whl")
    brought = list(zipfile.Path(bundle, BRINGS).iterdir())
    files = {}
    for name, entry in lock["packages"].items():
        if path := wheel(name, brought, folder):
            files[path.name] = path
            code = hashlib.sha256(path.read_bytes()).hexdigest()
            entry.update(file_name=path.name, sha256=code)
    kept = {
        name: entry
        for name, entry in lock["packages"].items()
        if entry["file_name"] in files
    }
    for entry in kept.values():  # less what nothing here asks for
        entry["depends"] = [name for name in entry["depends"] if name in kept]
    files[LOCK] = folder / LOCK
    files[LOCK].write_text(json.dumps(lock | {"packages": kept}), encoding="utf-8")

    def answer(route):
        name = route.request.url.rpartition("/")[2]
        path = files.get(name, CORE / name)
        if not path.is_file():
            return route.abort()
        kind = TYPES.get(Path(name).suffix, "application/octet-stream")
        return route.fulfill(body=path.read_bytes(), content_type=kind, headers=HEADERS)

    return answer


def wheel(name, brought, folder):
    """A package's wheel for the browser, or None."""
    start = f"{name.replace('-', '_')}-"
    for path in brought:
        if path.name.startswith(start) and path.name.endswith(".whl"):
            return path
    try:
        return lite_tool.pack(name, folder)
    except PackageNotFoundError:
        return None
