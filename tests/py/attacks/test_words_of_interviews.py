"""The words of an interview are in the database alone: no link, no refusal, no log and no figure has them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from psycopg.types.json import Jsonb

from tests.py.harness.api import RunningApi
from tests.py.harness.databases import Connection
from tests.py.harness.people import People, Tenant
from tests.py.harness.sessions import DEFINITION, exchange, one

REST = "/rest/v1"
JSON = {"Content-Type": "application/json"}
WORDS = "Whispered-5e2a"
TURN = {"turn": 1, "speaker": "respondent", "text": WORDS, "dimensions": ["Clarity"]}
# Each is refused, or ignored; each has the words in another place.
MALFORMED: dict[str, list[dict[str, Any]]] = {
    "another text": [TURN | {"text": f"Another {WORDS}"}],
    "number": [TURN | {"turn": WORDS}],
    "speaker": [TURN | {"speaker": WORDS}],
    "speakers": [TURN | {"speaker": [WORDS]}],
    "text": [TURN | {"text": [WORDS]}],
    "long text": [TURN | {"turn": 2, "text": WORDS * 2_000}],
    "many turns": [TURN] * 2_001,
    "the same turn twice": [TURN, TURN],
    "time": [TURN | {"at": WORDS}],
    "time of day": [TURN | {"at": f"2026-03-01T09:30:00Z {WORDS}"}],
    "dimension": [TURN | {"dimensions": [WORDS]}],
    "dimensions": [TURN | {"dimensions": WORDS}],
    "dimension of a dimension": [TURN | {"dimensions": [{WORDS: WORDS}]}],
    "key": [{WORDS: WORDS}],
    "nothing but words": [WORDS],  # type: ignore[list-item]  # Not a turn, on purpose.
}

RUN = {
    "key": "first",
    "rater": {"kind": "human", "name": "Robin"},
    "items": [{"dimension": "Clarity", "score": 4, "rationale": WORDS, "evidence": [{"quote": WORDS}]}],
}
# As above, of runs: each is refused.
MALFORMED_RUNS: dict[str, object] = {
    "key": RUN | {"key": WORDS * 20},
    "rater": RUN | {"rater": WORDS},
    "kind": RUN | {"rater": {"kind": WORDS, "name": WORDS}},
    "language": RUN | {"language": WORDS},
    "parameters": RUN | {"parameters": [WORDS]},
    "time": RUN | {"started_at": WORDS},
    "items": RUN | {"items": {WORDS: WORDS}},
    "dimension": RUN | {"items": [{"dimension": WORDS, "score": 4}]},
    "score": RUN | {"items": [{"dimension": "Clarity", "score": WORDS}]},
    "reason": RUN | {"items": [{"dimension": "Clarity", "unscored": WORDS}]},
    "band": RUN | {"items": [{"dimension": "Clarity", "score": 4, "band": WORDS}]},
    "hash": RUN | {"items": [{"dimension": "Clarity", "score": 4, "prompt_sha256": WORDS}]},
    "rationale": RUN | {"items": [{"dimension": "Clarity", "score": 4, "rationale": WORDS * 400}]},
    "quote": RUN | {"items": [{"dimension": "Clarity", "score": 4, "evidence": [{"quote": WORDS * 100}]}]},
    "turn": RUN | {"items": [{"dimension": "Clarity", "score": 4, "evidence": [{"turn": WORDS}]}]},
    "nothing but words": WORDS,
}


@dataclass
class Scene:
    """A tenant's session with a link, an agent session of it, and an interview that is under way."""

    connection: Connection
    tenant: Tenant
    service: httpx.Client
    owner: httpx.Client
    anon: httpx.Client
    session: uuid.UUID
    token: str
    talk: uuid.UUID


