"""What one tenant can do to another: how long a neighbour waits while an ordinary account attacks.

Each attack was an outage once. The neighbour uploads a file, lists its assessments and has an interview
scored, again and again: first while nothing else happens, then while each attack goes on. What counts is the
99th percentile.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.synchronize import Event

import httpx
import psycopg
from psycopg.types.json import Jsonb

from bench import data, documents
from bench.cluster import ROOT, RunningApi, Servers, make_token
from bench.measure import Report, percentile
from bench.pipeline import TENANTS, worker_environment

DATABASE = "neighbours"
NEIGHBOUR, ATTACKER = 1, 2
KINDS = ("upload", "list", "completion")
#: A client that is asked to retry later does so after this.
PAUSE_SECONDS = 0.5
TIMEOUT_SECONDS = 120.0


@dataclass(frozen=True)
class Amounts:
    """How many of each there are.

    Attributes:
        samples: of each kind of request, quiet and during each attack.
        slugs: small assessments whose slugs lie in the way.
        sources: assessments of one text of 500 KB.
        uploads: files that the attacker keeps in the queue.
        rows: assessments in each of its large inserts.
        small: small inserts that wait behind those.
    """

    samples: int
    slugs: int
    sources: int
    uploads: int
    rows: int
    small: int


FULL = Amounts(100, 20_000, 5_000, 24, 3_000, 45)
SMALL = Amounts(20, 1_000, 100, 8, 500, 20)


@dataclass(frozen=True)
class Request:
    """One request of an attacker, and how many of it run at once."""

    path: str
    body: str
    at_once: int


@dataclass(frozen=True)
class Attack:
    """What an attacking account does.

    Attributes:
        title: for people.
        how: what is stored and sent.
        requests: what is sent again and again, each as often at once as it says.
        kept_queued: a file that the attacker always has so many of in the queue; each gets a number.
    """

    title: str
    how: str
    requests: tuple[Request, ...] = ()
    kept_queued: tuple[str, int] | None = None


def run(servers: Servers, report: Report, *, full: bool, tell: Callable[[str], None]) -> None:
    """Measure a neighbour's requests, undisturbed and under each attack."""
    amounts = FULL if full else SMALL
    servers.make(DATABASE, "ours")
    with servers.superuser(DATABASE) as admin:
        data.load(admin, "ours", data.Size(TENANTS, stubs=True))
        admin.execute("delete from public.custom_assessment_results")
        admin.execute("delete from public.assessment_uploads")
        admin.execute("delete from private.jobs")
        admin.execute("vacuum (analyze)")
    report.detail("neighbours", **{f"attack: {name}": value for name, value in vars(amounts).items()})
    with servers.api(DATABASE) as api, servers.owner(DATABASE) as connection:
        scene = _Scene(servers, api, connection, amounts)
        with scene.worker():
            scene.samples(5)  # connections and caches fill
            quiet = scene.samples(amounts.samples)
            _record(report, "quiet", quiet, "nothing else happens")
            for name, prepare in _ATTACKS.items():
                attack = prepare(scene)
                with scene.under(attack):
                    time.sleep(1.0)
                    found = scene.samples(amounts.samples)
                _record(report, name, found, attack.how)
                for kind in KINDS:
                    ratio = report.ratio(
                        f"neighbours.{name}.{kind}",
                        f"a neighbour's {kind} while {attack.title}, p99, against the quiet p99",
                        percentile(found[kind], 0.99) / percentile(quiet[kind], 0.99),
                    )
                    tell(
                        f"{name}: {kind} p99 {percentile(found[kind], 0.99):.0f} ms, quiet "
                        f"{percentile(quiet[kind], 0.99):.0f} ms ({ratio.value:.1f})"
                    )
                scene.drain()
    servers.drop(DATABASE)


def _record(report: Report, name: str, samples: dict[str, list[float]], how: str) -> None:
    for kind in KINDS:
        report.add(f"neighbours.{name}.{kind}", "ms", samples[kind], f"{_HOW[kind]}; {how}")
        report.detail(
            "neighbours", **{f"{name}: {kind} p99 in ms": round(percentile(samples[kind], 0.99), 1)}
        )


