"""Quotes are located as a short statement of the rule in Python says, which tries every part of a turn."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.py.harness.databases import Connection, Databases
from tests.py.harness.examples import examples

UNSPACED = re.compile("[\u0e01-\u0e4e\u3041-\u30ff\u4e00-\u9fff\uff66-\uff9f]")
SINGLE = dict.fromkeys(map(ord, "`\u2018\u2019"), "'")
DOUBLE = dict.fromkeys(map(ord, "\u201c\u201d\u300c\u300d\u00ab\u00bb"), '"')
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200d\u200e\u200f\ufe0f"))


class Place(NamedTuple):
    """A turn and whether its words are those of the quote without any repair."""

    turn: int
    exact: bool


def is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M" or char in "\u200d\uff9e\uff9f"


def is_word(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char)[0] not in "PS"


def is_held(text: str, place: int) -> bool:
    """Whether a mark is part of a word or number: the apostrophe of "can't", the point of 3.5."""
    around = text[place - 1 : place] + text[place + 1 : place + 2]
    if len(around) < 2:
        return False
    if re.fullmatch("[0-9]{2}", around):
        return text[place] in ".,'\u2019"
    return text[place] in "'\u2019-" and all(is_word(char) and not UNSPACED.match(char) for char in around)


def is_boundary(text: str, place: int) -> bool:
    """Whether a word may begin or end before the character at a place."""
    if place in (0, len(text)):
        return True
    after = text[place]
    # A mark belongs to the character before it.
    before = next((char for char in reversed(text[:place]) if not is_mark(char)), " ")
    if is_mark(after) and not before.isspace():
        return False
    if is_held(text, place - 1) or is_held(text, place):
        return False
    if re.fullmatch("[-\u2013\u2014]{2}", before + after):
        return False
    return not (is_word(before) and is_word(after)) or bool(UNSPACED.match(before) or UNSPACED.match(after))


def squeezed(text: str) -> str:
    """One blank between words, and none beside marks and characters of scripts that write none."""
    tight = {
        place
        for place, char in enumerate(text)
        if not char.isspace() and (UNSPACED.match(char) or (not is_word(char) and not is_held(text, place)))
    }
    kept = "".join(f" {char} " if place in tight else char for place, char in enumerate(text))
    return " ".join(kept.split())


def exactly(text: str) -> str:
    return squeezed(unicodedata.normalize("NFC", text))


def plain(text: str) -> str:
    """A text with one kind of each quotation mark, and dashes between words."""
    return re.sub("-*[\u2013\u2014]+[-\u2013\u2014]*|--+", " - ", text.translate(SINGLE | DOUBLE))


def folded(text: str) -> str:
    text = plain(text.translate(INVISIBLE))
    return squeezed(plain(unicodedata.normalize("NFKC", text)).lower())


def inner(text: str) -> str:
    """A folded quote without outer punctuation."""
    words = text.split(" ")
    while words and words[0] and unicodedata.category(words[0][0])[0] == "P":
        del words[0]
    while words and words[-1] and unicodedata.category(words[-1][0])[0] == "P":
        del words[-1]
    return " ".join(words)


def columns(quote: str) -> int:
    kinds = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nd"}
    letters = [char for char in unicodedata.normalize("NFC", quote) if unicodedata.category(char) in kinds]
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in letters)


def parts(text: str) -> Iterator[str]:
    """Every part of a text between boundaries of words."""
    bounds = [place for place in range(len(text) + 1) if is_boundary(text, place)]
    return (text[start:end] for start in bounds for end in bounds if start < end)


def match(turn: str, quote: str) -> bool | None:
    """None if the turn does not have the quote; else whether it has it without any repair."""
    sought = inner(folded(quote))
    if not sought:
        return None
    if columns(quote) < 12:
        return False if inner(folded(turn)) == sought else None
    if any(exactly(part) == exactly(quote) for part in parts(turn)):
        return True
    return False if any(folded(part) == sought for part in parts(turn)) else None


def statement(turns: list[tuple[str, str]], named: int | None, quote: str) -> tuple[str, int | None]:
    """The status of a quote and the turn where it is."""
    order = sorted(
        range(len(turns)),
        key=lambda turn: (3, turn) if named is None or abs(turn - named) > 2 else (abs(turn - named), turn),
    )
    for wanted in (True, False):
        for turn in order:
            speaker, text = turns[turn]
            found = match(text, quote) if (speaker == "respondent") == wanted else None
            if found is None:
                continue
            if not wanted:
                return ("interviewer" if speaker == "interviewer" else "other"), turn
            if columns(quote) < 12:
                return "short", turn
            return ("verified" if found else "repaired"), turn
    return "unverified", None


WORDS = st.sampled_from(
    [
        *("leading", "people", "a", "unable", "able", "don't", "non-stop", "3.5", "12", "fit", "Fit"),
        *("Caf\u00e9", "cafe\u0301", "\ufb01t", "\uff21\uff22", "\u00bd", "\u05d0\u05e0\u05d9\u05dd", "12"),
        *(
            "\u6211\u5148\u542c",
            "\u5b8c\u518d\u8bf4",
            "\u0e1c\u0e21\u0e17\u0e35\u0e48",
            "\uff76\uff9e",
            "\u30ac",
        ),
    ]
)
BETWEEN = st.sampled_from(
    [
        *("", " ", " ", " ", " ", " ", "  ", "\n", ", ", ". ", " - ", "--", "...", "-", "'", ' "', '" '),
        *(
            "\u2014",
            "\u2026",
            "\u2019",
            " \u201c",
            "\u201d ",
            "\u3002",
            " \U0001f389",
            "\u2764\ufe0f",
            "\u200f",
            "\u00ad",
        ),
    ]
)
CHANGES: list[Callable[[str], str]] = [
    lambda quote: quote,
    lambda quote: quote.upper(),
    lambda quote: f'"{quote}..."',
    lambda quote: quote.replace(" ", "\n "),
    lambda quote: unicodedata.normalize("NFD", quote),
    lambda quote: unicodedata.normalize("NFKC", quote),
    lambda quote: quote.replace("'", "\u2019").replace("\u2014", "--"),
    lambda quote: quote[1:],
    lambda quote: quote[:-1],
]
SPEAKERS = st.sampled_from(["respondent", "respondent", "interviewer", "other", "unknown"])
#: The pieces of a turn: words, and what is between them.
PIECES = st.lists(st.tuples(WORDS, BETWEEN), min_size=1, max_size=7).map(
    lambda pairs: [piece for pair in pairs for piece in pair if piece]
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[tuple[str, str]], int | None, str]:
    """A transcript, the turn that a quote names, and the quote: a part of a turn, perhaps changed."""
    turns = draw(st.lists(st.tuples(SPEAKERS, PIECES), min_size=1, max_size=5))
    named = draw(st.none() | st.integers(0, len(turns) - 1))
    pieces = draw(st.sampled_from([pieces for _, pieces in turns]))
    start = draw(st.integers(0, min(2, len(pieces) - 1)))
    end = draw(st.integers(max(start + 1, len(pieces) - 2), len(pieces)))
    quote = draw(st.sampled_from(CHANGES))("".join(pieces[start:end]))
    return [(speaker, "".join(pieces)) for speaker, pieces in turns], named, quote or "a"


@pytest.fixture(scope="module")
def connection(databases: Databases) -> Iterator[Connection]:
    """A connection for all of these tests: they only read."""
    with databases.clone("migrated") as clone:
        yield clone.connect()


def located(
    connection: Connection, turns: list[tuple[str, str]], named: int | None, quote: str
) -> dict[str, Any]:
    """What the database says of one quote."""
    listed = [{"turn": turn, "speaker": who, "text": text} for turn, (who, text) in enumerate(turns)]
    row = connection.execute(
        "select private.located_quotes(%s::jsonb, %s::jsonb)",
        [json.dumps(listed), json.dumps([{"turn": named, "quote": quote}])],
    ).fetchone()
    assert row is not None
    [found] = row[0]
    assert isinstance(found, dict)
    return found


@given(case=cases())
@settings(max_examples=examples(300), deadline=None)
def test_quotes_are_located_as_the_statement_says(
    connection: Connection, case: tuple[list[tuple[str, str]], int | None, str]
) -> None:
    turns, named, quote = case
    status, turn = statement(turns, named, quote)
    found = located(connection, turns, named, quote)
    assert (found["status"], found.get("turn")) == (status, turn)
    assert found.get("moved", False) == (turn is not None and named is not None and turn != named)
    if turn is None:
        assert found["quote"] == quote
        return
    text = turns[turn][1]
    assert found["quote"] == text[found["start"] : found["end"]]
    assert is_boundary(text, found["start"])
    assert is_boundary(text, found["end"])
    if status == "verified":
        assert exactly(found["quote"]) == exactly(quote)
    else:
        assert inner(folded(found["quote"])) == inner(folded(quote))
