"""docs/api.schema.json: the shapes of what the API's functions return, and of the JSON in its tables.

The types are generated from this schema (``tools.types``), and the answers of the real API are compared with
it. A definition comes from its models, a diagnostic from its class. A new function that returns JSON needs an
entry in ``ANSWERS``; otherwise its type says only ``Json``.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias, get_args

from pydantic import BaseModel

from tools import diagnostic_schema
from tools.definition_schema import clean, number_of
from worker.definition import Definition, Disclosure
from worker.partial import LISTS, MISSING, OBJECTS

TARGET = Path("docs/api.schema.json")
FILLED: Final = "Filled"

Schema: TypeAlias = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
INTEGER: Final[Schema] = {"type": "integer"}
NUMBER: Final[Schema] = {"type": "number"}
YES_OR_NO: Final[Schema] = {"type": "boolean"}
NOTHING: Final[Schema] = {"type": "null"}
ANYTHING: Final[Schema] = {}


def ref(name: str) -> Schema:
    """Return a reference to a shape."""
    return {"$ref": f"#/$defs/{name}"}


def one_of(*words: str) -> Schema:
    """Return the schema of a text that is one of these."""
    return {"enum": [*words]}


def nullable(schema: Schema) -> Schema:
    """Return the schema of a value that may be null."""
    return {"anyOf": [schema, NOTHING]}


def listed(schema: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def by_name(schema: Schema) -> Schema:
    """Return the schema of an object with any keys."""
    return {"type": "object", "additionalProperties": schema}


def keys(optional: Mapping[str, Schema] | None = None, /, **required: Schema) -> Schema:
    """Return the schema of an object with these keys and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": [*required],
        "additionalProperties": False,
    }


def counts(*names: str) -> Schema:
    """Return the schema of an object of numbers of rows."""
    return keys(**dict.fromkeys(names, INTEGER))


CHANGE_CLASS: Final = one_of("presentation", "instrument", "scoring", "structure")
REVIEW_DECISION: Final = one_of("confirmed", "corrected", "withdrawn")
SPEAKER: Final = one_of("respondent", "interviewer", "other", "unknown")
SESSION_STATE: Final = one_of("open", "in_progress", "scoring", "complete", "cancelled", "withdrawn")
SCALE: Final[Schema] = {"type": "array", "prefixItems": [NUMBER, NUMBER], "minItems": 2, "maxItems": 2}
ERASED_WITH_A_TENANT: Final = (
    *("tenants", "results", "reviews", "score_requests", "turns", "runs", "uploads", "jobs", "assessments"),
    *("assessments_handed_over", "campaigns", "campaigns_left", "campaign_assignments"),
    *("campaign_assignments_left", "coaching_sessions", "coaching_sessions_left", "agent_sessions"),
    "agent_sessions_left",
)

