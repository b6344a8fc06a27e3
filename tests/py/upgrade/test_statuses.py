"""The status of sessions on a host: its own rule is extended and restored, and no result is lost for it."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.py.harness.databases import Connection, Database
from tests.py.upgrade.hosts import OWNER, TENANT, make_host, migrate, roll_back, single

RULES = """
select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
where contype = 'c'
  and conrelid in ('public.campaign_assignments'::regclass, 'public.coaching_sessions'::regclass)
  and pg_get_constraintdef(oid) like '%status%' order by 1, 2
"""
OWN_RULE = """
alter table public.campaign_assignments
add constraint "Our words" check (status in ('asked', 'cancelled', 'done'))
"""


def a_session_of(connection: Connection, status: str | None) -> tuple[Any, Any]:
    """An assessment, and an assignment with this status in a campaign that uses it."""
    (assessment,) = single(
        connection,
        """
        insert into public.custom_assessments (tenant_id, created_by, name, status, definition)
        values (%s, %s, 'Clear Speech', 'active', '{
          "dimensions": [{"name": "Clarity", "weight": 1, "description": "d"}], "resultCategories": []
        }') returning id
        """,
        [TENANT, OWNER],
    )
    (session,) = single(
        connection,
        """
        with made as (
          insert into public.campaigns (tenant_id, created_by, name, assessment_type, custom_assessment_id)
          values (%s, %s, 'Round', 'custom', %s) returning id
        )
        insert into public.campaign_assignments (campaign_id, status, access_token)
        select id, %s, 'a link' from made returning id
        """,
        [TENANT, OWNER, assessment, status],
    )
    return assessment, session


def score(connection: Connection, assessment: object, session: object) -> tuple[Any, ...]:
    """Write a result; what the session then says."""
    connection.execute(
        """
        insert into public.custom_assessment_results
          (assessment_id, session_id, session_type, dimension_scores, completed_at)
        values (%s, %s, 'campaign', '{"Clarity": 4}', '2026-01-05 10:00+00')
        """,
        [assessment, session],
    )
    return single(
        connection,
        "select status::text, completed_at = '2026-01-05 10:00+00'"
        " from public.campaign_assignments where id = %s",
        [session],
    )


@pytest.mark.parametrize("assignments", ["table", "view"])
def test_a_host_without_a_rule_gets_ours_and_loses_it_again(
    empty_database: Database, assignments: str
) -> None:
    connection = make_host(empty_database, "older", assignments)
    migrate(empty_database)
    tables = [row[0] for row in connection.execute(RULES)]
    assert tables == (["campaign_assignments"] if assignments == "table" else []) + ["coaching_sessions"]
    with pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("update public.coaching_sessions set client_status = 'bogus' where true")
    if assignments == "view":
        assert score(connection, *a_session_of(connection, None)) == ("completed", True)
        return

    roll_back(empty_database)
    assert connection.execute(RULES).fetchall() == []


def test_words_of_a_host_without_a_rule_stay_unchecked(empty_database: Database) -> None:
    connection = make_host(empty_database, "older", "table")
    connection.execute("update public.campaign_assignments set status = 'pending' where true")
    migrate(empty_database)
    connection.execute("update public.campaign_assignments set status = 'sent' where true")
    assert score(connection, *a_session_of(connection, "pending")) == ("completed", True)


def test_a_rule_of_the_hosts_is_extended_and_restored(empty_database: Database) -> None:
    connection = make_host(empty_database, "older", "table")
    connection.execute(OWN_RULE)
    before = connection.execute(RULES).fetchall()
    migrate(empty_database)

    assessment, session = a_session_of(connection, "asked")
    assert score(connection, assessment, session) == ("asked", True), "the host has no word completed"
    _, other = a_session_of_other(connection, assessment)
    connection.execute("update public.campaign_assignments set status = 'withdrawn' where id = %s", [other])

    connection.execute("delete from public.custom_assessment_results where true")
    connection.execute(
        "update public.campaigns set assessment_type = 'industry4', custom_assessment_id = null"
        " where custom_assessment_id is not null"
    )
    roll_back(empty_database)
    ((table, name, definition),) = connection.execute(RULES).fetchall()
    assert (table, name, definition) == (*before[0][:2], before[0][2] + " NOT VALID")
    with pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("update public.campaign_assignments set status = 'withdrawn' where true")


def a_session_of_other(connection: Connection, assessment: object) -> tuple[Any, Any]:
    """Another assignment of the same campaign."""
    return single(
        connection,
        """
        insert into public.campaign_assignments (campaign_id, status, access_token)
        select id, 'asked', 'another link' from public.campaigns where custom_assessment_id = %s
        returning campaign_id, id
        """,
        [assessment],
    )


def test_an_enum_takes_the_words_that_it_has(empty_database: Database) -> None:
    connection = make_host(empty_database, "older", "table")
    connection.execute(
        """
        create type public.progress as enum ('asked', 'cancelled', 'done');
        alter table public.campaign_assignments alter column status type public.progress
        using 'asked'::public.progress
        """
    )
    migrate(empty_database)
    assessment, session = a_session_of(connection, "cancelled")
    with pytest.raises(psycopg.Error) as refused:
        score(connection, assessment, session)
    assert refused.value.sqlstate == "PT409"
    connection.execute("update public.campaign_assignments set status = 'asked' where id = %s", [session])
    assert score(connection, assessment, session) == ("asked", True)


def test_a_trigger_of_the_hosts_loses_no_result(empty_database: Database) -> None:
    connection = make_host(empty_database, "older", "table")
    connection.execute(
        """
        create function public.never() returns trigger language plpgsql
        as $$ begin raise sqlstate 'PT418' using message = 'never'; end $$;
        create trigger never before update on public.campaign_assignments
        for each row execute function public.never()
        """
    )
    migrate(empty_database)
    assert score(connection, *a_session_of(connection, "invited")) == ("invited", None)
