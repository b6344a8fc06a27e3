"""One worker, assembled from its parts. It is one process; start more processes for more workers."""

import gc
import os
import re
import secrets
import socket
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from worker.engine.api import Api, Waiting
from worker.engine.events import Events, WaitLog
from worker.engine.heartbeat import Heartbeat
from worker.engine.isolation import Sandbox
from worker.engine.logs import configure_logs, get_logger
from worker.engine.loop import Loop, Parts, Totals
from worker.engine.settings import Settings, SettingsError, unknown_settings
from worker.engine.signals import Signals

if TYPE_CHECKING:
    from worker.engine.listener import Listener
    from worker.engine.metrics import Metrics, MetricsServer

__all__ = ["Ended", "run_worker"]

METRICS_HTTP_SECONDS: Final = 2.0


@dataclass(slots=True)
class Ended:
    """How a run ended: the finished jobs, and the wait until a delayed job is due.

    ``stopped`` means that it was asked to stop before everything was done.
    """

    stopped: bool = False
    totals: Totals = field(default_factory=Counter)
    next_seconds: float | None = None


def run_worker(settings: Settings, *, drain: bool) -> Ended:
    """Run a worker in the main thread until asked to stop or, when draining, until no job is ready.

    Its name is new for every start, because the jobs of an earlier process do not belong to this one.

    Raises:
        ApiUnusable: the API cannot be used as it is configured.
        SettingsError: the port for the metrics cannot be bound.
    """
    name = _new_name(settings)
    configure_logs(settings.log_level, worker=name)
    _warn_of(settings)
    metrics, server = _metrics(settings)
    try:
        return _run(settings, name, Events(WaitLog(), *([] if metrics is None else [metrics])), drain=drain)
    finally:
        if server is not None:
            server.close()


def _new_name(settings: Settings) -> str:
    host = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname().partition(".")[0][:60])
    return f"{settings.name or host or 'worker'}-{os.getpid()}-{secrets.token_hex(3)}"


def _warn_of(settings: Settings) -> None:
    log = get_logger()
    for name, nearest in unknown_settings():
        log.warning("unknown-setting", name=name, nearest=nearest)
    if settings.through_transaction_pooler:
        log.warning(
            "not-listening",
            reason="DATABASE_URL is a pooler in transaction mode (port 6543), where LISTEN receives nothing: "
            "use the direct connection or the session pooler (port 5432). The worker polls instead.",
        )


def _metrics(settings: Settings) -> "tuple[Metrics | None, MetricsServer | None]":
    if settings.metrics_port is None:
        return None, None
    from worker.engine.metrics import Metrics, MetricsServer  # noqa: PLC0415 - off unless it is asked for

    # A request for the metrics waits for this answer, but only for a few seconds.
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


def _run(settings: Settings, name: str, events: Events, *, drain: bool) -> Ended:
    log = get_logger()
    signals = Signals()
    signals.install()
    api = Api(
        settings,
        name,
        waiting=Waiting(signals.pause, lambda: signals.stop_requested),
        events=events,
        compares_versions=True,
    )
    parts = Parts(
        signals=signals,
        api=api,
        spare_api=Api(settings, name),
        heartbeat=Heartbeat(Api(settings, name), settings.lease_seconds, settings.job_seconds),
        sandbox=Sandbox(settings.job_seconds, settings.job_memory_mb, lambda: signals.stop_requested),
        listener=_listener(settings, api, signals),
        events=events,
    )
    loop = Loop(settings, parts, drain=drain)
    # Objects loaded until now are exempt from garbage collection, which would scan them for longer than ten
    # jobs take.
    gc.collect()
    gc.freeze()
    log.info("started", batch=settings.batch, lease_seconds=settings.lease_seconds, drain=drain)
    loop.run()
    totals = {f"{kind}_{outcome}": count for (kind, outcome), count in sorted(loop.totals.items())}
    log.info("stopped", **totals)
    return Ended(signals.stop_requested, loop.totals, loop.next_seconds)


def _listener(settings: Settings, api: Api, signals: Signals) -> "Listener | None":
    if settings.database_url is None or settings.through_transaction_pooler:
        return None
    from worker.engine.listener import Listener  # noqa: PLC0415 - loads psycopg, which only this needs

    def on_connect() -> None:
        api.doubt_version()
        signals.wake()

    return Listener(settings.database_url.get_secret_value(), wake=signals.wake, on_connect=on_connect)
