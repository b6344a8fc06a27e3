"""The author's own test cases: scores, and their expected results."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Final

from worker.compiler.catalogue import Code
from worker.compiler.categories import CategoryNode
from worker.compiler.context import Context
from worker.compiler.diagnostics import Hint, nearest, plain
from worker.compiler.fields import Field, read_fields
from worker.compiler.proposals import Proposal, replacing
from worker.compiler.reading import read_list, read_name, report_empty, some_items
from worker.compiler.references import DimensionNames
from worker.compiler.sections import Item, Section
from worker.compiler.slices import Slice
from worker.compiler.values import (
    Range,
    close_emphasis,
    parse_inline_list,
    parse_number,
    parse_signed,
    unwrap,
)
from worker.compiler.vocabulary import EXAMPLES, FIELDS_OF
from worker.definition import MAX_CATEGORIES, MAX_DIMENSIONS, NO_MATCH, Example, clean_name
from worker.names import fold, look
from worker.scoring import ScoringRules, outcome_of

__all__ = ["ExampleNode", "read_examples", "run_examples"]


#: A dimension and its score with another sign than a colon between them, or with a comma in the score.
NAME_AND_SCORE: Final = re.compile(
    r"(?P<name>.*?\S)\s*(?:[:：=→–—-]|->|\s)\s*(?P<score>\d+(?:[.,]\d+)?)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class ExampleNode:
    """An example as read; ``sound`` if it can be scored. ``scores`` are by folded name."""

    item: Item
    scores: dict[str, Decimal]
    sound: bool
    overall: Decimal | None
    category: str | None
    fields: dict[str, Field]

    def model(self, dimensions: DimensionNames) -> Example:
        """Return the example as it is stored, with its scores in the order of the dimensions."""
        spelled = islice(dimensions.spelled.items(), MAX_DIMENSIONS)
        return Example.model_construct(
            name=self.item.name,
            scores={name: self.scores[key] for key, name in spelled if key in self.scores},
            overall=self.overall,
            category=self.category,
        )


def read_examples(
    ctx: Context, sections: Sequence[Section], dimensions: DimensionNames, categories: Sequence[CategoryNode]
) -> list[ExampleNode]:
    """Read the author's test cases; they are scored after the whole file was read."""
    nodes: list[ExampleNode] = []
    names: dict[str, str] = {}
    spelled = {fold(node.name): node.name for node in categories}
    for item in [item for section in sections for item in some_items(ctx, section)]:
        fields = read_fields(ctx, item, FIELDS_OF[EXAMPLES])
        read_name(ctx, item, names, "example")
        scores, sound = _scores(ctx, fields.get("scores"), dimensions)
        overall = _overall(ctx, fields.get("overall"))
        category = _category(ctx, fields.get("category"), spelled)
        if "overall" not in fields and "category" not in fields:
            message = "the example states no expectation"
            hint = "add a bullet `- overall:` with a score, or `- category:` with a name, or both"
            ctx.faults.add(Code.NO_EXPECTATION, item, item.where, message, hint)
        nodes.append(ExampleNode(item, scores, sound, overall, category, fields))
    return nodes


# --- scores -------------------------------------------------------------------------------------------------


def _scores(ctx: Context, field: Field | None, dimensions: DimensionNames) -> tuple[dict[str, Decimal], bool]:
    """Return the scores by folded name, and whether there are any and all are valid."""
    scores: dict[str, Decimal] = {}
    if field is None or field.reported:
        return scores, False
    entries = read_list(ctx, field)
    for entry in entries:
        _score(ctx, field, entry, dimensions, scores)
    if not entries and (not field.value.text or parse_inline_list(field.value) is not None):
        report_empty(ctx, field, f"write a dimension, a colon and its score, within {ctx.extent}")
    return scores, bool(entries) and len(scores) == len(entries)


def _score(
    ctx: Context, field: Field, entry: Slice, dimensions: DimensionNames, scores: dict[str, Decimal]
) -> None:
    """Read ``<dimension>: <score>`` into ``scores``, or report its error."""
    name, value = _split(entry)
    score = parse_number(value.text) if name.text else None
    named = clean_name(name.text)
    key = dimensions.key(named)
    if score is None:
        message = "`{found}` is not a score"
        hint = _score_hint(entry, dimensions, f"write the dimension, a colon and a score within {ctx.extent}")
        ctx.faults.add(Code.INVALID_SCORE, entry, field.section, message, hint, found=plain(entry.text))
    elif key is None:
        dimensions.report_unknown(ctx, name.locate(named), field.section)
    elif key in scores:
        message = "the dimension `{dimension}` is scored twice"
        hint, named = "keep one of the scores", plain(dimensions.spelled[key])
        ctx.faults.add(Code.INVALID_SCORE, entry, field.section, message, hint, dimension=named)
    elif not ctx.is_outside(Range(score, score), entry, field.section):
        scores[key] = score


