"""Spellings that are not the plain ones, and can mean only one thing; and those that cannot."""

import pytest

from tests.py.compiler.specimen import check, edited
from worker.compiler.catalogue import SPECIMEN
from worker.definition import Definition

RUBRIC = "  - 1-2: Lives from day to day.\n  - 3-5: Has a plan that others can repeat.\n"
FIELD = f"- scoring_rubric:\n{RUBRIC}"
RANGE = "- score_range: [1.0, 2.9]\n"
PRIMARY = "- primary_dimensions: [Vision]\n"
QUESTION = "- Vision: Where will the team be in a year?\n"
GUIDELINES = SPECIMEN[SPECIMEN.index("### Opening") : SPECIMEN.index("## Examples")]


def taken(text: str, *, warnings: int) -> Definition:
    """Return the definition of a text of which only so many unusual spellings are reported."""
    compilation = check(text)
    found = [d.code for d in compilation.diagnostics if d.code != "unreachable-range"]
    assert found == ["unusual-spelling"] * warnings
    assert compilation.definition is not None
    return compilation.definition


def reported(text: str) -> list[tuple[str, int, str]]:
    """Return code, line and hint of all diagnostics."""
    return [(d.code, d.line, d.hint) for d in check(text).diagnostics]


# --- rubrics ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entries", "stored"),
    [
        ("  - 1 (Low): a\n  - 5 (High): b\n", {"1": "Low: a", "5": "High: b"}),
        ("  - 1 （Low）：a\n", {"1": "Low: a"}),
        ("  - 1-2 (Low) – a\n", {"1-2": "Low: a"}),
        ("  - 1 – Low: a\n  - 5 — b\n", {"1": "Low: a", "5": "b"}),
        ("  - **1 – Low:** a\n", {"1": "Low: a"}),
        ("  - **1 (Low):** a\n", {"1": "Low: a"}),
        ("  - 1 = a\n  - 2=b\n", {"1": "a", "2": "b"}),
        ("  - 1-2 = a: b\n", {"1-2": "a: b"}),
        ("  - 1 - a\n", {"1": "a"}),
        ("  1. never\n  2. seldom: x\n", {"1": "never", "2": "seldom: x"}),
        ("  5) always\n  4) often\n", {"4": "often", "5": "always"}),
        (
            "  2. seldom\n  1. never\n  3. often\n     or more\n",
            {"1": "never", "2": "seldom", "3": "often\nor more"},
        ),
        ("  1. 1-2: a\n  2. 3: b\n", {"1-2": "a", "3": "b"}),
        ("  - 1. never\n  - 2. seldom\n", {"1": "never", "2": "seldom"}),
        ("  - １–２：a\n  - ３：b\n", {"1-2": "a", "3": "b"}),
        ("  - 1,5-2: a\n  - 2,7: b\n", {"1.5-2": "a", "2.7": "b"}),
        ("  - [1,5; 2]: a\n", {"1.5-2": "a"}),
        ("  - 4+: a\n", {"4-5": "a"}),
        ("  - ≤ 2: a\n  - >= 4: b\n", {"1-2": "a", "4-5": "b"}),
        ("  - 3-3: a\n", {"3-3": "a"}),
    ],
)
def test_rubrics(entries: str, stored: dict[str, str]) -> None:
    found = taken(edited((RUBRIC, entries)), warnings=0)
    assert found.dimensions[0].scoring_rubric == stored


