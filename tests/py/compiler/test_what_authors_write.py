"""Lines as authors write them in other languages and programs: each is named, and right after its fix."""

import json

import pytest

from tests.py.compiler.specimen import check
from worker.compiler import fix_source
from worker.compiler.formatter import format_definition
from worker.definition import Definition

HEAD = "---\nname: Team\n---\n"
DIMENSIONS = """
## Dimensions

### Care
- weight: 50%
- description: Looks after people.

### Drive
- weight: 50%
- description: Gets things done.
"""
CATEGORIES = """
## Result Categories

### Host
- score_range: 3.0-5.0
- description: People feel welcome.

### Starter
- score_range: 1.0-2.9
- description: On the way.
"""
FILE = HEAD + DIMENSIONS + CATEGORIES
CARE = "- description: Looks after people.\n"
HOST = "- description: People feel welcome.\n"
QUESTIONS = "\n## Interview Guidelines\n\n### Probing Questions\n\n"


def edited(*edits: tuple[str, str]) -> str:
    """Return the file with each first text in place of the second."""
    text = FILE
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text


def named(text: str, *lines: str) -> None:
    """Assert that each of these lines has exactly one diagnostic, and that no other line has one."""
    source = text.split("\n")
    found = [source[d.line - 1] for d in check(text).diagnostics if d.code != "possible-tie"]
    assert found == list(lines)


def fixed(text: str, *, unsafe: bool = True, left: frozenset[str] = frozenset()) -> Definition:
    """Return the definition after all fixes, which leave nothing to report."""
    done = fix_source(text.encode(), unsafe=unsafe)
    assert {d.code for d in done.compilation.diagnostics} - {"possible-tie"} == left, done.source.decode()
    assert done.compilation.definition is not None
    return done.compilation.definition


# --- rubrics ------------------------------------------------------------------------------------------------

LOW, MIDDLE, HIGH = "never", "at times", "always"
THREE = {"1": LOW, "3": MIDDLE, "5": HIGH}


@pytest.mark.parametrize(
    ("lines", "stored"),
    [
        (["1 à 2 : rarement", "3 à 5 : souvent"], {"1-2": "rarement", "3-5": "souvent"}),
        (["de 1 a 2: casi nunca", "de 3 a 5: siempre"], {"1-2": "casi nunca", "3-5": "siempre"}),
        (["１〜２：ない", "３〜５：いつも"], {"1-2": "ない", "3-5": "いつも"}),
        (["1から2：ない", "3から5：いつも"], {"1-2": "ない", "3-5": "いつも"}),
        (["1 point: never", "3 points: at times", "5 points: always"], THREE),
        (["1 Punkt: never", "3 Punkte: at times", "5 Punkte: always"], THREE),
        (["Reife 1: never", "Reife 3: at times", "Reife 5: always"], THREE),
        (["Level 1: never", "Stufe 3: at times", "Niveau 5: always"], THREE),
        (["Level 1 – Low: never", "Level 5 – High: always"], {"1": "Low: never", "5": "High: always"}),
        (["Stufe 1 (Anfang): nie", "Stufe 5 (Profi): immer"], {"1": "Anfang: nie", "5": "Profi: immer"}),
        (["never (1)", "at times (3)", "always (5)"], THREE),
        (["never [1-2]", "always [3-5]"], {"1-2": LOW, "3-5": HIGH}),
        (["5 always", "3 at times", "1 never"], THREE),
        (["1️⃣ never", "3️⃣ at times", "5️⃣ always"], THREE),
        (["[ ] 1: never", "[x] 5: always"], {"1": LOW, "5": HIGH}),
        (["1 or 2: never", "3, 4 or 5: always"], {"1-2": LOW, "3-5": HIGH}),
        (["1 und 2: never", "3, 4, 5: always"], {"1-2": LOW, "3-5": HIGH}),
        # What is open at one end goes to the end of the scale, in the steps of the other ranges.
        (["below 2.0: never", "4.0 and above: always"], {"1-1.9": LOW, "4.0-5": HIGH}),
        (["unter 2: never", "über 4: always"], {"1": LOW, "5": HIGH}),
        (["bis 2: never", "ab 4: always"], {"1-2": LOW, "4-5": HIGH}),
        (["moins de 2 : never", "plus de 4 : always"], {"1": LOW, "5": HIGH}),
        (["menos de 2: never", "más de 4: always"], {"1": LOW, "5": HIGH}),
        (["2未満：never", "4以上：always"], {"1": LOW, "4-5": HIGH}),
    ],
)
def test_levels_in_other_words(lines: list[str], stored: dict[str, str]) -> None:
    bullets = [f"  - {line}" for line in lines]
    text = edited((CARE, CARE + "- scoring_rubric:\n" + "\n".join(bullets) + "\n"))
    named(text, *bullets)
    assert fixed(text).dimensions[0].scoring_rubric == stored


