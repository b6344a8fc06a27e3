"""Made-up assessments of any size, the same on every machine: as definitions (JSON) and as Markdown."""

# Lists of words and lines are kept whole.
# ruff: noqa: E501

from __future__ import annotations

import json
import random
from decimal import Decimal

_WORDS = [
    "listens",
    "decides",
    "explains",
    "plans",
    "delegates",
    "reviews",
    "measures",
    "shares",
    "asks",
    "names",
    "describes",
    "follows",
    "checks",
    "agrees",
    "team",
    "project",
    "customer",
    "colleague",
    "deadline",
    "budget",
    "meeting",
    "conflict",
    "decision",
    "change",
    "mistake",
    "result",
    "question",
    "feedback",
    "purpose",
    "priority",
    "risk",
    "evidence",
    "example",
    "pattern",
    "habit",
    "goal",
    "trust",
    "pressure",
    "clarity",
    "before",
    "after",
    "during",
    "when",
    "because",
    "although",
    "while",
    "with",
    "without",
    "about",
    "against",
    "toward",
    "clear",
    "honest",
    "early",
    "careful",
    "steady",
    "open",
    "direct",
    "patient",
    "specific",
    "recent",
    "difficult",
    "unusual",
    "common",
    "the",
    "a",
    "one",
    "each",
    "every",
    "their",
    "its",
    "this",
    "that",
]
_SUBJECTS = (
    "Strategic Thinking", "Emotional Awareness", "Decision Quality", "Delegation", "Listening", "Clarity of Purpose",
    "Learning Habit", "Conflict Handling", "Resilience", "Planning", "Customer Focus", "Use of Data", "Coaching",
    "Reliability", "Curiosity", "Influence", "Adaptability", "Collaboration", "Accountability", "Presence",
)  # fmt: skip
_CATEGORIES = (
    "Catalyst", "Navigator", "Builder", "Explorer", "Steward", "Apprentice", "Observer", "Challenger", "Connector",
    "Maker", "Keeper", "Scout", "Host", "Guide", "Newcomer",
)  # fmt: skip


def text(chance: random.Random, words: int) -> str:
    """A sentence-like run of words."""
    chosen = chance.choices(_WORDS, k=words)
    return " ".join(chosen).capitalize() + "."


def _weights(count: int) -> list[Decimal]:
    """Weights with two decimal places that sum to exactly 1."""
    base = (Decimal(1) / count).quantize(Decimal("0.01"))
    weights = [base] * count
    weights[-1] = 1 - base * (count - 1)
    return weights


