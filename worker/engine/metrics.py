"""Metrics for Prometheus and a health endpoint, on a port that is off unless it is asked for."""

import json
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from worker.engine.api import ApiUnusable, RequestRefused
from worker.engine.jobs import Malformed

__all__ = ["Metrics", "MetricsServer"]

# A worker that has not taken a turn for this long is stuck; waits for the API count as turns.
STUCK_SECONDS: Final = 300.0
QUEUE_CACHE_SECONDS: Final = 5.0


class Metrics:
    """Counts events. One object for a process and, through relays, for its worker processes."""

    def __init__(self, queue_status: Callable[[], dict[str, Any]]) -> None:
        self.registry = CollectorRegistry()
        self._jobs = Counter(
            "assessment_worker_jobs",
            "Jobs settled, by kind and by what the database made of them.",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self._work = Histogram(
            "assessment_worker_job_seconds",
            "Seconds of a job's own work, compiling or scoring.",
            ["kind"],
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
            registry=self.registry,
        )
        self._requests = Histogram(
            "assessment_worker_request_seconds",
            "Seconds until the API answered, by function.",
            ["function"],
            buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
            registry=self.registry,
        )
        self._retries = Counter(
            "assessment_worker_request_retries",
            "Requests that failed for a passing reason and were repeated.",
            ["function", "reason"],
            registry=self.registry,
        )
        self._in_hand = Gauge(
            "assessment_worker_jobs_in_hand", "Jobs claimed and not yet settled.", registry=self.registry
        )
        self._in_hand_by_worker: dict[int, int] = {}
        self._waiting = False
        self._last_turn = time.monotonic()
        self.registry.register(_Queue(queue_status))

    def request(self, function: str, seconds: float) -> None:
        """A request was answered."""
        self._waiting = False
        self._last_turn = time.monotonic()
        self._requests.labels(function).observe(seconds)

    def waiting(self, function: str, reason: str, seconds: float) -> None:
        """A request is repeated after ``seconds``."""
        self._waiting = True
        self._last_turn = time.monotonic() + seconds
        self._retries.labels(function, reason).inc()

    def job(self, kind: str, outcome: str) -> None:
        """The database settled a job."""
        self._jobs.labels(kind, outcome).inc()

    def worked(self, kind: str, seconds: float) -> None:
        """A job's own work was done."""
        self._work.labels(kind).observe(seconds)

    def turn(self, in_hand: int) -> None:
        """A worker is alive."""
        self.turn_of(0, in_hand)

    def turn_of(self, worker: int, in_hand: int) -> None:
        """One of several workers is alive, or is gone with none in hand."""
        self._last_turn = time.monotonic()
        self._in_hand_by_worker[worker] = in_hand
        self._in_hand.set(sum(self._in_hand_by_worker.values()))

    def health(self) -> tuple[bool, str]:
        """Return whether the worker is alive, and in a word how it is."""
        if time.monotonic() - self._last_turn > STUCK_SECONDS:
            return False, "stuck"
        return True, "waiting" if self._waiting else "ok"


class _Queue(Collector):
    """The depth and age of the queue, asked of the database when somebody asks for the metrics."""

    def __init__(self, queue_status: Callable[[], dict[str, Any]]) -> None:
        self._queue_status = queue_status
        self._lock = threading.Lock()
        self._asked: float | None = None
        self._status: dict[str, Any] = {}

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing: what there is depends on the answer, and asking it at registration would need the API."""
        return ()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Ask for the queue's state, at most every few seconds."""
        with self._lock:
            now = time.monotonic()
            reached = True
            if self._asked is None or now - self._asked > QUEUE_CACHE_SECONDS:
                try:
                    self._status = self._queue_status()
                    self._asked = now
                except (ApiUnusable, RequestRefused, Malformed):
                    self._status, self._asked, reached = {}, None, False
            status = self._status
        up = GaugeMetricFamily("assessment_queue_reachable", "Whether the API told the state of the queue.")
        up.add_metric([], float(reached))
        jobs = GaugeMetricFamily("assessment_queue_jobs", "Jobs by kind and state.", labels=["kind", "state"])
        oldest = GaugeMetricFamily(
            "assessment_queue_oldest_seconds", "Age of the oldest job that waits.", labels=["kind"]
        )
        ended = GaugeMetricFamily(
            "assessment_queue_ended_last_hour",
            "Jobs that failed within the last hour, and files that were rejected as invalid.",
            labels=["kind", "state"],
        )
        for kind, state in sorted(status.items()):
            if not isinstance(state, dict):
                continue
            for name in ("queued", "waiting", "running", "expired_leases"):
                jobs.add_metric([kind, name], float(state.get(name) or 0))
            oldest.add_metric([kind], float(state.get("oldest_queued_seconds") or 0))
            for name in ("failed", "rejected"):
                ended.add_metric([kind, name], float(state.get(f"{name}_last_hour") or 0))
        return (up, jobs, oldest, ended)


class MetricsServer:
    """Serves ``/metrics`` and ``/health`` from a thread of its own."""

    def __init__(self, metrics: Metrics, host: str, port: int) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                if path == "/metrics":
                    self._answer(HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(metrics.registry))
                elif path == "/health":
                    alive, word = metrics.health()
                    status = HTTPStatus.OK if alive else HTTPStatus.SERVICE_UNAVAILABLE
                    self._answer(status, "application/json", json.dumps({"status": word}).encode())
                else:
                    self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"Only /metrics and /health are here.\n")

            def _answer(self, status: HTTPStatus, content_type: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
                """Requests for metrics are not events."""

        self._server = ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)

    @property
    def port(self) -> int:
        """The port that is served."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
