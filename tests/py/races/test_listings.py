"""Reviews and listings, when two sessions write at once."""

from __future__ import annotations

import threading
import time
import uuid

import psycopg
import psycopg.types.json
import pytest

from tests.py.harness.databases import Connection
from tests.py.harness.people import People
from tests.py.harness.sessions import DEFINITION, Meanwhile, World, one, reason_of

ASK = "update public.custom_assessments set marketplace_status = 'pending_review' where id = %s returning id"
PRIVATE = "update public.custom_assessments set marketplace_status = 'private' where id = %s returning id"
EDIT = "update public.custom_assessments set description = %s where id = %s returning newest_version_id::text"
SLUG = "update public.custom_assessments set slug = %s where id = %s returning id"
RENAME = "update public.tenant_profiles set display_name = %s, slug = %s where id = %s returning id"
REVIEW = "select public.review_listing(%s, %s) ->> 'marketplace_status'"
ROW = "select marketplace_status from public.custom_assessments where id = %s"
CHOOSE = (
    "insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)"
    " values (%s, 'custom', %s) returning id"
)


def newest(world: World) -> uuid.UUID:
    """The newest version of the assessment."""
    query = "select newest_version_id from public.custom_assessments where id = %s"
    version: uuid.UUID = one(world.postgres, query, world.assessment)
    return version


def listed(world: World, column: str = "description") -> object:
    """What the marketplace shows of the assessment."""
    return one(
        world.postgres,
        f"select {column} from public.marketplace_listings where id = %s",
        world.assessment,
    )


@pytest.fixture
def asking(world: World) -> World:
    """The tenant's assessment asks to be listed."""
    one(world.postgres, EDIT, "As it was read.", world.assessment)
    one(world.postgres, ASK, world.assessment)
    return world


@pytest.fixture
def approved(asking: World) -> World:
    """The tenant's assessment is listed."""
    one(asking.postgres, REVIEW, newest(asking), "approved")
    return asking


def test_an_approval_waits_for_an_edit_and_lists_what_was_read(asking: World) -> None:
    read, owner, reviewer = newest(asking), asking.owner(autocommit=False), asking.agent()
    one(owner, EDIT, "Buy my other thing", asking.assessment)
    review = Meanwhile(lambda: one(reviewer, REVIEW, read, "approved"))
    assert review.waits(asking.postgres, reviewer)
    owner.commit()
    assert review.result() == "pending_review"
    assert listed(asking) == "As it was read."


def test_an_edit_waits_for_an_approval_and_asks_again(asking: World) -> None:
    owner, reviewer = asking.owner(), asking.agent(autocommit=False)
    one(reviewer, REVIEW, newest(asking), "approved")
    edit = Meanwhile(lambda: one(owner, EDIT, "Buy my other thing", asking.assessment))
    assert edit.waits(asking.postgres, owner)
    reviewer.commit()
    edit.result()
    assert one(asking.postgres, ROW, asking.assessment) == "pending_review"
    assert listed(asking) == "As it was read."


def test_an_approval_that_waits_for_private_is_refused(asking: World) -> None:
    owner, reviewer = asking.owner(autocommit=False), asking.agent()
    one(owner, PRIVATE, asking.assessment)
    review = Meanwhile(lambda: one(reviewer, REVIEW, newest(asking), "approved"))
    assert review.waits(asking.postgres, reviewer)
    owner.commit()
    with pytest.raises(psycopg.Error) as refused:
        review.result()
    assert reason_of(refused.value) == "NOTHING_TO_REVIEW"
    assert listed(asking) is None


def test_of_two_decisions_at_once_the_later_counts(asking: World) -> None:
    first, second = asking.agent(autocommit=False), asking.agent()
    version = newest(asking)
    one(first, REVIEW, version, "approved")
    take_down = Meanwhile(lambda: one(second, REVIEW, version, "taken_down"))
    assert take_down.waits(asking.postgres, second)
    first.commit()
    assert take_down.result() == "rejected"
    assert listed(asking) is None
    assert one(asking.postgres, "select private.is_withdrawn(%s)", version)


def test_a_choice_waits_for_a_take_down_and_is_refused(approved: World, people: People) -> None:
    other = people.tenant()
    choosing = approved.database.connect_as("authenticated", other.owner.id)
    reviewer = approved.agent(autocommit=False)
    one(reviewer, REVIEW, newest(approved), "taken_down")
    choice = Meanwhile(lambda: one(choosing, CHOOSE, other.id, approved.assessment))
    assert choice.waits(approved.postgres, choosing)
    reviewer.commit()
    with pytest.raises(psycopg.Error) as refused:
        choice.result()
    assert reason_of(refused.value) == "ASSESSMENT_NOT_FOUND"


def test_a_rename_waits_for_who_asks_and_asks_with_the_new_name(world: World) -> None:
    owner, operator = world.owner(autocommit=False), world.agent()
    one(owner, ASK, world.assessment)
    rename = Meanwhile(lambda: one(operator, RENAME, "New Name", "new-name", world.tenant.id))
    assert rename.waits(world.postgres, operator)
    owner.commit()
    rename.result()
    asked = "select tenant from public.listing_requests where assessment_id = %s and open"
    assert one(world.postgres, asked, world.assessment) == "New Name"


def test_who_is_made_asking_waits_for_a_rename_and_asks_with_the_new_name(world: World) -> None:
    owner, operator = world.owner(), world.agent(autocommit=False)
    one(operator, RENAME, "New Name", "new-name", world.tenant.id)

    def insert() -> object:
        return one(
            owner,
            "insert into public.custom_assessments (tenant_id, name, definition, marketplace_status)"
            " values (%s, 'Asks', %s, 'pending_review') returning id",
            world.tenant.id,
            psycopg.types.json.Jsonb(DEFINITION),
        )

    made = Meanwhile(insert)
    assert made.waits(world.postgres, owner)
    operator.commit()
    asked = "select tenant from public.listing_requests where assessment_id = %s and open"
    assert one(world.postgres, asked, made.result()) == "New Name"


@pytest.mark.parametrize("renaming", ["owner", "agent"])
def test_slugs_change_beside_renames_of_their_tenant(approved: World, renaming: str) -> None:
    """The tenant before its assessments, or the assessments alone: nobody waits for somebody who waits."""
    tenant = approved.tenant.id
    ends = time.monotonic() + 3
    errors: list[Exception] = []

    def write(connection: Connection, query: str, values: list[object]) -> None:
        number = 0
        while time.monotonic() < ends and not errors:
            number += 1
            try:
                one(connection, query, *(str(v).replace("#", str(number)) for v in values))
            except psycopg.Error as error:
                errors.append(error)

    writers = [
        (approved.owner(), SLUG, ["slug-#", approved.assessment]),
        (approved.agent(), RENAME, ["Name #", "name-#", tenant]),
        (getattr(approved, renaming)(), RENAME, ["Other #", "other-#", tenant]),
        (approved.agent(), SLUG, ["other-slug-#", approved.assessment]),
        (approved.agent(), EDIT, ["Edition #", approved.assessment]),
    ]
    threads = [threading.Thread(target=write, args=writer) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert listed(approved, "slug") == "clear-speech"
