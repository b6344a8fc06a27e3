"""A migration does not make a host's readers wait behind an open transaction: it fails and names it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from stack import database as stack_database
from stack.errors import StackError
from tests.py.harness.cli import SupabaseCli
from tests.py.harness.databases import Connection, Database
from tests.py.install.projects import install, make_project
from tests.py.upgrade.hosts import contents, make_host, migrate, objects

# What an open transaction of the host has done, with the tables that it has locked.
HOLDS = {
    "has read campaigns": ("select from public.campaigns limit 1", "public.campaigns"),
    "has written a coaching session": (
        "update public.coaching_sessions set client_name = 'x' where client_name = 'Client 1'",
        "public.coaching_sessions",
    ),
    "has changed an account": (
        "update auth.users set email = 'new@example.test' where email = 'owner@example.test'",
        "auth.users",
    ),
}


def pid_of(connection: Connection) -> int:
    return connection.info.backend_pid


@pytest.mark.parametrize(("statement", "table"), HOLDS.values(), ids=HOLDS)
def test_an_open_transaction_is_named_and_nothing_is_half_done(
    empty_database: Database, statement: str, table: str
) -> None:
    connection = make_host(empty_database, "older", "table")
    before = contents(connection)
    as_user = "supabase_admin" if table == "auth.users" else "postgres"
    holding, reading = empty_database.connect(as_user, autocommit=False), empty_database.connect()
    holding.execute(statement.encode())

    began = time.monotonic()
    with pytest.raises(StackError) as refusal:
        migrate(empty_database)

    message = str(refusal.value)
    assert f"55P03: {table} is locked" in message
    assert f"process {pid_of(holding)} ({as_user}, idle in transaction, since " in message
    assert "select pg_terminate_backend(<process>), then run the migrations again" in message
    assert 4 < time.monotonic() - began < 60
    reading.execute("set statement_timeout = '2s'")
    reading.execute("select count(*) from public.campaigns")
    halted = objects(connection)

    # Again, while the lock is still held: the earlier files run once more and change nothing.
    with pytest.raises(StackError, match="is locked"):
        migrate(empty_database)
    assert objects(connection) == halted

    holding.rollback()
    migrate(empty_database)
    assert contents(connection) == before


LOCKS = """
select relation::regclass::text, mode from pg_locks
where pid = pg_backend_pid() and relation = any (array[
  'public.tenant_profiles'::regclass, 'public.campaigns'::regclass, 'public.campaign_assignments'::regclass,
  'public.coaching_sessions'::regclass, 'public.agent_sessions'::regclass, 'auth.users'::regclass])
and mode in (
  'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'
)
"""


def test_every_migration_that_locks_the_hosts_tables_has_a_limit(empty_database: Database) -> None:
    make_host(empty_database, "older", "table")
    connection = empty_database.connect(autocommit=False)
    locking = set()
    for path in stack_database.migrations():
        connection.execute(path.read_bytes())
        locks = connection.execute(LOCKS).fetchall()
        (limit,) = connection.execute("show lock_timeout").fetchone() or ("",)
        if locks:
            locking.add(path.name)
            assert limit == "5s", f"{path.name} takes {locks}"
        connection.commit()
        assert connection.execute("show lock_timeout").fetchone() == ("0",), "the limit ends with its file"
        connection.commit()
    assert len(locking) > 5


def test_a_push_by_the_cli_says_what_is_in_the_way_and_goes_on_afterwards(
    empty_database: Database, tmp_path: Path
) -> None:
    connection = make_host(empty_database, "older", "table")
    project = make_project(tmp_path / "host", {})
    assert install(project).returncode == 0
    cli = SupabaseCli(empty_database, project, home=tmp_path)
    holding = empty_database.connect(autocommit=False)
    holding.execute("select from public.campaigns limit 1")

    refused = cli.run("db", "push")

    assert refused.returncode != 0
    said = refused.stdout + refused.stderr
    assert "public.campaigns is locked" in said
    assert f"process {pid_of(holding)} (postgres, idle in transaction" in said
    applied = connection.execute(
        "select name from supabase_migrations.schema_migrations order by version"
    ).fetchall()
    assert connection.execute("select to_regclass('public.custom_assessments')").fetchone() == (None,)

    holding.rollback()
    cli("db", "push")
    assert connection.execute("select to_regclass('public.custom_assessments') is null").fetchone() == (
        False,
    )
    after = connection.execute(
        "select name from supabase_migrations.schema_migrations order by version"
    ).fetchall()
    assert after[: len(applied)] == applied
    assert len(after) > len(applied)
