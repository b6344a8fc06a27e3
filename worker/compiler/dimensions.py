"""The dimensions: weights and rubrics."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import plain, shown
from worker.compiler.fields import Field, read_fields
from worker.compiler.ids import DimensionIds
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
from worker.compiler.sections import Section
from worker.compiler.slices import Slice
from worker.compiler.values import Range, close_emphasis, parse_number, parse_range, parse_weight, unwrap
from worker.compiler.vocabulary import DIMENSIONS, FIELDS_OF
from worker.definition import MAX_DIMENSIONS, WEIGHT_TOLERANCE, Dimension
from worker.names import remembered
from worker.scoring import DimensionRule

__all__ = ["DimensionNode", "read_dimensions"]

#: What can have been meant as a range.
NUMBERS: Final = re.compile(r"[\d.-]+")


class RubricEntry(NamedTuple):
    """A range of a rubric and its text; ``key`` is how the range is stored, ``at`` how it is spelled."""

    low: Decimal
    high: Decimal
    key: str
    at: Slice
    text: str


@dataclass(frozen=True, slots=True)
class DimensionNode:
    """A dimension as it was read. ``weight`` is None when it is missing or wrong; ``rubric`` ascends."""

    id: str
    name: str
    weight: Decimal | None
    weight_text: str
    description: str
    themes: tuple[str, ...]
    rubric: list[RubricEntry]

    @property
    def marks(self) -> Range | None:
        """The lowest and the highest mark of the rubric, None without one."""
        for lowest in self.rubric:
            return Range(lowest.low, max([entry.high for entry in self.rubric]))
        return None

    @property
    def rule(self) -> DimensionRule:
        """What scoring needs of the dimension."""
        return DimensionRule(self.name, self.weight or Decimal(0))

    @property
    def model(self) -> Dimension:
        """The dimension as it is stored."""
        return Dimension.model_construct(
            id=self.id,
            name=self.name,
            weight=self.weight or Decimal(0),
            description=self.description,
            interview_themes=self.themes,
            scoring_rubric={entry.key: entry.text for entry in self.rubric},
        )


def read_dimensions(ctx: Context, sections: Sequence[Section]) -> tuple[list[DimensionNode], DimensionNames]:
    """Read the dimensions, and check their names, weights and rubrics."""
    nodes: list[DimensionNode] = []
    names: dict[str, str] = {}
    items = [item for section in sections for item in some_items(ctx, section)]
    complete = bool(items)
    ids = DimensionIds()
    for item in items:
        fields = read_fields(ctx, item, FIELDS_OF[DIMENSIONS])
        complete = read_name(ctx, item, names, "dimension") and complete
        weight = _weight(ctx, fields.get("weight"))
        rubric = _rubric(ctx, fields.get("scoring_rubric"))
        ctx.outline.levels.append({(entry.low, entry.high): entry.at for entry in rubric})
        nodes.append(
            DimensionNode(
                ids.read(ctx, item, fields.get("id")),
                item.name,
                weight,
                fields["weight"].value.text if weight is not None else "",
                read_text(ctx, fields.get("description")),
                read_texts(ctx, fields.get("interview_themes")),
                rubric,
            )
        )
    ids.check(ctx)
    too_many(ctx, Code.TOO_MANY_DIMENSIONS, items, MAX_DIMENSIONS)
    if nodes and all(node.weight is not None for node in nodes):
        section, *_ = sections
        _check_sum(ctx, section, nodes)
    return nodes, DimensionNames(names, complete)


# --- weights ------------------------------------------------------------------------------------------------


def _weight(ctx: Context, field: Field | None) -> Decimal | None:
    if field is None or field.reported:
        return None
    text = field.value.text
    weight = parse_weight(text)
    if weight is not None and 0 < weight <= 1:
        return weight
    if not text:
        report_empty(ctx, field, "write a decimal such as `- weight: 0.25`")
    elif weight is None:
        guess = parse_weight(text.replace(",", ".", 1))
        hint = "write a decimal (`0.25`), a percentage (`25%`) or a fraction (`1/4`)"
        hint = hint if guess is None else f"write `- weight: {guess}`"
        ctx.faults.add(
            Code.INVALID_WEIGHT, field.value, field.section, f"{shown(text)} is not a weight", hint
        )
    else:
        hint = "a weight is more than 0 and at most 1; write `0.25`, `25%` or `1/4`"
        if 1 < weight <= 100 and text[-1:].isdigit() and "/" not in text:
            hint = f"write `- weight: {plain(text)}%` if that is a percentage; a weight is at most 1"
        message = f"the weight {shown(text)} is outside of 0 to 1"
        ctx.faults.add(Code.INVALID_WEIGHT, field.value, field.section, message, hint)
    return None


def _check_sum(ctx: Context, section: Section, nodes: Sequence[DimensionNode]) -> None:
    total = sum((node.rule.weight for node in nodes), Decimal(0))
    missing = 1 - total
    if abs(missing) <= WEIGHT_TOLERANCE:
        return
    what = f"{missing} is missing" if missing > 0 else f"{-missing} is too much"
    message = f"the weights sum to {total}, not to 1: {what}"
    ctx.faults.add(Code.WEIGHTS_SUM, section.heading, DIMENSIONS, message, lambda: _sum_hint(nodes, missing))


def _sum_hint(nodes: Sequence[DimensionNode], missing: Decimal) -> str:
    """Return the weight that would make the sum right."""
    for node in reversed(nodes):
        weight = node.rule.weight + missing
        if 0 < weight <= 1:
            text = f"{weight:f}"
            if "%" in node.weight_text:
                text = f"{weight * 100:f}".rstrip("0").rstrip(".") + "%"
            return f"for example write `- weight: {text}` for `{plain(node.name)}`"
    return "lower the weights until they sum to 1"


# --- rubrics ------------------------------------------------------------------------------------------------


def _rubric(ctx: Context, field: Field | None) -> list[RubricEntry]:
    """Return the ranges of a rubric, ascending, and report those that share scores."""
    if field is None:
        return []
    entries = [_rubric_entry(ctx, field, text) for text in read_list(ctx, field)]
    rubric = sorted((entry for entry in entries if entry is not None), key=lambda entry: entry[:2])
    highest = None
    for entry in rubric:
        if highest is not None and entry.low <= highest.high:
            first, later = sorted((highest, entry), key=lambda entry: entry.at.start)
            line = ctx.lines.line(first.at.start)
            message = f"the range `{later.key}` overlaps `{first.key}` on line {line}"
            hint = "give each score to one range only, such as `1-2`, `3` and `4-5`"
            ctx.faults.add(Code.RUBRIC_OVERLAP, later.at, field.section, message, hint)
        if highest is None or entry.high > highest.high:
            highest = entry
    return rubric


def _rubric_entry(ctx: Context, field: Field, entry: Slice) -> RubricEntry | None:
    """Return the range and the text of an entry of a rubric, None when it is wrong."""
    colon = entry.text.find(":")
    key, value = entry.split(colon) if colon >= 0 else (entry.part(0, 0), entry)
    found = _bounds(key.text)
    if found is None:
        key, value = close_emphasis(key, value)
        found = _bounds(unwrap(key.text))
    text = value.clean
    if found is None or not text:
        _report_entry(ctx, field, entry, has_range=found is not None)
        return None
    bounds, stored = found
    if bounds.low > bounds.high:
        ctx.reversed(key, field.section, f"{bounds.high}-{bounds.low}")
        return None
    if ctx.is_outside(bounds, key, field.section):
        return None
    ctx.check_markup(text, entry, field.section)
    return RubricEntry(*bounds, stored, key, text)


@remembered
def _bounds(spelled: str) -> tuple[Range, str] | None:
    """Return the bounds and the stored spelling of a rubric's range."""
    number = parse_number(spelled) if "-" not in spelled else None
    if number is not None:
        return Range(number, number), f"{number:f}"
    bounds = parse_range(spelled)
    return None if bounds is None else (bounds, f"{bounds.low:f}-{bounds.high:f}")


def _report_entry(ctx: Context, field: Field, entry: Slice, *, has_range: bool) -> None:
    line, *_ = entry.lines
    first = plain(line.text)
    message = f"`{first}` does not begin with a range"
    if has_range:
        message = f"the range of `{first}` has no text"
    digits = NUMBERS.search(entry.text[:20])
    guess = digits.group().strip(".-") if digits is not None else ""
    hint = f"write `- {guess or '1-2'}: what it means`"
    ctx.faults.add(Code.INVALID_RANGE, entry, field.section, message, hint)
