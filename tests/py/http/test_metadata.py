"""Metadata and columns over the API: what a builder states in a definition is what a respondent gets."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.py.harness.api import RunningApi
from tests.py.harness.people import People, Tenant
from tests.py.harness.sessions import DEFINITION


@pytest.fixture
def tenant(api_people: People) -> Tenant:
    return api_people.tenant()


def with_disclosure(disclosure: str | None) -> dict[str, Any]:
    return DEFINITION | {"metadata": {} if disclosure is None else {"resultDisclosure": disclosure}}


def upserted(api: RunningApi, row: dict[str, Any]) -> dict[str, Any]:
    (made,) = (
        api.client(api.keys.service_role).table("custom_assessments").upsert(row, on_conflict="id").execute()
    ).data
    assert isinstance(made, dict)
    return made


def shown(row: dict[str, Any]) -> tuple[str, str | None]:
    return row["result_disclosure"], row["definition"]["metadata"].get("resultDisclosure")


def test_what_a_builder_hides_no_respondent_reads(api: RunningApi, tenant: Tenant) -> None:
    owner = api.http(token=api.token(tenant.owner))
    (made,) = owner.post(
        "/rest/v1/custom_assessments",
        json={
            "tenant_id": str(tenant.id),
            "name": "Clear Speech",
            "source_type": "builder",
            "status": "active",
            "definition": with_disclosure("none"),
        },
        headers={"Prefer": "return=representation"},
    ).json()
    assert made["result_disclosure"] == "none"
    token = uuid.uuid4().hex
    (session,) = (
        api.http(api.keys.service_role)
        .post(
            "/rest/v1/coaching_sessions",
            json={
                "tenant_id": str(tenant.id),
                "assessment_type": "custom",
                "custom_assessment_id": made["id"],
                "access_token": token,
            },
            headers={"Prefer": "return=representation"},
        )
        .json()
    )
    service = api.http(api.keys.service_role)
    service.post(
        "/rest/v1/custom_assessment_results",
        json={
            "session_id": session["id"],
            "session_type": "coaching",
            "assessment_id": made["id"],
            "dimension_scores": {"Clarity": 4, "Courage": 3},
        },
    ).raise_for_status()
    answer = api.http().post("/rest/v1/rpc/session_result", json={"access_token": token}).json()
    assert "Clarity" not in str(answer)
    assert "Strong" not in str(answer)


def test_an_upsert_that_says_nothing_changes_no_disclosure(api: RunningApi, tenant: Tenant) -> None:
    row = {"id": str(uuid.uuid4()), "tenant_id": str(tenant.id), "name": "Kept"}
    assert shown(upserted(api, row | {"definition": with_disclosure("none")})) == ("none", "none")
    assert shown(upserted(api, row | {"definition": with_disclosure(None)})) == ("none", None)
    assert shown(upserted(api, row | {"definition": with_disclosure("teaser")})) == ("teaser", "teaser")
    changed = row | {"definition": with_disclosure("teaser"), "result_disclosure": "teaser"}
    assert shown(upserted(api, changed)) == ("teaser", "teaser")


def test_an_upsert_that_contradicts_itself_is_refused(api: RunningApi, tenant: Tenant) -> None:
    row = {
        "id": str(uuid.uuid4()),
        "tenant_id": str(tenant.id),
        "name": "Kept",
        "definition": with_disclosure("none"),
        "result_disclosure": "teaser",
    }
    answer = api.http(api.keys.service_role).post(
        "/rest/v1/custom_assessments?on_conflict=id",
        json=row,
        headers={"Prefer": "resolution=merge-duplicates"},
    )
    assert (answer.status_code, answer.json()["message"]) == (422, "The assessment definition is not valid.")
    assert "$.metadata.resultDisclosure" in answer.json()["details"]
