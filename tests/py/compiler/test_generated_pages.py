"""The committed pages say, word for word, what the compiler says: messages, hints, places, carets."""

from pathlib import Path
from types import ModuleType

import pytest

from tools import definition_schema, diagnostics_doc, format_doc

PAGES = (diagnostics_doc, format_doc, definition_schema)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_the_page_is_what_the_compiler_says_now(page: ModuleType) -> None:
    assert Path(page.TARGET).read_text() == page.generate()
