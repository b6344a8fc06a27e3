"""Ranges in words, as ``3 bis 4``, ``below 2`` or ``1 <= x < 3``: what a hint proposes in their place.

None of them is read as it stands. A range that leaves out its end ends one step from it, in the finest steps
that the other ranges are written in.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final, NamedTuple

from worker.compiler.values import NUMBER, Range, parse_open, parse_range, parse_signed, unwrap
from worker.definition import shortest
from worker.names import look
from worker.scoring import decimal_places

__all__ = ["Spoken", "closed", "spoken_range", "without_unit"]

#: Longer texts are no ranges.
MAX_RANGE: Final = 60
#: Words for a range that is open at one end, by its sign: in front of the number, and behind it.
BEFORE: Final = {
    ">=": "ab|from|at least|min|minimum|mindestens|(?:no|not) less than|starting at|à partir de|dès|au moins"
    "|a partir de|desde|al menos|como mínimo|vanaf|da",
    "<=": "bis|bis zu|up to|at most|max|maximum|höchstens|maximal|(?:no|not) more than|jusqu'à|au plus"
    "|hasta|como máximo|tot|fino a",
    ">": "above|over|more than|greater than|higher than|über|mehr als|plus de|supérieur à|au-dessus de"
    "|más de|mayor que|por encima de|meer dan",
    "<": "below|under|less than|lower than|unter|bis unter|weniger als|moins de|inférieur à|en dessous de"
    "|menos de|menor que|por debajo de|minder dan",
}
BEHIND: Final = {
    ">=": r"(?:and|or) (?:above|more|higher|up|over)|(?:und|oder) (?:mehr|höher|darüber)|(?:et|ou) plus"
    r"|[yo] (?:más|superior)|en meer|以上",
    "<=": r"(?:and|or) (?:below|less|lower|under)|(?:und|oder) (?:weniger|niedriger|darunter)"
    r"|(?:et|ou) moins|[yo] (?:menos|inferior)|en minder|以下",
    ">": "超|超え|より上",
    "<": "未満|より下",
}
OPEN: Final = {
    sign: re.compile(rf"(?:{BEFORE[sign]})\.?\s*(?P<first>{NUMBER})|(?P<last>{NUMBER})\s*(?:{BEHIND[sign]})")
    for sign in BEFORE
}
#: The two ends of a range with a word, dots or a comma between, and perhaps a word in front.
TWO_NUMBERS: Final = re.compile(
    rf"\[?(?P<before>[^\W\d_]{{2,10}}\s+)?(?P<low>{NUMBER})"
    rf"(?:,?\s+|\s+(?P<word>[^\W\d_]{{1,8}})\s+|\s*(?:\.{{2,3}}|[…~〜から]+)\s*)(?P<high>{NUMBER})\]?"
)
#: Words between two numbers that are not the ends of a range, and those that are so behind another word only.
PARTS_OF: Final = frozenset(("of", "von", "sur", "di", "out", "van", "aus", "or", "oder", "ou", "o", "x"))
PAIRS: Final = frozenset(("and", "und", "et", "y", "e", "en", "i"))
#: Words in front of two numbers that make another range of them.
OTHERWISE: Final = frozenset(
    word
    for words in (BEFORE[">"], BEFORE["<"], "not|nicht|no|pas|sans|sin|ohne|except|außer")
    for word in words.split("|")
)
#: Whole numbers in a row, as ``3, 4 or 5``.
SERIES: Final = re.compile(r"\d{1,3}(?:(?: *[,，、&] *| +)(?:(?:and|or|und|oder|et|ou|y|o) +)?\d{1,3})+")
#: A range between signs, and between brackets of which one leaves its end out.
BETWEEN: Final = (
    re.compile(
        rf"(?P<low>{NUMBER}) *(?P<opened><=?|≤) *[^\W\d]\w{{0,15}} *(?P<closed><=?|≤) *(?P<high>{NUMBER})"
    ),
    re.compile(rf"(?P<opened>[\[(\]])(?P<low>{NUMBER}) *[,;] *(?P<high>{NUMBER})(?P<closed>[\])\[])"),
)
#: What leaves out the number behind it, and the number in front of it.
ABOVE: Final = frozenset("<(]")
BELOW: Final = frozenset("<)[")
#: What may be behind a range: a word, also in brackets, and the sign that ends a sentence.
UNIT: Final = re.compile(r"(?:\s+\(?(?!exclu|exkl|ausschl)[^\W\d]+\)?)?[.,;]?$", re.IGNORECASE)


class Spoken(NamedTuple):
    """The ends of a range, None for those of the scale; ``above`` and ``below`` tell that one is left out."""

    low: Decimal | None
    high: Decimal | None
    above: bool = False
    below: bool = False


def spoken_range(text: str, *, whole: bool = False) -> Spoken | None:
    """Return the range that a text says in other words; None for any other text.

    With ``whole``, numbers in a row such as ``3, 4 or 5`` are one: where nothing is between them.
    """
    said = unwrap(look(text)).lower().strip()
    if len(said) > MAX_RANGE:
        return None
    for sign, words in OPEN.items():
        if (found := words.fullmatch(said)) is not None:
            return _open(parse_signed(found["first"] or found["last"]), sign)
    if (signed := parse_open(said)) is not None:
        return _open(signed.number, (">" if signed.upwards else "<") + "=" * (not signed.strict))
    both = _between(said) or (_series(said) if whole else None) or _two_numbers(said)
    if both is not None or not (shorter := without_unit(said)) or shorter == said:
        return both
    bounds = parse_range(shorter)
    return spoken_range(shorter, whole=whole) if bounds is None else Spoken(*bounds)


def without_unit(text: str) -> str:
    """Return a range without the word behind it."""
    return UNIT.sub("", text.strip())


def closed(spoken: Spoken, scale: Range | None, others: Iterable[Decimal]) -> Range | None:
    """Return a range with both of its ends, given the numbers of the others; None where it has none."""
    low, high = spoken.low, spoken.high
    ends = [end for end in (low, high) if end is not None]
    if scale is not None:
        low = shortest(scale.low) if low is None else low
        high = shortest(scale.high) if high is None else high
    if low is None or high is None:
        return None
    step = Decimal(1).scaleb(-max(map(decimal_places, [*ends, *others])))
    low, high = low + step if spoken.above else low, high - step if spoken.below else high
    return Range(low, high) if low <= high else None


def _open(number: Decimal | None, sign: str) -> Spoken | None:
    if number is None:
        return None
    is_strict = "=" not in sign
    if sign.startswith(">"):
        return Spoken(number, None, above=is_strict)
    return Spoken(None, number, below=is_strict)


def _between(text: str) -> Spoken | None:
    """Return what ``1 <= x < 3`` or ``[1, 3)`` says; None for ``(1, 3)``, which can mean two things."""
    for pattern in BETWEEN:
        if (found := pattern.fullmatch(text)) is not None:
            above, below = found["opened"] in ABOVE, found["closed"] in BELOW
            is_unclear = above and below and found["opened"] != "<"
            return None if is_unclear else _ordered(found["low"], found["high"], above=above, below=below)
    return None


def _series(text: str) -> Spoken | None:
    first, *others = [*map(int, re.findall(r"\d+", text))] if SERIES.fullmatch(text) else [0]
    if not others or others != [*range(first + 1, first + 1 + len(others))]:
        return None
    return Spoken(Decimal(first), Decimal(first + len(others)))


def _two_numbers(text: str) -> Spoken | None:
    """Return the ends of a range, as in ``3 bis 4`` and ``between 3 and 4``."""
    found = TWO_NUMBERS.fullmatch(text)
    if found is None:
        return None
    word, before = found["word"] or "", (found["before"] or "").strip()
    if word in PARTS_OF or before in OTHERWISE or (word in PAIRS and not before) or (before and not word):
        return None
    return _ordered(found["low"], found["high"])


def _ordered(low: str, high: str, *, above: bool = False, below: bool = False) -> Spoken | None:
    first, second = parse_signed(low), parse_signed(high)
    return None if first is None or second is None or first >= second else Spoken(first, second, above, below)