@pytest.mark.parametrize(
    ("entry", "code", "hint"),
    [
        (
            "3,4: a",
            "invalid-range",
            "for the number use a decimal point, `3.4`, for the range a hyphen, `3-4`",
        ),
        ("3 bis 4: a", "invalid-range", "write `- 3-4: a`"),
        ("Level 2: a", "invalid-range", "write `- 2: a`"),
        ("1-2 a", "invalid-range", "write `- 1-2: a`"),
        ("zwischen 3 und 4: a", "invalid-range", "write `- 3-4: a`"),
        ("3 und 4: a", "invalid-range", "write `- 3-4: a`"),
        ("> 3: a", "invalid-range", "write `- 4-5: a`"),
        *[
            (
                entry,
                "invalid-range",
                "begin it with a score, or a range of scores, within the scale, 1 to 5, and a colon",
            )
            for entry in (
                "3 of 4: a",
                "4 bis 3: a",
                "3 bis 9: a",
                "1 = ",
                "2 x 3: a",
                "often",
            )
        ],
        ("-1: a", "outside-scale", "stay within the scale, 1 to 5, or widen `scale` in the front matter"),
        ("4-3: a", "reversed-range", "write `3-4`"),
        ("3:", "invalid-range", "write its meaning after the colon"),
    ],
)
def test_what_is_no_range_of_a_rubric(entry: str, code: str, hint: str) -> None:
    text = edited((RUBRIC, f"  - {entry}\n"))
    assert reported(text) == [(code, 13, hint)]


@pytest.mark.parametrize(
    "table",
    [
        "| Score | Meaning |\n| --- | --- |\n| 1-2 | a \\| b |\n| **3–5** | c |\n",
        "|Score|Meaning|\n|:-|-:|\n|1-2|a \\| b|\n|3-5|c\n",
        "| Score | Meaning |\n| --- | --- |\n1-2 | a \\| b\n3-5 | c |\n",
        "| 1-2 | 3-5 |\n| --- | --- |\n| a \\| b | c |\n",
        "|  | 1-2 | 3-5 |\n| --- | --- | --- |\n| Vision | a \\| b | c |\n",
    ],
)
@pytest.mark.parametrize("indent", ["  ", ""], ids=["under its bullet", "below it"])
def test_tables(table: str, indent: str) -> None:
    lines = "".join(f"{indent}{line}\n" for line in table.splitlines())
    text = edited((FIELD, f"- scoring_rubric:\n\n{lines}\n"))
    assert taken(text, warnings=0).dimensions[0].scoring_rubric == {"1-2": "a | b", "3-5": "c"}


def test_a_table_without_a_bullet_is_the_rubric() -> None:
    text = edited((FIELD, "\n| Score | Meaning |\n| --- | --- |\n| 1 | a |\n"))
    assert taken(text, warnings=1).dimensions[0].scoring_rubric == {"1": "a"}
    warning, *_ = check(text).diagnostics
    assert warning.line == 13
    assert warning.fix is not None
    twice = edited((FIELD, f"{FIELD}\n| Score | Meaning |\n| --- | --- |\n| 1 | a |\n"))
    assert [d.code for d in check(twice).diagnostics] == ["stray-text"]


@pytest.mark.parametrize(
    ("table", "code", "line"),
    [
        ("| Score | Label | Meaning |\n| --- | --- | --- |\n| 1 | Low | a |\n", "invalid-table", 14),
        ("| Score |\n| --- |\n| 1 |\n", "invalid-table", 14),
        ("| Score | Meaning |\n| --- | --- |\n| 1 | a | b |\n", "invalid-table", 16),
        ("| Score | Meaning |\n| --- | --- |\n| 1 | a |\n| | more |\n", "invalid-table", 17),
        ("| Score | Meaning |\n| --- | --- |\n| 1 ||\n", "invalid-table", 16),
        ("| Score | Meaning |\n| --- | --- |\n| low | a |\n", "invalid-range", 16),
        ("| 1 | a |\n| --- | --- |\n| 2 | b |\n", "unusual-spelling", 14),
        ("| 1 | 2 |\n| --- | --- |\n| a | b |\n| c | d |\n", "invalid-table", 17),
        ("| 1 | 2 |\n| --- | --- |\n| a | |\n", "invalid-table", 16),
        ("| 1 | 2 |\n| --- | --- |\n", "invalid-table", 14),
        ("| Score | Meaning |\n| --- | --- |\n| 1-9 | a |\n", "outside-scale", 16),
    ],
)
def test_a_table_that_is_no_rubric_is_named_at_its_line(table: str, code: str, line: int) -> None:
    lines = "".join(f"  {line}\n" for line in table.splitlines())
    found = check(edited((FIELD, f"- scoring_rubric:\n\n{lines}\n"))).diagnostics
    assert [(d.code, d.line) for d in found if d.code != "unreachable-range"] == [(code, line)]


