"""Names compare in the database as in the worker: private.fold_name and worker.names.fold return the same.

On the packaged Postgres, and on Postgres 15 where it is installed (Debian: `postgresql-15`).
"""

from __future__ import annotations

import itertools
import random
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.py.harness.databases import Connection
from tests.py.harness.postgres_15 import older_databases, on_postgres_15
from worker.names import UNSEEN, fold

# The capitals of each version of Unicode. ICU's version of Unicode depends on the library with which Postgres
# was built (ICU 60: Unicode 10, ICU 72: Unicode 15); it does not change capitals of later versions.
CAPITALS = {
    11: [*range(0x1C90, 0x1CBB), *range(0x1CBD, 0x1CC0), 0xA7B8, *range(0x16E40, 0x16E60)],
    12: [*range(0xA7BA, 0xA7C0, 2), 0xA7C2, 0xA7C4, 0xA7C5, 0xA7C6],
    13: [0xA7C7, 0xA7C9, 0xA7F5],
    14: [
        *(0x2C2F, 0xA7C0, 0xA7D0, 0xA7D6, 0xA7D8),
        *(point for point in range(0x10570, 0x10596) if point not in {0x1057B, 0x1058B, 0x10593}),
    ],
}

# Blocks in which Unicode 15 and 16 have capitals, marks or compatibility forms. Postgres 15 normalises by
# Unicode 14, Postgres 17 by 15.1; Python 3.11 has 14, 3.12 has 15.0, 3.13 has 15.1, 3.14 has 16.
LATER = [
    *((0x0897, 0x0897), (0x1C89, 0x1C8A), (0xA7CB, 0xA7CD), (0xA7DA, 0xA7DC), (0x105C0, 0x105FF)),
    *((0x10D40, 0x10D8F), (0x10EC2, 0x10EFF), (0x11380, 0x113FF), (0x11F00, 0x11F5F), (0x16100, 0x1613F)),
    *((0x16D40, 0x16D7F), (0x1CCD6, 0x1CCF9), (0x1E030, 0x1E08F), (0x1E4D0, 0x1E5FF)),
]


