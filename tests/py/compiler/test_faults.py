"""Known errors give exactly their diagnostics; no error hides another or causes a second one."""

import pytest

from tests.py.compiler.specimen import check, edited, hints, length, said
from worker.compiler.catalogue import SPECIMEN

Edit = tuple[str, str]
Place = tuple[str, int, int]

QUESTION = "- Vision: Where will the team be in a year?"
TOLD = "- description: Can be told bad news.\n"

FAULTS: list[tuple[Edit, Place]] = [
    # front matter
    (("name: Team Check", "nam: Team Check"), ("unknown-key", 2, 1)),
    (("name: Team Check", "name: ''"), ("invalid-name", 2, 7)),
    (("name: Team Check", "name: " + "x" * 201), ("invalid-name", 2, 7)),
    (("name: Team Check", "name: [a]"), ("invalid-value", 2, 7)),
    (("name: Team Check", "name: {a: b}"), ("invalid-value", 2, 7)),
    (("name: Team Check", 'name: "a\\0b"'), ("invalid-value", 2, 7)),
    (("name: Team Check", "name: a <b>c</b>"), ("raw-html", 2, 7)),
    (("name: Team Check", 'name: "[a](javascript:b)"'), ("unsafe-link", 2, 7)),
    (("name: Team Check", "name: Team Check\nName: Other"), ("duplicate-key", 3, 1)),
    (("version: 1.0", "version: 1"), ("invalid-version", 3, 10)),
    (("version: 1.0", "version: 01.0"), ("invalid-version", 3, 10)),
    (("version: 1.0", "version: 1.2.3"), ("invalid-version", 3, 10)),
    (("version: 1.0", "version: one"), ("invalid-version", 3, 10)),
    (("version: 1.0", "type: multiple"), ("invalid-value", 3, 7)),
    (("version: 1.0", "type: zzz"), ("invalid-value", 3, 7)),
    (("version: 1.0", "result_disclosure: half"), ("invalid-value", 3, 20)),
    (("version: 1.0", "interview_style: 6"), ("invalid-value", 3, 18)),
    (("version: 1.0", "interview_style: {default: 3.0}"), ("invalid-value", 3, 28)),
    (("version: 1.0", "interview_style: {allow_override: maybe}"), ("invalid-value", 3, 35)),
    (("version: 1.0", "interview_style: {colour: 1}"), ("unknown-key", 3, 19)),
    (("version: 1.0", "interview_style: {default: 1, default: 2}"), ("duplicate-key", 3, 31)),
    (("version: 1.0", "interview_style.default: 1\ninterview_style: 2"), ("duplicate-key", 4, 18)),
    (("version: 1.0", "interview_style: [1]"), ("invalid-value", 3, 18)),
    (("version: 1.0", "scale: [1, 101]"), ("invalid-scale", 3, 8)),
    (("version: 1.0", "scale: [3, 3]"), ("invalid-scale", 3, 8)),
    (("version: 1.0", "scale: [1, 5, 9]"), ("invalid-scale", 3, 8)),
    (("version: 1.0", "scale: [1, five]"), ("invalid-scale", 3, 8)),
    (("version: 1.0", "scale: [1, [5]]"), ("invalid-scale", 3, 8)),
    (("version: 1.0", "scale: {low: 1, high: 5}"), ("invalid-scale", 3, 8)),
    (("version: 1.0", "scale: wide"), ("invalid-scale", 3, 8)),
    (("version: 1.0", "? [a]\n: b"), ("yaml-syntax", 3, 3)),
    (("version: 1.0", "version: 1.0\nauthor: *me"), ("yaml-alias", 4, 9)),
    (("version: 1.0", "*me : b"), ("yaml-alias", 3, 1)),
    (("version: 1.0", "author: &me b"), ("yaml-anchor", 3, 9)),
    (("version: 1.0", "scale: &me [1, 5]"), ("yaml-anchor", 3, 8)),
    (("version: 1.0", "author: !x b"), ("yaml-tag", 3, 9)),
    (("version: 1.0", "author: 'Maria"), ("yaml-syntax", 3, 9)),
    (("version: 1.0", 'author: "Maria" and Bob'), ("yaml-syntax", 3, 17)),
    (("version: 1.0", "author: a: b"), ("yaml-syntax", 3, 10)),
    (("version: 1.0", "author: a\x07b"), ("hidden-character", 3, 11)),
    ((QUESTION, "- [Vision] [Trust] Where will it be?"), ("unknown-dimension", 42, 3)),
    ((QUESTION, "- **Trust**, **Vision**: Where will it be?"), ("unknown-dimension", 42, 3)),
    ((TOLD, TOLD + '- interview_themes: [bad, "news, good]\n'), ("not-a-list", 20, 27)),
    ((TOLD, TOLD + "- interview_themes: [bad, news”, good]\n"), ("not-a-list", 20, 27)),
    ((TOLD, TOLD + "===\n"), ("swallowed-line", 20, 1)),
    ((TOLD, TOLD + "- interview_themes:\n  - bad\n    ====\n  - good\n"), ("swallowed-line", 22, 5)),
    (("version: 1.0", "author: @me"), ("yaml-syntax", 3, 9)),
    (("version: 1.0", "author: [" + "[" * 70), ("yaml-too-deep", 2, 1)),
    (("name: Team Check\nversion: 1.0", "just text"), ("yaml-syntax", 2, 1)),
    (("name: Team Check\nversion: 1.0", "- a\n- b"), ("yaml-syntax", 2, 1)),
    # sections
    (("## Dimensions", "## Dimension"), ("unknown-section", 6, 1)),
    (("## Result Categories", "## Categories"), ("unknown-section", 21, 1)),
    (("## Interview Guidelines", "## Guidelines"), ("unknown-section", 34, 1)),
    (("## Examples", "# Notes\n\nText.\n\n## Examples"), ("stray-text", 44, 1)),
    (("## Dimensions\n", "# Other\n\n## Dimensions\n"), ("stray-text", 6, 1)),
    (("## Dimensions\n", "Hello.\n\nWorld.\n\n## Dimensions\n"), ("stray-text", 6, 1)),
    (("## Dimensions\n", "- Hello.\n\n## Dimensions\n"), ("stray-text", 6, 1)),
    (("## Dimensions\n", "# Dimensions\n"), ("heading-level", 6, 1)),
    (("### A good team", "## A good team"), ("heading-level", 46, 1)),
    (("### Vision\n", "#### Vision\n\nText.\n\n### Vision\n"), ("stray-text", 8, 1)),
    # names
    (("### Trust\n", "### ##\n"), ("empty-name", 16, 1)),
    (("### Trust\n", "### Trust <b>\n"), ("raw-html", 16, 11)),
    # fields
    (("- weight: 0.4", "- wieght: 0.4"), ("unknown-field", 18, 1)),
    (("- weight: 0.4", "  - wieght: 0.4"), ("unknown-field", 18, 3)),
    (("- weight: 0.4", "- weight: 0.4\n- strengths: [a]"), ("unknown-field", 19, 1)),
    (("- weight: 0.4", "- weight: 0.4\n- **Zzz:** [a]"), ("unknown-field", 19, 1)),
    (("- weight: 0.4", "- weight: 0.4\n- just a word"), ("not-a-field", 19, 1)),
    (("- weight: 0.4\n", ""), ("missing-field", 16, 1)),
    (("- score_range: [1.0, 2.9]\n", ""), ("missing-field", 23, 1)),
    (("- scores: [Vision: 4, Trust: 4]\n", ""), ("missing-field", 46, 1)),
    (("- weight: 0.4", "- weight: 0.4\n- weight: 0.4"), ("duplicate-field", 19, 1)),
    (("- weight: 0.4\n", "**Weight:** 0.4\n\n"), ("not-a-bullet", 18, 1)),
    (("- description: Can be told bad news.", "\nCan be told bad news."), ("missing-field", 20, 1)),
    (("bad news.", "bad news.\n\n#### Scoring rubric\n\n- 1-2: x"), ("not-a-bullet", 21, 1)),
    (("bad news.", "bad news.\n\n#### Interview themes\n\nText."), ("not-a-bullet", 21, 1)),
    (("- weight: 0.4\n", "Some text.\n\n- weight: 0.4\n"), ("stray-text", 18, 1)),
    (("- weight: 0.4\n", "- weight: 0.4\n\n***\n\nWeight: 0.5\n\n"), ("not-a-bullet", 22, 1)),
    (("- weight: 0.4\n", "```\ncode\n```\n\n- weight: 0.4\n"), ("stray-text", 18, 1)),
    (("- weight: 0.4\n", "> quote\n\n- weight: 0.4\n"), ("stray-text", 18, 1)),
    (
        (
            "- description: Can be told bad news.",
            "#### Description\n\nCan be told.\n\n- a\n\n##### More\n\n- b",
        ),
        ("not-a-bullet", 19, 1),
    ),
    (
        ("- description: Can be told bad news.", "- description: Can be told.\n\n#### Notes\n\n- weight: 1"),
        ("not-a-bullet", 21, 1),
    ),
    (("- description: Can be told bad news.", "- description:"), ("empty-value", 19, 1)),
    (("- weight: 0.4", "- weight:"), ("empty-value", 18, 1)),
    (("- score_range: [1.0, 2.9]", "- score_range:"), ("empty-value", 25, 1)),
    (("- weight: 0.4", "- weight: 0.4\n- interview_themes: a, b"), ("not-a-list", 19, 21)),
    (("- weight: 0.4", "- weight: 0.4\n- interview_themes: [a, b"), ("not-a-list", 19, 21)),
    (("- weight: 0.4", "- weight: 0.4\n- interview_themes: [a], b]"), ("not-a-list", 19, 21)),
    (("- weight: 0.4", "- weight: 0.4\n- interview_themes: [a, (b]"), ("not-a-list", 19, 21)),
    (("- weight: 0.4", "- weight: 0.4\n- interview_themes: some\n  - a"), ("not-a-list", 19, 21)),
    (("- weight: 0.4", "- weight: 0.4\n- interview_themes:\n  - a\n\n  text"), ("not-a-list", 22, 3)),
    (
        ("- weight: 0.4", "- weight: 0.4\n- interview_themes:\n  - a\n\n  text\n\n  - b"),
        ("not-a-list", 22, 3),
    ),
    (("- weight: 0.4", "- weight: 0.4\n- interview_themes:\n  - a\n  -\n  - b"), ("empty-item", 21, 3)),
    (("- weight: 0.4", "- weight: 0.4\n- interview_themes: [a, , b]"), ("empty-item", 19, 25)),
    # weights
    *[
        (("- weight: 0.4", f"- weight: {value}"), ("invalid-weight", 18, 11))
        for value in (
            "0",
            "0.0",
            "-0.4",
            "1.5",
            "40",
            "150%",
            "0%",
            "x",
            "0,4",
            "1/0",
            "4/",
            "/4",
            "1/2/3",
            "4e-1",
            "0.4.1",
            "1.",
            "9" * 31,
            "0." + "4" * 5000,
            "1/" + "9" * 5000,
            "0.4 or so",
            "%",
            "+0.4",
            "1/3000000",
            "2/1",
            "0.4\n  0.5",
        )
    ],
    (("- weight: 0.4", "- weight: 0.4\n  - 0.5"), ("invalid-weight", 18, 11)),
    (("- weight: 0.4", "- weight: 0.3899"), ("weights-sum", 6, 1)),
    (("- weight: 0.4", "- weight: 0.4101"), ("weights-sum", 6, 1)),
    (("- weight: 0.4", "- weight: 30%"), ("weights-sum", 6, 1)),
    # rubrics
    (("  - 1-2: Lives", "  - 1-7: Lives"), ("outside-scale", 13, 5)),
    (("  - 1-2: Lives", "  - 0-2: Lives"), ("outside-scale", 13, 5)),
    (("  - 1-2: Lives", "  - 2-1: Lives"), ("reversed-range", 13, 5)),
    (("  - 1-2: Lives", "  - low: Lives"), ("invalid-range", 13, 5)),
    (("  - 1-2: Lives", "  - Level 2: Lives"), ("invalid-range", 13, 5)),
    (("  - 1-2: Lives", "  - 1-2 Lives"), ("invalid-range", 13, 5)),
    (("  - 1-2: Lives from day to day.", "  - 1-2:"), ("invalid-range", 13, 5)),
    (("  - 1-2: Lives", "  - 1-3: Lives"), ("rubric-overlap", 14, 5)),
    (("  - 1-2: Lives", "  - 3: Lives"), ("rubric-overlap", 14, 5)),
    (("  - 1-2: Lives", "  - 4: Lives"), ("rubric-overlap", 14, 5)),
    (("  - 1-2: Lives", "  - 3-5: Lives"), ("rubric-overlap", 14, 5)),
    (("- scoring_rubric:\n  - 1-2:", "- scoring_rubric: yes\n  - 1-2:"), ("not-a-list", 12, 19)),
    # categories
    *[
        (("- score_range: [1.0, 2.9]", f"- score_range: {value}"), ("invalid-range", 25, 16))
        for value in (
            "2",
            "low",
            "[1.0]",
            "[1.0, 2.9",
            "1.0 bis 2.9",
            "1-2-3",
            "[a, b]",
            "1.0, 2.9",
            "[1, 2, 3]",
        )
    ],
    (("- score_range: [1.0, 2.9]", "- score_range: [2.9, 1.0]"), ("reversed-range", 25, 16)),
    (("- score_range: [1.0, 2.9]", "- score_range: [0.9, 2.9]"), ("outside-scale", 25, 16)),
    (("- score_range: [3.0, 5.0]", "- score_range: [3.0, 5.1]"), ("outside-scale", 30, 16)),
    (
        ("- primary_dimensions: [Vision]", "- primary_dimensions: [Trust, Visoin]"),
        ("unknown-dimension", 31, 31),
    ),
    (
        ("- primary_dimensions: [Vision]", "- primary_dimensions:\n  - Trust\n  - Visoin"),
        ("unknown-dimension", 33, 5),
    ),
    (
        ("- primary_dimensions: [Vision]", "- primary_dimensions:\n     1. Trust\n     2. Visoin"),
        ("unknown-dimension", 33, 9),
    ),
    (
        ("- primary_dimensions: [Vision]", "- primary_dimensions: [Vision, **vision**]"),
        ("duplicate-reference", 31, 32),
    ),
    # guidelines
    (("### Opening\n", "### Greeting\n"), ("unknown-item", 36, 1)),
    (("Thank you for your time.\n", ""), ("empty-value", 36, 1)),
    (("Thank you for your time.\n", "Thank <b>you</b>.\n"), ("raw-html", 38, 7)),
    (("## Interview Guidelines\n", "## Interview Guidelines\n\nText.\n"), ("stray-text", 36, 1)),
    (("- Vision: Where", "- Visoin: Where"), ("unknown-dimension", 42, 3)),
    (("- Vision: Where", "- When exploring Money: Where"), ("unknown-dimension", 42, 18)),
    (("- Vision: Where will", "- Money:\n  - Where will"), ("unknown-dimension", 42, 3)),
    (("- Vision: Where will", "#### Money\n\n- Where will"), ("unknown-dimension", 42, 6)),
    (("- Vision: Where will the team be in a year?", "- Vision:"), ("empty-value", 42, 1)),
    (("- Vision: Where will the team be in a year?", "- Vision:\n  - a\n  -"), ("empty-item", 44, 3)),
    (("- Vision: Where", "Vision matters.\n\n- Vision: Where"), ("stray-text", 42, 1)),
    # examples
    (("Vision: 4, Trust: 4", "Vision: 4, Trust: 6"), ("outside-scale", 48, 23)),
    (("Vision: 4, Trust: 4", "Vision: 4, Trust: good"), ("invalid-score", 48, 23)),
    (("Vision: 4, Trust: 4", "Vision: 4, 5"), ("invalid-score", 48, 23)),
    (("Vision: 4, Trust: 4", "Vision: 4, vision: 4"), ("invalid-score", 48, 23)),
    (("Vision: 4, Trust: 4", "Vision: 4, Thrust: 4"), ("unknown-dimension", 48, 23)),
    (("[Vision: 4, Trust: 4]", ""), ("empty-value", 48, 1)),
    (("[Vision: 4, Trust: 4]", "[]"), ("empty-value", 48, 1)),
    (("[Vision: 4, Trust: 4]", "Vision: 4"), ("not-a-list", 48, 11)),
    (("- overall: 4.0", "- overall:"), ("empty-value", 49, 1)),
    (("- overall: 4.0", "- overall: 3.99"), ("wrong-overall", 49, 12)),
    (("- category: Thriving", "- category: none"), ("wrong-category", 50, 13)),
    (("- category: Thriving", "- category: Zzzz"), ("unknown-category", 50, 13)),
    # HTML and links
    *[
        (("bad news.", f"bad {html} news."), ("raw-html", 19, 32))
        for html in (
            "<b>",
            "</b>",
            "<br/>",
            "<B>x</B>",
            "<!-- x -->",
            "<?php ?>",
            "<!X>",
            "<![CDATA[x]]>",
            "<a href='x'>y</a>",
            "<your name>",
        )
    ],
    (
        ("- description: Can be told bad news.", "- description: Can\n\n  <div>\n  x\n  </div>"),
        ("raw-html", 21, 3),
    ),
    (
        ("- description: Can be told bad news.", "- description: Can\n\n  <div>\n\n  x\n\n  </div>"),
        ("raw-html", 21, 3),
    ),
    (("- description: Can be told bad news.", "- description: <div"), ("raw-html", 19, 1)),
    (("- weight: 0.4\n", "- weight: 0.4\n- interview_themes:\n  - <div\n"), ("raw-html", 20, 5)),
    (("- weight: 0.4\n", "- weight: 0.4\n- interview_themes: [<div]\n"), ("raw-html", 19, 22)),
    *[
        (("bad news.", f"bad {link}."), ("unsafe-link", 19, 32))
        for link in (
            "[x](javascript:a)",
            "[x](JavaScript:a)",
            "[x](java&#115;cript:a)",
            "[x](/a)",
            "[x](a.html)",
            "[x](//a.org)",
            "[x](#a)",
            "[x]()",
            "![x](data:a)",
            "<javascript:a>",
            "[x](ftp://a.org)",
            "[x](http:a)",
        )
    ],
    (("bad news.", "bad [x] news.\n\n  [x]: javascript:a"), ("unsafe-link", 19, 32)),
    (("day to day.", "day <b>."), ("raw-html", 13, 25)),
    (("day to day.", "day [x](y)."), ("unsafe-link", 13, 25)),
]