# --- ranges of categories -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "stored"),
    [
        ("< 3.0", "[3.0, 5.0]", "1 2.9 3.0 5.0"),
        ("<= 2.9", ">= 3.0", "1 2.9 3.0 5"),
        ("≤ 2,9", "≥ 3", "1 2.9 3 5"),
        ("[1, 2.99]", "> 2.99", "1 2.99 3.00 5"),
        ("=< 2.9", "3.0+", "1 2.9 3.0 5"),
        ("&lt; 3", "3 +", ""),
        (r"\< 3", r"\>= 3", "1 2 3 5"),
        ("1,0 - 2,9", "[3,0, 5,0]", "1.0 2.9 3.0 5.0"),
        ("1.0 -- 2.9", "3.0---5.0", "1.0 2.9 3.0 5.0"),
        ("１．０－２．９", "“3.0–5.0”", "1.0 2.9 3.0 5.0"),
    ],
)
def test_open_ranges_and_decimal_commas(low: str, high: str, stored: str) -> None:
    text = edited((RANGE, f"- score_range: {low}\n"), ("[3.0, 5.0]", high))
    found = check(text)
    if not stored:
        assert "invalid-range" in {d.code for d in found.diagnostics}
        return
    assert found.definition is not None
    ranges = [c.score_range for c in found.definition.result_categories]
    assert " ".join(str(bound) for bounds in ranges for bound in bounds) == stored
    for warning in found.diagnostics:
        assert (warning.code, warning.fix is not None) == ("unusual-spelling", True)


def test_an_open_range_needs_room_and_a_scale() -> None:
    assert reported(edited((RANGE, "- score_range: > 5\n"), ("[3.0, 5.0]", "1-5"))) == [
        ("outside-scale", 25, "write the lowest and the highest score, two numbers within the scale, 1 to 5")
    ]
    assert [code for code, *_ in reported(edited((RANGE, "- score_range: >= 0\n")))] == ["outside-scale"]
    broken = edited((RANGE, "- score_range: < 3\n"), ("version: 1.0", "scale: [5, 5]"))
    assert [code for code, *_ in reported(broken)] == ["invalid-scale"]


def test_the_end_of_the_scale_makes_no_range_finer() -> None:
    text = edited((RANGE, "- score_range: < 3.0\n"), ("version: 1.0", "scale: [1.00, 5.00]"))
    definition = taken(text, warnings=1)
    assert [str(bound) for bound in definition.result_categories[0].score_range] == ["1", "2.9"]


@pytest.mark.parametrize("value", ["Vision", "**vision**", '"Vision"', "Vision "])
def test_a_single_reference_needs_no_brackets(value: str) -> None:
    found = taken(edited((PRIMARY, f"- primary_dimensions: {value}\n")), warnings=0)
    assert found.result_categories[1].primary_dimensions == ("Vision",)


# --- names --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        (r"Trust \& Care {#trust}", "Trust & Care"),
        (r"2\. Trust", "Trust"),
        (r"**2\) Trust**", "Trust"),
        ("[]{#_Toc1 .anchor}Trust", "Trust"),
        (r"self\_control", "self_control"),
        (r"C\# \- sharp", "C# - sharp"),
        ("Trust {#t .unnumbered}", "Trust"),
    ],
)
def test_what_an_export_leaves_in_a_name(heading: str, name: str) -> None:
    text = SPECIMEN.replace("### Trust\n", f"### {heading}\n").replace("Trust: 4", f'"{name}": 4')
    found = taken(text, warnings=1)
    assert found.dimensions[1].name == name
    (warning,) = check(text).diagnostics
    assert warning.fix is not None
    assert warning.fix.safe
    # A reference may be as the export wrote it.
    again = text.replace(PRIMARY, f"- primary_dimensions:\n  - {heading}\n")
    definition = taken(again, warnings=1)
    assert definition.result_categories[1].primary_dimensions == (name,)


