"""The canonical Markdown, character by character."""

from decimal import Decimal
from typing import Any

import pytest

from worker.compiler import compile_markdown, format_definition, format_source
from worker.compiler.catalogue import SPECIMEN
from worker.compiler.formatter import write_definition
from worker.definition import Definition

CANONICAL = """\
---
name: Team Check
version: 1.0
type: multi-dimensional
interview_style:
  default: 3
  allow_override: true
result_disclosure: full
scale: [1, 5]
evidence: preferred
---

# Team Check

## Dimensions

### Vision

- weight: 0.6
- description: Knows where the team is going.
- scoring_rubric:
  - 1-2: Lives from day to day.
  - 3-5: Has a plan that others can repeat.

### Trust

- weight: 0.4
- description: Can be told bad news.

## Result Categories

### Starting

- score_range: [1.0, 2.9]
- description: The basics come first.

### Thriving

- score_range: [3.0, 5.0]
- primary_dimensions:
  - Vision
- description: Keep going.

## Interview Guidelines

### Opening

Thank you for your time.

### Probing Questions

#### Vision

- Where will the team be in a year?

## Examples

### A good team

- scores:
  - Vision: 4
  - Trust: 4
- overall: 4.0
- category: Thriving
"""


def test_the_specimen() -> None:
    assert format_source(SPECIMEN.encode()) == CANONICAL
    assert format_source(CANONICAL.encode()) == CANONICAL


def small(**changes: Any) -> Definition:
    """Return a definition with one dimension and one category; ``changes`` are parts of it."""
    metadata = {"name": "x"} | changes.pop("metadata", {})
    dimension = {"name": "D", "weight": 1, "description": "d"} | changes.pop("dimension", {})
    category = {"name": "C", "score_range": [1, 5], "description": "c"} | changes.pop("category", {})
    return Definition.model_validate(
        {"metadata": metadata, "dimensions": [dimension], "result_categories": [category], **changes}
    )


def written(definition: Definition) -> str:
    """Return the canonical Markdown of a definition, which compiles to that definition."""
    text = format_definition(definition)
    compilation = compile_markdown(text.encode())
    assert compilation.definition == definition
    assert format_source(text.encode()) == text
    return text


def under(text: str, heading: str) -> str:
    """Return the lines under a heading, up to the next of any level that is not deeper."""
    level = heading.partition(" ")[0]
    body = text.partition(f"\n{heading}\n\n")[2]
    ends = [at for n in range(1, len(level) + 1) if (at := body.find("\n" + "#" * n + " ")) >= 0]
    return body[: min(ends, default=len(body))].rstrip("\n")


@pytest.mark.parametrize(
    ("author", "line"),
    [
        ("Maria", "Maria"),
        ("Ärger, Maria (a) O'Hara/b + c-d 12.", "Ärger, Maria (a) O'Hara/b + c-d 12."),
        ("1a", '"1a"'),
        ("_a", '"_a"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("Null", '"Null"'),
        ("YES", '"YES"'),
        ("n", '"n"'),
        ("nil", "nil"),
        ('say "hi" \\ bye', '"say \\"hi\\" \\\\ bye"'),
        ("a\tb\n\nc", '"a\\tb\\n\\nc"'),
        ("a\xa0b", '"a\\xa0b"'),
        ("a\u0100b:", '"aĀb:"'),
        ("a\u2028b\u2029c\uffffd\xff", '"a\\u2028b\\u2029c\\uffffdÿ"'),
        ("a\U00010000b\U0010ffffd", '"a𐀀b\\U0010ffffd"'),
        ("a\U0001f600b", '"a😀b"'),
        ("[a]: {b", '"[a]: {b"'),
        ("[" * 10, '"' + "[" * 10 + '"'),
        ("[" * 5 + "{" * 5, '"' + "[" * 5 + "{" * 5 + '"'),
        ("[" * 5 + "{" * 6, '"' + "\\x5b" * 5 + "\\x7b" * 6 + '"'),
        ("]}" + "[" * 11, '"]}' + "\\x5b" * 11 + '"'),
    ],
)
def test_a_text_in_the_front_matter(author: str, line: str) -> None:
    text = written(small(metadata={"author": author}))
    assert text.split("\n")[4] == f"author: {line}"


def test_all_that_the_front_matter_may_hold() -> None:
    text = written(
        small(
            metadata={
                "name": "A: b",
                "version": "2.10",
                "type": "comparative",
                "author": "Maria",
                "description": "of it",
                "interview_style": {"default": 5, "allow_override": False},
                "result_disclosure": "none",
                "scale": [Decimal("0.50"), Decimal("9.0")],
                "evidence": "off",
                "min_coverage": Decimal("0.750"),
            }
        )
    )
    assert text.startswith(
        '---\nname: "A: b"\nversion: 2.10\ntype: comparative\nauthor: Maria\ndescription: of it\n'
        "interview_style:\n  default: 5\n  allow_override: false\nresult_disclosure: none\n"
        'scale: [0.50, 9.0]\nevidence: "off"\nmin_coverage: 0.75\n'
        "---\n\n# A: b\n\n## Dimensions\n\n### D\n\n- weight: 1\n"
    )


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("Plain", "# Plain\n\n"),
        ("C#", "# C# #\n\n"),
        ("two\nlines", ""),
        ("Dimensions", ""),
        ("2. Examples:", ""),
    ],
)
def test_the_first_heading(name: str, heading: str) -> None:
    assert (
        written(small(metadata={"name": name}))
        .partition("---\n\n")[2]
        .startswith(heading + "## Dimensions\n")
    )


