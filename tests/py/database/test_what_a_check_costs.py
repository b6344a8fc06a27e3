"""How much work an upload makes the database do, in calls of its functions: the same on every machine.

Of an upload's time in the database the check of its definition is the largest part, and what that takes are
its calls. Time is measured by the benchmarks; these numbers say why it grows, when it does.
"""

from __future__ import annotations

from collections import Counter

import pytest
from psycopg.types.json import Jsonb

from bench import documents
from tests.py.harness.databases import Connection, Database
from worker.compiler import compile_markdown

# Ten dimensions and three categories, and the names of as many dimensions in the categories' lists.
DIMENSIONS, CATEGORIES = 10, 3
# A rule more for each dimension is ten calls more: raise this where the rule is worth them.
MOST_CALLS = 205


@pytest.fixture
def connection(database: Database) -> Connection:
    """A superuser's connection that counts the calls of its transaction."""
    made = database.connect("supabase_admin", autocommit=False)
    made.execute("set track_functions = 'all'")
    return made


def compiled() -> tuple[str, str]:
    """A file as authors write it, of 10 KB, and its definition."""
    source = documents.markdown(1, 10_000)
    definition = compile_markdown(source.encode()).definition
    assert definition is not None
    assert (len(definition.dimensions), len(definition.result_categories)) == (DIMENSIONS, CATEGORIES)
    return source, definition.to_json()


def calls(connection: Connection) -> Counter[str]:
    """How often each function was called in this transaction."""
    rows = connection.execute("select funcname, calls from pg_stat_xact_user_functions").fetchall()
    return Counter(dict(rows))


def test_a_definition_is_checked_once_and_each_name_folded_once(connection: Connection) -> None:
    _, definition = compiled()
    faults = connection.execute("select private.definition_faults(%s)", [definition]).fetchone()
    assert faults == ([],)
    counted = calls(connection)
    assert counted["name_key"] == DIMENSIONS + CATEGORIES
    assert counted["fold_name"] == DIMENSIONS + 2 * CATEGORIES
    assert counted["rubric_faults"] == 1, "all rubrics have the same ranges"
    assert counted.total() <= MOST_CALLS


def test_an_upload_has_its_definition_checked_once(database: Database, connection: Connection) -> None:
    source, definition = compiled()
    connection.execute(
        "with account as ("
        "   insert into auth.users (id, email) values (gen_random_uuid(), 'a@example.test') returning id),"
        " tenant as (insert into public.tenant_profiles (user_id, slug, display_name)"
        "   select id, 'tenant', 'Tenant' from account returning id)"
        " insert into public.assessment_uploads (tenant_id, source_markdown) select id, %s from tenant",
        [source],
    )
    claimed = connection.execute("select public.exchange_jobs('w', '[]', 1)").fetchone()
    assert claimed is not None
    (job,) = claimed[0]["jobs"]
    before = calls(connection)
    answer = connection.execute(
        "select public.exchange_jobs('w', %s)",
        [Jsonb([{**job, "outcome": "compiled", "definition": definition, "diagnostics": []}])],
    ).fetchone()
    assert answer is not None
    assert answer[0]["settled"][0]["outcome"] == "succeeded"
    counted = calls(connection) - before
    assert counted["definition_faults"] == 1
    assert counted["content_hash"] == 2, "to look for equal ones, and for the index"
