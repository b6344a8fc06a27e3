"""What two sessions do at the same moment."""

from __future__ import annotations

import json
import threading
from collections import Counter
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.py.database.sessions import DEFINITION, Meanwhile, World, compiled, exchange, one
from tests.py.harness.databases import Connection, Database
from tests.py.harness.people import People

WRITE_RESULT = (
    "insert into public.custom_assessment_results (assessment_id, session_id, session_type, dimension_scores)"
    " values (%s, %s, 'coaching', '{\"Clarity\": 4, \"Courage\": 3}') returning id"
)


@pytest.fixture
def world(database: Database, people: People) -> World:
    return World(database, people)


def reason_of(error: psycopg.Error) -> str:
    """The reason of a refusal."""
    return str(json.loads(error.diag.message_detail or "{}")["reason"])


# --- results ------------------------------------------------------------------------------------------------


def test_two_results_for_one_session_at_once_give_one(world: World) -> None:
    session = world.add_session()
    first, second = world.agent(autocommit=False), world.agent()
    one(first, WRITE_RESULT, world.assessment, session)
    late = Meanwhile(lambda: one(second, WRITE_RESULT, world.assessment, session))
    assert late.waits(world.postgres, second)
    first.commit()
    with pytest.raises(psycopg.errors.UniqueViolation) as refused:
        late.result()
    assert refused.value.diag.constraint_name == "idx_custom_assessment_results_session"
    assert one(world.postgres, "select count(*) from public.custom_assessment_results") == 1


def test_edit_waits_for_a_result_that_is_being_written(world: World) -> None:
    agent, owner = (
        world.agent(autocommit=False),
        world.database.connect_as("authenticated", world.tenant.owner.id),
    )
    result = one(agent, WRITE_RESULT, world.assessment, world.add_session())
    edit = Meanwhile(
        lambda: one(
            owner,
            "update public.custom_assessments set definition = %s where id = %s returning version",
            Jsonb(renamed("Able")),
            world.assessment,
        )
    )
    assert edit.waits(world.postgres, owner)
    agent.commit()
    assert edit.result() == "1.1"
    assert frozen(world.postgres, result) == ("1.0", "Strong", DEFINITION["resultCategories"])


def test_result_waits_for_an_edit_and_is_of_the_edited(world: World) -> None:
    agent, owner = world.agent(), world.database.connect_as("authenticated", world.tenant.owner.id)
    session = world.add_session()
    owner.autocommit = False
    owner.execute(
        "update public.custom_assessments set definition = %s where id = %s",
        [Jsonb(renamed("Able")), world.assessment],
    )
    write = Meanwhile(lambda: one(agent, WRITE_RESULT, world.assessment, session))
    assert write.waits(world.postgres, agent)
    owner.commit()
    assert frozen(world.postgres, write.result()) == ("1.1", "Able", renamed("Able")["resultCategories"])


def test_archiving_while_a_result_is_written_gives_a_result_that_belongs_together(world: World) -> None:
    agent, owner = world.agent(), world.database.connect_as("authenticated", world.tenant.owner.id)
    session = world.add_session()
    owner.autocommit = False
    owner.execute(
        "update public.custom_assessments set status = 'archived' where id = %s", [world.assessment]
    )
    write = Meanwhile(lambda: one(agent, WRITE_RESULT, world.assessment, session))
    assert write.waits(world.postgres, agent)
    owner.commit()
    assert frozen(world.postgres, write.result()) == ("1.0", "Strong", DEFINITION["resultCategories"])


def test_deletion_waits_for_a_result_and_is_refused(world: World) -> None:
    agent, owner = (
        world.agent(autocommit=False),
        world.database.connect_as("authenticated", world.tenant.owner.id),
    )
    one(agent, WRITE_RESULT, world.assessment, world.add_session())
    delete = Meanwhile(
        lambda: owner.execute("delete from public.custom_assessments where id = %s", [world.assessment])
    )
    assert delete.waits(world.postgres, owner)
    agent.commit()
    with pytest.raises(psycopg.Error) as refused:
        delete.result()
    assert (refused.value.sqlstate, reason_of(refused.value)) == ("PT409", "ASSESSMENT_HAS_RESULTS")
    assert one(world.postgres, "select count(*) from public.custom_assessments") == 1


