"""The keys of a scoring schema arrive in the order in which a model writes them, whatever client asks."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.py.harness.api import RunningApi
from tests.py.harness.people import People
from tests.py.harness.sessions import DEFINITION

REQUESTS = Path(__file__).with_name("requests.mjs")
ORDER = ["evidence", "rationale", "band", "score"]


@pytest.fixture
def arguments(api: RunningApi, api_people: People) -> dict[str, Any]:
    row = {
        "tenant_id": str(api_people.tenant().id),
        "name": "Clear Speech",
        "status": "active",
        "definition": DEFINITION,
    }
    (made,) = api.service().table("custom_assessments").insert(row).execute().data
    assert isinstance(made, dict)
    return {"version_id": made["newest_version_id"], "dimension": "Clarity", "band_order": "descending"}


@pytest.mark.parametrize("verb", ["POST", "GET"])
def test_postgrest_keeps_the_order(api: RunningApi, arguments: dict[str, Any], verb: str) -> None:
    service, path = api.http(api.keys.service_role), "/rest/v1/rpc/scoring_schema"
    answer = service.post(path, json=arguments) if verb == "POST" else service.get(path, params=arguments)
    assert answer.status_code == 200
    places = [answer.text.index(f'"{key}"') for key in ORDER]
    assert places == sorted(places)
    assert list(answer.json()["properties"]) == answer.json()["required"] == ORDER


def test_supabase_js_keeps_the_order(api: RunningApi, arguments: dict[str, Any]) -> None:
    request = {"token": None, "key": api.keys.service_role, "rpc": "scoring_schema", "args": arguments}
    done = subprocess.run(
        ["node", REQUESTS],
        input=json.dumps([request]),
        env=os.environ | {"API_URL": api.url},
        capture_output=True,
        text=True,
        check=True,
    )
    (answer,) = json.loads(done.stdout)
    assert answer["status"] == 200
    assert list(answer["data"]["properties"]) == ORDER


def test_supabase_py_keeps_the_order(api: RunningApi, arguments: dict[str, Any]) -> None:
    schema = api.service().rpc("scoring_schema", arguments).execute().data
    assert isinstance(schema, dict)
    assert list(schema["properties"]) == ORDER
