"""The compiler's reports: a diagnostic for each error or warning, with its place and its fix."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from worker.compiler.catalogue import Code, Severity
from worker.compiler.lines import Lines
from worker.compiler.other_words import format_word
from worker.compiler.proposals import Proposal
from worker.compiler.slices import Located
from worker.names import fold

__all__ = [
    "MAX_DIAGNOSTICS",
    "Argument",
    "Diagnostic",
    "Faults",
    "Fix",
    "Hint",
    "Kind",
    "TextEdit",
    "nearest",
    "plain",
    "shown",
]

Argument: TypeAlias = str | int


Hint: TypeAlias = str | Proposal | Callable[[], str | Proposal]
Kind: TypeAlias = tuple[Code, Severity, str]
Prove: TypeAlias = Callable[[Proposal], bool]

MAX_DIAGNOSTICS: Final = 100
#: How many errors are stored before further ones are only counted.
MAX_HELD: Final = 2000
#: Names are similar from this similarity on. So many characters of them are compared, and so many pairs of
#: them are kept: those of a file that has as many unknown names and as many dimensions as are compared.
SIMILAR: Final = 0.6
LONGEST_COMPARED: Final = 100
MAX_COMPARED: Final = 4096


@dataclass(frozen=True, slots=True)
class TextEdit:
    """A part of the original file and its replacement; the lines of the text end with a line feed."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits after which compiling reports at least one diagnostic fewer, and no new one.

    ``edits`` are in the order of the source and do not overlap.
    """

    title: str
    safe: bool
    edits: tuple[TextEdit, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the fix as the JSON object for tenants and programs."""
        edits = [
            {
                "line": edit.line,
                "column": edit.column,
                "end_line": edit.end_line,
                "end_column": edit.end_column,
                "text": edit.text,
            }
            for edit in self.edits
        ]
        return {"title": self.title, "safe": self.safe, "edits": edits}


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One error or warning.

    Lines and columns count from 1, in the original file and in characters; the end is the place behind the
    last character. ``section`` says where in the document's structure, such as ``Dimensions / Vision /
    weight``, and is empty for the file as a whole. ``args`` are what the message says of this file, by name,
    for programs that translate it. Of a definition in JSON, the lines are those of its canonical Markdown,
    and ``path`` says where the value is in the JSON.
    """

    severity: Severity
    code: str
    line: int
    column: int
    end_line: int
    end_column: int
    section: str
    message: str
    hint: str
    args: Mapping[str, Argument] = field(default_factory=dict)
    fix: Fix | None = None
    path: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the diagnostic as the JSON object for tenants and programs."""
        path = {} if self.path is None else {"path": self.path}
        fix = {} if self.fix is None else {"fix": self.fix.to_dict()}
        return {
            "severity": self.severity,
            "code": self.code,
            "line": self.line,
            "column": self.column,
            "end_line": self.end_line,
            "end_column": self.end_column,
            "section": self.section,
            "message": self.message,
            "hint": self.hint,
            "args": dict(self.args),
            **path,
            **fix,
        }


class Fault(NamedTuple):
    """A diagnostic before its line, column and hint are computed.

    ``message`` has the names of ``args`` in braces, where there are some.
    """

    start: int
    end: int
    code: Code
    severity: Severity
    section: str
    message: str
    hint: Hint
    args: Mapping[str, Argument]

    @property
    def kind(self) -> Kind:
        """What distinguishes it from another error at the same place in an edited source."""
        return self.code, self.severity, self.section

    def render(self, lines: Lines, prove: Prove) -> Diagnostic:
        """Return the diagnostic. Its end excludes white space; it marks at least one character."""
        line, column = lines.position(self.start)
        end = self.start + max(len(lines.text[self.start : self.end].rstrip()), 1)
        end_line, end_column = lines.position(end - 1)
        place = (line, column, end_line, end_column + 1)
        message = self.message.format(**self.args) if self.args else self.message
        hint = self.hint() if callable(self.hint) else self.hint
        fix: Fix | None = None
        if isinstance(hint, Proposal):
            fix = _fix(hint, lines) if prove(hint) else None
            hint = hint.otherwise if fix is None else fix.title
        return Diagnostic(self.severity, self.code.value, *place, self.section, message, hint, self.args, fix)


def _fix(proposal: Proposal, lines: Lines) -> Fix:
    edits = [
        TextEdit(*lines.position(edit.start, hidden=edit.hidden), *lines.position(edit.end), edit.text)
        for edit in sorted(proposal.edits)
        if edit.text or edit.end > edit.start or edit.hidden
    ]
    return Fix(proposal.title, proposal.safe, tuple(edits))


