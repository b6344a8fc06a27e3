"""The models at their limits: the last accepted value, the first refused one, and every error."""

import itertools
import json
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from worker.definition import Definition, clean_text, definition_size, json_faults

D = Decimal


def data() -> dict[str, Any]:
    """Return a small definition as its JSON data."""
    return {
        "metadata": {"name": "x"},
        "dimensions": [
            {"name": "A", "weight": D("0.5"), "description": "a"},
            {"name": "B", "weight": D("0.5"), "description": "b"},
        ],
        "resultCategories": [
            {"name": "Low", "scoreRange": [1, D("2.9")], "description": "c"},
            {"name": "High", "scoreRange": [3, 5], "description": "c"},
        ],
    }


def faults(found: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the errors of data that the models refuse, each with its path."""
    with pytest.raises(ValidationError) as caught:
        Definition.model_validate(found)
    return [(fault.path, fault.reason) for fault in json_faults(caught.value)]


def refused(found: dict[str, Any]) -> str:
    """Return the messages about data that the models refuse."""
    return "; ".join(reason for _, reason in faults(found))


@pytest.mark.parametrize(("count", "accepted"), [(1, True), (20, True), (21, False)])
def test_how_many_dimensions_there_may_be(count: int, accepted: bool) -> None:
    found = data()
    weight = {1: "1", 20: "0.05", 21: "0.0476"}[count]
    found["dimensions"] = [{"name": f"D{n}", "weight": D(weight), "description": "x"} for n in range(count)]
    if accepted:
        assert len(Definition.model_validate(found).dimensions) == count
    else:
        assert "at most 20 items" in refused(found)


@pytest.mark.parametrize(("count", "accepted"), [(1, True), (15, True), (16, False)])
def test_how_many_categories_there_may_be(count: int, accepted: bool) -> None:
    found = data()
    found["resultCategories"] = [
        {"name": f"C{n}", "scoreRange": [1 + n * D("0.2"), 1 + n * D("0.2") + D("0.1")], "description": "x"}
        for n in range(count)
    ]
    if accepted:
        assert len(Definition.model_validate(found).result_categories) == count
    else:
        assert "at most 15 items" in refused(found)


@pytest.mark.parametrize(
    ("overall", "reason"),
    [
        (D("999.99"), "expects 999.99, but the overall score is 3.00"),
        (D(1000), "is below 1000"),
        (D(1001), "is below 1000"),
        (D(-1000), "is below 1000"),
        (D("Infinity"), "is below 1000"),
        (D("3." + "0" * 29 + "1"), "but the overall score is 3.00"),
        (D("3." + "0" * 30 + "1"), "at most 30 decimal places"),
        (D("-0"), "expects 0, but the overall score is 3.00"),
    ],
)
def test_numbers_at_their_limits(overall: Decimal, reason: str) -> None:
    found = data() | {"examples": [{"name": "e", "scores": {"A": 3}, "overall": overall}]}
    assert reason in refused(found)


@pytest.mark.parametrize(
    ("one", "other", "primaries", "shared"),
    [
        ([1, 3], [3, 5], ([], []), True),
        ([3, 5], [1, 3], ([], []), True),
        ([1, D("2.9")], [3, 5], ([], []), False),
        ([3, 5], [1, D("2.9")], ([], []), False),
        ([1, 5], [2, 3], (["A"], ["a"]), True),
        ([1, 5], [2, 3], (["A", "B"], ["B", "A"]), True),
        ([1, 5], [2, 3], (["A"], ["B"]), False),
        ([1, 5], [2, 3], (["A"], []), False),
    ],
)
def test_which_categories_cannot_be_distinguished(
    one: list[Any], other: list[Any], primaries: tuple[list[str], list[str]], shared: bool
) -> None:
    found = data()
    for category, bounds, names in zip(found["resultCategories"], (one, other), primaries, strict=True):
        category |= {"scoreRange": bounds, "primaryDimensions": names}
    if shared:
        assert "'Low' and 'High' share a range and have the same primary dimensions" in refused(found)
    else:
        assert Definition.model_validate(found).result_categories[1].score_range == tuple(map(D, other))


def test_every_error_is_named() -> None:
    found = data()
    found["dimensions"] += [found["dimensions"][0] | {"scoringRubric": {"0": "x", "1-2": "y", "3-6": "z"}}]
    found["resultCategories"] += [
        {"name": "low", "scoreRange": [0, 6], "description": "c", "primaryDimensions": ["X", "a", "A"]}
    ]
    found["interviewGuidelines"] = {"probingQuestions": {"Y": ["?"], "general": ["?"], "GENERAL": ["?"]}}
    found["examples"] = [{"name": "e", "scores": {"Z": 1, "a": 2, "A": 3}, "overall": 1}] * 2
    assert faults(found) == [
        ("$.dimensions[2].name", "the dimension 'A' appears twice"),
        ("$.resultCategories[2].name", "the result category 'low' appears twice"),
        ("$.examples[1].name", "the example 'e' appears twice"),
        ("$.dimensions", "the weights sum to 1.5, not to 1"),
        ('$.dimensions[2].scoringRubric["0"]', "the rubric range 0 of 'A' is outside the scale"),
        ('$.dimensions[2].scoringRubric["3-6"]', "the rubric range 3-6 of 'A' is outside the scale"),
        ("$.resultCategories[2].scoreRange", "the score range of 'low' is outside the scale"),
        ("$.resultCategories[2].primaryDimensions[0]", "there is no dimension 'X'"),
        ("$.resultCategories[2].primaryDimensions[2]", "the dimension 'A' appears twice"),
        ("$.interviewGuidelines.probingQuestions.Y", "there is no dimension 'Y'"),
        ("$.interviewGuidelines.probingQuestions.GENERAL", "the dimension 'GENERAL' appears twice"),
        ("$.examples[0].scores.Z", "there is no dimension 'Z'"),
        ("$.examples[0].scores.A", "the dimension 'A' appears twice"),
        ("$.examples[1].scores.Z", "there is no dimension 'Z'"),
        ("$.examples[1].scores.A", "the dimension 'A' appears twice"),
    ]


def test_every_faulty_example_is_named() -> None:
    found = data() | {
        "examples": [
            {"name": "nothing", "scores": {"A": 3}},
            {"name": "outside", "scores": {"A": D("5.1")}, "overall": 3},
            {"name": "below", "scores": {"A": 3, "B": D("0.9")}, "overall": 3},
            {"name": "right", "scores": {"A": 1, "B": 5}, "overall": D("3.0"), "category": "HIGH"},
            {"name": "score", "scores": {"A": 1}, "overall": D("1.01")},
            {"name": "both", "scores": {"A": 5}, "overall": D("4.99"), "category": "Low"},
            {"name": "no such", "scores": {"A": 5}, "category": "Highest"},
            {"name": "some", "scores": {"A": 5}, "category": "None"},
        ]
    }
    assert faults(found) == [
        ("$.examples[0]", "the example 'nothing' states no expectation"),
        ("$.examples[1].scores", "the example 'outside' has a score outside the scale"),
        ("$.examples[2].scores", "the example 'below' has a score outside the scale"),
        ("$.examples[4].overall", "the example 'score' expects 1.01, but the overall score is 1.00"),
        ("$.examples[5].overall", "the example 'both' expects 4.99, but the overall score is 5.00"),
        ("$.examples[5].category", "the example 'both' expects 'Low', but the category is 'high'"),
        ("$.examples[6].category", "the example 'no such' expects 'Highest', but the category is 'high'"),
        ("$.examples[7].category", "the example 'some' expects 'none', but the category is 'high'"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            b"{",
            "this is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ),
        (b"[" * 100_000, "this is not JSON: the text is nested too deep for a definition"),
        (b"[]", "Input should be a valid dictionary or instance of Definition"),
    ],
    ids=["cut off", "deep", "a list"],
)
def test_what_is_not_an_object_is_named_as_a_whole(text: bytes, reason: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - json's own error is one of them
        Definition.from_json(text)
    assert json_faults(caught.value) == [("$", reason)]


def test_values_are_named_by_their_paths() -> None:
    dimension = {"name": "A", "weight": 2, "description": "d", "scoringRubric": {"a b": "c"}}
    assert faults(
        {"metadata": {"name": ""}, "dimensions": [dimension], "resultCategories": [], "colour": 1}
    ) == [
        ("$.metadata.name", "a text must not be empty"),
        ("$.dimensions[0].weight", "Input should be less than or equal to 1"),
        ('$.dimensions[0].scoringRubric["a b"]', "String should match pattern '^[0-9.]+(-[0-9.]+)?$'"),
        ("$.resultCategories", "Tuple should have at least 1 item after validation, not 0"),
        ("$.colour", "Extra inputs are not permitted"),
    ]


@pytest.mark.parametrize("key", ["0-2", "0", "4-6", "6", "5-5.1"])
def test_a_rubric_stays_within_the_scale(key: str) -> None:
    found = data()
    found["dimensions"][0]["scoringRubric"] = {key: "x"}
    assert f"the rubric range {key} of 'A' is outside the scale" in refused(found)


@pytest.mark.parametrize(("name", "category"), [("High", "high"), ("Zebra", "ZEBRA")])
def test_another_category_may_be_expected_where_one_is_called_none(name: str, category: str) -> None:
    found = data() | {"examples": [{"name": "e", "scores": {"A": 5}, "category": category}]}
    found["resultCategories"][0]["name"] = "None"
    found["resultCategories"][1]["name"] = name
    assert Definition.model_validate(found).examples[0].category == name


def test_names_and_scores_are_spelled_as_the_dimensions_are() -> None:
    found = data()
    found["interviewGuidelines"] = {"probingQuestions": {"general": ["1"], "b": ["2"], "a": ["3"]}}
    found["examples"] = [{"name": "e", "scores": {"b": 3, "a": 2}, "category": "low"}]
    definition = Definition.model_validate(found)
    assert list(definition.interview_guidelines.probing_questions) == ["A", "B", "general"]
    assert list(definition.examples[0].scores.items()) == [("A", D(2)), ("B", D(3))]
    assert definition.examples[0].category == "Low"


def test_json_is_read_by_its_keys_alone() -> None:
    definition = Definition.model_validate(data())
    text = definition.to_json()
    assert Definition.from_json(text) == definition
    assert Definition.from_json(text.encode()) == definition
    with pytest.raises(ValidationError, match="result_categories"):
        Definition.from_json(text.replace("resultCategories", "result_categories"))
    by_name = data()
    by_name["result_categories"] = by_name.pop("resultCategories")
    assert Definition.model_validate(by_name) == definition


def test_the_size_counts_blanks_and_bytes() -> None:
    found = data()
    found["metadata"]["author"] = 'ä"\n'
    found["metadata"]["author"] += "x"
    definition = Definition.model_validate(found)
    spaced = json.dumps(json.loads(definition.to_json(), parse_float=str), ensure_ascii=False)
    quoted = sum(2 for bound in ("0.5", "0.5", "2.9") if f'"{bound}"' in spaced)
    assert definition_size(definition) == len(spaced.encode()) - quoted


@pytest.mark.parametrize("name", ["a\ud800", "\udfff", "a\0b"])
def test_a_text_that_cannot_be_stored_is_refused_for_that(name: str) -> None:
    assert "a text must not contain NUL or half of a surrogate pair" in refused(
        data() | {"metadata": {"name": name}}
    )


@pytest.mark.parametrize("weights", [("0.495", "0.495"), ("0.505", "0.505")])
def test_the_sum_of_weights_may_be_a_hundredth_off(weights: tuple[str, str]) -> None:
    found = data()
    for dimension, weight in zip(found["dimensions"], weights, strict=True):
        dimension["weight"] = D(weight)
    assert sum(d.weight for d in Definition.model_validate(found).dimensions) == sum(map(D, weights))
    found["dimensions"][1]["weight"] += D("0.0001") if weights[0] > "0.5" else D("-0.0001")
    assert "the weights sum to" in refused(found)


@pytest.mark.parametrize(
    "rubric",
    [{"1-2": "a", "2.5": "b", "3-5": "c"}, {"3-5": "c", "1-2": "a", "2.5": "b"}, {"5": "a", "1": "b"}],
)
def test_a_rubric_runs_from_the_lowest(rubric: dict[str, str]) -> None:
    found = data()
    found["dimensions"][0]["scoringRubric"] = rubric
    stored = Definition.model_validate(found).dimensions[0].scoring_rubric
    assert stored == rubric
    assert list(stored) == sorted(rubric)


@pytest.mark.parametrize("rubric", [{"1-2": "a", "2-3": "b"}, {"1-4": "a", "2": "b"}, {"3": "a", "3.0": "b"}])
def test_ranges_of_a_rubric_share_no_score(rubric: dict[str, str]) -> None:
    found = data()
    found["dimensions"][0]["scoringRubric"] = rubric
    assert "overlaps another" in refused(found)


def test_texts_have_one_form_whatever_their_indentation() -> None:
    """There are two ways to the canonical form, a short one for texts without tabs; both agree."""
    lines = ("", " ", "a", " a", "  a ", "   a")
    for first, second, third in itertools.product(lines, repeat=3):
        text = f"x\n{first}\n{second}\n{third}\ny"
        rest = [line if line.strip(" ") else "" for line in text.split("\n")]
        assert clean_text(text) == "\n".join(rest)
        inner = f"x\n{first}\n{second}\n{third}"
        indents = [len(line) - len(line.lstrip(" ")) for line in (first, second, third) if line.strip()]
        kept = [line if line.strip() else "" for line in inner.strip().split("\n")]
        margin = min(indents, default=0)
        expected = "\n".join([kept[0], *(line[margin:] for line in kept[1:])])
        assert clean_text(inner) == expected
        assert clean_text(inner.replace("\n", "\r\n")) == expected


@pytest.mark.parametrize(
    ("rubric", "reason"),
    [
        ([], "Input should be a valid dictionary"),
        (["1"], "Input should be a valid dictionary"),
        ({1: "a"}, "Input should be a valid string"),
    ],
)
def test_a_rubric_is_an_object_of_texts(rubric: object, reason: str) -> None:
    found = data()
    found["dimensions"][0]["scoringRubric"] = rubric
    assert refused(found) == reason
