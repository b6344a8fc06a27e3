"""docs/definition-vectors.json: models and database refuse each definition for the same value."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from stack.packages import ROOT
from tests.py.harness.databases import Database
from tools.definition_vectors import REASONS, written
from worker.compiler import compile_markdown
from worker.compiler.formatter import format_definition
from worker.partial import read_definition, read_partial

VECTORS: list[dict[str, Any]] = json.loads(
    (ROOT / "docs" / "definition-vectors.json").read_text(encoding="utf-8"), parse_float=Decimal
)
#: Only the database can find these, in values that the format does not have.
OF_THE_WHOLE = {"too-large", "too-deep"}


def is_near(path: str, other: str) -> bool:
    """Whether one of two paths leads to the other: the models report a rubric as a whole."""
    return path.startswith(other) or other.startswith(path)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["what"])
def test_the_models_find_the_error_where_it_is(vector: dict[str, Any]) -> None:
    found = [fault.path for fault in read_partial(vector["definition"]).faults]
    expected = [fault["path"] for fault in vector["faults"]]
    assert bool(found) == bool(expected), found
    assert [path for path in found if not is_near(path, expected[0])] == []


def test_the_database_finds_each_error_where_it_is_and_no_other(database: Database) -> None:
    connection = database.connect()
    for vector in VECTORS:
        row = connection.execute(
            "select private.definition_faults(%s::jsonb)", [written(vector["definition"])]
        ).fetchone()
        assert row is not None
        found = [{"path": fault["path"], "reason": fault["reason"]} for fault in row[0]]
        assert found == vector["faults"], vector["what"]


def test_each_reason_is_shown() -> None:
    shown = {fault["reason"] for vector in VECTORS for fault in vector["faults"]}
    assert shown | OF_THE_WHOLE == set(REASONS)


@pytest.mark.parametrize(
    "vector", [vector for vector in VECTORS if not vector["faults"]], ids=lambda vector: vector["what"]
)
def test_what_is_missing_is_missing_in_the_markdown_too(vector: dict[str, Any]) -> None:
    """The canonical Markdown compiles to the definition, or only parts are missing."""
    definition = read_definition(written(vector["definition"]))
    compilation = compile_markdown(format_definition(definition).encode())
    if compilation.definition is None:
        codes = {each.code for each in compilation.diagnostics if each.severity == "error"}
        assert codes <= {"missing-field", "invalid-name", "empty-name", "no-expectation"}
    else:
        assert compilation.definition == definition
