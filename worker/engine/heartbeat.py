"""Heartbeats: during a long job, leases are extended, so that no other worker takes the claimed jobs."""

import threading
import time
from collections.abc import Iterable

from worker.engine.api import Api
from worker.engine.logs import describe_error, get_logger

__all__ = ["Heartbeat"]


class Heartbeat(threading.Thread):
    """Extends the leases of claimed jobs every third of a lease.

    A job over its time limit is no longer extended: if the worker is stuck in it, another worker takes over.

    Args:
        api: a client of this thread's own.
        lease_seconds: how long a lease lasts.
        job_seconds: how long a job may run.

    Attributes:
        busy_since: when the worker started the current job, by the monotonic clock; None if there is none.
    """

    def __init__(self, api: Api, lease_seconds: float, job_seconds: float) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._api = api
        self._interval = lease_seconds / 3
        self._job_seconds = job_seconds
        self._end = threading.Event()
        self._lock = threading.Lock()
        self._held: dict[int, float] = {}
        self._lost: set[int] = set()
        self.busy_since: float | None = None

    def hold(self, jobs: Iterable[int]) -> None:
        """These jobs were just claimed."""
        now = time.monotonic()
        with self._lock:
            self._held.update(dict.fromkeys(jobs, now))

    def let_go(self, jobs: Iterable[int]) -> None:
        """These jobs are finished."""
        with self._lock:
            for job in jobs:
                self._held.pop(job, None)
                self._lost.discard(job)

    def is_lost(self, job: int) -> bool:
        """Whether another worker has taken the job meanwhile."""
        return job in self._lost

    def close(self) -> None:
        """End soon."""
        self._end.set()

    def run(self) -> None:
        """Extend leases until closed."""
        log = get_logger()
        while not self._end.wait(self._interval / 2):
            due = self._due()
            if not due:
                continue
            asked = time.monotonic()
            try:
                held = self._api.extend_leases(due)
            except Exception as error:  # noqa: BLE001 - whatever it is, the leases must be requested again
                log.warning("leases-not-extended", jobs=len(due), **describe_error(error))
                continue
            with self._lock:
                # A job that was finished while the request ran is neither claimed nor lost.
                lost = [job for job in due if job not in held and job in self._held]
                for job in held & self._held.keys():
                    self._held[job] = asked
                for job in lost:
                    del self._held[job]
                self._lost.update(lost)
            log.info("leases-extended", jobs=len(held), lost=len(lost))

    def _due(self) -> list[int]:
        now = time.monotonic()
        busy_since = self.busy_since
        if busy_since is not None and now - busy_since > self._job_seconds + self._interval:
            return []
        with self._lock:
            return [job for job, since in self._held.items() if now - since >= self._interval * 0.9]
