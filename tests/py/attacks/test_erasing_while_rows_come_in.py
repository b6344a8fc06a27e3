"""A tenant that keeps inserting cannot prevent its erasure."""

from __future__ import annotations

import pytest
from psycopg.types.json import Jsonb

from stack.processes import wait_until
from tests.py.harness.databases import Database
from tests.py.harness.people import People
from tests.py.harness.sessions import DEFINITION, Meanwhile, World, one

# One statement of two rows, with a pause between them: the tenant is checked and locked at its end.
SLOWLY = """
    insert into public.custom_assessments (tenant_id, name, definition)
    select %s, name, %s from (values ('First', 0.0), ('Second', 2.0)) as added (name, seconds),
           lateral (select pg_sleep(seconds)) as pause
"""


@pytest.fixture
def world(database: Database, people: People) -> World:
    return World(database, people)


def test_erasing_waits_for_rows_that_come_in_and_takes_them_along(world: World) -> None:
    owner, operator = world.owner(), world.agent()
    inserting = Meanwhile(lambda: owner.execute(SLOWLY, [world.tenant.id, Jsonb(DEFINITION)]).rowcount)
    assert wait_until(
        lambda: one(
            world.postgres,
            "select wait_event = 'PgSleep' from pg_catalog.pg_stat_activity where pid = %s",
            owner.info.backend_pid,
        ),
        5,
    )
    erasing = Meanwhile(lambda: one(operator, "select public.erase_tenant(%s)", world.tenant.id))
    assert erasing.waits(world.postgres, operator)
    assert inserting.result() == 2
    assert erasing.result()["assessments"] == 3
    assert one(world.postgres, "select count(*) from private.slug_series") == 0
