"""The positions of a file's parts, for comparing it with another file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from worker.compiler.lines import Lines
from worker.compiler.slices import Located

__all__ = ["Outline", "OutlineItem"]


class OutlineItem(NamedTuple):
    """An item of a section: its heading, and its fields by name."""

    section: str
    at: Located
    fields: Mapping[str, Located]


@dataclass(slots=True)
class Outline:
    """The positions in a file, collected while reading: by name, or in the order of the source.

    ``levels`` are, for each dimension, the places of the ranges of its rubric by their bounds; ``asked`` the
    first question for each dimension, by its name or ``general``.
    """

    lines: Lines
    front: Mapping[str, Located] = field(default_factory=dict)
    sections: dict[str, Located] = field(default_factory=dict)
    items: list[OutlineItem] = field(default_factory=list)
    levels: list[dict[tuple[Decimal, Decimal], Located]] = field(default_factory=list)
    spoken: Mapping[str, Located] = field(default_factory=dict)
    asked: dict[str, Located] = field(default_factory=dict)

    def line(self, at: Located | None) -> int | None:
        """Return the line of a place, from 1."""
        return None if at is None else self.lines.line(at.start)