@pytest.mark.parametrize("name", [r"a \*b\*", r"\[x\]", r"a\\&b", r"a\&amp;b", "{x}", r"\_x\_", "2. Trust"])
def test_what_belongs_to_a_name(name: str) -> None:
    text = SPECIMEN.replace("### Trust\n", f"### {name}\n").replace("Trust: 4", f"'{name}': 4")
    assert taken(text, warnings=0).dimensions[1].name == name


# --- the guidelines -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "**Opening:** A\n\n**Probing Questions**\n\n- Vision: B\n\n**Closing:** C\n",
        "**Opening**: A\n\n__Probing questions:__\n- Vision: B\n\n*Closing* C\n",
        "Opening: A\n\nProbing Questions:\n- Vision: B\n\nClosing: C\n",
        "Opening\n\nA\n\nProbing Questions\n\n- Vision: B\n\nClosing\n\nC\n",
        "- Opening: A\n- Probing Questions:\n  - Vision: B\n- **Closing:** C\n",
        "1. Opening: A\n2. Probing Questions:\n   - Vision: B\n3. Closing: C\n",
        "###Opening\nA\n\n＃## Probing Questions\n- Vision: B\n\n###\u00a0Closing\nC\n",
        "**Opening:** A\n**Probing Questions:**\n- Vision: B\n\n**Closing:** C\n",
        "### Opening\n\nA\n\n#### Probing Questions\n\n- Vision: B\n\n##### Closing\n\nC\n",
        "### Opening\n\nA\n\n    ### Probing Questions\n\n- Vision: B\n\n**Closing**\n\nC\n",
    ],
)
def test_labels_in_place_of_headings(written: str) -> None:
    text = SPECIMEN.replace(GUIDELINES, f"{written}\n")
    found = check(text)
    assert found.definition is not None
    assert {d.code for d in found.diagnostics} == {"unusual-spelling"}
    guidelines = found.definition.interview_guidelines
    assert (guidelines.opening, guidelines.closing) == ("A", "C")
    assert guidelines.probing_questions == {"Vision": ("B",)}


def test_a_label_of_a_part_that_has_a_heading_is_text() -> None:
    text = edited(("Thank you for your time.\n", "Thank you.\n\nClosing: later.\n\n### Closing\n\nBye.\n"))
    guidelines = taken(text, warnings=0).interview_guidelines
    assert guidelines.opening == "Thank you.\n\nClosing: later."


def test_a_text_before_a_label_is_named() -> None:
    text = SPECIMEN.replace(GUIDELINES, "Hello.\n**Opening:** A\n\n")
    assert [(d.code, d.line) for d in check(text).diagnostics] == [
        ("stray-text", 36),
        ("unusual-spelling", 37),
    ]


@pytest.mark.parametrize(
    ("line", "code", "severity"),
    [("＃# Examples", "swallowed-line", "error"), ("#tag", "swallowed-line", "warning")],
)
def test_a_line_that_was_to_be_a_heading_is_named(line: str, code: str, severity: str) -> None:
    text = edited(("Thank you for your time.\n", f"Thank you for your time.\n\n{line}\n"))
    (found,) = check(text).diagnostics
    assert (found.code, found.severity, found.line) == (code, severity, 40)


