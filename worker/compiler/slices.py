"""Texts with their position in the source."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from worker.definition import clean_text

__all__ = ["Located", "Slice", "Span", "column_of", "line_start"]


class Located(Protocol):
    """Anything with a position in the source: a node, a value, or only its range."""

    @property
    def start(self) -> int:
        """The offset of its first character."""

    @property
    def end(self) -> int:
        """The offset after its last character."""


class Span(NamedTuple):
    """A range of characters of the source."""

    start: int
    end: int


@dataclass(slots=True)
class Slice:
    """A part of the source as written, and where it begins and ends. It is immutable.

    Like all nodes it is no named tuple: there are a thousand in a file, and making and reading those costs
    twice and five times as much.
    """

    text: str
    start: int
    end: int

    @property
    def clean(self) -> str:
        """The text in its stored form."""
        return clean_text(self.text)

    @property
    def lines(self) -> "list[Slice]":
        """The lines of the text."""
        lines: list[Slice] = []
        start = self.start
        for line in self.text.split("\n"):
            lines.append(Slice(line, start, start + len(line)))
            start += len(line) + 1
        return lines

    def strip(self, characters: str | None = None) -> "Slice":
        """Return the slice without these characters (by default white space) at both ends."""
        left = self.text.lstrip(characters)
        text = left.rstrip(characters)
        if len(text) == len(self.text):
            return self
        start = self.end - len(left)
        return Slice(text, start, start + len(text))

    def split(self, at: int) -> "tuple[Slice, Slice]":
        """Split at a mark of one character: the parts before and after it, without white space."""
        return self.part(0, at), self.part(at + 1)

    def part(self, start: int, end: int | None = None) -> "Slice":
        """Return the characters from ``start`` to ``end``, both in the slice, without white space."""
        part = self.text[start:end]
        left = part.lstrip()
        text = left.rstrip()
        start += self.start + len(part) - len(left)
        return Slice(text, start, start + len(text))

    def locate(self, text: str) -> "Slice":
        """Return a text that was taken from this one and cleaned, at its position in this one."""
        start = self.start + max(self.text.find(text), 0)
        return Slice(text, start, start + len(text))


def line_start(text: str, at: int) -> int:
    """Return where the line of a character begins."""
    return text.rfind("\n", 0, at) + 1


def column_of(text: str, at: int) -> int:
    """Return how many characters of its line are in front of one."""
    return at - line_start(text, at)
