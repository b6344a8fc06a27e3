"""How single values are spelled: numbers, weights, ranges, inline lists, quotation marks."""

import re
from decimal import Decimal
from typing import Final

from worker.definition import (
    EMPHASIS,
    MARKS,
    MAX_DIGITS,
    NO_BREAK_SPACES,
    clean_name,
    parse_plain_number,
    shortest,
)
from worker.names import remembered

__all__ = [
    "BLOCK_SCALAR",
    "close_emphasis",
    "is_thematic_break",
    "normal_key",
    "parse_inline_list",
    "parse_number",
    "parse_range",
    "parse_weight",
    "unquote",
    "unwrap",
]

QUOTES: Final = {'"': '"', "“": "”", "„": "“", "«": "»", "'": "'", "‘": "’"}
DASHES: Final = str.maketrans({"–": "-", "—": "-", "−": "-", "\\": None})
#: How YAML begins a text of several lines, which itself begins on the next line.
BLOCK_SCALAR: Final = re.compile(r" *[|>][+-]?[1-9]?[+-]? *\n(?=\s*\S)")
KEY_NOISE: Final = str.maketrans(dict.fromkeys([*"-_*`\\\t ", *NO_BREAK_SPACES]))


def is_thematic_break(line: str) -> bool:
    """Tell whether a line is three or more dashes, asterisks or underscores and nothing else."""
    marks = line.replace(" ", "").replace("\t", "")
    return len(marks) > 2 and not (marks.strip("-") and marks.strip("*") and marks.strip("_"))


@remembered
def normal_key(text: str) -> str:
    """Return a key without case, spaces, hyphens, underscores, emphasis and backslashes of exports."""
    return text.translate(KEY_NOISE).lower()


def unwrap(text: str) -> str:
    """Return a number, a range or a name without emphasis or quotation marks around it."""
    return unquote(clean_name(text))


def unquote(text: str) -> str:
    """Drop one pair of quotation marks that surrounds the whole text.

    Marks that only begin and end the text (``"one" or "two"``) are no pair, unless the text inside is itself
    quoted.
    """
    if len(text) < 3:
        return text
    close = QUOTES.get(text[0])
    if close is None or text[-1] != close:
        return text
    inner = text[1:-1]
    if (text[0] in inner or close in inner) and not (
        inner[0] == text[0] and inner[-1] == close and len(inner) > 2
    ):
        return text
    return inner.strip() or text


def close_emphasis(key: str, rest: str) -> tuple[str, str]:
    """Split emphasis that begins in a key and ends behind its colon, as in ``**key:** value``."""
    key = key.strip()
    if key[:1] not in MARKS:
        return key, rest
    mark = next(mark for mark in EMPHASIS if key.startswith(mark))
    inner = key[len(mark) :]
    if mark[0] not in inner:
        value = rest.strip()
        if value.startswith(mark):
            return inner, value[len(mark) :]
        if value.endswith(mark):
            return inner, value[: -len(mark)]
    return key, rest


def parse_number(text: str) -> Decimal | None:
    """Return the number that a value spells, None when it spells none."""
    number = parse_plain_number(text)
    return number if number is not None else parse_plain_number(unwrap(text))


@remembered
def parse_weight(text: str) -> Decimal | None:
    """Return the weight that a value spells: ``0.25``, ``25%`` or ``1/4`` (to six decimal places, halves up).

    The result may lie outside of the range that weights may have. None when the value spells no weight.
    """
    number = parse_plain_number(text)
    if number is None:
        text = unwrap(text)
        if text.endswith("%"):
            number = parse_plain_number(text[:-1].rstrip().rstrip("\\").rstrip())
            if number is not None:
                number = number.scaleb(-2)
        elif "/" in text:
            number = _parse_fraction(text)
        else:
            number = parse_plain_number(text)
    elif text[-1] != "0":
        return number
    return None if number is None else shortest(number)


def _parse_fraction(text: str) -> Decimal | None:
    above, _, below = (part.strip() for part in text.partition("/"))
    if (
        not (above + below).isascii()
        or not above.isdigit()
        or not below.isdigit()
        or len(above + below) > MAX_DIGITS
    ):
        return None
    numerator, denominator = int(above), int(below)
    if denominator == 0:
        return None
    return Decimal((2 * numerator * 10**6 + denominator) // (2 * denominator)).scaleb(-6)


@remembered
def parse_range(text: str) -> tuple[Decimal, Decimal] | None:
    """Return the bounds that ``[1, 2]``, ``1-2``, ``1 – 2`` or ``1 to 2`` spells; None for any other text.

    The lower bound need not come first.
    """
    if not text.startswith("[") or "\\" in text:
        text = unwrap(text).translate(DASHES)
    if text.startswith("["):
        low, comma, high = text[1:-1].partition(",")
        if not comma or not text.endswith("]"):
            return None
    else:
        low, dash, high = text.lower().replace(" to ", "-", 1).partition("-")
        if not dash:
            return None
    first, second = parse_plain_number(low.strip()), parse_plain_number(high.strip())
    return None if first is None or second is None else (first, second)


def parse_inline_list(text: str) -> list[tuple[str, int]] | None:  # noqa: PLR0912 - one loop, the branches of which share its state
    """Return the items of ``[a, "b, c", d]``, each with its offset; None when ``text`` is no such list.

    Commas inside of quotation marks, brackets and code do not separate. The brackets around it may be
    escaped, as exports of word processors have them.
    """
    text = text.rstrip()
    if text.startswith("\\[") and text.endswith("\\]"):
        items_ = parse_inline_list(text[1:-2] + "]")
        return None if items_ is None else [(item, offset + 1) for item, offset in items_]
    if not text.startswith("[") or not text.endswith("]") or len(text) < 2:
        return None
    items: list[tuple[str, int]] = []
    begin = 1
    end = len(text) - 1
    depth = 0
    closing = ""
    last: dict[
        str, int
    ] = {}  # where each closing mark stands last, so that one that is never closed is seen at once
    fresh = True  # nothing but white space in this item so far: only here can quotation marks begin
    for at in range(1, end):
        c = text[at]
        if closing:
            if c == closing:
                closing = ""
        elif c == "," and depth == 0:
            items.append((text[begin:at], begin))
            begin = at + 1
            fresh = True
            continue
        elif c in "[(":
            depth += 1
        elif c in "])":
            depth -= 1
            if depth < 0:
                return None
        elif c == "`" or (fresh and c in QUOTES):
            closing = QUOTES.get(c, "`")
            if closing not in last:
                last[closing] = text.rfind(closing, 0, end)
            if last[closing] <= at:
                closing = ""
        if c not in " \t\n":
            fresh = False
    items.append((text[begin:end], begin))
    if depth:
        return None
    if not items[-1][0].strip():
        items.pop()
    return [(unquote(item.strip()), offset + len(item) - len(item.lstrip())) for item, offset in items]
