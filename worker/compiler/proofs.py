"""Proves fixes: an edited source is compiled, and must have fewer errors and no new one."""

from collections import Counter
from collections.abc import Callable
from typing import Final

from worker.compiler.catalogue import Code
from worker.compiler.diagnostics import Faults
from worker.compiler.lines import Lines
from worker.compiler.proposals import Edit, Proposal, edited
from worker.compiler.source import line_feeds, without_mark

__all__ = ["Proofs", "is_better"]

#: How many bytes the proofs of one compilation may compile. Every file has one proof; most have all.
MAX_PROVED: Final = 400_000
#: The limits on the edits of all fixes of a compilation, and on the characters that they write: the
#: diagnostics of a file must stay small.
MAX_EDITS: Final = 1_000
MAX_WRITTEN: Final = 50_000


class Proofs:
    """Decides which proposals of one compilation are fixes.

    Args:
        source: the file.
        faults: everything that was found in it.
        lines: of the text that was read.
        read: compiles a file as far as to know its faults.
    """

    def __init__(self, source: bytes, faults: Faults, lines: Lines, read: Callable[[bytes], Faults]) -> None:
        self._read = read
        self._lines = lines
        self._edits = MAX_EDITS
        self._written = MAX_WRITTEN
        self._left = max(MAX_PROVED // max(len(source), 1), 1)
        # Bytes that are not text have no columns, and errors that were only counted are unknown.
        if faults.dropped or any(fault.code is Code.INVALID_UTF8 for fault in faults.found):
            self._left = 0
        self._text = line_feeds(without_mark(source).decode(errors="replace")) if self._left else ""
        self._faults = faults

    def prove(self, proposal: Proposal) -> bool:
        """Return whether the edits leave fewer errors and no new one; always False after too many calls."""
        edits, written = len(proposal.edits), sum(len(edit.text) for edit in proposal.edits)
        if not self._left or edits > self._edits or written > self._written:
            return False
        self._left -= 1
        in_file = self._lines.in_file
        placed = [
            Edit(in_file(edit.start, hidden=edit.hidden), in_file(edit.end), edit.text)
            for edit in proposal.edits
        ]
        if not is_better(self._faults, self._read(edited(self._text, placed).encode())):
            return False
        self._edits -= edits
        self._written -= written
        return True


def is_better(before: Faults, after: Faults) -> bool:
    """Return whether fewer errors were found than before, and no new kind."""
    kinds, left = (Counter([fault.kind for fault in faults.found]) for faults in (before, after))
    return not before.dropped and not after.dropped and left.total() < kinds.total() and left <= kinds
