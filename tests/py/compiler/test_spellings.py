"""Every unambiguous spelling compiles to the same definition."""

import pytest

from tests.py.compiler.specimen import check, definition, edited
from worker.compiler.catalogue import SPECIMEN

PLAIN = definition(SPECIMEN)
WEIGHT = "- weight: 0.6\n"
RANGE = "- score_range: [1.0, 2.9]\n"
PRIMARY = "- primary_dimensions: [Vision]\n"
RUBRIC = "  - 1-2: Lives from day to day.\n"
QUESTION = "- Vision: Where will the team be in a year?\n"
SCORES = "- scores: [Vision: 4, Trust: 4]\n"
OPENING = "Thank you for your time.\n"

SAME: list[tuple[str, str]] = [
    *[
        (WEIGHT, f"{line}\n")
        for line in (
            "- **weight**: 0.6",
            "- **weight:** 0.6",
            "- **Weight: 0.6**",
            "- *weight*: 0.6",
            "- _weight:_ 0.6",
            "- __weight__: 0.6",
            "- `weight`: 0.6",
            "- `weight:` 0.6",
            "- ***Weight:*** 0.6",
            "* weight: 0.6",
            "+ weight: 0.6",
            "1. weight: 0.6",
            "12) weight: 0.6",
            "- WEIGHT : 0.6",
            "- weight:0.6",
            "- weight: 60%",
            "- weight: 60 %",
            "- weight: 60\\%",
            "- weight: 3/5",
            "- weight: 3 / 5",
            "- weight: .6",
            "- weight: 0.60",
            "- weight: **0.6**",
            "- weight: `0.6`",
            '- weight: "0.6"',
            "- weight:\n  0.6",
            "- weight: 00.6",
        )
    ],
    *[
        (RANGE, f"- {key}: {value}\n")
        for key in ("score_range", "Score Range", "score-range", "scoreRange", r"score\_range")
        for value in (
            "[1.0, 2.9]",
            "1.0-2.9",
            "1.0 – 2.9",
            "1.0—2.9",
            "1.0 to 2.9",
            "1.0 TO 2.9",
            r"\[1.0, 2.9\]",
            "`[1.0, 2.9]`",
            "[1.0,2.9]",
            "**1.0 - 2.9**",
            r"1.0 \- 2.9",
            "1.0 − 2.9",
        )
    ],
    *[
        (PRIMARY, f"- primary_dimensions:{value}\n")
        for value in (
            " [vision]",
            ' ["Vision"]',
            " ['Vision']",
            " [ Vision ]",
            " [Vision,]",
            " [**Vision**]",
            "\n  - Vision",
            "\n  - vision",
            "\n    - Vision",
            "\n  1. Vision",
            "\n  * **Vision**",
            "\n\n  - Vision",
            "\n  - `Vision`",
            "\n\t- Vision",
            " [“Vision”]",
        )
    ],
    *[
        (RUBRIC, f"  - {line} Lives from day to day.\n")
        for line in (
            "1–2:",
            "1 - 2:",
            "**1-2**:",
            "**1-2:**",
            "`1-2`:",
            '"1-2":',
            "[1, 2]:",
            "1 to 2:",
            "1—2:",
        )
    ],
    (
        f"{RUBRIC}  - 3-5: Has a plan that others can repeat.\n",
        f"  - 3-5: Has a plan that others can repeat.\n{RUBRIC}",
    ),
    *[
        (QUESTION, f"{line}\n")
        for line in (
            '- Vision: "Where will the team be in a year?"',
            "- vision: Where will the team be in a year?",
            "- When exploring Vision: “Where will the team be in a year?”",
            "- When exploring **Vision**: Where will the team be in a year?",
            "- **When exploring Vision:** Where will the team be in a year?",
            "- **Vision:** Where will the team be in a year?",
            "- Vision\n  - Where will the team be in a year?",
            '- Vision:\n  - "Where will the team be in a year?"',
            "- **Vision:**\n  1. Where will the team be in a year?",
            "- When exploring vision:\n  - Where will the team be in a year?",
            "#### Vision\n\n- Where will the team be in a year?",
            "#### When exploring Vision:\n- Where will the team be in a year?",
            '##### **VISION**\n* "Where will the team be in a year?"',
        )
    ],
    *[
        (SCORES, f"- scores:{value}\n")
        for value in (
            "\n  - Vision: 4\n  - Trust: 4",
            "\n  - **Vision**: 4\n  - trust: **4**",
            "\n  - **Vision:** 4\n  - `Trust`: 4",
            " [vision: 4, trust: 4]",
            ' ["Vision": 4, "Trust": 4]',
        )
    ],
    *[
        (OPENING, text)
        for text in (
            '"Thank you for your time."\n',
            "“Thank you for your time.”\n",
            "> Thank you for your time.\n",
            '> "Thank you for your time."\n',
            "\n\n  Thank you for your time.  \n\n",
            "'Thank you for your time.'\n",
            "«Thank you for your time.»\n",
        )
    ],
    *[
        ("## Dimensions\n", f"{heading}\n")
        for heading in (
            "## dimensions",
            "## **Dimensions**",
            "## Dimensions:",
            "## 1. Dimensions",
            "## 2) Dimensions:",
            "## **1. Dimensions:**",
            "## Dimensions ##",
            "Dimensions\n---",
            "## _DIMENSIONS_",
            "  ##   Dimensions",
            "## 1\\. Dimensions",
        )
    ],
    ("## Result Categories\n", "## 2. Result categories:\n"),
    ("## Result Categories\n", "## result-categories\n"),
    *[
        ("### Vision\n", f"{heading}\n")
        for heading in (
            "### **Vision**",
            "### Vision:",
            "### Vision ###",
            "### *Vision*:",
            "### __Vision:__",
            "### `Vision`",
        )
    ],
    ("## Dimensions\n", "# Team Check\n\n## Dimensions\n"),
    ("## Dimensions\n", "# **team check**\n\n---\n\n## Dimensions\n"),
    ("- overall: 4.0\n", "- overall: 4.0\n\n"),
    ("- category: Thriving", "- category: **thriving**"),
    ("- category: Thriving", '- category: "Thriving"'),
    ("name: Team Check", "Name: 'Team Check'"),
    ("name: Team Check", "name: >-\n  Team\n  Check"),
    ("version: 1.0", 'version: "1.0"'),
    ("version: 1.0", "type: Multi_Dimensional"),
    ("version: 1.0", "type: null\nauthor: ~\ndescription:"),
    ("version: 1.0", "interview_style: 3"),
    ("version: 1.0", "interview-style: {default: 3, allow_override: TRUE}"),
    ("version: 1.0", "interview_style.default: 3\ninterview_style.allow_override: 'true'"),
    ("version: 1.0", "result_disclosure: Full\nscale: [1, 5]"),
    ("version: 1.0", "scale:\n- 1\n- 5"),
    ("version: 1.0", "evidence: Preferred\nmin_coverage: null"),
    ("version: 1.0", 'scale: "1-5"'),
    ("---\nname", "\n \n---\nname"),
    ("---\nname", "---  \n# a comment\nname"),
    ("## Result Categories", "---\n\n## Result Categories"),
    # As word processors write spaces and brackets.
    ("## Result Categories", "## Result\u00a0Categories"),
    ("## Result Categories", "## 2.1\u00a0Result\u202fCategories"),
    (RANGE, "- Score\u00a0Range\u00a0: [1.0, 2.9]\n"),
    (PRIMARY, "- primary_dimensions: \\[Vision\\]\n"),
    (PRIMARY, "- primary_dimensions:\n  \\[Vision\\]\n"),
    (SCORES, "- scores: \\[Vision: 4, Trust: 4\\]\n"),
    # As YAML begins a text of several lines.
    ("- description: Keep going.", "- description: |\n    Keep going."),
    ("- description: Keep going.", "- **description**: >-\n  Keep going."),
    ("- description: Keep going.", "- description: |2+ \n\n  Keep going."),
]


