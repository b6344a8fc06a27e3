"""Score jobs: a definition and an interview's scores in, the overall score and the category out. Pure."""

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import cast

from worker.engine.jobs import Failed, Scored, ScoreJob
from worker.scoring import ScoreFault, ScoresInvalid, ScoringRules, score

__all__ = ["do_score"]


def do_score(job: ScoreJob) -> Scored | Failed:
    """Score an interview in exact decimal arithmetic.

    The database has accepted the scores for this definition, so what does not fit here is a difference
    between the two: a lasting fault.
    """
    try:
        rules = _rules(job.definition)
    except ValueError:
        return _failed(job, "definition-unusable")
    try:
        outcome = score(rules, _scores(job.dimension_scores))
    except ScoresInvalid:
        return _failed(job, "scores-invalid")
    return Scored(
        job.job,
        job.attempt,
        overall_score=str(outcome.overall),
        matched_category=None if outcome.category is None else outcome.category.name,
        uncovered_dimensions=list(outcome.uncovered),
    )


# The code is all that is told of it, in the queue: an interview has no diagnostics, as an upload has.
def _failed(job: ScoreJob, error: str) -> Failed:
    return Failed(job.job, job.attempt, error, [])


# The sessions of one campaign share a definition: reading it once serves them all. Few are kept, since one
# may be large.
@lru_cache(maxsize=16)
def _rules(definition: str) -> ScoringRules:
    return ScoringRules.from_json(definition)


def _scores(text: str) -> Mapping[str, Decimal]:
    scores = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    if not isinstance(scores, dict):
        raise ScoresInvalid([ScoreFault("not-an-object", None)])
    return cast("Mapping[str, Decimal]", scores)
