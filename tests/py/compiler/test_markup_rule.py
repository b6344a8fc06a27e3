"""The rule of characters refuses whatever a parser of Markdown takes for HTML or an unsafe link."""

import random

import pyromark
import pytest

from tests.py.harness.examples import examples
from worker.markup import is_safe_destination, lexical_fault, markup_faults

PIECES = [
    *("`", "`", "``", "```", "<", "<", ">", ">", "/", "!", "?", "\\", "[", "]", "](", ")", "(", "]:", ": "),
    *(
        "\n",
        "\n\n",
        "\r",
        " ",
        "    ",
        "\t",
        "- ",
        "> ",
        "1. ",
        "# ",
        "=",
        "---\n",
        "~~~\n",
        "```\n",
        '"',
        "'",
    ),
    *(
        "a",
        "b",
        "x",
        "é",
        "\u3000",
        "&",
        "&lt;",
        "&#106;",
        "*",
        "_",
        "|",
        "http://x",
        "mailto:",
        "javascript:x",
    ),
    *("<b>", "</b>", "<div", "<!--", "-->", "<?", "<a href=", "<http://x>", "<ftp:x>", "<a@b.c>", "`<b>`"),
    *("[a]", "[a]: x\n", "[a]: ", "[a](x)", "[a](http://x)"),
]


def is_refused_by_a_parser(text: str) -> bool:
    for event in pyromark.events(text):
        if isinstance(event, str):
            continue
        if "InlineHtml" in event or "Html" in event:
            return True
        tag = event.get("Start")
        link = (tag.get("Link") or tag.get("Image")) if isinstance(tag, dict) else None
        if isinstance(link, dict) and not is_safe_destination(link["link_type"], link["dest_url"]):
            return True
    return False


@pytest.mark.parametrize("seed", range(5))
def test_no_text_that_a_parser_refuses_passes(seed: int) -> None:
    chance = random.Random(seed)
    texts = ["".join(chance.choices(PIECES, k=chance.randint(1, 14))) for _ in range(examples(6000))]
    refused = [text for text in texts if is_refused_by_a_parser(text)]
    assert len(refused) > len(texts) / 10
    assert [text for text in refused if lexical_fault(text) is None] == []


@pytest.mark.parametrize(
    "text", ["](" * 100_000, "<" * 200_000, "`" * 200_000, "`a" * 100_000, "[a]: " * 40_000]
)
def test_a_text_of_one_pattern_takes_no_longer(text: str) -> None:
    lexical_fault(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("a <ftp://x> b", "ftp://x"),
        ("``` <ftp:x>", "ftp:x"),
        ("[a](<" + "x" * 80, "<" + "x" * 59),
        ("[a](x)", "x)"),
        ('[a](x "t', "x"),
    ],
)
def test_an_unsafe_address_is_named(text: str, address: str) -> None:
    assert lexical_fault(text) == ("unsafe-link", address)


def test_a_safe_address_is_safe_in_any_case() -> None:
    assert lexical_fault("<HTTPS://example.org> and <Ada@Example.org>") is None


def test_what_only_the_rule_refuses_is_reported_as_well() -> None:
    text = "[a](<" + "x" * 80
    assert not is_refused_by_a_parser(text)
    assert list(markup_faults(text)) == [("unsafe-link", "<" + "x" * 59)]
