"""The result categories: ranges and the dimensions that decide between them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import plain
from worker.compiler.fields import Field, read_fields
from worker.compiler.proposals import Proposal, replacing
from worker.compiler.reading import (
    read_list,
    read_name,
    read_text,
    read_texts,
    report_empty,
    some_items,
    too_many,
)
from worker.compiler.references import DimensionNames
from worker.compiler.sections import Item, Section
from worker.compiler.slices import Located, Slice
from worker.compiler.values import Range, parse_range
from worker.compiler.vocabulary import CATEGORIES, FIELDS_OF
from worker.definition import MAX_CATEGORIES, ResultCategory
from worker.scoring import CategoryRule

__all__ = ["CategoryNode", "read_categories"]

#: A number, also with a decimal comma.
NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
#: A text with one number, or two and a word between them; here each number is 0.
PLAIN_RANGE: Final = re.compile(r"0|[\[(]?0\s*(?:[^\W\d]+|[,;/…:]|\.\.+)\s*0[\])]?")
MAX_RANGE: Final = 60


@dataclass(frozen=True, slots=True)
class CategoryNode:
    """A category as it was read.

    ``score_range`` is None when it is wrong, and stands ``at`` a place. ``primary`` are the dimensions that
    it refers to as they are spelled, by their folded names; where they are not ``sound`` there were others.
    """

    item: Item
    score_range: Range | None
    at: Located
    primary: dict[str, str]
    sound: bool
    description: str
    lists: dict[str, tuple[str, ...]]

    @property
    def name(self) -> str:
        """The name of the category."""
        return self.item.name

    @property
    def rule(self) -> CategoryRule:
        """What scoring needs of the category."""
        return CategoryRule(self.name, self.score_range, tuple(self.primary.values()))

    def model(self, score_range: Range) -> ResultCategory:
        """Return the category as it is stored."""
        return ResultCategory.model_construct(
            name=self.name,
            score_range=score_range,
            primary_dimensions=tuple(self.primary.values()),
            description=self.description,
            strengths=self.lists["strengths"],
            growth_areas=self.lists["growth_areas"],
            recommendations=self.lists["recommendations"],
        )


def read_categories(
    ctx: Context, sections: Sequence[Section], dimensions: DimensionNames
) -> list[CategoryNode]:
    """Read the categories, and check their names, ranges and references."""
    nodes: list[CategoryNode] = []
    names: dict[str, str] = {}
    items = [item for section in sections for item in some_items(ctx, section)]
    for item in items:
        fields = read_fields(ctx, item, FIELDS_OF[CATEGORIES])
        read_name(ctx, item, names, "category")
        found = fields.get("score_range")
        primary, sound = _references(ctx, fields.get("primary_dimensions"), dimensions)
        nodes.append(
            CategoryNode(
                item,
                _score_range(ctx, found),
                item if found is None else found.value,
                primary,
                sound,
                read_text(ctx, fields.get("description")),
                {
                    name: read_texts(ctx, fields.get(name))
                    for name in ("strengths", "growth_areas", "recommendations")
                },
            )
        )
    too_many(ctx, Code.TOO_MANY_CATEGORIES, items, MAX_CATEGORIES)
    return nodes


def _score_range(ctx: Context, field: Field | None) -> Range | None:
    if field is None or field.reported:
        return None
    text = field.value.text
    bounds = parse_range(text)
    if not text:
        report_empty(ctx, field, f"write the lowest and the highest score, within {ctx.extent}")
    elif bounds is None:
        message = "`{found}` is not a range"
        hint = _range_hint(ctx, field.value)
        ctx.faults.add(Code.INVALID_RANGE, field.value, field.section, message, hint, found=plain(text))
    elif bounds.low > bounds.high:
        ctx.reversed(field.value, field.section, f"[{bounds.high}, {bounds.low}]")
    elif not ctx.is_outside(bounds, field.value, field.section):
        return bounds
    return None


def _range_hint(ctx: Context, at: Slice) -> str | Proposal:
    """Return the range of the two numbers that a text has, or of its only one."""
    otherwise = f"write the lowest and the highest score, two numbers within {ctx.extent}"
    found = [number.group().replace(",", ".") for number in NUMBER.finditer(at.text[:MAX_RANGE])]
    if len(at.text) > MAX_RANGE or not PLAIN_RANGE.fullmatch(NUMBER.sub("0", at.text)):
        return otherwise
    low, high = found[0], found[-1]
    return replacing(at, f"[{low}, {high}]", f"write `- score_range: [{low}, {high}]`", otherwise)


def _references(ctx: Context, field: Field | None, dimensions: DimensionNames) -> tuple[dict[str, str], bool]:
    """Return the dimensions of a list, by folded name as they are spelled, and whether all are known."""
    seen: dict[str, str] = {}
    if field is None:
        return seen, True
    sound = not field.reported
    for entry in read_list(ctx, field):
        key = dimensions.key(entry.text)
        if key is None:
            sound = False
            dimensions.report_unknown(ctx, entry, field.section)
        elif key in seen:
            message = "the dimension `{found}` stands twice in this list"
            hint = "delete one of them"
            ctx.faults.add(
                Code.DUPLICATE_REFERENCE, entry, field.section, message, hint, found=plain(entry.text)
            )
        else:
            seen[key] = dimensions.spelled[key]
    return seen, sound