def test_result_waits_for_a_deletion_and_is_refused(world: World) -> None:
    agent, owner = world.agent(), world.database.connect_as("authenticated", world.tenant.owner.id)
    session = world.add_session()
    owner.autocommit = False
    owner.execute("delete from public.custom_assessments where id = %s", [world.assessment])
    write = Meanwhile(lambda: one(agent, WRITE_RESULT, world.assessment, session))
    assert write.waits(world.postgres, agent)
    owner.commit()
    with pytest.raises(psycopg.Error) as refused:
        write.result()
    assert refused.value.sqlstate == "PT404"
    assert one(world.postgres, "select count(*) from public.custom_assessment_results") == 0


def test_erasing_a_tenant_waits_for_a_result_and_counts_it(world: World) -> None:
    agent, operator = world.agent(autocommit=False), world.agent()
    one(agent, WRITE_RESULT, world.assessment, world.add_session())
    erase = Meanwhile(lambda: one(operator, "select public.erase_tenant(%s)", world.tenant.id))
    assert erase.waits(world.postgres, operator)
    agent.commit()
    assert erase.result()["results"] == 1
    assert one(world.postgres, "select count(*) from public.custom_assessment_results") == 0


# --- the queue ----------------------------------------------------------------------------------------------


def test_two_completions_of_one_session_at_once_queue_one(world: World) -> None:
    session = world.add_session()
    complete = "select public.complete_assessment_session(%s, 'coaching', '{\"Clarity\": 4}')"
    first, second = world.agent(autocommit=False), world.agent()
    assert one(first, complete, session)["queued"] is True
    late = Meanwhile(lambda: one(second, complete, session))
    assert late.waits(world.postgres, second)
    first.commit()
    assert late.result() == {"queued": False, "status": "queued"}
    assert one(world.postgres, "select count(*) from private.jobs") == 1


def test_two_claims_at_once_share_nothing_and_wait_for_nothing(world: World) -> None:
    world.upload(*(f"# {n}" for n in range(10)))
    first, second = world.agent(autocommit=False), world.agent()
    mine = {job["job"] for job in exchange(first, "w1", claim=4)["jobs"]}
    second.execute("set lock_timeout = '1s'")
    theirs = {job["job"] for job in exchange(second, "w2", claim=4)["jobs"]}
    assert (len(mine), len(theirs), mine & theirs) == (4, 4, set())
    first.rollback()
    # What was rolled back is there at once, uncharged.
    again = exchange(second, "w2", claim=10)["jobs"]
    assert {job["job"] for job in again} >= mine
    assert {job["tries"] for job in again} == {1}


def test_same_bytes_by_two_workers_at_once_give_one_draft(world: World) -> None:
    world.upload("# Same", "# Same")
    first, second = world.agent(autocommit=False), world.agent()
    (mine,) = exchange(first, "w1", claim=1)["jobs"]
    first.commit()
    (theirs,) = exchange(second, "w2", claim=1)["jobs"]
    exchange(first, "w1", [compiled(mine)])
    late = Meanwhile(lambda: exchange(second, "w2", [compiled(theirs)]))
    assert late.waits(world.postgres, second)
    first.commit()
    assert [end["outcome"] for end in late.result()["finished"]] == ["succeeded"]
    assert one(world.postgres, "select count(distinct assessment_id) from public.assessment_uploads") == 1
    assert (
        one(
            world.postgres,
            "select count(*) from public.assessment_uploads"
            " where diagnostics -> 0 ->> 'code' = 'already-uploaded'",
        )
        == 1
    )


def test_expired_lease_is_settled_once(world: World) -> None:
    """The late worker finishes while another takes the job back: one of them has it, never both."""
    world.upload("# Slow")
    slow, next_one = world.agent(autocommit=False), world.agent()
    (job,) = exchange(slow, "slow", claim=1)["jobs"]
    slow.commit()
    world.postgres.execute("update private.jobs set lease_expires_at = now() - interval '1 second'")
    exchange(slow, "slow", [compiled(job)])
    # The finish holds the job's row, so the claim passes it by instead of waiting.
    assert exchange(next_one, "next", claim=5)["jobs"] == []
    slow.commit()
    assert exchange(next_one, "next", claim=5)["jobs"] == []
    assert one(world.postgres, "select state from private.jobs") == "succeeded"
    assert one(world.postgres, "select count(*) from public.custom_assessments where status = 'draft'") == 1


