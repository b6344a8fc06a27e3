"""The installed command: built without a network, and run beside an application's package `worker`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from stack.database import migrations
from stack.packages import ROOT
from tests.py.harness.databases import Databases
from tests.py.install.projects import copies, make_project
from tests.py.worker.site import Site, make_site, source
from worker.install import PLATFORM
from worker.release import Head, Release
from worker.shipped import FOLDERS, starters
from worker.version import VERSION

SOURCES = ["pyproject.toml", "README.md", "LICENSE", "worker", *FOLDERS.values()]
SHADOW = 'raise SystemExit("this is the host\'s own package worker")\n'


def checkout(folder: Path) -> Path:
    """Copy the sources of the package: a build leaves files beside them."""
    for name in SOURCES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def build(sources: Path) -> Path:
    """Build the wheel as `make wheel` does."""
    pip = [sys.executable, "-m", "pip", "wheel", "-qq", "--disable-pip-version-check"]
    options = ["--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", "dist"]
    subprocess.run([*pip, *options, "."], cwd=sources, check=True, timeout=120)
    [wheel] = (sources / "dist").glob("*.whl")
    return wheel


@dataclass
class Environment:
    """A virtual environment with the package; its dependencies are those of the tests."""

    home: Path

    def install(self, wheel: Path) -> None:
        """Install a wheel in place of an earlier one."""
        pip = [sys.executable, "-m", "pip", "--python", str(self.home / "bin" / "python"), "install", "-qq"]
        options = ["--no-index", "--no-deps", "--force-reinstall"]
        subprocess.run([*pip, *options, wheel], check=True, timeout=120)

    def run(self, *words: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the installed command in a folder."""
        return subprocess.run(
            [self.home / "bin" / "assessment-worker", *words],
            cwd=folder,
            env={"PATH": os.environ["PATH"], **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built once."""
    return build(checkout(tmp_path_factory.mktemp("sources")))


def install(wheel: Path, home: Path) -> Environment:
    """Make an environment with the package."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True, timeout=60)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = home / "lib" / version / "site-packages"
    (packages / "what_it_needs.pth").write_text(sysconfig.get_path("purelib") + "\n")
    environment = Environment(home)
    environment.install(wheel)
    return environment


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The package in a fresh environment."""
    return install(wheel, tmp_path_factory.mktemp("installed") / "environment")


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """An application's folder, with a Supabase project and a package `worker`."""
    folder = make_project(tmp_path / "host", {"20250101000000_tables": "create table public.a ();\n"})
    (folder / "worker").mkdir()
    (folder / "worker" / "__init__.py").write_text(SHADOW)
    return folder


def test_the_wheel_holds_the_code_and_what_it_ships_and_nothing_else(wheel: Path) -> None:
    code = [str(path.relative_to(ROOT)) for path in (ROOT / "worker").rglob("*.py")]
    sql = [f"worker/migrations/{path.name}" for path in migrations()]
    with zipfile.ZipFile(wheel) as archive:
        held = [name for name in archive.namelist() if ".dist-info/" not in name]
        pages = ["worker/pages/authoring.md", "worker/pages/format.md"]
        examples = [f"worker/starters/{name}.md" for name in starters()]
        others = ["worker/change_rules.json", "worker/py.typed"]
        assert sorted(held) == sorted([*code, *sql, *pages, *examples, *others])
        for path in migrations():
            assert archive.read(f"worker/migrations/{path.name}") == path.read_bytes()


def test_it_runs_where_the_application_has_a_package_of_that_name(installed: Environment, host: Path) -> None:
    version = installed.run("--version", folder=host)
    assert (version.returncode, version.stdout) == (0, f"custom-assessments {VERSION}\n")

    example = str(next((ROOT / "examples").glob("*.md")))
    checked = installed.run("check", example, folder=host)
    assert "this is the host's own" not in checked.stderr
    assert checked.stdout.endswith("\n")
    assert checked.returncode in {0, 1}

    begun = installed.run("template", folder=host)
    assert (begun.returncode, begun.stdout) == (0, starters()["mentor-readiness"])
    # The server reads its pages and examples before it finds that nobody will ask.
    served = installed.run("mcp", folder=host)
    assert (served.returncode, served.stdout, served.stderr) == (0, "", "")

    shown = installed.run("install", ".", "--dry-run", folder=host)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.count("_custom_assessments_") == len(migrations())
    assert copies(host) == []


@pytest.mark.parametrize("words", [["--help"], ["install", "--help"], ["nonsense"]])
def test_the_usage_names_the_command_as_it_was_started(
    installed: Environment, host: Path, words: list[str]
) -> None:
    done = installed.run(*words, folder=host)
    assert (done.stdout + done.stderr).startswith("usage: assessment-worker ")

    module = subprocess.run(
        [sys.executable, "-m", "worker", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (module.stdout + module.stderr).startswith("usage: python -m worker ")


def test_it_installs_its_migrations_and_a_later_release_adds_its_own(
    wheel: Path, host: Path, tmp_path: Path
) -> None:
    installed = install(wheel, tmp_path / "environment")
    assert installed.run("install", ".", "--without-platform", folder=host).returncode == 0
    texts = [path.read_text("utf-8") for path in migrations()]
    given = [text for text in texts if f" {PLATFORM} sha256:" not in text]
    assert [path.read_text("utf-8") for path in copies(host)] == given

    own = Release.parse(VERSION)
    later = Release(own.major, own.minor + 1, 0)
    sources = checkout(tmp_path / "later")
    for name in ("pyproject.toml", "worker/version.py"):
        text = (sources / name).read_text("utf-8")
        assert text.count(f'"{VERSION}"') == 1
        (sources / name).write_text(text.replace(f'"{VERSION}"', f'"{later}"'), "utf-8")
    body = "select 1;\n"
    (sources / "supabase" / "migrations" / "29990101000000_made_up.sql").write_text(
        f"{Head.of(later, 'made_up', body)}\n{body}", "utf-8"
    )
    installed.install(build(sources))

    done = installed.run("install", ".", folder=host)

    assert done.returncode == 0, done.stderr
    assert f"1 migration of custom assessments {later} written" in done.stdout
    assert f"Already there: {len(texts) - 1} migrations." in done.stdout
    assert copies(host)[-1].name.endswith("_made_up.sql")
    again = installed.run("install", ".", folder=host)
    assert f"already has the migrations of custom assessments {later}" in again.stdout


@pytest.fixture
def site(databases: Databases) -> Iterator[Site]:
    """A database with the API over it."""
    with databases.clone("migrated") as database:
        site = make_site(databases.cluster, database.name)
        site.start()
        try:
            yield site
        finally:
            site.stop()


def test_it_works_there_also_in_the_child_process_for_what_failed_before(
    installed: Environment, host: Path, site: Site
) -> None:
    upload = site.upload(site.tenant(), source("Tried again"))
    site.run("update private.jobs set attempts = 1 where true")
    needed = {
        name: value
        for name, value in site.worker_environment().items()
        if name in {"SUPABASE_URL", "SUPABASE_SERVICE_ROLE_KEY"}
    }

    done = installed.run("drain", folder=host, **needed)

    assert (done.returncode, done.stdout) == (0, "Drained: 1 compile succeeded.\n"), done.stderr
    assert site.upload_row(upload)["status"] == "succeeded"
