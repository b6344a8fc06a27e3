"""The lock files agree with each other, and one command writes all of them."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from stack.packages import ROOT
from tests.py.harness.locks import LOCKS, MCP, MUTANTS, TESTS, WORKER, pins


def test_every_package_is_pinned_by_hashes_and_no_address() -> None:
    for lock in LOCKS:
        text = lock.read_text(encoding="utf-8")
        assert len(pins(lock)) == len(re.findall(r"^\w", text, re.MULTILINE)) > 0, lock
        assert "://" not in text, lock


def test_every_npm_package_is_pinned_by_a_hash_and_no_address() -> None:
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    packages = {name: package for name, package in locked.items() if name}
    assert len(packages) > 10
    assert [
        name for name, package in packages.items() if not package["integrity"].startswith("sha512-")
    ] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []
    named = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    asked = named["devDependencies"] | named["optionalDependencies"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in asked} == asked


def test_every_npm_package_runs_on_this_node() -> None:
    """Runs on Node 20 in the workflow, the oldest version that the README names."""
    done = subprocess.run(
        ["npm", "ci", "--dry-run", "--offline", "--engine-strict"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("lock", [WORKER, MCP], ids=lambda lock: lock.name)
def test_what_was_tested_is_deployed(lock: Path) -> None:
    deployed, tested = pins(lock), pins(TESTS)
    assert len(deployed) > 30
    assert {name: tested.get(name) for name in deployed} == deployed


def test_the_worker_is_deployed_without_the_extra() -> None:
    assert "mcp" in pins(MCP)
    assert "mcp" not in pins(WORKER)
    assert pins(WORKER).items() <= pins(MCP).items()


def test_the_mutants_lock_has_only_what_is_named() -> None:
    named = (ROOT / "bench" / "requirements-mutants.in").read_text(encoding="utf-8")
    assert sorted(pins(MUTANTS)) == sorted(re.findall(r"^([a-z-]+)", named, re.MULTILINE))


def test_one_command_makes_every_lock_file_the_tests_first() -> None:
    done = subprocess.run(
        ["make", "--dry-run", "--always-make", "lock"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    written = re.findall(r"pip-compile .*? -o (\S+)", done.stdout.replace("\\\n", " "))
    assert sorted(written) == sorted(
        str(path.relative_to(ROOT))
        for path in [*ROOT.glob("requirements*.txt"), *(ROOT / "bench").glob("requirements*.txt")]
    )
    assert sorted(written) == [str(lock.relative_to(ROOT)) for lock in sorted(LOCKS)]
    assert written[:3] == ["requirements-dev.txt", "requirements.txt", "requirements-mcp.txt"]
    assert "-c requirements-dev.txt -o requirements.txt" in done.stdout
    assert "-c requirements-dev.txt --extra mcp -o requirements-mcp.txt" in done.stdout