@pytest.mark.parametrize(("edit", "place"), FAULTS, ids=lambda value: repr(value)[:70])
def test_an_error_has_exactly_its_diagnostic(edit: Edit, place: Place) -> None:
    assert said(edited(edit)) == [place]


def test_a_line_of_dashes_with_text_does_not_end_the_front_matter() -> None:
    assert said(edited(("version: 1.0", "version: 1.0\n--- x"))) == [("yaml-syntax", 4, 5)]


def test_depth_ends_the_reading_of_a_broken_front_matter() -> None:
    text = edited(("version: 1.0", "author: a: b\nscale: [[[[1]]]]\nversion: x"))
    assert said(text) == [("yaml-syntax", 3, 10), ("yaml-too-deep", 4, 10)]


def test_only_sections_that_follow_are_taken_for_items() -> None:
    text = edited(
        ("### A good team", "## A good team"), ("## Result Categories", "## Notes\n\n## Result Categories")
    )
    assert said(text) == [("unknown-section", 21, 1), ("heading-level", 48, 1)]


@pytest.mark.parametrize(
    ("edit", "marked"),
    [
        (("  - 1-2: Lives", "  - low: Lives"), "low: Lives from day to day."),
        (("  - 1-2: Lives", "  - 1-7: Lives"), "1-7"),
        (("- weight: 0.4", "- weight:"), "- weight:"),
        (("- weight: 0.4", "- weight: 0.4\n- interview_themes: a, b"), "a, b"),
        (("Vision: 4, Trust: 4", "Vision: 4, Trust: 6"), "Trust: 6"),
        (("[Vision]", "[Größe, Visoin]"), "Größe"),
        (("- Vision: Where", "- Visoin: Where"), "Visoin"),
        (("- weight: 0.4\n", "Weight: 0.4\n\n"), "Weight: 0.4"),
        (("bad news.", "bad\n  <kbd>\n  news."), "<kbd>"),
        (("bad news.", "bad [x](y) news."), "[x](y)"),
        (("name: Team Check", "name: [a, b]"), "[a, b]"),
        (("## Dimensions\n", "Dimensions of it\n---\n"), "Dimensions of it"),
    ],
)
def test_the_caret_marks_the_first_line_of_what_is_wrong(edit: Edit, marked: str) -> None:
    text = edited(edit)
    diagnostic = check(text).diagnostics[0]
    begin = diagnostic.column - 1
    assert text.split("\n")[diagnostic.line - 1][begin : begin + length(text, diagnostic)] == marked


