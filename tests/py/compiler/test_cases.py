"""Small files as authors write them: each line is read as it was meant, or a diagnostic names it."""

from decimal import Decimal
from pathlib import Path

from tests.py.compiler.specimen import check
from worker.definition import Definition
from worker.scoring import score

CASES = Path(__file__).parent / "cases"


def source(name: str) -> str:
    """Return the text of a case."""
    return (CASES / f"{name}.md").read_text(encoding="utf-8")


def line_of(text: str, part: str) -> int:
    """Return the line in which a part of a text begins."""
    assert text.count(part) == 1, part
    return text[: text.index(part)].count("\n") + 1


def named(name: str, *parts: str) -> dict[str, tuple[str, str]]:
    """Return code and hint of what is reported in the line of each part; nothing is reported elsewhere."""
    text = source(name)
    lines = {line_of(text, part): part for part in parts}
    found = [d for d in check(text).diagnostics if d.code != "possible-tie"]
    assert {d.line for d in found} == set(lines)
    assert len(found) == len(lines)
    return {lines[d.line]: (d.code, d.hint) for d in found}


def taken(name: str, warned: int = 0) -> Definition:
    """Return the definition of a case of which only so many unusual spellings are reported."""
    compilation = check(source(name))
    found = [d.code for d in compilation.diagnostics if d.code != "possible-tie"]
    assert len(found) == warned
    assert set(found) <= {"unusual-spelling", "underlined-text"}
    assert compilation.definition is not None
    return compilation.definition


def test_a_field_that_is_indented_too_far_is_named_and_one_level_out_it_counts() -> None:
    primary, strengths = "  - primary_dimensions: [Vision]\n", "  - strengths: [Curious]\n"
    found = named("nested-field-lost", primary, strengths)
    assert found[primary] == (
        "swallowed-field",
        "write `- primary_dimensions: [Vision]` at the beginning of the line",
    )
    assert found[strengths] == (
        "swallowed-field",
        "write `- strengths: [Curious]` at the beginning of the line",
    )
    text = source("nested-field-lost")
    for line in (primary, strengths):
        text = text.replace(line, line.lstrip())
    definition = check(text).definition
    assert definition is not None
    outcome = score(definition.rules, {"Vision": Decimal(5), "Care": Decimal(4), "Drive": Decimal(2)})
    assert outcome.category is not None
    assert outcome.category.name == "Scout"


def test_a_field_without_its_bullet_is_named() -> None:
    found = named(
        "field-without-bullet-lost",
        "scoring_rubric: [1: rarely, 5: always]",
        "**Interview themes:** a person who was helped",
        "strengths: warm, patient",
        "**Growth areas:** saying no",
    )
    assert {code for code, _ in found.values()} == {"swallowed-field"}
    text = source("field-without-bullet-lost")
    for line, (_, hint) in found.items():
        text = text.replace(line, hint.removeprefix("write `").partition("`")[0])
    definition = check(text).definition
    assert definition is not None
    assert definition.dimensions[0].interview_themes == ("a person who was helped",)
    assert definition.result_categories[0].strengths == ("warm", "patient")
    assert definition.result_categories[0].growth_areas == ("saying no",)


def test_a_text_that_is_cut_at_a_hash_is_named_with_the_whole_of_it() -> None:
    found = named("hash-in-front-matter", "cohort #4", "Studio #9", "Ranked #1")
    text = source("hash-in-front-matter")
    lines = text.split("\n")
    for part, (code, hint) in found.items():
        assert code == "cut-value"
        lines[line_of(text, part) - 1] = hint.removeprefix("write `").partition("`")[0]
    definition = check("\n".join(lines)).definition
    assert definition is not None
    metadata = definition.metadata
    assert (metadata.name, metadata.author, metadata.description) == (
        "Team check, cohort #4",
        "Studio #9",
        "Ranked #1 by those who used it",
    )
    assert definition.dimensions[0].description == "Looks after people. Rank #1."


def test_an_open_range_is_taken_and_one_in_other_words_is_named_with_its_numbers() -> None:
    found = named("range-hint-outside-scale", "≥ 2", "0 bis 1,9")
    assert found == {
        "≥ 2": ("unusual-spelling", "write `- score_range: [2, 4]`"),
        "0 bis 1,9": ("invalid-range", "write `- score_range: [0, 1.9]`"),
    }
    text = source("range-hint-outside-scale").replace("0 bis 1,9", "[0, 1.9]")
    definition = check(text).definition
    assert definition is not None
    assert [tuple(map(str, c.score_range)) for c in definition.result_categories] == [
        ("2", "4"),
        ("0", "1.9"),
    ]