_HOW = {
    "upload": "POST /assessment_uploads of 0.5 KB until its status is succeeded; one worker with LISTEN",
    "list": "GET /custom_assessments?select=id,name,status&order=created_at.desc&limit=20",
    "completion": "POST /rpc/complete_assessment_session until its result is there",
}


class _Scene:
    """A database with our schema behind the real API, a worker, a neighbour and an attacker."""

    def __init__(
        self, servers: Servers, api: RunningApi, connection: psycopg.Connection, amounts: Amounts
    ) -> None:
        self.servers = servers
        self.api = api
        self.connection = connection
        self.amounts = amounts
        self.number = 0
        self.owner = httpx.Client(base_url=f"{api.url}/rest/v1", headers=self.headers(NEIGHBOUR), timeout=60)
        self.agent = httpx.Client(
            base_url=f"{api.url}/rest/v1",
            headers={"apikey": api.service_key, "Authorization": f"Bearer {api.service_key}"},
            timeout=60,
        )
        self.assessment = self._assessment(NEIGHBOUR, json.loads(documents.definition(1, named=False)))

    def headers(self, tenant: int) -> dict[str, str]:
        """The requests of a tenant's owner."""
        token = make_token("authenticated", data.identifier("user", tenant))
        return {
            "apikey": self.api.anon_key,
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
        }

    def _assessment(self, tenant: int, definition: object) -> uuid.UUID:
        return self._value(
            "insert into public.custom_assessments (tenant_id, name, definition, status)"
            " values (%s, 'Scored', %s, 'active') returning id",
            data.identifier("tenant", tenant),
            Jsonb(definition),
        )

    def _session(self, tenant: int, assessment: uuid.UUID) -> uuid.UUID:
        return self._value(
            "insert into public.coaching_sessions"
            " (tenant_id, client_name, assessment_type, custom_assessment_id)"
            " values (%s, 'Kim', 'custom', %s) returning id",
            data.identifier("tenant", tenant),
            assessment,
        )

    def _value(self, query: str, *arguments: object) -> uuid.UUID:
        row = self.connection.execute(query.encode(), arguments).fetchone()
        if row is None:
            raise RuntimeError("nothing was made")
        made: uuid.UUID = row[0]
        return made

    # --- the neighbour ------------------------------------------------------------------------------------

    def samples(self, count: int) -> dict[str, list[float]]:
        """Milliseconds of each kind of request, in turn and after a pause."""
        doing = {"upload": self._upload, "list": self._list, "completion": self._complete}
        found: dict[str, list[float]] = {kind: [] for kind in KINDS}
        for _ in range(count):
            for kind in KINDS:
                time.sleep(0.03)
                found[kind].append(doing[kind]())
        return found

    def _list(self) -> float:
        start = time.perf_counter()
        self.owner.get(
            "/custom_assessments?select=id,name,status&order=created_at.desc&limit=20"
        ).raise_for_status()
        return (time.perf_counter() - start) * 1000

    def _upload(self) -> float:
        self.number += 1
        body = {
            "tenant_id": str(data.identifier("tenant", NEIGHBOUR)),
            "source_markdown": documents.smallest(self.number),
        }
        start = time.perf_counter()
        answer = self.owner.post(
            "/assessment_uploads?select=id", json=body, headers={"Prefer": "return=representation"}
        )
        answer.raise_for_status()
        self._wait(
            "select from public.assessment_uploads where id = %s and status = 'succeeded'",
            uuid.UUID(answer.json()[0]["id"]),
        )
        return (time.perf_counter() - start) * 1000

    def _complete(self) -> float:
        session = self._session(NEIGHBOUR, self.assessment)
        row = self.connection.execute("select scores from bench.varieties where number = 0").fetchone()
        body = {
            "session_id": str(session),
            "session_type": "coaching",
            "dimension_scores": row[0] if row else {},
        }
        start = time.perf_counter()
        self.agent.post("/rpc/complete_assessment_session", json=body).raise_for_status()
        self._wait("select from public.custom_assessment_results where session_id = %s", session)
        return (time.perf_counter() - start) * 1000

    def _wait(self, query: str, id_: uuid.UUID) -> None:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while self.connection.execute(query.encode(), [id_]).fetchone() is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing came of {id_} in {TIMEOUT_SECONDS:.0f} s")
            time.sleep(0.001)

    # --- what goes on beside it ---------------------------------------------------------------------------

    @contextlib.contextmanager
    def worker(self) -> Iterator[None]:
        """One worker, for the duration of the block."""
        process = subprocess.Popen(
            [sys.executable, "-m", "worker", "run"],
            env=worker_environment(self.servers, self.api, DATABASE, listen=True),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=60)

    @contextlib.contextmanager
    def under(self, attack: Attack) -> Iterator[None]:
        """The attack, from a separate process, for the duration of the block."""
        context = multiprocessing.get_context("spawn")
        stop = context.Event()
        process = context.Process(
            target=attack_until,
            args=(stop, attack, f"{self.api.url}/rest/v1", self.headers(ATTACKER)),
        )
        process.start()
        try:
            yield
        finally:
            stop.set()
            process.join(timeout=60)
            if process.is_alive():
                process.kill()

    def drain(self) -> None:
        """Remove the attacker's queued jobs from the queue."""
        attacker = data.identifier("tenant", ATTACKER)
        self.connection.execute(
            "delete from public.assessment_uploads where tenant_id = %s and status <> 'processing'",
            [attacker],
        )
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while self.connection.execute("select from private.jobs where rank is not null").fetchone():
            if time.monotonic() > deadline:
                raise TimeoutError("the queue does not run empty")
            time.sleep(0.05)

    def store(self, statement: str, values: dict[str, object]) -> None:
        """Store many rows of the attacker, as they would be after as many requests."""
        with self.servers.superuser(DATABASE) as admin, admin.transaction():
            admin.execute("set local session_replication_role = replica")
            admin.execute(statement.encode(), {"tenant": data.identifier("tenant", ATTACKER), **values})
        self.connection.execute("analyze public.custom_assessments")


