"""What somebody gains, or breaks, with two sessions at the same moment."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.py.database.sessions import DEFINITION, Meanwhile, World, exchange, one
from tests.py.harness.databases import Connection, Database
from tests.py.harness.people import People

PUBLISH = "update public.custom_assessments set marketplace_status = 'published' where id = %s returning id"
DEACTIVATE = "update public.tenant_profiles set is_active = false where id = %s returning id"
DELETE = "delete from public.custom_assessments where id = %s returning id"
LISTED = "select count(*) from public.marketplace_listings"


@pytest.fixture
def world(database: Database, people: People) -> World:
    return World(database, people)


def owner_of(world: World, *, autocommit: bool = True) -> Connection:
    """The owner's connection, as a request has it."""
    connection = world.database.connect_as("authenticated", world.tenant.owner.id)
    connection.autocommit = autocommit
    return connection


# --- the marketplace ----------------------------------------------------------------------------------------


def test_publishing_while_the_tenant_is_deactivated_lists_nothing(world: World) -> None:
    operator, reviewer = world.agent(autocommit=False), world.agent()
    one(operator, DEACTIVATE, world.tenant.id)
    publishing = Meanwhile(lambda: one(reviewer, PUBLISH, world.assessment))
    assert publishing.waits(world.postgres, reviewer)
    operator.commit()
    publishing.result()
    assert one(world.database.connect_as("anon"), LISTED) == 0


def test_deactivating_while_an_assessment_is_published_takes_it_off(world: World) -> None:
    reviewer, operator = world.agent(autocommit=False), world.agent()
    one(reviewer, PUBLISH, world.assessment)
    deactivating = Meanwhile(lambda: one(operator, DEACTIVATE, world.tenant.id))
    assert deactivating.waits(world.postgres, operator)
    reviewer.commit()
    deactivating.result()
    assert one(world.database.connect_as("anon"), LISTED) == 0


# --- slugs --------------------------------------------------------------------------------------------------

INSERT = "insert into public.custom_assessments (tenant_id, name, slug, definition) values (%s, %s, %s, %s)"


@pytest.mark.parametrize("given", [True, False], ids=["given slugs", "slugs made from names"])
def test_the_same_names_in_opposite_order_end_without_a_deadlock(world: World, *, given: bool) -> None:
    first, second = owner_of(world, autocommit=False), owner_of(world, autocommit=False)

    def insert(connection: Connection, name: str) -> None:
        connection.execute(INSERT, [world.tenant.id, name, name if given else None, Jsonb(DEFINITION)])

    def backwards() -> None:
        insert(second, "beta")
        insert(second, "alpha")
        second.commit()

    insert(first, "alpha")
    other = Meanwhile(backwards)
    assert other.waits(world.postgres, second)
    insert(first, "beta")
    first.commit()
    if given:
        with pytest.raises(psycopg.Error) as refused:
            other.result()
        assert json.loads(refused.value.diag.message_detail or "{}")["reason"] == "SLUG_TAKEN"
    else:
        other.result()
        slugs = world.postgres.execute(
            "select slug from public.custom_assessments where name <> 'Clear Speech'"
        )
        assert {slug for (slug,) in slugs} == {"alpha", "beta", "alpha-2", "beta-2"}


# --- choosing -----------------------------------------------------------------------------------------------

CHOOSE = (
    "insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)"
    " values (%s, 'custom', %s) returning id"
)
ARCHIVE = "update public.custom_assessments set status = 'archived' where id = %s returning id"


def test_what_is_being_archived_cannot_be_chosen(world: World) -> None:
    archiving, choosing = owner_of(world, autocommit=False), owner_of(world)
    one(archiving, ARCHIVE, world.assessment)
    choice = Meanwhile(lambda: one(choosing, CHOOSE, world.tenant.id, world.assessment))
    assert choice.waits(world.postgres, choosing)
    archiving.commit()
    with pytest.raises(psycopg.Error) as refused:
        choice.result()
    assert refused.value.sqlstate == "PT400"


