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


# --- a respondent withdraws ---------------------------------------------------------------------------------

WITHDRAW = "select public.withdraw_session(%s) ->> 'state'"
KEEP = """
select public.save_progress(%s, '[{"turn": 1, "speaker": "respondent", "text": "Secret."}]') ->> 'turns'
"""
STATUS = "select public.session_status(%s) ->> 'state'"
ROTATE = "select public.rotate_session_link(%s, 'coaching') ->> 'access_token'"


def link_of(world: World, session: uuid.UUID) -> str:
    """The token of a coaching session's link."""
    query = "select access_token from public.coaching_sessions where id = %s"
    return str(one(world.postgres, query, session))


def test_a_withdrawal_waits_for_a_completion_and_comes_too_late(world: World) -> None:
    agent = world.agent(autocommit=False)
    session = world.add_session()
    assert one(agent, COMPLETE, session) == "true"
    late = second_of(world, agent, world.respondent(), (WITHDRAW, link_of(world, session)))
    assert late.result() == "scoring"
    assert status_of(world, session) == ("registered", 1, 0)


def test_a_completion_waits_for_a_withdrawal_and_is_refused(world: World) -> None:
    respondent, agent = world.respondent(autocommit=False), world.agent()
    session = world.add_session()
    assert one(respondent, WITHDRAW, link_of(world, session)) == "withdrawn"
    assert refused(second_of(world, respondent, agent, (COMPLETE, session))) == "SESSION_CANCELLED"
    assert status_of(world, session) == ("withdrawn", 0, 0)


def test_an_interview_waits_for_a_withdrawal_and_does_not_begin(world: World) -> None:
    respondent, agent = world.respondent(autocommit=False), world.agent()
    session = world.add_session()
    talk = add_talk(world, session)
    one(respondent, WITHDRAW, link_of(world, session))
    assert refused(second_of(world, respondent, agent, (BEGIN, talk))) == "SESSION_CANCELLED"
    assert status_of(world, session) == ("withdrawn", 0, 0)


def test_a_withdrawal_waits_for_an_interview_that_begins_and_ends_it(world: World) -> None:
    agent = world.agent(autocommit=False)
    session = world.add_session()
    assert one(agent, BEGIN, add_talk(world, session)) == "false"
    late = second_of(world, agent, world.respondent(), (WITHDRAW, link_of(world, session)))
    assert late.result() == "withdrawn"
    assert status_of(world, session) == ("withdrawn", 0, 1)


def test_a_withdrawal_waits_for_a_turn_that_is_being_kept_and_deletes_it(world: World) -> None:
    agent = world.agent(autocommit=False)
    session = world.add_session()
    one(agent, KEEP, add_talk(world, session))
    late = second_of(world, agent, world.respondent(), (WITHDRAW, link_of(world, session)))
    assert late.result() == "withdrawn"
    assert one(world.postgres, "select count(*) from private.turns") == 0


def test_a_turn_that_comes_while_a_session_is_withdrawn_is_refused(world: World) -> None:
    respondent, agent = world.respondent(autocommit=False), world.agent()
    session = world.add_session()
    talk = add_talk(world, session)
    one(agent, BEGIN, talk)
    one(respondent, WITHDRAW, link_of(world, session))
    assert refused(second_of(world, respondent, agent, (KEEP, talk))) == "SESSION_CANCELLED"
    assert one(world.postgres, "select count(*) from private.turns") == 0


def test_the_first_turn_of_a_campaigns_session_waits_for_its_withdrawal_and_is_refused(world: World) -> None:
    respondent, agent = world.respondent(autocommit=False), world.agent()
    campaign = one(
        world.postgres,
        "insert into public.campaigns (tenant_id, name, assessment_type, custom_assessment_id)"
        " values (%s, 'Round', 'custom', %s) returning id",
        world.tenant.id,
        world.assessment,
    )
    # The campaign has begun, so nothing of it has to be pinned.
    begun, talk = (
        one(
            world.postgres,
            "with made as (insert into public.campaign_assignments (campaign_id, access_token)"
            " values (%s, %s) returning id) insert into public.agent_sessions (stakeholder_session_id)"
            " select id from made returning id",
            campaign,
            token,
        )
        for token in ("begun", "withdrawn")
    )
    one(agent, BEGIN, begun)
    world.postgres.execute("delete from private.pins where kind = 'assignment'")
    assert one(respondent, WITHDRAW, "withdrawn") == "withdrawn"
    assert refused(second_of(world, respondent, agent, (KEEP, talk))) == "SESSION_CANCELLED"
    assert one(world.postgres, "select count(*) from private.turns") == 0


def test_two_withdrawals_and_a_cancellation_wait_in_turn(world: World) -> None:
    first, owner = world.respondent(autocommit=False), world.owner()
    session = world.add_session()
    link = link_of(world, session)
    one(first, WITHDRAW, link)
    second = world.respondent()
    late = Meanwhile(lambda: one(second, WITHDRAW, link))
    assert late.waits(world.postgres, second)
    assert refused(second_of(world, first, owner, (CANCEL, session))) == "SESSION_CANCELLED"
    assert late.result() == "withdrawn"


def test_an_interview_of_a_campaign_waits_for_a_withdrawal_and_does_not_begin(world: World) -> None:
    respondent, agent = world.respondent(autocommit=False), world.agent()
    ((person, link),) = world.postgres.execute(
        "with made as (insert into public.campaigns (tenant_id, name, assessment_type, custom_assessment_id)"
        " values (%s, 'Round', 'custom', %s) returning id)"
        " insert into public.campaign_assignments (campaign_id) select id from made"
        " returning id, access_token",
        [world.tenant.id, world.assessment],
    ).fetchall()
    talk = one(
        world.postgres,
        "insert into public.agent_sessions (stakeholder_session_id) values (%s) returning id",
        person,
    )
    assert one(respondent, WITHDRAW, link) == "withdrawn"
    assert refused(second_of(world, respondent, agent, (BEGIN, talk))) == "SESSION_CANCELLED"
    assert one(respondent, STATUS, link) == "withdrawn"
    assert one(world.postgres, "select count(begun_at) from private.pins where id = %s", person) == 0


def test_a_link_is_the_former_one_until_the_rotation_commits(world: World) -> None:
    owner, respondent = world.owner(autocommit=False), world.respondent()
    session = world.add_session()
    former = link_of(world, session)
    given = str(one(owner, ROTATE, session))
    assert (one(respondent, STATUS, former), one(respondent, STATUS, given)) == ("open", "unavailable")
    owner.commit()
    assert (one(respondent, STATUS, former), one(respondent, STATUS, given)) == ("unavailable", "open")


def test_a_withdrawal_by_a_link_that_is_just_replaced_changes_nothing(world: World) -> None:
    owner = world.owner(autocommit=False)
    session = world.add_session()
    former = link_of(world, session)
    one(owner, ROTATE, session)
    assert second_of(world, owner, world.respondent(), (WITHDRAW, former)).result() == "unavailable"
    assert status_of(world, session) == ("registered", 0, 0)


def test_a_rotation_waits_for_a_withdrawal(world: World) -> None:
    respondent, owner = world.respondent(autocommit=False), world.owner()
    session = world.add_session()
    one(respondent, WITHDRAW, link_of(world, session))
    given = second_of(world, respondent, owner, (ROTATE, session)).result()
    assert one(world.respondent(), STATUS, given) == "withdrawn"
