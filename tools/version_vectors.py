"""docs/version-vectors.json, which tests that worker and database compute the same content and hashes.

Each case is the first one with some text replaced. Which parts differ was decided by hand; the hashes are the
worker's. The tests compare the worker with the database, and the database with the file.
"""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from worker.content import Columns, content_of, dimension_hashes, hash_of, parse, scoring_of

TARGET = Path("docs/version-vectors.json")

_FIRST = (
    '{"name": "Vision", "weight": 0.6, "description": "Sees far.", "interviewThemes": ["goals"], '
    '"scoringRubric": {"1-2": "Near.", "3": "Further.", "4-5": "Far."}}'
)
_SECOND = '{"name": "Führung & Größe", "weight": 0.4, "description": "Leads."}'
BASE = (
    f'{{"dimensions": [{_FIRST}, {_SECOND}], '
    '"resultCategories": ['
    '{"name": "Starting", "scoreRange": [1.0, 2.9], "description": "Begins."}, '
    '{"name": "Seer", "scoreRange": [3.0, 5.0], "primaryDimensions": ["Vision", "Führung & Größe"], '
    '"description": "Knows.", "strengths": ["calm"], "growthAreas": ["haste"], "recommendations": ["rest"]}, '
    '{"name": "Leader", "scoreRange": [4.0, 5.0], "primaryDimensions": ["Führung & Größe"]}], '
    '"interviewGuidelines": {"opening": "Welcome.", "closing": "Thank you.", '
    '"probingQuestions": {"Vision": ["Where to?", "Why?"], "general": ["How are you?"]}}}'
)

#: The ids of the two dimensions.
VISION, FUEHRUNG = "vision", "fuhrung-grosse"


class Case(NamedTuple):
    """A case, and what differs from the first one.

    Attributes:
        what: what the case shows.
        replace: pairs of texts, of which the second takes the place of the first in the definition.
        columns: what the row says.
        differs: ``content``, ``scoring``, and the id of each dimension that a rater reads otherwise or whose id
            is another.
        changes: the rules of the changes.
    """

    what: str
    replace: Sequence[tuple[str, str]] = ()
    columns: Columns = Columns("Team check")
    differs: frozenset[str] = frozenset()
    changes: Sequence[str] = ()


def _differs(*what: str) -> frozenset[str]:
    return frozenset(("content", *what))


_WITH_METADATA = '{"metadata": {"name": "x", "version": "7.1", %s}, "dimensions": ['
_START = '{"dimensions": ['