@pytest.fixture(scope="module", params=["packaged", pytest.param("15", marks=on_postgres_15)])
def folding(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """A connection for all of these tests: they only read."""
    with ExitStack() as stack:
        if request.param == "15":
            databases = stack.enter_context(older_databases("migrated"))
        else:
            databases = request.getfixturevalue("databases")
        yield stack.enter_context(databases.clone("migrated")).connect()


def differing(connection: Connection, names: list[str]) -> list[tuple[str, str, str]]:
    """The names that the two fold differently, escaped, with both results."""
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
    """Every character of Unicode 14 that the database can store, except private ones."""
    return [
        character
        for point in range(1, 0x110000)
        if unicodedata.category(character := chr(point)) not in {"Cn", "Co", "Cs"}
        and not any(first <= point <= last for first, last in LATER)
    ]


def in_every_icu() -> list[str]:
    """Those that do not depend on the age of ICU."""
    return [character for character in assigned() if not depends_on_icu(character)]


def depends_on_icu(name: str) -> bool:
    """Whether one of the characters is a capital that an old ICU does not know."""
    return any(ord(character) in points for points in CAPITALS.values() for character in name)


def test_every_character_folds_alike_but_capitals_that_are_younger_than_icu(folding: Connection) -> None:
    characters = assigned()
    assert len(characters) > 140_000
    found = {name for name, _, _ in differing(folding, characters)}
    unknown = [
        {ascii(chr(point)) for version, points in CAPITALS.items() if version > icu for point in points}
        for icu in (10, 11, 12, 13, 14)
    ]
    assert found in unknown


def test_every_character_folds_alike_in_its_other_forms(folding: Connection) -> None:
    """Upper, lower and title case, and every normal form; each before a letter and after one."""
    forms = {
        form
        for character in in_every_icu()
        # Hangul syllables have no case, and compose by rule: some of them represent all.
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
        if form != character and not depends_on_icu(form)
    }
    assert len(forms) > 6_000
    assert differing(folding, [f"A{form}b" for form in sorted(forms)]) == []


def test_every_mark_folds_alike_on_letters_that_compose(folding: Connection) -> None:
    """Also two marks in both orders, because normalising sorts them."""
    marks = [character for character in in_every_icu() if unicodedata.combining(character)]
    common = ["\u0300", "\u0301", "\u0307", "\u0308", "\u0323", "\u0327", "\u0342", "\u0345"]
    letters = ["a", "E", "i", "I", "\u0131", "\u0130", "s", "\u017f", "\u03b1", "\u03a9", "\u0391", "\u03c2"]
    names = [letter + mark for letter in letters for mark in marks]
    names += ["".join(parts) for parts in itertools.product(letters, common, common)]
    assert differing(folding, names) == []


def test_lower_case_that_depends_on_its_neighbours_folds_alike(folding: Connection) -> None:
    """Sigma at the end of a word, the dotted I, and characters between letters or invisible ones."""
    parts = [
        "",
        "\u03a3",
        "\u0391",
        "\u0130",
        "I",
        "J",
        "\u0301",
        "\u0307",
        "\u00ad",
        "\u200d",
        "'",
        "\u2019",
        ".",
        " ",
    ]
    assert differing(folding, ["".join(given) for given in itertools.product(parts, repeat=4)]) == []


def test_random_names_fold_alike(folding: Connection) -> None:
    generator = random.Random(20260107)
    characters = in_every_icu()
    names = ["".join(generator.choices(characters, k=generator.randint(2, 12))) for _ in range(20_000)]
    assert differing(folding, names) == []


def test_what_is_not_seen_does_not_count(folding: Connection) -> None:
    names = [f"a{chr(point)}b" for point in UNSEEN]
    assert differing(folding, names) == []
    assert {fold(name) for name in names} == {"ab"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Stra\u00dfe", "STRA\u1e9eE"),
        ("\u212a", "k"),
        ("\u212b", "a\u030a"),
        ("\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c2"),
        ("\u03c3", "\u03c2"),
        ("Caf\u00e9", "CAFE\u0301"),
        ("\u0130", "i\u0307"),
        ("\ufb03x", "FFIX"),
        ("H\u0331", "\u1e96"),
        ("q\u0323\u0307", "Q\u0307\u0323"),
        ("\u1100\u1161\u11a8", "\uac01"),
        ("\u017f", "S"),
        ("\u00b5", "\u039c"),
        ("Self-Care", "self\u2010care"),
        ("Self-Care", "self\u2011care"),
        ("Work \u2013 Life", "work - life"),
        ("Selbst\u00adf\u00fcrsorge", "Selbstf\u00fcrsorge"),
        ("\uff34\uff45\uff41\uff4d\uff1a\uff11", "team:1"),
        ("Don\u2019t", "don't"),
        ("\u201cWe\u201d", '"we"'),
        ("\u2764\ufe0f", "\u2764"),
        ("a\u200db", "ab"),
        ("a\u00a0b", "a b"),
        ("\u2460", "1"),
    ],
)
def test_what_is_one_name_for_people_is_one_name_for_both(folding: Connection, one: str, other: str) -> None:
    assert differing(folding, [one, other]) == []
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\u0131", "i"),
        ("\u00df", "ss"),
        ("\u00e9", "e"),
        ("\u0430", "a"),
        ("a ", "a"),
        ("\U0001f44d\U0001f3fb", "\U0001f44d\U0001f3ff"),
        ("'", '"'),
    ],
)
def test_what_is_two_names_for_people_is_two_names_for_both(
    folding: Connection, one: str, other: str
) -> None:
    assert differing(folding, [one, other]) == []
    assert fold(one) != fold(other)
