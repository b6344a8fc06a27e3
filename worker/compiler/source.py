"""The bytes of a file as text."""

from typing import Final

from worker.compiler.catalogue import Code
from worker.compiler.diagnostics import Faults
from worker.compiler.slices import Span

__all__ = ["BLANKS", "read_source"]

BOM: Final = b"\xef\xbb\xbf"
#: The white space of ASCII: what CommonMark and YAML go by. Python's own notion of it takes in more.
BLANKS: Final = " \t\n\r\x0b\x0c"


def read_source(source: bytes, faults: Faults) -> str:
    """Return the file as text with line feeds only and without a byte order mark.

    What cannot be text is reported and replaced, so that the rest of the file can still be checked. Lines
    keep their numbers and characters their columns.
    """
    raw = source.removeprefix(BOM)
    try:
        text = _line_feeds(raw.decode())
    except UnicodeDecodeError as fault:
        text = _line_feeds(raw.decode(errors="replace"))
        _report_encoding(raw, len(source) - len(raw), fault.start, faults)
    if "\0" not in text:
        return text
    at = text.index("\0")
    count = text.count("\0")
    times = "one NUL byte" if count == 1 else f"{count} NUL bytes"
    faults.add(
        Code.NUL_BYTE,
        Span(at, at),
        "",
        f"the file holds {times}, the first at byte {source.index(0)}",
        "delete it; NUL bytes often mean that the file was saved as UTF-16: save it as UTF-8",
    )
    return text.replace("\0", " ")


def _report_encoding(raw: bytes, offset: int, invalid: int, faults: Faults) -> None:
    byte = raw[invalid]
    meant = bytes([byte]).decode("cp1252", errors="ignore")
    hint = (
        f"save the file as UTF-8; in Windows-1252 this byte is {meant!r}"
        if meant
        else "save the file as UTF-8"
    )
    at = len(_line_feeds(raw[:invalid].decode()))
    message = f"byte {offset + invalid} (0x{byte:02X}) is not valid UTF-8"
    faults.add(Code.INVALID_UTF8, Span(at, at), "", message, hint)


def _line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
