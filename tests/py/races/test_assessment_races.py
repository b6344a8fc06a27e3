"""Races between real sessions: equal names, equal slugs, versions, and choosing against archiving."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tests.py.harness.databases import Connection, Database
from tests.py.harness.people import People, Tenant

DEFINITION = json.dumps(
    {
        "dimensions": [{"name": "Clarity", "weight": 1, "description": "Says what is meant."}],
        "resultCategories": [],
    }
)


@pytest.fixture
def tenant(people: People) -> Tenant:
    return people.tenant()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as executor:
        yield executor


@pytest.fixture
def session(database: Database, tenant: Tenant) -> Callable[[], Connection]:
    """Opens a session of the tenant's owner that begins a transaction with its first statement."""

    def open_session() -> Connection:
        connection = database.connect_as("authenticated", tenant.owner.id)
        connection.autocommit = False
        return connection

    return open_session


def insert(connection: Connection, tenant: Tenant, **columns: str) -> tuple[uuid.UUID, str]:
    """Insert an assessment; its id and slug."""
    columns = {"name": "Compass", "definition": DEFINITION} | columns
    row = connection.execute(
        f"""
        insert into public.custom_assessments (tenant_id, {", ".join(columns)})
        values (%s{", %s" * len(columns)}) returning id, slug
        """,
        [tenant.id, *columns.values()],
    ).fetchone()
    assert row is not None
    return row[0], row[1]


@contextmanager
def waiting(
    observer: Connection, pool: ThreadPoolExecutor, who: Connection, work: Callable[[], Any]
) -> Iterator[Future[Any]]:
    """Do `work` in another thread; the block begins once its session waits for another's lock."""
    future = pool.submit(work)
    deadline = time.monotonic() + 10
    while not blockers(observer, who):
        assert not future.done(), "it did not have to wait"
        assert time.monotonic() < deadline, "it never waited"
        time.sleep(0.005)
    yield future


def blockers(observer: Connection, who: Connection) -> list[int]:
    row = observer.execute("select pg_blocking_pids(%s)", [who.info.backend_pid]).fetchone()
    assert row is not None
    return list(row[0])


def reason(error: psycopg.Error) -> str:
    assert error.diag.message_detail is not None
    return str(json.loads(error.diag.message_detail)["reason"])


def test_equal_names_at_once_get_different_slugs(
    connection: Connection, pool: ThreadPoolExecutor, session: Callable[[], Connection], tenant: Tenant
) -> None:
    first, second = session(), session()
    assert insert(first, tenant)[1] == "compass"

    with waiting(connection, pool, second, lambda: insert(second, tenant)) as pending:
        first.commit()

    assert pending.result(10)[1] == "compass-2"
    second.commit()


def test_a_slug_is_free_again_when_its_writer_gives_up(
    connection: Connection, pool: ThreadPoolExecutor, session: Callable[[], Connection], tenant: Tenant
) -> None:
    first, second = session(), session()
    insert(first, tenant)

    with waiting(connection, pool, second, lambda: insert(second, tenant)) as pending:
        first.rollback()

    assert pending.result(10)[1] == "compass"
    second.commit()


def test_many_writers_of_one_name_all_succeed(
    pool: ThreadPoolExecutor, session: Callable[[], Connection], tenant: Tenant, connection: Connection
) -> None:
    writers = [session() for _ in range(8)]

    def write(writer: Connection) -> None:
        for _ in range(25):
            insert(writer, tenant)
            writer.commit()

    for done in [pool.submit(write, writer) for writer in writers]:
        done.result(60)

    slugs = {row[0] for row in connection.execute("select slug from public.custom_assessments").fetchall()}
    assert slugs == {"compass", *(f"compass-{number}" for number in range(2, 201))}


