"""The pipeline: jobs a second against others' queues, real work, latency, memory, two workers."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import httpx
import psycopg
from psycopg.types.json import Jsonb

from bench import data, documents
from bench.cluster import HERE, ROOT, RunningApi, Servers, make_token
from bench.measure import (
    LEAST_SAMPLES,
    Figure,
    Report,
    milliseconds,
    on_one_processor,
    percentile,
    resident_megabytes,
)
from bench.peers import Peers

DATABASE = "pipeline"
TENANTS = 100
DOCUMENTS = 100
DOCUMENT_BYTES = 10_000
PGMQ_BATCHES = (50, 500)
FINISHED_DATABASE = "pipeline_finished"
FINISHED = 1_000_000
CLAIM = 50
# How many the API keeps at most, by default.
SESSIONS = 10


@dataclass(frozen=True)
class Amounts:
    """How much of each is done.

    Attributes:
        probes: jobs that do nothing, in one sample.
        probe_rounds: samples of them; a queue's speed changes with the machine's minute.
        procrastinate: the same for procrastinate, which takes longer for each.
        pgqueuer_batches: PGQueuer is run with the one of them with which it is fastest on this machine.
        uploads: real uploads in one sample.
        latencies: uploads whose way is timed in an idle system with LISTEN.
        polls: the same without LISTEN, where each takes seconds.
        load_seconds: how long 200 uploads a second come in.
        backlog: uploads of one tenant that another tenant's upload waits behind.
        memory: jobs after which the memory is read, first and last.
    """

    probes: int
    probe_rounds: int
    procrastinate: int
    pgqueuer_batches: tuple[int, ...]
    uploads: int
    latencies: int
    polls: int
    load_seconds: int
    backlog: int
    memory: tuple[int, int]


FULL = Amounts(30_000, 9, 2_000, (50, 100, 250, 500, 1000), 2_000, 200, 20, 20, 10_000, (500, 50_000))
# The two batches between which the fastest has always been.
SMALL = Amounts(5_000, LEAST_SAMPLES, 250, (250, 1000), 400, 30, 5, 3, 1_000, (500, 5_000))


def worker_environment(servers: Servers, api: RunningApi, database: str, *, listen: bool) -> dict[str, str]:
    """The settings of a worker of that database."""
    settings = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(ROOT),
        "SUPABASE_URL": api.url,
        "SUPABASE_SERVICE_ROLE_KEY": api.service_key,
        "WORKER_LOG_LEVEL": "warning",
    }
    if listen:
        settings["DATABASE_URL"] = servers.cluster.url("postgres", database)
    return settings


class Pipeline:
    """A database with our schema behind the real API, and the workers that are started against it."""

    def __init__(self, servers: Servers, api: RunningApi, amounts: Amounts) -> None:
        self.servers = servers
        self.api = api
        self.amounts = amounts
        self.connection = servers.owner(DATABASE)
        self.sources = [documents.markdown(seed, DOCUMENT_BYTES) for seed in range(DOCUMENTS)]
        self.uploaded = 0
        row = self.connection.execute("select now()").fetchone()
        self.began = row[0] if row else None

    # --- what is queued -----------------------------------------------------------------------------------

    def clear(self) -> None:
        """Empty the queue and what came of it."""
        self.connection.execute("delete from public.custom_assessment_results")
        self.connection.execute("delete from public.assessment_uploads")
        self.connection.execute("delete from private.score_requests")
        self.connection.execute("delete from private.jobs")
        self.connection.execute("delete from public.custom_assessments where created_at >= %s", [self.began])
        self.connection.execute(
            "vacuum (analyze) public.custom_assessment_results, public.assessment_uploads, private.jobs,"
            " private.score_requests, public.custom_assessments, private.slug_series"
        )

    def queue_probes(self, count: int) -> None:
        """Queue jobs that do nothing."""
        self.connection.execute(
            "insert into private.jobs (kind) select 'probe' from generate_series(1, %s)", [count]
        )
        self.connection.execute("analyze private.jobs")

    def queue_uploads(self, count: int, *, tenant: int | None = None, smallest: bool = False) -> None:
        """Queue real uploads of 10 KB or 0.5 KB, each of other bytes, of all tenants in turn or of one."""
        rows = []
        for _ in range(count):
            self.uploaded += 1
            owner = tenant or 1 + self.uploaded % TENANTS
            source = documents.smallest(self.uploaded) if smallest else self.source()
            rows.append((data.identifier("tenant", owner), source))
        with self.connection.cursor() as cursor:
            cursor.executemany(
                "insert into public.assessment_uploads (tenant_id, source_markdown) values (%s, %s)", rows
            )

    def source(self) -> str:
        """A document that was not uploaded before."""
        text = self.sources[self.uploaded % DOCUMENTS]
        return text.replace("author: Bench", f"author: Bench {self.uploaded}", 1)

    def queue_scores(self, count: int) -> None:
        """Complete interviews, as an agent does."""
        self.connection.execute(
            """
            select count(public.complete_assessment_session(session.id, 'coaching', variety.scores, '[]'))
              from (select id from public.coaching_sessions order by id limit %s) as session,
                   bench.varieties as variety
             where variety.number = 0
            """,
            [count],
        )

    # --- workers ------------------------------------------------------------------------------------------

    def environment(self, *, listen: bool = False) -> dict[str, str]:
        """The settings of a worker."""
        return worker_environment(self.servers, self.api, DATABASE, listen=listen)

    def drain(self, *arguments: str, workers: int = 1) -> float:
        """Let workers do all that is queued; jobs a second from the first claim to the last finish.

        Raises:
            RuntimeError: a worker or a job has not succeeded.
        """
        command = [sys.executable, "-m", "worker", "drain", *arguments]
        started = [
            subprocess.Popen(command, env=self.environment(), cwd=ROOT, stdout=subprocess.DEVNULL)
            for _ in range(workers)
        ]
        if codes := [worker.returncode for worker in started if worker.wait() != 0]:
            raise RuntimeError(f"a worker ended with {codes[0]}")
        return self.rate()

    def rate(self) -> float:
        """Jobs a second from the first claim to the last finish, of all jobs in the table."""
        row = self.connection.execute(
            "select count(*) filter (where state = 'succeeded'), count(*),"
            " extract(epoch from max(finished_at) - min(started_at))::float8 from private.jobs"
        ).fetchone()
        if row is None or row[0] != row[1] or not row[2]:
            faults = self.connection.execute(
                "select state, last_error, count(*) from private.jobs group by 1, 2"
            ).fetchall()
            raise RuntimeError(f"not every job has succeeded: {faults}")
        return float(row[0] / row[2])

    @contextlib.contextmanager
    def worker(self, *, listen: bool = False) -> Iterator[subprocess.Popen[bytes]]:
        """A worker that runs while the block lasts."""
        process = subprocess.Popen(
            [sys.executable, "-m", "worker", "run"],
            env=self.environment(listen=listen),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        try:
            self.queue_probes(1)
            self.wait_until_idle(process)
            yield process
        finally:
            process.terminate()
            process.wait(timeout=30)

    def wait_until_idle(self, process: subprocess.Popen[bytes], timeout: float = 300.0) -> None:
        """Wait until nothing is queued or running.

        Raises:
            TimeoutError: it took too long, or the worker has ended.
        """
        deadline = time.monotonic() + timeout
        while True:
            row = self.connection.execute(
                "select count(*) from private.jobs where rank is not null"
            ).fetchone()
            if row is not None and row[0] == 0:
                return
            if time.monotonic() > deadline or process.poll() is not None:
                raise TimeoutError(
                    f"{row[0] if row else '?'} jobs are left; the worker's code is {process.poll()}"
                )
            time.sleep(0.05)


def run(servers: Servers, report: Report, peers: Peers, *, full: bool, tell: Callable[[str], None]) -> None:
    """Measure the pipeline."""
    amounts = FULL if full else SMALL
    servers.make(DATABASE, "ours")
    with servers.superuser(DATABASE) as admin:
        data.load(admin, "ours", data.Size(TENANTS, stubs=True))
        # Only the people and the sessions are needed: the interviews are still to be scored.
        admin.execute("delete from public.custom_assessment_results")
        admin.execute("delete from public.assessment_uploads")
        admin.execute("delete from private.jobs")
        # How long the functions that a worker calls take, as the database sees it.
        admin.execute(f"alter database {DATABASE} set track_functions = 'pl'")
    with servers.api(DATABASE) as api:
        pipeline = Pipeline(servers, api, amounts)
        _nothing(pipeline, report, peers, tell)
        _uploads(pipeline, report, tell)
        _batches(pipeline, report, tell)
        _scores(pipeline, report, tell)
        _shares(pipeline, report, tell)
        _idle_latency(pipeline, report, tell)
        _load(pipeline, report, tell)
        _behind_another(pipeline, report, tell)
        _memory(pipeline, report, tell)
        _beside_finished(pipeline, report, tell)
        pipeline.connection.close()
    servers.drop(DATABASE)


def _nothing(pipeline: Pipeline, report: Report, peers: Peers, tell: Callable[[str], None]) -> None:
    """Jobs that do nothing: ours with one worker and two, and the others, in turn on the same server."""
    amounts = pipeline.amounts
    best = max(amounts.pgqueuer_batches, key=lambda batch: peers.pgqueuer(amounts.probes, batch))
    report.detail("pipeline", **{"PGQueuer's best batch": best})

    def ours(workers: int = 1) -> float:
        pipeline.clear()
        pipeline.queue_probes(amounts.probes)
        return pipeline.drain(workers=workers)

    works: dict[str, tuple[Callable[[], float], str]] = {
        "ours_1": (ours, "python -m worker drain"),
        "ours_2": (partial(ours, 2), "python -m worker drain, twice at once"),
        "pgqueuer": (
            lambda: peers.pgqueuer(amounts.probes, best),
            f"PGQueuer, asyncpg and uvloop, durable, batch_size={best}",
        ),
        "procrastinate": (lambda: peers.procrastinate(amounts.procrastinate), "procrastinate, concurrency 1"),
        **{
            f"pgmq_{batch}": (
                partial(peers.pgmq, amounts.probes, batch),
                f"pgmq.read('nothing', 60, {batch}), then pgmq.delete of what was read, by psycopg",
            )
            for batch in PGMQ_BATCHES
        },
    }
    samples: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(amounts.probe_rounds):
        for name, (work, _how) in works.items():
            samples[name].append(work())
    figures: dict[str, Figure] = {}
    for name, (_work, how) in works.items():
        figures[name] = report.add(f"pipeline.nothing.{name}", "per second", samples[name], how)
        tell(f"jobs that do nothing, {name}: {figures[name].median:,.0f} a second")
    for name, title in (
        ("pgqueuer", "against PGQueuer at its best"),
        ("procrastinate", "against procrastinate"),
        ("pgmq_50", "against raw pgmq, 50 at a time"),
        ("pgmq_500", "against raw pgmq, 500 at a time"),
    ):
        report.compare_in_turn(
            f"pipeline.nothing.{name}",
            f"jobs that do nothing, one worker, {title}",
            samples["ours_1"],
            samples[name],
        )
    report.compare_in_turn(
        "pipeline.nothing.two",
        "jobs that do nothing, two workers against one",
        samples["ours_2"],
        samples["ours_1"],
    )


def _uploads(pipeline: Pipeline, report: Report, tell: Callable[[str], None]) -> None:
    """Real uploads from end to end: one worker, two, and one with a tokeniser in place of the compiler."""
    count = pipeline.amounts.uploads

    def ours(workers: int = 1) -> float:
        pipeline.clear()
        pipeline.queue_uploads(count)
        return pipeline.drain(workers=workers)

    def tokenising() -> float:
        pipeline.clear()
        pipeline.queue_uploads(max(50, count // 4))
        subprocess.run(
            [sys.executable, str(HERE / "worker_with_tokeniser.py")],
            env=pipeline.environment(),
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return pipeline.rate()

    samples: dict[str, list[float]] = {"ours_1": [], "ours_2": [], "markdown_it": []}
    for _ in range(LEAST_SAMPLES):
        samples["ours_1"].append(ours())
        samples["ours_2"].append(ours(2))
        samples["markdown_it"].append(tokenising())
    how = {
        "ours_1": f"{count} uploads of 10 KB, python -m worker drain",
        "ours_2": f"{count} uploads of 10 KB, python -m worker drain, twice at once",
        "markdown_it": "the same worker; markdown-it-py tokenises the file, one definition for all",
    }
    figures = {
        name: report.add(f"pipeline.uploads.{name}", "per second", values, how[name])
        for name, values in samples.items()
    }
    report.compare_in_turn(
        "pipeline.uploads.markdown_it",
        "real 10 KB uploads, one worker, against the same pipeline with markdown-it-py's tokenising",
        samples["ours_1"],
        samples["markdown_it"],
    )
    report.compare_in_turn(
        "pipeline.uploads.two",
        "real 10 KB uploads, two workers against one",
        samples["ours_2"],
        samples["ours_1"],
    )
    tell("uploads a second: " + ", ".join(f"{name} {figure.median:,.0f}" for name, figure in figures.items()))


def _batches(pipeline: Pipeline, report: Report, tell: Callable[[str], None]) -> None:
    """Small uploads at the default batch, and one a request."""
    count = pipeline.amounts.uploads

    def drain(uploads: int, *arguments: str) -> float:
        pipeline.clear()
        pipeline.queue_uploads(uploads, smallest=True)
        return pipeline.drain(*arguments)

    batches, singles = [], []
    for _ in range(LEAST_SAMPLES):
        batches.append(drain(count))
        singles.append(drain(count // 6, "--batch", "1"))
    together = report.add(
        "pipeline.batches.default",
        "per second",
        batches,
        f"{count} uploads of 0.5 KB, python -m worker drain",
    )
    alone = report.add(
        "pipeline.batches.one",
        "per second",
        singles,
        f"{count // 6} uploads of 0.5 KB, python -m worker drain --batch 1",
    )
    report.compare_in_turn(
        "pipeline.batches.small",
        "small uploads, the default batch against one a request",
        batches,
        singles,
    )
    tell(f"small uploads a second: {together.median:,.0f}; one a request: {alone.median:,.0f}")


def _scores(pipeline: Pipeline, report: Report, tell: Callable[[str], None]) -> None:
    samples = []
    for _ in range(LEAST_SAMPLES):
        pipeline.clear()
        pipeline.queue_scores(min(pipeline.amounts.uploads, TENANTS * data.COACHINGS))
        samples.append(pipeline.drain())
    figure = report.add(
        "pipeline.scores",
        "per second",
        samples,
        "completed interviews with 8 dimensions, python -m worker drain",
    )
    tell(f"scorings a second: {figure.median:,.0f}")


def _shares(pipeline: Pipeline, report: Report, tell: Callable[[str], None]) -> None:
    """Where the time of a real upload goes."""
    shares: dict[str, list[float]] = {
        "compiling": [],
        "SQL": [],
        "HTTP and JSON": [],
        "the rest of the worker": [],
    }
    before = _function_ms(pipeline)
    for _ in range(LEAST_SAMPLES):
        pipeline.clear()
        # Shares settle sooner than rates.
        pipeline.queue_uploads(pipeline.amounts.uploads // 2)
        answer = subprocess.run(
            [sys.executable, str(HERE / "worker_with_clock.py")],
            env=pipeline.environment(),
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        clock = json.loads(answer.stdout.splitlines()[-1])
        spent = _function_ms(pipeline)
        in_sql = (spent - before) / 1000
        before = spent
        total = clock["total"]
        parts = {
            "compiling": clock["compiling"],
            "SQL": in_sql,
            "HTTP and JSON": clock["requests"] - in_sql,
            "the rest of the worker": total - clock["compiling"] - clock["requests"],
        }
        for name, seconds in parts.items():
            shares[name].append(100 * seconds / total)
    for name, values in shares.items():
        key = name.replace(" ", "_").lower()
        figure = report.add(
            f"pipeline.share.{key}", "percent", values, "of the time of a worker that drains real uploads"
        )
        tell(f"share of {name}: {figure.median:.0f} %")


def _function_ms(pipeline: Pipeline) -> float:
    """How many milliseconds the requests of workers have taken in the database so far.

    A session hands its counters in at the end of a request, but only a second after it has done so last: so
    each of the API's sessions is given another request after that second.
    """
    time.sleep(1.1)
    tenant = _Tenant(pipeline.api, 1)
    with ThreadPoolExecutor(SESSIONS) as threads:
        for _ in threads.map(lambda _: tenant.bare(), range(SESSIONS * 4)):
            pass
    row = pipeline.connection.execute(
        "select coalesce(sum(total_time), 0) from pg_stat_user_functions where funcname = 'exchange_jobs'"
    ).fetchone()
    return float(row[0]) if row else 0.0


class _Tenant:
    """A tenant's owner at the API."""

    def __init__(self, api: RunningApi, number: int) -> None:
        self.tenant = data.identifier("tenant", number)
        self.client = httpx.Client(
            base_url=f"{api.url}/rest/v1",
            headers={
                "apikey": api.anon_key,
                "Authorization": f"Bearer {make_token('authenticated', data.identifier('user', number))}",
                "Prefer": "return=representation",
            },
            timeout=30,
        )

    def upload(self, source: str) -> uuid.UUID:
        """Upload a document; its id."""
        answer = self.client.post(
            "/assessment_uploads?select=id", json={"tenant_id": str(self.tenant), "source_markdown": source}
        )
        answer.raise_for_status()
        return uuid.UUID(answer.json()[0]["id"])

    def bare(self, kind: str = "id") -> None:
        """One request with one row for an answer."""
        self.client.get(
            f"/custom_assessments?select={kind}&tenant_id=eq.{self.tenant}&limit=1"
        ).raise_for_status()


