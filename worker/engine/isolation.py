"""Isolation: a job that failed before runs in a child process, which can crash or hang alone.

The child is a fresh interpreter without the worker's environment, and so without its keys. It is reused for
further jobs, and replaced when it dies or is ended.
"""

import contextlib
import json
import math
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from worker.compiler.catalogue import Code
from worker.engine.jobs import Finished, Job, failed, release, restore_finished, restore_job, retry
from worker.engine.logs import describe_error, get_logger

__all__ = ["Sandbox"]

STARTUP_SECONDS: Final = 30.0
# How often the wait for the child checks whether the worker should stop.
LOOK_SECONDS: Final = 0.1
CPU_MARGIN_SECONDS: Final = 3
KEPT_VARIABLES: Final = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "TMPDIR", "VIRTUAL_ENV")
READY: Final = b"ready"
OUT_OF_MEMORY: Final = b"out-of-memory"
FAULT: Final = b"fault"


class _ChildDied(Exception):  # noqa: N818 - what happened
    """The child ended before it answered."""


class _TooLong(Exception):  # noqa: N818 - what happened
    """The child did not answer in time."""


class _Stop(Exception):  # noqa: N818 - what happened
    """The worker was asked to stop meanwhile."""


class Sandbox:
    """Runs jobs one at a time in a child process.

    Args:
        job_seconds: the time limit of a job.
        memory_mb: how much address space the child may use, in MiB.
        stopping: whether the worker was asked to stop; a running job is then released.
    """

    def __init__(self, job_seconds: float, memory_mb: int, stopping: Callable[[], bool]) -> None:
        self._job_seconds = job_seconds
        self._memory_mb = memory_mb
        self._stopping = stopping
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    def run(self, job: Job) -> Finished:
        """Process one job in the child. A crash, a hang or too much memory is a temporary error."""
        try:
            self._start()
            self._send(json.dumps(job._asdict()).encode())
            answer = self._receive(self._job_seconds)
        except _ChildDied:
            return self._end(job, "crashed")
        except _TooLong:
            return self._end(job, "timeout")
        except _Stop:
            self.close()
            return release(job)
        if answer == OUT_OF_MEMORY:
            return self._end(job, "out-of-memory")
        if answer.startswith(FAULT):
            # The same exception in a fresh process: another attempt would not change anything.
            get_logger().error("job-fault", job=job.job, kind=job.kind, **json.loads(answer[len(FAULT) :]))
            return failed(
                job,
                Code.INTERNAL_ERROR.value,
                "The worker could not process this file. The error is in the worker, not in the file.",
                "Report the id of this upload to the operator.",
            )
        return restore_finished(json.loads(answer))

    def close(self) -> None:
        """End the child, if there is one."""
        process, self._process = self._process, None
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()
        if process is not None:
            process.kill()
            process.wait()

    def _end(self, job: Job, error: str) -> Finished:
        code = None if self._process is None else self._process.poll()
        self.close()
        get_logger().warning("isolated-job-ended", job=job.job, kind=job.kind, code=error, exit_code=code)
        return retry(job, error)

    def _start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        try:
            self._spawn()
        except OSError as error:
            # The system has no descriptors, processes or memory left at the moment.
            get_logger().error("isolation-failed", **describe_error(error))
            raise _ChildDied from None
        if self._receive(STARTUP_SECONDS) != READY:
            raise _ChildDied

    def _spawn(self) -> None:
        ours, theirs = socket.socketpair()
        self._channel = ours
        environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        arguments = (theirs.fileno(), self._memory_mb, math.ceil(self._job_seconds))
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter and this module
                # -P: the current folder may have its own package `worker`.
                [sys.executable, "-P", "-m", "worker.engine.isolation", *map(str, arguments)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # a traceback might quote the job
                env=environment,
                start_new_session=True,  # Ctrl-C in a terminal is handled by the worker
            )

    def _send(self, message: bytes) -> None:
        channel = self._connected()
        channel.settimeout(self._job_seconds)
        try:
            channel.sendall(message + b"\n")
        except TimeoutError:
            raise _TooLong from None
        except OSError:
            raise _ChildDied from None

    def _receive(self, seconds: float) -> bytes:
        channel = self._connected()
        channel.settimeout(LOOK_SECONDS)
        end = time.monotonic() + seconds
        parts: list[bytes] = []
        while True:
            try:
                part = channel.recv(1 << 20)
            except TimeoutError:
                if self._stopping():
                    raise _Stop from None
                if time.monotonic() > end:
                    raise _TooLong from None
                continue
            except OSError:
                raise _ChildDied from None
            if not part:
                raise _ChildDied
            parts.append(part)
            if part.endswith(b"\n"):
                return b"".join(parts)[:-1]

    def _connected(self) -> socket.socket:
        if self._channel is None:
            raise _ChildDied
        return self._channel


# --- the child ----------------------------------------------------------------------------------------------


def _serve(descriptor: int, memory_mb: int, job_seconds: int) -> None:
    """Process jobs, one per line, until the parent closes the connection."""
    # SIGTERM to the whole group is handled by the parent; when it exits, its end of the socket closes.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from worker.engine.work import do_job  # noqa: PLC0415 - loaded before the limits below apply

    limit = memory_mb << 20
    with contextlib.suppress(ValueError, OSError):  # macOS does not limit the address space
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    with socket.socket(fileno=descriptor) as channel, channel.makefile("rwb") as stream:
        stream.write(READY + b"\n")
        stream.flush()
        for line in stream:
            # The parent ends a job that takes too long; this limit is for a child whose parent has died.
            used = math.ceil(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
            resource.setrlimit(
                resource.RLIMIT_CPU, (used + job_seconds + CPU_MARGIN_SECONDS, resource.RLIM_INFINITY)
            )
            stream.write(_answer(do_job, line) + b"\n")
            stream.flush()


def _answer(do_job: Callable[[Job], Finished], line: bytes) -> bytes:
    try:
        claimed: dict[str, Any] = json.loads(line)
        return json.dumps(do_job(restore_job(claimed))._asdict()).encode()
    except MemoryError:
        return OUT_OF_MEMORY
    except Exception as error:  # noqa: BLE001 - any error belongs to the job and must not end the child
        return FAULT + json.dumps(describe_error(error)).encode()


if __name__ == "__main__":
    _serve(*map(int, sys.argv[1:4]))
