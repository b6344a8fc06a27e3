"""Hypothesis strategies: valid definitions, wild texts, and files that are broken as authors break them."""

import itertools
from collections.abc import Iterator
from decimal import Decimal
from math import ceil, floor
from typing import Any

from hypothesis import strategies as st

from worker.compiler import format_definition
from worker.definition import Definition, clean_name, clean_text
from worker.ids import dimension_id, free_id
from worker.markup import UNSEEN_CONTROLS, markup_faults
from worker.names import fold
from worker.scoring import CategoryRule, DimensionRule, ScoringRules, score

WORDS = ["Vision", "Trust", "clear goals", "3", "1-2", "Ärger", "ß", "größer", "日本", "e\u0301", "İ", "ﬁ"]
MARKS = [
    "*",
    "**",
    "_",
    "`",
    "```",
    "~~~",
    "#",
    "##",
    ">",
    "-",
    "+",
    "1.",
    "---",
    "===",
    ":",
    '"',
    "“",
    "”",
    "'",
]
ODD = [
    "[",
    "]",
    "(",
    ")",
    "\\",
    "|",
    "!",
    "&amp;",
    "{",
    "}",
    "%",
    "$",
    "~",
    ",",
    ";",
    "none",
    "general",
    "\t",
    "\u00a0",
]
ODD += [
    "\u2028",
    "\x85",
    "\x0b",
    "\x7f",
    "\ufeff",
    "http://x.org",
    "When exploring ",
    "[a]: http://x.org",
    "weight: 1",
]
PIECES = st.sampled_from([*WORDS, *MARKS, *ODD, " ", " ", " ", "a", "b"])


#: Of which texts are made: without what no text may contain.
TEXT_PIECES = st.sampled_from(
    [p for p in [*WORDS, *MARKS, *ODD, " ", " ", " ", "a", "b"] if not UNSEEN_CONTROLS.search(p)]
)


def _is_text(text: str) -> bool:
    return bool(text) and not UNSEEN_CONTROLS.search(text) and not list(markup_faults(text))


def texts(*, lines: bool = True) -> st.SearchStrategy[str]:
    """Texts as they are stored, with characters that Markdown and YAML could interpret."""
    breaks = st.sampled_from(["\n", "\n  ", "\n\n", "\n    "])
    pieces = st.one_of(TEXT_PIECES, breaks) if lines else TEXT_PIECES
    wild = st.lists(pieces, min_size=1, max_size=8).map("".join)
    any_text = st.text(
        st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r"), min_size=1, max_size=12
    )
    if not lines:
        any_text = any_text.map(lambda text: text.replace("\n", " ").replace("\r", " "))
    return st.one_of(wild, any_text).map(clean_text).filter(_is_text)


def names() -> st.SearchStrategy[str]:
    """Names as headings can spell them."""
    return (
        texts(lines=False)
        .map(clean_name)
        .filter(lambda name: _is_text(name) and clean_name(clean_text(name)) == name and bool(fold(name)))
    )


def unique_names(low: int, high: int) -> st.SearchStrategy[list[str]]:
    """Names that differ when case is ignored."""
    return st.lists(names(), min_size=low, max_size=high, unique_by=fold)


