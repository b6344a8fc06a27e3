"""The database and the definition models have the same allowed words, limits and defaults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import get_args

import pytest

from tests.py.harness.databases import Connection, Databases
from worker.compiler.diagnostics import MAX_DIAGNOSTICS
from worker.definition import (
    INTERVIEW_STYLES,
    MAX_CATEGORIES,
    MAX_DIMENSIONS,
    MAX_NAME,
    MAX_SCALE,
    MAX_TEXT_BYTES,
    REQUIRED_COVERAGE,
    WEIGHT_TOLERANCE,
    AssessmentType,
    Disclosure,
    Evidence,
    InterviewStyle,
    Metadata,
)

MODELS: dict[str, object] = {
    "assessment_types": list(get_args(AssessmentType)),
    "disclosures": list(get_args(Disclosure)),
    "evidence_rules": list(get_args(Evidence)),
    "interview_styles": list(INTERVIEW_STYLES),
    "largest_text": MAX_TEXT_BYTES,
    "longest_name": MAX_NAME,
    "most_dimensions": MAX_DIMENSIONS,
    "most_categories": MAX_CATEGORIES,
    "most_errors": MAX_DIAGNOSTICS,
    "highest_score": MAX_SCALE,
    "weight_tolerance": WEIGHT_TOLERANCE,
}


@pytest.fixture(scope="module")
def database(databases: Databases) -> Iterator[Connection]:
    """A connection for all of these tests: they only read."""
    with databases.clone("migrated") as clone:
        yield clone.connect()


@pytest.mark.parametrize("function", MODELS)
def test_both_have_the_same(database: Connection, function: str) -> None:
    assert database.execute(f"select private.{function}()").fetchone() == (MODELS[function],)


def test_the_hosts_tables_allow_the_same_styles(database: Connection) -> None:
    checks = database.execute("""
        select pg_get_constraintdef(oid)
          from pg_constraint
         where conname = 'interview_style_override_is_1_to_5'
    """).fetchall()
    bounds = f"(interview_style_override >= {INTERVIEW_STYLES[0]}) AND"
    assert len(checks) == 2
    assert all(bounds in check and f"<= {INTERVIEW_STYLES[-1]})" in check for (check,) in checks), checks


# Except the statuses of an assessment: the allowed transitions name all of them in pairs.
LISTS = (
    "assessment_types",
    "disclosures",
    "evidence_rules",
    "source_types",
    "marketplace_statuses",
    "price_tiers",
)


@pytest.mark.parametrize("function", LISTS)
def test_no_other_function_and_no_check_lists_the_words_again(database: Connection, function: str) -> None:
    row = database.execute(f"select private.{function}()").fetchone()
    assert row is not None
    places = database.execute("""
        select oid::regprocedure::text, prosrc
          from pg_proc
         where pronamespace in ('private'::regnamespace, 'public'::regnamespace)
        union all
        select conname, pg_get_constraintdef(oid)
          from pg_constraint
         where connamespace = 'public'::regnamespace
    """).fetchall()
    listing = [place for place, text in places if all(f"'{word}'" in text for word in row[0])]
    assert listing == [f"private.{function}()"]


def test_both_take_the_same_defaults(database: Connection) -> None:
    row = database.execute("select private.metadata_defaults()::text").fetchone()
    assert row is not None
    stated = json.loads(row[0], parse_float=Decimal)
    silent = Metadata(name="A", interview_style=InterviewStyle())
    assert stated == silent.model_dump(mode="python", by_alias=True, exclude_none=True, exclude={"name"}) | {
        "scale": list(silent.scale),
        "minCoverage": {"required": REQUIRED_COVERAGE, "preferred": 0, "off": 0},
    }


def test_a_row_that_says_nothing_gets_what_silent_metadata_gets(database: Connection) -> None:
    """The defaults of the table's columns are those of the metadata."""
    defaults = database.execute("""
        select array_agg(attribute.attname::text order by attribute.attname),
               array_agg(pg_get_expr(stated.adbin, stated.adrelid) order by attribute.attname)
          from pg_attrdef as stated
          join pg_attribute as attribute
            on attribute.attrelid = stated.adrelid and attribute.attnum = stated.adnum
         where stated.adrelid = 'public.custom_assessments'::regclass
           and attribute.attname = any (array['version', 'assessment_type', 'interview_style_default',
                                              'interview_style_allow_override', 'result_disclosure'])
    """).fetchone()
    assert defaults is not None
    names, expressions = defaults
    assert len(names) == 5
    taken = database.execute(f"select {', '.join(expressions)}").fetchone()
    silent = database.execute(f"select {', '.join(names)} from private.columns_of('{{}}')").fetchone()
    assert taken is not None
    assert taken == silent
    assert None not in taken


NOTHING = {"version": None, "type": None, "interviewStyle": {"default": None}, "resultDisclosure": None}
EVERYTHING = {
    "name": "A",
    "version": "2.1",
    "description": "D",
    "type": "comparative",
    "interviewStyle": {"default": 5, "allowOverride": False},
    "resultDisclosure": "none",
}


@pytest.mark.parametrize(
    ("metadata", "columns"),
    [
        (None, (None, "1.0", None, "multi-dimensional", 3, True, "full")),
        ("x", (None, "1.0", None, "multi-dimensional", 3, True, "full")),
        (NOTHING, (None, "1.0", None, "multi-dimensional", 3, True, "full")),
        (EVERYTHING, ("A", "2.1", "D", "comparative", 5, False, "none")),
    ],
)
def test_metadata_fills_the_columns(
    database: Connection, metadata: object, columns: tuple[object, ...]
) -> None:
    row = database.execute("select * from private.columns_of(%s)", [json.dumps(metadata)]).fetchone()
    assert row == columns
