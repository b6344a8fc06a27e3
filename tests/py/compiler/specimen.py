"""Helpers of the compiler's tests: edits of the specimen, and the diagnostics for them."""

import re

from worker.compiler import Compilation, Diagnostic, compile_markdown
from worker.compiler.catalogue import SPECIMEN
from worker.compiler.compile import find_faults
from worker.compiler.fixing import apply_fixes
from worker.compiler.proofs import is_better
from worker.definition import Definition

#: A hint with a value to write: only proved values may be stated.
VALUE = re.compile(r"write `(?:- )?(?:\w+: (?!value`)|\[|[0-9])")


def edited(*edits: tuple[str, str]) -> str:
    """Return the specimen with the first occurrence of each old text replaced."""
    text = SPECIMEN
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def check(source: str | bytes) -> Compilation:
    """Compile a source, and check what every compilation must satisfy."""
    source = source if isinstance(source, bytes) else source.encode()
    compilation = compile_markdown(source)
    errors = [d for d in compilation.diagnostics if d.severity == "error"]
    assert compilation.valid == (compilation.definition is not None) == (not errors)
    assert len(compilation.diagnostics) <= 101
    if compilation.definition is not None:
        assert Definition.from_json(compilation.definition.to_json()) == compilation.definition
    before = find_faults(source)
    for diagnostic in compilation.diagnostics:
        if diagnostic.fix is None:
            assert not VALUE.search(diagnostic.hint)
        else:
            assert diagnostic.hint == diagnostic.fix.title
            assert is_better(before, find_faults(apply_fixes(source, [diagnostic.fix])))
    return compilation


def fixed(source: str) -> str:
    """Return a source with the fix of its only diagnostic."""
    (diagnostic,) = check(source).diagnostics
    assert diagnostic.fix is not None
    return apply_fixes(source.encode(), [diagnostic.fix]).decode()


def said(source: str | bytes) -> list[tuple[str, int, int]]:
    """Return code, line and column of all diagnostics."""
    return [(d.code, d.line, d.column) for d in check(source).diagnostics]


def hints(source: str | bytes) -> list[str]:
    """Return the hints of all diagnostics."""
    return [d.hint for d in check(source).diagnostics]


def definition(source: str | bytes) -> Definition:
    """Compile a source that must have no diagnostics."""
    compilation = check(source)
    assert compilation.diagnostics == ()
    assert compilation.definition is not None
    return compilation.definition


def length(source: str | bytes, diagnostic: Diagnostic) -> int:
    """Return how many characters of its first line a diagnostic marks."""
    if diagnostic.end_line == diagnostic.line:
        return diagnostic.end_column - diagnostic.column
    text = source.encode() if isinstance(source, str) else source
    return len(text.decode().split("\n")[diagnostic.line - 1].rstrip()) + 1 - diagnostic.column
