"""Every part of a diagnostic: place, length, severity, section, message, hint and fix."""

import json
from pathlib import Path

import pytest

from tests.py.compiler.specimen import check, edited, length
from worker.definition import Metadata

#: The lines of each case: its edits, and the diagnostics.
CASES = [
    case.rstrip("\n").split("\n")
    for case in (Path(__file__).parent / "messages.txt").read_text(encoding="utf-8").split("\n= ")[1:]
]
#: What KEYS stands for in a hint, so that a new key of the front matter changes no case.
KEYS = ", ".join(f"`{key}`" for key in Metadata.model_fields)


def test_no_case_is_repeated() -> None:
    assert len({edits for edits, *_ in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0][:70])
def test_all_of_it_is_as_expected(case: list[str]) -> None:
    edits, *lines = case
    expected = [line.replace("the keys are KEYS", f"the keys are {KEYS}") for line in lines]
    said: list[str] = []
    text = edited(*map(tuple, json.loads(f"[{edits}]")))
    for d in check(text).diagnostics:
        place = f"{d.line}:{d.column}+{length(text, d)} {d.severity}[{d.code}] {d.section}".rstrip()
        said += [place, f"  {d.message}", f"  {d.hint}"]
        if d.fix is not None:
            fix = [[e.line, e.column, e.end_line, e.end_column, e.text] for e in d.fix.edits]
            kind = "safe" if d.fix.safe else "unsafe"
            said.append(f"  {kind}: {json.dumps(fix, ensure_ascii=False)}")
    assert said == expected
