"""The committed pages match the compiler word for word: messages, hints, places, carets."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from tools import definition_schema, diagnostic_schema, diagnostics_doc, format_doc

PAGES = (diagnostics_doc, format_doc, definition_schema, diagnostic_schema)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_the_page_is_what_the_compiler_says_now(page: ModuleType) -> None:
    assert Path(page.TARGET).read_text() == page.generate()


def test_a_code_is_listed_with_every_severity_that_its_section_shows() -> None:
    page = Path(diagnostics_doc.TARGET).read_text()
    listed = dict(re.findall(r"^\| \[`([a-z-0-9]+)`\]\(#[a-z-0-9]+\) \| ([a-z ]+) \|", page, re.MULTILINE))
    shown = 0
    for section in page.split("\n## ")[1:]:
        code, _, text = section.partition("\n")
        for severity in re.findall(rf"(error|warning)\[{code}\]", text):
            shown += 1
            assert severity in listed[code], code
            assert severity in text.strip().partition(". ")[0].lower(), code
    assert shown > 50