@pytest.mark.parametrize("old", ["Knows where the team is going.", "Keep going."])
def test_bullets_under_a_description_are_its_text(old: str) -> None:
    found = definition(edited((old, "Goes on:\n  - and on\n  - and on\n    and on")))
    stored = [d.description for d in found.dimensions] + [c.description for c in found.result_categories]
    assert "Goes on:\n- and on\n- and on\n  and on" in stored


@pytest.mark.parametrize("key", ["**description**", "description", "__description__", "*description*"])
@pytest.mark.parametrize("text", ["**Knows** where", "it **knows**", "*a* b *c*", "__a__ b", "a __b__"])
def test_emphasis_of_a_text_is_its_own_when_the_key_has_closed_its_own(key: str, text: str) -> None:
    found = definition(edited(("- description: Knows where the team is going.", f"- {key}: {text}")))
    assert found.dimensions[0].description == text


@pytest.mark.parametrize(("old", "new"), SAME)
def test_the_spelling_means_the_same(old: str, new: str) -> None:
    assert definition(edited((old, new))).to_json() == PLAIN.to_json()


@pytest.mark.parametrize(
    "source",
    [
        "\ufeff" + SPECIMEN,
        SPECIMEN.replace("\n", "\r\n"),
        SPECIMEN.replace("\n", "\r"),
        SPECIMEN.rstrip("\n"),
        SPECIMEN + "\n\n  \n",
        "\n\n" + SPECIMEN,
    ],
)
def test_encodings_and_line_ends_mean_the_same(source: str) -> None:
    assert definition(source) == PLAIN


