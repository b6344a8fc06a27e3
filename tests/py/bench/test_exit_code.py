"""A small run is a check: it fails if a ratio has left its band, and for no other figure."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import __main__ as command
from bench import page, peers
from bench.measure import Report, Rule
from stack.errors import StackError

RULES = {"reads.sql": Rule("at most", 2.0, 3.0), "pipeline.uploads": Rule("at least", 3.0, 1.5)}


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, float]:
    """A run's results, by name: nothing is measured, and the real page is not changed."""
    found: dict[str, float] = {}

    def measure(_groups: list[str], scale: str, **_options: object) -> Report:
        report = Report(scale, rules=RULES)
        for name, value in found.items():
            report.ratio(name, f"title of {name}", value)
        return report

    monkeypatch.setattr(command, "_measure", measure)
    monkeypatch.setattr(peers, "environment", lambda: tmp_path / "python")
    monkeypatch.setattr(command, "RESULTS", tmp_path)
    monkeypatch.setattr(command, "LATEST", tmp_path / "latest.json")
    monkeypatch.setattr(page, "write", lambda _report: [])
    monkeypatch.setattr(command, "check_rendering", lambda _python, _charts: None)
    return found


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"reads.sql.a": 1.5, "pipeline.uploads": 3.5}, 0),
        # Targets apply at full scale.
        ({"reads.sql.a": 2.9, "pipeline.uploads": 1.6}, 0),
        ({"reads.sql.a": 3.0, "pipeline.uploads": 1.5}, 0),
        # Figures without a band are only reported.
        ({"writes.update": 1e9}, 0),
        ({"reads.sql.a": 3.1, "pipeline.uploads": 3.5}, 1),
        ({"reads.sql.a": 1.5, "pipeline.uploads": 1.4}, 1),
    ],
)
def test_a_small_run_fails_exactly_when_a_ratio_has_left_its_band(
    measured: dict[str, float],
    values: dict[str, float],
    code: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    measured.update(values)
    assert command.main(["--scale", "small"]) == code
    assert ("out of its band" in capsys.readouterr().err) == bool(code)


def test_what_has_left_its_band_is_named_with_the_band(
    measured: dict[str, float], capsys: pytest.CaptureFixture[str]
) -> None:
    measured.update({"reads.sql.a": 3.14, "reads.sql.b": 1.0, "pipeline.uploads": 0.5})
    assert command.main(["--scale", "small"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "out of its band: title of reads.sql.a: 3.14, not at most 3",
        "out of its band: title of pipeline.uploads: 0.50, not at least 1.5",
    ]


def test_a_full_run_reports_and_does_not_fail(measured: dict[str, float], tmp_path: Path) -> None:
    measured["reads.sql.a"] = 9.0
    assert command.main(["--scale", "full"]) == 0
    assert (tmp_path / "latest.json").exists()


def test_a_small_run_leaves_the_page_and_the_latest_results_alone(
    measured: dict[str, float], tmp_path: Path
) -> None:
    measured["reads.sql.a"] = 1.0
    assert command.main(["--scale", "small"]) == 0
    assert not (tmp_path / "latest.json").exists()


def test_a_server_that_does_not_start_fails_the_run(
    measured: dict[str, float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not measured

    def refuse() -> Path:
        raise StackError("Postgres does not start")

    monkeypatch.setattr(peers, "environment", refuse)
    assert command.main(["--scale", "small"]) == 1
    assert "Postgres does not start" in capsys.readouterr().err
