"""`make migration` proposes what leads from the migrations to the schemas, and names what it cannot write."""

from __future__ import annotations

from pathlib import Path

from tests.py.harness.databases import Database, Databases
from tools.next_migration import file_for, propose

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
    """What leads from the migrations to a database."""
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


def test_what_the_cli_does_not_see_is_named(databases: Databases, database: Database) -> None:
    database.connect().execute("alter table public.custom_assessments alter name set statistics 0")
    assert proposal(databases, database) == (
        "-- Still to be written by hand:\n--   column public.custom_assessments.name is another\n\n"
    )


def test_the_proposal_comes_after_every_other_migration(tmp_path: Path) -> None:
    assert file_for("add_language", tmp_path).name.endswith("_add_language.sql")
    (tmp_path / "29990101000000_far.sql").touch()
    assert file_for("add_language", tmp_path).name == "29990101000001_add_language.sql"
