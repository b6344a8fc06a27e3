"""More small files as authors write them, of the kinds of test_cases.py."""

import pytest

from tests.py.compiler.specimen import check
from tests.py.compiler.test_cases import line_of, named, source, taken
from worker.compiler import Fixed, fix_source
from worker.compiler.dimensions import WEIGHTS
from worker.definition import Definition


def fixed(name: str, *, unsafe: bool = False) -> Definition:
    """Return the definition of a case after its fixes, which leave nothing to report."""
    done: Fixed = fix_source(source(name).encode(), unsafe=unsafe)
    assert {d.code for d in done.compilation.diagnostics} <= {"possible-tie"}
    assert done.compilation.definition is not None
    return done.compilation.definition


def test_a_question_for_two_dimensions_is_given_to_neither_of_them() -> None:
    """Once it went to the one that was named last, and the fix removed the name of the other."""
    name = "questions-for-two-dimensions"
    several = "it names more than one dimension: write each of them separately"
    sentence = "- Wie hängen Fürsorge und Antrieb zusammen: ein Beispiel?"
    one = "- **Zu Antrieb:** Was hast du beendet?"
    found = named(
        name,
        "- primary_dimensions: Fürsorge und Antrieb",
        "- Fürsorge & Antrieb: Was war schwer?",
        "- Fürsorge / Antrieb: Was war leicht?",
        "- **Fürsorge, Antrieb:** Was kam zuerst?",
        "- Antrieb und Fürsorge:",
        sentence,
        one,
    )
    assert found.pop(one) == ("unusual-spelling", "write `- Antrieb: Was hast du beendet?`")
    assert found.pop(sentence) == (
        "swallowed-line",
        "if it is for one of them, begin it with the name and a colon",
    )
    listed = "- primary_dimensions: Fürsorge und Antrieb"
    assert found.pop(listed) == ("unknown-dimension", "write `[Fürsorge, Antrieb]`")
    assert set(found.values()) == {("unknown-dimension", several)}
    fixes = [d.line for d in check(source(name)).diagnostics if d.fix is not None]
    assert fixes == [line_of(source(name), part) for part in (listed, one)]


@pytest.mark.parametrize(
    ("names", "several"),
    [
        (("Trust", "Trust & Care"), False),  # the shorter name is a part of the longer
        (("Care", "Drive"), True),
        (("Car", "Drive"), False),  # `Care` only begins with it
    ],
)
def test_names_are_words(names: tuple[str, str], several: bool) -> None:
    text = source("ten-questions").partition("9. ")[0]
    for old, new in zip(("Care", "Drive"), names, strict=True):
        text = text.replace(f"### {old}", f"### {new}")
    label = "Trust & Care" if names[0] == "Trust" else "Care and Drive"
    found = [d for d in check(f"{text}- About {label}: What?\n").diagnostics if d.code != "possible-tie"]
    assert [d.hint.startswith("it names more") or "`Care` and" in d.message for d in found] == [several]


def test_a_key_without_its_colon_is_named_with_it_and_nothing_is_called_missing() -> None:
    text = source("fields-without-colons")
    found = [d for d in check(text).diagnostics if d.code != "possible-tie"]
    assert {d.code for d in found} == {"not-a-field"}
    assert len(found) == 10
    assert all(d.fix is not None and d.fix.safe for d in found)
    definition = fixed("fields-without-colons")
    care, drive = definition.dimensions
    assert (str(care.weight), care.description) == ("0.5", "Looks after people.")
    assert care.interview_themes == ("a neighbour",)
    assert drive.scoring_rubric == {"1": "no", "2": "yes"}
    assert definition.result_categories[1].description == "On the way."