def test_many_workers_and_uploaders_end_everything_once(world: World, people: People) -> None:
    """Four workers and two tenants at once: every upload ends once, and no two wait for each other."""
    total = 120
    other = people.tenant()
    sources = [(world.tenant.id if n % 3 else other.id, f"# {n % 40}") for n in range(total)]
    outcomes: Counter[str] = Counter()
    errors: list[Exception] = []
    stop = threading.Event()

    def work(name: str, connection: Connection) -> None:
        finished: list[dict[str, Any]] = []
        try:
            while not stop.is_set() or finished:
                answer = exchange(connection, name, finished, 7)
                outcomes.update(end["outcome"] for end in answer["finished"])
                finished = [compiled(job, job["source_markdown"][2:]) for job in answer["jobs"]]
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)

    workers = [threading.Thread(target=work, args=[f"w{n}", world.agent()]) for n in range(4)]
    for worker in workers:
        worker.start()
    for tenant, source in sources:
        world.postgres.execute(
            "insert into public.assessment_uploads (tenant_id, source_markdown) values (%s, %s)",
            [tenant, source],
        )
    for _ in range(600):
        if not one(world.postgres, "select count(*) from private.jobs where rank is not null"):
            break
        stop.wait(0.05)
    stop.set()
    for worker in workers:
        worker.join(20)
    assert errors == []
    assert outcomes["succeeded"] == total
    assert (
        one(world.postgres, "select count(*) from public.assessment_uploads where status = 'succeeded'")
        == total
    )
    assert one(
        world.postgres, "select count(*) from public.custom_assessments where source_markdown is not null"
    ) == len(set(sources))
    assert (
        one(
            world.postgres,
            "select count(distinct (tenant_id, slug)) - count(*) from public.custom_assessments",
        )
        == 0
    )


def test_erasing_a_tenant_waits_for_a_worker_that_finishes_its_jobs(world: World) -> None:
    """Neither holds what the other needs, so that no deadlock ends one of them."""
    world.upload("# One", "# Two")
    worker, operator = world.agent(autocommit=False), world.agent()
    first, second = exchange(worker, "w1", claim=2)["jobs"]
    worker.commit()
    exchange(worker, "w1", [compiled(first)])
    erase = Meanwhile(lambda: one(operator, "select public.erase_tenant(%s)", world.tenant.id))
    assert erase.waits(world.postgres, operator)
    answer = exchange(worker, "w1", [compiled(second)])
    worker.commit()
    assert [end["outcome"] for end in answer["finished"]] == ["succeeded"]
    counts = erase.result()
    assert (counts["uploads"], counts["assessments"], counts["jobs"]) == (2, 3, 2)
    assert one(world.postgres, "select count(*) from private.jobs") == 0


def test_listeners_are_woken(world: World) -> None:
    listener = world.database.connect()
    listener.execute("listen assessment_jobs")
    world.upload("# One")
    assert [note.payload for note in listener.notifies(timeout=5, stop_after=1)] == [""]
    worker = world.agent()
    (job,) = exchange(worker, "w1", claim=1)["jobs"]
    exchange(worker, "w1", [{"job": job["job"], "attempt": job["attempt"], "outcome": "release"}])
    assert [note.channel for note in listener.notifies(timeout=5, stop_after=1)] == ["assessment_jobs"]


def renamed(category: str) -> dict[str, Any]:
    """The definition with another name for its upper category."""
    lower, upper = DEFINITION["resultCategories"]
    return DEFINITION | {"resultCategories": [lower, {**upper, "name": category}]}


def frozen(connection: Connection, result: object) -> tuple[Any, ...] | None:
    """What a result says of its version and category."""
    return connection.execute(
        "select assessment_version, matched_category, assessment_definition_snapshot -> 'resultCategories'"
        " from public.custom_assessment_results where id = %s",
        [result],
    ).fetchone()
