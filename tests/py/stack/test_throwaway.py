"""A throwaway server ends with the process that started it, even if killed, and leaves nothing behind."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from stack import postgres, processes
from stack.packages import ROOT, find_postgres

_PROGRAM = """
import sys
from stack import postgres
from stack.packages import find_postgres
with postgres.throwaway(find_postgres()) as cluster:
    print(cluster.home, cluster.pid, flush=True)
    sys.stdin.read()
"""
# It prints its database, and what it could still do when it was asked to stop.
_WAIT = """
import os, psycopg, signal, sys, time
print("DB_URL=" + os.environ["DB_URL"])
def end(*_):
    psycopg.connect(os.environ["DB_URL"]).execute("select 1")
    print("the command ended")
    sys.exit()
signal.signal(signal.SIGTERM, end)
time.sleep(60)
"""


def start() -> tuple[subprocess.Popen[str], Path, int]:
    """A process with a throwaway server; that server's folder and process id."""
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    home, pid = process.stdout.readline().split()
    return process, Path(home), int(pid)


def test_the_server_and_its_folder_go_when_the_block_ends() -> None:
    process, home, pid = start()
    assert home.is_dir()
    process.communicate(timeout=30)
    assert not home.exists()
    assert not processes.is_alive(pid)


def test_the_server_ends_when_its_starter_is_killed_and_the_next_one_clears_up() -> None:
    process, home, pid = start()
    process.kill()
    process.communicate(timeout=30)
    assert processes.wait_until(lambda: not processes.is_alive(pid), 15)
    assert home.exists()
    successor, _, _ = start()
    assert not home.exists()
    successor.communicate(timeout=30)


def folders_of(pid: int) -> list[Path]:
    """The temporary folders that a process has created for its servers, in memory or on the disk."""
    places = {Path(tempfile.gettempdir()), Path(postgres.fast_folder() or tempfile.gettempdir())}
    marks = [mark for place in places for mark in place.glob("assessments-*/.owner")]
    return [mark.parent for mark in marks if mark.read_text().split()[0] == str(pid)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("command", [[], [sys.executable, "-uc", _WAIT]], ids=["waiting", "with-a-command"])
def test_a_scratch_database_that_a_signal_ends_leaves_nothing(
    command: list[str], number: signal.Signals
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "stack.scratch", "--empty", *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().partition("=")[2].strip()
    with psycopg.connect(url) as connection:
        assert connection.execute("select current_user").fetchone() == ("postgres",)
    folders = folders_of(process.pid)
    [mark] = [mark for folder in folders for mark in folder.glob("data/postmaster.pid")]
    server = int(mark.read_text().splitlines()[0])
    process.send_signal(number)
    rest, _ = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert ("the command ended" in rest) == bool(command)
    assert not processes.is_alive(server)
    assert [folder for folder in folders if folder.exists()] == []


def test_a_port_that_was_taken_in_the_meantime_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind((processes.LOOPBACK, 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        ports = iter([port, port, processes.free_port()])
        monkeypatch.setattr(processes, "free_port", lambda: next(ports))
        with postgres.throwaway(find_postgres()) as cluster:
            assert cluster.port != port
            assert cluster.answers()
