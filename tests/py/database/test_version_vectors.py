"""The database and the worker compute the same ids and hashes for a content, on both versions of Postgres."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from stack.packages import ROOT
from tests.py.harness.databases import Connection, Databases
from tests.py.harness.postgres_15 import older_databases, on_postgres_15
from tools.version_vectors import BASE
from worker.content import (
    Columns,
    canonical_text,
    content_of,
    dimension_hashes,
    hash_of,
    parse,
    scoring_of,
)
from worker.ids import dimension_id

FILE = (ROOT / "docs" / "version-vectors.json").read_text(encoding="utf-8")
VECTORS = json.loads(FILE)

CONTENT = """
  private.content_of(vector.value -> 'definition', vector.value -> 'columns')
"""


@pytest.fixture(scope="module", params=["packaged", pytest.param("15", marks=on_postgres_15)])
def database(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Connection]:
    """A connection for all of these tests: they only read."""
    if request.param == "packaged":
        with databases.clone("migrated") as clone:
            yield clone.connect()
        return
    with older_databases("migrated") as older, older.clone("migrated") as clone:
        yield clone.connect()


def contents(database: Connection, vectors: str) -> list[tuple[Any, ...]]:
    """Content and hashes of a JSON list of vectors. Numbers are as in the list."""
    return database.execute(
        "select content::text, private.hash_of(content), private.hash_of(private.scoring_of(content)),"
        " private.dimension_hashes(content)"
        # The numbers of a JSON list keep their decimal places in jsonb.
        f" from jsonb_array_elements(%s::jsonb) with ordinality as vector (value, place),"
        f" lateral {CONTENT} as content order by place",
        [vectors],
    ).fetchall()


def test_contents_have_the_published_hashes(database: Connection) -> None:
    listed = FILE[FILE.index('"contents": ') + len('"contents": ') : FILE.rindex("}")]
    found = contents(database, listed)
    wanted = [
        (vector["definition_sha256"], vector["scoring_sha256"], vector["dimension_hashes"])
        for vector in VECTORS["contents"]
    ]
    assert [row[1:] for row in found] == wanted


def test_names_have_the_published_ids(database: Connection) -> None:
    found = database.execute(
        "select key, private.id_of_name(private.fold_name(private.trim_text(key)))"
        " from jsonb_object_keys(%s::jsonb) as key",
        [json.dumps(VECTORS["ids"])],
    ).fetchall()
    assert dict(found) == VECTORS["ids"]


def any_name(source: random.Random) -> str:
    """A name of letters from many scripts, with marks, hyphens, ligatures and invisible characters."""
    letters = "aZ09 -_.&'\u2019\u2010\u00adßẞæŒøŁđıİéÅñﬁ½²Ⅳ한領ЖΣς\u0301\u200d\U0001f600"
    chosen = "".join(source.choice(letters) for _ in range(source.choice((1, 3, 8, 20, 250))))
    return chosen if chosen.strip() else "x"


@pytest.mark.parametrize("seed", range(5))
def test_ids_of_names_by_chance_are_the_workers(database: Connection, seed: int) -> None:
    source = random.Random(seed)
    names = [any_name(source) for _ in range(300)]
    found = database.execute(
        "select name, private.id_of_name(private.fold_name(private.trim_text(name)))"
        " from unnest(%s::text[]) as name",
        [names],
    ).fetchall()
    assert [(name, id_, dimension_id(name)) for name, id_ in found if id_ != dimension_id(name)] == []


def any_definition(source: random.Random) -> str:
    """The first vector's definition with some of it replaced, often by another spelling of the same."""
    pairs = [
        ("0.6", source.choice(("0.60", "6e-1", "0.5999"))),
        ("[1.0, 2.9]", source.choice(("[1, 2.9]", "[1.000, 2.90]", "[0.1e1, 29e-1]"))),
        ("Sees far.", source.choice(('\\u0001\\u007f\\"\\\\/\\n\\t', "\U0001f600 ä\u0301", "x" * 3000))),
        ('"1-2"', source.choice(('"1.50-2"', '" 1 – 2.0 "', '".5-2.5"'))),
        ('"general"', source.choice(('"GENERAL"', '"  general"'))),
        (
            '"opening": "Welcome."',
            source.choice(('"opening": null', '"opening": ""', '"other": [1.0, {"b": 1e3}]')),
        ),
        (
            '{"dimensions": [',
            '{"metadata": {"scale": [0.50, 5.00], "minCoverage": 0.70, "evidence": 7}, "dimensions": [',
        ),
        ('{"dimensions": [', '{"metadata": null, "examples": null, "dimensions": ['),
        ('"interviewThemes": ["goals"]', '"interviewThemes": null'),
        ('{"Vision": [', '{"VISION ": ["Before?"], "Vision": ['),
        (', "primaryDimensions": ["Führung & Größe"]}]', "}]"),
    ]
    text = BASE
    for old, new in source.sample(pairs, source.randint(0, len(pairs))):
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("seed", range(5))
def test_contents_by_chance_are_the_workers(database: Connection, seed: int) -> None:
    source = random.Random(seed)
    definitions = [any_definition(source) for _ in range(60)]
    columns = json.dumps(Columns("Team check")._asdict())
    found = contents(
        database,
        "[" + ", ".join(f'{{"columns": {columns}, "definition": {text}}}' for text in definitions) + "]",
    )
    for text, (content, whole, scoring, dimensions) in zip(definitions, found, strict=True):
        mine = content_of(parse(text), Columns("Team check"))
        assert content == canonical_text(mine)
        assert (whole, scoring) == (hash_of(mine), hash_of(scoring_of(mine)))
        assert dimensions == dimension_hashes(mine)
