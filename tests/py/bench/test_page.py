"""The page begins with what the product costs, which targets were missed, and why."""

from __future__ import annotations

from bench import page
from bench.measure import Report, Rule

RULES = {
    "reads.sql": Rule("at most", 2.0, 3.0, "a read", "It looks something up."),
    "compiler.events": Rule("at most", 3.0, 8.0, "compiling a file"),
}


def report_of(**values: float) -> Report:
    report = Report(
        "full", rules=RULES, machine=dict.fromkeys(("cpu", "cores", "memory_gb", "system", "python"), "x")
    )
    for name, value in values.items():
        report.ratio(name.replace("__", "."), f"title of {name}", value)
    return report


def beginning(report: Report) -> str:
    return page.text(report, []).partition("## The machine")[0]


def test_a_kind_of_work_has_one_line_with_its_middle_and_both_ends() -> None:
    told = beginning(
        report_of(compiler__events__a=1.0, reads__sql__a=1.0, reads__sql__b=1.5, reads__sql__c=2.5)
    )
    lines = [line for line in told.splitlines() if line.startswith("| ")][2:]
    assert lines == [
        "| a read | 1.50 (median of 3, 1.00 to 2.50) | at most 2 | **1 missed** |",
        "| compiling a file | 1.00 | at most 3 | met |",
    ]


def test_what_is_missed_is_named_with_its_reason_and_without_one_last() -> None:
    told = beginning(report_of(compiler__events__a=4.0, reads__sql__a=2.5, reads__sql__b=3.0))
    assert [line for line in told.splitlines() if line.startswith("- ")] == [
        "- title of reads__sql__a: **2.50**; title of reads__sql__b: **3.00**. It looks something up.",
        "- title of compiler__events__a: **4.00**.",
    ]


def test_a_reason_without_a_target_is_a_known_limit() -> None:
    report = report_of()
    report.rules = {"reads.rest": Rule("at most", None, 9.0, why="No index can help.")}
    report.ratio("reads.rest.a", "my results", 3.3)
    shown = beginning(report)
    assert "Every target is met." in shown
    assert "Known limits, without a target:\n\n- my results: **3.30**. No index can help.\n" in shown


def test_when_nothing_is_missed_that_is_reported() -> None:
    assert "Every target is met." in beginning(report_of(reads__sql__a=1.0))
