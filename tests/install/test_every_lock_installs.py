"""Every lock installs from the registry, with an old and the newest pip, though all have newer releases.

`make test-install`: it asks a package registry and takes minutes, so it is not part of `make test`.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.py.harness.locks import (
    LOCKS,
    MUTANTS,
    WORKER,
    asked_of,
    environments,
    install_commands,
    installed,
    lacking,
    make_wheel,
    pins,
)

# What Debian 12 brings; on Python 3.12 it does not start, and 23.2.1 is the first that does.
OLD_PIP = "pip==23.0.1" if sys.version_info < (3, 12) else "pip==23.2.1"
NEWEST_PIP = "pip"


def new_environment(folder: Path, pip: str) -> Path:
    """The Python of a new virtual environment with this pip."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--upgrade", pip)
    return python


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run what has to succeed."""
    done = attempt(*command)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def attempt(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)


def newer_releases(folder: Path, lock: Path) -> Path:
    """A folder with a made-up newer release of everything in a lock, so also of all that extras ask for."""
    folder.mkdir()
    for name in pins(lock):
        make_wheel(folder, name, "99999")
    return folder


def arguments_for(lock: Path, newer: Path) -> list[str]:
    """The install command that the repository has for a lock, with the newer releases in sight."""
    command = next(each for each in install_commands() if each.lock == lock)
    return [*command.arguments(lock), "--find-links", str(newer)]


@pytest.mark.parametrize("pip", [OLD_PIP, NEWEST_PIP])
@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_installs_beside_newer_releases_and_is_complete(lock: Path, pip: str, tmp_path: Path) -> None:
    python = new_environment(tmp_path / "venv", pip)
    run(python, *arguments_for(lock, newer_releases(tmp_path / "newer", lock)))
    [folder] = (tmp_path / "venv").glob("lib/python*/site-packages")
    packages = installed(folder)
    assert {name: packages[name].version for name in pins(lock)} == {
        name: pin.version for name, pin in pins(lock).items()
    }
    checked = attempt(python, "-m", "pip", "check").stdout.splitlines()
    if lock == MUTANTS:
        # Only its operators are used: its own requirements are left out on purpose.
        assert {line.split()[0] for line in checked} == {"cosmic-ray"}
        return
    assert checked == ["No broken requirements found."]
    missing = {
        each for place in environments() for each in lacking(asked_of(lock), pins(lock), packages, place)
    }
    assert missing == set()


def test_the_newer_releases_stop_an_old_pip_that_resolves_dependencies(tmp_path: Path) -> None:
    python = new_environment(tmp_path / "venv", OLD_PIP)
    arguments = arguments_for(WORKER, newer_releases(tmp_path / "newer", WORKER))
    done = attempt(python, *[each for each in arguments if each != "--no-deps"])
    assert done.returncode != 0
    assert "must have their versions pinned" in done.stderr
