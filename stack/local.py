"""The stack of one checkout: start, stop, reset, status.

Its state is in `.stack` (or STACK_HOME): the secrets, created once; which processes run on which ports; the
database; the logs. If root starts it, the servers run as `nobody`. If that account cannot reach the checkout,
the database and copies of the programs are in a separate folder in the system's temporary folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

import psycopg

from stack import database, postgres, processes
from stack.errors import PortTakenError, StackError
from stack.packages import ROOT, find_postgres, find_postgrest, find_supabase_cli
from stack.postgres import SUPERUSER, Cluster
from stack.services import Api
from stack.tokens import Keys

DATABASE = "postgres"
USUAL_API_PORT = 54321
USUAL_DB_PORT = 54322

Part = Literal["postgres", "postgrest", "gateway"]
PARTS: tuple[Part, ...] = ("postgres", "postgrest", "gateway")
_NAMES: dict[Part, str] = {"postgres": "Postgres", "postgrest": "PostgREST", "gateway": "gateway and Auth"}

Say = Callable[[str], None]


@dataclass
class _Process:
    """A process that was started: its id, and what distinguishes it from a later one with the same id."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> _Process:
        return cls(pid, processes.start_time(pid))

    @property
    def alive(self) -> bool:
        return processes.is_alive(self.pid) and processes.start_time(self.pid) == self.started


@dataclass
class _State:
    """The state that is stored between commands."""

    api_port: int = 0
    db_port: int = 0
    pushed: bool = False
    server_home: str = ""
    running: dict[Part, _Process] = field(default_factory=dict)


@dataclass(frozen=True)
class PartStatus:
    """The state of one part.

    Attributes:
        name: the part, for a person.
        up: whether it answers.
        wanted: whether it should: it was started and not stopped.
        log_end: the last lines of its log.
    """

    name: str
    up: bool
    wanted: bool
    log_end: str


