"""The words of the format: the headings of sections, and the fields of items.

Fields, and which of them are required, are those of the models.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from worker.compiler.values import normal_key
from worker.definition import Dimension, Example, ResultCategory, clean_name
from worker.names import remembered

__all__ = [
    "CATEGORIES",
    "CLOSING",
    "DIMENSIONS",
    "EXAMPLES",
    "FIELDS_OF",
    "FIELD_CONTENTS",
    "GUIDELINES",
    "OPENING",
    "PARTS",
    "QUESTIONS",
    "REQUIRED_SECTIONS",
    "SECTIONS",
    "FieldSpec",
    "field_name",
    "open_emphasis",
    "part_name",
    "section_name",
    "without_number",
]

DIMENSIONS: Final = "Dimensions"
CATEGORIES: Final = "Result Categories"
GUIDELINES: Final = "Interview Guidelines"
EXAMPLES: Final = "Examples"
SECTIONS: Final = {normal_key(name): name for name in (DIMENSIONS, CATEGORIES, GUIDELINES, EXAMPLES)}
OPENING: Final = "Opening"
QUESTIONS: Final = "Probing Questions"
CLOSING: Final = "Closing"
PARTS: Final = {normal_key(name): name for name in (OPENING, QUESTIONS, CLOSING)}
REQUIRED_SECTIONS: Final = (DIMENSIONS, CATEGORIES)
#: How emphasis or code begins.
EMPHASIS: Final = re.compile(r"\*{1,3}|_{1,3}|`")


class FieldSpec(NamedTuple):
    """The type of a field, and whether an item must have it."""

    is_list: bool
    is_required: bool


def _fields(model: type[BaseModel]) -> dict[str, FieldSpec]:
    """Return the fields of an item: those of its model except the name, which is its heading."""
    return {
        name: FieldSpec(_is_list(info.annotation), info.is_required())
        for name, info in model.model_fields.items()
        if name != "name"
    }


def _is_list(annotation: object) -> bool:
    return get_origin(annotation) is dict or (get_origin(annotation) is tuple and ... in get_args(annotation))


#: The fields of an item, for each section that has such items.
FIELDS_OF: Final[Mapping[str, Mapping[str, FieldSpec]]] = {
    DIMENSIONS: _fields(Dimension),
    CATEGORIES: _fields(ResultCategory),
    EXAMPLES: _fields(Example),
}
KNOWN_FIELDS: Final = {normal_key(name): name for fields in FIELDS_OF.values() for name in fields}

#: The content of a missing field.
FIELD_CONTENTS: Final = {
    "weight": "a decimal, a percentage or a fraction",
    "description": "what it is, in a sentence or two",
    "score_range": "the lowest and the highest score that it takes",
    "scores": "a dimension, a colon and its score for each entry",
}


@remembered
def field_name(key: str) -> str:
    """Return the field that a key spells, or an empty text if it spells none."""
    return KNOWN_FIELDS.get(normal_key(key), "") if len(key) < 100 else ""


@remembered
def open_emphasis(key: str) -> str:
    """Return the mark of emphasis that begins before a key and does not end after it, or an empty text."""
    opened = EMPHASIS.match(key)
    return "" if opened is None or key.endswith(opened.group()) else opened.group()


def section_name(text: str) -> str | None:
    """Return the section for a heading with this text; None if there is none."""
    text = clean_name(text)
    name = SECTIONS.get(normal_key(text))
    if name is None and text[:1].isdigit():
        name = SECTIONS.get(normal_key(without_number(text)))
    return name


def part_name(heading: str) -> str | None:
    """Return the part of the interview guidelines that a heading opens, None when it opens none."""
    name = PARTS.get(normal_key(heading))
    if name is None and heading[:1].isdigit():
        name = PARTS.get(normal_key(without_number(heading)))
    return name


def without_number(text: str) -> str:
    """Return the text of a heading without its leading number: ``2.``, ``3)`` or ``3.1``."""
    return clean_name(text.lstrip("0123456789.)\\ "))
