"""What the definition models accept the database accepts; what the database refuses the models refuse."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.py.compiler.strategies import definitions
from tests.py.harness.databases import Connection, Databases
from worker.definition import Definition

# Values that are right in one place and wrong in another.
VALUES: Final[list[Any]] = [
    *[
        None,
        True,
        False,
        0,
        1,
        3,
        5,
        6,
        -1,
        10,
        Decimal("0.5"),
        Decimal("2.5"),
        Decimal("9.99"),
        Decimal("3.00"),
    ],
    *[Decimal("0.333333"), Decimal("1e2"), Decimal("1e400"), Decimal("1e-40")],
    *["", " ", "\u00a0", "\u200b", "\u2028", "x", "1", "1-2", "3-4", "4-3", "0-9", "1–2"],
    *["1.0", "01.0", "1.1234567890", "general", "none", "None", "comparative", "full", "teaser"],
    *["Vision", "VISION", "e\u0301", "\u00e9", "ß", "SS", "a\nb", "a" * 200, "a" * 201, " " + "a" * 200],
    *[[], [1], ["x"], [None], [1, 5], [5, 1], [1, Decimal("9.99")], [0, 10], [1, 2, 3]],
    *[{}, {"x": 1}, {"1-2": "x"}, {"default": 3}, {"default": 9}, {"general": ["?"]}],
]

KEYS: Final = [
    "metadata",
    "dimensions",
    "resultCategories",
    "interviewGuidelines",
    "examples",
    "name",
    "version",
    "type",
    "author",
    "description",
    "interviewStyle",
    "default",
    "allowOverride",
    "resultDisclosure",
    "scale",
    "weight",
    "interviewThemes",
    "scoringRubric",
    "scoreRange",
    "primaryDimensions",
    "strengths",
    "opening",
    "closing",
    "probingQuestions",
    "general",
    "scores",
    "overall",
    "category",
    "1-2",
    "unknown",
]


@pytest.fixture(scope="module")
def connection(databases: Databases) -> Iterator[Connection]:
    """One database for all examples: they only read."""
    with databases.clone("migrated") as database:
        yield database.connect()


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a JSON value, as the path to it."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))


@st.composite
def mutants(draw: st.DrawFn) -> list[Any]:
    """One valid definition, broken in ten ways."""
    text = draw(definitions()).to_json()
    return [mutate(draw, json.loads(text, parse_float=Decimal)) for _ in range(10)]


def mutate(draw: st.DrawFn, value: Any) -> Any:
    """Replace, remove, double, rename or add one to three parts of a definition."""
    for _ in range(draw(st.integers(1, 3))):
        found = list(places(value))
        if not found:
            break
        *parents, last = draw(st.sampled_from(found))
        holder = value
        for step in parents:
            holder = holder[step]
        match draw(st.sampled_from(["replace", "replace", "move", "remove", "double", "rename", "add"])):
            case "replace":
                holder[last] = copy.deepcopy(draw(st.sampled_from(VALUES)))
            case "move":
                source = value
                for step in draw(st.sampled_from(found)):
                    source = source[step]
                holder[last] = copy.deepcopy(source)
            case "remove":
                del holder[last]
            case "double" if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[last]))
            case "rename" | "double" if isinstance(holder, dict):
                name = draw(st.sampled_from([*KEYS, *(str(key).swapcase() for key in holder)]))
                holder[name] = holder.pop(last)
            case _ if isinstance(holder, dict):
                holder[draw(st.sampled_from(KEYS))] = copy.deepcopy(draw(st.sampled_from(VALUES)))
            case _:
                holder.append(copy.deepcopy(draw(st.sampled_from(VALUES))))
    return value


def to_text(value: Any) -> str:
    """JSON with exact numbers."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{to_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(to_text, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


def faults_in_database(connection: Connection, text: str) -> list[dict[str, str]]:
    row = connection.execute("select private.definition_faults(%s::jsonb)", [text]).fetchone()
    assert row is not None
    faults = row[0]
    assert isinstance(faults, list)
    return faults


def model_of(text: str) -> Definition | None:
    try:
        return Definition.from_json(text)
    except ValueError:
        return None


unhurried = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@settings(unhurried, max_examples=50)
@given(definition=definitions())
def test_the_database_accepts_every_definition_of_the_models(
    connection: Connection, definition: Definition
) -> None:
    assert faults_in_database(connection, definition.to_json()) == []


@settings(unhurried, max_examples=60)
@given(values=mutants())
def test_the_models_refuse_what_the_database_refuses(connection: Connection, values: list[Any]) -> None:
    for value in values:
        text = to_text(value)

        faults = faults_in_database(connection, text)
        model = model_of(text)

        event(f"database {'refuses' if faults else 'accepts'}, models {'accept' if model else 'refuse'}")
        if model is not None:
            assert faults == []
            assert faults_in_database(connection, model.to_json()) == []
        for fault in faults:
            assert set(fault) == {"path", "reason", "expected"}
            assert fault["path"].startswith("$")