def test_archiving_waits_for_a_choice(world: World) -> None:
    choosing, archiving = owner_of(world, autocommit=False), owner_of(world)
    one(choosing, CHOOSE, world.tenant.id, world.assessment)
    archive = Meanwhile(lambda: one(archiving, ARCHIVE, world.assessment))
    assert archive.waits(world.postgres, archiving)
    choosing.commit()
    assert archive.result() == world.assessment


def test_what_a_reviewer_takes_back_cannot_be_chosen_meanwhile(world: World, people: People) -> None:
    one(world.postgres, PUBLISH, world.assessment)
    guest = people.tenant()
    reviewer = world.agent(autocommit=False)
    choosing = world.database.connect_as("authenticated", guest.owner.id)
    one(
        reviewer,
        "update public.custom_assessments set marketplace_status = 'rejected' where id = %s returning id",
        world.assessment,
    )
    choice = Meanwhile(lambda: one(choosing, CHOOSE, guest.id, world.assessment))
    assert choice.waits(world.postgres, choosing)
    reviewer.commit()
    with pytest.raises(psycopg.Error) as refused:
        choice.result()
    # It answers as what the guest never saw.
    assert refused.value.sqlstate == "PT404"


# --- completing ---------------------------------------------------------------------------------------------

COMPLETE = "select public.complete_assessment_session(%s, 'coaching', '{\"Clarity\": 4, \"Courage\": 3}')"


def test_completing_again_while_the_result_is_written_queues_nothing(world: World) -> None:
    session = world.add_session()
    worker, agent = world.agent(autocommit=False), world.agent()
    one(agent, COMPLETE, session)
    (job,) = exchange(worker, "w", claim=1)["jobs"]
    worker.commit()
    finished: dict[str, Any] = {
        "job": job["job"],
        "attempt": job["attempt"],
        "outcome": "scored",
        "definition_digest": job["definition_digest"],
        "overall_score": "3.50",
        "matched_category": "Strong",
        "uncovered_dimensions": [],
    }
    assert exchange(worker, "w", [finished])["finished"] == [{"job": job["job"], "outcome": "succeeded"}]
    again = Meanwhile(lambda: one(agent, COMPLETE, session))
    assert again.waits(world.postgres, agent)
    worker.commit()
    answer = again.result()
    assert (answer["queued"], answer["status"]) == (False, "succeeded")
    assert one(world.postgres, "select count(*) from private.jobs where rank is not null") == 0


def test_deleting_an_assessment_waits_for_a_completion_and_is_refused(world: World) -> None:
    session = world.add_session()
    agent, owner = world.agent(autocommit=False), owner_of(world)
    one(agent, COMPLETE, session)
    deletion = Meanwhile(
        lambda: one(
            owner, "delete from public.custom_assessments where id = %s returning id", world.assessment
        )
    )
    assert deletion.waits(world.postgres, owner)
    agent.commit()
    with pytest.raises(psycopg.Error) as refused:
        deletion.result()
    assert json.loads(refused.value.diag.message_detail or "{}")["reason"] == "ASSESSMENT_HAS_RESULTS"


# --- the queue ----------------------------------------------------------------------------------------------


def test_deleting_an_upload_and_finishing_it_do_not_stop_each_other(world: World) -> None:
    (upload,) = world.upload("# One")
    worker, support = world.agent(autocommit=False), world.agent()
    (job,) = exchange(worker, "w", claim=1)["jobs"]
    worker.commit()
    exchange(worker, "w", [{"job": job["job"], "attempt": job["attempt"], "outcome": "release"}])
    deletion = Meanwhile(
        lambda: one(support, "delete from public.assessment_uploads where id = %s returning id", upload)
    )
    assert deletion.waits(world.postgres, support)
    worker.commit()
    assert deletion.result() == upload
    assert one(world.postgres, "select last_error from private.jobs") == "subject-deleted"
