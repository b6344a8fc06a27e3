"""The fixtures for databases. Their server starts when the first of them is needed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.py.harness.databases import Connection, Database, Databases, databases_of
from tests.py.harness.people import People


@pytest.fixture(scope="session")
def databases(pytestconfig: pytest.Config) -> Databases:
    """The session's server; `databases.clone(template)` creates further databases, of any scope."""
    return databases_of(pytestconfig)


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    """A migrated database of this test, without the seed."""
    with databases.clone("migrated") as clone:
        yield clone


@pytest.fixture
def seeded_database(databases: Databases) -> Iterator[Database]:
    """A migrated database of this test, with the seed."""
    with databases.clone("seeded") as clone:
        yield clone


@pytest.fixture
def empty_database(databases: Databases) -> Iterator[Database]:
    """A database of this test that looks like a fresh Supabase project: without migrations."""
    with databases.clone("empty") as clone:
        yield clone


@pytest.fixture
def connection(database: Database) -> Connection:
    """A connection to `database` as role postgres (not a superuser), in autocommit.

    Use `as_role` on it, or `database.connect_as`, where grants and policies are meant to bind.
    """
    return database.connect()


@pytest.fixture
def people(connection: Connection) -> People:
    """Creates accounts and tenants in `database`."""
    return People(connection)
