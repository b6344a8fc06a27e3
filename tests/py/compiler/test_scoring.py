"""Scoring in small cases that differ by a single step of the rule."""

import inspect
from decimal import Decimal
from fractions import Fraction

import pytest

from worker.scoring import (
    CategoryRule,
    DimensionRule,
    Outcome,
    ScoringRules,
    range_precision,
    round_half_up,
    score,
)

D = Decimal
VALUES = (
    DimensionRule("A", D(1)),
    CategoryRule("X", None),
    ScoringRules((), ()),
    Outcome(D(1), None, ()),
)


def rules(
    *categories: tuple[str, str, tuple[str, ...]],
    weights: tuple[str, ...] = ("1", "1"),
    scale: tuple[str, str] = ("0", "100"),
) -> ScoringRules:
    """Return rules for the dimensions A, B, C... of these weights."""
    return ScoringRules(
        tuple(DimensionRule(chr(65 + i), D(weight)) for i, weight in enumerate(weights)),
        tuple(
            CategoryRule(
                f"{low} to {high} by {' and '.join(primary) or 'overall'}", (D(low), D(high)), primary
            )
            for low, high, primary in categories
        ),
        (D(scale[0]), D(scale[1])),
    )


def matched(rules_: ScoringRules, **scores: str) -> str | None:
    """Return the name of the category for some scores."""
    category = score(rules_, {name: D(value) for name, value in scores.items()}).category
    return None if category is None else category.name


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_rules_and_outcomes_cannot_be_changed(value: object) -> None:
    name = next(iter(inspect.signature(type(value)).parameters))
    assert hasattr(value, name)
    with pytest.raises(AttributeError):
        setattr(value, name, "other")


@pytest.mark.parametrize(
    ("precision", "score_", "category"),
    [
        ("3", "2.49", None),
        ("3", "2.5", "3 to 3 by overall"),
        ("3", "3.49", "3 to 3 by overall"),
        ("3", "3.5", None),
        ("3.0", "2.94", None),
        ("3.0", "2.95", "3.0 to 3.0 by overall"),
        ("3.0", "3.04", "3.0 to 3.0 by overall"),
        ("3.0", "3.05", None),
        ("3.00", "2.994", None),
        ("3.00", "2.995", "3.00 to 3.00 by overall"),
        ("3.00", "3.004", "3.00 to 3.00 by overall"),
        ("3.00", "3.005", None),
        ("3.000", "3.004", "3.000 to 3.000 by overall"),
        ("3.000", "3.005", None),
    ],
)
def test_a_score_is_matched_at_the_precision_of_the_ranges(
    precision: str, score_: str, category: str | None
) -> None:
    assert matched(rules((precision, precision, ()), weights=("1",)), A=score_) == category


@pytest.mark.parametrize(
    ("scores", "category"),
    [
        ({"A": "4", "B": "2"}, "0 to 9 by A"),
        ({"A": "2", "B": "4"}, "0 to 9 by B"),
        ({"A": "3", "B": "3"}, "0 to 9 by B"),
        ({"A": "4"}, "0 to 9 by A"),
        ({"B": "4"}, "0 to 9 by B"),
        ({"A": "0", "B": "0"}, "0 to 9 by B"),
        ({"A": "0"}, "0 to 9 by A"),
    ],
)
def test_the_highest_average_wins_and_of_equals_the_first(scores: dict[str, str], category: str) -> None:
    both = rules(("0", "9", ("B",)), ("0", "9", ("A",)), ("0", "9", ()))
    assert matched(both, **scores) == category


@pytest.mark.parametrize(
    ("scores", "category"),
    [
        # the average of three against that of two, a hundredth apart
        ({"A": "3", "B": "3", "C": "3.01"}, "0 to 9 by A and C"),
        ({"A": "3", "B": "3.01", "C": "3"}, "0 to 9 by A and B and C"),
        # C was not scored, so both are the average of the scored dimensions
        ({"A": "3", "B": "5"}, "0 to 9 by A and B and C"),
        ({"A": "5", "B": "3"}, "0 to 9 by A and C"),
    ],
)
def test_averages_are_compared_whatever_their_counts(scores: dict[str, str], category: str) -> None:
    both = rules(("0", "9", ("A", "C")), ("0", "9", ("A", "B", "C")), ("0", "9", ()), weights=("1", "1", "1"))
    assert matched(both, **scores) == category


@pytest.mark.parametrize(
    ("scores", "category"),
    [
        ({"A": "3", "B": "3", "C": "3"}, "0 to 9 by C"),
        # without C its category comes last, though the overall score is above B
        ({"A": "9", "B": "1"}, "0 to 9 by B"),
        ({"A": "9"}, "0 to 9 by C"),
    ],
)
def test_a_category_with_no_scored_primary_is_the_last_resort(scores: dict[str, str], category: str) -> None:
    some = rules(("0", "9", ("C",)), ("0", "9", ("B",)), ("0", "1", ()), weights=("1", "1", "1"))
    assert matched(some, **scores) == category


def test_the_weight_of_what_was_not_scored_does_not_count() -> None:
    outcome = score(rules(weights=("0.2", "0.3", "0.5")), {"C": D(2), "A": D(9)})
    assert (str(outcome.overall), outcome.uncovered, outcome.category) == ("4.00", ("B",), None)


@pytest.mark.parametrize(
    ("number", "places", "rounded"),
    [
        ("0", 0, "0"),
        ("0.5", 0, "1"),
        ("0.49", 0, "0"),
        ("1.25", 1, "1.3"),
        ("1.249", 1, "1.2"),
        ("2", 2, "2.00"),
        ("2.675", 2, "2.68"),
    ],
)
def test_halves_are_rounded_up(number: str, places: int, rounded: str) -> None:
    assert str(round_half_up(Fraction(number), places)) == rounded


def test_the_precision_is_the_finest_of_all_bounds() -> None:
    assert range_precision([]) == 0
    assert range_precision([(D(1), D("2.0")), (D("3.25"), D(4))]) == 2
    assert range_precision([(D("1E+2"), D(5))]) == 0