def _wait(connection: psycopg.Connection, upload: uuid.UUID, timeout: float = 60.0) -> None:
    deadline = time.monotonic() + timeout
    while True:
        row = connection.execute(
            "select status from public.assessment_uploads where id = %s", [upload]
        ).fetchone()
        if row is not None and row[0] == "succeeded":
            return
        if time.monotonic() > deadline or (row is not None and row[0] == "failed"):
            raise TimeoutError(f"upload {upload} is {row[0] if row else 'gone'}")
        time.sleep(0.001)


def _rest(number: int, least: float, spread: float) -> None:
    """Rest between two samples, never twice as long, so as not to keep step with a poll."""
    time.sleep(least + spread * (number * 0.618 % 1))


def _time_pair(tenant: _Tenant) -> float:
    start = time.perf_counter()
    tenant.bare()
    tenant.bare()
    return (time.perf_counter() - start) * 1000


def _time_upload(pipeline: Pipeline, tenant: _Tenant) -> float:
    pipeline.uploaded += 1
    source = pipeline.source()
    start = time.perf_counter()
    upload = tenant.upload(source)
    _wait(pipeline.connection, upload)
    return (time.perf_counter() - start) * 1000


def _idle_latency(pipeline: Pipeline, report: Report, tell: Callable[[str], None]) -> None:
    tenant = _Tenant(pipeline.api, 1)
    pipeline.clear()
    count = pipeline.amounts.latencies
    at_once = report.add(
        "pipeline.latency.two_requests_at_once",
        "ms",
        [_time_pair(tenant) for _ in range(max(50, count))][5:],
        "the same two requests, pair after pair without a rest, so that every process is awake",
    )
    pairs, heard = [], []
    with pipeline.worker(listen=True):
        # The first ones fill connections and caches.
        for number in range(-5, count):
            _rest(number, 0.03, 0.03)
            pair = _time_pair(tenant)
            _rest(number, 0.03, 0.03)
            upload = _time_upload(pipeline, tenant)
            if number >= 0:
                pairs.append(pair)
                heard.append(upload)
    polled = []
    with pipeline.worker():
        # Without LISTEN a worker asks ever more seldom while it is idle, in the end once a second: each waits
        # until that has settled, and then for some part of that second.
        for number in range(pipeline.amounts.polls):
            _rest(number, 1.6, 1.0)
            polled.append(_time_upload(pipeline, tenant))
    two = report.add(
        "pipeline.latency.two_requests",
        "ms",
        pairs,
        "two GET /custom_assessments?select=id&limit=1, one after the other, in turn with the uploads "
        "and after the same rest",
    )
    for kind, key, samples in (("with", "listen", heard), ("without", "poll", polled)):
        how = f"POST /assessment_uploads of 10 KB until its status is succeeded; a worker {kind} LISTEN"
        figure = report.add(f"pipeline.latency.{key}", "ms", samples, how)
        late, latest = percentile(samples, 0.95), percentile(samples, 0.99)
        report.detail(
            "pipeline", **{f"{key}: p95 in ms": round(late, 2), f"{key}: p99 in ms": round(latest, 2)}
        )
        tell(f"idle latency {kind} listen: p50 {figure.median:.1f} ms, p95 {late:.1f}, p99 {latest:.1f}")
    tell(f"two bare requests: {two.median:.1f} ms; without a rest {at_once.median:.1f}")
    report.compare_in_turn(
        "pipeline.latency.listen", "upload to succeeded, idle, p50, against two bare requests", heard, pairs
    )