TEXTS: list[tuple[str, str]] = [
    ("Can be told bad news.", "Can be told bad news."),
    ("Can be\n  told bad news.", "Can be\ntold bad news."),
    ("Can be\ntold bad news.", "Can be\ntold bad news."),
    ("Can be\n            told bad news.", "Can be\ntold bad news."),
    ("Can be told.\n\n  Bad news.", "Can be told.\n\nBad news."),
    ("Can be told:\n  - bad news\n  - worse news", "Can be told:\n- bad news\n- worse news"),
    (
        "Can be told:\n\n  ```\n  - weight: 1\n\n    ## Trust\n  ```",
        "Can be told:\n\n```\n- weight: 1\n\n  ## Trust\n```",
    ),
    (
        "Can be **told** `bad` [news](https://example.org).",
        "Can be **told** `bad` [news](https://example.org).",
    ),
    ("Can: be told: bad news.", "Can: be told: bad news."),
    ("Mail <a@example.org> or <https://example.org>.", "Mail <a@example.org> or <https://example.org>."),
    ("5 < 6 & 7 > 6 &amp; `<b>`", "5 < 6 & 7 > 6 &amp; `<b>`"),
    ("# no heading", "# no heading"),
    ("Größe — 日本語 \\* 😀", "Größe — 日本語 \\* 😀"),
    ("|", "|"),
    ("| a", "| a"),
    ("|\n  a\n\n  b", "a\n\nb"),
    ("\n  |\n  a", "|\na"),
    ("||\n  a", "||\na"),
]


@pytest.mark.parametrize(("written", "stored"), TEXTS)
def test_texts_are_kept_as_markdown(written: str, stored: str) -> None:
    found = definition(edited(("Can be told bad news.", written)))
    assert found.dimensions[1].description == stored


