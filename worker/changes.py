"""What changed between two contents, and the class of the change.

The rules are the rows of the database's table ``private.change_rules``, which ``make generate`` writes to
``change_rules.json`` beside this file; ``private.changes_between`` finds the same changes with them.
"""

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

from worker.content import Json, JsonObject, objects
from worker.names import fold

__all__ = ["CLASSES", "Change", "Class", "Rule", "changes_between", "class_of_change", "rules"]

#: From the smallest to the largest effect on users of an assessment.
Class: TypeAlias = Literal["presentation", "instrument", "scoring", "structure"]
CLASSES: Final[tuple[Class, ...]] = get_args(Class)

#: The patterns of items, whose value is their position among items of the same kind.
DIMENSION: Final = "dimensions/*"
CATEGORY: Final = "categories/*"
LEVEL: Final = "dimensions/*/rubric/*"


class Rule(NamedTuple):
    """A way in which two contents can differ.

    Attributes:
        rule: the stable key.
        pattern: where in a content; ``*`` is an item.
        class_: how much it changes.
        sentence: for a person; ``{item}`` and ``{part}`` are replaced by those of a change.
    """

    rule: str
    pattern: str
    class_: Class
    sentence: str


class Place(NamedTuple):
    """A position in a content.

    Attributes:
        pattern: a path in which ``*`` is an item.
        item: the id of a dimension, or the folded name of a category; else empty.
        part: a range of a rubric; else empty.
    """

    pattern: str
    item: str = ""
    part: str = ""


class Change(NamedTuple):
    """A change, with the old and the new value; None if there is none."""

    rule: Rule
    item: str
    part: str
    old: Json
    new: Json

    @property
    def sentence(self) -> str:
        """The sentence for a person."""
        return self.rule.sentence.replace("{item}", self.item).replace("{part}", self.part)


@cache
def rules() -> dict[str, Rule]:
    """Return the rules by their patterns."""
    listed = json.loads(files("worker").joinpath("change_rules.json").read_text(encoding="utf-8"))
    return {
        row["pattern"]: Rule(row["rule"], row["pattern"], row["class"], row["sentence"]) for row in listed
    }


def changes_between(before: JsonObject, after: JsonObject) -> list[Change]:
    """Return the changes between two contents, highest class first."""
    found = [
        Change(rules()[place.pattern], place.item, place.part, old, new)
        for place, old, new in _differences(dict(_parts(before)), dict(_parts(after)))
    ]
    found.sort(key=lambda change: (-CLASSES.index(change.rule.class_), change.rule.rule, *change[1:3]))
    return found


def class_of_change(before: JsonObject, after: JsonObject) -> Class | None:
    """Return the highest class of the changes between two contents; None if nothing changed."""
    changes = changes_between(before, after)
    return changes[0].rule.class_ if changes else None


Parts: TypeAlias = "dict[Place, Json]"
Difference: TypeAlias = "tuple[Place, Json, Json]"


def _parts(content: JsonObject) -> Iterator[tuple[Place, Json]]:
    """Yield the parts of a content; an item's own value is its position."""
    for key, value in content.items():
        match key, value:
            case "interviewStyle", dict():
                yield from ((Place(f"{key}/{name}"), part) for name, part in value.items())
            case "dimensions", list():
                for position, item in enumerate(objects(value), 1):
                    yield from _parts_of_dimension(item, position)
            case "categories", list():
                for position, item in enumerate(objects(value), 1):
                    yield from _parts_of_category(item, position)
            case _:
                yield Place(key), value


def _parts_of_dimension(dimension: JsonObject, position: int) -> Iterator[tuple[Place, Json]]:
    item = str(dimension["id"])
    yield Place(DIMENSION, item), position
    for key, value in dimension.items():
        if key == "rubric" and isinstance(value, list):
            for low, high, text in (level for level in value if isinstance(level, list)):
                yield Place(LEVEL, item, f"{low:f}" if low == high else f"{low:f}-{high:f}"), text
        elif key != "id":
            yield Place(f"{DIMENSION}/{key}", item), value


def _parts_of_category(category: JsonObject, position: int) -> Iterator[tuple[Place, Json]]:
    item = fold(str(category["name"]).strip())
    yield Place(CATEGORY, item), position
    yield from ((Place(f"{CATEGORY}/{key}", item), value) for key, value in category.items())


def _differences(before: Parts, after: Parts) -> Iterator[Difference]:
    """Yield where two contents differ, by the patterns of the rules.

    Parts of an added or removed item are not listed separately; positions are compared only among items in
    both.
    """
    for place in before.keys() | after.keys():
        old, new = before.get(place), after.get(place)
        if place in before and place in after:
            if place.pattern not in {DIMENSION, CATEGORY} and old != new:
                yield place, old, new
        elif place.pattern in {DIMENSION, CATEGORY} or (
            place.pattern == LEVEL and before.keys() & after.keys() & {Place(DIMENSION, place.item)}
        ):
            how = "added" if place in after else "removed"
            yield place._replace(pattern=f"{place.pattern}/{how}"), old, new
    for pattern in (DIMENSION, CATEGORY):
        old_order, new_order = _order(pattern, before, after), _order(pattern, after, before)
        if old_order != new_order:
            yield Place(pattern.replace("*", "order")), [*old_order], [*new_order]
    yield from _moved_ids(before, after)


def _order(pattern: str, content: Parts, other: Parts) -> list[str]:
    """Return the items of one content that the other has too, in the order of the first."""
    return [place.item for place in content if place.pattern == pattern and place in other]


def _moved_ids(before: Parts, after: Parts) -> Iterator[Difference]:
    """Yield the ids of dimensions whose name another dimension had before."""
    names = {
        fold(str(name).strip()): place.item
        for place, name in before.items()
        if place.pattern == f"{DIMENSION}/name"
    }
    for place, name in after.items():
        if place.pattern == f"{DIMENSION}/name" and place in before:
            holder = names.get(fold(str(name).strip()))
            if holder not in {None, place.item}:
                yield place._replace(pattern=f"{DIMENSION}/moved"), before[place], name
