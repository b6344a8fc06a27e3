"""A respondent's link over the API, with supabase-py: the examples of docs/api.md, and who may not."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from postgrest.exceptions import APIError
from supabase import Client

from stack.packages import ROOT
from tests.py.harness.api import RunningApi
from tests.py.harness.people import People, Tenant
from tests.py.harness.sessions import DEFINITION


@pytest.fixture
def tenant(api_people: People) -> Tenant:
    return api_people.tenant()


@pytest.fixture
def session(api: RunningApi, tenant: Tenant) -> dict[str, Any]:
    """A coaching session that its tenant has made."""
    owner = api.as_user(tenant.owner)
    made = insert(
        owner, "custom_assessments", tenant, name="Clear Speech", definition=DEFINITION, status="active"
    )
    return insert(
        owner, "coaching_sessions", tenant, assessment_type="custom", custom_assessment_id=made["id"]
    )


def insert(client: Client, table: str, tenant: Tenant, **columns: Any) -> dict[str, Any]:
    """A row of the tenant's."""
    (row,) = client.table(table).insert({"tenant_id": str(tenant.id)} | columns).execute().data
    assert isinstance(row, dict)
    return row


def example(about: str, **names: Any) -> dict[str, Any]:
    """Run the Python on the page that mentions this."""
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    (code,) = [
        block
        for block in re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
        if about in block
    ]
    exec(code, names)
    return names


def call(client: Client, name: str, **arguments: Any) -> dict[str, Any]:
    """The answer of a function."""
    answer = client.rpc(name, arguments).execute().data
    assert isinstance(answer, dict)
    return answer


def reason(client: Client, session_id: str, session_type: str = "coaching") -> str:
    """Why a caller gets no new link."""
    with pytest.raises(APIError) as refused:
        call(client, "rotate_session_link", session_id=session_id, session_type=session_type)
    return refused.value.code or ""


def test_the_examples_in_python_run(api: RunningApi, tenant: Tenant, session: dict[str, Any]) -> None:
    owner = api.as_user(tenant.owner)
    example("tenant_settings", owner=owner, tenant_id=str(tenant.id))
    done = example(
        "session_status",
        visitor=api.client(),
        owner=owner,
        token=session["access_token"],
        session_id=session["id"],
    )
    assert (done["welcome"]["state"], done["welcome"]["name"]) == ("open", "Clear Speech")
    assert (done["welcome"]["notice"]["tenant"], done["welcome"]["notice"]["words_days"]) == (
        "Ask Robin.",
        90,
    )
    assert done["withdrawn"] == {"state": "withdrawn"}
    former, given = (
        call(api.client(), "session_status", access_token=token)["state"]
        for token in (session["access_token"], done["rotated"]["access_token"])
    )
    assert (former, given) == ("unavailable", "withdrawn")


def test_the_example_of_a_transcript_in_python_runs(api: RunningApi, session: dict[str, Any]) -> None:
    agent = api.service()
    (talk,) = agent.table("agent_sessions").insert({"coaching_session_id": session["id"]}).execute().data
    assert isinstance(talk, dict)
    done = example("save_progress", agent=agent, talk_id=talk["id"], dimension="Clarity")
    assert done["kept"] == {"saved": 1, "turns": 1, "last_turn": 3}
    assert done["corrected"] == {"turn": 3, "speaker": "other", "first_speaker": "respondent"}


def test_the_example_of_a_run_in_python_runs(api: RunningApi, session: dict[str, Any]) -> None:
    agent = api.service()
    (talk,) = agent.table("agent_sessions").insert({"coaching_session_id": session["id"]}).execute().data
    assert isinstance(talk, dict)
    text = "I ask the people whom it will affect."
    turns = [{"turn": 2, "speaker": "respondent", "text": text}]
    agent.rpc("save_progress", {"agent_session_id": talk["id"], "turns": turns}).execute()
    done = example("check_evidence", agent=agent, talk_id=talk["id"], dimension="Clarity")
    assert done["checked"] == [
        {"status": "verified", "turn": 2, "start": 0, "end": 36, "quote": text.removesuffix(".")}
    ]
    assert done["saved"] == {"saved": True, "key": "panel-1", "runs": 1}


def test_nobody_else_replaces_a_link(
    api: RunningApi, api_people: People, tenant: Tenant, session: dict[str, Any]
) -> None:
    assert reason(api.client(), session["id"]) == "42501"
    for account in (api_people.user(), api_people.tenant().owner):
        assert reason(api.as_user(account), session["id"]) == "PT404"
    assert reason(api.as_user(tenant.owner), str(uuid.uuid4())) == "PT404"
    answer = call(api.client(), "session_status", access_token=session["access_token"])
    assert answer["state"] == "open"


def test_nobody_else_writes_a_tenants_settings(
    api: RunningApi, api_people: People, tenant: Tenant, session: dict[str, Any]
) -> None:
    row = {"tenant_id": str(tenant.id), "notice": "Ask me."}
    for client in (api.client(), api.as_user(api_people.user()), api.as_user(api_people.tenant().owner)):
        with pytest.raises(APIError) as refused:
            client.table("tenant_settings").upsert(row).execute()
        assert refused.value.code == "42501"
    shown = call(api.client(), "session_status", access_token=session["access_token"])
    assert shown["notice"]["tenant"] is None


def test_a_former_owner_and_a_creator_replace_no_link(
    api: RunningApi, api_people: People, tenant: Tenant, session: dict[str, Any]
) -> None:
    """They go on reading results of campaigns that they created, and get no tokens."""
    campaign = insert(
        api.as_user(tenant.owner),
        "campaigns",
        tenant,
        name="Round",
        assessment_type="custom",
        custom_assessment_id=session["custom_assessment_id"],
    )
    (person,) = (
        api.service().table("campaign_assignments").insert({"campaign_id": campaign["id"]}).execute().data
    )
    assert isinstance(person, dict)
    heir = api_people.user()
    api.service().table("tenant_profiles").update({"user_id": str(heir.id)}).eq(
        "id", str(tenant.id)
    ).execute()
    assert reason(api.as_user(tenant.owner), str(person["id"]), "campaign") == "PT404"
    given = call(api.as_user(heir), "rotate_session_link", session_id=person["id"], session_type="campaign")
    assert given["access_token"] != person["access_token"]
