"""What the README shows is what happens."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def output_of(*arguments, folder):
    """What a run of this Python prints; it must succeed."""
    run = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return run.stdout


def test_python_block_prints_what_is_shown(tmp_path):
    (code,), (shown,) = blocks("python"), blocks("text")
    assert output_of("-c", code, folder=tmp_path) == shown


def test_console_session_prints_what_is_shown(tmp_path):
    (session,) = blocks("console")
    for entry in session.split("$ ")[1:]:
        command, _, shown = entry.partition("\n")
        program, *arguments = shlex.split(command)
        assert program == "python"
        assert output_of(*arguments, folder=tmp_path) == shown, command


def test_make_targets_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", README, re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert {"book", "test"} <= named <= targets


def test_links_and_rooms_exist():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    rooms = re.findall(r"^\| (`[^|]+) \|", README, re.MULTILINE)
    rooms = [name for cell in rooms for name in re.findall(r"`([^`]+)`", cell)]
    missing = [name for name in links + rooms if not (ROOT / name).exists()]
    assert rooms
    assert missing == []
