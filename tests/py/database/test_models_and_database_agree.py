"""The definition models and the database agree on what a definition is.

Only about what may be missing is the database more lenient: what the models accept it accepts, and of what is
present it refuses exactly what they refuse (worker/partial.py).
"""

from __future__ import annotations

import copy
import json
import pathlib
import random
import unicodedata
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, TypeAlias

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.py.compiler.strategies import definition_data
from tests.py.harness.databases import Connection, Databases
from tests.py.harness.examples import examples
from tools.definition_vectors import REASONS
from worker.compiler import compile_markdown
from worker.definition import Definition
from worker.partial import read_partial

Path: TypeAlias = tuple[str | int, ...]
Faults: TypeAlias = list[dict[str, str]]

MUTANTS = 40

# A failure names the texts that disagree; shrinking further would take minutes and show nothing more.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)

# Definitions that the generators seldom produce: each is accepted by the models or refused by the database.
AT_THE_EDGE: dict[str, Callable[[dict[str, Any]], object]] = {
    "a rubric's bound without its zero": lambda d: (
        d["metadata"].update(scale=[0, 5]),
        d["dimensions"][0].update(scoringRubric={".5-2.": "a", "2.5": "b"}),
    ),
    "half a point": lambda d: (
        d["metadata"].update(scale=[0, 5]),
        d["dimensions"][0].update(scoringRubric={".5": "a"}),
    ),
    "a reference among much white space": lambda d: d["resultCategories"][0].update(
        primaryDimensions=[" " * 900 + d["dimensions"][0]["name"].upper()]
    ),
    "a name that is long only by its indentation": lambda d: d["metadata"].update(
        name="A\n" + " " * 300 + "B\r\n" + "\t" * 100 + "C"
    ),
    "a name of 200 characters": lambda d: d["metadata"].update(name="ä" * 200),
    "a name of 201 characters": lambda d: d["metadata"].update(name="ä" * 201),
    "keys as Python spells them": lambda d: d.update(result_categories=d.pop("resultCategories")),
    "a number with thirty decimal places": lambda d: d["dimensions"][0].update(
        weight=Decimal(1) + Decimal("1e-30")
    ),
    "weights off by a hundredth": lambda d: d["dimensions"][0].update(weight=Decimal("0.99")),
    "weights off by more": lambda d: d["dimensions"][0].update(weight=Decimal("0.9899999999999999999999")),
    "a zero with a sign": lambda d: d["metadata"].update(scale=[Decimal("-0.0"), 5]),
    "a number with an exponent": lambda d: d["dimensions"][0].update(weight=Decimal("10E-1")),
    "a number beyond all floats": lambda d: d["dimensions"][0].update(weight=Decimal("1E+400")),
    "NUL": lambda d: d["dimensions"][0].update(description="a\0b"),
    "half of a surrogate pair": lambda d: d["dimensions"][0].update(description="\ud800"),
    "a description of white space": lambda d: d["dimensions"][0].update(description="\u2003\x1c\x85\u3000"),
    "a description of a zero-width space": lambda d: d["dimensions"][0].update(description="\u200b"),
    "a version of nine digits": lambda d: d["metadata"].update(version="999999999.999999999"),
    "a version of ten digits": lambda d: d["metadata"].update(version="1.1000000000"),
    "a version with a line feed": lambda d: d["metadata"].update(version="1.0\n"),
    "twenty dimensions": lambda d: d.update(dimensions=many(d["dimensions"][0], 20, Decimal("0.05"))),
    "twenty-one dimensions": lambda d: d.update(dimensions=many(d["dimensions"][0], 21, Decimal("0.0476"))),
    "fifteen categories": lambda d: d.update(resultCategories=apart(15)),
    "sixteen categories": lambda d: d.update(resultCategories=apart(16)),
    "just under 500 KB": lambda d: d["dimensions"][0].update(description="é" * 255_000),
    "just over 500 KB": lambda d: d["dimensions"][0].update(description="é" * 256_000),
    "much white space within a text": lambda d: d["dimensions"][0].update(
        description="a\n" + " " * 300_000 + "b"
    ),
    "characters that JSON escapes": lambda d: d["dimensions"][0].update(description="\x01\x1f\x7f" * 30_000),
    "a category called none": lambda d: d["resultCategories"][0].update(name="None"),
    "a name that cannot be seen": lambda d: d["dimensions"][0].update(name="\u200b\u00ad"),
    "a dimension called general": lambda d: d["dimensions"][0].update(name="General"),
}


