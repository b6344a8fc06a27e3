"""docs/diagnostics.md, from the compiler's catalogue."""

from pathlib import Path

from worker.compiler import Compilation, Diagnostic, compile_markdown
from worker.compiler.catalogue import SPECIMEN, Code
from worker.compiler.report import text_report

TARGET = Path("docs/diagnostics.md")
LONGEST = 20

HEAD = """\
# Diagnostics

<!-- Written by `make generate`; change worker/compiler/catalogue.py instead. -->

Every problem that the compiler reports has a code. Codes are stable, so programs can rely on them; messages
and hints may change. Each section below has the meaning of a code, faulty lines, the output of `python -m
worker check`, and the corrected lines.

Each problem is reported once, at its place in the file; lines and columns count from 1. With an
**error** there is no definition; with a **warning** the file is valid. Problems are listed in
the order of their lines. A **fix** is a set of edits that removes the problem, proved by compiling the file with them
([format.md](format.md#diagnostics-and-fixes)).

"""

FINISHED = """\
## Reported when an upload is finished

These come from the database, which knows the existing assessments and the state of the worker. `internal-error` comes from
the worker.

"""


def generate() -> str:
    """Return the page."""
    parts = [HEAD]
    codes = [code for code in Code if not code.after_compiling]
    parts.append("| code | severity | meaning |\n| --- | --- | --- |\n")
    parts += [f"| [`{c}`](#{c}) | {_severity(c)} | {c.meaning} |\n" for c in Code]
    parts.append("\n")
    parts += [_section(code) for code in codes]
    parts.append(FINISHED)
    for code in Code:
        if code.after_compiling:
            parts.append(f"### {code}\n\n{_capital(code.severity)}. {code.meaning}\n\n")
    return "".join(parts).rstrip("\n") + "\n"


def _section(code: Code) -> str:
    head = f"## {code}\n\n{_capital(_severity(code))}. {code.meaning}\n\n"
    if not code.good:
        return head + _said(code)
    good, bad = _excerpts(code)
    return head + _block("markdown", bad) + _said(code) + "Corrected:\n\n" + _block("markdown", good)


def _severity(code: Code) -> str:
    """Return the code's usual severity, and that of its example if it differs."""
    said = [] if code.after_compiling else _diagnostics(code)
    return " or ".join(sorted({code.severity, *(diagnostic.severity for diagnostic in said)}))


def _diagnostics(code: Code) -> tuple[Diagnostic, ...]:
    return tuple(d for d in compile_markdown(code.example).diagnostics if d.code == code)


def _excerpts(code: Code) -> tuple[list[str], list[str]]:
    """Return the corrected and the faulty lines, with a line of context, shortened if there are many."""
    good = SPECIMEN.split("\n")
    bad = code.example.decode(errors="replace").replace("\0", "\N{SYMBOL FOR NULL}").split("\n")
    first = 0
    while good[first] == bad[first]:
        first += 1
    last = 1
    while last < min(len(good), len(bad)) - first and good[-last] == bad[-last]:
        last += 1
    first = max(first - 1, 0)
    return _cut(good[first : len(good) - last + 2]), _cut(bad[first : len(bad) - last + 2])


def _cut(lines: list[str]) -> list[str]:
    while lines and not lines[-1].strip():
        lines.pop()
    short = [line if len(line) <= 100 else f"{line[:60]} ..." for line in lines]
    if len(short) <= LONGEST:
        return short
    return [*short[: LONGEST // 2], "...", *short[-LONGEST // 2 :]]


def _said(code: Code) -> str:
    shown = Compilation(None, _diagnostics(code), (1, 1))
    report = text_report("team-check.md", code.example, shown)
    return _block("text", [line.rstrip() for line in report.rstrip("\n").split("\n")]) + _data(shown)


def _data(shown: Compilation) -> str:
    """Return what programs can read of the diagnostics besides: whether there is a fix, and the arguments."""
    facts: list[str] = []
    for diagnostic in shown.diagnostics[:1]:
        if diagnostic.fix is not None:
            facts.append("A safe fix is proposed." if diagnostic.fix.safe else "An unsafe fix is proposed.")
        if diagnostic.args:
            facts.append("Arguments: " + ", ".join(f"`{name}`" for name in diagnostic.args) + ".")
    return " ".join(facts) + "\n\n" if facts else ""


def _block(language: str, lines: list[str]) -> str:
    fence = "````" if any("```" in line for line in lines) else "```"
    return f"{fence}{language}\n" + "\n".join(lines) + f"\n{fence}\n\n"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
