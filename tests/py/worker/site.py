"""A database, PostgREST and a gateway for the worker's tests, and the actions of tenants and agents."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from stack import processes
from stack.errors import PortTakenError
from stack.postgres import Cluster
from stack.services import Api
from stack.tokens import Keys
from tests.py.harness.people import People, Tenant
from worker.engine.process import run_worker
from worker.engine.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
WORKER = [sys.executable, "-m", "worker"]

SOURCE = """---
name: {name}
version: {version}
---

## Dimensions

### Vision

- weight: 0.6
- description: Sees where things are going.

### Delivery

- weight: 0.4
- description: Gets things done. {note}

## Result Categories

### Starter

- score_range: [1.0, 2.9]
- description: At the beginning.

### Leader

- score_range: [3.0, 5.0]
- primary_dimensions: [Vision]
- description: Leads.
"""


def source(name: str = "Leadership", version: str = "1.0", note: str = "") -> str:
    """Return a valid file."""
    return SOURCE.format(name=name, version=version, note=note)


@dataclass
class Site:
    """One database with the API over it.

    Attributes:
        api: PostgREST and the gateway.
        database: the database's name.
        postgrest: the running PostgREST, or None while it is down.
    """

    api: Api
    database: str
    postgrest: subprocess.Popen[bytes] | None = None
    gateway: subprocess.Popen[bytes] | None = None
    _kept: psycopg.Connection[tuple[Any, ...]] | None = None

    @property
    def cluster(self) -> Cluster:
        """The server that the database is in."""
        return self.api.cluster

    def start(self) -> None:
        """Start PostgREST and the gateway; both stop with this process."""
        while self.gateway is None:
            try:
                self.gateway = self.api.start_gateway(with_parent=True)
            except PortTakenError:
                self.api.gateway_log.unlink()
                self.api = replace(self.api, port=processes.free_port())
        self.start_postgrest()

    def start_postgrest(self) -> None:
        """Start PostgREST."""
        self.postgrest = self.api.start_postgrest(with_parent=True)

    def kill_postgrest(self) -> None:
        """Kill PostgREST, whatever it is doing."""
        if self.postgrest is not None:
            self.postgrest.kill()
            self.postgrest.wait()
            self.postgrest = None

    def stop(self) -> None:
        """Stop PostgREST and the gateway."""
        if self._kept is not None:
            self._kept.close()
        self.kill_postgrest()
        if self.gateway is not None:
            self.gateway.terminate()
            self.gateway.wait()

    # --- the database ---------------------------------------------------------------------------------------

    def connect(self, user: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """Connect over the socket, in autocommit."""
        return psycopg.connect(self.cluster.dsn(user, self.database), autocommit=True)

    def rows(self, query: str, *arguments: object) -> list[tuple[Any, ...]]:
        """Run a query as role postgres."""
        return self._execute(query, arguments).fetchall()

    def value(self, query: str, *arguments: object) -> Any:
        """Return the only value of a query's only row."""
        ((value,),) = self.rows(query, *arguments)
        return value

    def run(self, statement: str, *arguments: object) -> None:
        """Run a statement as role postgres."""
        self._execute(statement, arguments)

    def _execute(self, query: str, arguments: Sequence[object]) -> psycopg.Cursor[tuple[Any, ...]]:
        """Run a query on the open connection, or on a new one if the server was restarted."""
        # Without arguments a percent sign is literal.
        given = arguments or None
        if self._kept is not None:
            try:
                return self._kept.execute(query.encode(), given)
            except psycopg.OperationalError:
                self._kept.close()
        self._kept = self.connect()
        return self._kept.execute(query.encode(), given)

    # --- what people do -------------------------------------------------------------------------------------

    def tenant(self) -> Tenant:
        """Create a tenant with an owner."""
        with self.connect() as connection:
            return People(connection).tenant()

    def upload(
        self, tenant: Tenant, text: str, assessment_id: str | None = None, *, dry_run: bool = False
    ) -> str:
        """Upload a file as a trusted writer; return the upload's id."""
        return str(
            self.value(
                "insert into public.assessment_uploads"
                " (tenant_id, created_by, source_markdown, assessment_id, dry_run)"
                " values (%s, %s, %s, %s, %s) returning id",
                tenant.id,
                tenant.owner.id,
                text,
                assessment_id,
                dry_run,
            )
        )

    def upload_many(self, tenant: Tenant, text: str, count: int) -> list[str]:
        """Upload a file many times, each with its number in place of NUMBER; return the uploads' ids."""
        return [
            str(row[0])
            for row in self.rows(
                "insert into public.assessment_uploads (tenant_id, source_markdown)"
                " select %s, replace(%s, 'NUMBER', n::text) from generate_series(1, %s) as n returning id",
                tenant.id,
                text,
                count,
            )
        ]

    def upload_row(self, upload: str) -> dict[str, Any]:
        """Return an upload as its tenant reads it."""
        row: dict[str, Any] = self.value(
            "select to_jsonb(u) from public.assessment_uploads as u where id = %s", upload
        )
        return row

    def assessment(self, tenant: Tenant, text: str) -> str:
        """Create an active assessment without the worker; return its id."""
        from worker.compiler import compile_markdown

        definition = compile_markdown(text.encode()).definition
        assert definition is not None
        return str(
            self.value(
                "insert into public.custom_assessments"
                " (tenant_id, created_by, name, version, definition, source_markdown, status)"
                " values (%s, %s, %s, %s, %s, %s, 'active') returning id",
                tenant.id,
                tenant.owner.id,
                definition.metadata.name,
                definition.metadata.version,
                Jsonb(json.loads(definition.to_json())),
                text,
            )
        )

    def session(self, tenant: Tenant, assessment: str) -> str:
        """Create a coaching session that uses the assessment; return its id."""
        return str(
            self.value(
                "insert into public.coaching_sessions"
                " (tenant_id, client_name, assessment_type, custom_assessment_id, access_token)"
                " values (%s, 'A client', 'custom', %s, %s) returning id",
                tenant.id,
                assessment,
                uuid.uuid4().hex,
            )
        )

    def complete(self, session: str, scores: Mapping[str, float]) -> dict[str, Any]:
        """Complete a coaching session as an agent does, over SQL."""
        answer: dict[str, Any] = self.value(
            "select public.complete_assessment_session(%s, 'coaching', %s, null, now())",
            session,
            Jsonb(dict(scores)),
        )
        return answer

    # --- the worker -----------------------------------------------------------------------------------------

    def worker_environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a worker, with only the variables that programs need."""
        kept = {
            name: os.environ[name]
            for name in ("PATH", "LANG", "TMPDIR", "LD_LIBRARY_PATH")
            if name in os.environ
        }
        return kept | {
            "SUPABASE_URL": self.api.url,
            "SUPABASE_SERVICE_ROLE_KEY": self.api.keys.service_role,
            **more,
        }

    def worker(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the worker until it ends."""
        return subprocess.run(
            [*WORKER, *words],
            cwd=ROOT,
            env=self.worker_environment(**environment),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def drain(self) -> dict[str, int]:
        """Process the queue with a worker in this process; count the jobs by kind and outcome."""
        settings = Settings(SUPABASE_URL=self.api.url, SUPABASE_SERVICE_ROLE_KEY=self.api.keys.service_role)
        numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)
        handlers = [signal.getsignal(number) for number in numbers]
        try:
            ended = run_worker(settings, drain=True)
        finally:
            # The alarm of the last job is pending, and would end this process once its handler is removed.
            signal.setitimer(signal.ITIMER_REAL, 0)
            for number, handler in zip(numbers, handlers, strict=True):
                signal.signal(number, handler)
        assert ended.next_seconds is None
        return {f"{kind} {outcome}": count for (kind, outcome), count in ended.totals.items()}

    @contextmanager
    def running_worker(self, *words: str, **environment: str) -> Iterator[Worker]:
        """Run a worker for the duration of the block."""
        worker = Worker.start(self, words, environment)
        try:
            yield worker
        finally:
            worker.end()


