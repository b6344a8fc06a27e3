"""Figures, ratios and bands, on which the benchmark's verdicts are based."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.measure import Figure, Ratio, Report, Rule, percentile, read_rules, rule_for, sample_in_turn


def test_a_figure_is_the_middle_sample_with_the_least_and_the_greatest() -> None:
    figure = Figure.of("a", "ms", [5, 1, 2, 9, 4], "select 1")
    assert (figure.median, figure.low, figure.high, figure.samples) == (4, 1, 9, 5)


def test_no_figure_is_made_of_nothing() -> None:
    with pytest.raises(ValueError, match="no samples"):
        Figure.of("a", "ms", [], "select 1")


@pytest.mark.parametrize(
    ("bound", "value", "holds"),
    [("at most", 2.0, True), ("at most", 2.1, False), ("at least", 2.0, True), ("at least", 1.9, False)],
)
def test_a_rule_bounds_on_its_side(bound: str, value: float, holds: bool) -> None:
    rule = Rule("at most" if bound == "at most" else "at least", 2.0, 2.0)
    assert Ratio("a", "A", value, rule).meets_target is holds
    assert Ratio("a", "A", value, rule).in_band is holds


def test_a_ratio_without_target_is_reported_only() -> None:
    ratio = Ratio("a", "A", 1e9, Rule("at most", None, None))
    assert ratio.meets_target is None
    assert ratio.in_band


def test_the_longest_rule_counts() -> None:
    rules = {"reads": Rule("at most", 9, 9), "reads.sql": Rule("at most", 2, 4)}
    assert rule_for("reads.sql.list_mine", rules).target == 2
    assert rule_for("reads.rest.list_mine", rules).target == 9
    assert rule_for("readsx", rules).target is None


def test_every_band_is_wider_than_its_target() -> None:
    rules = read_rules()
    assert rules
    for name, rule in rules.items():
        if rule.target is not None:
            assert rule.band is not None, name
            assert rule.band >= rule.target if rule.bound == "at most" else rule.band <= rule.target, name


def test_a_rule_with_a_slip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bands.toml"
    path.write_text('["a"]\nbound = "at most"\ntarget_max = 2\n', encoding="utf-8")
    with pytest.raises(ValueError, match="target_max"):
        read_rules(path)


def test_a_report_survives_its_file() -> None:
    rules = {"a": Rule("at most", 2.0, 3.0)}
    report = Report("small", rules=rules, machine={"cpu": "x"})
    this = report.add("a.this", "ms", [3.0, 3.0, 3.0], "select 1")
    other = report.add("a.other", "ms", [1.0, 1.0, 1.0], "select 2")
    report.compare("a", "A against B", this, other)
    report.note("a", "A note.")
    read = Report.from_json(report.to_json(), rules)
    assert read.figures == report.figures
    assert read.ratios == report.ratios
    assert (read.notes, read.machine, read.scale) == (report.notes, report.machine, "small")
    assert json.loads(report.to_json())["ratios"]["a"]["meets_target"] is False


def test_samples_taken_in_turn_are_compared_pair_by_pair() -> None:
    report = Report("small")
    # The machine was three times as slow in the second half.
    ratio = report.compare_in_turn("a", "A against B", [2.0, 2.0, 6.0, 6.0, 6.0], [1.0, 1.0, 3.0, 3.0, 3.0])
    assert ratio.value == 2
    with pytest.raises(ValueError, match="zip"):
        report.compare_in_turn("a", "A against B", [1.0], [])


def test_things_are_sampled_in_turn_after_one_warm_up() -> None:
    calls: list[str] = []

    def work(name: str) -> float:
        calls.append(name)
        return float(len(calls))

    samples = sample_in_turn({"a": lambda: work("a"), "b": lambda: work("b")}, rounds=5)
    assert calls == ["a", "b"] * 6
    assert [len(values) for values in samples.values()] == [5, 5]


def test_the_budget_never_takes_the_first_five_samples() -> None:
    samples = sample_in_turn({"a": lambda: 1.0}, rounds=50, budget_seconds=0)
    assert len(samples["a"]) == 5


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100)])
def test_percentiles_are_by_nearest_rank(share: float, value: int) -> None:
    assert percentile(range(1, 101), share) == value
