"""How each error is proposed to be fixed, and where nothing is proposed."""

import pytest

from tests.py.compiler.specimen import check, edited, fixed
from worker.compiler.catalogue import SPECIMEN, Code
from worker.compiler.diagnostics import Faults
from worker.compiler.fixing import apply_fixes
from worker.compiler.lines import Lines
from worker.compiler.proposals import replacing
from worker.compiler.slices import Span

KEEP = "- description: Keep going."


def test_a_document_one_level_too_high_is_moved_as_a_whole() -> None:
    text = SPECIMEN.replace("### ", "@@@ ").replace("## ", "# ").replace("@@@ ", "## ")
    assert fixed(text) == SPECIMEN
    text = edited(("- Vision: Where will", "#### Vision\n\n- Where will")).replace("### ", "@@@ ")
    assert fixed(text.replace("## ", "# ").replace("@@@ ", "## ")) == text.replace("@@@ ", "### ")


def test_underlined_headings_get_marks() -> None:
    text = edited(("## Interview Guidelines\n", "Interview Guidelines\n====================\n"))
    assert fixed(text) == SPECIMEN


def test_items_that_are_too_deep_come_up_and_what_is_in_them_stays() -> None:
    text = edited(("### Opening", "#### Opening"), ("### Probing", "#### Probing"))
    assert fixed(text) == SPECIMEN
    text = edited(
        ("### Opening", "#### Opening"),
        ("### Probing", "#### Probing"),
        ("- Vision: W", "##### Vision\n\n- W"),
    )
    assert fixed(text) == edited(("- Vision: W", "##### Vision\n\n- W"))


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("Team Check", "Team Check"),
        ("Team: the check", '"Team: the check"'),
        ('The "Team"', "'The \"Team\"'"),
        ('Maria\'s "Team"', '"Maria\'s \\"Team\\""'),
        ("C:\\\\x", "'C:\\\\x'"),
    ],
)
def test_the_name_is_that_of_the_first_heading(title: str, line: str) -> None:
    body = SPECIMEN.split("---\n", 2)[2]
    expected = f"name: {line}\nversion: 1.0\n---\n# {title}\n{body}"
    assert fixed(f"---\nversion: 1.0\n---\n# {title}\n{body}") == f"---\n{expected}"
    assert fixed(f"# {title}\n{body}") == f"---\nname: {line}\n---\n\n# {title}\n{body}"
    (diagnostic,) = check(f"---\nversion: 1.0\n---\n{body}").diagnostics
    assert diagnostic.fix is None


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<b>x</b>", "**x**"),
        ("<strong>x</strong>", "**x**"),
        ("<i>x</i>", "*x*"),
        ("<em>x</em>", "*x*"),
        ("<code>x</code>", "`x`"),
        ("<a href='https://example.org/a?b=c'>x</a>", "[x](https://example.org/a?b=c)"),
        ('<a class="b" HREF = "https://example.org">x</a>', "[x](https://example.org)"),
        ("<br>\n  x", "\\\n  x"),
        ("<br> x", "\\\n  x"),
        ("<!-- x -->", ""),
        ("<u>x</u>", "\\<u>x\\</u>"),
    ],
)
def test_html_becomes_markdown_or_text(html: str, expected: str) -> None:
    assert fixed(edited(("bad news.", f"bad {html} news."))) == edited(("bad news.", f"bad {expected} news."))


@pytest.mark.parametrize(
    "html", ["<b>x", "<img src=x>", "<a href='javascript:x'>x</a>", "<a>x</a>", "<b>x\n\n  </b>"]
)
def test_other_html_has_no_fix(html: str) -> None:
    for diagnostic in check(edited(("bad news.", f"bad {html} news."))).diagnostics:
        assert diagnostic.fix is None


