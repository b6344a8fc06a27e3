"""Completions and jobs, when agents, workers and operators use them at the same time."""

from __future__ import annotations

import threading
from collections import Counter
from functools import partial

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.py.harness.databases import Connection
from tests.py.harness.people import People
from tests.py.harness.sessions import DEFINITION, Meanwhile, World, compiled, exchange, one, reason_of
from worker.engine.jobs import Failed, Finished, Release, Snapshot

COMPLETE = "select public.complete_assessment_session(%s, 'coaching', '{\"Clarity\": 4, \"Courage\": 3}')"


# --- completing ---------------------------------------------------------------------------------------------


def test_two_completions_of_one_session_at_once_queue_one(world: World) -> None:
    session = world.add_session()
    first, second = world.agent(autocommit=False), world.agent()
    receipt = one(first, COMPLETE, session)
    assert receipt["queued"] is True
    late = Meanwhile(lambda: one(second, COMPLETE, session))
    assert late.waits(world.postgres, second)
    first.commit()
    assert late.result() == receipt | {"queued": False}
    assert one(world.postgres, "select count(*) from private.jobs") == 1


def test_completing_again_while_the_result_is_written_queues_nothing(world: World) -> None:
    session = world.add_session()
    worker, agent = world.agent(autocommit=False), world.agent()
    one(agent, COMPLETE, session)
    (job,) = exchange(worker, "w", claim=1)["jobs"]
    worker.commit()
    finished = Snapshot(job["job"], job["attempt"])
    assert exchange(worker, "w", [finished])["settled"] == [
        {"job": job["job"], "outcome": "succeeded", "error": None}
    ]
    again = Meanwhile(lambda: one(agent, COMPLETE, session))
    assert again.waits(world.postgres, agent)
    worker.commit()
    answer = again.result()
    assert (answer["queued"], answer["status"]) == (False, "succeeded")
    assert one(world.postgres, "select count(*) from private.jobs where rank is not null") == 0


def test_a_result_does_not_wait_for_an_edit_of_the_assessment(world: World) -> None:
    """It uses what was stored when the scores were accepted."""
    session = world.add_session()
    worker, owner = world.agent(), world.owner(autocommit=False)
    one(world.agent(), COMPLETE, session)
    (job,) = exchange(worker, "w", claim=1)["jobs"]
    owner.execute(
        "update public.custom_assessments set definition = definition || %s where id = %s",
        [Jsonb({"resultCategories": []}), world.assessment],
    )
    worker.execute("set lock_timeout = '5s'")
    finished = Snapshot(job["job"], job["attempt"])
    assert [end["outcome"] for end in exchange(worker, "w", [finished])["settled"]] == ["succeeded"]
    owner.commit()
    assert (
        one(
            world.postgres,
            "select result.assessment_version || ' ' || assessment.version"
            " from public.custom_assessment_results as result"
            " join public.custom_assessments as assessment on assessment.id = result.assessment_id",
        )
        == "1.0 2.0"
    )


def test_deleting_an_assessment_waits_for_a_completion_and_is_refused(world: World) -> None:
    session = world.add_session()
    agent, owner = world.agent(autocommit=False), world.owner()
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
    assert reason_of(refused.value) == "ASSESSMENT_HAS_RESULTS"


def test_completing_again_after_a_failure_waits_for_the_erasure_of_the_tenant(world: World) -> None:
    session = world.add_session()
    worker, agent = world.agent(), world.agent()
    one(agent, COMPLETE, session)
    (job,) = exchange(worker, "w", claim=1)["jobs"]
    exchange(worker, "w", [Failed(job["job"], job["attempt"], "unspecified", [])])
    # An erasure that has its first locks.
    operator = world.database.connect(autocommit=False)
    for rows in ("public.tenant_profiles where id", "public.custom_assessments where tenant_id"):
        operator.execute(f"select from {rows} = %s for update".encode(), [world.tenant.id])
    again = Meanwhile(lambda: one(agent, COMPLETE, session))
    assert again.waits(world.postgres, agent)
    operator.execute("set local role service_role")
    assert one(operator, "select public.erase_tenant(%s)", world.tenant.id)["score_requests"] == 1
    operator.commit()
    with pytest.raises(psycopg.Error) as refused:
        again.result()
    assert (refused.value.sqlstate, reason_of(refused.value)) == ("PT404", "SESSION_NOT_FOUND")


# --- the queue ----------------------------------------------------------------------------------------------