LISTS: list[tuple[str, tuple[str, ...]]] = [
    (' [a, "b, c", d]', ("a", "b, c", "d")),
    (" ['a, b', “c, d”]", ("a, b", "c, d")),
    (
        " [f(a, b), [x, y](https://example.org), `p, q`, it's fine]",
        ("f(a, b)", "[x, y](https://example.org)", "`p, q`", "it's fine"),
    ),
    (' ["a" and "b", c]', ('"a" and "b"', "c")),
    (" []", ()),
    (" \\[a, b\\]", ("a", "b")),
    (" \\[\\]", ()),
    ("", ()),
    ("\n  - a\n    b\n\n    c\n  - d: e", ("a\nb\n\nc", "d: e")),
    ("\n  - a\n  + b\n  1. c", ("a", "b", "c")),
    ("\n  - - a\n    - b", ("- a\n- b",)),
    ("\n  - 1. x", ("1. x",)),
    ("\n     - a\n     - b\n       c", ("a", "b\nc")),
    ("\n  - [x]: https://example.org", ("[x]: https://example.org",)),
]


@pytest.mark.parametrize(("written", "stored"), LISTS)
def test_lists_are_nested_bullets_or_inline(written: str, stored: tuple[str, ...]) -> None:
    found = definition(edited(("- weight: 0.4\n", f"- weight: 0.4\n- interview_themes:{written}\n")))
    assert found.dimensions[1].interview_themes == stored


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("1/3", "0.333333"),
        ("2/3", "0.666667"),
        ("33.3%", "0.333"),
        ("0.20", "0.2"),
        ("1", "1"),
        ("1.0", "1"),
        ("100%", "1"),
        ("1/8", "0.125"),
        ("12.50%", "0.125"),
        ("1/1000000", "0.000001"),
        ("1/2000000", "0.000001"),
    ],
)
def test_weights_keep_their_decimal_value(written: str, stored: str) -> None:
    alone = SPECIMEN[: SPECIMEN.index("### Trust")].replace("0.6", written)
    alone += "## Result Categories\n\n### A\n\n- score_range: [1, 5]\n- description: x\n"
    compilation = check(alone)
    if compilation.definition is None:
        assert [d.code for d in compilation.diagnostics] == ["weights-sum"]
        assert f"sum to {stored}, " in compilation.diagnostics[0].message
    else:
        assert str(compilation.definition.dimensions[0].weight) == stored


def test_questions_for_no_dimension_are_general_and_questions_come_in_the_order_of_dimensions() -> None:
    long = "Where " * 20 + "then: when?"
    questions = """\
- What else?
- "General": Anything?
- Trust: Who knows?
- Vision: One?
- When exploring vision: "Two?"
- Is there a case: which one?
- LONG
- What happened?
  - And then?
- general:
  - Three?
"""
    found = definition(
        edited((QUESTION, questions.replace("LONG", long)))
    ).interview_guidelines.probing_questions
    assert list(found.items()) == [
        ("Vision", ("One?", "Two?")),
        ("Trust", ("Who knows?",)),
        (
            "general",
            (
                "What else?",
                "Anything?",
                "Is there a case: which one?",
                long,
                "What happened?\n- And then?",
                "Three?",
            ),
        ),
    ]


def test_a_dimension_may_have_a_colon_in_its_name() -> None:
    found = definition(
        edited(
            ("### Trust\n", "### Vision: far\n"),
            (QUESTION, "- Vision: far: how far?\n- Vision: what?\n"),
            ("Trust: 4", '"Vision: far": 4'),
        )
    )
    assert found.interview_guidelines.probing_questions == {
        "Vision": ("what?",),
        "Vision: far": ("how far?",),
    }
    assert list(found.examples[0].scores) == ["Vision", "Vision: far"]


def test_a_name_that_cannot_be_seen_is_no_name() -> None:
    found = check(edited(("### Vision\n", "### \u200b\u00ad\n"))).diagnostics
    assert [d.code for d in found if d.line == found[0].line] == ["empty-name", "hidden-character"]