@pytest.mark.parametrize(
    ("written", "stored", "warnings"),
    [
        ("- Vision：A?\n", {"Vision": ("A?",)}, 0),
        ("- **Vision** A?\n", {"Vision": ("A?",)}, 1),
        ("- `Vision` – A?\n", {"Vision": ("A?",)}, 1),
        ("- Vision – A?\n- Trust—B?\n", {"Vision": ("A?",), "Trust": ("B?",)}, 2),
        ("- [Vision] A?\n- (trust): B?\n", {"Vision": ("A?",), "Trust": ("B?",)}, 2),
        ("- \\[Vision\\] A?\n- Vision -> B?\n", {"Vision": ("A?", "B?")}, 2),
        ("- A? (Vision)\n- B? [trust]\n", {"Vision": ("A?",), "Trust": ("B?",)}, 2),
        ("- Vision (1): A?\n", {"Vision": ("A?",)}, 1),
        ("- To explore Vision: A?\n- When judging Trust: B?\n", {"Vision": ("A?",), "Trust": ("B?",)}, 2),
        (
            "- Vision (all)\n  - A?\n- Trust – more\n  - B?\n",
            {"Vision": ("A?",), "Trust": ("more\n- B?",)},
            2,
        ),
        ("- [General] A?\n", {"general": ("A?",)}, 1),
        ("**Vision**\n- A?\n\nTrust:\n\n- B?\n", {"Vision": ("A?",), "Trust": ("B?",)}, 2),
        ("#### Vision (1)\n\n- A?\n", {"Vision": ("A?",)}, 1),
        ("Vision: A?\nTrust: B?\n", {"Vision": ("A?",), "Trust": ("B?",)}, 2),
        ("- Vision:\n  - A?\n  - Trust: B?\n", {"Vision": ("A?",), "Trust": ("B?",)}, 1),
        ("- Vision:\n  A?\n  - B?\n", {"Vision": ("A?", "B?")}, 1),
        ("- Vision\n\n  A?\n\n  - B?\n", {"Vision": ("A?", "B?")}, 1),
        ("- Where to?\n  - more\n", {"general": ("Where to?\n- more",)}, 0),
    ],
)
def test_whose_a_question_is(written: str, stored: dict[str, tuple[str, ...]], warnings: int) -> None:
    found = taken(edited((QUESTION, written)), warnings=warnings)
    assert found.interview_guidelines.probing_questions == stored


@pytest.mark.parametrize(
    ("written", "severity", "line"),
    [
        ("- Vision: A?\nTrust: B?\n", "error", 43),
        ("- Vision: A?\n  - Trust: B?\n", "error", 43),
        ("- Vision: A?\n**Closing:** Bye.\n", "error", 43),
        ("- A?\nB?\n", "warning", 43),
        ("- A?\n  ‐ B?\n", "warning", 43),
        ("- Vision:\n  - A?\n    - B?\n", "warning", 44),
        ("- Vision:\n  - A?\n  B?\n", "warning", 44),
        ("- Vision A?\n", "warning", 42),
        ("- When exploring Vision A?\n", "warning", 42),
        ("#### Vision\n\n- A?\nTrust: B?\n", "warning", 45),
    ],
)
def test_a_question_that_another_took_in_is_named(written: str, severity: str, line: int) -> None:
    (found,) = check(edited((QUESTION, written))).diagnostics
    assert (found.code, found.severity, found.line) == ("swallowed-line", severity, line)


def test_what_looks_like_a_question_is_left_alone_in_code() -> None:
    text = edited((QUESTION, "- Vision: A?\n  ```\n  Trust: B?\n  ```\n"))
    assert taken(text, warnings=0).interview_guidelines.probing_questions == {
        "Vision": ("A?\n```\nTrust: B?\n```",)
    }


# --- lists and fields ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entries", "severity", "line"),
    [
        ("  - one\n    - two\n", "warning", 14),
        ("  - one\n  two\n", "warning", 14),
        ("  - one\n  – two\n", "warning", 14),
        ("  - one\n  ### two\n", "warning", 14),
    ],
)
def test_an_entry_that_another_took_in_is_named(entries: str, severity: str, line: int) -> None:
    text = edited((FIELD, f"- interview_themes:\n{entries}"))
    found = check(text).diagnostics
    assert ("swallowed-line", severity, line) in {(d.code, d.severity, d.line) for d in found}
    assert {d.line for d in found} == {line}


