"""Definitions that need not be complete: what a builder stores, and what the database refuses of it.

Only about what may be missing is the database more lenient than the models: everything else that they refuse
it refuses too. ``read_partial`` states this by the models themselves, ``private.definition_faults`` in SQL,
and ``docs/definition-vectors.json`` tests that both agree.
"""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from worker.definition import (
    MAX_CATEGORIES,
    MAX_DIMENSIONS,
    Definition,
    Dimension,
    Example,
    InterviewGuidelines,
    InterviewStyle,
    JsonFault,
    Metadata,
    ResultCategory,
    clean_text,
    json_faults,
    json_path,
    rule_faults,
)
from worker.markup import UNSEEN_CONTROLS

__all__ = ["Partial", "read_definition", "read_partial"]

Part = TypeVar("Part", bound=BaseModel)
JsonObject: TypeAlias = Mapping[str, Any]

#: In place of what is missing while a part is checked: a character that Unicode gives to nobody.
BLANK: Final = "\ufdd0"
#: What may be missing of each part, and what it is checked with instead.
MISSING: Final[Mapping[type[BaseModel], JsonObject]] = {
    Metadata: {"name": BLANK},
    ResultCategory: {"description": BLANK, "scoreRange": [Decimal(0), Decimal(0)]},
    Example: {"name": BLANK, "scores": {BLANK: Decimal(0)}},
}
#: What each part has instead in the definition.
EMPTY: Final[JsonObject] = {"name": "", "description": "", "scoreRange": (), "scores": {}}
#: Texts that count as missing if they are empty, as forms send them.
OPTIONAL: Final[Mapping[type[BaseModel], frozenset[str]]] = {
    Metadata: frozenset({"author", "description"}),
    ResultCategory: frozenset({"description"}),
    InterviewGuidelines: frozenset({"opening", "closing"}),
    Example: frozenset({"name", "scores", "category"}),
}
#: Lists and objects of texts, of which empty ones count as missing.
TEXTS: Final = frozenset(
    {"interviewThemes", "scoringRubric", "strengths", "growthAreas", "recommendations", "probingQuestions"}
)


#: How many items a list has, at least and at most. Those of a longer one are not read.
LENGTHS: Final[Mapping[str, tuple[int, int]]] = {
    "dimensions": (1, MAX_DIMENSIONS),
    "resultCategories": (0, MAX_CATEGORIES),
}
#: After so many errors the rest of a list is not read.
MAX_FAULTS: Final = 1000


class Partial(NamedTuple):
    """A definition without what is missing, and the errors of the rest, by their paths.

    ``sound`` is whether each part is valid by itself: then the definition can be written as Markdown, and the
    errors are of the whole.
    """

    definition: Definition
    faults: tuple[JsonFault, ...]
    sound: bool


def read_definition(text: str) -> Definition:
    """Read a definition that the database has stored, without the keys that the format does not know.

    Parts that a builder may leave out, such as the description of a category, are empty where they are
    missing; ``format_definition`` leaves them out.

    Raises:
        ValueError: the text is not JSON, or no definition.
    """
    data = json.loads(text, parse_float=Decimal)
    known = {field.alias: data.get(field.alias) for field in Definition.model_fields.values()}
    try:
        return Definition.model_validate(
            {key: _known(key, value) for key, value in known.items() if value is not None},
            by_alias=True,
            by_name=False,
        )
    except ValidationError:
        return read_partial(data).definition


def _known(key: str | None, value: Any) -> Any:
    """Return a part of a definition without the keys that the format does not know."""
    model = {**LISTS, **OBJECTS}.get(key or "")
    if model is None:
        return value
    if isinstance(value, list):
        return [_known(key, item) if isinstance(item, dict) else item for item in value]
    return _fields(model, value) if isinstance(value, dict) else value


def _fields(model: type[BaseModel], data: JsonObject) -> dict[str, Any]:
    """Return the fields of a model that are there; in metadata, null is there."""
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key in data and (data[key] is not None or model in {Metadata, InterviewStyle}):
            found[key] = _known(key, data[key])
    return found


LISTS: Final[Mapping[str, type[BaseModel]]] = {
    "dimensions": Dimension,
    "resultCategories": ResultCategory,
    "examples": Example,
}
OBJECTS: Final[Mapping[str, type[BaseModel]]] = {
    "metadata": Metadata,
    "interviewStyle": InterviewStyle,
    "interviewGuidelines": InterviewGuidelines,
}