def many(dimension: dict[str, Any], count: int, weight: Decimal) -> list[dict[str, Any]]:
    """The dimension `count` times, under different names."""
    return [dimension | {"name": f"D{n}", "weight": weight} for n in range(count)]


def apart(count: int) -> list[dict[str, Any]]:
    """Categories whose ranges do not overlap."""
    return [
        {
            "name": f"C{n}",
            "scoreRange": [1 + n * Decimal("0.2"), 1 + n * Decimal("0.2")],
            "description": "A category.",
        }
        for n in range(count)
    ]


@pytest.fixture(scope="module")
def database(databases: Databases) -> Iterator[Connection]:
    """A connection for all of these tests: they only read."""
    with databases.clone("migrated") as clone:
        connection = clone.connect()
        # Text that is not valid jsonb is refused as well; one such text must not affect its batch.
        connection.execute("""
            create function pg_temp.faults_of(definition text) returns jsonb language plpgsql as $$
            begin
              return private.definition_faults(definition::jsonb);
            exception
              when invalid_text_representation or untranslatable_character or numeric_value_out_of_range then
                return '[{"path": "$", "reason": "no-json", "expected": "JSON"}]';
            end
            $$
        """)
        yield connection


def dumps(value: object) -> str:
    """JSON with numbers as written."""
    match value:
        case Decimal():
            return str(value)
        case dict():
            return "{" + ", ".join(f"{json.dumps(key)}: {dumps(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(dumps, value)) + "]"
        case _:
            return json.dumps(value)


def in_database(connection: Connection, texts: list[str]) -> list[Faults]:
    """The errors that the database finds in each, in one round trip."""
    rows = connection.execute(
        """
        select pg_temp.faults_of(text)
        from unnest(%s::text[]) with ordinality as given (text, place)
        order by place
        """,
        [texts],
    ).fetchall()
    return [row[0] for row in rows]


def in_models(text: str) -> Definition | None:
    """The definition, if the models accept the text."""
    try:
        return Definition.from_json(text)
    except ValueError:
        return None


def paths(value: object, here: Path = ()) -> Iterator[Path]:
    """The path of every value in a value."""
    items: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list | tuple):
        items = list(enumerate(value))
    for step, item in items:
        yield (*here, step)
        yield from paths(item, (*here, step))


def at(data: Any, path: Path) -> Any:
    """The value at a path."""
    for step in path:
        data = data[step]
    return data


def changed(data: dict[str, Any], path: Path, value: object) -> dict[str, Any]:
    """A copy with another value at a path."""
    result = copy.deepcopy(data)
    at(result, path[:-1])[path[-1]] = value
    return result


def renamed(data: dict[str, Any], path: Path, key: str) -> dict[str, Any]:
    """A copy with another key at a path, in the same position."""
    result = copy.deepcopy(data)
    holder = at(result, path[:-1])
    items = [(key if name == path[-1] else name, value) for name, value in holder.items()]
    holder.clear()
    holder.update(items)
    return result


def plain(data: Any) -> Any:
    """The data in JSON's form: lists, and no absent texts."""
    if isinstance(data, dict):
        return {key: plain(value) for key, value in data.items() if value is not None}
    if isinstance(data, list | tuple):
        return [plain(item) for item in data]
    return data


