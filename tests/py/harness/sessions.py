"""One tenant with sessions to score, a worker's side of the queue, and helpers to wait for locks."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from tests.py.harness.databases import Connection, Database
from tests.py.harness.people import People, Tenant
from worker.engine.jobs import Compiled, Finished, read_jobs, tell

DEFINITION: dict[str, Any] = {
    "metadata": {"version": "1.0"},
    "dimensions": [
        {"name": "Clarity", "weight": 0.5, "description": "Says what is meant."},
        {"name": "Courage", "weight": 0.5, "description": "Says it when it is hard."},
    ],
    "resultCategories": [
        {"name": "Emerging", "scoreRange": [1.0, 2.9]},
        {"name": "Strong", "scoreRange": [3.0, 5.0]},
    ],
}


class World:
    """One tenant with an active assessment.

    Args:
        database: migrated.
        people: makes the tenant.
    """

    def __init__(self, database: Database, people: People) -> None:
        self.database = database
        self.postgres = database.connect()
        self.tenant: Tenant = people.tenant()
        self.assessment = self.add_assessment()

    def add_assessment(self, name: str = "Clear Speech") -> uuid.UUID:
        """Another active assessment of the tenant."""
        made: uuid.UUID = one(
            self.postgres,
            "insert into public.custom_assessments (tenant_id, name, definition, status)"
            " values (%s, %s, %s, 'active') returning id",
            self.tenant.id,
            name,
            Jsonb(DEFINITION),
        )
        return made

    def add_session(self) -> uuid.UUID:
        """A coaching session that uses the assessment."""
        made: uuid.UUID = one(
            self.postgres,
            "insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)"
            " values (%s, 'custom', %s) returning id",
            self.tenant.id,
            self.assessment,
        )
        return made

    def upload(self, *sources: str) -> list[uuid.UUID]:
        """Uploads of these files."""
        return [
            one(
                self.postgres,
                "insert into public.assessment_uploads (tenant_id, source_markdown) values (%s, %s)"
                " returning id",
                self.tenant.id,
                source,
            )
            for source in sources
        ]

    def agent(self, *, autocommit: bool = True) -> Connection:
        """An agent's or a worker's connection, which waits for a lock for at most ten seconds."""
        return _patient(self.database.connect_as("service_role"), autocommit=autocommit)

    def owner(self, *, autocommit: bool = True) -> Connection:
        """A connection of the tenant's owner, which waits for a lock for at most ten seconds."""
        connection = self.database.connect_as("authenticated", self.tenant.owner.id)
        return _patient(connection, autocommit=autocommit)

    def respondent(self, *, autocommit: bool = True) -> Connection:
        """A connection of somebody with a link, who waits for a lock for at most ten seconds."""
        return _patient(self.database.connect_as("anon"), autocommit=autocommit)


def _patient(connection: Connection, *, autocommit: bool) -> Connection:
    connection.execute("set lock_timeout = '10s'")
    connection.autocommit = autocommit
    return connection


def one(connection: Connection, query: str, *values: object) -> Any:
    """The single value that a statement returns."""
    row = connection.execute(query.encode(), values).fetchone()
    return None if row is None else row[0]


def reason_of(error: psycopg.Error) -> str:
    """The reason of a refusal."""
    return str(json.loads(error.diag.message_detail or "{}")["reason"])


def exchange(
    connection: Connection, worker: str, finished: Sequence[Finished] = (), claim: int = 0
) -> dict[str, Any]:
    """One request of a worker; a row for each outcome of a finished job and each claimed job."""
    answer: dict[str, Any] = one(
        connection, "select public.exchange_jobs(%s, %s, %s)", worker, Jsonb(tell(finished)), claim
    )
    settled = [
        {"job": job, "outcome": told["outcome"], "error": told["error"]}
        for told in answer["settled"]
        for job in told["jobs"]
    ]
    order = [each.job for each in finished]
    return {
        "settled": sorted(settled, key=lambda end: order.index(end["job"])),
        "jobs": [job._asdict() for claimed in answer["jobs"] for job in read_jobs(claimed)],
        "next_in_ms": answer["next_in_ms"],
    }


def compiled(job: dict[str, Any], name: str = "Compiled", version: str = "1.0") -> Finished:
    """The outcome of a compiled file."""
    definition = DEFINITION | {"metadata": {"name": name, "version": version}}
    return Compiled(
        job["job"],
        job["attempt"],
        json.dumps(definition),
        [],
        {"line": 1, "column": 1},
        version_is_stated=True,
    )


class Meanwhile:
    """An action in another thread that is expected to wait for a lock.

    Args:
        action: what to run.
    """

    def __init__(self, action: Callable[[], Any]) -> None:
        self._result: Any = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=[action], daemon=True)
        self._thread.start()

    def _run(self, action: Callable[[], Any]) -> None:
        try:
            self._result = action()
        except Exception as error:  # noqa: BLE001 - raised again by result()
            self._error = error

    def waits(self, observer: Connection, backend: Connection) -> bool:
        """Whether the other connection's backend is waiting for a lock, within five seconds."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and self._thread.is_alive():
            if one(
                observer,
                "select wait_event_type = 'Lock' from pg_catalog.pg_stat_activity where pid = %s",
                backend.info.backend_pid,
            ):
                return True
            self._thread.join(0.002)
        return False

    def has_ended(self) -> bool:
        """Whether it has ended, or does so within a moment."""
        self._thread.join(0.001)
        return not self._thread.is_alive()

    def result(self) -> Any:
        """Its result; raises what it raised."""
        self._thread.join(15)
        assert not self._thread.is_alive(), "it still waits"
        if self._error is not None:
            raise self._error
        return self._result