#: The parts of the answers that have a name.
PARTS: Final[Mapping[str, Schema]] = {
    "Scores": by_name(NUMBER),
    "Hashes": by_name(TEXT),
    "DefinitionFault": keys(path=TEXT, reason=TEXT, expected=TEXT),
    "InterviewProgress": keys(
        turns=INTEGER, last_turn=nullable(INTEGER), dimensions=nullable(listed(TEXT)), words_expired=YES_OR_NO
    ),
    "InterviewContext": keys(
        assessment_id=TEXT,
        version_id=TEXT,
        version=TEXT,
        definition_sha256=TEXT,
        begun=YES_OR_NO,
        progress=ref("InterviewProgress"),
        interview_style=INTEGER,
        definition=ref("InterviewDefinition"),
    ),
    # A JSON Schema, which an agent passes on to its model as it is.
    "ScoringSchemaKeys": keys(
        evidence=by_name(ANYTHING),
        rationale=by_name(ANYTHING),
        band=by_name(ANYTHING),
        score=by_name(ANYTHING),
    ),
    "ScoringSchema": keys(
        type=one_of("object"),
        description=TEXT,
        properties=ref("ScoringSchemaKeys"),
        required=listed(TEXT),
        additionalProperties=YES_OR_NO,
    ),
    "VersionName": keys(id=TEXT, version=TEXT),
    "Change": keys(
        rule=TEXT,
        **{"class": CHANGE_CLASS},
        sentence=TEXT,
        item=nullable(TEXT),
        part=nullable(TEXT),
        old=ANYTHING,
        new=ANYTHING,
    ),
    "ComparedDimension": keys(id=TEXT, compares=one_of("same", "declared", "no"), note=nullable(TEXT)),
    "Restated": keys(considered=INTEGER, restated=INTEGER, differ=INTEGER),
    "Difference": keys(field=TEXT, stored=ANYTHING, computed=ANYTHING),
    "FullResult": keys(
        complete={"const": True},
        disclosure={"const": "full"},
        corrected=YES_OR_NO,
        completed_at=TEXT,
        scale=SCALE,
        overall_score=nullable(NUMBER),
        dimension_scores=ref("Scores"),
        uncovered_dimensions=listed(TEXT),
        category=nullable(ref("ResultCategory")),
        insights=ANYTHING,
    ),
    "TeaserCategory": keys(name=TEXT, description=nullable(TEXT)),
    "TeaserResult": keys(
        complete={"const": True},
        disclosure={"const": "teaser"},
        corrected=YES_OR_NO,
        category=nullable(ref("TeaserCategory")),
    ),
    "OtherResult": keys(complete=YES_OR_NO),
    "ExplainedQuote": keys(turn=INTEGER, start=INTEGER, quote=TEXT),
    "ExplainedDimension": keys(
        dimension=TEXT,
        score=NUMBER,
        weight=NUMBER,
        contribution=nullable(NUMBER),
        band=nullable(TEXT),
        band_text=nullable(TEXT),
        spread=nullable(NUMBER),
        quotes=listed(ref("ExplainedQuote")),
    ),
    "ExplainedRater": keys(kind=one_of("model", "human"), name=TEXT, version=nullable(TEXT), runs=INTEGER),
    "UnscoredDimension": keys(dimension=TEXT, reason=nullable(TEXT)),
    "Stability": keys(runs=INTEGER, same=INTEGER),
    "Margin": keys(overall=nullable(NUMBER), to=nullable(TEXT), lead=nullable(NUMBER), over=nullable(TEXT)),
    "Correction": keys(decision=REVIEW_DECISION, at=TEXT),
    "Explanation": keys(
        complete={"const": True},
        machine=TEXT,
        provenance=one_of("unsupported", "runs"),
        raters=listed(ref("ExplainedRater")),
        scale=SCALE,
        overall_score=nullable(NUMBER),
        category=nullable(TEXT),
        second_category=nullable(TEXT),
        coverage=nullable(NUMBER),
        stability=nullable(ref("Stability")),
        margin=nullable(ref("Margin")),
        dimensions=listed(ref("ExplainedDimension")),
        unscored=listed(ref("UnscoredDimension")),
        words_expired=YES_OR_NO,
        corrections=listed(ref("Correction")),
    ),
    "QueueOfKind": keys(
        **counts(
            *("queued", "waiting", "running", "expired_leases", "failed_last_hour", "rejected_last_hour")
        )["properties"],
        oldest_queued_seconds=nullable(NUMBER),
    ),
    "Notice": keys(
        **dict.fromkeys(("machine", "kept", "readers", "shown", "contact"), TEXT),
        tenant=nullable(TEXT),
        words_days=INTEGER,
    ),
    "Welcome": keys(
        state=SESSION_STATE,
        tenant=TEXT,
        name=TEXT,
        description=nullable(TEXT),
        opening=nullable(TEXT),
        disclosure=one_of(*get_args(Disclosure)),
        expires_at=nullable(TEXT),
        notice=ref("Notice"),
    ),
    "Unavailable": keys(state={"const": "unavailable"}),
    "KeptTurn": keys(
        turn=INTEGER,
        speaker=SPEAKER,
        first_speaker=SPEAKER,
        text=TEXT,
        at=nullable(TEXT),
        dimensions=nullable(listed(TEXT)),
        received_at=TEXT,
    ),
    "Transcript": keys(words_expired=YES_OR_NO, last_received_at=TEXT, turns=listed(ref("KeptTurn"))),
    "CheckedQuote": keys(
        {"moved": {"const": True}, "turn": INTEGER, "start": INTEGER, "end": INTEGER},
        status=one_of("verified", "repaired", "interviewer", "other", "short", "unverified"),
        quote=TEXT,
    ),
    "CampaignName": keys(id=TEXT, name=TEXT),
    "Pin": keys(
        assessment_id=TEXT,
        version_id=nullable(TEXT),
        version=nullable(TEXT),
        begun_at=nullable(TEXT),
        asked_at=nullable(TEXT),
    ),
    # Rows of the host have whatever columns it has.
    "HeldOfSession": keys(
        tenant_id=TEXT,
        erased_at=nullable(TEXT),
        session=nullable(by_name(ANYTHING)),
        campaign=nullable(ref("CampaignName")),
        agent_sessions=listed(by_name(ANYTHING)),
        pin=nullable(ref("Pin")),
        transcript=nullable(ref("Transcript")),
        kept_runs=nullable(listed(by_name(ANYTHING))),
        submitted=nullable(by_name(ANYTHING)),
        runs=nullable(listed(by_name(ANYTHING))),
        result=nullable(by_name(ANYTHING)),
        reviews=listed(by_name(ANYTHING)),
    ),
    "SettledJobs": keys(outcome=TEXT, error=nullable(TEXT), jobs=listed(INTEGER)),
    "PinnedVersion": keys(version_id=TEXT, version=TEXT, definition_sha256=TEXT),
}