def _never(_proposal: Proposal) -> bool:
    return False


@dataclass(slots=True)
class Faults:
    """Collects errors by their place; computes lines, columns and hints only for those that are kept."""

    found: list[Fault] = field(default_factory=list)
    fatal: bool = False
    dropped: int = 0
    dropped_error: bool = False

    def add(self, code: Code, at: Located, section: str, message: str, hint: Hint, **args: Argument) -> None:
        """Report an error in the characters at a place; an empty place marks one character.

        With ``args`` the message is a template that has their names in braces.
        """
        self._take(Fault(at.start, at.end, code, code.severity, section, message, hint, args))

    def add_error(
        self, code: Code, at: Located, section: str, message: str, hint: Hint, **args: Argument
    ) -> None:
        """Report an error with a code that is otherwise a warning."""
        self._take(Fault(at.start, at.end, code, "error", section, message, hint, args))

    def add_warning(
        self, code: Code, at: Located, section: str, message: str, hint: Hint, **args: Argument
    ) -> None:
        """Report a warning with a code that is otherwise an error."""
        self._take(Fault(at.start, at.end, code, "warning", section, message, hint, args))

    def _take(self, fault: Fault) -> None:
        if fault.severity == "error":
            self.fatal = True
        self.found.append(fault)
        if len(self.found) >= MAX_HELD:
            self._drop()

    def extend(self, others: "Faults") -> None:
        """Add all errors of another collection."""
        self.found += others.found
        self.fatal = self.fatal or others.fatal
        self.dropped += others.dropped
        self.dropped_error = self.dropped_error or others.dropped_error

    def _drop(self) -> None:
        """Keep the errors that will be shown and the first that will not be, and count the others."""
        self.found.sort(key=lambda fault: fault.start)
        rest = self.found[MAX_DIAGNOSTICS + 1 :]
        self.dropped += len(rest)
        self.dropped_error = self.dropped_error or any(fault.severity == "error" for fault in rest)
        del self.found[MAX_DIAGNOSTICS + 1 :]

    def render(self, lines: Lines, prove: Prove = _never) -> tuple[Diagnostic, ...]:
        """Return the diagnostics in the order of the source: at most 100, and one that counts the others.

        Their fixes are the proposals that ``prove`` accepts.
        """
        self._drop()
        shown_ = self.found[:MAX_DIAGNOSTICS]
        for first in self.found[MAX_DIAGNOSTICS:]:
            severity: Severity = "error" if self.dropped_error else first.severity
            message, hint, args = about_the_rest(self.dropped + 1)
            at = first.start
            shown_.append(Fault(at, at, Code.TOO_MANY_FAULTS, severity, "", message, hint, args))
        return tuple([fault.render(lines, prove) for fault in shown_])


def about_the_rest(count: int) -> tuple[str, str, dict[str, Argument]]:
    """Return the template, hint and arguments of the diagnostic that counts those that are not shown."""
    message = "{count} more problems were found from here on"
    if count == 1:
        message = "one more problem was found from here on"
    return message, f"fix the first {MAX_DIAGNOSTICS} and check again", {"count": count}


def plain(text: str, limit: int = 60) -> str:
    """Return an author's text for a message: on one line, shortened, and without control characters."""
    if len(text) <= limit and text.isprintable():
        return text
    line = " ".join(text[: limit * 2].split())
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
    return f"{line[: limit - 1]}…" if len(line) > limit or len(text) > limit * 2 else line


def shown(text: str, limit: int = 60) -> str:
    """Return an author's text for a message, in backticks."""
    return f"`{plain(text, limit)}`"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that ``name`` is another word for, or is most similar to; None if none is."""
    known = [*known]
    if (meant := format_word(name)) in known:
        return meant
    folded = {fold(candidate[:LONGEST_COMPARED]): candidate for candidate in known}
    wanted = fold(name[:LONGEST_COMPARED])
    similarity, best = max(
        [(_similarity(wanted, candidate), candidate) for candidate in folded], default=(0, "")
    )
    return folded[best] if similarity >= SIMILAR else None


@lru_cache(MAX_COMPARED)
def _similarity(name: str, candidate: str) -> float:
    """Return how similar two folded names are, from 0 to 1.

    It is cached because comparing takes as long as compiling a page, and each fix of a file is proved by
    compiling the file again, with nearly the same names.
    """
    matcher = SequenceMatcher(None, candidate, name)
    if matcher.real_quick_ratio() < SIMILAR or matcher.quick_ratio() < SIMILAR:
        return 0
    return matcher.ratio()
