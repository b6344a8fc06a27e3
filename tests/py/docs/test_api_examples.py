"""The JavaScript on docs/api.md runs, from top to bottom, against the seeded database and a real worker."""

from __future__ import annotations

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
console.log(JSON.stringify({
  upload: done.status,
  listed: mine.length > 0,
  refused: [refused.code, reason, faults.map((fault) => fault.path)],
  receipt,
  job,
  score: result.overall_score,
  link: Object.keys(seen),
  listings: listings.length,
}));
"""


@pytest.fixture
def seeded_api(databases: Databases) -> Iterator[RunningApi]:
    with databases.clone("seeded") as database, api_over(database) as api:
        yield api


def test_every_example_on_the_api_page_runs(seeded_api: RunningApi) -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```js\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 11
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
    assert '"upload":"succeeded"' in done.stdout
    assert '"refused":["PT422","ASSESSMENT_VALIDATION_ERROR",["$.dimensions"]]' in done.stdout, done.stdout
    assert '"job":{"state":"succeeded","last_error":null}' in done.stdout
    assert '"score":4' in done.stdout
