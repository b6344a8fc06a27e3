"""Lines and columns of the characters of a text."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

__all__ = ["Lines"]


class Lines:
    """Finds lines and columns, both from 1, in a text with line feeds only.

    ``taken`` are the offsets, ascending, at which the file has characters more than the text.
    """

    def __init__(self, text: str, taken: Sequence[int] = ()) -> None:
        self.text = text
        self.taken = taken

    @cached_property
    def _starts(self) -> list[int]:
        """The offset at which each line begins."""
        return list(accumulate([len(line) + 1 for line in self.text.split("\n")], initial=0))

    def line(self, offset: int) -> int:
        """Return the line of a character."""
        return bisect_right(self._starts, offset)

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of a character."""
        before = self.text.rfind("\n", 0, offset)
        more = bisect_right(self.taken, offset) - bisect_left(self.taken, before + 1) if self.taken else 0
        return self.line(offset), offset - before + more

    def in_file(self, offset: int) -> int:
        """Return the offset that a character has in the file."""
        return offset + bisect_right(self.taken, offset)
