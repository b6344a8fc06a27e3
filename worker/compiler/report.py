"""The output of ``check``: for people, for programs, and for GitHub's annotations."""

import json
import os
from collections.abc import Mapping, Sequence
from difflib import unified_diff
from typing import Final, TextIO
from unicodedata import east_asian_width

from worker.compiler.compilation import Compilation
from worker.compiler.diagnostics import Diagnostic

__all__ = [
    "diff_report",
    "escape_data",
    "escape_property",
    "excerpt",
    "fixes_report",
    "github_report",
    "json_report",
    "summary",
    "text_report",
    "wants_colour",
]

WIDTH: Final = 100
RESET: Final = "\033[0m"
COLOURS: Final = {"error": "\033[1;31m", "warning": "\033[1;33m", "hint": "\033[36m", "dim": "\033[2m"}


def wants_colour(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether output may be coloured: only on a terminal, and never if NO_COLOR is set."""
    return stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def text_report(file: str, source: bytes, compilation: Compilation, *, colour: bool = False) -> str:
    """Return the diagnostics of a file with the source line, a caret under the place, and the hint."""
    if not compilation.diagnostics:
        return ""
    text = source.removeprefix(b"\xef\xbb\xbf").decode(errors="replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "".join(_entry(file, lines, diagnostic, colour) for diagnostic in compilation.diagnostics)


def _entry(file: str, lines: list[str], diagnostic: Diagnostic, colour: bool) -> str:
    def paint(kind: str, text: str) -> str:
        return f"{COLOURS[kind]}{text}{RESET}" if colour else text

    line = lines[diagnostic.line - 1] if diagnostic.line <= len(lines) else ""
    end = diagnostic.end_column if diagnostic.end_line == diagnostic.line else len(line.rstrip()) + 1
    before, marked, after = _window(line, diagnostic.column - 1, max(end - diagnostic.column, 1))
    number = str(diagnostic.line)
    margin = " " * len(number)
    bar = paint("dim", "|")
    carets = "^" * max(_width(marked), 1)
    return (
        f"{file}:{diagnostic.line}:{diagnostic.column}: "
        f"{paint(diagnostic.severity, f'{diagnostic.severity}[{diagnostic.code}]')}: {diagnostic.message}\n"
        f"{paint('dim', number)} {bar} {before}{marked}{after}\n"
        f"{margin} {bar} {' ' * _width(before)}{paint(diagnostic.severity, carets)}\n"
        f"{margin} {paint('hint', '= hint:')} {diagnostic.hint}\n"
    )


def _window(line: str, column: int, length: int) -> tuple[str, str, str]:
    """Cut a line to the available width, around the marked part, and make every character visible."""
    start = 0 if column + min(length, WIDTH) <= WIDTH else max(column - WIDTH // 2, 0)
    end = start + WIDTH
    marked_end = min(column + length, end)
    before = ("…" if start else "") + _visible(line[start:column])
    after = _visible(line[marked_end:end]) + ("…" if len(line) > end else "")
    return before, _visible(line[column:marked_end]), after


def _visible(text: str) -> str:
    """Return a text that a terminal shows unchanged: no control characters, a tab as one space."""
    if text.isprintable():
        return text
    return "".join(
        " " if c in "\t\u00a0" else c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def excerpt(text: str, length: int = WIDTH) -> str:
    """Return a text on one line, cut to a length, with every character visible."""
    line = _visible(" ".join(text[: 4 * length].split()))
    return line if len(line) <= length else f"{line[: length - 1]}…"


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def json_report(file: str, compilation: Compilation, fixed: Sequence[Diagnostic] | None = None) -> str:
    """Return one line of JSON about a file; with the fixed diagnostics, if they are given."""
    definition = "null" if compilation.definition is None else compilation.definition.to_json()
    diagnostics = json.dumps([d.to_dict() for d in compilation.diagnostics], ensure_ascii=False)
    valid = "true" if compilation.valid else "false"
    name = json.dumps(file, ensure_ascii=False)
    return (
        f'{{"file": {name}, "valid": {valid}, "definition": {definition}, "diagnostics": {diagnostics}'
        f"{_fixed(fixed)}}}\n"
    )


def _fixed(fixed: Sequence[Diagnostic] | None) -> str:
    if fixed is None:
        return ""
    return f', "fixed": {json.dumps([d.to_dict() for d in fixed], ensure_ascii=False)}'


def fixes_report(file: str, fixed: Sequence[Diagnostic]) -> str:
    """Return a line for each fix that was applied."""
    return "".join(f"{file}:{d.line}:{d.column}: fixed[{d.code}]: {d.hint}\n" for d in fixed)


def diff_report(file: str, before: bytes, after: bytes) -> str:
    """Return the lines of a file that fixes change, as a unified diff."""
    return "".join(unified_diff(_lines(before), _lines(after), file, file))


def _lines(source: bytes) -> list[str]:
    *lines, last = source.decode(errors="replace").split("\n")
    return [f"{line}\n" for line in lines] + ([f"{last}\n\\ No newline at end of file\n"] if last else [])


def github_report(file: str, compilation: Compilation) -> str:
    """Return workflow commands that GitHub shows as annotations of the file's lines."""
    return "".join(
        f"::{d.severity} file={escape_property(file)},line={d.line},col={d.column},"
        f"title={escape_property(d.code)}::{escape_data(f'{d.message} — {d.hint}')}\n"
        for d in compilation.diagnostics
    )


def escape_data(text: str) -> str:
    """Return the text of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """Return a property of a workflow command."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def summary(files: int, errors: int, warnings: int) -> str:
    """Return the last line of a report for people."""
    checked = "1 file checked" if files == 1 else f"{files} files checked"
    if not errors and not warnings:
        return f"{checked}: no problems\n"
    return f"{checked}: {_counted(errors, 'error')}, {_counted(warnings, 'warning')}\n"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
