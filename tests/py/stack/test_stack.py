"""`python -m stack`, as a developer runs it: real processes, and a separate stack for each test."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest

from stack import processes
from stack.packages import ROOT
from stack.postgres import fast_folder


class Checkout:
    """A stack separate from the developer's own."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m stack`."""
        return subprocess.run(
            [sys.executable, "-m", "stack", *arguments],
            cwd=ROOT,
            env=os.environ | {"STACK_HOME": str(self.home)} | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def env(self) -> dict[str, str]:
        """The output of `env`, evaluated like a shell does."""
        answer = self.run("env")
        assert answer.returncode == 0, answer.stderr
        return dict(word.split("=", 1) for word in shlex.split(answer.stdout))

    def processes(self) -> list[int]:
        """The ids of every process that mentions this stack's folder."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if os.fsencode(self.home) in command and int(entry.name) != os.getpid():
                found.append(int(entry.name))
        return found

    def process(self, mark: str) -> int:
        """The id of the only process that has this in its command line."""
        (found,) = (
            pid for pid in self.processes() if mark.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
        )
        return found


@contextmanager
def folder_for_all() -> Iterator[Path]:
    """A folder that every account can enter, like a usual checkout; pytest's own are closed."""
    folder = Path(tempfile.mkdtemp(prefix="stack-", dir=fast_folder()))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def checkout() -> Iterator[Checkout]:
    """A stack for this test, stopped afterwards."""
    with folder_for_all() as folder:
        made = Checkout(folder / "stack")
        yield made
        made.run("down")
        assert made.processes() == []


@pytest.fixture(scope="module")
def running() -> Iterator[Checkout]:
    """A running stack in a folder of unusual letters, for tests that do not stop it."""
    with folder_for_all() as folder:
        made = Checkout(folder / "Jürgen, 東京's" / "stack")
        ok(made.run("up"))
        yield made
        made.run("down")
        assert made.processes() == []


def ok(answer: subprocess.CompletedProcess[str]) -> str:
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


@pytest.mark.long
def test_up_status_env_reset_down_and_up_on_another_port(checkout: Checkout) -> None:
    said = ok(checkout.run("up"))
    assert said.count(" up\n") == 3
    env = checkout.env()
    assert set(env) >= {
        "API_URL", "REST_URL", "DB_URL", "SUPERUSER_DB_URL", "ANON_KEY", "SERVICE_ROLE_KEY", "JWT_SECRET",
    }  # fmt: skip
    rest = {"apikey": env["SERVICE_ROLE_KEY"]}
    assert httpx.get(f"{env['API_URL']}/rest/v1/tenant_profiles", headers=rest).status_code == 200
    with psycopg.connect(env["DB_URL"]) as owner:
        who = "select rolname::text, rolsuper from pg_roles where rolname = current_user"
        assert owner.execute(who).fetchone() == ("postgres", False)
        applied = owner.execute("select count(*) from supabase_migrations.schema_migrations").fetchone()
        assert applied == (len(list((ROOT / "supabase" / "migrations").glob("*.sql"))),)
        owner.execute("create table public.left_over (id integer)")
    with psycopg.connect(env["SUPERUSER_DB_URL"]) as admin:
        assert admin.execute(who).fetchone() == ("supabase_admin", True)

    ok(checkout.run("reset"))
    assert checkout.env() == env
    with psycopg.connect(env["DB_URL"]) as owner:
        assert owner.execute("select to_regclass('public.left_over')").fetchone() == (None,)
    assert httpx.get(f"{env['API_URL']}/rest/v1/tenant_profiles", headers=rest).status_code == 200

    running = checkout.processes()
    assert "Starting" not in ok(checkout.run("up"))
    assert checkout.processes() == running

    ok(checkout.run("down"))
    assert checkout.processes() == []
    assert "Nothing was running" in ok(checkout.run("down"))
    status = checkout.run("status")
    assert (status.returncode, status.stdout.count("down")) == (1, 3)
    assert checkout.run("env").returncode == 1

    # The port that it remembers is taken meanwhile.
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", int(env["API_URL"].rpartition(":")[2])))
        taken.listen()
        ok(checkout.run("up"))
    assert checkout.env()["ANON_KEY"] == env["ANON_KEY"]
    assert checkout.env()["API_URL"] != env["API_URL"]


def test_a_failed_push_is_reported_and_up_tries_it_again(checkout: Checkout, tmp_path: Path) -> None:
    cli = tmp_path / "supabase"
    cli.write_text("#!/bin/sh\necho 'ERROR: no such table (SQLSTATE 42P01)' >&2\nexit 1\n", encoding="utf-8")
    cli.chmod(0o755)
    answer = checkout.run("up", STACK_SUPABASE_CLI=str(cli))
    assert answer.returncode == 1
    assert "42P01" in answer.stderr
    assert "make reset" in answer.stderr
    ok(checkout.run("up"))
    with psycopg.connect(checkout.env()["DB_URL"]) as owner:
        assert owner.execute("select to_regclass('public.custom_assessments') is null").fetchone() == (False,)


def test_secrets_are_for_their_owner_alone(running: Checkout) -> None:
    env = running.env()
    secret = [env["JWT_SECRET"], str(psycopg.conninfo.conninfo_to_dict(env["DB_URL"])["password"])]
    holders = [
        path
        for path in running.home.rglob("*")
        if path.is_file()
        and "data" not in path.parts
        and any(value in path.read_text(encoding="utf-8", errors="replace") for value in secret)
    ]
    assert holders
    assert [path for path in holders if path.stat().st_mode & 0o077] == []


def test_starting_twice_at_once_starts_once_and_disturbs_no_other_stack(
    running: Checkout, checkout: Checkout
) -> None:
    here = running.env()
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda _: checkout.run("up"), range(2)))
    for answer in answers:
        ok(answer)
    assert sum("Starting Postgres " in answer.stdout for answer in answers) == 1
    there = checkout.env()
    assert not set(here.values()) & set(there.values())
    refused = httpx.get(f"{here['API_URL']}/rest/v1/", headers={"apikey": there["ANON_KEY"]})
    assert refused.status_code == 401
    ok(checkout.run("down"))
    assert running.env() == here


