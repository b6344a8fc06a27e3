"""What differs between two contents was decided by hand; another test compares the database with the same
file.
"""

import pytest

from tools.version_vectors import CASES, IDS, Case, definition_of
from worker.content import (
    Columns,
    canonical_text,
    content_of,
    dimension_hashes,
    hash_of,
    parse,
    scoring_of,
)
from worker.ids import dimension_id

FIRST, *OTHERS = CASES


def hashes(case: Case) -> dict[str, str]:
    """Every hash of a case, by what it hashes."""
    content = content_of(parse(definition_of(case)), case.columns)
    return {
        "content": hash_of(content),
        "scoring": hash_of(scoring_of(content)),
        **dimension_hashes(content),
    }


@pytest.mark.parametrize("case", OTHERS, ids=lambda case: case.what)
def test_what_differs_is_what_was_decided_by_hand(case: Case) -> None:
    first, other = hashes(FIRST), hashes(case)
    assert {key for key in first.keys() | other.keys() if first.get(key) != other.get(key)} == case.differs


@pytest.mark.parametrize(("name", "expected"), IDS.items())
def test_id_of_a_name(name: str, expected: str) -> None:
    assert dimension_id(name) == expected


def test_stated_id_counts_before_the_name() -> None:
    assert dimension_id("Vision", "sight") == "sight"


def test_content_is_written_out_whole() -> None:
    definition = (
        '{"dimensions": [{"name": "Vision", "weight": 1.00, "description": "x",'
        ' "scoringRubric": {"3": "b", "1-2": "a"}}],'
        ' "resultCategories": [{"name": "All", "scoreRange": [1.0, 5.0]}]}'
    )
    assert canonical_text(content_of(parse(definition), Columns("Team check"))) == (
        '{"name": "Team check", "type": "multi-dimensional", "scale": [1, 5], "author": null,'
        ' "closing": null, "general": [], "opening": null, "evidence": "preferred", "language": null,'
        ' "categories": [{"name": "All", "range": [1, 5], "primaries": [], "strengths": [],'
        ' "description": null, "growthAreas": [], "recommendations": []}],'
        ' "dimensions": [{"id": "vision", "name": "Vision", "rubric": [[1, 2, "a"], [3, 3, "b"]],'
        ' "themes": [], "weight": 1, "questions": [], "description": "x"}],'
        ' "description": null, "minCoverage": 0, "interviewStyle": {"default": 3, "allowOverride": true},'
        ' "rangePrecision": 1, "resultDisclosure": "full"}'
    )


@pytest.mark.parametrize("text", ["[]", "1", "x"])
def test_only_an_object_is_a_definition(text: str) -> None:
    with pytest.raises(ValueError, match=r"object|Expecting"):
        parse(text)
