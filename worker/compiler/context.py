"""The state that all parts of one compilation share."""

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

#: How many misspelt names are compared with the known ones; at most 100 diagnostics are ever shown.
NEAR_BUDGET: Final = 200
LEVELS: Final = {2: "sections are second-level headings", 3: "items are third-level headings"}


@dataclass(slots=True)
class Context:
    """One compilation: its source, and its diagnostics.

    ``marked`` are the offsets, ascending, at which the parser met HTML and unsafe links; most files cannot
    have any. ``scale`` is None when it is faulty. ``levels`` are the edits of headings that have the wrong
    level; ``weight_left`` is what the other weights leave to the only one that is missing, and ``weights``
    are all of them where one is more than 1, unless one is no number. ``may_swallow`` tells whether a line
    may have become text of a bullet though it was meant as a field or a heading.
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
    weights: list[tuple[Slice, Decimal]] = field(default_factory=list)
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
        """Return the known name that was probably meant; also None after too many calls."""
        if not known or self._near_left == 0:
            return None
        self._near_left -= 1
        return nearest(name, known)

    def leave_out(self, what: str, at: Located) -> None:
        """Record a part that the definition does not have."""
        self.left_out.append((what, at.start))

    def wrong_level(self, at: Located, section: str, level: int, title: str) -> None:
        """Report a heading of the wrong level; only the first, as the others have the same cause."""
        self.levels.append(self.heading(at, level))
        if len(self.levels) == 1:
            message = "this heading has the wrong level"
            self.faults.add(Code.HEADING_LEVEL, at, section, message, lambda: self._levels_hint(level, title))

    def _levels_hint(self, level: int, title: str) -> Proposal:
        # All of them at once, because they share the error.
        rule = LEVELS[level]
        others = len(self.levels) - 1
        more = f", and change {others} more in the same way" if others else ""
        fix = f"{rule}: write `{'#' * level} {plain(title)}`{more}"
        return Proposal(fix, tuple(self.levels), rule, safe=True)

    def heading(self, at: Located, level: int, text: str | None = None) -> Edit:
        """Return the edit that changes a heading's level, or its text."""
        written = self.text[at.start : at.end].rstrip()
        marks = len(written) - len(written.lstrip("#"))
        if marks and text is None:
            return Edit(at.start, at.start + marks, "#" * level)
        title = text or " ".join(line.strip() for line in written.split("\n")[:-1]) or written
        return Edit(at.start, at.start + len(written), f"{'#' * level} {title}")

    def empty_item(self, at: Located, section: str) -> None:
        """Report an entry of a list without a text."""
        message = "this list entry is empty and is ignored"
        self.faults.add(Code.EMPTY_ITEM, at, section, message, "write its text, or delete it")

    def unusual(self, at: Located, section: str, message: str, hint: Hint, **args: Argument) -> None:
        """Report a spelling that is read as what it must mean."""
        self.faults.add(Code.UNUSUAL_SPELLING, at, section, message, hint, **args)

    def reversed(self, at: Slice, section: str, fix: str) -> None:
        """Report a range that ends below its start; ``fix`` is the correct form."""
        message = "the range `{found}` ends below its start"
        hint = replacing(at, fix, f"write `{fix}`", "write the lower number first")
        self.faults.add(Code.REVERSED_RANGE, at, section, message, hint, found=plain(at.text))

    def is_inside(self, bounds: Range) -> bool:
        """Tell whether a range is known to lie within the scale."""
        scale = self.scale
        return scale is not None and scale.low <= bounds.low and bounds.high <= scale.high

    def is_outside(self, bounds: Range, at: Slice, section: str) -> bool:
        """Return whether a range is outside the scale, and report it if so."""
        scale = self.scale
        if scale is None or (scale.low <= bounds.low and bounds.high <= scale.high):
            return False
        message = "`{found}` is outside the scale, {low} to {high}"
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
        """Report HTML and links in a text when it is rendered alone; return whether it has none.

        What the parser has already met there is not reported again.
        """
        if not self.may_have_markup or (fault := markup_fault(text)) is None:
            return True
        first = bisect_left(self.marked, at.start)
        if first == len(self.marked) or self.marked[first] >= at.end:
            self.faults.add(fault.code, at, section, fault.message, fault.hint, found=fault.found)
        return False


class MarkupFault(NamedTuple):
    """HTML or a link that is not allowed in a text."""

    code: Code
    found: str
    message: str
    hint: str = "delete it, or write it as code between backticks"


def markup_fault(text: str) -> MarkupFault | None:
    """Return the first HTML or unsafe link in a text when it is rendered alone."""
    for code, what in markup_faults(text):
        if code == Code.RAW_HTML:
            return MarkupFault(Code.RAW_HTML, plain(what), "HTML is not allowed: `{found}`")
        return MarkupFault(Code.UNSAFE_LINK, plain(what), "the link leads to `{found}`")
    return None