def _load(pipeline: Pipeline, report: Report, tell: Callable[[str], None]) -> None:
    """200 uploads a second from 100 tenants, for a while."""
    pipeline.clear()
    seconds = pipeline.amounts.load_seconds
    with pipeline.worker(listen=True) as process, pipeline.servers.owner(DATABASE) as inserting:
        start = time.monotonic()
        for number in range(200 * seconds):
            pipeline.uploaded += 1
            inserting.execute(
                "insert into public.assessment_uploads (tenant_id, source_markdown) values (%s, %s)",
                [data.identifier("tenant", 1 + number % TENANTS), pipeline.source()],
            )
            ahead = start + (number + 1) / 200 - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
        offered = 200 * seconds / (time.monotonic() - start)
        pipeline.wait_until_idle(process)
        samples = [
            float(row[0])
            for row in pipeline.connection.execute(
                "select 1000 * extract(epoch from finished_at - created_at) from public.assessment_uploads"
            )
        ]
    figure = report.add(
        "pipeline.latency.load",
        "ms",
        samples,
        f"{offered:.0f} uploads of 10 KB a second from 100 tenants by SQL, one worker with LISTEN: "
        "finished_at - created_at",
    )
    report.detail(
        "pipeline",
        **{
            "load: p95 in ms": round(percentile(samples, 0.95), 1),
            "load: p99 in ms": round(percentile(samples, 0.99), 1),
            "load: uploads a second offered": round(offered, 1),
        },
    )
    tell(
        f"under {offered:.0f} uploads a second: p50 {figure.median:.0f} ms, "
        f"p99 {percentile(samples, 0.99):.0f}"
    )