def test_a_given_slug_and_a_generated_one_do_not_collide(
    connection: Connection, pool: ThreadPoolExecutor, session: Callable[[], Connection], tenant: Tenant
) -> None:
    first, second = session(), session()
    insert(first, tenant)
    first.commit()
    insert(first, tenant, slug="compass-2", name="Another")

    with waiting(connection, pool, second, lambda: insert(second, tenant)) as pending:
        first.commit()

    assert pending.result(10)[1] == "compass-3"
    second.commit()


def test_of_two_who_give_one_slug_the_second_is_refused(
    connection: Connection, pool: ThreadPoolExecutor, session: Callable[[], Connection], tenant: Tenant
) -> None:
    first, second = session(), session()
    insert(first, tenant, slug="mine")

    with waiting(connection, pool, second, lambda: insert(second, tenant, slug="mine")) as pending:
        first.commit()

    with pytest.raises(psycopg.Error) as refusal:
        pending.result(10)
    assert (refusal.value.sqlstate, reason(refusal.value)) == ("PT409", "SLUG_TAKEN")
    second.rollback()


def test_two_edits_of_an_active_assessment_raise_the_version_twice(
    connection: Connection, pool: ThreadPoolExecutor, session: Callable[[], Connection], tenant: Tenant
) -> None:
    first, second = session(), session()
    assessment, _ = insert(first, tenant, status="active")
    first.commit()

    def edit(who: Connection, edition: int) -> None:
        who.execute(
            """
            update public.custom_assessments
            set definition = definition || jsonb_build_object('edition', %s::integer) where id = %s
            """,
            [edition, assessment],
        )

    edit(first, 1)
    with waiting(connection, pool, second, lambda: edit(second, 2)) as pending:
        first.commit()
    pending.result(10)
    second.commit()

    row = connection.execute(
        "select version, definition ->> 'edition' from public.custom_assessments"
    ).fetchone()
    assert row == ("1.2", "2")


def choose(who: Connection, tenant: Tenant, assessment: uuid.UUID) -> None:
    who.execute(
        """
        insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)
        values (%s, 'custom', %s)
        """,
        [tenant.id, assessment],
    )


def archive(who: Connection, assessment: uuid.UUID) -> None:
    who.execute("update public.custom_assessments set status = 'archived' where id = %s", [assessment])


def test_archiving_waits_for_a_choice_that_is_being_made(
    connection: Connection, pool: ThreadPoolExecutor, session: Callable[[], Connection], tenant: Tenant
) -> None:
    first, second = session(), session()
    assessment, _ = insert(first, tenant, status="active")
    first.commit()
    choose(first, tenant, assessment)

    with waiting(connection, pool, second, lambda: archive(second, assessment)) as pending:
        first.commit()

    pending.result(10)
    second.commit()


def test_choosing_waits_for_archiving_and_is_refused(
    connection: Connection, pool: ThreadPoolExecutor, session: Callable[[], Connection], tenant: Tenant
) -> None:
    first, second = session(), session()
    assessment, _ = insert(first, tenant, status="active")
    first.commit()
    archive(first, assessment)

    with waiting(connection, pool, second, lambda: choose(second, tenant, assessment)) as pending:
        first.commit()

    with pytest.raises(psycopg.Error) as refusal:
        pending.result(10)
    assert (refusal.value.sqlstate, reason(refusal.value)) == ("PT400", "ASSESSMENT_NOT_ACTIVE")
    second.rollback()


def test_a_choice_that_meets_a_deletion_is_refused_as_not_found(
    connection: Connection, pool: ThreadPoolExecutor, session: Callable[[], Connection], tenant: Tenant
) -> None:
    first, second = session(), session()
    assessment, _ = insert(first, tenant, status="active")
    first.commit()
    first.execute("delete from public.custom_assessments where id = %s", [assessment])

    with waiting(connection, pool, second, lambda: choose(second, tenant, assessment)) as pending:
        first.commit()

    with pytest.raises(psycopg.Error) as refusal:
        pending.result(10)
    assert (refusal.value.sqlstate, reason(refusal.value)) == ("PT404", "ASSESSMENT_NOT_FOUND")
    second.rollback()
