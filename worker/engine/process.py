"""One worker process, put together from its parts; and several of them under one parent."""

import gc
import multiprocessing
import os
import re
import secrets
import signal
import socket
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import TYPE_CHECKING, Final

from worker.engine.api import Api, ApiUnusable
from worker.engine.heartbeat import Heartbeat
from worker.engine.isolation import Sandbox
from worker.engine.logs import configure_logs, describe_error, get_logger
from worker.engine.loop import Loop, Totals
from worker.engine.settings import Settings, SettingsError, load_settings, unknown_settings
from worker.engine.signals import GRACE_SECONDS, LEAVE_SECONDS, Signals
from worker.engine.telemetry import Relay, Silent, Telemetry, replay

if TYPE_CHECKING:
    from worker.engine.metrics import Metrics, MetricsServer, WorkerMetrics

__all__ = ["LASTING_EXITS", "Ended", "run_worker", "run_workers"]

# Exits that another start would only repeat: the API cannot be used as it is configured.
LASTING_EXITS: Final = frozenset({69, 76, 77, 78})
EXIT_FAULT: Final = 70
FIRST_RESTART_SECONDS: Final = 1.0
LONGEST_RESTART_SECONDS: Final = 30.0
# A process that has lived this long has started well: its next death is not a repetition.
SETTLED_SECONDS: Final = 60.0
DRAIN_RESTARTS: Final = 5
METRICS_HTTP_SECONDS: Final = 2.0
KILL_AFTER_SECONDS: Final = GRACE_SECONDS + LEAVE_SECONDS + 0.5


@dataclass(slots=True)
class Ended:
    """How a run ended: the exit code, the jobs settled, and the wait until a delayed job is due.

    ``stopped`` says that it was asked to stop before all was done.
    """

    exit_code: int = 0
    stopped: bool = False
    totals: Totals = field(default_factory=Counter)
    next_seconds: float | None = None


def run_workers(settings: Settings, *, drain: bool) -> Ended:
    """Run as many workers as are asked for, until they are asked to stop or, draining, nothing is ready.

    Raises:
        ApiUnusable: the API cannot be used as it is configured.
        SettingsError: the port for the metrics cannot be bound.
    """
    configure_logs(settings.log_level, pid=os.getpid())
    log = get_logger()
    for name, nearest in unknown_settings():
        log.warning("unknown-setting", name=name, nearest=nearest)
    if settings.through_transaction_pooler:
        log.warning(
            "not-listening",
            reason="DATABASE_URL leads to a pooler in transaction mode (port 6543), through which LISTEN "
            "does not hold: use the direct connection or the session pooler (port 5432). Polling meanwhile.",
        )
    metrics, server = _metrics(settings)
    try:
        if settings.concurrency == 1:
            return run_worker(settings, Silent() if metrics is None else metrics.worker(0), drain=drain)
        return _Parent(settings, metrics, drain=drain).run()
    finally:
        if server is not None:
            server.close()


def _metrics(settings: Settings) -> "tuple[Metrics | None, MetricsServer | None]":
    if settings.metrics_port is None:
        return None, None
    from worker.engine.metrics import Metrics, MetricsServer  # noqa: PLC0415 - off unless it is asked for

    # Whoever asks for the metrics waits for this answer, and not longer than a few seconds.
    api = Api(settings.model_copy(update={"http_seconds": METRICS_HTTP_SECONDS}), "metrics")
    metrics = Metrics(lambda: api.queue_status(patience=0))
    try:
        server = MetricsServer(metrics, settings.metrics_host, settings.metrics_port)
    except OSError as error:
        problem = (
            f"WORKER_METRICS_PORT is {settings.metrics_port}, which cannot be used on "
            f"{settings.metrics_host}: {error.strerror}."
        )
        raise SettingsError([problem]) from None
    server.start()
    get_logger().info("metrics", host=settings.metrics_host, port=server.port)
    return metrics, server


