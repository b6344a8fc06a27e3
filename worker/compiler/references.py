"""References to dimensions by their names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import nearest, plain
from worker.compiler.proposals import Proposal, replacing
from worker.compiler.slices import Slice
from worker.compiler.values import unwrap
from worker.definition import MAX_DIMENSIONS
from worker.names import fold

__all__ = ["DimensionNames"]

#: What may be between two names, and what else may be in brackets behind one.
BETWEEN_NAMES: Final = frozenset(("and", "und", "et", "y", "&", "+", "/", "|", "、", ";", "#", "·", "•"))
WITHOUT_NOTE: Final = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*\Z")


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
                Code.UNKNOWN_DIMENSION,
                at,
                section,
                message,
                lambda: self._hint(ctx, at),
                found=plain(at.text),
            )

    def _separately(self, ctx: Context, at: Slice, named: Sequence[str]) -> str | Proposal:
        """Return several names in one text as a list, or as entries of the list that they are in."""
        otherwise = "it names more than one dimension: write each of them separately"
        rest = fold(at.text)
        for name in sorted(map(fold, named), key=len, reverse=True):
            rest = rest.replace(name, " ", 1)
        if not {*rest.split()} <= BETWEEN_NAMES or any("," in name for name in named):
            return otherwise
        written = ", ".join(named)
        if ctx.text[: at.start].rstrip()[-1:] == ":":
            written = f"[{written}]"
        return replacing(at, written, f"write `{plain(written)}`", otherwise)

    def _hint(self, ctx: Context, at: Slice) -> str | Proposal:
        otherwise = "the dimensions are " + ", ".join(f"`{plain(name)}`" for name in self.candidates)
        named = self.named(at.text)
        if len(named) > 1:
            return self._separately(ctx, at, named)
        guess = nearest(at.clean, self.candidates)
        if guess is None and self.key(WITHOUT_NOTE.sub("", at.text)) is not None:
            (guess,) = named
            return replacing(at, guess, f"write `{plain(guess)}`", otherwise)
        if guess is None:
            return otherwise
        return replacing(at, guess, f"write `{plain(guess)}`", otherwise, safe=True)
