"""An explorer opened from a notebook in JupyterLab, driven by the keyboard."""

import json
import os
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

import nbformat
import pytest
from browsing import Visit
from playwright.sync_api import TimeoutError as NotThere

CODE = """\
from lstm_core.figures.explorers import gate_explorer

gate_explorer()"""
TRIES, PAUSE = 120, 0.5  # to reach the server; seconds
RUNS, PATIENCE = 6, 5_000  # of the cell; ms for each
SLOW = 60_000  # ms
KERNEL_IS_IDLE = ".jp-Notebook-ExecutionIndicator[data-status=idle]"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on a free port of this machine, over a folder with one notebook."""
    home = tmp_path_factory.mktemp("lab")  # settings of its own, too
    folder = home / "notebooks"
    folder.mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CODE)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "one.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += ["--IdentityProvider.token=", "--LabApp.news_url="]
    command += [f"--notebook-dir={folder}"]
    environment = os.environ | {"HOME": str(home)}
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}/"
        wait_for(f"{address}api")
        yield address
    finally:
        server.terminate()
        server.wait()


def wait_for(address, ready=lambda answer: True):
    """Ask until the answer is as it should be; it is JSON."""
    for _ in range(TRIES):
        try:
            with urlopen(address) as answer:
                if ready(json.load(answer)):
                    return
        except URLError:
            pass
        time.sleep(PAUSE)
    raise TimeoutError(f"JupyterLab was not ready at {address}")


def connected(kernels):
    return any(k["connections"] and k["execution_state"] == "idle" for k in kernels)


def run_until_shown(tab, wanted):
    """Run the first cell, again if need be: a page still busy may miss a key."""
    cell = tab.locator(".jp-CodeCell .cm-content").first
    for _ in range(RUNS):
        try:
            cell.click(timeout=PATIENCE)
            tab.keyboard.press("Shift+Enter")
            return wanted.wait_for(timeout=PATIENCE)
        except NotThere:
            continue
    pytest.fail("the cell gave no explorer")


def test_gate_explorer_works_in_jupyterlab(lab, browser):
    visit = Visit(browser, "light")
    tab = visit.tab
    tab.goto(f"{lab}lab/tree/one.ipynb", timeout=SLOW)
    # Without a kernel a cell that is run opens a dialog, which then is in the way.
    wait_for(f"{lab}api/kernels", connected)
    tab.locator(KERNEL_IS_IDLE).wait_for(timeout=SLOW)
    run_until_shown(tab, tab.locator(".lstm-explorer .live"))
    assert tab.locator(".lstm-explorer .fallback").is_hidden()

    gate = tab.get_by_label("f, gate value")
    gate.fill("0.5")
    bias = tab.get_by_label("f, bias")
    assert float(bias.input_value()) == 0  # the inverse of the sigmoid at a half
    bias.focus()
    tab.keyboard.press("ArrowRight")  # the slider's, not a shortcut of JupyterLab
    assert float(bias.input_value()) > 0
    assert float(gate.input_value()) > 0.5
    visit.context.close()
