"""`make migration` proposes the way from the migrations to the schemas, and names what it cannot write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stack.packages import ROOT
from tests.py.harness.databases import Database, Databases
from tools.next_migration import deliver, file_for, propose
from worker.release import Release

CHANGES = """
alter table public.custom_assessments add column language text
  constraint language_is_a_tag check (language ~ '^[a-z]{2,3}$');
comment on column public.custom_assessments.language is 'The language of the interview.';
create index idx_custom_assessments_language on public.custom_assessments (language);
create function private.language_of(assessment_id uuid) returns text
language sql stable set search_path = pg_catalog, pg_temp
as $$ select language from public.custom_assessments where id = assessment_id $$;
grant execute on function private.language_of(uuid) to service_role;
"""


def proposal(databases: Databases, wanted: Database) -> str:
    """The proposal that leads from the migrations to a database."""
    with databases.clone("migrated") as present:
        return propose(present.cluster, present.name, wanted.name)


def test_nothing_is_proposed_where_nothing_changed(databases: Databases, database: Database) -> None:
    assert proposal(databases, database) == ""


def test_a_change_is_proposed_and_the_proposal_gives_it(databases: Databases, database: Database) -> None:
    database.connect().execute(CHANGES.encode())
    text = proposal(databases, database)
    assert "Still to be written by hand" not in text
    parts = ("ADD COLUMN", "language_is_a_tag", "The language of the interview.", "language_of")
    for part in (*parts, "idx_custom_assessments_language"):
        assert part in text


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (
            "alter table public.custom_assessments alter name set statistics 7",
            "column public.custom_assessments.name differs",
        ),
        ("update private.refusals set hint = 'x' where reason = 'BUSY'", "row refusals BUSY differs"),
        ("delete from private.job_kinds where kind = 'probe'", "row job_kinds probe should not be there"),
    ],
)
def test_what_the_cli_does_not_see_is_named(
    databases: Databases, database: Database, change: str, left: str
) -> None:
    database.connect("supabase_admin").execute(change.encode())
    assert proposal(databases, database) == f"-- Still to be written by hand:\n--   {left}\n\n"


def test_after_1_0_it_is_written_and_before_it_is_shown(tmp_path: Path) -> None:
    shown = deliver("add_language", "select 1;\n", Release(0, 9, 1), tmp_path)
    assert shown.startswith("select 1;\n")
    assert "Until 1.0 this is not written" in shown
    assert list(tmp_path.iterdir()) == []

    said = deliver("add_language", "select 1;\n", Release(1, 0, 0), tmp_path)
    [path] = tmp_path.iterdir()
    assert path.name.endswith("_add_language.sql")
    assert path.read_text(encoding="utf-8") == "select 1;\n"
    assert said.startswith(f"wrote {path}: ")

    assert deliver("add_more", "", Release(1, 0, 0), tmp_path).startswith("Nothing to do")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("add_language", 0, "Nothing to do: the migrations match the schemas."),
        ("../language", 2, "a name is letters a to z, digits and underscores"),
    ],
)
def test_the_command_compares_databases_of_its_own(name: str, code: int, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.next_migration", name],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, said in done.stdout + done.stderr) == (code, True), done.stderr


def test_the_proposal_comes_after_every_other_migration(tmp_path: Path) -> None:
    assert file_for("add_language", tmp_path).name.endswith("_add_language.sql")
    (tmp_path / "29990101000000_far.sql").touch()
    assert file_for("add_language", tmp_path).name == "29990101000001_add_language.sql"
