"""Applies fixes to a file as it is: with its line ends, and with its byte order mark where it has one."""

import re
from collections.abc import Iterable
from typing import Final

from worker.compiler.diagnostics import Fix, TextEdit
from worker.compiler.proposals import Edit, edited

__all__ = ["apply_fixes"]

LINE_END: Final = re.compile("\r\n|\r|\n")
BOM: Final = "\ufeff"


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
