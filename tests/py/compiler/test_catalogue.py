"""Every code is explained by an example that shows exactly it, and the published schema is the models'."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from tests.py.compiler.specimen import check, definition
from tests.py.compiler.strategies import definition_data
from worker.compiler.catalogue import CATALOGUE, SPECIMEN, Entry
from worker.compiler.diagnostics import Code
from worker.definition import Definition

SAID = [entry for entry in CATALOGUE if not entry.by_database]


def test_every_code_has_one_entry() -> None:
    assert sorted(entry.code for entry in CATALOGUE) == sorted(Code)


def test_nothing_is_said_about_the_specimen() -> None:
    assert definition(SPECIMEN).metadata.name == "Team Check"


@pytest.mark.parametrize("entry", SAID, ids=lambda entry: entry.code.value)
def test_the_example_shows_exactly_its_code(entry: Entry) -> None:
    diagnostics = check(entry.source).diagnostics
    if entry.code is Code.TOO_MANY_FAULTS:
        assert len(diagnostics) == 101
        diagnostics = diagnostics[-1:]
        assert diagnostics[0].severity == "warning"
    else:
        assert [d.severity for d in diagnostics] == [entry.usual_severity]
    assert [d.code for d in diagnostics] == [entry.code.value]
    assert diagnostics[0].hint
    assert diagnostics[0].message


SCHEMA = json.loads(Path("docs/definition.schema.json").read_text())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(definition_data())
def test_the_published_schema_accepts_what_the_models_accept(data: dict[str, Any]) -> None:
    document = json.loads(Definition.model_validate(data).to_json())
    jsonschema.Draft202012Validator(SCHEMA).validate(document)


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("metadata",),
        ("metadata", "interviewStyle"),
        ("dimensions", 0),
        ("resultCategories", 0),
        ("interviewGuidelines",),
        ("examples", 0),
        ("dimensions", 0, "scoringRubric"),
    ],
    ids=lambda path: "/".join(map(str, path)) or "top",
)
def test_schema_and_models_refuse_unknown_keys(path: tuple[str | int, ...]) -> None:
    document = json.loads(definition(SPECIMEN).to_json(), parse_float=Decimal)
    target = document
    for step in path:
        target = target[step]
    target["colour"] = "blue"
    with pytest.raises(ValueError, match="colour"):
        Definition.model_validate(document)
    plain = json.loads(json.dumps(document, default=float))
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(plain)
