"""The survivors of two runs are compared by operator and text of the line, wherever the line is now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.mutants import Mutant, compare, report, survivors

SMALLER = Mutant("a", "worker/names.py", "Lt_LtE", "", 7, "if a < b:", "if a <= b:")
LOOP = Mutant("b", "worker/names.py", "ZeroIterationForLoop", "", 9, "for a in b:", "for a in []:")


def test_a_line_that_moved_is_the_same_survivor(capsys: pytest.CaptureFixture[str]) -> None:
    baseline = survivors("\n".join(["something else", report(SMALLER), report(LOOP), "all 2 mutants"]))
    assert compare([replace(LOOP, module="worker/texts.py", line=300), SMALLER], baseline)
    assert "not in the baseline" not in capsys.readouterr().out


def test_a_new_survivor_is_shown_and_one_more_than_before_fails(capsys: pytest.CaptureFixture[str]) -> None:
    baseline = survivors(report(SMALLER))
    assert compare([LOOP], baseline), "as many as before"
    assert f"not in the baseline: {report(LOOP)}" in capsys.readouterr().out
    assert not compare([SMALLER, SMALLER], baseline)
    assert "not in the baseline" in capsys.readouterr().out, "the second of two equal lines"
