"""docs/development.md lists all variables and commands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "development.md").read_text(encoding="utf-8")


def test_every_variable_that_stack_and_tests_read_is_listed() -> None:
    read: set[str] = set()
    for folder in ("stack", "tests/py"):
        for path in (ROOT / folder).rglob("*.py"):
            read |= set(re.findall(r"\b(?:STACK|TEST)_[A-Z][A-Z_]+\b", path.read_text(encoding="utf-8")))
    listed = re.findall(r"^\| `((?:STACK|TEST)_[A-Z_]+)` \|", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted(read)


def test_every_command_of_make_and_of_the_stack_is_named() -> None:
    targets = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    help_text = subprocess.run(
        [sys.executable, "-m", "stack", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    commands = [f"make {name}" for name in re.findall(r"^  make (\S+)", targets, re.MULTILINE)]
    commands += [f"stack {name}" for name in re.findall(r"^    (\w+) {2,}", help_text, re.MULTILINE)]
    assert len(commands) > 18
    assert [command for command in commands if f"{command}" not in PAGE] == []