@pytest.mark.parametrize(
    "entries",
    [
        "  - one\n    two\n",
        "  - - one\n    - two\n",
        "  - one\n\n    two\n",
        "  - one\n    ```\n    - x\n    ```\n",
    ],
)
def test_an_entry_of_several_lines(entries: str) -> None:
    taken(edited((FIELD, f"- interview_themes:\n{entries}")), warnings=0)


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("  - strengths: [calm]", "error"),
        ("    strengths: calm", "error"),
        ("strengths: calm", "error"),
        ("**Strengths:** calm", "error"),
        ("• strengths: calm", "error"),
        ("-\u00a0strengths: [calm]", "error"),
        ("  1. strengths: [calm]", "error"),
        ("  - strengths：[calm]", "error"),
        ("  - score_range: [1, 2]", "warning"),
    ],
)
def test_a_field_that_another_took_in_is_named(line: str, severity: str) -> None:
    text = edited(("- description: Keep going.\n", f"- description: Keep going.\n{line}\n"))
    (found,) = check(text).diagnostics
    assert (found.code, found.severity, found.line) == ("swallowed-field", severity, 33)
    if severity == "error":
        assert found.fix is not None
        assert found.fix.safe


def test_a_required_field_that_another_took_in_is_not_called_missing() -> None:
    text = edited(("- description: Can be told bad news.", "  - description: Can be told bad news."))
    assert [(d.code, d.line) for d in check(text).diagnostics] == [("swallowed-field", 19)]


def test_an_optional_word_in_a_text_is_a_warning() -> None:
    text = edited(("Can be told bad news.", "Can be told bad news.\n  id: 5"))
    assert [(d.code, d.severity) for d in check(text).diagnostics] == [("swallowed-field", "warning")]


# --- the front matter ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "name", "author", "codes"),
    [
        ("name：Team\nauthor: M", "Team", "M", []),
        ("name： Team\nauthor：M", "Team", "M", []),
        ("name: “Team”\nauthor: ‘M’", "Team", "M", ["unusual-spelling"] * 2),
        ('name: “Team"\nauthor: M', "Team", "M", ["unusual-spelling"]),
        ("name: “A” and “B”\nauthor: M", "“A” and “B”", "M", []),
        ('name: "“Team”"\nauthor: M', "“Team”", "M", []),
        ("name: Team #1\nauthor: M", "Team", "M", ["cut-value"]),
        ("name: Team\nauthor: #M", "Team", None, ["cut-value"]),
        ('name: "Team" # c\nauthor: M', "Team", "M", []),
        ("name: Team\n# c\nauthor: M", "Team", "M", []),
        ("name: Team\n  # c\nauthor: M", "Team", "M", ["cut-value"]),
        ("name: Team\nversion: 1.0 # c\nauthor: M", "Team", "M", []),
    ],
)
def test_the_front_matter(lines: str, name: str, author: str | None, codes: list[str]) -> None:
    found = check(SPECIMEN.replace("name: Team Check\nversion: 1.0", lines))
    assert [d.code for d in found.diagnostics] == codes
    assert found.definition is not None
    assert (found.definition.metadata.name, found.definition.metadata.author) == (name, author)


def test_places_behind_a_colon_that_was_widened_are_those_of_the_source() -> None:
    text = SPECIMEN.replace("version: 1.0", "type：zzz\nscale：[5, 1]\nversion：x")
    found = [(d.code, d.line, d.column) for d in check(text).diagnostics]
    assert found == [("invalid-value", 3, 6), ("invalid-scale", 4, 7), ("invalid-version", 5, 9)]


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ("  name: Team\nversion: 1.0", 2),
        ("name: Team\ninterview_style\n  default: 4", 3),
        ("name: Team\ninterview_style:\n    default: 4\n  allow_override: true", 4),
        ("name: Team\ninterview_style:\ndefault: 4\n  allow_override: true", 4),
        ("name: Team\nversion 1.0\ntype: comparative", 3),
        ("name: Team\ndescription: >\n  A text.\n  author: Maria", 5),
    ],
)
def test_the_wrong_line_is_named(lines: str, line: int) -> None:
    text = SPECIMEN.replace("name: Team Check\nversion: 1.0", lines)
    assert line in [d.line for d in check(text).diagnostics]