ODD_VALUES: list[object] = [
    *(
        None,
        True,
        False,
        "",
        " ",
        "none",
        "general",
        "1.0",
        "01.0",
        "custom",
        "full",
        [],
        {},
        [1],
        ["x"],
        {"a": 1},
    ),
    *(0, 1, 5, 6, -1, 10, Decimal("0.5"), 100, Decimal("100.01"), Decimal("1.0"), Decimal("1E+2")),
    *(
        [1, 5],
        [5, 1],
        [3, 3],
        [Decimal("1.00"), Decimal("2.50")],
        {"3": "x"},
        {"2-4": "x", "4-5": "y"},
        "<b>x</b>",
    ),
    *(
        "a < b and `<i>`",
        "x <y> z",
        "<!-- x",
        "\\<b>",
        "``<b>``",
        "`<b>",
        "<a@b.org>",
        "<ftp://a>",
        "[a](b)",
        "![a](/b 'c')",
    ),
    *(
        "[a](https://b.org)",
        "[a]( <JavaScript:b>)",
        "[a]\n\n[a]: b",
        "[a]: b",
        "a\u202eb",
        "a\u200bb",
        "a\x07b",
        "a\u200db",
    ),
    *(
        "Trust {#trust}",
        "[]{#a}Trust",
        "Trust\\!",
        "**Trust**",
        "Trust:",
        "Trust\u00a0me",
        "Trust\nme",
        "`Trust`",
        "\u00ad",
    ),
]
SPELLINGS: list[Callable[[str], str]] = [
    str.upper,
    str.lower,
    str.casefold,
    str.swapcase,
    lambda s: f" {s}\t",
    lambda s: f"{s}:",
    lambda s: f"**{s}**",
    lambda s: unicodedata.normalize("NFD", s),
    lambda s: unicodedata.normalize("NFC", s),
    lambda s: unicodedata.normalize("NFKD", s),
    "\u200b".join,
    lambda s: s.replace(" ", "\u00a0").replace("-", "\u2011"),
    lambda s: s + "\u0301",
    lambda s: s + "!",
    lambda s: s[:-1],
    lambda s: s + "\n" + s,
    lambda s: f"\u3000{s}\x85",
    lambda s: f"{s} {{#x}}",
    lambda s: f"{s}\\.",
    lambda s: f"<i>{s}</i>",
    lambda s: f"{s}\u2066",
    lambda s: f"[{s}](javascript:x)",
    lambda s: "\uff43\uff41re" + s,
]
NUMBERS: list[Callable[[Decimal], Decimal]] = [
    lambda n: n + Decimal("0.005"),
    lambda n: n - Decimal("0.005"),
    lambda n: -n,
    lambda n: n * 10,
    lambda n: n / 2,
    lambda n: n + Decimal("1E-31"),
    lambda n: n.normalize(),
    lambda n: Decimal(f"{n}0" if "." in str(n) else f"{n}.0"),
]
RANGES = [
    "3",
    "3-4",
    "4-3",
    "3.0",
    ".5",
    "0.5",
    "5.",
    "03",
    " 3 - 4 ",
    "3–4",
    "3-",
    "three",
    "1-9.99",
    "1e0",
    "",
]