def test_a_weight_that_is_missing_is_what_the_others_leave() -> None:
    for edit in (("- weight: 0.4\n", ""), ("- weight: 0.4\n", "- weight:\n")):
        assert fixed(edited(edit)) == SPECIMEN
    for text in (
        edited(("- weight: 0.6\n", ""), ("- weight: 0.4\n", "")),
        edited(("- weight: 0.6\n", "- weight:\n"), ("- weight: 0.4\n", "- weight:\n")),
    ):
        assert [d.fix for d in check(text).diagnostics] == [None, None]


def test_the_sum_is_not_made_right_by_a_weight_that_cannot_be() -> None:
    third = "\n### Third\n\n- weight: 1\n- description: x\n"
    (diagnostic,) = check(
        edited(("## Result", f"{third}\n## Result"), ("0.6", "1"), ("0.4", "1"))
    ).diagnostics
    assert diagnostic.fix is None
    text = edited(("0.6", "0.9"), ("0.4", "40%"))
    assert "- weight: 10%" in fixed(text)


def test_ids_of_their_own() -> None:
    clash = ("### Trust\n\n- weight: 0.4", "### Vision!\n\n- weight: 0.4")
    text = edited(clash, ("Trust: 4", "Vision!: 4"))
    assert fixed(text) == text.replace("- weight: 0.4", "- id: vision-2\n- weight: 0.4")
    text = edited(
        ("- weight: 0.6", "- id: sight\n- weight: 0.6"), ("- weight: 0.4", "- id: vision\n- weight: 0.4")
    )
    (diagnostic,) = check(text).diagnostics
    assert diagnostic.message == "the id `vision` is the default id of the dimension `Vision`"
    assert fixed(text) == text.replace("- id: vision", "- id: vision-2")
    assert fixed(edited(("- weight: 0.4", "- id:\n- weight: 0.4"))) == edited(
        ("- weight: 0.4", "- id: trust\n- weight: 0.4")
    )
    assert fixed(edited(("- weight: 0.4", "- id: My Trust\n- weight: 0.4"))) == edited(
        ("- weight: 0.4", "- id: my-trust\n- weight: 0.4")
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("warm, patient", "[warm, patient]"),
        ("warm", "[warm]"),
        ("1.5 points: good, 2 friends", "[1.5 points: good, 2 friends]"),
        (
            "Curious, but never so much that others would mind.",
            '["Curious, but never so much that others would mind."]',
        ),
        ('Says "no", and "yes"', '[“Says "no", and "yes"”]'),
        ("[warm, patient", "[warm, patient]"),
    ],
)
def test_a_text_becomes_a_list_without_losing_a_character(value: str, expected: str) -> None:
    line = "- description: Keep going.\n- strengths: "
    text = edited(("- description: Keep going.", f"{line}{value}"))
    assert fixed(text) == edited(("- description: Keep going.", f"{line}{expected}"))


@pytest.mark.parametrize("value", ["N/A", "none.", "(none)", "-", "TBD"])
def test_nothing_does_not_become_an_entry(value: str) -> None:
    (diagnostic,) = check(
        edited(("- description: Keep going.", f"- description: Keep going.\n- strengths: {value}"))
    ).diagnostics
    assert diagnostic.fix is None
    assert diagnostic.hint.endswith("delete the line if there are none")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("version: v2", "version: 2.0"),
        ("version: Version 2.1", "version: 2.1"),
        ("version: 2.1 (draft)", "version: 2.1 # (draft)"),
        ("version: 02", "version: 2.0"),
        ("interview_style: 5 (free talk)", "interview_style: 5 # (free talk)"),
        ("interview_style: 4.0", "interview_style: 4"),
        ("interview_style: {allow_override: Yes}", "interview_style: {allow_override: true}"),
        ("type: single-outcom", "type: single-outcome"),
        ("author: 'Maria", "author: 'Maria'"),
        ('author: "Maria" Rossi', "author: '\"Maria\" Rossi'"),
        ("author: @maria", 'author: "@maria"'),
        ("author: *maria", 'author: "*maria"'),
        ("scale: [1, 5", "scale: [1, 5]"),
        ("scale: [5, 1]", "scale: [1, 5]"),
        ("interview_style:\n\tdefault: 3", "interview_style:\n  default: 3"),
        ("\tauthor: x", "author: x"),
        (" author: x", "author: x"),
    ],
)
def test_values_of_the_front_matter(line: str, expected: str) -> None:
    assert fixed(edited(("version: 1.0", line))) == edited(("version: 1.0", expected))


