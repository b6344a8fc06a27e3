"""The ids of dimensions, which stay the same when a name changes: slugs, stated or made from the name."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Final, NamedTuple

from worker.names import fold

__all__ = ["LONGEST_ID", "SLUG", "IdClash", "dimension_id", "free_id", "id_clashes", "is_id"]

LONGEST_ID: Final = 200
SLUG: Final = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
NO_SLUG: Final = re.compile("[^a-z0-9]+")
#: Combining marks, which NFKD separates from their letters.
MARKS: Final = re.compile("[\u0300-\u036f]")
#: Latin letters that have no form without their mark.
WRITTEN_OUT: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "\N{LATIN SMALL LETTER DOTLESS I}": "i"}
)


class IdClash(NamedTuple):
    """A dimension whose id belongs to another one, by their positions in the list."""

    place: int
    other: int


def is_id(text: str) -> bool:
    """Return whether a text can be the id of a dimension."""
    return len(text) <= LONGEST_ID and SLUG.fullmatch(text) is not None


def dimension_id(name: str, stated: str | None = None) -> str:
    """Return the id of a dimension: the stated one, or else the slug of its name.

    For a name that has no letter or digit for a slug, or too many for an id, it is ``d-`` and the start of
    its hash.
    """
    if stated is not None:
        return stated
    folded = fold(name.strip())
    slug = ""
    if len(folded) <= LONGEST_ID:
        latin = folded if folded.isascii() else MARKS.sub("", folded).translate(WRITTEN_OUT)
        slug = NO_SLUG.sub("-", latin).strip("-")
    if not 0 < len(slug) <= LONGEST_ID:
        return f"d-{hashlib.sha256(folded.encode()).hexdigest()[:8]}"
    return slug


def id_clashes(ids: Sequence[str], given: Sequence[str]) -> Iterator[IdClash]:
    """Yield the dimensions whose id is that of an earlier one, or the default id of another one.

    Args:
        ids: the id of each dimension.
        given: the default id of each, which it may have itself.
    """
    first: dict[str, int] = {}
    of_name: dict[str, int] = {}
    for place, id_ in enumerate(given):
        of_name.setdefault(id_, place)
    for place, id_ in enumerate(ids):
        if id_ in first:
            yield IdClash(place, first[id_])
        elif id_ != given[place] and id_ in of_name:
            yield IdClash(place, of_name[id_])
        else:
            first[id_] = place


def free_id(wanted: str, taken: Iterable[str]) -> str:
    """Return the id with the lowest suffix number that makes it unique."""
    others = frozenset(taken)
    numbered = (f"{wanted}-{number}" for number in count(2))
    return wanted if wanted not in others else next(id_ for id_ in numbered if id_ not in others)
