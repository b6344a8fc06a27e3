"""The JavaScript on docs/api.md runs, from top to bottom, against the seeded database and a real worker."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema
import pytest

from stack.packages import ROOT
from tests.py.harness.api import RunningApi, api_over
from tests.py.harness.databases import Databases
from tools.api_shapes import COLUMNS, Schema, answer_name

PRELUDE = """
import { readFileSync } from "node:fs";
import WebSocket from "ws";
const options = { auth: { persistSession: false }, realtime: { transport: WebSocket } };
const markdown = readFileSync("examples/leadership-archetypes.md", "utf8");
const scores = {};
for (const name of markdown.split("## Result Categories")[0].matchAll(/^### (.+)$/gm)) scores[name[1]] = 4;
"""

EPILOGUE = """
const { data: again } = await agent.rpc("complete_assessment_session", {
  session_id: session.id, session_type: "coaching", dimension_scores: scores,
});
const { data: row } = await owner
  .from("custom_assessment_results").select("id").eq("session_id", session.id).single();
const { data: verified } = await owner.rpc("verify_result", { result_id: row.id });
console.log(JSON.stringify({
  upload: done.status,
  listed: mine.length > 0,
  refused: [refused.code, reason, faults.map((fault) => fault.path)],
  receipt,
  job,
  score: result.overall_score,
  corrected: [history.overall_score, history.result_reviews.map((one) => [one.decision, one.overall_score])],
  latest: tenants.map((one) => one.custom_assessment_results.map((each) => each.id === row.id)),
  keys: {
    interview_context: Object.keys(context),
    save_progress: Object.keys(kept),
    correct_turn: Object.keys(corrected),
    save_run: Object.keys(savedRun),
    explanation: Object.keys(explained),
    scoring_schema: Object.keys(schema),
    complete_assessment_session: Object.keys({ ...receipt, ...again }),
    session_result: Object.keys(seen),
    review_result: Object.keys(reviewed),
    session_status: Object.keys(welcome),
    withdraw_session: Object.keys(withdrawn),
    rotate_session_link: Object.keys(rotated),
    subject_export: Object.keys(exported),
    erase_session: Object.keys(erased),
    verify_result: Object.keys(verified),
    version_changes: Object.keys(changes),
    check_definition: Object.keys(checked),
    review_listing: Object.keys(approved),
    preview_context: Object.keys(preview),
    copy_assessment: Object.keys(copied),
    create_tenant: Object.keys(founded),
  },
  verified,
  answers: {
    check_definition: [checked],
    interview_context: [context, same],
    complete_assessment_session: [receipt, again],
    session_result: [seen],
    review_result: [reviewed],
    verify_result: [verified],
    version_changes: [changes],
    review_listing: [approved],
    preview_context: [preview],
    copy_assessment: [copied],
    create_tenant: [founded],
    save_progress: [kept],
    correct_turn: [corrected],
    save_run: [savedRun],
    explanation: [explained],
    session_explanation: [why],
    check_evidence: [quotes],
    scoring_schema: [schema],
    session_status: [welcome],
    withdraw_session: [withdrawn],
    rotate_session_link: [rotated],
    subject_export: [exported],
    erase_session: [erased],
  },
  columns: { diagnostics: [done.diagnostics], dimension_scores: [result.dimension_scores] },
  rules: changes.changes.map((change) => change.rule),
  listed_then: [
    approved.marketplace_status, edited.marketplace_status, edited.listed_version_id === asked.version_id,
  ],
  reviews: reviews.map((review) => review.decision),
  listings: listings.map((listing) => listing.id === done.assessment_id),
}));
"""


SCHEMA = json.loads((ROOT / "docs" / "api.schema.json").read_text(encoding="utf-8"))


def check_shape(shape: Schema, value: object) -> None:
    """Fail unless a value has a shape of docs/api.schema.json."""
    jsonschema.Draft202012Validator({**SCHEMA, **shape}).validate(value)


@pytest.fixture
def seeded_api(databases: Databases) -> Iterator[RunningApi]:
    with databases.clone("seeded") as database, api_over(database) as api:
        yield api


def test_every_example_on_the_api_page_runs(seeded_api: RunningApi) -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```js\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 25
    environment = os.environ | {
        "API_URL": seeded_api.url,
        "ANON_KEY": seeded_api.keys.anon,
        "SERVICE_ROLE_KEY": seeded_api.keys.service_role,
        "SUPABASE_URL": seeded_api.url,
        "SUPABASE_SERVICE_ROLE_KEY": seeded_api.keys.service_role,
        "OWNER_EMAIL": "owner@aldergrove.example",
        "OWNER_PASSWORD": "aldergrove-local",
    }
    worker = subprocess.Popen(
        [sys.executable, "-m", "worker", "run"], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
    )
    try:
        program = PRELUDE + "".join(blocks) + EPILOGUE
        done = subprocess.run(
            ["node", "--input-type=module", "-e", program],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        worker.terminate()
        worker.wait(10)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["upload"] == "succeeded"
    assert said["refused"] == ["PT422", "ASSESSMENT_VALIDATION_ERROR", ["$.dimensions"]]
    assert said["job"] == {"state": "succeeded", "last_error": None}
    assert said["score"] == 4
    assert said["corrected"] == [4, [["corrected", 4.25]]]
    assert said["latest"] == [[True]]
    assert said["rules"] == ["description-changed"]
    assert said["listed_then"] == ["published", "pending_review", True]
    assert said["reviews"] == ["rejected", "approved"]
    assert True not in said["listings"]
    assert said["verified"] == {"equal": True, "differences": []}
    for function, given in said["answers"].items():
        for answer in given:
            check_shape({"$ref": f"#/$defs/{answer_name(function)}"}, answer)
    for column, values in said["columns"].items():
        for value in values:
            check_shape(COLUMNS[column], value)
    answers = page.split("\n## What the functions return\n")[1].split("\n## ")[0]
    for function, keys in said["keys"].items():
        [row, *_] = [line for line in answers.splitlines() if line.startswith(f"| `{function}`")]
        assert set(keys) <= set(re.findall(r"`(\w+)`", row)), function


def test_answers_to_operators_and_owners_have_their_shapes(seeded_api: RunningApi) -> None:
    with seeded_api.database.connect() as connection:
        (found,) = connection.execute(
            "select to_jsonb(a) || jsonb_build_object('owner', t.user_id)"
            " from public.custom_assessments as a join public.tenant_profiles as t on t.id = a.tenant_id"
            " where a.status = 'active' limit 1"
        ).fetchall()[0]
        sessions = connection.execute(
            "insert into public.coaching_sessions"
            " (tenant_id, client_name, assessment_type, custom_assessment_id, access_token)"
            " values (%(t)s, 'Robin', 'custom', %(a)s, 'one'), (%(t)s, 'Kim', null, null, 'two')"
            " returning id::text",
            {"t": found["tenant_id"], "a": found["id"]},
        ).fetchall()
        asked, talk = (
            connection.execute(
                "insert into public.agent_sessions (coaching_session_id) values (%s) returning id::text", row
            ).fetchall()[0][0]
            for row in sessions
        )
        connection.commit()
    check_shape(COLUMNS["definition"], found["definition"])
    key = seeded_api.keys.service_role

    def call(function: str, **arguments: object) -> Any:
        answer = httpx.post(
            f"{seeded_api.url}/rest/v1/rpc/{function}",
            json=arguments,
            headers={"apikey": key, "Authorization": f"Bearer {key}"},
            timeout=30,
        )
        assert answer.status_code == 200, answer.text
        check_shape({"$ref": f"#/$defs/{answer_name(function)}"}, answer.json())
        return answer.json()

    session = {"session_id": sessions[0][0], "session_type": "coaching"}
    call("backfill_versions")
    assert call("exchange_jobs", worker="w", claim_limit=1000)["settled"] == []
    lost = {"jobs": [0], "attempts": [1], "outcome": "done"}
    assert call("exchange_jobs", worker="w", handed_back=[lost])["settled"]
    assert call("queue_status")
    call("repin_session", **session)
    assert call("interview_context", agent_session_id=talk) is None
    assert call("session_result", access_token="nobody's") == {"complete": False}
    assert call("session_status", access_token="nobody's") == {"state": "unavailable"}
    assert call("check_definition", definition={})["faults"]
    turns = [{"turn": 1, "speaker": "respondent", "text": "I ask.", "at": "2026-03-01T09:30:00Z"}]
    call("save_progress", agent_session_id=asked, turns=turns)
    scores = {found["definition"]["dimensions"][0]["name"]: 3}
    call("complete_assessment_session", **session, dimension_scores=scores)
    (held,) = call("subject_export", **session)["held"]
    assert held["transcript"]["turns"][0]["text"] == "I ask."
    assert held["submitted"]["job"]["state"] == "queued"
    call("erase_session", **session)
    assert call("subject_export", **session)["held"][0]["erased_at"]
    call("erase_tenant", tenant_id=found["tenant_id"])
    call("erase_account", user_id=found["owner"])
