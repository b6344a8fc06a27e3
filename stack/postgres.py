"""One Postgres server: on the loopback address and a Unix socket, and never as root."""

from __future__ import annotations

import contextlib
import hashlib
import locale
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import conninfo

from stack import processes
from stack.errors import PortTakenError, StackError
from stack.packages import PostgresBinaries
from stack.processes import LOOPBACK, Account

SUPERUSER = "supabase_admin"

# The full path of a Unix socket has at most 107 bytes on Linux, 103 on macOS.
_LONGEST_SOCKET_FOLDER = 80

# A throwaway server is only put in memory if this much is free.
_PLENTY_BYTES = 3 * 1024**3

DURABLE: Mapping[str, str] = {"wal_level": "logical"}
THROWAWAY: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "jit": "off",
    "max_connections": "200",
    "checkpoint_timeout": "1h",
    "max_wal_size": "1GB",
}
_SETTINGS: Mapping[str, str] = {
    "listen_addresses": LOOPBACK,
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_checkpoints": "off",
    "unix_socket_permissions": "0777",
    # As on Supabase; passwords and tokens that a client sends by mistake are not logged.
    "log_parameter_max_length_on_error": "0",
}


def tools_environment() -> dict[str, str]:
    """The environment for Postgres's programs, without the caller's variables that affect them."""
    kept = ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LC_ALL": "C", "TZ": "UTC"}


