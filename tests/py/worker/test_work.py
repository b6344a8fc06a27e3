"""The shapes of jobs and what comes of them, without a database."""

import json
from decimal import Decimal
from typing import Any

import pytest

from worker.engine.jobs import (
    CompileJob,
    Malformed,
    ProbeJob,
    ScoreJob,
    UnknownJob,
    read_exchange,
    read_job,
)
from worker.engine.work import do_job

CLAIM: dict[str, Any] = {"job": 7, "attempt": 3, "tries": 1}
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
        {**CLAIM, "kind": "compile", "subject": "s", "source_markdown": "x"},
        {
            **CLAIM,
            "kind": "score",
            "subject": "s",
            "definition": DEFINITION,
            "dimension_scores": "{}",
        },
        {**CLAIM, "kind": "probe"},
        {**CLAIM, "kind": "invented later", "anything": 1},
    ]
    exchange = read_exchange(
        {"finished": [{"job": 1, "outcome": "lost"}], "jobs": claimed, "next_in_ms": 1500}
    )
    assert [type(job) for job in exchange.jobs] == [CompileJob, ScoreJob, ProbeJob, UnknownJob]
    assert (exchange.settled[0].job, exchange.settled[0].outcome) == (1, "lost")
    assert exchange.next_seconds == 1.5


@pytest.mark.parametrize(
    "answer",
    [
        [],
        None,
        "text",
        {},
        {"finished": [], "jobs": None, "next_in_ms": None},
        {"finished": [{"job": "1", "outcome": "lost"}], "jobs": [], "next_in_ms": None},
        {"finished": [{"job": True, "outcome": "lost"}], "jobs": [], "next_in_ms": None},
        {"finished": [], "jobs": [{"kind": "probe"}], "next_in_ms": None},
        {"finished": [], "jobs": [7], "next_in_ms": None},
        {"finished": [], "jobs": [{**CLAIM, "kind": "compile", "subject": "s"}], "next_in_ms": None},
        {"finished": [], "jobs": [], "next_in_ms": "soon"},
    ],
)
def test_an_answer_of_another_shape_is_noticed(answer: object) -> None:
    with pytest.raises(Malformed):
        read_exchange(answer)


def test_a_kind_that_is_not_known_waits_for_a_newer_worker() -> None:
    job = read_job({**CLAIM, "kind": "invented later"})
    assert do_job(job) == {"job": 7, "attempt": 3, "outcome": "retry", "error": "unknown-kind"}


def test_a_probe_is_done() -> None:
    assert do_job(read_job({**CLAIM, "kind": "probe"})) == {"job": 7, "attempt": 3, "outcome": "done"}


def test_scores_are_exact_decimals_from_the_text_to_the_text() -> None:
    # As floats the mean of these would be 2.674999..., and round down.
    finished = do_job(score_job('{"Vision": 1.675, "Delivery": 3.175}'))
    assert finished["overall_score"] == "2.68"
    assert Decimal(finished["overall_score"]) == Decimal("2.68")
    assert (finished["matched_category"], finished["uncovered_dimensions"]) == ("Any", [])


@pytest.mark.parametrize(
    "scores",
    ['{"Vision": 6}', '{"Charm": 3}', '{"Vision": "3"}', '{"Vision": 3, "VISION": 4}', "{}", "[3]"],
)
def test_scores_that_do_not_fit_are_a_lasting_fault(scores: str) -> None:
    assert do_job(score_job(scores)) == {
        "job": 7,
        "attempt": 3,
        "outcome": "failed",
        "error": "scores-invalid",
    }


@pytest.mark.parametrize("definition", ["{}", "[]", '{"dimensions": 1, "resultCategories": []}', "not json"])
def test_a_definition_that_cannot_be_scored_is_a_lasting_fault(definition: str) -> None:
    finished = do_job(score_job('{"Vision": 3}', definition))
    assert (finished["outcome"], finished["error"]) == ("failed", "definition-unusable")


def test_a_source_with_faults_is_an_outcome_and_not_an_exception() -> None:
    finished = do_job(CompileJob(7, 3, 1, "s", "no front matter\n\ud7ff"))
    assert (finished["outcome"], finished["definition"]) == ("compiled", None)
    assert finished["diagnostics"]
    assert finished["version_at"]["line"] >= 1
