"""What all parts of one compilation share."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from worker.compiler.catalogue import Code
from worker.compiler.diagnostics import Faults, nearest, shown
from worker.compiler.lines import Lines
from worker.compiler.outline import Outline
from worker.compiler.slices import Located, Slice
from worker.compiler.values import Range
from worker.markup import markup_faults

__all__ = ["Context", "markup_fault"]

#: How many misspelt names are compared with the known ones; more than 100 diagnostics are never shown.
NEAR_BUDGET: Final = 200


@dataclass(slots=True)
class Context:
    """One compilation: its source, and what is reported about it.

    ``marked`` are the offsets, ascending, at which the parser met HTML and unsafe links; most files cannot
    have any. ``scale`` is None
    when it is faulty.
    """

    text: str
    lines: Lines
    faults: Faults
    marked: Sequence[int] = ()
    scale: Range | None = None
    may_have_markup: bool = True
    left_out: list[tuple[str, int]] = field(default_factory=list)
    level_reported: bool = False
    outline: Outline = field(init=False)
    _near_left: int = NEAR_BUDGET

    def __post_init__(self) -> None:
        """Begin the outline."""
        self.outline = Outline(self.lines)

    def slice(self, at: Located) -> Slice:
        """Return the text of a place."""
        return Slice(self.text[at.start : at.end], at.start, at.end)

    def near(self, name: str, known: Sequence[str]) -> str | None:
        """Return the known name that was probably meant; None also when too many were asked for already."""
        if not known or self._near_left == 0:
            return None
        self._near_left -= 1
        return nearest(name, known)

    def leave_out(self, what: str, at: Located) -> None:
        """Remember a part that the definition does not have."""
        self.left_out.append((what, at.start))

    def wrong_level(self, at: Located, section: str, fix: str) -> None:
        """Report a heading of the wrong level; of several the first, since the others follow from it."""
        if not self.level_reported:
            self.level_reported = True
            self.faults.add(Code.HEADING_LEVEL, at, section, "this heading has the wrong level", fix)

    def empty_item(self, at: Located, section: str) -> None:
        """Report an entry of a list without a text."""
        message = "this entry of the list is empty and is left out"
        self.faults.add(Code.EMPTY_ITEM, at, section, message, "write its text, or delete it")

    def reversed(self, at: Slice, section: str, fix: str) -> None:
        """Report a range that begins above its end."""
        message = f"the range {shown(at.text)} begins above its end"
        self.faults.add(Code.REVERSED_RANGE, at, section, message, f"write `- {fix}`")

    def is_outside(self, bounds: Range, at: Slice, section: str) -> bool:
        """Tell whether a range leaves the scale, and report it where it does."""
        scale = self.scale
        if scale is None or (scale.low <= bounds.low and bounds.high <= scale.high):
            return False
        message = f"{shown(at.text)} lies outside of the scale, {scale.low} to {scale.high}"
        hint = f"stay within {scale.low} to {scale.high}, or widen `scale` in the front matter"
        self.faults.add(Code.OUTSIDE_SCALE, at, section, message, hint)
        return True

    def check_markup(self, text: str, at: Located, section: str) -> bool:
        """Report HTML and links that a text has when it is rendered alone; return whether it has none.

        What the parser has already met there is not reported again.
        """
        if not self.may_have_markup or (fault := markup_fault(text)) is None:
            return True
        first = bisect_left(self.marked, at.start)
        if first == len(self.marked) or self.marked[first] >= at.end:
            self.faults.add(fault.code, at, section, fault.message, fault.hint)
        return False


class MarkupFault(NamedTuple):
    """HTML or a link that a text must not have."""

    code: Code
    message: str
    hint: str = "delete it, or write it as code between backticks"


def markup_fault(text: str) -> MarkupFault | None:
    """Return the first HTML or unsafe link that a text has when it is rendered alone."""
    for code, what in markup_faults(text):
        if code == Code.RAW_HTML:
            return MarkupFault(Code.RAW_HTML, f"HTML is not allowed: {shown(what)}")
        return MarkupFault(Code.UNSAFE_LINK, f"the link leads to {shown(what)}")
    return None
