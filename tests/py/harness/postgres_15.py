"""Databases on Postgres 15, if it is installed (Debian: `postgresql-15`)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.py.harness.databases import Databases, Template

PROGRAMS = Path("/usr/lib/postgresql/15/bin")

#: Skips a test without Postgres 15, and if the whole suite runs on a chosen Postgres.
on_postgres_15 = pytest.mark.skipif(
    not (PROGRAMS / "postgres").exists() or "TEST_POSTGRES_BIN" in os.environ,
    reason="Postgres 15 is not installed (Debian: postgresql-15), or TEST_POSTGRES_BIN says which one to run",
)


@contextmanager
def older_databases(template: Template) -> Iterator[Databases]:
    """Databases on a separate Postgres 15, with `template` created and verified to be on it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TEST_POSTGRES_BIN", str(PROGRAMS))
        databases = Databases()
        try:
            with databases.clone(template) as clone:
                assert clone.connect().info.server_version // 10_000 == 15
            yield databases
        finally:
            databases.close()