@dataclass
class Worker:
    """A worker process and its log."""

    process: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(
        cls, site: Site, words: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> Worker:
        """Start a worker and return at once."""
        log = site.api.home / f"worker-{uuid.uuid4().hex}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [*WORKER, "run", *words],
                cwd=ROOT,
                env=site.worker_environment(**(environment or {})),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )
        return cls(process, log)

    def events(self) -> list[dict[str, Any]]:
        """Return the log's lines."""
        return [
            json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines() if line[:1] == "{"
        ]

    def wait_for(self, event: str, seconds: float = 20.0) -> dict[str, Any]:
        """Wait until an event is logged."""
        wait_until(lambda: any(e["event"] == event for e in self.events()), seconds, f"event {event}")
        return next(e for e in self.events() if e["event"] == event)

    def end(self) -> None:
        """Kill it if it is still running."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def wait_until(condition: Any, seconds: float, what: str) -> float:
    """Wait until the condition is true; return how long that took."""
    started = time.monotonic()
    if not processes.wait_until(condition, seconds, pause=0.02):
        message = f"waited {seconds} s for: {what}"
        raise AssertionError(message)
    return time.monotonic() - started


def make_site(cluster: Cluster, database: str) -> Site:
    """Create the API over a database, not started. Its files are where the server's account can read them."""
    home = Path(tempfile.mkdtemp(prefix="site-", dir=cluster.home))
    if cluster.account is not None:
        cluster.account.take(home)
    return Site(Api(home, cluster, database, Keys.generate(), processes.free_port()), database)
