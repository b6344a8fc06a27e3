"""Interviews that begin at once, and beside an edit: one version, and nobody waits for an edit."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.py.harness.sessions import DEFINITION, Meanwhile, World, one, reason_of

BEGIN = "select public.interview_context(%s)"
EDIT = "update public.custom_assessments set description = %s where id = %s returning version"
TALK = (
    "insert into public.agent_sessions (coaching_session_id, stakeholder_session_id)"
    " values (%s, %s) returning id"
)


def add_talk(world: World, session: uuid.UUID | None = None) -> uuid.UUID:
    """An agent session for a coaching session, for a new one where none is named."""
    talk: uuid.UUID = one(world.postgres, TALK, session or world.add_session(), None)
    return talk


def add_campaign(world: World, size: int = 2) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """A campaign of some people, with an agent session for each."""
    campaign: uuid.UUID = one(
        world.postgres,
        "insert into public.campaigns (tenant_id, name, assessment_type, custom_assessment_id)"
        " values (%s, 'Round', 'custom', %s) returning id",
        world.tenant.id,
        world.assessment,
    )
    people = [
        one(
            world.postgres,
            "insert into public.campaign_assignments (campaign_id) values (%s) returning id",
            campaign,
        )
        for _ in range(size)
    ]
    return campaign, [one(world.postgres, TALK, None, person) for person in people]


def talks_of_a_session(world: World) -> list[uuid.UUID]:
    """Two agents for one session."""
    session = world.add_session()
    return [add_talk(world, session) for _ in range(2)]


def talks_of_a_campaign(world: World) -> list[uuid.UUID]:
    """An agent for each of two people."""
    return add_campaign(world)[1]


@pytest.mark.parametrize(("talks_of", "begun"), [(talks_of_a_session, True), (talks_of_a_campaign, False)])
def test_two_interviews_that_begin_at_once_have_one_version(
    world: World, talks_of: Callable[[World], list[uuid.UUID]], *, begun: bool
) -> None:
    talks = talks_of(world)
    first, second = world.agent(autocommit=False), world.agent()
    began = one(first, BEGIN, talks[0])
    late = Meanwhile(lambda: one(second, BEGIN, talks[1]))
    assert late.waits(world.postgres, second)
    # The newest version is another one by the time the second goes on.
    assert one(world.owner(), EDIT, "Edited", world.assessment) == "1.1"
    first.commit()
    assert (began["begun"], late.result()["begun"]) == (False, begun)
    assert late.result()["version_id"] == began["version_id"]


def test_who_begins_while_the_campaign_gets_another_assessment_has_the_other(world: World) -> None:
    campaign, talks = add_campaign(world)
    one(world.agent(), BEGIN, talks[0])
    another = world.add_assessment("Another")
    owner, agent = world.owner(autocommit=False), world.agent()
    one(
        owner,
        "update public.campaigns set custom_assessment_id = %s where id = %s returning id",
        another,
        campaign,
    )
    began = Meanwhile(lambda: one(agent, BEGIN, talks[1]))
    assert began.waits(world.postgres, agent)
    owner.commit()
    assert began.result()["assessment_id"] == str(another)


def test_a_campaign_that_moves_on_waits_for_who_begins_and_takes_them_along(world: World) -> None:
    campaign, talks = add_campaign(world)
    one(world.agent(), BEGIN, talks[0])
    agent, owner = world.agent(autocommit=False), world.owner()
    assert one(agent, BEGIN, talks[1])["version"] == "1.0"
    assert one(owner, EDIT, "Edited", world.assessment) == "1.1"
    move = Meanwhile(lambda: one(owner, "select public.repin_campaign(%s)", campaign))
    assert move.waits(world.postgres, owner)
    agent.commit()
    assert move.result()["version"] == "1.1"
    assert {one(world.agent(), BEGIN, talk)["version"] for talk in talks} == {"1.1"}


def six_sessions(world: World) -> list[uuid.UUID]:
    """Interviews of six coaching sessions."""
    return [add_talk(world) for _ in range(6)]


def six_people(world: World) -> list[uuid.UUID]:
    """Interviews of six people of a campaign, where another one has begun."""
    first, *others = add_campaign(world, 7)[1]
    one(world.agent(), BEGIN, first)
    return others


@pytest.mark.parametrize("talks_of", [six_sessions, six_people])
def test_neither_an_edit_nor_interviews_that_begin_wait_for_each_other(
    world: World, talks_of: Callable[[World], list[uuid.UUID]]
) -> None:
    talks = talks_of(world)
    agents = [world.agent(autocommit=False) for _ in talks]
    editing = world.owner(autocommit=False)
    for connection in (*agents, editing):
        # A session that has to wait for a lock fails at once. All keep their locks until the end.
        connection.execute("set lock_timeout = '1ms'")
    interviews = zip(agents, talks, strict=True)
    began = [one(agent, BEGIN, talk) for agent, talk in itertools.islice(interviews, 3)]
    assert one(editing, EDIT, "Edited", world.assessment) == "1.1"
    began += [one(agent, BEGIN, talk) for agent, talk in interviews]
    assert one(world.postgres, "select count(*) from pg_catalog.pg_locks where not granted") == 0
    editing.commit()
    for agent in agents:
        agent.commit()
    assert [context["version"] for context in began] == ["1.0"] * 6
    assert one(world.agent(), BEGIN, add_talk(world))["version"] == "1.1"


def test_a_first_use_that_makes_the_version_waits_for_an_edit_and_is_of_the_edited(world: World) -> None:
    draft = one(
        world.postgres,
        "insert into public.custom_assessments (tenant_id, name, definition)"
        " values (%s, 'Draft', %s) returning id",
        world.tenant.id,
        Jsonb(DEFINITION),
    )
    session = one(
        world.postgres,
        "insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)"
        " values (%s, 'custom', %s) returning id",
        world.tenant.id,
        draft,
    )
    owner, agent = world.owner(autocommit=False), world.agent()
    one(owner, EDIT, "Edited", draft)
    # The agent session is the first use.
    talk = Meanwhile(lambda: one(agent, TALK, session, None))
    assert talk.waits(world.postgres, agent)
    owner.commit()
    assert one(agent, BEGIN, talk.result())["definition"]["metadata"]["description"] == "Edited"


def test_beginning_waits_for_the_deletion_of_the_assessment_and_has_none(world: World) -> None:
    talk = add_talk(world)
    deleting, agent = world.owner(autocommit=False), world.agent()
    one(deleting, "delete from public.custom_assessments where id = %s returning id", world.assessment)
    began = Meanwhile(lambda: one(agent, BEGIN, talk))
    assert began.waits(world.postgres, agent)
    deleting.commit()
    assert began.result() is None
    with pytest.raises(psycopg.Error) as refused:
        one(agent, BEGIN, uuid.uuid4())
    assert reason_of(refused.value) == "SESSION_NOT_FOUND"
