"""The formats of jobs and their outcomes, without a database."""

import json
from typing import Any

import pytest

from worker.compiler.catalogue import SPECIMEN
from worker.engine.jobs import (
    Compiled,
    CompileJob,
    Done,
    Failed,
    Finished,
    Job,
    Malformed,
    MarkdownJob,
    ProbeJob,
    Release,
    Rendered,
    Retry,
    ScoreJob,
    Settled,
    Snapshot,
    UnknownJob,
    read_exchange,
    read_jobs,
    restore_finished,
    restore_job,
    tell,
)
from worker.engine.work import do_job

CLAIM: dict[str, Any] = {"jobs": [7], "attempts": [3], "tries": [1]}


def test_claims_are_read() -> None:
    claimed = [
        {**CLAIM, "kind": "compile", "subjects": ["s"], "sources": ["x"], "definitions": [""]},
        {**CLAIM, "kind": "score"},
        {"kind": "probe", "jobs": [8, 9], "attempts": [2, 1], "tries": [1, 1]},
        {**CLAIM, "kind": "invented later", "anything": 1},
    ]
    exchange = read_exchange(
        {"settled": [{"jobs": [1, 2], "outcome": "lost"}], "jobs": claimed, "next_in_ms": 1500}
    )
    assert list(exchange.jobs) == [
        CompileJob(7, 3, 1, "s", "x"),
        ScoreJob(7, 3, 1),
        ProbeJob(8, 2, 1),
        ProbeJob(9, 1, 1),
        UnknownJob(7, 3, 1),
    ]
    assert exchange.settled == ((Settled((1, 2), "lost")),)
    assert exchange.next_seconds == 1.5


def test_jobs_that_only_have_an_outcome_are_handed_back_together() -> None:
    ends: list[Finished] = [Done(1, 1), Release(2, 5), Retry(3, 1, "timeout"), Done(4, 2)]
    assert tell(ends) == [
        {"jobs": [1, 4], "attempts": [1, 2], "outcome": "done"},
        {"jobs": [2], "attempts": [5], "outcome": "release"},
        {"jobs": [3], "attempts": [1], "outcome": "retry", "error": "timeout"},
    ]


@pytest.mark.parametrize(
    "answer",
    [
        [],
        None,
        "text",
        {},
        {"settled": [], "jobs": None, "next_in_ms": None},
        {"settled": [{"jobs": ["1"], "outcome": "lost"}], "jobs": [], "next_in_ms": None},
        {"settled": [{"jobs": [True], "outcome": "lost"}], "jobs": [], "next_in_ms": None},
        {"settled": [{"jobs": 1, "outcome": "lost"}], "jobs": [], "next_in_ms": None},
        {"settled": [{"jobs": [1]}], "jobs": [], "next_in_ms": None},
        {"settled": [7], "jobs": [], "next_in_ms": None},
        {"settled": [], "jobs": [{"kind": "probe"}], "next_in_ms": None},
        {"settled": [], "jobs": [CLAIM], "next_in_ms": None},
        {"settled": [], "jobs": [{**CLAIM, "kind": "probe", "tries": [1, 1]}], "next_in_ms": None},
        {"settled": [], "jobs": [7], "next_in_ms": None},
        {"settled": [], "jobs": [{**CLAIM, "kind": "compile", "subjects": ["s"]}], "next_in_ms": None},
        {
            "settled": [],
            "jobs": [{**CLAIM, "kind": "compile", "subjects": ["s"], "sources": [None], "definitions": [""]}],
            "next_in_ms": None,
        },
        {"settled": [], "jobs": [], "next_in_ms": "soon"},
    ],
)
def test_an_answer_of_another_shape_is_noticed(answer: object) -> None:
    with pytest.raises(Malformed):
        read_exchange(answer)


def test_a_kind_that_is_not_known_waits_for_a_newer_worker() -> None:
    (job,) = read_jobs({**CLAIM, "kind": "invented later"})
    assert do_job(job) == Retry(7, 3, "unknown-kind")


def test_a_finished_interview_gets_its_snapshot_and_a_probe_nothing() -> None:
    assert do_job(ScoreJob(7, 3, 1)) == Snapshot(7, 3)
    assert do_job(ProbeJob(7, 3, 1)) == Done(7, 3)


@pytest.mark.parametrize(
    "job",
    [
        CompileJob(7, 3, 1, "s", "x"),
        CompileJob(7, 3, 1, "s", "", "{}"),
        ScoreJob(7, 3, 2),
        MarkdownJob(7, 3, 1, "{}", "x", "y"),
        ProbeJob(7, 3, 1),
        UnknownJob(7, 3, 1),
    ],
)
def test_a_job_is_sent_to_the_isolated_child_whole(job: Job) -> None:
    assert restore_job(json.loads(json.dumps(job._asdict()))) == job


@pytest.mark.parametrize(
    "finished",
    [
        Compiled(7, 3, "{}", [{"code": "x", "line": 1}], {"line": 2, "column": 3}, version_is_stated=True),
        Compiled(7, 3, "{}", [], {"line": 2, "column": 3}, version_is_stated=False, markdown="---"),
        Snapshot(7, 3),
        Rendered(7, 3, "# x", "y"),
        Done(7, 3),
        Failed(7, 3, "internal-error", []),
        Retry(7, 3, "timeout"),
        Release(7, 3),
    ],
)
def test_what_came_of_a_job_is_reported_by_the_isolated_child_whole(finished: Finished) -> None:
    assert restore_finished(json.loads(json.dumps(finished._asdict()))) == finished


@pytest.mark.parametrize(("line", "stated"), [("version: 1.0\n", True), ("", False)])
def test_a_file_says_whether_it_states_a_version(line: str, stated: bool) -> None:
    finished = do_job(CompileJob(7, 3, 1, "s", SPECIMEN.replace("version: 1.0\n", line)))
    assert isinstance(finished, Compiled)
    assert '"version":"1.0"' in (finished.definition or "")
    assert finished.version_is_stated is stated
    place = {"line": 3, "column": 10, "end_line": 3, "end_column": 13}
    assert finished.version_at == (place if stated else {"line": 1, "column": 1})


def test_a_source_with_errors_is_an_outcome_and_not_an_exception() -> None:
    finished = do_job(CompileJob(7, 3, 1, "s", "no front matter\n\ud7ff"))
    assert isinstance(finished, Compiled)
    assert finished.definition is None
    assert finished.diagnostics
    assert finished.version_at["line"] >= 1
