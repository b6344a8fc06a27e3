"""After an erasure no word of a person or tenant is left: in no table, statistic, log or file of the stack.

Each text gets a mark beforehand, and the search for marks is first shown to find every one of them.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from psycopg.types.json import Jsonb

from tests.py.harness.api import RunningApi
from tests.py.harness.marks import Marks
from tests.py.harness.people import People
from tests.py.harness.sessions import DEFINITION, World, exchange, one
from worker.engine.jobs import Failed, Snapshot

RPC = "/rest/v1/rpc"
INTERVIEWS = [
    *(("coaching", end) for end in ("failed", "scored", "deleted")),
    ("campaign", "open"),
]


@dataclass
class Respondent:
    """A session of one person, with a mark in each of its texts."""

    session: uuid.UUID
    session_type: str
    talk: uuid.UUID
    token: str

    @property
    def named(self) -> dict[str, str]:
        """The arguments that name the session."""
        return {"session_id": str(self.session), "session_type": self.session_type}


class Stage:
    """A tenant that interviews people over the API."""

    def __init__(self, api: RunningApi, people: People) -> None:
        self.api = api
        self.world = World(api.database, people)
        self.postgres = self.world.postgres
        self.marks = Marks(api.database)
        self.owner = api.http(token=api.token(self.world.tenant.owner))
        self.service = api.http(api.keys.service_role)
        self.logs = [api.database.cluster.log, api.api.postgrest_log, api.api.gateway_log]
        self.campaign: uuid.UUID = one(
            self.postgres,
            "insert into public.campaigns (tenant_id, created_by, name, assessment_type,"
            " custom_assessment_id) values (%s, %s, 'Round', 'custom', %s) returning id",
            self.world.tenant.id,
            self.world.tenant.owner.id,
            self.world.assessment,
        )
        # Postgres keeps the statistics of a table that has become empty: so another tenant has rows too.
        neighbour = World(api.database, people)
        neighbour.upload("# Neighbour")
        self.fail_upload("neighbours-fault")
        self.postgres.execute(
            "insert into public.agent_sessions (coaching_session_id) values (%s)", [neighbour.add_session()]
        )
        self.postgres.execute(
            "with round as (insert into public.campaigns (tenant_id, name) values (%s, 'Next') returning id)"
            " insert into public.campaign_assignments (campaign_id) select id from round",
            [neighbour.tenant.id],
        )
        # Statistics are of columns with several values.
        for _ in range(3):
            self.add_session("coaching", {"client_name": f"Other {uuid.uuid4()}"})
            self.add_session("campaign", {"stakeholder_name": f"Other {uuid.uuid4()}"})

    def add_session(self, session_type: str, words: dict[str, Any]) -> tuple[uuid.UUID, str]:
        """A session that the owner makes; its id and its link's token."""
        table, references = (
            ("campaign_assignments", {"campaign_id": str(self.campaign)})
            if session_type == "campaign"
            else (
                "coaching_sessions",
                {
                    "tenant_id": str(self.world.tenant.id),
                    "assessment_type": "custom",
                    "custom_assessment_id": str(self.world.assessment),
                },
            )
        )
        answer = self.owner.post(
            f"/rest/v1/{table}?select=id,access_token",
            json=words | references,
            headers={"Prefer": "return=representation"},
        )
        assert answer.status_code == 201, answer.text
        (row,) = answer.json()
        return uuid.UUID(row["id"]), row["access_token"]

    def fail_upload(self, error: str) -> None:
        """Let a worker fail the only upload that is waiting."""
        worker = self.world.agent()
        (job,) = [each for each in exchange(worker, "w", claim=10)["jobs"] if each["kind"] == "compile"]
        exchange(worker, "w", [Failed(job["job"], job["attempt"], error, [])])

    def call(self, client: httpx.Client, function: str, **values: Any) -> httpx.Response:
        """Call a function of the database over the API."""
        return client.post(f"{RPC}/{function}", json=values)

    def respondent(self, session_type: str, end: str) -> Respondent:
        """A person who was interviewed, up to this end."""
        mark = self.marks.make
        words: dict[str, Any] = (
            {
                "client_name": mark("name"),
                "client_email": mark("email") + "@example.test",
                "metadata": {"notes": [mark("note")]},
            }
            if session_type == "coaching"
            else {"stakeholder_name": mark("name"), "stakeholder_email": mark("email") + "@example.test"}
        )
        session, token = self.add_session(session_type, words)
        answer = self.service.post(
            "/rest/v1/agent_sessions",
            json={
                "coaching_session_id" if session_type == "coaching" else "stakeholder_session_id": str(
                    session
                ),
                "session_context": {"remembers": mark("context")},
            },
            headers={"Prefer": "return=representation"},
        )
        assert answer.status_code == 201, answer.text
        person = Respondent(session, session_type, uuid.UUID(answer.json()[0]["id"]), token)
        said = [
            {"turn": 1, "speaker": "interviewer", "text": "Who are you?"},
            {"turn": 2, "speaker": "respondent", "text": mark("turn"), "dimensions": ["Clarity"]},
        ]
        talk = {"agent_session_id": str(person.talk)}
        for function, values in (
            ("interview_context", talk),
            ("save_progress", talk | {"turns": said}),
            ("correct_turn", talk | {"turn": 1, "speaker": "respondent"}),
            ("save_run", talk | {"run": self._run()}),
        ):
            answer = self.call(self.service, function, **values)
            assert answer.status_code == 200, answer.text
        if end != "open":
            self._complete(person, end)
        return person

    def _run(self) -> dict[str, Any]:
        """A rater's run with a mark in each of its texts, also in a quote that nobody said."""
        mark = self.marks.make
        evidence = [{"turn": 2, "quote": mark("run-quote")}]
        return {
            "key": mark("run-key"),
            "rater": {"kind": "model", "name": mark("run-rater"), "version": mark("run-version")},
            "band_order": mark("run-order"),
            "parameters": {"prompt": mark("run-parameter")},
            "items": [
                {"dimension": "Clarity", "score": 4, "evidence": evidence, "rationale": mark("run-reason")},
                {"dimension": "Courage", "score": 3},
            ],
        }

    def _complete(self, person: Respondent, end: str) -> None:
        scores = {"dimension_scores": {"Clarity": 4, "Courage": 3}}
        answer = self.call(
            self.service,
            "complete_assessment_session",
            **person.named,
            **scores,
            ai_insights=[self.marks.make("insight")],
        )
        assert answer.status_code == 200, answer.text
        worker = self.world.agent()
        (job,) = [each for each in exchange(worker, "w", claim=10)["jobs"] if each["kind"] == "score"]
        if end != "scored":
            exchange(worker, "w", [Failed(job["job"], job["attempt"], self.marks.make("failure"), [])])
        else:
            exchange(worker, "w", [Snapshot(job["job"], job["attempt"])])
            self._review(person)
        if end == "deleted":
            table = "coaching_sessions" if person.session_type == "coaching" else "campaign_assignments"
            assert self.owner.delete(f"/rest/v1/{table}?id=eq.{person.session}").status_code == 204

    def _review(self, person: Respondent) -> None:
        """Let the owner decide about the result."""
        session = f"session_id=eq.{person.session}"
        (row,) = self.owner.get(f"/rest/v1/effective_results?select=id&{session}").json()
        answer = self.call(
            self.owner,
            "review_result",
            result_id=row["id"],
            decision="corrected",
            dimension_scores={"Clarity": 3},
            reason=self.marks.make("review"),
        )
        assert answer.status_code == 200, answer.text

    def find(self) -> dict[str, set[str]]:
        """Each mark in the tables, with the tables, once Postgres has sampled them."""
        self.marks.analyze()
        return self.marks.in_tables()

    def assert_nothing_is_left(self) -> None:
        """No mark is in a table, a log or a file."""
        self.marks.clean()
        assert self.marks.in_tables() == {}
        assert self.marks.in_data_folder() == set()
        assert self.marks.in_files(self.logs) == set()


