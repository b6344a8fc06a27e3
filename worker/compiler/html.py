"""Replacements for HTML."""

import re
from typing import Final

from worker.compiler.diagnostics import plain
from worker.compiler.proposals import Edit, Proposal, replacing
from worker.compiler.slices import Slice, Span, line_start

__all__ = ["html_hint"]

MARKS: Final = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`"}
IN_MARKDOWN: Final = {
    "b": "write bold text in Markdown, between two `**`",
    "strong": "write bold text in Markdown, between two `**`",
    "i": "write italic text in Markdown, between two `*`",
    "em": "write italic text in Markdown, between two `*`",
    "br": "end the line with a backslash, or begin a new paragraph",
    "a": "write the link in Markdown: its text in brackets, its address in parentheses after it",
    "img": "write the image in Markdown: `!`, its text in brackets, its address in parentheses",
    "code": "write code in Markdown, between two backticks",
}
ADDRESS: Final = re.compile(r"href\s*=\s*([\"'])(?P<address>https?://[^\"'\s()]+)\1", re.IGNORECASE)
#: The blanks and the mark of a bullet at the beginning of a line.
LEAD: Final = re.compile(r"[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?")
#: How far after its opening tag a closing tag is searched.
REACH: Final = 2_000


def html_hint(text: str, tag: Slice, name: str) -> str | Proposal:
    """Return the replacement for a tag, a comment or a block; ``text`` is the whole file."""
    if tag.text.startswith("<!--"):
        otherwise = "delete the comment, or write it into the front matter as a line `# comment`"
        return replacing(tag, "", "delete the comment", otherwise)
    closing = _closing(text, tag, name)
    otherwise = IN_MARKDOWN.get(name, "delete it; to show the characters themselves write `\\` in front")
    if name == "br":
        return _without_break(text, tag, otherwise)
    if name in MARKS and closing is not None:
        return _between(text, (tag, closing), (MARKS[name], MARKS[name]), otherwise)
    if name == "a" and closing is not None and (found := ADDRESS.search(tag.text)):
        return _between(text, (tag, closing), ("[", f"]({found['address']})"), otherwise)
    if name in IN_MARKDOWN:
        return otherwise
    places = [tag.start] if closing is None else [tag.start, closing.start]
    title = f"write `\\{plain(tag.text, 40)}` to show the characters themselves, or delete it"
    return Proposal(title, tuple([Edit(at, at, "\\") for at in places]), otherwise)


def _without_break(text: str, tag: Slice, otherwise: str) -> Proposal:
    """Propose a line end that breaks the line, or a semicolon in the row of a table."""
    begin = line_start(text, tag.start)
    lead = LEAD.match(text, begin)
    indent = " " * (0 if lead is None else lead.end() - begin)
    rest = text[tag.end : tag.end + REACH]
    behind = tag.end + len(rest) - len(rest.lstrip(" "))
    if text[begin : tag.start].lstrip().startswith("|"):
        title = "write a semicolon: the row of a table is one line"
        return Proposal(title, (Edit(tag.start, behind, "; "),), "the row of a table is one line")
    if text[tag.end : tag.end + 1] == "\n":
        return replacing(tag, "\\", "end the line with a backslash", otherwise)
    title = "end the line with a backslash in its place"
    return Proposal(title, (Edit(tag.start, behind, f"\\\n{indent}"),), otherwise)


def _closing(text: str, tag: Slice, name: str) -> Span | None:
    """Return the tag that closes another in the same paragraph."""
    rest, _, _ = text[tag.end : tag.end + REACH].partition("\n\n")
    at = rest.lower().find(f"</{name}>") if name else -1
    return None if at < 0 else Span(tag.end + at, tag.end + at + len(name) + 3)


def _between(text: str, tags: tuple[Slice, Span], marks: tuple[str, str], otherwise: str) -> Proposal:
    """Propose Markdown instead of an opening and a closing tag."""
    (opening, closing), (before, behind) = tags, marks
    written = f"{before}{text[opening.end : closing.start]}{behind}"
    edits = (Edit(opening.start, opening.end, before), Edit(closing.start, closing.end, behind))
    return Proposal(f"write {_quoted(written)}", edits, otherwise)


def _quoted(text: str) -> str:
    return f"`` {plain(text)} ``" if "`" in text else f"`{plain(text)}`"
