"""Lines that were meant to be something of their own and became text of what is above them.

A field that is indented too far, or that has no bullet, belongs to the bullet above it by the rules of
Markdown; so does a heading that is indented, or that has no blank behind its marks.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from worker.compiler.blocks import Bullet
from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import plain
from worker.compiler.proposals import Proposal, deleting
from worker.compiler.slices import Slice, column_of
from worker.compiler.values import OTHER_COLONS
from worker.compiler.vocabulary import KNOWN_FIELDS, FieldSpec, field_name

__all__ = [
    "MARK",
    "OTHER_BULLETS",
    "SwallowedField",
    "deeper_line",
    "has_code",
    "mark_length",
    "may_swallow",
    "report_drawn_lines",
    "swallowed_fields",
    "swallowed_headings",
]

#: What is in front of the bullets of word processors, which are none to CommonMark, and of bullets without
#: a blank.
OTHER_BULLETS: Final = "•◦▪▫‣⁃●○■□·∙‐‑–—−－＊＋"
#: A mark in front of a text, or nothing. What begins with an asterisk and no blank is emphasis.
LEAD: Final = re.compile(rf"[\s{OTHER_BULLETS}]*(?:[-+]+|\*(?=\s)|\d{{1,3}}[.)](?=\s))?\s*")
COLONS: Final = ":：﹕∶꞉ː"
#: A line that begins with a key, with or without a bullet or a number and emphasis in front of it.
KEY_LINE: Final = re.compile(
    rf"\n(?P<lead>[^\w\n]{{0,16}}(?:\d{{1,3}}[.)][^\w\n]{{1,4}})?)"
    rf"(?P<key>[^\W\d][^\n{COLONS}]{{0,50}})[{COLONS}](?P<value>[^\n]*)"
)
#: The letters that the fields' names begin with; letters that are not ASCII can be twins of these.
INITIALS: Final = "".join(sorted({letter for key in KNOWN_FIELDS for letter in (key[0], key[0].upper())}))
#: The same where a bullet at the beginning of the line is none, and a heading that is indented or has no
#: blank.
ODD_KEY: Final = re.compile(
    r"\n(?:[ \t\u00a0]++|(?=[^-+\s\w#*])|[-+*](?![ \t])|(?=[^\W\d]))"
    rf"[^\w\n]{{0,16}}+(?:\d{{1,3}}[.)][^\w\n]{{1,4}})?(?P<key>(?:[{INITIALS}]|[^\W\d\x00-\x7f])[^\n:]{{0,50}}+):"
)
ODD_HEADING: Final = re.compile(r"\n(?:[ \t\u00a0]++#|#{1,6}+[^\s#])")
#: What underlines a heading, or separates what is above and below: of hyphens, asterisks and underscores only
#: where it is indented, as it is inside of a bullet.
DRAWN_LINE: Final = re.compile(
    r"\n(?:[^\S\n]*={3,}|[^\S\n]++(?:-{2,}|-(?: *-){2,}|\*(?: *\*){2,}|_(?: *_){2,}))[^\S\n]*(?![^\n])"
)
DRAWN: Final = ("===", "--", "***", "___", "- -", "* *", "_ _")
HEADING_LINE: Final = re.compile(
    r"\n(?P<lead>[^\S\n]*)(?P<marks>[#＃]{1,6})(?P<blank>\s?)[^\S\n]*[^\s#＃][^\n]*"
)
#: The mark of a bullet or a number, with a blank behind it.
MARK: Final = re.compile(rf"\s*(?:[-*+{OTHER_BULLETS}]|\d{{1,3}}[.)])\s+\S")
MARKED_LINE: Final = re.compile(rf"\n\s*(?:[-*+{OTHER_BULLETS}]|\d)")
FENCE: Final = re.compile(r"^\s*(?:```|~~~)", re.MULTILINE)


class SwallowedField(NamedTuple):
    """A line that spells a field, inside of a bullet. ``has_mark`` tells that it is a bullet itself."""

    name: str
    line: Slice
    value: Slice
    has_mark: bool


def may_swallow(text: str, body: int) -> bool:
    """Tell whether a body has any line that spells a field or a heading and may be inside of a bullet."""
    if not text.isascii() and ("＃" in text or OTHER_COLONS.search(text, body) is not None):
        return True
    if any(part in text for part in DRAWN) and DRAWN_LINE.search(text, body) is not None:
        return True
    return ODD_HEADING.search(text, body) is not None or any(
        field_name(found["key"]) for found in ODD_KEY.finditer(text, body)
    )


def swallowed_fields(text: Slice, known: Mapping[str, FieldSpec]) -> Iterator[SwallowedField]:
    """Yield the lines behind the first of a bullet's text that spell a field."""
    code = _code_starts(text.text)
    for found in KEY_LINE.finditer(text.text):
        name = field_name(found["key"])
        if name in known and not _is_in_code(code, found.start()):
            line = text.part(found.start(), found.end())
            yield SwallowedField(
                name,
                line,
                text.part(found.start("value"), found.end("value")).strip(" *_`"),
                MARK.match(line.text) is not None,
            )


