"""Splits a psql script into statements, as far as the pgTAP files need it.

Knows what a semicolon inside a string, a quoted name, a dollar-quoted body or a comment is. Of psql's own
commands it knows `\\ir FILE` alone; the other ones are refused, so that a file never means one thing here and
another in psql.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TOKEN = re.compile(
    r"""
      (?P<space>    \s+ )
    | (?P<comment>  --[^\n]* )
    | (?P<block>    /\* )
    | (?P<escaped>  \b[eE]'(?:[^'\\]|''|\\.)*' )
    | (?P<string>   '(?:[^']|'')*' )
    | (?P<name>     "(?:[^"]|"")*" )
    | (?P<dollar>   \$(?P<tag>[^\W\d]\w*)?\$ )
    | (?P<meta>     \\[^\n]* )
    | (?P<end>      ; )
    | (?P<word>     [^\W\d][\w$]* )
    | (?P<other>    . )
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


class ScriptError(Exception):
    r"""A file that cannot be split: an unclosed quote or comment, or a psql command other than \ir."""


@dataclass(frozen=True)
class Statement:
    """One SQL statement.

    Attributes:
        text: the statement, comments inside it kept, without its semicolon.
        path: the file it stands in.
        line: the line of its first word, from 1.
    """

    text: str
    path: Path
    line: int

    def line_of(self, position: int) -> int:
        """The line of the file of a character position in the text, from 1 as the server counts."""
        return self.line + self.text.count("\n", 0, position - 1)


def statements(path: Path) -> Iterator[Statement]:
    """The statements of a file, and of the files it includes by `\\ir`, in order.

    Raises:
        ScriptError: the file cannot be split.
        OSError: it, or a file it includes, cannot be read.
    """
    text = path.read_text(encoding="utf-8")
    start: int | None = None
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        assert token is not None, "every character is matched by the last alternative"
        kind = token.lastgroup if token.lastgroup != "tag" else "dollar"
        end = token.end()
        if kind == "block":
            end = _end_of_comment(text, at, path)
        elif kind == "dollar":
            end = text.find(token.group("dollar"), end)
            if end < 0:
                raise ScriptError(f"{path}:{_line(text, at)}: the quote {token.group('dollar')} is not ended")
            end += len(token.group("dollar"))
        elif kind == "other" and token.group() in "'\"":
            raise ScriptError(f"{path}:{_line(text, at)}: the quote {token.group()} is not ended")
        if kind == "meta" and start is None:
            yield from _included(token.group(), path, _line(text, at))
        elif kind == "end":
            if start is not None:
                yield Statement(text[start:at], path, _line(text, start))
            start = None
        elif start is None and kind not in {"space", "comment", "block"}:
            start = at
        at = end
    if start is not None:
        raise ScriptError(f"{path}:{_line(text, start)}: the last statement has no semicolon")


def _included(command: str, path: Path, line: int) -> Iterator[Statement]:
    name, _, argument = command.strip().partition(" ")
    if name != "\\ir" or not argument.strip():
        raise ScriptError(
            f"{path}:{line}: of psql's commands only `\\ir FILE` is known here, not {command.strip()}"
        )
    yield from statements(path.parent / argument.strip().strip("'"))


def _end_of_comment(text: str, start: int, path: Path) -> int:
    depth = 0
    for edge in _COMMENT_EDGE.finditer(text, start):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    raise ScriptError(f"{path}:{_line(text, start)}: the comment is not ended")


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
