"""Every example of the page about files from elsewhere: pairs mean the same, errors are what it says."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.py.compiler.specimen import check

PAGE = (Path(__file__).parents[3] / "docs" / "coming-from.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"^```markdown (?P<kind>before|after|error \S+|warning \S+) (?P<place>[a-z ]+)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)

PARTS = {
    "front matter": "",
    "dimensions": "### Care\n- weight: 100%\n- description: Looks after people.\n",
    "rubric": "",
    "categories": "### All\n- score_range: [1, 5]\n- description: Any.\n",
    "guidelines": "",
}


class Example(NamedTuple):
    """A block of the page: ``before`` or ``after``, or the severity and code that it is about."""

    kind: str
    place: str
    text: str


EXAMPLES = [Example(*found.groups()) for found in BLOCK.finditer(PAGE)]


def whole(example: Example) -> str:
    """Return a file with an example in its place."""
    parts = PARTS | {example.place: example.text}
    guidelines = f"## Interview Guidelines\n\n{parts['guidelines']}" if parts["guidelines"] else ""
    return (
        f"---\nname: Pasted\n{parts['front matter']}---\n\n## Dimensions\n\n{parts['dimensions']}"
        f"{parts['rubric']}\n"
        f"## Result Categories\n\n{parts['categories']}\n{guidelines}"
    )


def pairs() -> list[tuple[Example, Example]]:
    """Return each block that was pasted with the plain one that follows it."""
    found: list[tuple[Example, Example]] = []
    for number, example in enumerate(EXAMPLES):
        if example.kind == "before":
            found.append((example, next(other for other in EXAMPLES[number:] if other.kind == "after")))
    return found


def test_every_block_is_an_example() -> None:
    assert len(EXAMPLES) == PAGE.count("```markdown")
    assert {example.place for example in EXAMPLES} == set(PARTS)


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: pair[0].place)
def test_what_was_pasted_means_the_plain_spelling(pair: tuple[Example, Example]) -> None:
    pasted, plain = (check(whole(example)) for example in pair)
    assert plain.definition is not None
    assert {d.code for d in plain.diagnostics} <= {"range-gap", "unreachable-range"}
    assert pasted.definition == plain.definition


@pytest.mark.parametrize("example", [e for e in EXAMPLES if " " in e.kind], ids=lambda example: example.kind)
def test_what_is_reported(example: Example) -> None:
    severity, code = example.kind.split(" ")
    assert (severity, code) in {(d.severity, d.code) for d in check(whole(example)).diagnostics}
