"""Definitions that need not be complete: what a builder stores, read for writing it as Markdown."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from worker.definition import (
    Definition,
    Dimension,
    Example,
    InterviewGuidelines,
    InterviewStyle,
    Metadata,
    ResultCategory,
    clean_name,
    clean_text,
)
from worker.ids import dimension_id

__all__ = ["read_definition"]

#: The models of objects, and of lists of objects, by the names of the fields that hold them.
PARTS: Final[Mapping[str, type[BaseModel]]] = {
    "metadata": Metadata,
    "interview_style": InterviewStyle,
    "interview_guidelines": InterviewGuidelines,
    "dimensions": Dimension,
    "result_categories": ResultCategory,
    "examples": Example,
}


def read_definition(text: str) -> Definition:
    """Read a definition that the database has stored, without the keys that the format does not know.

    Parts that a builder may leave out, such as the description of a category, are empty where they are
    missing; ``format_definition`` leaves them out.

    Raises:
        ValueError: the text is not JSON.
    """
    data = _known(Definition, json.loads(text, parse_float=Decimal))
    try:
        return Definition.model_validate(data, by_alias=False, by_name=True)
    except ValidationError:
        return _incomplete(data)


def _known(model: type[BaseModel], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a model that are there, by their names."""
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        value = data.get(field.alias or name)
        if value is None:
            continue
        part = PARTS.get(name)
        if part is not None and isinstance(value, list):
            value = [_known(part, item) for item in value]
        elif part is not None:
            value = _known(part, value)
        found[name] = value
    return found


def _incomplete(data: Mapping[str, Any]) -> Definition:
    metadata = dict(data.get("metadata", {}))
    style = InterviewStyle.model_construct(**metadata.pop("interview_style", {}))
    return Definition.model_construct(
        metadata=Metadata.model_construct(**{"name": "", **metadata, "interview_style": style}),
        dimensions=tuple([_dimension(dimension) for dimension in data["dimensions"]]),
        result_categories=tuple([_category(category) for category in data["result_categories"]]),
        interview_guidelines=InterviewGuidelines.model_construct(**data.get("interview_guidelines", {})),
        examples=tuple([Example.model_construct(**example) for example in data.get("examples", ())]),
    )


def _dimension(data: Mapping[str, Any]) -> Dimension:
    name = clean_name(clean_text(data["name"]))
    return Dimension.model_construct(
        **{
            **data,
            "id": dimension_id(name, data.get("id")),
            "name": name,
            "weight": Decimal(data["weight"]),
            "description": clean_text(data["description"]),
        }
    )


def _category(data: Mapping[str, Any]) -> ResultCategory:
    low_and_high = tuple([Decimal(bound) for bound in data.get("score_range", ())])
    return ResultCategory.model_construct(
        **{
            "description": "",
            **data,
            "name": clean_name(clean_text(data["name"])),
            "score_range": low_and_high,
        }
    )
