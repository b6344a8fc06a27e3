"""The database and the worker find the same changes between two contents, with the same rules."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from stack.packages import ROOT
from tests.py.harness.databases import Connection, Databases
from tools.version_vectors import CASES, Case, definition_of
from worker.changes import CLASSES, Change, changes_between, class_of_change, rules
from worker.content import JsonObject, canonical_text, content_of, parse

#: Keys of the definition's JSON Schema that are not part of the content.
NO_CONTENT = {"metadata/version", "examples"}
#: The content's names for keys that the schema calls otherwise.
IN_CONTENT = {
    "dimensions/*/interviewThemes": "dimensions/*/themes",
    "dimensions/*/scoringRubric": "dimensions/*/rubric/*",
    "interviewGuidelines/probingQuestions": "dimensions/*/questions",
    "categories/*/scoreRange": "categories/*/range",
    "categories/*/primaryDimensions": "categories/*/primaries",
}


@pytest.fixture(scope="module")
def database(databases: Databases) -> Iterator[Connection]:
    """A connection for all of these tests: they only read."""
    with databases.clone("migrated") as clone:
        yield clone.connect()


def content(case: Case) -> JsonObject:
    """The content of a case."""
    return content_of(parse(definition_of(case)), case.columns)


def in_database(database: Connection, before: JsonObject, after: JsonObject) -> list[tuple[Any, ...]]:
    """The changes as the database finds them."""
    return database.execute(
        "select rule, class, item, part, old_value::text, new_value::text"
        " from private.changes_between(%s::jsonb, %s::jsonb)",
        [canonical_text(before), canonical_text(after)],
    ).fetchall()


def in_worker(before: JsonObject, after: JsonObject) -> list[tuple[Any, ...]]:
    """The changes as the worker finds them, in the same form."""
    return [listed(change) for change in changes_between(before, after)]


def listed(change: Change) -> tuple[Any, ...]:
    """A change as a row of the database. A missing value is SQL's null, not JSON's."""
    added, removed = change.rule.pattern.endswith("/added"), change.rule.pattern.endswith("/removed")
    return (
        change.rule.rule,
        change.rule.class_,
        change.item,
        change.part,
        None if added else canonical_text(change.old),
        None if removed else canonical_text(change.new),
    )


def test_the_rules_are_the_rows(database: Connection) -> None:
    rows = database.execute("select pattern, rule, class, sentence from private.change_rules").fetchall()
    assert {pattern: (rule, pattern, class_, sentence) for pattern, rule, class_, sentence in rows} == rules()
    assert database.execute("select private.change_classes()").fetchall() == [([*CLASSES],)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_changes_are_those_that_were_decided_by_hand(database: Connection, case: Case) -> None:
    before, after = content(CASES[0]), content(case)
    assert sorted(change.rule.rule for change in changes_between(before, after)) == sorted(case.changes)
    assert in_database(database, before, after) == in_worker(before, after)
    # And back, so that the added item is removed.
    assert in_database(database, after, before) == in_worker(after, before)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_scoring_changes_exactly_where_a_rule_of_scoring_or_structure_says_so(case: Case) -> None:
    high = {change.rule.class_ for change in changes_between(content(CASES[0]), content(case))}
    # A rubric's ranges and the type are structure, and no score depends on them.
    unscored = {"type-changed", "rubric-range-added", "rubric-range-removed"}
    scored = bool(high & {"scoring", "structure"}) and not set(case.changes) <= unscored
    assert scored == ("scoring" in case.differs)


def test_class_of_a_change_is_the_highest(database: Connection) -> None:
    first = content(CASES[0])
    for case in CASES:
        other = content(case)
        (found,) = database.execute(
            "select private.class_of_change(%s::jsonb, %s::jsonb)",
            [canonical_text(first), canonical_text(other)],
        ).fetchone() or (None,)
        assert found == class_of_change(first, other)
        assert (found is None) == (not case.changes)


def test_every_rule_is_shown_by_a_case() -> None:
    shown = {rule for case in CASES for rule in case.changes}
    # Going back shows the others.
    assert {rule.rule for rule in rules().values()} - shown <= {"category-removed", "dimension-removed"}


def test_every_key_of_a_content_has_a_rule() -> None:
    whole = content(CASES[0])
    keys = {key for key in whole if key not in {"interviewStyle", "dimensions", "categories"}}
    style, dimensions, categories = whole["interviewStyle"], whole["dimensions"], whole["categories"]
    assert isinstance(style, dict)
    assert isinstance(dimensions, list)
    assert isinstance(categories, list)
    keys |= {f"interviewStyle/{key}" for key in style}
    keys |= {f"dimensions/*/{key}" for item in dimensions if isinstance(item, dict) for key in item}
    keys |= {f"categories/*/{key}" for item in categories if isinstance(item, dict) for key in item}
    assert keys - {"dimensions/*/id", "dimensions/*/rubric"} <= rules().keys()


def test_every_path_of_the_schema_has_a_rule_or_is_no_content() -> None:
    assert sorted(path for path in schema_paths() if not is_ruled(path)) == []


def is_ruled(path: str) -> bool:
    """Whether a path of the schema is not part of the content, or has a rule under its name there."""
    if path in NO_CONTENT:
        return True
    known = IN_CONTENT.get(path, path).removeprefix("metadata/").removeprefix("interviewGuidelines/")
    # The id identifies a dimension: another id means one dimension less and one more.
    return known in rules() or known == "dimensions/*/id"


def schema_paths() -> Iterator[str]:
    """The paths of the schema in the notation of the content's: ``dimensions/*/weight``."""
    schema = json.loads((ROOT / "docs" / "definition.schema.json").read_text(encoding="utf-8"))
    parts = schema["$defs"]
    groups = {
        "metadata/": "Metadata",
        "metadata/interviewStyle/": "InterviewStyle",
        "interviewGuidelines/": "InterviewGuidelines",
        "dimensions/*/": "Dimension",
        "categories/*/": "ResultCategory",
    }
    grouped = {"metadata", "dimensions", "resultCategories", "interviewGuidelines"}
    yield from schema["properties"].keys() - grouped
    for prefix, name in groups.items():
        for key in parts[name]["properties"]:
            if prefix + key != "metadata/interviewStyle":
                yield prefix + key


def test_a_new_path_would_be_found() -> None:
    assert {"dimensions/*/weight", "metadata/resultDisclosure", "examples"} <= set(schema_paths())
    assert not is_ruled("dimensions/*/tone")
    assert not is_ruled("metadata/audience")


@pytest.mark.parametrize("seed", range(4))
def test_changes_between_cases_by_chance_are_the_workers(database: Connection, seed: int) -> None:
    source = random.Random(seed)
    for _ in range(40):
        before, after = (content(case) for case in source.sample(CASES, 2))
        assert in_database(database, before, after) == in_worker(before, after)


def test_sentence_names_the_item_and_the_part() -> None:
    (case,) = [case for case in CASES if case.changes == ["rubric-text-changed"]]
    (change,) = changes_between(content(CASES[0]), content(case))
    assert change.sentence == 'The rubric of the dimension "vision" changed for 1-2.'
