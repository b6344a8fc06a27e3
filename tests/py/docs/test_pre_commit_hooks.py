"""The hooks for other repositories, run like pre-commit, where not all Markdown files are assessments."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.py.compiler.specimen import edited
from worker.compiler.catalogue import SPECIMEN

ROOT = Path(__file__).resolve().parents[3]
BAD = edited(("- weight: 0.4", "- weight: 0,4"))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with an assessment, and with other Markdown files."""
    (tmp_path / "README.md").write_text("# A repository\n\nIts assessments are in `assessments`.\n")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "empty.md").write_text("")
    (tmp_path / "assessments").mkdir()
    (tmp_path / "assessments" / "good.md").write_text(SPECIMEN)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_hook(repository: Path, hook: str) -> subprocess.CompletedProcess[bytes]:
    """Run a hook as pre-commit does: its entry and arguments, then the names of all files of its types."""
    hooks = {each["id"]: each for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert hooks[hook]["types"] == ["markdown"]
    assert hooks[hook]["language"] == "python"
    listed = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=repository, capture_output=True, text=True, check=True
    )
    program, *options = shlex.split(hooks[hook]["entry"])
    module, _, function = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"][
        program
    ].partition(":")
    return subprocess.run(
        [
            *(sys.executable, "-c", f"import sys, {module}; sys.exit({module}.{function}())"),
            *options,
            *hooks[hook]["args"],
            *listed.stdout.splitlines(),
        ],
        cwd=repository,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )


@pytest.mark.parametrize("hook", ["check-assessments", "format-assessments"])
def test_the_hooks_leave_alone_what_is_no_assessment(repository: Path, hook: str) -> None:
    done = run_hook(repository, hook)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("hook", "says"),
    [
        ("check-assessments", b"assessments/bad.md:18:11: error[invalid-weight]"),
        ("format-assessments", b"assessments/bad.md: not formatted because it has errors"),
    ],
)
def test_the_hooks_find_the_errors_of_an_assessment(repository: Path, hook: str, says: bytes) -> None:
    (repository / "assessments" / "bad.md").write_text(BAD)
    subprocess.run(["git", "add", "."], cwd=repository, check=True)
    done = run_hook(repository, hook)
    assert done.returncode == 1
    assert says in done.stdout + done.stderr
    assert b"README" not in done.stdout + done.stderr
