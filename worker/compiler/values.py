"""How single values are spelled: numbers, weights, ranges, inline lists, quotation marks."""

import re
from decimal import Decimal
from typing import Final, NamedTuple

from worker.compiler.slices import Slice
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
    "QUOTES",
    "Range",
    "close_emphasis",
    "is_thematic_break",
    "normal_key",
    "parse_inline_list",
    "parse_number",
    "parse_range",
    "parse_weight",
    "unquote",
    "unwrap",
    "without_quotes",
]

QUOTES: Final = {'"': '"', "“": "”", "„": "“", "«": "»", "'": "'", "‘": "’"}
#: What can separate the items of a list, or hold a comma that does not.
MARKS_OF_LISTS: Final = re.compile(rf"[\[\](),`{''.join(QUOTES)}]")
BLANKS: Final = re.compile(r"\s*")
DASHES: Final = str.maketrans({"–": "-", "—": "-", "−": "-", "\\": None})
#: How YAML begins a text of several lines, which itself begins on the next line.
BLOCK_SCALAR: Final = re.compile(r" *[|>][+-]?[1-9]?[+-]? *\n(?=\s*\S)")
KEY_NOISE: Final = str.maketrans(dict.fromkeys([*"-_*`\\\t ", *NO_BREAK_SPACES]))


class Range(NamedTuple):
    """Two numbers; what is read as one may have the greater first."""

    low: Decimal
    high: Decimal


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
    mark = text[:1]
    close = QUOTES.get(mark)
    if close is None or not text.endswith(close):
        return text
    inner = text[1:-1]
    is_quoted_again = inner.startswith(mark) and inner.endswith(close) and len(inner) > 2
    if (mark in inner or close in inner) and not is_quoted_again:
        return text
    return inner.strip() or text


def close_emphasis(key: Slice, value: Slice) -> tuple[Slice, Slice]:
    """Split emphasis that begins in a key and ends behind its colon, as in ``**key:** value``.

    Neither ``key`` nor ``value`` begins or ends with white space.
    """
    if key.text[:1] not in MARKS:
        return key, value
    mark = next(mark for mark in EMPHASIS if key.text.startswith(mark))
    size, inner = len(mark), key.part(len(mark))
    if mark[:1] not in inner.text:
        if value.text.startswith(mark):
            return inner, value.part(size)
        if value.text.endswith(mark):
            return inner, value.part(0, -size)
    return key, value


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
    elif not text.endswith("0"):
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
def parse_range(text: str) -> Range | None:
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
    return None if first is None or second is None else Range(first, second)


def parse_inline_list(text: Slice) -> list[Slice] | None:
    """Return the items of ``[a, "b, c", d]``, without quotation marks; None when it is not such a list.

    Commas inside of quotation marks, brackets and code do not separate. The brackets around it may be
    escaped, as exports of word processors have them.
    """
    text = text.strip()
    inner = text.part(1, -1)
    if text.text.startswith("\\[") and text.text.endswith("\\]"):
        inner = text.part(2, -2)
    elif not text.text.startswith("[") or not text.text.endswith("]") or len(text.text) < 2:
        return None
    commas = _separators(inner.text)
    if commas is None:
        return None
    starts, ends = [0, *[at + 1 for at in commas]], [*commas, len(inner.text)]
    items = [inner.part(start, end) for start, end in zip(starts, ends, strict=True)]
    if not inner.text[max(starts) :].strip():
        items.pop()
    return [without_quotes(item) for item in items]


def without_quotes(text: Slice) -> Slice:
    """Drop one pair of quotation marks that surrounds the whole text; see ``unquote``."""
    return text if unquote(text.text) == text.text else text.part(1, -1)


def _separators(text: str) -> list[int] | None:
    """Return where the commas stand that separate the items of a list; None when brackets do not match."""
    commas: list[int] = []
    depth = 0
    behind = 0  # behind the quotation or the code that was closed last
    first: int | None = None  # where the item begins, once it matters: only there can quotation marks begin
    last: dict[str, int] = {}  # where a mark stands last: one that is never closed opens nothing
    for found in MARKS_OF_LISTS.finditer(text):
        at, mark = found.start(), found.group()
        if at < behind:
            continue
        if mark in "[(":
            depth += 1
        elif mark in "])":
            depth -= 1
            if depth < 0:
                return None
        elif mark == ",":
            if depth == 0:
                commas.append(at)
                first = None
        else:
            if first is None:
                first = _first(text, commas[-1] + 1 if commas else 0)
            closing = QUOTES.get(mark, mark)
            if closing not in last:
                last[closing] = text.rfind(closing)
            if (mark == "`" or at == first) and last[closing] > at:
                behind = text.index(closing, at + 1) + 1
    return None if depth else commas


def _first(text: str, start: int) -> int:
    """Return where the first character stands that is not white space."""
    blanks = BLANKS.match(text, start)
    return start if blanks is None else blanks.end()