def test_two_definitions_of_a_link_cannot_hide_an_unsafe_one() -> None:
    text = edited(
        ("Lives from day to day.", "[x] safe here\n\n    [x]: https://example.org"),
        ("bad news.", "bad [x] news.\n\n  [x]: javascript:a"),
    )
    assert said(text) == [("unsafe-link", 21, 1)]


def test_all_errors_are_reported_at_once_and_in_order() -> None:
    edits = [
        ("name: Team Check", "name: ''"),
        ("version: 1.0", "version: v1\nauther: M"),
        ("- weight: 0.6", "- weight: much"),
        ("  - 1-2: Lives", "  - 1-3: Lives"),
        ("- description: Can be told bad news.\n", ""),
        ("[1.0, 2.9]", "[2.9, 1.0]"),
        ("[Vision]", "[Visio]"),
        ("### Opening", "### Openin"),
        ("- Vision: Where", "- Visio: Where"),
        ("Trust: 4", "Trust: 9"),
        ("- overall: 4.0", "- overall: x"),
        ("category: Thriving", "category: Thrivin"),
    ]
    assert [code for code, _, _ in said(edited(*edits))] == [
        "invalid-name",
        "invalid-version",
        "unknown-key",
        "invalid-weight",
        "rubric-overlap",
        "missing-field",
        "reversed-range",
        "unknown-dimension",
        "unknown-item",
        "unknown-dimension",
        "outside-scale",
        "invalid-score",
        "unknown-category",
    ]


