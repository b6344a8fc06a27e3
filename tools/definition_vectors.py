"""docs/definition-vectors.json, which tests that the models and the database refuse the same of a definition.

Each case is the first one with a value replaced. The path and the reason of its error were decided by hand;
docs/errors.md lists the reasons, with what the database expects in the first case of each.
"""

import copy
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from worker.definition import json_path, write_json

TARGET = Path("docs/definition-vectors.json")

Steps: TypeAlias = tuple[str | int, ...]

#: Every reason of an error of a definition, and what it means.
REASONS: Final = {
    "wrong-type": "the value has another JSON type",
    "missing": "a part without which nothing works is missing or empty",
    "null": "metadata has a key without a value",
    "wrong-count": "too few or too many",
    "too-large": "the whole is too large",
    "too-deep": "lists and objects are nested too deep",
    "number-out-of-range": "a number that no part of the format can have",
    "too-precise": "a number has too many decimal places",
    "invalid-text": "the name of the assessment is empty or too long",
    "invalid-version": "the version is not two whole numbers",
    "invalid-language": "the language is not a language tag",
    "invalid-scale": "the scale is not two numbers from 0 to 100, the lower first",
    "invalid-id": "the id of a dimension is not a slug",
    "invalid-range": "the key of a rubric is not a range",
    "unknown-value": "a word that is not one of the allowed ones",
    "out-of-range": "a number outside of its range",
    "not-positive": "a weight is not above 0",
    "weights-sum": "the weights do not sum to 1",
    "out-of-order": "a range ends below its start",
    "outside-scale": "a score or range is outside the scale",
    "overlapping-range": "two ranges of a rubric share a score",
    "ambiguous-range": "two categories share a part of the range and have the same primary dimensions",
    "duplicate-name": "a name is used twice, perhaps in another spelling",
    "duplicate-id": "an id is that of another dimension",
    "duplicate-reference": "a dimension is named twice, perhaps in another spelling",
    "unknown-dimension": "there is no dimension of this name",
    "unknown-category": "there is no category of this name",
    "unclean-name": "a name carries what a document put around it",
    "raw-html": "a text has HTML, or what programs may take for it",
    "unsafe-link": "a link leads elsewhere than to http, https or mailto",
    "forbidden-character": "a text has a character that changes what is shown without being seen",
    "wrong-example": "the scoring rule gives another result than the example expects",
}

BASE: Final[dict[str, Any]] = {
    "metadata": {"name": "Clear Speech", "scale": [1, 5]},
    "dimensions": [
        {
            "name": "Clarity",
            "weight": Decimal("0.6"),
            "description": "Says what is meant.",
            "interviewThemes": ["words"],
            "scoringRubric": {"1-2": "Seldom.", "3": "Often.", "4-5": "Always."},
        },
        {"name": "Courage", "weight": Decimal("0.4"), "description": "Says it at all."},
    ],
    "resultCategories": [
        {"name": "Starting", "scoreRange": [Decimal("1.0"), Decimal("2.9")], "description": "Begins."},
        {
            "name": "Speaker",
            "scoreRange": [Decimal("3.0"), Decimal("5.0")],
            "primaryDimensions": ["Clarity"],
            "description": "Is heard.",
            "strengths": ["calm"],
        },
    ],
    "interviewGuidelines": {
        "opening": "Welcome.",
        "probingQuestions": {"Clarity": ["Why?"], "general": ["How?"]},
    },
    "examples": [
        {
            "name": "Both",
            "scores": {"Clarity": 4},
            "overall": 4,
            "category": "Speaker",
        }
    ],
}

FIRST: Final = ("dimensions", 0)
SECOND: Final = ("dimensions", 1)
RUBRIC: Final = (*FIRST, "scoringRubric")
STARTING: Final = ("resultCategories", 0)
SPEAKER: Final = ("resultCategories", 1)
QUESTIONS: Final = ("interviewGuidelines", "probingQuestions")
EXAMPLE: Final = ("examples", 0)
THEME: Final = (*FIRST, "interviewThemes", 0)


class Case(NamedTuple):
    """A definition.

    Attributes:
        what: what the case shows.
        at: the value that differs from that of the first case.
        value: the value.
        reason: why it is refused; empty if it is not.
        path: where the error is, if that is not the value.
    """

    what: str
    at: Steps
    value: Any
    reason: str = ""
    path: Steps | None = None


def _texts(reason: str, *texts: str) -> Iterator[Case]:
    """Texts as a theme, of which all or none are refused for a reason."""
    return (Case(f"a text: {text!a}", THEME, text, reason) for text in texts)


def _names(reason: str, *names: str) -> Iterator[Case]:
    return (Case(f"a name: {name!a}", (*STARTING, "name"), name, reason) for name in names)


