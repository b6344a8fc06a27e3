"""An effect that takes too long delays only its own tenant, whatever the cause.

The host's triggers below represent all unforeseen causes. The tests assert an order, not a time: other jobs
are finished before the slow one is retried.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.py.harness.people import Tenant
from tests.py.worker.site import ROOT, Site, source, wait_until
from worker.compiler import compile_markdown

LOCK = 815
POISON = Path(__file__).with_name("poison")

# What a host's trigger does with an assessment of this name.
TRIGGER = f"""
create function public.hosts_own() returns trigger language plpgsql as $$
begin
  case new.name
    when 'sleeps' then perform pg_catalog.pg_sleep(60);
    when 'takes a while' then perform pg_catalog.pg_sleep(1.1);
    when 'loops' then loop null; end loop;
    when 'waits' then perform pg_catalog.pg_advisory_xact_lock({LOCK});
    when 'waits without end' then
      perform pg_catalog.set_config('lock_timeout', '0', true);
      perform pg_catalog.pg_advisory_xact_lock({LOCK});
    when 'fails' then raise exception 'not today';
    else null;
  end case;
  return null;
end $$;
create trigger hosts_own after insert on public.custom_assessments
for each row execute function public.hosts_own();
create function public.hosts_slow_results() returns trigger language plpgsql as $$
begin
  perform pg_catalog.pg_sleep(60);
  return null;
end $$;
create trigger hosts_slow_results after insert on public.custom_assessment_results
for each row execute function public.hosts_slow_results();
"""

TOO_SLOW = ("retried", "too-slow")


@pytest.fixture(scope="module")
def hosted(site: Site) -> Site:
    """A site whose host has its own triggers."""
    site.run(TRIGGER)
    return site


@pytest.fixture(scope="module")
def in_turn(hosted: Site) -> list[Tenant]:
    """Four tenants, in the order of effects, which is that of their ids."""
    return sorted((hosted.tenant() for _ in range(4)), key=lambda tenant: tenant.id)


@pytest.fixture(autouse=True)
def _nothing_left(hosted: Site) -> Iterator[None]:
    yield
    hosted.run("delete from public.assessment_uploads")
    hosted.run("delete from private.jobs")


def exchange(site: Site, handed_back: list[dict[str, Any]] | None = None, claim: int = 0) -> dict[str, Any]:
    """One request of a worker, over the real API."""
    answer = httpx.post(
        f"{site.api.url}/rest/v1/rpc/exchange_jobs",
        headers={
            "apikey": site.api.keys.service_role,
            "Authorization": f"Bearer {site.api.keys.service_role}",
        },
        json={"worker": "w", "handed_back": handed_back or [], "claim_limit": claim},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def claimed(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The jobs of an answer: each with its job, attempt, subject and the outcome of its file."""
    return [
        {"job": job, "attempt": attempt, "subject": subject, "source": text}
        for kind in answer["jobs"]
        for job, attempt, subject, text in zip(
            kind["jobs"], kind["attempts"], kind["subjects"], kind["sources"], strict=True
        )
    ]