CASES = [
    Case("the one that the others are compared with"),
    Case(
        "defaults that are written out",
        [
            (
                _START,
                _WITH_METADATA
                % '"author": null, "scale": [1.0, 5.00], "evidence": "preferred", "minCoverage": 0.0',
            ),
            ('"Leads."', '"Leads.", "interviewThemes": [], "scoringRubric": {}, "id": "fuhrung-grosse"'),
            ('["Führung & Größe"]}]', '["Führung & Größe"], "strengths": null, "description": null}]'),
        ],
    ),
    Case(
        "unknown keys, examples and the version", [(_START, '{"edition": 2, "examples": [], "dimensions": [')]
    ),
    Case("other names in metadata than in the columns", [(_START, _WITH_METADATA % '"type": "comparative"')]),
    Case(
        "other spellings of numbers and ranges",
        [("0.6", "0.600"), ('"1-2"', '" 1.0–2 "'), ('"3"', '"3-3.0"')],
    ),
    Case(
        "references in other letters, and primary dimensions in another order",
        [
            ('["Vision", "Führung & Größe"]', '["führung & größe", " VISION"]'),
            ('{"Vision": ["Where to?"', '{"vision\u200b": ["Where to?"'),
        ],
    ),
    Case("another name", columns=Columns("Team check 2"), differs=_differs(), changes=["name-changed"]),
    Case(
        "a description",
        columns=Columns("Team check", "For teams."),
        differs=_differs(),
        changes=["description-changed"],
    ),
    Case(
        "another type",
        columns=Columns("Team check", assessment_type="comparative"),
        differs=_differs(),
        changes=["type-changed"],
    ),
    Case(
        "another style",
        columns=Columns("Team check", interview_style_default=5),
        differs=_differs(),
        changes=["style-changed"],
    ),
    Case(
        "a style that nobody may override",
        columns=Columns("Team check", interview_style_allow_override=False),
        differs=_differs(),
        changes=["style-override-changed"],
    ),
    Case(
        "another disclosure",
        columns=Columns("Team check", result_disclosure="none"),
        differs=_differs(),
        changes=["disclosure-changed"],
    ),
    Case(
        "an author",
        [(_START, _WITH_METADATA % '"author": "A. Author"')],
        differs=_differs(),
        changes=["author-changed"],
    ),
    Case(
        "a language",
        [(_START, _WITH_METADATA % '"language": "de-AT"')],
        differs=_differs(),
        changes=["language-changed"],
    ),
    Case("another opening", [("Welcome.", "Hello.")], differs=_differs(), changes=["opening-changed"]),
    Case("another closing", [("Thank you.", "Bye.")], differs=_differs(), changes=["closing-changed"]),
    Case(
        "another general question",
        [("How are you?", "All well?")],
        differs=_differs(),
        changes=["general-questions-changed"],
    ),
    Case(
        "another scale",
        [(_START, _WITH_METADATA % '"scale": [1, 5.5]')],
        differs=_differs("scoring", VISION, FUEHRUNG),
        changes=["scale-changed"],
    ),
    Case(
        "evidence is required, and with it a coverage",
        [(_START, _WITH_METADATA % '"evidence": "required"')],
        differs=_differs("scoring"),
        changes=["coverage-changed", "evidence-changed"],
    ),
    Case(
        "another coverage",
        [(_START, _WITH_METADATA % '"minCoverage": 0.50')],
        differs=_differs("scoring"),
        changes=["coverage-changed"],
    ),
    Case(
        "ranges in whole numbers, as JavaScript writes them",
        [("[1.0, 2.9]", "[1, 2.9]"), ("[3.0, 5.0]", "[3, 5]"), ("[4.0, 5.0]", "[4, 5]")],
    ),
    Case(
        "one decimal place more in a range",
        [("[1.0, 2.9]", "[1.0, 2.90]")],
        differs=_differs("scoring"),
        changes=["precision-changed"],
    ),
    Case(
        "another range",
        [("[4.0, 5.0]", "[4.5, 5.0]")],
        differs=_differs("scoring"),
        changes=["range-changed"],
    ),
    Case(
        "a category without a range",
        [('"scoreRange": [4.0, 5.0], ', "")],
        differs=_differs("scoring"),
        changes=["range-changed"],
    ),
    Case(
        "other weights",
        [('"weight": 0.6', '"weight": 0.55'), ('"weight": 0.4', '"weight": 0.45')],
        differs=_differs("scoring"),
        changes=["weight-changed", "weight-changed"],
    ),
    Case(
        "another name of a category",
        [('"Seer"', '"Seers"')],
        differs=_differs("scoring"),
        changes=["category-added", "category-removed"],
    ),
    Case(
        "another primary dimension",
        [('"primaryDimensions": ["Führung & Größe"]}', '"primaryDimensions": ["Vision"]}')],
        differs=_differs("scoring"),
        changes=["primary-dimensions-changed"],
    ),
    Case(
        "another description of a category",
        [("Knows.", "Knows a lot.")],
        differs=_differs(),
        changes=["category-description-changed"],
    ),
    Case(
        "other strengths",
        [('["calm"]', '["calm", "kind"]')],
        differs=_differs(),
        changes=["strengths-changed"],
    ),
    Case("other growth areas", [('["haste"]', "[]")], differs=_differs(), changes=["growth-areas-changed"]),
    Case(
        "other recommendations",
        [('["rest"]', '["rest\\n\\u0007\\"well\\"\\\\"]')],
        differs=_differs(),
        changes=["recommendations-changed"],
    ),
    Case(
        "another description of a dimension",
        [("Sees far.", "Sees.")],
        differs=_differs(VISION),
        changes=["dimension-description-changed"],
    ),
    Case(
        "other themes",
        [('["goals"]', '["goals", "plans"]')],
        differs=_differs(VISION),
        changes=["themes-changed"],
    ),
    Case(
        "another text of a rubric",
        [("Near.", "Close.")],
        differs=_differs(VISION),
        changes=["rubric-text-changed"],
    ),
    Case(
        "another range of a rubric",
        [('"4-5"', '"4"')],
        differs=_differs(VISION),
        changes=["rubric-range-added", "rubric-range-removed"],
    ),
    Case(
        "other questions", [("Where to?", "Where?")], differs=_differs(VISION), changes=["questions-changed"]
    ),
    Case(
        "questions in another order",
        [('["Where to?", "Why?"]', '["Why?", "Where to?"]')],
        differs=_differs(VISION),
        changes=["questions-changed"],
    ),
    Case(
        "another name of a dimension, under the id that it had",
        [
            ('"name": "Vision",', '"name": "Foresight", "id": "vision",'),
            ('["Vision", ', '["Foresight", '),
            ('{"Vision": ', '{"Foresight": '),
        ],
        differs=_differs(VISION),
        changes=["dimension-name-changed"],
    ),
    Case(
        "another id under the same name",
        [('"name": "Vision",', '"name": "Vision", "id": "sight",')],
        differs=_differs("scoring", VISION, "sight"),
        changes=["dimension-added", "dimension-removed", "primary-dimensions-changed"],
    ),
    Case(
        "a dimension that is called general has the questions of that name",
        [('"Vision"', '"General"')],
        differs=_differs("scoring", VISION, "general"),
        changes=[
            "dimension-added",
            "dimension-removed",
            "primary-dimensions-changed",
            "general-questions-changed",
        ],
    ),
    Case(
        "a category more",
        [
            (
                '"primaryDimensions": ["Führung & Größe"]}]',
                '"primaryDimensions": ["Führung & Größe"]}, {"name": "None"}]',
            )
        ],
        differs=_differs("scoring"),
        changes=["category-added"],
    ),
    Case(
        "the name of a category in other letters",
        [('"Seer"', '"SEER"')],
        differs=_differs("scoring"),
        changes=["category-name-changed"],
    ),
    Case(
        "categories in another order",
        [
            (
                '"Starting", "scoreRange": [1.0, 2.9], "description": "Begins."',
                '"Leader", "scoreRange": [4.0, 5.0], "primaryDimensions": ["Führung & Größe"]',
            ),
            (
                '"Leader", "scoreRange": [4.0, 5.0], "primaryDimensions": ["Führung & Größe"]}]',
                '"Starting", "scoreRange": [1.0, 2.9], "description": "Begins."}]',
            ),
        ],
        differs=_differs("scoring"),
        changes=["categories-reordered"],
    ),
    Case(
        "dimensions in another order",
        [(f"{_FIRST}, {_SECOND}", f"{_SECOND}, {_FIRST}")],
        differs=_differs(),
        changes=["dimensions-reordered"],
    ),
    Case(
        "a dimension more",
        [
            ('"weight": 0.6', '"weight": 0.4'),
            (_SECOND, _SECOND + ', {"name": "領導力", "weight": 0.2, "description": "x"}'),
        ],
        differs=_differs("scoring", "d-039ef349"),
        changes=["dimension-added", "weight-changed"],
    ),
    Case(
        "ids that have changed places",
        [
            ('{"name": "Vision"', '{"id": "fuhrung-grosse", "name": "Vision"'),
            ('{"name": "Führung & Größe"', '{"id": "vision", "name": "Führung & Größe"'),
        ],
        differs=_differs("scoring", VISION, FUEHRUNG),
        changes=["dimension-id-moved"] * 2
        + ["weight-changed"] * 2
        + ["primary-dimensions-changed", "dimensions-reordered"]
        + ["dimension-name-changed", "dimension-description-changed", "themes-changed", "questions-changed"]
        * 2
        + ["rubric-range-added"] * 3
        + ["rubric-range-removed"] * 3,
    ),
]