class Stack:
    """The stack of one checkout.

    Args:
        say: takes a line about what is being done.
        home: the state's folder; by default `.stack` in the checkout.
    """

    def __init__(self, say: Say, home: Path | None = None) -> None:
        self._say = say
        self.home = (home or Path(os.environ.get("STACK_HOME") or ROOT / ".stack")).resolve()
        self._account = processes.unprivileged_account()

    # -- commands ------------------------------------------------------------------------------------------

    def up(self) -> None:
        """Start what is not running, and wait for it. A new database gets migrations and seed.

        Raises:
            StackError: a part cannot be started.
        """
        with self._locked():
            state = self._start()
            try:
                if not state.pushed:
                    self._push(state)
            finally:
                self._start_postgrest(state)

    def down(self) -> bool:
        """Stop everything; return whether there was anything to stop.

        Raises:
            StackError: something does not stop.
        """
        if not self.home.exists():
            return False
        with self._locked():
            state = self._read_state()
            stopped = bool(state.running)
            self._stop_api(state)
            cluster = self._cluster(state)
            stopped = stopped or cluster.pid is not None
            cluster.stop()
            if cluster.pid is not None:
                raise StackError(f"Postgres (process {cluster.pid}) does not stop", "Stop it by hand.")
            state.running.clear()
            self._write_state(state)
            return stopped

    def reset(self) -> None:
        """Drop the database, create it again, and apply migrations and seed with the Supabase CLI.

        Raises:
            StackError: a part cannot be started, or a migration fails.
        """
        with self._locked():
            state = self._start()
            self._stop_postgrest(state)
            self._say("Recreating the database ...")
            self._make_database(state)
            # PostgREST starts only now, because it reads the whole schema when it starts.
            try:
                self._push(state)
            finally:
                self._start_postgrest(state)

    def status(self) -> list[PartStatus]:
        """The state of each part."""
        state = self._read_state()
        api, cluster = self._api(state), self._cluster(state)
        found: dict[Part, tuple[bool, Path]] = {
            "postgres": (cluster.made and cluster.pid is not None and cluster.answers(), cluster.log),
            "postgrest": (self._runs(state, "postgrest") and api.rest_answers(), api.postgrest_log),
            "gateway": (self._runs(state, "gateway") and api.gateway_answers(), api.gateway_log),
        }
        return [
            PartStatus(_NAMES[part], up, part in state.running, processes.tail(log))
            for part, (up, log) in found.items()
        ]

    def env(self) -> dict[str, str]:
        """All addresses and keys, with the names of `supabase status -o env`.

        Raises:
            StackError: the stack was never started, or does not run.
        """
        if not all(part.up for part in self.status()):
            raise StackError("the stack is not running", "Start it: `make up`.")
        state = self._read_state()
        api, cluster, keys = self._api(state), self._cluster(state), self._keys()
        return {
            "API_URL": api.url,
            "REST_URL": f"{api.url}/rest/v1",
            "DB_URL": cluster.url("postgres", DATABASE),
            "SUPERUSER_DB_URL": cluster.url(SUPERUSER, DATABASE),
            "ANON_KEY": keys.anon,
            "SERVICE_ROLE_KEY": keys.service_role,
            "PUBLISHABLE_KEY": keys.publishable,
            "SECRET_KEY": keys.secret,
            "JWT_SECRET": keys.jwt_secret,
        }

    def read_log(self, part: Part) -> str:
        """The end of a part's log."""
        state = self._read_state()
        api = self._api(state)
        logs = {
            "postgres": self._cluster(state).log,
            "postgrest": api.postgrest_log,
            "gateway": api.gateway_log,
        }
        return processes.tail(logs[part], 200)

    # -- starting ------------------------------------------------------------------------------------------

    def _start(self) -> _State:
        """Start Postgres and the gateway, with a database that has at least what a fresh project has."""
        # Missing programs are reported before anything is started.
        find_postgrest()
        find_supabase_cli()
        state = self._read_state()
        state.server_home = str(self._server_home(state))
        Path(state.server_home).mkdir(parents=True, exist_ok=True)
        self._write_state(state)
        cluster = self._cluster(state)
        if not cluster.made:
            self._say("Creating a database server ...")
            cluster.make()
        if cluster.pid is None:
            cluster = self._start_postgres(state)
        else:
            cluster.wait()
        state.running["postgres"] = _Process.of(cluster.pid or 0)
        self._write_state(state)
        if not self._has_database(cluster):
            self._make_database(state)
        if not (self._runs(state, "gateway") and self._api(state).gateway_answers()):
            self._stop_api(state)
            self._start_gateway(state)
        return state

    def _start_postgres(self, state: _State) -> Cluster:
        for attempt in range(5):
            usual = state.db_port if state.db_port and attempt == 0 else USUAL_DB_PORT
            state.db_port = self._choose_port("STACK_DB_PORT", usual)
            cluster = self._cluster(state)
            self._say(f"Starting Postgres on port {state.db_port} ...")
            try:
                cluster.start()
            except PortTakenError:
                cluster.stop()
                if self._wanted_port("STACK_DB_PORT"):
                    raise
            except StackError:
                cluster.stop()
                raise
            else:
                return cluster
        raise StackError("no free port was found for Postgres", "Choose one: STACK_DB_PORT=54999 make up")

    def _start_gateway(self, state: _State) -> None:
        for attempt in range(5):
            usual = state.api_port if state.api_port and attempt == 0 else USUAL_API_PORT
            state.api_port = self._choose_port("STACK_API_PORT", usual)
            self._say(f"Starting the gateway on port {state.api_port} ...")
            try:
                process = self._api(state).start_gateway()
            except PortTakenError:
                if self._wanted_port("STACK_API_PORT"):
                    raise
            else:
                state.running["gateway"] = _Process.of(process.pid)
                self._write_state(state)
                return
        raise StackError("no free port was found for the API", "Choose one: STACK_API_PORT=54999 make up")

    def _start_postgrest(self, state: _State) -> None:
        if self._runs(state, "postgrest") and self._api(state).rest_answers():
            return
        self._stop_postgrest(state)
        self._say("Starting PostgREST ...")
        process = self._api(state).start_postgrest()
        state.running["postgrest"] = _Process.of(process.pid)
        self._write_state(state)

    def _wanted_port(self, variable: str) -> int | None:
        """The port from the environment.

        Raises:
            StackError: it is no port number.
        """
        text = os.environ.get(variable)
        if not text:
            return None
        if not text.isdecimal() or not 1 <= int(text) <= 65535:
            raise StackError(
                f"{variable} is {text!r}, and must be a port number from 1 to 65535",
                f"Fix it, or leave {variable} unset to get a free port.",
            )
        return int(text)

    def _choose_port(self, variable: str, usual: int) -> int:
        wanted = self._wanted_port(variable)
        if wanted is None:
            return processes.free_port(usual)
        if not processes.port_is_free(wanted):
            raise StackError(
                f"{variable} asks for port {wanted}, which is taken",
                f"Choose another, or leave {variable} unset to get a free one.",
            )
        return wanted

    # -- stopping ------------------------------------------------------------------------------------------

    def _stop_api(self, state: _State) -> None:
        gateway = state.running.pop("gateway", None)
        if gateway and gateway.alive:
            processes.end(gateway.pid)
        self._stop_postgrest(state)

    def _stop_postgrest(self, state: _State) -> None:
        postgrest = state.running.pop("postgrest", None)
        if postgrest and postgrest.alive:
            processes.end(postgrest.pid)

    # -- the database --------------------------------------------------------------------------------------

    def _has_database(self, cluster: Cluster) -> bool:
        """Whether the database was created completely."""
        try:
            with psycopg.connect(cluster.dsn(SUPERUSER, DATABASE)) as connection:
                found = connection.execute(
                    "select from pg_catalog.pg_event_trigger where evtname = 'pgrst_drop_watch'"
                )
                return found.rowcount == 1
        except psycopg.OperationalError:
            return False

    def _make_database(self, state: _State) -> None:
        cluster = self._cluster(state)
        state.pushed = False
        self._write_state(state)
        with psycopg.connect(cluster.dsn(SUPERUSER, "template1"), autocommit=True) as connection:
            database.drop_database(connection, DATABASE)
            database.create_database(connection, DATABASE)
        with psycopg.connect(cluster.dsn(SUPERUSER, DATABASE)) as connection:
            database.bootstrap(connection, password=cluster.password)

    def _push(self, state: _State) -> None:
        """Apply migrations and seed with the Supabase CLI, as role postgres."""
        cluster = self._cluster(state)
        self._say("Applying migrations and seed with the Supabase CLI ...")
        result = self.supabase(
            *("db", "push", "--include-seed", "--yes"),
            f"--remote={cluster.url('postgres', DATABASE)}?sslmode=disable",
        )
        if result.returncode != 0:
            raise StackError(
                "`supabase db push` failed; the stack is up, its database incomplete",
                "Fix the migration or the seed, then run `make reset`.",
                (result.stdout + result.stderr).replace(cluster.password, "***"),
            )
        state.pushed = True
        self._write_state(state)

    def supabase(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the Supabase CLI in this checkout, without telemetry and without the caller's login."""
        home = self.home / "supabase-cli"
        home.mkdir(parents=True, exist_ok=True)
        return subprocess.run(
            [find_supabase_cli(), *arguments, "--workdir", str(ROOT)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"DO_NOT_TRACK": "1", "HOME": str(home), "NO_COLOR": "1"},
        )

    # -- state ---------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One command at a time; a second one waits for the first."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            lock = (self.home / "lock").open("w")
        except OSError as error:
            raise StackError(
                f"{self.home} cannot be written: {error.strerror}",
                "Make it writable, or set STACK_HOME to another folder.",
            ) from error
        with lock:
            deadline = time.monotonic() + 180
            waiting = False
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if not waiting:
                        self._say("Another command is using this stack; waiting for it ...")
                    waiting = True
                    if time.monotonic() > deadline:
                        raise StackError(
                            "another command has been using this stack for too long",
                            f"Stop it (it has {self.home / 'lock'} open), then try again.",
                        ) from None
                    time.sleep(0.1)
                else:
                    break
            yield

    def _server_home(self, state: _State) -> Path:
        """The folder of the servers' files, which their account can reach. It never changes."""
        if (Path(state.server_home) / "postgres").is_dir() and state.server_home:
            return Path(state.server_home)
        account = self._account
        if account is None:
            return self.home
        nearest = self.home
        while not nearest.exists():
            nearest = nearest.parent
        if account.can_use(nearest):
            return self.home
        name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"supabase-stack-{os.getuid()}-{name}"

    def _cluster(self, state: _State) -> Cluster:
        binaries = find_postgres()
        home = self._server_home(state)
        if self._account and not self._account.can_use(binaries.bin):
            home.mkdir(parents=True, exist_ok=True)
            binaries = postgres.private_copy(binaries, home / "programs")
        return Cluster(
            home=home / "postgres",
            binaries=binaries,
            port=state.db_port,
            password=self._secret("password", lambda: secrets.token_urlsafe(24)),
            account=self._account,
        )

    def _api(self, state: _State) -> Api:
        return Api(
            home=self._server_home(state),
            cluster=self._cluster(state),
            database=DATABASE,
            keys=self._keys(),
            port=state.api_port,
        )

    def _keys(self) -> Keys:
        try:
            return Keys(**json.loads(self._secret("keys", lambda: json.dumps(asdict(Keys.generate())))))
        except (ValueError, TypeError) as error:
            raise StackError(
                f"{self.home / 'secrets' / 'keys'} is damaged",
                "Remove it, then run `make up`. This creates new keys, and old tokens become invalid.",
            ) from error

    def _secret(self, name: str, make: Callable[[], str]) -> str:
        """A secret of this checkout: created when first needed, readable only by its owner."""
        path = self.home / "secrets" / name
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            new = path.with_suffix(f".{os.getpid()}")
            new.touch(mode=0o600)
            new.write_text(make(), encoding="utf-8")
            with contextlib.suppress(FileExistsError):
                os.link(new, path)
            new.unlink()
        return path.read_text(encoding="utf-8")

    def _runs(self, state: _State, part: Part) -> bool:
        process = state.running.get(part)
        return process is not None and process.alive

    def _read_state(self) -> _State:
        try:
            told = json.loads((self.home / "state.json").read_text(encoding="utf-8"))
            return _State(
                told.get("api_port", 0),
                told.get("db_port", 0),
                told.get("pushed", False),
                told.get("server_home", ""),
                {part: _Process(**told["running"][part]) for part in PARTS if part in told["running"]},
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return _State()

    def _write_state(self, state: _State) -> None:
        new = self.home / "state.json.new"
        new.write_text(json.dumps(asdict(state)), encoding="utf-8")
        new.replace(self.home / "state.json")
