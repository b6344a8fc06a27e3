"""The rows that the queue and the marketplace read do not increase with unrelated data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.py.harness.databases import Connection, Database, Databases
from tests.py.harness.people import People
from tests.py.harness.sessions import DEFINITION, World, compiled, exchange, one
from worker.engine.jobs import tell

FINISHED = 100_000


def plans_of(connection: Connection, call: str) -> list[dict[str, Any]]:
    """Every plan that runs inside a call, as auto_explain logs it. The connection is a superuser's."""
    told: list[str] = []
    connection.execute("load 'auto_explain'")
    for setting in (
        "auto_explain.log_min_duration = 0",
        "auto_explain.log_nested_statements = on",
        "auto_explain.log_analyze = on",
        "auto_explain.log_timing = off",
        "auto_explain.log_format = json",
        "client_min_messages = log",
    ):
        connection.execute(f"set {setting}".encode())

    def keep(diagnostic: Any) -> None:
        told.append(diagnostic.message_primary)

    connection.add_notice_handler(keep)
    connection.execute(call.encode())
    connection.remove_notice_handler(keep)
    return [json.loads(text[text.index("{") :])["Plan"] for text in told if "plan:" in text]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan's nodes."""
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def scans(plans: list[dict[str, Any]], table: str) -> list[tuple[str, str | None]]:
    """How a table is read: node types and indexes."""
    return [
        (node["Node Type"], node.get("Index Name"))
        for plan in plans
        for node in nodes(plan)
        if node.get("Relation Name") == table and node["Node Type"] != "ModifyTable"
    ]


def rows_read(plans: list[dict[str, Any]]) -> int:
    """How many rows the scans returned or discarded."""
    return sum(
        int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
        for plan in plans
        for node in nodes(plan)
        if "Relation Name" in node and node["Node Type"] != "ModifyTable"
    )


# --- the queue ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("analyzed", [True, False], ids=["statistics", "no-statistics"])
def test_claim_and_finish_read_nothing_but_their_jobs(
    database: Database, people: People, *, analyzed: bool
) -> None:
    world = World(database, people)
    world.upload(*(f"# {n}" for n in range(30)))
    world.postgres.execute(
        "insert into private.jobs (kind, state, rank, attempts, finished_at)"
        " select 'probe', 'succeeded', null, 1, now() from generate_series(1, %s)",
        [FINISHED],
    )
    world.postgres.execute(
        "insert into public.assessment_uploads (tenant_id, source_markdown)"
        " select %s, 'x' from generate_series(1, 3000)",
        [world.tenant.id],
    )
    if analyzed:
        world.postgres.execute("analyze private.jobs, public.assessment_uploads")
    admin = database.connect("supabase_admin")

    claim = plans_of(admin, "select public.exchange_jobs('w1', '[]', 20)")
    read = scans(claim, "jobs")
    assert ("Index Scan", "idx_jobs_open") in read
    assert "Seq Scan" not in {kind for kind, _ in read + scans(claim, "assessment_uploads")}
    assert rows_read(claim) < 200

    finished = one(
        admin,
        "select jsonb_build_object("
        " 'jobs', jsonb_agg(id), 'attempts', jsonb_agg(attempts), 'outcome', 'compiled')"
        " from private.jobs where state = 'running'",
    )
    assert len(finished["jobs"]) == 20
    finish = plans_of(admin, f"select public.exchange_jobs('w1', '{json.dumps([finished])}')")
    assert "Seq Scan" not in {kind for kind, _ in scans(finish, "jobs") + scans(finish, "assessment_uploads")}
    assert rows_read(finish) < 400


def test_a_claim_writes_rows_beside_themselves_and_touches_no_index(
    database: Database, people: People
) -> None:
    world = World(database, people)
    world.upload(*(f"# {n}" for n in range(50)))
    world.postgres.execute("insert into private.jobs (kind) select 'probe' from generate_series(1, 450)")
    worker = database.connect("supabase_admin", autocommit=False)
    assert len(exchange(worker, "w1", claim=500)["jobs"]) == 500
    written = worker.execute(
        "select pg_stat_get_xact_tuples_updated(oid), pg_stat_get_xact_tuples_hot_updated(oid)"
        " from pg_class where oid = 'private.jobs'::regclass"
    ).fetchone()
    assert written == (500, 500)


