"""Listening: the database notifies the worker of new jobs, so that it need not poll."""

import random
import threading
from collections.abc import Callable
from typing import Final

import psycopg

from worker.engine.logs import describe_error, get_logger

__all__ = ["CHANNEL", "Listener"]

CHANNEL: Final = "assessment_jobs"
FIRST_DELAY_SECONDS: Final = 0.5
LONGEST_DELAY_SECONDS: Final = 30.0
# After this long, a wait for notifications is interrupted to check whether the thread should end.
TURN_SECONDS: Final = 1.0
# The connection is tested this often, because its other end can vanish silently.
PROBE_TURNS: Final = 30


class Listener(threading.Thread):
    """Wakes the worker when jobs are queued.

    The worker does not depend on it: while it is not connected, the worker polls.

    Args:
        database_url: a direct connection or a pooler in session mode.
        wake: called for every notification.
        on_connect: called after every connect, because notifications may have been missed, and the database
            may have another release.
    """

    def __init__(
        self, database_url: str, *, wake: Callable[[], None], on_connect: Callable[[], None]
    ) -> None:
        super().__init__(name="listener", daemon=True)
        self._database_url = database_url
        self._wake = wake
        self._on_connect = on_connect
        self._end = threading.Event()
        self.connected = False

    def close(self) -> None:
        """Stop soon."""
        self._end.set()

    def run(self) -> None:
        """Listen, and reconnect with growing delay if the connection is lost."""
        log = get_logger()
        failures = 0
        while not self._end.is_set():
            try:
                with psycopg.connect(
                    self._database_url,
                    autocommit=True,
                    connect_timeout=10,
                    tcp_user_timeout=30_000,
                    application_name="assessment-worker-listener",
                    prepare_threshold=None,
                ) as connection:
                    connection.execute(f"listen {CHANNEL}")
                    self.connected = True
                    failures = 0
                    log.info("listening")
                    self._on_connect()
                    self._listen(connection)
            except Exception as error:  # noqa: BLE001 - whatever it is, listening must be tried again
                failures += 1
                delay = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2.0 ** min(failures - 1, 20))
                delay *= random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
                log.warning("listener-lost", retry_seconds=round(delay, 2), **_reason(error))
                self.connected = False
                self._end.wait(delay)
            finally:
                self.connected = False

    def _listen(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        turns = 0
        while not self._end.is_set():
            for _ in connection.notifies(timeout=TURN_SECONDS, stop_after=1):
                self._wake()
            turns += 1
            if turns % PROBE_TURNS == 0:
                connection.execute("select 1")


def _reason(error: Exception) -> dict[str, str]:
    """Describe why the connection failed. libpq's messages contain host and user, never a password."""
    reason = describe_error(error)
    if isinstance(error, psycopg.OperationalError):
        reason["reason"] = str(error).strip().rpartition("\n")[2][:200]
    return reason
