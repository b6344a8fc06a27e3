"""The spelling of single values: numbers, weights, ranges, inline lists, quotation marks."""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
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
from worker.names import fold, look, remembered

__all__ = [
    "BLOCK_SCALAR",
    "NUMBER",
    "OTHER_COLONS",
    "QUOTES",
    "Open",
    "Range",
    "close_emphasis",
    "colon_at",
    "is_thematic_break",
    "normal_key",
    "open_end",
    "parse_inline_list",
    "parse_number",
    "parse_open",
    "parse_range",
    "parse_signed",
    "parse_weight",
    "unquote",
    "unwrap",
    "without_quotes",
]

QUOTES: Final = {'"': '"', "“": "”", "„": "“", "«": "»", "'": "'", "‘": "’"}
#: Quotation marks that look alike, by each of them.
SAME_QUOTES: Final = {mark: marks for marks in ('"“”„‟', "'‘’‚‛") for mark in marks}
MARKS_OF_QUOTES: Final = {*QUOTES, *SAME_QUOTES}
#: What can separate the items of a list, or hold a comma that does not.
MARKS_OF_LISTS: Final = re.compile(rf"[\[\](),，、،`{''.join(QUOTES)}]")
#: Quotation marks that are no apostrophes: what follows the colon of an entry may stand in them.
TEXT_QUOTES: Final = frozenset('"“„«')
BLANKS: Final = re.compile(r"\s*")
#: What looks like a colon.
OTHER_COLONS: Final = re.compile("[：﹕∶꞉ː]")
#: A key is shorter than this; a colon further on is one of the text.
LONGEST_KEY: Final = 300
NUMBER: Final = r"-?(?:\d+(?:[.,]\d+)?|[.,]\d+)"
PAIR: Final = re.compile(rf"({NUMBER}) *(?:-{{1,3}}| to ) *({NUMBER})", re.IGNORECASE)
#: A comma that separates, where others are part of a number.
COMMA_AND_BLANK: Final = re.compile(r",\s+")
ESCAPES: Final = str.maketrans({"\\": None})
#: How YAML begins a text of several lines, which starts on the next line.
BLOCK_SCALAR: Final = re.compile(r" *[|>][+-]?[1-9]?[+-]? *\n(?=\s*\S)")
KEY_NOISE: Final = str.maketrans(dict.fromkeys([*"-_*`\\\t ", *NO_BREAK_SPACES]))


class Range(NamedTuple):
    """Two numbers; as read, the first may be the greater."""

    low: Decimal
    high: Decimal


def is_thematic_break(line: str) -> bool:
    """Return whether a line consists only of three or more dashes, asterisks or underscores."""
    marks = line.replace(" ", "").replace("\t", "")
    return len(marks) > 2 and not (marks.strip("-") and marks.strip("*") and marks.strip("_"))


@remembered
def normal_key(text: str) -> str:
    """Return a key without case, spaces, hyphens, underscores, emphasis and backslashes of exports."""
    if not text.isascii():
        text = fold(text)
    return text.translate(KEY_NOISE).lower()


def colon_at(text: str, end: int | None = None) -> int:
    """Return where the first colon is, or what looks like one, that ends a key; -1 when there is none."""
    at = text.find(":", 0, end)
    if text.isascii():
        return at
    other = OTHER_COLONS.search(text, 0, min(LONGEST_KEY, len(text) if end is None else end))
    return other.start() if other is not None and not 0 <= at < other.start() else at


def unwrap(text: str) -> str:
    """Return a number, a range or a name without emphasis or quotation marks around it."""
    return unquote(clean_name(text))


def unquote(text: str) -> str:
    """Remove one pair of quotation marks around the whole text.

    Marks that only begin and end the text (``"one" or "two"``) are no pair, unless the text inside is itself
    quoted.
    """
    if len(text) < 3 or text[0] not in MARKS_OF_QUOTES:
        return text
    close, family = QUOTES.get(text[0]), SAME_QUOTES.get(text[0])
    begins, ends, inner = text[0], close or "", text[1:-1]
    if close is None or text[-1] != close:
        # Editors write the curly twin of one mark and not of the other.
        if family is None or text[-1] not in family:
            return text
        begins = ends = family
    is_quoted_again = inner[0] in begins and inner[-1] in ends and len(inner) > 2
    if not is_quoted_again and any(mark in inner for mark in begins + ends):
        return text
    return inner.strip() or text