def test_decimal_commas_are_taken_in_a_rubric() -> None:
    found = named("rubric-hint-cuts-comma", "  - 0,5-1: a little", "  - 3 bis 4: a lot")
    assert found == {
        "  - 0,5-1: a little": ("rubric-overlap", "change the ranges so that each score is in only one"),
        "  - 3 bis 4: a lot": ("invalid-range", "write `- 3-4: a lot`"),
    }
    text = source("rubric-hint-cuts-comma").replace("3 bis 4", "3-4").replace("0,5-1", "0,6-1")
    definition = check(text).definition
    assert definition is not None
    assert definition.dimensions[0].scoring_rubric == {"0-0.5": "hardly", "0.6-1": "a little", "3-4": "a lot"}


def test_the_numbers_of_a_numbered_rubric_are_its_ranges() -> None:
    assert taken("rubric-hint-numbered-list").dimensions[0].scoring_rubric == {
        "1": "never",
        "2": "seldom",
        "3": "at times",
        "4": "often",
        "5": "always, in all 3 teams",
    }


def test_a_hyphen_at_which_no_line_is_broken_is_a_hyphen() -> None:
    found = taken("nonbreaking-hyphen")
    assert found.metadata.type == "multi-dimensional"
    assert found.dimensions[0].scoring_rubric == {"1-2": "seldom", "3-5": "often"}
    calm, _ = found.result_categories
    assert list(map(str, calm.score_range)) == ["3.0", "5.0"]
    assert calm.primary_dimensions == (found.dimensions[0].name,)
    assert calm.growth_areas == ("Speed",)


def test_each_question_is_under_its_dimension() -> None:
    assert taken("questions-misfiled", 5).interview_guidelines.probing_questions == {
        "Care": ("Whom did you help last?", "What did it cost you?", "Who noticed?"),
        "Drive": ("What did you finish?", "What did you start?", "What did you drop?"),
    }


def test_bold_labels_of_the_guidelines_are_headings() -> None:
    guidelines = taken("guidelines-lost", 3).interview_guidelines
    assert (guidelines.opening, guidelines.closing) == ("Thank you for coming.", "I will write to you.")
    assert guidelines.probing_questions == {
        "Care": ("Whom did you help last?",),
        "Drive": ("What did you finish?",),
    }


def test_follow_ups_are_part_of_their_question_also_under_a_number_of_two_digits() -> None:
    assert taken("ten-questions", 2).interview_guidelines.probing_questions == {
        "general": tuple([f"Question number {n}?\n- Follow-up to {n}?" for n in (9, 10, 11)])
    }


def test_a_hint_about_quotation_marks_keeps_every_character() -> None:
    found = named("quote-hint", '"Trust" check', '"2.0" (draft)', "'Care' and 'Drive'")
    assert [hint for _, hint in found.values()] == [
        "write `name: '\"Trust\" check'`",
        'write `version: "2.0" # (draft)`',
        "write `description: \"'Care' and 'Drive'\"`",
    ]


def test_a_hint_states_no_value_that_was_made_up() -> None:
    found = named("constant-hints", "5 (free talk)", "[-2, 2]")
    assert found["5 (free talk)"] == ("invalid-value", "write `interview_style: 5 # (free talk)`")
    assert "[" not in found["[-2, 2]"][1]


def test_a_list_under_a_number_is_taken() -> None:
    assert taken("indent-hint-under-number", 1).dimensions[0].interview_themes == (
        "a neighbour",
        "a colleague",
    )


def test_what_an_export_leaves_in_headings_is_no_part_of_names() -> None:
    found = taken("google-docs-headings", 3)
    assert [d.name for d in found.dimensions] == ["Trust & Care", "Drive"]
    assert [c.name for c in found.result_categories] == ["Host & Guest", "Starter"]


def test_a_bold_name_over_questions_is_a_heading() -> None:
    assert taken("bold-dimension-over-questions", 2).interview_guidelines.probing_questions == {
        "Care": ("Whom did you help last?",),
        "Drive": ("What did you finish?",),
    }


def test_a_full_width_colon_is_a_colon() -> None:
    (care,) = taken("false-missing").dimensions
    assert care.weight == Decimal(1)
    assert care.description == "Looks after people."
    assert care.interview_themes == ("a neighbour",)


def test_a_range_below_the_scale_keeps_its_sign() -> None:
    text = source("sign-lost-in-hint")
    (found,) = check(text).diagnostics
    assert (found.code, found.line) == ("outside-scale", line_of(text, "  - -1: did harm"))
    assert found.message == "`-1` is outside the scale, 0 to 4"
    assert "1:" not in found.hint


def test_a_line_below_a_text_does_not_make_it_a_heading() -> None:
    found = taken("rule-under-text", 1)
    guidelines = found.interview_guidelines
    assert (guidelines.opening, guidelines.closing) == ("Thank you for coming.", "I will write to you.")
    assert guidelines.probing_questions == {"Care": ("Whom did you help?",)}
    (warning,) = check(source("rule-under-text")).diagnostics
    assert source("rule-under-text").split("\n")[warning.line - 1] == "---"
    assert warning.hint == "put an empty line above it, or delete it"


def test_sections_may_have_anchors() -> None:
    assert [d.name for d in taken("section-anchor", 2).dimensions] == ["Care", "Drive"]
