"""The content of an assessment, in one spelling, and its hashes: what is agreed on, reviewed and used.

Two assessments have the same content if these texts are equal, however their files are spelled: an
explicit default, the order of keys, trailing zeros of a weight and unknown keys make no
difference. The precision of the category ranges does, because the scoring rule uses it.

The database does the same (``private.content_of`` and the hashes beside it); ``docs/version-vectors.json``
tests that both agree. So nothing here depends on a locale or a dictionary that only one of them has.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, localcontext
from itertools import chain
from typing import Final, NamedTuple, TypeAlias

from worker.definition import GENERAL, REQUIRED_COVERAGE, Metadata, write_json
from worker.ids import dimension_id
from worker.names import fold
from worker.scoring import DEFAULT_SCALE, EXACT, decimal_places

__all__ = [
    "Columns",
    "Json",
    "JsonObject",
    "canonical_text",
    "content_of",
    "dimension_hashes",
    "hash_of",
    "objects",
    "parse",
    "scoring_of",
]

#: A JSON value. Numbers are exact.
Json: TypeAlias = "str | Decimal | int | bool | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = "dict[str, Json]"


class Columns(NamedTuple):
    """The columns of an assessment's row, which take precedence over the definition's metadata."""

    name: str
    description: str | None = None
    assessment_type: str = "multi-dimensional"
    interview_style_default: int = 3
    interview_style_allow_override: bool = True
    result_disclosure: str = "full"


DEFAULT_EVIDENCE: Final[str] = Metadata.model_fields["evidence"].default
#: The texts of the metadata that have no default and no column. Each is a part of the content.
STATED: Final = tuple(
    field.alias or name
    for name, field in Metadata.model_fields.items()
    if not field.is_required() and field.default is None and name not in {*Columns._fields, "min_coverage"}
)


def parse(text: str) -> JsonObject:
    """Read a definition as the database stores it, with every number exactly as written.

    Raises:
        ValueError: the text is not a JSON object.
    """
    value: Json = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    if not isinstance(value, dict):
        raise ValueError("a definition is a JSON object")  # noqa: TRY004 - the text is wrong, not a type
    return value


# --- content ------------------------------------------------------------------------------------------------


def content_of(definition: JsonObject, columns: Columns) -> JsonObject:
    """Return the content of an assessment whose definition is valid.

    Every key of the format is filled in, from ``columns`` if there is one, otherwise with the format's
    default. The version, the examples and unknown keys are not part of the content.
    """
    metadata = _object(definition.get("metadata"))
    guidelines = _object(definition.get("interviewGuidelines"))
    questions = _questions_by_name(_object(guidelines.get("probingQuestions")))
    evidence = _text(metadata.get("evidence")) or DEFAULT_EVIDENCE
    coverage = metadata.get("minCoverage")
    if not isinstance(coverage, Decimal):
        coverage = REQUIRED_COVERAGE if evidence == "required" else Decimal(0)
    ids = {
        _key(dimension): dimension_id(_name(dimension), _text(dimension.get("id")))
        for dimension in objects(definition["dimensions"])
    }
    return {
        "name": columns.name,
        "description": columns.description,
        "type": columns.assessment_type,
        **{key: _text(metadata.get(key)) for key in STATED},
        "interviewStyle": {
            "default": columns.interview_style_default,
            "allowOverride": columns.interview_style_allow_override,
        },
        "resultDisclosure": columns.result_disclosure,
        "scale": [*map(_trimmed, _numbers(metadata.get("scale")) or DEFAULT_SCALE)],
        "evidence": evidence,
        "minCoverage": _trimmed(coverage),
        "rangePrecision": _range_precision(definition),
        "opening": _text(guidelines.get("opening")),
        "closing": _text(guidelines.get("closing")),
        "general": [] if GENERAL in ids else _list(questions.get(GENERAL)),
        "dimensions": [
            _dimension(dimension, ids, questions) for dimension in objects(definition["dimensions"])
        ],
        "categories": [_category(category, ids) for category in objects(definition["resultCategories"])],
    }


def _dimension(dimension: JsonObject, ids: Mapping[str, str], questions: JsonObject) -> JsonObject:
    (weight,) = _numbers([dimension["weight"]])
    return {
        "id": ids[_key(dimension)],
        "name": dimension["name"],
        "weight": _trimmed(weight),
        "description": dimension["description"],
        "themes": _list(dimension.get("interviewThemes")),
        "rubric": _rubric_levels(_object(dimension.get("scoringRubric"))),
        "questions": _list(questions.get(_key(dimension))),
    }


def _category(category: JsonObject, ids: Mapping[str, str]) -> JsonObject:
    """Return a category. Primary dimensions are sorted ids, because the scoring rule treats them as a set."""
    bounds = _numbers(category.get("scoreRange"))
    primaries = {ids[fold(str(name).strip())] for name in _list(category.get("primaryDimensions"))}
    return {
        "name": category["name"],
        "range": [*map(_trimmed, bounds)] if bounds else None,
        "primaries": [*sorted(primaries)],
        "description": category.get("description"),
        "strengths": _list(category.get("strengths")),
        "growthAreas": _list(category.get("growthAreas")),
        "recommendations": _list(category.get("recommendations")),
    }


def _rubric_levels(rubric: JsonObject) -> list[Json]:
    """Return a rubric as ``[[low, high, text], ...]``, ascending: ``1-1`` and ``1`` are one range."""
    levels = []
    for key, meaning in rubric.items():
        bounds = [Decimal(bound) for bound in key.replace("\N{EN DASH}", "-").split("-")]
        levels.append((bounds[0], bounds[-1], meaning))
    levels.sort(key=lambda level: level[0])
    return [[_trimmed(low), _trimmed(high), meaning] for low, high, meaning in levels]


def _questions_by_name(questions: JsonObject) -> JsonObject:
    """Return the questions by the folded names of their dimensions, in the order of ``jsonb``'s keys."""
    by_name: dict[str, list[Json]] = {}
    for key in sorted(questions, key=_order):
        by_name.setdefault(fold(key.strip()), []).extend(_list(questions[key]))
    return {name: asked for name, asked in by_name.items() if asked}


