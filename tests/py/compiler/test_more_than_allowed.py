"""Comparisons of many items are limited to the allowed number of dimensions and categories."""

import pytest

from tests.py.compiler.specimen import check

EXAMPLE = "## Examples\n### E\n- scores: [D0: 3]\n- overall: 4\n- category: none\n"


def source(dimensions: int, ranges: list[str]) -> str:
    items = "".join(f"### D{n}\n- weight: 1/{dimensions}\n- description: x\n" for n in range(dimensions))
    categories = "".join(
        f"### C{n}\n- score_range: {spelled}\n- description: x\n" for n, spelled in enumerate(ranges)
    )
    return f"---\nname: x\n---\n## Dimensions\n{items}## Result Categories\n{categories}"


def codes(text: str) -> list[str]:
    return [d.code for d in check(text).diagnostics if d.severity == "error"]


@pytest.mark.parametrize(
    ("dimensions", "categories", "said"),
    [
        (20, 1, ["wrong-overall", "wrong-category"]),
        (20, 15, ["wrong-overall", "wrong-category"]),
        (21, 1, ["too-many-dimensions"]),
        (22, 1, ["too-many-dimensions"]),
        (20, 16, ["too-many-categories"]),
        (20, 17, ["too-many-categories"]),
    ],
)
def test_examples_are_scored_where_there_are_not_too_many(
    dimensions: int, categories: int, said: list[str]
) -> None:
    # One range has all the scores; the others are at its end and name a dimension each.
    text = source(dimensions, ["1-5"] + ["5-5"] * (categories - 1))
    for n in range(1, categories):
        text = text.replace(f"### C{n}\n", f"### C{n}\n- primary_dimensions: [D{n}]\n")
    assert codes(text + EXAMPLE) == said


@pytest.mark.parametrize(("count", "said"), [(15, True), (16, False)])
def test_categories_are_compared_with_one_another_as_far_as_they_are_allowed(count: int, said: bool) -> None:
    ranges = [f"1.{n:02}-1.{n:02}" for n in range(count - 1)]
    found = codes(source(20, [*ranges, "1.00-1.00"]))
    assert ("ambiguous-categories" in found) is said
    assert ("too-many-categories" in found) is not said


def test_an_example_without_dimensions_or_categories_is_not_scored() -> None:
    text = source(20, ["1-5"]) + EXAMPLE
    before, _, after = text.partition("## Dimensions\n")
    assert "empty-section" in codes(before + "## Dimensions\n## Result" + after.partition("## Result")[2])
    before, _, after = text.partition("### C0\n")
    assert codes(before + "## Examples" + after.partition("## Examples")[2]) == ["empty-section"]