#: Names and their ids, computed by hand.
IDS = {
    "Strategic Thinking": "strategic-thinking",
    "  Führungskräfte (Größe) ": "fuhrungskrafte-grosse",
    "ÆRØ, Œuvre & Łódź": "aero-oeuvre-lodz",
    "ISTANBUL ıİ": "istanbul-ii",
    "Self\u2010Awareness": "self-awareness",
    "ﬁrst ½": "first-1-2",
    "STRASSE / STRAẞE": "strasse-strasse",
    "C++": "c",
    "領導力 2": "2",
    "ß" * 100: "s" * 200,
    "ß" * 101: "d-" + sha256(("ß" * 101).encode()).hexdigest()[:8],
    "領導力": "d-039ef349",
    "???": "d-a03b221c",
}


def definition_of(case: Case) -> str:
    """Return the definition of a case, as JSON."""
    text = BASE
    for old, new in case.replace:
        if old not in text:
            raise ValueError(f"{case.what!r} replaces {old!r}, which is not there")
        text = text.replace(old, new)
    return text


def generate() -> str:
    """Return the file: JSON with one vector per line. Numbers are written as above."""
    ids = ",\n".join(f"  {json.dumps(name)}: {json.dumps(id_)}" for name, id_ in IDS.items())
    vectors = ",\n".join(map(_vector, CASES))
    return f'{{"ids": {{\n{ids}\n}},\n"contents": [\n{vectors}\n]}}\n'


def _vector(case: Case) -> str:
    text = definition_of(case)
    content = content_of(parse(text), case.columns)
    facts = {
        "columns": case.columns._asdict(),
        "differs": sorted(case.differs),
        "changes": sorted(case.changes),
        "definition_sha256": hash_of(content),
        "scoring_sha256": hash_of(scoring_of(content)),
        "dimension_hashes": dimension_hashes(content),
    }
    return f'{{"what": {json.dumps(case.what)}, "definition": {text}, {json.dumps(facts)[1:]}'
