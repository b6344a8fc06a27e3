"""The interviewer's texts: quotes, the dimension of a question, and how similar a name must be to match."""

from unicodedata import normalize

import pytest

from tests.py.compiler.specimen import check, definition, edited, length
from worker.compiler.catalogue import SPECIMEN

OPENING = "Thank you for your time.\n"
QUESTION = "- Vision: Where will the team be in a year?\n"


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        (">Thank you.\n", "Thank you."),
        (">Thank\n> you.\n", "Thank\nyou."),
        (">  Thank\n>\n>    you.\n", "Thank\n\nyou."),
        ("> Thank\nyou.\n", "> Thank\nyou."),
        ("Thank\n> you.\n", "Thank\n> you."),
        ('> "Thank\n> you."\n', "Thank\nyou."),
        ("> > Thank you.\n", "> Thank you."),
        ('"Thank" or "you"\n', '"Thank" or "you"'),
        ("- Thank\n- you\n", "- Thank\n- you"),
        ("  Thank\n    you\n   all.\n", "Thank\n you\nall."),
        ("Thank you.\n\nAnd *you*.\n", "Thank you.\n\nAnd *you*."),
        ("Thank you.\n\n---\n", "Thank you."),
        ('"Thank you."\n\n* * *\n\n---\n', "Thank you."),
        ('---\n\n"Thank you."\n\n_ _ _\t_\n', "Thank you."),
        ("> Thank\n> you.\n\n***\n", "Thank\nyou."),
        ("> Thank you.\n>\n> ---\n", "Thank you.\n\n---"),
        ("Thank\n\n---\n\nyou.\n", "Thank\n\n---\n\nyou."),
        ("Thank you.\n\n--\n", "Thank you.\n\n--"),
        ("Thank you.\n\n-\n", "Thank you.\n\n-"),
        ("Thank you.\n\n-*-\n", "Thank you.\n\n-*-"),
    ],
)
def test_what_is_reported_first(written: str, stored: str) -> None:
    assert definition(edited((OPENING, written))).interview_guidelines.opening == stored


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("- Vision:What?\n", {"Vision": ("What?",)}),
        ("- Where to: Vision: what?\n", {"general": ("Where to: Vision: what?",)}),
        ("- **Vision**:\n  - A?\n- Vision: B?\n", {"Vision": ("A?", "B?")}),
        ("- Vision\n  - A?\n  - B?\n\n- C?\n", {"Vision": ("A?", "B?"), "general": ("C?",)}),
        ("- When exploring *Trust*:\n  1. A?\n  2. B?\n", {"Trust": ("A?", "B?")}),
        ("- when Exploring trust: A?\n", {"Trust": ("A?",)}),
        ('- "Trust": "A?"\n', {"Trust": ("A?",)}),
        ("- `Trust`: A?\n", {"Trust": ("A?",)}),
        ("- How is it?\n  - really\n", {"general": ("How is it?\n- really",)}),
        ("- GENERAL: A?\n- general:\n  - B?\n", {"general": ("A?", "B?")}),
        (
            "#### General\n\n- A?\n\n#### Trust\n\n- Vision: B?\n",
            {"Trust": ("Vision: B?",), "general": ("A?",)},
        ),
        ("#### Trust\n\n- A?\n  - B?\n", {"Trust": ("A?\n- B?",)}),
        ("- A?\n\n##### When exploring “Vision”\n\n- B?\n", {"Vision": ("B?",), "general": ("A?",)}),
        ("- Trust: A?\n- Vision: B?\n", {"Vision": ("B?",), "Trust": ("A?",)}),
        ("- Trust: A: B?\n", {"Trust": ("A: B?",)}),
        ("1. Trust: A?\n2. B?\n", {"Trust": ("A?",), "general": ("B?",)}),
        ("12. A *b*\n", {"general": ("A *b*",)}),
        ("- Another: A?\n- “All”: B?\n", {"general": ("Another: A?", "“All”: B?")}),
        ("- Vision?\n- Trust!\n", {"general": ("Vision?", "Trust!")}),
        ("- 1. Vision: A?\n", {"Vision": ("A?",)}),
        (
            "- 1. **Vision**:\n  - A?\n  - B?\n- 2) Trust\n  - C?\n",
            {"Vision": ("A?", "B?"), "Trust": ("C?",)},
        ),
        ("- 1. How is it?\n", {"general": ("1. How is it?",)}),
        ("- When exploring\u00a0Vision: A?\n", {"Vision": ("A?",)}),
        ("- When\u00a0exploring  Vision: A?\n", {"Vision": ("A?",)}),
        ("- Whenever: A?\n- When exploring: B?\n", {"general": ("Whenever: A?", "When exploring: B?")}),
        ("- Vision: A?\n  - B?\n", {"Vision": ("A?\n- B?",)}),
        ("- When exploring Vision: A?\n  - B?\n  - C?\n", {"Vision": ("A?\n- B?\n- C?",)}),
    ],
)
def test_whose_question_it_is(written: str, stored: dict[str, tuple[str, ...]]) -> None:
    found = definition(edited((QUESTION, written))).interview_guidelines.probing_questions
    assert list(found.items()) == list(stored.items())


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("- Zzz: A?\n", []),
        ("- Zzz : A?\n- **Zzz**: B?\n- *Zzz:* C?\n", []),
        ("- When exploring Zzz: A?\n", [("unknown-dimension", 18, 3)]),
        ("- Zzz\n  - A?\n", []),
        ("- Zzz:\n  - A?\n", [("unknown-dimension", 3, 3)]),
        ("- **Zzz:**\n  - A?\n", [("unknown-dimension", 5, 3)]),
        ("- **Zzz**:\n  - A?\n", [("unknown-dimension", 5, 3)]),
        ("- __Zzz:__\n  - A?\n", [("unknown-dimension", 5, 3)]),
        ("- _Zzz:_\n  - A?\n", [("unknown-dimension", 4, 3)]),
        ("- *Zzz:*\n  - A?\n", [("unknown-dimension", 4, 3)]),
        ("- When exploring Zzz:\n  - A?\n", [("unknown-dimension", 18, 3)]),
        ("- Visiom\n  - A?\n", [("unknown-dimension", 3, 6)]),
        ("- Visiom: A?\n", [("unknown-dimension", 3, 6)]),
        ("- Visiom\n", []),
        ("#### Zzz\n\n- A?\n", [("unknown-dimension", 6, 3)]),
        ("#### When exploring Zzz\n\n- A?\n", [("unknown-dimension", 6, 18)]),
        ("- Visiom" + " of it all" * 10 + ": A?\n", []),
        ("- When exploring " + "z" * 90 + ": A?\n", [("unknown-dimension", 18, 90)]),
    ],
)
def test_a_name_that_is_near_or_announced_is_meant_to_be_a_dimension(
    written: str, said: list[tuple[str, int, int]]
) -> None:
    text = edited((QUESTION, written))
    found = check(text).diagnostics
    assert [(d.code, d.column, length(text, d)) for d in found] == said
    assert {d.line for d in found} <= {42}


