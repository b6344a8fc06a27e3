"""Every code has an example that shows exactly it, and the published schema is that of the models."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from tests.py.compiler.specimen import check, definition, length
from tests.py.compiler.strategies import definition_data
from tests.py.harness.examples import examples
from worker.compiler.catalogue import SPECIMEN, Code
from worker.definition import Definition

SAID = [code for code in Code if not code.after_compiling]


def test_nothing_is_reported_about_the_specimen() -> None:
    assert definition(SPECIMEN).metadata.name == "Team Check"


@pytest.mark.parametrize("code", SAID, ids=str)
def test_the_example_shows_exactly_its_code(code: Code) -> None:
    diagnostics = check(code.example).diagnostics
    if code is Code.TOO_MANY_FAULTS:
        assert len(diagnostics) == 101
        diagnostics = diagnostics[-1:]
        assert diagnostics[0].severity == "warning"
    else:
        assert [d.severity for d in diagnostics] == [code.severity]
    assert [d.code for d in diagnostics] == [code.value]
    assert diagnostics[0].hint
    assert diagnostics[0].message


#: The marked text in the example of each code.
MARKED = {
    "fenced-file": "```markdown",
    "missing-front-matter": "# Team Check",
    "misplaced-front-matter": "Here is your assessment:",
    "unclosed-front-matter": "---",
    "yaml-syntax": ":",
    "yaml-alias": "*name",
    "yaml-anchor": "&me Maria",
    "yaml-tag": "!!str Maria",
    "yaml-too-deep": "[",
    "missing-key": "---",
    "unknown-key": "auther",
    "duplicate-key": "version",
    "invalid-name": "",
    "invalid-version": "v2",
    "invalid-value": "no",
    "invalid-scale": "[5, 1]",
    "raw-html": "<b>",
    "unsafe-link": "<ftp://example.org/guide>",
    "nested-too-deep": "-",
    "unclosed-fence": "```",
    "missing-section": "g",
    "duplicate-section": "## Dimensions",
    "unknown-section": "## Notes for Maria",
    "empty-section": "## Examples",
    "heading-level": "# Interview Guidelines",
    "stray-text": "These are the results.",
    "too-many-dimensions": "### Dimension 21",
    "too-many-categories": "### Starting",
    "empty-name": "###",
    "duplicate-name": "### Thriving",
    "missing-field": "### Trust",
    "unknown-field": "- colour",
    "duplicate-field": "-",
    "not-a-field": "- plans",
    "not-a-bullet": "weight: 0.4",
    "empty-value": "- weight:",
    "not-a-list": "Vision, Trust",
    "empty-item": ",",
    "duplicate-reference": "vision",
    "unknown-item": "### Openning",
    "duplicate-item": "### Opening",
    "invalid-weight": "0,4",
    "weights-sum": "## Dimensions",
    "invalid-range": "low",
    "reversed-range": "[2.9, 1.0]",
    "outside-scale": "[0.0, 2.9]",
    "rubric-overlap": "3-5",
    "unknown-dimension": "Vison",
    "ambiguous-categories": "[4.5, 5.0]",
    "range-gap": "[1.0, 2.5]",
    "unreachable-range": "[4.0, 5.0]",
    "possible-tie": "[3.0, 5.0]",
    "invalid-score": "high",
    "no-expectation": "### A good team",
    "unknown-category": "Thrivin",
    "ambiguous-expectation": "None",
    "wrong-overall": "4.5",
    "wrong-category": "Starting",
}


@pytest.mark.parametrize("code", [code for code in SAID if code in MARKED], ids=str)
def test_the_caret_marks_what_is_wrong(code: Code) -> None:
    diagnostic = check(code.example).diagnostics[-1]
    line = code.example.decode().split("\n")[diagnostic.line - 1]
    begin = diagnostic.column - 1
    assert line[begin : begin + length(code.example, diagnostic)] == MARKED[code.value]


SCHEMA = json.loads(Path("docs/definition.schema.json").read_text())
DIAGNOSTICS = jsonschema.Draft202012Validator(json.loads(Path("docs/diagnostics.schema.json").read_text()))


@pytest.mark.parametrize("code", SAID, ids=str)
def test_what_is_reported_fits_its_published_schema(code: Code) -> None:
    found = [diagnostic.to_dict() for diagnostic in check(code.example).diagnostics]
    DIAGNOSTICS.validate(found)
    for name in ("args", "hint", "end_column"):
        assert not DIAGNOSTICS.is_valid([{key: value for key, value in found[0].items() if key != name}])
    assert not DIAGNOSTICS.is_valid([{**found[0], "colour": "blue"}])
    assert not DIAGNOSTICS.is_valid([{**found[0], "fix": None}])
    assert not DIAGNOSTICS.is_valid([{**found[0], "severity": "fatal"}])


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
