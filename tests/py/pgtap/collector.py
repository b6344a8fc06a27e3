"""Collects tests/sql/**/*.test.sql: each file has a database of its own, each assertion is reported by name.

A file runs as role `postgres`, which is not a superuser, on a clone of the migrated database, when its turn
comes; what pgTAP says then becomes one pytest item an assertion. A file that stops early, has no plan or
breaks its plan fails, with the SQL error and its line.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from _pytest.runner import runtestprotocol

from stack.errors import StackError
from tests.py.harness.databases import databases_of
from tests.py.pgtap.statements import ScriptError, Statement, statements

_RESULT = re.compile(
    r"(?P<failed>not )?ok (?P<number>\d+)(?: - (?P<name>.*?))?(?: # (?P<directive>SKIP|TODO) ?(?P<why>.*))?$",
    re.IGNORECASE,
)
_PLANNED = re.compile(r"^select plan\((?P<count>\d+)\);", re.MULTILINE)
_PLAN = re.compile(r"1\.\.(?P<count>\d+)(?: # SKIP ?(?P<why>.*))?$")

# Longer than any test needs; a file that waits for a lock for ever fails instead.
_STATEMENT_TIMEOUT = "60s"


@dataclass
class Verdict:
    """What pgTAP said of one assertion, or what went wrong with the file.

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
        """One item, which becomes its assertions when it runs."""
        yield PgTapRun.from_parent(self, name="run")


class PgTapRun(pytest.Item):
    """Stands for a file's assertions until the file has run."""

    @property
    def planned(self) -> int:
        """How many assertions the file seems to have, for the progress shown; 1 if it does not say."""
        plan = _PLANNED.search(self.path.read_text(encoding="utf-8"))
        return int(plan["count"]) if plan else 1

    def runtest(self) -> None:
        """Nothing: the hook below runs the file and reports its assertions in place of this item."""

    def assertions(self) -> list[PgTapAssertion]:
        """Run the file; its assertions, one at least."""
        try:
            with databases_of(self.config).clone("pgtap") as database:
                verdicts = run(self.path, database.connect())
        except StackError as error:
            verdicts = [Verdict("whole file", False, str(self.path), [str(error)])]
        parent = self.parent
        assert parent is not None, "collected by a file"
        counts: dict[str, int] = {}
        items = []
        for verdict in verdicts:
            counts[verdict.name] = counts.get(verdict.name, 0) + 1
            name = verdict.name if counts[verdict.name] == 1 else f"{verdict.name} [{counts[verdict.name]}]"
            items.append(PgTapAssertion.from_parent(parent, name=name, verdict=verdict))
        return items


class AssertionFailedError(Exception):
    """What pgTAP said of an assertion that does not hold."""


class PgTapAssertion(pytest.Item):
    """One assertion, which has run already."""

    def __init__(self, *, verdict: Verdict, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.verdict = verdict

    def runtest(self) -> None:
        """Pass, skip or fail as pgTAP said."""
        if self.verdict.skipped is not None:
            pytest.skip(self.verdict.skipped or "skipped by pgTAP")
        if not self.verdict.passed:
            raise AssertionFailedError(
                "\n".join([self.verdict.name, *self.verdict.notes, f"at {self.verdict.place}"])
            )

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What pgTAP said, without Python's traceback."""
        if isinstance(excinfo.value, AssertionFailedError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it is. The space keeps pytest from taking dots in a name for a path of classes."""
        return self.path, None, f"{self.name} "


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> PgTapFile | None:
    """Collect pgTAP files."""
    if file_path.name.endswith(".test.sql"):
        return PgTapFile.from_parent(parent, path=file_path)
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Count assertions instead of files, so that the progress shown is right."""
    session.testscollected += sum(item.planned - 1 for item in session.items if isinstance(item, PgTapRun))


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a pgTAP file, and report each of its assertions as an item of its own."""
    if not isinstance(item, PgTapRun):
        return None
    assertions = item.assertions()
    item.session.testscollected += len(assertions) - item.planned
    for assertion, following in itertools.zip_longest(assertions, assertions[1:]):
        assertion.ihook.pytest_runtest_logstart(nodeid=assertion.nodeid, location=assertion.location)
        runtestprotocol(assertion, nextitem=following or nextitem)
        assertion.ihook.pytest_runtest_logfinish(nodeid=assertion.nodeid, location=assertion.location)
    return True


def run(path: Path, connection: psycopg.Connection[tuple[Any, ...]]) -> list[Verdict]:
    """Run a pgTAP file; what it asserted, in order, and what went wrong, as a failed last verdict."""
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
    """What a statement's rows say, line by line."""
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
    """Reads what pgTAP says."""

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
        """Take one line of TAP; any other output of a test file counts for nothing, and is kept as a note."""
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
        """Note that the file itself failed."""
        ran = sum(verdict.name != "whole file" for verdict in self.verdicts)
        after = f"after {ran} assertions" + (f", the last being: {self.verdicts[-1].name}" if ran else "")
        self.verdicts.append(Verdict("whole file", False, place, [*notes, after]))

    def check_plan(self) -> None:
        """A file says how many assertions it has, and has as many."""
        ran = len(self.verdicts)
        if self._planned is None:
            self.fail(["there is no plan; write select plan(n) or no_plan(), and finish()"], str(self.path))
        elif ran != self._planned and not any(verdict.name == "whole file" for verdict in self.verdicts):
            self.fail([f"{self._planned} assertions were planned, {ran} ran"], str(self.path))
        elif ran == 0:
            self.fail(["it asserts nothing"], str(self.path))