@pytest.mark.parametrize("length", [60, 200])
def test_a_name_may_be_written_with_marks_that_make_it_longer(length: int) -> None:
    name = "x" * length
    text = SPECIMEN.replace("Vision", name)
    for spelled in (f"***“{name}”***", f"When exploring ***{name}***", "“" + name.upper() + "”"):
        found = definition(text.replace(f"- {name}: Where", f"- {spelled}: Where"))
        assert list(found.interview_guidelines.probing_questions) == [name]


def test_a_name_may_be_written_in_pieces_and_with_marks() -> None:
    """Three characters become one when accents are composed, so a reference may be that much longer."""
    name = "\N{LATIN SMALL LETTER U WITH DIAERESIS AND MACRON}" * 200
    text = SPECIMEN.replace("Vision", name)
    spelled = f"When exploring ***“{normalize('NFD', name)}”***"
    assert len(spelled) == 3 * 200 + 23
    found = definition(text.replace(f"- {name}: Where", f"- {spelled}: Where"))
    assert list(found.interview_guidelines.probing_questions) == [name]


@pytest.mark.parametrize("name", ["A: b", "Aa: b", "A: b: c", "Aa:b:c", "A: Vision", ":a"])
def test_a_name_may_hold_colons(name: str) -> None:
    text = SPECIMEN.replace("### Trust", f"### {name}").replace("Trust: 4", f"{name}: 4")
    for spelled in (name, f"**{name}**", name.upper()):
        asked = text.replace(QUESTION, f"- {spelled}: What: for?\n- {spelled}:what: for?\n")
        found = definition(asked).interview_guidelines.probing_questions
        assert found == {name: ("What: for?", "what: for?")}


