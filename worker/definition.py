"""The definition: the one source of its shape, of its JSON Schema and of the checks the database repeats.

Keys are camelCase in JSON and snake_case in Python. Every number is a ``Decimal``; a float is refused. A
definition that these models accept is one that the compiler can produce: ``worker.compiler.formatter`` can
write it as Markdown, and the compiler reads that Markdown back as the same definition. Values are brought to
one form when they are read: texts lose white space at their ends and shared indentation, references are
spelled as the dimension spells itself, and rubrics run from the lowest range to the highest.

For a definition that the database holds, which may lack optional parts and have unknown keys, scoring reads
``worker.scoring.ScoringRules.from_json`` instead.
"""

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Annotated, Any, Final, Literal, Self, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel

from worker.markup import markup_faults
from worker.names import fold, remembered
from worker.scoring import (
    DEFAULT_SCALE,
    CategoryRule,
    DimensionRule,
    ScoringRules,
    decimal_places,
    score,
)

__all__ = [
    "Definition",
    "Dimension",
    "Example",
    "InterviewGuidelines",
    "InterviewStyle",
    "Metadata",
    "ResultCategory",
    "clean_name",
    "clean_text",
    "parse_plain_number",
    "parse_range_key",
    "shortest",
]

MAX_DIMENSIONS: Final = 20
MAX_CATEGORIES: Final = 15
MAX_NAME: Final = 200
MAX_DEFINITION_BYTES: Final = 512_000
MAX_SCALE: Final = Decimal("9.99")
MAX_DIGITS: Final = 30
WEIGHT_TOLERANCE: Final = Decimal("0.01")
VERSION: Final = re.compile(r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})")
#: From highly structured to fully conversational.
INTERVIEW_STYLES: Final = (1, 2, 3, 4, 5)
GENERAL: Final = "general"
NO_MATCH: Final = "none"
MARKS: Final = frozenset("*_`")
NAME_ENDS: Final = ":" + "".join(c for c in map(chr, range(0x3001)) if c.isspace())
#: Spaces at which no line is broken: word processors put them where a space was typed.
NO_BREAK_SPACES: Final = "\u00a0\u2007\u202f"
SPACES: Final = str.maketrans(dict.fromkeys(NO_BREAK_SPACES, " "))
EMPHASIS: Final = ("***", "___", "**", "__", "*", "_", "`")


# --- texts and numbers --------------------------------------------------------------------------------------


def clean_text(text: str) -> str:
    """Return a text in the one form in which texts are stored.

    Line ends are line feeds; there is no white space at the ends; lines of white space are empty; the
    indentation that all lines after the first share is gone, and indentation is made of spaces.
    """
    text = text.strip()
    if "\n" not in text and "\r" not in text:
        return text
    if "\t" not in text and "\r" not in text:
        others = text.partition("\n")[2]
        indented = "\n" + others[: -len(others.lstrip(" "))]
        flush = text.replace(indented, "\n")
        # Most texts are indented alike on all their lines, and none is empty or of white space.
        if "\n " not in flush and "\n\n" not in flush and text.count(indented) == text.count("\n"):
            return flush
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines):
        rest = line.lstrip(" \t")
        if not rest:
            lines[number] = ""
        elif number and rest is not line:
            lines[number] = line[: len(line) - len(rest)].expandtabs(4) + rest
    margin = min((len(line) - len(line.lstrip(" ")) for line in lines[1:] if line), default=0)
    return "\n".join([lines[0], *[line[margin:] for line in lines[1:]]])


def clean_name(text: str) -> str:
    """Return a name without the spelling around it: white space, a trailing colon, emphasis of the whole.

    Its spaces are plain ones.
    """
    name = text.strip()
    if not name.isascii():
        name = name.translate(SPACES)
    if name[:1].isalnum() and name[-1].isalnum():
        return name
    while True:
        before = name
        name = name.rstrip(NAME_ENDS)
        if name[:1] not in MARKS:
            return name
        for mark in EMPHASIS:
            inner = name[len(mark) : -len(mark)]
            if name.startswith(mark) and name.endswith(mark) and inner.strip(" \\") and mark[0] not in inner:
                name = inner.strip()
                break
        if name == before:
            return name