def test_a_broken_front_matter_still_gets_its_other_keys_and_the_body_checked() -> None:
    text = edited(
        ("name: Team Check", "name: Team: Check\ntype: odd\nauthor: 'x"), ("- weight: 0.4", "- weight: 0.3")
    )
    assert said(text) == [
        ("yaml-syntax", 2, 11),
        ("invalid-value", 3, 7),
        ("yaml-syntax", 4, 9),
        ("weights-sum", 8, 1),
    ]
    text = edited(("---\nname: Team Check\nversion: 1.0\n---\n", ""), ("- weight: 0.4", "- weight: 0.3"))
    assert said(text) == [("missing-front-matter", 2, 1), ("weights-sum", 2, 1)]


def test_a_front_matter_without_end_ends_before_the_first_section() -> None:
    text = edited(("version: 1.0\n---\n", "version: 1\n"), ("- weight: 0.4", "- weight: 0.3"))
    assert said(text) == [("unclosed-front-matter", 1, 1), ("invalid-version", 3, 10), ("weights-sum", 5, 1)]
    assert (
        said("---\nname: x\nversion: 2")
        == [("unclosed-front-matter", 1, 1), ("invalid-version", 3, 10)] + [("missing-section", 3, 10)] * 2
    )


def test_a_file_in_a_code_block_or_behind_an_answer_is_checked_all_the_same() -> None:
    text = "```markdown\n" + edited(("- weight: 0.4", "- weight: 0.3")) + "```\n"
    assert said(text) == [("fenced-file", 1, 1), ("weights-sum", 7, 1)]
    assert said(text.removesuffix("```\n")) == [("fenced-file", 1, 1), ("weights-sum", 7, 1)]
    assert said("```\nx\n```\n")[0] == ("missing-front-matter", 1, 1)
    assert said("Here it is:\n\n" + edited(("- weight: 0.4", "- weight: 0.3"))) == [
        ("misplaced-front-matter", 1, 1),
        ("weights-sum", 8, 1),
    ]
    assert said("x\n" * 30 + SPECIMEN)[0] == ("missing-front-matter", 1, 1)