@pytest.mark.parametrize("analyzed", [True, False], ids=["statistics", "no-statistics"])
def test_plans_that_were_made_while_the_tables_were_empty_stay_good(
    database: Database, people: People, *, analyzed: bool
) -> None:
    """A session caches its plans: none of them may read a whole table once it has rows."""
    world = World(database, people)
    admin = database.connect("supabase_admin")
    if analyzed:
        world.upload("# Known")
        world.postgres.execute(
            "analyze private.jobs, public.assessment_uploads, public.custom_assessments, private.slug_series"
        )
    for number in range(8):
        world.upload(f"# {number}")
        exchange(admin, "w1", [compiled(job) for job in exchange(admin, "w1", claim=1)["jobs"]])
    world.postgres.execute(
        "insert into public.custom_assessments (tenant_id, name, slug, definition, source_markdown)"
        " select %s, 'Many', 'many-' || n, %s, 'Many ' || n from generate_series(1, 1000) as n",
        [world.tenant.id, Jsonb(DEFINITION)],
    )
    world.upload("# Last")
    world.postgres.execute(
        "insert into public.assessment_uploads (tenant_id, source_markdown, status)"
        " select %s, '# Done ' || n, 'succeeded' from generate_series(1, 3000) as n",
        [world.tenant.id],
    )
    world.postgres.execute(
        "insert into private.jobs (kind, rank) select 'probe', 9 from generate_series(1, 3000)"
    )
    (last,) = exchange(admin, "w1", claim=1)["jobs"]
    finished = json.dumps(tell([compiled(last)]))
    finish = plans_of(admin, f"select public.exchange_jobs('w1', '{finished}', 100)")
    assert ("Index Scan", "idx_custom_assessments_content") in scans(finish, "custom_assessments")
    assert ("Index Scan", "idx_jobs_open") in scans(finish, "jobs")
    assert [
        node["Relation Name"]
        for plan in finish
        for node in nodes(plan)
        # The kinds are a handful, and on one page.
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] != "job_kinds"
    ] == []
    assert rows_read(finish) < 600


@pytest.mark.parametrize("known", ["probes", "nothing"])
def test_finishing_reads_nothing_but_its_jobs_whatever_the_statistics_know(
    database: Database, people: People, known: str
) -> None:
    """They may be from a queue without uploads."""
    world = World(database, people)
    if known == "probes":
        world.postgres.execute("insert into private.jobs (kind) select 'probe' from generate_series(1, 5000)")
    world.postgres.execute("analyze private.jobs, public.assessment_uploads")
    world.postgres.execute("delete from private.jobs")
    world.postgres.execute("vacuum private.jobs")
    world.postgres.execute(
        "insert into public.assessment_uploads (tenant_id, source_markdown)"
        " select %s, '# ' || n from generate_series(1, 2000) as n",
        [world.tenant.id],
    )
    admin = database.connect("supabase_admin")
    jobs = exchange(admin, "w1", claim=20)["jobs"]
    finished = json.dumps(tell(compiled(job) for job in jobs))
    finish = plans_of(admin, f"select public.exchange_jobs('w1', '{finished}')")
    read = scans(finish, "jobs") + scans(finish, "assessment_uploads")
    assert {kind for kind, _ in read} == {"Index Scan"}
    assert "idx_jobs_tenant" not in {index for _, index in read}
    # A few rows per job, and the kinds, which are a handful; there are 2,000 jobs.
    assert rows_read(finish) < 30 * len(jobs)


def test_taking_an_upload_in_reads_next_to_nothing(database: Database, people: People) -> None:
    world = World(database, people)
    world.postgres.execute(
        "insert into public.assessment_uploads (tenant_id, source_markdown)"
        " select %s, 'x' from generate_series(1, 5000)",
        [world.tenant.id],
    )
    world.postgres.execute("analyze private.jobs, public.assessment_uploads")
    insert = plans_of(
        database.connect("supabase_admin"),
        "insert into public.assessment_uploads (tenant_id, source_markdown)"
        f" values ('{world.tenant.id}', '# Late')",
    )
    assert "Seq Scan" not in {kind for kind, _ in scans(insert, "jobs")}
    assert rows_read(insert) < 20


