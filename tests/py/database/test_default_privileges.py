"""Permissions are the same on an older project, where the API can access new tables, and on a newer one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stack import database as stack_database
from tests.py.harness.databases import Connection, Databases

# All grants on relations, columns, functions, types and schemas, one row per privilege.
GRANTED = """
select kind, name, grantee::regrole::text, privilege_type, is_grantable
from (
  select 'relation' as kind, c.oid::regclass::text as name, g.*
  from pg_class as c
  cross join lateral aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) as g
  where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
    and c.relkind in ('r', 'v', 'm', 'p', 'S')
  union all
  select 'column', a.attrelid::regclass::text || '.' || a.attname, g.*
  from pg_attribute as a
  inner join pg_class as c on c.oid = a.attrelid
  cross join lateral aclexplode(a.attacl) as g
  where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
  union all
  select 'function', p.oid::regprocedure::text, g.*
  from pg_proc as p
  cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as g
  where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
  union all
  select 'schema', n.nspname::text, g.*
  from pg_namespace as n
  cross join lateral aclexplode(n.nspacl) as g
  where n.nspname in ('public', 'private')
) as granted
"""


def granted(connection: Connection) -> set[tuple[object, ...]]:
    """The grants, as rows of kind, name, grantee, privilege and whether it may be passed on."""
    return set(connection.execute(GRANTED.encode()).fetchall())


@pytest.fixture
def older() -> Iterator[Databases]:
    """A server whose projects are older ones."""
    databases = Databases()
    databases.default_privileges = "old"
    try:
        yield databases
    finally:
        databases.close()


@pytest.fixture
def newer() -> Iterator[Databases]:
    """A server with newer projects, whatever this run's own are."""
    databases = Databases()
    databases.default_privileges = "new"
    try:
        yield databases
    finally:
        databases.close()


def test_the_end_state_of_grants_is_the_same(older: Databases, newer: Databases) -> None:
    with older.clone("migrated") as old, newer.clone("migrated") as new:
        on_old, on_new = granted(old.connect()), granted(new.connect())
        assert sorted(on_old - on_new) == []
        assert sorted(on_new - on_old) == []
        assert ("relation", "custom_assessments", "anon", "SELECT", False) in on_new

        # The two do differ before the migrations run.
        for database, given in ((old, True), (new, False)):
            connection = database.connect()
            connection.execute("create table public.of_the_project (id integer)")
            may_read = ("relation", "of_the_project", "anon", "SELECT", False) in granted(connection)
            assert may_read is given


def test_a_host_that_gave_everything_gives_no_more_of_ours(older: Databases) -> None:
    """Migrating again after everything was granted to everyone closes it again."""
    with older.clone("migrated") as old:
        connection = old.connect(autocommit=False)
        before = granted(connection)
        ours = ("custom_assessments", "custom_assessment_results", "assessment_uploads", "job_queue")
        for name in (*ours, "marketplace_listings"):
            connection.execute(f"grant all on public.{name} to anon, authenticated, service_role".encode())
        connection.execute("grant all on all tables in schema private to anon, authenticated, service_role")
        connection.execute("grant execute on all functions in schema private to public, anon, authenticated")
        connection.commit()
        assert granted(connection) > before

        stack_database.migrate(connection)

        assert sorted(granted(connection) - before) == []
        assert sorted(before - granted(connection)) == []
