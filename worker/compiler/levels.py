"""How a level of a rubric is spelled: a range, perhaps a label, and its text."""

import re
from typing import Final, NamedTuple

from worker.compiler.slices import Slice
from worker.compiler.values import (
    Range,
    close_emphasis,
    colon_at,
    open_end,
    parse_number,
    parse_range,
    parse_signed,
    unwrap,
)
from worker.definition import clean_text
from worker.names import look, remembered

__all__ = ["Level", "Spelled", "level_of", "level_spelled", "spelled_entry"]

NUMBER: Final = r"\d+(?:[.,]\d+)?"
DASHES: Final = "-‐‑‒–—―−"
#: A range with a label in brackets, or with a dash, an arrow or ``=`` in place of the colon: what follows is
#: its text.
LABELLED: Final = re.compile(
    rf"(?P<open>[*_`\"“„']{{0,3}})"
    rf"(?P<range>{NUMBER}\u20e3?(?:\s*(?:[{DASHES}]{{1,3}}|\bto\b)\s*{NUMBER})?)[*_`\"”']{{0,3}}\s*"
    rf"(?:[(（](?P<label>[^()（）\n]+)[)）][*_`]{{0,3}}\s*[:：={DASHES}]?"
    rf"|[→⇒➜]|[-=]>|[=＝]|[{DASHES}]\s|[.)]\s)\s*(?P<text>\S.*)",
    re.DOTALL | re.IGNORECASE,
)


class Level(NamedTuple):
    """What a range of a rubric spells, and how it is stored."""

    bounds: Range
    key: str


class Spelled(NamedTuple):
    """What an author wrote: how the range is spelled, what it is, and its text. ``entry`` is all of it."""

    at: Slice
    level: Level
    text: str
    entry: Slice


def spelled_entry(entry: Slice, scale: Range | None) -> Spelled | None:
    """Return what an entry spells, None where it does not begin with a range."""
    colon = colon_at(entry.text)
    key, value = entry.split(colon) if colon >= 0 else (entry.part(0, 0), entry)
    found = level_spelled(key.text)
    if found is None:
        key, value = close_emphasis(key, value)
        found = level_spelled(unwrap(key.text)) or _open_level(key.text, scale)
    if found is not None:
        return Spelled(key, found, value.clean, entry)
    labelled = LABELLED.match(entry.text)
    found = None if labelled is None else level_spelled(labelled["range"])
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
def level_spelled(spelled: str) -> Level | None:
    """Return the range that a text spells: one number, or two."""
    text = look(spelled)
    number = parse_number(text)
    if number is None:
        number = parse_signed(text)
    if number is not None:
        return Level(Range(number, number), f"{number:f}")
    bounds = parse_range(text)
    return None if bounds is None else level_of(bounds)


def level_of(bounds: Range) -> Level:
    """Return a range of two numbers as a level."""
    return Level(bounds, f"{bounds.low:f}-{bounds.high:f}")


def _open_level(spelled: str, scale: Range | None) -> Level | None:
    """Return a range that is open at one end, closed by the scale."""
    bounds = open_end(spelled, scale)
    return None if bounds is None else level_of(bounds)
