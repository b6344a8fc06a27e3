"""The benchmarks' own servers: one Postgres with a database for each schema, and PostgREST in front."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
from psycopg import sql

from bench.data import Schema
from stack import database, postgres, processes
from stack.errors import StackError
from stack.packages import ROOT, find_postgres, find_postgrest
from stack.services import Api
from stack.tokens import Keys

HERE = Path(__file__).parent
SECRET = "a-secret-of-the-benchmark-alone-that-guards-nothing"  # noqa: S105  a throwaway server's

# As a small hosted project, except that a commit does not wait for the disk. Without the disk, the work
# itself is compared, and every ratio is stricter for the side that does more work in fewer commits.
SETTINGS = {
    "shared_buffers": "2GB",
    "maintenance_work_mem": "512MB",
    "effective_cache_size": "8GB",
    "random_page_cost": "1.1",
    "autovacuum": "on",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "30min",
    "max_connections": "100",
}


def make_token(role: str, user: uuid.UUID | None = None) -> str:
    """A token as Supabase's Auth signs it (HS256), valid for a day."""

    def encode(part: bytes) -> str:
        return base64.urlsafe_b64encode(part).rstrip(b"=").decode()

    claims: dict[str, str | int] = {"role": role, "iss": "bench", "exp": int(time.time()) + 86_400}
    if user is not None:
        claims |= {"sub": str(user), "aud": "authenticated"}
    head = encode(b'{"alg":"HS256","typ":"JWT"}') + "." + encode(json.dumps(claims).encode())
    return head + "." + encode(hmac.new(SECRET.encode(), head.encode(), hashlib.sha256).digest())


@dataclass(frozen=True)
class RunningApi:
    """The address of an API, and its keys."""

    url: str
    anon_key: str
    service_key: str


@dataclass
class Servers:
    """The one Postgres, and the servers in front of it."""

    cluster: postgres.Cluster

    def superuser(self, name: str) -> psycopg.Connection:
        """A superuser's connection to that database, in autocommit."""
        return psycopg.connect(self.cluster.dsn(postgres.SUPERUSER, name), autocommit=True)

    def owner(self, name: str, *, autocommit: bool = True) -> psycopg.Connection:
        """The owner's connection to that database; statements are prepared at once, as PostgREST does it."""
        return psycopg.connect(self.cluster.dsn("postgres", name), autocommit=autocommit, prepare_threshold=0)

    def make(self, name: str, schema: Schema) -> None:
        """Create a database with one of the three schemas, empty."""
        with self.superuser("template1") as admin:
            database.drop_database(admin, name)
            database.create_database(admin, name, template="template0")
        with psycopg.connect(self.cluster.dsn(postgres.SUPERUSER, name)) as admin:
            # The literal schema has no grants: it relies on the default privileges of older projects.
            database.bootstrap(
                admin,
                password=self.cluster.password,
                default_privileges="old" if schema == "literal" else "new",
            )
        with psycopg.connect(self.cluster.dsn("postgres", name)) as connection:
            if schema == "ours":
                database.migrate(connection)
            elif schema == "literal":
                host = [
                    path
                    for path in database.migrations()
                    if path.stem.endswith(("_host_check", "_platform_tables", "_host_platform"))
                ]
                database.migrate(connection, host)
                database.run_file(connection, HERE / "literal_schema.sql")
            else:
                database.run_file(connection, HERE / "limit_schema.sql")

    def drop(self, name: str) -> None:
        """Drop a database."""
        with self.superuser("template1") as admin:
            database.drop_database(admin, name)

    def checkpoint(self) -> None:
        """Write all pending data, so that it is not written while something is timed."""
        with self.superuser("template1") as admin:
            admin.execute("checkpoint")

    def settings(self, name: str) -> dict[str, str]:
        """The settings that matter here, as Postgres reports them."""
        wanted = [*SETTINGS, "fsync", "synchronous_commit", "jit"]
        with self.superuser(name) as connection:
            rows = connection.execute(
                "select name, current_setting(name) from pg_settings where name = any (%s) order by name",
                [wanted],
            ).fetchall()
            version = connection.execute("select current_setting('server_version')").fetchone()
        return {"postgres": version[0] if version else "", **{row[0]: row[1] for row in rows}}

    @contextlib.contextmanager
    def api(self, name: str) -> Iterator[RunningApi]:
        """PostgREST behind the gateway, as clients of Supabase use it, for the duration of the block."""
        home = self.cluster.home / f"api-{name}"
        home.mkdir(exist_ok=True)
        if self.cluster.account:
            self.cluster.account.take(home)
        keys = Keys(
            jwt_secret=SECRET,
            anon=make_token("anon"),
            service_role=make_token("service_role"),
            publishable="sb_publishable_bench",
            secret="sb_secret_bench",  # noqa: S106  a throwaway server's
        )
        api = Api(home, self.cluster, name, keys, processes.free_port())
        started = [api.start_postgrest(with_parent=True), api.start_gateway(with_parent=True)]
        try:
            yield RunningApi(api.url, keys.anon, keys.service_role)
        finally:
            for process in started:
                processes.end(process.pid)
                process.wait(timeout=5)

    @contextlib.contextmanager
    def rest(self, name: str) -> Iterator[str]:
        """PostgREST for that database, for the duration of the block; its URL."""
        port = processes.free_port()
        url = f"http://{processes.LOOPBACK}:{port}"
        log = self.cluster.home / f"postgrest-{name}.log"
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "PGRST_DB_URI": self.cluster.url("authenticator", name),
            "PGRST_DB_SCHEMAS": "public",
            "PGRST_DB_EXTRA_SEARCH_PATH": "public,extensions",
            "PGRST_DB_ANON_ROLE": "anon",
            "PGRST_JWT_SECRET": SECRET,
            "PGRST_DB_POOL": "10",
            "PGRST_SERVER_HOST": processes.LOOPBACK,
            "PGRST_SERVER_PORT": str(port),
            "PGRST_LOG_LEVEL": "error",
        }
        process = processes.spawn(
            [find_postgrest()], log=log, account=None, env=environment, with_parent=True
        )

        def ready() -> bool:
            with contextlib.suppress(httpx.HTTPError):
                return httpx.get(url, timeout=2).status_code < 500
            return False

        try:
            if not processes.wait_until(ready, 30, pause=0.05):
                raise StackError("PostgREST does not start", log=processes.tail(log))
            yield url
        finally:
            processes.end(process.pid)
            process.wait(timeout=5)


