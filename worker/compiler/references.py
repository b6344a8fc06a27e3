"""References to dimensions by their names."""

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

    def report_unknown(self, ctx: Context, at: Slice, section: str) -> None:
        """Report a reference to a dimension that does not exist."""
        if self.complete:
            message = "there is no dimension `{found}`"
            ctx.faults.add(
                Code.UNKNOWN_DIMENSION, at, section, message, lambda: self._hint(at), found=plain(at.text)
            )

    def _hint(self, at: Slice) -> str | Proposal:
        otherwise = "the dimensions are " + ", ".join(f"`{plain(name)}`" for name in self.candidates)
        guess = nearest(at.clean, self.candidates)
        if guess is None:
            return otherwise
        return replacing(at, guess, f"write `{plain(guess)}`", otherwise, safe=True)
