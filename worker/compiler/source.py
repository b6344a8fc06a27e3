"""The text of a file: what is accepted as text, and where a character stands."""

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import Final

from worker.compiler.diagnostics import Code, Faults

__all__ = ["BLANKS", "MAX_BYTES", "Lines", "read_source"]

MAX_BYTES: Final = 512_000
BOM: Final = b"\xef\xbb\xbf"
#: The white space of ASCII: what CommonMark and YAML go by. Python's own notion of it takes in more.
BLANKS: Final = " \t\n\r\x0b\x0c"
#: So many lines are found by counting line ends; an index of all lines only pays for more.
FEW: Final = 50


class Lines:
    """Finds lines and columns in a normalised text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._known: dict[int, int] = {}  # the lines of what was asked for
        self._offset, self._line = 0, 1  # what was counted last, and its line

    @cached_property
    def _starts(self) -> list[int]:
        """The offset at which each line begins."""
        return list(accumulate([len(line) + 1 for line in self.text.split("\n")], initial=0))

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and column, both from 1, of a character."""
        return self.line(offset), offset - self.text.rfind("\n", 0, offset)

    def line(self, offset: int) -> int:
        """Return the line, from 1, of a character."""
        if offset in self._known:
            return self._known[offset]
        if len(self._known) == FEW:
            return bisect_right(self._starts, offset)
        if offset < self._offset:
            self._line -= self.text.count("\n", offset, self._offset)
        else:
            self._line += self.text.count("\n", self._offset, offset)
        self._offset = offset
        self._known[offset] = self._line
        return self._line


def read_source(source: bytes, faults: Faults) -> str:
    """Return the file as text with line feeds only and without a byte order mark.

    What cannot be text is reported and replaced, so that the rest of the file can still be checked. Lines
    keep their numbers and characters their columns.
    """
    raw = source.removeprefix(BOM)
    invalid = None
    try:
        text = raw.decode()
    except UnicodeDecodeError as fault:
        invalid = fault.start
        text = raw.decode(errors="replace")
    if "\r" in text:
        text = _line_feeds(text)
    if "\0" in text:
        at = text.index("\0")
        faults.add(
            Code.NUL_BYTE,
            at,
            at,
            "",
            f"the file holds {_times(text.count(chr(0)), 'NUL byte')}, the first at byte {source.index(0)}",
            "delete it; NUL bytes often mean that the file was saved as UTF-16: save it as UTF-8",
        )
        text = text.replace("\0", " ")
    if invalid is not None:
        at = len(_line_feeds(raw[:invalid].decode()))
        faults.add(
            Code.INVALID_UTF8,
            at,
            at,
            "",
            f"byte {len(source) - len(raw) + invalid} (0x{raw[invalid]:02X}) is not valid UTF-8",
            _encoding_hint(raw[invalid]),
        )
    return text


def _line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encoding_hint(byte: int) -> str:
    meant = bytes([byte]).decode("cp1252", errors="ignore")
    if not meant:
        return "save the file as UTF-8"
    return f"save the file as UTF-8; in Windows-1252 this byte is {meant!r}"


def _times(count: int, what: str) -> str:
    return f"one {what}" if count == 1 else f"{count} {what}s"