@pytest.fixture
def stage(api: RunningApi, api_people: People) -> Stage:
    return Stage(api, api_people)


def test_marks_are_found_in_statistics(stage: Stage) -> None:
    mark = stage.marks.make("value")
    connection = stage.api.database.connect()
    connection.execute("create table public.sampled (value text)")
    connection.execute("insert into public.sampled select %s from generate_series(1, 20)", [mark])
    assert stage.find()[mark] == {"public.sampled", "pg_catalog.pg_statistic"}
    connection.execute("drop table public.sampled")
    assert stage.marks.in_tables() == {}


@pytest.mark.parametrize(("session_type", "end"), INTERVIEWS)
def test_an_erased_respondent_leaves_no_words(stage: Stage, session_type: str, end: str) -> None:
    person = stage.respondent(session_type, end)
    found = stage.find()
    # What went with the row of the session is not found any more.
    stays = ("insight", "failure", "run-")
    kept = {mark for mark in stage.marks.made if end != "deleted" or any(part in mark for part in stays)}
    assert set(found) == kept
    # Even before that, the planner keeps at most what a worker reports, and no words of people.
    in_statistics = {mark for mark, tables in found.items() if "pg_catalog.pg_statistic" in tables}
    assert in_statistics <= {mark for mark in found if "failure" in mark}

    exported = stage.call(stage.owner, "subject_export", **person.named)
    assert {mark for mark in stage.marks.made if mark in exported.text} == kept

    answer = stage.call(stage.owner, "erase_session", **person.named)
    assert answer.status_code == 200, answer.text
    stage.assert_nothing_is_left()
    (held,) = stage.call(stage.owner, "subject_export", **person.named).json()["held"]
    assert held["erased_at"] is not None
    assert not any(held[part] for part in ("pin", "transcript", "kept_runs", "submitted", "runs", "result"))