CASES: Final[Sequence[Case]] = (
    Case("valid", (), None),
    Case("unknown keys are kept", ("edition",), {"a": None}),
    # what may be missing
    Case("no metadata", ("metadata",), {}),
    Case("no categories", ("resultCategories",), [], "unknown-category", (*EXAMPLE, "category")),
    Case("a category with a name only", STARTING, {"name": "Starting"}),
    Case(
        "empty texts of a form",
        SPEAKER,
        {**BASE["resultCategories"][1], "description": " ", "strengths": ["", "calm"]},
    ),
    Case("a level without text", RUBRIC, {"1-2": "", "3": "Often."}),
    Case("no questions of a dimension", QUESTIONS, {"Clarity": []}),
    Case("an example without a name", (*EXAMPLE, "name"), ""),
    Case("an example that expects nothing", EXAMPLE, {"name": "Both", "scores": {"Clarity": 4}}),
    Case("an example without scores", EXAMPLE, {"name": "Both", "scores": {}, "overall": 1}),
    Case("an empty opening", ("interviewGuidelines", "opening"), ""),
    Case(
        "sixteen categories",
        ("resultCategories",),
        [*BASE["resultCategories"], *({"name": f"C{n}"} for n in range(14))],
        "wrong-count",
    ),
    Case("a dimension without a description", (*FIRST, "description"), "", "missing"),
    Case("a dimension without a name", (*SECOND, "name"), " ", "missing"),
    # types and numbers
    Case("a text as a list", (*FIRST, "interviewThemes"), "words", "wrong-type"),
    Case("a number as a text", (*SPEAKER, "description"), 3, "wrong-type"),
    Case("metadata without a value", ("metadata", "author"), None, "null"),
    Case("an empty name", ("metadata", "name"), "", "invalid-text"),
    Case("a version of three numbers", ("metadata", "version"), "1.0.0", "invalid-version"),
    Case("another type", ("metadata", "type"), "quiz", "unknown-value"),
    Case(
        "a style of 6",
        ("metadata", "interviewStyle"),
        {"default": 6},
        "out-of-range",
        ("metadata", "interviewStyle", "default"),
    ),
    Case("a language by its name", ("metadata", "language"), "German", "invalid-language"),
    Case("a scale from high to low", ("metadata", "scale"), [5, 1], "invalid-scale"),
    Case("evidence and coverage", ("metadata",), {"evidence": "required", "minCoverage": 0.75}),
    Case("no evidence and all weights", ("metadata",), {"evidence": "off", "minCoverage": 1}),
    Case("evidence in another word", ("metadata", "evidence"), "optional", "unknown-value"),
    Case("evidence as a list", ("metadata", "evidence"), ["required"], "unknown-value"),
    Case("evidence without a value", ("metadata", "evidence"), None, "null"),
    Case("a coverage in per cent", ("metadata", "minCoverage"), 60, "out-of-range"),
    Case("a coverage below 0", ("metadata", "minCoverage"), -0.1, "out-of-range"),
    Case("a coverage as a text", ("metadata", "minCoverage"), "0.6", "out-of-range"),
    Case("a coverage without a value", ("metadata", "minCoverage"), None, "null"),
    Case("an id with a space", (*FIRST, "id"), "clear speech", "invalid-id"),
    Case("the id that another name gives", (*FIRST, "id"), "courage", "duplicate-id"),
    Case("a weight of 102 digits", (*FIRST, "weight"), Decimal("1e101"), "number-out-of-range"),
    Case("a weight of 0", (*FIRST, "weight"), 0, "not-positive"),
    Case("a weight above 1", (*FIRST, "weight"), Decimal("1.005"), "out-of-range"),
    Case("weights that sum to 1.1", (*FIRST, "weight"), Decimal("0.7"), "weights-sum", ("dimensions",)),
    Case(
        "a weight of 31 decimal places",
        (*FIRST, "weight"),
        Decimal("0.6000000000000000000000000000001"),
        "too-precise",
    ),
    # ranges
    Case("another dash and spaces", RUBRIC, {"1 – 2": "Seldom."}),
    Case("a key that is no range", RUBRIC, {"low": "Seldom."}, "invalid-range", (*RUBRIC, "low")),
    Case("a range that ends below its start", (*SPEAKER, "scoreRange"), [5, 3], "out-of-order"),
    Case("a range outside the scale", (*SPEAKER, "scoreRange"), [3, 6], "outside-scale"),
    Case(
        "levels that share a score", RUBRIC, {"1-2": "a", "2-3": "b"}, "overlapping-range", (*RUBRIC, "2-3")
    ),
    Case("categories that share a range, with other primary dimensions", (*STARTING, "scoreRange"), [1, 3]),
    Case(
        "categories that nothing tells apart",
        STARTING,
        {"name": "Starting", "scoreRange": [1, 3], "primaryDimensions": ["CLARITY"]},
        "ambiguous-range",
        (*SPEAKER, "scoreRange"),
    ),
    # names and references
    Case("a name in another case", (*SECOND, "name"), "CLARITY", "duplicate-name"),
    Case(
        "the name of a category twice", (*STARTING, "name"), "speaker", "duplicate-name", (*SPEAKER, "name")
    ),
    Case(
        "the name of an example twice",
        ("examples",),
        [{"name": "a"}, {"name": "A"}],
        "duplicate-name",
        ("examples", 1, "name"),
    ),
    Case(
        "a primary dimension twice",
        (*SPEAKER, "primaryDimensions"),
        ["Clarity", "clarity"],
        "duplicate-reference",
        (*SPEAKER, "primaryDimensions", 1),
    ),
    Case(
        "questions of a dimension twice",
        QUESTIONS,
        {"Clarity": ["a"], "clarity": ["b"]},
        "duplicate-reference",
        (*QUESTIONS, "clarity"),
    ),
    Case("questions of no dimension", QUESTIONS, {"Calm": ["a"]}, "unknown-dimension", (*QUESTIONS, "Calm")),
    Case("an example of no category", (*EXAMPLE, "category"), "Loud", "unknown-category"),
    *_names(
        "",
        "Trust {#trust} me",
        "Trust & Care",
        "1. Trust",
        "{#trust}",
        "Trust_me",
        "*Trust* me",
        "\u2011Trust\u200d",
    ),
    *_names(
        "unclean-name",
        "Trust {#trust}",
        "[]{#a}Trust",
        "Trust\\!",
        "**Trust**",
        "_Trust_",
        "`Trust`",
        "Trust:",
        "Trust\uff1a",
    ),
    *_names("unclean-name", "Trust\nme", "Trust\u00a0me", "12\\. Trust", "Trust \\& Care"),
    # texts
    *_texts(
        "",
        "a < b > c",
        "`<b>` and ``<i>``",
        "\\<b>",
        "<https://a.org>",
        "<a@b.org>",
        "[a](https://b.org 'c')",
        "[1] (see below)",
    ),
    *_texts(
        "",
        "[low](the first band)",
        "[Drive]: what moves",
        "x <y",
        "\U0001f469\u200d\U0001f680 \u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "a\u00adb\u200e",
    ),
    *_texts(
        "raw-html",
        "<b>x</b>",
        "a <br/> b",
        "<!-- x",
        "a </b",
        "<div",
        "`<b>` ` <i>",
        "`a\n<b>`",
        "a\n<img src=x",
        "\\\\<b>",
        "a <b and c> d",
    ),
    *_texts(
        "unsafe-link",
        "[a](javascript:alert(1))",
        "[a](&#106;avascript:x)",
        "![a](/b.png)",
        "[a]( <JavaScript:x> )",
        "[a]()",
    ),
    *_texts(
        "unsafe-link", "<ftp://a.org>", "<javascript:x>", "[a]: javascript:x\n\n[a]", "[a][b]\n\n[b]:\n/c 'd'"
    ),
    *_texts(
        "forbidden-character",
        "a\u202eb",
        "a\u2066b\u2069",
        "a\u200bb",
        "\ufeffa",
        "a\x07b",
        "a\x7fb",
        "a\x85b",
        "a\U000e0061b",
        "a\u2063b",
    ),
    # examples
    Case("another overall score", (*EXAMPLE, "overall"), 3, "wrong-example"),
    Case("another category", (*EXAMPLE, "category"), "Starting", "wrong-example"),
    Case("a category where none is expected", (*EXAMPLE, "category"), "none", "wrong-example"),
    Case("an example in other spellings", (*EXAMPLE, "category"), "SPEAKER"),
    Case(
        "a score outside the scale",
        (*EXAMPLE, "scores"),
        {"Clarity": 6},
        "outside-scale",
        (*EXAMPLE, "scores", "Clarity"),
    ),
)


def definition_of(case: Case) -> dict[str, Any]:
    """The definition of a case."""
    result = copy.deepcopy(BASE)
    holder: Any = result
    for step in case.at[:-1]:
        holder = holder[step]
    if case.at:
        holder[case.at[-1]] = copy.deepcopy(case.value)
    return result


def faults_of(case: Case) -> list[dict[str, str]]:
    """The errors of a case: none or one."""
    where = case.at if case.path is None else case.path
    return [{"path": json_path(where), "reason": case.reason}] if case.reason else []


def written(value: object) -> str:
    """JSON with exact numbers."""
    parts: list[str] = []
    write_json(value, parts.append, ", ", ": ")
    return "".join(parts)


def generate() -> str:
    """Return the text of docs/definition-vectors.json: a case in each line."""
    lines = [
        written({"what": case.what, "definition": definition_of(case), "faults": faults_of(case)})
        for case in CASES
    ]
    return "[\n" + ",\n".join(in_ascii(line) for line in lines) + "\n]\n"


def in_ascii(text: str) -> str:
    """Return JSON with what is not ASCII by its number, since some of it cannot be seen."""
    return "".join(char if " " <= char <= "~" else json.dumps(char)[1:-1] for char in text)
