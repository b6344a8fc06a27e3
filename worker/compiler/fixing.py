"""Applies fixes to a file as it is: with its line ends, and with its byte order mark where it has one."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from worker.compiler.compilation import Compilation
from worker.compiler.compile import compile_markdown, find_faults
from worker.compiler.diagnostics import Diagnostic, Fix, TextEdit
from worker.compiler.proofs import is_better
from worker.compiler.proposals import Edit, edited

__all__ = ["Fixed", "apply_fixes", "fix_source"]

#: A fix can make another possible, so files are fixed and compiled again, but not for ever.
MAX_ROUNDS: Final = 20
LINE_END: Final = re.compile("\r\n|\r|\n")
BOM: Final = "\ufeff"


class Fixed(NamedTuple):
    """A file with its fixes: what it compiles to, and the diagnostics that are fixed, each with its fix.

    Their places are those that they had when they were fixed: earlier fixes can have moved the lines.
    """

    source: bytes
    compilation: Compilation
    applied: tuple[Diagnostic, ...]


def fix_source(source: bytes, *, unsafe: bool = False) -> Fixed:
    """Apply the safe fixes of a file, or all of them, until there are none or 20 rounds are over.

    Each round leaves fewer diagnostics, and none of a kind that was not there.
    """
    compilation = compile_markdown(source)
    applied: list[Diagnostic] = []
    for _ in range(MAX_ROUNDS):
        chosen = _chosen(compilation.diagnostics, unsafe=unsafe)
        if not chosen:
            break
        source, chosen = _apply_together(source, chosen)
        applied += chosen
        compilation = compile_markdown(source)
    return Fixed(source, compilation, tuple(applied))


def _chosen(diagnostics: Iterable[Diagnostic], *, unsafe: bool) -> list[Diagnostic]:
    """Return the diagnostics whose fixes can be applied together: they touch different places."""
    chosen: list[Diagnostic] = []
    taken: list[TextEdit] = []
    for diagnostic in diagnostics:
        fix = diagnostic.fix
        if fix is not None and (fix.safe or unsafe) and not _touches(fix.edits, taken):
            chosen.append(diagnostic)
            taken += fix.edits
    return chosen


def _touches(edits: Iterable[TextEdit], others: Iterable[TextEdit]) -> bool:
    return any(
        (edit.line, edit.column) <= (other.end_line, other.end_column)
        and (other.line, other.column) <= (edit.end_line, edit.end_column)
        for edit in edits
        for other in others
    )


def _apply_together(source: bytes, chosen: list[Diagnostic]) -> tuple[bytes, list[Diagnostic]]:
    """Apply as many of these fixes as are right together. Each alone is, so the first is always applied."""
    before = find_faults(source)
    while True:
        fixed = apply_fixes(source, [diagnostic.fix for diagnostic in chosen if diagnostic.fix is not None])
        if len(chosen) == 1 or is_better(before, find_faults(fixed)):
            return fixed, chosen
        chosen = chosen[: len(chosen) // 2]


def apply_fixes(source: bytes, fixes: Iterable[Fix]) -> bytes:
    """Return a file with these fixes, which come from compiling it and do not overlap.

    What a fix writes has the line ends of the file's first line.
    """
    text = source.decode()
    starts = [0, *[end.end() for end in LINE_END.finditer(text)]]
    # The mark stands before the first column.
    starts[0] = len(BOM) if text.startswith(BOM) else 0
    first = LINE_END.search(text)
    newline = "\n" if first is None else first.group()
    edits = [_in_file(edit, starts, newline) for fix in fixes for edit in fix.edits]
    return edited(text, edits).encode()


def _in_file(edit: TextEdit, starts: list[int], newline: str) -> Edit:
    start = starts[edit.line - 1] + edit.column - 1
    end = starts[edit.end_line - 1] + edit.end_column - 1
    return Edit(start, end, edit.text.replace("\n", newline))