@pytest.mark.parametrize("mark", ["```markdown", "~~~"])
def test_a_block_around_a_file_without_front_matter_hides_nothing(mark: str) -> None:
    body = SPECIMEN.split("---\n", 2)[2].replace("weight: 0.6", "weight: 0.5")
    text = f"{mark}\n{body}{mark[:3]}\n"
    faults = [("missing-front-matter", 1, 1), ("fenced-file", 1, 1), ("weights-sum", 3, 1)]
    assert said(text) == faults
    assert said(text + "Good luck with it!\n") == faults
    assert said("Here it is:\n\n" + text) == [
        ("missing-front-matter", 1, 1),
        ("stray-text", 1, 1),
        ("fenced-file", 3, 1),
        ("weights-sum", 5, 1),
    ]
    # A block that is never closed is reported as such; one without headings, or after the first, is a text.
    assert said(f"{mark}\n{body}")[1] == ("unclosed-fence", 1, 1)
    assert ("fenced-file", 1, 1) not in said(f"{mark}\ntext\n{mark[:3]}\n{body}")
    assert said(f"{body}\n{mark}\n# text\n{mark[:3]}\n")[0] == ("missing-front-matter", 2, 1)
    assert "fenced-file" not in {code for code, _, _ in said(f"{body}\n{mark}\n# text\n{mark[:3]}\n")}


def test_quotes_may_be_nested_but_not_too_deep() -> None:
    time = "Thank you for your time."
    assert said(edited((time, "> > a\n> > > b\n\n> c"))) == []
    assert said(edited((time, "> " * 10 + "a"))) == []
    assert said(edited((time, "> " * 11 + "a"))) == [("nested-too-deep", 38, 21)]
    assert said(edited((time, "> - " * 5 + "a"))) == []
    assert said(edited((time, "> - " * 6 + "a\n\n" + "> " * 12 + "b"))) == [("nested-too-deep", 38, 21)]
    assert said(edited(("bad news.", "bad news.\n  > > a\n  > - b\n  > ## c"))) == []


def test_an_unclosed_fence_hides_nothing() -> None:
    text = edited(("Lives from day to day.\n", "Lives from day to day.\n\n```\n"), ("[Vision]", "[Visio]"))
    assert said(text) == [("unclosed-fence", 15, 1), ("unknown-dimension", 33, 24)]
    text = edited(
        ("## Dimensions", "~~~\n\n## Dimensions"), ("### Trust", "````\n\n### Trust"), ("[Vision]", "[Visio]")
    )
    assert [code for code, _, _ in said(text)] == ["unclosed-fence", "unclosed-fence", "unknown-dimension"]


def test_html_that_swallows_headings_hides_nothing() -> None:
    text = edited(("## Dimensions", "<!--\n## Dimensions"), ("[Vision]", "[Visio]"))
    assert said(text) == [("raw-html", 6, 1), ("unknown-dimension", 32, 24)]
    text = edited(("## Dimensions", "<div>\n## Dimensions"), ("[Vision]", "[Visio]"))
    assert said(text) == [("raw-html", 6, 1), ("unknown-dimension", 32, 24)]


