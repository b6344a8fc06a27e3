"""PostgREST and the gateway as processes: started over a database until they are ready."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stack import postgrest, processes
from stack.errors import PortTakenError, StackError
from stack.gateway_settings import Settings
from stack.packages import ROOT, find_postgrest
from stack.postgres import Cluster, tools_environment
from stack.processes import LOOPBACK
from stack.tokens import Keys


@dataclass(frozen=True)
class Api:
    """PostgREST and the gateway over one database.

    Attributes:
        home: the folder for their settings and logs.
        cluster: the server that the database is in.
        database: its name.
        keys: the stack's secrets.
        port: the gateway's port.
        host: the gateway's address.
    """

    home: Path
    cluster: Cluster
    database: str
    keys: Keys
    port: int
    host: str = LOOPBACK

    @property
    def url(self) -> str:
        """The SUPABASE_URL of clients."""
        return f"http://{self.host}:{self.port}"

    @property
    def rest_socket(self) -> Path:
        """PostgREST's Unix socket."""
        return self.cluster.socket_folder / f"rest-{self.port}"

    @property
    def postgrest_log(self) -> Path:
        """PostgREST's log."""
        return self.home / "postgrest.log"

    @property
    def gateway_log(self) -> Path:
        """The gateway's log."""
        return self.home / "gateway.log"

    def start_postgrest(self, *, with_parent: bool = False) -> subprocess.Popen[bytes]:
        """Start PostgREST and wait until it has read the schema.

        Raises:
            StackError: it ended, or was not ready in 30 seconds.
        """
        program = self._readable(find_postgrest())
        config = self.home / "postgrest.conf"
        dsn = self.cluster.dsn("authenticator", self.database, application_name="postgrest")
        postgrest.write_config(
            config, dsn=dsn, socket=self.rest_socket, jwt_secret=self.keys.jwt_secret, api_url=self.url
        )
        if self.cluster.account:
            os.chown(config, self.cluster.account.uid, self.cluster.account.gid)
        process = processes.spawn(
            [program, config],
            log=self.postgrest_log,
            account=self.cluster.account,
            # In the locale C it could not open a file whose path has letters outside ASCII.
            env=tools_environment() | {"LC_ALL": "C.UTF-8"},
            with_parent=with_parent,
        )
        self._wait(process, self.rest_answers, "PostgREST", self.postgrest_log)
        return process

    def start_gateway(self, *, with_parent: bool = False) -> subprocess.Popen[bytes]:
        """Start the gateway and wait until it answers. Under root it switches accounts by itself.

        Raises:
            PortTakenError: somebody else has its port.
            StackError: it ended for another reason, or did not answer in 30 seconds.
        """
        account = self.cluster.account
        settings = Settings(
            host=self.host,
            port=self.port,
            rest_socket=str(self.rest_socket),
            auth_dsn=self.cluster.dsn("supabase_auth_admin", self.database, application_name="auth"),
            keys=self.keys,
            uid=account.uid if account else None,
            gid=account.gid if account else None,
            with_parent=with_parent,
        )
        config = self.home / "gateway.json"
        config.touch(mode=0o600)
        config.write_text(settings.to_json(), encoding="utf-8")
        process = processes.spawn(
            [sys.executable, "-m", "stack.gateway", str(config)],
            log=self.gateway_log,
            account=None,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            with_parent=with_parent,
        )
        try:
            self._wait(process, self.gateway_answers, "the gateway", self.gateway_log)
        except StackError as error:
            if PortTakenError.is_told_by(error.log):
                raise PortTakenError(self.port, error.log) from error
            raise
        return process

    def rest_answers(self) -> bool:
        """Whether PostgREST serves requests; it does not while it reads the schema."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(5)
            try:
                connection.connect(str(self.rest_socket))
                connection.sendall(b"HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return connection.recv(64).startswith(b"HTTP/1.1 200")
            except OSError:
                return False

    def gateway_answers(self) -> bool:
        """Whether this gateway, identified by its key, serves requests, rather than another stack's."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=5)
        try:
            connection.request("GET", "/auth/v1/settings", headers={"apikey": self.keys.anon})
            return b"mailer_autoconfirm" in connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _wait(
        self, process: subprocess.Popen[bytes], answers: Callable[[], bool], name: str, log: Path
    ) -> None:
        if processes.wait_until(lambda: process.poll() is not None or answers(), 30, pause=0.1):
            if process.poll() is None:
                return
            raise StackError(f"{name} has ended with code {process.returncode}", log=processes.tail(log))
        processes.end(process.pid)
        raise StackError(f"{name} does not answer after 30 seconds", log=processes.tail(log))

    def _readable(self, program: Path) -> Path:
        """The program, or a copy of it that the server's account can read."""
        account = self.cluster.account
        if account is None or account.can_use(program.parent):
            return program
        copy = self.home / program.name
        if not copy.exists() or copy.stat().st_size != program.stat().st_size:
            shutil.copy(program, copy)
            os.chown(copy, account.uid, account.gid)
        return copy
