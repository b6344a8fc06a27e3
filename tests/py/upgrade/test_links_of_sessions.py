"""A respondent's link on a host: its state, its withdrawal, its replacement, as far as the host lets them."""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest

from tests.py.harness.databases import Connection, Database
from tests.py.upgrade.hosts import OWNER, make_host, migrate, single
from tests.py.upgrade.test_statuses import a_session_of

STATUS = "select public.session_status(%s) ->> 'state'"
WITHDRAW = "select public.withdraw_session(%s) ->> 'state'"
ROTATE = "select public.rotate_session_link(%s, 'campaign') ->> 'access_token'"
# A view that shows the table through a join cannot be updated.
JOINED_VIEW = """
create or replace view public.campaign_assignments as
select session.* from public.stakeholder_sessions as session
join public.campaigns as campaign on campaign.id = session.campaign_id
"""


def answer(connection: Connection, query: str, value: object) -> Any:
    """The single value of a call."""
    return single(connection, query, [value])[0]


def respondent(database: Database) -> Connection:
    """Somebody with a link."""
    return database.connect_as("anon")


@pytest.mark.parametrize("host", ["older", "newer"])
@pytest.mark.parametrize("assignments", ["table", "view"])
def test_links_work_on_tables_and_views(empty_database: Database, host: str, assignments: str) -> None:
    connection = make_host(empty_database, host, assignments)
    migrate(empty_database)
    visitor, owner = respondent(empty_database), empty_database.connect_as("authenticated", OWNER)
    _, session = a_session_of(connection, "invited")
    assert answer(visitor, STATUS, "a link") == "open"

    given = answer(owner, ROTATE, session)
    assert re.fullmatch("[0-9a-f]{64}", given)
    assert (answer(visitor, STATUS, "a link"), answer(visitor, STATUS, given)) == ("unavailable", "open")

    (talk,) = single(
        connection,
        "insert into public.agent_sessions (stakeholder_session_id) values (%s) returning id",
        [session],
    )
    connection.execute("select public.interview_context(%s)", [talk])
    assert answer(visitor, STATUS, given) == "in_progress"
    assert answer(visitor, WITHDRAW, given) == "withdrawn"
    assert answer(visitor, STATUS, given) == "withdrawn"
    with pytest.raises(psycopg.Error) as refused:
        connection.execute("select public.interview_context(%s)", [talk])
    assert refused.value.sqlstate == "PT409"


def test_a_link_of_the_platforms_own_interviews_is_not_ours(empty_database: Database) -> None:
    make_host(empty_database, "older", "table")
    migrate(empty_database)
    visitor = respondent(empty_database)
    assert answer(visitor, STATUS, "token-1") == "unavailable"
    assert answer(visitor, WITHDRAW, "token-1") == "unavailable"


@pytest.mark.parametrize(
    ("words", "then"), [("'asked', 'cancelled'", "cancelled"), ("'asked', 'done'", "open")]
)
def test_an_enum_without_the_word_takes_cancelled_if_it_can(
    empty_database: Database, words: str, then: str
) -> None:
    connection = make_host(empty_database, "older", "table")
    connection.execute(
        f"""
        create type public.progress as enum ({words});
        alter table public.campaign_assignments alter column status type public.progress
        using 'asked'::public.progress
        """.encode()
    )
    migrate(empty_database)
    a_session_of(connection, "asked")
    assert answer(respondent(empty_database), WITHDRAW, "a link") == then


def test_a_trigger_of_the_hosts_that_refuses_leaves_the_session_as_it_is(empty_database: Database) -> None:
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
    _, session = a_session_of(connection, "invited")
    assert answer(respondent(empty_database), WITHDRAW, "a link") == "open"
    with pytest.raises(psycopg.Error) as refused:
        answer(empty_database.connect_as("authenticated", OWNER), ROTATE, session)
    assert refused.value.sqlstate == "PT418", "the host's own word"


def test_a_view_that_cannot_be_updated_is_only_read(empty_database: Database) -> None:
    connection = make_host(empty_database, "older", "view")
    connection.execute(JOINED_VIEW)
    migrate(empty_database)
    (campaign,) = single(
        connection,
        "select campaign_id from public.stakeholder_sessions order by id limit 1",
    )
    (assessment,) = single(
        connection,
        """
        insert into public.custom_assessments (tenant_id, created_by, name, status, definition)
        select tenant_id, %s, 'Clear Speech', 'active', '{
          "dimensions": [{"name": "Clarity", "weight": 1, "description": "d"}], "resultCategories": []
        }' from public.campaigns where id = %s returning id
        """,
        [OWNER, campaign],
    )
    connection.execute(
        "update public.campaigns set assessment_type = 'custom', custom_assessment_id = %s where id = %s",
        [assessment, campaign],
    )
    session, link = single(
        connection,
        "select id, access_token from public.stakeholder_sessions where campaign_id = %s",
        [campaign],
    )
    visitor = respondent(empty_database)
    assert (answer(visitor, STATUS, link), answer(visitor, WITHDRAW, link)) == ("open", "open")
    with pytest.raises(psycopg.Error) as refused:
        answer(empty_database.connect_as("authenticated", OWNER), ROTATE, session)
    assert refused.value.sqlstate == "PT422"
    assert answer(visitor, STATUS, link) == "open"


@pytest.mark.parametrize(
    ("column", "form"),
    [
        ("uuid using gen_random_uuid()", r"[0-9a-f]{8}-[0-9a-f-]{27}"),
        ("varchar(40)", r"[0-9a-f]{40}"),
        ("text, alter column access_token set default 'own-' || gen_random_uuid()", r"own-[0-9a-f-]{36}"),
    ],
)
def test_a_new_token_is_as_the_host_makes_them(empty_database: Database, column: str, form: str) -> None:
    connection = make_host(empty_database, "older", "table")
    migrate(empty_database)
    _, session = a_session_of(connection, "invited")
    connection.execute("drop index public.idx_campaign_assignments_access_token")
    connection.execute(
        f"alter table public.campaign_assignments alter column access_token type {column}".encode()
    )
    given = answer(empty_database.connect_as("authenticated", OWNER), ROTATE, session)
    assert re.fullmatch(form, given)
    assert answer(respondent(empty_database), STATUS, given) == "open"
