"""Slugs, versions, choices and listings of assessments, when two sessions write at once."""

from __future__ import annotations

from functools import partial

import psycopg
import pytest
from psycopg.types.json import Jsonb

from stack.processes import wait_until
from tests.py.harness.databases import Connection
from tests.py.harness.people import People
from tests.py.harness.sessions import DEFINITION, Meanwhile, World, one, reason_of

# --- slugs --------------------------------------------------------------------------------------------------

INSERT = (
    "insert into public.custom_assessments (tenant_id, name, slug, definition) values (%s, %s, %s, %s)"
    " returning slug"
)


def insert(connection: Connection, world: World, name: str = "Compass", slug: str | None = None) -> str:
    """Insert an assessment; its slug."""
    made: str = one(connection, INSERT, world.tenant.id, name, slug, Jsonb(DEFINITION))
    return made


def test_equal_names_at_once_get_different_slugs(world: World) -> None:
    first, second = world.owner(autocommit=False), world.owner()
    assert insert(first, world) == "compass"
    late = Meanwhile(lambda: insert(second, world))
    assert late.waits(world.postgres, second)
    first.commit()
    assert late.result() == "compass-2"


def test_a_slug_is_free_again_when_its_writer_gives_up(world: World) -> None:
    first, second = world.owner(autocommit=False), world.owner()
    insert(first, world)
    late = Meanwhile(lambda: insert(second, world))
    assert late.waits(world.postgres, second)
    first.rollback()
    assert late.result() == "compass"


def test_many_writers_of_one_name_all_succeed(world: World) -> None:
    """As many as may wait for each other, and the one they wait for."""

    def write(writer: Connection) -> None:
        for _ in range(33):
            insert(writer, world)

    for writing in [Meanwhile(partial(write, world.owner())) for _ in range(6)]:
        writing.result()
    slugs = world.postgres.execute("select slug from public.custom_assessments where name = 'Compass'")
    assert sorted(slug for (slug,) in slugs) == sorted(
        ["compass", *(f"compass-{number}" for number in range(2, 199))]
    )


def test_a_given_slug_and_a_generated_one_do_not_collide(world: World) -> None:
    first, second = world.owner(autocommit=False), world.owner()
    insert(first, world)
    first.commit()
    insert(first, world, "Another", "compass-2")
    late = Meanwhile(lambda: insert(second, world))
    assert late.waits(world.postgres, second)
    first.commit()
    assert late.result() == "compass-3"


def test_of_two_who_give_one_slug_the_second_is_refused(world: World) -> None:
    first, second = world.owner(autocommit=False), world.owner()
    insert(first, world, slug="mine")
    late = Meanwhile(lambda: insert(second, world, slug="mine"))
    assert late.waits(world.postgres, second)
    first.commit()
    with pytest.raises(psycopg.Error) as refused:
        late.result()
    assert (refused.value.sqlstate, reason_of(refused.value)) == ("PT409", "SLUG_TAKEN")


@pytest.mark.parametrize("given", [True, False], ids=["given slugs", "slugs made from names"])
def test_the_same_names_in_opposite_order_end_without_a_deadlock(world: World, *, given: bool) -> None:
    first, second = world.owner(autocommit=False), world.owner(autocommit=False)

    def add(connection: Connection, name: str) -> None:
        insert(connection, world, name, name if given else None)

    def backwards() -> None:
        add(second, "beta")
        add(second, "alpha")
        second.commit()

    add(first, "alpha")
    other = Meanwhile(backwards)
    assert other.waits(world.postgres, second)
    add(first, "beta")
    first.commit()
    if given:
        with pytest.raises(psycopg.Error) as refused:
            other.result()
        assert reason_of(refused.value) == "SLUG_TAKEN"
    else:
        other.result()
        slugs = world.postgres.execute(
            "select slug from public.custom_assessments where name in ('alpha', 'beta')"
        )
        assert {slug for (slug,) in slugs} == {"alpha", "beta", "alpha-2", "beta-2"}


# --- versions -----------------------------------------------------------------------------------------------

