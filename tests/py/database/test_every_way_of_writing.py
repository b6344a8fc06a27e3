"""Integrity rules apply to every way of writing a row: INSERT, upsert, MERGE and COPY, for trusted writers
too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.py.harness.databases import Connection, as_role
from tests.py.harness.people import People, Tenant

DEFINITION = {
    "dimensions": [{"name": "Clarity", "weight": 1, "description": "Says what is meant."}],
    "resultCategories": [],
}

Write = Callable[[Connection, dict[str, Any]], None]


def insert(connection: Connection, row: dict[str, Any]) -> None:
    connection.execute(
        f"insert into public.custom_assessments ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})",
        list(row.values()),
    )


def upsert(connection: Connection, row: dict[str, Any]) -> None:
    connection.execute(
        f"""
        insert into public.custom_assessments ({", ".join(row)}) values ({", ".join(["%s"] * len(row))})
        on conflict (tenant_id, slug) do update set definition = excluded.definition
        """,
        list(row.values()),
    )


def merge(connection: Connection, row: dict[str, Any]) -> None:
    connection.execute(
        f"""
        merge into public.custom_assessments as present
        using (select %(tenant_id)s::uuid as tenant_id) as given on false
        when not matched then insert ({", ".join(row)}) values ({", ".join(f"%({key})s" for key in row)})
        """,
        row,
    )


def copy(connection: Connection, row: dict[str, Any]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy public.custom_assessments ({', '.join(row)}) from stdin") as writer,
    ):
        writer.write_row(list(row.values()))


@pytest.fixture(params=[insert, upsert, merge, copy])
def write(request: pytest.FixtureRequest) -> Write:
    """One way of writing a row."""
    way: Write = request.param
    return way


@pytest.fixture
def tenant(people: People) -> Tenant:
    """Who owns the rows."""
    return people.tenant()


def row_of(tenant: Tenant, **columns: Any) -> dict[str, Any]:
    """An assessment's columns; the definition as text."""
    row = {"tenant_id": str(tenant.id), "name": "Führung", "definition": DEFINITION} | columns
    return row | {"definition": json.dumps(row["definition"])}


def test_what_the_database_makes_is_made(connection: Connection, write: Write, tenant: Tenant) -> None:
    with as_role(connection, "service_role"):
        write(connection, row_of(tenant, marketplace_status=None, status="active"))

    row = connection.execute(
        """
        select slug, version, marketplace_status, created_by, published_at is not null
        from public.custom_assessments
        """
    ).fetchone()
    assert row == ("fuhrung", "1.0", "private", tenant.owner.id, True)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"definition": {}}, "PT422 ASSESSMENT_VALIDATION_ERROR"),
        ({"name": " "}, "PT422 ASSESSMENT_VALIDATION_ERROR"),
        ({"slug": "Not a slug"}, "PT422 INVALID_SLUG"),
        ({"version": "1"}, "PT422 INVALID_VERSION"),
        ({"source_markdown": "x" * 512_001}, "PT413 UPLOAD_TOO_LARGE"),
    ],
)
def test_what_may_not_be_is_refused(
    connection: Connection, write: Write, tenant: Tenant, columns: dict[str, Any], expected: str
) -> None:
    with pytest.raises(psycopg.Error) as refusal, as_role(connection, "service_role"):
        write(connection, row_of(tenant, **columns))

    assert refusal.value.diag.message_detail is not None
    reason = json.loads(refusal.value.diag.message_detail)["reason"]
    assert f"{refusal.value.sqlstate} {reason}" == expected
    assert connection.execute("select from public.custom_assessments").fetchall() == []


def test_an_owner_copies_no_better_than_it_inserts(
    connection: Connection, write: Write, tenant: Tenant
) -> None:
    with pytest.raises(psycopg.Error) as refusal, as_role(connection, "authenticated", tenant.owner.id):
        write(connection, row_of(tenant, marketplace_status="published"))

    # Roles to which policies apply cannot use COPY.
    assert refusal.value.sqlstate == ("0A000" if write is copy else "PT403")
    assert connection.execute("select from public.custom_assessments").fetchall() == []


def test_an_answer_to_an_owner_shows_no_row(connection: Connection, tenant: Tenant) -> None:
    with (
        pytest.raises(psycopg.errors.CheckViolation) as refusal,
        as_role(connection, "authenticated", tenant.owner.id),
    ):
        insert(connection, row_of(tenant, result_disclosure="some"))

    assert refusal.value.diag.constraint_name == "result_disclosure_is_known"
    assert refusal.value.diag.message_detail is None


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"metadata": {"resultDisclosure": "none"}}, ("none", "none")),
        ({"metadata": {"resultDisclosure": "none"}, "result_disclosure": "full"}, ("none", "none")),
        ({"metadata": {}, "result_disclosure": "none"}, ("none", None)),
        ({"metadata": {}}, ("full", None)),
    ],
)
def test_metadata_fills_the_columns_that_hold_their_defaults(
    connection: Connection,
    write: Write,
    tenant: Tenant,
    columns: dict[str, Any],
    expected: tuple[str, str | None],
) -> None:
    definition = DEFINITION | {"metadata": columns["metadata"]}
    stated = {name: value for name, value in columns.items() if name != "metadata"}
    with as_role(connection, "service_role"):
        write(connection, row_of(tenant, definition=definition, **stated))

    assert (
        connection.execute(
            "select result_disclosure, definition #>> '{metadata,resultDisclosure}'"
            " from public.custom_assessments"
        ).fetchone()
        == expected
    )


def test_metadata_that_contradicts_a_column_is_refused(
    connection: Connection, write: Write, tenant: Tenant
) -> None:
    row = row_of(
        tenant,
        result_disclosure="teaser",
        definition=DEFINITION | {"metadata": {"resultDisclosure": "none"}},
    )
    with pytest.raises(psycopg.Error) as refusal, as_role(connection, "service_role"):
        write(connection, row)
    faults = json.loads(refusal.value.diag.message_detail or "{}")["faults"]
    assert [fault["path"] for fault in faults] == ["result_disclosure", "$.metadata.resultDisclosure"]
