"""The identity of names: when two spellings are the same dimension, category or key."""

from collections.abc import Callable
from functools import lru_cache
from itertools import chain
from typing import Final, TypeVar
from unicodedata import normalize

__all__ = ["REMEMBERED_LENGTH", "fold", "look", "remembered"]

Result = TypeVar("Result")

#: Longer texts are not cached, so that the cache stays small for any input.
REMEMBERED_LENGTH: Final = 40
REMEMBERED_COUNT: Final = 1024


def remembered(function: Callable[[str], Result]) -> Callable[[str], Result]:
    """Cache a pure function's results for short texts: files repeat keys and numbers."""
    cached = lru_cache(REMEMBERED_COUNT)(function)

    def answer(text: str) -> Result:
        return cached(text) if len(text) <= REMEMBERED_LENGTH else function(text)

    answer.__doc__ = function.__doc__
    return answer


# Ordering combining marks takes time proportional to the square of their number and cannot be interrupted:
# 500 KB of them would take minutes. No real name has a thousand characters.
LONGEST_FOLDED: Final = 1000

#: Invisible characters: soft hyphen, joiners, direction marks, zero-width spaces, variation selectors.
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
#: Hyphens and dashes are equal, and so are quotation marks of a kind; sigma has another form at the end of a
#: word.
TWINS: Final = str.maketrans(
    {
        "\u03c2": "\u03c3",
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f", '"'),
    }
)
#: Signs of division that look like a slash, what makes a digit a key of a telephone, and the signs and digits
#: of other scripts.
SIGNS: Final = str.maketrans(
    {
        **dict.fromkeys("\u2044\u2215", "/"),
        "\u20e3": "",
        **dict(zip("٪٫،؛۔", "%.,;.", strict=True)),
        **{chr(ord(zero) + digit): str(digit) for zero in "٠۰०০੦૦௦౦೦൦๐໐၀០" for digit in range(10)},
    }
)


def fold(name: str) -> str:
    """Return the folded form of ``name``, which is used only for comparing.

    It is the name without invisible characters, in Unicode's form NFKD, in lower case, and with
    one hyphen and one quotation mark of each kind. A name of more than 1,000 characters is unchanged.

    Two names are the same if and only if their folded forms are equal. The database compares in the same
    way (``private.fold_name``), so both agree about which dimension a score belongs to.
    """
    if len(name) > LONGEST_FOLDED:
        return name
    if name.isascii():
        return name.lower()
    return normalize("NFKD", name.translate(UNSEEN)).lower().translate(TWINS)


def look(text: str) -> str:
    """Return a number, a range or a key with each character as the plain one that it looks like.

    Full-width digits and colons, digits of other scripts, hyphens, dashes and curly quotation marks become
    those of a keyboard, and what cannot be seen is left out; letter case stays. A text of more than 1,000
    characters is returned as it is.
    """
    if text.isascii() or len(text) > LONGEST_FOLDED:
        return text
    return normalize("NFKC", text.translate(UNSEEN)).translate(TWINS).translate(SIGNS)