def _system_locale() -> str:
    """C.UTF-8 if the system has it, else C. ICU handles letters in both cases."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C.UTF-8"


def private_copy(binaries: PostgresBinaries, folder: Path) -> PostgresBinaries:
    """Copy an installation of Postgres to `folder`, so that others can read it or files can be added.

    Postgres finds its libraries and its share folder by their place relative to its programs, so a copy that
    keeps those places runs as it is. Made once; a copy that is there is used.
    """
    if binaries.packaged:
        parts = [binaries.home]
        root = binaries.home
    else:
        told = subprocess.run(
            [binaries.bin / "pg_config", "--bindir", "--sharedir", "--pkglibdir"],
            capture_output=True,
            text=True,
            check=False,
            env=tools_environment(),
        )
        if told.returncode != 0:
            raise StackError(f"{binaries.bin / 'pg_config'} failed", log=told.stderr)
        parts = [Path(line) for line in told.stdout.split("\n") if line]
        root = Path(os.path.commonpath(parts))
    copied = PostgresBinaries(folder / parts[0].relative_to(root), packaged=False)
    if binaries.packaged:
        copied = PostgresBinaries(folder / "bin", packaged=True)
    if not (folder / ".complete").exists():
        for part in parts:
            shutil.copytree(
                part, folder / part.relative_to(root), symlinks=binaries.packaged, dirs_exist_ok=True
            )
        (folder / ".complete").touch()
    return copied


@dataclass
class Cluster:
    """A separate Postgres server.

    Attributes:
        home: the folder that holds everything of it: `data`, `socket`, `log`.
        binaries: the installation it runs.
        port: its port, on the loopback address and as the socket's number.
        password: the password of every role that can log in.
        account: the account it runs under, or None for the caller's.
        settings: settings beside the usual ones.
        trust_socket: whether the socket asks no password: only for a throwaway server in a private folder.
    """

    home: Path
    binaries: PostgresBinaries
    port: int
    password: str
    account: Account | None = None
    settings: Mapping[str, str] = field(default_factory=lambda: DURABLE)
    trust_socket: bool = False
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """The folder of the databases."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.home / "postgres.log"

    @property
    def socket_folder(self) -> Path:
        """The folder of its Unix socket; elsewhere if `home` is too deep or unsuitable for a socket.

        PostgREST's socket is in it too, and its path can only have ASCII; a comma would end Postgres's.
        """
        folder = self.home / "socket"
        path = str(folder)
        if len(path) <= _LONGEST_SOCKET_FOLDER and path.isascii() and "," not in path:
            return folder
        # Not derived from the port: another server that is starting may have chosen the same.
        name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path("/tmp") / f"pg-{os.getuid()}-{name}"  # noqa: S108  made with mode 700, checked below

    @property
    def made(self) -> bool:
        """Whether there is a complete data folder."""
        return (self.home / "made").exists()

    @property
    def pid(self) -> int | None:
        """The server's process id, or None if it is not running."""
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if processes.is_alive(pid) and self._is_ours(pid) else None

    def _is_ours(self, pid: int) -> bool:
        """Whether a process serves this data folder: after a restart another process may have its id."""
        try:
            return os.fsencode(self.data) in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return True

    def dsn(self, user: str, database: str, *, socket: bool = True, **options: str) -> str:
        """A libpq connection string: over the socket, or over TCP."""
        host = str(self.socket_folder) if socket else LOOPBACK
        return conninfo.make_conninfo(
            host=host, port=self.port, user=user, dbname=database, password=self.password, **options
        )

    def url(self, user: str, database: str) -> str:
        """A connection URL, over TCP."""
        return f"postgresql://{user}:{quote(self.password, safe='')}@{LOOPBACK}:{self.port}/{database}"

    def make(self) -> None:
        """Create the data folder.

        Raises:
            StackError: initdb failed, or the disk is nearly full.
        """
        if processes.free_space(self.home) < 300 * 1024 * 1024:
            raise StackError(
                f"less than 300 MB are free where {self.home} is",
                "Postgres needs that much: free some space, then try again.",
            )
        self.home.mkdir(parents=True, exist_ok=True)
        if self.data.exists():
            shutil.rmtree(self.data)
        self.data.mkdir(mode=0o700)
        with tempfile.NamedTemporaryFile(
            "w", dir=self.home, prefix=".password-", encoding="utf-8"
        ) as password:
            password.write(self.password)
            password.flush()
            if self.account:
                self.account.take(self.data)
                os.chown(password.name, self.account.uid, self.account.gid)
            result = subprocess.run(
                [
                    self.binaries.bin / "initdb",
                    f"--pgdata={self.data}",
                    f"--username={SUPERUSER}",
                    f"--pwfile={password.name}",
                    "--auth-host=scram-sha-256",
                    f"--auth-local={'trust' if self.trust_socket else 'scram-sha-256'}",
                    "--encoding=UTF8",
                    f"--locale={_system_locale()}",
                    "--locale-provider=icu",
                    "--icu-locale=en-US",
                    "--no-instructions",
                    *(["--no-sync"] if self.settings.get("fsync") == "off" else []),
                ],
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
                env=tools_environment(),
                user=self.account.uid if self.account else None,
                group=self.account.gid if self.account else None,
                extra_groups=[] if self.account else None,
            )
        if result.returncode != 0:
            raise StackError(
                "initdb failed",
                "Fix what it reports, then try again; `make setup` reinstalls the packaged Postgres.",
                log=result.stdout[-1500:] + result.stderr[-1500:],
            )
        (self.home / "made").touch()

    def start(self, *, with_parent: bool = False, timeout: float = 60.0) -> None:
        """Start the server and wait until it answers. Does nothing if it is running.

        Args:
            with_parent: it ends when this process does.
            timeout: seconds to wait for its first answer, recovery after a crash included.

        Raises:
            PortTakenError: somebody else has its port.
            StackError: it ended at once, or did not answer in time; with the end of its log.
        """
        if self.pid is not None:
            self.wait(timeout)
            return
        self._prepare_folders()
        self._forget_dead_server()
        options = {
            **_SETTINGS,
            **self.settings,
            "port": str(self.port),
            "unix_socket_directories": str(self.socket_folder),
        }
        command = [str(self.binaries.bin / "postgres"), "-D", str(self.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        self.process = processes.spawn(
            command, log=self.log, account=self.account, env=tools_environment(), with_parent=with_parent
        )
        self.wait(timeout)

    def wait(self, timeout: float = 60.0) -> None:
        """Wait until the server answers.

        Raises:
            PortTakenError: it ended, since somebody else has its port.
            StackError: it ended, or did not answer in time.
        """

        def answers_or_ended() -> bool:
            return self.answers() or (self.process is not None and self.process.poll() is not None)

        if not processes.wait_until(answers_or_ended, timeout, pause=0.05) or not self.answers():
            log = processes.tail(self.log)
            if PortTakenError.is_told_by(log):
                raise PortTakenError(self.port, log)
            raise StackError(
                "Postgres does not start",
                f"Fix what its log reports. To start with an empty database, remove {self.home}.",
                log,
            )

    def answers(self) -> bool:
        """Whether the server takes connections."""
        try:
            with psycopg.connect(self.dsn(SUPERUSER, "template1", connect_timeout="5")):
                return True
        except psycopg.OperationalError:
            return False

    def stop(self, timeout: float = 20.0) -> None:
        """Stop the server without waiting for its clients. Does nothing if it is not running."""
        pid = self.pid
        if pid is not None:
            for sign, patience in ((signal.SIGINT, timeout), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sign)
                if processes.wait_until(lambda: not processes.is_alive(pid), patience):
                    break
        if self.process is not None:
            self.process.wait(timeout=5)
            self.process = None
        if self.socket_folder.parent != self.home:
            shutil.rmtree(self.socket_folder, ignore_errors=True)

    def _forget_dead_server(self) -> None:
        """Remove the lock files of a server that was killed but not reaped.

        Where a container's first process waits for no orphans, the dead server keeps its process id for ever,
        and Postgres would take it for alive.
        """
        lock = self.data / "postmaster.pid"
        if lock.exists():
            # Its children soon notice that it has died, and exit.
            time.sleep(1)
            lock.unlink(missing_ok=True)
            for left in self.socket_folder.glob(".s.PGSQL.*"):
                left.unlink(missing_ok=True)

    def _prepare_folders(self) -> None:
        self.socket_folder.mkdir(mode=0o700, exist_ok=True)
        if self.socket_folder.parent != self.home and self.socket_folder.stat().st_uid not in {
            os.geteuid(),
            self.account.uid if self.account else os.geteuid(),
        }:
            raise StackError(
                f"{self.socket_folder} belongs to another user",
                "Remove it, or move the stack to another folder.",
            )
        self.log.touch()
        if self.account:
            self.account.take(self.socket_folder)
            os.chown(self.log, self.account.uid, self.account.gid)


def fast_folder() -> str | None:
    """Where a throwaway server is put: in memory if there is enough, else in the usual place.

    Most of what the tests' servers do is copying databases, which waits for the disk more than for
    anything else.
    """
    memory = Path("/dev/shm")  # noqa: S108  a folder is made there by mkdtemp
    if "TMPDIR" in os.environ or not os.access(memory, os.W_OK):
        return None
    return str(memory) if processes.free_space(memory) > _PLENTY_BYTES else None


def _private_folder(parent: str | None) -> Path:
    """A temporary folder that records its owner, so that it can be removed if its creator is killed."""
    for mark in Path(parent or tempfile.gettempdir()).glob("assessments-*/.owner"):
        with contextlib.suppress(OSError, ValueError):
            pid, started = mark.read_text(encoding="utf-8").split()
            if not processes.is_alive(int(pid)) or (processes.start_time(int(pid)) or "-") != started:
                shutil.rmtree(mark.parent, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix="assessments-", dir=parent))
    (folder / ".owner").write_text(
        f"{os.getpid()} {processes.start_time(os.getpid()) or '-'}", encoding="utf-8"
    )
    return folder


@contextlib.contextmanager
def throwaway(binaries: PostgresBinaries, *, settings: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """A server for tests, in a temporary folder: fast, and removed when the block or the process ends.

    Its socket asks for no password, and only the account that runs it (and root) can reach the socket.
    """
    account = processes.unprivileged_account()
    home = _private_folder(fast_folder())
    programs = home
    try:
        if account:
            os.chown(home, account.uid, account.gid)
            if not account.can_use(binaries.bin):
                # Not in memory, where running programs may be forbidden.
                programs = _private_folder(None)
                binaries = private_copy(binaries, programs)
                account.take(programs)
        cluster = Cluster(
            home=home,
            binaries=binaries,
            port=processes.free_port(),
            password="postgres",  # noqa: S106  a throwaway server's
            account=account,
            settings={**THROWAWAY, **(settings or {})},
            trust_socket=True,
        )
        cluster.make()
        try:
            _start_on_a_free_port(cluster)
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(programs, ignore_errors=True)


def _start_on_a_free_port(cluster: Cluster, attempts: int = 5) -> None:
    """Start a throwaway server; on another port if its own was taken meanwhile."""
    try:
        cluster.start(with_parent=True)
    except PortTakenError:
        cluster.stop()
        if attempts == 1:
            raise
        cluster.log.unlink(missing_ok=True)
        cluster.port = processes.free_port()
        _start_on_a_free_port(cluster, attempts - 1)