def attack_until(stop: Event, attack: Attack, url: str, headers: dict[str, str]) -> None:
    """Send an attack's requests until asked to stop."""
    threads = [
        threading.Thread(target=_send, args=(stop, request, url, headers), daemon=True)
        for request in attack.requests
        for _ in range(request.at_once)
    ]
    if attack.kept_queued is not None:
        threads.append(
            threading.Thread(target=_keep_queued, args=(stop, *attack.kept_queued, url, headers), daemon=True)
        )
    for thread in threads:
        thread.start()
    stop.wait()


def _send(stop: Event, request: Request, url: str, headers: dict[str, str]) -> None:
    with httpx.Client(headers=headers, timeout=60) as client:
        while not stop.is_set():
            with contextlib.suppress(httpx.HTTPError):
                if client.post(url + request.path, content=request.body).status_code >= 400:
                    stop.wait(PAUSE_SECONDS)


def _keep_queued(stop: Event, text: str, count: int, url: str, headers: dict[str, str]) -> None:
    """Keep this many uploads of a file in the queue, as far as polling shows."""
    tenant = str(data.identifier("tenant", ATTACKER))
    number = 0
    with httpx.Client(headers=headers, timeout=60) as client:
        while not stop.is_set():
            with contextlib.suppress(httpx.HTTPError):
                found = client.get(f"{url}/assessment_uploads?select=id&status=in.(queued,processing)")
                missing = count - len(found.json())
                rows = [
                    {"tenant_id": tenant, "source_markdown": text.replace("NUMBER", f"{number + n:05d}")}
                    for n in range(missing)
                ]
                number += max(0, missing)
                if rows:
                    client.post(f"{url}/assessment_uploads", json=rows)
            stop.wait(0.1)


# --- the attacks --------------------------------------------------------------------------------------------

_NAME = f"{'a' * 53} b"


