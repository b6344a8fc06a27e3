"""One tenant's waiting requests do not use up the connections that all share.

Writers of one tenant's assessments come one after the other. A few may wait for a while; the others are
refused soon, with a reason and what to do.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.py.harness.api import RunningApi
from tests.py.harness.databases import claims_text
from tests.py.harness.people import People, Tenant
from tests.py.harness.sessions import DEFINITION

WAITING = 5
PLACES = 10
MANY = 30


@pytest.fixture
def tenant(api: RunningApi, api_people: People) -> Tenant:
    """A tenant with an assessment, in an API without other load."""
    made = api_people.tenant()
    api.database.connect().execute(
        "insert into public.custom_assessments (tenant_id, created_by, name, definition)"
        " values (%s, %s, 'Mine', %s)",
        [made.id, made.owner.id, Jsonb(DEFINITION)],
    )
    return made


@contextmanager
def line_taken(api: RunningApi, tenant: Tenant) -> Iterator[None]:
    """While a large insert of the tenant runs."""
    large = api.database.connect_as("authenticated", tenant.owner.id)
    large.autocommit = False
    large.execute(
        "insert into public.custom_assessments (tenant_id, name, definition)"
        " select %s, 'Large ' || n, %s from generate_series(1, 3) as n",
        [tenant.id, Jsonb(DEFINITION)],
    )
    try:
        yield
    finally:
        large.rollback()


def requests(api: RunningApi, tenant: Tenant) -> dict[str, Callable[[], httpx.Response]]:
    """The tenant's requests over the API, one each."""
    headers = {
        "apikey": api.keys.anon,
        "Authorization": f"Bearer {api.token(tenant.owner)}",
        "Prefer": "return=minimal",
    }
    where = f"{api.url}/rest/v1/custom_assessments"
    mine = f"{where}?tenant_id=eq.{tenant.id}&name=eq.Mine"
    small = {"tenant_id": str(tenant.id), "name": "Small", "definition": DEFINITION}
    return {
        "insert": lambda: httpx.post(where, headers=headers, json=small, timeout=30),
        "update": lambda: httpx.patch(mine, headers=headers, json={"description": "New."}, timeout=30),
        "delete": lambda: httpx.delete(mine, headers=headers, timeout=30),
        "list": lambda: httpx.get(f"{where}?select=id", headers=headers, timeout=30),
    }


def refusal(answer: httpx.Response) -> tuple[int, Any]:
    """The status and the reason of an answer."""
    return answer.status_code, json.loads(answer.json()["details"])["reason"] if answer.content else None


@pytest.mark.parametrize("what", ["insert", "update", "delete"])
def test_waiting_ends_with_busy(api: RunningApi, tenant: Tenant, what: str) -> None:
    do = requests(api, tenant)[what]
    with line_taken(api, tenant):
        answer = do()
        assert refusal(answer) == (429, "BUSY")
        assert answer.json()["code"] == "PT429"
        assert answer.json()["hint"].startswith("Nothing was changed. Try again")
    assert do().status_code in (201, 204)


def test_a_refusal_leaves_the_api_its_connections(api: RunningApi, tenant: Tenant) -> None:
    """PostgREST treats a 503 as the database's absence, and would reconnect for everyone."""
    do = requests(api, tenant)
    assert do["list"]().status_code == 200
    before = connections(api)
    with line_taken(api, tenant):
        do["insert"]()
    assert do["list"]().status_code == 200
    assert before
    assert before <= connections(api)


def connections(api: RunningApi) -> set[int]:
    """The API's own connections to the database."""
    rows = api.database.connect().execute(
        "select pid from pg_stat_activity where datname = current_database() and usename = 'authenticator'"
    )
    return {row[0] for row in rows}


def test_no_more_than_a_few_wait(api: RunningApi, tenant: Tenant, api_people: People) -> None:
    """Of many requests of one tenant five wait for longer than a moment, and another tenant is served."""
    neighbour = requests(api, api_people.tenant())
    insert = requests(api, tenant)["insert"]
    watching = api.database.connect()
    with line_taken(api, tenant), ThreadPoolExecutor(MANY) as pool:
        answers = [pool.submit(insert) for _ in range(MANY)]
        waiting = []
        while not all(answer.done() for answer in answers):
            row = watching.execute(
                "select count(*) from pg_stat_activity where datname = current_database()"
                " and usename = 'authenticator' and wait_event_type = 'Lock'"
                " and query_start < clock_timestamp() - interval '0.5 seconds'"
            ).fetchone()
            assert row is not None
            waiting.append(row[0])
            assert neighbour["list"]().status_code == 200
        assert 1 <= max(waiting) <= WAITING
        assert Counter(refusal(answer.result()) for answer in answers) == {(429, "BUSY"): MANY}


@pytest.mark.parametrize(("places", "waits"), [(PLACES - 1, True), (PLACES, False)])
def test_who_comes_while_ten_wait_is_refused_at_once(
    api: RunningApi, tenant: Tenant, places: int, waits: bool
) -> None:
    database = api.database
    waiting = database.connect(autocommit=False)
    waiting.execute(
        "select pg_advisory_xact_lock(hashtextextended('line of ' || %s, place))"
        " from generate_series(1, %s) as place",
        [str(tenant.id), places],
    )
    # Postgres itself reports, here to the client, that a session waits for a lock.
    comes = database.connect("supabase_admin", autocommit=False)
    comes.execute("set deadlock_timeout = '1ms'; set log_lock_waits = on; set client_min_messages = log")
    comes.execute(
        "select set_config('request.jwt.claims', %s, false)", [claims_text("authenticated", tenant.owner.id)]
    )
    comes.execute("set role authenticated")
    told: list[str] = []
    comes.add_notice_handler(lambda notice: told.append(notice.message_primary or ""))
    with line_taken(api, tenant), pytest.raises(psycopg.Error, match="Too many requests") as refused:
        comes.execute(
            "insert into public.custom_assessments (tenant_id, name, definition) values (%s, 'Small', %s)",
            [tenant.id, Jsonb(DEFINITION)],
        )
    comes.rollback()
    waiting.rollback()
    assert refused.value.sqlstate == "PT429"
    assert any("still waiting for" in message for message in told) == waits


def test_a_few_at_once_all_get_their_turn(api: RunningApi, tenant: Tenant) -> None:
    """As many as a browser sends at once are processed one after the other, and none is refused."""
    insert = requests(api, tenant)["insert"]
    with ThreadPoolExecutor(1 + WAITING) as pool:
        for _ in range(5):
            statuses = [pool.submit(insert) for _ in range(1 + WAITING)]
            assert [answer.result().status_code for answer in statuses] == [201] * (1 + WAITING)


def test_a_shorter_limit_of_the_sessions_own_stays(api: RunningApi, tenant: Tenant) -> None:
    """A session with a shorter lock timeout keeps it; afterwards the limit is as before."""
    owner = api.database.connect_as("authenticated", tenant.owner.id)
    owner.execute("set lock_timeout = '50ms'")
    insert = (
        "insert into public.custom_assessments (tenant_id, name, definition) values (%s, 'Small', %s)"
        " returning current_setting('lock_timeout')"
    )
    with line_taken(api, tenant), pytest.raises(Exception, match="Too many requests are writing"):
        owner.execute(insert, [tenant.id, Jsonb(DEFINITION)])
    row = owner.execute(insert, [tenant.id, Jsonb(DEFINITION)]).fetchone()
    assert row == ("50ms",)
