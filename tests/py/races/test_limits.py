"""Writers of one tenant exceed its limits by no more than their number, and do not wait for each other."""

from __future__ import annotations

import psycopg
import pytest

from tests.py.harness.databases import Connection
from tests.py.harness.sessions import Meanwhile, World, one

UPLOAD = (
    "insert into public.assessment_uploads (tenant_id, source_markdown) values (%s, '# One') returning id"
)
ASSESSMENT = (
    "insert into public.custom_assessments (tenant_id, name, definition)"
    " select tenant_id, 'Another', definition from public.custom_assessments where id = %s returning id"
)
WRITERS = 4


def limit(world: World, setting: str, number: int) -> None:
    world.postgres.execute(
        "update private.settings set least = 0, value = %s where name = %s", [number, setting]
    )


def refusal(connection: Connection, statement: str, argument: object) -> str:
    with pytest.raises(psycopg.Error) as refused:
        one(connection, statement, argument)
    return str(refused.value.sqlstate)


def test_writers_of_uploads_do_not_wait_and_overshoot_by_their_number_at_most(world: World) -> None:
    limit(world, "open_uploads", 1)
    writers = [world.owner(autocommit=False) for _ in range(WRITERS)]
    # None waits for one that has not committed.
    for writer in writers:
        writer.execute("set local lock_timeout = '1ms'")
        one(writer, UPLOAD, world.tenant.id)
    for writer in writers:
        writer.commit()
    assert one(world.postgres, "select count(*) from public.assessment_uploads") == WRITERS
    assert refusal(world.owner(), UPLOAD, world.tenant.id) == "PT429"
    assert one(world.postgres, "select count(*) from public.assessment_uploads") == WRITERS


def test_writers_of_assessments_take_turns_and_never_overshoot(world: World) -> None:
    limit(world, "stored_assessments", 2)
    first, second = world.owner(autocommit=False), world.owner()
    one(first, ASSESSMENT, world.assessment)
    waiting = Meanwhile(lambda: refusal(second, ASSESSMENT, world.assessment))
    assert waiting.waits(world.postgres, second)
    first.commit()
    assert waiting.result() == "PT429"
    assert one(world.postgres, "select count(*) from public.custom_assessments") == 2


def test_the_rows_of_the_count_are_added_up_while_others_write(world: World) -> None:
    """Two who read many rows replace them by their sum: each takes those that the other has not locked."""
    world.postgres.execute(
        "insert into public.assessment_uploads (tenant_id, source_markdown)"
        " select %s, '# One' from generate_series(1, 150)",
        [world.tenant.id],
    )
    counted = "select count(*), sum(items) from private.tenant_use where kind = 'uploads'"
    assert world.postgres.execute(counted).fetchone() == (150, 150)
    first, second = world.owner(autocommit=False), world.owner()
    one(first, UPLOAD, world.tenant.id)
    second.execute("set lock_timeout = '1ms'")
    one(second, UPLOAD, world.tenant.id)
    assert world.postgres.execute(counted).fetchone() == (151, 151)
    first.commit()
    rows, uploads = world.postgres.execute(counted).fetchone() or (0, 0)
    assert uploads == 152
    assert rows < 10
