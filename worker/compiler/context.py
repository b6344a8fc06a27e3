"""What all parts of one compilation share."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

from worker.compiler.catalogue import Code
from worker.compiler.diagnostics import Argument, Faults, Hint, nearest, plain
from worker.compiler.lines import Lines
from worker.compiler.outline import Outline
from worker.compiler.proposals import Edit, Proposal, replacing
from worker.compiler.slices import Located, Slice
from worker.compiler.values import Range
from worker.markup import markup_faults

__all__ = ["Context", "markup_fault"]

#: How many misspelt names are compared with the known ones; more than 100 diagnostics are never shown.
NEAR_BUDGET: Final = 200
LEVELS: Final = {2: "sections are second-level headings", 3: "items are third-level headings"}


@dataclass(slots=True)
class Context:
    """One compilation: its source, and what is reported about it.

    ``marked`` are the offsets, ascending, at which the parser met HTML and unsafe links; most files cannot
    have any. ``scale`` is None when it is faulty. ``levels`` are the edits of headings that have the wrong
    level; ``weight_left`` is what the other weights leave to the only one that is missing. ``may_swallow``
    tells whether a line may have become text of a bullet though it was meant as a field or a heading.
    """

    text: str
    lines: Lines
    faults: Faults
    marked: Sequence[int] = ()
    scale: Range | None = None
    may_have_markup: bool = True
    may_swallow: bool = True
    left_out: list[tuple[str, int]] = field(default_factory=list)
    weight_left: Decimal | None = None
    levels: list[Edit] = field(default_factory=list)
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

    def wrong_level(self, at: Located, section: str, level: int, title: str) -> None:
        """Report a heading that needs another level; of several the first: the others follow from it."""
        self.levels.append(self.heading(at, level))
        if len(self.levels) == 1:
            message = "this heading has the wrong level"
            self.faults.add(Code.HEADING_LEVEL, at, section, message, lambda: self._levels_hint(level, title))

    def _levels_hint(self, level: int, title: str) -> Proposal:
        # All of them at once: they have the wrong level together.
        rule = LEVELS[level]
        others = len(self.levels) - 1
        more = f", and change {others} more likewise" if others else ""
        fix = f"{rule}: write `{'#' * level} {plain(title)}`{more}"
        return Proposal(fix, tuple(self.levels), rule, safe=True)

    def heading(self, at: Located, level: int, text: str | None = None) -> Edit:
        """Return the edit that gives a heading another level, or another text."""
        written = self.text[at.start : at.end].rstrip()
        marks = len(written) - len(written.lstrip("#"))
        if marks and text is None:
            return Edit(at.start, at.start + marks, "#" * level)
        title = text or " ".join(line.strip() for line in written.split("\n")[:-1]) or written
        return Edit(at.start, at.start + len(written), f"{'#' * level} {title}")

    def empty_item(self, at: Located, section: str) -> None:
        """Report an entry of a list without a text."""
        message = "this entry of the list is empty and is left out"
        self.faults.add(Code.EMPTY_ITEM, at, section, message, "write its text, or delete it")

    def unusual(self, at: Located, section: str, message: str, hint: Hint, **args: Argument) -> None:
        """Report a spelling that is read as what it must mean."""
        self.faults.add(Code.UNUSUAL_SPELLING, at, section, message, hint, **args)

    def reversed(self, at: Slice, section: str, fix: str) -> None:
        """Report a range that begins above its end; ``fix`` is how it should be written."""
        message = "the range `{found}` begins above its end"
        hint = replacing(at, fix, f"write `{fix}`", "write the lower number first")
        self.faults.add(Code.REVERSED_RANGE, at, section, message, hint, found=plain(at.text))

    def is_inside(self, bounds: Range) -> bool:
        """Tell whether a range is known to lie within the scale."""
        scale = self.scale
        return scale is not None and scale.low <= bounds.low and bounds.high <= scale.high

    def is_outside(self, bounds: Range, at: Slice, section: str) -> bool:
        """Tell whether a range leaves the scale, and report it where it does."""
        scale = self.scale
        if scale is None or (scale.low <= bounds.low and bounds.high <= scale.high):
            return False
        message = "`{found}` lies outside of the scale, {low} to {high}"
        hint = f"stay within {self.extent}, or widen `scale` in the front matter"
        low, high = map(str, scale)
        self.faults.add(
            Code.OUTSIDE_SCALE, at, section, message, hint, found=plain(at.text), low=low, high=high
        )
        return True

    @property
    def extent(self) -> str:
        """The scale in words."""
        return "the scale" if self.scale is None else f"the scale, {self.scale.low} to {self.scale.high}"

    def check_markup(self, text: str, at: Located, section: str) -> bool:
        """Report HTML and links that a text has when it is rendered alone; return whether it has none.

        What the parser has already met there is not reported again.
        """
        if not self.may_have_markup or (fault := markup_fault(text)) is None:
            return True
        first = bisect_left(self.marked, at.start)
        if first == len(self.marked) or self.marked[first] >= at.end:
            self.faults.add(fault.code, at, section, fault.message, fault.hint, found=fault.found)
        return False


class MarkupFault(NamedTuple):
    """HTML or a link that a text must not have."""

    code: Code
    found: str
    message: str
    hint: str = "delete it, or write it as code between backticks"


def markup_fault(text: str) -> MarkupFault | None:
    """Return the first HTML or unsafe link that a text has when it is rendered alone."""
    for code, what in markup_faults(text):
        if code == Code.RAW_HTML:
            return MarkupFault(Code.RAW_HTML, plain(what), "HTML is not allowed: `{found}`")
        return MarkupFault(Code.UNSAFE_LINK, plain(what), "the link leads to `{found}`")
    return None
