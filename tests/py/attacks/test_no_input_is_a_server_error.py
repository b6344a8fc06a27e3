"""No input makes the API answer 5xx, keep it busy, or leave something behind."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from psycopg.types.json import Jsonb

from tests.py.harness.api import RunningApi
from tests.py.harness.people import People, Tenant
from tests.py.harness.sessions import DEFINITION, one

REST = "/rest/v1"
JSON = {"Content-Type": "application/json"}
# Ordinary requests take milliseconds; this leaves room for a busy machine.
SECONDS = 5.0


@dataclass
class Scene:
    """A tenant with an active assessment and one session."""

    tenant: Tenant
    owner: httpx.Client
    service: httpx.Client
    anon: httpx.Client
    assessment: uuid.UUID
    session: uuid.UUID

    def row(self, **columns: object) -> dict[str, Any]:
        """An assessment to insert."""
        return {"tenant_id": str(self.tenant.id), "name": "N", "definition": DEFINITION} | columns

    def raw(self, definition: str) -> str:
        """The same with the definition's JSON text, which Python need not be able to represent."""
        return f'{{"tenant_id": "{self.tenant.id}", "name": "Raw", "definition": {definition}}}'


@pytest.fixture(scope="module")
def scene(api: RunningApi, api_people: People) -> Scene:
    tenant = api_people.tenant()
    connection = api.database.connect()
    assessment = one(
        connection,
        "insert into public.custom_assessments (tenant_id, name, definition, status)"
        " values (%s, 'Active', %s, 'active') returning id",
        tenant.id,
        Jsonb(DEFINITION),
    )
    session = one(
        connection,
        "insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)"
        " values (%s, 'custom', %s) returning id",
        tenant.id,
        assessment,
    )
    return Scene(
        tenant,
        api.http(token=api.token(tenant.owner)),
        api.http(api.keys.service_role),
        api.http(),
        assessment,
        session,
    )


def refused(answer: httpx.Response, started: float) -> None:
    """It was a client error, and was answered quickly."""
    assert 400 <= answer.status_code < 500, answer.text[:500]
    assert time.monotonic() - started < SECONDS
    assert "\n" not in answer.reason_phrase


@pytest.mark.parametrize(
    "columns",
    [
        {"name": "a" + " " * 5_000_000, "status": "active"},
        {"name": "x" * 5_000_000},
        {"name": "nul\0"},
        {"name": None},
        {"name": "\t\r\n\u2003"},
        {"slug": "x" * 100_000},
        {"slug": "-"},
        {"slug": "a\nSet-Cookie: b=c"},
        {"version": "9" * 100_000 + ".1"},
        {"version": "1.0\n"},
        {"version": None},
        {"status": "x" * 100_000},
        {"status": "active\r\nX: y"},
        {"status": None},
        {"source_type": "\n"},
        {"description": "x" * 600_000},
        {"source_markdown": "ü" * 300_000},
        {"interview_style_default": 99_999_999_999},
        {"interview_style_default": "1e400"},
        {"tenant_id": 1},
        {"tenant_id": None},
        {"marketplace_price_tier": "x"},
        {"marketplace_status": "published"},
        {"definition": None},
        {"definition": []},
        {"definition": "x" * 1_000_000},
        {"definition": {f"k{n}": n for n in range(300_000)}},
        {"definition": DEFINITION | {"dimensions": DEFINITION["dimensions"] * 50_000}},
        {"definition": DEFINITION | {"resultCategories": [{"name": "x"}] * 100_000}},
        {"definition": DEFINITION | {"interviewGuidelines": {"probingQuestions": {"é" * 200_000: []}}}},
    ],
    ids=lambda columns: f"{next(iter(columns))}={str(next(iter(columns.values())))[:20]!r}",
)
def test_a_column_that_is_wrong_is_the_clients_fault(scene: Scene, columns: dict[str, object]) -> None:
    started = time.monotonic()
    refused(scene.owner.post(f"{REST}/custom_assessments", json=scene.row(**columns)), started)
    if "tenant_id" not in columns:
        started = time.monotonic()
        edit = scene.owner.patch(f"{REST}/custom_assessments?id=eq.{scene.assessment}", json=columns)
        # A missing slug is made from the name.
        refused(edit, started)


@pytest.mark.parametrize(
    "definition",
    [
        "1e131071",
        '{"a": 1e131071}',
        '{"a": 1e200000}',
        '{"dimensions": [{"weight": 1e-16383}], "resultCategories": []}',
        "[" * 5_000 + "]" * 5_000,
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 30_000 + "1" + "}" * 30_000,
        r'{"a": "\u0000"}',
        r'{"a": "\ud800"}',
        "{" + ",".join(f'"k{n}":[{{}}]' for n in range(200_000)) + "}",
    ],
    ids=lambda text: text[:30],
)
def test_json_that_is_hostile_is_the_clients_fault(scene: Scene, definition: str) -> None:
    started = time.monotonic()
    refused(
        scene.owner.post(f"{REST}/custom_assessments", content=scene.raw(definition), headers=JSON), started
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[",
        b"[[]]",
        b"[[[]]]",
        b'"x"x',
        b"[{}, 1]",
        b'{"id": {}}',
        b'{"definition": 1e400}',
        b'{"definition": "\xed\xa0\x80"}',
        b"[" * 100_000,
    ],
    ids=lambda body: ascii(body[:20]),
)
def test_a_body_that_is_not_json_is_the_clients_fault(scene: Scene, body: bytes) -> None:
    for path in ("custom_assessments", "assessment_uploads", "rpc/session_result"):
        started = time.monotonic()
        refused(scene.owner.post(f"{REST}/{path}", content=body, headers=JSON), started)