def test_taking_an_upload_in_keeps_to_the_indexes_also_when_the_queue_was_empty_at_first(
    database: Database, people: People
) -> None:
    """A session keeps its plans, even those made when reading a whole table was fastest."""
    world = World(database, people)
    admin = database.connect("supabase_admin")
    admin.execute("vacuum (analyze) private.jobs")
    insert = (
        "insert into public.assessment_uploads (tenant_id, source_markdown)"
        f" values ('{world.tenant.id}', '# Late')"
    )
    for _ in range(8):
        admin.execute(insert.encode())
    world.postgres.execute(
        "insert into private.jobs (kind, state, rank, attempts, finished_at)"
        " select 'probe', 'succeeded', null, 1, now() from generate_series(1, 5000)"
    )
    world.postgres.execute("insert into private.jobs (kind) select 'probe' from generate_series(1, 5000)")
    plans = plans_of(admin, insert)
    assert {kind for kind, _ in scans(plans, "jobs")} <= {"Index Scan", "Index Only Scan"}
    assert rows_read(plans) < 20


# --- slugs --------------------------------------------------------------------------------------------------


def test_a_slug_is_looked_up_by_index_also_while_the_tables_are_small(
    database: Database, people: People
) -> None:
    """A session keeps its plans: they are made once, when there is almost nothing to read."""
    world = World(database, people)
    admin = database.connect("supabase_admin")
    claim = f"select private.claim_slug('{world.tenant.id}', gen_random_uuid(), null, null, 'Compass')"
    for _ in range(8):
        admin.execute(claim.encode())
    plans = plans_of(admin, claim)
    assert set(scans(plans, "slug_series")) == {("Index Scan", "slug_series_pkey")}
    assert {index for _, index in scans(plans, "custom_assessments")} == {
        "custom_assessments_pkey",
        "slug_is_unique_in_its_tenant",
    }
    assert "Sort" not in {node["Node Type"] for plan in plans for node in nodes(plan)}


# --- the marketplace ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def market(databases: Databases) -> Iterator[World]:
    """1,800 listings of 120 tenants."""
    with databases.clone("migrated") as database:
        connection = database.connect()
        people = People(connection)
        world = World(database, people)
        definition = {
            "dimensions": [{"name": "A", "weight": 1, "description": "."}],
            "resultCategories": [],
        }
        connection.execute(
            "insert into public.tenant_profiles (user_id, slug, display_name)"
            " select %s, 'crowd-' || n, 'Crowd' from generate_series(1, 120) as n",
            [people.user().id],
        )
        connection.execute(
            "insert into public.custom_assessments (tenant_id, name, definition, status, marketplace_status)"
            " select tenant.id, 'Listed ' || n, %s, 'active', 'published'"
            " from public.tenant_profiles as tenant, generate_series(1, 15) as n",
            [Jsonb(definition)],
        )
        connection.execute("analyze")
        yield world


@pytest.mark.parametrize("page", [1, 50])
def test_a_page_of_the_marketplace_costs_its_rows(market: World, page: int) -> None:
    plan = one(
        market.database.connect_as("anon"),
        "explain (analyze, timing off, format json)"
        " select * from public.marketplace_listings order by listed_at desc, id"
        f" limit 20 offset {(page - 1) * 20}",
    )
    plans = [plan[0]["Plan"]]
    assert scans(plans, "listings") == [("Index Scan", "idx_listings_listed")]
    assert rows_read(plans) == page * 20


def test_a_renamed_tenant_has_its_listings_updated_at_once(market: World) -> None:
    admin = market.database.connect("supabase_admin", autocommit=False)
    admin.execute("set track_functions = 'all'")
    tenant = one(admin, "select tenant_id from private.listings limit 1")
    admin.execute("update public.tenant_profiles set display_name = 'Renamed' where id = %s", [tenant])
    assert (
        one(
            admin,
            "select calls from pg_stat_xact_user_functions"
            " where funcid = 'private.refresh_listings(uuid[])'::regprocedure",
        )
        == 1
    )
    asked = one(
        admin,
        "select count(*) from public.listing_requests as request"
        " join public.custom_assessments as assessment on assessment.newest_version_id = request.version_id"
        " where request.tenant_id = %s and request.open and request.tenant = 'Renamed'"
        " and assessment.marketplace_status = 'pending_review'",
        tenant,
    )
    shown = one(
        admin,
        "select count(*) from private.listings where tenant_id = %s and tenant <> 'Renamed' and shown",
        tenant,
    )
    assert (asked, shown) == (15, 15)
    admin.rollback()
