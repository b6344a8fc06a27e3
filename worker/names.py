"""The identity of names: when two spellings are the same dimension, category or key."""

from collections.abc import Callable
from functools import lru_cache
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
LONGEST_NORMALISED = 1000


def fold(name: str) -> str:
    """Return the form of ``name`` under which names are compared: NFC(casefold(NFC(name))).

    A name of more than 1,000 characters is folded as it is spelled, without NFC.

    Two names are the same name exactly when their folded forms are equal. The database compares in the same
    way (``private.fold_name``), so the two can never disagree about which dimension a score belongs to.
    """
    if name.isascii():
        return name.lower()
    if len(name) > LONGEST_NORMALISED:
        return name.casefold()
    return normalize("NFC", normalize("NFC", name).casefold())
