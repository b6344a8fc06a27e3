"""The order in which all writers take locks, and workers that do not wait for a lock held elsewhere."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from stack.processes import wait_until
from tests.py.harness.databases import Connection
from tests.py.harness.people import People
from tests.py.harness.sessions import DEFINITION, Meanwhile, World, compiled, exchange, one

INSERT = (
    "insert into public.custom_assessments (tenant_id, name, definition) values (%s, %s, %s) returning id"
)
TOUCH = "update public.custom_assessments set marketplace_price_tier = 'starter' where id = %s returning id"
UPLOAD = (
    "insert into public.assessment_uploads (tenant_id, created_by, source_markdown, assessment_id)"
    " values (%s, %s, %s, %s) returning id"
)


@pytest.fixture
def neighbour(world: World, people: People) -> World:
    """Another tenant in the same database."""
    return World(world.database, people)


def replace(world: World, source: str = "# Replaced") -> uuid.UUID:
    """An upload of the tenant that replaces its assessment."""
    made: uuid.UUID = one(
        world.postgres, UPLOAD, world.tenant.id, world.tenant.owner.id, source, world.assessment
    )
    return made


def ends_of(answer: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Outcome and error of each job that a worker handed in."""
    return [(end["outcome"], end["error"]) for end in answer["settled"]]


def job_of(world: World, upload: uuid.UUID) -> dict[str, Any]:
    """The job of an upload."""
    found: dict[str, Any] = one(
        world.postgres, "select to_jsonb(job) from private.jobs as job where subject_id = %s", upload
    )
    return found


# --- workers ------------------------------------------------------------------------------------------------


def holds_the_assessment(world: World) -> Connection:
    """Lock it as a trusted writer, who does not enter the line."""
    trusted = world.agent(autocommit=False)
    one(trusted, TOUCH, world.assessment)
    return trusted


def holds_the_line(world: World) -> Connection:
    owner = world.owner(autocommit=False)
    one(owner, INSERT, world.tenant.id, "Held", Jsonb(DEFINITION))
    return owner


@pytest.mark.parametrize("hold", [holds_the_assessment, holds_the_line])
def test_a_tenant_whose_rows_are_locked_keeps_no_neighbour_waiting(
    world: World, neighbour: World, hold: Callable[[World], Connection]
) -> None:
    held, free = replace(world), neighbour.upload("# Free")[0]
    worker = world.agent()
    finished = [
        compiled(job, version="1.1" if "Replaced" in job["source_markdown"] else "1.0")
        for job in exchange(worker, "w", claim=5)["jobs"]
    ]
    owner = hold(world)
    before = one(world.postgres, "select clock_timestamp()")
    assert sorted(ends_of(exchange(worker, "w", finished))) == [
        ("retried", "database-55p03"),
        ("succeeded", None),
    ]
    assert one(world.postgres, "select status from public.assessment_uploads where id = %s", free) == (
        "succeeded"
    )
    # It is retried later, and is not charged for another transaction's lock.
    job = job_of(world, held)
    assert (job["state"], job["attempts"] - job["releases"]) == ("queued", 0)
    # It waited half a second for the lock, and the delay is at least another half.
    later = "select not_before >= %s + interval '1 second' from private.jobs where id = %s"
    assert one(world.postgres, later, before, job["id"])
    owner.commit()
    world.postgres.execute("update private.jobs set not_before = now() where id = %s", [job["id"]])
    (again,) = exchange(worker, "w", claim=5)["jobs"]
    assert again["tries"] == 1
    assert ends_of(exchange(worker, "w", [compiled(again, version="1.1")])) == [("succeeded", None)]


def test_the_same_bytes_as_those_of_an_assessment_that_is_being_deleted_make_another(world: World) -> None:
    worker, owner = world.agent(), world.owner(autocommit=False)
    for _ in range(2):
        one(world.postgres, UPLOAD, world.tenant.id, world.tenant.owner.id, "# Same", None)
    first, second = exchange(worker, "w", claim=2)["jobs"]
    exchange(worker, "w", [compiled(first)])
    made = one(owner, "delete from public.custom_assessments where name = 'Compiled' returning id")
    assert ends_of(exchange(worker, "w", [compiled(second)])) == [("retried", "database-55p03")]
    owner.commit()
    world.postgres.execute("update private.jobs set not_before = now() where not_before is not null")
    (again,) = exchange(worker, "w", claim=1)["jobs"]
    assert ends_of(exchange(worker, "w", [compiled(again)])) == [("succeeded", None)]
    assert one(
        world.postgres,
        "select id <> %s from public.custom_assessments where name = 'Compiled'",
        made,
    )


