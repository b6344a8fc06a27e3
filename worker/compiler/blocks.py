"""The block structure of a body: which headings, list items and texts stand where.

Only where a block begins and ends is kept; its text is read from the source, so that it stays as the author
wrote it. Blocks come in the order of the source and nest by their ranges. Kept are: headings, paragraphs and
other blocks outside of all lists and quotes, and list items of the first two levels.

The blocks are found by a CommonMark parser, of whose events one pass is made.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final, TypeAlias

from pyromark import events_with_range

from worker.compiler.diagnostics import Code, Faults, plain, shown
from worker.markup import is_safe_destination

__all__ = ["ITEM", "OTHER", "PARAGRAPH", "Block", "parsed_blocks"]

#: A kind (1 to 6 is the level of a heading), the range of its characters, and for list items the ranges of
#: the items of their own lists.
Block: TypeAlias = tuple[int, int, int, Sequence[tuple[int, int]]]

ITEM: Final = 0
PARAGRAPH: Final = 7
OTHER: Final = 8
NO_CHILDREN: Final[Sequence[tuple[int, int]]] = ()
MAX_DEPTH: Final = 10
RESCANS: Final = 2
#: The bytes of UTF-8 that do not begin a character.
CONTINUATION: Final = bytes(range(0x80, 0xC0))


def parsed_blocks(text: str, body: int, faults: Faults) -> list[Block]:
    """Return the blocks that a CommonMark parser finds.

    Args:
        text: the whole file.
        body: where its body begins, behind the front matter.
        faults: takes HTML, unsafe links, deep nesting and code blocks that are never closed.

    An opening that swallows the headings after it is reported and the rest is read as if it were not there.
    """
    raw = ("\n" * body + text[body:]).encode()
    masked = raw
    found = Faults()
    rescans = RESCANS
    while True:
        inside = Faults()
        blocks, swallower = _parse(masked, raw, inside)
        if swallower is None or not rescans:
            break
        rescans -= 1
        # Read again from the start: what stands after the opening was seen in the wrong light.
        at, end, code = swallower
        if code is Code.UNCLOSED_FENCE:
            message = "this code block is never closed, so it hides the rest of the file"
            hint = "repeat this line's marks on a line of their own where the code ends, or delete this line"
            found.add(code, at, end, "", message, hint)
        else:
            _report_html(raw[at:end].decode(), at, found)
        masked = masked[:at] + b" " * (end - at) + masked[end:]
    found.extend(inside)
    if len(raw) > len(text):
        blocks = _by_character(blocks, found, raw)
    faults.extend(found)
    return blocks


def _by_character(blocks: list[Block], faults: Faults, raw: bytes) -> list[Block]:
    """Return blocks that were found by byte by character; the places of faults are set right."""
    offsets = {at for _, start, end, children in blocks for at in chain((start, end), *children)}
    offsets.update(at for fault in faults.found for at in fault[:2])
    places: dict[int, int] = {}
    at = count = 0
    for offset in sorted(offsets):
        count += len(raw[at:offset].translate(None, CONTINUATION))
        places[offset] = count
        at = offset
    faults.found = [(places[fault[0]], places[fault[1]], *fault[2:]) for fault in faults.found]
    return [
        (kind, places[start], places[end], [(places[a], places[b]) for a, b in children])
        for kind, start, end, children in blocks
    ]


def _parse(masked: bytes, raw: bytes, faults: Faults) -> tuple[list[Block], tuple[int, int, Code] | None]:  # noqa: PLR0912, PLR0915 - one pass, one loop
    """Return the blocks by byte, and the opening that swallows headings, if one was met: there this ends."""
    blocks: list[Block] = []
    add = blocks.append
    children: list[tuple[int, int]] = []
    outer = inner = 0  # the ends of the containers at the first and second level that are or were open last
    deeper: list[int] = []  # the ends of the open containers at the third level and below
    html: Counter[str] = Counter()
    filled = len(raw.rstrip())  # behind this there is nothing but white space
    event: Any
    # Most events are texts and ends, and neither is looked at twice.
    for event, span in events_with_range(masked.decode()):
        if "Text" in event or "End" in event:
            continue
        if "Start" in event:
            tag = event["Start"]
            if tag == "Item":
                start = span["start"]
                if start >= outer:
                    outer = span["end"]
                    inner = 0
                    children = []
                    add((ITEM, start, outer, children))
                elif start >= inner:
                    inner = span["end"]
                    children.append((start, inner))
                else:
                    _deepen(deeper, start, span["end"], faults)
            elif tag == "Paragraph":
                start = span["start"]
                if start >= outer:
                    add((PARAGRAPH, start, span["end"], NO_CHILDREN))
            elif tag.__class__ is dict:
                start = span["start"]
                if "List" in tag:
                    continue
                if "Heading" in tag:
                    if start >= outer:
                        add((int(tag["Heading"]["level"][1]), start, span["end"], NO_CHILDREN))
                elif "BlockQuote" in tag:
                    if start >= outer:
                        outer = span["end"]
                        inner = 0
                        children = []  # what is listed in a quote belongs to no item
                        add((OTHER, start, outer, NO_CHILDREN))
                    elif start >= inner:
                        inner = span["end"]
                    else:
                        _deepen(deeper, start, span["end"], faults)
                elif "CodeBlock" in tag:
                    end = span["end"]
                    if start >= outer:
                        add((OTHER, start, end, NO_CHILDREN))
                        if (
                            tag["CodeBlock"] != "Indented"
                            and end >= filled
                            and _hides_headings(raw[start:end])
                        ):
                            return blocks, (start, raw.find(b"\n", start), Code.UNCLOSED_FENCE)
                else:
                    link: Any = tag.get("Link") or tag.get("Image")
                    if not is_safe_destination(link["link_type"], link["dest_url"]):
                        _report_link(link["dest_url"], start, span["end"], faults)
            elif tag == "HtmlBlock":
                start = span["start"]
                end = span["end"]
                if start >= outer:
                    add((OTHER, start, end, NO_CHILDREN))
                    if b"\n#" in raw[start:end]:
                        return blocks, (start, raw.find(b"\n", start), Code.RAW_HTML)
                _report_html(raw[start:end].decode(), start, faults, html)
        elif event.__class__ is dict and "InlineHtml" in event:
            _report_html(event["InlineHtml"], span["start"], faults, html)
    return blocks, None


def _hides_headings(block: bytes) -> bool:
    """Tell whether a fenced code block that runs to the end of the file is unclosed and over headings."""
    last = block.rstrip().rpartition(b"\n")[2].strip()
    return b"\n#" in block and (len(last) < 3 or bool(last.strip(block[:1])))


def _deepen(ends: list[int], start: int, end: int, faults: Faults) -> None:
    """Open a container at the third level or below; report the first that is too deep."""
    while ends and ends[-1] <= start:
        ends.pop()
    ends.append(end)
    if len(ends) != MAX_DEPTH - 1 or (faults.found and faults.found[-1][2] is Code.NESTED_TOO_DEEP):
        return
    faults.add(
        Code.NESTED_TOO_DEEP,
        start,
        start,
        "",
        f"lists and quotes are nested more than {MAX_DEPTH} levels deep",
        "indent this and what follows less; the format needs two levels of bullets",
    )


def _report_link(destination: str, start: int, end: int, faults: Faults) -> None:
    scheme, colon, _ = destination.partition(":")
    what = f"the link leads to {shown(destination)}"
    if not colon or "/" in scheme:
        mend = "write the full address, such as `https://example.org/page`"
    else:
        mend = "only http, https and mailto are allowed; write the text without the link"
    faults.add(Code.UNSAFE_LINK, start, end, "", what, mend)


def _report_html(tag: str, start: int, faults: Faults, opened: "Counter[str] | None" = None) -> None:
    """Report a tag, a comment or a block of HTML; a closing tag belongs to the fault of its opening tag."""
    first = tag.partition("\n")[0].strip()
    name = "".join(_leading_word(first.lstrip("</"))).lower()
    if opened is not None:
        if first.startswith("</") and opened[name]:
            opened[name] -= 1
            return
        if not first.startswith("</") and f"</{name}" not in tag.lower():
            opened[name] += 1
    faults.add(
        Code.RAW_HTML,
        start,
        start + len(first.encode()),
        "",
        f"HTML is not allowed: {shown(first)}",
        HTML_MENDS.get(name) or _html_mend(first),
    )


def _leading_word(text: str) -> str:
    end = 0
    while end < len(text) and text[end].isalnum():
        end += 1
    return text[:end]


HTML_MENDS: Final = {
    "b": "write `**bold**`",
    "strong": "write `**bold**`",
    "i": "write `*italic*`",
    "em": "write `*italic*`",
    "br": "end the line with a backslash, or begin a new paragraph",
    "a": "write `[text](https://example.org)`",
    "img": "write `![text](https://example.org/picture.png)`",
    "code": "write the code between backticks",
}


def _html_mend(tag: str) -> str:
    if tag.startswith("<!--"):
        return "delete the comment, or write it into the front matter as a line `# comment`"
    return f"delete it; to show the characters themselves write `\\{plain(tag, 40)}`"
