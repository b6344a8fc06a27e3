"""The result categories: ranges and the dimensions that decide between them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
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
from worker.compiler.spoken_ranges import closed, spoken_range
from worker.compiler.values import Open, Range, parse_open, parse_range, parse_signed
from worker.compiler.vocabulary import CATEGORIES, FIELDS_OF
from worker.definition import MAX_CATEGORIES, ResultCategory, shortest
from worker.scoring import CategoryRule, decimal_places

__all__ = ["CategoryNode", "read_categories"]

#: A character that a list contains, also a misspelled one, and a single name does not.
SEVERAL: Final = re.compile(r"[\[\],;|{}\n]")


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
        """What scoring needs from the category."""
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
    listed = [read_fields(ctx, item, FIELDS_OF[CATEGORIES]) for item in items]
    ranges = _score_ranges(ctx, [fields.get("score_range") for fields in listed])
    for item, fields, score_range in zip(items, listed, ranges, strict=True):
        read_name(ctx, item, names, "category")
        found = fields.get("score_range")
        primary, sound = _references(ctx, fields.get("primary_dimensions"), dimensions)
        nodes.append(
            CategoryNode(
                item,
                score_range,
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


# --- ranges -------------------------------------------------------------------------------------------------


def _score_ranges(ctx: Context, fields: Sequence[Field | None]) -> list[Range | None]:
    """Return the range of each category, None where it is missing or wrong.

    A range that is open at one end ends where the scale does. What is more than a number begins one step
    above it, in the finest steps that any range of the file is written in.
    """
    spelled: list[Range | Open | None] = []
    for field in fields:
        spelled.append(None if field is None or field.reported else _spelled(ctx, field, spelled))
    if not any(isinstance(range_, Open) for range_ in spelled):
        spelled_ = [range_ if isinstance(range_, Range) else None for range_ in spelled]
    else:
        ends = [bound for range_ in spelled if range_ is not None for bound in _written(ctx, range_)]
        step = Decimal(1).scaleb(-max(map(decimal_places, ends)))
        spelled_ = [_closed(ctx, range_, step) if isinstance(range_, Open) else range_ for range_ in spelled]
    checked: list[Range | None] = []
    for field, was, bounds in zip(fields, spelled, spelled_, strict=True):
        is_sound = field is not None and bounds is not None and _is_sound(ctx, field, bounds, was)
        checked.append(bounds if is_sound else None)
    return checked


def _spelled(ctx: Context, field: Field, others: Sequence[Range | Open | None]) -> Range | Open | None:
    """Return what the value of a field spells, and report what is not a range.

    ``others`` are what all fields spell, once they have been read.
    """
    text = field.value.text
    found = parse_range(text) or parse_open(text)
    if not text:
        report_empty(ctx, field, f"write the lowest and the highest score, within {ctx.extent}")
    elif found is None:
        message = "`{found}` is not a range"
        hint = partial(_range_hint, ctx, field.value, others)
        ctx.faults.add(Code.INVALID_RANGE, field.value, field.section, message, hint, found=plain(text))
    return found


def _written(ctx: Context, spelled: Range | Open) -> Sequence[Decimal]:
    """Return the bounds of a range as they are written, the scale's ends without zeros at the end."""
    if isinstance(spelled, Range):
        return spelled
    ends = () if ctx.scale is None else (shortest(ctx.scale.high if spelled.upwards else ctx.scale.low),)
    return (spelled.number, *ends)


def _closed(ctx: Context, spelled: Open, step: Decimal) -> Range | None:
    """Return a range that is open at one end with the scale's end in its place."""
    if ctx.scale is None:
        return None
    inside = step if spelled.strict else Decimal(0)
    if spelled.upwards:
        return Range(spelled.number + inside, shortest(ctx.scale.high))
    return Range(shortest(ctx.scale.low), spelled.number - inside)


def _is_sound(ctx: Context, field: Field, bounds: Range, spelled: Range | Open | None) -> bool:
    """Report a range that is reversed, leaves the scale or was open; return whether it can be kept."""
    at, closed = field.value, f"[{bounds.low}, {bounds.high}]"
    if isinstance(spelled, Open):
        if bounds.low > bounds.high:
            message = "no score of the scale is `{found}`"
            hint = f"write the lowest and the highest score, two numbers within {ctx.extent}"
            ctx.faults.add(Code.OUTSIDE_SCALE, at, field.section, message, hint, found=plain(at.text))
            return False
        if ctx.is_inside(bounds):
            title = f"write `- score_range: {closed}`"
            fix = replacing(at, closed, title, "write both ends of the range", safe=True)
            message = "the range `{found}` is read as `{meant}`"
            ctx.unusual(at, field.section, message, fix, found=plain(at.text), meant=closed)
    elif bounds.low > bounds.high:
        ctx.reversed(at, field.section, f"[{bounds.high}, {bounds.low}]")
        return False
    return not ctx.is_outside(bounds, at, field.section)


def _range_hint(ctx: Context, at: Slice, others: Sequence[Range | Open | None]) -> str | Proposal:
    """Return the range that a text means in other words."""
    otherwise = f"write the lowest and the highest score, two numbers within {ctx.extent}"
    text = at.text.replace("%", "").strip()
    number = parse_signed(text)
    meant = None if number is None else Range(number, number)
    if meant is None:
        numbers = [bound for range_ in others if range_ is not None for bound in _written(ctx, range_)]
        spoken = spoken_range(text)
        meant = parse_range(text) if spoken is None else closed(spoken, ctx.scale, numbers)
    if meant is None:
        return otherwise
    written = f"[{meant.low}, {meant.high}]"
    return replacing(at, written, f"write `- score_range: {written}`", otherwise)


# --- references ---------------------------------------------------------------------------------------------


def _references(ctx: Context, field: Field | None, dimensions: DimensionNames) -> tuple[dict[str, str], bool]:
    """Return the dimensions of a list, by folded name with their spelling, and whether all are known."""
    seen: dict[str, str] = {}
    if field is None:
        return seen, True
    sound = not field.reported
    for entry in [field.value] if _is_single(field) else read_list(ctx, field):
        key = dimensions.key(entry.text)
        if key is None:
            sound = False
            dimensions.report_unknown(ctx, entry, field.section)
        elif key in seen:
            message = "the dimension `{found}` is listed twice"
            hint = "delete one of them"
            ctx.faults.add(
                Code.DUPLICATE_REFERENCE, entry, field.section, message, hint, found=plain(entry.text)
            )
        else:
            seen[key] = dimensions.spelled[key]
    return seen, sound


def _is_single(field: Field) -> bool:
    """Tell whether a field that holds a list has one word or name in its place."""
    text = field.value.text
    return bool(text) and not field.reported and not field.bullets and not SEVERAL.search(text)
