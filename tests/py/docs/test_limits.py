"""The documentation states the limits of the definition models."""

from __future__ import annotations

from pathlib import Path

import pytest

from stack.packages import ROOT
from worker.definition import (
    MAX_CATEGORIES,
    MAX_DIMENSIONS,
    MAX_NAME,
    MAX_SCALE,
    MAX_TEXT_BYTES,
    WEIGHT_TOLERANCE,
)

DOCS: Path = ROOT / "docs"
BYTES = f"at most {MAX_TEXT_BYTES:,} bytes"
KILOBYTES = f"{MAX_TEXT_BYTES // 1024} KB"

SAID = [
    ("errors.md", f"The upload is larger than {KILOBYTES}. | Shorten it to {BYTES} of UTF-8."),
    (
        "authoring.md",
        f"A file may have {KILOBYTES}, {MAX_DIMENSIONS} dimensions and {MAX_CATEGORIES} result categories",
    ),
    ("authoring.md", f"and a name {MAX_NAME} characters"),
    ("authoring.md", f"Scores may go from 0 to {MAX_SCALE}"),
    ("authoring.md", f"give or take {WEIGHT_TOLERANCE}"),
    ("diagnostics.md", f"A file has {BYTES}."),
    ("diagnostics.md", f"The compiled definition has {BYTES};"),
    ("diagnostics.md", f"The name of an assessment has 1 to {MAX_NAME} characters."),
    ("diagnostics.md", f"The scale is two numbers from 0 to {MAX_SCALE}, the lower first."),
    ("diagnostics.md", f"There are at most {MAX_DIMENSIONS} dimensions."),
    ("diagnostics.md", f"There are at most {MAX_CATEGORIES} result categories."),
    ("diagnostics.md", f"The weights of all dimensions sum to 1, give or take {WEIGHT_TOLERANCE}."),
    ("api.md", f"{MAX_TEXT_BYTES:,} bytes of Markdown"),
]


@pytest.mark.parametrize(("page", "words"), SAID)
def test_the_page_names_the_limit(page: str, words: str) -> None:
    assert words in " ".join((DOCS / page).read_text(encoding="utf-8").split())