def run_worker(settings: Settings, telemetry: Telemetry, *, drain: bool) -> Ended:
    """Be one worker, in this process and its main thread, whose signals it takes.

    Its name is new for every start: what an earlier process left is not this one's.

    Raises:
        ApiUnusable: the API cannot be used as it is configured.
    """
    host = (
        settings.name
        or re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname().partition(".")[0][:60])
        or "worker"
    )
    name = f"{host}-{os.getpid()}-{secrets.token_hex(3)}"
    configure_logs(settings.log_level, worker=name)
    log = get_logger()
    signals = Signals()
    signals.install()
    api = Api(
        settings,
        name,
        pause=signals.pause,
        stopping=lambda: signals.stop_requested,
        observer=_Waits(telemetry),
    )
    heartbeat_api = Api(settings, name)
    listener = None
    if settings.database_url is not None and not settings.through_transaction_pooler:
        from worker.engine.listener import Listener  # noqa: PLC0415 - loads psycopg, which is needed for this only

        listener = Listener(settings.database_url.get_secret_value(), signals.wake)
    loop = Loop(
        settings,
        signals=signals,
        api=api,
        spare_api=Api(settings, name),
        heartbeat=Heartbeat(heartbeat_api, settings.lease_seconds, settings.job_seconds),
        sandbox=Sandbox(settings.job_seconds, settings.job_memory_mb, lambda: signals.stop_requested),
        listener=listener,
        telemetry=telemetry,
        drain=drain,
    )
    # What was loaded until here stays: looking through it takes a collection longer than ten jobs.
    gc.collect()
    gc.freeze()
    log.info("started", batch=settings.batch, lease_seconds=settings.lease_seconds, drain=drain)
    loop.run()
    totals = {f"{kind}_{outcome}": count for (kind, outcome), count in sorted(loop.totals.items())}
    log.info("stopped", **totals)
    return Ended(0, signals.stop_requested, loop.totals, loop.next_seconds)


