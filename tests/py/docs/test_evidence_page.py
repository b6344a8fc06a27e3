"""The numbers on docs/evidence.md are those that the command prints."""

from fractions import Fraction

from stack.packages import ROOT
from tools.evidence_bias import Shift, shift, table

PAGE = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")


def test_the_table_is_what_the_command_prints() -> None:
    assert table() in PAGE


def test_nothing_shifts_if_every_answer_can_be_quoted() -> None:
    assert shift((100, 100, 100, 100, 100)) == Shift(Fraction(3), Fraction(0), Fraction(0))


def test_low_scores_that_cannot_be_quoted_raise_results() -> None:
    none, some, few = (shift((percent, 90, 90, 90, 90)).overall for percent in (90, 40, 5))
    assert Fraction(3) == none < some < few


def test_one_dimension_in_five_may_be_missing_and_three_may_not() -> None:
    """Below the default coverage of 0.6 the overall score is null."""
    half = shift((50, 50, 50, 50, 50))
    assert half.without == Fraction(1 + 5 + 10, 32)
