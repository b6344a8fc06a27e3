"""Names compare in the database as in the worker: private.fold_name gives what worker.names.fold gives."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator

import pytest

from tests.py.harness.databases import Connection, Databases
from worker.names import fold

# Letters of Unicode 16, which Python 3.14 folds or composes. The database's table is that of Unicode 14.
LATER = [
    *(range(0x1C89, 0x1C8B), range(0xA7CB, 0xA7CE), range(0xA7DA, 0xA7DD), range(0x105C0, 0x10600)),
    *(range(0x10D40, 0x10D90), range(0x11380, 0x11400), range(0x16100, 0x16140), range(0x16D40, 0x16D80)),
]


@pytest.fixture(scope="module")
def folding(databases: Databases) -> Iterator[Connection]:
    """A connection for all of these tests: they only read."""
    with databases.clone("migrated") as clone:
        yield clone.connect()


def differing(connection: Connection, names: list[str]) -> list[tuple[str, str, str]]:
    """The names that the two fold differently, escaped, with what each makes of them."""
    rows = connection.execute(
        """
        select name, private.fold_name(name)
        from unnest(%s::text[]) with ordinality as given (name, place)
        order by place
        """,
        [names],
    ).fetchall()
    assert len(rows) == len(names)
    return [(ascii(name), ascii(folded), ascii(fold(name))) for name, folded in rows if folded != fold(name)]


def assigned() -> list[str]:
    """Every character that a text of the database may hold, but private ones."""
    return [
        character
        for point in range(1, 0x110000)
        if unicodedata.category(character := chr(point)) not in {"Cn", "Co", "Cs"}
        and not any(point in block for block in LATER)
    ]


def test_every_character_folds_alike(folding: Connection) -> None:
    characters = assigned()
    assert len(characters) > 140_000
    assert differing(folding, characters) == []


def test_every_character_folds_alike_in_its_other_forms(folding: Connection) -> None:
    """Upper, lower and title case, and every normal form; each before a letter and after one."""
    forms = {
        form
        for character in assigned()
        # Hangul syllables have no case, and compose by rule: some of them speak for all.
        if not "\uac00" <= character <= "\ud7a3" or ord(character) % 97 == 0
        for form in (
            character.upper(),
            character.title(),
            character.casefold(),
            *(
                unicodedata.normalize(normal_form, character)
                for normal_form in ("NFC", "NFD", "NFKC", "NFKD")
            ),
        )
        if form != character
    }
    assert len(forms) > 6_000
    assert differing(folding, [f"A{form}b" for form in sorted(forms)]) == []


def test_every_mark_folds_alike_on_letters_that_compose(folding: Connection) -> None:
    """Also two marks in both orders, since normalising sorts them."""
    marks = [character for character in assigned() if unicodedata.combining(character)]
    common = ["\u0300", "\u0301", "\u0307", "\u0308", "\u0323", "\u0327", "\u0342", "\u0345"]
    letters = ["a", "E", "i", "I", "\u0131", "\u0130", "s", "\u017f", "\u03b1", "\u03a9", "\u0391", "\u03c2"]
    names = [letter + mark for letter in letters for mark in marks]
    names += ["".join(parts) for parts in itertools.product(letters, common, common)]
    assert differing(folding, names) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Stra\u00dfe", "STRASSE"),
        ("\u1e9e", "ss"),
        ("\u212a", "k"),
        ("\u212b", "a\u030a"),
        ("\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c2"),
        ("\u03c3", "\u03c2"),
        ("Caf\u00e9", "CAFE\u0301"),
        ("\u0130", "i\u0307"),
        ("\ufb03x", "FFIX"),
        ("\u1f80", "\u1f08\u03b9"),
        ("q\u0323\u0307", "Q\u0307\u0323"),
        ("\u1100\u1161\u11a8", "\uac01"),
        ("\u017f", "S"),
        ("\u00b5", "\u039c"),
    ],
)
def test_what_is_one_name_for_people_is_one_name_for_both(folding: Connection, one: str, other: str) -> None:
    assert differing(folding, [one, other]) == []
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("\u0131", "i"), ("\uff21", "a"), ("\u00e9", "e"), ("\u2460", "1"), ("a ", "a")]
)
def test_what_only_looks_alike_is_two_names_for_both(folding: Connection, one: str, other: str) -> None:
    assert differing(folding, [one, other]) == []
    assert fold(one) != fold(other)
