"""Rubrics: which score means what, as a list, as a numbered list, or as a table."""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Final, NamedTuple

from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import Hint, plain
from worker.compiler.fields import Field
from worker.compiler.levels import Level, Spelled, level_spelled, spelled_entry
from worker.compiler.reading import read_list
from worker.compiler.rubric_hints import MARKED_NUMBER, bulleted, meant_entry, report_inside
from worker.compiler.slices import Slice, Span
from worker.compiler.tables import Row, is_table, read_rows
from worker.compiler.values import Range, unquote, unwrap
from worker.definition import clean_text
from worker.names import look

__all__ = ["RubricEntry", "read_rubric"]

NUMBERED: Final = re.compile(r"(?P<number>\d{1,3})[.)]\s+(?P<text>\S.*)", re.DOTALL)
ONE_COMMA: Final = re.compile(r"(\d+),(\d+)")


class RubricEntry(NamedTuple):
    """A range of a rubric and its text; ``key`` is how the range is stored, ``at`` how it is spelled.

    ``whole`` is all that the author wrote of it.
    """

    low: Decimal
    high: Decimal
    key: str
    at: Slice
    text: str
    whole: Slice

    @property
    def level(self) -> Level:
        """Its range."""
        return Level(Range(self.low, self.high), self.key)


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
    if spelled is not None:
        entries = [entry and _checked(ctx, field, entry) for entry in spelled]
    else:
        texts = read_list(ctx, field, partial(bulleted, ctx))
        if not field.bullets:
            texts = _joined(ctx, texts)
        entries = [_plain(ctx, field, text) or _unusual(ctx, field, text, texts) for text in texts]
    for entry in entries:
        if entry is not None and MARKED_NUMBER.search(entry.text) is not None:
            known = [other.level for other in entries if other is not None]
            report_inside(ctx, field, Spelled(entry.at, entry.level, entry.text, entry.whole), known)
    return entries


def _checked(ctx: Context, field: Field, spelled: Spelled) -> RubricEntry | None:
    """Return an entry unless its range is reversed or leaves the scale."""
    (bounds, stored), key = spelled.level, spelled.at
    if bounds.low > bounds.high:
        ctx.reversed(key, field.section, f"{bounds.high}-{bounds.low}")
        return None
    if ctx.is_outside(bounds, key, field.section):
        return None
    ctx.check_markup(spelled.text, spelled.entry, field.section)
    return RubricEntry(*bounds, stored, key, spelled.text, spelled.entry)


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
        level = None if found is None else level_spelled(found["number"])
        if found is None or level is None or spelled_entry(text.part(found.start("text")), None) is not None:
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
    level = level_spelled(range_.text)
    text = clean_text(entry.text[colon + 1 :])
    if not field.bullets:
        text = unquote(text)
    if level is None or ctx.scale is None or "," in range_.text or not text:
        return None
    (low, high), stored = level
    if not ctx.scale.low <= low <= high <= ctx.scale.high:
        return None
    ctx.check_markup(text, entry, field.section)
    return RubricEntry(low, high, stored, range_, text, entry)


def _unusual(ctx: Context, field: Field, entry: Slice, siblings: Sequence[Slice]) -> RubricEntry | None:
    """Return the range and the text of an entry in any spelling, None when it is wrong."""
    spelled = spelled_entry(entry, ctx.scale)
    if spelled is not None and spelled.text and not _is_ambiguous(ctx, field, spelled):
        return _checked(ctx, field, spelled)
    if spelled is None or not spelled.text:
        _report_entry(ctx, field, entry, siblings, has_range=spelled is not None)
    return None


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


def _report_entry(
    ctx: Context, field: Field, entry: Slice, siblings: Sequence[Slice], *, has_range: bool
) -> None:
    line, *_ = entry.lines
    message = "`{found}` does not begin with a range"
    otherwise = f"begin it with a score, or a range of scores, within {ctx.extent}, and a colon"
    hint: Hint = partial(meant_entry, ctx, field, line, siblings, otherwise)
    if has_range:
        message = "the range of `{found}` has no text"
        hint = "write its meaning after the colon"
    ctx.faults.add(Code.INVALID_RANGE, entry, field.section, message, hint, found=plain(line.text))


# --- tables -------------------------------------------------------------------------------------------------


def _table(ctx: Context, field: Field, rows: Sequence[Row]) -> list[Spelled | None]:
    """Return the entries of a table: two columns, a range and its text, or one column for each range."""
    header, *body = rows
    levels = [level_spelled(unwrap(cell.text)) for cell in header.cells]
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
        level = level_spelled(unwrap(range_.text))
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
            if (level := level_spelled(unwrap(key.text))) is not None:
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
