"""The result of compiling a file."""

from dataclasses import dataclass, field
from typing import NamedTuple

from worker.compiler.diagnostics import Diagnostic
from worker.compiler.outline import Outline
from worker.definition import Definition

__all__ = ["Compilation", "LeftOut"]


class LeftOut(NamedTuple):
    """A part of a file that the definition omits: its name, and its first line."""

    what: str
    line: int


@dataclass(frozen=True, slots=True)
class Compilation:
    """The result of compiling a file.

    ``definition`` is None exactly when ``diagnostics`` holds an error. ``diagnostics`` are in the order of
    the source. ``version_at`` is the line and column (from 1) of the version in the front matter, where it
    has one, else of the front matter's first line; ``version_end`` is the place behind it. ``left_out`` are
    the parts that the definition does not have, such as an unknown section. ``outline`` is where the parts of
    the file are; None where nothing was read.
    """

    definition: Definition | None
    diagnostics: tuple[Diagnostic, ...]
    version_at: tuple[int, int]
    left_out: tuple[LeftOut, ...] = ()
    outline: Outline | None = field(default=None, compare=False, repr=False)
    version_end: tuple[int, int] = (1, 1)

    @property
    def valid(self) -> bool:
        """Whether the file has no error; warnings are allowed."""
        return self.definition is not None
