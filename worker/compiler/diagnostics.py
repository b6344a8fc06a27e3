"""What the compiler says: one diagnostic for each fault, with its place and its mend."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from worker.names import fold

if TYPE_CHECKING:
    from worker.compiler.source import Lines

__all__ = ["MAX_DIAGNOSTICS", "Code", "Diagnostic", "Faults", "Severity", "nearest", "plain", "shown"]

Severity: TypeAlias = Literal["error", "warning"]
Hint: TypeAlias = str | Callable[[], str]

MAX_DIAGNOSTICS: Final = 100
#: How many faults are held before those that will not be shown are only counted.
MAX_HELD: Final = 2000


class Code(StrEnum):
    """The stable names of faults; ``worker.compiler.catalogue`` explains each."""

    # the file
    EMPTY_FILE = "empty-file"
    FILE_TOO_LARGE = "file-too-large"
    INVALID_UTF8 = "invalid-utf8"
    NUL_BYTE = "nul-byte"
    FENCED_FILE = "fenced-file"
    TOO_MANY_FAULTS = "too-many-faults"
    # the front matter
    MISSING_FRONT_MATTER = "missing-front-matter"
    MISPLACED_FRONT_MATTER = "misplaced-front-matter"
    UNCLOSED_FRONT_MATTER = "unclosed-front-matter"
    YAML_SYNTAX = "yaml-syntax"
    YAML_ALIAS = "yaml-alias"
    YAML_ANCHOR = "yaml-anchor"
    YAML_TAG = "yaml-tag"
    YAML_TOO_DEEP = "yaml-too-deep"
    MISSING_KEY = "missing-key"
    UNKNOWN_KEY = "unknown-key"
    DUPLICATE_KEY = "duplicate-key"
    INVALID_NAME = "invalid-name"
    INVALID_VERSION = "invalid-version"
    INVALID_VALUE = "invalid-value"
    INVALID_SCALE = "invalid-scale"
    # the structure of the body
    RAW_HTML = "raw-html"
    UNSAFE_LINK = "unsafe-link"
    NESTED_TOO_DEEP = "nested-too-deep"
    UNCLOSED_FENCE = "unclosed-fence"
    MISSING_SECTION = "missing-section"
    DUPLICATE_SECTION = "duplicate-section"
    UNKNOWN_SECTION = "unknown-section"
    EMPTY_SECTION = "empty-section"
    HEADING_LEVEL = "heading-level"
    STRAY_TEXT = "stray-text"
    TOO_MANY_DIMENSIONS = "too-many-dimensions"
    TOO_MANY_CATEGORIES = "too-many-categories"
    DEFINITION_TOO_LARGE = "definition-too-large"
    # items and fields
    EMPTY_NAME = "empty-name"
    DUPLICATE_NAME = "duplicate-name"
    MISSING_FIELD = "missing-field"
    UNKNOWN_FIELD = "unknown-field"
    DUPLICATE_FIELD = "duplicate-field"
    NOT_A_FIELD = "not-a-field"
    NOT_A_BULLET = "not-a-bullet"
    EMPTY_VALUE = "empty-value"
    NOT_A_LIST = "not-a-list"
    EMPTY_ITEM = "empty-item"
    DUPLICATE_REFERENCE = "duplicate-reference"
    UNKNOWN_ITEM = "unknown-item"
    DUPLICATE_ITEM = "duplicate-item"
    # meaning
    INVALID_WEIGHT = "invalid-weight"
    WEIGHTS_SUM = "weights-sum"
    INVALID_RANGE = "invalid-range"
    REVERSED_RANGE = "reversed-range"
    OUTSIDE_SCALE = "outside-scale"
    RUBRIC_OVERLAP = "rubric-overlap"
    UNKNOWN_DIMENSION = "unknown-dimension"
    AMBIGUOUS_CATEGORIES = "ambiguous-categories"
    RANGE_GAP = "range-gap"
    UNREACHABLE_RANGE = "unreachable-range"
    POSSIBLE_TIE = "possible-tie"
    # examples
    INVALID_SCORE = "invalid-score"
    NO_EXPECTATION = "no-expectation"
    UNKNOWN_CATEGORY = "unknown-category"
    AMBIGUOUS_EXPECTATION = "ambiguous-expectation"
    WRONG_OVERALL = "wrong-overall"
    WRONG_CATEGORY = "wrong-category"
    # said by the database or the worker when an upload is finished
    ALREADY_UPLOADED = "already-uploaded"
    VERSION_CONFLICT = "version-conflict"
    VERSION_FALLS = "version-falls"
    ASSESSMENT_ARCHIVED = "assessment-archived"
    ASSESSMENT_MISSING = "assessment-missing"
    DATABASE_REFUSED = "database-refused"
    WORKER_LOST = "worker-lost"
    TOO_MANY_ATTEMPTS = "too-many-attempts"
    TOO_SLOW = "too-slow"
    INTERNAL_ERROR = "internal-error"


#: Codes that are warnings unless the place that reports one says otherwise; all others are errors.
WARNINGS: Final = frozenset(
    (
        Code.UNKNOWN_KEY,
        Code.UNKNOWN_SECTION,
        Code.UNKNOWN_FIELD,
        Code.UNKNOWN_ITEM,
        Code.STRAY_TEXT,
        Code.EMPTY_ITEM,
        Code.RANGE_GAP,
        Code.UNREACHABLE_RANGE,
        Code.POSSIBLE_TIE,
        Code.ALREADY_UPLOADED,
    )
)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault of a file.

    ``line`` and ``column`` count from 1, in the original file and in characters. ``section`` says where in
    the document's structure, such as ``Dimensions / Vision / weight``, and is empty for the file as a whole.
    ``length`` is the number of characters on that line that a caret should mark; it is not part of the JSON.
    """

    severity: Severity
    code: str
    line: int
    column: int
    section: str
    message: str
    hint: str
    length: int = field(default=1, compare=False)

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


