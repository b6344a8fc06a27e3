"""The models refuse what the format refuses, and normalize everything else."""

import json
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from tests.py.compiler.specimen import definition
from worker.compiler.catalogue import SPECIMEN
from worker.definition import Definition, definition_size
from worker.scoring import (
    CategoryRule,
    DimensionRule,
    ScoringRules,
    decimal_places,
    score,
)

D = Decimal


def data() -> dict[str, Any]:
    """Return the specimen's definition as JSON data with exact numbers."""
    found: dict[str, Any] = json.loads(definition(SPECIMEN).to_json(), parse_float=Decimal)
    return found


def changed(path: str, value: object) -> dict[str, Any]:
    """Return the data with one value replaced; ``path`` has its steps separated by dots."""
    found = data()
    *steps, last = path.split(".")
    target: Any = found
    for step in steps:
        target = target[int(step) if step.isdigit() else step]
    target[int(last) if last.isdigit() else last] = value
    return found


REFUSED: list[tuple[str, object, str]] = [
    ("metadata.name", "", "empty"),
    ("metadata.name", "  \n", "empty"),
    ("metadata.name", "x" * 201, "200"),
    ("metadata.name", "a\0b", "NUL"),
    ("metadata.name", "a\ud800", "surrogate"),
    ("metadata.name", "<b>", "raw-html: <b>"),
    ("metadata.author", "[a](javascript:b)", "unsafe-link: javascript:b"),
    ("metadata.author", None, "author is null"),
    ("metadata.version", "1", "pattern"),
    ("metadata.version", "1.01", "pattern"),
    ("metadata.version", "1.0\n", "pattern"),
    ("metadata.version", "1.1234567890", "pattern"),
    ("metadata.type", "other", "single-outcome"),
    ("metadata.resultDisclosure", "some", "teaser"),
    ("metadata.interviewStyle", {"default": 0}, "greater than or equal to 1"),
    ("metadata.interviewStyle", {"default": 6}, "less than or equal to 5"),
    ("metadata.interviewStyle", {"default": "3"}, "integer"),
    ("metadata.interviewStyle", {"allowOverride": "yes"}, "boolean"),
    ("metadata.language", "German", "BCP 47"),
    ("metadata.language", "de_AT", "BCP 47"),
    ("metadata.language", "", "BCP 47"),
    ("metadata.scale", [D(5), D(1)], "lower bound"),
    ("metadata.scale", [D(3), D(3)], "lower bound"),
    ("metadata.scale", [D(1), D("100.01")], "100"),
    ("metadata.scale", [D(-1), D(5)], "greater than or equal to 0"),
    ("metadata.scale", [1.0, 5.0], "exact"),
    ("metadata.scale", [True, D(5)], "exact"),
    ("metadata.scale", ["1", "5"], "exact"),
    ("metadata.scale", [D(1), D(5), D(6)], "too_long|at most 2"),
    ("dimensions", [], "at least 1"),
    ("dimensions.0.name", "Vision:", "colon"),
    ("dimensions.0.name", "**Vision**", "emphasis"),
    ("dimensions.0.name", "a\nb", "one line"),
    ("dimensions.0.name", "trust", "'trust'? appears twice|appears twice"),
    ("dimensions.0.weight", D(0), "greater than 0"),
    ("dimensions.0.weight", D("1.1"), "less than or equal to 1"),
    ("dimensions.0.weight", D("0.6101"), "sum to 1.0101"),
    ("dimensions.0.weight", D("0.5899"), "sum to 0.9899"),
    ("dimensions.0.weight", D("NaN"), "decimal places"),
    ("dimensions.0.weight", D("1E-31"), "30 decimal places"),
    ("dimensions.0.weight", 0.6, "exact"),
    ("dimensions.0.description", "", "empty"),
    ("dimensions.0.interviewThemes", ["a", ""], "empty"),
    ("dimensions.0.interviewThemes", None, "tuple"),
    ("dimensions.0.scoringRubric", {"x": "a"}, "pattern"),
    ("dimensions.0.scoringRubric", {"1.": "a"}, "not a range"),
    ("dimensions.0.scoringRubric", {"2-1": "a"}, "not a range"),
    ("dimensions.0.scoringRubric", {"1-3": "a", "3": "b"}, "overlaps"),
    ("dimensions.0.scoringRubric", {"1-5": "a", "2": "b"}, "overlaps"),
    ("dimensions.0.scoringRubric", {"0": "a"}, "rubric range 0 of 'Vision' is outside"),
    ("dimensions.0.scoringRubric", {"5-6": "a"}, "outside the scale"),
    ("resultCategories", [], "at least 1"),
    ("resultCategories.0.name", "thriving", "appears twice"),
    ("resultCategories.0.scoreRange", [D(2), D(1)], "lower bound"),
    ("resultCategories.0.scoreRange", [D("0.9"), D(2)], "'Starting' is outside the scale"),
    ("resultCategories.0.scoreRange", [D(1), D("5.1")], "outside the scale"),
    ("resultCategories.0.primaryDimensions", ["Money"], "no dimension 'Money'"),
    ("resultCategories.0.primaryDimensions", ["Vision", "vision"], "appears twice"),
    ("resultCategories.1", {"name": "x", "scoreRange": [D(1), D(5)], "description": "x"}, "share a range"),
    ("interviewGuidelines.opening", "<x>", "raw-html"),
    ("interviewGuidelines.probingQuestions", {"Money": ["a"]}, "no dimension 'Money'"),
    ("interviewGuidelines.probingQuestions", {"Vision": []}, "at least 1"),
    ("interviewGuidelines.probingQuestions", {"Vision": ["a"], "vision": ["b"]}, "appears twice"),
    ("examples.0.name", "", "empty"),
    ("examples.0.scores", {}, "at least 1"),
    ("examples.0.scores", {"Money": D(4)}, "no dimension 'Money'"),
    ("examples.0.scores", {"Vision": D(4), "vision": D(4)}, "appears twice"),
    ("examples.0.scores", {"Vision": D(6)}, "score outside the scale"),
    ("examples.0.overall", D("3.9"), "expects 3.9, but the overall score is 4.00"),
    ("examples.0.category", "Starting", "expects 'Starting', but the category is 'thriving'"),
    ("examples.0.category", "Nothing", "expects 'Nothing'"),
    ("examples.0", {"name": "x", "scores": {"Vision": D(4)}}, "states no expectation"),
    ("examples", [data()["examples"][0]] * 2, "appears twice"),
]