def test_a_closed_code_block_is_not_an_error_where_text_is_allowed() -> None:
    text = edited(("Thank you for your time.", "Thank you.\n\n```\n## code\n```"))
    compilation = check(text)
    assert compilation.definition is not None
    assert compilation.definition.interview_guidelines.opening == "Thank you.\n\n```\n## code\n```"
    text = edited(("- category: Thriving\n", "- category: Thriving\n\n```\n# code\n```\n"))
    assert said(text) == [("stray-text", 52, 1)]


def test_headings_one_level_too_high_or_low_are_one_error() -> None:
    text = SPECIMEN.replace("### ", "@@@ ").replace("## ", "# ").replace("@@@ ", "## ")
    assert said(text) == [("heading-level", 6, 1)]
    text = edited(("### Vision", "#### Vision"), ("### Trust", "#### Trust"))
    assert said(text) == [("heading-level", 8, 1)]
    text = edited(("### Vision", "## Vision"), ("### Trust", "## Trust"), ("[Vision]", "[Visio]"))
    assert said(text) == [("heading-level", 8, 1), ("unknown-dimension", 31, 24)]


def test_what_is_under_headings_inside_of_an_item_is_not_read() -> None:
    text = edited(
        ("bad news.", "bad news.\n\n##### Notes\n\n- x: y\n\n#### More notes\n\n- x: y\n\n##### Last\n\nz")
    )
    assert said(text) == [("not-a-bullet", 21, 1), ("not-a-bullet", 25, 1)]


def test_a_malformed_weight_does_not_fail_the_sum_too() -> None:
    text = edited(("- weight: 0.4", "- weight: zero"), ("- weight: 0.6", "- weight: 0.9"))
    assert said(text) == [("invalid-weight", 18, 11)]


def test_without_dimensions_no_reference_is_called_wrong() -> None:
    text = SPECIMEN[: SPECIMEN.index("## Dimensions")] + SPECIMEN[SPECIMEN.index("## Result") :]
    assert [code for code, _, _ in said(text)] == ["missing-section"]
    text = edited(("### Vision\n", "###\n"))
    assert [code for code, _, _ in said(text)] == ["empty-name"]


def test_a_faulty_scale_is_not_blamed_on_ranges() -> None:
    text = edited(("version: 1.0", "scale: [0, 999]"), ("[3.0, 5.0]", "[3.0, 7.0]"))
    assert said(text) == [("invalid-scale", 3, 8)]


def test_at_most_a_hundred_are_shown_and_the_rest_is_counted() -> None:
    text = edited(("- weight: 0.4\n", "- weight: 0.4\n" + "- a: b\n" * 150 + "- description: x\n"))
    diagnostics = check(text).diagnostics
    assert len(diagnostics) == 101
    assert diagnostics[-1].message == "51 more problems were found from here on"
    assert (diagnostics[-1].severity, diagnostics[-1].line) == ("error", 119)
    text = edited(("- weight: 0.4\n", "- weight: 0.4\n" + "- a: b\n" * 5000))
    compilation = check(text)
    assert compilation.valid
    assert compilation.diagnostics[-1].message == "4900 more problems were found from here on"
    assert compilation.diagnostics[-1].severity == "warning"
    assert compilation.diagnostics[-1].line == 119
    text = edited(("- weight: 0.4\n", "- weight: 0.4\n" + "- a: b\n" * 5000 + "- weight: 1\n"))
    assert check(text).diagnostics[-1].severity == "error"


@pytest.mark.parametrize(("count", "more"), [(198, 99), (199, 100), (200, 102)])
def test_behind_two_hundred_errors_no_key_is_taken_for_the_missing_name(count: int, more: int) -> None:
    unknown = "".join(f"zz{number}: x\n" for number in range(count))
    text = edited(("name: Team Check\n", unknown + "nmae: x\n"))
    assert check(text).diagnostics[-1].message == f"{more} more problems were found from here on"


@pytest.mark.parametrize(("count", "more"), [(198, 99), (199, 100), (200, 102)])
def test_two_hundred_misspelt_keys_are_compared_with_what_is_missing(count: int, more: int) -> None:
    """A more distant name is not: the missing one is reported as well."""
    unknown = "".join(f"- zz{number}: x\n" for number in range(count))
    text = edited(("- weight: 0.6\n", unknown + "- wieght: 0.6\n"))
    assert check(text).diagnostics[-1].message == f"{more} more problems were found from here on"


RUBRIC = "begin it with a score, or a range of scores, within the scale, 1 to 5, and a colon"