@contextlib.contextmanager
def start(settings: dict[str, str] | None = None, *, memory_gb: float | None = None) -> Iterator[Servers]:
    """Start Postgres in a temporary folder, which is removed when the block ends.

    Args:
        settings: what differs from `SETTINGS`.
        memory_gb: how much its databases will hold. Where so much memory is free, and TMPDIR does not say
            where temporary files go, they are kept there; else, and when nothing is said, on the disk.
    """
    with contextlib.ExitStack() as stack:
        with _on_disk() if memory_gb is None or _free_memory_gb() < memory_gb else contextlib.nullcontext():
            cluster = stack.enter_context(
                postgres.throwaway(find_postgres(), settings={**SETTINGS, **(settings or {})})
            )
        yield Servers(cluster)


@contextlib.contextmanager
def _on_disk() -> Iterator[None]:
    """Put throwaway servers in the folder for temporary files, for the duration of the block."""
    unset = "TMPDIR" not in os.environ
    os.environ.setdefault("TMPDIR", tempfile.gettempdir())
    try:
        yield
    finally:
        if unset:
            del os.environ["TMPDIR"]


def _free_memory_gb() -> float:
    """The memory available without swapping; 0 if the system does not report it."""
    told = Path("/proc/meminfo")
    if not told.exists():
        return 0
    lines = dict(line.split(":", 1) for line in told.read_text(encoding="utf-8").splitlines())
    return int(lines.get("MemAvailable", "0").split()[0]) / 2**20


def run_script(connection: psycopg.Connection, text: str) -> None:
    """Run a file of another project's SQL unchanged."""
    connection.execute(sql.SQL(text))


__all__ = ["HERE", "ROOT", "SECRET", "SETTINGS", "RunningApi", "Servers", "make_token", "run_script", "start"]