def mutant(data: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The data with one to three random changes."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        places = list(paths(data))
        if not places:
            return data
        path = chance.choice(places)
        value = at(data, path)
        result = copy.deepcopy(data)
        holder = at(result, path[:-1])
        kind = chance.randrange(6)
        if kind == 0:
            holder[path[-1]] = copy.deepcopy(chance.choice(ODD_VALUES))
        elif kind == 1:
            del holder[path[-1]]
        elif kind == 2 and isinstance(holder, list):
            holder.insert(chance.randrange(len(holder) + 1), copy.deepcopy(value))
        elif kind == 3:
            # A value from another place, whose type may even fit.
            holder[path[-1]] = copy.deepcopy(at(data, chance.choice(places)))
        elif isinstance(path[-1], str) and chance.random() < 0.5:
            key = chance.choice(RANGES) if chance.random() < 0.5 else chance.choice(SPELLINGS)(path[-1])
            result = renamed(data, path, key)
        elif isinstance(value, str):
            holder[path[-1]] = chance.choice(SPELLINGS)(value)
        elif isinstance(value, int | Decimal) and not isinstance(value, bool):
            holder[path[-1]] = chance.choice(NUMBERS)(Decimal(value))
        elif isinstance(value, list):
            holder[path[-1]] = [*reversed(value)]
        data = result
    return data


def disagreements(connection: Connection, texts: list[str]) -> list[tuple[str, Faults]]:
    """Definitions that only the models accept, as submitted or as the models write them."""
    found = []
    accepted = [(text, definition) for text in texts if (definition := in_models(text)) is not None]
    written = [text for text, _ in accepted] + [definition.to_json() for _, definition in accepted]
    for text, faults in zip(written, in_database(connection, written), strict=True):
        if faults:
            found.append((text, faults))
    return found


@settings(max_examples=examples(25), deadline=None, phases=PHASES)
@given(definition_data(), st.integers(0, 2**32))
def test_the_database_accepts_what_the_models_accept(
    database: Connection, data: dict[str, Any], seed: int
) -> None:
    chance = random.Random(seed)
    texts = [dumps(data)] + [dumps(mutant(data, chance)) for _ in range(MUTANTS)]
    assert in_models(texts[0]) is not None
    assert disagreements(database, texts) == []


def is_refused_by_the_models(text: str) -> bool:
    """Whether the models refuse what is present."""
    try:
        return bool(read_partial(json.loads(text, parse_float=Decimal)).faults)
    except ValueError:
        return True


@settings(max_examples=examples(25), deadline=None, phases=PHASES)
@given(definition_data(), st.integers(0, 2**32))
def test_both_refuse_the_same_of_what_is_present(
    database: Connection, data: dict[str, Any], seed: int
) -> None:
    chance = random.Random(seed)
    texts = [dumps(mutant(plain(data), chance)) for _ in range(MUTANTS)]
    faults = in_database(database, texts)
    differing = [
        (text, found)
        for text, found in zip(texts, faults, strict=True)
        if bool(found) != is_refused_by_the_models(text)
    ]
    assert differing == []
    reasons = {fault["reason"] for found in faults for fault in found}
    assert reasons - {"no-json"} <= set(REASONS)


SIMPLE: dict[str, Any] = {
    "metadata": {"name": "Compass"},
    "dimensions": [{"name": "Clarity", "weight": Decimal(1), "description": "Says what is meant."}],
    "resultCategories": [{"name": "Clear", "scoreRange": [1, 5], "description": "Clear."}],
}


@pytest.mark.parametrize("edge", AT_THE_EDGE)
def test_the_database_accepts_what_the_models_accept_at_the_edge(database: Connection, edge: str) -> None:
    data = copy.deepcopy(SIMPLE)
    AT_THE_EDGE[edge](data)
    assert disagreements(database, [dumps(data)]) == []


def kind_of(value: object) -> str:
    """The JSON type."""
    match value:
        case bool():
            return "boolean"
        case int() | Decimal():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


OF_EACH_KIND: dict[str, object] = {"boolean": True, "number": 3, "string": "x", "array": [], "object": {}}


@settings(max_examples=examples(15), deadline=None, phases=PHASES)
@given(definition_data(), st.integers(0, 2**32))
def test_both_refuse_a_wrong_type_wherever_it_is(
    database: Connection, data: dict[str, Any], seed: int
) -> None:
    data = plain(data)
    places = list(paths(data))
    chosen = random.Random(seed).sample(places, min(len(places), MUTANTS))
    texts = [
        dumps(changed(data, path, value))
        for path in chosen
        for kind, value in OF_EACH_KIND.items()
        if kind != kind_of(at(data, path))
    ]
    assert [text for text in texts if in_models(text) is not None] == []
    faults = in_database(database, texts)
    assert [text for text, found in zip(texts, faults, strict=True) if not found] == []


def broken_references(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The data with each of its references, one at a time, changed to an unknown name."""
    for path in paths(data):
        match path:
            case ("resultCategories", _, "primaryDimensions", _) | ("examples", _, "category"):
                yield changed(data, path, "Name of nothing")
            case ("interviewGuidelines", "probingQuestions", _) | ("examples", _, "scores", _):
                yield renamed(data, path, "Name of nothing")


def out_of_range(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The data with each of its numbers, one at a time, out of every scale."""
    for path in paths(data):
        if kind_of(at(data, path)) == "number":
            yield changed(data, path, 900)
            yield changed(data, path, -1)


def repeated_names(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The data with the name of the first dimension or category given to the second, in another spelling."""
    for part in ("dimensions", "resultCategories"):
        if len(data[part]) > 1:
            name = unicodedata.normalize("NFD", data[part][0]["name"])
            yield changed(data, (part, 1, "name"), name)
            yield changed(data, (part, 1, "name"), name.replace("ß", "ẞ").swapcase())
            yield changed(data, (part, 1, "name"), "\u00ad".join(name))


@settings(max_examples=examples(25), deadline=None, phases=PHASES)
@given(definition_data())
def test_both_refuse_wrong_numbers_names_and_references(database: Connection, data: dict[str, Any]) -> None:
    data = plain(data)
    texts = [dumps(wrong) for wrong in (*broken_references(data), *out_of_range(data), *repeated_names(data))]
    assert [text for text in texts if in_models(text) is not None] == []
    faults = in_database(database, texts)
    assert [text for text, found in zip(texts, faults, strict=True) if not found] == []


EXAMPLES = sorted((pathlib.Path(__file__).parents[3] / "examples").rglob("*.md"))


def test_the_database_finds_no_error_in_what_authors_write(database: Connection) -> None:
    compiled = [compile_markdown(file.read_bytes()).definition for file in EXAMPLES]
    texts = [definition.to_json() for definition in compiled if definition is not None]
    assert len(texts) > 5
    assert [found for found in in_database(database, texts) if found] == []