@pytest.mark.parametrize(
    ("edit", "hint"),
    [
        (("name: Team Check", "nam: x"), "write `name`"),
        (
            ("version: 1.0", "xyzzy: 1"),
            (
                "the keys are `name`, `version`, `type`, `author`, `description`, `language`, "
                "`interview_style`, `result_disclosure`, `scale`, `evidence`, `min_coverage`"
            ),
        ),
        (("version: 1.0", "interview_style: {overide: true}"), "write `allow_override`"),
        (("version: 1.0", "version: 3"), "write `version: 3.0`"),
        (("version: 1.0", "version: v1.02.3"), "write two whole numbers separated by a point"),
        (("version: 1.0", "version: x"), "write two whole numbers separated by a point"),
        (("version: 1.0", "type: comparativ"), "write `comparative`"),
        (("version: 1.0", "type: zzz"), "write one of `single-outcome`, `multi-dimensional`, `comparative`"),
        (("version: 1.0", "result_disclosure: nonne"), "write `none`"),
        (("version: 1.0", "evidence: prefered"), "write `preferred`"),
        (("version: 1.0", "evidence: yes"), "write one of `required`, `preferred`, `off`"),
        (("version: 1.0", "min_coverage: 60"), "write `min_coverage: 0.6`"),
        (("version: 1.0", "min_coverage: 0,6"), "write `min_coverage: 0.6`"),
        (
            ("version: 1.0", "min_coverage: 600"),
            "write a decimal such as `0.6`, a percentage or a fraction, at most 1",
        ),
        (("version: 1.0", "interview_style: {allow_override: yes}"), "write `allow_override: true`"),
        (("version: 1.0", "interview_style: {allow_override: perhaps}"), "write `true` or `false`"),
        (
            ("version: 1.0", "scale: [4, 4]"),
            "write two numbers from 0 to 100 in brackets, the lower first",
        ),
        (("version: 1.0", 'author: say "hi": now'), "write `author: 'say \"hi\": now'`"),
        (("version: 1.0", "author: @me"), 'write `author: "@me"`'),
        (("- weight: 0.4", "- wieght: 0.4"), "write `- weight:`"),
        (("- weight: 0.4", "- weight: 0.4\n- scoring_rubrik: [1: x]"), "write `scoring_rubric`"),
        (
            ("- weight: 0.4", "- weight: 0.4\n- zzz: x"),
            "the fields are `id`, `weight`, `description`, `interview_themes`, `scoring_rubric`",
        ),
        (("- weight: 0.4", "- weight: 0.3"), "for example write `- weight: 0.4` for `Trust`"),
        (("- weight: 0.4", "- weight: 45%"), "for example write `- weight: 40%` for `Trust`"),
        (
            ("- weight: 0.4", "- weight: 4"),
            "a weight is more than 0 and at most 1; write a decimal, a percentage or a fraction",
        ),
        (("- weight: 0.4", "- weight: 0,4"), "write `- weight: 0.4`"),
        (
            ("- weight: 0.4", "- weight: x"),
            "write a decimal, a percentage or a fraction",
        ),
        (
            ("- weight: 0.4", "- weight: 0"),
            "a weight is more than 0 and at most 1; write a decimal, a percentage or a fraction",
        ),
        (
            ("- weight: 0.4", "- weight: 0.4\n- interview_themes:\n- a"),
            "if it belongs to `interview_themes`, indent it under that bullet",
        ),
        (("- weight: 0.4", "- weight: 0.4\n- a"), "write each field as `- key: value`"),
        (("- weight: 0.4\n", "weight: 0.4\n\n"), "write `- weight: 0.4`"),
        (
            ("- weight: 0.4", "- weight: 0.4\n- interview_themes: a, b"),
            "write `- interview_themes: [a, b]`",
        ),
        (
            ("- score_range: [1.0, 2.9]", "- score_range: 2"),
            "write the lowest and the highest score, two numbers within the scale, 1 to 5",
        ),
        (("- score_range: [1.0, 2.9]", "- score_range: [2.9, 1.0]"), "write `[1.0, 2.9]`"),
        (("  - 1-2: Lives", "  - Level 2: Lives"), "write `- 2: Lives from day to day.`"),
        (("  - 1-2: Lives", "  - low: Lives"), RUBRIC),
        (("  - 1-2: Lives", "  - 2-1: Lives"), "write `1-2`"),
        (("[Vision]", "[Visoin]"), "write `Vision`"),
        (("[Vision]", "[Zzz]"), "the dimensions are `Vision`, `Trust`"),
        (("### Opening", "### Openig"), "write `### Opening`"),
        (("### Opening", "### Zzz"), "the parts are `### Opening`, `### Probing Questions`, `### Closing`"),
        (("category: Thriving", "category: Thrivign"), "write `Thriving`"),
        (
            ("category: Thriving", "category: Zzz"),
            "write the name of a category, or `none` if none should match",
        ),
        (("## Examples", "## Exampels"), "write `## Examples`"),
        (("bad news.", "bad <b>news</b>."), "write `**news**`"),
        (
            ("bad news.", "bad <kbd>news</kbd>."),
            "write `\\<kbd>` to show the characters themselves, or delete it",
        ),
        (
            ("bad news.", "bad <!-- x --> news."),
            "delete the comment",
        ),
        (("bad news.", "bad [x](y)."), "write the full address, which begins with `https://`"),
        (
            ("bad news.", "bad [x](ftp://y)."),
            "only http, https and mailto are allowed; write the text without the link",
        ),
        (
            ("- description: Can be told bad news.", "\nCan be told bad news."),
            "write `- description: Can be told bad news.`",
        ),
    ],
)
def test_the_hint_says_how_to_fix_it(edit: Edit, hint: str) -> None:
    assert hints(edited(edit)) == [hint]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (("- weight: 0.4", "- weight: 0.3"), "the weights sum to 0.9, not to 1: 0.1 is missing"),
        (("- weight: 0.4", "- weight: 0.5"), "the weights sum to 1.1, not to 1: 0.1 is too much"),
        (("- weight: 0.4", "- weight: 0.0"), "the weight `0.0` is not between 0 and 1"),
        (("- weight: 0.4", "- weight: x"), "`x` is not a weight"),
        (
            ("### Opening", "### " + "x" * 61),
            f"the interview guidelines have no part `{'x' * 59}…`; it is ignored",
        ),
    ],
)
def test_the_message_says_what_is_wrong(edit: Edit, message: str) -> None:
    assert [d.message for d in check(edited(edit)).diagnostics] == [message]


def test_no_weight_could_make_the_sum_right() -> None:
    text = edited(
        ("- weight: 0.4", "- weight: 1"),
        ("- weight: 0.6", "- weight: 1"),
        ("## Result", "### Third\n\n- weight: 1\n- description: x\n\n## Result"),
    )
    assert hints(text) == ["change the weights until they sum to 1"]
    assert check(text).diagnostics[0].message == "the weights sum to 3, not to 1: 2 is too much"


