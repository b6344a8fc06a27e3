"""The bytes of a file as text."""

import re
from typing import Final

from worker.compiler.catalogue import Code
from worker.compiler.diagnostics import Faults
from worker.compiler.proposals import Edit, Proposal
from worker.compiler.slices import Span
from worker.markup import UNSEEN_CONTROLS

__all__ = ["BLANKS", "line_feeds", "read_source", "without_hidden", "without_mark"]

BOM: Final = b"\xef\xbb\xbf"
#: The white space of ASCII, which CommonMark and YAML use. Python's own definition includes more.
BLANKS: Final = " \t\n\r\x0b\x0c"
#: Control characters between words.
BREAKS: Final = re.compile("[\x0b\x0c\x1c-\x1f\x85]")


def read_source(source: bytes, faults: Faults) -> str:
    """Return the file as text with line feeds only and without a byte order mark.

    What cannot be text is reported and replaced, so that the rest of the file can still be checked. Lines
    keep their numbers and characters their columns.
    """
    raw = without_mark(source)
    try:
        text = line_feeds(raw.decode())
    except UnicodeDecodeError as fault:
        text = line_feeds(raw.decode(errors="replace"))
        _report_encoding(raw, len(source) - len(raw), fault.start, faults)
    if "\0" not in text:
        return text
    at = text.index("\0")
    count = text.count("\0")
    message = "the file contains {count} NUL bytes, the first at byte {byte}"
    if count == 1:
        message = "the file contains one NUL byte, at byte {byte}"
    hint = "delete it; NUL bytes often mean that the file was saved as UTF-16: save it as UTF-8"
    nuls = tuple([Edit(nul.start(), nul.end(), "") for nul in re.finditer("\0", text)])
    proposal = Proposal(hint, nuls, hint)
    faults.add(Code.NUL_BYTE, Span(at, at), "", message, proposal, count=count, byte=source.index(0))
    return text.replace("\0", " ")


def without_hidden(text: str, faults: Faults) -> tuple[str, list[int]]:
    """Return a text without what no text may contain, and the offsets at which characters were taken out.

    The offsets are in the text that is returned. What is between words becomes a space.
    """
    # Most texts have only what can be printed, which is found sooner. Bytes that are not text were reported
    # by their places in the whole of it.
    if text.replace("\n", " ").isprintable() or faults.found:
        return text, []
    first = UNSEEN_CONTROLS.search(text)
    if first is None:
        return text, []
    spaced = BREAKS.sub(" ", text)
    taken = [found.start() - before for before, found in enumerate(UNSEEN_CONTROLS.finditer(spaced))]
    # In front of the first one nothing was taken out.
    at = first.start()
    count = len(UNSEEN_CONTROLS.findall(text))
    message = "the file has {count} hidden characters, which are left out; the first is {character}"
    if count == 1:
        message = "the file has a hidden character, which is left out: {character}"
    character = f"U+{ord(first.group()):04X}"
    title = "delete what is hidden; the file means the same without it"
    # Safe, because this is how the file is read.
    fix = Proposal(title, _without_hidden_edits(text), title, safe=True)
    faults.add(Code.HIDDEN_CHARACTER, Span(at, at), "", message, fix, count=count, character=character)
    return UNSEEN_CONTROLS.sub("", spaced), taken


def _without_hidden_edits(text: str) -> tuple[Edit, ...]:
    """Return the edits that make a text what it is read as, in the text as it is read."""
    edits: dict[Edit, None] = {}
    taken = 0
    for found in UNSEEN_CONTROLS.finditer(text):
        at = found.start() - taken
        if BREAKS.match(found.group()):
            edits[Edit(at, at + 1, " ")] = None
        else:
            edits[Edit(at, at, "", hidden=True)] = None
            taken += 1
    return tuple(edits)


def _report_encoding(raw: bytes, offset: int, invalid: int, faults: Faults) -> None:
    byte = raw[invalid]
    meant = bytes([byte]).decode("cp1252", errors="ignore")
    hint = (
        f"save the file as UTF-8; in Windows-1252 this byte is {meant!r}"
        if meant
        else "save the file as UTF-8"
    )
    at = len(line_feeds(raw[:invalid].decode()))
    message = "byte {byte} (0x{value}) is not valid UTF-8"
    faults.add(Code.INVALID_UTF8, Span(at, at), "", message, hint, byte=offset + invalid, value=f"{byte:02X}")


def without_mark(source: bytes) -> bytes:
    """Return a file without its byte order mark."""
    return source.removeprefix(BOM)


def line_feeds(text: str) -> str:
    """Return a text whose lines end with line feeds only."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
