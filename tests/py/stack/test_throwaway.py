"""A throwaway server ends with whoever started it, killed or not, and leaves nothing for long."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

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
