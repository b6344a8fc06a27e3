"""What a text may contain: inline Markdown, but no HTML, and only links that browsers can safely follow."""

from collections.abc import Iterator
from typing import Final

import pyromark

__all__ = ["is_safe_destination", "markup_faults", "may_have_markup"]

SCHEMES: Final = ("http://", "https://", "mailto:")


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
