"""The definition: the one source of its shape, of its JSON Schema and of the checks the database repeats.

Keys are camelCase in JSON and snake_case in Python. Every number is a ``Decimal``; a float is refused. A
definition that these models accept is one that the compiler can produce: ``worker.compiler.formatter`` can
write it as Markdown, and the compiler reads that Markdown back as the same definition. Values are brought to
one form when they are read: texts lose white space at their ends and shared indentation, references are
spelled as the dimension spells itself, and rubrics run from the lowest range to the highest.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations, pairwise
from json.encoder import encode_basestring
from typing import Annotated, Any, Final, Literal, NamedTuple, Self, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import InitErrorDetails, PydanticCustomError

from worker.ids import LONGEST_ID, SLUG, dimension_id, id_clashes
from worker.markup import UNSEEN_CONTROLS, markup_faults
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
    "JsonFault",
    "Metadata",
    "ResultCategory",
    "clean_name",
    "clean_text",
    "json_faults",
    "json_path",
    "language_tag",
    "parse_plain_number",
    "parse_range_key",
    "rule_faults",
    "shortest",
    "write_json",
]

MAX_DIMENSIONS: Final = 20
MAX_CATEGORIES: Final = 15
MAX_NAME: Final = 200
#: Of a file, and of the compiled definition.
MAX_TEXT_BYTES: Final = 512_000
MAX_SCALE: Final = Decimal(100)
MAX_DIGITS: Final = 30
WEIGHT_TOLERANCE: Final = Decimal("0.01")
VERSION: Final = re.compile(r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})")
#: A well-formed language tag (BCP 47) of two or three letters: of longer ones none is registered.
LANGUAGE: Final = re.compile(
    "[A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?"
    "(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[0-9A-WYZa-wyz](-[A-Za-z0-9]{2,8})+)*(-[Xx](-[A-Za-z0-9]{1,8})+)?"
)
MAX_LANGUAGE: Final = 35
#: The default share of the weights that must be scored, if evidence is required.
REQUIRED_COVERAGE: Final = Decimal("0.6")
#: From highly structured to fully conversational.
INTERVIEW_STYLES: Final = (1, 2, 3, 4, 5)
GENERAL: Final = "general"
NO_MATCH: Final = "none"
#: How many characters of a key are in a path.
LONGEST_STEP: Final = 100
MARKS: Final = frozenset("*_`")
NAME_ENDS: Final = ":：" + "".join(c for c in map(chr, range(0x3001)) if c.isspace())
#: No-break spaces, which word processors insert where a space was typed.
NO_BREAK_SPACES: Final = "\u00a0\u2007\u202f"
SPACES: Final = str.maketrans(dict.fromkeys(NO_BREAK_SPACES, " "))
#: What exports of word processors leave behind, or in front of, a heading.
ANCHOR: Final = re.compile(r"\s*\{[#.][^\s{}][^{}\n]*\}\Z|\A\[\]\{[^{}\n]*\}\s*")
#: A backslash that exports put before a character which needs none: without it the text shows the same.
ESCAPE: Final = re.compile(r"(?<![\\\]])\\(?=[.+\-#=:;,'\"/?@$%^|>)(]|&(?!#?\w+;)|!(?!\[)|_(?<=\w\\_)\w)")
#: A number that word processors put in front of a heading.
EXPORTED_NUMBER: Final = re.compile(r"\A([*_]{0,3})\d{1,3}\\[.)]\s+(?=\S)")
RANGE_DASH: Final = re.compile(" *[-–] *")
EMPHASIS: Final = ("***", "___", "**", "__", "*", "_", "`")


# --- texts and numbers --------------------------------------------------------------------------------------


def clean_text(text: str) -> str:
    """Return a text in the form in which texts are stored.

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
        # Most texts have the same indentation on all lines, and no empty lines.
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
    if name[:1].isalnum() and name[-1].isalnum() and "\\" not in name:
        return name
    while True:
        before = name
        name = name.rstrip(NAME_ENDS)
        if "}" in name:
            name = ANCHOR.sub("", name, count=1) or name
        if "\\" in name:
            name = ESCAPE.sub("", EXPORTED_NUMBER.sub(r"\1", name))
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
    """Return the bounds of a rubric's key, ``3`` or ``3-4``; None if it is neither."""
    low, dash, high = key.partition("-")
    first, second = parse_plain_number(low), parse_plain_number(high if dash else low)
    return None if first is None or second is None else (first, second)


