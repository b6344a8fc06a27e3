"""Scoring: from the scores of an interview to an overall score and a category.

The database scores interviews (``private.score_assessment``). The compiler has no database, so it uses
the same rule here to score an author's examples and to find scores without a category.
``docs/scoring-vectors.json`` tests that both agree.

Pure functions over exact numbers. The rule, in full:

* ``overall`` is ``sum(weight * score) / sum(weight)`` over the dimensions that were scored, rounded half up
  to two decimal places.
* ``overall`` is then rounded half up to the precision of the category ranges: the largest number of decimal
  places that any bound of any range is written with (``4.0`` has one, ``4`` has none).
* Of the ranges that contain the rounded value, the one whose primary dimensions have the highest average
  score wins. Only dimensions that were scored count, each once. A category without primary dimensions counts
  as ``overall``; one that has some, of which none was scored, is taken only where no other range contains the
  value. Of equals, the first in the source wins.

No float is used, and only ``overall`` is rounded: averages are compared as fractions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    Context,
    Decimal,
    Inexact,
    InvalidOperation,
    localcontext,
)
from fractions import Fraction
from functools import cached_property
from itertools import chain
from typing import Final, NamedTuple

from worker.names import fold

__all__ = [
    "CategoryRule",
    "DimensionRule",
    "Outcome",
    "ScoringRules",
    "outcome_of",
    "score",
]

OVERALL_PLACES: Final = 2
DEFAULT_SCALE: Final = (Decimal(1), Decimal(5))
ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
#: Arithmetic without rounding: more digits than any number of Postgres has, and an error if they are
#: exceeded.
EXACT: Final = Context(prec=100_000, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact, InvalidOperation])


class DimensionRule(NamedTuple):
    """The parts of a dimension that scoring needs. ``weight`` is positive."""

    name: str
    weight: Decimal


class CategoryRule(NamedTuple):
    """The parts of a category that scoring needs.

    ``score_range`` is inclusive at both ends; a category without one (the database allows it) is never
    matched.
    """

    name: str
    score_range: tuple[Decimal, Decimal] | None
    primary_dimensions: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScoringRules:
    """The parts of a definition that scoring reads."""

    dimensions: tuple[DimensionRule, ...]
    categories: tuple[CategoryRule, ...]
    scale: tuple[Decimal, Decimal] = DEFAULT_SCALE

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys of the dimensions, under which scores are found."""
        return tuple([_key(dimension.name) for dimension in self.dimensions])

    @cached_property
    def ranges(self) -> "tuple[Matchable, ...]":
        """The categories that can be matched, with their ranges and the keys of their primary dimensions."""
        return tuple(
            [
                Matchable(
                    category,
                    *category.score_range,
                    tuple(dict.fromkeys(map(_key, category.primary_dimensions))),
                )
                for category in self.categories
                if category.score_range is not None
            ]
        )

    @cached_property
    def precision(self) -> int:
        """The number of decimal places to which an overall score is rounded before it is matched."""
        return range_precision([c.score_range for c in self.categories if c.score_range is not None])

    @cached_property
    def unit(self) -> Decimal:
        """The step between two scores of that precision."""
        return Decimal(1).scaleb(-self.precision)


class Matchable(NamedTuple):
    """A category that can be matched, with the bounds of its range and the keys of its primary dimensions."""

    category: CategoryRule
    low: Decimal
    high: Decimal
    keys: tuple[str, ...]


class Outcome(NamedTuple):
    """A scored interview.

    ``overall`` has exactly two decimal places. ``category`` is the matched category or None. ``uncovered``
    lists the dimensions that were not scored, with the definition's spelling and order.
    """

    overall: Decimal
    category: CategoryRule | None
    uncovered: tuple[str, ...]


def score(rules: ScoringRules, scores: Mapping[str, Decimal]) -> Outcome:
    """Score an interview.

    Args:
        rules: what is scored.
        scores: at least one, each on the scale and by the name of a dimension, in any spelling. An omitted
        dimension was not scored.
    """
    return outcome_of(rules, {_key(name): value for name, value in scores.items()})


def outcome_of(rules: ScoringRules, scores: Mapping[str, Decimal]) -> Outcome:
    """Score an interview like ``score``, given scores by the dimensions' keys, which are not folded again."""
    uncovered: list[str] = []
    with localcontext(EXACT):
        total = weights = ZERO
        for key, (name, weight) in zip(rules.keys, rules.dimensions, strict=True):
            value = scores.get(key)
            if value is None:
                uncovered.append(name)
            else:
                total += weight * value
                weights += weight
        # Rounding half up of total / weights to hundredths, in whole numbers.
        overall = ((200 * total + weights) // (2 * weights)).scaleb(-OVERALL_PLACES)
        category = _match(rules, scores, overall)
    return Outcome(overall, category, tuple(uncovered))


def round_half_up(value: Fraction, places: int) -> Decimal:
    """Round a number that is not negative to ``places`` decimal places, half up."""
    units = (2 * value.numerator * 10**places + value.denominator) // (2 * value.denominator)
    return Decimal(units).scaleb(-places)


def range_precision(ranges: Sequence[tuple[Decimal, Decimal]]) -> int:
    """Return the largest number of decimal places of any bound; 0 without ranges."""
    places, unit = 0, ONE
    for bound in chain.from_iterable(ranges):
        if not bound.same_quantum(unit) and decimal_places(bound) > places:
            places, unit = decimal_places(bound), bound
    return places


def decimal_places(number: Decimal) -> int:
    """Return the number of decimal places of a finite number, including trailing zeros."""
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _match(rules: ScoringRules, scores: Mapping[str, Decimal], overall: Decimal) -> CategoryRule | None:
    """Return the category of an overall score; every computation is exact in the context of the caller."""
    matched = overall
    if rules.precision < OVERALL_PLACES:
        matched = (2 * overall + rules.unit) // (2 * rules.unit) * rules.unit
    best: CategoryRule | None = None
    best_sum, best_count = Decimal(-1), 1
    unscored: CategoryRule | None = None
    for category, low, high, keys in rules.ranges:
        if not low <= matched <= high:
            continue
        primary = [scores[key] for key in keys if key in scores] if keys else [overall]
        if not primary:
            unscored = unscored or category
            continue
        sum_, count = sum(primary, ZERO), len(primary)
        # The averages are compared without dividing: a / b > c / d is a * d > c * b.
        if sum_ * best_count > best_sum * count:
            best, best_sum, best_count = category, sum_, count
    return best or unscored


def _key(name: str) -> str:
    """A folded name without surrounding white space, which the database keeps in a builder's names."""
    return fold(name.strip())
