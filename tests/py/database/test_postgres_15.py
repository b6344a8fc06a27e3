"""Every pgTAP file passes on Postgres 15 too: hosted projects run both 15 and 17.

The packaged Postgres is 17. Where Postgres 15 is installed (Debian: `postgresql-15`) the files run there too,
on a server of its own; elsewhere this is skipped. Each file undoes what it did, so most share one session, in
which functions are compiled already; those that measure costs get a clone each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.packages import ROOT
from tests.py.harness.databases import Connection, Databases
from tests.py.harness.postgres_15 import older_databases, on_postgres_15
from tests.py.pgtap.collector import run

FILES = sorted((ROOT / "tests" / "sql").rglob("*.test.sql"))
MEASURES = re.compile(r"\b(explain|analyze|clock_timestamp)\b")

pytestmark = on_postgres_15


@pytest.fixture(scope="module")
def older_server() -> Iterator[Databases]:
    """Databases on Postgres 15."""
    with older_databases("pgtap") as databases:
        yield databases


@pytest.fixture(scope="module")
def shared(older_server: Databases) -> Iterator[Connection]:
    """The session of most files."""
    with older_server.clone("pgtap") as clone:
        connection = clone.connect()
        # The driver would not know that its own prepared statements are gone too.
        connection.prepare_threshold = None
        yield connection


@pytest.mark.parametrize("path", FILES, ids=[f"{file.parent.name}/{file.name}" for file in FILES])
def test_file_holds_on_postgres_15(older_server: Databases, shared: Connection, path: Path) -> None:
    if MEASURES.search(path.read_text(encoding="utf-8")):
        with older_server.clone("pgtap") as clone:
            verdicts = run(path, clone.connect())
    else:
        verdicts = run(path, shared)
        shared.rollback()
        shared.execute("deallocate all")
    assert verdicts
    assert [(v.name, v.notes, v.place) for v in verdicts if not v.passed] == []
