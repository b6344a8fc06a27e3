"""The errors of Postgres and PostgREST themselves: every line of docs/errors.md, provoked over HTTP."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.py.harness.api import RunningApi, api_over
from tests.py.harness.databases import Connection, Database, Databases
from tests.py.harness.people import People
from tests.py.harness.sessions import DEFINITION, Meanwhile, World
from tools.errors_doc import STANDING

REST = "/rest/v1"
JSON = {"Content-Type": "application/json"}


@dataclass
class Scene:
    """One tenant with an assessment, over HTTP."""

    api: RunningApi
    database: Database
    world: World
    anon: httpx.Client
    owner: httpx.Client
    service: httpx.Client

    def insert(self, **columns: object) -> httpx.Response:
        """Insert an assessment as the owner."""
        row = {"tenant_id": str(self.world.tenant.id), "name": "N", "definition": DEFINITION}
        return self.owner.post(f"{REST}/custom_assessments", json=row | columns)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Read as the owner."""
        return self.owner.get(f"{REST}/{path}", headers=headers)

    def superuser(self) -> Connection:
        """A connection in a transaction, to take locks."""
        return self.database.connect("supabase_admin", autocommit=False)


@pytest.fixture(scope="module")
def scene(databases: Databases) -> Iterator[Scene]:
    with databases.clone("migrated") as database, api_over(database) as api:
        world = World(database, People(database.connect()))
        owner = api.http(token=api.token(world.tenant.owner))
        yield Scene(api, database, world, api.http(), owner, api.http(api.keys.service_role))


def twice(scene: Scene) -> httpx.Response:
    row = {"id": str(uuid.uuid4()), "tenant_id": str(scene.world.tenant.id)}
    return scene.service.post(
        f"{REST}/coaching_sessions", json=[row, row], headers={"Prefer": "resolution=merge-duplicates"}
    )


def same_link(scene: Scene) -> httpx.Response:
    rows = [{"tenant_id": str(scene.world.tenant.id), "access_token": "same"}] * 2
    return scene.service.post(f"{REST}/coaching_sessions", json=rows)


def expired(scene: Scene) -> httpx.Response:
    token = scene.api.token(scene.world.tenant.owner, seconds=-60)
    return scene.api.http(token=token).get(f"{REST}/custom_assessments")


def deadlock(scene: Scene) -> httpx.Response:
    """A request that has locked the first row waits for the second, whose owner needs the first."""
    first, second = (scene.insert(name=name) for name in ("First", "Second"))
    assert (first.status_code, second.status_code) == (201, 201)
    rows = scene.world.postgres.execute(
        "select id from public.custom_assessments where name in ('First', 'Second') order by name"
    ).fetchall()
    ids = [row[0] for row in rows]
    other = scene.superuser()
    # The first to detect the deadlock is aborted, which must not be this session.
    other.execute("set local deadlock_timeout = '60s'")
    hold = "update public.custom_assessments set description = 'Held.' where id = %s"
    other.execute(hold, [ids[1]])
    path = f"{REST}/custom_assessments?id=in.({ids[0]},{ids[1]})"
    request = Meanwhile(lambda: scene.owner.patch(path, json={"description": "Both."}))
    waiting = "select count(*) from pg_catalog.pg_stat_activity where wait_event_type = 'Lock'"
    while scene.world.postgres.execute(waiting).fetchone() == (0,):
        time.sleep(0.01)
    other.execute(hold, [ids[0]])
    other.rollback()
    answer: httpx.Response = request.result()
    return answer


def too_slow(scene: Scene) -> httpx.Response:
    """A request that waits for a lock times out like one that computes for long."""
    holder = scene.superuser()
    holder.execute("lock table public.custom_assessments in access exclusive mode")
    try:
        return scene.anon.get(f"{REST}/custom_assessments?limit=1")
    finally:
        holder.rollback()


def body(text: bytes) -> Callable[[Scene], httpx.Response]:
    return lambda scene: scene.owner.post(f"{REST}/assessment_uploads", content=text, headers=JSON)


PROVOKED: dict[str, Callable[[Scene], httpx.Response]] = {
    "21000": twice,
    "22003": lambda s: s.insert(interview_style_default=10**30),
    "22007": lambda s: s.get("custom_assessments?created_at=gt.lately"),
    "22008": lambda s: s.get("custom_assessments?created_at=gt.300000-01-01"),
    "22P02": lambda s: s.get("custom_assessments?id=eq.7"),
    "22P05": lambda s: s.insert(definition=DEFINITION | {"note": "\0"}),
    "23502": lambda s: s.insert(assessment_type=None),
    "23503": lambda s: s.service.post(f"{REST}/coaching_sessions", json={"tenant_id": str(uuid.uuid4())}),
    "23505": same_link,
    "23514": lambda s: s.insert(source_type="fax"),
    "25006": lambda s: s.service.get(f"{REST}/rpc/erase_tenant?tenant_id={uuid.uuid4()}"),
    "40P01": deadlock,
    "42501": lambda s: s.insert(is_template=True),
    "42703": lambda s: s.get("custom_assessments?select=embedding"),
    "42883": lambda s: s.get("custom_assessments?definition=fts.x"),
    "42P01": lambda s: s.get("jobs"),
    "54000": lambda s: s.service.post(
        f"{REST}/coaching_sessions",
        json={"tenant_id": str(s.world.tenant.id), "access_token": "x" * 300_000},
    ),
    "57014": too_slow,
    "PGRST100": lambda s: s.get("custom_assessments?or=("),
    "PGRST102": body(b'[{"tenant_id": 1}, {}]'),
    "PGRST103": lambda s: s.get("custom_assessments", Range="5-2"),
    "PGRST106": lambda s: s.get("custom_assessments", **{"Accept-Profile": "private"}),
    "PGRST107": lambda s: s.get("custom_assessments", Accept="text/xml"),
    "PGRST116": lambda s: s.get("custom_assessments?limit=0", Accept="application/vnd.pgrst.object+json"),
    "PGRST200": lambda s: s.get("custom_assessments?select=*,jobs(*)"),
    "PGRST202": lambda s: s.owner.post(f"{REST}/rpc/verify_result", json={}),
    "PGRST204": body(b'{"embedding": 1}'),
    "PGRST301": expired,
}


def test_every_code_on_the_page_is_tried() -> None:
    assert sorted(each.code for each in STANDING) == sorted(PROVOKED)


@pytest.mark.parametrize("standing", STANDING, ids=lambda standing: standing.code)
def test_the_page_has_its_status(scene: Scene, standing: Any) -> None:
    answer = PROVOKED[standing.code](scene)
    assert (answer.status_code, answer.json()["code"]) == (standing.status, standing.code), answer.text[:500]
    # No answer reveals internals of the schema, and none shows a row to a caller that cannot read it.
    assert "private" not in answer.text
    if answer.request.headers["apikey"] != scene.api.keys.service_role:
        assert "Failing row" not in answer.text


def test_visitors_get_401_where_a_signed_in_account_gets_403(scene: Scene) -> None:
    answer = scene.anon.get(f"{REST}/assessment_uploads")
    assert (answer.status_code, answer.json()["code"]) == (401, "42501")


def test_what_is_not_utf_8_is_answered_in_plain_text(scene: Scene) -> None:
    """PostgREST's own error; it neither stops the server nor reaches the database."""
    answer = scene.anon.get(f"{REST}/custom_assessments?name=eq.%ff")
    assert (answer.status_code, answer.text) == (500, "Something went wrong")
    assert scene.anon.get(f"{REST}/custom_assessments?limit=1").status_code == httpx.codes.OK