#: What each function returns.
ANSWERS: Final[Mapping[str, Schema]] = {
    "backfill_versions": keys(examined=INTEGER, left_over=INTEGER, finished=YES_OR_NO),
    "check_definition": keys(
        valid=YES_OR_NO, faults=listed(ref("DefinitionFault")), definition=nullable(ref("FilledDefinition"))
    ),
    "check_evidence": listed(ref("CheckedQuote")),
    "complete_assessment_session": keys(
        {"job": INTEGER, "result_id": TEXT, "differs": YES_OR_NO},
        queued=YES_OR_NO,
        status=one_of("queued", "processing", "succeeded"),
    ),
    "correct_turn": keys(turn=INTEGER, speaker=SPEAKER, first_speaker=SPEAKER),
    "copy_assessment": keys(
        id=TEXT, name=TEXT, slug=TEXT, version=TEXT, status=TEXT, derived_from=nullable(TEXT)
    ),
    "create_tenant": keys(id=TEXT, slug=TEXT, display_name=TEXT),
    "declare_equivalent": keys(
        id=TEXT,
        assessment_id=TEXT,
        tenant_id=TEXT,
        dimension=TEXT,
        from_hash=TEXT,
        to_hash=TEXT,
        note=TEXT,
        created_at=TEXT,
    ),
    "erase_account": counts(*ERASED_WITH_A_TENANT, "accounts", "rows_given_to_tenants"),
    "erase_session": counts(
        *("results", "reviews", "score_requests", "jobs", "pins", "turns", "runs", "agent_sessions"),
        *("coaching_sessions", "campaign_assignments", "columns_left"),
    ),
    "erase_tenant": counts(*ERASED_WITH_A_TENANT),
    "exchange_jobs": keys(
        settled=listed(ref("SettledJobs")), jobs=listed(by_name(ANYTHING)), next_in_ms=nullable(INTEGER)
    ),
    "explanation": ref("Explanation"),
    "interview_context": nullable(ref("InterviewContext")),
    "preview_context": keys(
        assessment_id=nullable(TEXT),
        version=TEXT,
        interview_style=INTEGER,
        definition=ref("InterviewDefinition"),
    ),
    "queue_status": by_name(ref("QueueOfKind")),
    "repin_campaign": ref("PinnedVersion"),
    "repin_session": ref("PinnedVersion"),
    "review_listing": keys(
        review_id=nullable(TEXT),
        changed=YES_OR_NO,
        assessment_id=TEXT,
        marketplace_status=TEXT,
        listed_version_id=nullable(TEXT),
    ),
    "review_result": keys(
        changed=YES_OR_NO,
        review_id=TEXT,
        number=INTEGER,
        decision=REVIEW_DECISION,
        overall_score=nullable(NUMBER),
        matched_category=nullable(TEXT),
    ),
    "rotate_session_link": keys(access_token=TEXT),
    "save_run": keys(saved=YES_OR_NO, key=TEXT, runs=INTEGER),
    "save_progress": keys(saved=INTEGER, turns=INTEGER, last_turn=nullable(INTEGER)),
    "session_explanation": {"anyOf": [ref("Explanation"), ref("OtherResult")]},
    "scoring_schema": ref("ScoringSchema"),
    "session_result": {"anyOf": [ref("FullResult"), ref("TeaserResult"), ref("OtherResult")]},
    "session_status": {"anyOf": [ref("Welcome"), ref("Unavailable")]},
    "subject_export": keys(
        session_id=TEXT, session_type=TEXT, exported_at=TEXT, held=listed(ref("HeldOfSession"))
    ),
    "verify_result": keys(equal=YES_OR_NO, differences=listed(ref("Difference"))),
    "version_changes": keys(
        **{"from": ref("VersionName"), "class": nullable(CHANGE_CLASS)},
        to=ref("VersionName"),
        least_version=nullable(TEXT),
        changes=listed(ref("Change")),
        dimensions=listed(ref("ComparedDimension")),
        results=ref("Restated"),
    ),
    "withdraw_session": keys(state=one_of(*SESSION_STATE["enum"], "unavailable")),
}

