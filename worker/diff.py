"""What changed between two files: changes with lines and witnesses, and the version that they need."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from worker.changes import CATEGORY, DIMENSION, LEVEL, Change, Class, Place, changes_between
from worker.compiler import Compilation
from worker.compiler.coverage import Reach
from worker.compiler.outline import Outline, OutlineItem
from worker.compiler.vocabulary import CATEGORIES, DIMENSIONS
from worker.content import Columns, Json, JsonObject, content_of, objects, parse
from worker.definition import GENERAL, Definition, InterviewStyle, Metadata
from worker.names import fold
from worker.scoring import CategoryRule, DimensionRule, ScoringRules
from worker.witness import Search, find_witness

__all__ = ["Comparison", "Located", "compare"]

#: The classes after which results cannot be compared, which need another major version.
MAJOR: Final[tuple[Class, ...]] = ("scoring", "structure")
#: The key of the front matter that a part of the content comes from.
FRONT: Final = {
    **{field.alias or key: key for key, field in Metadata.model_fields.items()},
    **{f"interviewStyle/{field.alias or key}": key for key, field in InterviewStyle.model_fields.items()},
}
#: The field of an item that a part of it comes from.
FIELDS: Final = {
    "weight": "weight",
    "description": "description",
    "themes": "interview_themes",
    "range": "score_range",
    "primaries": "primary_dimensions",
    "strengths": "strengths",
    "growthAreas": "growth_areas",
    "recommendations": "recommendations",
}


class Located(NamedTuple):
    """A change with its line in each file; None for a value that is not there.

    ``search`` is what was found of scores that the change alone leads to another category; None where the
    change is none of scoring.
    """

    change: Change
    old_line: int | None
    new_line: int | None
    search: Search | None


@dataclass(frozen=True)
class Comparison:
    """Two files compared.

    Attributes:
        changes: those of the highest class first.
        names: the dimensions as a person knows them, by id.
        together: what was found of scores that all changes together lead to another category; None where the
        scoring is the same, or the two do not measure the same.
        old_version: the version that the old file states.
        new_version: the version that the new file states.
    """

    changes: Sequence[Located]
    names: Mapping[str, str]
    together: Search | None
    old_version: str
    new_version: str

    @property
    def class_(self) -> Class | None:
        """The highest class of the changes."""
        return next((located.change.rule.class_ for located in self.changes), None)

    @property
    def least_version(self) -> str:
        """The lowest version that the new file may have."""
        major, minor = map(int, self.old_version.split("."))
        if self.class_ is None:
            return self.old_version
        return f"{major + 1}.0" if self.class_ in MAJOR else f"{major}.{minor + 1}"

    @property
    def is_enough(self) -> bool:
        """Whether the new file's version is at least that."""
        least, stated = (tuple(map(int, v.split("."))) for v in (self.least_version, self.new_version))
        return stated >= least


class _Side(NamedTuple):
    content: JsonObject
    lines: Mapping[Place, int | None]
    version: str


def compare(old: Compilation, new: Compilation) -> Comparison:
    """Compare two files that compiled."""
    before, after = _side(old), _side(new)
    changes = changes_between(before.content, after.content)
    found: list[Located] = []
    box = _box(before.content, after.content)
    for change in changes:
        place = _place(change)
        search = None
        if change.rule.class_ == "scoring":
            search = _search(before.content, _alone(before.content, after.content, change), box)
        found.append(Located(change, before.lines.get(place), after.lines.get(place), search))
    together = None
    if any(located.search for located in found) and _measures(before.content) == _measures(after.content):
        together = _search(before.content, after.content, box)
    names = {
        str(d["id"]): str(d["name"]) for side in (before, after) for d in _items(side.content, "dimensions")
    }
    return Comparison(found, names, together, before.version, after.version)


def _side(compilation: Compilation) -> _Side:
    definition, outline = compilation.definition, compilation.outline
    if definition is None or outline is None:
        msg = "only files that compile are compared"
        raise ValueError(msg)
    content = content_of(parse(definition.to_json()), _columns(definition))
    return _Side(content, dict(_lines(outline, content)), definition.metadata.version)


def _columns(definition: Definition) -> Columns:
    """Return the columns of an assessment's row that is made from a file."""
    metadata = definition.metadata
    style = metadata.interview_style
    return Columns(
        metadata.name,
        metadata.description,
        metadata.type,
        style.default,
        style.allow_override,
        metadata.result_disclosure,
    )


# --- lines --------------------------------------------------------------------------------------------------


def _place(change: Change) -> Place:
    """Return the place of a change: an item for what was added, removed, moved or renamed."""
    pattern = change.rule.pattern
    for ending in ("/added", "/removed", "/moved"):
        pattern = pattern.removesuffix(ending)
    if pattern in {f"{DIMENSION}/name", f"{CATEGORY}/name"}:
        pattern = pattern.removesuffix("/name")
    return Place(pattern, change.item, change.part)


