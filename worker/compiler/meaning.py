"""What the values of a file mean: names, numbers, sums, references. Builds the definition's parts.

Each reader takes the items of its section and returns models; where a value is faulty it is reported and a
stand-in takes its place, so that the checks that do not depend on it still run. The models are put together
without pydantic's validation, which would cost more than all the rest: a test holds what is built here
against the validated models.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from worker.compiler.blocks import ITEM, PARAGRAPH, Block
from worker.compiler.diagnostics import Code, Faults, nearest, plain, shown
from worker.compiler.grammar import (
    CATEGORY_FIELDS,
    DIMENSION_FIELDS,
    DIMENSIONS,
    EXAMPLE_FIELDS,
    FAULTY,
    GUIDELINES,
    Field,
    Grammar,
    Item,
    Section,
    item_text,
    without_number,
)
from worker.compiler.values import (
    BLOCK_SCALAR,
    close_emphasis,
    is_thematic_break,
    normal_key,
    parse_inline_list,
    parse_number,
    parse_range,
    parse_weight,
    unquote,
    unwrap,
)
from worker.definition import (
    GENERAL,
    MARKS,
    MAX_CATEGORIES,
    MAX_DIMENSIONS,
    WEIGHT_TOLERANCE,
    Dimension,
    Example,
    InterviewGuidelines,
    ResultCategory,
    clean_name,
    clean_text,
)
from worker.markup import markup_faults
from worker.names import REMEMBERED_LENGTH, fold, remembered
from worker.scoring import CategoryRule, DimensionRule

__all__ = ["CategoryNode", "DimensionNode", "ExampleNode", "Meaning", "make"]

Model = TypeVar("Model", bound=BaseModel)
Range = tuple[Decimal, Decimal]
#: A field and the text of its value: all that ``Grammar.value_at`` needs to find the value.
Place = tuple[Field, str]
NOWHERE: Final[Place] = ((0, 0, "", ()), "")
#: The texts of the items of a list, and where each begins, or white space before it.
Listed = tuple[list[str], list[int]]

#: Less than any number that an author can write.
BELOW_ALL: Final = Decimal(-1)
#: What thematic breaks begin and end with.
BREAKS: Final = frozenset("-*_")
WHEN_EXPLORING: Final = ("when", "exploring")
GUIDELINE_ITEMS: Final = {normal_key(name): name for name in ("Opening", "Probing Questions", "Closing")}


def make(model: type[Model], values: dict[str, Any]) -> Model:
    """Return a model with these values, all of them and already valid, without validating them again."""
    made = object.__new__(model)
    set_ = object.__setattr__
    set_(made, "__dict__", values)
    set_(made, "__pydantic_fields_set__", set(values))
    set_(made, "__pydantic_extra__", None)
    set_(made, "__pydantic_private__", None)
    return made


@dataclass(slots=True)
class DimensionNode:
    """A dimension as it was read. ``weight`` is None when it is missing or faulty."""

    item: Item
    name: str
    weight: Decimal | None
    weight_text: str
    rubric: list[tuple[Decimal, Decimal, str, int]]
    model: Dimension

    @property
    def rule(self) -> DimensionRule:
        """What scoring needs of the dimension."""
        return DimensionRule(self.name, self.weight or Decimal(0))


@dataclass(slots=True)
class CategoryNode:
    """A category as it was read. ``score_range`` is None when it is faulty; ``primary`` is folded."""

    item: Item
    name: str
    score_range: Range | None
    place: Place
    primary: frozenset[str] | None
    model: ResultCategory
    _at: tuple[int, int] | None = None

    def at(self, grammar: Grammar) -> tuple[int, int]:
        """Return where the range stands; it is looked for once."""
        self._at = self._at or grammar.value_at(*self.place)
        return self._at

    @property
    def rule(self) -> CategoryRule:
        """What scoring needs of the category."""
        return CategoryRule(self.name, self.score_range, self.model.primary_dimensions)


@dataclass(slots=True)
class ExampleNode:
    """An example as it was read; ``sound`` when it can be scored. ``scores`` are by folded name."""

    item: Item
    scores: dict[str, Decimal]
    overall_at: Place
    category_at: Place
    sound: bool
    model: Example


@dataclass(slots=True)
class Meaning:
    """Reads the items of the sections, in the order: dimensions, categories, guidelines, examples."""

    text: str
    grammar: Grammar
    faults: Faults
    scale: Range | None
    risky: bool
    dimensions: dict[str, str] = field(default_factory=dict)
    dimensions_known: bool = False
    marked: list[int] = field(default_factory=list)
    ranges: dict[str, tuple[Decimal, Decimal, str]] = field(default_factory=dict)  # sound, as spelled
    colons: Sequence[int] = (0,)  # how many colons dimensions' names have, ascending
    general: str = GENERAL  # where the questions for no dimension stand
    named: dict[str, str | None] = field(default_factory=dict)  # what questions' beginnings name
    scored: dict[str, str] = field(default_factory=dict)  # the dimensions that examples name, folded
    longest_name: int = 100

    # --- dimensions ---

    def read_dimensions(self, sections: Sequence[Section]) -> list[DimensionNode]:
        """Read the dimensions, and check their names, weights and rubrics."""
        nodes: list[DimensionNode] = []
        named = True
        for section in sections:
            for item in self._items(section):
                fields = self.grammar.fields(item, DIMENSION_FIELDS, ("weight", "description"))
                named = self._name(item, self.dimensions, "dimension") and named
                weight, weight_text = self._weight(item, fields.get("weight"))
                rubric_texts: dict[str, str] = {}
                rubric = self._rubric(item, fields.get("scoring_rubric"), rubric_texts)
                model = make(
                    Dimension,
                    {
                        "name": item.name,
                        "weight": weight,
                        "description": self._text(item, fields, "description"),
                        "interview_themes": self._texts(item, fields, "interview_themes"),
                        "scoring_rubric": rubric_texts,
                    },
                )
                nodes.append(DimensionNode(item, item.name, weight, weight_text, rubric, model))
        self.dimensions_known = named and bool(nodes)
        if nodes:
            self.general = self.dimensions.get(GENERAL, GENERAL)
            self.colons = sorted({0, *[name.count(":") for name in self.dimensions]})
            # Folding makes no name shorter than a third, and a reference has at most some words and marks
            # more.
            self.longest_name = 3 * max(map(len, self.dimensions), default=0) + 100
        if len(nodes) > MAX_DIMENSIONS:
            self._too_many(Code.TOO_MANY_DIMENSIONS, nodes[MAX_DIMENSIONS].item, len(nodes), MAX_DIMENSIONS)
        if sections and nodes and all(node.weight is not None for node in nodes):
            self._check_sum(sections[0], nodes)
        return nodes

    def _weight(self, item: Item, found: Field | None) -> tuple[Decimal | None, str]:
        if found is None or found[2] is FAULTY:
            return None, ""
        text = found[2].strip()
        weight = parse_weight(text)
        if weight is not None and 0 < weight <= 1:
            return weight, text
        where = f"{item.where} / weight"
        start, end = self.grammar.value_at(found, text)
        if not text:
            self._empty(Code.EMPTY_VALUE, found, where, "write a decimal such as `- weight: 0.25`")
        elif weight is None:
            hint = "write a decimal (`0.25`), a percentage (`25%`) or a fraction (`1/4`)"
            guess = parse_weight(text.replace(",", ".", 1))
            if guess is not None:
                hint = f"write `- weight: {guess}`"
            self.faults.add(Code.INVALID_WEIGHT, start, end, where, f"{shown(text)} is not a weight", hint)
        else:
            hint = "a weight is more than 0 and at most 1; write `0.25`, `25%` or `1/4`"
            if 1 < weight <= 100 and text[-1:].isdigit() and "/" not in text:
                hint = f"write `- weight: {plain(text)}%` if that is a percentage; a weight is at most 1"
            self.faults.add(
                Code.INVALID_WEIGHT, start, end, where, f"the weight {shown(text)} is outside of 0 to 1", hint
            )
        return None, text

    def _check_sum(self, section: Section, nodes: Sequence[DimensionNode]) -> None:
        total = sum((node.weight for node in nodes if node.weight is not None), Decimal(0))
        if -WEIGHT_TOLERANCE <= total - 1 <= WEIGHT_TOLERANCE:
            return
        missing = 1 - total
        what = f"{missing} is missing" if missing > 0 else f"{-missing} is too much"
        self.faults.add(
            Code.WEIGHTS_SUM,
            section.start,
            section.end,
            DIMENSIONS,
            f"the weights sum to {total}, not to 1: {what}",
            lambda: _sum_hint(nodes, missing),
        )

    def _rubric(
        self, item: Item, found: Field | None, texts: dict[str, str]
    ) -> list[tuple[Decimal, Decimal, str, int]]:
        """Return the ranges of a rubric, ascending, with key and number in the list; fill ``texts`` so."""
        ranges: list[tuple[Decimal, Decimal, str, int]] = []
        if found is None:
            return ranges
        entries: dict[str, str] = {}
        ascending, top = True, BELOW_ALL
        scale = self.scale
        known = self.ranges
        risky = self.risky
        listed, places = self._listed(item, found, "scoring_rubric")
        for index, text in enumerate(listed):
            spelled, colon, rest = text.partition(":")
            bounds = known.get(spelled)
            is_new = bounds is None
            if is_new and colon:
                bounds = _rubric_range(spelled)
                if bounds is None:
                    spelled, rest = close_emphasis(spelled, rest)
                    spelled = unwrap(spelled)
                    bounds = _rubric_range(spelled)
            value = rest.strip(" ")
            if value != rest.strip():
                value = clean_text(rest)
            if bounds is None or not value:
                start = self._skip(places[index])
                self._rubric_fault(item, text, start, bounds is not None)
                continue
            low, high, key = bounds
            if is_new:
                if low > high:
                    at = self._listed_at(spelled, places[index])
                    self._reversed(item, "scoring_rubric", at, spelled, f"{high}-{low}")
                    continue
                if scale is not None and (low < scale[0] or high > scale[1]):
                    at = self._listed_at(spelled, places[index])
                    self._outside(item, "scoring_rubric", at, spelled, scale)
                    continue
                known[spelled] = bounds
            if risky:
                start = places[index]
                self._check(value, start, start + len(text), f"{item.where} / scoring_rubric")
            ascending = ascending and low > top
            top = high
            ranges.append((low, high, key, index))
            entries.setdefault(key, value)
        if ascending:
            texts.update(entries)
        else:
            self._sort_rubric(item, ranges, places, entries, texts)
        return ranges

    def _sort_rubric(
        self,
        item: Item,
        ranges: list[tuple[Decimal, Decimal, str, int]],
        places: list[int],
        entries: Mapping[str, str],
        texts: dict[str, str],
    ) -> None:
        """Bring the ranges of a rubric in order, and report those that overlap."""
        ranges.sort()
        previous = None
        for entry in ranges:
            if previous is not None and entry[0] <= previous[1]:
                later, first = (entry, previous) if entry[3] > previous[3] else (previous, entry)
                place = self._skip(places[later[3]])
                line = self.grammar.line_of(places[first[3]])
                self.faults.add(
                    Code.RUBRIC_OVERLAP,
                    place,
                    place + len(later[2]),
                    f"{item.where} / scoring_rubric",
                    f"the range `{later[2]}` overlaps `{first[2]}` on line {line}",
                    "give each score to one range only, such as `1-2`, `3` and `4-5`",
                )
            else:
                texts[entry[2]] = entries[entry[2]]
            if previous is None or entry[1] > previous[1]:
                previous = entry

    def _rubric_fault(self, item: Item, text: str, start: int, has_range: bool) -> None:
        first = plain(text.partition("\n")[0])
        digits = "".join(c if c.isdigit() or c in ".-" else " " for c in text[:20]).split()
        message = (
            f"the range of `{first}` has no text" if has_range else f"`{first}` does not begin with a range"
        )
        guess = digits[0].strip(".-") if digits else ""
        self.faults.add(
            Code.INVALID_RANGE,
            start,
            start + len(text.partition("\n")[0]),
            f"{item.where} / scoring_rubric",
            message,
            f"write `- {guess or '1-2'}: what it means`",
        )

    # --- categories ---

    def read_categories(self, sections: Sequence[Section]) -> list[CategoryNode]:
        """Read the categories, and check their names, ranges and references."""
        nodes: list[CategoryNode] = []
        names: dict[str, str] = {}
        for section in sections:
            for item in self._items(section):
                fields = self.grammar.fields(item, CATEGORY_FIELDS, ("score_range", "description"))
                self._name(item, names, "category")
                score_range, at = self._score_range(item, fields.get("score_range"))
                primary, known = self._references(item, fields.get("primary_dimensions"))
                model = make(
                    ResultCategory,
                    {
                        "name": item.name,
                        "score_range": score_range,
                        "primary_dimensions": tuple(primary.values()),
                        "description": self._text(item, fields, "description"),
                        "strengths": self._texts(item, fields, "strengths"),
                        "growth_areas": self._texts(item, fields, "growth_areas"),
                        "recommendations": self._texts(item, fields, "recommendations"),
                    },
                )
                folded = frozenset(primary) if known else None
                nodes.append(CategoryNode(item, item.name, score_range, at, folded, model))
        if len(nodes) > MAX_CATEGORIES:
            self._too_many(Code.TOO_MANY_CATEGORIES, nodes[MAX_CATEGORIES].item, len(nodes), MAX_CATEGORIES)
        return nodes

    def _score_range(self, item: Item, found: Field | None) -> tuple[Range | None, Place]:
        if found is None or found[2] is FAULTY:
            return None, NOWHERE
        text = found[2].strip()
        place = found, text
        bounds = parse_range(text)
        if bounds is None:
            where = f"{item.where} / score_range"
            if not text:
                self._empty(
                    Code.EMPTY_VALUE, found, where, "write a range such as `- score_range: [4.0, 5.0]`"
                )
            else:
                hint = "write two numbers, such as `- score_range: [4.0, 5.0]`"
                if (number := parse_number(text)) is not None:
                    hint = f"write `- score_range: [{number}, {number}]`"
                at = self.grammar.value_at(*place)
                self.faults.add(Code.INVALID_RANGE, *at, where, f"{shown(text)} is not a range", hint)
            return None, place
        low, high = bounds
        if low > high:
            self._reversed(item, "score_range", self.grammar.value_at(*place), text, f"[{high}, {low}]")
            return None, place
        if self.scale is not None and (low < self.scale[0] or high > self.scale[1]):
            self._outside(item, "score_range", self.grammar.value_at(*place), text, self.scale)
            return None, place
        return bounds, place

    def _references(self, item: Item, found: Field | None) -> tuple[dict[str, str], bool]:
        """Return the dimensions of a list, by folded name as they are spelled, and whether all are known."""
        seen: dict[str, str] = {}
        if found is None:
            return seen, True
        names = self.dimensions
        sound = found[2] is not FAULTY
        listed, places = self._listed(item, found, "primary_dimensions")
        for index, text in enumerate(listed):
            key = fold(text)
            spelled = names.get(key)
            if spelled is None:
                key = fold(unwrap(text))
                spelled = names.get(key)
            if spelled is None:
                sound = False
                start = places[index]
                self._unknown_dimension(text, start, f"{item.where} / primary_dimensions")
            elif key in seen:
                self.faults.add(
                    Code.DUPLICATE_REFERENCE,
                    *self._listed_at(text, places[index]),
                    f"{item.where} / primary_dimensions",
                    f"the dimension {shown(text)} stands twice in this list",
                    "delete one of them",
                )
            else:
                seen[key] = spelled
        return seen, sound

    def _unknown_dimension(self, text: str, start: int, where: str) -> None:
        if not self.dimensions_known:
            return
        names = self._candidates()
        start = self._skip(start)
        self.faults.add(
            Code.UNKNOWN_DIMENSION,
            start,
            start + len(text.partition("\n")[0]),
            where,
            f"there is no dimension {shown(text)}",
            lambda: (
                f"did you mean `{plain(guess)}`?"
                if (guess := nearest(text, names)) is not None
                else "the dimensions are " + ", ".join(f"`{plain(name)}`" for name in names)
            ),
        )

    # --- guidelines ---

    def read_guidelines(self, sections: Sequence[Section]) -> InterviewGuidelines:
        """Read what the interviewer says."""
        texts: dict[str, str | None] = {"Opening": None, "Closing": None}
        questions: dict[str, list[str]] = {}
        seen: dict[str, int] = {}
        for section in sections:
            for item in self.grammar.items(section):
                name = GUIDELINE_ITEMS.get(normal_key(item.name))
                if name is None and item.name[:1].isdigit():
                    name = GUIDELINE_ITEMS.get(normal_key(without_number(item.name)))
                if name is None:
                    self._unknown_item(item)
                    continue
                if name in seen:
                    self.faults.add(
                        Code.DUPLICATE_ITEM,
                        item.start,
                        item.end,
                        f"{GUIDELINES} / {name}",
                        f"{shown(name)} stands twice; first on line {self.grammar.line_of(seen[name])}",
                        "keep one of them",
                    )
                    continue
                seen[name] = item.start
                if name == "Probing Questions":
                    self._questions(item, questions)
                    continue
                text = spoken_text(self.text[item.end : item.stop])
                if text:
                    texts[name] = text
                    if self.risky:
                        self._check(text, item.end, item.stop, item.where)
                else:
                    self.faults.add(
                        Code.EMPTY_VALUE,
                        item.start,
                        item.end,
                        item.where,
                        f"there is no text under {shown(name)}",
                        "write what the interviewer says, or delete the heading",
                    )
        names = [*self.dimensions.values(), GENERAL]
        ordered = {name: tuple(questions[name]) for name in names if name in questions}
        return make(
            InterviewGuidelines,
            {"opening": texts["Opening"], "probing_questions": ordered, "closing": texts["Closing"]},
        )

    def _unknown_item(self, item: Item) -> None:
        self.grammar.lost.append((f'"{plain(item.name)}" of {GUIDELINES}', item.start))
        name = item.name
        self.faults.add(
            Code.UNKNOWN_ITEM,
            item.start,
            item.end,
            item.where,
            f"there is no part {shown(name)} of the interview guidelines; it is left out",
            lambda: (
                f"did you mean `### {guess}`?"
                if (guess := nearest(name, GUIDELINE_ITEMS.values())) is not None
                else "the parts are " + ", ".join(f"`### {part}`" for part in GUIDELINE_ITEMS.values())
            ),
        )

    def _questions(self, item: Item, questions: dict[str, list[str]]) -> None:
        under: str | None = None  # the dimension whose heading the bullets are under; "" when it is not known
        where = item.where
        for block in self.grammar.blocks[item.first : item.last]:
            kind, start, end, children = block
            if kind == ITEM:
                if under is None and children:
                    self._question_group(block, where, questions)
                    continue
                text = item_text(self.text[start:end])
                if under is None:
                    self._single_question(text, start, end, where, questions)
                else:
                    self._question(text, under, start, end, where, questions)
            elif kind >= PARAGRAPH:
                self.grammar.stray(where, start, end)
            else:
                text = clean_name(self.grammar.heading(block))
                under = self._dimension_or_general(text)
                if under is None:
                    under = ""
                    self._unknown_dimension(text, self._find(start, end, text), where)

    def _question(  # noqa: PLR0913, PLR0917 - a question, whose it is and where it stands
        self, text: str, name: str, start: int, end: int, where: str, questions: dict[str, list[str]]
    ) -> None:
        text = unquote(text)
        if not text:
            self._empty_item(start, where)
        else:
            if self.risky:
                self._check(text, start, end, where)
            questions.setdefault(name, []).append(text)

    def _question_group(self, block: Block, where: str, questions: dict[str, list[str]]) -> None:
        """Read a bullet with bullets of its own: a dimension and its questions, or one long question."""
        _, start, end, children = block
        first, following = children[0]
        head = item_text(self.text[start:first])
        if not head and self.text[first].isdigit():
            # What begins with a number is a list of its own to CommonMark: here it is a numbered name.
            head = self._without_list_number(self.text[first:following].strip())
            if len(children) == 1:
                self._single_question(head, start, end, where, questions)
                return
            children = children[1:]
        name = self._dimension_or_general(clean_name(head))
        if name is None:
            if self._split_question(head)[0] is not None:
                # A question with more under it.
                self._single_question(item_text(self.text[start:end]), start, end, where, questions)
                return
            if not head.endswith((":", ":**", ":*", ":__", ":_")) and self._near_dimension(head) is None:
                self._question(item_text(self.text[start:end]), self.general, start, end, where, questions)
                return
            name = ""
            text = _explored(clean_name(head))
            self._unknown_dimension(text, self._find(start, end, text), where)
        for child_start, child_end in children:
            text = item_text(self.text[child_start:child_end])
            self._question(text, name, child_start, child_end, where, questions)

    def _without_list_number(self, text: str) -> str:
        """Return a numbered text as it is where it names a dimension so, else without its number."""
        text = clean_text(text)
        name = self._split_question(text)[0] or self._dimension_or_general(clean_name(text))
        unnumbered = item_text(text)
        if name is None and (
            self._split_question(unnumbered)[0] or self._dimension_or_general(clean_name(unnumbered))
        ):
            return unnumbered
        return text

    def _single_question(
        self, text: str, start: int, end: int, where: str, questions: dict[str, list[str]]
    ) -> None:
        """Read a bullet ``When exploring <dimension>: "question"``, or a question for no dimension."""
        name, question = self._split_question(text)
        if name is None:
            before, colon, rest = text.partition(":")
            key, rest = close_emphasis(before, rest)
            meant = _explored(clean_name(key)) if colon else ""
            if colon and (meant != clean_name(key) or self._near_dimension(meant) is not None):
                self._unknown_dimension(meant, self._find(start, end, meant), where)
                name, question = "", rest.strip()
            elif not colon and self._dimension_or_general(clean_name(text)) is not None:
                # A name alone: its questions have been lost.
                name, question = self.general, ""
            else:
                name, question = self.general, text
        if not question and name:
            self.faults.add(
                Code.EMPTY_VALUE,
                start,
                end,
                where,
                f"there is no question behind {shown(text)}",
                "write the question behind the colon, or as bullets indented under it",
            )
            return
        self._question(question, name, start, end, where, questions)

    def _split_question(self, text: str) -> tuple[str | None, str]:
        """Split at the last colon before which a dimension's name stands."""
        if len(self.colons) == 1:
            key, colon, rest = text.partition(":")
            name, rest = self._name_before(key, rest) if colon else (None, rest)
            return (name, rest) if name is not None else (None, text)
        best: tuple[str | None, str] = (None, text)
        at, passed = -1, 0
        for count in self.colons:
            # What stands before this colon has as many colons as some name.
            while passed <= count:
                at = text.find(":", at + 1)
                if at < 0:
                    return best
                passed += 1
            name, rest = self._name_before(text[:at], text[at + 1 :])
            if name is not None:
                best = name, rest
        return best

    def _name_before(self, key: str, rest: str) -> tuple[str | None, str]:
        """Return the dimension that is named before a colon, and what stands behind it."""
        if key[:1] in MARKS:
            key, rest = close_emphasis(key, rest)
        if key in self.named:
            name = self.named[key]
        else:
            name = self._dimension_or_general(clean_name(key))
            if len(key) <= REMEMBERED_LENGTH:
                self.named[key] = name
        return name, rest.strip()

    def _dimension_or_general(self, text: str) -> str | None:
        """Return the dimension that a text names, with or without ``When exploring``, or ``general``."""
        key = fold(text)
        name = self.dimensions.get(key)
        if name is None and key == GENERAL:
            name = GENERAL
        if name is not None or len(text) > self.longest_name:
            return name
        for spelled in (unwrap(text), _explored(text), unwrap(_explored(text))):
            key = fold(spelled)
            if key in self.dimensions:
                return self.dimensions[key]
            if key == GENERAL:
                return GENERAL
        return None

    def _near_dimension(self, text: str) -> str | None:
        if len(text) > 100:
            return None
        return self.grammar.near(text, self._candidates())

    def _candidates(self) -> list[str]:
        """Return the dimensions that can have been meant: as many as are allowed."""
        return list(islice(self.dimensions.values(), MAX_DIMENSIONS))

    # --- examples ---

    def read_examples(
        self, sections: Sequence[Section], categories: Sequence[CategoryNode]
    ) -> list[ExampleNode]:
        """Read the author's test cases; they are scored when all of the file has been read."""
        nodes: list[ExampleNode] = []
        names: dict[str, str] = {}
        spelled = {fold(node.name): node.name for node in categories}
        for section in sections:
            for item in self._items(section):
                fields = self.grammar.fields(item, EXAMPLE_FIELDS, ("scores",))
                self._name(item, names, "example")
                scores, sound = self._scores(item, fields.get("scores"))
                overall, overall_at = self._overall(item, fields.get("overall"))
                category, category_at = self._expected(item, fields.get("category"), spelled)
                if "overall" not in fields and "category" not in fields:
                    self.faults.add(
                        Code.NO_EXPECTATION,
                        item.start,
                        item.end,
                        item.where,
                        "the example does not say what is expected",
                        "add a bullet `- overall: 3.9` or `- category: Name of a category`, or both",
                    )
                model = make(
                    Example,
                    {
                        "name": item.name,
                        "scores": {
                            name: scores[key]
                            for key, name in islice(self.dimensions.items(), MAX_DIMENSIONS)
                            if key in scores
                        },
                        "overall": overall,
                        "category": category,
                    },
                )
                nodes.append(
                    ExampleNode(
                        item,
                        scores,
                        overall_at,
                        category_at,
                        sound and bool(scores),
                        model,
                    )
                )
        return nodes

    def _scores(self, item: Item, found: Field | None) -> tuple[dict[str, Decimal], bool]:
        """Return the scores by folded name, and whether all of them are sound."""
        scores: dict[str, Decimal] = {}
        if found is None:
            return scores, False
        sound = True
        dimensions = self.dimensions
        known = self.scored
        scale = self.scale
        listed, places = self._listed(item, found, "scores")
        for index, text in enumerate(listed):
            key, _, rest = text.rpartition(":")
            folded = known.get(key)
            if folded is None:
                key, rest, folded = self._score_key(key, rest)
            value = parse_number(rest.strip()) if key else None
            if value is None:
                sound = False
                hint = "write the dimension, a colon and a score, such as `- Vision: 4`"
                self.faults.add(
                    Code.INVALID_SCORE,
                    *self._listed_at(text, places[index]),
                    f"{item.where} / scores",
                    f"{shown(text)} is not a score",
                    hint,
                )
            elif folded not in dimensions:
                sound = False
                self._unknown_dimension(key, places[index], f"{item.where} / scores")
            elif folded in scores:
                sound = False
                where = f"{item.where} / scores"
                message = f"the dimension {shown(dimensions[folded])} is scored twice"
                at_ = self._listed_at(text, places[index])
                self.faults.add(Code.INVALID_SCORE, *at_, where, message, "keep one of the scores")
            elif scale is not None and not scale[0] <= value <= scale[1]:
                sound = False
                at_ = self._listed_at(text, places[index])
                self._outside(item, "scores", at_, text, scale)
            else:
                scores[folded] = value
        if not listed and not self._reported(found):
            self._empty(
                Code.EMPTY_VALUE,
                found,
                f"{item.where} / scores",
                "write a score for at least one dimension, such as `[Vision: 4]`",
            )
        return scores, sound

    def _score_key(self, spelled: str, rest: str) -> tuple[str, str, str]:
        """Return the name before a score's colon, what stands behind the colon, and the folded name."""
        key = spelled
        if key[:1] in MARKS:
            key, rest = close_emphasis(key, rest)
        folded = fold(key.rstrip())
        if folded not in self.dimensions:
            key = clean_name(key)
            folded = fold(key)
            if folded not in self.dimensions:
                folded = fold(unwrap(key))
        elif key is spelled:
            self.scored[key] = folded
        return key, rest, folded

    def _overall(self, item: Item, found: Field | None) -> tuple[Decimal | None, Place]:
        """Return the expected overall score, None where there is none to hold the example to."""
        if found is None or found[2] is FAULTY:
            return None, NOWHERE
        text = found[2].strip()
        value = parse_number(text)
        if value is not None:
            return value, (found, text)
        where = f"{item.where} / overall"
        if not text:
            self._empty(Code.EMPTY_VALUE, found, where, "write the overall score, such as `- overall: 3.9`")
        else:
            self.faults.add(
                Code.INVALID_SCORE,
                *self.grammar.value_at(found, text),
                where,
                f"{shown(text)} is not a score",
                "write the overall score with up to two decimal places, such as `- overall: 3.95`",
            )
        return None, NOWHERE

    def _expected(
        self, item: Item, found: Field | None, spelled: Mapping[str, str]
    ) -> tuple[str | None, Place]:
        """Return the expected category, None where there is none to hold the example to."""
        if found is None or found[2] is FAULTY:
            return None, NOWHERE
        text = clean_text(found[2])
        place = found, text
        key = fold(clean_name(text))
        if key not in spelled and key != "none":
            key = fold(unwrap(text))
        if text and key in spelled and key != "none":
            return spelled[key], place
        where = f"{item.where} / category"
        if not text:
            self._empty(Code.EMPTY_VALUE, found, where, "write the name of a category, or `none`")
            return None, NOWHERE
        if key == "none":
            if key not in spelled:
                return "none", place
            self.faults.add(
                Code.AMBIGUOUS_EXPECTATION,
                *self.grammar.value_at(*place),
                where,
                "`none` could mean the category of that name, or that no category matches",
                "give the category another name",
            )
        elif spelled:
            names = [*islice(spelled.values(), MAX_CATEGORIES), "none"]
            self.faults.add(
                Code.UNKNOWN_CATEGORY,
                *self.grammar.value_at(*place),
                where,
                f"there is no category {shown(text)}",
                lambda: (
                    f"did you mean `{plain(guess)}`?"
                    if (guess := nearest(text, names)) is not None
                    else "write the name of a category, or `none` when none is to match"
                ),
            )
        return None, place

    # --- what all sections share ---

    def _items(self, section: Section) -> list[Item]:
        """Return the items of a section that must have some."""
        items = list(self.grammar.items(section))
        if not items:
            self.faults.add(
                Code.EMPTY_SECTION,
                section.start,
                section.end,
                section.name,
                f"the section {shown(section.name)} has no items",
                "write a third-level heading for each item, such as `### Name`",
            )
        return items

    def _too_many(self, code: Code, item: Item, count: int, limit: int) -> None:
        message = f"there are {count} of them; at most {limit} are allowed"
        self.faults.add(
            code, item.start, item.end, item.where, message, f"delete {count - limit}, or join some"
        )

    def _name(self, item: Item, names: dict[str, str], kind: str) -> bool:
        """Check the name of an item and remember it; return whether it can be referred to."""
        name = item.name
        if not name:
            self.faults.add(
                Code.EMPTY_NAME,
                item.start,
                item.end,
                item.where.removesuffix(" / "),
                "this heading has no text",
                f"write the name of the {kind} behind the `###`",
            )
            return False
        sound = True
        if self.risky:
            self._check(name, item.start, item.end, item.where)
            sound = not any(markup_faults(name))
        key = fold(name)
        if key in names:
            self.faults.add(
                Code.DUPLICATE_NAME,
                item.start,
                item.end,
                item.where,
                f"there is another {kind} {shown(names[key])}; upper and lower case do not count",
                "give one of them another name",
            )
        else:
            names[key] = name
        return sound

    def _text(self, item: Item, fields: Mapping[str, Field], name: str) -> str:
        """Return the value of a required text."""
        found = fields.get(name)
        if found is None:
            return ""
        text = clean_text(found[2])
        if text[:1] in {"|", ">"} and (indicator := BLOCK_SCALAR.match(found[2])):
            text = clean_text(found[2][indicator.end() :])
        if not text:
            self._empty(Code.EMPTY_VALUE, found, f"{item.where} / {name}", f"write a text behind `{name}:`")
        elif self.risky:
            self._check(text, found[0], found[1], f"{item.where} / {name}")
        return text

    def _texts(self, item: Item, fields: Mapping[str, Field], name: str) -> tuple[str, ...]:
        """Return the value of a list of texts."""
        found = fields.get(name)
        if found is None:
            return ()
        listed, places = self._listed(item, found, name)
        if self.risky:
            for index, text in enumerate(listed):
                start = places[index]
                self._check(text, start, start + len(text), f"{item.where} / {name}")
        return tuple(listed)

    def _listed(self, item: Item, found: Field, name: str) -> Listed:
        """Return the items of a list value: nested bullets, or an inline list. Report what is neither."""
        _, end, rest, children = found
        listed: list[str] = []
        places: list[int] = []
        if rest is FAULTY:
            return listed, places
        inline = rest.strip()
        if children:
            listed, places = self._nested(children, f"{item.where} / {name}")
            source = self.text
            # Behind a bullet stands the indentation of the next one, or text that belongs to none.
            behind = zip(
                [to for _, to in children], [*(start for start, _ in children[1:]), end], strict=True
            )
            inline = inline or next(filter(None, (source[start:to].strip() for start, to in behind)), "")
            if not inline:
                return listed, places
            mend = f"write every entry of `{name}` as a bullet indented under it"
        else:
            parsed = parse_inline_list(inline)
            if parsed is not None:
                begin = self.grammar.value_at(found, inline)[0]
                for text, offset in parsed:
                    if text:
                        listed.append(clean_text(text))
                        places.append(begin + offset)
                    else:
                        self._empty_item(begin + offset, f"{item.where} / {name}")
                return listed, places
            entries = plain(inline.strip("[]{}\\"))
            mend = f"write `- {name}: [{entries}]`, or one bullet for each, indented under it"
            if "\n" in inline or inline[:2] in {"- ", "* ", "+ "}:
                mend = "write one bullet for each entry, indented by two spaces under it"
        if inline:
            begin, to = self.grammar.value_at(found, inline)
            where = f"{item.where} / {name}"
            self.faults.add(Code.NOT_A_LIST, begin, to, where, f"{shown(inline)} is not a list", mend)
        return listed, places

    def _nested(self, children: Sequence[tuple[int, int]], where: str) -> Listed:
        """Return the texts of nested bullets, and report empty ones."""
        listed: list[str] = []
        places: list[int] = []
        for start, end in children:
            # Before the mark stands a number, or indentation that is more than the list needs.
            text = self.text[start:end]
            at = start + 1 + len(text) - len(text.lstrip(" \t\n0123456789"))
            text = clean_text(self.text[at:end])
            if text:
                listed.append(text)
                places.append(at)
            else:
                self._empty_item(start, where)
        return listed, places

    def _reported(self, found: Field) -> bool:
        """Tell whether a list has been reported as being none."""
        return bool(found[2].strip()) and parse_inline_list(found[2].strip()) is None

    def _empty(self, code: Code, found: Field, where: str, hint: str) -> None:
        message = f"`{where.rpartition(' / ')[2]}` has no value"
        self.faults.add(code, found[0], found[1], where, message, hint)

    def _empty_item(self, start: int, where: str) -> None:
        message = "this entry of the list is empty and is left out"
        self.faults.add(Code.EMPTY_ITEM, start, start, where, message, "write its text, or delete it")

    def _reversed(self, item: Item, name: str, at: tuple[int, int], text: str, mend: str) -> None:
        message = f"the range {shown(text)} begins above its end"
        key = "" if name == "scoring_rubric" else f"{name}: "
        self.faults.add(Code.REVERSED_RANGE, *at, f"{item.where} / {name}", message, f"write `- {key}{mend}`")

    def _outside(self, item: Item, name: str, at: tuple[int, int], text: str, scale: Range) -> None:
        low, high = scale
        self.faults.add(
            Code.OUTSIDE_SCALE,
            *at,
            f"{item.where} / {name}",
            f"{shown(text)} lies outside of the scale, {low} to {high}",
            f"stay within {low} to {high}, or widen `scale` in the front matter",
        )

    def _check(self, text: str, start: int, end: int, where: str) -> None:
        """Report HTML and links that a text has when it is rendered alone, unless the file showed them."""
        first = bisect_left(self.marked, start)
        if first < len(self.marked) and self.marked[first] < end:
            return
        for code, what in markup_faults(text):
            message = (
                f"HTML is not allowed: {shown(what)}"
                if code == "raw-html"
                else f"the link leads to {shown(what)}"
            )
            hint = "delete it, or write it as code between backticks"
            self.faults.add(Code(code), self._skip(start), end, where, message, hint)
            return

    def _listed_at(self, text: str, start: int) -> tuple[int, int]:
        """Return the range of the first line of an item of a list."""
        start = self._skip(start)
        return start, start + len(text.partition("\n")[0])

    def _skip(self, start: int) -> int:
        """Return where the text begins that stands at ``start`` or behind white space there."""
        line = self.text[start : start + 100]
        return start + len(line) - len(line.lstrip(" \t\n"))

    def _find(self, start: int, end: int, text: str) -> int:
        """Return where a text stands in a range; the beginning of the range when it is not found."""
        return max(self.text.find(text, start, end), start)


