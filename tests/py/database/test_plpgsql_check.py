"""The check of `supabase db lint`: plpgsql_check finds nothing in any function.

The packaged Postgres has no plpgsql_check. Debian's `postgresql-15-plpgsql-check` brings it for Postgres 15:
this runs there, on a server of its own, and is skipped where it is not installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.py.harness.databases import Database, Databases


def postgres_with_plpgsql_check() -> Path | None:
    """The folder of programs of the newest installed Postgres that has plpgsql_check."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/lib/plpgsql_check.so"))
    return found[-1].parent.parent / "bin" if found else None


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A migrated database on the server that has plpgsql_check."""
    programs = postgres_with_plpgsql_check()
    if programs is None:
        pytest.skip("no installed Postgres has plpgsql_check (Debian: postgresql-15-plpgsql-check)")
    monkeypatch.setenv("TEST_POSTGRES_BIN", str(programs))
    databases = Databases()
    try:
        with databases.clone("migrated") as database:
            database.connect("supabase_admin").execute(
                "create extension plpgsql_check with schema extensions"
            )
            yield database
    finally:
        databases.close()


FINDINGS = """
select fn.oid::regprocedure::text, found.lineno, found.level, found.message, found.hint
from pg_catalog.pg_proc as fn
join pg_catalog.pg_language on pg_language.oid = fn.prolang and lanname = 'plpgsql'
left join lateral (
  select tgrelid, tgnewtable, tgoldtable from pg_catalog.pg_trigger where tgfoid = fn.oid limit 1
) as used on true
cross join lateral extensions.plpgsql_check_function_tb(
  fn.oid, coalesce(used.tgrelid, 0), newtable => used.tgnewtable, oldtable => used.tgoldtable,
  security_warnings => true
) as found
where fn.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
"""


def test_plpgsql_check_finds_nothing(checked: Database) -> None:
    assert checked.connect("supabase_admin").execute(FINDINGS).fetchall() == []


def test_plpgsql_check_would_find_something(checked: Database) -> None:
    connection = checked.connect("supabase_admin")
    connection.execute(
        """
        create function public.careless() returns integer language plpgsql as
        $$ declare unused integer; begin return (select no_such_column from public.campaigns); end $$
        """
    )

    messages = {row[3] for row in connection.execute(FINDINGS).fetchall()}

    assert 'column "no_such_column" does not exist' in messages
