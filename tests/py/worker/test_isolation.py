"""A job that crashes, hangs or uses too much memory does so alone: the child process really dies here."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from worker.compiler.catalogue import SPECIMEN
from worker.engine.isolation import Sandbox
from worker.engine.jobs import Compiled, CompileJob, Failed, Release, Retry
from worker.engine.work import do_job

POISON = Path(__file__).with_name("poison")


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    # The child has the same import path, in which a sitecustomize makes the compiler do what the source says.
    monkeypatch.syspath_prepend(str(POISON))
    monkeypatch.setenv("SUPABASE_SERVICE_ROLE_KEY", "sb_secret_do-not-show-me")
    box = Sandbox(job_seconds=3.0, memory_mb=400, stopping=lambda: False)
    yield box
    box.close()


def compile_job(source: str) -> CompileJob:
    return CompileJob(
        job=7, attempt=2, tries=2, subject="00000000-0000-0000-0000-000000000001", source_markdown=source
    )


def told(sandbox: Sandbox, source: str) -> str:
    """Return the message of the first diagnostic, in which the poison reports what it found."""
    finished = sandbox.run(compile_job(source))
    assert isinstance(finished, Compiled)
    return str(finished.diagnostics[0]["message"])


def test_an_ordinary_job_is_done_as_it_is_in_the_worker_itself(sandbox: Sandbox) -> None:
    job = compile_job(SPECIMEN)
    assert sandbox.run(job) == do_job(job)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("POISON segfault", "crashed"),
        ("POISON exit", "crashed"),
        ("POISON hang", "timeout"),
        ("POISON memory", "out-of-memory"),
    ],
)
def test_what_ends_the_child_is_a_temporary_error_and_the_next_job_has_a_new_child(
    sandbox: Sandbox, source: str, code: str
) -> None:
    assert sandbox.run(compile_job(source)) == Retry(7, 2, code)
    assert isinstance(sandbox.run(compile_job("POISON ok")), Compiled)


def test_an_exception_is_a_permanent_error_that_the_tenant_can_read(sandbox: Sandbox) -> None:
    finished = sandbox.run(compile_job("POISON exception"))
    assert isinstance(finished, Failed)
    assert finished.error == "internal-error"
    (diagnostic,) = finished.diagnostics
    assert (
        diagnostic["message"]
        == "The worker could not process this file. The error is in the worker, not in the file."
    )


def test_the_child_has_no_keys(sandbox: Sandbox) -> None:
    names = told(sandbox, "POISON environment").split()
    assert "PATH" in names
    assert not [name for name in names if name.startswith(("SUPABASE", "DATABASE", "WORKER"))]


def test_a_job_that_runs_when_the_worker_is_to_stop_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(POISON))
    started = time.monotonic()
    box = Sandbox(job_seconds=30, memory_mb=400, stopping=lambda: time.monotonic() - started > 1.0)
    try:
        assert box.run(compile_job("POISON hang")) == Release(7, 2)
    finally:
        box.close()
    assert time.monotonic() - started < 3


def test_one_child_serves_many_jobs_and_ends_with_the_sandbox(sandbox: Sandbox) -> None:
    pids = {told(sandbox, "POISON pid") for _ in range(5)}
    assert len(pids) == 1
    (pid,) = map(int, pids)
    sandbox.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
