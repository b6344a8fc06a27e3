"""The dimensions: weights and rubrics."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final

from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import Hint, plain
from worker.compiler.fields import Field, read_fields
from worker.compiler.ids import DimensionIds
from worker.compiler.proposals import Edit, Proposal, replacing
from worker.compiler.reading import (
    read_name,
    read_text,
    read_texts,
    report_empty,
    some_items,
    too_many,
)
from worker.compiler.references import DimensionNames
from worker.compiler.rubrics import RubricEntry, read_rubric
from worker.compiler.sections import Section
from worker.compiler.slices import Slice
from worker.compiler.values import Range, parse_weight
from worker.compiler.vocabulary import DIMENSIONS, FIELDS_OF
from worker.definition import MAX_DIMENSIONS, WEIGHT_TOLERANCE, Dimension, shortest
from worker.scoring import DimensionRule

__all__ = ["DimensionNode", "read_dimensions"]

WEIGHTS: Final = "write a decimal, a percentage or a fraction"
#: Words for the sign of a percentage, and a remark in brackets behind a weight.
PERCENT: Final = re.compile(
    r"\s*(?:percent|per cent|prozent|pour ?cents?|por ciento|procent|pct\.?)", re.IGNORECASE
)
WITH_NOTE: Final = re.compile(r"(?P<weight>[\d.,/]+\s*%?)(?:\s*[(\[][^()\[\]]*[)\]])?")
#: Weights up to this one can be points, of which a dimension has its share.
MOST_POINTS: Final = 10


@dataclass(frozen=True, slots=True)
class DimensionNode:
    """A dimension as read. ``weight`` is None if it is missing or invalid; ``rubric`` is ascending."""

    id: str
    name: str
    weight: Decimal | None
    weight_at: Slice | None
    description: str
    themes: tuple[str, ...]
    rubric: list[RubricEntry]

    @property
    def marks(self) -> Range | None:
        """The lowest and the highest mark of the rubric; None without one."""
        for lowest in self.rubric:
            return Range(lowest.low, max([entry.high for entry in self.rubric]))
        return None

    @property
    def rule(self) -> DimensionRule:
        """What scoring needs from the dimension."""
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
    large: list[tuple[Slice, Decimal] | None] = []  # for each weight that is no share: its place and number
    for item in items:
        fields = read_fields(ctx, item, FIELDS_OF[DIMENSIONS])
        complete = read_name(ctx, item, names, "dimension") and complete
        weight = _weight(ctx, fields.get("weight"))
        if weight is None:
            large.append(_number(fields.get("weight")))
        rubric = read_rubric(ctx, fields.get("scoring_rubric"))
        ctx.outline.levels.append({(entry.low, entry.high): entry.at for entry in rubric})
        nodes.append(
            DimensionNode(
                ids.read(ctx, item, fields.get("id")),
                item.name,
                weight,
                fields["weight"].value if weight is not None else None,
                read_text(ctx, fields.get("description")),
                read_texts(ctx, fields.get("interview_themes")),
                rubric,
            )
        )
    ids.check(ctx)
    too_many(ctx, Code.TOO_MANY_DIMENSIONS, items, MAX_DIMENSIONS)
    lacking = [node.weight for node in nodes].count(None)
    if nodes and not lacking:
        section, *_ = sections
        _check_sum(ctx, section, nodes)
    elif None not in large:
        others = [(node.weight_at, node.weight) for node in nodes if node.weight_at and node.weight]
        ctx.weights = sorted([*others, *[one for one in large if one]], key=lambda one: one[0].start)
    if lacking == 1:
        ctx.weight_left = 1 - sum((node.rule.weight for node in nodes), Decimal(0))
    return nodes, DimensionNames(names, complete)


# --- weights ------------------------------------------------------------------------------------------------


def _weight(ctx: Context, field: Field | None) -> Decimal | None:
    if field is None or field.reported:
        return None
    text = field.value.text
    weight = parse_weight(text)
    if weight is not None and 0 < weight <= 1:
        return weight
    hint: Hint
    if not text:
        report_empty(ctx, field, lambda: _weight_left(ctx, field.value))
    elif weight is None:
        bare = WITH_NOTE.fullmatch(PERCENT.sub("%", text))
        guess = parse_weight((text if bare is None else bare["weight"]).replace(",", ".", 1))
        hint = WEIGHTS
        if guess is not None:
            hint = replacing(field.value, f"{guess:f}", f"write `- weight: {guess:f}`", WEIGHTS)
        message = "`{found}` is not a weight"
        ctx.faults.add(Code.INVALID_WEIGHT, field.value, field.section, message, hint, found=plain(text))
    else:
        hint = partial(_large_hint, ctx, field.value, weight)
        message = "the weight `{found}` is not between 0 and 1"
        ctx.faults.add(Code.INVALID_WEIGHT, field.value, field.section, message, hint, found=plain(text))
    return None


def _number(field: Field | None) -> tuple[Slice, Decimal] | None:
    number = None if field is None else parse_weight(field.value.text)
    return None if field is None or number is None else (field.value, number)


def _large_hint(ctx: Context, at: Slice, weight: Decimal) -> str | Proposal:
    """Return what a weight over 1 is if all weights together are percentages, or shares of their sum."""
    otherwise = f"a weight is more than 0 and at most 1; {WEIGHTS}"
    if weight <= 1 or not 0 < len(ctx.weights) <= MAX_DIMENSIONS or not at.text.isdecimal():
        return otherwise
    numbers = [number for _, number in ctx.weights]
    total = sum(numbers, Decimal(0))
    percent = sum((one / 100 if one > 1 else one for one in numbers), Decimal(0))
    if abs(percent - 1) <= WEIGHT_TOLERANCE:
        title = f"write `- weight: {at.text}%` if that is a percentage; a weight is at most 1"
        return replacing(at, f"{at.text}%", title, otherwise)
    if max(numbers) > MOST_POINTS or not all(place.text.isdecimal() for place, _ in ctx.weights):
        return otherwise
    title = f"write `- weight: {at.text}/{total:f}` and the others likewise, if they are shares of {total:f}"
    edits = tuple([Edit(place.end, place.end, f"/{total:f}") for place, _ in ctx.weights])
    return Proposal(title, edits, otherwise)


def _weight_left(ctx: Context, at: Slice) -> str | Proposal:
    """Return the value for the only missing weight: what the others leave."""
    if ctx.weight_left is None:
        return WEIGHTS
    title = f"write `- weight: {ctx.weight_left}`, so that the weights sum to 1"
    return replacing(at, f" {ctx.weight_left}", title, WEIGHTS)


def _check_sum(ctx: Context, section: Section, nodes: Sequence[DimensionNode]) -> None:
    total = sum((node.rule.weight for node in nodes), Decimal(0))
    missing = 1 - total
    if abs(missing) <= WEIGHT_TOLERANCE:
        return
    message = "the weights sum to {total}, not to 1: {missing} is missing"
    args = {"total": str(total), "missing": str(missing)}
    if missing < 0:
        message = "the weights sum to {total}, not to 1: {excess} is too much"
        args = {"total": str(total), "excess": str(-missing)}
    hint = partial(_sum_hint, nodes, missing)
    ctx.faults.add(Code.WEIGHTS_SUM, section.heading, DIMENSIONS, message, hint, **args)


def _sum_hint(nodes: Sequence[DimensionNode], missing: Decimal) -> str | Proposal:
    """Return the weight that would make the sum correct."""
    otherwise = "change the weights until they sum to 1"
    for node in reversed(nodes):
        weight = node.rule.weight + missing
        if 0 < weight <= 1 and node.weight_at is not None:
            text = f"{weight:f}"
            if "%" in node.weight_at.text:
                text = f"{shortest(weight * 100):f}%"
            title = f"for example write `- weight: {text}` for `{plain(node.name)}`"
            return replacing(node.weight_at, text, title, otherwise)
    return otherwise
