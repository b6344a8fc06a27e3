"""Stopping and waking, with real signals, in a separate process if a signal would end the tests."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from worker.engine.signals import JobTimeout, Signals


def test_a_wake_ends_a_wait_and_one_from_before_is_not_lost() -> None:
    signals = Signals()
    threading.Timer(0.1, signals.wake).start()
    started = time.monotonic()
    assert signals.wait(10)
    assert time.monotonic() - started < 5
    signals.wake()
    assert signals.wait(10)
    assert not signals.wait(0.01)


def test_many_wakes_do_not_block() -> None:
    signals = Signals()
    for _ in range(100_000):
        signals.wake()
    assert signals.wait(0)
    assert not signals.wait(0)


def test_a_pause_is_not_cut_short_by_a_wake() -> None:
    signals = Signals()
    signals.wake()
    started = time.monotonic()
    signals.pause(0.15)
    assert time.monotonic() - started >= 0.15


def _spin() -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        pass


def test_a_job_that_takes_too_long_is_interrupted() -> None:
    signals = Signals()
    before = (
        signal.getsignal(signal.SIGALRM),
        signal.getsignal(signal.SIGTERM),
        signal.getsignal(signal.SIGINT),
    )
    signals.install()
    try:
        signals.start_job(time.monotonic() + 0.1)
        with pytest.raises(JobTimeout):
            _spin()
        signals.start_job(time.monotonic() + 0.1)
        signals.end_job()
        time.sleep(0.2)
        # The alarm of the first job comes during the second, which keeps its own time.
        signals.start_job(time.monotonic() + 0.2)
        signals.end_job()
        deadline = time.monotonic() + 0.6
        signals.start_job(deadline)
        with pytest.raises(JobTimeout):
            _spin()
        assert time.monotonic() >= deadline
        # A job that is due before the alarm moves it.
        signals.start_job(time.monotonic() + 60)
        signals.end_job()
        signals.start_job(time.monotonic() + 0.1)
        with pytest.raises(JobTimeout):
            _spin()
    finally:
        for number, handler in zip((signal.SIGALRM, signal.SIGTERM, signal.SIGINT), before, strict=True):
            signal.signal(number, handler)


PROGRAM = """
import sys, time
from worker.engine.signals import GraceOver, Signals
signals = Signals(grace_seconds=0.5)
signals.install()
print("ready", flush=True)
try:
    {body}
except GraceOver:
    print("grace over")
print("stop requested" if signals.stop_requested else "not stopped")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("signals.wait(60)", ["stop requested"]),
        ("while True: time.sleep(0)", ["grace over", "stop requested"]),
    ],
)
def test_a_signal_asks_for_a_stop_and_the_grace_has_an_end(number: int, body: str, said: list[str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(body=body)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        os.kill(process.pid, number)
        out, _ = process.communicate(timeout=20)
        assert out.splitlines() == said
        assert process.returncode == 0