HUGE = "9" * 400
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("exchange_jobs", {"worker": "w", "handed_back": {}}),
    ("exchange_jobs", {"worker": "w", "handed_back": None}),
    ("exchange_jobs", {"worker": "w", "handed_back": [[{"jobs": [1], "attempts": [1]}]]}),
    ("exchange_jobs", {"worker": "w", "handed_back": [{"jobs": 1, "attempts": 1}]}),
    ("exchange_jobs", {"worker": "w", "handed_back": [{"jobs": [[1]], "attempts": [[1]]}]}),
    ("exchange_jobs", {"worker": "w", "handed_back": [{"jobs": ["1"], "attempts": [1]}]}),
    ("exchange_jobs", {"worker": "w", "handed_back": [{"jobs": [1, 2], "attempts": [1]}]}),
    ("exchange_jobs", {"worker": "w", "handed_back": [{"jobs": [1], "attempts": [None]}]}),
    ("exchange_jobs", {"worker": "w", "handed_back": [{"jobs": [1]}]}),
    ("exchange_jobs", {"worker": "w", "handed_back": [{"jobs": [1.5], "attempts": [1]}]}),
    ("exchange_jobs", {"worker": "w", "handed_back": [{"jobs": [1e30], "attempts": [1]}]}),
    ("exchange_jobs", {"worker": "w", "handed_back": [{"jobs": [1], "attempts": [1e10]}]}),
    ("exchange_jobs", {"worker": "w", "handed_back": [{"jobs": [1], "attempts": [1]}] * 1001}),
    ("exchange_jobs", {"worker": "w", "handed_back": [{"jobs": [1] * 1001, "attempts": [1] * 1001}]}),
    ("exchange_jobs", {"worker": None}),
    ("exchange_jobs", {"worker": "a\nb"}),
    ("exchange_jobs", {"worker": "w", "claim_limit": 2**40}),
    ("exchange_jobs", {"worker": "w", "claim_limit": -1}),
    ("exchange_jobs", {"worker": "w", "lease_seconds": None}),
    ("exchange_jobs", {"worker": "w", "request": "x" * 300}),
    ("extend_leases", {"worker": "w", "jobs": [1], "lease_seconds": 0}),
    ("extend_leases", {"worker": "w", "jobs": ["x"]}),
    ("rotate_session_link", {"session_id": None, "session_type": "coaching"}),
    ("rotate_session_link", {"session_id": "x", "session_type": "coaching"}),
    ("rotate_session_link", {"session_id": str(uuid.UUID(int=0)), "session_type": {}}),
    ("version_changes", {"from_version_id": None}),
    ("version_changes", {"from_version_id": "x", "definition": []}),
    (
        "declare_equivalent",
        {"assessment_id": None, "dimension": "", "from_hash": "", "to_hash": "", "note": ""},
    ),
    ("backfill_versions", {"batch": 0}),
    ("backfill_versions", {"batch": None}),
    ("retry_jobs", {}),
    ("retry_jobs", {"failed_since": "never"}),
    ("prune_jobs", {"keep": "-1 day"}),
    ("prune_jobs", {"keep": "178000000 years"}),
    ("prune_jobs", {"batch": 0}),
    ("interview_context", {"agent_session_id": None}),
    ("interview_context", {"agent_session_id": "x"}),
    ("save_progress", {"agent_session_id": None, "turns": []}),
    ("save_progress", {"agent_session_id": "00000000-0000-0000-0000-000000000000", "turns": None}),
    ("save_run", {"agent_session_id": None, "run": None}),
    ("save_run", {"agent_session_id": "00000000-0000-0000-0000-000000000000", "run": {}}),
    ("check_evidence", {"agent_session_id": None, "evidence": None}),
    ("check_evidence", {"agent_session_id": "x", "evidence": []}),
    ("correct_turn", {"agent_session_id": None, "turn": None, "speaker": None}),
    ("scoring_schema", {"version_id": None, "dimension": None, "band_order": None}),
    ("scoring_schema", {"version_id": str(uuid.UUID(int=0)), "dimension": "x" * 100_000}),
    ("verify_result", {"result_id": None}),
    ("preview_context", {}),
    ("preview_context", {"assessment_id": None, "definition": []}),
    ("preview_context", {"definition": {"dimensions": 1}}),
    ("copy_assessment", {"assessment_id": None, "tenant_id": None}),
    ("copy_assessment", {"assessment_id": "00000000-0000-0000-0000-000000000000", "tenant_id": "x"}),
    ("create_tenant", {"display_name": None}),
    ("explanation", {"session_id": None, "session_type": None}),
    ("review_result", {"result_id": None, "decision": None, "dimension_scores": None, "reason": None}),
    ("review_result", {"result_id": str(uuid.UUID(int=0)), "decision": "corrected", "dimension_scores": []}),
    ("review_result", {"result_id": "x", "decision": "withdrawn", "reason": "\u0000"}),
    ("repin_session", {"session_id": None, "session_type": None}),
    ("repin_session", {"session_id": "00000000-0000-0000-0000-000000000000", "session_type": "x"}),
    ("repin_campaign", {"campaign_id": None}),
    ("erase_session", {"session_id": None, "session_type": None}),
    ("subject_export", {"session_id": None, "session_type": None}),
    ("erase_session", {"session_id": "00000000-0000-0000-0000-000000000000", "session_type": "x"}),
    ("erase_tenant", {"tenant_id": None}),
    ("erase_account", {"user_id": None}),
]
SCORES: list[object] = [
    None,
    [],
    {},
    "x",
    {"Clarity": "4"},
    {"Clarity": None},
    {"Clarity": [4]},
    {"Clarity": 4, "CLARITY": 3},
    {"Clarity": 5.01},
    {"Clarity": -1},
    {"Clarity": 4, "nobody": 3},
    {f"k{n}": 4 for n in range(5_000)},
    {f"ü{n}": 4 for n in range(5_000)},
    {"ÜßΣ" * 9_000: 4},
    {"Clarity": 4, "x" * 100_000: 4},
]


