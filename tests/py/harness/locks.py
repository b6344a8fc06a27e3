"""The lock files, the commands that install them, and whether a lock contains all requirements of its
packages.
"""

from __future__ import annotations

import functools
import re
import shlex
import subprocess
import tomllib
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from itertools import product
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bench import peers
from stack.packages import ROOT

WORKER = ROOT / "requirements.txt"
TESTS = ROOT / "requirements-dev.txt"
PEERS = peers.REQUIREMENTS
FUZZER = ROOT / "bench" / "requirements-fuzz.txt"
# Incomplete on purpose: what its packages require is in the tests' lock, or never imported.
MUTANTS = ROOT / "bench" / "requirements-mutants.txt"
# The worker with the extra that `assessment-worker mcp` needs.
MCP = ROOT / "requirements-mcp.txt"
LOCKS = (WORKER, MCP, TESTS, PEERS, FUZZER, MUTANTS)

# The supported environments: the images, and what `make setup` names.
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = (("linux", "Linux", "x86_64"), ("linux", "Linux", "aarch64"), ("darwin", "Darwin", "arm64"))


@dataclass(frozen=True)
class Pin:
    """One package of a lock."""

    version: str
    hashes: frozenset[str]


def pins(lock: Path) -> dict[str, Pin]:
    """Each package of a lock with its version and its hashes."""
    found = re.findall(
        r"^([a-z0-9.-]+)==(\S+) \\\n((?:    --hash=\S+(?: \\)?\n?)+)",
        lock.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    return {
        name: Pin(version, frozenset(re.findall(r"--hash=(\S+)", hashes))) for name, version, hashes in found
    }


def asked_of(lock: Path) -> list[Requirement]:
    """The direct requirements of a lock: the package's own dependencies, or the lines of its .in file."""
    if lock in {WORKER, MCP, TESTS}:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        extras = project["project"]["optional-dependencies"]
        asked = list(project["project"]["dependencies"])
        if lock != WORKER:
            asked += extras["mcp"]
        if lock == TESTS:
            asked += extras["dev"] + project["build-system"]["requires"]
    else:
        lines = lock.with_suffix(".in").read_text(encoding="utf-8").splitlines()
        asked = [line for line in lines if line and not line.startswith("#")]
    return [Requirement(line) for line in asked]


def installed(folder: Path | None = None) -> dict[str, metadata.Distribution]:
    """The distributions in a folder of packages, or in this Python's path."""
    found = metadata.distributions(path=[str(folder)]) if folder else metadata.distributions()
    return {canonicalize_name(each.metadata["Name"]): each for each in found}


def environments() -> list[dict[str, str]]:
    """The environments of the markers: every Python and platform that the locks serve."""
    here = {name: str(value) for name, value in default_environment().items()}
    return [
        {
            **here,
            "python_version": python,
            "python_full_version": f"{python}.0",
            "sys_platform": sys_platform,
            "platform_system": system,
            "platform_machine": machine,
        }
        for python, (sys_platform, system, machine) in product(PYTHONS, PLATFORMS)
    ]


def lacking(
    asked: Iterable[Requirement],
    pinned: Mapping[str, Pin],
    packages: Mapping[str, metadata.Distribution],
    environment: Mapping[str, str],
) -> set[str]:
    """The requirements that a lock lacks or pins to an unsuitable version, with the packages that have them.

    Args:
        asked: what the lock was made for; everything pinned counts as asked for too.
        pinned: the lock.
        packages: the metadata of the pinned packages.
        environment: what markers are judged by.
    """
    missing = set()
    # The extra with which a requirement is read matters, so each pair is checked once.
    queue = [("what the lock is for", "", each) for each in [*asked, *map(Requirement, pinned)]]
    seen = set()
    while queue:
        asker, extra, requirement = queue.pop()
        if requirement.marker and not requirement.marker.evaluate({**environment, "extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        pin = pinned.get(name)
        if pin is None or not requirement.specifier.contains(pin.version, prereleases=True):
            missing.add(f"{asker} asks for {requirement}")
            continue
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                inner = map(Requirement, packages[name].requires or [])
                queue += [(f"{name}[{wanted}]" if wanted else name, wanted, each) for each in inner]
    return missing


@dataclass(frozen=True)
class Command:
    """A command that installs a lock, in a file of this repository.

    Attributes:
        source: the file.
        options: what stands between `pip install` and the lock, `-r` included.
        lock: the lock.
    """

    source: str
    options: tuple[str, ...]
    lock: Path

    def arguments(self, lock: Path) -> list[str]:
        """The same for another lock, after a Python command."""
        return ["-m", "pip", "install", *self.options, str(lock)]


_PIP_INSTALL = re.compile(r"\bpip install\b(.*)")


def pip_install_lines(text: str) -> list[str]:
    """What follows each `pip install` in a text, with continued lines joined, up to the command's end."""
    lines = text.replace("\\\n", " ").splitlines()
    return [
        re.split(r"[`;&|]", found[1])[0].strip() for line in lines if (found := _PIP_INSTALL.search(line))
    ]


@functools.cache
def tracked_files() -> tuple[Path, ...]:
    """Every file of the repository that is tracked, or will be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return tuple(path for name in listed if (path := ROOT / name).is_file())


@functools.cache
def install_commands() -> tuple[Command, ...]:
    """Every command of a tracked file that installs a lock; make expands its variables."""
    made = subprocess.run(
        ["make", "--dry-run", "--always-make", "setup", "fuzz", "mutants"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    texts = [("Makefile", made), ("bench/peers/__init__.py", f"{peers.INSTALL} {PEERS}")]
    for path in tracked_files():
        name = str(path.relative_to(ROOT))
        if not name.startswith(("tests/", "bench/peers/")) and path.suffix != ".svg" and name != "Makefile":
            texts.append((name, path.read_text(encoding="utf-8", errors="replace")))
    commands = []
    for source, text in texts:
        for line in pip_install_lines(text):
            *options, lock = shlex.split(line) or [""]
            if options and options[-1] == "-r":
                commands.append(Command(source, tuple(options), lock_named(lock)))
    return tuple(commands)


def lock_named(word: str) -> Path:
    """The lock that a command names, in this repository or at the path of its copy in an image."""
    [lock] = [each for each in LOCKS if Path(word).name == each.name]
    return lock


def make_wheel(folder: Path, name: str, version: str, requires: Sequence[str] = (), extra: str = "") -> Path:
    """Write a wheel with one empty module, and return its path."""
    module = name.replace("-", "_").replace(".", "_")
    path = folder / f"{module}-{version}-py3-none-any.whl"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {each}" for each in requires]
    lines += [f"Provides-Extra: {extra}"] if extra else []
    info = f"{module}-{version}.dist-info"
    files = {
        f"{module}.py": "",
        f"{info}/METADATA": "\n".join(lines) + "\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{each},,\n" for each in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(path, "w") as wheel:
        for each, content in files.items():
            wheel.writestr(each, content)
    return path