def test_names_that_look_the_same_are_the_same() -> None:
    """Another hyphen or apostrophe, full width, invisible characters: stored as in the heading."""
    found = definition(
        edited(
            ("### Vision\n", "### Don\u2019t Self-Limit\n"),
            ("primary_dimensions: [Vision]", "primary_dimensions: [don't self\u2011limit]"),
            ("- Vision: Where", "- Don't \uff33elf\u2010Limit: Where"),
            (
                "scores: [Vision: 4, Trust: 4]",
                'scores: ["Don\u2019t Self\u2013Lim\u00adit": 4, "Tr\u200dust": 4]',
            ),
        )
    )
    name = "Don\u2019t Self-Limit"
    assert (name,) in [category.primary_dimensions for category in found.result_categories]
    assert list(found.interview_guidelines.probing_questions) == [name]
    assert list(found.examples[0].scores) == [name, "Trust"]


def test_an_underlined_heading_of_two_lines_is_one_name() -> None:
    text = edited(("## Result Categories\n", "Result\nCategories\n-----\n"))
    assert definition(text) == PLAIN


def test_an_underlined_heading_may_begin_with_a_hash() -> None:
    (found,) = check(edited(("## Result Categories\n", "#tag\n---\n\n## Result Categories\n"))).diagnostics
    assert (found.code, found.section, found.line) == ("unknown-section", "#tag", 21)


def test_definition_keeps_the_places_of_ranges_and_the_order_of_keys() -> None:
    found = definition(edited(("version: 1.0", "scale: [1, 5.0]")))
    text = found.to_json()
    assert '"scale":[1,5.0]' in text
    assert '"scoreRange":[1.0,2.9]' in text
    assert text.startswith(
        '{"metadata":{"name":"Team Check","version":"1.0","type":"multi-dimensional","interviewStyle":'
    )
    assert text == definition(edited(("version: 1.0", "scale: [1, 5.0]"))).to_json()


@pytest.mark.parametrize(
    ("source", "place"),
    [
        (SPECIMEN, (3, 10)),
        (SPECIMEN.replace("version: 1.0\n", ""), (1, 1)),
        ("", (1, 1)),
        ("x", (1, 1)),
        (SPECIMEN.replace("version: 1.0", "description: ä" + "x" * 300 + "\nversion: 1.1"), (4, 10)),
        ("\n" + SPECIMEN.replace("version: 1.0\n", ""), (2, 1)),
    ],
)
def test_the_place_of_the_version_is_known(source: str, place: tuple[int, int]) -> None:
    assert check(source).version_at == place


def test_the_text_of_a_range_may_begin_on_the_next_line() -> None:
    new = "  - 1-2:\n    Lives from day\n      to day.\n"
    found = definition(edited(("  - 1-2: Lives from day to day.\n", new)))
    assert found.dimensions[0].scoring_rubric["1-2"] == "Lives from day\nto day."


def test_questions_for_no_dimension_stand_under_a_dimension_called_general() -> None:
    questions = "- Vision: Where to?\n- General: How so?\n- What else?\n- general: Really?\n"
    text = SPECIMEN.replace("- Vision: Where will the team be in a year?\n", questions).replace(
        "Trust", "General"
    )
    found = definition(text).interview_guidelines.probing_questions
    assert found == {"Vision": ("Where to?",), "General": ("How so?", "What else?", "Really?")}


def test_spaces_at_which_no_line_is_broken_are_spaces_in_names() -> None:
    text = SPECIMEN.replace("Vision", "The Vision")
    named = text.replace("### The Vision", "### The\u00a0Vision")
    referring = text.replace("[The Vision]", "[The\u00a0Vision]").replace(
        "The Vision: 4", "The\u202fVision: 4"
    )
    asking = text.replace("- The Vision: Where", "- The\u2007Vision\u00a0: Where")
    assert definition(named) == definition(referring) == definition(asking) == definition(text)