@pytest.mark.parametrize(
    ("description", "lines"),
    [
        ("a\n\n  b\nc", "- description: a\n\n    b\n  c"),
        ("# no heading", "- description: # no heading"),
        ("- a\n- b", "- description: - a\n  - b"),
        ('"quoted"', '- description: "quoted"'),
        ("|", "- description: |"),
        ("|\na", "- description:\n  |\n  a"),
        (">-\na\n\nb", "- description:\n  >-\n  a\n\n  b"),
    ],
)
def test_a_text_of_a_field(description: str, lines: str) -> None:
    text = written(small(dimension={"description": description}))
    assert under(text, "### D") == f"- weight: 1\n{lines}"


def test_lists_of_a_dimension_and_a_category() -> None:
    text = written(
        small(
            dimension={
                "interview_themes": ["a", "- - b", "-\t-", "c\nd", "+ e", "---"],
                "scoring_rubric": {"4.0-5": "high\nest", "1": "low"},
            },
            category={
                "primary_dimensions": ["d"],
                "strengths": ["s"],
                "growth_areas": ["g"],
                "recommendations": ["r", "r"],
            },
        )
    )
    assert under(text, "### D") == (
        "- weight: 1\n- description: d\n- interview_themes:\n  - a\n  - - - b\n  + -\t-\n  - c\n    d\n"
        "  - + e\n  + ---\n- scoring_rubric:\n  - 1: low\n  - 4.0-5: high\n    est"
    )
    assert under(text, "### C") == (
        "- score_range: [1, 5]\n- primary_dimensions:\n  - D\n- description: c\n- strengths:\n  - s\n"
        "- growth_areas:\n  - g\n- recommendations:\n  - r\n  - r"
    )


def test_a_list_that_an_item_lacks_is_written_where_a_text_would_be_taken_for_it() -> None:
    text = written(small(category={"description": "a\nstrengths: b"}))
    assert under(text, "### C") == (
        "- score_range: [1, 5]\n- description: a\n  strengths: b\n- strengths: []"
    )


def test_what_an_unfinished_category_lacks_is_left_out() -> None:
    definition = small()
    (category,) = definition.result_categories
    unfinished = category.model_copy(update={"score_range": None, "description": "", "strengths": ("s",)})
    text = format_definition(definition.model_copy(update={"result_categories": (unfinished,)}))
    assert under(text, "### C") == "- strengths:\n  - s"