def test_a_list_that_is_indented_too_far_moves_together_with_its_field() -> None:
    found = named(
        "nested-list-lost",
        "weight: 0,5\n- description: Kümmert",
        "    - interview_themes: [Nachbarn, Freunde]",
        "    - scoring_rubric:",
        "weight: 0,5\n- description: Bringt",
    )
    assert [code for code, _ in found.values()].count("swallowed-field") == 2
    care, _ = fixed("nested-list-lost", unsafe=True).dimensions
    assert care.scoring_rubric == {"1-2": "selten", "3-5": "oft"}
    assert care.interview_themes == ("Nachbarn", "Freunde")


def test_fields_without_bullets_get_them_and_a_list_its_brackets() -> None:
    care, drive = fixed("bold-fields-without-bullets").dimensions
    assert care.interview_themes == ("a neighbour; a friend",)
    assert drive.description == "Gets things done."
    host, _ = fixed("bold-fields-without-bullets").result_categories
    assert host.growth_areas == ("saying no",)


def test_decimal_commas_do_not_divide_an_inline_rubric() -> None:
    (care,) = taken("rubric-inline-decimal-commas").dimensions
    assert care.scoring_rubric == {"1-2.5": "selten", "2.6-4": "manchmal", "4.1-5": "oft"}


@pytest.mark.parametrize(
    ("rubric", "expected"),
    [
        ("[1-2: level 1,3-4: level 3]", {"1-2": "level 1", "3-4": "level 3"}),
        ("[1-2: a, 3-4: b,5: c]", {"1-2": "a", "3-4": "b", "5": "c"}),
        ("[1: a,2,5-3: b]", {"1": "a", "2.5-3": "b"}),
    ],
)
def test_other_commas_do(rubric: str, expected: dict[str, str]) -> None:
    text = source("rubric-inline-decimal-commas")
    text = text.replace("[1-2,5: selten, 2,6-4: manchmal, 4,1-5: oft]", rubric)
    definition = check(text).definition
    assert definition is not None
    assert definition.dimensions[0].scoring_rubric == expected


def test_items_without_headings_are_one_error_at_their_place() -> None:
    """Once it was two, and the second advised to delete the items."""
    found = named("list-in-place-of-headings", "- **Care**")
    code, hint = found["- **Care**"]
    assert code == "empty-section"
    assert hint.startswith("write a third-level heading for each item")


def test_questions_under_a_heading_of_the_wrong_level_are_kept() -> None:
    """Once they were ignored, as a part of the guidelines that does not exist."""
    found = named("questions-under-headings-of-parts", "### Care\n- Whom?", "### Drive\n- What?")
    assert list(found.values()) == [
        ("unusual-spelling", "write `#### Care`"),
        ("unusual-spelling", "write `#### Drive`"),
    ]
    asked = {"Care": ("Whom?",), "Drive": ("What?",)}
    for definition in (
        taken("questions-under-headings-of-parts", 2),
        fixed("questions-under-headings-of-parts"),
    ):
        assert definition.interview_guidelines.probing_questions == asked
        assert definition.interview_guidelines.closing == "Bye."


@pytest.mark.parametrize(
    ("weights", "fixes"),
    [
        (("3", "2"), ["/5", "/5"] * 2),  # each fix changes both
        (("3", "1"), ["/4", "/4"]),
        (("70", "30"), ["70%", "30%"]),
        (("70", "0.3"), ["70%"]),
        (("70", "0.2"), []),
        (("60", "50"), []),
        (("3", "much"), []),
    ],
)
def test_what_a_large_weight_means_is_computed_from_all_of_them(
    weights: tuple[str, str], fixes: list[str]
) -> None:
    """Once `3` and `2` became 3 and 2 percent."""
    text = source("weights-as-points")
    for old, new in zip(("weight: 3\n", "weight: 2\n"), weights, strict=True):
        text = text.replace(old, f"weight: {new}\n")
    found = [d for d in check(text).diagnostics if d.code == "invalid-weight"]
    assert [edit.text for d in found if d.fix is not None for edit in d.fix.edits] == fixes
    assert any("%" in d.hint.replace(WEIGHTS, "") for d in found) == any("%" in fix for fix in fixes)
    if fixes:
        assert fix_source(text.encode(), unsafe=True).compilation.valid