def test_what_is_refused_of_a_respondent_is_in_no_table_and_no_log(stage: Stage) -> None:
    person = stage.respondent("coaching", "open")
    stored = set(stage.marks.made)
    mark = stage.marks.make
    for function, values in (
        (
            "complete_assessment_session",
            {"dimension_scores": {"Clarity": mark("score")}, "ai_insights": [mark("refused")]},
        ),
        ("complete_assessment_session", {"dimension_scores": {"Clarity": 4}, "ai_insights": mark("wrong")}),
        ("complete_assessment_session", {"runs": [{mark("key"): mark("run")}]}),
        (
            "complete_assessment_session",
            {
                "runs": [
                    {
                        "key": mark("other-key"),
                        "rater": {"kind": mark("kind"), "name": mark("rater")},
                        "language": mark("language"),
                        "started_at": mark("start"),
                        "items": [
                            {"dimension": mark("dimension"), "score": mark("text"), "band": mark("band")},
                            {"dimension": "Clarity", "unscored": mark("reason"), "rationale": [mark("why")]},
                            {"dimension": "Clarity", "score": 9, "evidence": [mark("evidence")]},
                        ],
                    }
                ]
            },
        ),
    ):
        assert stage.call(stage.service, function, **person.named, **values).status_code == 422
    for turns in (
        [{"turn": 3, "speaker": mark("speaker"), "text": mark("lost")}],
        [
            {
                "turn": 3,
                "speaker": "other",
                "text": mark("short"),
                "at": mark("time"),
                "dimensions": [mark("dimension")],
            }
        ],
    ):
        answer = stage.call(stage.service, "save_progress", agent_session_id=str(person.talk), turns=turns)
        assert answer.status_code == 422
        assert not [each for each in stage.marks.made if each in answer.text]
    quotes = [{"turn": mark("number"), "quote": [mark("quote")]}]
    answer = stage.call(stage.service, "check_evidence", agent_session_id=str(person.talk), evidence=quotes)
    assert answer.status_code == 422
    assert not [each for each in stage.marks.made if each in answer.text]
    run = {"key": mark("run-refused"), "items": [], "rater": {"kind": "human", "name": mark("person")}}
    answer = stage.call(stage.service, "save_run", agent_session_id=str(person.talk), run=run)
    assert answer.status_code == 422
    assert not [each for each in stage.marks.made if each in answer.text]
    assert set(stage.find()) == stored
    assert stage.marks.in_files(stage.logs) == set()


def test_the_search_finds_what_is_in_logs_and_files(stage: Stage) -> None:
    """Filters are in the addresses of requests, which a gateway logs: another reason to find people by id."""
    mark = stage.marks.make("searched")
    assert stage.owner.get(f"/rest/v1/coaching_sessions?client_name=eq.{mark}").json() == []
    stage.postgres.execute(f"do $$ begin raise warning '{mark}'; end $$")
    assert mark in stage.marks.in_files(stage.logs)
    stage.add_session("coaching", {"client_name": mark})
    stage.marks.clean()
    assert stage.marks.in_data_folder() == {mark}


@pytest.mark.parametrize("eraser", ["erase_tenant", "erase_account"])
def test_an_erased_tenant_leaves_no_words(stage: Stage, eraser: str) -> None:
    tenant, mark = stage.world.tenant, stage.marks.make
    for session_type in ("coaching", "campaign"):
        for end in ("open", "failed", "scored"):
            stage.respondent(session_type, end)
    stage.postgres.execute(
        "update public.tenant_profiles set slug = %s, display_name = %s where id = %s",
        [mark("slug"), mark("display"), tenant.id],
    )
    stage.postgres.execute(
        "update public.campaigns set name = %s where id = %s", [mark("round"), stage.campaign]
    )
    definition = json.loads(json.dumps(DEFINITION))
    definition["dimensions"][0]["description"] = mark("description")
    for status in ("draft", "active"):
        stage.postgres.execute(
            "insert into public.custom_assessments (tenant_id, name, definition, source_markdown, status)"
            " values (%s, %s, %s, %s, %s)",
            [tenant.id, mark(f"{status}-name"), Jsonb(definition), mark(f"{status}-source"), status],
        )
    stage.postgres.execute(
        "update public.custom_assessments set description = %s, marketplace_status = 'pending_review'"
        " where id = %s",
        [mark("listing"), stage.world.assessment],
    )
    stage.world.upload(mark("upload"))
    stage.fail_upload(mark("fault"))
    if eraser == "erase_account":
        stage.postgres.execute(
            "update auth.users set email = %s, raw_user_meta_data = %s where id = %s",
            [mark("account") + "@example.test", Jsonb({"name": mark("owner")}), tenant.owner.id],
        )
    assert set(stage.find()) == stage.marks.made

    values = {"tenant_id": str(tenant.id)} if eraser == "erase_tenant" else {"user_id": str(tenant.owner.id)}
    answer = stage.call(stage.service, eraser, **values)
    assert answer.status_code == 200, answer.text
    stage.assert_nothing_is_left()
