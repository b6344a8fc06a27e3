"""A new release on a registry does not change what is installed."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.version import Version

from stack.packages import ROOT
from tests.py.harness.locks import (
    LOCKS,
    MCP,
    TESTS,
    WORKER,
    Command,
    asked_of,
    environments,
    install_commands,
    installed,
    lacking,
    make_wheel,
    pins,
    pip_install_lines,
    tracked_files,
)


@dataclass(frozen=True)
class Tomorrow:
    """A new environment, a lock, and an index in which one of its packages has a newer release.

    Attributes:
        python: the environment's Python; its pip is the one that Python itself brings.
        lock: `a`, which asks for `b[x]`, and `b` 1.
        wheels: the index: both, and `b` 2.
    """

    python: Path
    lock: Path
    wheels: Path

    def install(self, arguments: list[str], target: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.python, *arguments, "--no-index", "--find-links", self.wheels, "--target", target],
            cwd=self.wheels,
            env={"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull, "HOME": str(self.wheels)},
            capture_output=True,
            text=True,
            check=False,
        )

    def pip_version(self) -> Version:
        shown = subprocess.run(
            [self.python, "-m", "pip", "--version"], capture_output=True, text=True, check=True
        )
        return Version(shown.stdout.split()[1])


@pytest.fixture(scope="module")
def tomorrow(tmp_path_factory: pytest.TempPathFactory) -> Tomorrow:
    folder = tmp_path_factory.mktemp("tomorrow")
    venv.create(folder / "venv", with_pip=True)
    wheels = folder / "wheels"
    wheels.mkdir()
    locked = [make_wheel(wheels, "a", "1", requires=["b[x]"]), make_wheel(wheels, "b", "1", extra="x")]
    make_wheel(wheels, "b", "2", extra="x")
    lock = folder / "lock.txt"
    lock.write_text(
        "".join(
            f"{wheel.name[0]}==1 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"
            for wheel in locked
        )
    )
    return Tomorrow(folder / "venv" / "bin" / "python", lock, wheels)


@pytest.mark.parametrize(
    "command", install_commands(), ids=lambda command: f"{command.source}:{command.lock.name}"
)
def test_every_command_installs_what_is_pinned_beside_a_newer_release(
    command: Command, tomorrow: Tomorrow, tmp_path: Path
) -> None:
    done = tomorrow.install(command.arguments(tomorrow.lock), tmp_path)
    assert done.returncode == 0, done.stderr
    assert {name: each.version for name, each in installed(tmp_path).items()} == {"a": "1", "b": "1"}


def test_without_no_deps_a_pip_before_23_3_would_stop(tomorrow: Tomorrow, tmp_path: Path) -> None:
    command = install_commands()[0]
    arguments = [each for each in command.arguments(tomorrow.lock) if each != "--no-deps"]
    assert len(arguments) == len(command.arguments(tomorrow.lock)) - 1
    done = tomorrow.install(arguments, tmp_path)
    if tomorrow.pip_version() < Version("23.3"):
        assert done.returncode != 0
        assert "must have their versions pinned" in done.stderr
    else:
        assert done.returncode == 0, done.stderr


def test_every_lock_is_installed_by_a_command_that_was_found() -> None:
    assert {command.lock for command in install_commands()} == set(LOCKS)
    sources = {command.source for command in install_commands()}
    assert {"Makefile", "README.md", "deploy/Containerfile", "bench/peers/__init__.py"} <= sources


def test_every_command_asks_for_hashes_and_wheels_and_looks_for_nothing_else() -> None:
    needed = {"--require-hashes", "--no-deps", "--only-binary", ":all:"}
    assert {command.source: needed - set(command.options) for command in install_commands()} == {
        command.source: set() for command in install_commands()
    }


def test_no_file_has_a_pip_install_that_resolves_dependencies() -> None:
    """Every such command, even in prose, can be copied by a reader."""
    found = [
        (path.name, line)
        for path in tracked_files()
        if path.suffix in {".md", ".yml", ".yaml", ".toml", ".service", ".py", ""}
        and "tests" not in path.parts
        for line in pip_install_lines(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert len(found) > 3
    assert [each for each in found if "--no-deps" not in each[1].split()] == []


@pytest.mark.parametrize("lock", [WORKER, MCP, TESTS], ids=lambda lock: lock.name)
def test_every_requirement_of_every_pinned_package_is_pinned_too(lock: Path) -> None:
    """For every supported Python and platform, by the metadata of the packages installed here."""
    pinned, packages = pins(lock), installed()
    different = {name for name, pin in pinned.items() if packages[name].version != pin.version}
    assert different == set(), "run `make setup`"
    missing = {each for place in environments() for each in lacking(asked_of(lock), pinned, packages, place)}
    assert missing == set()


def test_a_package_that_only_an_extra_asks_for_is_missed() -> None:
    """The checker detects what `--no-deps` would omit: `pyjwt[crypto]` needs cryptography."""
    pinned = pins(WORKER)
    without = {name: pin for name, pin in pinned.items() if name != "cryptography"}
    missing = lacking(asked_of(WORKER), without, installed(), environments()[0])
    assert {each.partition(";")[0] for each in missing} == {
        f"pyjwt[crypto] asks for {each.partition(';')[0]}"
        for each in installed()["pyjwt"].requires or []
        if each.startswith("cryptography") and '"crypto"' in each
    }


def test_the_wheel_is_built_with_the_locked_setuptools(tmp_path: Path) -> None:
    """Without a network: the build requirements are those that the lock installed."""
    [build] = [each for each in asked_of(TESTS) if each.name == "setuptools"]
    assert str(build.specifier) == f"=={pins(TESTS)['setuptools'].version}"
    # `make test` may run this: then make would print which folder it enters and leaves.
    line = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "wheel"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()[-1]
    assert {"--no-index", "--no-deps", "--no-build-isolation"} <= set(line.split())
    arguments = re.sub(r"--wheel-dir dist \.$", "", line.partition(" -m ")[2]).split()
    # A copy, because a build leaves folders in its place.
    for path in tracked_files():
        name = path.relative_to(ROOT)
        if name.parts[0] in {
            "worker",
            "supabase",
            "docs",
            "examples",
            "pyproject.toml",
            "README.md",
            "LICENSE",
        }:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(path.read_bytes())
    done = subprocess.run(
        [sys.executable, "-m", *arguments, "--wheel-dir", tmp_path / "dist", tmp_path],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    [wheel] = (tmp_path / "dist").glob("custom_assessments-*-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as files:
        [record] = [name for name in files.namelist() if name.endswith(".dist-info/WHEEL")]
        assert f"setuptools ({pins(TESTS)['setuptools'].version})" in files.read(record).decode()
