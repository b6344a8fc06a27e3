"""Markdown tables in place of a list: the rows of a rubric, with their places."""

import re
from typing import Final, NamedTuple

from worker.compiler.slices import Slice

__all__ = ["Row", "is_table", "read_rows"]

#: What separates two cells; behind a backslash it is a character of the text.
BAR: Final = re.compile(r"(?<!\\)\|")
#: The line between the header of a table and its rows.
RULE: Final = re.compile(r"\|?(?: *:?-+:? *\|)* *:?-+:? *\|?")


class Row(NamedTuple):
    """A line of a table and its cells."""

    line: Slice
    cells: list[Slice]


def is_table(text: Slice) -> bool:
    """Tell whether a text is a table: at least two lines, each with a bar, the first beginning with one."""
    lines = text.text.strip().split("\n")
    return len(lines) > 1 and lines[0].startswith("|") and all("|" in line for line in lines)


def read_rows(text: Slice) -> list[Row]:
    """Return the rows of a table, its header first, without the line between the two."""
    rows: list[Row] = []
    for line in text.lines:
        row = line.strip()
        if not RULE.fullmatch(row.text):
            rows.append(Row(row, _cells(row)))
    return rows


def _cells(row: Slice) -> list[Slice]:
    """Return the cells of a line, without the bars at its ends."""
    bars = [bar.start() for bar in BAR.finditer(row.text)]
    starts = [0, *[bar + 1 for bar in bars]]
    cells = [row.part(start, end) for start, end in zip(starts, [*bars, len(row.text)], strict=True)]
    if row.text.startswith("|"):
        del cells[0]
    if len(cells) > 1 and bars and bars[-1] == len(row.text) - 1:
        del cells[-1]
    return cells
