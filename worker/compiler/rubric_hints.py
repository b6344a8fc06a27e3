"""What an entry of a rubric means that begins with no range, and entries that share a line."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final, NamedTuple

from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import plain
from worker.compiler.fields import Field
from worker.compiler.levels import Level, Spelled, level_of, level_spelled, spelled_entry
from worker.compiler.proposals import Edit, Proposal, replacing
from worker.compiler.slices import Slice, Span, column_of
from worker.compiler.spoken_ranges import OTHERWISE, closed, spoken_range
from worker.compiler.values import colon_at
from worker.names import look

__all__ = ["MARKED_NUMBER", "bulleted", "meant_entry", "report_inside"]

NUMBER: Final = r"\d+(?:[.,]\d+)?"
#: Words that name a level, in front of its number or behind it.
NAMES_OF_LEVELS: Final = (
    "level|levels|lvl|score|scores|scored|rating|rank|grade|band|stage|step|value|point|points|pt|pts|star|stars"
    "|stufe|stufen|punkt|punkte|punkten|note|wert|grad|stern|sterne|niveau|niveaux|degré|étoile|étoiles|nivel"
    "|niveles|punto|puntos|puntuación|grado|nota|estrella|estrellas|livello|punti|点|点数|レベル|段階"
)
LEVEL_WORDS: Final = frozenset(NAMES_OF_LEVELS.split("|"))
#: A box of a list of tasks.
BOX: Final = re.compile(r"\\?\[[ xX✓✔]?\\?\]\s+")
#: A word and a number behind it, or in front of it.
WORD_FIRST: Final = re.compile(rf"(?P<word>[^\W\d_]+)\.?\s*(?P<rest>{NUMBER}.*)", re.DOTALL)
WORD_LAST: Final = re.compile(rf"(?P<range>{NUMBER}(?: *- *{NUMBER})?)\s*(?P<word>[^\W\d_]+)")
#: A range in front of a text without a colon, and one in brackets behind a text.
RANGE_FIRST: Final = re.compile(rf"(?P<range>{NUMBER}(?: *- *{NUMBER})?)\s+(?P<text>[^\W\d].*)")
RANGE_LAST: Final = re.compile(rf"(?P<text>[^\W\d].*?)\s*[(\[](?P<range>{NUMBER}(?: *- *{NUMBER})?)[)\]]\.?")
EMPHASISED: Final = re.compile(r"^(?P<mark>\*{1,3}|_{1,3})(?P<text>[^*_\n]+)(?P=mark)")
#: Where another level may begin in a text, and what may be in front of it.
ANOTHER: Final = re.compile(
    rf"(?P<gap>\s*[,;/|•·、；，]\s*|\s+)(?P<range>{NUMBER}(?:\s?[-–—]\s?{NUMBER})?)"
    r"\s?(?P<mark>[:：](?!\d)|=|[.)](?=\s)|[→–—-](?=\s))\s*(?=\S)"
)
MARKED_NUMBER: Final = re.compile(r"\d\s?[:：=.)→–—-]")
#: Levels without a mark between them are so many at least; two can be a text about a number.
LEAST_UNMARKED: Final = 3


class Inside(NamedTuple):
    """A level within the text of another, and the gap in front of it, which is ``at`` a place."""

    level: Level
    gap: str
    at: Span


def _inside_of(spelled: Spelled, known: Sequence[Level]) -> list[Inside]:
    """Return the levels that are in the text of one.

    All have the same mark behind them, go up or go down, and are not among the ``known`` ones.
    """
    entry, begin = spelled.entry, spelled.at.end - spelled.entry.start
    mark = look(entry.text[begin:].lstrip("*_`\"'”) ")[:1])
    found: list[Inside] = []
    for match in ANOTHER.finditer(entry.text, begin):
        level = level_spelled(match["range"])
        if level is None or look(match["mark"]) != mark or level in known:
            continue
        gap = Span(entry.start + match.start("gap"), entry.start + match.end("gap"))
        found.append(Inside(level, match["gap"], gap))
    lows = [spelled.level.bounds.low, *[one.level.bounds.low for one in found]]
    steps = {later - earlier for earlier, later in pairwise(lows)}
    is_marked = any(one.gap.strip() or "\n" in one.gap for one in found)
    if not is_marked and (
        len(lows) < LEAST_UNMARKED or not (steps <= {Decimal(1)} or steps <= {Decimal(-1)})
    ):
        return []
    return found if all(step > 0 for step in steps) or all(step < 0 for step in steps) else []


def report_inside(ctx: Context, field: Field, spelled: Spelled, known: Sequence[Level]) -> None:
    """Report the first of the levels that are text of another; ``known`` have an entry."""
    inside = [one for one in _inside_of(spelled, known) if ctx.is_inside(one.level.bounds)]
    if not inside:
        return
    first, *others = inside
    end = min([one.at.start for one in others], default=spelled.entry.end)
    at = ctx.slice(Span(first.at.end, end)).strip()
    between, hint = ", ", "write a comma between them, and a text with a comma in quotation marks"
    for bullet in field.bullets[:1]:
        indent = " " * column_of(ctx.text, bullet.start)
        between, hint = f"\n{indent}- ", "write every level as a bullet"
    edits = tuple([Edit(one.at.start, one.at.end, between) for one in inside])
    message = "the level `{found}` is text of the level in front of it"
    fix = Proposal(hint, edits, hint)
    # No error: a text of a definition in JSON may be like this, and its Markdown must be read as it is.
    ctx.faults.add(Code.SWALLOWED_LINE, at, field.section, message, fix, found=plain(at.text))


def bulleted(ctx: Context, field: Field) -> Proposal | None:
    """Return a rubric in one text, whose levels follow each other, as a list; None for any other text."""
    value = field.value
    spelled = spelled_entry(value, ctx.scale)
    inside = [] if spelled is None else _inside_of(spelled, ())
    if not inside:
        return None
    indent = f"\n{' ' * (column_of(ctx.text, field.start) + 2)}- "
    before = field.start + len(ctx.text[field.start : value.start].rstrip())
    edits = [Edit(one.at.start, one.at.end, indent) for one in inside]
    hint = "write every level as a bullet, indented under this one"
    return Proposal(hint, (Edit(before, value.start, indent), *edits), hint)


def meant_entry(
    ctx: Context, field: Field, line: Slice, siblings: Sequence[Slice], otherwise: str
) -> str | Proposal:
    """Return how an entry would be right; what is given where that is not known.

    ``siblings`` are all entries of the rubric: a number at the beginning or the end of a text is a level
    where each of them has one.
    """
    if not field.bullets and (joined := _joined(ctx, line, siblings)) is not None:
        written = f'"{joined.text}"'
        return replacing(joined, written, f"put `{plain(joined.text)}` in quotation marks", otherwise)
    for written in _written(ctx, line.text, [one.text for one in siblings]):
        return replacing(line, written, f"write `- {plain(written)}`", otherwise)
    return otherwise


def _joined(ctx: Context, line: Slice, entries: Sequence[Slice]) -> Slice | None:
    """Return a level of an inline list in whose text a comma is, of which a line is a part."""
    if colon_at(line.text) >= 0:
        return None
    is_level = [spelled_entry(entry, ctx.scale) is not None for entry in entries]
    place = next((at for at, entry in enumerate(entries) if entry.start == line.start), 0)
    first = next((at for at in range(place, -1, -1) if is_level[at]), None)
    last = next((at for at in range(place, len(entries)) if is_level[at]), len(entries)) - 1
    whole = None if first is None else ctx.slice(Span(entries[first].start, entries[last].end))
    return None if whole is None or '"' in whole.text else whole


def _written(ctx: Context, line: str, siblings: Sequence[str]) -> Iterator[str]:
    """Yield the spellings of a level that a line can mean: most lines have one, or none."""
    bare = BOX.sub("", line, count=1)
    if bare != line and spelled_entry(Slice(bare, 0, len(bare)), ctx.scale) is not None:
        yield bare
    yield from _without_word(ctx, bare, siblings)
    colon = colon_at(bare)
    key, text = look(bare[:colon]).strip(), bare[colon + 1 :].strip()
    if colon >= 0 and text:
        unit = WORD_LAST.fullmatch(key)
        if unit is not None and unit["word"].lower() in LEVEL_WORDS:
            yield from _inside(ctx, level_spelled(unit["range"]), text)
        elif (spoken := spoken_range(key, whole=True)) is not None:
            numbers = [bound for one in siblings for bound in _bounds(one)]
            meant = closed(spoken, ctx.scale, numbers)
            yield from _inside(ctx, None if meant is None else level_of(meant), text)
    for pattern in (RANGE_FIRST, RANGE_LAST):
        found = _shaped(pattern, bare) if colon < 0 or pattern is RANGE_LAST else None
        others = [_shaped(pattern, BOX.sub("", one, count=1)) for one in siblings]
        if found is not None and ("-" in found["range"] or _are_levels(others)):
            yield from _inside(ctx, level_spelled(found["range"]), found["text"])


def _without_word(ctx: Context, line: str, siblings: Sequence[str]) -> Iterator[str]:
    """Yield an entry without the word in front of its number, if that names a level, or all have the same."""
    found = WORD_FIRST.match(line)
    if found is None:
        return
    word, rest = found["word"].lower(), found["rest"]
    others = [WORD_FIRST.match(one) for one in siblings]
    shared = {other and other["word"].lower() for other in others} == {word} and len(others) > 1
    is_name = word in LEVEL_WORDS or (shared and spoken_range(f"{word} 1") is None and word not in OTHERWISE)
    if is_name and (spelled := spelled_entry(Slice(rest, 0, len(rest)), ctx.scale)) is not None:
        yield from ([rest] if ctx.is_inside(spelled.level.bounds) and spelled.text else [])


def _shaped(pattern: "re.Pattern[str]", line: str) -> "re.Match[str] | None":
    return pattern.fullmatch(EMPHASISED.sub(r"\g<text>", look(line)))


def _are_levels(found: "Sequence[re.Match[str] | None]") -> bool:
    """Tell whether all entries have a range, each another one."""
    ranges = [one["range"] for one in found if one is not None]
    return len(ranges) == len(found) > 1 and len({*ranges}) == len(ranges)


def _bounds(entry: str) -> Sequence[Decimal]:
    level = level_spelled(entry[: max(colon_at(entry), 0)].strip())
    return () if level is None else level.bounds


def _inside(ctx: Context, level: Level | None, text: str) -> Iterator[str]:
    """Yield a level and its text, if it is on the scale."""
    if level is not None and text and ctx.is_inside(level.bounds):
        low, high = level.bounds
        yield f"{low}: {text}" if low == high else f"{low}-{high}: {text}"