def close_emphasis(key: Slice, value: Slice) -> tuple[Slice, Slice]:
    """Split emphasis that begins in a key and ends after its colon, as in ``**key:** value``.

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
    """Return the number that a value spells; None if it spells none."""
    number = parse_plain_number(text)
    return number if number is not None else parse_plain_number(look(unwrap(text)))


@remembered
def parse_weight(text: str) -> Decimal | None:
    """Return the weight that a value spells: ``0.25``, ``25%`` or ``1/4`` (to six decimal places, halves up).

    The result may lie outside of the range that weights may have. None when the value spells no weight.
    """
    number = parse_plain_number(text)
    if number is None:
        text = look(unwrap(text))
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


def parse_signed(text: str) -> Decimal | None:
    """Return the number that a text spells, with a decimal point or comma, and perhaps a minus."""
    number = parse_plain_number(text.removeprefix("-").replace(",", ".", 1))
    return -number if number is not None and text.startswith("-") else number


@remembered
def parse_range(text: str) -> Range | None:
    """Return the bounds that ``[1, 2]``, ``1-2``, ``1 – 2`` or ``1 to 2`` spells; None for any other text.

    Numbers may have a decimal comma, ``[1,5, 2]`` and ``1,5-2``. The lower bound need not come first.
    """
    if not text.startswith("[") or "\\" in text or not text.isascii():
        text = look(unwrap(text)).translate(ESCAPES)
    if text.startswith("["):
        ends = _bracketed(text[1:-1]) if text.endswith("]") else ()
    else:
        pair = PAIR.fullmatch(text)
        ends = () if pair is None else pair.groups()
    bounds = [parse_signed(end.strip()) for end in ends]
    low, high = bounds if len(bounds) == 2 else (None, None)
    return None if low is None or high is None else Range(low, high)


#: A range that is open at one end, with its sign before or behind the number.
OPEN: Final = re.compile(rf"(?:(?P<sign>[<>]=?|=[<>]|[≤≥]) *(?P<number>{NUMBER})|(?P<bottom>{NUMBER}) *\+)")


class Open(NamedTuple):
    """A range that is open at one end; ``strict``: the number at the other is not in it."""

    number: Decimal
    upwards: bool
    strict: bool


@remembered
def parse_open(text: str) -> Open | None:
    """Return what ``4.0+``, ``>= 4.0``, ``≥ 4.0``, ``> 3.9``, ``< 2.0`` or ``<= 1.9`` spells, else None."""
    found = OPEN.fullmatch(look(unwrap(text)).translate(ESCAPES))
    if found is None:
        return None
    sign = found["sign"] or "≥"
    number = parse_signed(found["number"] or found["bottom"])
    return None if number is None else Open(number, sign in _UPWARDS, sign in "<>")


_UPWARDS: Final = frozenset((">", ">=", "=>", "≥"))


def open_end(text: str, scale: Range | None) -> Range | None:
    """Return a range that is open at one end, with its number, closed by the scale; None for other texts."""
    found = parse_open(text) if scale is not None else None
    if found is None or scale is None or found.strict:
        return None
    return Range(found.number, scale.high) if found.upwards else Range(scale.low, found.number)


def _bracketed(inside: str) -> Sequence[str]:
    """Return the numbers between brackets; more or less than two where that cannot be known."""
    parts = inside.split(";" if ";" in inside else ",")
    if len(parts) == 4:
        first, second, third, fourth = parts
        parts = [f"{first},{second}", f"{third},{fourth}"]
    elif len(parts) == 3:
        parts = COMMA_AND_BLANK.split(inside)
    return parts


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
    ends = [-1, *commas, len(inner.text)]
    items = [without_quotes(inner.part(before + 1, end)) for before, end in pairwise(ends)]
    # Nothing is between the last comma and the bracket.
    if not items[-1].text:
        items.pop()
    return items


def without_quotes(text: Slice) -> Slice:
    """Remove one pair of quotation marks around the whole text; see ``unquote``."""
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
        elif mark in ",，、،":
            if depth == 0:
                commas.append(at)
                first = None
        else:
            if first is None:
                first = _first(text, commas[-1] + 1 if commas else 0)
            closing = QUOTES.get(mark, mark)
            if closing not in last:
                last[closing] = text.rfind(closing)
            begins = at == first or (mark in TEXT_QUOTES and text[:at].rstrip()[-1:] in {":", "："})
            if (mark == "`" or begins) and last[closing] > at:
                behind = text.index(closing, at + 1) + 1
    return None if depth else commas


def _first(text: str, start: int) -> int:
    """Return the position of the first character that is not white space."""
    blanks = BLANKS.match(text, start)
    return start if blanks is None else blanks.end()
