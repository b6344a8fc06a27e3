"""Score jobs: a definition and an interview's scores in, the overall score and the category out. Pure."""

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import cast

from worker.engine.jobs import Finished, ScoreJob, failed
from worker.scoring import ScoreFault, ScoresInvalid, ScoringRules, score

__all__ = ["do_score"]


def do_score(job: ScoreJob) -> Finished:
    """Score an interview in exact decimal arithmetic. Scores that do not fit are a lasting fault."""
    try:
        rules = _rules(job.definition)
    except ValueError:
        return failed(
            job,
            "definition-unusable",
            "The assessment's definition cannot be scored.",
            "Correct the assessment, then hand in the session's scores again.",
        )
    try:
        outcome = score(rules, _scores(job.dimension_scores))
    except ScoresInvalid as invalid:
        reasons = ", ".join(sorted({fault.reason for fault in invalid.faults}))
        return failed(
            job,
            "scores-invalid",
            f"The scores do not fit the assessment's definition: {reasons}.",
            "Hand in scores for dimensions that exist, on the assessment's scale.",
        )
    return {
        "job": job.job,
        "attempt": job.attempt,
        "outcome": "scored",
        "overall_score": str(outcome.overall),
        "matched_category": None if outcome.category is None else outcome.category.name,
        "uncovered_dimensions": list(outcome.uncovered),
    }


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