@pytest.fixture(scope="module")
def scene(api: RunningApi, api_people: People) -> Scene:
    tenant = api_people.tenant()
    connection = api.database.connect()
    assessment = one(
        connection,
        "insert into public.custom_assessments (tenant_id, name, definition, status)"
        " values (%s, 'Clear Speech', %s, 'active') returning id",
        tenant.id,
        Jsonb(DEFINITION),
    )
    session, token = connection.execute(
        "insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)"
        " values (%s, 'custom', %s) returning id, access_token",
        [tenant.id, assessment],
    ).fetchall()[0]
    talk = one(
        connection,
        "insert into public.agent_sessions (coaching_session_id) values (%s) returning id",
        session,
    )
    made = Scene(
        connection,
        tenant,
        api.http(api.keys.service_role),
        api.http(token=api.token(tenant.owner)),
        api.http(),
        session,
        token,
        talk,
    )
    assert save(made, [TURN]).json() == {"saved": 1, "turns": 1, "last_turn": 1}
    return made


def save(scene: Scene, turns: object) -> httpx.Response:
    """The answer to a call of save_progress."""
    return scene.service.post(
        f"{REST}/rpc/save_progress", json={"agent_session_id": str(scene.talk), "turns": turns}
    )


def times_logged(api: RunningApi) -> int:
    """How often the words are in the logs of Postgres, PostgREST and the gateway."""
    logs = [api.database.cluster.log, api.api.postgrest_log, api.api.gateway_log]
    return sum(log.read_text(encoding="utf-8", errors="replace").count(WORDS) for log in logs)


def broken(scene: Scene, character: str) -> str:
    """A body with a character that Postgres cannot store in a text."""
    turn = f'{{"turn": 2, "speaker": "other", "text": "{WORDS}{character}"}}'
    return f'{{"agent_session_id": "{scene.talk}", "turns": [{turn}]}}'


@pytest.mark.parametrize("turns", MALFORMED.values(), ids=MALFORMED)
def test_no_refusal_and_no_log_has_the_words(api: RunningApi, scene: Scene, turns: object) -> None:
    before = times_logged(api)
    answer = save(scene, turns)
    assert answer.status_code in {409, 413, 422}, answer.text
    assert WORDS not in answer.text
    assert WORDS not in str(answer.headers)
    assert times_logged(api) == before


@pytest.mark.parametrize("run", MALFORMED_RUNS.values(), ids=MALFORMED_RUNS)
def test_no_refusal_of_a_run_and_no_log_has_the_words(api: RunningApi, scene: Scene, run: object) -> None:
    before = times_logged(api)
    completion = {"session_id": str(scene.session), "session_type": "coaching", "runs": [run]}
    for function, values in (
        ("save_run", {"agent_session_id": str(scene.talk), "run": run}),
        ("complete_assessment_session", completion),
    ):
        answer = scene.service.post(f"{REST}/rpc/{function}", json=values)
        assert answer.status_code == 422, answer.text
        assert WORDS not in answer.text
        assert WORDS not in str(answer.headers)
    assert times_logged(api) == before


def test_quotes_are_looked_for_by_post_only(scene: Scene) -> None:
    """Addresses are logged: an agent that asks by GET must notice at once, with its first quote."""
    asked = {"agent_session_id": str(scene.talk), "evidence": "[]"}
    answer = scene.service.get(f"{REST}/rpc/check_evidence", params=asked)
    assert (answer.status_code, "a POST request" in answer.text) == (422, True)


@pytest.mark.parametrize("character", [r"\ud800", "\x01", '"'])
def test_no_body_that_is_no_json_is_logged(api: RunningApi, scene: Scene, character: str) -> None:
    before = times_logged(api)
    answer = scene.service.post(f"{REST}/rpc/save_progress", content=broken(scene, character), headers=JSON)
    assert answer.status_code == 400
    assert WORDS not in answer.text
    assert times_logged(api) == before


