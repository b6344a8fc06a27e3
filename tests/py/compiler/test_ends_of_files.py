"""Files that end in the middle of something, and names that need their quotation marks."""

import pytest

from tests.py.compiler.specimen import check, definition
from worker.compiler.catalogue import SPECIMEN

HEAD = SPECIMEN[: SPECIMEN.index("## Interview")]
EXAMPLE = SPECIMEN[: SPECIMEN.index("- category")]
ALONE = HEAD[: HEAD.index("### Thriving")]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        # a list without entries is not an error, and the ranges are checked anyway
        (ALONE + "- primary_dimensions:", [("range-gap", 25, 16)]),
        (ALONE + "- primary_dimensions:\n", [("range-gap", 25, 16)]),
        (ALONE + "- primary_dimensions:\n  -        Zz", [("unknown-dimension", 29, 12)]),
        (ALONE + "- primary_dimensions: [      Z]", [("unknown-dimension", 28, 30)]),
        (HEAD.rpartition("- d")[0] + "- description:", [("empty-value", 32, 1)]),
        (ALONE + "### C\n- description: x\n- score_range:", [("empty-value", 30, 1)]),
        (ALONE + "### C\n- description: x\n- score_range: ", [("empty-value", 30, 1)]),
        (EXAMPLE + "- category:", [("empty-value", 50, 1)]),
        (EXAMPLE + "- category: ", [("empty-value", 50, 1)]),
        (EXAMPLE + "- category: Thrivin", [("unknown-category", 50, 13)]),
        (EXAMPLE.replace("- overall: 4.0\n", "- overall:"), [("empty-value", 49, 1)]),
        (HEAD + "## Examples", [("empty-section", 34, 1)]),
        (HEAD + "## Examples\n\ntext", [("empty-section", 36, 1)]),
        (HEAD + "###", [("missing-field", 34, 1), ("missing-field", 34, 1), ("empty-name", 34, 1)]),
        (
            "x",
            [
                ("missing-front-matter", 1, 1),
                ("missing-section", 1, 1),
                ("missing-section", 1, 1),
                ("stray-text", 1, 1),
            ],
        ),
    ],
)
def test_the_last_line(source: str, said: list[tuple[str, int, int]]) -> None:
    found = [(d.code, d.line, d.column) for d in check(source).diagnostics]
    assert sorted(found) == sorted(said)


def test_an_expected_category_may_stand_in_quotation_marks() -> None:
    quoted = SPECIMEN.replace("category: Thriving", "category: “Thriving”")
    assert definition(quoted) == definition(SPECIMEN)
    named = SPECIMEN.replace("Thriving", "“Thriving”")
    assert definition(named).examples[0].category == "“Thriving”"
    other = SPECIMEN.replace("### Thriving", "### “Thriving”").replace(
        "category: Thriving", "category: ““Thriving””"
    )
    assert definition(other).examples[0].category == "“Thriving”"
    nothing = SPECIMEN.replace("[3.0, 5.0]", "[4.1, 5.0]").replace("category: Thriving", "category: “None”")
    assert [d.code for d in check(nothing).diagnostics] == ["range-gap"]


@pytest.mark.parametrize("first", ["    - ", "    - one\n      - ", "    > - "])
def test_a_bullet_of_the_third_level_opens_nothing(first: str) -> None:
    indent = first.rpartition("\n")[2]
    deep = first + f"\n{indent}".join(f"{'x' * 30} {number}" for number in range(14))
    text = SPECIMEN.replace("Can be told bad news.", f"Can be told:\n  - bad news\n{deep}")
    described = definition(text).dimensions[1].description
    assert described.count("\n") == 15 + first.count("\n")