def swallowed_headings(text: Slice, width: int) -> Iterator[Slice]:
    """Yield the lines of a bullet's text that were meant as headings; ``width`` is that of its mark."""
    code = _code_starts(text.text)
    for found in HEADING_LINE.finditer(text.text):
        is_outside = len(found["lead"].expandtabs(4)) < width
        if (found["blank"] or is_outside) and not _is_in_code(code, found.start()):
            yield text.part(found.start(), found.end())


def report_drawn_lines(ctx: Context, text: Slice, section: str) -> None:
    """Report the lines of a bullet's text that only draw one."""
    if not any(part in text.text for part in DRAWN):
        return
    code = _code_starts(text.text)
    for found in DRAWN_LINE.finditer(text.text):
        if not _is_in_code(code, found.start()):
            line = text.part(found.start(), found.end())
            message, hint = "the line `{found}` is text of the bullet above", "delete it if it only separates"
            fix = Proposal(hint, (deleting(ctx.text, line),), hint)
            ctx.faults.add(Code.SWALLOWED_LINE, line, section, message, fix, found=plain(line.text))


def deeper_line(ctx: Context, bullet: Bullet, *, marks: bool = True) -> Slice | None:
    """Return the first line of an entry that was probably meant to be an entry of its own.

    It has a mark (where these count) though the entry's text begins with none, or it is not indented as the
    entry's text is.
    """
    text = bullet.text
    column = column_of(ctx.text, bullet.start)
    width = min(text.start - bullet.start, 2) + len(
        ctx.text[bullet.start - column : bullet.start].expandtabs(4)
    )
    lines = text.text.count("\n")
    if text.text.count("\n" + " " * width) == lines and (not marks or MARKED_LINE.search(text.text) is None):
        return None  # all of them are indented as they should be, as most are
    if has_code(text.text) or MARK.match(text.text) is not None:
        return None
    for line in text.lines[1:]:
        lead = len(line.text) - len(line.text.lstrip(" \t"))
        if line.text.strip(" \t-*_=") and (
            len(line.text[:lead].expandtabs(4)) < width or (marks and MARK.match(line.text) is not None)
        ):
            return line.strip()
    return None


def mark_length(line: str) -> int:
    """Return how many characters of a line are blanks and the mark of a bullet, of any kind."""
    lead = LEAD.match(line)
    return 0 if lead is None else lead.end()


def has_code(text: str) -> bool:
    """Tell whether a text has a fenced block of code."""
    return ("```" in text or "~~~" in text) and FENCE.search(text) is not None


def _code_starts(text: str) -> list[int]:
    """Return where the fences of blocks of code are in a text, ascending."""
    return [found.start() for found in FENCE.finditer(text)] if has_code(text) else []


def _is_in_code(fences: list[int], at: int) -> bool:
    """Tell whether a line is inside of a fenced block of code."""
    return bisect_left(fences, at) % 2 == 1
