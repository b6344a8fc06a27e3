"""Every pgTAP file passes on Postgres 15 too: hosted projects run both 15 and 17.

The packaged Postgres is 17. Where Postgres 15 is installed (Debian: `postgresql-15`) the files run there too,
on a server of its own and a clone for each; elsewhere this is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.packages import ROOT
from tests.py.harness.databases import Databases
from tests.py.harness.postgres_15 import older_databases, on_postgres_15
from tests.py.pgtap.collector import run

FILES = sorted((ROOT / "tests" / "sql").rglob("*.test.sql"))

pytestmark = on_postgres_15


@pytest.fixture(scope="module")
def older_server() -> Iterator[Databases]:
    """Databases on Postgres 15."""
    with older_databases("pgtap") as databases:
        yield databases


@pytest.mark.parametrize("path", FILES, ids=[f"{file.parent.name}/{file.name}" for file in FILES])
def test_file_holds_on_postgres_15(older_server: Databases, path: Path) -> None:
    with older_server.clone("pgtap") as clone:
        verdicts = run(path, clone.connect())
    assert verdicts
    assert [(v.name, v.notes, v.place) for v in verdicts if not v.passed] == []
