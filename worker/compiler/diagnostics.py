"""What the compiler says: one diagnostic for each fault, with its place and its mend."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

__all__ = ["Diagnostic", "Severity"]

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault of a file.

    ``line`` and ``column`` count from 1, in the original file and in characters. ``section`` says where in
    the document's structure, such as ``Dimensions / Vision / weight``, and is empty for the file as a whole.
    ``span`` is the byte range in the file that a caret should mark; it is not part of the JSON.
    """

    severity: Severity
    code: str
    line: int
    column: int
    section: str
    message: str
    hint: str
    span: tuple[int, int] = field(default=(0, 0), compare=False)

    def to_dict(self) -> dict[str, str | int]:
        """Return the diagnostic as the JSON object that tenants and programs read."""
        return {
            "severity": self.severity,
            "code": self.code,
            "line": self.line,
            "column": self.column,
            "section": self.section,
            "message": self.message,
            "hint": self.hint,
        }
