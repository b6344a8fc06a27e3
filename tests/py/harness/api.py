"""The real API over a test's database: PostgREST behind the gateway, with Auth."""

from __future__ import annotations

import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import httpx
from supabase import Client, ClientOptions, create_client

from stack import processes, tokens
from stack.errors import PortTakenError
from stack.services import Api
from stack.tokens import Keys
from tests.py.harness.databases import Database
from tests.py.harness.people import PASSWORD, User


@dataclass
class RunningApi:
    """PostgREST and the gateway over one database.

    Attributes:
        api: what runs.
        database: the database it serves.
        postgrest: PostgREST's process.
        gateway: the gateway's process.
    """

    api: Api
    database: Database
    postgrest: subprocess.Popen[bytes]
    gateway: subprocess.Popen[bytes]
    _open: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self) -> str:
        """SUPABASE_URL."""
        return self.api.url

    @property
    def keys(self) -> Keys:
        """The anon and service keys, and the secret behind them."""
        return self.api.keys

    def token(self, user: User | uuid.UUID | str, *, seconds: int = 3600, **claims: object) -> str:
        """A signed-in user's access token, without the cost of signing in."""
        now = int(time.time())
        user_id = user.id if isinstance(user, User) else user
        said = {
            "sub": str(user_id),
            "aud": "authenticated",
            "role": "authenticated",
            "iat": now,
            "exp": now + seconds,
        }
        return tokens.sign(said | claims, self.keys.jwt_secret)

    def client(self, key: str | None = None, *, token: str | None = None) -> Client:
        """A supabase-py client.

        Args:
            key: the API key; the anon key when not given.
            token: an access token, to speak as a signed-in user.
        """
        http = self._open.enter_context(httpx.Client(timeout=30))
        client = create_client(
            self.url, key or self.keys.anon, ClientOptions(httpx_client=http, auto_refresh_token=False)
        )
        if token is not None:
            client.postgrest.auth(token)
        return client

    def service(self) -> Client:
        """A supabase-py client with the service key."""
        return self.client(self.keys.service_role)

    def as_user(self, user: User | uuid.UUID | str) -> Client:
        """A supabase-py client that acts as this user."""
        return self.client(token=self.token(user))

    def signed_in(self, user: User) -> Client:
        """A supabase-py client that has signed in with the user's password, through Auth."""
        client = self.client()
        client.auth.sign_in_with_password({"email": user.email, "password": PASSWORD})
        return client

    def http(self, key: str | None = None, *, token: str | None = None) -> httpx.Client:
        """A plain HTTP client for the same API, with statuses and headers."""
        key = key or self.keys.anon
        return self._open.enter_context(
            httpx.Client(
                base_url=self.url,
                headers={"apikey": key, "Authorization": f"Bearer {token or key}"},
                timeout=30,
            )
        )

    def reload(self) -> None:
        """Make PostgREST reload the schema, and wait for it. DDL does so too, a moment later."""

        def times_loaded() -> int:
            return self.api.postgrest_log.read_text(encoding="utf-8").count("Schema cache loaded")

        before = times_loaded()
        self.database.connect("supabase_admin").execute("notify pgrst, 'reload schema'")
        assert processes.wait_until(lambda: times_loaded() > before, 15), "PostgREST does not read the schema"
        # Several notifications arrive together: wait for the last of them.
        latest = -1
        while latest != (latest := times_loaded()):
            time.sleep(0.15)

    def close(self) -> None:
        """Close every client."""
        self._open.close()


@contextmanager
def api_over(database: Database) -> Iterator[RunningApi]:
    """Start PostgREST and the gateway over a database; both end with the block."""
    home = Path(mkdtemp(prefix="api-"))
    home.chmod(0o755)
    try:
        with ExitStack() as started:
            running = _start(home, database, started)
            started.callback(running.close)
            yield running
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _start(home: Path, database: Database, started: ExitStack) -> RunningApi:
    for _ in range(5):
        api = Api(home, database.cluster, database.name, Keys.generate(), processes.free_port())
        try:
            gateway = api.start_gateway(with_parent=True)
        except PortTakenError:
            continue
        started.callback(gateway.wait)
        started.callback(gateway.terminate)
        postgrest = api.start_postgrest(with_parent=True)
        started.callback(postgrest.wait)
        started.callback(postgrest.terminate)
        return RunningApi(api, database, postgrest, gateway)
    message = "no free port was found for the gateway"
    raise RuntimeError(message)
