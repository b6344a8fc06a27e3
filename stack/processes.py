"""Starting and stopping programs: under which account, where, and how to tell whether they run."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stack.errors import StackError

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Account:
    """The account of the servers if root starts them, because Postgres refuses to run as root."""

    name: str
    uid: int
    gid: int

    def can_use(self, folder: Path, *, write: bool = False) -> bool:
        """Whether this account can enter `folder`, and write there, through every folder above it."""
        test = 'test -r "$0" && test -x "$0"' + (' && test -w "$0"' if write else "")
        answer = subprocess.run(
            ["/bin/sh", "-c", test, str(folder)],
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            cwd="/",
            check=False,
        )
        return answer.returncode == 0

    def take(self, path: Path) -> None:
        """Give `path` and everything in it to this account."""
        os.chown(path, self.uid, self.gid)
        for folder, folders, files in os.walk(path):
            for name in (*folders, *files):
                os.chown(Path(folder) / name, self.uid, self.gid, follow_symlinks=False)


def unprivileged_account() -> Account | None:
    """The account to switch to: none for an ordinary user, `nobody` for root.

    Raises:
        StackError: root, on a machine without `nobody`.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise StackError(
            "Postgres refuses to run as root, and this machine has no account `nobody` to switch to",
            "Run this as an ordinary user.",
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def follow_parent() -> None:
    """Ask Linux to end this process when the one that started it dies; elsewhere do nothing.

    Called in a child between fork and exec.
    """
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGINT)


def spawn(
    command: Sequence[str | os.PathLike[str]],
    *,
    log: Path,
    account: Account | None,
    env: Mapping[str, str],
    with_parent: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a server in the background, in its own session, with its output added to `log`.

    Args:
        command: the program and its arguments.
        log: the file that gets what it prints.
        account: the account to drop to, or None to stay.
        env: its whole environment.
        with_parent: it ends when this process does; else it stays.
    """
    with log.open("ab") as output:
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=dict(env),
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                preexec_fn=follow_parent if with_parent else None,  # noqa: PLW1509  only before any thread starts
            )
        except OSError as error:
            raise StackError(f"{command[0]} cannot be started: {error.strerror}") from error


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, or an empty string if there is none."""
    try:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 16_384))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def is_alive(pid: int) -> bool:
    """Whether a process with this id runs; a process that ended but was not reaped does not count."""
    with contextlib.suppress(ChildProcessError, OSError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return True
    return state != "Z"


def start_time(pid: int) -> str:
    """What distinguishes this process from a later one with the same id; empty if unknown."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def end(pid: int, *, timeout: float = 10.0) -> None:
    """Stop a process: SIGTERM, and SIGKILL after `timeout` seconds. Does nothing if it has ended already."""
    for sign, patience in ((signal.SIGTERM, timeout), (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        if wait_until(lambda: not is_alive(pid), patience):
            return


def wait_until(condition: Callable[[], bool], timeout: float, pause: float = 0.02) -> bool:
    """Poll `condition` until it is true or `timeout` seconds have passed; return whether it was."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
    return True


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(*preferred: int) -> int:
    """The first of the preferred ports that is free, else any free one."""
    for port in preferred:
        if port_is_free(port):
            return port
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        chosen: int = probe.getsockname()[1]
        return chosen


def free_space(path: Path) -> int:
    """Bytes that can still be written at `path`."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free
