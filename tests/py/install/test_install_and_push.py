"""With the real Supabase CLI on a host with a history: install, push, start from empty, upgrade, go back."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from stack.database import MIGRATIONS
from stack.packages import ROOT
from tests.py.harness.cli import SupabaseCli
from tests.py.harness.databases import Connection, Database, Databases
from tests.py.install.projects import copies, install, make_project
from tests.py.upgrade.hosts import ASSIGNMENTS_TABLE, OLDER_HOST
from tools.catalogue import catalogue
from worker.install import PLATFORM, Choices, Migration, make_plan, own_migrations, write
from worker.release import Head, Release
from worker.version import VERSION

# The host's tables: one migration is older than ours, one newer, and one has a timestamp in the future.
SESSIONS = OLDER_HOST.index("create table public.coaching_sessions")
HOST = {
    "20240101000000_tenants": OLDER_HOST[:SESSIONS],
    "20260601000000_sessions": OLDER_HOST[SESSIONS:] + ASSIGNMENTS_TABLE,
    "20270101000000_notes": "create table public.host_notes (id integer);\n",
}
ROLLBACK = MIGRATIONS.parent / "rollback" / "rollback.sql"
# Ours begin here if the host has all five tables.
AFTER_HOST = "20270101000001"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The host's project."""
    return make_project(tmp_path / "host", HOST)


@pytest.fixture
def cli(empty_database: Database, project: Path, tmp_path: Path) -> SupabaseCli:
    """The CLI in the host's project, for a database to which it has applied the host's migrations."""
    cli = SupabaseCli(empty_database, project, home=tmp_path)
    cli("db", "push")
    return cli


@pytest.fixture
def from_empty(databases: Databases, project: Path, tmp_path: Path) -> Callable[[], object]:
    """Applies the whole project to a new database, as `supabase db reset` does; returns the result."""

    def apply() -> object:
        with databases.clone("empty") as database:
            SupabaseCli(database, project, home=tmp_path)("db", "push")
            return catalogue(database.connect("supabase_admin"))

    return apply


def documented() -> str:
    """The command of docs/upgrading.md that lists a host's copies."""
    page = (ROOT / "docs" / "upgrading.md").read_text("utf-8")
    [command] = re.findall(r"^grep .*$", page, re.MULTILINE)
    return str(command)


def version(connection: Connection) -> object:
    row = connection.execute("select private.version()").fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize("options", [[], ["--without-platform"]])
def test_a_host_with_earlier_and_later_migrations_installs_pushes_and_begins_from_empty(
    cli: SupabaseCli,
    project: Path,
    empty_database: Database,
    from_empty: Callable[[], object],
    options: list[str],
) -> None:
    done = install(project, *options)
    assert done.returncode == 0, done.stderr
    assert copies(project)[0].name.startswith(AFTER_HOST)
    # Files that a killed run leaves under its temporary names are skipped.
    (project / "supabase" / "migrations" / f".{copies(project)[0].name}.1.part").write_text("nonsense")

    shown = cli("db", "push", "--dry-run")
    pushed = cli("db", "push")

    for path in copies(project):
        assert path.name in shown
        assert path.name in pushed
    assert version(empty_database.connect()) == VERSION
    assert "up to date" in cli("db", "push")
    # The host continues with its own migration that builds on ours.
    newest = copies(project)[-1].name.partition("_")[0]
    (project / "supabase" / "migrations" / f"{int(newest) + 1}_own.sql").write_text(
        "create view public.host_view as select id from public.custom_assessments;\n"
    )
    cli("db", "push")
    assert from_empty() == catalogue(empty_database.connect("supabase_admin"))


def test_a_host_without_the_tables_learns_that_it_needs_the_platform(
    empty_database: Database, tmp_path: Path
) -> None:
    project = make_project(tmp_path / "host", {"20240101000000_tenants": OLDER_HOST[:SESSIONS]})
    cli = SupabaseCli(empty_database, project, home=tmp_path)
    install(project, "--without-platform")

    refused = cli.run("db", "push")

    assert refused.returncode != 0
    said = refused.stdout + refused.stderr
    missing = "public.campaign_assignments, public.coaching_sessions, public.agent_sessions"
    assert f"custom assessments need tables that are missing in this database: {missing}" in said
    assert empty_database.connect().execute("select to_regnamespace('private')").fetchone() == (None,)

    # As documented: delete what was not applied, then install with the platform.
    connection = empty_database.connect()
    history = connection.execute("select version from supabase_migrations.schema_migrations").fetchall()
    for path in copies(project):
        if (path.name.partition("_")[0],) not in history:
            path.unlink()
    again = install(project)
    assert f"_custom_assessments_{PLATFORM}.sql" in again.stdout
    cli("db", "push")
    assert version(empty_database.connect()) == VERSION


def test_an_upgrade_adds_what_is_new_and_the_cli_applies_only_that(
    cli: SupabaseCli, project: Path, empty_database: Database, from_empty: Callable[[], object]
) -> None:
    install(project)
    cli("db", "push")
    installed = copies(project)
    own = Release.parse(VERSION)
    later = Release(own.major, own.minor + 1, 0)
    body = (
        "create table private.made_up (id integer primary key);\n"
        "create or replace function private.version() returns text language sql immutable\n"
        f"set search_path = '' as $$ select '{later}' $$;\n"
    )
    head = Head.of(later, "made_up", body)
    ours = [*own_migrations(), Migration(head, f"{head}\n{body}")]
    plan = make_plan(project, ours, later, Choices(), datetime.now(UTC))
    write(plan)

    [new] = [path for path in copies(project) if path not in installed]
    pushed = cli("db", "push")

    assert pushed.count("Applying migration") == 1
    assert new.name in pushed
    assert version(empty_database.connect()) == str(later)
    assert from_empty() == catalogue(empty_database.connect("supabase_admin"))
    refused = install(project)
    assert refused.returncode == 1
    assert f"{new.name} came with {later}, which is later than this release" in refused.stderr


def test_the_rollback_names_the_hosts_stamps_and_leaves_a_history_that_goes_on(
    cli: SupabaseCli, project: Path, empty_database: Database
) -> None:
    install(project)
    cli("db", "push")
    notices: list[str] = []
    connection = empty_database.connect()
    connection.add_notice_handler(lambda notice: notices.append(notice.message_primary or ""))

    connection.execute(ROLLBACK.read_text("utf-8").encode())

    [said] = [notice for notice in notices if "supabase migration repair" in notice]
    [command] = re.findall(r"^  supabase (migration repair .*)$", said, re.MULTILINE)
    versions = [path.name.partition("_")[0] for path in copies(project)]
    assert command == f"migration repair --status reverted {' '.join(versions)}"
    named = re.findall(r"^  (\d+_\w+\.sql)$", said, re.MULTILINE)
    assert named == [path.name for path in copies(project)]

    cli(*shlex.split(command))
    listing = subprocess.run(
        ["bash", "-c", documented()], cwd=project, capture_output=True, text=True, check=True
    )
    assert listing.stdout.split() == [f"supabase/migrations/{name}" for name in named]
    for name in named:
        (project / "supabase" / "migrations" / name).unlink()
    assert "up to date" in cli("db", "push")
    assert connection.execute("select to_regnamespace('private')").fetchone() == (None,)

    install(project)
    cli("db", "push")
    assert version(connection) == VERSION
