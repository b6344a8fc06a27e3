"""Possible fixes of errors: edits of the source, which become fixes if compiling again proves them."""

from collections.abc import Iterable
from typing import NamedTuple

from worker.compiler.slices import Located, line_start

__all__ = ["Edit", "Proposal", "deleting", "edited", "indenting", "replacing"]


class Edit(NamedTuple):
    """The characters of the source from ``start`` to ``end``, and their replacement.

    With ``hidden``, what was taken out of the source in front of ``start`` is replaced too.
    """

    start: int
    end: int
    text: str
    hidden: bool = False


class Proposal(NamedTuple):
    """A possible fix of an error.

    It is a fix only where compiling the edited source proves it, and then ``title`` is the hint. Elsewhere
    the hint is ``otherwise``, which states no value. ``safe`` is what changes no number and removes no text:
    the spelling of a key or a name, indentation, the level of a heading, a typographic twin.
    """

    title: str
    edits: tuple[Edit, ...]
    otherwise: str
    safe: bool = False


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with these edits, which do not overlap."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits):
        parts += text[at : edit.start], edit.text
        at = edit.end
    return "".join([*parts, text[at:]])


def replacing(at: Located, text: str, title: str, otherwise: str, *, safe: bool = False) -> Proposal:
    """Propose to replace a place with ``text``."""
    return Proposal(title, (Edit(at.start, at.end, text),), otherwise, safe)


def deleting(text: str, at: Located) -> Edit:
    """Return the edit that deletes all lines of a place."""
    start = line_start(text, at.start)
    end = text.find("\n", max(at.end - 1, at.start))
    return Edit(start, len(text) if end < 0 else end + 1, "")


def indenting(text: str, at: Located, indent: str) -> tuple[Edit, ...]:
    """Return the edits that indent all non-empty lines of a place."""
    edits: list[Edit] = []
    start = line_start(text, at.start)
    for line in text[start : at.end].split("\n"):
        if line.strip():
            edits.append(Edit(start, start, indent))
        start += len(line) + 1
    return tuple(edits)
