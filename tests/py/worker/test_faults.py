"""Everything fails at once, and no job is lost or done twice.

1,000 uploads and 1,000 completions are done by three workers, while each second one of them is killed,
another is stopped in its work until its leases have ended, answers are cut after the commit, PostgREST is
killed and Postgres goes down twice, once by a crash. One of the workers has a wall clock that jumps by a day,
back and forth.

FAULT_SCALE sets another number than 1,000.
"""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from stack import database as stack_database
from stack.packages import find_postgres
from stack.postgres import SUPERUSER, throwaway
from tests.py.worker.cutting_proxy import cutting_proxy
from tests.py.worker.site import ROOT, Site, Worker, make_site, source, wait_until

SCALE = int(os.environ.get("FAULT_SCALE", "1000"))
TENANTS = 20
WORKERS = 3
LEASE_SECONDS = 2
# No longer: a job that is claimed by one killed worker after the other ends as failed, as it should.
PLAGUE_SECONDS = 15
# One of every eight uploads has an error of its author, and one is only a dry run.
FAULTY, DRY = SCALE // 8, SCALE // 8
STEPPING_CLOCK = os.pathsep.join([str(Path(__file__).with_name("clock")), str(ROOT)])
OPEN = "select count(*) from private.jobs where state in ('queued', 'running')"


@pytest.fixture
def own_site() -> Iterator[Site]:
    """A server of this test, because it is stopped; it keeps what it has acknowledged."""
    with throwaway(find_postgres(), settings={"synchronous_commit": "on"}) as cluster:
        with psycopg.connect(cluster.dsn(SUPERUSER, "postgres")) as admin:
            stack_database.bootstrap(admin, password=cluster.password, default_privileges="new")
        with psycopg.connect(cluster.dsn("postgres", "postgres")) as owner:
            stack_database.migrate(owner)
        site = make_site(cluster, "postgres")
        site.start()
        try:
            yield site
        finally:
            site.stop()


class Fleet:
    """Three workers that are restarted when they die, as by a service manager."""

    def __init__(self, site: Site, url: str) -> None:
        self._site = site
        self._url = url
        self._workers: dict[int, Worker] = {}
        self._lock = threading.Lock()
        self.logs: list[Path] = []
        self.exits: list[int] = []

    def tend(self) -> None:
        """Start workers that are not running."""
        with self._lock:
            for number in range(WORKERS):
                worker = self._workers.get(number)
                if worker is not None and worker.process.poll() is not None:
                    self.exits.append(worker.process.wait())
                    worker = None
                if worker is None:
                    environment = {
                        "SUPABASE_URL": self._url,
                        "WORKER_LEASE_SECONDS": str(LEASE_SECONDS),
                        "WORKER_POLL_SECONDS": "0.2",
                        "WORKER_HTTP_SECONDS": "5",
                        "WORKER_BATCH": "20",
                    }
                    if number == 0:
                        environment["PYTHONPATH"] = STEPPING_CLOCK
                    if number == 1:
                        environment["DATABASE_URL"] = self._site.cluster.url("postgres", self._site.database)
                    worker = self._workers[number] = Worker.start(self._site, (), environment)
                    self.logs.append(worker.log)

    def signal(self, number: int, sign: signal.Signals) -> None:
        """Send a signal to one of the workers."""
        with self._lock:
            self._workers[number].process.send_signal(sign)

    def stop(self) -> list[int]:
        """Ask all to stop; return their exit codes."""
        with self._lock:
            for worker in self._workers.values():
                worker.process.send_signal(signal.SIGCONT)
                worker.process.send_signal(signal.SIGTERM)
            codes = [worker.process.wait(timeout=20) for worker in self._workers.values()]
            self._workers.clear()
            return codes

    def end(self) -> None:
        """Stop everything."""
        for worker in self._workers.values():
            worker.end()


@contextmanager
def tended(fleet: Fleet) -> Iterator[None]:
    """Restart dead workers for the duration of the block."""
    over = threading.Event()

    def tend() -> None:
        while not over.wait(0.1):
            fleet.tend()

    thread = threading.Thread(target=tend)
    fleet.tend()
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def fill(site: Site) -> None:
    """Submit all uploads and all completions."""
    tenants = [site.tenant() for _ in range(TENANTS)]
    assessments = [site.assessment(tenant, source("Scored")) for tenant in tenants]
    with site.connect() as connection, connection.transaction():
        connection.execute(
            """
            insert into public.assessment_uploads (tenant_id, source_markdown, dry_run)
            select (%(tenants)s::uuid[])[n %% %(count)s + 1],
                   replace(case when n <= %(faulty)s then %(bad)s else %(good)s end, 'NUMBER', n::text),
                   n > %(faulty)s and n <= %(faulty)s + %(dry)s
              from generate_series(1, %(scale)s) as n
            """,
            {
                "tenants": [tenant.id for tenant in tenants],
                "count": TENANTS,
                "faulty": FAULTY,
                "dry": DRY,
                "scale": SCALE,
                "good": source("Upload NUMBER"),
                "bad": source("Upload NUMBER").replace("weight: 0.6", "weight: heavy"),
            },
        )
        connection.execute(
            """
            with session as (
              insert into public.coaching_sessions
                     (tenant_id, client_name, assessment_type, custom_assessment_id, access_token)
              select (%(tenants)s::uuid[])[n %% %(count)s + 1], 'A client', 'custom',
                     (%(assessments)s::uuid[])[n %% %(count)s + 1], 'token-' || n
                from generate_series(1, %(scale)s) as n
              returning id
            )
            select count(id) from session
            """,
            {
                "tenants": [tenant.id for tenant in tenants],
                "assessments": assessments,
                "count": TENANTS,
                "scale": SCALE,
            },
        )
        connection.execute(
            """
            select count(public.complete_assessment_session(
                     id, 'coaching',
                     jsonb_build_object('Vision', 1 + (substr(access_token, 7)::int % 41) / 10.0), null,
                     now()))
              from public.coaching_sessions
            """
        )