@remembered
def parse_plain_number(text: str) -> Decimal | None:
    """Return the number that ``3``, ``3.5`` or ``.5`` spells; None for any other text."""
    digits = text.replace(".", "", 1)
    if not digits.isdigit() or not digits.isascii() or len(text) > MAX_DIGITS or text[-1] == ".":
        return None
    return Decimal(text)


def parse_range_key(key: str) -> tuple[Decimal, Decimal] | None:
    """Return the bounds of a rubric's key, ``3`` or ``3-4``; None when it is neither."""
    low, dash, high = key.partition("-")
    first, second = parse_plain_number(low), parse_plain_number(high if dash else low)
    return None if first is None or second is None else (first, second)


def _exact(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        msg = "a number was expected, exact: an int or a Decimal"
        raise ValueError(msg)  # noqa: TRY004 - pydantic reports a ValueError as a fault of the value
    number = Decimal(value)
    if not number.is_finite() or abs(number) >= 1000 or decimal_places(number) > MAX_DIGITS:
        msg = f"a number has at most {MAX_DIGITS} decimal places and lies under 1000"
        raise ValueError(msg)
    return number.copy_abs() if number.is_zero() else number


def shortest(number: Decimal) -> Decimal:
    """Drop trailing zeros: a weight is a value, not a spelling."""
    text = f"{number:f}"
    return Decimal(text.rstrip("0").rstrip(".") or "0") if "." in text else number


def _text(value: object) -> object:
    return clean_text(value) if isinstance(value, str) else value


def _valid_text(value: str) -> str:
    if not value:
        msg = "a text must not be empty"
        raise ValueError(msg)
    if "\0" in value or not _is_encodable(value):
        msg = "a text must not hold NUL or half of a surrogate pair"
        raise ValueError(msg)
    for code, what in markup_faults(value):
        msg = f"{code}: {what}"
        raise ValueError(msg)
    return value


def _valid_name(value: str) -> str:
    if "\n" in value or clean_name(value) != value:
        msg = "a name is one line, without emphasis around it and without a colon at its end"
        raise ValueError(msg)
    return value


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _number_schema(**limits: object) -> WithJsonSchema:
    return WithJsonSchema({"type": "number", **limits})


Text: TypeAlias = Annotated[
    str,
    BeforeValidator(_text),
    AfterValidator(_valid_text),
    WithJsonSchema({"type": "string", "pattern": r"\S"}),
]
Name: TypeAlias = Annotated[Text, AfterValidator(_valid_name)]
Title: TypeAlias = Annotated[
    Text,
    Field(max_length=MAX_NAME),
    WithJsonSchema({"type": "string", "pattern": r"\S", "maxLength": MAX_NAME}),
]
Number: TypeAlias = Annotated[Decimal, BeforeValidator(_exact), _number_schema()]
Weight: TypeAlias = Annotated[
    Decimal,
    BeforeValidator(_exact),
    Field(gt=0, le=1),
    AfterValidator(shortest),
    _number_schema(exclusiveMinimum=0, maximum=1),
]
Bound: TypeAlias = Annotated[
    Decimal,
    BeforeValidator(_exact),
    Field(ge=0, le=MAX_SCALE),
    _number_schema(minimum=0, maximum=float(MAX_SCALE)),
]
AssessmentType: TypeAlias = Literal["single-outcome", "multi-dimensional", "comparative"]
Disclosure: TypeAlias = Literal["full", "teaser", "none"]
Version: TypeAlias = Annotated[str, Field(pattern=f"^{VERSION.pattern}$")]


def _ordered(bounds: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
    if bounds[0] > bounds[1]:
        msg = "the lower bound comes first"
        raise ValueError(msg)
    return bounds


def _ascending(bounds: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
    if bounds[0] >= bounds[1]:
        msg = "the lower bound comes first and the upper one is greater"
        raise ValueError(msg)
    return bounds


def _rubric(rubric: dict[str, str]) -> dict[str, str]:
    """Check the ranges of a rubric against each other and put them in ascending order."""
    ranges = []
    for key in rubric:
        bounds = parse_range_key(key)
        if bounds is None or bounds[0] > bounds[1]:
            msg = f"{key!r} is not a range such as 3 or 3-4"
            raise ValueError(msg)
        ranges.append((bounds, key))
    ranges.sort()
    for (lower, _), (upper, key) in itertools.pairwise(ranges):
        if upper[0] <= lower[1]:
            msg = f"the range {key} overlaps another"
            raise ValueError(msg)
    return {range_key(bounds, key): rubric[key] for bounds, key in ranges}


def range_key(bounds: tuple[Decimal, Decimal], spelled: str) -> str:
    """Return the key under which a rubric stores a range: ``3``, or ``3-4`` where it has two bounds."""
    return f"{bounds[0]:f}-{bounds[1]:f}" if "-" in spelled else f"{bounds[0]:f}"


# --- models -------------------------------------------------------------------------------------------------


class _Model(BaseModel):
    # What validates is only built when something is validated: the compiler itself does without.
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )


class InterviewStyle(_Model):
    """How an interview is held, and whether a campaign or session may choose otherwise."""

    default: Annotated[
        int,
        Field(
            strict=True,
            ge=INTERVIEW_STYLES[0],
            le=INTERVIEW_STYLES[-1],
            description="1 highly structured, 5 fully conversational",
        ),
    ] = 3
    allow_override: Annotated[bool, Field(strict=True)] = True


class Metadata(_Model):
    """What the front matter says about the assessment as a whole."""

    name: Title
    version: Version = "1.0"
    type: AssessmentType = "multi-dimensional"
    author: Text | None = None
    description: Text | None = None
    interview_style: InterviewStyle = InterviewStyle.model_construct()
    result_disclosure: Disclosure = "full"
    scale: Annotated[tuple[Bound, Bound], AfterValidator(_ascending)] = DEFAULT_SCALE


class Dimension(_Model):
    """One thing that is measured. Rubric keys are ``3`` or ``3-4``, inside the scale, without overlaps."""

    name: Name
    weight: Weight
    description: Text
    interview_themes: tuple[Text, ...] = ()
    scoring_rubric: Annotated[
        dict[Annotated[str, Field(pattern=r"^[0-9.]+(-[0-9.]+)?$")], Text], AfterValidator(_rubric)
    ] = {}


class ResultCategory(_Model):
    """One result. ``score_range`` is inclusive; its bounds keep the decimal places they were written with."""

    name: Name
    score_range: Annotated[tuple[Bound, Bound], AfterValidator(_ordered)]
    primary_dimensions: tuple[Name, ...] = ()
    description: Text
    strengths: tuple[Text, ...] = ()
    growth_areas: tuple[Text, ...] = ()
    recommendations: tuple[Text, ...] = ()


class InterviewGuidelines(_Model):
    """What an interviewer says. Questions stand under the name of a dimension, or under ``general``."""

    opening: Text | None = None
    probing_questions: dict[Name, Annotated[tuple[Text, ...], Field(min_length=1)]] = {}
    closing: Text | None = None


class Example(_Model):
    """The author's own test case: scores and their expected result. ``category`` is ``none`` for no match."""

    name: Name
    scores: Annotated[dict[Name, Number], Field(min_length=1)]
    overall: Number | None = None
    category: Name | None = None


class Definition(_Model):
    """A complete definition."""

    metadata: Metadata
    dimensions: Annotated[tuple[Dimension, ...], Field(min_length=1, max_length=MAX_DIMENSIONS)]
    result_categories: Annotated[tuple[ResultCategory, ...], Field(min_length=1, max_length=MAX_CATEGORIES)]
    interview_guidelines: InterviewGuidelines = InterviewGuidelines.model_construct()
    examples: tuple[Example, ...] = ()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read a complete definition. Numbers are read exactly.

        Raises:
            pydantic.ValidationError: the text is JSON, but not a valid definition.
            ValueError: the text is not JSON, or nested too deep.
        """
        try:
            data = json.loads(text, parse_float=Decimal)
        except RecursionError as fault:
            msg = "the text is nested too deep for a definition"
            raise ValueError(msg) from fault
        return cls.model_validate(data, by_alias=True, by_name=False)

    def to_json(self) -> str:
        """Return the definition as compact JSON: fixed key order, exact decimals, absent texts left out."""
        parts: list[str] = []
        _write(definition_data(self), parts.append, ",", ":")
        return "".join(parts)

    @property
    def rules(self) -> ScoringRules:
        """The parts of the definition that scoring reads."""
        return ScoringRules(
            dimensions=tuple(DimensionRule(d.name, d.weight) for d in self.dimensions),
            categories=tuple(
                CategoryRule(c.name, c.score_range, c.primary_dimensions) for c in self.result_categories
            ),
            scale=self.metadata.scale,
        )

    @model_validator(mode="after")
    def _check(self) -> Self:
        faults = list(_faults(self))
        if not faults:
            _spell_references(self)
            faults = list(_example_faults(self))
        if not faults and definition_size(self) > MAX_DEFINITION_BYTES:
            faults = [f"the definition is larger than {MAX_DEFINITION_BYTES} bytes"]
        if faults:
            raise ValueError("; ".join(faults))
        return self


# --- rules that reach across models -------------------------------------------------------------------------


def _faults(definition: Definition) -> Iterator[str]:
    dimensions = definition.dimensions
    low, high = definition.metadata.scale
    names = {fold(d.name) for d in dimensions}
    yield from _repeated("dimension", (d.name for d in dimensions))
    yield from _repeated("result category", (c.name for c in definition.result_categories))
    yield from _repeated("example", (e.name for e in definition.examples))
    total = sum((d.weight for d in dimensions), Decimal(0))
    if abs(total - 1) > WEIGHT_TOLERANCE:
        yield f"the weights sum to {total}, not to 1"
    for dimension in dimensions:
        for key in dimension.scoring_rubric:
            bounds = parse_range_key(key)
            if bounds is None or bounds[0] < low or bounds[1] > high:
                yield f"the rubric range {key} of {dimension.name!r} is outside the scale"
    for category in definition.result_categories:
        if category.score_range[0] < low or category.score_range[1] > high:
            yield f"the score range of {category.name!r} is outside the scale"
        yield from _unknown(names, f"primary dimensions of {category.name!r}", category.primary_dimensions)
        yield from _repeated("primary dimension", category.primary_dimensions)
    for first, second in ambiguous_pairs(definition.result_categories):
        yield f"{first.name!r} and {second.name!r} share a range and have the same primary dimensions"
    questions = definition.interview_guidelines.probing_questions
    yield from _unknown(names | {GENERAL}, "probing questions", questions)
    yield from _repeated("key of the probing questions", questions)
    for example in definition.examples:
        yield from _unknown(names, f"scores of the example {example.name!r}", example.scores)
        yield from _repeated("score", example.scores)


def _repeated(what: str, names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        key = fold(name)
        if key in seen:
            yield f"the {what} {name!r} stands twice"
        seen.add(key)


def _unknown(known: set[str], where: str, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if fold(name) not in known:
            yield f"{where}: there is no dimension {name!r}"


def ambiguous_pairs(categories: Iterable[ResultCategory]) -> Iterator[tuple[ResultCategory, ResultCategory]]:
    """Yield the pairs of categories between which no rule could choose, in the order of the source.

    They share a part of the range, at the precision of the ranges, and their primary dimensions are the same
    set.
    """
    listed = [(c, frozenset(map(fold, c.primary_dimensions))) for c in categories]
    for index, (first, primary) in enumerate(listed):
        for second, other in listed[index + 1 :]:
            if (
                primary == other
                and first.score_range[0] <= second.score_range[1]
                and second.score_range[0] <= first.score_range[1]
            ):
                yield first, second


def _example_faults(definition: Definition) -> Iterator[str]:
    """Run the examples, whose references are known to exist."""
    rules = definition.rules
    low, high = rules.scale
    categories = {fold(c.name): c.name for c in definition.result_categories}
    for example in definition.examples:
        where = f"the example {example.name!r}"
        if example.overall is None and example.category is None:
            yield f"{where} expects nothing"
            continue
        if any(not low <= value <= high for value in example.scores.values()):
            yield f"{where} has a score outside the scale"
            continue
        outcome = score(rules, example.scores)
        if example.overall is not None and example.overall != outcome.overall:
            yield f"{where} expects {example.overall}, but the overall score is {outcome.overall}"
        if example.category is None:
            continue
        expected = fold(example.category)
        matched = NO_MATCH if outcome.category is None else fold(outcome.category.name)
        if NO_MATCH in categories and expected == NO_MATCH:
            yield f"{where} expects {NO_MATCH!r}, which is also the name of a category"
        elif expected != matched:
            yield f"{where} expects {example.category!r}, but the category is {matched!r}"


def _spell_references(definition: Definition) -> None:
    """Spell every reference as its target spells itself, and put keyed parts in the order of the dimensions.

    The models are frozen for their users; this runs while the definition is being made.
    """
    spelled = {fold(d.name): d.name for d in definition.dimensions}
    categories = {fold(c.name): c.name for c in definition.result_categories}
    for category in definition.result_categories:
        category.__dict__["primary_dimensions"] = tuple(spelled[fold(n)] for n in category.primary_dimensions)
    guidelines = definition.interview_guidelines
    guidelines.__dict__["probing_questions"] = by_dimension(spelled, guidelines.probing_questions)
    for example in definition.examples:
        example.__dict__["scores"] = by_dimension(spelled, example.scores)
        if example.category is not None:
            key = fold(example.category)
            example.__dict__["category"] = categories.get(
                key, NO_MATCH if key == NO_MATCH else example.category
            )


def by_dimension(spelled: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``values`` keyed as the dimensions are spelled, in their order, ``general`` at the end.

    ``spelled`` maps the folded name of every dimension to its spelling, in the order of the dimensions.
    """
    folded = {fold(name): value for name, value in values.items()}
    ordered = {name: folded.pop(key) for key, name in spelled.items() if key in folded}
    return ordered | ({GENERAL: folded[GENERAL]} if GENERAL in folded else {})


# --- JSON ---------------------------------------------------------------------------------------------------


def definition_data(definition: Definition) -> dict[str, Any]:
    """Return the definition as plain data in the fixed key order: dict, list, str, bool, int and Decimal."""
    metadata = definition.metadata
    guidelines = definition.interview_guidelines
    return {
        "metadata": _present(
            name=metadata.name,
            version=metadata.version,
            type=metadata.type,
            author=metadata.author,
            description=metadata.description,
            interviewStyle={
                "default": metadata.interview_style.default,
                "allowOverride": metadata.interview_style.allow_override,
            },
            resultDisclosure=metadata.result_disclosure,
            scale=list(metadata.scale),
        ),
        "dimensions": [
            {
                "name": d.name,
                "weight": d.weight,
                "description": d.description,
                "interviewThemes": list(d.interview_themes),
                "scoringRubric": d.scoring_rubric,
            }
            for d in definition.dimensions
        ],
        "resultCategories": [
            {
                "name": c.name,
                "scoreRange": list(c.score_range),
                "primaryDimensions": list(c.primary_dimensions),
                "description": c.description,
                "strengths": list(c.strengths),
                "growthAreas": list(c.growth_areas),
                "recommendations": list(c.recommendations),
            }
            for c in definition.result_categories
        ],
        "interviewGuidelines": _present(
            opening=guidelines.opening,
            probingQuestions={name: list(items) for name, items in guidelines.probing_questions.items()},
            closing=guidelines.closing,
        ),
        "examples": [
            _present(name=e.name, scores=e.scores, overall=e.overall, category=e.category)
            for e in definition.examples
        ],
    }


def definition_size(definition: Definition) -> int:
    """Return the size in bytes that the database counts: the definition as ``jsonb`` prints it."""
    parts: list[str] = []
    _write(definition_data(definition), parts.append, ", ", ": ")
    return len("".join(parts).encode())


def _present(**values: object) -> dict[str, object]:
    return {key: value for key, value in values.items() if value is not None}


def _write(value: object, emit: Callable[[str], None], comma: str, colon: str) -> None:
    if isinstance(value, str):
        emit(encode_basestring(value))
    elif isinstance(value, dict):
        emit("{")
        for position, (key, item) in enumerate(value.items()):
            emit((comma if position else "") + encode_basestring(key) + colon)
            _write(item, emit, comma, colon)
        emit("}")
    elif isinstance(value, list):
        emit("[")
        for position, item in enumerate(value):
            if position:
                emit(comma)
            _write(item, emit, comma, colon)
        emit("]")
    elif isinstance(value, Decimal):
        emit(format(value, "f"))
    else:
        emit(json.dumps(value))
