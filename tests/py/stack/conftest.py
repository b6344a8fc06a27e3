"""An API over a database without migrations: these tests cover the stack, not the schema."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.py.harness.api import RunningApi, api_over
from tests.py.harness.databases import Databases


@pytest.fixture(scope="module")
def bare_api(databases: Databases) -> Iterator[RunningApi]:
    """PostgREST and the gateway over a fresh database with one table, `notes`, which everyone can use."""
    with databases.clone("empty") as database:
        database.connect().execute(
            """
            create table public.notes (id bigint generated always as identity primary key, body text);
            grant select, insert, update, delete on public.notes to anon, authenticated, service_role;
            """
        )
        with api_over(database) as running:
            yield running
