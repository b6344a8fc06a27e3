"""Collects tests/sql/**/*.test.sql: each file has its own database, each assertion is reported by name.

A file is one pytest item, which runs as role `postgres`, who is not a superuser, on a clone of the migrated
database; each assertion of pgTAP becomes a subtest of it. A file that stops early, has no plan or breaks its
plan fails, with the SQL error and its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from stack.errors import StackError
from tests.py.harness.databases import Databases
from tests.py.pgtap.statements import ScriptError, Statement, statements

_RESULT = re.compile(
    r"(?P<failed>not )?ok (?P<number>\d+)(?: - (?P<name>.*?))?(?: # (?P<directive>SKIP|TODO) ?(?P<why>.*))?$",
    re.IGNORECASE,
)
_PLAN = re.compile(r"1\.\.(?P<count>\d+)(?: # SKIP ?(?P<why>.*))?$")

# Longer than any test needs, so that a file that waits for a lock forever fails instead.
_STATEMENT_TIMEOUT = "60s"


@dataclass
class Verdict:
    """pgTAP's verdict on one assertion, or an error of the file.

    Attributes:
        name: the assertion's description.
        passed: whether it held.
        notes: what pgTAP said about it: expected and found, for instance.
        place: file and line of the statement that asserted it.
        skipped: why pgTAP skipped it, or None.
    """

    name: str
    passed: bool
    place: str
    notes: list[str] = field(default_factory=list)
    skipped: str | None = None


class PgTapFile(pytest.File):
    """A pgTAP file."""

    def collect(self) -> Iterator[PgTapRun]:
        """One item, whose subtests are the file's assertions."""

        def report_assertions(databases: Databases, subtests: pytest.Subtests) -> None:
            for verdict in _run_on_a_clone(self.path, databases):
                with subtests.test(verdict.name):
                    _report(verdict)

        yield PgTapRun.from_parent(self, name="run", callobj=report_assertions)


class PgTapRun(pytest.Function):
    """Runs a file. A function, because fixtures, `subtests` among them, are for functions."""

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Its location: the whole file."""
        return self.path, None, self.path.name


def _report(verdict: Verdict) -> None:
    """Pass, skip or fail as pgTAP reported."""
    if verdict.skipped is not None:
        pytest.skip(verdict.skipped or "skipped by pgTAP")
    if not verdict.passed:
        pytest.fail("\n".join([verdict.name, *verdict.notes, f"at {verdict.place}"]), pytrace=False)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> PgTapFile | None:
    """Collect pgTAP files."""
    if file_path.name.endswith(".test.sql"):
        return PgTapFile.from_parent(parent, path=file_path)
    return None


def _run_on_a_clone(path: Path, databases: Databases) -> list[Verdict]:
    try:
        with databases.clone("pgtap") as database:
            return run(path, database.connect())
    except StackError as error:
        return [Verdict("whole file", False, str(path), [str(error)])]


def run(path: Path, connection: psycopg.Connection[tuple[Any, ...]]) -> list[Verdict]:
    """Run a pgTAP file; return its assertions in order, and an error as a failed last verdict."""
    tap = _Tap(path)
    try:
        connection.execute("select set_config('statement_timeout', %s, false)", [_STATEMENT_TIMEOUT])
        for statement in statements(path):
            tap.statement = statement
            for line in _lines(connection, statement):
                tap.read(line)
    except psycopg.Error as error:
        tap.fail(_describe(error, tap.statement), tap.place)
    except (ScriptError, OSError) as error:
        tap.fail([str(error)], str(path))
    else:
        tap.check_plan()
    return tap.verdicts


def _lines(connection: psycopg.Connection[tuple[Any, ...]], statement: Statement) -> Iterable[str]:
    """The rows of a statement, line by line."""
    cursor = connection.execute(statement.text.encode(), prepare=False)
    if cursor.description is None:
        return []
    if len(cursor.description) > 1:
        return []
    return [
        line for (value,) in cursor if value is not None for line in str(value).split("\n") if line.strip()
    ]


def _describe(error: psycopg.Error, statement: Statement | None) -> list[str]:
    notes = [f"{error.sqlstate or 'no SQLSTATE'}: {error.diag.message_primary or error}"]
    if error.diag.statement_position and statement is not None:
        notes.append(f"line: {statement.line_of(int(error.diag.statement_position))}")
    for label, value in (
        ("detail", error.diag.message_detail),
        ("hint", error.diag.message_hint),
        ("where", error.diag.context),
    ):
        if value:
            notes.append(f"{label}: {value}")
    return notes


class _Tap:
    """Reads pgTAP's output."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.verdicts: list[Verdict] = []
        self.statement: Statement | None = None
        self._planned: int | None = None

    @property
    def place(self) -> str:
        """The file and line that is running."""
        return f"{self.statement.path}:{self.statement.line}" if self.statement else str(self.path)

    def read(self, line: str) -> None:
        """Take one line of TAP; any other output of a test file is kept as a note."""
        if result := _RESULT.match(line):
            self._read_result(result)
        elif plan := _PLAN.match(line):
            self._planned = int(plan["count"])
            if plan["why"] is not None:
                self.verdicts.append(Verdict("whole file", True, self.place, skipped=plan["why"]))
        elif line.startswith("#") and self.verdicts:
            self.verdicts[-1].notes.append(line)

    def _read_result(self, result: re.Match[str]) -> None:
        directive = (result["directive"] or "").upper()
        verdict = Verdict(
            name=result["name"] or f"assertion {result['number']}",
            passed=not result["failed"] or directive == "TODO",
            place=self.place,
            skipped=(result["why"] or "") if directive == "SKIP" else None,
        )
        self.verdicts.append(verdict)
        if int(result["number"]) != len(self.verdicts):
            self.fail([f"it has number {result['number']}, and is the {len(self.verdicts)}th"], self.place)

    def fail(self, notes: list[str], place: str) -> None:
        """Record that the file itself failed."""
        ran = sum(verdict.name != "whole file" for verdict in self.verdicts)
        after = f"after {ran} assertions" + (f", the last being: {self.verdicts[-1].name}" if ran else "")
        self.verdicts.append(Verdict("whole file", False, place, [*notes, after]))

    def check_plan(self) -> None:
        """Check that a file states how many assertions it has, and has as many."""
        ran = len(self.verdicts)
        if self._planned is None:
            self.fail(["there is no plan; write select plan(n) or no_plan(), and finish()"], str(self.path))
        elif ran != self._planned and not any(verdict.name == "whole file" for verdict in self.verdicts):
            self.fail([f"{self._planned} assertions were planned, {ran} ran"], str(self.path))
        elif ran == 0:
            self.fail(["it asserts nothing"], str(self.path))