@pytest.mark.parametrize(
    "lines",
    [
        ["not 2: a", "not 4: b"],
        ["not 1 to 2: a", "except 3 to 4: b"],
        ["1-2 exclusive: a"],
        ["below 1: a"],
        ["1/5: a", "5/5: b"],  # one of five, or one to five?
        ["3½-5: a"],
        ["5 always", "5 often"],
        ["never (1)", "always"],
    ],
)
def test_no_level_is_made_of_a_part_of_what_is_there(lines: list[str]) -> None:
    bullets = [f"  - {line}" for line in lines]
    text = edited((CARE, CARE + "- scoring_rubric:\n" + "\n".join(bullets) + "\n"))
    named(text, *bullets)
    assert [d.fix for d in check(text).diagnostics] == [None] * len(lines)


@pytest.mark.parametrize(
    ("rubric", "line", "stored"),
    [
        ("\n  - 1 = never, 3 = at times, 5 = always", "  - 1 = never, 3 = at times, 5 = always", THREE),
        ("\n  - 1: never; 3: at times; 5: always", "  - 1: never; 3: at times; 5: always", THREE),
        ("\n  - 1: never / 3: at times / 5: always", "  - 1: never / 3: at times / 5: always", THREE),
        ("\n  - 1. a 2. b 3. c", "  - 1. a 2. b 3. c", {"1": "a", "2": "b", "3": "c"}),
        ("\n  - 1-2: never\n    3-5: always", "    3-5: always", {"1-2": LOW, "3-5": HIGH}),
        (
            " [1: never; 3: at times; 5: always]",
            "- scoring_rubric: [1: never; 3: at times; 5: always]",
            THREE,
        ),
        (
            " 1 = never, 3 = at times, 5 = always",
            "- scoring_rubric: 1 = never, 3 = at times, 5 = always",
            THREE,
        ),
        (" 1-2: never\n  3-5: always", "- scoring_rubric: 1-2: never", {"1-2": LOW, "3-5": HIGH}),
        ("\n    1: never\n    5: always", "    1: never", {"1": LOW, "5": HIGH}),
        (
            " [1-2: seldom, if ever, 3-5: always]",
            "- scoring_rubric: [1-2: seldom, if ever, 3-5: always]",
            {"1-2": "seldom, if ever", "3-5": HIGH},
        ),
    ],
)
def test_levels_that_share_a_line_are_named(rubric: str, line: str, stored: dict[str, str]) -> None:
    text = edited((CARE, f"{CARE}- scoring_rubric:{rubric}\n"))
    named(text, line)
    assert fixed(text).dimensions[0].scoring_rubric == stored


def test_levels_that_go_down_in_a_line_are_named_too() -> None:
    text = edited((CARE, f"{CARE}- scoring_rubric:\n  - 5: always, 3: at times, 1: never\n"))
    assert [d.line for d in check(text).diagnostics if d.code == "swallowed-line"] == [11]
    assert fixed(text).dimensions[0].scoring_rubric == THREE


@pytest.mark.parametrize(
    ("entry", "stored"),
    [
        ("1: skips step 2: never looks back", "skips step 2: never looks back"),
        ("1: at 9:30, 10:15 or later", "at 9:30, 10:15 or later"),
        ("1: late, 7: rare", "late, 7: rare"),  # not on the scale
        ("1: as in 5: but less", "as in 5: but less"),  # which has a line of its own
        ("1: few, in 3. Sentences", "few, in 3. Sentences"),  # another mark
        ("1 = few, 2: many", "few, 2: many"),
    ],
)
def test_a_number_in_the_text_of_a_level_is_text(entry: str, stored: str) -> None:
    text = edited((CARE, f"{CARE}- scoring_rubric:\n  - {entry}\n  - 5: always\n"))
    named(text)
    assert fixed(text).dimensions[0].scoring_rubric == {"1": stored, "5": HIGH}