@pytest.mark.parametrize(
    ("edit", "section"),
    [
        (("- weight: 0.4", "- weight: x"), "Dimensions / Trust / weight"),
        (("version: 1.0", "version: x"), "Front matter / version"),
        (("[Vision]", "[Visoin]"), "Result Categories / Thriving / primary_dimensions"),
        (("- Vision: Where", "- Visoin: Where"), "Interview Guidelines / Probing Questions"),
        (("- overall: 4.0", "- overall: 3"), "Examples / A good team / overall"),
        (("- weight: 0.4\n", ""), "Dimensions / Trust / weight"),
        (("## Examples\n", "## Other\n"), "Other"),
    ],
)
def test_the_section_says_where(edit: Edit, section: str) -> None:
    assert {d.section for d in check(edited(edit)).diagnostics} == {section}


def test_an_offset_is_given_for_bytes_that_are_no_text() -> None:
    source = b"\xef\xbb\xbf" + SPECIMEN.encode().replace(b"time.", b"t\x81me.")
    (diagnostic,) = check(source).diagnostics
    assert diagnostic.message == f"byte {source.index(0x81)} (0x81) is not valid UTF-8"
    assert diagnostic.hint == "save the file as UTF-8"
    source = SPECIMEN.encode().replace(b"Thank", b"Th\x00nk\x00")
    assert (
        check(source).diagnostics[0].message
        == f"the file contains 2 NUL bytes, the first at byte {source.index(0)}"
    )


# --- one fault, one diagnostic ---

TWO_SPACES = "begin the line with two spaces instead of the tab"


@pytest.mark.parametrize(
    ("old", "new", "at", "hint"),
    [
        (
            "version: 1.0",
            "interview_style:\n\tdefault: 3",
            (4, 1),
            TWO_SPACES,
        ),
        ("version: 1.0", "\tversion: 1.0", (3, 1), "delete the tab: the line is not indented"),
        (
            "version: 1.0",
            "interview_style:\n  default: 3\n \tallow_override: true",
            (5, 2),
            TWO_SPACES,
        ),
        ("version: 1.0", "description: >\n\tLong", (4, 1), TWO_SPACES),
    ],
)
def test_a_tab_in_the_front_matter_is_named(old: str, new: str, at: tuple[int, int], hint: str) -> None:
    (fault,) = check(edited((old, new))).diagnostics
    assert (fault.code, (fault.line, fault.column), fault.hint) == ("yaml-syntax", at, hint)
    assert fault.message == "there is a tab where YAML allows only spaces"


CODE_IN_BODY = ("Thank you for your time.", "```\nThank you for your time.\n```")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("```markdown\n", "```\n"),
        ("```markdown\n", ""),
        ("\n```md\n\n", "\n```\n\n"),
        ("~~~~\n", "~~~~\n\nTell me if you want anything else!\n"),
    ],
)
@pytest.mark.parametrize("edits", [[], [CODE_IN_BODY]])
def test_a_file_in_a_code_block_has_one_error(before: str, after: str, edits: list[tuple[str, str]]) -> None:
    (fault,) = check(before + edited(*edits) + after).diagnostics
    assert fault.code == "fenced-file"
    assert fault.hint.startswith("delete this line, and the line that closes the block")


@pytest.mark.parametrize("after", ["```\n", "```\n\nAnything else?\n"])
def test_a_code_block_behind_other_text_is_one_error(after: str) -> None:
    (fault,) = check(f"Here it is:\n\n```\n{SPECIMEN}{after}").diagnostics
    assert (fault.code, fault.line) == ("misplaced-front-matter", 1)
    assert fault.hint == (
        "delete everything before the first `---` line, "
        "and the line that closes the code block and everything after it"
    )


@pytest.mark.parametrize(
    ("heading", "bold", "line", "name"),
    [
        ("### Vision", "**Vision**", 8, "Vision"),
        ("### Trust", "**Trust**", 16, "Trust"),
        ("### Trust", "__Trust:__", 16, "Trust"),
        ("### Thriving", "**Thriving**:", 28, "Thriving"),
        ("### A good team", "**A good team**", 46, "A good team"),
    ],
)
def test_a_bold_line_where_a_heading_is_meant_is_one_error(
    heading: str, bold: str, line: int, name: str
) -> None:
    (fault,) = check(edited((heading, bold))).diagnostics
    assert (fault.severity, fault.code, fault.line) == ("error", "heading-level", line)
    assert fault.hint == f"write `### {name}`"


def test_a_bold_line_before_fields_that_do_not_repeat_is_text() -> None:
    new = "- weight: 0.4\n\n**Details**\n\n- description"
    assert [d.code for d in check(edited(("- weight: 0.4\n- description", new))).diagnostics] == [
        "stray-text"
    ]
    new = "### Trust\n\n**Details**\n\n- weight"
    assert [d.code for d in check(edited(("### Trust\n\n- weight", new))).diagnostics] == ["stray-text"]
    new = "### Trust\n\n- weight: 0.4\n\n**Details**\n\n- which\n- description"
    found = check(edited(("### Trust\n\n- weight: 0.4\n- description", new))).diagnostics
    assert [d.code for d in found] == ["stray-text", "not-a-field"]
    new = "Thank you for your time.\n\n**Then**\n\n- wait"
    assert check(edited(("Thank you for your time.", new))).diagnostics == ()


def test_bullets_and_text_before_the_first_heading_are_text() -> None:
    found = check(edited(("### Vision\n", "- a: b\n\ntext\n\n### Vision\n"))).diagnostics
    assert [(d.code, d.line) for d in found] == [("stray-text", 8)]