@pytest.mark.parametrize(("function", "arguments"), CALLS, ids=lambda value: str(value)[:60])
def test_a_call_that_makes_no_sense_is_the_callers_fault(
    scene: Scene, function: str, arguments: dict[str, Any]
) -> None:
    started = time.monotonic()
    refused(scene.service.post(f"{REST}/rpc/{function}", json=arguments), started)


@pytest.mark.parametrize("scores", SCORES, ids=lambda value: str(value)[:30])
def test_scores_that_make_no_sense_are_the_agents_fault(scene: Scene, scores: object) -> None:
    completion = {"session_id": str(scene.session), "session_type": "coaching", "dimension_scores": scores}
    started = time.monotonic()
    refused(scene.service.post(f"{REST}/rpc/complete_assessment_session", json=completion), started)
    started = time.monotonic()
    result = completion | {"assessment_id": str(scene.assessment)}
    refused(scene.service.post(f"{REST}/custom_assessment_results", json=result), started)


@pytest.mark.parametrize("number", ["1e400", "1e131071", "1e200000", "-1e400", f"4.{'0' * 16_000}", HUGE])
def test_numbers_without_measure_are_the_agents_fault(scene: Scene, number: str) -> None:
    body = (
        f'{{"session_id": "{scene.session}", "session_type": "coaching",'
        f' "dimension_scores": {{"Clarity": {number}}}}}'
    )
    started = time.monotonic()
    refused(
        scene.service.post(f"{REST}/rpc/complete_assessment_session", content=body, headers=JSON), started
    )


def test_a_link_of_five_megabytes_and_none_are_unknown_links(scene: Scene) -> None:
    started = time.monotonic()
    for name, unknown in (
        ("session_result", {"complete": False}),
        ("session_explanation", {"complete": False}),
        ("session_status", {"state": "unavailable"}),
        ("withdraw_session", {"state": "unavailable"}),
    ):
        for link in ("x" * 5_000_000, None):
            answer = scene.anon.post(f"{REST}/rpc/{name}", json={"access_token": link})
            assert (answer.status_code, answer.json()) == (200, unknown)
    assert time.monotonic() - started < SECONDS


def without_limits(api: RunningApi) -> None:
    """Raise the limits that a request of many rows would meet first."""
    api.database.connect().execute(
        "update private.settings set value = most where name in ('open_uploads', 'stored_assessments')"
    )


def test_ten_thousand_uploads_in_one_request_are_taken(scene: Scene, api: RunningApi) -> None:
    without_limits(api)
    answer = scene.owner.post(
        f"{REST}/assessment_uploads",
        json=[{"tenant_id": str(scene.tenant.id), "source_markdown": f"# {n}"} for n in range(10_000)],
    )
    assert answer.status_code == 201, answer.text


def test_two_thousand_assessments_of_one_name_in_one_request_get_a_slug_each(
    scene: Scene, api: RunningApi
) -> None:
    without_limits(api)
    answer = scene.owner.post(
        f"{REST}/custom_assessments", content=json.dumps([scene.row(name="Same")] * 2_000), headers=JSON
    )
    assert answer.status_code == 201, answer.text
    last = scene.owner.get(f"{REST}/custom_assessments?select=id&slug=eq.same-2000")
    assert len(last.json()) == 1
