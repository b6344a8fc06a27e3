"""What a text may contain: inline Markdown, but no HTML, and only links that browsers can safely follow.

Programs read Markdown differently, and the database has no parser of it. So the rule is one of characters,
and refuses a little more than a parser does: ``lexical_fault`` here, and the same expressions in
``supabase/schemas/definition/texts.sql``. The parser is asked first, because it can name what it found.
"""

import re
from collections.abc import Iterator
from typing import Final

import pyromark

__all__ = ["UNSEEN_CONTROLS", "is_safe_destination", "lexical_fault", "markup_faults", "may_have_markup"]

SCHEMES: Final = ("http://", "https://", "mailto:")

#: Characters that change what is shown without being seen: control characters except tabs and line ends,
#: zero-width spaces, bidirectional overrides and isolates, invisible operators and tag characters. Joiners,
#: direction marks, soft hyphens and variation selectors stay, because scripts and emoji need them.
UNSEEN_CONTROLS: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2061-\u2064\u2066-\u206f\ufeff"
    "\U000e0000-\U000e007f]"
)

# The expressions of the rule. They are those of texts.sql, and each takes linear time.
ESCAPE: Final = r"\\[\\`<\[\]]"
#: Code on one line, between as many backticks as it begins with.
CODE: Final = r"(?<!`)(?:`[^`\r\n]+`|``[^`\r\n]+``|```[^`\r\n]+```)(?!`)"
SAFE_ADDRESS: Final = (
    r"<(?:(?:https?://|mailto:)[^<>\\` \t\r\n]*"
    r"|[a-z0-9][a-z0-9.!#$%&'*+/=?^_{|}~-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)*)>"
)
WITHOUT_CODE: Final = re.compile(f"{ESCAPE}|{CODE}|{SAFE_ADDRESS}", re.IGNORECASE | re.ASCII)
WITH_CODE: Final = re.compile(f"{ESCAPE}|{SAFE_ADDRESS}", re.IGNORECASE | re.ASCII)
TAG: Final = re.compile("<[A-Za-z/!?]")
#: HTML that needs no end: text that is not an element, and a tag without a letter before it on its line.
BLOCK: Final = re.compile(r"<[/!?]|(?:^|[\r\n])[^A-Za-z<\r\n]*<[A-Za-z]")
OTHER_ADDRESS: Final = re.compile(r"<[a-z][a-z0-9+.-]+:[^<> \t\r\n]*>", re.IGNORECASE | re.ASCII)
UNSAFE_LINK: Final = re.compile(
    r"\]\((?![ \t\r\n]*<?(?:https?://|mailto:))[ \t\r\n]*", re.IGNORECASE | re.ASCII
)
ADDRESS: Final = re.compile(r"(?P<address>[^ \t\r\n]*)[ \t\r\n]*")
UNSAFE_DEFINITION: Final = re.compile(
    r"(?:^|[\r\n])[ \t>*+0-9.)-]*\[[^\[\]]*\]:(?![ \t\r\n]*<?(?:https?://|mailto:))[ \t\r\n]*"
    r"(?:<|[^ \t\r\n]+[ \t]*(?:[\r\n]|\Z)|[^ \t\r\n]+[ \t\r\n]+[\"'(])",
    re.IGNORECASE | re.ASCII,
)


def is_safe_destination(kind: object, destination: str) -> bool:
    """Return whether a link of this kind (pulldown-cmark's ``link_type``) may lead to ``destination``.

    Only the schemes http, https and mailto are safe. A destination without a scheme is not: on the pages that
    show a definition, a relative address leads nowhere, or somewhere else.
    """
    return kind == "Email" or destination[:8].lower().startswith(SCHEMES)


def may_have_markup(text: str, at: int = 0) -> bool:
    """Return whether a text can contain a tag or a link: it has ``<``, or ``]`` before ``(`` or ``:``."""
    if text.find("<", at) >= 0:
        return True
    at = text.find("]", at)
    while at >= 0:
        if text[at + 1 : at + 2] in {"(", ":"}:
            return True
        at = text.find("]", at + 1)
    return False


def markup_faults(text: str) -> Iterator[tuple[str, str]]:
    """Yield ``(code, what)`` for each problem of a text when it is rendered on its own, as browsers do.

    ``code`` is ``raw-html`` or ``unsafe-link``; ``what`` is the tag or the destination. Linear in ``text``.
    """
    if not may_have_markup(text):
        return
    is_found = False
    for fault in _rendered_faults(text):
        is_found = True
        yield fault
    if not is_found and (lexical := lexical_fault(text)) is not None:
        yield lexical


def _rendered_faults(text: str) -> Iterator[tuple[str, str]]:
    """Yield what the parser finds."""
    for event in pyromark.events(text):
        if isinstance(event, str):
            continue
        if "InlineHtml" in event:
            yield "raw-html", event["InlineHtml"]
        elif "Html" in event:
            yield "raw-html", event["Html"].strip()
        elif "Start" in event:
            tag = event["Start"]
            if isinstance(tag, str):
                continue
            link = tag.get("Link") or tag.get("Image")
            if isinstance(link, dict) and not is_safe_destination(link["link_type"], link["dest_url"]):
                yield "unsafe-link", link["dest_url"]


def lexical_fault(text: str) -> tuple[str, str] | None:
    """Return the problem that a text has by the rule of characters.

    It is everything that a parser finds, and a little more: code that spans lines or holds backticks counts
    as text, and so does what only looks like a tag.
    """
    with_code = WITH_CODE.sub(".", text)
    bare = WITHOUT_CODE.sub(".", text)
    if "`" in bare:
        # A backtick without a partner may begin code in one program and not in another.
        bare = with_code
    if found := OTHER_ADDRESS.search(bare):
        return "unsafe-link", found[0][1:-1]
    first = TAG.search(text)
    if first and TAG.search(bare) and (BLOCK.search(bare) or text.find(">", first.end()) >= 0):
        return "raw-html", text[first.start() :].partition(">")[0] + ">"
    if "](" in bare and (address := _unsafe_address(with_code)) is not None:
        return "unsafe-link", address
    # A definition does nothing unless its label is in brackets a second time.
    if (found := UNSAFE_DEFINITION.search(with_code)) and with_code.count("]") > 1:
        return "unsafe-link", found[0].partition("]:")[2].strip()
    return None


def _unsafe_address(text: str) -> str | None:
    """Return the first address of a link that is not safe."""
    judged = 0
    for found in UNSAFE_LINK.finditer(text):
        at = found.end()
        if text.startswith("<", at):
            return text[at : at + 60]
        if at < judged:
            continue
        run = ADDRESS.match(text, at)
        if run is None:
            break
        address, behind = run["address"], text[run.end() : run.end() + 1]
        if ")" in address or (address and behind and behind in "\"'()"):
            return address
        judged = run.end("address")
    return None