def _slugs(scene: _Scene) -> Attack:
    """Names of 60 characters that are cut to one stem, whose numbers are taken."""
    count = scene.amounts.slugs
    scene.store(
        "insert into public.custom_assessments (tenant_id, created_by, name, slug, definition)"
        " select %(tenant)s, tenant.user_id, 'In the way', way.slug, %(definition)s"
        "   from public.tenant_profiles as tenant, lateral ("
        "     select repeat('a', 53) || '-' || n from generate_series(2, %(count)s) as n"
        "     union all"
        "     select repeat('a', 53) || '-b' || lpad(n::text, 5, '0') from generate_series(0, %(count)s) as n"
        "   ) as way (slug)"
        "  where tenant.id = %(tenant)s",
        {"count": count, "definition": documents.definition(2, size=1000)},
    )
    source = documents.smallest(0).replace("name: Coaching Readiness 0", f"name: {_NAME}NUMBER")
    return Attack(
        "another stores names whose slugs lie in one another's way",
        f"{2 * count:,} slugs in the way, 100 uploads kept in the queue whose names are cut to one stem",
        kept_queued=(source, 100),
    )


def _sources(scene: _Scene) -> Attack:
    """One text of 500 KB under thousands of definitions, uploaded again and again."""
    source = documents.smallest(0).replace("Start at once.", ("All of it again. " * 29_900).strip())
    scene.store(
        "insert into public.custom_assessments"
        " (tenant_id, created_by, name, slug, definition, source_markdown)"
        " select %(tenant)s, tenant.user_id, 'Equal', 'equal-' || n,"
        "        %(definition)s::jsonb || jsonb_build_object('n', n), %(source)s"
        "   from public.tenant_profiles as tenant, generate_series(1, %(count)s) as n"
        "  where tenant.id = %(tenant)s",
        {
            "count": scene.amounts.sources,
            "definition": documents.definition(3, size=1000),
            "source": source,
        },
    )
    return Attack(
        "another uploads one large file again and again",
        f"{scene.amounts.sources:,} assessments of one text of {len(source) // 1000} KB, "
        f"{scene.amounts.uploads} uploads of it kept in the queue",
        kept_queued=(source, scene.amounts.uploads),
    )


def _repeated(_: _Scene) -> Attack:
    """A definition of 480 KB that names a dimension thousands of times: it is refused."""
    name = "Überzeugung"
    definition = {
        "dimensions": [{"name": name, "weight": 1, "description": "x"}],
        "resultCategories": [
            {"name": f"c{n}", "scoreRange": [1, 5], "primaryDimensions": [name] * 2_000} for n in range(15)
        ],
    }
    body = json.dumps(
        {
            "tenant_id": str(data.identifier("tenant", ATTACKER)),
            "name": "Repeated",
            "definition": definition,
        },
        ensure_ascii=False,
    )
    return Attack(
        "another sends definitions that repeat a name thousands of times",
        f"a definition of {len(body.encode()) // 1000} KB that repeats a name 30,000 times, 2 at a time",
        requests=(Request("/custom_assessments", body, 2),),
    )


def _line(scene: _Scene) -> Attack:
    """Two large inserts in turn, and many small ones that wait behind them."""
    tenant = str(data.identifier("tenant", ATTACKER))
    definition = json.loads(documents.definition(4, named=False))

    def body(rows: int) -> str:
        return json.dumps([{"tenant_id": tenant, "name": "Row", "definition": definition}] * rows)

    amounts = scene.amounts
    return Attack(
        "another's requests wait for one another",
        f"2 inserts of {amounts.rows:,} assessments of 7 KB in turn, {amounts.small} of one behind them, "
        f"each again {PAUSE_SECONDS} s after a refusal",
        requests=(
            Request("/custom_assessments", body(amounts.rows), 2),
            Request("/custom_assessments", body(1), amounts.small),
        ),
    )


_ATTACKS: dict[str, Callable[[_Scene], Attack]] = {
    "slugs": _slugs,
    "sources": _sources,
    "repeated": _repeated,
    "line": _line,
}