def decimals(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    """Decimals with up to ``places`` decimal places."""

    def at(scale: int) -> st.SearchStrategy[Decimal]:
        unit = Decimal(10) ** scale
        return st.integers(ceil(Decimal(low) * unit), floor(Decimal(high) * unit)).map(
            lambda n: Decimal(n).scaleb(-scale)
        )

    usable = [p for p in range(places + 1) if ceil(Decimal(low) * 10**p) <= floor(Decimal(high) * 10**p)]
    return st.sampled_from(usable).flatmap(at)


@st.composite
def weights(draw: st.DrawFn, count: int) -> list[Decimal]:
    """Positive weights that sum to 1 within 0.01."""
    cuts = draw(st.lists(st.integers(1, 999), min_size=count - 1, max_size=count - 1, unique=True))
    edges = [0, *sorted(cuts), 1000]
    found = [Decimal(b - a).scaleb(-3) for a, b in itertools.pairwise(edges)]
    found[-1] = min(found[-1] + draw(st.sampled_from([Decimal(0), Decimal("0.01")])), Decimal(1))
    return found


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """Valid definitions, as a builder might send them."""
    return Definition.model_validate(draw(definition_data()))


@st.composite
def definition_data(draw: st.DrawFn) -> dict[str, Any]:
    """The JSON data of valid definitions."""
    low = draw(decimals("0", "5", 2))
    high = draw(decimals(str(low + 1), draw(st.sampled_from(["9.99", "100"])), 2))
    scale = [low, high]
    count = draw(st.integers(1, 4))
    dimension_names = draw(st.lists(names(), min_size=count, max_size=count, unique_by=(fold, dimension_id)))
    given_ids = [dimension_id(name) for name in dimension_names]
    some_texts = st.lists(texts(), max_size=2)
    optional = st.none() | texts()
    dimensions = [
        {
            "name": name,
            "weight": weight,
            "description": draw(texts()),
            "interviewThemes": draw(some_texts),
            "scoringRubric": draw(rubrics(low, high)),
        }
        for name, weight in zip(dimension_names, draw(weights(count)), strict=True)
    ]
    for place, dimension in enumerate(dimensions):
        stated = draw(st.sampled_from([None, given_ids[place], free_id(f"id-{place}", given_ids)]))
        if stated is not None:
            dimension["id"] = stated
    categories = draw(_categories(dimension_names, low, high))
    keys = dimension_names + (["general"] if "general" not in map(fold, dimension_names) else [])
    questions = {
        name: draw(st.lists(texts(), min_size=1, max_size=2)) for name in keys if draw(st.booleans())
    }
    style = {"default": draw(st.integers(1, 5)), "allowOverride": draw(st.booleans())}
    metadata: dict[str, Any] = {
        "name": draw(texts(lines=draw(st.booleans()))),
        "version": draw(st.sampled_from(["1.0", "0.1", "1.10", "12.345"])),
        "type": draw(st.sampled_from(["single-outcome", "multi-dimensional", "comparative"])),
        "author": draw(optional),
        "description": draw(optional),
        "language": draw(st.sampled_from([None, "en", "de-AT"])),
        "interviewStyle": style,
        "resultDisclosure": draw(st.sampled_from(["full", "teaser", "none"])),
        "scale": scale,
        "evidence": draw(st.sampled_from(["required", "preferred", "off"])),
        "minCoverage": draw(st.sampled_from([None, Decimal(0), Decimal("0.6"), Decimal(1)])),
    }
    data: dict[str, Any] = {
        "metadata": {key: value for key, value in metadata.items() if value is not None},
        "dimensions": dimensions,
        "resultCategories": categories,
        "interviewGuidelines": {
            "opening": draw(optional),
            "probingQuestions": questions,
            "closing": draw(optional),
        },
    }
    data["examples"] = draw(_examples(data))
    return data


@st.composite
def rubrics(draw: st.DrawFn, low: Decimal, high: Decimal) -> dict[str, str]:
    """Rubrics whose ranges do not overlap, in any order."""
    bounds = sorted(set(draw(st.lists(decimals(str(low), str(high), 1), max_size=4))))
    found: dict[str, str] = {}
    while bounds:
        first = bounds.pop(0)
        paired: bool = draw(st.booleans())
        if bounds and paired:
            found[f"{first:f}-{bounds.pop(0):f}"] = draw(texts())
        else:
            found[f"{first:f}"] = draw(texts())
    return dict(draw(st.permutations(list(found.items()))))


@st.composite
def _categories(
    draw: st.DrawFn, dimension_names: list[str], low: Decimal, high: Decimal
) -> list[dict[str, Any]]:
    bound = decimals(str(low), str(high), 2)
    found: list[dict[str, Any]] = []
    for name in draw(unique_names(1, 4)):
        bounds = sorted([draw(bound), draw(bound)])
        primary = draw(st.lists(st.sampled_from(dimension_names), unique=True, max_size=3))
        same = [c for c in found if set(c["primaryDimensions"]) == set(primary)]
        if any(c["scoreRange"][0] <= bounds[1] and bounds[0] <= c["scoreRange"][1] for c in same):
            continue
        category = {
            "name": name,
            "scoreRange": bounds,
            "primaryDimensions": primary,
            "description": draw(texts()),
        }
        for key in ("strengths", "growthAreas", "recommendations"):
            category[key] = draw(st.lists(texts(), max_size=2))
        found.append(category)
    return found


@st.composite
def _examples(draw: st.DrawFn, data: dict[str, Any]) -> list[dict[str, Any]]:
    """Examples with correct expectations."""
    low, high = data["metadata"]["scale"]
    rules = ScoringRules(
        tuple(DimensionRule(d["name"], d["weight"]) for d in data["dimensions"]),
        tuple(
            CategoryRule(c["name"], (c["scoreRange"][0], c["scoreRange"][1]), tuple(c["primaryDimensions"]))
            for c in data["resultCategories"]
        ),
        (low, high),
    )
    named = [d["name"] for d in data["dimensions"]]
    ambiguous = "none" in [fold(c["name"]) for c in data["resultCategories"]]
    found = []
    for name in draw(unique_names(0, 2)):
        scored: list[str] = draw(st.lists(st.sampled_from(named), unique=True, min_size=1))
        scores = {dimension: draw(decimals(str(low), str(high), 2)) for dimension in scored}
        outcome = score(rules, scores)
        example: dict[str, Any] = {"name": name, "scores": scores}
        matched = outcome.category.name if outcome.category else "none"
        if not (ambiguous and fold(matched) == "none") and draw(st.booleans()):
            example["category"] = matched
        if "category" not in example or draw(st.booleans()):
            example["overall"] = outcome.overall
        found.append(example)
    return found


#: Characters and others that look like them, or that an author might type instead.
TWINS = [
    (":", "："),
    (":", "="),
    ("-", "\u2011"),
    ("-", "–"),
    ("- ", "• "),
    ("- ", "-"),
    ("- ", ""),
    (": ", " "),
    ("_", "-"),
    ("_", " "),
    ("# ", "#"),
    ("#", "＃"),
    ("#", ""),
    ("#", "##"),
    ("[", ""),
    ("]", ""),
    ("[", "("),
    (".", ","),
    (".", ""),
    ("0", "０"),
    ('"', "“"),
    ("---", "--"),
]


def breakages(text: str) -> Iterator[str]:
    """Yield the text with one broken line, in each way and at each line."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        for broken in _broken_lines(line):
            yield "\n".join([*lines[:number], *broken, *lines[number + 1 :]])


def _broken_lines(line: str) -> Iterator[list[str]]:
    """Yield variants of a line: a level deeper or higher, lost, doubled, split, or with a twin."""
    yield [f"  {line}"]
    yield []
    yield [line, line]
    yield ["", line]
    if line.startswith("  "):
        yield [line[2:]]
    if line.startswith("#"):
        yield [f"**{line.strip('# ')}**"]
    for mark, twin in TWINS:
        if mark in line:
            yield [line.replace(mark, twin, 1)]


@st.composite
def broken_files(draw: st.DrawFn) -> str:
    """Files of valid definitions that are broken at up to three places."""
    text = format_definition(draw(definitions()))
    for _ in range(draw(st.integers(1, 3))):
        lines = text.split("\n")
        number = draw(st.integers(0, len(lines) - 1))
        broken: list[str] = draw(st.sampled_from(list(_broken_lines(lines[number]))))
        text = "\n".join([*lines[:number], *broken, *lines[number + 1 :]])
    return text
