"""Events that a worker emits while it runs, and their subscribers."""

import time
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from worker.engine.logs import get_logger

__all__ = [
    "Event",
    "Events",
    "JobWorked",
    "JobsSettled",
    "RequestAnswered",
    "RequestRepeated",
    "RowsBroughtOver",
    "Turn",
    "WaitLog",
]


class RequestAnswered(NamedTuple):
    """A request to the API was answered after ``seconds``."""

    function: str
    seconds: float


class RequestRepeated(NamedTuple):
    """A request failed for a temporary ``reason`` and is sent again after ``seconds``."""

    function: str
    reason: str
    seconds: float


class JobsSettled(NamedTuple):
    """The database finished this many ``jobs``."""

    kind: str
    outcome: str
    jobs: int


class JobWorked(NamedTuple):
    """The worker processed a job for ``seconds``."""

    kind: str
    seconds: float


class RowsBroughtOver(NamedTuple):
    """The database examined this many ``rows`` from before versions were kept."""

    rows: int


class Turn(NamedTuple):
    """The worker has completed a turn, so it is alive, with this many jobs in hand."""

    in_hand: int


Event: TypeAlias = RequestAnswered | RequestRepeated | JobsSettled | JobWorked | RowsBroughtOver | Turn


class Events:
    """Passes each event to all subscribers, in the thread in which it happens."""

    def __init__(self, *subscribers: Callable[[Event], None]) -> None:
        self._subscribers = subscribers

    def tell(self, event: Event) -> None:
        """An event has happened."""
        for subscriber in self._subscribers:
            subscriber(event)


class WaitLog:
    """Logs waits for the API: the first of a series immediately, then with growing intervals."""

    def __init__(self) -> None:
        self._failures = 0
        self._since = 0.0

    def __call__(self, event: Event) -> None:
        """Log the event if it is a wait or the end of waits."""
        match event:
            case RequestRepeated():
                self._log_wait(event)
            case RequestAnswered() if self._failures:
                waited = round(time.monotonic() - self._since, 1)
                get_logger().info(
                    "api-back", function=event.function, seconds=waited, failures=self._failures
                )
                self._failures = 0

    def _log_wait(self, event: RequestRepeated) -> None:
        if not self._failures:
            self._since = time.monotonic()
        self._failures += 1
        if self._failures & (self._failures - 1) == 0:
            get_logger().warning(
                "api-waiting",
                function=event.function,
                reason=event.reason,
                failures=self._failures,
                retry_seconds=round(event.seconds, 2),
            )