@pytest.mark.parametrize(
    ("guidelines", "tail"),
    [
        ({}, "- description: c\n"),
        ({"opening": "Hello"}, "\n## Interview Guidelines\n\n### Opening\n\nHello\n"),
        ({"closing": "Bye"}, "\n## Interview Guidelines\n\n### Closing\n\nBye\n"),
        (
            {"probing_questions": {"general": ['"Why"', "a\nb"], "d": ["How?"]}},
            '\n### Probing Questions\n\n#### D\n\n- How?\n\n#### general\n\n- ""Why""\n- a\n  b\n',
        ),
        (
            {"opening": "Hello", "probing_questions": {"D": ["How?"]}, "closing": "Bye"},
            "\n### Opening\n\nHello\n\n### Probing Questions\n\n#### D\n\n- How?\n\n### Closing\n\nBye\n",
        ),
    ],
)
def test_the_guidelines(guidelines: dict[str, Any], tail: str) -> None:
    text = written(small(interview_guidelines=guidelines))
    assert text.endswith(tail)
    assert text.count("## Interview Guidelines") == bool(guidelines)


@pytest.mark.parametrize(
    ("opening", "lines"),
    [
        ("Hello\nyou", "Hello\nyou"),
        ('"Hello"', '""Hello""'),
        ("“Hello”", "““Hello””"),
        ("a\n# b", "> a\n> # b"),
        ("a\n\n  ## b\nc", "> a\n>\n>   ## b\n> c"),
        ("> a\nb", "> > a\n> b"),
        ("a\n===", "> a\n> ==="),
        ("a\n---", "> a\n> ---"),
        ("a\n- - -", "> a\n> - - -"),
        ("a\n* * *", "> a\n> * * *"),
        ("___\na", "> ___\n> a"),
        ("a\n-", "> a\n> -"),
        ("a\n```\nb\n```", "> a\n> ```\n> b\n> ```"),
        ("~~~\na\n~~~", "> ~~~\n> a\n> ~~~"),
        ("a = b\n- c\n* d", "a = b\n- c\n* d"),
        ("`a`\n~b~", "`a`\n~b~"),
    ],
)
def test_what_an_interviewer_says(opening: str, lines: str) -> None:
    text = written(small(interview_guidelines={"opening": opening}))
    assert text.partition("### Opening\n\n")[2] == lines + "\n"


def test_the_examples() -> None:
    text = written(
        small(
            examples=[
                {"name": "One", "scores": {"d": Decimal("4.50")}, "overall": Decimal("4.5")},
                {"name": "Two #", "scores": {"D": 3}, "category": "c"},
            ]
        )
    )
    assert text.endswith(
        "\n## Examples\n\n### One\n\n- scores:\n  - D: 4.50\n- overall: 4.5\n\n"
        "### Two # #\n\n- scores:\n  - D: 3\n- category: C\n"
    )


def test_comments_stay_and_what_is_left_out_is_named() -> None:
    source = SPECIMEN.replace(
        "version: 1.0\n",
        '# first\nversion: 1.0 # of the version\nauthor: "a # b" # of the author \n'
        "description: a#b\nauther: x\ninterview_style: # of it\n  default: 3 # more\n"
        "scale: [1, # low\n  5]\n#last",
        1,
    ).replace("---\n\n## Dim", "\n---\n\n## Dim", 1)
    source = source.replace("## Examples", "## Notes\n\ntext\n\n## Examples")
    text = format_source(source.encode())
    assert text is not None
    assert text.startswith(
        "---\n# first\n# of the version\n# of the author\n# of it\n# more\n# low\n#last\n"
        '# Left out by format: key "auther", line 7\n# Left out by format: section "Notes", line 53\n'
        "name: Team Check\n"
    )


# --- places -------------------------------------------------------------------------------------------------


def specimen() -> Definition:
    definition = compile_markdown(SPECIMEN.encode()).definition
    assert definition is not None
    return definition


def test_a_page_has_the_lines_of_its_values() -> None:
    page = write_definition(specimen())
    line = page.line_of(("dimensions", 1, "weight"))
    assert page[line - 1] == "- weight: 0.4"
    assert page.path_at(line) == ("dimensions", 1, "weight")
    assert page.path_at(1) == ()
    # What has no line of its own is in the part around it, or in the file.
    assert page.line_of(("dimensions", 1, "weight", "unit")) == line
    assert page.line_of(("nothing",)) == 1


def test_a_page_without_its_version_states_none() -> None:
    pages = [write_definition(specimen(), with_version=stated) for stated in (True, False)]
    versions = [[line for line in page if line.startswith("version:")] for page in pages]
    assert versions == [["version: 1.0"], []]
