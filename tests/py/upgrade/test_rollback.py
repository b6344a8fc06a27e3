"""The rollback restores the host, with every row, or refuses and changes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import psycopg
import pytest

from tests.py.harness.databases import Connection, Database
from tests.py.upgrade.hosts import contents, make_host, migrate, objects, roll_back, single


@pytest.mark.parametrize("assignments", ["table", "view"])
def test_the_host_is_as_it_was(empty_database: Database, assignments: str) -> None:
    connection = make_host(empty_database, "older", assignments)
    objects_before, rows_before = objects(connection), contents(connection)
    migrate(empty_database)
    make_assessment(connection)

    roll_back(empty_database)

    assert objects(connection) == objects_before
    assert contents(connection) == rows_before
    with pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("update public.campaigns set assessment_type = 'custom' where true")


def test_it_can_be_migrated_again(empty_database: Database) -> None:
    connection = make_host(empty_database, "newer", "table")
    migrate(empty_database)
    once = objects(connection)

    roll_back(empty_database)
    migrate(empty_database)

    assert objects(connection) == once


def test_a_schema_private_of_the_hosts_stays(empty_database: Database) -> None:
    connection = make_host(empty_database, "older", "table")
    connection.execute(
        """
        create schema private;
        create table private.host_table (id integer);
        create function private.host_function() returns integer language sql as 'select 1'
        """
    )
    before = objects(connection)
    migrate(empty_database)

    roll_back(empty_database)

    assert [name for name in objects(connection) if not name.endswith("in schema private")] == before


def make_assessment(connection: Connection) -> uuid.UUID:
    (assessment,) = single(
        connection,
        """
        insert into public.custom_assessments (tenant_id, name, status, definition)
        select id, 'Clear Speech', 'active', '{
          "dimensions": [{"name": "Clarity", "weight": 1, "description": "d"}], "resultCategories": []
        }' from public.tenant_profiles limit 1 returning id
        """,
    )
    assert isinstance(assessment, uuid.UUID)
    return assessment


def with_a_custom_session(connection: Connection) -> None:
    connection.execute(
        """
        insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)
        select tenant_id, 'custom', id from public.custom_assessments
        """
    )


def with_a_result(connection: Connection) -> None:
    with_a_custom_session(connection)
    connection.execute(
        """
        insert into public.custom_assessment_results
        (assessment_id, session_id, session_type, dimension_scores)
        select custom_assessment_id, id, 'coaching', '{"Clarity": 4}'
        from public.coaching_sessions where custom_assessment_id is not null
        """
    )


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (with_a_custom_session, "1 campaigns and coaching sessions have the type custom"),
        (with_a_result, "there are 1 results, which a rollback would delete"),
    ],
)
def test_what_would_be_lost_stops_it(
    empty_database: Database, given: Callable[[Connection], None], says: str
) -> None:
    connection = make_host(empty_database, "older", "table")
    migrate(empty_database)
    make_assessment(connection)
    given(connection)
    before = objects(connection)

    with pytest.raises(psycopg.errors.RaiseException, match=says):
        roll_back(empty_database)

    assert objects(connection) == before
    assert single(connection, "select count(*) from public.custom_assessments") == (1,)