@pytest.mark.parametrize(
    "line",
    [
        "version: draft",
        "version: 1.2.3",
        "version: 2 of 3",
        "interview_style: 0",
        "interview_style: 3-4",
        "interview_style: 2.5",
        "interview_style: 5 of 5",
        "scale: [-2, 2]",
        "scale: 5",
        "interview_style: {allow_override: maybe}",
    ],
)
def test_what_could_mean_several_things_has_no_fix(line: str) -> None:
    (diagnostic,) = check(edited(("version: 1.0", line))).diagnostics
    assert diagnostic.fix is None


@pytest.mark.parametrize("spelled", ["1.0 bis 2,9", "1,0…2.9", "1.0 .. 2.9"])
def test_two_numbers_are_a_range(spelled: str) -> None:
    assert fixed(edited(("[1.0, 2.9]", spelled))) == SPECIMEN


@pytest.mark.parametrize(
    "spelled", ["-1 bis 2.9", "1 bis 2 bis 3", "0 bis 2.9", "x" * 61, "low", "1.0 bis 2.9 (of 5)"]
)
def test_other_texts_are_none(spelled: str) -> None:
    (diagnostic,) = check(edited(("[1.0, 2.9]", spelled))).diagnostics
    assert diagnostic.fix is None


def test_a_heading_of_a_field_becomes_its_bullet() -> None:
    assert fixed(edited(("- description: Keep going.", "#### Description\n\nKeep going."))) == edited(
        ("- description: Keep going.", "- description: Keep going.")
    )
    text = edited(
        ("- description: Keep going.", "- description: Keep going.\n\n#### Strengths\n\n- warm\n- patient")
    )
    assert fixed(text) == edited((KEEP, f"{KEEP}\n\n- strengths:\n  - warm\n  - patient"))
    (diagnostic,) = check(
        edited(("- description: Keep going.", "- description: Keep going.\n\n#### Strengths"))
    ).diagnostics
    assert diagnostic.fix is None


def test_all_bullets_of_a_list_that_is_not_indented_are_indented_together() -> None:
    lost = "- weight: 0.4\n- interview_themes:\n- warm\n  and kind\n- 1-2: x\n- patient"
    right = "- weight: 0.4\n- interview_themes:\n  - warm\n    and kind\n  - 1-2: x\n  - patient"
    text = edited(("- weight: 0.4", lost))
    found = check(text).diagnostics
    assert [d.code for d in found] == ["not-a-field", "unknown-field", "not-a-field"]
    for diagnostic in found:
        assert diagnostic.fix is not None
        assert diagnostic.fix.safe
        assert apply_fixes(text.encode(), [diagnostic.fix]).decode() == edited(("- weight: 0.4", right))


def test_without_proofs_a_proposal_is_only_a_hint() -> None:
    faults = Faults()
    faults.add(Code.RANGE_GAP, Span(0, 1), "", "", replacing(Span(0, 1), "y", "write `y`", "write it"))
    (diagnostic,) = faults.render(Lines("x"))
    assert (diagnostic.hint, diagnostic.fix) == ("write it", None)


def test_messages_are_filled_in_from_their_arguments() -> None:
    (diagnostic,) = check(edited(("- weight: 0.4", "- weight: {found}"))).diagnostics
    assert diagnostic.message == "`{found}` is not a weight"
    assert diagnostic.to_dict()["args"] == {"found": "{found}"}
    (diagnostic,) = check(edited(("- weight: 0.4", "- weight: 0.3"))).diagnostics
    assert diagnostic.args == {"total": "0.9", "missing": "0.1"}