def _exact(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        msg = "a number was expected, exact: an int or a Decimal"
        raise ValueError(msg)  # noqa: TRY004 - pydantic reports a ValueError as an error of the value
    number = Decimal(value)
    if not number.is_finite() or abs(number) >= 1000 or decimal_places(number) > MAX_DIGITS:
        msg = f"a number has at most {MAX_DIGITS} decimal places and is below 1000"
        raise ValueError(msg)
    return number.copy_abs() if number.is_zero() else number


def shortest(number: Decimal) -> Decimal:
    """Remove trailing zeros: a weight is a value, not a spelling."""
    text = f"{number:f}"
    return Decimal(text.rstrip("0").rstrip(".") or "0") if "." in text else number


def _text(value: object) -> object:
    if not isinstance(value, str):
        return value
    if "\0" in value or not _is_encodable(value):
        msg = "a text must not contain NUL or half of a surrogate pair"
        raise ValueError(msg)
    if UNSEEN_CONTROLS.search(value):
        msg = "a text must not contain control characters, zero-width spaces or other hidden controls"
        raise ValueError(msg)
    return clean_text(value)


def _valid_text(value: str) -> str:
    if not value:
        msg = "a text must not be empty"
        raise ValueError(msg)
    for code, what in markup_faults(value):
        msg = f"{code}: {what}"
        raise ValueError(msg)
    return value


def _valid_name(value: str) -> str:
    if not fold(value):
        msg = "a name must not consist of invisible characters"
        raise ValueError(msg)
    if "\n" in value or clean_name(value) != value:
        msg = "a name is one line, without emphasis around it and without a final colon"
        raise ValueError(msg)
    return value


def _language(value: str) -> str:
    tag = language_tag(value)
    if tag is None:
        msg = "a language is a BCP 47 tag such as en or de-AT"
        raise ValueError(msg)
    return tag


def language_tag(text: str) -> str | None:
    """Return a BCP 47 tag with the case that is usual for each part, None for any other text."""
    if len(text) > MAX_LANGUAGE or LANGUAGE.fullmatch(text) is None:
        return None
    language, *parts = text.lower().split("-")
    spelled = [language]
    is_open = True  # behind a single character, which begins an extension, all is lower case
    for part in parts:
        is_open = is_open and len(part) > 1
        if is_open and part.isalpha() and len(part) in {2, 4}:
            part = part.upper() if len(part) == 2 else part.title()  # noqa: PLW2901 - the same part, spelled
        spelled.append(part)
    return "-".join(spelled)


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
Share: TypeAlias = Annotated[
    Decimal,
    BeforeValidator(_exact),
    Field(ge=0, le=1),
    AfterValidator(shortest),
    _number_schema(minimum=0, maximum=1),
]
Bound: TypeAlias = Annotated[
    Decimal,
    BeforeValidator(_exact),
    Field(ge=0, le=MAX_SCALE),
    _number_schema(minimum=0, maximum=int(MAX_SCALE)),
]
DimensionId: TypeAlias = Annotated[str, Field(pattern=f"^{SLUG.pattern}$", max_length=LONGEST_ID)]
AssessmentType: TypeAlias = Literal["single-outcome", "multi-dimensional", "comparative"]
Disclosure: TypeAlias = Literal["full", "teaser", "none"]
Evidence: TypeAlias = Literal["required", "preferred", "off"]
Language: TypeAlias = Annotated[
    str,
    AfterValidator(_language),
    Field(json_schema_extra={"pattern": f"^{LANGUAGE.pattern}$", "maxLength": MAX_LANGUAGE}),
]
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


def _with_plain_ranges(rubric: object) -> object:
    """Spell ranges with a hyphen and without spaces, unless two of them would become one."""
    if not isinstance(rubric, dict) or not all(isinstance(key, str) for key in rubric):
        return rubric
    plain = {RANGE_DASH.sub("-", key.strip(" ")): text for key, text in rubric.items()}
    return plain if len(plain) == len(rubric) else rubric


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
    for (lower, _), (upper, key) in pairwise(ranges):
        if upper[0] <= lower[1]:
            msg = f"the range {key} overlaps another"
            raise ValueError(msg)
    return {range_key(bounds, key): rubric[key] for bounds, key in ranges}


def _drop_default(schema: dict[str, Any]) -> None:
    """Remove the default of a field that has another one for each value of its model."""
    schema.pop("default", None)


def range_key(bounds: tuple[Decimal, Decimal], spelled: str) -> str:
    """Return the key under which a rubric stores a range: ``3``, or ``3-4`` where it has two bounds."""
    return f"{bounds[0]:f}-{bounds[1]:f}" if "-" in spelled else f"{bounds[0]:f}"


# --- models -------------------------------------------------------------------------------------------------


class _Model(BaseModel):
    # The validator is only built when something is validated: the compiler itself does not need it.
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )


