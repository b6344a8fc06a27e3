"""The Supabase CLI applies the migrations as role postgres: once, and again after a repair."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from stack.database import migrations
from stack.packages import ROOT, find_supabase_cli
from tests.py.harness.databases import Database


class Cli:
    """The Supabase CLI, aimed at one database."""

    def __init__(self, database: Database, home: Path) -> None:
        self._target = f"--remote={database.url()}?sslmode=disable"
        self._home = home

    def __call__(self, *arguments: str) -> str:
        """Run a command that has to succeed; what it printed."""
        answer = subprocess.run(
            [find_supabase_cli(), *arguments, self._target, "--workdir", ROOT, "--yes"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=os.environ | {"DO_NOT_TRACK": "1", "HOME": str(self._home), "NO_COLOR": "1"},
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout + answer.stderr


@pytest.fixture
def cli(empty_database: Database, tmp_path: Path) -> Cli:
    """The CLI, for a database as a fresh project has it."""
    return Cli(empty_database, tmp_path)


def fingerprint(database: Database) -> list[tuple[object, ...]]:
    """What the migrations made, and who may do what with it."""
    return (
        database.connect("supabase_admin")
        .execute(
            """
        select 'relation' as kind, c.oid::regclass::text as name, c.relacl::text as detail
        from pg_class as c
        where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
        union all
        select 'column', a.attrelid::regclass::text || '.' || a.attname, concat(
          format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attacl::text, pg_get_expr(d.adbin, d.adrelid)
        )
        from pg_attribute as a
        inner join pg_class as c on c.oid = a.attrelid
        left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and a.attnum > 0
        union all
        select 'constraint', conrelid::regclass::text || '.' || conname, pg_get_constraintdef(oid)
        from pg_constraint
        where connamespace in ('public'::regnamespace, 'private'::regnamespace)
        union all
        select 'function', oid::regprocedure::text, concat(
          md5(prosrc), proacl::text, prosecdef, proconfig::text
        )
        from pg_proc
        where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
        union all
        select 'policy', concat(polrelid::regclass, '.', polname), concat(
          polcmd, polroles::text, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
        )
        from pg_policy
        union all
        select 'trigger', concat(tgrelid::regclass, '.', tgname), pg_get_triggerdef(oid)
        from pg_trigger
        where not tgisinternal
        order by 1, 2, 3
        """
        )
        .fetchall()
    )


def test_a_second_push_has_nothing_to_do_and_a_repaired_one_changes_nothing(
    cli: Cli, empty_database: Database
) -> None:
    versions = [path.name.split("_")[0] for path in migrations()]
    first = cli("db", "push", "--include-seed")
    assert all(path.name in first for path in migrations())
    made = fingerprint(empty_database)
    assert len(made) > 100
    rows = "select to_jsonb(a) - 'updated_at' from public.custom_assessments as a order by id"
    seeded = empty_database.connect().execute(rows.encode()).fetchall()
    assert seeded

    assert "up to date" in cli("db", "push", "--include-seed")

    cli("migration", "repair", "--status", "reverted", *versions)
    empty_database.connect().execute("delete from supabase_migrations.seed_files where true")
    again = cli("db", "push", "--include-seed")
    assert all(path.name in again for path in migrations())
    assert fingerprint(empty_database) == made
    assert empty_database.connect().execute(rows.encode()).fetchall() == seeded


def test_the_list_shows_every_migration_applied(cli: Cli) -> None:
    cli("db", "push")
    listed = cli("migration", "list")
    for path in migrations():
        version = path.name.split("_")[0]
        assert listed.count(version) >= 2
