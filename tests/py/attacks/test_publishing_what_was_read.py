"""An owner changes a listing while a reviewer reads it: what was read is published, or nothing."""

from __future__ import annotations

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
    """An assessment that waits for review, its owner, and the reviewer's tool."""

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
        """The row, as a reviewer sees it."""
        answer = self.reviewer.get(f"{REST}/custom_assessments", params={"id": f"eq.{self.id}"})
        [row] = answer.json()
        assert isinstance(row, dict)
        return row

    def publish(self, read: dict[str, Any]) -> list[dict[str, Any]]:
        """The request of docs/api.md: the rows that it changed."""
        answer = self.reviewer.patch(
            f"{REST}/custom_assessments",
            params={"id": f"eq.{read['id']}", "updated_at": f"eq.{read['updated_at']}"},
            json={"marketplace_status": "published"},
            headers=ROWS,
        )
        assert answer.status_code == 200
        rows: list[dict[str, Any]] = answer.json()
        return rows

    def listed(self) -> list[str]:
        """What everybody reads of it."""
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
    return Review(api, owner, api.http(api.keys.service_role), uuid.UUID(answer.json()[0]["id"]))


def test_what_was_read_is_published(review: Review) -> None:
    assert [row["marketplace_status"] for row in review.publish(review.read())] == ["published"]
    assert review.listed() == ["As it was read."]


def test_what_changed_since_it_was_read_is_not_published(review: Review) -> None:
    read = review.read()
    review.edit("Buy my other thing")
    assert review.publish(read) == []
    assert review.read()["marketplace_status"] == "pending_review"
    assert review.listed() == []
    assert len(review.publish(review.read())) == 1
    assert review.listed() == ["Buy my other thing"]


def test_what_changes_in_the_same_moment_is_not_published(review: Review) -> None:
    read = review.read()
    observer, editing = review.api.database.connect(), review.api.database.connect()
    editing.autocommit = False
    editing.execute(
        "update public.custom_assessments set description = 'Buy my other thing' where id = %s", [review.id]
    )
    publishing = Meanwhile(lambda: review.publish(read))
    assert wait_until(
        lambda: one(
            observer,
            "select count(*) > 0 from pg_catalog.pg_stat_activity"
            " where wait_event_type = 'Lock' and application_name = 'postgrest'",
        ),
        5,
    )
    editing.commit()
    assert publishing.result() == []
    assert review.listed() == []
