"""Random histories of assessments: the rules hold after each step, for all actors and any order of actions.

HISTORIES is how many are tried (25 with the profile `thorough`), HISTORIES_SEED which; a failure prints the
seed.
"""

from __future__ import annotations

import os
import random

from hypothesis import HealthCheck, given, note, seed, settings
from hypothesis import strategies as st

from tests.py.harness.databases import Connection, as_role
from tests.py.harness.examples import examples
from tests.py.histories.world import ACTIONS, Step, World, words

HISTORIES = int(os.environ.get("HISTORIES", examples(25)))
SEED = int(os.environ.get("HISTORIES_SEED", random.SystemRandom().randrange(2**32)))

STEPS = st.lists(
    st.builds(
        Step,
        # What leads somewhere comes more often.
        st.sampled_from(
            [
                *sorted(ACTIONS),
                "edit",
                "edit",
                "ask",
                "decide",
                "decide",
                "choose",
                "choose",
                "complete",
                "interview",
            ]
        ),
        st.integers(0, 2),
        st.integers(0, 4),
        st.integers(0, 15),
    ),
    min_size=15,
    max_size=40,
)


@seed(SEED)
@settings(
    max_examples=HISTORIES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(steps=STEPS)
def test_what_must_hold_holds_after_each_step(connection: Connection, steps: list[Step]) -> None:
    note(f"HISTORIES_SEED={SEED}")
    with connection.transaction(force_rollback=True):
        world = World.begin(connection)
        check(world)
        for step in steps:
            note(f"{step}: {world.do(step) or 'done'}")
            check(world)


def check(world: World) -> None:
    """Everything that must hold."""
    published_rows_are_what_was_approved(world)
    the_page_shows_what_was_approved(world)
    newest_versions_hold_their_rows(world)
    nobody_reads_what_was_not_shown(world)
    results_are_what_their_versions_give(world)


def published_rows_are_what_was_approved(world: World) -> None:
    """A row is published only while its content is the approved version's."""
    rows = world.connection.execute(
        """
        select listed.id, assessment.slug, assessment.marketplace_price_tier, tenant.display_name,
               listed.id = assessment.newest_version_id
               and listed.definition_sha256 = private.hash_of(private.content_of_assessment(assessment))
               and (private.decision_about(listed.id)).decision = 'approved',
               to_jsonb(assessment)
          from public.custom_assessments as assessment
          join public.tenant_profiles as tenant on tenant.id = assessment.tenant_id
          left join public.assessment_versions as listed on listed.id = assessment.listed_version_id
         where assessment.marketplace_status = 'published'
        """
    )
    for version, slug, tier, tenant, holds, row in rows:
        assert holds
        assert (version, slug, tier, tenant) in world.listed
        assert words(row) <= world.shown


def the_page_shows_what_was_approved(world: World) -> None:
    """Each listing is of a version that was approved and not taken down, all of it as it was approved."""
    rows = world.connection.execute(
        """
        select listing.version_id, listing.slug, listing.price_tier, listing.tenant,
               (private.decision_about(listing.version_id)).decision <> 'taken_down'
               and assessment.listed_version_id = listing.version_id
               and assessment.marketplace_status <> 'private'
               and listing.shown = (assessment.status = 'active' and tenant.is_active)
          from private.listings as listing
          left join public.custom_assessments as assessment on assessment.id = listing.assessment_id
          left join public.tenant_profiles as tenant on tenant.id = assessment.tenant_id
        """
    )
    for version, slug, tier, tenant, holds in rows:
        assert holds
        assert (version, slug, tier, tenant) in world.listed
    unlisted = world.connection.execute(
        "select count(*) from public.custom_assessments as assessment where listed_version_id is not null and"
        " not exists (select from private.listings as listing where listing.assessment_id = assessment.id)"
    ).fetchone()
    assert unlisted == (0,)


def newest_versions_hold_their_rows(world: World) -> None:
    """Once there is a version, the newest has the row's content and number."""
    wrong = world.connection.execute(
        """
        select count(*)
          from public.custom_assessments as assessment
          left join public.assessment_versions as newest on newest.id = assessment.newest_version_id
         where assessment.newest_version_id is not null
           and newest.definition_sha256
               is distinct from private.hash_of(private.content_of_assessment(assessment))
        """
    ).fetchone()
    assert wrong == (0,)


def nobody_reads_what_was_not_shown(world: World) -> None:
    """A tenant reads its own words and those that were shown, and a visitor those."""
    for table in ("custom_assessments", "assessment_versions", "marketplace_listings"):
        query = f"select to_jsonb(t) from public.{table} as t".encode()
        for tenant in world.tenants:
            with as_role(world.connection, "authenticated", tenant.owner.id) as connection:
                read = {word for (row,) in connection.execute(query) for word in words(row)}
            assert read <= world.shown | world.written[tenant.id], table
        with as_role(world.connection, "anon") as connection:
            read = {word for (row,) in connection.execute(query) for word in words(row)}
        assert read <= world.shown, table


def results_are_what_their_versions_give(world: World) -> None:
    """Every result equals a recomputation, and is of the version that its interview began with."""
    wrong = world.connection.execute(
        "select count(*) from public.custom_assessment_results as result"
        " where not (public.verify_result(result.id) ->> 'equal')::boolean"
    ).fetchone()
    assert wrong == (0,)
    results = world.connection.execute(
        "select session_id, tenant_id, assessment_id::text, assessment_version_id::text"
        " from public.custom_assessment_results"
    )
    for session, tenant, assessment, version in results:
        assert world.begun.get((session, tenant, assessment), version) == version