def test_a_name_of_one_letter_is_found_beside_one_with_a_colon() -> None:
    text = SPECIMEN.replace("Trust", "A: b").replace("Vision", "V")
    found = definition(text.replace("year?\n", "year?\n- : V: x\n- A: c\n")).interview_guidelines
    assert found.probing_questions == {
        "V": ("Where will the team be in a year?",),
        "general": (": V: x", "A: c"),
    }


def test_a_long_text_is_not_near_any_name() -> None:
    text = SPECIMEN.replace("Vision", "x" * 100)
    for size, said in ((100, [("unknown-dimension", 100)]), (101, [])):
        asked = text.replace(f"- {'x' * 100}: Where", f"- {'x' * (size - 1)}y: Where")
        assert [(d.code, d.end_column - d.column) for d in check(asked).diagnostics] == said


@pytest.mark.parametrize("count", [20, 21])
def test_as_many_names_are_listed_as_there_may_be_dimensions(count: int) -> None:
    items = "".join(f"### D{n}\n- weight: 0.05\n- description: x\n" for n in range(count))
    text = f"---\nname: x\n---\n## Dimensions\n{items}## Result Categories\n### C\n- score_range: 1-5\n"
    text += "- description: x\n- primary_dimensions: [Zzz]\n"
    *_, found = check(text).diagnostics
    assert found.hint == "the dimensions are " + ", ".join(f"`D{n}`" for n in range(20))


@pytest.mark.parametrize(
    ("dimensions", "categories", "said"),
    [
        (20, 15, []),
        (21, 15, [("too-many-dimensions", 65, "delete 1, or merge some")]),
        (41, 15, [("too-many-dimensions", 65, "delete 21, or merge some")]),
        (20, 16, [("too-many-categories", 111, "delete 1, or merge some")]),
        (20, 18, [("too-many-categories", 111, "delete 3, or merge some")]),
    ],
)
def test_twenty_dimensions_and_fifteen_categories_are_allowed(
    dimensions: int, categories: int, said: list[tuple[str, int, str]]
) -> None:
    text = "---\nname: x\n---\n## Dimensions\n"
    text += "".join(f"### D{n}\n- weight: 0.05\n- description: x\n" for n in range(dimensions))
    text += "## Result Categories\n"
    text += "".join(f"### C{n}\n- score_range: 1-5\n- description: x\n" for n in range(categories))
    found = [(d.code, d.line, d.hint) for d in check(text).diagnostics]
    assert [entry for entry in found if entry[0].startswith("too-many")] == said


def test_a_numbered_name_is_found_with_its_number() -> None:
    text = SPECIMEN.replace("Vision", "1. Vision")
    more = "- 1. Vision:\n  - Why?\n- 1. Vision: Where"
    questions = definition(text.replace("- 1. Vision: Where", more)).interview_guidelines.probing_questions
    assert questions == {"1. Vision": ("Why?", "Where will the team be in a year?")}


def test_a_numbered_name_is_not_another_one_without_its_number() -> None:
    text = SPECIMEN.replace("Trust", "1. Vision")
    questions = definition(
        text.replace("- Vision: Where", "- 1. Vision\n  - Why?\n- Vision: Where")
    ).interview_guidelines.probing_questions
    assert questions == {"Vision": ("Where will the team be in a year?",), "1. Vision": ("Why?",)}


@pytest.mark.parametrize("number", ["1. ", "2) ", "3.1 ", "4.2. ", "5\u00a0"])
def test_the_parts_may_be_numbered(number: str) -> None:
    guidelines = definition(
        edited(
            ("### Opening", f"### {number}Opening"),
            ("### Probing Questions", f"### {number}Probing questions:"),
        )
    ).interview_guidelines
    assert guidelines.opening == "Thank you for your time."
    assert list(guidelines.probing_questions) == ["Vision"]