def compiled(jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a worker hands back for these jobs."""
    elements = []
    for job in jobs:
        definition = compile_markdown(job["source"].encode()).definition
        assert definition is not None
        elements.append(
            {
                "jobs": [job["job"]],
                "attempts": [job["attempt"]],
                "outcome": "compiled",
                "definition": definition.to_json(),
                "diagnostics": [],
            }
        )
    return elements


def settled(answer: dict[str, Any], jobs: list[dict[str, Any]]) -> dict[str, tuple[str, str | None]]:
    """The outcome of each upload."""
    subject_of = {job["job"]: job["subject"] for job in jobs}
    return {
        subject_of[job]: (each["outcome"], each["error"])
        for each in answer["settled"]
        for job in each["jobs"]
    }


def make_due(site: Site) -> None:
    """Skip the time that waiting jobs wait."""
    site.run("update private.jobs set not_before = now() where not_before is not null")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sleeps", TOO_SLOW),
        ("loops", TOO_SLOW),
        ("waits without end", TOO_SLOW),
        ("fails", ("retried", "database-p0001")),
    ],
)
def test_neighbours_are_settled_before_the_offender_is_tried_again(
    hosted: Site, in_turn: list[Tenant], name: str, expected: tuple[str, str]
) -> None:
    first, offender, last, _ = in_turn
    before, slow, after = (
        hosted.upload(tenant, source(each))
        for tenant, each in ((first, "before"), (offender, name), (last, "after"))
    )
    jobs = claimed(exchange(hosted, claim=10))
    assert [job["subject"] for job in jobs] == [before, slow, after]
    with hosted.connect() as holder, holder.transaction():
        holder.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        answer = exchange(hosted, compiled(jobs), claim=10)
    found = settled(answer, jobs)
    assert found[before] == ("succeeded", None)
    assert found[slow] == expected
    assert hosted.upload_row(slow)["status"] == "queued"
    if expected == TOO_SLOW:
        # It finishes at once: jobs not started are returned, and nothing is claimed.
        assert found[after] == ("released", None)
        assert (answer["jobs"], answer["next_in_ms"]) == ([], 0)
        again = claimed(exchange(hosted, claim=10))
        assert [job["subject"] for job in again] == [after]
        assert settled(exchange(hosted, compiled(again)), again) == {after: ("succeeded", None)}
    else:
        assert found[after] == ("succeeded", None)
    # Its effect is undone, and later it is retried alone.
    assert hosted.value("select count(*) from public.custom_assessments where name = %s", name) == 0
    third = hosted.upload(first, source("third"))
    make_due(hosted)
    assert [job["subject"] for job in claimed(exchange(hosted, claim=10))] == [slow]
    assert [job["subject"] for job in claimed(exchange(hosted, claim=10))] == [third]


def test_a_lock_that_a_trigger_waits_for_keeps_nobody_else(hosted: Site, in_turn: list[Tenant]) -> None:
    """It ends by itself after half a second, and the job is not the cause: no attempt is counted."""
    first, offender, last, _ = in_turn
    uploads = [
        hosted.upload(tenant, source(each))
        for tenant, each in ((first, "before"), (offender, "waits"), (last, "after"))
    ]
    jobs = claimed(exchange(hosted, claim=10))
    with hosted.connect() as holder, holder.transaction():
        holder.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        found = settled(exchange(hosted, compiled(jobs)), jobs)
    done = ("succeeded", None)
    assert [found[upload] for upload in uploads] == [done, ("retried", "database-55p03"), done]
    make_due(hosted)
    again = claimed(exchange(hosted, claim=10))
    assert settled(exchange(hosted, compiled(again)), again) == {uploads[1]: done}


def test_two_offenders_in_one_batch_keep_nobody_else(hosted: Site, in_turn: list[Tenant]) -> None:
    names = ["sleeps", "one", "loops", "two"]
    uploads = [hosted.upload(tenant, source(name)) for tenant, name in zip(in_turn, names, strict=True)]
    slow, neighbours = uploads[::2], uploads[1::2]
    with hosted.running_worker():
        wait_until(
            lambda: all(hosted.upload_row(upload)["status"] == "succeeded" for upload in neighbours),
            60,
            "the neighbours' uploads",
        )
        assert (
            hosted.rows(
                "select attempts - releases, last_error from private.jobs"
                " where subject_id = any (%s::uuid[])",
                slow,
            )
            == [(1, "too-slow")] * 2
        )


def test_a_tenants_own_uploads_are_then_tried_one_by_one(hosted: Site, in_turn: list[Tenant]) -> None:
    mine = in_turn[0]
    slow, fine = hosted.upload(mine, source("sleeps")), hosted.upload(mine, source("fine"))
    jobs = claimed(exchange(hosted, claim=10))
    assert settled(exchange(hosted, compiled(jobs)), jobs) == {slow: TOO_SLOW, fine: TOO_SLOW}
    make_due(hosted)
    alone = [claimed(exchange(hosted, claim=10)) for _ in range(2)]
    assert [[job["subject"] for job in jobs] for jobs in alone] == [[slow], [fine]]
    assert settled(exchange(hosted, compiled(alone[1])), alone[1]) == {fine: ("succeeded", None)}


def test_after_its_attempts_it_ends_as_too_slow(hosted: Site, in_turn: list[Tenant]) -> None:
    upload = hosted.upload(in_turn[0], source("sleeps"))
    hosted.run("update private.jobs set max_attempts = 1")
    done = hosted.worker("drain")
    assert done.returncode == 0, done.stderr
    row = hosted.upload_row(upload)
    assert (row["status"], row["definition"], row["assessment_id"]) == ("failed", None, None)
    (diagnostic,) = row["diagnostics"]
    assert (diagnostic["severity"], diagnostic["code"]) == ("error", "too-slow")
    assert diagnostic["hint"]
    assert hosted.rows("select state, last_error from private.jobs") == [("failed", "too-slow")]


def test_a_result_that_takes_too_long_keeps_no_upload(hosted: Site, in_turn: list[Tenant]) -> None:
    mine, neighbour = in_turn[:2]
    session = hosted.session(mine, hosted.assessment(mine, source("scored")))
    job = hosted.complete(session, {"Vision": 4, "Delivery": 3})["job"]
    hosted.run("update private.jobs set max_attempts = 1")
    upload = hosted.upload(neighbour, source("beside"))
    done = hosted.worker("drain")
    assert done.returncode == 0, done.stderr
    assert hosted.upload_row(upload)["status"] == "succeeded"
    assert hosted.rows("select state, last_error from private.jobs where id = %s", job) == [
        ("failed", "too-slow")
    ]
    assert hosted.value("select count(*) from public.custom_assessment_results") == 0


def test_over_a_direct_connection_no_effect_is_begun_after_a_second(
    hosted: Site, in_turn: list[Tenant]
) -> None:
    """No timeout applies there: the first ends in its own time, and the clock check stops the others."""
    first, second, third = (hosted.upload(tenant, source("takes a while")) for tenant in in_turn[:3])
    jobs = claimed(exchange(hosted, claim=10))
    assert [job["subject"] for job in jobs] == [first, second, third]
    with psycopg.connect(hosted.cluster.dsn("postgres", hosted.database), autocommit=True) as direct:
        direct.execute("set role service_role")
        row = direct.execute("select public.exchange_jobs('w', %s, 10)", [Jsonb(compiled(jobs))]).fetchone()
    assert row is not None
    assert settled(row[0], jobs) == {
        first: ("succeeded", None),
        second: ("released", None),
        third: ("released", None),
    }
    assert row[0]["jobs"] == []


def test_a_batch_that_takes_long_is_given_back(hosted: Site, in_turn: list[Tenant]) -> None:
    """Another tenant's file that arrives while a batch is compiled does not wait for its last file."""
    mine, neighbour = in_turn[:2]
    hosted.upload_many(mine, "POISON nap NUMBER", 20)
    with hosted.running_worker(PYTHONPATH=os.pathsep.join([str(POISON), str(ROOT)])):
        wait_until(
            lambda: hosted.value("select count(*) from private.jobs where state <> 'queued'") > 0,
            20,
            "a claim",
        )
        small = hosted.upload(neighbour, source("small"))
        wait_until(lambda: hosted.upload_row(small)["status"] == "succeeded", 30, "the neighbour's upload")
        assert hosted.value("select count(*) from private.jobs where rank is not null") > 10
    # Tenants take turns again, and no attempt is counted for it.
    assert hosted.value("select sum(releases) from private.jobs") > 0
    assert hosted.value("select max(attempts - releases) from private.jobs") == 1
