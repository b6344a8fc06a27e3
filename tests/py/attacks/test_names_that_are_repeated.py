"""A definition cannot slow down its scoring by naming a dimension thousands of times."""

from __future__ import annotations

import json
from typing import Any

from tests.py.harness.databases import Database

REPEATED = 2_000
NAME = "Überzeugung"


def definition(names: list[str]) -> dict[str, Any]:
    """Fifteen categories over the whole scale, each with these primary dimensions."""
    return {
        "dimensions": [
            {"name": NAME, "weight": 0.5, "description": "x"},
            {"name": "Ruhe", "weight": 0.5, "description": "x"},
        ],
        "resultCategories": [
            {"name": f"c{n}", "scoreRange": [1, 5], "primaryDimensions": names} for n in range(15)
        ],
    }


def test_a_name_is_folded_once_however_often_it_is_repeated(database: Database) -> None:
    admin = database.connect("supabase_admin")
    folded = [0]
    for times in (1, REPEATED):
        with admin.transaction(force_rollback=True):
            admin.execute("set local track_functions = 'all'")
            row = admin.execute(
                "select overall from private.score_assessment(%s::jsonb, %s::jsonb)",
                [json.dumps(definition([NAME, *["RUHE"] * times])), json.dumps({NAME: 4, "Ruhe": 2})],
            ).fetchone()
            assert row is not None
            assert row[0] == 3
            calls = admin.execute(
                "select calls from pg_stat_xact_user_functions where schemaname = 'private'"
                " and funcname = 'fold_name'"
            ).fetchone()
            assert calls is not None
            folded.append(calls[0])
    # The counter runs through both.
    assert folded[2] - folded[1] == folded[1] < 50


def test_a_primary_dimension_that_is_named_twice_is_refused_wherever_it_is(database: Database) -> None:
    writer = database.connect()
    for names, place in (
        ([NAME, NAME], 1),
        ([NAME, "Ruhe", " überzeugung "], 2),
        ([*["ruhe"] * REPEATED], 1),
    ):
        refused = writer.execute(
            "select private.definition_faults(%s::jsonb)", [json.dumps(definition(names))]
        ).fetchone()
        assert refused is not None
        assert {
            "path": f"$.resultCategories[14].primaryDimensions[{place}]",
            "reason": "duplicate-reference",
            "expected": "each dimension once",
        } in refused[0]
