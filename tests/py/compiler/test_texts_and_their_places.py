"""Where the text of a value begins and ends in the source, and the places of its diagnostics."""

import pytest

from tests.py.compiler.specimen import check, definition, edited, length
from worker.compiler.slices import Slice
from worker.compiler.swallowed import swallowed_headings

DESCRIPTION = "- description: Knows where the team is going.\n"
RUBRIC = "  - 1-2: Lives from day to day.\n"
SCORES = "- scores: [Vision: 4, Trust: 4]\n"
PRIMARY = "- primary_dimensions: [Vision]\n"
QUESTION = "- Vision: Where will the team be in a year?\n"


def said(text: str) -> list[tuple[str, int, int, int]]:
    """Return code, line, column and length of the diagnostics."""
    return [(d.code, d.line, d.column, length(text, d)) for d in check(text).diagnostics]


@pytest.mark.parametrize(
    ("spelled", "text"),
    [
        ("one\n  two\n  three", "one\ntwo\nthree"),
        ("one\n  two\n    three", "one\ntwo\n  three"),
        ("one\n    two\n  three", "one\n  two\nthree"),
        ("one\ntwo\n three", "one\ntwo\n three"),
        ("one\ntwo\nthree", "one\ntwo\nthree"),
        ("one \n  two \n  three ", "one \ntwo \nthree"),
        ("one\n\n  two", "one\n\ntwo"),
        ("one\n\n  two\n  three", "one\n\ntwo\nthree"),
        ("\u00a0one\n  \u00a0two\u00a0", "one\n\u00a0two"),
        ("x" * 2000 + "\n  y\n  z", "x" * 2000 + "\ny\nz"),
        ("x" * 1980 + "\n  y" * 30, "x" * 1980 + "\ny" * 30),
    ],
)
def test_further_lines_lose_the_indentation_that_they_share(spelled: str, text: str) -> None:
    compilation = check(edited((DESCRIPTION, f"- description: {spelled}\n")))
    assert compilation.definition is not None
    assert compilation.definition.dimensions[0].description == text
    compilation = check(edited((RUBRIC, "  - 1-2: " + spelled.replace("\n", "\n  ") + "\n")))
    assert compilation.definition is not None
    assert compilation.definition.dimensions[0].scoring_rubric["1-2"] == text


@pytest.mark.parametrize(
    ("entries", "themes"),
    [
        ("  - one\n  - two\n", ("one", "two")),
        ("   * one\n   * two\n", ("one", "two")),
        ("    - one\n      more\n    - two\n", ("one\nmore", "two")),
        ("  - one\n    more\n      and more\n  - two\n", ("one\nmore\n  and more", "two")),
        ("  - one\n\n    more\n\n  - two\n", ("one\n\nmore", "two")),
        ("\n  - one\n\n  - two\n\n", ("one", "two")),
        ("  - - one\n  - two\n", ("- one", "two")),
    ],
)
def test_entries_of_a_list(entries: str, themes: tuple[str, ...]) -> None:
    text = edited((DESCRIPTION, DESCRIPTION + "- interview_themes:\n" + entries))
    assert definition(text).dimensions[0].interview_themes == themes


def test_an_entry_of_white_space_that_is_no_blank_is_empty() -> None:
    text = edited((DESCRIPTION, DESCRIPTION + "- interview_themes:\n  - one\n  - \u00a0\n"))
    compilation = check(text)
    assert said(text) == [("empty-item", 14, 3, 1)]
    assert compilation.definition is not None
    assert compilation.definition.dimensions[0].interview_themes == ("one",)


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [
        (
            PRIMARY,
            "- primary_dimensions: [Vision,\n    Nowhere, Vision]\n",
            [("unknown-dimension", 32, 5, 7), ("duplicate-reference", 32, 14, 6)],
        ),
        (
            PRIMARY,
            "- primary_dimensions: [Nowhere, Vision,  Vision]\n",
            [("unknown-dimension", 31, 24, 7), ("duplicate-reference", 31, 42, 6)],
        ),
        (
            SCORES,
            "- score: [Vision: 4,\n    Nowhere: 4]\n",
            [("unknown-field", 48, 1, 7), ("unknown-dimension", 49, 5, 7)],
        ),
        (
            SCORES,
            "- score:\n  - Vision: 4\n  - Nowhere: 4\n",
            [("unknown-field", 48, 1, 7), ("unknown-dimension", 50, 5, 7)],
        ),
        (PRIMARY, "- primary_dimensions: a list\n", [("unknown-dimension", 31, 23, 6)]),
        (PRIMARY, "- primary_dimensions: a list\n  - Vision\n", [("not-a-list", 31, 23, 6)]),
        (PRIMARY, "- primary_dimensions:\n  - Vision\n  - Nowhere\n", [("unknown-dimension", 33, 5, 7)]),
        (PRIMARY, "- primary_dimensions:\n    - Vision\n    - Nowhere\n", [("unknown-dimension", 33, 7, 7)]),
        (SCORES, "- scores: [Vision: 4, Trust: 9]\n", [("outside-scale", 48, 23, 8)]),
        (SCORES, "- scores:\n  - Vision: 4\n  - Trust: 4\n  - vision: 5\n", [("invalid-score", 51, 5, 9)]),
        (SCORES, "- scores:\n  - Vision: 4\n  - Trust: many\n", [("invalid-score", 50, 5, 11)]),
        (SCORES, "- scores:\n  - Vision: 4\n  - **Trst:** 4\n", [("unknown-dimension", 50, 7, 4)]),
        (RUBRIC, RUBRIC + "  - 2-3: More.\n", [("rubric-overlap", 14, 5, 3), ("rubric-overlap", 15, 5, 3)]),
        (RUBRIC, RUBRIC + "  - 5-4: More.\n", [("reversed-range", 14, 5, 3)]),
        (RUBRIC, RUBRIC + "  - 9: More.\n", [("outside-scale", 14, 5, 1)]),
        (RUBRIC, RUBRIC + "  - often\n", [("invalid-range", 14, 5, 5)]),
        (
            RUBRIC,
            "  - often\n  - seldom\n" + RUBRIC,
            [("invalid-range", 13, 5, 5), ("invalid-range", 14, 5, 6)],
        ),
        (QUESTION, "- Vision:\n  - Where?\n  - \u00a0\n", [("empty-item", 44, 3, 1)]),
        (DESCRIPTION, "- description:\n  - Knows.\n  - Goes.\n", []),
        (DESCRIPTION, "- description\n  of it: Knows.\n", [("unknown-field", 11, 1, 13)]),
    ],
)
def test_what_is_reported_of_a_value_is_where_the_value_is(
    old: str, new: str, faults: list[tuple[str, int, int, int]]
) -> None:
    assert said(edited((old, new))) == faults


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("###   Vision ##", "Vision"),
        ("### Vision#", "Vision#"),
        ("### Vision  ", "Vision"),
        ("### **Vision**", "Vision"),
        ("### Vision:", "Vision"),
    ],
)
def test_the_text_of_a_heading(heading: str, title: str) -> None:
    text = edited(
        ("### Vision\n", heading + "\n"),
        (PRIMARY, f"- primary_dimensions: [{title}]\n"),
        (QUESTION, ""),
        (SCORES, f"- scores: [{title}: 4, Trust: 4]\n"),
    )
    assert definition(text).dimensions[0].name == title


def test_marks_without_a_blank_that_are_indented_as_the_text_are_text() -> None:
    text = Slice("a\n  #b\n  # c\n #d", 10, 26)
    assert [line.text for line in swallowed_headings(text, 2)] == ["# c", "#d"]
