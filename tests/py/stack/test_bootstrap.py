"""The bootstrap sets the same privileges on new tables as newer, and as older Supabase projects."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from stack import database as stack_database
from stack.database import DefaultPrivileges
from stack.errors import StackError
from stack.postgres import SUPERUSER
from tests.py.harness.databases import Database, Databases

API_ROLES = ("anon", "authenticated", "service_role")
READ_AND_WRITE = {"select", "insert", "update", "delete"}


@pytest.fixture
def bare(databases: Databases) -> Iterator[Database]:
    """A database in its initial state."""
    admin = databases.connect_admin()
    stack_database.create_database(admin, "bare")
    database = Database("bare", databases.cluster)
    yield database
    database.close()
    stack_database.drop_database(admin, "bare")
    admin.close()


def privileges(database: Database, table: str) -> dict[str, set[str]]:
    """What each API role can do with a table."""
    kinds = [*READ_AND_WRITE, "truncate", "references", "trigger"]
    owner = database.connect()
    return {
        role: {
            kind
            for kind in kinds
            if owner.execute("select has_table_privilege(%s, %s, %s)", [role, table, kind]).fetchone()
            == (True,)
        }
        for role in API_ROLES
    }


@pytest.mark.parametrize("kind", ["new", "old"])
def test_new_tables_of_postgres(bare: Database, kind: DefaultPrivileges) -> None:
    stack_database.bootstrap(
        bare.connect(SUPERUSER, autocommit=False), password=bare.cluster.password, default_privileges=kind
    )
    bare.connect().execute(
        """
        create table public.things (id bigserial primary key);
        create function public.act() returns integer language sql as 'select 1';
        """
    )
    leftovers = {"truncate", "references", "trigger"}
    expected = leftovers | READ_AND_WRITE if kind == "old" else leftovers
    assert privileges(bare, "public.things") == dict.fromkeys(API_ROLES, expected)
    owner = bare.connect()
    assert owner.execute("select has_function_privilege('anon', 'public.act()', 'execute')").fetchone() == (
        True,
    )
    used = owner.execute("select has_sequence_privilege('anon', 'public.things_id_seq', 'usage')").fetchone()
    assert used == (kind == "old",)


def test_another_kind_is_refused(bare: Database) -> None:
    admin = bare.connect(SUPERUSER)
    admin.execute("select set_config('stack.default_privileges', 'none', false)")
    with pytest.raises(StackError, match="must be new or old"):
        stack_database.run_file(admin, stack_database.BOOTSTRAP)


@pytest.mark.parametrize("role", API_ROLES)
def test_the_roles_of_the_api_cannot_log_in(empty_database: Database, role: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        empty_database.connect(role)


@pytest.mark.parametrize(
    ("role", "timeout"), [("anon", "3s"), ("authenticated", "8s"), ("authenticator", "8s")]
)
def test_the_roles_have_their_statement_timeouts(empty_database: Database, role: str, timeout: str) -> None:
    found = (
        empty_database.connect()
        .execute("select rolconfig from pg_catalog.pg_roles where rolname = %s", [role])
        .fetchone()
    )
    assert found is not None
    assert f"statement_timeout={timeout}" in found[0]


def test_the_servers_password_is_asked_for_over_tcp(empty_database: Database) -> None:
    url = empty_database.url().replace(empty_database.cluster.password + "@", "wrong@")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)