def spoken_text(text: str) -> str:
    """Return what an interviewer says, without a block quote or quotation marks around it."""
    text = clean_text(text)
    if text[:1] in BREAKS or text[-1:] in BREAKS:
        text = _without_breaks(text)
    lines = text.split("\n")
    if text and all(line.startswith(">") for line in lines):
        text = clean_text("\n".join([line[1:].removeprefix(" ") for line in lines]))
    return unquote(text)


def _without_breaks(text: str) -> str:
    """Drop thematic breaks around a text: they set it apart from its neighbours and are not spoken."""
    lines = text.split("\n")
    spoken = [at for at, line in enumerate(lines) if line and not is_thematic_break(line)]
    return "\n".join(lines[spoken[0] : spoken[-1] + 1]) if spoken else ""


def _explored(text: str) -> str:
    """Return the name in ``When exploring <name>``."""
    words = text.split(None, 2) if text[:4].lower() == WHEN_EXPLORING[0] else []
    if len(words) == 3 and words[1].lower() == WHEN_EXPLORING[1]:
        return clean_name(words[2])
    return text


@remembered
def _rubric_range(spelled: str) -> tuple[Decimal, Decimal, str] | None:
    """Return the bounds and the stored spelling of a rubric's range."""
    number = parse_number(spelled) if "-" not in spelled else None
    if number is not None:
        return number, number, f"{number:f}"
    bounds = parse_range(spelled)
    if bounds is None:
        return None
    return bounds[0], bounds[1], f"{bounds[0]:f}-{bounds[1]:f}"


def _sum_hint(nodes: Iterable[DimensionNode], missing: Decimal) -> str:
    """Return the weight that would make the sum right."""
    for node in reversed(list(nodes)):
        weight = (node.weight or Decimal(0)) + missing
        if 0 < weight <= 1:
            text = (
                f"{weight * 100:f}".rstrip("0").rstrip(".") + "%"
                if "%" in node.weight_text
                else f"{weight:f}"
            )
            return f"for example write `- weight: {text}` for `{plain(node.name)}`"
    return "lower the weights until they sum to 1"