@pytest.mark.parametrize("name", ["front-matter-without-lines", "front-matter-in-a-block-of-code"])
def test_a_front_matter_without_its_lines_is_one_error_that_a_fix_removes(name: str) -> None:
    """Once a second one advised to delete it."""
    text = source(name)
    first, *_ = text.split("\n")
    [(code, hint)] = named(name, first).values()
    assert (code, hint) == (
        "missing-front-matter",
        "write `---` into a line of its own above and below these lines",
    )
    assert fixed(name).metadata.name in {"No dashes", "Fenced front"}


def test_a_dimension_in_place_of_the_scores_is_not_renamed() -> None:
    """Once `- Care: 2` became `- scores: 2`, since the words are similar."""
    text = source("ten-questions").partition("## Interview")[0]
    text += "## Examples\n\n### One\n\n- Care: 2\n- Drive: 2\n- category: Starter\n"
    found = [d for d in check(text).diagnostics if d.code != "possible-tie"]
    assert [(d.code, d.fix) for d in found] == [
        ("missing-field", None),
        ("unknown-field", None),
        ("unknown-field", None),
    ]


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        ("von 2,0 bis 3,9", "[2.0, 3.9]"),
        ("between 2.0 and 3.9", "[2.0, 3.9]"),
        ("ab 4,0", "[4.0, 5]"),
        ("4.0 or more", "[4.0, 5]"),
        ("Up to 2.9", "[1, 2.9]"),
        ("höchstens 2,9", "[1, 2.9]"),
        ("2.0 and below", "[1, 2.0]"),
        ("[3.0, 5.0] points", "[3.0, 5.0]"),
        ("1.0-2.9 (low)", "[1.0, 2.9]"),
        ("1%-3%", "[1, 3]"),
        ("1…3", "[1, 3]"),
        ("1.0 ~ 3.0", "[1.0, 3.0]"),
        # the end is one step below, as that of `< 2.0`
        ("below 2.0", "[1, 1.9]"),
        ("unter 2,0", "[1, 1.9]"),
        # one number is no end of a range, or is outside the scale
        ("2 of 5", None),
        ("2/5", None),
        ("2 or 3", None),
        ("0 bis 3", None),
        ("1.0-2.9 (of 5)", None),
    ],
)
def test_a_range_in_words_is_proposed_where_both_ends_are_known(spelled: str, meant: str | None) -> None:
    """Once `2 of 5` was to become 2 to 5."""
    text = source("weights-as-points").replace("weight: 3", "weight: 60%").replace("weight: 2", "weight: 40%")
    text = text.replace("score_range: 1.0-2.9", f"score_range: {spelled}")
    # Beside a range that is not known, no gap and no tie is reported.
    text = text.replace("score_range: 3.0-5.0", "score_range: high")
    [_, found] = [d for d in check(text).diagnostics if d.code == "invalid-range"]
    assert (found.hint == f"write `- score_range: {meant}`") == (meant is not None)
    assert [edit.text for edit in found.fix.edits] == [meant] if found.fix else meant is None


@pytest.mark.parametrize(
    ("entry", "meant"),
    [
        ("**1-2** seldom", "1-2: seldom"),
        ("1..2: seldom", "1-2: seldom"),
        ("1 … 2: seldom", "1-2: seldom"),
        ("１〜２：少ない", "1-2: 少ない"),
    ],
)
def test_a_range_of_a_rubric_with_other_marks_is_proposed(entry: str, meant: str) -> None:
    text = source("rubric-inline-decimal-commas")
    text = text.replace(" [1-2,5: selten, 2,6-4: manchmal, 4,1-5: oft]", f"\n  - {entry}\n  - 3-5: often")
    [found] = check(text).diagnostics
    assert (found.code, found.hint) == ("invalid-range", f"write `- {meant}`")
    assert found.fix is not None
