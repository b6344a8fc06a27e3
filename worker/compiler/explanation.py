"""A code explained: what it means, and an example that is compiled when it is asked for."""

from typing import Final, NamedTuple

from worker.compiler.catalogue import SPECIMEN, Code
from worker.compiler.compilation import Compilation
from worker.compiler.compile import compile_markdown
from worker.compiler.diagnostics import Diagnostic, nearest, shown
from worker.compiler.report import text_report

__all__ = ["Explanation", "explain", "find_code"]

#: Lines of an example; in longer ones the middle is left out.
LONGEST: Final = 20


class Explanation(NamedTuple):
    """What a code means.

    ``faulty`` are lines that have the error, ``corrected`` the same without it, ``reported`` the report of
    ``check``, and ``diagnostics`` what it is made of. All are empty for a code that is reported when an
    upload is finished; ``corrected`` also for an example that is no edit of a valid file.
    """

    code: Code
    severity: str
    meaning: str
    faulty: str
    reported: str
    corrected: str
    diagnostics: tuple[Diagnostic, ...]

    def text(self) -> str:
        """Return the explanation for people."""
        parts = [f"{self.severity}[{self.code}]: {self.meaning}\n"]
        for title, lines in (
            ("For example", self.faulty),
            ("Reported", self.reported),
            ("Corrected", self.corrected),
        ):
            if lines:
                parts += [
                    f"\n{title}:\n\n",
                    *(f"    {line}".rstrip() + "\n" for line in lines.strip("\n").split("\n")),
                ]
        return "".join(parts)


def find_code(text: str) -> Code:
    """Return the code of that name.

    Raises:
        ValueError: there is none; the message names the most similar one.
    """
    for code in Code:
        if code == text:
            return code
    similar = nearest(text, Code)
    guess = "" if similar is None else f"; did you mean `{similar}`?"
    raise ValueError(f"there is no code {shown(text)}{guess}")


def explain(code: Code) -> Explanation:
    """Explain a code by its example in the catalogue."""
    found: tuple[Diagnostic, ...] = ()
    faulty = reported = corrected = ""
    if not code.after_compiling:
        found = tuple([d for d in compile_markdown(code.example).diagnostics if d.code == code])
        report = text_report("team-check.md", code.example, Compilation(None, found, (1, 1)))
        reported = "\n".join(line.rstrip() for line in report.rstrip("\n").split("\n"))
    if code.good:
        corrected, faulty = _excerpts(code)
    # The usual severity, and that of the example if it differs.
    severity = " or ".join(sorted({code.severity, *(diagnostic.severity for diagnostic in found)}))
    return Explanation(code, severity, code.meaning, faulty, reported, corrected, found)


def _excerpts(code: Code) -> tuple[str, str]:
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


def _cut(lines: list[str]) -> str:
    while lines and not lines[-1].strip():
        lines.pop()
    short = [line if len(line) <= 100 else f"{line[:60]} ..." for line in lines]
    if len(short) > LONGEST:
        short = [*short[: LONGEST // 2], "...", *short[-LONGEST // 2 :]]
    return "\n".join(short)
