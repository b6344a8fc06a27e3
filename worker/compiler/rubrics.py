"""Rubrics: which score means what, as a list, as a numbered list, or as a table."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import plain
from worker.compiler.fields import Field
from worker.compiler.proposals import Proposal, replacing
from worker.compiler.reading import read_list
from worker.compiler.slices import Slice, Span
from worker.compiler.tables import Row, is_table, read_rows
from worker.compiler.values import (
    Range,
    close_emphasis,
    colon_at,
    open_end,
    parse_number,
    parse_range,
    parse_signed,
    two_numbers,
    unwrap,
)
from worker.definition import clean_text
from worker.names import look, remembered

__all__ = ["RubricEntry", "read_rubric"]

NUMBER: Final = r"\d+(?:[.,]\d+)?"
DASHES: Final = "-‐‑‒–—―−"
#: A range with a label in brackets, or with a dash or ``=`` in place of the colon: what follows is its text.
LABELLED: Final = re.compile(
    rf"(?P<open>[*_`\"“„']{{0,3}})"
    rf"(?P<range>{NUMBER}(?:\s*(?:[{DASHES}]{{1,3}}|\bto\b)\s*{NUMBER})?)[*_`\"”']{{0,3}}\s*"
    rf"(?:[(（](?P<label>[^()（）\n]+)[)）][*_`]{{0,3}}\s*[:：={DASHES}]?|[=＝]|[{DASHES}]\s|[.)]\s)\s*(?P<text>\S.*)",
    re.DOTALL | re.IGNORECASE,
)
#: A range behind a word, as in ``Level 2``, and one of two numbers in front of a text without a colon.
WORDS_AND_RANGE: Final = re.compile(rf"[^\W\d_]+ (?P<range>{NUMBER}(?: *(?:-|to) *{NUMBER})?)")
RANGE_AND_TEXT: Final = re.compile(rf"(?P<range>{NUMBER} *- *{NUMBER})\s+(?P<text>[^\W\d].*)")
EMPHASISED: Final = re.compile(r"^(?P<mark>\*{1,3}|_{1,3})(?P<text>[^*_\n]+)(?P=mark)")
NUMBERED: Final = re.compile(r"(?P<number>\d{1,3})[.)]\s+(?P<text>\S.*)", re.DOTALL)
ONE_COMMA: Final = re.compile(r"(\d+),(\d+)")


class RubricEntry(NamedTuple):
    """A range of a rubric and its text; ``key`` is how the range is stored, ``at`` how it is spelled."""

    low: Decimal
    high: Decimal
    key: str
    at: Slice
    text: str


class Level(NamedTuple):
    """What a range of a rubric spells, and how it is stored; ``is_number``: one number and not two."""

    bounds: Range
    key: str
    is_number: bool = False


class Spelled(NamedTuple):
    """What an author wrote: how the range is spelled, what it is, and its text. ``entry`` is all of it."""

    at: Slice
    level: Level
    text: str
    entry: Slice


def read_rubric(ctx: Context, field: Field | None) -> list[RubricEntry]:
    """Return the ranges of a rubric, ascending, and report those that share scores."""
    if field is None or field.reported:
        return []
    rubric = sorted(
        (entry for entry in _entries(ctx, field) if entry is not None), key=lambda entry: entry[:2]
    )
    highest = None
    for entry in rubric:
        if highest is not None and entry.low <= highest.high:
            first, later = sorted((highest, entry), key=lambda entry: entry.at.start)
            line = ctx.lines.line(first.at.start)
            message = "the range `{found}` overlaps `{other}` on line {line}"
            hint = "change the ranges so that each score is in only one"
            args = {"found": later.key, "other": first.key}
            ctx.faults.add(Code.RUBRIC_OVERLAP, later.at, field.section, message, hint, **args, line=line)
        if highest is None or entry.high > highest.high:
            highest = entry
    return rubric


def _entries(ctx: Context, field: Field) -> list[RubricEntry | None]:
    """Return the entries of a table or a list in the order of the source; None for each that is wrong."""
    spelled: list[Spelled | None] | None = None
    if field.value.text and not field.bullets and is_table(field.value):
        spelled = _table(ctx, field, read_rows(field.value))
    elif ctx.text[
        (first := (field.bullets[0] if field.bullets else field.value).start) : first + 1
    ].isdigit():
        spelled = _numbered(ctx, field) or None
    if spelled is None:
        texts = read_list(ctx, field)
        if not field.bullets:
            texts = _joined(ctx, texts)
        return [_plain(ctx, field, text) or _unusual(ctx, field, text) for text in texts]
    return [entry and _checked(ctx, field, entry) for entry in spelled]


def _checked(ctx: Context, field: Field, spelled: Spelled) -> RubricEntry | None:
    """Return an entry unless its range is reversed or leaves the scale."""
    (bounds, stored, _), key = spelled.level, spelled.at
    if bounds.low > bounds.high:
        ctx.reversed(key, field.section, f"{bounds.high}-{bounds.low}")
        return None
    if ctx.is_outside(bounds, key, field.section):
        return None
    ctx.check_markup(spelled.text, spelled.entry, field.section)
    return RubricEntry(*bounds, stored, key, spelled.text)


# --- lists --------------------------------------------------------------------------------------------------


def _numbered(ctx: Context, field: Field) -> list[Spelled | None]:
    """Return the entries of a numbered list in which the numbers are the ranges; none for another list.

    A list that begins with another number than 1 is text to CommonMark, up to a line that begins with 1.
    """
    entries: list[Spelled | None] = []
    lines = field.value.lines if field.value.text else []
    for line in [*lines, *[ctx.slice(bullet) for bullet in field.bullets]]:
        found = NUMBERED.fullmatch(line.text.strip())
        text = line.strip()
        level = None if found is None else _level(found["number"])
        if found is None or level is None or _spelled(text.part(found.start("text")), None) is not None:
            return []
        mark = text.part(0, found.end("number"))
        entries.append(Spelled(mark, level, text.part(found.start("text")).clean, text))
    return entries


def _joined(ctx: Context, entries: Sequence[Slice]) -> list[Slice]:
    """Return the entries of an inline list undivided at decimal commas, as in ``[1-2,5: seldom]``.

    In front of one a range has begun and has no colon yet, and there is no blank behind it.
    """
    joined: list[Slice] = []
    for entry in entries:
        before = joined[-1] if joined else None
        if (
            before is not None
            and before.end + 1 == entry.start
            and ":" not in before.text
            and before.text[-1:].isdigit()
            and entry.text[:1].isdigit()
        ):
            joined[-1] = ctx.slice(Span(before.start, entry.end))
        else:
            joined.append(entry)
    return joined


def _plain(ctx: Context, field: Field, entry: Slice) -> RubricEntry | None:
    """Return an entry that is a range, a colon and a text, as most are; None for any other."""
    colon = entry.text.find(":")
    range_ = entry.part(0, max(colon, 0))
    level = _level(range_.text)
    text = clean_text(entry.text[colon + 1 :])
    if level is None or ctx.scale is None or "," in range_.text or not text:
        return None
    (low, high), stored, _ = level
    if not ctx.scale.low <= low <= high <= ctx.scale.high:
        return None
    ctx.check_markup(text, entry, field.section)
    return RubricEntry(low, high, stored, range_, text)


def _unusual(ctx: Context, field: Field, entry: Slice) -> RubricEntry | None:
    """Return the range and the text of an entry in any spelling, None when it is wrong."""
    spelled = _spelled(entry, ctx.scale)
    if spelled is not None and spelled.text and not _is_ambiguous(ctx, field, spelled):
        return _checked(ctx, field, spelled)
    if spelled is None or not spelled.text:
        _report_entry(ctx, field, entry, has_range=spelled is not None)
    return None


def _spelled(entry: Slice, scale: Range | None) -> Spelled | None:
    """Return what an entry spells, None where it does not begin with a range."""
    colon = colon_at(entry.text)
    key, value = entry.split(colon) if colon >= 0 else (entry.part(0, 0), entry)
    found = _level(key.text)
    if found is None:
        key, value = close_emphasis(key, value)
        found = _level(unwrap(key.text)) or _open_level(key.text, scale)
    if found is not None:
        return Spelled(key, found, value.clean, entry)
    labelled = LABELLED.match(entry.text)
    found = None if labelled is None else _level(labelled["range"])
    if labelled is None or found is None or (labelled["text"][:1].isdigit() and labelled["label"] is None):
        return None
    at = entry.part(labelled.start("range"), labelled.end("range"))
    text = clean_text(labelled["text"])
    if mark := labelled["open"]:
        text = text.replace(mark, "", 1).strip()
    if (label := labelled["label"]) is not None:
        text = f"{label.strip()}: {text}"
    return Spelled(at, found, text, entry)


@remembered
def _level(spelled: str) -> Level | None:
    """Return the range that a text spells: one number, or two."""
    text = look(spelled)
    number = parse_number(text)
    if number is None:
        number = parse_signed(text)
    if number is not None:
        return Level(Range(number, number), f"{number:f}", is_number=True)
    bounds = parse_range(text)
    return None if bounds is None else _level_of(bounds)


def _level_of(bounds: Range) -> Level:
    return Level(bounds, f"{bounds.low:f}-{bounds.high:f}")


def _open_level(spelled: str, scale: Range | None) -> Level | None:
    """Return a range that is open at one end, closed by the scale."""
    bounds = open_end(spelled, scale)
    return None if bounds is None else _level_of(bounds)


def _is_ambiguous(ctx: Context, field: Field, spelled: Spelled) -> bool:
    """Report a range such as ``3,4`` where it could be a number with a decimal comma or two numbers."""
    if "," not in spelled.at.text:
        return False
    comma = ONE_COMMA.fullmatch(look(spelled.at.text))
    if comma is None or ctx.scale is None:
        return False
    low, high = map(Decimal, comma.groups())
    if not ctx.scale.low <= low < high <= ctx.scale.high:
        return False
    message = "`{found}` could be one number with a decimal comma, or two numbers"
    hint = f"for the number use a decimal point, `{low}.{high}`, for the range a hyphen, `{low}-{high}`"
    ctx.faults.add(Code.INVALID_RANGE, spelled.at, field.section, message, hint, found=plain(spelled.at.text))
    return True


def _report_entry(ctx: Context, field: Field, entry: Slice, *, has_range: bool) -> None:
    line, *_ = entry.lines
    message = "`{found}` does not begin with a range"
    hint: str | Proposal = f"begin it with a score, or a range of scores, within {ctx.extent}, and a colon"
    if has_range:
        message = "the range of `{found}` has no text"
        hint = "write its meaning after the colon"
    elif (meant := _meant(ctx, line)) is not None:
        hint = replacing(line, meant, f"write `- {plain(meant)}`", str(hint))
    ctx.faults.add(Code.INVALID_RANGE, entry, field.section, message, hint, found=plain(line.text))


def _meant(ctx: Context, line: Slice) -> str | None:
    """Return how an entry with a word too many, or no colon, would be right; None where that is not known."""
    colon = colon_at(line.text)
    words = WORDS_AND_RANGE.fullmatch(look(line.text[:colon])) if colon >= 0 else None
    if colon < 0:
        found = RANGE_AND_TEXT.fullmatch(EMPHASISED.sub(r"\g<text>", look(line.text)))
        level, text = (None, "") if found is None else (_level(found["range"]), found["text"])
    elif words is not None:
        level, text = _level(words["range"]), line.part(colon + 1).text
    else:
        pair = two_numbers(line.text[:colon])
        level, text = None if pair is None else _level_of(pair), line.part(colon + 1).text
    if level is None or not text or not ctx.is_inside(level.bounds):
        return None
    low, high = level.bounds
    return f"{low}: {text}" if level.is_number else f"{low}-{high}: {text}"


# --- tables -------------------------------------------------------------------------------------------------


def _table(ctx: Context, field: Field, rows: Sequence[Row]) -> list[Spelled | None]:
    """Return the entries of a table: two columns, a range and its text, or one column for each range."""
    header, *body = rows
    levels = [_level(unwrap(cell.text)) for cell in header.cells]
    named = levels[1:] if levels and not header.cells[0].text else levels
    if len(named) > 1 and all(level is not None for level in named):
        return _columns(ctx, field, header, body)
    if len(header.cells) != 2:
        message = "this table has {count} columns"
        hint = "a rubric has two columns, the range and its text, or one column for each range"
        count = len(header.cells)
        ctx.faults.add(Code.INVALID_TABLE, header.line, field.section, message, hint, count=count)
        return []
    if levels[0] is not None:
        message = "the header of this table is a range; it is read as the first row"
        hint = "write a header above it, such as `| Score | Meaning |`"
        ctx.unusual(header.line, field.section, message, hint)
        body = list(rows)
    return [_row(ctx, field, row) for row in body]


def _row(ctx: Context, field: Field, row: Row) -> Spelled | None:
    """Return the entry of a row of two cells."""
    if len(row.cells) == 2 and all(cell.text for cell in row.cells):
        range_, text = row.cells
        level = _level(unwrap(range_.text))
        if level is not None:
            return Spelled(range_, level, _cell_text(text), row.line)
        message = "`{found}` is not a range"
        hint = "write the range into the first column, and its text into the second"
        ctx.faults.add(Code.INVALID_RANGE, range_, field.section, message, hint, found=plain(range_.text))
        return None
    _report_row(ctx, field, row, 2)
    return None


def _columns(ctx: Context, field: Field, header: Row, body: Sequence[Row]) -> list[Spelled | None]:
    """Return the entries of a table whose header is the ranges and whose one row is the texts."""
    entries: list[Spelled | None] = []
    for number, row in enumerate(body):
        if number:
            message = "a rubric has one text for each range, and this table has another row"
            hint = "merge the rows, or write a separate table for each dimension"
            ctx.faults.add(Code.INVALID_TABLE, row.line, field.section, message, hint)
            continue
        pairs = list(zip(header.cells, row.cells, strict=False))
        if len(row.cells) != len(header.cells) or any(key.text and not text.text for key, text in pairs):
            _report_row(ctx, field, row, len(header.cells))
            continue
        for key, text in pairs:
            if (level := _level(unwrap(key.text))) is not None:
                entries.append(Spelled(key, level, _cell_text(text), row.line))
    if not body:
        _report_row(ctx, field, header, len(header.cells))
    return entries


def _cell_text(cell: Slice) -> str:
    return cell.text.replace("\\|", "|")


def _report_row(ctx: Context, field: Field, row: Row, columns: int) -> None:
    message = "this row of the table has not one text in each of {count} cells"
    hint = "give every row as many cells as the header, without empty or merged cells"
    ctx.faults.add(Code.INVALID_TABLE, row.line, field.section, message, hint, count=columns)
