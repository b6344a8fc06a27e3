"""HTML and links after other events of the parser, and where a scheme ends."""

import pytest

from worker.markup import is_safe_destination, markup_faults


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("a\nb <i>", [("raw-html", "<i>")]),
        ("a\\\n<i> b\n[c](d)", [("raw-html", "<i>"), ("unsafe-link", "d")]),
        ("---\n<i>\n", [("raw-html", "<i>")]),
        ("> x\n\n[a](b) and [c](https://d) and ![e](f)", [("unsafe-link", "b"), ("unsafe-link", "f")]),
        ("- a\n- <b>\n", [("raw-html", "<b>")]),
        ("a]: b ](", []),
        ("] [a](b)", [("unsafe-link", "b")]),
        ("[[a]](b)", [("unsafe-link", "b")]),
    ],
)
def test_every_error_of_a_text_is_found(text: str, faults: list[tuple[str, str]]) -> None:
    assert list(markup_faults(text)) == faults


@pytest.mark.parametrize(
    ("destination", "safe"),
    [("https://", True), ("https:/", False), ("http://", True), ("mailto:", True), ("xhttps://a", False)],
)
def test_a_scheme_is_whole(destination: str, safe: bool) -> None:
    assert is_safe_destination("Inline", destination) == safe