def test_arrows_digits_of_other_scripts_and_quoted_texts_are_taken() -> None:
    for rubric, stored in (
        ("\n  - ١-٢: نادرا\n  - ٣-٥: دائما", {"1-2": "نادرا", "3-5": "دائما"}),
        ("\n  - 1 → never\n  - 5 -> always", {"1": LOW, "5": HIGH}),
        (' [1-2: "seldom, if ever", 3-5: "always"]', {"1-2": "seldom, if ever", "3-5": HIGH}),
    ):
        text = edited((CARE, f"{CARE}- scoring_rubric:{rubric}\n"), ("50%", "٥٠٪"))
        named(text)
        assert fixed(text).dimensions[0].scoring_rubric == stored


# --- ranges, weights, names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("upper", "lower", "ranges"),
    [
        ("3.0 and above", "below 3.0", [("3.0", "5"), ("1", "2.9")]),
        ("ab 3,0", "unter 3,0", [("3.0", "5"), ("1", "2.9")]),
        ("à partir de 3", "moins de 3", [("3", "5"), ("1", "2")]),
        ("desde 3 hasta 5", "hasta 2,9", [("3", "5"), ("1", "2.9")]),
        ("de 3 à 5", "jusqu’à 2,9", [("3", "5"), ("1", "2.9")]),
        ("3以上", "3未満", [("3", "5"), ("1", "2")]),
        ("more than 2.9", "2.9 or less", [("3.0", "5"), ("1", "2.9")]),
        ("no less than 3", "not more than 2.9", [("3", "5"), ("1", "2.9")]),
        ("3.0 ≤ x ≤ 5.0", "1.0 <= x < 3.0", [("3.0", "5.0"), ("1.0", "2.9")]),
        ("[3.0, 5.0]", "[1.0, 3.0)", [("3.0", "5.0"), ("1.0", "2.9")]),
        ("3.0-5.0.", "1.0-2.9;", [("3.0", "5.0"), ("1.0", "2.9")]),
        ("3 to 5 points", "1 bis 2,9 (niedrig)", [("3", "5"), ("1", "2.9")]),
    ],
)
def test_ranges_in_other_words(upper: str, lower: str, ranges: list[tuple[str, str]]) -> None:
    text = edited(("3.0-5.0", upper), ("1.0-2.9", lower))
    wrong = [f"- score_range: {each}" for each in (upper, lower) if each != "[3.0, 5.0]"]
    named(text, *wrong)
    found = [tuple(map(str, category.score_range)) for category in fixed(text).result_categories]
    assert found == ranges


@pytest.mark.parametrize(
    "spelled",
    ["(3.0, 5.0)", "3/5", "top 50%", "three to five", "not 3 to 5", "3-5 exclusive", f"ab {'3' * 31}"],
)
def test_a_range_that_could_mean_two_things_has_no_fix(spelled: str) -> None:
    text = edited(("3.0-5.0", spelled))
    named(text, f"- score_range: {spelled}")
    assert [d.fix for d in check(text).diagnostics] == [None]


@pytest.mark.parametrize(
    "weight", ["50 percent", "50 Prozent", "50 pour cent", "50% (half)", "0,5", "1/2 (halb)"]
)
def test_weights_with_words(weight: str) -> None:
    text = edited(("50%", weight))
    named(text, *[f"- weight: {weight}"] * 2)
    assert [str(d.weight) for d in fixed(text).dimensions] == ["0.5", "0.5"]


@pytest.mark.parametrize("heading", ["{} (50%)", "{} (Weight: 50%)", "{} – 50 %", "{} [0.5]"])
def test_a_weight_in_a_heading_is_proposed_as_a_bullet(heading: str) -> None:
    names = [heading.format(name) for name in ("Care", "Drive")]
    text = edited(("- weight: 50%\n", ""), ("### Care", f"### {names[0]}"), ("### Drive", f"### {names[1]}"))
    named(text, *[f"### {name}" for name in names])
    assert [(d.name, str(d.weight)) for d in fixed(text).dimensions] == [("Care", "0.5"), ("Drive", "0.5")]


