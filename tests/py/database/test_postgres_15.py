"""Every pgTAP file passes on Postgres 15 too, and a dump is restored: hosted projects run both 15 and 17.

The packaged Postgres is 17. Where Postgres 15 is installed (Debian: `postgresql-15`) the files run there too,
on a server of its own; elsewhere this is skipped. Each file undoes what it did, so most share one session, in
which functions are compiled already; those that measure costs get a clone each.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from stack import database as stack_database
from stack.packages import ROOT
from tests.py.harness.databases import Connection, Database, Databases
from tests.py.harness.people import People
from tests.py.harness.postgres_15 import PROGRAMS, older_databases, on_postgres_15
from tests.py.harness.sessions import DEFINITION, one
from tests.py.pgtap.collector import run
from tools.catalogue import catalogue, differences

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


# --- backup and restore: Postgres 15 is the one that comes with pg_dump -------------------------------------


def commands(folder: Path, source: Database, target: Database) -> list[str]:
    """The commands of docs/operations.md, for these two databases."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    found = re.search(r"\n## Backup and restore\n.*?```sh\n(.*?)```", page, re.DOTALL)
    assert found is not None
    addresses = {
        "$SOURCE": source.dsn(),
        "$TARGET": target.dsn(),
        "$TARGET_ADMIN": target.dsn("supabase_admin"),
    }
    lines = re.sub(r"\\\n\s*", "", found[1]).splitlines()
    assert len(lines) == 5
    for name in sorted(addresses, key=len, reverse=True):
        lines = [line.replace(f'"{name}"', f'"{addresses[name]}"') for line in lines]
    return [f"cd {folder} && PATH={PROGRAMS}:$PATH {line}" for line in lines]


def rows(connection: Connection) -> dict[str, list[str]]:
    """Every row of every table of ours and of the platform, as text."""
    tables = connection.execute(
        "select nspname, relname from pg_class join pg_namespace as schema on schema.oid = relnamespace"
        " where nspname in ('public', 'private') and relkind = 'r' order by 1, 2"
    ).fetchall()
    return {
        f"{schema}.{table}": [
            row
            for (row,) in connection.execute(
                sql.SQL("select each::text from {} as each order by 1").format(sql.Identifier(schema, table))
            ).fetchall()
        ]
        for schema, table in tables
    }


def test_a_project_is_restored_from_a_dump(older_server: Databases, tmp_path: Path) -> None:
    with older_server.clone("migrated") as source, older_server.clone("empty") as target:
        connection = source.connect()
        tenant = People(connection).tenant()
        assessment = one(
            connection,
            "insert into public.custom_assessments (tenant_id, name, definition, status)"
            " values (%s, 'Clear Speech', %s, 'active') returning id",
            tenant.id,
            Jsonb(DEFINITION),
        )
        connection.execute(
            "with session as (insert into public.coaching_sessions"
            " (tenant_id, assessment_type, custom_assessment_id) values (%s, 'custom', %s) returning id)"
            " insert into public.custom_assessment_results"
            " (assessment_id, session_id, session_type, dimension_scores)"
            " select %s, id, 'coaching', '{\"Clarity\": 4}' from session",
            [tenant.id, assessment, assessment],
        )
        connection.execute(
            "insert into public.assessment_uploads (tenant_id, source_markdown) values (%s, '# Waits')",
            [tenant.id],
        )
        for command in commands(tmp_path, source, target):
            done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, ""), command
        stack_database.migrate(target.connect(autocommit=False))
        restored = target.connect()
        assert rows(restored) == rows(connection)
        assert differences(catalogue(restored), catalogue(connection)) == []
        verified = "select public.verify_result(id) -> 'equal' from public.custom_assessment_results"
        assert one(restored, verified) is True
        # It goes on: the queue has its job, and the rules are in force.
        assert len(one(restored, "select public.exchange_jobs('w', '[]', 10)")["jobs"]) > 0
        with pytest.raises(Exception, match="result cannot be changed"):
            restored.execute("update public.custom_assessment_results set overall_score = 1 where true")