class InterviewStyle(_Model):
    """How an interview is conducted, and whether a campaign or session may choose another style."""

    default: Annotated[
        int,
        Field(
            strict=True,
            ge=INTERVIEW_STYLES[0],
            le=INTERVIEW_STYLES[-1],
            description=f"whole number from {INTERVIEW_STYLES[0]} to {INTERVIEW_STYLES[-1]}",
        ),
    ] = 3
    allow_override: Annotated[
        bool,
        Field(
            strict=True,
            description="`true` or `false`: whether a campaign or session may choose another style",
        ),
    ] = True


class Metadata(_Model):
    """What the front matter states about the assessment as a whole.

    The compiler, ``format`` and docs/format.md take the keys from these fields: a key that is a text, or one
    of a few words, needs nothing else in Python.
    """

    name: Annotated[Title, Field(description=f"1 to {MAX_NAME} characters")]
    version: Annotated[
        Version,
        Field(
            description="`major.minor`; the text counts, so `1.10` is not `1.1`. A file without it that "
            "replaces an assessment gets the least that its change asks for"
        ),
    ] = "1.0"
    type: AssessmentType = "multi-dimensional"
    author: Text | None = None
    description: Text | None = None
    language: Annotated[
        Language | None,
        Field(description="the language that the file is written in: a BCP 47 tag such as `en` or `de-AT`"),
    ] = None
    interview_style: Annotated[
        InterviewStyle,
        Field(
            description=f"{INTERVIEW_STYLES[0]} (highly structured) to {INTERVIEW_STYLES[-1]} "
            "(fully conversational), or both keys in a mapping"
        ),
    ] = InterviewStyle.model_construct()
    result_disclosure: Annotated[Disclosure, Field(description="what a respondent sees")] = "full"
    scale: Annotated[
        tuple[Bound, Bound],
        AfterValidator(_ascending),
        Field(description=f"`[low, high]`, the range of a score; 0 <= low < high <= {MAX_SCALE}"),
    ] = DEFAULT_SCALE
    evidence: Annotated[
        Evidence,
        Field(description="whether a score counts only with a quote of the respondent that was found"),
    ] = "preferred"
    min_coverage: Annotated[
        Share | None,
        Field(
            description="0 to 1, a percentage or a fraction: the share of the weights that must be scored "
            f"for an overall score. Without it 0, and {REQUIRED_COVERAGE} where evidence is required"
        ),
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _refuse_null(cls, data: object) -> object:
        """Refuse a key that is there and says nothing."""
        for key, value in data.items() if isinstance(data, dict) else ():
            if value is None:
                msg = f"{key} is null; omit a key without a value"
                raise ValueError(msg)
        return data


class Dimension(_Model):
    """Something that is measured. Rubric keys are ``3`` or ``3-4``, inside the scale, without overlaps.

    The id stays when the name changes; one that states none has that which its name gives.
    """

    id: Annotated[DimensionId, Field(json_schema_extra=_drop_default)] = ""
    name: Name
    weight: Weight
    description: Text
    interview_themes: tuple[Text, ...] = ()
    scoring_rubric: Annotated[
        dict[Annotated[str, Field(pattern=r"^[0-9.]+(-[0-9.]+)?$")], Text],
        BeforeValidator(_with_plain_ranges),
        AfterValidator(_rubric),
    ] = {}

    @model_validator(mode="before")
    @classmethod
    def _fill_id_in(cls, data: object) -> object:
        """Set the default id of a dimension that states none."""
        if isinstance(data, dict) and data.get("id") is None and isinstance(data.get("name"), str):
            return {**data, "id": dimension_id(clean_text(data["name"]))}
        return data


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
    """The interviewer's texts. Questions are under the name of a dimension, or under ``general``."""

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
        """Return the definition as compact JSON: fixed key order, exact decimals, no absent texts."""
        parts: list[str] = []
        write_json(self.model_dump(by_alias=True, exclude_none=True), parts.append, ",", ":")
        return "".join(parts)

    @property
    def rules(self) -> ScoringRules:
        """The parts of the definition that scoring reads."""
        return ScoringRules(
            dimensions=tuple(DimensionRule(d.name, d.weight) for d in self.dimensions),
            categories=tuple(
                CategoryRule(c.name, _range_or_none(c), c.primary_dimensions) for c in self.result_categories
            ),
            scale=self.metadata.scale,
        )

    @model_validator(mode="after")
    def _check(self) -> Self:
        """Check rules across models, and spell every reference as its target."""
        spelled, faults = rule_faults(self)
        _refuse(faults)
        if definition_size(spelled) > MAX_TEXT_BYTES:
            _refuse([((), f"the definition is larger than {MAX_TEXT_BYTES} bytes")])
        return spelled

    def with_references_spelled(self) -> Self:
        """Return the definition with every reference spelled as its target."""
        names = {fold(d.name): d.name for d in self.dimensions}
        targets = {NO_MATCH: NO_MATCH, **{fold(c.name): c.name for c in self.result_categories}}
        guidelines = self.interview_guidelines
        questions = by_dimension(names, guidelines.probing_questions)
        categories: list[ResultCategory] = []
        for category in self.result_categories:
            primary = tuple([names[fold(name)] for name in category.primary_dimensions])
            categories.append(category.model_copy(update={"primary_dimensions": primary}))
        examples: list[Example] = []
        for example in self.examples:
            update: dict[str, object] = {"scores": by_dimension(names, example.scores)}
            if example.category is not None:
                update["category"] = targets.get(fold(example.category), example.category)
            examples.append(example.model_copy(update=update))
        return self.model_copy(
            update={
                "result_categories": tuple(categories),
                "interview_guidelines": guidelines.model_copy(update={"probing_questions": questions}),
                "examples": tuple(examples),
            }
        )


# --- rules that reach across models -------------------------------------------------------------------------


#: Where an error is, by keys of the JSON and indexes of its lists, and what it is.
Fault: TypeAlias = tuple[tuple[str | int, ...], str]


def _refuse(faults: Iterable[Fault]) -> None:
    """Raise a ValidationError with all errors at their places, if there are any."""
    details = [
        InitErrorDetails(
            type=PydanticCustomError("rule", "{reason}", {"reason": reason}), loc=where, input=None
        )
        for where, reason in faults
    ]
    if details:
        raise ValidationError.from_exception_data("Definition", details)


def _range_or_none(category: ResultCategory) -> tuple[Decimal, Decimal] | None:
    """Return the range of a category; None if that is missing."""
    bounds: tuple[Decimal, ...] = category.score_range
    return category.score_range if bounds else None


Whole = TypeVar("Whole", bound=Definition)


def rule_faults(definition: Whole) -> tuple[Whole, list[Fault]]:
    """Return a definition whose parts are valid with its references spelled, and the errors of it as a whole.

    Parts may be missing: names, ranges and scores that are empty are not compared.
    """
    faults = list(_faults(definition))
    if faults:
        return definition, faults
    spelled = definition.with_references_spelled()
    return spelled, list(_example_faults(spelled))


def _faults(definition: Definition) -> Iterator[Fault]:
    dimensions, categories = definition.dimensions, definition.result_categories
    yield from _repeated("dimension", "dimensions", [d.name for d in dimensions])
    yield from _id_faults(dimensions)
    yield from _repeated("result category", "resultCategories", [c.name for c in categories])
    yield from _repeated("example", "examples", [e.name for e in definition.examples])
    total = sum((d.weight for d in dimensions), Decimal(0))
    if abs(total - 1) > WEIGHT_TOLERANCE:
        yield ("dimensions",), f"the weights sum to {total}, not to 1"
    names = {fold(d.name) for d in dimensions}
    yield from _range_faults(definition)
    for index, category in enumerate(categories):
        where = ("resultCategories", index, "primaryDimensions")
        yield from _reference_faults(names, where, category.primary_dimensions, list_=True)
    for one, other in ambiguous_pairs(categories):
        reason = f"{categories[one].name!r} and {categories[other].name!r} share a range"
        yield ("resultCategories", other, "scoreRange"), f"{reason} and have the same primary dimensions"
    questions = definition.interview_guidelines.probing_questions
    yield from _reference_faults(names | {GENERAL}, ("interviewGuidelines", "probingQuestions"), questions)
    for index, example in enumerate(definition.examples):
        yield from _reference_faults(names, ("examples", index, "scores"), example.scores)


def _range_faults(definition: Definition) -> Iterator[Fault]:
    """Yield the ranges that are outside the scale."""
    low, high = definition.metadata.scale
    for index, dimension in enumerate(definition.dimensions):
        for key in dimension.scoring_rubric:
            bounds = parse_range_key(key)
            if bounds is None or bounds[0] < low or bounds[1] > high:
                reason = f"the rubric range {key} of {dimension.name!r} is outside the scale"
                yield ("dimensions", index, "scoringRubric", key), reason
    for index, category in enumerate(definition.result_categories):
        if category.score_range and (category.score_range[0] < low or category.score_range[1] > high):
            reason = f"the score range of {category.name!r} is outside the scale"
            yield ("resultCategories", index, "scoreRange"), reason


def _repeated(what: str, where: str, names: Iterable[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, name in enumerate(names):
        key = fold(name)
        if key and key in seen:
            yield (where, index, "name"), f"the {what} {name!r} appears twice"
        seen.add(key)


def _id_faults(dimensions: Sequence[Dimension]) -> Iterator[Fault]:
    """Yield ids that belong to another dimension; of equal names only the first is considered."""
    named = {fold(d.name): place for place, d in reversed([*enumerate(dimensions)])}
    places = sorted(named.values())
    ids = [dimensions[place].id for place in places]
    for clash in id_clashes(ids, [dimension_id(dimensions[place].name) for place in places]):
        other = dimensions[places[clash.other]].name
        reason = f"the id {ids[clash.place]!r} is that of {other!r}; one of them needs another id"
        yield ("dimensions", places[clash.place], "id"), reason


def _reference_faults(
    known: set[str], where: tuple[str | int, ...], names: Iterable[str], *, list_: bool = False
) -> Iterator[Fault]:
    """Yield references to dimensions that do not exist, and duplicate ones."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        key = fold(name)
        place = (*where, index if list_ else name)
        if key not in known:
            yield place, f"there is no dimension {name!r}"
        if key in seen:
            yield place, f"the dimension {name!r} appears twice"
        seen.add(key)


def ambiguous_pairs(categories: Sequence[ResultCategory]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of categories that no rule could distinguish, by their indexes in the list.

    They share a part of the range, at the precision of the ranges, and their primary dimensions are the same
    set.
    """
    listed = [
        (place, *category.score_range, frozenset(map(fold, category.primary_dimensions)))
        for place, category in enumerate(categories)
        if category.score_range
    ]
    for (one, low, high, primary), (other, low_, high_, primary_) in combinations(listed, 2):
        if primary == primary_ and low <= high_ and low_ <= high:
            yield one, other


def _example_faults(definition: Definition) -> Iterator[Fault]:
    """Run the examples, whose references are known to exist."""
    rules = definition.rules
    low, high = rules.scale
    categories = {fold(c.name) for c in definition.result_categories}
    for index, example in enumerate(definition.examples):
        where = f"the example {example.name!r}"
        if example.overall is None and example.category is None:
            yield ("examples", index), f"{where} states no expectation"
            continue
        if not example.scores:
            continue
        if any(not low <= value <= high for value in example.scores.values()):
            yield ("examples", index, "scores"), f"{where} has a score outside the scale"
            continue
        outcome = score(rules, example.scores)
        if example.overall is not None and example.overall != outcome.overall:
            reason = f"{where} expects {example.overall}, but the overall score is {outcome.overall}"
            yield ("examples", index, "overall"), reason
        if example.category is None:
            continue
        expected = fold(example.category)
        matched = NO_MATCH if outcome.category is None else fold(outcome.category.name)
        reason = ""
        if NO_MATCH in categories and expected == NO_MATCH:
            reason = f"{where} expects {NO_MATCH!r}, which is also the name of a category"
        elif expected != matched:
            reason = f"{where} expects {example.category!r}, but the category is {matched!r}"
        if reason:
            yield ("examples", index, "category"), reason


def by_dimension(spelled: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``values`` keyed by the dimensions' spelling, in their order, with ``general`` at the end.

    ``spelled`` maps the folded name of every dimension to its spelling, in the order of the dimensions.
    """
    folded = {fold(name): value for name, value in values.items()}
    ordered = {name: folded.pop(key) for key, name in spelled.items() if key in folded}
    return ordered | ({GENERAL: folded[GENERAL]} if GENERAL in folded else {})


# --- JSON ---------------------------------------------------------------------------------------------------


class JsonFault(NamedTuple):
    """An error of a definition in JSON.

    ``path`` names the value as JSON path does, such as ``$.dimensions[0].weight``.
    """

    path: str
    reason: str


def json_faults(error: ValueError) -> list[JsonFault]:
    """Return the errors of ``Definition.from_json``, by their paths."""
    if not isinstance(error, ValidationError):
        return [JsonFault("$", f"this is not JSON: {error}")]
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [
        JsonFault(json_path(fault["loc"]), fault["msg"].removeprefix("Value error, "))
        for fault in found
        # A list whose only item is invalid is not reported as too short.
        if fault["type"] != "too_short" or not any(_is_inside(other["loc"], fault["loc"]) for other in found)
    ]


def json_path(steps: Iterable[str | int]) -> str:
    """Return the path of a value in JSON path syntax."""
    return "$" + "".join(map(_step, steps))


def _is_inside(inner: tuple[str | int, ...], outer: tuple[str | int, ...]) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def _step(step: str | int) -> str:
    """Return one step of a path in JSON path syntax; a key as it is if it is a short word.

    A long key is cut, because a path says where a value is, and does not carry text.
    """
    if isinstance(step, int):
        return f"[{step}]"
    if step == "[key]":
        return ""  # how pydantic names a key itself, behind the key
    if step.isidentifier() and step.isascii() and len(step) <= LONGEST_STEP:
        return f".{step}"
    return f"[{json.dumps(step[:LONGEST_STEP], ensure_ascii=False)}]"


def definition_size(definition: Definition) -> int:
    """Return the size in bytes that the database counts: the definition as ``jsonb`` prints it."""
    parts: list[str] = []
    write_json(definition.model_dump(by_alias=True, exclude_none=True), parts.append, ", ", ": ")
    return len("".join(parts).encode())


def write_json(value: object, emit: Callable[[str], None], comma: str, colon: str) -> None:
    """Pass the parts of a value's JSON to ``emit``, in the order of its keys and with exact decimals."""
    if isinstance(value, str):
        emit(encode_basestring(value))
    elif isinstance(value, dict):
        emit("{")
        for position, (key, item) in enumerate(value.items()):
            emit((comma if position else "") + encode_basestring(key) + colon)
            write_json(item, emit, comma, colon)
        emit("}")
    elif isinstance(value, list | tuple):
        emit("[")
        for position, item in enumerate(value):
            if position:
                emit(comma)
            write_json(item, emit, comma, colon)
        emit("]")
    elif isinstance(value, Decimal):
        emit(format(value, "f"))
    else:
        emit(json.dumps(value))