def test_postgres_logs_what_it_cannot_read_unless_it_logs_no_errors(api: RunningApi, scene: Scene) -> None:
    """A known limit, on docs/operations.md: no function of ours sees these."""
    admin = api.database.connect("supabase_admin")
    rest = scene.service
    ways: dict[str, Callable[[], httpx.Response]] = {
        "a body with NUL": lambda: rest.post(
            f"{REST}/rpc/save_progress", content=broken(scene, r"\u0000"), headers=JSON
        ),
        "no JSON": lambda: rest.post(
            f"{REST}/assessment_uploads?columns=tenant_id,source_markdown",
            content=f'[{{"source_markdown": "{WORDS}" oops',
            headers=JSON,
        ),
        "no id": lambda: rest.post(f"{REST}/rpc/interview_context", json={"agent_session_id": WORDS}),
        "no date": lambda: rest.post(
            f"{REST}/rpc/complete_assessment_session",
            json={
                "session_id": str(scene.session),
                "session_type": "coaching",
                "dimension_scores": {},
                "completed_at": WORDS,
            },
        ),
        "a filter that is no id": lambda: rest.get(f"{REST}/assessment_uploads?id=eq.{WORDS}"),
    }

    def logged() -> list[str]:
        """Which of these are logged by connections that are new."""
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'authenticator'"
        )
        api.reload()
        found = []
        for name, send in ways.items():
            before = times_logged(api)
            assert send().status_code == 400, name
            if times_logged(api) > before:
                found.append(name)
        return found

    assert logged() == list(ways)
    admin.execute("alter role authenticator set log_error_verbosity = 'terse'")
    try:
        assert logged() == ["no id", "no date", "a filter that is no id"]
        admin.execute("alter role authenticator set log_min_messages = 'fatal'")
        assert logged() == []
    finally:
        admin.execute("alter role authenticator reset log_error_verbosity")
        admin.execute("alter role authenticator reset log_min_messages")


def test_no_correction_has_the_words(api: RunningApi, scene: Scene) -> None:
    before = times_logged(api)
    asked = {"agent_session_id": str(scene.talk), "turn": 1, "speaker": WORDS}
    answer = scene.service.post(f"{REST}/rpc/correct_turn", json=asked)
    assert answer.status_code == 422
    assert WORDS not in answer.text
    assert times_logged(api) == before


def test_no_visitor_reads_the_words(scene: Scene) -> None:
    """Neither with the link, nor in any table or function that a visitor or an account may call."""
    link = {"access_token": scene.token}
    for function in ("session_status", "session_result", "session_status"):
        answer = scene.anon.post(f"{REST}/rpc/{function}", json=link)
        assert answer.status_code == 200, answer.text
        assert WORDS not in answer.text
    tables = scene.service.get(f"{REST}/").json()["definitions"]
    assert "agent_sessions" in tables
    for client in (scene.anon, scene.owner):
        for table in tables:
            assert WORDS not in client.get(f"{REST}/{table}").text, table
    for name in ("turns", "transcripts"):
        assert scene.service.get(f"{REST}/{name}").status_code == 404


def test_progress_and_figures_have_no_words(api: RunningApi, scene: Scene) -> None:
    before = times_logged(api)
    asked = {"agent_session_id": str(scene.talk)}
    context = scene.service.post(f"{REST}/rpc/interview_context", json=asked)
    assert context.json()["progress"] == {
        "turns": 1,
        "last_turn": 1,
        "dimensions": ["Clarity"],
        "words_expired": False,
    }
    assert WORDS not in context.text
    scores = {
        "session_id": str(scene.session),
        "session_type": "coaching",
        "dimension_scores": {"Clarity": 4},
    }
    assert scene.service.post(f"{REST}/rpc/complete_assessment_session", json=scores).json()["queued"] is True
    assert save(scene, [TURN | {"turn": 2}]).json()["code"] == "PT409"
    # What workers, operators and their metrics get.
    assert WORDS not in str(exchange(scene.connection, "worker", claim=10))
    assert WORDS not in scene.service.post(f"{REST}/rpc/queue_status", json={}).text
    assert WORDS not in scene.service.get(f"{REST}/job_queue").text
    assert WORDS not in scene.service.post(f"{REST}/rpc/prune_jobs", json={}).text
    assert times_logged(api) == before
    kept = one(scene.connection, "select count(*) from private.turns where text = %s", WORDS)
    assert kept == 1, "the words are where this test looks for them"
