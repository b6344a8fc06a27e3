"""The identity of names: when two spellings are the same dimension, category or key."""

from collections.abc import Callable
from functools import lru_cache
from itertools import chain
from typing import Final, TypeVar
from unicodedata import normalize

__all__ = ["REMEMBERED_LENGTH", "fold", "remembered"]

Result = TypeVar("Result")

#: Longer texts are not remembered, so that what is kept stays small whatever is asked.
REMEMBERED_LENGTH: Final = 40
REMEMBERED_COUNT: Final = 1024


def remembered(function: Callable[[str], Result]) -> Callable[[str], Result]:
    """Remember what a pure function answered for short texts: files spell keys and numbers alike."""
    cached = lru_cache(REMEMBERED_COUNT)(function)

    def answer(text: str) -> Result:
        return cached(text) if len(text) <= REMEMBERED_LENGTH else function(text)

    answer.__doc__ = function.__doc__
    return answer


# Putting combining marks in order takes time in proportion to the square of their number, and nothing can
# interrupt it: 500 KB of them would take minutes. Nobody calls a dimension by a thousand characters.
LONGEST_FOLDED: Final = 1000

#: What cannot be seen: soft hyphen, joiners, marks of direction, spaces without width, variation selectors.
UNSEEN: Final = dict.fromkeys(
    chain(
        (0x00AD, 0x034F, 0x061C, 0xFEFF),
        range(0x180B, 0x1810),
        range(0x200B, 0x2010),
        range(0x202A, 0x202F),
        range(0x2060, 0x2070),
        range(0xFE00, 0xFE10),
        range(0xE0100, 0xE01F0),
    )
)
#: Hyphens and dashes are one, so are quotation marks of a kind; sigma has another form at the end of a word.
TWINS: Final = str.maketrans(
    {
        "\u03c2": "\u03c3",
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f", '"'),
    }
)


def fold(name: str) -> str:
    """Return the form of ``name`` under which names are compared, which is for comparing alone.

    It is the name without the characters that cannot be seen, in Unicode's form NFKD, in lower case, and with
    one hyphen and one quotation mark of each kind. A name of more than 1,000 characters is its own form.

    Two names are the same name exactly when their folded forms are equal. The database compares in the same
    way (``private.fold_name``), so the two agree about which dimension a score belongs to.
    """
    if len(name) > LONGEST_FOLDED:
        return name
    if name.isascii():
        return name.lower()
    return normalize("NFKD", name.translate(UNSEEN)).lower().translate(TWINS)
