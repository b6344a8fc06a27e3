"""What the worker tells of itself while it runs, to whoever listens: metrics, or the parent process."""

import contextlib
from multiprocessing.connection import Connection
from typing import Protocol, TypeAlias

__all__ = ["Record", "Relay", "Silent", "Telemetry", "replay"]

Record: TypeAlias = tuple[str, tuple[str | int | float, ...]]


class Telemetry(Protocol):
    """The events that are counted."""

    def request(self, function: str, seconds: float) -> None:
        """A request to the API was answered after ``seconds``."""

    def waiting(self, function: str, reason: str, seconds: float) -> None:
        """A request failed for a passing ``reason`` and is repeated after ``seconds``."""

    def settled(self, kind: str, outcome: str, jobs: int) -> None:
        """The database settled so many jobs."""

    def worked(self, kind: str, seconds: float) -> None:
        """A job's own work, compiling or scoring, took ``seconds``."""

    def turn(self, in_hand: int) -> None:
        """The worker is alive, with so many jobs in hand."""


class Silent:
    """Tells nobody."""

    def request(self, function: str, seconds: float) -> None:
        """Nothing."""

    def waiting(self, function: str, reason: str, seconds: float) -> None:
        """Nothing."""

    def settled(self, kind: str, outcome: str, jobs: int) -> None:
        """Nothing."""

    def worked(self, kind: str, seconds: float) -> None:
        """Nothing."""

    def turn(self, in_hand: int) -> None:
        """Nothing."""


class Relay:
    """Sends the events of a worker process to its parent, together at each turn."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._records: list[Record] = []

    def request(self, function: str, seconds: float) -> None:
        """A request to the API was answered."""
        self._records.append(("request", (function, seconds)))

    def waiting(self, function: str, reason: str, seconds: float) -> None:
        """A request is repeated. Sent at once, since no turn may come for a while."""
        self._records.append(("waiting", (function, reason, seconds)))
        self.flush()

    def settled(self, kind: str, outcome: str, jobs: int) -> None:
        """The database settled so many jobs."""
        self._records.append(("settled", (kind, outcome, jobs)))

    def worked(self, kind: str, seconds: float) -> None:
        """A job's own work was done."""
        self._records.append(("worked", (kind, seconds)))

    def turn(self, in_hand: int) -> None:
        """The worker is alive."""
        self._records.append(("turn", (in_hand,)))
        self.flush()

    def unusable(self, message: str, exit_code: int) -> None:
        """The API cannot be used, so this process ends."""
        self._records.append(("unusable", (message, exit_code)))
        self.flush()

    def flush(self) -> None:
        """Send what is there. A parent that is gone is noticed elsewhere."""
        records, self._records = self._records, []
        with contextlib.suppress(OSError):
            self._connection.send(records)


def replay(records: list[Record], telemetry: Telemetry) -> None:
    """Hand relayed events to the parent's own telemetry."""
    for name, arguments in records:
        getattr(telemetry, name)(*arguments)
