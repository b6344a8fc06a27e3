"""Which blocks the parser finds, and where."""

import pytest

from worker.compiler.blocks import ITEM, OTHER, PARAGRAPH, Block, parsed_blocks
from worker.compiler.diagnostics import Faults


def blocks(text: str, at: int = 0) -> list[Block]:
    """Return the blocks of a text about which nothing must be said."""
    faults = Faults()
    found = parsed_blocks(text, at, faults)
    assert faults.found == []
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("\n   \n", []),
        ("# a\n", [(1, 0, 4, ())]),
        ("###### a\n", [(6, 0, 9, ())]),
        ("####### a\n", [(PARAGRAPH, 0, 10, ())]),
        ("a\n===\nb\n---\n", [(1, 0, 6, ()), (2, 6, 12, ())]),
        ("a\nb\n\nc\n", [(PARAGRAPH, 0, 4, ()), (PARAGRAPH, 5, 7, ())]),
        ("- a\n* b\n", [(ITEM, 0, 4, []), (ITEM, 4, 8, [])]),
        ("2) a\nlazy\n", [(ITEM, 0, 10, [])]),
        ("- a:\n  - x\n    more\n  - y\n- b", [(ITEM, 0, 26, [(7, 20), (22, 26)]), (ITEM, 26, 29, [])]),
        ("- a\n  - b\n    - c\n", [(ITEM, 0, 18, [(6, 18)])]),
        ("- a\n  > - b\n", [(ITEM, 0, 12, [])]),
        ("- a\n  # b\n\n  c\n", [(ITEM, 0, 15, [])]),
        ("> # a\n> - b\n", [(OTHER, 0, 12, ())]),
        ("```\n# a\n```\n", [(OTHER, 0, 11, ())]),
        ("    # a\n", [(OTHER, 4, 8, ())]),
    ],
)
def test_blocks_and_their_ranges(text: str, found: list[Block]) -> None:
    assert blocks(text) == found


def test_places_are_those_of_characters() -> None:
    faults = Faults()
    text = "ä\n- ö: 日本\n  - ü <é>\n\n[ß](x)\n"
    assert parsed_blocks(text, 2, faults) == [(ITEM, 2, 21, [(12, 21)]), (PARAGRAPH, 21, 28, [])]
    assert [(fault[0], fault[1]) for fault in faults.found] == [(21, 27)]
    assert blocks("- ä\n") == [(ITEM, 0, 4, [])]