def test_two_claims_at_once_share_nothing_and_wait_for_nothing(world: World) -> None:
    world.upload(*(f"# {n}" for n in range(10)))
    first, second = world.agent(autocommit=False), world.agent()
    mine = {job["job"] for job in exchange(first, "w1", claim=4)["jobs"]}
    second.execute("set lock_timeout = '1s'")
    theirs = {job["job"] for job in exchange(second, "w2", claim=4)["jobs"]}
    assert (len(mine), len(theirs), mine & theirs) == (4, 4, set())
    first.rollback()
    # What was rolled back is available at once, and no attempt is counted.
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
    assert [end["outcome"] for end in late.result()["settled"]] == ["succeeded"]
    assert one(world.postgres, "select count(distinct assessment_id) from public.assessment_uploads") == 1
    assert (
        one(
            world.postgres,
            "select count(*) from public.assessment_uploads"
            " where diagnostics -> 0 ->> 'code' = 'already-uploaded'",
        )
        == 1
    )


def test_a_request_that_is_sent_again_while_the_first_is_still_at_it_gets_the_same_jobs(world: World) -> None:
    world.upload(*(f"# {n}" for n in range(4)))
    first, second = world.agent(autocommit=False), world.agent()
    claim = "select public.exchange_jobs('w1', '[]', 2, 60, 'r1') -> 'jobs'"
    mine = one(first, claim)
    again = Meanwhile(lambda: one(second, claim))
    assert again.waits(world.postgres, second)
    first.commit()
    ((claimed,), (again_claimed,)) = (mine, again.result())
    assert again_claimed["jobs"] == claimed["jobs"]
    assert again_claimed["tries"] == [1, 1]
    assert one(world.postgres, "select count(*) from private.jobs where state = 'running'") == 2


def test_two_finishes_of_the_same_tenants_in_opposite_order_wait_for_each_other_and_end(
    world: World, people: People
) -> None:
    """Neither is aborted by a deadlock, and no slug is given twice."""
    tenants = [world.tenant.id, people.tenant().id, people.tenant().id]
    workers = {"w1": world.agent(), "w2": world.agent()}
    for round_ in range(12):
        for tenant in tenants * 4:
            world.postgres.execute(
                "insert into public.assessment_uploads (tenant_id, source_markdown)"
                " select %s, '# ' || gen_random_uuid()",
                [tenant],
            )
        handed = {}
        for number, (name, worker) in enumerate(workers.items()):
            jobs = exchange(worker, name, claim=6)["jobs"]
            handed[name] = [compiled(job, f"Name {n % 2}") for n, job in enumerate(jobs)]
            if (number + round_) % 2:
                handed[name].reverse()
        ends = [
            Meanwhile(partial(exchange, workers[name], name, finished)) for name, finished in handed.items()
        ]
        for end in ends:
            assert [told["outcome"] for told in end.result()["settled"]] == ["succeeded"] * 6
    made = world.postgres.execute(
        "select count(*), count(distinct (tenant_id, slug)) from public.custom_assessments"
        " where source_markdown is not null"
    ).fetchone()
    assert made == (144, 144)


def test_a_finish_and_its_tenants_own_inserts_wait_for_each_other(world: World) -> None:
    world.upload("# One", "# Two")
    worker, owner = world.agent(autocommit=False), world.owner(autocommit=False)
    first, second = exchange(worker, "w1", claim=2)["jobs"]
    worker.commit()
    insert = (
        "insert into public.custom_assessments (tenant_id, name, definition) values (%s, %s, %s)"
        " returning slug"
    )
    values = (world.tenant.id, "Same", Jsonb(DEFINITION))
    # The owner first, with two names, one of which the worker has too.
    assert one(owner, insert, *values) == "same"
    finish = Meanwhile(lambda: exchange(worker, "w1", [compiled(first, "Other")]))
    assert finish.waits(world.postgres, worker)
    assert one(owner, insert, world.tenant.id, "Other", Jsonb(DEFINITION)) == "other"
    owner.commit()
    assert [end["outcome"] for end in finish.result()["settled"]] == ["succeeded"]
    # Then the worker first.
    exchange(worker, "w1", [compiled(second, "Same")])
    late = Meanwhile(lambda: one(owner, insert, *values))
    assert late.waits(world.postgres, owner)
    worker.commit()
    assert late.result() == "same-3"
    owner.commit()
    slugs = world.postgres.execute(
        "select slug from public.custom_assessments where name in ('Same', 'Other')"
    )
    assert {slug for (slug,) in slugs} == {"same", "other", "other-2", "same-2", "same-3"}