def read_partial(data: object) -> Partial:
    """Read a definition of which parts may be missing.

    A part with errors is in it as it was sent.

    Raises:
        ValueError: it is not an object with lists of dimensions and result categories.
    """
    if not isinstance(data, dict):
        msg = "a definition is an object"
        raise ValueError(msg)  # noqa: TRY004 - like the other faults of a definition
    faults: list[JsonFault] = []
    definition = Definition.model_construct(
        metadata=_object(Metadata, data, "metadata", faults),
        dimensions=_list(Dimension, data, "dimensions", faults),
        result_categories=_list(ResultCategory, data, "resultCategories", faults),
        interview_guidelines=_object(InterviewGuidelines, data, "interviewGuidelines", faults),
        examples=_list(Example, data, "examples", faults),
    )
    for key, (least, most) in LENGTHS.items():
        value = data.get(key)
        if not isinstance(value, list) or not least <= len(value) <= most:
            faults.append(JsonFault(f"$.{key}", f"a list of {least} to {most} items was expected"))
    if faults:
        return Partial(definition, tuple(faults), sound=False)
    spelled, found = rule_faults(definition)
    # That an example expects nothing is a part that is missing.
    faults = [
        JsonFault(json_path(where), reason) for where, reason in found if len(where) != len(("examples", 0))
    ]
    return Partial(spelled, tuple(faults), sound=True)


def _list(model: type[Part], data: JsonObject, key: str, faults: list[JsonFault]) -> tuple[Part, ...]:
    items = data.get(key)
    if items is None:
        return ()
    if not isinstance(items, list):
        faults.append(JsonFault(f"$.{key}", "a list was expected"))
        return ()
    if key in LENGTHS and len(items) > LENGTHS[key][1]:
        return ()
    parts: list[Part] = []
    for place, item in enumerate(items):
        parts.append(_part(model, item, f"$.{key}[{place}]", faults))
        if len(faults) > MAX_FAULTS:
            break
    return tuple(parts)


def _object(model: type[Part], data: JsonObject, key: str, faults: list[JsonFault]) -> Part:
    value = data.get(key)
    return _part(model, {} if value is None else value, f"$.{key}", faults)


def _part(model: type[Part], data: object, path: str, faults: list[JsonFault]) -> Part:
    """Read one part: without what is missing, and checked as if it were there."""
    if not isinstance(data, dict):
        faults.append(JsonFault(path, "an object was expected"))
        return model.model_construct()
    given = {
        key: _filled(value) if key in TEXTS else value
        for key, value in _fields(model, data).items()
        if key not in OPTIONAL.get(model, ()) or not (_is_blank(value) or (key == "scores" and value == {}))
    }
    missing = {key: value for key, value in MISSING.get(model, {}).items() if key not in given}
    try:
        part = model.model_validate({**given, **missing}, by_alias=True, by_name=False)
    except ValidationError as error:
        faults += [JsonFault(path + fault.path[1:], fault.reason) for fault in json_faults(error)]
        part = _constructed(model, {**given, **missing})
    update = dict(_emptied(model, part, missing))
    return part.model_copy(update=update) if update else part


def _constructed(model: type[Part], data: JsonObject) -> Part:
    """Return a part that has errors, unchecked."""
    names = {field.alias or name: name for name, field in model.model_fields.items()}
    values: dict[str, Any] = {
        names[key]: tuple(value) if isinstance(value, list) else value for key, value in data.items()
    }
    if isinstance(values.get("interview_style"), dict):
        values["interview_style"] = _constructed(InterviewStyle, values["interview_style"])
    return model.model_construct(**values)


def _emptied(model: type[BaseModel], part: BaseModel, missing: JsonObject) -> Iterator[tuple[str, object]]:
    """Yield the fields of a part that hold something in place of what is missing, and what they become."""
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key in missing:
            yield name, EMPTY[key]
        elif key in TEXTS and (value := getattr(part, name)):
            yield name, _without_blanks(value)


def _without_blanks(texts: object) -> object:
    """Return texts without those that are missing."""
    if isinstance(texts, tuple | list):
        return tuple([text for text in texts if text != BLANK])
    if isinstance(texts, dict):
        kept = {key: _without_blanks(text) for key, text in texts.items()}
        return {key: text for key, text in kept.items() if text not in (BLANK, ())}
    return texts


def _filled(texts: Any) -> Any:
    """Return texts with something in place of the missing ones; a key without questions has one."""
    if isinstance(texts, list):
        return [_filled(text) for text in texts]
    if isinstance(texts, dict):
        return {key: [BLANK] if text == [] else _filled(text) for key, text in texts.items()}
    return BLANK if _is_blank(texts) else texts


def _is_blank(value: object) -> bool:
    """Return whether a value is a text that says nothing."""
    return isinstance(value, str) and not clean_text(value) and not UNSEEN_CONTROLS.search(value)
