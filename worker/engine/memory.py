"""Returning memory to the system, if the C library supports it."""

import contextlib
import ctypes

__all__ = ["give_back_memory"]

_trim = None
with contextlib.suppress(AttributeError, OSError):  # glibc has it, other C libraries need it less
    _trim = ctypes.CDLL(None).malloc_trim


def give_back_memory() -> None:
    """Return free memory: otherwise glibc keeps the blocks of a large batch for ever."""
    if _trim is not None:
        _trim(0)
