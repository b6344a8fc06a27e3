"""Lines and columns of the characters of a text."""

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

__all__ = ["Lines"]


class Lines:
    """Finds lines and columns, both from 1, in a text with line feeds only."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _starts(self) -> list[int]:
        """The offset at which each line begins."""
        return list(accumulate([len(line) + 1 for line in self.text.split("\n")], initial=0))

    def line(self, offset: int) -> int:
        """Return the line of a character."""
        return bisect_right(self._starts, offset)

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of a character."""
        return self.line(offset), offset - self.text.rfind("\n", 0, offset)
