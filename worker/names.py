"""The identity of names: when two spellings are the same dimension, category or key."""

from unicodedata import normalize

__all__ = ["fold"]


def fold(name: str) -> str:
    """Return the form of ``name`` under which names are compared: NFC(casefold(NFC(name))).

    Two names are the same name exactly when their folded forms are equal. The database compares in the same
    way (``private.fold_name``), so the two can never disagree about which dimension a score belongs to.
    """
    if name.isascii():
        return name.lower()
    return normalize("NFC", normalize("NFC", name).casefold())