@pytest.mark.parametrize("falling", [False, True], ids=["rising versions", "falling versions"])
def test_two_replacements_of_one_assessment_come_one_after_the_other(world: World, *, falling: bool) -> None:
    upload = (
        "insert into public.assessment_uploads (tenant_id, source_markdown, assessment_id)"
        " values (%s, %s, %s) returning id"
    )
    for source in ("# A", "# B"):
        one(world.postgres, upload, world.tenant.id, source, world.assessment)
    first, second = world.agent(autocommit=False), world.agent()
    (mine,) = exchange(first, "w1", claim=1)["jobs"]
    first.commit()
    (theirs,) = exchange(second, "w2", claim=1)["jobs"]
    versions = ("1.2", "1.1") if falling else ("1.1", "1.2")
    exchange(first, "w1", [compiled(mine, version=versions[0])])
    late = Meanwhile(lambda: exchange(second, "w2", [compiled(theirs, version=versions[1])]))
    assert late.waits(world.postgres, second)
    first.commit()
    (end,) = late.result()["settled"]
    assert (end["outcome"], end["error"]) == (
        ("rejected", "version-falls") if falling else ("succeeded", None)
    )
    replaced = world.postgres.execute(
        "select version, source_markdown from public.custom_assessments where id = %s", [world.assessment]
    ).fetchone()
    assert replaced == ("1.2", "# A" if falling else "# B")


def test_expired_lease_is_settled_once(world: World) -> None:
    """A late worker finishes while another takes the job back: exactly one of them has it."""
    world.upload("# Slow")
    slow, next_one = world.agent(autocommit=False), world.agent()
    (job,) = exchange(slow, "slow", claim=1)["jobs"]
    slow.commit()
    world.postgres.execute("update private.jobs set lease_expires_at = now() - interval '1 second'")
    exchange(slow, "slow", [compiled(job)])
    # Finishing has locked the job's row, so the claim skips it instead of waiting.
    assert exchange(next_one, "next", claim=5)["jobs"] == []
    slow.commit()
    assert exchange(next_one, "next", claim=5)["jobs"] == []
    assert one(world.postgres, "select state from private.jobs") == "succeeded"
    assert one(world.postgres, "select count(*) from public.custom_assessments where status = 'draft'") == 1


def test_many_workers_and_uploaders_end_everything_once(world: World, people: People) -> None:
    """Four workers and two tenants at once: every upload ends once, and no deadlock occurs."""
    total = 120
    other = people.tenant()
    sources = [(world.tenant.id if n % 3 else other.id, f"# {n % 40}") for n in range(total)]
    outcomes: Counter[str] = Counter()
    errors: list[Exception] = []
    stop = threading.Event()

    def work(name: str, connection: Connection) -> None:
        finished: list[Finished] = []
        try:
            while not stop.is_set() or finished:
                answer = exchange(connection, name, finished, 7)
                outcomes.update(end["outcome"] for end in answer["settled"])
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
    """Neither has locked what the other needs, so that no deadlock aborts one of them."""
    world.upload("# One", "# Two")
    worker, operator = world.agent(autocommit=False), world.agent()
    first, second = exchange(worker, "w1", claim=2)["jobs"]
    worker.commit()
    exchange(worker, "w1", [compiled(first)])
    erase = Meanwhile(lambda: one(operator, "select public.erase_tenant(%s)", world.tenant.id))
    assert erase.waits(world.postgres, operator)
    answer = exchange(worker, "w1", [compiled(second)])
    worker.commit()
    assert [end["outcome"] for end in answer["settled"]] == ["succeeded"]
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
    exchange(worker, "w1", [Release(job["job"], job["attempt"])])
    assert [note.channel for note in listener.notifies(timeout=5, stop_after=1)] == ["assessment_jobs"]


def test_deleting_an_upload_and_finishing_it_do_not_stop_each_other(world: World) -> None:
    (upload,) = world.upload("# One")
    worker, support = world.agent(autocommit=False), world.agent()
    (job,) = exchange(worker, "w", claim=1)["jobs"]
    worker.commit()
    exchange(worker, "w", [Release(job["job"], job["attempt"])])
    deletion = Meanwhile(
        lambda: one(support, "delete from public.assessment_uploads where id = %s returning id", upload)
    )
    assert deletion.waits(world.postgres, support)
    worker.commit()
    assert deletion.result() == upload
    assert one(world.postgres, "select last_error from private.jobs") == "subject-deleted"
