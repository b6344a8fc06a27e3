"""Valid files in randomly chosen spellings compile to the intended definition."""

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.py.compiler.specimen import check
from tests.py.harness.examples import examples
from worker.definition import Definition
from worker.ids import dimension_id

WORDS = st.sampled_from(
    ["clear goals", "Führung", "trust & care", "3 weeks", "what changed", "日本語", "e.g. a plan", "x-ray"]
)
LINES = st.lists(WORDS, min_size=1, max_size=3).map(" and ".join)
NAMES = ["Vision", "Trust in Others", "Größe", "Delivery: on time", "Care (daily)", "A/B tests"]


@st.composite
def files(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A file, and the definition that it means as JSON data with numbers as strings."""
    spell = Speller(draw)
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    weights = {1: ["1"], 2: ["0.7", "0.3"], 3: ["0.5", "0.25", "0.25"], 4: ["0.4", "0.3", "0.2", "0.1"]}[
        len(names)
    ]
    text = "---\nname: A test\n---\n\n" + spell.heading(2, "Dimensions", numbered=True)
    dimensions = []
    for name, weight in zip(names, weights, strict=True):
        description, themes = draw(LINES), draw(st.lists(LINES, max_size=3))
        text += spell.heading(3, name)
        text += spell.fields(
            [
                ("weight", spell.weight(weight)),
                ("description", f" {description}"),
                ("interview themes", spell.listed(themes)),
                (
                    "scoring rubric",
                    spell.nested(
                        [f"{spell.range('1', '2')}: low", f"{draw(st.sampled_from(['3', '**3**']))}: high"]
                    ),
                ),
            ]
        )
        dimensions.append(
            {
                "name": name,
                "weight": weight,
                "description": description,
                "interviewThemes": themes,
                "scoringRubric": {"1-2": "low", "3": "high"},
            }
        )
    text += spell.heading(2, "Result categories", numbered=True)
    categories = []
    for name, low, high in (("Beginning", "1.0", "2.9"), ("Going well", "3.0", "5")):
        primary = draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
        description, strengths = draw(LINES), draw(st.lists(LINES, max_size=2))
        text += spell.heading(3, name)
        spelled = [draw(st.sampled_from([p, p.replace("ß", "ẞ").upper(), p.lower()])) for p in primary]
        text += spell.fields(
            [
                ("score range", f" {spell.score_range(low, high)}"),
                ("primary dimensions", spell.listed(spelled)),
                ("description", f" {description}"),
                ("strengths", spell.listed(strengths)),
            ]
        )
        categories.append(
            {
                "name": name,
                "scoreRange": [low, high],
                "primaryDimensions": primary,
                "description": description,
                "strengths": strengths,
                "growthAreas": [],
                "recommendations": [],
            }
        )
    opening, questions = draw(LINES), {name: draw(st.lists(LINES, min_size=1, max_size=2)) for name in names}
    text += spell.heading(2, "Interview Guidelines", numbered=True)
    text += spell.heading(3, "Opening") + spell.one("", "> ") + spell.quoted(opening) + "\n\n"
    text += spell.heading(3, "Probing questions") + spell.questions(questions)
    return text, {
        "dimensions": dimensions,
        "resultCategories": categories,
        "examples": [],
        "interviewGuidelines": {"opening": opening, "probingQuestions": questions},
    }


class Speller:
    """Chooses spellings."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def one(self, *options: str) -> str:
        chosen: str = self.draw(st.sampled_from(options))
        return chosen

    def heading(self, level: int, text: str, *, numbered: bool = False) -> str:
        if numbered:
            text = self.one("", "1. ", "2) ") + self.one(text, text.upper())
        text = self.one("{}", "**{}**", "{}:", "*{}*", "**{}:**", "__{}__").format(text)
        return f"{'#' * level} {text}{self.one('', ' ' + '#' * level)}\n{self.one('', chr(10))}"

    def key(self, key: str) -> str:
        key = self.one(
            key, key.title(), key.replace(" ", "_"), key.replace(" ", "-"), key.replace(" ", r"\_")
        )
        return self.one("{}:", "**{}:**", "**{}**:", "`{}`:", "*{}*:", "_{}:_").format(key)

    def fields(self, fields: Sequence[tuple[str, str]]) -> str:
        mark = self.one("-", "*", "+", "1.")
        indent = " " * (len(mark) + 1)
        gap = self.one("\n", "\n\n")
        ordered = self.draw(st.permutations([field for field in fields if field[1]]))
        bullets = [f"{mark} {self.key(key)}{value}".replace("\n", "\n" + indent) for key, value in ordered]
        return gap.join(bullets) + "\n\n"

    def weight(self, weight: str) -> str:
        percent = f"{float(weight) * 100:g}"
        fraction = f"{round(float(weight) * 100)}/100"
        return " " + self.one(
            weight,
            f"{percent}%",
            f"{percent} %",
            fraction,
            f"**{weight}**",
            weight + "00" if "." in weight else weight,
        )

    def range(self, low: str, high: str) -> str:
        return self.one("{}-{}", "{} – {}", "{}–{}", '"{}-{}"', "**{}-{}**", "{} to {}").format(low, high)

    def score_range(self, low: str, high: str) -> str:
        return self.one("[{}, {}]", "{}-{}", "{} – {}", "{} to {}", "`[{}, {}]`").format(low, high)

    def listed(self, items: Sequence[str]) -> str:
        inline: bool = self.draw(st.booleans())
        if items and inline:
            return (
                " ["
                + ", ".join(
                    f'"{item}"' if "," in item or self.draw(st.booleans()) else item for item in items
                )
                + "]"
            )
        return self.nested(items)

    def nested(self, items: Sequence[str]) -> str:
        mark = self.one("-", "*", "+", "1.")
        return "".join(f"\n{mark} {item}" for item in items)

    def quoted(self, text: str) -> str:
        return self.one("{}", '"{}"', "“{}”", "'{}'").format(text)

    def questions(self, questions: dict[str, list[str]]) -> str:
        text = ""
        for name, found in questions.items():
            form = self.one("each", "group") if text.find("####") < 0 else "heading"
            form = self.one(form, "heading")
            if form == "each":
                lead = self.one("{}: ", "When exploring {}: ", "**{}:** ").format(name)
                text += "".join(f"- {lead}{self.quoted(question)}\n" for question in found)
            elif form == "group":
                lines = "".join(f"  - {self.quoted(question)}\n" for question in found)
                text += f"- {self.one('{}', '{}:', '**{}**').format(name)}\n{lines}"
            else:
                text += f"\n#### {name}\n\n" + "".join(f"- {self.quoted(question)}\n" for question in found)
        return text


@settings(max_examples=examples(150), deadline=None)
@given(files())
def test_every_spelling_means_what_was_meant(case: tuple[str, dict[str, Any]]) -> None:
    text, meant = case
    compilation = check(text)
    assert [d for d in compilation.diagnostics if d.code not in {"possible-tie", "range-gap"}] == []
    assert isinstance(compilation.definition, Definition)
    found = json.loads(compilation.definition.to_json(), parse_float=str, parse_int=str)
    del found["metadata"]
    for dimension in found["dimensions"]:
        assert dimension.pop("id") == dimension_id(dimension["name"])
    assert found == meant
