"""docs/diagnostics.md, from the compiler's catalogue."""

from pathlib import Path

from worker.compiler.catalogue import Code
from worker.compiler.explanation import Explanation, explain

TARGET = Path("docs/diagnostics.md")

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
    explained = [explain(code) for code in Code]
    parts.append("| code | severity | meaning |\n| --- | --- | --- |\n")
    parts += [f"| [`{e.code}`](#{e.code}) | {e.severity} | {e.meaning} |\n" for e in explained]
    parts.append("\n")
    parts += [_section(one) for one in explained if not one.code.after_compiling]
    parts.append(FINISHED)
    for code in Code:
        if code.after_compiling:
            parts.append(f"### {code}\n\n{_capital(code.severity)}. {code.meaning}\n\n")
    return "".join(parts).rstrip("\n") + "\n"


def _section(explained: Explanation) -> str:
    head = f"## {explained.code}\n\n{_capital(explained.severity)}. {explained.meaning}\n\n"
    said = _block("text", explained.reported) + _data(explained)
    if not explained.corrected:
        return head + said
    corrected = "Corrected:\n\n" + _block("markdown", explained.corrected)
    return head + _block("markdown", explained.faulty) + said + corrected


def _data(explained: Explanation) -> str:
    """Return what programs can read of the diagnostics besides: whether there is a fix, and the arguments."""
    facts: list[str] = []
    for diagnostic in explained.diagnostics[:1]:
        if diagnostic.fix is not None:
            facts.append("A safe fix is proposed." if diagnostic.fix.safe else "An unsafe fix is proposed.")
        if diagnostic.args:
            facts.append("Arguments: " + ", ".join(f"`{name}`" for name in diagnostic.args) + ".")
    return " ".join(facts) + "\n\n" if facts else ""


def _block(language: str, text: str) -> str:
    fence = "````" if "```" in text else "```"
    return f"{fence}{language}\n{text}\n{fence}\n\n"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
