"""Lines and columns of the characters of a text."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import Final

__all__ = ["Lines"]

#: For a few lines, which most files are asked for, counting takes less time than finding all.
MOST_COUNTED: Final = 16


class Lines:
    """Finds lines and columns, both from 1, in a text with line feeds only.

    ``taken`` are the offsets, ascending, at which the file has characters more than the text.
    """

    def __init__(self, text: str, taken: Sequence[int] = ()) -> None:
        self.text = text
        self.taken = taken
        self._counted = 0  # how many lines were found by counting

    @cached_property
    def _starts(self) -> list[int]:
        """The offset at which each line begins."""
        return list(accumulate([len(line) + 1 for line in self.text.split("\n")], initial=0))

    def line(self, offset: int) -> int:
        """Return the line of a character."""
        if self._counted < MOST_COUNTED:
            self._counted += 1
            return self.text.count("\n", 0, offset) + 1
        return bisect_right(self._starts, offset)

    def position(self, offset: int, *, hidden: bool = False) -> tuple[int, int]:
        """Return the line and the column of a character, or of what was taken out in front of it."""
        before = self.text.rfind("\n", 0, offset)
        more = self._taken(offset, hidden) - bisect_left(self.taken, before + 1) if self.taken else 0
        return self.line(offset), offset - before + more

    def in_file(self, offset: int, *, hidden: bool = False) -> int:
        """Return the offset in the file of a character, or of what was taken out in front of it."""
        return offset + self._taken(offset, hidden)

    def _taken(self, offset: int, hidden: bool) -> int:
        return bisect_left(self.taken, offset) if hidden else bisect_right(self.taken, offset)
