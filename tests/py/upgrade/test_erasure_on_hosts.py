"""Erasure on hosts whose tables have columns and rules of their own."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.py.harness.databases import Connection, Database
from tests.py.harness.marks import Marks
from tests.py.upgrade.hosts import OWNER, TENANT, migrate, single
from tests.py.upgrade.test_deletions import HOSTS, USE, Keys, make_production_host

# Columns with words about a person, which the product does not know, and columns without.
COLUMNS = """
alter table public.campaign_assignments alter column access_token set not null,
add column phone varchar(40) not null default 'none', add column answers jsonb, add column team integer;
alter table public.coaching_sessions add column notes text not null check (notes <> '') default 'none yet',
add column goals text[], add column photo bytea, add column is_member boolean,
add column greeting text generated always as ('Dear ' || client_name) stored;
alter table public.agent_sessions add column memory json, add column language text not null default 'en';
"""
A_VIEW = """
alter table public.campaign_assignments rename to stakeholder_sessions;
alter table public.stakeholder_sessions
add column access_expires_at timestamptz, add column completed_at timestamptz;
create view public.campaign_assignments as select * from public.stakeholder_sessions;
"""
SESSIONS = {
    "coaching": "select id from public.coaching_sessions where client_name = 'Client of host'",
    "campaign": "select id from public.campaign_assignments where stakeholder_name = 'Stakeholder of Own'",
}


def make_host(database: Database, keys: Keys, also: str = "") -> Connection:
    """A host in production with these columns, where the product is in use."""
    connection = make_production_host(database, keys)
    connection.execute(COLUMNS.encode())
    connection.execute(also.encode())
    migrate(database)
    connection.execute(USE.encode())
    return connection


def interview(connection: Connection, marks: Marks, session_type: str) -> dict[str, Any]:
    """Let a person be interviewed and hand the answers in, with a mark in every text."""
    (session,) = single(connection, SESSIONS[session_type])
    mark = marks.make
    reference = "coaching_session_id" if session_type == "coaching" else "stakeholder_session_id"
    talk, token = (
        single(connection, f"select id from public.agent_sessions where {reference} = %s", [session])[0],
        mark("token"),
    )
    turns = [{"turn": 1, "speaker": "respondent", "text": mark("turn")}]
    connection.execute("select public.interview_context(%s)", [talk])
    connection.execute("select public.save_progress(%s, %s)", [talk, Jsonb(turns)])
    connection.execute(
        "select public.complete_assessment_session(%s, %s, '{\"Clarity\": 4}', %s)",
        [session, session_type, Jsonb([mark("insight")])],
    )
    if session_type == "coaching":
        connection.execute(
            "update public.coaching_sessions set client_name = %s, notes = %s, goals = array[%s], photo = %s,"
            " is_member = true, access_token = %s where id = %s",
            [mark("name"), mark("notes"), mark("goal"), mark("photo").encode(), token, session],
        )
    else:
        connection.execute(
            "update public.campaign_assignments set stakeholder_name = %s, stakeholder_email = %s,"
            " phone = %s, answers = %s, team = 7, access_token = %s where id = %s",
            [mark("name"), mark("email"), mark("phone"), Jsonb([mark("answer")]), token, session],
        )
    connection.execute(
        "update public.agent_sessions set memory = %s, language = %s where id = %s",
        [Jsonb([mark("memory")]), mark("language"), talk],
    )
    return {"id": session, "type": session_type, "token": token}


def erase(connection: Connection, person: dict[str, Any]) -> dict[str, int]:
    """Erase one person; what is counted."""
    (counts,) = single(connection, "select public.erase_session(%(id)s, %(type)s)", person)
    return {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize(
    ("session_type", "keys", "also"),
    [
        ("coaching", HOSTS["everything is deleted along"], ""),
        ("campaign", HOSTS["nothing is deleted along"], ""),
        ("campaign", HOSTS["nothing is deleted along"], A_VIEW),
    ],
    ids=["a client", "a stakeholder", "a stakeholder in a view"],
)
def test_the_hosts_own_columns_are_emptied(
    empty_database: Database, session_type: str, keys: Keys, also: str
) -> None:
    connection = make_host(empty_database, keys, also)
    marks = Marks(empty_database)
    person = interview(connection, marks, session_type)
    assert set(marks.in_tables()) == marks.made
    (exported,) = single(connection, "select public.subject_export(%(id)s, %(type)s)::text", person)
    photos = {mark for mark in marks.made if "photo" in mark}
    assert {mark for mark in marks.made if mark not in exported} == photos  # It is there in hexadecimal.

    rows = "coaching_sessions" if session_type == "coaching" else "campaign_assignments"
    whole = {"score_requests": 1, "jobs": 1, "pins": 1, "turns": 1, "agent_sessions": 1}
    assert erase(connection, person) == whole | {rows: 1}
    marks.clean()
    assert marks.in_tables() == {}
    assert single(connection, "select public.session_result(%(token)s)", person) == ({"complete": False},)
    assert single(connection, f"select count(*) from public.{rows} where access_token = ''") == (0,)
    assert erase(connection, person) == {}
    kept = "is_member::text" if session_type == "coaching" else "team::text"
    assert single(connection, f"select {kept} from public.{rows} where id = %(id)s", person) in [
        ("true",),
        ("7",),
    ]
    assert single(
        connection,
        "select count(*) from public.agent_sessions where language = 'en' and agent_type is not null",
    ) != (0,)


@pytest.mark.parametrize("kind", ["uuid", "text"])
def test_a_link_ends_whatever_type_its_token_has(empty_database: Database, kind: str) -> None:
    tokens = f"""
    alter table public.coaching_sessions
    alter column access_token type {kind} using gen_random_uuid()::{kind},
    alter column access_token set not null;
    """
    connection = make_host(empty_database, Keys(), tokens)
    (session,) = single(connection, SESSIONS["coaching"])
    query = "select access_token::text from public.coaching_sessions where id = %s"
    (token,) = single(connection, query, [session])
    state = "select public.session_status(%s) ->> 'state'"
    assert single(connection, state, [token]) == ("in_progress",)

    connection.execute("select public.erase_session(%s, 'coaching')", [session])

    assert single(connection, query, [session]) != (token,)
    assert single(connection, state, [token]) == ("unavailable",)


def test_two_people_are_erased_where_links_are_unique_and_required(empty_database: Database) -> None:
    connection = make_host(empty_database, Keys())
    counts = connection.execute(
        "select public.erase_session(session.id, 'campaign') -> 'campaign_assignments'"
        " from public.campaign_assignments as session join public.campaigns as campaign"
        " on campaign.id = session.campaign_id where campaign.tenant_id = %s",
        [TENANT],
    ).fetchall()
    assert [count for (count,) in counts] == [1] * 5


def test_what_a_rule_of_the_host_keeps_is_counted(empty_database: Database) -> None:
    keeps = """
    alter table public.coaching_sessions
    add constraint names_have_length check (client_name is not null and length(client_name) between 6 and 30);
    create function public.keep_row() returns trigger language plpgsql as $$ begin return null; end $$;
    create trigger keep before update on public.agent_sessions
    for each row when (new.memory is null) execute function public.keep_row();
    """
    connection = make_host(empty_database, Keys(), keeps)
    marks = Marks(empty_database)
    person = interview(connection, marks, "coaching")

    counts = erase(connection, person)

    # The trigger lets an empty object pass.
    assert (counts["coaching_sessions"], counts["agent_sessions"], counts["columns_left"]) == (1, 1, 1)
    assert {mark.split("-")[1] for mark in marks.in_tables()} == {"name"}


@pytest.mark.parametrize("eraser", ["erase_tenant", "erase_account"])
@pytest.mark.parametrize("host", ["nothing is deleted along", "everything is deleted along"])
def test_an_erased_tenant_of_the_host_leaves_no_words(
    empty_database: Database, eraser: str, host: str
) -> None:
    connection = make_host(empty_database, HOSTS[host])
    marks = Marks(empty_database)
    interview(connection, marks, "coaching")
    interview(connection, marks, "campaign")
    connection.execute(
        "update public.tenant_profiles set display_name = %s where id = %s", [marks.make("display"), TENANT]
    )
    connection.execute(
        "update public.custom_assessments set description = %s, source_markdown = %s where name = 'Of host'",
        [marks.make("description"), marks.make("source")],
    )
    assert set(marks.in_tables()) == marks.made

    connection.execute(
        f"select public.{eraser}(%s)".encode(), [TENANT if eraser == "erase_tenant" else OWNER]
    )

    marks.clean()
    assert marks.in_tables() == {}