def _range_precision(definition: JsonObject) -> Decimal:
    ranges = (_numbers(c.get("scoreRange")) for c in objects(definition["resultCategories"]))
    return Decimal(max(map(decimal_places, chain.from_iterable(ranges)), default=0))


# --- hashes -------------------------------------------------------------------------------------------------


def scoring_of(content: JsonObject) -> JsonObject:
    """Return the part of a content that decides which category some scores lead to."""
    return {
        **{key: content[key] for key in ("scale", "rangePrecision", "evidence", "minCoverage")},
        "weights": {str(d["id"]): d["weight"] for d in objects(content["dimensions"])},
        "categories": [[c["name"], c["range"], c["primaries"]] for c in objects(content["categories"])],
    }


def dimension_hashes(content: JsonObject) -> dict[str, str]:
    """Return, by the id of each dimension, the hash of what a rater reads about it."""
    return {
        str(dimension["id"]): "h1:"
        + hash_of(
            {key: value for key, value in dimension.items() if key not in {"id", "weight"}}
            | {"scale": content["scale"]}
        )
        for dimension in objects(content["dimensions"])
    }


def hash_of(value: Json) -> str:
    """Return the SHA-256 of a value's canonical text, in hexadecimal digits."""
    return hashlib.sha256(canonical_text(value).encode()).hexdigest()


def canonical_text(value: Json) -> str:
    """Return ``jsonb``'s text form: keys ordered by length and then by bytes, numbers unchanged."""
    parts: list[str] = []
    write_json(_ordered(value), parts.append, ", ", ": ")
    return "".join(parts)


def _ordered(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=_order)}
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return value


def _order(key: str) -> tuple[int, bytes]:
    encoded = key.encode()
    return len(encoded), encoded


# --- reading JSON -------------------------------------------------------------------------------------------


def _trimmed(number: Decimal) -> Decimal:
    """Return a number without trailing zeros, as a value rather than a spelling."""
    with localcontext(EXACT):
        return number.normalize() + 0


def _numbers(value: Json) -> list[Decimal]:
    return [number for number in _list(value) if isinstance(number, Decimal)]


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def objects(value: Json) -> Iterator[JsonObject]:
    """Return the objects of a list."""
    return (item for item in _list(value) if isinstance(item, dict))


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _name(item: JsonObject) -> str:
    return str(item["name"])


def _key(item: JsonObject) -> str:
    """Return the folded name of a dimension."""
    return fold(_name(item).strip())