def _behind_another(pipeline: Pipeline, report: Report, tell: Callable[[str], None]) -> None:
    """One upload of one tenant, while another's thousands are queued."""
    pipeline.clear()
    backlog = pipeline.amounts.backlog
    pipeline.queue_uploads(backlog, tenant=1)
    samples = []
    left = []
    process = subprocess.Popen(
        [sys.executable, "-m", "worker", "run"],
        env=pipeline.environment(listen=True),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        time.sleep(2)
        for number in range(2, 2 + LEAST_SAMPLES):
            samples.append(_time_upload(pipeline, _Tenant(pipeline.api, number)))
            row = pipeline.connection.execute(
                "select count(*) from private.jobs where state = 'queued'"
            ).fetchone()
            left.append(int(row[0]) if row else 0)
    finally:
        process.terminate()
        process.wait(timeout=30)
    figure = report.add(
        "pipeline.latency.behind",
        "ms",
        samples,
        f"one upload of 10 KB while {left[-1]:,} to {left[0]:,} of another tenant's {backlog:,} are queued",
    )
    report.detail("pipeline", **{"backlog: left at the last sample": left[-1]})
    tell(f"one upload behind {left[0]:,} of another tenant: {figure.median:.0f} ms")


def _memory(pipeline: Pipeline, report: Report, tell: Callable[[str], None]) -> None:
    """A worker's memory after a few jobs and after many: one in ten is an upload, the rest do nothing."""
    pipeline.clear()
    first, last = pipeline.amounts.memory
    samples: dict[int, list[float]] = {first: [], last: []}
    with pipeline.worker() as process:
        done = 0
        for goal in (first, last):
            while done < goal:
                step = min(5_000, goal - done)
                pipeline.queue_uploads(step // 10)
                pipeline.queue_probes(step - step // 10)
                pipeline.wait_until_idle(process)
                pipeline.clear()
                done += step
            for _ in range(LEAST_SAMPLES):
                samples[goal].append(resident_megabytes(process.pid))
                time.sleep(0.05)
    how = "VmRSS of `python -m worker run` after {:,} jobs, one in ten a real upload of 10 KB"
    before = report.add("pipeline.memory.first", "MB", samples[first], how.format(first))
    after = report.add("pipeline.memory.last", "MB", samples[last], how.format(last))
    ratio = report.compare(
        "pipeline.memory", f"a worker's memory after {last:,} jobs against after {first:,}", after, before
    )
    tell(
        f"memory: {before.median:.1f} MB after {first:,}, "
        f"{after.median:.1f} MB after {last:,} ({ratio.value:.2f})"
    )


def _beside_finished(pipeline: Pipeline, report: Report, tell: Callable[[str], None]) -> None:
    """Claims of 50 and finishes beside no finished job and beside a million, in turn; then pruning."""
    pipeline.clear()
    servers = pipeline.servers
    servers.make(FINISHED_DATABASE, "ours")
    rounds = 40
    with servers.owner(FINISHED_DATABASE) as million:
        million.execute(
            "insert into private.jobs (kind, state, rank, attempts, worker, started_at, finished_at)"
            " select 'probe', 'succeeded', null, 1, 'earlier', now() - age, now() - age"
            " from (select n * interval '3 seconds' as age from generate_series(%s, 1, -1) as n) as job",
            [FINISHED],
        )
        million.execute("vacuum (analyze) private.jobs")
        connections = {"none": pipeline.connection, "million": million}
        samples: dict[str, dict[str, list[float]]] = {"claim": {}, "finish": {}}
        for name, connection in connections.items():
            connection.execute(
                "insert into private.jobs (kind) select 'probe' from generate_series(1, %s)",
                [CLAIM * (rounds + 2)],
            )
            connection.execute("analyze private.jobs")
            for times in samples.values():
                times[name] = []
        servers.checkpoint()
        with on_one_processor(connection.info.backend_pid for connection in connections.values()):
            for _ in range(rounds + 2):
                for name, connection in connections.items():
                    claim, finish = _claim_and_finish(connection)
                    samples["claim"][name].append(claim)
                    samples["finish"][name].append(finish)
        for kind, times in samples.items():
            figures = {
                name: report.add(
                    f"pipeline.finished.{kind}.{name}",
                    "ms",
                    values[2:],
                    f"exchange_jobs: {kind} of {CLAIM} jobs beside "
                    f"{'no' if name == 'none' else f'{FINISHED:,}'} finished ones, by SQL",
                )
                for name, values in times.items()
            }
            ratio = report.compare_in_turn(
                f"pipeline.finished.{kind}",
                f"{kind} of {CLAIM} jobs beside a million finished ones, against beside none",
                times["million"][2:],
                times["none"][2:],
            )
            tell(
                f"{kind} of {CLAIM}: {figures['none'].median:.2f} ms, beside a million finished jobs "
                f"{figures['million'].median:.2f} ({ratio.value:.2f})"
            )
        pruned = [
            milliseconds(lambda: million.execute("select public.prune_jobs('1 day', 10000)"))
            for _ in range(LEAST_SAMPLES)
        ]
        figure = report.add(
            "pipeline.prune", "ms", pruned, f"prune_jobs('1 day', 10000) of {FINISHED:,} finished jobs"
        )
        tell(f"10,000 of a million finished jobs are pruned in {figure.median:.0f} ms")
    servers.drop(FINISHED_DATABASE)


def _claim_and_finish(connection: psycopg.Connection) -> tuple[float, float]:
    """How many milliseconds a claim of 50 takes, and then its finish."""
    start = time.perf_counter()
    row = connection.execute("select public.exchange_jobs('bench', '[]', %s)", [CLAIM]).fetchone()
    claimed = time.perf_counter()
    finished = [
        {"jobs": claimed["jobs"], "attempts": claimed["attempts"], "outcome": "done"}
        for claimed in (row[0]["jobs"] if row else [])
    ]
    before = time.perf_counter()
    connection.execute("select public.exchange_jobs('bench', %s)", [Jsonb(finished)])
    after = time.perf_counter()
    jobs = sum(len(element["jobs"]) for element in finished)
    if jobs != CLAIM:
        raise RuntimeError(f"{jobs} jobs were claimed")
    return (claimed - start) * 1000, (after - before) * 1000