@dataclass(slots=True)
class Faults:
    """Collects faults by their place; lines, columns and costly hints are worked out for the kept ones."""

    found: list[tuple[int, int, Code, Severity, str, str, Hint]] = field(default_factory=list)
    fatal: bool = False
    dropped: int = 0
    dropped_error: bool = False

    def add(  # noqa: PLR0913, PLR0917 - a diagnostic has these parts
        self,
        code: Code,
        start: int,
        end: int,
        where: str,
        message: str,
        hint: Hint,
        severity: Severity | None = None,
    ) -> None:
        """Report a fault of the characters from ``start`` to ``end``; an empty range marks one character."""
        if severity is None:
            severity = "warning" if code in WARNINGS else "error"
        if severity == "error":
            self.fatal = True
        self.found.append((start, end, code, severity, where, message, hint))
        if len(self.found) >= MAX_HELD:
            self._drop()

    def extend(self, others: "Faults") -> None:
        """Take over all faults of another collection."""
        self.found += others.found
        self.fatal = self.fatal or others.fatal
        self.dropped += others.dropped
        self.dropped_error = self.dropped_error or others.dropped_error

    def _drop(self) -> None:
        """Keep the faults that will be shown and the first that will not be, and count the others."""
        self.found.sort(key=_position)
        rest = self.found[MAX_DIAGNOSTICS + 1 :]
        self.dropped += len(rest)
        self.dropped_error = self.dropped_error or any(fault[3] == "error" for fault in rest)
        del self.found[MAX_DIAGNOSTICS + 1 :]

    def render(self, lines: "Lines") -> tuple[Diagnostic, ...]:
        """Return the diagnostics in the order of the source, at most 100 and one that counts the rest."""
        self._drop()
        kept = [_render(fault, lines) for fault in self.found[:MAX_DIAGNOSTICS]]
        for first in self.found[MAX_DIAGNOSTICS:]:
            severity: Severity = "error" if self.dropped_error or first[3] == "error" else "warning"
            line, column = lines.position(first[0])
            count = f"{self.dropped + 1} more faults were" if self.dropped else "one more fault was"
            message = f"{count} found from here on"
            hint = f"mend the first {MAX_DIAGNOSTICS} and check again"
            kept.append(Diagnostic(severity, Code.TOO_MANY_FAULTS.value, line, column, "", message, hint))
        return tuple(kept)


def _position(fault: tuple[int, int, Code, Severity, str, str, Hint]) -> int:
    return fault[0]


def _render(fault: tuple[int, int, Code, Severity, str, str, Hint], lines: "Lines") -> Diagnostic:
    start, end, code, severity, where, message, hint = fault
    line, column = lines.position(start)
    length = len(lines.text[start:end].partition("\n")[0].rstrip())
    if not isinstance(hint, str):
        hint = hint()
    return Diagnostic(severity, code.value, line, column, where, message, hint, max(length, 1))


def plain(text: str, limit: int = 60) -> str:
    """Return a text of the author for a message: on one line, cut, and without control characters."""
    if len(text) <= limit and text.isprintable():
        return text
    line = " ".join(text[: limit * 2].split())
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
    return f"{line[: limit - 1]}…" if len(line) > limit or len(text) > limit * 2 else line


def shown(text: str, limit: int = 60) -> str:
    """Return a text of the author for a message, in backticks."""
    return f"`{plain(text, limit)}`"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like ``name``, or None when none is like it."""
    from difflib import get_close_matches  # noqa: PLC0415 - needed only when something is wrong

    folded = {fold(candidate[:100]): candidate for candidate in known}
    matches = get_close_matches(fold(name[:100]), folded, n=1, cutoff=0.6)
    return folded[matches[0]] if matches else None
