"""A respondent is erased while an agent or a worker is at work: one of the two orders, never a mixture."""

from __future__ import annotations

import uuid

import psycopg
import pytest

from tests.py.harness.databases import Connection
from tests.py.harness.sessions import Meanwhile, World, exchange, one, reason_of
from tests.py.races.test_session_ends import BEGIN, COMPLETE, add_talk, refused, second_of
from worker.engine.jobs import Snapshot

ERASE = "select public.erase_session(%s, 'coaching')"
SAVE = (
    'select public.save_progress(%s, \'[{"turn": 1, "speaker": "respondent", "text": "I am Kim."}]\')'
    " ->> 'saved'"
)


def what_is_left(world: World, session: uuid.UUID) -> tuple[int, ...]:
    """How many results, completions, jobs, pins and turns there are."""
    return tuple(
        one(world.postgres, query.replace("%session", "%s"), *([session] * query.count("%session")))
        for query in (
            "select count(*) from public.custom_assessment_results where session_id = %session",
            "select count(*) from private.score_requests where session_id = %session",
            "select count(*) from private.jobs where kind = 'score' and state <> 'succeeded'",
            "select count(*) from private.pins where id = %session",
            "select count(*) from private.turns where session_id = %session",
        )
    )


NOTHING = (0, 0, 0, 0, 0)


def claim(world: World, session: uuid.UUID) -> tuple[Connection, Snapshot]:
    """A worker that has claimed the scores of a session."""
    assert one(world.agent(), COMPLETE, session) == "true"
    worker = world.agent()
    (job,) = [each for each in exchange(worker, "w", claim=10)["jobs"] if each["kind"] == "score"]
    return worker, Snapshot(job["job"], job["attempt"])


def test_a_worker_that_finishes_after_an_erasure_has_lost_the_job(world: World) -> None:
    owner, session = world.owner(autocommit=False), world.add_session()
    worker, job = claim(world, session)
    one(owner, ERASE, session)
    late = Meanwhile(lambda: exchange(worker, "w", [job]))
    assert late.waits(world.postgres, worker)
    owner.commit()
    assert [end["outcome"] for end in late.result()["settled"]] == ["lost"]
    assert what_is_left(world, session) == NOTHING


def test_an_erasure_takes_the_result_that_a_worker_is_writing(world: World) -> None:
    owner, session = world.owner(), world.add_session()
    worker, job = claim(world, session)
    worker.autocommit = False
    assert [end["outcome"] for end in exchange(worker, "w", [job])["settled"]] == ["succeeded"]
    assert second_of(world, worker, owner, (ERASE, session)).result()["results"] == 1
    assert what_is_left(world, session) == NOTHING


def test_a_completion_waits_for_an_erasure_and_is_refused(world: World) -> None:
    owner, agent, session = world.owner(autocommit=False), world.agent(), world.add_session()
    one(owner, ERASE, session)
    assert refused(second_of(world, owner, agent, (COMPLETE, session))) == "SESSION_ERASED"
    assert what_is_left(world, session) == NOTHING


def test_an_erasure_takes_the_completion_for_which_it_waits(world: World) -> None:
    owner, agent, session = world.owner(), world.agent(autocommit=False), world.add_session()
    assert one(agent, COMPLETE, session) == "true"
    counts = second_of(world, agent, owner, (ERASE, session)).result()
    assert (counts["score_requests"], counts["jobs"]) == (1, 1)
    assert what_is_left(world, session) == NOTHING


@pytest.mark.parametrize("doing", [BEGIN, SAVE], ids=["begins", "keeps a turn"])
def test_an_agent_that_begins_or_keeps_a_turn_waits_for_an_erasure_and_is_refused(
    world: World, doing: str
) -> None:
    owner, agent, session = world.owner(autocommit=False), world.agent(), world.add_session()
    talk = add_talk(world, session)
    one(owner, ERASE, session)
    assert refused(second_of(world, owner, agent, (doing, talk))) == "SESSION_ERASED"
    assert what_is_left(world, session) == NOTHING


@pytest.mark.parametrize("doing", [BEGIN, SAVE], ids=["begins", "keeps a turn"])
def test_an_erasure_takes_the_interview_that_begins_or_the_turn_for_which_it_waits(
    world: World, doing: str
) -> None:
    owner, agent, session = world.owner(), world.agent(autocommit=False), world.add_session()
    talk = add_talk(world, session)
    one(agent, doing, talk)
    counts = second_of(world, agent, owner, (ERASE, session)).result()
    assert (counts["pins"], counts["turns"]) == (1, int(doing == SAVE))
    assert what_is_left(world, session) == NOTHING
    agent.autocommit = True
    with pytest.raises(psycopg.Error) as error:
        one(agent, doing, talk)
    assert reason_of(error.value) == "SESSION_ERASED"


TALK = (
    "insert into public.agent_sessions (coaching_session_id, session_context)"
    ' values (%s, \'{"said": "I am Kim."}\') returning id'
)


def test_an_agent_that_starts_over_waits_for_an_erasure_and_is_refused(world: World) -> None:
    owner, agent, session = world.owner(autocommit=False), world.agent(), world.add_session()
    one(agent, BEGIN, add_talk(world, session))
    one(owner, ERASE, session)
    assert refused(second_of(world, owner, agent, (TALK, session))) == "SESSION_ERASED"
    with pytest.raises(psycopg.Error) as error:
        one(agent, TALK, session)
    assert reason_of(error.value) == "SESSION_ERASED"
    assert what_is_left(world, session) == NOTHING


def test_an_erasure_empties_the_agent_session_for_which_it_waits(world: World) -> None:
    owner, agent, session = world.owner(), world.agent(), world.add_session()
    one(agent, BEGIN, add_talk(world, session))
    agent.autocommit = False
    one(agent, TALK, session)
    assert second_of(world, agent, owner, (ERASE, session)).result()["agent_sessions"] == 1
    words = "select count(*) from public.agent_sessions where session_context <> '{}'"
    assert one(world.postgres, words) == 0


def test_two_erasures_of_one_person_count_each_row_once(world: World) -> None:
    first, second, session = world.owner(autocommit=False), world.agent(), world.add_session()
    claim(world, session)
    assert one(first, ERASE, session)["jobs"] == 1
    counts = second_of(world, first, second, (ERASE, session)).result()
    assert set(counts.values()) == {0}
