"""Stopping and waking: one pipe that signals, the listener and waits share."""

import contextlib
import os
import select
import signal
import time
from types import FrameType
from typing import Final

__all__ = ["GRACE_SECONDS", "LEAVE_SECONDS", "GraceOver", "JobTimeout", "Signals"]

# A stop allows this long for the current job, and then this long to hand back the others, so that a worker
# exits within five seconds.
GRACE_SECONDS: Final = 3.0
LEAVE_SECONDS: Final = 1.0


class JobTimeout(BaseException):
    """The current job exceeded its time limit. Not an Exception, so that jobs do not catch it."""


class GraceOver(BaseException):
    """The worker was asked to stop and is still busy after the grace period: it exits immediately."""


class Signals:
    """Asks a process to stop, wakes it from a wait, and ends jobs that take too long.

    A signal handler may run between any two instructions of the main thread, even while it has a lock. So
    the handlers only set plain values and write a byte into a pipe, which ends every wait.
    All times use the monotonic clock, so changes of the wall clock have no effect.

    Args:
        grace_seconds: how long after a request to stop GraceOver is raised in the main thread.
    """

    def __init__(self, grace_seconds: float = GRACE_SECONDS) -> None:
        self.stop_requested = False
        self._grace_seconds = grace_seconds
        self._stop_deadline: float | None = None
        self._job_deadline: float | None = None
        self._alarm_at: float | None = None
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)

    def install(self) -> None:
        """Take SIGTERM, SIGINT and SIGALRM. Must be called in the main thread."""
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGINT, self._on_stop)
        signal.signal(signal.SIGALRM, self._on_alarm)

    def stop(self) -> None:
        """Request a stop; a second call has no effect."""
        if not self.stop_requested:
            self.stop_requested = True
            self._stop_deadline = time.monotonic() + self._grace_seconds
            self._set_alarm()
        self.wake()

    def wake(self) -> None:
        """End the current or the next wait. Safe in a signal handler and in any thread."""
        with contextlib.suppress(
            BlockingIOError
        ):  # the pipe is full, so a wake is already waiting to be read
            os.write(self._write, b"\0")

    def wait(self, seconds: float) -> bool:
        """Wait until woken, asked to stop, or ``seconds`` have passed; return whether woken."""
        if self.stop_requested:
            return True
        woken, _, _ = select.select([self._read], [], [], max(0.0, seconds))
        if woken:
            with contextlib.suppress(BlockingIOError):
                while os.read(self._read, 4096):
                    pass
        return bool(woken)

    def pause(self, seconds: float) -> None:
        """Wait ``seconds``, or until asked to stop; waking does not shorten it."""
        end = time.monotonic() + seconds
        while not self.stop_requested and (left := end - time.monotonic()) > 0:
            self.wait(left)

    def start_job(self, deadline: float) -> None:
        """Raise JobTimeout in the main thread at ``deadline``, unless ``end_job`` is called before."""
        self._job_deadline = deadline
        # An alarm that comes too early is set again, so that the jobs of a batch share one.
        if self._alarm_at is None or deadline < self._alarm_at:
            self._set_alarm()

    def end_job(self) -> None:
        """The current job is done."""
        self._job_deadline = None

    def _set_alarm(self) -> None:
        self._alarm_at = min(d for d in (self._job_deadline, self._stop_deadline) if d is not None)
        signal.setitimer(signal.ITIMER_REAL, max(0.001, self._alarm_at - time.monotonic()))

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stop()

    def _on_alarm(self, _number: int, _frame: FrameType | None) -> None:
        self._alarm_at = None
        now = time.monotonic()
        if self._stop_deadline is not None and now >= self._stop_deadline:
            self._job_deadline = None
            self._stop_deadline = now + LEAVE_SECONDS
            self._set_alarm()
            raise GraceOver
        if self._job_deadline is not None and now >= self._job_deadline:
            self._job_deadline = None
            if self._stop_deadline is not None:
                self._set_alarm()
            raise JobTimeout
        if self._stop_deadline is not None or self._job_deadline is not None:
            self._set_alarm()