@pytest.mark.parametrize(("path", "value", "reason"), REFUSED, ids=lambda value: repr(value)[:40])
def test_the_models_refuse(path: str, value: object, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Definition.model_validate(changed(path, value))


ACCEPTED: list[tuple[str, object, str, object]] = [
    ("metadata.name", " a\r\nb ", "metadata.name", "a\nb"),
    ("metadata.name", "x" * 200, "metadata.name", "x" * 200),
    ("metadata.interviewStyle", {}, "metadata.interviewStyle", {"default": 3, "allowOverride": True}),
    ("metadata.language", "DE-at", "metadata.language", "de-AT"),
    ("metadata.language", "zh-hant-tw", "metadata.language", "zh-Hant-TW"),
    ("metadata.language", "de-1996-x-AB", "metadata.language", "de-1996-x-ab"),
    ("metadata.scale", [D("-0"), D("100.00")], "metadata.scale", [D(0), D(100)]),
    ("metadata.scale", [1, 5], "metadata.scale", [1, 5]),
    ("dimensions.0.weight", D("0.600"), "dimensions.0.weight", D("0.6")),
    ("dimensions.0.weight", D("0.61"), "dimensions.0.weight", D("0.61")),
    ("dimensions.0.weight", D("0.59"), "dimensions.0.weight", D("0.59")),
    ("dimensions.0.weight", D("6E-1"), "dimensions.0.weight", D("0.6")),
    (
        "dimensions.0.scoringRubric",
        {"4-5": "b", "03": "a"},
        "dimensions.0.scoringRubric",
        {"3": "a", "4-5": "b"},
    ),
    (
        "resultCategories.0.primaryDimensions",
        ["TRUST", "vision"],
        "resultCategories.0.primaryDimensions",
        ["Trust", "Vision"],
    ),
    (
        "interviewGuidelines.probingQuestions",
        {"GENERAL": ["c"], "trust": ["b"], "VISION": ["a"]},
        "interviewGuidelines.probingQuestions",
        {"Vision": ["a"], "Trust": ["b"], "general": ["c"]},
    ),
    (
        "examples.0.scores",
        {"TRUST": D(4), "vision": D(4)},
        "examples.0.scores",
        {"Vision": D(4), "Trust": D(4)},
    ),
    ("examples.0.category", "THRIVING", "examples.0.category", "Thriving"),
]


@pytest.mark.parametrize(("path", "value", "where", "stored"), ACCEPTED, ids=lambda value: repr(value)[:40])
def test_the_models_bring_values_to_one_form(path: str, value: object, where: str, stored: object) -> None:
    found: Any = json.loads(Definition.model_validate(changed(path, value)).to_json(), parse_float=Decimal)
    for step in where.split("."):
        found = found.get(step) if isinstance(found, dict) else found[int(step)]
    assert found == stored
    if isinstance(stored, dict):
        assert list(found) == list(stored)


def test_parts_that_may_be_missing_have_defaults() -> None:
    found = data()
    for key in ("interviewGuidelines", "examples"):
        del found[key]
    found["metadata"] = {"name": "x"}
    del found["dimensions"][0]["scoringRubric"], found["resultCategories"][0]["strengths"]
    text = Definition.model_validate(found).to_json()
    assert text.startswith('{"metadata":{"name":"x","version":"1.0","type":"multi-dimensional",')
    assert text.endswith('"interviewGuidelines":{"probingQuestions":{}},"examples":[]}')
    assert '"interviewThemes":[],"scoringRubric":{}' in text


def test_an_example_may_expect_that_nothing_matches() -> None:
    found = changed("resultCategories.1.scoreRange", [D("4.5"), D(5)])
    found["examples"][0]["category"] = "None"
    assert Definition.model_validate(found).examples[0].category == "none"
    found["resultCategories"][0]["name"] = "NONE"
    with pytest.raises(ValidationError, match="also the name of a category"):
        Definition.model_validate(found)


def test_the_models_are_frozen_and_know_their_fields_by_both_names() -> None:
    found = definition(SPECIMEN)
    with pytest.raises(ValidationError):
        found.metadata.name = "other"  # type: ignore[misc]  # frozen is what is tested
    assert Definition.model_validate(found.model_dump(exclude_none=True)) == found


def test_a_definition_is_as_large_as_the_database_counts_it() -> None:
    found = changed("dimensions.0.description", "x" * 400_000)
    size = definition_size(Definition.model_validate(found))
    found["dimensions"][0]["description"] += "x" * (512_000 - size)
    assert definition_size(Definition.model_validate(found)) == 512_000
    found["dimensions"][0]["description"] += "x"
    with pytest.raises(ValidationError, match="larger than 512000 bytes"):
        Definition.model_validate(found)


def test_text_that_is_no_json_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        Definition.from_json("{")
    with pytest.raises(ValidationError):
        Definition.from_json("[]")
    with pytest.raises(ValueError, match="nested too deep"):
        Definition.from_json("[" * 100_000)


# --- scoring ---

RULES = ScoringRules(
    (DimensionRule("Vision", D("0.5")), DimensionRule("Trust", D("0.5"))),
    (CategoryRule("All", (D(1), D(5))),),
)


def test_scores_may_lie_at_the_ends_of_the_scale() -> None:
    assert score(RULES, {"Vision": D(1), "Trust": D(5)}).overall == 3
    assert str(score(RULES, {"Vision": D(1)}).overall) == "1.00"


def test_numbers_of_any_length_are_exact() -> None:
    long = D("2." + "9" * 5000)
    assert str(score(RULES, {"Vision": long}).overall) == "3.00"
    assert str(score(RULES, {"Vision": D("2.99" + "4" + "9" * 5000)}).overall) == "2.99"


@pytest.mark.parametrize(("number", "places"), [("1", 0), ("1.0", 1), ("0.25", 2), ("1E+2", 0), ("NaN", 0)])
def test_decimal_places_count_zeros(number: str, places: int) -> None:
    assert decimal_places(D(number)) == places


def test_a_definition_gives_its_rules() -> None:
    rules = definition(SPECIMEN).rules
    assert rules.dimensions == (DimensionRule("Vision", D("0.6")), DimensionRule("Trust", D("0.4")))
    assert rules.categories[1] == CategoryRule("Thriving", (D("3.0"), D("5.0")), ("Vision",))
    assert rules.scale == (D(1), D(5))
