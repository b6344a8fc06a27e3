"""The compiler: one Markdown file in, one definition or every fault out.

``compile_markdown`` is the public Python API. It is a pure function: it reads no file, keeps no state and
never raises for any input.
"""

from dataclasses import dataclass

from worker.compiler.diagnostics import Diagnostic, Severity
from worker.definition import Definition

__all__ = [
    "Compilation",
    "Diagnostic",
    "Severity",
    "compile_markdown",
    "format_definition",
    "format_source",
]


@dataclass(frozen=True, slots=True)
class Compilation:
    """What a file compiles to.

    ``definition`` is None exactly when ``diagnostics`` holds an error. ``diagnostics`` are in the order of
    the source. ``version_at`` is the line and column (from 1) of the version in the front matter, where it
    has one, else of the front matter's first line.
    """

    definition: Definition | None
    diagnostics: tuple[Diagnostic, ...]
    version_at: tuple[int, int]

    @property
    def valid(self) -> bool:
        """Whether the file has no error; warnings are allowed."""
        return self.definition is not None


def compile_markdown(source: bytes) -> Compilation:
    """Compile an assessment.

    Args:
        source: the file as it is, at most 512,000 bytes of UTF-8.
    """
    from worker.compiler.compile import compile_source  # noqa: PLC0415  only when something is compiled

    return compile_source(source)


def format_source(source: bytes) -> str | None:
    """Return the canonical Markdown of a file, None when it is not valid."""
    from worker.compiler import formatter  # noqa: PLC0415 - the module imports this package

    return formatter.format_source(source)


def format_definition(definition: Definition) -> str:
    """Return the canonical Markdown of a valid definition, also of one that was never Markdown."""
    from worker.compiler import formatter  # noqa: PLC0415 - the module imports this package

    return formatter.format_definition(definition)