EDIT = (
    "update public.custom_assessments set description = 'Edition ' || %s::int where id = %s returning version"
)


def test_two_edits_of_an_active_assessment_raise_the_version_twice(world: World) -> None:
    first, second = world.owner(autocommit=False), world.owner()
    assert one(first, EDIT, 1, world.assessment) == "1.1"
    late = Meanwhile(lambda: one(second, EDIT, 2, world.assessment))
    assert late.waits(world.postgres, second)
    first.commit()
    assert late.result() == "1.2"
    assert one(world.postgres, "select description from public.custom_assessments") == "Edition 2"
    versions = (
        "select string_agg(description, ', ' order by version) from public.assessment_versions"
        " where version > '1.0'"
    )
    assert one(world.postgres, versions) == "Edition 1, Edition 2"


# --- choosing -----------------------------------------------------------------------------------------------

PUBLISH = "update public.custom_assessments set marketplace_status = 'published' where id = %s returning id"
CHOOSE = (
    "insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)"
    " values (%s, 'custom', %s) returning id"
)
ARCHIVE = "update public.custom_assessments set status = 'archived' where id = %s returning id"
DELETE = "delete from public.custom_assessments where id = %s returning id"


CHOSEN = (
    "select version.version from private.pins as pin"
    " join public.assessment_versions as version on version.id = pin.chosen_version_id where pin.id = %s"
)


def test_archiving_does_not_wait_for_a_choice_that_is_being_made(world: World) -> None:
    choosing, archiving = world.owner(autocommit=False), world.owner()
    session = one(choosing, CHOOSE, world.tenant.id, world.assessment)
    assert one(archiving, ARCHIVE, world.assessment) == world.assessment
    choosing.commit()
    assert (
        one(
            world.postgres,
            "select custom_assessment_id from public.coaching_sessions where id = %s",
            session,
        )
        == world.assessment
    )


def test_a_choice_does_not_wait_for_an_edit_and_names_what_was_there_before_it(
    world: World, people: People
) -> None:
    one(world.postgres, PUBLISH, world.assessment)
    guest = people.tenant()
    editing = world.agent(autocommit=False)
    choosing = world.database.connect_as("authenticated", guest.owner.id)
    assert one(editing, EDIT, 1, world.assessment) == "1.1"
    session = one(choosing, CHOOSE, guest.id, world.assessment)
    editing.commit()
    assert one(world.postgres, CHOSEN, session) == "1.0"


def test_a_choice_waits_for_the_deletion_of_the_assessment_and_is_refused(world: World) -> None:
    deleting, choosing = world.owner(autocommit=False), world.owner()
    one(deleting, DELETE, world.assessment)
    choice = Meanwhile(lambda: one(choosing, CHOOSE, world.tenant.id, world.assessment))
    assert choice.waits(world.postgres, choosing)
    deleting.commit()
    with pytest.raises(psycopg.Error) as refused:
        choice.result()
    assert (refused.value.sqlstate, reason_of(refused.value)) == ("PT404", "ASSESSMENT_NOT_FOUND")


# Statements of two rows, with time between them: each of them has chosen once by the time the second begins.
PAUSES = (
    "(values (1, 0.0), (2, 2.0)) as pauses (number, seconds), lateral (select pg_sleep(seconds)) as pause"
)
CHOOSE_SLOWLY = {
    "an insert of sessions": (
        "insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)"
        f" select %(tenant)s, 'custom', %(assessment)s from {PAUSES}"
    ),
    "an insert of campaigns": (
        "insert into public.campaigns (tenant_id, created_by, name, assessment_type, custom_assessment_id)"
        f" select %(tenant)s, auth.uid(), 'C', 'custom', %(assessment)s from {PAUSES}"
    ),
    "an update": (
        "update public.coaching_sessions"
        " set assessment_type = 'custom', custom_assessment_id = %(assessment)s"
        " where client_name = 'Client 1' or pg_sleep(2) is not null"
    ),
    "a merge": (
        "merge into public.coaching_sessions as session"
        f" using (select number from {PAUSES}) as row"
        " on session.client_name = 'Client ' || row.number and row.number = 1"
        " when matched then update set assessment_type = 'custom', custom_assessment_id = %(assessment)s"
        " when not matched then insert (tenant_id, assessment_type, custom_assessment_id)"
        " values (%(tenant)s, 'custom', %(assessment)s)"
    ),
}


