"""If an owner changes a listing while a reviewer reads it, either what was read is published, or nothing."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from stack.processes import wait_until
from tests.py.harness.api import RunningApi
from tests.py.harness.people import People
from tests.py.harness.sessions import DEFINITION, Meanwhile, one

REST = "/rest/v1"
ROWS = {"Prefer": "return=representation"}


@dataclass
class Review:
    """An assessment that waits for review, its owner, and a reviewer's account."""

    api: RunningApi
    owner: httpx.Client
    reviewer: httpx.Client
    id: uuid.UUID

    def edit(self, description: str) -> None:
        """The owner's edit."""
        answer = self.owner.patch(
            f"{REST}/custom_assessments?id=eq.{self.id}", json={"description": description}
        )
        assert answer.status_code == 204

    def read(self) -> dict[str, Any]:
        """What asks for review, as a reviewer's account reads it."""
        answer = self.reviewer.get(
            f"{REST}/listing_requests",
            params={
                "assessment_id": f"eq.{self.id}",
                "open": "is.true",
                "select": "*,assessment_versions(*)",
            },
        )
        [row] = answer.json()
        assert isinstance(row, dict)
        return row

    def approve(self, read: dict[str, Any]) -> httpx.Response:
        """The request of docs/api.md."""
        return self.reviewer.post(
            f"{REST}/rpc/review_listing",
            json={"version_id": read["version_id"], "request_id": read["id"], "decision": "approved"},
        )

    def status(self) -> str:
        """The working copy's, as its owner reads it."""
        answer = self.owner.get(f"{REST}/custom_assessments", params={"id": f"eq.{self.id}"})
        return str(answer.json()[0]["marketplace_status"])

    def listed(self) -> list[str]:
        """What everyone can read of it."""
        answer = self.api.http().get(
            f"{REST}/marketplace_listings", params={"id": f"eq.{self.id}", "select": "description"}
        )
        return [row["description"] for row in answer.json()]


@pytest.fixture
def review(api: RunningApi, api_people: People) -> Review:
    tenant = api_people.tenant()
    owner = api.http(token=api.token(tenant.owner))
    answer = owner.post(
        f"{REST}/custom_assessments",
        json={
            "tenant_id": str(tenant.id),
            "name": "Clear Speech",
            "description": "As it was read.",
            "definition": DEFINITION,
            "status": "active",
            "marketplace_status": "pending_review",
        },
        headers=ROWS,
    )
    assert answer.status_code == 201, answer.text
    reviewer = api_people.user()
    named = api.http(api.keys.service_role).post(
        f"{REST}/rpc/name_reviewer", json={"user_id": str(reviewer.id)}
    )
    assert named.json() == "named"
    return Review(api, owner, api.http(token=api.token(reviewer)), uuid.UUID(answer.json()[0]["id"]))


def test_what_was_read_is_published(review: Review) -> None:
    read = review.read()
    assert read["assessment_versions"]["description"] == "As it was read."
    assert review.approve(read).json()["marketplace_status"] == "published"
    assert review.listed() == ["As it was read."]


def test_what_changed_since_it_was_read_is_not_published(review: Review) -> None:
    read = review.read()
    review.edit("Buy my other thing")
    assert review.approve(read).json()["marketplace_status"] == "pending_review"
    assert review.status() == "pending_review"
    assert review.listed() == ["As it was read."]
    assert review.approve(review.read()).json()["marketplace_status"] == "published"
    assert review.listed() == ["Buy my other thing"]


def test_an_address_that_changed_since_it_was_read_is_not_published(review: Review) -> None:
    read = review.read()
    answer = review.owner.patch(f"{REST}/custom_assessments?id=eq.{review.id}", json={"slug": "buy-it"})
    assert answer.status_code == 204
    refused = review.approve(read)
    assert (refused.status_code, json.loads(refused.json()["details"])["reason"]) == (
        409,
        "REVIEW_NEEDS_VERSION",
    )
    assert review.listed() == []


def test_what_changes_in_the_same_moment_is_not_published(review: Review) -> None:
    read = review.read()
    observer, editing = review.api.database.connect(), review.api.database.connect()
    editing.autocommit = False
    editing.execute(
        "update public.custom_assessments set description = 'Buy my other thing' where id = %s", [review.id]
    )
    publishing = Meanwhile(lambda: review.approve(read))
    assert wait_until(
        lambda: one(
            observer,
            "select count(*) > 0 from pg_catalog.pg_stat_activity"
            " where wait_event_type = 'Lock' and application_name = 'postgrest'",
        ),
        5,
    )
    editing.commit()
    assert publishing.result().json()["marketplace_status"] == "pending_review"
    assert review.listed() == ["As it was read."]
