"""The block structure of a body: its headings, bullets and texts, and their positions.

One pass over the events of a CommonMark parser. Each block has its position in the source, and its text is
taken from the source unchanged. Kept are headings, paragraphs and other blocks outside all lists and quotes,
and bullets of the first two levels.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from typing import Any, Final, TypeAlias

from pyromark import events_with_range

from worker.compiler.catalogue import Code
from worker.compiler.diagnostics import Faults, plain
from worker.compiler.html import html_hint
from worker.compiler.proposals import Edit, Proposal, deleting, indenting
from worker.compiler.slices import Slice, Span, column_of
from worker.compiler.source import BLANKS
from worker.markup import is_safe_destination

__all__ = ["MAX_DEPTH", "Block", "Bullet", "Heading", "Prose", "read_blocks"]

MAX_DEPTH: Final = 10
#: How often a body is read again without an opening that hides the rest of it.
RESCANS: Final = 2
#: The bytes of UTF-8 that do not begin a character.
CONTINUATION: Final = re.compile(b"[\x80-\xbf]")


@dataclass(slots=True)
class Heading:
    """A heading. ``text`` is without the marks that make it one; underlined it can have several lines."""

    level: int
    start: int
    end: int
    text: Slice

    @property
    def title(self) -> str:
        """The text on one line."""
        return " ".join(map(str.strip, self.text.text.split("\n")))


@dataclass(slots=True)
class Bullet:
    """An item of a list, with a bullet or a number.

    ``text`` is everything behind the mark, ``bullets`` are the items of its own lists.
    """

    start: int
    end: int
    text: Slice
    bullets: "list[Bullet]"

    def cut(self, at: int) -> "Bullet":
        """Return the bullet without what is behind an offset."""
        if at >= self.end:
            return self
        text = self.text.part(0, max(at - self.text.start, 0))
        return Bullet(self.start, at, text, [bullet for bullet in self.bullets if bullet.start < at])

    @property
    def head(self) -> Slice:
        """The text in front of the bullet's own bullets."""
        return self.text.part(0, self.head_length)

    @property
    def head_length(self) -> int | None:
        """How many characters of the text precede the bullet's own bullets; None if it has none."""
        for bullet in self.bullets:
            return bullet.start - self.text.start
        return None


@dataclass(slots=True)
class Prose:
    """A paragraph, or a block of another kind: a quote, code, HTML."""

    start: int
    end: int
    is_paragraph: bool


Block: TypeAlias = Heading | Bullet | Prose


def read_blocks(text: str, body: int, faults: Faults) -> list[Block]:
    """Return the blocks of a body.

    Args:
        text: the whole file.
        body: where its body begins, behind the front matter.
        faults: takes HTML, unsafe links, deep nesting and code blocks that are never closed.

    An opening that hides the headings after it is reported, and the rest is read as if it were not there.
    """
    masked, rescans = "\n" * body + text[body:], 0
    while True:
        reader = _Reader(text)
        try:
            reader.read(masked)
        except _HidesHeadings as opening:
            if rescans == RESCANS:
                break
            rescans += 1
            # Read again from the start, because the blocks after the opening were misread.
            opening.report(text, faults)
            masked = opening.masking(masked)
        else:
            break
    faults.extend(reader.faults)
    return reader.blocks


class _HidesHeadings(Exception):  # noqa: N818 - a state, not an error
    """A block that runs over headings to the end of the file; ``start`` and ``end`` are of its opening."""

    def __init__(self, start: int, end: int, code: Code) -> None:
        self.start, self.end, self.code = start, end, code

    def report(self, text: str, faults: Faults) -> None:
        at = Span(self.start, self.end)
        if self.code is Code.RAW_HTML:
            _report_html(text, at, faults)
            return
        message = "this code block is never closed, so it hides the rest of the file"
        hint = "delete this line, or repeat its marks on a separate line where the code ends"
        faults.add(self.code, at, "", message, Proposal(hint, (deleting(text, at),), hint))

    def masking(self, masked: str) -> str:
        return masked[: self.start] + " " * (self.end - self.start) + masked[self.end :]


