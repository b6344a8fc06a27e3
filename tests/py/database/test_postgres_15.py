"""Every pgTAP file holds on Postgres 15 too: hosted projects run both 15 and 17.

The packaged Postgres is 17. Where Postgres 15 is installed (Debian: `postgresql-15`) the files run there too,
on a server of its own and a clone for each; elsewhere this is skipped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.packages import ROOT
from tests.py.harness.databases import Databases
from tests.py.pgtap.collector import run

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
FILES = sorted((ROOT / "tests" / "sql").rglob("*.test.sql"))

pytestmark = pytest.mark.skipif(
    not (PROGRAMS / "postgres").exists() or "TEST_POSTGRES_BIN" in os.environ,
    reason="Postgres 15 is not installed (Debian: postgresql-15), or TEST_POSTGRES_BIN says which one to run",
)


@pytest.fixture(scope="module")
def older_server() -> Iterator[Databases]:
    """Databases on Postgres 15."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TEST_POSTGRES_BIN", str(PROGRAMS))
        databases = Databases()
        try:
            with databases.clone("pgtap") as clone:
                assert clone.connect().info.server_version // 10_000 == 15
            yield databases
        finally:
            databases.close()


@pytest.mark.parametrize("path", FILES, ids=[f"{file.parent.name}/{file.name}" for file in FILES])
def test_file_holds_on_postgres_15(older_server: Databases, path: Path) -> None:
    with older_server.clone("pgtap") as clone:
        verdicts = run(path, clone.connect())
    assert verdicts
    assert [(v.name, v.notes, v.place) for v in verdicts if not v.passed] == []
