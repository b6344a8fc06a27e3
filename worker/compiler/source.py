"""The bytes of a file: what is accepted as text, and where a byte stands."""

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import Final

from worker.compiler.diagnostics import Code, Faults

__all__ = ["MAX_BYTES", "Lines", "read_source"]

MAX_BYTES: Final = 512_000
BOM: Final = b"\xef\xbb\xbf"


class Lines:
    """Finds lines and columns in normalised bytes; the index is made when it is first asked for."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    @cached_property
    def starts(self) -> list[int]:
        """The offset at which each line begins."""
        return [0, *accumulate(len(line) + 1 for line in self.raw.split(b"\n")[:-1])]

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and column, both from 1, of a byte; columns count characters."""
        line = bisect_right(self.starts, offset)
        start = self.starts[line - 1]
        return line, len(self.raw[start:offset].decode(errors="replace")) + 1

    def line(self, offset: int) -> int:
        """Return the line, from 1, of a byte."""
        return bisect_right(self.starts, offset)


def read_source(source: bytes, faults: Faults) -> bytes:
    """Return the file as UTF-8 with line feeds only and without a byte order mark.

    What cannot be text is reported and replaced, so that the rest of the file can still be checked. Lines
    keep their numbers and characters their columns.
    """
    raw = source.removeprefix(BOM)
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"\0" in raw:
        at = raw.index(b"\0")
        faults.add(
            Code.NUL_BYTE,
            at,
            at + 1,
            "",
            f"the file holds {_times(raw.count(0), 'NUL byte')}, the first at byte {source.index(0)}",
            "delete it; NUL bytes often mean that the file was saved as UTF-16: save it as UTF-8",
        )
        raw = raw.replace(b"\0", b" ")
    try:
        raw.decode()
    except UnicodeDecodeError as fault:
        found = raw[fault.start]
        faults.add(
            Code.INVALID_UTF8,
            fault.start,
            fault.start + 1,
            "",
            f"byte {_original_offset(source)} (0x{found:02X}) is not valid UTF-8",
            _encoding_hint(found),
        )
        raw = raw.decode(errors="replace").encode()
    return raw


def _original_offset(source: bytes) -> int:
    """Return the offset of the first invalid byte in the file as it was given."""
    # A byte that cannot be decoded is the first at which two ways of putting up with it differ.
    kept = source.decode(errors="surrogateescape")
    return len(kept[: next(i for i, c in enumerate(kept) if "\udc80" <= c <= "\udcff")].encode())


def _encoding_hint(byte: int) -> str:
    meant = bytes([byte]).decode("cp1252", errors="ignore")
    if not meant:
        return "save the file as UTF-8"
    return f"save the file as UTF-8; in Windows-1252 this byte is {meant!r}"


def _times(count: int, what: str) -> str:
    return f"one {what}" if count == 1 else f"{count} {what}s"