def _lines(outline: Outline, content: JsonObject) -> Iterator[tuple[Place, int | None]]:
    """Yield the lines of a content's parts."""
    for part, key in FRONT.items():
        yield Place(part), outline.line(outline.front.get(key))
    for part, heading in (("opening", "Opening"), ("closing", "Closing")):
        yield Place(part), outline.line(outline.spoken.get(heading))
    yield Place(GENERAL), outline.line(outline.asked.get(GENERAL))
    yield Place("dimensions/order"), outline.line(outline.sections.get(DIMENSIONS))
    for part in ("categories/order", "rangePrecision"):
        yield Place(part), outline.line(outline.sections.get(CATEGORIES))
    dimensions = [item for item in outline.items if item.section == DIMENSIONS]
    for item, dimension, levels in zip(
        dimensions, _items(content, "dimensions"), outline.levels, strict=True
    ):
        id_ = str(dimension["id"])
        yield from _lines_of_item(outline, item, DIMENSION, id_)
        asked = outline.asked.get(str(dimension["name"]))
        yield Place(f"{DIMENSION}/questions", id_), outline.line(asked)
        for (low, high), at in levels.items():
            part = f"{_plain(low)}" if low == high else f"{_plain(low)}-{_plain(high)}"
            yield Place(LEVEL, id_, part), outline.line(at)
    categories = [item for item in outline.items if item.section == CATEGORIES]
    for item, category in zip(categories, _items(content, "categories"), strict=True):
        yield from _lines_of_item(outline, item, CATEGORY, fold(str(category["name"]).strip()))


def _lines_of_item(
    outline: Outline, item: OutlineItem, pattern: str, key: str
) -> Iterator[tuple[Place, int | None]]:
    yield Place(pattern, key), outline.line(item.at)
    for part, name in FIELDS.items():
        yield Place(f"{pattern}/{part}", key), outline.line(item.fields.get(name))


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


# --- scoring ------------------------------------------------------------------------------------------------


def _search(before: JsonObject, after: JsonObject, box: Mapping[str, Reach]) -> Search:
    """Search for scores of the first content's dimensions whose category differs in the second."""
    return find_witness(_rules(before), _rules(after), {str(id_): box[id_] for id_ in _ids(before)})


def _rules(content: JsonObject) -> ScoringRules:
    """Return what scoring reads of a content, with the ids of dimensions as their names."""
    precision = int(str(content["rangePrecision"]))
    categories = []
    for category in _items(content, "categories"):
        bounds = category["range"]
        low, high = (
            (_written(number, precision) for number in bounds) if isinstance(bounds, list) else (None, None)
        )
        score_range = None if low is None or high is None else (low, high)
        categories.append(
            CategoryRule(str(category["name"]), score_range, tuple(_strings(category["primaries"])))
        )
    dimensions = [
        DimensionRule(str(d["id"]), Decimal(str(d["weight"]))) for d in _items(content, "dimensions")
    ]
    return ScoringRules(tuple(dimensions), tuple(categories), _scale(content))


def _written(number: Json, precision: int) -> Decimal:
    """Return a bound with as many decimal places as the ranges of its file have, or more if needed."""
    bound = Decimal(str(number))
    return bound if bound != round(bound, precision) else round(bound, precision)


def _scale(content: JsonObject) -> tuple[Decimal, Decimal]:
    low, high = (Decimal(str(bound)) for bound in _list(content["scale"]))
    return low, high


def _box(*contents: JsonObject) -> dict[str, Reach]:
    """Return the possible scores of each dimension, in one content or the other."""
    box: dict[str, Reach] = {}
    for content in contents:
        scale = list(map(Fraction, _scale(content)))
        for dimension in _items(content, "dimensions"):
            marks = [Fraction(str(mark)) for level in _list(dimension["rubric"]) for mark in _list(level)[:2]]
            id_ = str(dimension["id"])
            known = [box[id_].low, box[id_].high] if id_ in box else []
            reach = [*(marks or scale), *known]
            box[id_] = Reach(Fraction(0), min(reach), max(reach))
    return box


def _alone(before: JsonObject, after: JsonObject, change: Change) -> JsonObject:
    """Return the old content with one change of scoring; all weights count as one, because they sum to 1."""
    kind, _, part = change.rule.pattern.rpartition("/")
    if kind == DIMENSION:
        weights = {d["id"]: d["weight"] for d in _items(after, "dimensions")}
        dimensions: list[Json] = [
            {**d, "weight": weights.get(d["id"], d["weight"])} for d in _items(before, "dimensions")
        ]
        return {**before, "dimensions": dimensions}
    if not kind:
        return {**before, part: after[part]}
    old, new = ({_key(c): c for c in _items(side, "categories")} for side in (before, after))
    if part == "order":
        common = iter([key for key in new if key in old])
        keys = [next(common) if key in new else key for key in old]
    elif part == "added":
        keys = [*old]
        keys.insert(_behind(keys, [*new], change.item), change.item)
    else:
        keys = [key for key in old if part != "removed" or key != change.item]
    known = {**new, **old}
    if part in {"name", "range", "primaries"}:
        known[change.item] = {**old[change.item], part: new[change.item][part]}
    return {**before, "categories": [known[key] for key in keys]}


def _behind(keys: list[str], others: list[str], key: str) -> int:
    """Return the position for a key: after the last of those that precede it in the other list."""
    earlier = set(others[: others.index(key)])
    return max((at + 1 for at, one in enumerate(keys) if one in earlier), default=0)


def _measures(content: JsonObject) -> tuple[object, object]:
    """Return what must be equal for scores of one content to be scores of another."""
    return content["scale"], sorted(_ids(content))


def _ids(content: JsonObject) -> list[str]:
    return [str(d["id"]) for d in _items(content, "dimensions")]


def _key(category: JsonObject) -> str:
    return fold(str(category["name"]).strip())


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _strings(value: Json) -> list[str]:
    return [str(one) for one in _list(value)]


def _items(content: JsonObject, kind: str) -> list[JsonObject]:
    return [*objects(content[kind])]
