"""Metrics for Prometheus and a health endpoint, on a port that is off by default."""

import json
import socket
import sys
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
from worker.engine.events import (
    Event,
    JobsSettled,
    JobWorked,
    RequestAnswered,
    RequestRepeated,
    RowsBroughtOver,
    Turn,
)
from worker.engine.logs import describe_error, get_logger

__all__ = ["Metrics", "MetricsServer"]

# A worker without a sign of life for this long is stuck; each turn and each wait for the API is one.
STUCK_SECONDS: Final = 300.0
QUEUE_CACHE_SECONDS: Final = 5.0
# A client that is silent for this long is disconnected.
CLIENT_SECONDS: Final = 10.0


class Metrics:
    """A worker's metrics; subscribes to its events."""

    def __init__(self, queue_status: Callable[[], dict[str, Any]]) -> None:
        self.registry = CollectorRegistry()
        self.jobs = Counter(
            "assessment_worker_jobs",
            "Finished jobs, by kind and outcome.",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self.work = Histogram(
            "assessment_worker_job_seconds",
            "Seconds that a job took in the worker (compiling).",
            ["kind"],
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
            registry=self.registry,
        )
        self.requests = Histogram(
            "assessment_worker_request_seconds",
            "Response time of the API in seconds, by function.",
            ["function"],
            buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
            registry=self.registry,
        )
        self.retries = Counter(
            "assessment_worker_request_retries",
            "Requests that failed temporarily and were repeated.",
            ["function", "reason"],
            registry=self.registry,
        )
        self.in_hand = Gauge(
            "assessment_worker_jobs_in_hand", "Jobs claimed but not finished.", registry=self.registry
        )
        self.brought_over = Counter(
            "assessment_worker_brought_over_rows",
            "Rows from before versions were kept that were examined.",
            registry=self.registry,
        )
        self.is_waiting = False
        self.last_seen = time.monotonic()
        self.registry.register(_Queue(queue_status))

    def __call__(self, event: Event) -> None:
        """Count an event. Turns and waits are signs of life."""
        match event:
            case RequestAnswered(function, seconds):
                self.is_waiting = False
                self.requests.labels(function).observe(seconds)
            case RequestRepeated(function, reason, _):
                self.is_waiting = True
                self.last_seen = time.monotonic()
                self.retries.labels(function, reason).inc()
            case JobsSettled(kind, outcome, jobs):
                self.jobs.labels(kind, outcome).inc(jobs)
            case JobWorked(kind, seconds):
                self.work.labels(kind).observe(seconds)
            case RowsBroughtOver(rows):
                self.brought_over.inc(rows)
            case Turn(in_hand):
                self.last_seen = time.monotonic()
                self.in_hand.set(in_hand)

    def health(self) -> tuple[bool, str]:
        """Return whether the worker is alive, and its state in a word."""
        if time.monotonic() - self.last_seen > STUCK_SECONDS:
            return False, "stuck"
        return True, "waiting" if self.is_waiting else "ok"


class _Queue(Collector):
    """The depth and age of the queue, queried when the metrics are requested."""

    def __init__(self, queue_status: Callable[[], dict[str, Any]]) -> None:
        self._queue_status = queue_status
        self._lock = threading.Lock()
        self._asked: float | None = None
        self._reached = False
        self._status: dict[str, Any] = {}

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Return nothing: the metrics depend on the answer; a query at registration would need the API."""
        return ()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Query the queue's state, at most every few seconds, even if nobody answers."""
        with self._lock:
            if self._asked is None or time.monotonic() - self._asked > QUEUE_CACHE_SECONDS:
                try:
                    self._status, self._reached = self._queue_status(), True
                except (ApiUnusable, RequestRefused):
                    self._status, self._reached = {}, False
                self._asked = time.monotonic()
            status, reached = self._status, self._reached
        up = GaugeMetricFamily(
            "assessment_queue_reachable", "Whether the API returned the state of the queue."
        )
        up.add_metric([], float(reached))
        jobs = GaugeMetricFamily("assessment_queue_jobs", "Jobs by kind and state.", labels=["kind", "state"])
        oldest = GaugeMetricFamily(
            "assessment_queue_oldest_seconds", "Age of the oldest queued job.", labels=["kind"]
        )
        ended = GaugeMetricFamily(
            "assessment_queue_ended_last_hour",
            "Jobs that failed and files that were rejected as invalid within the last hour.",
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


class _Server(ThreadingHTTPServer):
    """Logs an error in one line, and nothing about clients that disconnect."""

    daemon_threads = True

    def __init__(self, host: str, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), handler)

    def handle_error(self, _request: object, _client_address: object) -> None:
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            get_logger().error("metrics-fault", **describe_error(error))


class MetricsServer:
    """Serves ``/metrics`` and ``/health`` from its own thread."""

    def __init__(self, metrics: Metrics, host: str, port: int) -> None:
        class Handler(BaseHTTPRequestHandler):
            timeout = CLIENT_SECONDS

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

        self._server = _Server(host, port, Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)

    @property
    def port(self) -> int:
        """The port that is served."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Start serving."""
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
