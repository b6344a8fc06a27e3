"""Blocks found line by line are those that the parser finds."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.py.compiler.specimen import the_two_agree
from tests.py.compiler.strategies import MARKS, ODD, WORDS
from worker.compiler.blocks import ITEM, PARAGRAPH, parsed_blocks, plain_blocks
from worker.compiler.catalogue import SPECIMEN
from worker.compiler.diagnostics import Faults

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted(path for path in (ROOT / "examples").rglob("*.md") if path.name != "broken.md")

INDENTS = ["", "", "", "  ", "  ", "  ", "    ", " ", "   ", "      ", "        ", "\t"]
BEGINNINGS = ["", "", "- ", "- ", "* ", "+ ", "## ", "### ", "#", "1. ", "2) ", "**", "-", "`", "```", "> "]
LINES = st.builds(
    "{}{}{}".format,
    st.sampled_from(INDENTS),
    st.sampled_from(BEGINNINGS),
    st.lists(st.sampled_from([*WORDS, *MARKS, *ODD, " ", " a", "b", "12", ""]), max_size=3).map("".join),
)
BLANK_OR_LINES = st.sampled_from(["", "", "- a", "  - b", "c", "  d"]) | LINES


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(BLANK_OR_LINES, max_size=12).map("\n".join), st.sampled_from(["", "\n"]))
def test_whatever_the_lines_are(text: str, end: str) -> None:
    the_two_agree(f"é\n{text}{end}", 2)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_needs_no_parser(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert the_two_agree(text, text.index("\n---\n") + 5)


@pytest.mark.parametrize(
    "body",
    [
        SPECIMEN.partition("\n---\n")[2],
        "- a\n- b\n\n- c\n\n\nfoo\nbar\n\n# h\n",
        "- a:\n  - x\n  - y\n    more\n- b",
        "- a:\n    - x\n\n      more\n    - y\n\n\n\ntext\n",
        "- a:\n     - x\n     - y\nlazy\n   lazy too\n\n## b",
        "* a\n\n  paragraph\n+ **b**: `c`\n  - _d_\n  * 1-2: e\n  + 3",
        "text\n  more\n- a\n#### b ####\n* c",
        "12 monkeys\n\n**bold**\n``code``\n\nÄrger\n",
        "",
        "\n   \n",
    ],
)
def test_what_needs_no_parser(body: str) -> None:
    assert the_two_agree(f"é\n{body}", 2)


@pytest.mark.parametrize(
    "body",
    [
        "a <b> c", "[a](b)", "[a]: b", "a\n===", "a\n---", "---", "***", "* * *", "```", "~~~", "> a", "#a",
        "#", "####### a", "1. a", "2) a", "- 1. a", "-", "- ", "-  a", "-\ta", "\ta", "    a", "a\n\n  b",
        "  - a", "- a\n      - b", "- a\n - b", "- a\n  - b\n    - c", "- a\n  - b\n   - c", "- a\n  -",
        "- a\n  - # b", "- a\n\nb\n  - c", "- a\n\n b", "- a\n\n      b", "- a\n  - b\n\n  c", "- a\n  > b",
        "- - a", "- # a", "+1",
    ],
)  # fmt: skip
def test_what_the_parser_is_asked_for(body: str) -> None:
    assert not the_two_agree(body, 0)


@pytest.mark.parametrize(("length", "known"), [(1999, True), (2000, False), (3000, False)])
def test_lines_are_added_to_a_text_of_less_than_two_thousand_characters(length: int, known: bool) -> None:
    """Else a text of many lines would be copied once a line."""
    for before, mark in (("", "- "), ("- x\n", "  - ")):
        text = "x" * (length - (0 if before else 2))
        blocks = plain_blocks(f"{before}{mark}{text}\n    y", 0)
        assert blocks is not None
        assert (blocks[0][4] is not None) == known
        assert the_two_agree(f"{before}{mark}{text}\n    y", 0)


def test_places_are_those_of_characters() -> None:
    faults = Faults()
    text = "ä\n- ö: 日本\n  - ü <é>\n\n[ß](x)\n"
    assert parsed_blocks(text, 2, faults) == [(ITEM, 2, 21, [(12, 21)], None), (PARAGRAPH, 21, 28, [], None)]
    assert [(fault[0], fault[1]) for fault in faults.found] == [(21, 27)]
    assert parsed_blocks("- ä\n", 0, faults) == [(ITEM, 0, 4, [], None)]