class _Waits:
    """Passes requests and waits on, and logs the waits: the first of a row at once, then fewer and fewer."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self._failures = 0
        self._since = 0.0

    def request(self, function: str, seconds: float) -> None:
        """A request was answered."""
        if self._failures:
            waited = round(time.monotonic() - self._since, 1)
            get_logger().info("api-back", function=function, seconds=waited, failures=self._failures)
            self._failures = 0
        self._telemetry.request(function, seconds)

    def waiting(self, function: str, reason: str, seconds: float) -> None:
        """A request is repeated."""
        if not self._failures:
            self._since = time.monotonic()
        self._failures += 1
        if self._failures & (self._failures - 1) == 0:
            get_logger().warning(
                "api-waiting",
                function=function,
                reason=reason,
                failures=self._failures,
                retry_seconds=round(seconds, 2),
            )
        self._telemetry.waiting(function, reason, seconds)


# --- several processes --------------------------------------------------------------------------------------


def _child(connection: Connection, batch: int, concurrency: int, *, drain: bool) -> None:
    """Be one of several workers."""
    settings = load_settings(batch=batch, concurrency=concurrency)
    relay = Relay(connection)
    try:
        run_worker(settings, relay, drain=drain)
    except ApiUnusable as error:
        relay.unusable(str(error), error.exit_code)
        sys.exit(error.exit_code)
    except Exception as error:  # noqa: BLE001 - the parent starts another
        get_logger().error("worker-fault", **describe_error(error))
        sys.exit(EXIT_FAULT)
    finally:
        relay.flush()


@dataclass(slots=True)
class _Slot:
    """A place for one worker process."""

    number: int
    process: SpawnProcess | None = None
    connection: Connection | None = None
    metrics: "WorkerMetrics | None" = None
    started: float = 0.0
    deaths: int = 0
    start_at: float | None = 0.0


class _Parent:
    """Keeps a number of worker processes running and gathers what they tell."""

    def __init__(self, settings: Settings, metrics: "Metrics | None", *, drain: bool) -> None:
        self._settings = settings
        self._metrics = metrics
        self._drain = drain
        self._context = multiprocessing.get_context("spawn")
        self._signals = Signals(grace_seconds=None)
        self._slots = [_Slot(number) for number in range(settings.concurrency)]
        self._ended = Ended()
        self._unusable: ApiUnusable | None = None
        self._log = get_logger()

    def run(self) -> Ended:
        """Run until asked to stop or all are done.

        Raises:
            ApiUnusable: a worker found that the API cannot be used.
        """
        self._signals.install()
        try:
            while not self._signals.stop_requested and any(
                slot.process is not None or slot.start_at is not None for slot in self._slots
            ):
                self._start_due()
                self._gather(self._next_wait())
            self._ended.stopped = self._signals.stop_requested
        finally:
            self._stop_all()
        if self._unusable is not None:
            raise self._unusable
        return self._ended

    def _start_due(self) -> None:
        for slot in self._slots:
            if slot.process is None and slot.start_at is not None and time.monotonic() >= slot.start_at:
                self._start(slot)

    def _start(self, slot: _Slot) -> None:
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(
            target=_child,
            args=(theirs, self._settings.batch, self._settings.concurrency),
            kwargs={"drain": self._drain},
            name=f"worker-{slot.number}",
        )
        # Ctrl-C reaches the whole group: one that still loads takes it when it is ready for it. The helper of
        # multiprocessing, which would start now, lets the signal through again.
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        theirs.close()
        slot.process = process
        slot.metrics = None if self._metrics is None else self._metrics.worker(slot.number)
        slot.connection, slot.started, slot.start_at = ours, time.monotonic(), None

    def _next_wait(self) -> float:
        starts = [slot.start_at for slot in self._slots if slot.start_at is not None]
        return max(0.0, min(starts) - time.monotonic()) if starts else 60.0

    def _gather(self, seconds: float) -> None:
        """Take what the workers tell, and notice those that have ended."""
        watched: list[Connection | int] = [
            slot.connection for slot in self._slots if slot.connection is not None
        ]
        watched.append(self._signals.fileno())
        ready = wait(watched, seconds)
        if self._signals.fileno() in ready:
            self._signals.clear()
        for slot in self._slots:
            if slot.connection is not None and slot.connection in ready:
                self._read(slot)

    def _read(self, slot: _Slot) -> None:
        connection, process = slot.connection, slot.process
        if connection is None or process is None:
            return
        try:
            records = connection.recv()
        except (EOFError, OSError):
            # The process closes its end when it ends, in whatever way.
            connection.close()
            process.join()
            slot.connection = slot.process = None
            self._on_end(slot, process.exitcode or 0)
            return
        for name, arguments in records:
            if name == "settled":
                kind, outcome, jobs = arguments
                self._ended.totals[kind, outcome] += jobs
            elif name == "unusable":
                message, exit_code = arguments
                self._unusable = ApiUnusable(message)
                self._unusable.exit_code = exit_code
        if slot.metrics is not None:
            replay([record for record in records if record[0] != "unusable"], slot.metrics)

    def _on_end(self, slot: _Slot, exit_code: int) -> None:
        # A worker ends with 0 when it has drained, or when somebody else asked it to stop.
        done = self._signals.stop_requested or (exit_code == 0 and self._drain)
        lasting = exit_code in LASTING_EXITS
        lived = time.monotonic() - slot.started
        slot.deaths = 1 if lived > SETTLED_SECONDS else slot.deaths + 1
        given_up = self._drain and slot.deaths > DRAIN_RESTARTS
        if slot.metrics is not None:
            if done or lasting or given_up:
                slot.metrics.gone()
            else:
                slot.metrics.died()
            slot.metrics = None
        if done:
            return
        if lasting:
            self._ended.exit_code = exit_code
            self._signals.stop()
            return
        if given_up:
            self._ended.exit_code = EXIT_FAULT
            return
        delay = min(LONGEST_RESTART_SECONDS, FIRST_RESTART_SECONDS * 2.0 ** (slot.deaths - 1))
        self._log.error("worker-died", number=slot.number, exit_code=exit_code, restart_seconds=delay)
        slot.start_at = time.monotonic() + delay

    def _stop_all(self) -> None:
        """Ask all to stop; end those that do not."""
        self._signals.stop()
        for slot in self._slots:
            slot.start_at = None
            if slot.process is not None:
                slot.process.terminate()
        end = time.monotonic() + KILL_AFTER_SECONDS
        while any(slot.process is not None for slot in self._slots) and time.monotonic() < end:
            self._gather(max(0.0, end - time.monotonic()))
        for slot in self._slots:
            if slot.process is not None:
                self._log.warning("worker-killed", number=slot.number)
                slot.process.kill()
                slot.process.join()