@pytest.mark.parametrize(
    ("primary", "names"),
    [
        *[(f"Care{sign}Drive", ("Care", "Drive")) for sign in (" and ", " & ", "/", "、", ", ", "; ")],
        ("#Care #Drive", ("Care", "Drive")),
        ("Care (50%)", ("Care",)),
    ],
)
def test_several_names_in_place_of_a_list(primary: str, names: tuple[str, ...]) -> None:
    text = edited((HOST, f"{HOST}- primary_dimensions: {primary}\n"))
    named(text, f"- primary_dimensions: {primary}")
    assert fixed(text).result_categories[0].primary_dimensions == names


def test_scores_with_other_signs_than_a_colon() -> None:
    scores = "- scores:\n  - Care = 4\n  - Drive – 5\n- overall: 4,5\n"
    text = f"{FILE}\n## Examples\n\n### One\n{scores}"
    named(text, "  - Care = 4", "  - Drive – 5", "- overall: 4,5")
    [example] = fixed(text).examples
    assert {name: str(score) for name, score in example.scores.items()} == {"Care": "4", "Drive": "5"}


# --- lists --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "entries"),
    [
        ("a neighbour; a colleague", ("a neighbour", "a colleague")),
        ("a neighbour; a colleague, or two", ("a neighbour", "a colleague, or two")),
        ("隣人、同僚、友人", ("隣人", "同僚", "友人")),
        ("• a neighbour • a colleague", ("a neighbour", "a colleague")),
        ("1) a neighbour 2) a colleague", ("a neighbour", "a colleague")),
        ("One thing. And another.", ("One thing. And another.",)),
    ],
)
def test_a_list_without_brackets(written: str, entries: tuple[str, ...]) -> None:
    text = edited((CARE, f"{CARE}- interview_themes: {written}\n"))
    named(text, f"- interview_themes: {written}")
    assert fixed(text).dimensions[0].interview_themes == entries


def test_lines_with_the_marks_of_word_processors_are_a_list() -> None:
    text = edited((CARE, f"{CARE}- interview_themes:\n  – a neighbour\n  – a colleague\n"))
    named(text, "  – a neighbour")
    assert fixed(text, unsafe=False).dimensions[0].interview_themes == ("a neighbour", "a colleague")


@pytest.mark.parametrize("entry", ["'a neighbour", "‘a neighbour"])
def test_half_a_pair_of_single_quotation_marks_is_named(entry: str) -> None:
    text = edited((CARE, f"{CARE}- interview_themes: [{entry}, a friend]\n"))
    named(text, f"- interview_themes: [{entry}, a friend]")


@pytest.mark.parametrize(
    "entry", ["'tis the season", "’90s music", "the neighbours'", "o'clock", "'one' or 'two'"]
)
def test_an_apostrophe_is_none(entry: str) -> None:
    text = edited((CARE, f"{CARE}- interview_themes: [{entry}, a friend]\n"))
    named(text)
    assert fixed(text).dimensions[0].interview_themes == (entry, "a friend")


@pytest.mark.parametrize("line", ["---", "***", "* * *", "- - -", "_____", "--"])
@pytest.mark.parametrize(
    ("above", "below"),
    [
        (CARE, "  And pets.\n"),
        (f"{CARE}- interview_themes:\n  - a neighbour\n", "  - a colleague\n"),
        (f"{CARE}- scoring_rubric:\n  - 1-2: seldom\n", "  - 3-5: often\n"),
    ],
)
def test_a_line_that_is_drawn_in_a_bullet_is_named(line: str, above: str, below: str) -> None:
    text = edited((CARE, f"{above}  {line}\n{below}"))
    named(text, f"  {line}")
    assert fixed(text) == fixed(edited((CARE, above + below)))


def test_a_line_between_bullets_or_in_code_is_none_of_theirs() -> None:
    named(edited((CARE, f"{CARE}\n---\n")))
    named(edited((CARE, f"{CARE}\n  ```\n  ---\n  ```\n")))


# --- fields and sections ------------------------------------------------------------------------------------