@pytest.mark.parametrize(
    ("program", "name", "logged"),
    [
        ("postgrest.conf", "PostgREST", "Schema cache loaded"),
        ("stack.gateway", "gateway and Auth", "listening on"),
        ("postgres/data", "Postgres", "UTC ["),
    ],
)
def test_a_dead_part_is_named_with_the_end_of_its_log_and_up_mends_it(
    running: Checkout, program: str, name: str, logged: str
) -> None:
    env = running.env()
    victim = running.process(program)
    os.kill(victim, signal.SIGKILL)
    assert processes.wait_until(lambda: victim not in running.processes(), 5)
    status = running.run("status")
    assert status.returncode == 1
    assert f"{name:17} has died" in status.stdout
    assert logged in status.stdout
    ok(running.run("up"))
    assert running.env() == env
    rest = {"apikey": env["SERVICE_ROLE_KEY"]}
    assert httpx.get(f"{env['API_URL']}/rest/v1/tenant_profiles", headers=rest).status_code == 200


def test_a_port_that_is_asked_for_and_taken_is_reported(checkout: Checkout) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for variable in ("STACK_DB_PORT", "STACK_API_PORT"):
            answer = checkout.run("up", **{variable: port})
            assert answer.returncode == 1
            assert f"{variable} asks for port {port}, which is taken" in answer.stderr
            assert "Traceback" not in answer.stderr
        answer = checkout.run("up", STACK_API_PORT="http")
        assert (answer.returncode, "must be a port number" in answer.stderr) == (1, True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers run under another account")
@pytest.mark.long
def test_a_checkout_that_the_servers_account_cannot_enter_works_too(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    closed = Checkout(tmp_path / "stack")
    try:
        ok(closed.run("up"))
        elsewhere = Path(json.loads((closed.home / "state.json").read_text(encoding="utf-8"))["server_home"])
        assert not elsewhere.is_relative_to(closed.home)
        env = closed.env()
        rest = {"apikey": env["SERVICE_ROLE_KEY"]}
        assert httpx.get(f"{env['API_URL']}/rest/v1/tenant_profiles", headers=rest).status_code == 200
    finally:
        ok(closed.run("down"))
    shutil.rmtree(elsewhere)


def test_a_folder_may_have_any_letters(running: Checkout) -> None:
    assert "東京" in str(running.home)
    env = running.env()
    rest = {"apikey": env["SERVICE_ROLE_KEY"]}
    assert httpx.get(f"{env['API_URL']}/rest/v1/campaigns", headers=rest).status_code == 200


@pytest.mark.parametrize("damaged", ["{", "{}", '{"jwt_secret": 1}', "[]", "\udcff"])
def test_a_damaged_file_of_keys_is_reported(checkout: Checkout, damaged: str) -> None:
    keys = checkout.home / "secrets" / "keys"
    keys.parent.mkdir(parents=True)
    keys.write_bytes(os.fsencode(damaged))
    for command in ("status", "up"):
        answer = checkout.run(command)
        assert answer.returncode == 1
        assert answer.stderr.startswith(f"error: {keys} is damaged")
        assert "Traceback" not in answer.stderr
    keys.unlink()
    assert "down" in checkout.run("status").stdout


def test_what_is_missing_is_reported_without_a_traceback(checkout: Checkout, tmp_path: Path) -> None:
    for variable in ("STACK_POSTGRES_BIN", "STACK_POSTGREST", "STACK_SUPABASE_CLI"):
        answer = checkout.run("up", **{variable: str(tmp_path / "nowhere")})
        assert answer.returncode == 1
        assert "nowhere" in answer.stderr
        assert "Traceback" not in answer.stderr


def test_a_state_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    answer = Checkout(tmp_path / "file" / "stack").run("up")
    assert answer.returncode == 1
    assert answer.stderr.startswith("error: ")
    assert "Traceback" not in answer.stderr