def choose_slowly(world: World, choosing: Connection, statement: str) -> Meanwhile:
    """Choose the assessment in two rows; begun when it returns, and not ended for two seconds."""
    for number in (1, 2):
        choosing.execute(
            "insert into public.coaching_sessions (tenant_id, client_name) values (%s, %s)",
            [world.tenant.id, f"Client {number}"],
        )
    values = {"tenant": world.tenant.id, "assessment": world.assessment}
    choice = Meanwhile(lambda: choosing.execute(CHOOSE_SLOWLY[statement].encode(), values).rowcount)
    assert wait_until(lambda: is_pausing(world, choosing), 5)
    return choice


def is_pausing(world: World, connection: Connection) -> bool:
    """Whether the connection's statement stands between its two rows."""
    return bool(
        one(
            world.postgres,
            "select wait_event = 'PgSleep' from pg_catalog.pg_stat_activity where pid = %s",
            connection.info.backend_pid,
        )
    )


@pytest.mark.parametrize("statement", CHOOSE_SLOWLY)
@pytest.mark.parametrize(
    "change",
    [
        "update public.custom_assessments set description = 'Mended' where id = %s returning id",
        "update public.custom_assessments set slug = 'another' where id = %s returning id",
    ],
    ids=["text", "slug"],
)
def test_a_statement_of_many_choices_keeps_nobody_from_the_assessment(
    world: World, statement: str, change: str
) -> None:
    choosing, editing = world.owner(), world.owner()
    choice = choose_slowly(world, choosing, statement)
    assert one(editing, change, world.assessment) == world.assessment
    assert is_pausing(world, choosing)
    assert choice.result() == 2


@pytest.mark.parametrize("statement", CHOOSE_SLOWLY)
def test_what_is_archived_while_a_statement_chooses_it_is_refused_in_the_end(
    world: World, statement: str
) -> None:
    choosing, archiving = world.owner(), world.owner()
    choice = choose_slowly(world, choosing, statement)
    one(archiving, ARCHIVE, world.assessment)
    assert is_pausing(world, choosing)
    with pytest.raises(psycopg.Error) as refused:
        choice.result()
    assert reason_of(refused.value) == "ASSESSMENT_NOT_ACTIVE"
    assert one(world.postgres, "select count(*) from public.campaigns") == 0
    assert (
        one(
            world.postgres,
            "select count(*) from public.coaching_sessions where custom_assessment_id is not null",
        )
        == 0
    )


def test_an_agents_session_waits_for_the_deletion_of_its_assessment(world: World) -> None:
    deleting, agent = world.owner(autocommit=False), world.agent()
    one(deleting, DELETE, world.assessment)
    choice = Meanwhile(
        lambda: one(
            agent,
            "insert into public.agent_sessions (custom_assessment_id) values (%s) returning id",
            world.assessment,
        )
    )
    assert choice.waits(world.postgres, agent)
    deleting.rollback()
    assert choice.result() is not None


def test_writing_other_columns_of_a_session_asks_for_no_assessment(world: World) -> None:
    session = world.add_session()
    editing, owner = world.owner(autocommit=False), world.owner()
    one(editing, ARCHIVE, world.assessment)
    assert (
        one(
            owner,
            "update public.coaching_sessions set client_name = 'Known' where id = %s returning id",
            session,
        )
        == session
    )


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
    # A decision is not an edit: a choice waits for it.
    assert choice.waits(world.postgres, choosing)
    reviewer.commit()
    with pytest.raises(psycopg.Error) as refused:
        choice.result()
    # It answers as what the guest never saw.
    assert refused.value.sqlstate == "PT404"


# --- the marketplace ----------------------------------------------------------------------------------------

DEACTIVATE = "update public.tenant_profiles set is_active = false where id = %s returning id"
LISTED = "select count(*) from public.marketplace_listings"


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
