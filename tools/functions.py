"""The lists of the database's functions, in the file that revokes access to them and in the rollback."""

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill
from typing import NamedTuple

from stack.packages import ROOT
from tools.schemas import SUPABASE, schema_files

CLOSED = SUPABASE / "schemas" / "access" / "closed.sql"
ROLLBACK = ROOT / "supabase" / "rollback" / "rollback.sql"

_HEAD = """\
-- Every function of the schema private, closed to everybody; grants.sql, which follows, says who may call which. By
-- name, because a project may have functions of its own in a schema of that name, and policies that call them.
-- Written by `make generate`.

revoke all on function
"""
_DEFINED = re.compile(
    r"^ *create or replace function (public|private)\.(\w+)\s*\(((?:[^()]|\([^()]*\))*)\)", re.MULTILINE
)
_LIST_OF_ROLLBACK = re.compile(
    r"(?P<head>-- Functions of (?P<schema>public|private), written by `make generate`\.\n).*?(?=\n      \)\n)",
    re.DOTALL,
)


class Function(NamedTuple):
    """A function: its schema and name, and the types of its arguments in SQL."""

    schema: str
    name: str
    types: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}({', '.join(self.types)})"


def functions_of(path: Path) -> Iterator[Function]:
    """Yield the functions that a schema file defines."""
    for schema, name, parameters in _DEFINED.findall(path.read_text(encoding="utf-8")):
        yield Function(schema, name, tuple(_types(parameters)))


def _types(parameters: str) -> Iterator[str]:
    """Yield the types of the arguments; none of them contains a comma."""
    plain = re.sub(r"\([^()]*\)", "", parameters).strip()  # without the expression of a default
    for parameter in filter(None, re.split(r",\s*", plain)):
        name, _, kind = re.sub(r"\s+default\b.*", "", parameter).partition(" ")
        if name in {"variadic", "inout"}:
            kind = kind.partition(" ")[2]
        if name != "out":
            yield kind


def closed() -> str:
    """Return access/closed.sql, which revokes access to the functions that earlier files define."""
    files = schema_files()
    defined = (function for path in files[: files.index(CLOSED)] for function in functions_of(path))
    found = sorted({str(function) for function in defined if function.schema == "private"})
    return _HEAD + "\n".join(_filled(found)) + "\nfrom public, anon, authenticated, service_role;\n"


def _filled(functions: list[str]) -> Iterator[str]:
    """Yield lines of whole functions, with commas between them, as long as the lines of SQL may be."""
    line = ""
    for place, function in enumerate(functions, 1):
        text = function + ("," if place < len(functions) else "")
        if line and len(line) + 1 + len(text) > 120:
            yield line
            line = text
        else:
            line = f"{line} {text}".lstrip()
    yield line


def rollback() -> str:
    """Return rollback.sql with the names of all functions in its two lists."""
    functions = {function for path in schema_files() for function in functions_of(path)}

    def listed(found: re.Match[str]) -> str:
        names = sorted({f"'{each.name}'" for each in functions if each.schema == found["schema"]})
        indent = " " * 8
        return found["head"] + fill(", ".join(names), 120, initial_indent=indent, subsequent_indent=indent)

    return _LIST_OF_ROLLBACK.sub(listed, ROLLBACK.read_text(encoding="utf-8"))


def generated() -> Iterator[tuple[Path, str]]:
    """Yield both files, each with its expected content."""
    yield CLOSED, closed()
    yield ROLLBACK, rollback()