def _score_hint(entry: Slice, dimensions: DimensionNames, otherwise: str) -> str | Proposal:
    """Return an entry with a colon between a dimension and its score, and with a decimal point."""
    found = NAME_AND_SCORE.fullmatch(entry.text)
    score = None if found is None else parse_signed(look(found["score"]))
    if found is None or score is None or dimensions.key(clean_name(found["name"])) is None:
        return otherwise
    written = f"{found['name']}: {score}"
    return replacing(entry, written, f"write `{plain(written)}`", otherwise)


def _split(entry: Slice) -> tuple[Slice, Slice]:
    """Return the parts of an entry before and after its last colon."""
    at = entry.text.rfind(":")
    if at < 0:
        return entry.part(0, 0), entry
    return close_emphasis(*entry.split(at))


# --- expectations -------------------------------------------------------------------------------------------


def _overall(ctx: Context, field: Field | None) -> Decimal | None:
    """Return the expected overall score; None if there is none to compare with."""
    if field is None or field.reported:
        return None
    text = field.value.text
    value = parse_number(text)
    if not text:
        report_empty(ctx, field, "write the overall score, with up to two decimal places")
    elif value is None:
        message = "`{found}` is not a score"
        hint: Hint = "write the overall score, with up to two decimal places"
        if (meant := parse_signed(look(text))) is not None:
            hint = replacing(field.value, str(meant), f"write `- {field.name}: {meant}`", str(hint))
        ctx.faults.add(Code.INVALID_SCORE, field.value, field.section, message, hint, found=plain(text))
    return value


def _category(ctx: Context, field: Field | None, spelled: dict[str, str]) -> str | None:
    """Return the expected category; None if there is none to compare with."""
    if field is None or field.reported:
        return None
    text = field.value.clean
    if not text:
        report_empty(ctx, field, f"write the name of a category, or `{NO_MATCH}`")
        return None
    keys = [fold(clean_name(text)), fold(unwrap(text))]
    key = next((key for key in keys if key in spelled or key == NO_MATCH), "")
    if key == NO_MATCH and key in spelled:
        message = "`{found}` could mean the category of that name, or that no category matches"
        hint = "give the category another name"
        ctx.faults.add(Code.AMBIGUOUS_EXPECTATION, field.value, field.section, message, hint, found=NO_MATCH)
        return None
    if not key and spelled:
        message = "there is no category `{found}`"
        names = [*islice(spelled.values(), MAX_CATEGORIES), NO_MATCH]
        ctx.faults.add(
            Code.UNKNOWN_CATEGORY,
            field.value,
            field.section,
            message,
            partial(_category_hint, field.value, names),
            found=plain(text),
        )
    return spelled.get(key) or key or None


def _category_hint(at: Slice, names: Sequence[str]) -> str | Proposal:
    otherwise = f"write the name of a category, or `{NO_MATCH}` if none should match"
    guess = nearest(at.clean, names)
    if guess is None:
        return otherwise
    return replacing(at, guess, f"write `{plain(guess)}`", otherwise, safe=True)


def run_examples(ctx: Context, rules: ScoringRules, examples: Sequence[ExampleNode]) -> None:
    """Score the examples and report wrong expectations."""
    for example in examples:
        if not example.sound:
            continue
        outcome = outcome_of(rules, example.scores)
        if example.overall is not None and example.overall != outcome.overall:
            field = example.fields["overall"]
            message = "the example expects {expected}, but the overall score is {overall}"
            args = {"expected": str(example.overall), "overall": str(outcome.overall)}
            hint = _right(field, str(outcome.overall), "scores, weights")
            ctx.faults.add(Code.WRONG_OVERALL, field.value, field.section, message, hint, **args)
        matched = NO_MATCH if outcome.category is None else outcome.category.name
        if example.category is not None and fold(matched) != fold(example.category):
            field = example.fields["category"]
            message = "the example expects `{expected}`, but the category is `{category}` (overall {overall})"
            args = {
                "expected": plain(example.category),
                "category": plain(matched),
                "overall": str(outcome.overall),
            }
            hint = _right(field, matched, "ranges, weights")
            ctx.faults.add(Code.WRONG_CATEGORY, field.value, field.section, message, hint, **args)


def _right(field: Field, value: str, others: str) -> Proposal:
    otherwise = f"change {others} or the expectation"
    title = f"write `- {field.name}: {plain(value)}`, or {otherwise}"
    return replacing(field.value, value, title, otherwise)