def definition(seed: int, *, dimensions: int = 8, size: int = 7_000, named: bool = True) -> str:
    """A valid definition as JSON text of about `size` bytes, with eight dimensions by default.

    The text differs from seed to seed and is as repetitive as prose is, so that Postgres compresses it as
    it would prose. Without a name of its own it is for rows that state another one.
    """
    chance = random.Random(seed)  # noqa: S311  made-up text, not a secret
    categories = 4
    # Themes, rubric lines, descriptions and lists: most of the bytes of a real definition.
    pieces = dimensions * 9 + categories * 10
    words = max(3, (size - 900) // (pieces * 8))
    names = [_SUBJECTS[index] for index in range(dimensions)]
    low, high = Decimal("1.0"), Decimal("5.0")
    edges = [Decimal("1.0"), Decimal("2.0"), Decimal("3.0"), Decimal("4.0")]
    document = {
        "metadata": {
            **({"name": f"Assessment {seed}"} if named else {}),
            "version": "1.0",
            "type": "multi-dimensional",
            "description": text(chance, words),
            "interviewStyle": {"default": 3, "allowOverride": True},
            "resultDisclosure": "full",
            "scale": [1, 5],
        },
        "dimensions": [
            {
                "name": name,
                "weight": float(weight),
                "description": text(chance, words * 2),
                "interviewThemes": [text(chance, words) for _ in range(3)],
                "scoringRubric": {key: text(chance, words) for key in ("1-2", "3", "4", "5")},
            }
            for name, weight in zip(names, _weights(dimensions), strict=True)
        ],
        "resultCategories": [
            {
                "name": _CATEGORIES[index],
                "scoreRange": [
                    float(edge),
                    float(high if index == categories - 1 else edge + Decimal("0.9")),
                ],
                "primaryDimensions": [names[index]],
                "description": text(chance, words),
                "strengths": [text(chance, words) for _ in range(3)],
                "growthAreas": [text(chance, words) for _ in range(3)],
                "recommendations": [text(chance, words) for _ in range(3)],
            }
            for index, edge in enumerate(edges[:categories])
            if edge >= low
        ],
        "interviewGuidelines": {
            "opening": text(chance, words),
            "probingQuestions": {name: [text(chance, words)] for name in names[:4]},
            "closing": text(chance, words),
        },
        "examples": [],
    }
    return json.dumps(document, separators=(",", ":"))


def markdown(seed: int, size: int = 10_000) -> str:
    """A valid assessment in Markdown of about `size` bytes, as authors write it."""
    dimensions = min(20, max(4, size // 1_000))
    categories = min(15, max(3, size // 3_000))
    # Longer files have more themes for each dimension, not longer lines; the words adjust the size.
    words, lists = 12, 2
    for _ in range(3):
        length = len(_markdown(seed, dimensions, categories, lists, words))
        theme = (len(_markdown(seed, dimensions, categories, lists + 1, words)) - length) // dimensions
        if size - length > theme * dimensions:
            lists += (size - length) // (theme * dimensions)
        else:
            words = max(3, round(words * size / length))
    return _markdown(seed, dimensions, categories, lists, words)


def _markdown(seed: int, dimensions: int, categories: int, lists: int, words: int) -> str:
    chance = random.Random(seed)  # noqa: S311  made-up text, not a secret
    names = _SUBJECTS[:dimensions]
    lines = [
        "---", f"name: Assessment {seed}", 'version: "1.0"', "type: multi-dimensional", "author: Bench",
        f"description: {text(chance, words)[:400]}", "interview_style:", "  default: 3", "  allow_override: true",
        "result_disclosure: full", "scale: [1, 5]", "---", "", f"# Assessment {seed}", "", "## Dimensions", "",
    ]  # fmt: skip
    for name, weight in zip(names, _weights(dimensions), strict=True):
        lines += [
            f"### {name}", "", f"- **weight**: {weight}", f"- **description**: {text(chance, words)}",
            "- **interview_themes**:", *(f"  - {text(chance, words)}" for _ in range(lists)), "- **scoring_rubric**:",
            *(f"  - {key}: {text(chance, words)}" for key in ("1-2", "3", "4", "5")), "",
        ]  # fmt: skip
    lines += ["## Result Categories", ""]
    # Tenths of the scale from 1.0 to 5.0, shared out without a gap.
    edges = [10 + 41 * index // categories for index in range(categories + 1)]
    for index in range(categories):
        low, high = edges[index] / 10, (edges[index + 1] - 1) / 10
        lines += [
            f"### {_CATEGORIES[index]}", "", f"- **score_range**: [{low:.1f}, {high:.1f}]", "- **primary_dimensions**:",
            f"  - {names[index % dimensions]}", f"- **description**: {text(chance, words)}", "- **strengths**:",
            *(f"  - {text(chance, words)}" for _ in range(3)), "- **recommendations**:",
            *(f"  - {text(chance, words)}" for _ in range(3)), "",
        ]  # fmt: skip
    lines += ["## Interview Guidelines", "", "### Opening", "", f'"{text(chance, words)}"', ""]
    lines += ["### Probing Questions", ""]
    lines += [f'- When exploring {name}: "{text(chance, words)}"' for name in names]
    lines += ["", "### Closing", "", f'"{text(chance, words)}"', ""]
    return "\n".join(lines)


def hostile(size: int) -> dict[str, bytes]:
    """Inputs of `size` bytes that are difficult for a parser, by name."""

    def fill(piece: str) -> bytes:
        return (piece * (size // len(piece.encode()) + 1)).encode()[:size]

    front = b"---\nname: x\n---\n\n## Dimensions\n\n"
    bodies = {
        "open brackets": fill("["),
        "nested quotes": fill(">"),
        "nested quotes, a line each": fill("> > > > > > > > x\n"),
        "deep list": "\n".join(" " * (2 * depth) + "- a" for depth in range(int(size**0.5))).encode()[:size],
        "emphasis": fill("*a_ "),
        "backticks": fill("`" * 7 + "a" + "`" * 5),
        "links": fill("[a](b"),
        "images": fill("![["),
        "entities": fill("&#0;&amp"),
        "html": fill("<a "),
        "comments": fill("<!-- "),
        "processing instructions": fill("<?"),
        "reference definitions": fill("[x]: /y\n"),
        "headings": fill("### a\n\n- weight: x\n\n"),
        "one bullet": b"### A\n\n- description: " + fill("word "),
        "table pipes": fill("|-|"),
        "tabs": fill("\t- \t"),
    }
    made = {name: (front + body)[:size] for name, body in bodies.items()}

    def many(piece: str, share: int) -> str:
        return "".join(piece.format(f"{i:05}") for i in range(share // len(piece)))

    dimensions = front.decode() + many("### Dimension of some kind {}\n- weight: 0.1\n", size // 2)
    questions = many("- Dimention of sme kind {}x: a?\n", size)
    categories = front.decode() + "### A\n\n- weight: 1\n- description: x\n\n## Result Categories\n\n"
    categories += many("### Category {}\n- score_range: 1-5\n- description: x\n", size // 2)
    examples = many("### Example {}\n- scores: [A: 1]\n- overall: 1\n", size)
    made["dimensions beside questions"] = (
        f"{dimensions}## Interview Guidelines\n\n### Probing Questions\n{questions}".encode()[:size]
    )
    made["categories beside examples"] = f"{categories}## Examples\n{examples}".encode()[:size]
    made["yaml flow"] = (b"---\nname: " + fill("["))[:size]
    made["yaml indents"] = (
        b"---\n" + "\n".join(" " * depth + "a:" for depth in range(int(size**0.5))).encode()
    )[:size]
    made["yaml sequence"] = (b"---\nname: x\nscale: " + fill("- "))[:size]
    return made


def smallest(seed: int) -> str:
    """An assessment of half a kilobyte, as an author starts with: two dimensions, two categories."""
    return f"""---
name: Coaching Readiness {seed}
author: Bench
---

## Dimensions

### Openness
- weight: 60%
- description: How willing the client is to look at their own part.

### Commitment
- weight: 40%
- description: Whether the client makes room for the work.

## Result Categories

### Ready
- score_range: 3.5-5.0
- description: Start at once.

### Not yet
- score_range: 1.0-3.4
- description: Agree on first steps, and talk again in three months.
"""
