"""The shapes of jobs and what comes of them, without a database."""

import json
from typing import Any

import pytest

from worker.engine.jobs import (
    Compiled,
    CompileJob,
    Done,
    Failed,
    Finished,
    Job,
    Malformed,
    ProbeJob,
    Release,
    Retry,
    Scored,
    ScoreJob,
    Settled,
    UnknownJob,
    read_exchange,
    read_jobs,
    restore_finished,
    restore_job,
    tell,
)
from worker.engine.work import do_job

CLAIM: dict[str, Any] = {"jobs": [7], "attempts": [3], "tries": [1]}
DEFINITION = json.dumps(
    {
        "dimensions": [
            {"name": "Vision", "weight": 0.333333, "description": "d"},
            {"name": "Delivery", "weight": 0.666667, "description": "d", "unknownKey": []},
        ],
        "resultCategories": [{"name": "Any", "scoreRange": [1, 5]}, {"name": "Rangeless"}],
        "fromANewerBuilder": True,
    }
)


def score_job(scores: str, definition: str = DEFINITION) -> ScoreJob:
    return ScoreJob(7, 3, 1, "s", definition=definition, dimension_scores=scores)


def test_claims_are_read() -> None:
    claimed = [
        {**CLAIM, "kind": "compile", "subjects": ["s"], "sources": ["x"]},
        {
            **CLAIM,
            "kind": "score",
            "subjects": ["s"],
            "definitions": [DEFINITION],
            "dimension_scores": ["{}"],
        },
        {"kind": "probe", "jobs": [8, 9], "attempts": [2, 1], "tries": [1, 1]},
        {**CLAIM, "kind": "invented later", "anything": 1},
    ]
    exchange = read_exchange(
        {"settled": [{"jobs": [1, 2], "outcome": "lost"}], "jobs": claimed, "next_in_ms": 1500}
    )
    assert list(exchange.jobs) == [
        CompileJob(7, 3, 1, "s", "x"),
        ScoreJob(7, 3, 1, "s", DEFINITION, "{}"),
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
            "jobs": [{**CLAIM, "kind": "compile", "subjects": ["s"], "sources": [None]}],
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


def test_a_probe_is_done() -> None:
    assert do_job(ProbeJob(7, 3, 1)) == Done(7, 3)


@pytest.mark.parametrize(
    "job",
    [
        CompileJob(7, 3, 1, "s", "x"),
        ScoreJob(7, 3, 2, "s", DEFINITION, "{}"),
        ProbeJob(7, 3, 1),
        UnknownJob(7, 3, 1),
    ],
)
def test_a_job_is_told_to_the_isolated_child_whole(job: Job) -> None:
    assert restore_job(json.loads(json.dumps(job._asdict()))) == job


@pytest.mark.parametrize(
    "finished",
    [
        Compiled(7, 3, "{}", [{"code": "x", "line": 1}], {"line": 2, "column": 3}),
        Scored(7, 3, "2.68", None, ["Vision"]),
        Done(7, 3),
        Failed(7, 3, "internal-error", []),
        Retry(7, 3, "timeout"),
        Release(7, 3),
    ],
)
def test_what_came_of_a_job_is_told_by_the_isolated_child_whole(finished: Finished) -> None:
    assert restore_finished(json.loads(json.dumps(finished._asdict()))) == finished


def test_scores_are_exact_decimals_from_the_text_to_the_text() -> None:
    # As floats the mean of these would be 2.674999..., and round down.
    finished = do_job(score_job('{"Vision": 1.675, "Delivery": 3.175}'))
    assert finished == Scored(7, 3, "2.68", "Any", [])


@pytest.mark.parametrize(
    "scores",
    ['{"Vision": 6}', '{"Charm": 3}', '{"Vision": "3"}', '{"Vision": 3, "VISION": 4}', "{}", "[3]"],
)
def test_scores_that_do_not_fit_are_a_lasting_fault(scores: str) -> None:
    assert do_job(score_job(scores)) == Failed(7, 3, "scores-invalid", [])


@pytest.mark.parametrize("definition", ["{}", "[]", '{"dimensions": 1, "resultCategories": []}', "not json"])
def test_a_definition_that_cannot_be_scored_is_a_lasting_fault(definition: str) -> None:
    assert do_job(score_job('{"Vision": 3}', definition)) == Failed(7, 3, "definition-unusable", [])


def test_a_source_with_faults_is_an_outcome_and_not_an_exception() -> None:
    finished = do_job(CompileJob(7, 3, 1, "s", "no front matter\n\ud7ff"))
    assert isinstance(finished, Compiled)
    assert finished.definition is None
    assert finished.diagnostics
    assert finished.version_at["line"] >= 1
