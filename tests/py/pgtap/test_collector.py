"""A pgTAP file that stops, lies about its plan or has none fails loudly; each assertion has its name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stack.packages import ROOT
from tests.py.harness.databases import Databases
from tests.py.pgtap.collector import Verdict, run

START = "begin;\ncreate extension if not exists pgtap with schema extensions;\n"
END = "select * from finish();\nrollback;\n"


class Runner:
    """Runs a script as a pgTAP file."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self._databases = databases
        self._path = folder / "some.test.sql"

    def __call__(self, script: str) -> list[Verdict]:
        self._path.write_text(script, encoding="utf-8")
        with self._databases.clone("pgtap") as database:
            return run(self._path, database.connect())


@pytest.fixture
def run_script(databases: Databases, tmp_path: Path) -> Runner:
    """Runs a script as a pgTAP file on a database of its own."""
    return Runner(databases, tmp_path)


def outcome(verdicts: list[Verdict]) -> list[tuple[str, bool]]:
    return [(verdict.name, verdict.passed) for verdict in verdicts]


def test_each_assertion_is_reported_by_name(run_script: Runner) -> None:
    verdicts = run_script(
        START + "select plan(4);\nselect ok(true, 'one');\nselect is(1, 2, 'two');\nselect ok(true);\n"
        "select * from skip('no need', 1);\n" + END
    )
    assert outcome(verdicts) == [("one", True), ("two", False), ("assertion 3", True), ("assertion 4", True)]
    assert any("have: 1" in note for note in verdicts[1].notes)
    assert verdicts[1].place.endswith("some.test.sql:5")
    assert verdicts[3].skipped == "no need"


def test_an_error_fails_the_file_and_names_the_line(run_script: Runner) -> None:
    verdicts = run_script(
        START
        + "select plan(2);\nselect ok(true, 'one');\nselect\n  nothing.at_all();\nselect ok(true, 'two');\n"
        + END
    )
    assert outcome(verdicts) == [("one", True), ("whole file", False)]
    assert "3F000" in verdicts[1].notes[0]
    assert "line: 6" in verdicts[1].notes


def test_an_error_at_run_time_names_its_statement(run_script: Runner) -> None:
    verdicts = run_script(START + "select plan(1);\nselect ok(1 / 0 = 1, 'one');\n" + END)
    assert outcome(verdicts) == [("whole file", False)]
    assert "22012" in verdicts[0].notes[0]
    assert verdicts[0].place.endswith(":4")


@pytest.mark.parametrize("planned", [1, 3])
def test_a_broken_plan_fails_the_file(run_script: Runner, planned: int) -> None:
    verdicts = run_script(
        START + f"select plan({planned});\nselect ok(true, 'one');\nselect ok(true, 'two');\n" + END
    )
    assert outcome(verdicts)[-1] == ("whole file", False)
    assert f"{planned} assertions were planned, 2 ran" in verdicts[-1].notes


def test_a_file_without_a_plan_fails(run_script: Runner) -> None:
    verdicts = run_script("select 1;\n")
    assert outcome(verdicts) == [("whole file", False)]
    assert "there is no plan" in verdicts[0].notes[0]


def test_a_plan_may_be_left_open(run_script: Runner) -> None:
    assert outcome(run_script(START + "select * from no_plan();\nselect ok(true, 'one');\n" + END)) == [
        ("one", True)
    ]


def test_a_file_that_asserts_nothing_fails(run_script: Runner) -> None:
    assert outcome(run_script(START + "select * from no_plan();\n" + END)) == [("whole file", False)]


def test_a_skipped_file_is_skipped(run_script: Runner) -> None:
    verdicts = run_script("select '1..0 # SKIP not here';\n")
    assert [verdict.skipped for verdict in verdicts] == ["not here"]


def test_assertions_run_as_postgres_who_is_no_superuser(run_script: Runner) -> None:
    verdicts = run_script(
        START
        + "select plan(1);\nselect throws_ok('create extension file_fdw', '42501', null, 'one');\n"
        + END
    )
    assert outcome(verdicts) == [("one", True)]


@pytest.mark.usefixtures("databases")  # not this process's, but `--no-database` leaves it out
def test_processes_side_by_side_report_each_assertion_by_name(tmp_path: Path) -> None:
    path = tmp_path / "some.test.sql"
    path.write_text(
        START
        + "select plan(3);\nselect ok(true, 'one');\nselect is(1, 2, 'two');\nselect ok(true, 'three');\n"
        "select * from finish();\nrollback;\n"
    )
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider"),
            *("-c", "pyproject.toml", "-n", "1", "--dist", "worksteal", str(path)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert "SUBFAILED[two]" in done.stdout
    assert "#         have: 1\n#         want: 2\n" in done.stdout
    assert "2 failed, 2 subtests passed" in done.stdout