def test_a_lock_that_is_kept_for_ever_ends_the_job_in_the_end(world: World) -> None:
    upload = replace(world)
    owner, worker = holds_the_assessment(world), world.agent()
    outcomes: list[tuple[str, str | None]] = []
    delays: list[float] = []
    for _ in range(40):
        jobs = exchange(worker, "w", claim=1)["jobs"]
        if not jobs:
            break
        outcomes += ends_of(exchange(worker, "w", [compiled(jobs[0], version="1.1")]))
        delays.append(
            one(world.postgres, "select extract(epoch from not_before - now())::float from private.jobs")
        )
        world.postgres.execute("update private.jobs set not_before = now() where not_before is not null")
    # Later each time, so that the file is not compiled again and again: after a minute, then after ten.
    assert min(delays[4:19]) > 60
    assert max(delays[:2]) < 10
    assert outcomes == [("retried", "database-55p03")] * 23 + [("failed", "database-55p03")]
    owner.rollback()
    assert one(world.postgres, "select status from public.assessment_uploads where id = %s", upload) == (
        "failed"
    )


@pytest.mark.parametrize(
    "goes",
    [
        "select public.erase_tenant(%(tenant)s)",
        "select public.erase_account(%(account)s)",
        "delete from public.tenant_profiles where id = %(tenant)s",
        "delete from auth.users where id = %(account)s",
    ],
)
def test_a_tenant_that_is_being_deleted_keeps_no_neighbour_waiting(
    world: World, neighbour: World, goes: str
) -> None:
    going, free = replace(world), neighbour.upload("# Free")[0]
    worker = world.agent()
    finished = [
        compiled(job, version="1.1" if "Replaced" in job["source_markdown"] else "1.0")
        for job in exchange(worker, "w", claim=5)["jobs"]
    ]
    deleting = world.database.connect(autocommit=False)
    deleting.execute(goes.encode(), {"tenant": world.tenant.id, "account": world.tenant.owner.id})
    assert sorted(ends_of(exchange(worker, "w", finished))) == [("lost", None), ("succeeded", None)]
    assert one(world.postgres, "select status from public.assessment_uploads where id = %s", free) == (
        "succeeded"
    )
    # If the deletion fails after all, the job returns when its lease expires.
    deleting.rollback()
    world.postgres.execute(
        "update private.jobs set lease_expires_at = now() - interval '1 second' where subject_id = %s",
        [going],
    )
    (again,) = exchange(worker, "w", claim=5)["jobs"]
    assert ends_of(exchange(worker, "w", [compiled(again, version="1.1")])) == [("succeeded", None)]


@pytest.mark.parametrize("goes", ["public.tenant_profiles", "auth.users"])
def test_deleting_a_tenant_or_an_account_and_finishing_its_jobs_do_not_stop_each_other(
    world: World, goes: str
) -> None:
    """The worker waits for an assessment when the deletion arrives."""
    replace(world)
    owner, worker = holds_the_assessment(world), world.agent()
    deleting = world.database.connect()
    (job,) = exchange(worker, "w", claim=1)["jobs"]
    finish = Meanwhile(lambda: exchange(worker, "w", [compiled(job, version="1.1")]))
    assert finish.waits(world.postgres, worker)
    id_ = world.tenant.id if goes == "public.tenant_profiles" else world.tenant.owner.id
    deletion = Meanwhile(lambda: one(deleting, f"delete from {goes} where id = %s returning id", id_))
    assert deletion.waits(world.postgres, deleting)
    owner.commit()
    assert ends_of(finish.result())[0][0] in ("succeeded", "retried")
    assert deletion.result() == id_
    assert one(world.postgres, "select count(*) from private.jobs") == 0


# --- erasure ------------------------------------------------------------------------------------------------

