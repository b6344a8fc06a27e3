"""Every body of a few lines: its blocks are the parser's, which is asked for no more than is known."""

import itertools

import pytest

from tests.py.compiler.specimen import the_two_agree

#: One of each: blank, text, bullets and headings, at every indentation that decides something.
LINES = (
    "",
    "a",
    "- a",
    "  - b",
    "  c",
    "    - d",
    "    e",
    "      f",
    "## g",
    "**i**",
    "1. j",
    "- # k",
    "12",
    "!m",
    "   n",
    "     - o",
    "#",
    "  # p",
    "-",
    "  1. q",
)
#: What almost begins a block, and bullets whose text begins with what could be one.
ALMOST = (
    "",
    "- a",
    "  -b",
    "*c*",
    " * d",
    "   - e",
    "      - f",
    "+g",
    "##h",
    "###### i",
    "####### j",
    "  - `k`",
    "- 12 l",
    "  - 1. m",
    "- -n",
    "```o",
    "  - ",
    "  ~p",
    "- é",
)
PLAIN = ("", "a", "- a", "* b", "  - c", "  d", "    e", "# f", "     - g", "       h")


@pytest.mark.parametrize(
    ("before", "lines", "count", "known"),
    [
        ("", LINES, 3, 790),
        ("- x\n  - y\n", LINES, 3, 1616),
        ("- x\n", ALMOST, 3, 442),
        ("x\n\n", ALMOST, 3, 306),
        ("- x\n", PLAIN, 4, 7320),
        ("text\n", PLAIN, 4, 4326),
    ],
)
def test_every_body_of_these_lines(before: str, lines: tuple[str, ...], count: int, known: int) -> None:
    bodies = (before + "\n".join(body) for body in itertools.product(lines, repeat=count))
    assert sum(the_two_agree(body, 0) for body in bodies) == known