#: The shapes of columns, whichever table they are in.
COLUMNS: Final[Mapping[str, Schema]] = {
    "definition": ref("Definition"),
    "assessment_definition_snapshot": ref("Definition"),
    "diagnostics": listed(ref("Diagnostic")),
    "dimension_hashes": ref("Hashes"),
    "dimension_scores": ref("Scores"),
    "matched_category_data": ref("ResultCategory"),
}
#: Columns that a trigger fills in: an insert may omit them, although they are not null and have no default.
FILLED_IN: Final[Mapping[str, tuple[str, ...]]] = {"custom_assessments": ("created_by", "slug")}


def answer_name(function: str) -> str:
    """Return the name of the shape of what a function returns."""
    return "".join(word.title() for word in function.split("_")) + "Answer"


def shapes() -> dict[str, Schema]:
    """Return all shapes by their names: each is an object, or what one of several objects has in common."""
    diagnostics = json.loads(diagnostic_schema.generate())["$defs"]
    answers = {answer_name(function): schema for function, schema in ANSWERS.items()}
    return {**dict(_definitions()), **diagnostics, **PARTS, **answers}


def _definitions() -> Iterator[tuple[str, Schema]]:
    """Yield the parts of a definition as stored, of which much may be missing, and with defaults filled in."""
    schema = clean(Definition.model_json_schema(by_alias=True, mode="validation"), "Definition")
    # A builder may leave out all categories.
    del schema["properties"]["resultCategories"]["minItems"]
    parts = {**schema.pop("$defs"), "Definition": schema}
    models: list[type[BaseModel]] = [*OBJECTS.values(), *LISTS.values(), Definition]
    for model in models:
        part = parts[model.__name__] | {"additionalProperties": True}
        optional = set(MISSING.get(model, ())) | ({"metadata"} if model is Definition else set())
        yield model.__name__, _with_required(part, [k for k in part.get("required", ()) if k not in optional])
        filled = _with_required(part, [*_filled_keys(model)])
        yield FILLED + model.__name__, _renamed(filled)
        if model is Definition:
            asked = _with_required(filled, [key for key in filled["required"] if key != "examples"])
            asked["properties"] = {k: v for k, v in part["properties"].items() if k != "examples"}
            yield "InterviewDefinition", _renamed(asked)


def _filled_keys(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key not in MISSING.get(model, ()) and field.default is not None:
            yield key


def _with_required(part: Schema, required: list[str]) -> Schema:
    return {**{key: value for key, value in part.items() if key != "required"}, "required": required}


def _renamed(node: Any) -> Any:
    """Return a schema that refers to the filled parts."""
    if isinstance(node, list):
        return [_renamed(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: value.replace("#/$defs/", f"#/$defs/{FILLED}") if key == "$ref" else _renamed(value)
        for key, value in node.items()
    }


def generate() -> str:
    """Return the JSON Schema (draft 2020-12) of every shape."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Answers of the API, version 1",
        "description": "What each function returns, as the shape of its name, and what the JSON columns hold.",
    }
    return json.dumps({**head, "$defs": shapes()}, indent=2, default=number_of) + "\n"
