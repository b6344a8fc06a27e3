"""A valid file in which one line is moved by a level, loses a mark, or has a twin of a character.

The definition stays the same, or a diagnostic names that very line.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from worker.compiler import compile_markdown
from worker.names import look

SPACED = """\
---
name: Team Check
version: 1.0
author: Maria
description: A check.
interview_style:
  default: 4
  allow_override: true
result_disclosure: teaser
scale: [1, 5]
---

# Team Check

## Dimensions

### Clear Vision

- weight: 0.6
- description: Knows where it goes.
- interview_themes:
  - plans
  - goals
- scoring_rubric:
  - 1-2: Lives from day to day.
  - 3-5: Has a plan.

### Self-Control

- weight: 40%
- description: Can be told bad news.
- interview_themes: [calm, patience]

## Result Categories

### Starting

- score_range: [1.0, 2.9]
- description: The basics come first.
- recommendations:
  - Rest
  - Read

### Thriving

- score_range: 3.0-5.0
- primary_dimensions: [Clear Vision, Self-Control]
- description: Keep going.
- strengths: [calm]
- growth_areas:
  - haste

## Interview Guidelines

### Opening

"Thank you for your time."

### Probing Questions

- Clear Vision: "Where will it be?"
- When exploring Self-Control: What do you hear?
- Clear Vision:
  - Who knows?
  - Who says so?
- What else?

### Closing

I will write to you.

## Examples

### A good team

- scores: [Clear Vision: 4, Self-Control: 4]
- overall: 4.00
- category: Thriving

### A young team

- scores:
  - Clear Vision: 2
  - Self-Control: 2
- overall: 2.00
"""
#: The same without empty lines, so that what is not a bullet belongs to the bullet above.
DENSE = re.sub(r"\n\n(?!# )", "\n", SPACED)
TWINS = {
    "-": "\u2010\u2011\u2013\uff0d",
    ":": "\uff1a",
    '"': "\u201c\u201d",
    "#": "\uff03",
    "0": "\uff10",
    "1": "\uff11",
    "4": "\uff14",
    "5": "\uff15",
    ".": "\uff0e",
    " ": "\u00a0",
    "[": "\uff3b",
    "]": "\uff3d",
    ",": "\uff0c",
    "%": "\uff05",
}


class Edited(NamedTuple):
    """A line, what it became, and how."""

    line: str
    text: str
    how: str


def moved(line: str) -> Iterator[Edited]:
    """Yield a line one or two levels further in, one further out, and with another level of heading."""
    yield Edited(line, f"  {line}", "in")
    yield Edited(line, f"    {line}", "in")
    if line.startswith("  "):
        yield Edited(line, line[2:], "out")
    if line.startswith("#"):
        yield Edited(line, f"#{line}", "deeper")
        yield Edited(line, line[1:], "higher")


def without_a_mark(line: str) -> Iterator[Edited]:
    """Yield a line without each of its marks, and without a bullet and its blank."""
    for at, mark in enumerate(line):
        if mark in '-:#[],"%/>':
            yield Edited(line, line[:at] + line[at + 1 :], f"without {mark}")
        if line[at : at + 2] == "- ":
            yield Edited(line, line[:at] + line[at + 2 :], "without its bullet")


def with_a_twin(line: str) -> Iterator[Edited]:
    """Yield a line with each look-alike of each of its characters, and with one that cannot be seen."""
    for at, mark in enumerate(line):
        for twin in TWINS.get(mark, ""):
            yield Edited(line, line[:at] + twin + line[at + 1 :], f"a twin of {mark}")
        if mark.isalpha():
            yield Edited(line, line[:at] + mark + "\u00ad" + line[at + 1 :], "a soft hyphen")


#: What an author may well have meant: another text, another name, or a question for another dimension.
MEANT = {
    ("### Self-Control", "without -"),
    ("- interview_themes: [calm, patience]", "without ,"),
    ('"Thank you for your time."', 'without "'),
    ('- Clear Vision: "Where will it be?"', 'without "'),
    ("  - Who knows?", "out"),
    ("  - Who says so?", "out"),
    ("- What else?", "in"),
}


def shown(text: str) -> str:
    """Return a text as it looks."""
    return "".join(look(text[at : at + 900]) for at in range(0, len(text), 900))


@pytest.mark.parametrize("text", [SPACED, DENSE], ids=["with empty lines", "without"])
@pytest.mark.parametrize("edits", [moved, without_a_mark, with_a_twin], ids=lambda edits: edits.__name__)
def test_nothing_changes_or_the_line_is_named(text: str, edits: Callable[[str], Iterator[Edited]]) -> None:
    valid = compile_markdown(text.encode())
    assert valid.definition is not None
    assert valid.diagnostics == ()
    expected = shown(valid.definition.to_json())
    lines = text.split("\n")
    silent: list[str] = []
    for number, line in enumerate(lines):
        for edited in edits(line) if line.strip() else ():
            source = "\n".join([*lines[:number], edited.text, *lines[number + 1 :]])
            found = compile_markdown(source.encode())
            if found.definition is not None and shown(found.definition.to_json()) == expected:
                continue
            if not any(d.line <= number + 1 <= d.end_line for d in found.diagnostics):
                silent.append(f"{number + 1} {edited.how}: {edited.text}")
                if (line, edited.how) in MEANT:
                    silent.pop()
    assert silent == []