SLOWLY = " from (values (0.0), (2.0)) as pauses (seconds), lateral (select pg_sleep(seconds)) as pause"
INSERTS = {
    "sessions": (
        "insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)"
        f" select %(tenant)s, 'custom', %(assessment)s{SLOWLY}"
    ),
    "assessments": (
        "insert into public.custom_assessments (tenant_id, name, definition)"
        f" select %(tenant)s, 'Slow', %(definition)s{SLOWLY}"
    ),
    "uploads": (
        "insert into public.assessment_uploads (tenant_id, source_markdown)"
        f" select %(tenant)s, '# Slow'{SLOWLY}"
    ),
}


@pytest.mark.parametrize("rows", INSERTS)
@pytest.mark.parametrize("goes", ["tenant", "account"])
def test_erasing_while_rows_come_in(world: World, rows: str, goes: str) -> None:
    owner, operator = world.owner(), world.agent()
    values = {
        "tenant": world.tenant.id,
        "assessment": world.assessment,
        "definition": Jsonb(DEFINITION),
    }
    inserting = Meanwhile(lambda: owner.execute(INSERTS[rows].encode(), values).rowcount)
    assert wait_until(
        lambda: one(
            world.postgres,
            "select wait_event = 'PgSleep' from pg_catalog.pg_stat_activity where pid = %s",
            owner.info.backend_pid,
        ),
        5,
    )
    id_ = world.tenant.id if goes == "tenant" else world.tenant.owner.id
    erasing = Meanwhile(lambda: one(operator, f"select public.erase_{goes}(%s)", id_))
    # The second one waits, or is refused because the tenant no longer exists; none is aborted.
    told = None
    try:
        inserting.result()
    except psycopg.Error as refused:
        told = refused.sqlstate
    assert told in (None, "PT404", "23503", "42501")
    assert erasing.result()["tenants"] == 1
    assert one(world.postgres, "select count(*) from public.custom_assessments") == 0
    assert one(world.postgres, "select count(*) from private.slug_series") == 0


def test_erasing_an_account_waits_for_a_worker_that_makes_its_draft(world: World) -> None:
    one(world.postgres, UPLOAD, world.tenant.id, world.tenant.owner.id, "# New", None)
    worker, operator = world.agent(autocommit=False), world.agent()
    (job,) = exchange(worker, "w", claim=1)["jobs"]
    worker.commit()
    exchange(worker, "w", [compiled(job)])
    erasing = Meanwhile(lambda: one(operator, "select public.erase_account(%s)", world.tenant.owner.id))
    assert erasing.waits(world.postgres, operator)
    # The creator of the draft is checked now.
    worker.commit()
    assert erasing.result()["assessments"] == 2


def test_erasing_begins_again_where_others_cannot_keep_the_order(world: World, people: People) -> None:
    """A stranger's two choices are in the opposite order of the ids."""
    first, second = sorted([world.assessment, world.add_assessment("Second")])
    world.postgres.execute("update public.custom_assessments set marketplace_status = 'published'")
    guest = people.tenant()
    choosing = world.database.connect_as("authenticated", guest.owner.id)
    choosing.autocommit = False
    operator = world.agent()
    choose = (
        "insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)"
        " values (%s, 'custom', %s) returning id"
    )
    one(choosing, choose, guest.id, second)
    erasing = Meanwhile(lambda: one(operator, "select public.erase_tenant(%s)", world.tenant.id))
    assert erasing.waits(world.postgres, operator)
    one(choosing, choose, guest.id, first)
    choosing.commit()
    # Both are in use by the stranger now.
    erased = erasing.result()
    assert (erased["assessments"], erased["assessments_handed_over"]) == (0, 2)


def test_deleting_a_tenant_while_its_assessments_come_in_leaves_no_slugs(world: World) -> None:
    owner, operator = world.owner(autocommit=False), world.database.connect()
    one(owner, INSERT, world.tenant.id, "Coming", Jsonb(DEFINITION))
    deletion = Meanwhile(
        lambda: one(
            operator, "delete from public.tenant_profiles where id = %s returning id", world.tenant.id
        )
    )
    assert deletion.waits(world.postgres, operator)
    one(owner, INSERT, world.tenant.id, "Coming too", Jsonb(DEFINITION))
    owner.commit()
    assert deletion.result() == world.tenant.id
    assert one(world.postgres, "select count(*) from public.custom_assessments") == 0
    assert one(world.postgres, "select count(*) from private.slug_series") == 0
