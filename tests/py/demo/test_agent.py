"""examples/agent.py against the database and a model's endpoint that fails in the usual ways."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import psycopg
import pytest
from postgrest.exceptions import APIError
from psycopg import sql

from examples import agent
from stack.packages import ROOT
from tests.py.harness.databases import Database
from tests.py.harness.people import People
from tools.definition_vectors import written
from worker.compiler import compile_markdown


class Unreliable(ThreadingHTTPServer):
    """An OpenAI-compatible endpoint. Each dimension has its own trouble."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = agent.Scripted()
        self.requests: list[dict[str, Any]] = []
        self.statuses: Counter[int] = Counter()
        self.always_busy = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/"

    def choice(self, body: dict[str, Any]) -> dict[str, Any] | None:
        """The message of the answer; None if the endpoint is busy."""
        self.requests.append(body)
        if self.always_busy or len(self.requests) == 1:
            return None
        schema = body["response_format"]["json_schema"]["schema"]
        right = self.script.answer(body["messages"], schema)
        first = len(body["messages"]) == 2
        troubles: dict[str, dict[str, Any]] = {
            "Decision Quality": {"content": None, "refusal": "I cannot rate people."},
            "Strategic Direction": {"content": right[: len(right) // 2] if first else right},
            "Developing People": {"content": right.replace('"score": 3', '"score": 5')},
            "Delivery Discipline": {"content": right.replace("on Mondays", "on Fridays") if first else right},
        }
        for dimension, message in troubles.items():
            if f'"{dimension}"' in schema["description"]:
                return message
        return {"content": right}


class Handler(BaseHTTPRequestHandler):
    """Answers as Unreliable says."""

    server: Unreliable

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        message = self.server.choice(body)
        status = 429 if message is None else 200
        self.server.statuses[status] += 1
        answer = json.dumps({"model": "judge-2026", "choices": [{"message": message}]}).encode()
        self.send_response(status)
        first = len(self.server.requests) == 1 and not self.server.always_busy
        self.send_header("retry-after", "Tue, 01 Dec 2026 12:00:00 GMT" if first else "0")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def endpoint() -> Iterator[Unreliable]:
    with Unreliable() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


class Talk:
    """A session with the assessment of the demo, and the calls of its agent."""

    def __init__(self, database: Database, people: People, **metadata: object) -> None:
        source = (ROOT / "examples" / "leadership-archetypes.md").read_bytes()
        definition = compile_markdown(source).definition
        assert definition is not None
        content = json.loads(written(definition.model_dump(by_alias=True, exclude_none=True)))
        content["metadata"] |= metadata
        self._owner = database.connect()
        self._agent = database.connect_as("service_role")
        assessment = self._made(
            "custom_assessments (tenant_id, name, definition, status) values (%s, %s, %s, 'active')",
            people.tenant().id,
            content["metadata"]["name"],
            json.dumps(content),
        )
        self.session = self._made(
            "coaching_sessions (tenant_id, assessment_type, custom_assessment_id)"
            " select tenant_id, 'custom', id from public.custom_assessments where id = %s",
            assessment,
        )
        self.id = self._made("agent_sessions (coaching_session_id) values (%s)", self.session)

    def _made(self, row: str, *values: object) -> str:
        """The id of a new row."""
        made = self._owner.execute(f"insert into public.{row} returning id::text".encode(), values).fetchone()
        assert made is not None
        return str(made[0])

    def call(self, name: str, values: dict[str, Any]) -> Any:
        """What PostgREST does for a client, without HTTP."""
        named = sql.SQL(", ").join(sql.SQL("{} => %s").format(sql.Identifier(key)) for key in values)
        given = [json.dumps(value) if isinstance(value, dict | list) else value for value in values.values()]
        try:
            row = self._agent.execute(
                sql.SQL("select to_json(public.{}({}))").format(sql.Identifier(name), named), given
            ).fetchone()
        except psycopg.Error as error:
            raise APIError(
                {"message": str(error.diag.message_primary), "details": str(error.diag.message_detail)}
            ) from error
        assert row is not None
        return row[0]

    def runs(self) -> list[dict[str, Any]]:
        """The runs that wait for the result."""
        row = self._owner.execute(
            "select runs from private.score_requests where session_id = %s", [self.session]
        ).fetchone()
        assert row is not None
        runs: list[dict[str, Any]] = row[0]
        return runs


def conduct(talk: Talk, model: agent.Endpoint | agent.Scripted) -> dict[str, Any]:
    """An interview from its context to the hand-in."""
    chosen = agent.Agent(talk.call, talk.id, model)
    chosen.interview(agent.Scripted().reply)
    chosen.rate()
    answer: dict[str, Any] = chosen.hand_in(talk.session)
    return answer


def outcomes(run: dict[str, Any]) -> dict[str, Any]:
    """What a run says of each dimension: the score, or the reason."""
    return {item["dimension"]: item["unscored"] or item["score"] for item in run["items"]}


def test_a_model_that_fails_in_every_way_is_reported_as_it_was(
    database: Database, people: People, endpoint: Unreliable
) -> None:
    talk = Talk(database, people)
    answer = conduct(talk, agent.Endpoint(endpoint.url, "key", "judge"))
    assert answer["queued"]
    runs = talk.runs()
    assert [run["band_order"] for run in runs] == list(agent.ORDERS)
    for run in runs:
        assert run["rater"] == {"kind": "model", "name": "judge", "version": "judge-2026"}
        assert outcomes(run) | {"Candour and Trust": 0} == {
            "Strategic Direction": 4.5,  # after half a JSON
            "Decision Quality": "refused",
            "Developing People": "out-of-range",  # the score is outside of its band
            "Candour and Trust": 0,
            "Delivery Discipline": 3.5,  # after words that nobody said
        }
    assert [outcomes(run)["Candour and Trust"] for run in runs] == [3.5, 4, 3.5]
    quotes = {each["status"] for run in runs for item in run["items"] for each in item["evidence"] or []}
    assert quotes == {"verified", "repaired"}
    assert endpoint.statuses[429] == 1


def test_a_model_sees_the_transcript_and_the_schema_in_its_order(
    database: Database, people: People, endpoint: Unreliable
) -> None:
    talk = Talk(database, people)
    conduct(talk, agent.Endpoint(endpoint.url, "key", "judge"))
    request = endpoint.requests[0]
    assert "[1] respondent: We ended the partner programme" in request["messages"][1]["content"]
    assert list(request["response_format"]["json_schema"]["schema"]["properties"]) == [
        "evidence",
        "rationale",
        "band",
        "score",
    ]


def test_an_endpoint_that_stays_busy_ends_the_agent_and_nothing_is_handed_in(
    database: Database, people: People, endpoint: Unreliable
) -> None:
    talk = Talk(database, people)
    endpoint.always_busy = True
    with pytest.raises(httpx.HTTPStatusError):
        conduct(talk, agent.Endpoint(endpoint.url, "key", "judge"))
    assert endpoint.statuses == {429: agent.ATTEMPTS}
    assert talk.call("interview_context", {"agent_session_id": talk.id})["progress"]["turns"] == 10


def test_the_scripted_stand_in_covers_an_assessment_that_requires_evidence(
    database: Database, people: People
) -> None:
    talk = Talk(database, people, evidence="required")
    assert conduct(talk, agent.Scripted())["queued"]
    assert outcomes(talk.runs()[0]) == {
        "Strategic Direction": 4.5,
        "Decision Quality": 4,
        "Developing People": 3,
        "Candour and Trust": 3.5,
        "Delivery Discipline": 3.5,
    }
