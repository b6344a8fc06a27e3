"""The shapes of what the tools of ``mcp`` answer: their output schemas are made of these classes.

``diff`` answers what ``diff --format json`` prints, and diagnostics are those of ``check --format json``.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from worker.changes import Class
from worker.compiler import Diagnostic

__all__ = ["Checked", "Compared", "Explained", "Fixed", "Formatted", "Scored", "Template"]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Checked(_Answer):
    """What is wrong with a file."""

    valid: Annotated[bool, Field(description="whether there is no error; warnings are allowed")]
    diagnostics: list[Diagnostic]


class Fixed(Checked):
    """A file after its fixes."""

    text: Annotated[str, Field(description="the file with the fixes; `valid` and `diagnostics` are about it")]
    fixed: Annotated[list[Diagnostic], Field(description="what was fixed, where it was at that time")]


class Formatted(Checked):
    """A file in the canonical style."""

    text: Annotated[str | None, Field(description="the canonical file; null while there is an error")]


class Explained(_Answer):
    """A code, with lines that have the error, their report, and the lines corrected."""

    code: str
    severity: str
    meaning: str
    faulty: str
    reported: str
    corrected: str


class _Side(_Answer):
    file: str
    version: str


class _Value(_Answer):
    line: int | None
    value: Any


class _Outcome(_Answer):
    overall: float
    category: str | None


class _Witness(_Answer):
    scores: dict[str, float]
    old: _Outcome
    new: _Outcome


class _Effect(_Answer):
    differs: Annotated[bool | None, Field(description="null: not known")]
    witness: Annotated[_Witness | None, Field(description="scores whose category differs")]


class _Changed(_Answer):
    rule: str
    class_: Annotated[Class, Field(alias="class")]
    path: str
    sentence: str
    item: str | None
    part: str | None
    old: _Value
    new: _Value
    effect: _Effect | None = None


class Compared(_Answer):
    """What changed between two files."""

    old: _Side
    new: _Side
    class_: Annotated[Class | None, Field(alias="class", description="the highest class of the changes")]
    bump: str | None
    least_version: Annotated[str, Field(description="the lowest version that the new file may have")]
    enough: bool
    changes: list[_Changed]
    together: _Effect | None


class Scored(_Outcome):
    """The outcome of an interview."""

    uncovered: Annotated[list[str], Field(description="the dimensions without a score")]


class Template(_Answer):
    """A file to start from."""

    text: str
    names: Annotated[list[str], Field(description="the templates that there are")]