@pytest.mark.parametrize(
    ("value", "tag"),
    [("de", "de"), ("de-at", "de-AT"), ("de_AT", "de-AT"), ("“pt‑BR”", "pt-BR"), ("es-419", "es-419")],
)
def test_the_language(value: str, tag: str) -> None:
    text = edited(("version: 1.0", f"language: {value}"))
    assert taken(text, warnings=0).metadata.language == tag


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("German", "write `language: de`"),
        ("Français", "write `language: fr`"),
        ("d", "write a language tag, two or three letters and perhaps a region: `en` or `de-AT` are some"),
        (
            "en-" + "a" * 36,
            "write a language tag, two or three letters and perhaps a region: `en` or `de-AT` are some",
        ),
    ],
)
def test_what_is_no_language(value: str, hint: str) -> None:
    assert reported(edited(("version: 1.0", f"language: {value}"))) == [("invalid-value", 3, hint)]


@pytest.mark.parametrize("fence", ["--", "—", "-－-", "–-", "----"])
def test_a_line_that_was_to_close_the_front_matter_is_named(fence: str) -> None:
    (found,) = check(SPECIMEN.replace("1.0\n---", f"1.0\n{fence}")).diagnostics
    assert (found.code, found.line) == ("unclosed-front-matter", 4)
    assert found.fix is not None


@pytest.mark.parametrize(
    "line",
    [
        "version: １.０",
        "version: “1.0”",
        "interview_style: ３",
        "scale: [１, ５]",
        "scale: 1–5",
        "type: multi‐dimensional",
    ],
)
def test_values_in_other_characters(line: str) -> None:
    assert taken(edited(("version: 1.0", line)), warnings=0) == taken(SPECIMEN, warnings=0)


# --- headings -----------------------------------------------------------------------------------------------


def test_a_sentence_with_a_line_below_is_no_section() -> None:
    text = edited(
        ("- description: The basics come first.\n", "- description: x\n\nThe basics come first.\n---\n")
    )
    found = check(text).diagnostics
    assert [(d.code, d.line) for d in found] == [("stray-text", 28), ("underlined-text", 29)]


def test_a_sentence_with_a_line_below_is_an_item_of_a_section_of_the_first_level() -> None:
    fields = "- weight: 1\n- description: x\n"
    text = f"---\nname: x\n---\n# Dimensions\n\nThis counts.\n---\n{fields}\n# Result Categories\n\n"
    assert [d.code for d in check(text + "## C\n- score_range: 1-5\n- description: x\n").diagnostics] == [
        "heading-level"
    ]


def test_a_text_of_several_lines_with_a_line_below_is_spoken() -> None:
    text = edited(("Thank you for your time.\n", "Thank you\nfor your time\n===\n"))
    found = check(text)
    assert [d.code for d in found.diagnostics] == ["underlined-text"]
    assert found.definition is not None
    assert found.definition.interview_guidelines.opening == "Thank you\nfor your time\n==="


@pytest.mark.parametrize("count", [9, 10, 100])
def test_a_list_under_a_number_of_any_length(count: int) -> None:
    entries = f"{count}. interview_themes:\n  - a\n  - b\n"
    text = edited((FIELD, entries))
    assert taken(text, warnings=1).dimensions[0].interview_themes == ("a", "b")
    (warning,) = check(text).diagnostics
    assert warning.line == 13
    assert warning.fix is not None
    assert len(warning.fix.edits) == 2