def test_fields_in_other_languages_are_those_of_the_format() -> None:
    words = {"weight": "Gewichtung", "description": "Beschreibung", "score_range": "Bereich"}
    text = edited(*[(f"- {field}:", f"- {word}:") for field, word in words.items()])
    named(text, *[line for line in text.split("\n") if line.startswith("- ")])
    assert fixed(text, unsafe=False) == fixed(FILE)


def test_a_list_in_another_language_gets_its_brackets() -> None:
    text = edited((HOST, f"{HOST}- Stärken: warm, geduldig\n"))
    named(text, "- Stärken: warm, geduldig")
    assert fixed(text).result_categories[0].strengths == ("warm", "geduldig")
    text = edited((HOST, f"{HOST}- Stärken:\n  - warm\n"))
    named(text, "- Stärken:")
    assert fixed(text, unsafe=False).result_categories[0].strengths == ("warm",)


def test_two_fields_in_a_line_are_named_where_the_second_begins() -> None:
    text = edited(("- weight: 50%\n- description:", "- weight: 50%, description:"))
    named(text, *[line for line in text.split("\n") if line.startswith("- weight")])
    assert [(d.code, d.column) for d in check(text).diagnostics] == [("swallowed-field", 16)] * 2
    assert fixed(text, unsafe=False) == fixed(FILE)


def test_a_text_below_a_weight_is_the_description_that_is_missing() -> None:
    text = edited(("- description: Looks", "Looks"))
    named(text, "Looks after people.")
    assert fixed(text) == fixed(FILE)


@pytest.mark.parametrize(
    ("dimensions", "categories"), [("**{}**", "**{}:**"), ("__{}__", "__{}__"), ("{}:", "{}")]
)
def test_sections_in_bold_or_plain_text_are_headings(dimensions: str, categories: str) -> None:
    names = (dimensions.format("Dimensions"), categories.format("Result Categories"))
    text = edited(("## Dimensions", names[0]), ("## Result Categories", names[1]))
    named(text, *names)
    assert fixed(text, unsafe=False) == fixed(FILE)


@pytest.mark.parametrize(
    ("dimensions", "categories"),
    [
        ("Dimensionen", "Ergebniskategorien"),
        ("Les dimensions", "Catégories de résultat"),
        ("What we look at", "Where you stand"),  # known by their fields
    ],
)
def test_sections_under_other_names_are_known(dimensions: str, categories: str) -> None:
    text = edited(("## Dimensions", f"## {dimensions}"), ("## Result Categories", f"## {categories}"))
    named(text, f"## {dimensions}", f"## {categories}")
    assert fixed(text, unsafe=False) == fixed(FILE)


@pytest.mark.parametrize(
    "header",
    [
        ("title: Team",),
        ("Titel: Team", "Autor: Kim", "Sprache: de"),
        ("name: Team", "scale: 1 bis 5"),
        ("name: Team", "scale: 1..5"),
    ],
)
def test_keys_and_scales_in_other_words(header: tuple[str, ...]) -> None:
    text = edited(("name: Team", "\n".join(header)))
    named(text, *[line for line in header if line != "name: Team"])
    assert fixed(text).metadata.name == "Team"


@pytest.mark.parametrize("scale", ["ab 3", "more than 1", "5", "1 <= x < 5"])
def test_a_scale_without_both_of_its_ends_has_no_fix(scale: str) -> None:
    text = edited(("name: Team", f"name: Team\nscale: {scale}"))
    named(text, f"scale: {scale}")
    assert [d.fix for d in check(text).diagnostics] == [None]


def test_a_break_in_a_table_or_a_text_is_replaced() -> None:
    table = "- scoring_rubric:\n\n  | Score | Meaning |\n  | --- | --- |\n  | 1-5 | never<br>or seldom |\n"
    found = fixed(edited((CARE, CARE + table)))
    assert found.dimensions[0].scoring_rubric == {"1-5": "never; or seldom"}
    found = fixed(edited((CARE, "- description: Looks after<br/> people.\n")))
    assert found.dimensions[0].description == "Looks after\\\npeople."