@pytest.mark.alone
@pytest.mark.long
def test_nothing_is_lost_and_nothing_is_doubled(own_site: Site) -> None:
    site = own_site
    chance = random.Random(2026)
    fill(site)
    assert site.value(OPEN) == 2 * SCALE
    started = time.monotonic()
    with cutting_proxy(site.api.host, site.api.port) as proxy:
        proxy.cut = lambda request: b"exchange_jobs" in request[:200] and chance.random() < 0.05
        fleet = Fleet(site, proxy.url)
        try:
            with tended(fleet):
                events = plague(site, fleet, chance, started)
                wait_until(lambda: site.value(OPEN) == 0, 90, "all jobs to be done")
            # A worker that has just started may not have installed its signal handlers yet.
            assert set(fleet.stop()) <= {0, -signal.SIGTERM, -signal.SIGKILL}
        finally:
            fleet.end()
        cuts = proxy.cuts
    seconds = time.monotonic() - started
    print(
        f"{2 * SCALE} jobs in {seconds:.1f} s; {events}; {cuts} answers cut; exits {sorted(set(fleet.exits))}"
    )

    # Everything really happened ...
    assert events["killed"] >= 5
    assert events["stopped"] >= 1
    assert (events["postgres down"], events["postgrest killed"]) == (2, 1)
    assert cuts >= 1
    # ... every job is finished once, and no lease is left ...
    assert site.rows(
        "select state, lease_expires_at is null, count(*) from private.jobs group by 1, 2 order by 1"
    ) == [
        ("failed", True, FAULTY),
        ("succeeded", True, 2 * SCALE - FAULTY),
    ]
    assert (
        site.value(
            "select count(*) from private.jobs where state = 'failed' and last_error <> 'invalid-source'"
        )
        == 0
    )
    assert site.rows(
        "select status, dry_run, assessment_id is null, count(*) from public.assessment_uploads"
        " group by 1, 2, 3 order by 1, 2"
    ) == [
        ("failed", False, True, FAULTY),
        ("succeeded", False, False, SCALE - FAULTY - DRY),
        ("succeeded", True, True, DRY),
    ]
    # ... with its effect once: each valid upload has one assessment, each session one result.
    assert site.rows(
        "select count(*), count(distinct name) from public.custom_assessments where name like 'Upload %'"
    ) == [(SCALE - FAULTY - DRY, SCALE - FAULTY - DRY)]
    assert site.rows("select count(*), count(distinct session_id) from public.custom_assessment_results") == [
        (SCALE, SCALE)
    ]
    assert site.value("select count(*) from private.score_requests") == 0
    # A worker only ended by itself if the API was down at its start.
    assert set(fleet.exits) <= {-signal.SIGKILL, 0, 69}


def plague(site: Site, fleet: Fleet, chance: random.Random, started: float) -> dict[str, int]:
    """Cause a failure every second while there is work; return what was done."""
    events = {"killed": 0, "stopped": 0, "postgres down": 0, "postgrest killed": 0}
    second = 0
    while True:
        second += 1
        time.sleep(max(0.0, started + second - time.monotonic()))
        if second == 3:
            fleet.signal(2, signal.SIGSTOP)
            events["stopped"] += 1
        if second == 3 + LEASE_SECONDS + 1:
            # It continues with jobs that others have by now.
            fleet.signal(2, signal.SIGCONT)
        if second == 5:
            site.cluster.stop()
            time.sleep(0.5)
            site.cluster.start(with_parent=True)
            events["postgres down"] += 1
        elif second == 8:
            site.kill_postgrest()
            time.sleep(0.5)
            site.start_postgrest()
            events["postgrest killed"] += 1
        elif second == 11:
            crash(site)
            events["postgres down"] += 1
        else:
            fleet.signal(chance.randrange(WORKERS), signal.SIGKILL)
            events["killed"] += 1
        if second > 11 and site.value(OPEN) == 0:
            return events
        if second >= PLAGUE_SECONDS:
            return events


def crash(site: Site) -> None:
    """Kill Postgres immediately, then start it: it recovers from its log."""
    pid = site.cluster.pid
    assert pid is not None
    os.kill(pid, signal.SIGQUIT)
    wait_until(lambda: site.cluster.pid is None, 20, "Postgres to be gone")
    site.cluster.stop()
    site.cluster.start(with_parent=True)