class _Reader:
    """Takes the parser's events; one method for each kind of block, with its range of characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.blocks: list[Block] = []
        self.faults = Faults()
        self._bullets: list[Bullet] = []  # those of the last first-level bullet
        self._outer = self._inner = 0  # the ends of the containers at the first and second level opened last
        self._adopter: Bullet | None = None  # the last bullet that was given one of another list
        self._deeper: list[int] = []  # the ends of the open containers at the third level and below
        self._tags: Counter[str] = Counter()  # how often each tag is open
        self._filled = len(text.rstrip(BLANKS))  # after this there is only white space

    def read(self, masked: str) -> None:
        """Read the events of a text.

        Raises:
            _HidesHeadings: a block hides the rest of it.
        """
        # The parser counts bytes; these are the ones that begin no character.
        more = [] if masked.isascii() else [byte.start() for byte in CONTINUATION.finditer(masked.encode())]
        event: Any  # pyromark's events: a name, or a dict of the name and its data
        for event, span in events_with_range(masked):
            if "Start" in event:
                tag = event["Start"]  # a name, or a dict of the name and its data
                take = TAKEN.get(tag if tag.__class__ is str else next(iter(tag)))
            elif "InlineHtml" in event:
                take, tag = _Reader.inline_html, None
            else:
                continue
            if take is not None:
                start, end = span["start"], span["end"]
                if more:
                    start, end = start - bisect_left(more, start), end - bisect_left(more, end)
                take(self, start, end, tag)

    def heading(self, start: int, end: int, tag: Any) -> None:
        """Keep a heading outside lists and quotes."""
        if start < self._outer:
            return
        text = _heading_text(self.text[start:end], end)
        self.blocks.append(Heading(int(tag["Heading"]["level"][1]), start, end, text))

    def bullet(self, start: int, end: int, _tag: Any) -> None:
        """Keep a bullet of the first two levels."""
        is_outermost = start >= self._outer
        if not is_outermost and start < self._inner:
            self._deepen(start, end)
            return
        # Without indentation beyond what the list needs.
        item = self.text[start:end].lstrip()
        # The end of the mark: after a number, or a bullet.
        rest = item.lstrip("0123456789")[1:].lstrip()
        text = rest.rstrip()
        begin = end - len(rest)
        bullet = Bullet(end - len(item), end, Slice(text, begin, begin + len(text)), [])
        if is_outermost and (self.text[bullet.start - 1] == "\n" or not self._adopt(bullet)):
            self._outer, self._inner = end, 0
            self._bullets = bullet.bullets
            self.blocks.append(bullet)
            return
        if is_outermost:
            self._outer = end
        self._inner = end
        self._bullets.append(bullet)

    def _adopt(self, bullet: Bullet) -> bool:
        """Give a bullet to the one above, if it is indented less than that one's text; report the first.

        To CommonMark it begins another list. Under a number, which is longer than a dash, that is easily
        written.
        """
        above = self.blocks[-1] if self.blocks else None
        if not isinstance(above, Bullet):
            return False
        column, outer = column_of(self.text, bullet.start), column_of(self.text, above.start)
        width = above.text.start - above.start
        if not outer + 2 <= column < outer + width or "\n" in self.text[above.start : above.text.start]:
            return False
        above.text = Slice(self.text[above.text.start : bullet.text.end], above.text.start, bullet.text.end)
        above.end = bullet.end
        if self._adopter is not above:
            self._adopter = above
            more = outer + width - column
            spaces = "one more space" if more == 1 else f"{more} more spaces"
            message = (
                "this bullet is read as part of the one above, though it is not indented as far as its text"
            )
            hint = f"indent it, and those below it, by {spaces}"
            fix = partial(self._indented, bullet, above, " " * more, hint)
            self.faults.add(Code.UNUSUAL_SPELLING, bullet, "", message, fix)
        return True

    def _indented(self, first: Bullet, above: Bullet, indent: str, hint: str) -> Proposal:
        """Return how the bullets that were given to the one above are indented as its text is."""
        edits = indenting(self.text, Span(first.start, above.end), indent)
        return Proposal(hint, edits, hint, safe=True)

    def quote(self, start: int, end: int, _tag: Any) -> None:
        """Keep a quote as it is, at the first level."""
        if self._prose(start, end):
            self._outer, self._inner = end, 0
            self._bullets = []  # bullets in a quote belong to no bullet
        elif start >= self._inner:
            self._inner = end
        else:
            self._deepen(start, end)

    def paragraph(self, start: int, end: int, _tag: Any) -> None:
        """Keep a paragraph outside lists and quotes."""
        self._prose(start, end, is_paragraph=True)

    def code(self, start: int, end: int, tag: Any) -> None:
        """Keep a code block outside lists and quotes."""
        is_last_and_fenced = end >= self._filled and tag["CodeBlock"] != "Indented"
        if self._prose(start, end) and is_last_and_fenced and _is_unclosed(self.text[start:end]):
            raise _HidesHeadings(start, self.text.find("\n", start), Code.UNCLOSED_FENCE)

    def html(self, start: int, end: int, tag: Any) -> None:
        """Report a block of HTML."""
        if self._prose(start, end) and "\n#" in self.text[start:end]:
            raise _HidesHeadings(start, self.text.find("\n", start), Code.RAW_HTML)
        self.inline_html(start, end, tag)

    def inline_html(self, start: int, end: int, _tag: Any) -> None:
        """Report HTML in a text."""
        _report_html(self.text, Span(start, end), self.faults, self._tags)

    def link(self, start: int, end: int, tag: Any) -> None:
        """Report a link or an image with an unsafe address."""
        (link,) = tag.values()
        destination = link["dest_url"]
        if is_safe_destination(link["link_type"], destination):
            return
        at = Slice(self.text[start:end], start, end)
        message = "the link leads to `{found}`"
        self.faults.add(
            Code.UNSAFE_LINK, at, "", message, partial(_link_hint, at, destination), found=plain(destination)
        )

    def _prose(self, start: int, end: int, *, is_paragraph: bool = False) -> bool:
        """Keep a block if it is outside lists and quotes; return whether it was kept."""
        if start < self._outer:
            return False
        self.blocks.append(Prose(start, end, is_paragraph))
        return True

    def _deepen(self, start: int, end: int) -> None:
        """Open a container at the third level or below; report the first that is too deep."""
        while self._deeper and self._deeper[-1] <= start:
            self._deeper.pop()
        self._deeper.append(end)
        found = self.faults.found
        if len(self._deeper) != MAX_DEPTH - 1 or (found and found[-1].code is Code.NESTED_TOO_DEEP):
            return
        message = "lists and quotes are nested more than {limit} levels deep"
        hint = "indent this and the following lines less; the format needs only two levels of bullets"
        self.faults.add(Code.NESTED_TOO_DEEP, Span(start, start), "", message, hint, limit=MAX_DEPTH)


TAKEN: Final[dict[str, Callable[[_Reader, int, int, Any], None]]] = {
    "Heading": _Reader.heading,
    "Item": _Reader.bullet,
    "BlockQuote": _Reader.quote,
    "Paragraph": _Reader.paragraph,
    "CodeBlock": _Reader.code,
    "HtmlBlock": _Reader.html,
    "Link": _Reader.link,
    "Image": _Reader.link,
}


def _heading_text(heading: str, end: int) -> Slice:
    """Return the text of a heading, without the marks around it, or without the underline."""
    rest = heading.lstrip()
    above, underlined, _ = rest.rstrip().rpartition("\n")
    if underlined:
        text = above.rstrip()
    else:
        rest = rest.lstrip("#").lstrip()
        text = rest.rstrip()
        bare = text.rstrip("#")
        # Marks at the end only close the heading after a space.
        if not bare or bare[-1:].isspace():
            text = bare.rstrip()
    begin = end - len(rest)
    return Slice(text, begin, begin + len(text))


def _is_unclosed(block: str) -> bool:
    """Return whether the fenced code block at the end of the file contains headings and is not closed."""
    *_, last = block.rstrip(BLANKS).rsplit("\n", 1)
    fence = last.strip(BLANKS)
    return "\n#" in block and (len(fence) < 3 or bool(fence.strip(block[:1])))


def _report_html(text: str, at: Span, faults: Faults, opened: "Counter[str] | None" = None) -> None:
    """Report a tag, a comment or a block of HTML; a closing tag belongs to the error of its opening tag."""
    tag = text[at.start : at.end].strip()
    first, *_ = tag.split("\n", 1)
    name = "".join(takewhile(str.isalnum, first.lstrip("</"))).lower()
    if opened is not None:
        if first.startswith("</") and opened[name]:
            opened[name] -= 1
            return
        if not first.startswith("</") and f"</{name}" not in tag.lower():
            opened[name] += 1
    hint = partial(html_hint, text, Slice(tag, at.start, at.start + len(tag)), name)
    place = Span(at.start, at.start + len(first))
    faults.add(Code.RAW_HTML, place, "", "HTML is not allowed: `{found}`", hint, found=plain(first))


def _link_hint(at: Slice, destination: str) -> str | Proposal:
    scheme, colon, _ = destination.partition(":")
    place = at.text.rfind(destination)
    shown, _, _ = at.text.lstrip("![").partition("](")
    if destination.startswith("#") and shown and shown in at.text:
        otherwise = "a link within the page leads nowhere; write the text without the link"
        return Proposal(otherwise, (Edit(at.start, at.end, shown),), otherwise)
    if not colon or "/" in scheme:
        otherwise = "write the full address, which begins with `https://`"
        host, _, _ = destination.partition("/")
        if place < 0 or not re.fullmatch(r"\w[\w-]*(?:\.\w[\w-]*)+", host):
            return otherwise
        edit = Edit(at.start + place, at.start + place, "https://")
        return Proposal(f"write the full address, `https://{plain(destination)}`", (edit,), otherwise)
    otherwise = "only http, https and mailto are allowed; write the text without the link"
    if at.text[1:-1] != destination:
        return otherwise
    edits = (Edit(at.start, at.start + 1, ""), Edit(at.end - 1, at.end, ""))
    return Proposal("write the address without `<` and `>`: it is then plain text", edits, otherwise)
