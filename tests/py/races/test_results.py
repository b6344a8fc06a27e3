"""Results, when the assessment or the tenant changes while they are written."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.py.harness.databases import Connection
from tests.py.harness.sessions import DEFINITION, Meanwhile, World, one, reason_of

WRITE_RESULT = (
    "insert into public.custom_assessment_results (assessment_id, session_id, session_type, dimension_scores)"
    " values (%s, %s, 'coaching', '{\"Clarity\": 4, \"Courage\": 3}') returning id"
)


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


EDIT = "update public.custom_assessments set definition = %s where id = %s returning version"


REVIEW = "select public.review_result(%s, %s, %s, 'Why.')"


def test_reviews_of_a_result_wait_for_each_other_and_a_withdrawal_is_the_last(world: World) -> None:
    result = one(world.agent(), WRITE_RESULT, world.assessment, world.add_session())
    first, second = world.owner(autocommit=False), world.owner()
    one(first, REVIEW, result, "withdrawn", None)
    late = Meanwhile(lambda: one(second, REVIEW, result, "corrected", Jsonb({"Clarity": 5})))
    assert late.waits(world.postgres, second)
    first.commit()
    with pytest.raises(psycopg.Error) as refused:
        late.result()
    assert reason_of(refused.value) == "RESULT_WITHDRAWN"
    assert one(world.postgres, "select count(*) from public.result_reviews") == 1


def test_a_review_waits_for_the_erasure_of_its_result(world: World) -> None:
    session = world.add_session()
    result = one(world.agent(), WRITE_RESULT, world.assessment, session)
    first, second = world.owner(autocommit=False), world.owner()
    one(first, "select public.erase_session(%s, 'coaching')", session)
    late = Meanwhile(lambda: one(second, REVIEW, result, "confirmed", None))
    assert late.waits(world.postgres, second)
    first.commit()
    with pytest.raises(psycopg.Error) as refused:
        late.result()
    assert reason_of(refused.value) == "RESULT_NOT_FOUND"


def test_an_edit_does_not_wait_for_a_result_that_is_being_written(world: World) -> None:
    agent, owner = world.agent(autocommit=False), world.owner()
    result = one(agent, WRITE_RESULT, world.assessment, world.add_session())
    assert one(owner, EDIT, Jsonb(renamed("Able")), world.assessment) == "2.0"
    agent.commit()
    assert frozen(world.postgres, result) == ("1.0", "Strong", DEFINITION["resultCategories"])


def test_a_result_does_not_wait_for_an_edit_and_is_of_what_was_there_before_it(world: World) -> None:
    agent, owner = world.agent(), world.owner(autocommit=False)
    session = world.add_session()
    one(owner, EDIT, Jsonb(renamed("Able")), world.assessment)
    result = one(agent, WRITE_RESULT, world.assessment, session)
    owner.commit()
    assert frozen(world.postgres, result) == ("1.0", "Strong", DEFINITION["resultCategories"])


def test_deletion_waits_for_a_result_and_is_refused(world: World) -> None:
    agent, owner = world.agent(autocommit=False), world.owner()
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
    agent, owner = world.agent(), world.owner(autocommit=False)
    session = world.add_session()
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


def renamed(category: str) -> dict[str, Any]:
    """The definition with another name for its upper category."""
    lower, upper = DEFINITION["resultCategories"]
    return DEFINITION | {"resultCategories": [lower, {**upper, "name": category}]}


def frozen(connection: Connection, result: object) -> tuple[Any, ...] | None:
    """The version and category of a result."""
    return connection.execute(
        "select assessment_version, matched_category, assessment_definition_snapshot -> 'resultCategories'"
        " from public.custom_assessment_results where id = %s",
        [result],
    ).fetchone()