# --- guidelines ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        (["Bei Drive – Was?"], {"Drive": ("Was?",)}),
        (["What then? – Care"], {"Care": ("What then?",)}),
        (["Drive, what?"], {"Drive": ("what?",)}),
        (["Care: Whom? Drive: What?"], {"Care": ("Whom?",), "Drive": ("What?",)}),
    ],
)
def test_questions_that_name_a_dimension_otherwise(
    lines: list[str], asked: dict[str, tuple[str, ...]]
) -> None:
    text = FILE + QUESTIONS + "".join(f"- {line}\n" for line in lines)
    named(text, *[f"- {line}" for line in lines])
    assert fixed(text).interview_guidelines.probing_questions == asked


def test_a_dash_in_a_question_names_nothing() -> None:
    for question in (
        "A day – a good one – with whom?",
        "A day – one that Care made – why?",
        "One thing: whom?",
    ):
        named(f"{FILE}{QUESTIONS}- {question}\n")


@pytest.mark.parametrize(
    ("opening", "questions", "closing"),
    [
        ("**Eröffnung:**", "**Fragen:**", "**Abschluss:**"),
        ("**Ouverture :**", "**Questions :**", "**Clôture :**"),
        ("### Introduction\n", "### Questions\n", "### Wrap-up\n"),
        ("## Opening\n", "## Probing Questions\n", "## Closing\n"),
        ("### Opening:", "### Probing Questions\n", "### Closing:"),
        ("Opening\n-------\n", "Probing Questions\n-----\n", "Closing\n-------\n"),
    ],
)
def test_parts_of_the_guidelines_in_other_words(opening: str, questions: str, closing: str) -> None:
    parts = f"{opening} Thank you.\n\n{questions}\n- Care: Whom?\n\n{closing} Bye.\n"
    found = fixed(f"{FILE}\n## Interview Guidelines\n\n{parts}").interview_guidelines
    assert (found.opening, found.closing) == ("Thank you.", "Bye.")
    assert found.probing_questions == {"Care": ("Whom?",)}


def test_every_text_in_front_of_the_parts_is_named() -> None:
    text = f"{FILE}\n## Interview Guidelines\n\nErstens.\n\n- Ja.\n- Nein.\n\nMehr.\n\n### Closing\nBye.\n"
    named(text, "Erstens.", "Mehr.")


# --- what a builder writes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parts",
    [
        {"scoringRubric": {"1": "never; 3: at times"}},
        {"scoringRubric": {"1-2": "never\n3-5: always"}},
        {"scoringRubric": {"1": "a 2: b 3: c"}},
        {"description": "One\n---\ntwo."},
        {"description": "One\n\n***\n\ntwo."},
        {"interviewThemes": ["'a neighbour", "one\n---\ntwo", "1) x 2) y", "a; b"]},
        {"description": "One, weight: 3"},
    ],
)
def test_a_text_of_a_builder_that_looks_like_several_is_one_text(parts: dict[str, object]) -> None:
    again(parts, {})


@pytest.mark.parametrize(
    "guidelines",
    [
        {"probingQuestions": {"Care": ["Whom? Drive: What?"]}},
        {"probingQuestions": {"general": ["Bei Drive – Was?", "What? – Care", "Drive, what?"]}},
        {"opening": "**Fragen:** One.", "closing": "Dimensions"},
        {"opening": "One.\n\n**Ende**\n\nExamples", "closing": "Interview Guidelines"},
        {"opening": "Opening: One."},
    ],
)
def test_what_a_builder_lets_the_interviewer_say_is_one_text(guidelines: dict[str, object]) -> None:
    again({}, guidelines)


def again(parts: dict[str, object], guidelines: dict[str, object]) -> None:
    """Assert that a definition is the same after it was written as Markdown and compiled."""
    dimension = {"name": "Care", "weight": 0.5, "description": "Looks after people."}
    given = {
        "metadata": {"name": "Team"},
        "dimensions": [
            dimension | parts,
            {"name": "Drive", "weight": 0.5, "description": "Gets things done."},
        ],
        "resultCategories": [{"name": "All", "scoreRange": [1, 5], "description": "Any."}],
        "interviewGuidelines": guidelines,
    }
    definition = Definition.from_json(json.dumps(given))
    compiled = check(format_definition(definition)).definition
    assert compiled is not None
    assert compiled.to_json() == definition.to_json()
