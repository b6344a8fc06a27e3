"""The JavaScript on docs/api.md runs, from top to bottom, against the seeded database and a real worker."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from stack.packages import ROOT
from tests.py.harness.api import RunningApi, api_over
from tests.py.harness.databases import Databases

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
  latest: tenants.map((one) => one.custom_assessment_results.map((each) => each.id === row.id)),
  keys: {
    interview_context: Object.keys(context),
    save_progress: Object.keys(kept),
    correct_turn: Object.keys(corrected),
    complete_assessment_session: Object.keys({ ...receipt, ...again }),
    session_result: Object.keys(seen),
    session_status: Object.keys(welcome),
    withdraw_session: Object.keys(withdrawn),
    rotate_session_link: Object.keys(rotated),
    verify_result: Object.keys(verified),
    version_changes: Object.keys(changes),
    check_definition: Object.keys(checked),
    review_listing: Object.keys(approved),
  },
  verified,
  rules: changes.changes.map((change) => change.rule),
  listed_then: [
    approved.marketplace_status, edited.marketplace_status, edited.listed_version_id === asked.version_id,
  ],
  reviews: reviews.map((review) => review.decision),
  listings: listings.map((listing) => listing.id === done.assessment_id),
}));
"""


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
    assert said["latest"] == [[True]]
    assert said["rules"] == ["description-changed"]
    assert said["listed_then"] == ["published", "pending_review", True]
    assert said["reviews"] == ["rejected", "approved"]
    assert True not in said["listings"]
    assert said["verified"] == {"equal": True, "differences": []}
    answers = page.split("\n## What the functions return\n")[1].split("\n## ")[0]
    for function, keys in said["keys"].items():
        [row, *_] = [line for line in answers.splitlines() if line.startswith(f"| `{function}`")]
        assert set(keys) <= set(re.findall(r"`(\w+)`", row)), function
