"""The database scores like the compiler: on the published vectors, and on random ones."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.py.harness.databases import Connection, Databases
from tests.py.harness.scoring import rules_of
from worker.scoring import score

VECTORS = (Path(__file__).parents[3] / "docs" / "scoring-vectors.json").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def scoring(databases: Databases) -> Iterator[Connection]:
    """A connection for all of these tests: they only read."""
    with databases.clone("migrated") as clone:
        yield clone.connect()


def in_database(connection: Connection, definition: str, scores: str) -> dict[str, Any]:
    """The database's result: overall, category and uncovered."""
    row = connection.execute(
        "select overall, category ->> 'name', uncovered, faults"
        " from private.score_assessment(%s::jsonb, %s::jsonb)",
        [definition, scores],
    ).fetchone()
    assert row is not None
    overall, category, uncovered, faults = row
    assert faults == []
    return {"overall": str(overall), "category": category, "uncovered": uncovered}


def in_compiler(definition: str, scores: str) -> dict[str, Any]:
    """The compiler's result, in the same form."""
    outcome = score(rules_of(definition), json.loads(scores, parse_float=Decimal, parse_int=Decimal))
    category = None if outcome.category is None else outcome.category.name
    return {"overall": str(outcome.overall), "category": category, "uncovered": list(outcome.uncovered)}


def chance(source: random.Random) -> tuple[str, str]:
    """A definition and scores, as JSON texts: often at the edges of ranges."""

    def number(low: int, high: int, places: int) -> str:
        return str(Decimal(source.randint(low * 10**places, high * 10**places)).scaleb(-places))

    names = [f"D{n}" for n in range(source.choice((1, 2, 3, 5, 20)))]
    weights = [source.choice(("0.1", "0.2", "0.25", "0.333333", number(0, 1, 3))) for _ in names]
    dimensions = [
        f'{{"name": "{name}", "weight": {weight if Decimal(weight) else "0.5"}}}'
        for name, weight in zip(names, weights, strict=True)
    ]
    places = source.choice((0, 1, 1, 2))
    categories = []
    for position in range(source.randint(0, 6)):
        low, high = sorted((number(1, 5, places), number(1, 5, source.choice((places, 0)))), key=Decimal)
        primary = json.dumps(source.sample([name.lower() for name in names], source.randint(0, len(names))))
        categories.append(
            f'{{"name": "C{position}", "scoreRange": [{low}, {high}], "primaryDimensions": {primary}}}'
        )
    scores = {
        source.choice((name, name.lower(), f" {name}\u00a0")): number(1, 5, source.choice((0, 1, 2, 3)))
        for name in names
        if source.random() < 0.8
    } or {"D0": number(1, 5, 2)}
    given = ", ".join(f"{json.dumps(name)}: {value}" for name, value in scores.items())
    return (
        f'{{"dimensions": [{", ".join(dimensions)}], "resultCategories": [{", ".join(categories)}]}}',
        f"{{{given}}}",
    )


@pytest.fixture(scope="module")
def scored_vectors(scoring: Connection) -> dict[str, dict[str, Any]]:
    """The database's result for each vector. Numbers are as in the file."""
    rows = scoring.execute(
        "select vector.value ->> 'what', scored.overall, scored.category ->> 'name', scored.uncovered,"
        " scored.faults"
        " from jsonb_array_elements(%s::jsonb) as vector,"
        " private.score_assessment(vector.value -> 'definition', vector.value -> 'scores') as scored",
        [VECTORS],
    )
    return {
        what: {"overall": str(overall), "category": category, "uncovered": uncovered, "faults": faults}
        for what, overall, category, uncovered, faults in rows
    }


@pytest.mark.parametrize("vector", json.loads(VECTORS), ids=lambda vector: vector["what"])
def test_database_scores_as_published(
    scored_vectors: dict[str, dict[str, Any]], vector: dict[str, Any]
) -> None:
    wanted = {name: vector[name] for name in ("overall", "category", "uncovered")}
    assert scored_vectors[vector["what"]] == wanted | {"faults": []}


@pytest.mark.parametrize("seed", range(10))
def test_database_and_compiler_agree_on_what_chance_makes(scoring: Connection, seed: int) -> None:
    source = random.Random(seed)
    differing = []
    with scoring.transaction():
        for _ in range(150):
            definition, scores = chance(source)
            database, compiler = in_database(scoring, definition, scores), in_compiler(definition, scores)
            if database != compiler:
                differing.append((definition, scores, database, compiler))
    assert differing == []
