"""The Supabase CLI applies the migrations as role postgres: once, and again after a repair."""

from __future__ import annotations

from pathlib import Path

import pytest

from stack.database import migrations
from stack.packages import ROOT
from tests.py.harness.cli import SupabaseCli
from tests.py.harness.databases import Database
from tools.catalogue import catalogue


@pytest.fixture
def cli(empty_database: Database, tmp_path: Path) -> SupabaseCli:
    """The CLI, for a database like a fresh project's."""
    return SupabaseCli(empty_database, ROOT, home=tmp_path)


def test_a_second_push_has_nothing_to_do_and_a_repaired_one_changes_nothing(
    cli: SupabaseCli, empty_database: Database
) -> None:
    versions = [path.name.split("_")[0] for path in migrations()]
    first = cli("db", "push", "--include-seed")
    assert all(path.name in first for path in migrations())
    made = catalogue(empty_database.connect("supabase_admin"))
    assert len(made) > 100
    rows = "select to_jsonb(a) - 'updated_at' from public.custom_assessments as a order by id"
    seeded = empty_database.connect().execute(rows.encode()).fetchall()
    assert seeded

    assert "up to date" in cli("db", "push", "--include-seed")

    cli("migration", "repair", "--status", "reverted", *versions)
    empty_database.connect().execute("delete from supabase_migrations.seed_files where true")
    again = cli("db", "push", "--include-seed")
    assert all(path.name in again for path in migrations())
    assert catalogue(empty_database.connect("supabase_admin")) == made
    assert empty_database.connect().execute(rows.encode()).fetchall() == seeded


def test_the_list_shows_every_migration_applied(cli: SupabaseCli) -> None:
    cli("db", "push")
    listed = cli("migration", "list")
    for path in migrations():
        version = path.name.split("_")[0]
        assert listed.count(version) >= 2
