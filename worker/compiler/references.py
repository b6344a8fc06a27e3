"""References to dimensions by their names."""

import re
from dataclasses import dataclass
from itertools import islice

from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import nearest, plain
from worker.compiler.proposals import Proposal, replacing
from worker.compiler.slices import Slice
from worker.compiler.values import unwrap
from worker.definition import MAX_DIMENSIONS
from worker.names import fold

__all__ = ["DimensionNames"]


@dataclass(frozen=True, slots=True)
class DimensionNames:
    """The dimensions that a reference can name: ``spelled``, by their folded names, in their order.

    Where they are not ``complete``, since one has no name or one that is refused, nothing is said about
    references that fit none.
    """

    spelled: dict[str, str]
    complete: bool

    def key(self, text: str) -> str | None:
        """Return the folded name of the dimension that a text names; None if it names none."""
        key = fold(text)
        if key not in self.spelled:
            key = fold(unwrap(text))
        return key if key in self.spelled else None

    @property
    def candidates(self) -> list[str]:
        """The dimensions that could have been meant: at most the allowed number."""
        return list(islice(self.spelled.values(), MAX_DIMENSIONS))

    def named(self, text: str) -> list[str]:
        """Return the dimensions whose names are words of a text, but for one within a longer name."""
        rest, found = fold(text), set()
        for key in sorted(islice(self.spelled, MAX_DIMENSIONS), key=len, reverse=True):
            if key in rest and (word := re.compile(rf"(?<!\w){re.escape(key)}(?!\w)")).search(rest):
                rest = word.sub("\n", rest)
                found.add(key)
        return [name for key, name in islice(self.spelled.items(), MAX_DIMENSIONS) if key in found]

    def report_unknown(self, ctx: Context, at: Slice, section: str) -> None:
        """Report a reference to a dimension that does not exist."""
        if self.complete:
            message = "there is no dimension `{found}`"
            ctx.faults.add(
                Code.UNKNOWN_DIMENSION, at, section, message, lambda: self._hint(at), found=plain(at.text)
            )

    def _hint(self, at: Slice) -> str | Proposal:
        otherwise = "the dimensions are " + ", ".join(f"`{plain(name)}`" for name in self.candidates)
        if len(self.named(at.text)) > 1:
            return "it names more than one dimension: write each of them separately"
        guess = nearest(at.clean, self.candidates)
        if guess is None:
            return otherwise
        return replacing(at, guess, f"write `{plain(guess)}`", otherwise, safe=True)
