"""Fixtures besides the databases: the real API over one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.py.harness.api import RunningApi, api_over
from tests.py.harness.databases import Databases
from tests.py.harness.people import People


@pytest.fixture(scope="module")
def api(databases: Databases) -> Iterator[RunningApi]:
    """PostgREST and the gateway over a migrated database that this module's tests share.

    `api.client(key)`, `api.service()`, `api.as_user(user)` and `api.signed_in(user)` are supabase-py clients,
    `api.http(...)` speaks plain HTTP, `api.database` is underneath.
    """
    with databases.clone("migrated") as database, api_over(database) as running:
        yield running


@pytest.fixture(scope="module")
def seeded_api(databases: Databases) -> Iterator[RunningApi]:
    """Like `api`, over a database with the seed."""
    with databases.clone("seeded") as database, api_over(database) as running:
        yield running


@pytest.fixture(scope="module")
def api_people(api: RunningApi) -> People:
    """Creates accounts and tenants in the database under `api`."""
    return People(api.database.connect())
