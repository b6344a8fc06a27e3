"""Other queues, each measured by a program of its own in the environment `.bench-venv`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from bench.cluster import HERE, ROOT, Servers, run_script
from stack import database, postgres

ENVIRONMENT = ROOT / ".bench-venv"
REQUIREMENTS = HERE / "requirements-peers.txt"
INSTALL = "pip install -qq --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r"

_INSTALL_PROCRASTINATE = """
import asyncio, logging, sys, procrastinate
logging.disable(logging.CRITICAL)
async def main():
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=sys.argv[1]))
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
asyncio.run(main())
"""


def environment() -> Path:
    """The Python of the others' environment, made and filled when its pinned packages have changed."""
    python = ENVIRONMENT / "bin" / "python"
    wanted = REQUIREMENTS.read_bytes()
    mark = ENVIRONMENT / ".packages"
    if not mark.exists() or mark.read_bytes() != wanted:
        venv.create(ENVIRONMENT, clear=True, with_pip=True)
        subprocess.run([python, "-m", *INSTALL.split(), REQUIREMENTS], check=True)
        mark.write_bytes(wanted)
    return python


@dataclass
class Peers:
    """The others' queues, each in a database of its own on the same server."""

    servers: Servers
    python: Path

    def install(self) -> None:
        """Make their databases with their own schemas, as each documents it."""
        for name in ("pgqueuer", "procrastinate", "pgmq"):
            with self.servers.superuser("template1") as admin:
                database.drop_database(admin, name)
                database.create_database(admin, name, template="template0")
        self._run(
            "-m", "pgqueuer", "install", "--durability", "durable", env={"PGDSN": self._dsn("pgqueuer")}
        )
        self._run("-c", _INSTALL_PROCRASTINATE, self._dsn("procrastinate"))
        [script] = ENVIRONMENT.glob("lib/python*/site-packages/pgmq/sql/pgmq.sql")
        with self.servers.superuser("pgmq") as admin:
            run_script(admin, script.read_text(encoding="utf-8"))

    def pgqueuer(self, jobs: int, batch: int) -> float:
        """Jobs a second of PGQueuer with that batch."""
        return self._rate("run_pgqueuer.py", "pgqueuer", jobs, batch)

    def procrastinate(self, jobs: int) -> float:
        """Jobs a second of procrastinate."""
        return self._rate("run_procrastinate.py", "procrastinate", jobs, 1)

    def pgmq(self, jobs: int, batch: int) -> float:
        """Messages a second of pgmq with that batch."""
        return self._rate("run_pgmq.py", "pgmq", jobs, batch)

    def _dsn(self, name: str) -> str:
        return self.servers.cluster.url(postgres.SUPERUSER, name)

    def _rate(self, script: str, name: str, jobs: int, batch: int) -> float:
        answer = self._run(str(HERE / "peers" / script), self._dsn(name), str(jobs), str(batch))
        told = json.loads(answer.splitlines()[-1])
        if told["jobs"] != jobs:
            raise RuntimeError(f"{script}: {told['jobs']} of {jobs} jobs were done")
        return float(told["jobs"] / told["seconds"])

    def _run(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        result = subprocess.run(
            [self.python, *arguments],
            env={"PATH": os.environ.get("PATH", ""), **(env or {})},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            print(result.stderr[-2000:], file=sys.stderr)
            raise RuntimeError(f"{arguments[0]} failed with code {result.returncode}")
        return result.stdout
