"""Sessions that end in two ways at once: one of the two orders, never a mixture."""

from __future__ import annotations

import uuid

import psycopg
import pytest

from tests.py.harness.databases import Connection
from tests.py.harness.sessions import Meanwhile, World, one, reason_of

CANCEL = (
    "update public.coaching_sessions set client_status = 'cancelled' where id = %s returning client_status"
)
COMPLETE = "select public.complete_assessment_session(%s, 'coaching', '{\"Clarity\": 4}') ->> 'queued'"
BEGIN = "select public.interview_context(%s) ->> 'begun'"


def add_talk(world: World, session: uuid.UUID) -> uuid.UUID:
    """An agent session for a coaching session."""
    made: uuid.UUID = one(
        world.postgres,
        "insert into public.agent_sessions (coaching_session_id) values (%s) returning id",
        session,
    )
    return made


def refused(late: Meanwhile) -> str:
    """The reason for which what came second was refused."""
    with pytest.raises(psycopg.Error) as error:
        late.result()
    return reason_of(error.value)


def second_of(world: World, first: Connection, second: Connection, then: tuple[str, object]) -> Meanwhile:
    """What the second does, which waits until the first commits."""
    late = Meanwhile(lambda: one(second, then[0], then[1]))
    assert late.waits(world.postgres, second)
    first.commit()
    return late


def status_of(world: World, session: uuid.UUID) -> tuple[object, ...]:
    """The status, and how many completions and begun interviews there are."""
    return (
        one(world.postgres, "select client_status from public.coaching_sessions where id = %s", session),
        one(world.postgres, "select count(*) from private.score_requests where session_id = %s", session),
        one(world.postgres, "select count(begun_at) from private.pins where id = %s", session),
    )


def test_a_completion_waits_for_a_cancellation_and_is_refused(world: World) -> None:
    owner, agent = world.owner(autocommit=False), world.agent()
    session = world.add_session()
    one(owner, CANCEL, session)
    assert refused(second_of(world, owner, agent, (COMPLETE, session))) == "SESSION_CANCELLED"
    assert status_of(world, session) == ("cancelled", 0, 0)


def test_a_cancellation_waits_for_a_completion_and_is_refused(world: World) -> None:
    owner, agent = world.owner(), world.agent(autocommit=False)
    session = world.add_session()
    assert one(agent, COMPLETE, session) == "true"
    assert refused(second_of(world, agent, owner, (CANCEL, session))) == "SESSION_ALREADY_SCORED"
    assert status_of(world, session) == ("registered", 1, 0)


def test_an_interview_waits_for_a_cancellation_and_does_not_begin(world: World) -> None:
    owner, agent = world.owner(autocommit=False), world.agent()
    session = world.add_session()
    talk = add_talk(world, session)
    one(owner, CANCEL, session)
    assert refused(second_of(world, owner, agent, (BEGIN, talk))) == "SESSION_CANCELLED"
    assert status_of(world, session) == ("cancelled", 0, 0)


def test_a_cancellation_waits_for_an_interview_that_begins_and_ends_it(world: World) -> None:
    owner, agent = world.owner(), world.agent(autocommit=False)
    session = world.add_session()
    talk = add_talk(world, session)
    assert one(agent, BEGIN, talk) == "false"
    assert second_of(world, agent, owner, (CANCEL, session)).result() == "cancelled"
    assert status_of(world, session) == ("cancelled", 0, 1)
    agent.autocommit = True
    with pytest.raises(psycopg.Error) as error:
        one(agent, BEGIN, talk)
    assert reason_of(error.value) == "SESSION_CANCELLED"


def test_a_session_that_gets_another_assessment_while_it_begins_ends_in_no_deadlock(world: World) -> None:
    owner, agent = world.owner(autocommit=False), world.agent()
    session, other = world.add_session(), world.add_assessment("Other Speech")
    talk = add_talk(world, session)
    change = "update public.coaching_sessions set custom_assessment_id = %s where id = %s"
    owner.execute(change.encode(), [other, session])
    second_of(world, owner, agent, (BEGIN, talk)).result()
    assert one(world.postgres, "select assessment_id from private.pins where id = %s", session) == other
