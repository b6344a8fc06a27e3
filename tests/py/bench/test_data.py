"""The generated rows satisfy the product's own rules, and are the same on every machine."""

from __future__ import annotations

import json

import pytest

from bench import data, documents
from tests.py.harness.databases import Database
from worker.compiler import compile_markdown
from worker.definition import Definition


@pytest.mark.parametrize("size", [5_000, 10_000, 100_000, 500_000])
def test_markdown_is_valid_of_its_size_and_the_same_each_time(size: int) -> None:
    text = documents.markdown(7, size)
    assert text == documents.markdown(7, size)
    assert abs(len(text) - size) < size * 0.1
    compilation = compile_markdown(text.encode())
    assert [d.code for d in compilation.diagnostics if d.severity == "error"] == []
    assert compilation.definition is not None


def test_definitions_are_valid_for_worker_and_database(database: Database) -> None:
    with database.connect() as connection:
        for seed in (0, 1, 63):
            text = documents.definition(seed)
            assert 6_000 < len(text) < 8_500
            Definition.from_json(text)
            row = connection.execute("select private.definition_faults(%s)", [text]).fetchone()
            assert row is not None
            assert row[0] == []


def test_identifiers_are_those_that_sql_makes(database: Database) -> None:
    with database.connect() as connection:
        row = connection.execute(
            "select md5('assignment-' || 3 || '-' || 14)::uuid, half || reverse(half)"
            " from md5('assignment-token-' || 3 || '-' || 14) as half"
        ).fetchone()
    assert row == (data.identifier("assignment", 3, 14), data.token("assignment", 3, 14))


def test_loaded_results_are_what_the_database_would_have_written(database: Database) -> None:
    with database.connect(user="supabase_admin") as admin:
        admin.autocommit = True
        data.load(admin, "ours", data.Size(2))
        wrong = admin.execute(
            "select count(*) from public.custom_assessment_results as result"
            " where not (public.verify_result(result.id) ->> 'equal')::boolean"
        ).fetchone()
        counts = admin.execute(
            "select (select count(*) from public.custom_assessments),"
            " (select count(*) from public.custom_assessment_results),"
            " (select count(*) from public.marketplace_listings)"
        ).fetchone()
    assert wrong == (0,)
    assert counts == (2 * data.ASSESSMENTS, 2 * data.RESULTS, 2 * data.PUBLISHED)


def test_hostile_inputs_have_their_size_and_compile_without_a_traceback() -> None:
    inputs = documents.hostile(20_000)
    assert len(inputs) >= 15
    for name, source in inputs.items():
        assert len(source) <= 20_000, name
        assert not compile_markdown(source).valid, name


def test_the_varieties_scores_fall_into_their_category() -> None:
    parsed = json.loads(documents.definition(0))
    [category] = [c for c in parsed["resultCategories"] if c["scoreRange"][0] <= 3.4 <= c["scoreRange"][1]]
    assert category["name"]
