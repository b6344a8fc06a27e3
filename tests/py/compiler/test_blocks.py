"""Which blocks the parser finds, and where."""

import pytest

from worker.compiler.blocks import Block, Bullet, Heading, Prose, read_blocks
from worker.compiler.diagnostics import Faults
from worker.compiler.slices import Slice


def blocks(text: str, at: int = 0) -> list[Block]:
    """Return the blocks of a text without diagnostics."""
    faults = Faults()
    found = read_blocks(text, at, faults)
    assert faults.found == []
    return found


def heading(level: int, start: int, end: int, text: str, at: int) -> Heading:
    return Heading(level, start, end, Slice(text, at, at + len(text)))


def bullet(start: int, end: int, text: str, at: int, *bullets: Bullet) -> Bullet:
    return Bullet(start, end, Slice(text, at, at + len(text)), list(bullets))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("\n   \n", []),
        ("# a\n", [heading(1, 0, 4, "a", 2)]),
        ("###### a #\n", [heading(6, 0, 11, "a", 7)]),
        ("## a#\n", [heading(2, 0, 6, "a#", 3)]),
        ("## #\n", [heading(2, 0, 5, "", 3)]),
        ("####### a\n", [Prose(0, 10, is_paragraph=True)]),
        ("a\n===\nb\n---\n", [heading(1, 0, 6, "a", 0), heading(2, 6, 12, "b", 6)]),
        ("a\nb\n\nc\n", [Prose(0, 4, is_paragraph=True), Prose(5, 7, is_paragraph=True)]),
        ("- a\n* b\n", [bullet(0, 4, "a", 2), bullet(4, 8, "b", 6)]),
        ("2) a\nlazy\n", [bullet(0, 10, "a\nlazy", 3)]),
        ("-\n- a\n", [bullet(0, 2, "", 2), bullet(2, 6, "a", 4)]),
        (
            "- a:\n  - x\n    more\n  - y\n- b",
            [
                bullet(
                    0,
                    26,
                    "a:\n  - x\n    more\n  - y",
                    2,
                    bullet(7, 20, "x\n    more", 9),
                    bullet(22, 26, "y", 24),
                ),
                bullet(26, 29, "b", 28),
            ],
        ),
        ("- a\n  - b\n    - c\n", [bullet(0, 18, "a\n  - b\n    - c", 2, bullet(6, 18, "b\n    - c", 8))]),
        ("- a\n  > - b\n", [bullet(0, 12, "a\n  > - b", 2)]),
        ("- a\n  # b\n\n  c\n", [bullet(0, 15, "a\n  # b\n\n  c", 2)]),
        ("> # a\n> - b\n", [Prose(0, 12, is_paragraph=False)]),
        ("```\n# a\n```\n", [Prose(0, 11, is_paragraph=False)]),
        ("    # a\n", [Prose(4, 8, is_paragraph=False)]),
    ],
)
def test_blocks_and_their_ranges(text: str, found: list[Block]) -> None:
    assert blocks(text) == found


def test_a_bullet_has_a_text_of_its_own_before_its_bullets() -> None:
    first, second = blocks("- a: b\n  - c\n- - d\n")
    assert isinstance(first, Bullet)
    assert isinstance(second, Bullet)
    assert (first.head, second.head.text) == (Slice("a: b", 2, 6), "")


def test_the_title_of_an_underlined_heading_is_on_one_line() -> None:
    (found,) = blocks("a\n  b\n---\n")
    assert isinstance(found, Heading)
    assert found.title == "a b"


def test_places_are_those_of_characters() -> None:
    faults = Faults()
    text = "ä\n- ö: 日本\n  - ü <é>\n\n[ß](x)\n"
    assert read_blocks(text, 2, faults) == [
        bullet(2, 21, "ö: 日本\n  - ü <é>", 4, bullet(12, 21, "ü <é>", 14)),
        Prose(21, 28, is_paragraph=True),
    ]
    assert [(fault.start, fault.end) for fault in faults.found] == [(21, 27)]
    assert blocks("- ä\n") == [bullet(0, 4, "ä", 2)]


def test_openings_that_hide_headings_are_read_over_twice() -> None:
    faults = Faults()
    found = read_blocks("<div>\n# a\n\n<div>\n# b\n\n# c\n\n<div>\n# d\n", 0, faults)
    assert [(fault.code.value, fault.start) for fault in faults.found] == [("raw-html", 0), ("raw-html", 11)]
    assert [block.title for block in found if isinstance(block, Heading)] == ["a", "b", "c"]


def test_a_bullet_is_cut_at_an_offset_inside_of_it() -> None:
    (found,) = blocks("- a\n  - b\n  - c\n")
    assert isinstance(found, Bullet)
    assert found.cut(16) is found
    assert found.cut(10) == bullet(0, 10, "a\n  - b", 2, bullet(6, 10, "b", 8))


def test_a_bullet_indented_too_little_is_read_as_part_of_no_other() -> None:
    assert blocks("1. a\n - b\n") == [bullet(0, 5, "a", 3), bullet(6, 10, "b", 8)]
