"""Scores whose category differs between two scorings, or the proof that there are none.

An interview gives each dimension any decimal between the lowest and the highest mark of its rubric, or of the
scale (``worker.compiler.coverage``). A few likely scores are tried first. Then the scores are split into
parts in each of which linear conditions decide the category of either scoring: between which bounds the
overall score lies, and whose primary dimensions average the most. A part that no score is in is ruled out
exactly; in the others a score that is short to write is looked for. Whatever is found has been scored by the
rule itself.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import prod
from typing import Final, NamedTuple, TypeAlias

from worker.compiler.coverage import Reach
from worker.polytope import ZERO, Condition, Vector, solution
from worker.scoring import OVERALL_PLACES, Outcome, ScoringRules, outcome_of, round_half_up

__all__ = ["Search", "Witness", "find_witness"]

#: Scores are rounded to this before they are looked up: hundredths of a point.
HUNDREDTHS: Final = 10**OVERALL_PLACES
HALF: Final = Fraction(1, 2 * HUNDREDTHS)
#: How many likely scores are tried, and how many queries are made before the search stops.
MOST_TRIES: Final = 1_000
MOST_QUESTIONS: Final = 500
#: The steps of the scores that are tried, shortest spellings first.
STEPS: Final = (Fraction(1), Fraction(1, 2), Fraction(1, 10), Fraction(1, 100), Fraction(1, 10_000))

Scores: TypeAlias = "dict[str, Decimal]"


class Witness(NamedTuple):
    """Scores by the key of each dimension, and their results with the old and with the new scoring."""

    scores: Scores
    old: Outcome
    new: Outcome


class Search(NamedTuple):
    """The result of a search. Without a witness there is none if that is ``proved``."""

    witness: Witness | None
    proved: bool


class Cell(NamedTuple):
    """Overall scores, in hundredths, that are in the ranges of the same categories (by index)."""

    first: int
    last: int
    rivals: tuple[int, ...]


class Part(NamedTuple):
    """Where a scoring has one category: a cell, and which of its rivals wins (None without any)."""

    side: int
    cell: Cell
    winner: int | None


class _TooLong(Exception):  # noqa: N818 - not an error
    """The search was stopped."""


def find_witness(old: ScoringRules, new: ScoringRules, reaches: Mapping[str, Reach]) -> Search:
    """Search for scores that lead to categories of different names.

    Args:
        old: a scoring.
        new: another one of the same dimensions, whose names are their keys.
        reaches: what each dimension can be scored with; its share is not read.
    """
    search = _Search((old, new), list(reaches), list(reaches.values()))
    for scores in search.likely():
        if (witness := search.judged(scores)) is not None:
            return Search(witness, proved=True)
    try:
        witness, is_complete = search.parts()
    except _TooLong:
        return Search(None, proved=False)
    return Search(witness, proved=witness is not None or is_complete)


class _Search:
    """The unknowns are the scores, and the rounded overall score of each scoring."""

    def __init__(self, sides: tuple[ScoringRules, ScoringRules], keys: list[str], box: list[Reach]) -> None:
        self.sides = sides
        self.keys = keys
        self.box = box
        self.shares = [self._shares(rules) for rules in sides]
        self.is_one_overall = self.shares[0] == self.shares[1]
        self.cells = [self._cells(rules, shares) for rules, shares in zip(sides, self.shares, strict=True)]
        self.questions = 0

    def _shares(self, rules: ScoringRules) -> list[Fraction]:
        """Return each dimension's share of the overall score."""
        weights = {key: Fraction(d.weight) for key, d in zip(rules.keys, rules.dimensions, strict=True)}
        total = sum(weights.values(), ZERO)
        return [weights[key] / total for key in self.keys]

    def _cells(self, rules: ScoringRules, shares: Sequence[Fraction]) -> list[Cell]:
        """Return the possible overall scores, split where a range begins or ends."""
        lowest = sum((share * reach.low for share, reach in zip(shares, self.box, strict=True)), ZERO)
        highest = sum((share * reach.high for share, reach in zip(shares, self.box, strict=True)), ZERO)
        cells: list[Cell] = []
        for hundredth in range(_hundredths(lowest), _hundredths(highest) + 1):
            matched = round_half_up(Fraction(hundredth, HUNDREDTHS), min(rules.precision, OVERALL_PLACES))
            rivals = tuple([at for at, one in enumerate(rules.ranges) if one.low <= matched <= one.high])
            if cells and cells[-1].rivals == rivals:
                cells[-1] = cells[-1]._replace(last=hundredth)
            else:
                cells.append(Cell(hundredth, hundredth, rivals))
        return cells

    # --- trying ---

    def likely(self) -> Iterator[Scores]:
        """Yield scores that are worth trying: equal ones, then whole numbers, if few then all of them."""
        low, high = min(reach.low for reach in self.box), max(reach.high for reach in self.box)
        for tenth in range(int(low * 10), int(high * 10) + 1):
            yield self._written([min(max(Fraction(tenth, 10), r.low), r.high) for r in self.box])
        values = [_marks(reach) for reach in self.box]
        if prod(map(len, values)) <= MOST_TRIES:
            yield from (self._written(chosen) for chosen in product(*values))
        else:
            draw = random.Random(0)  # noqa: S311 - the same scores every time
            for _ in range(MOST_TRIES):
                yield self._written([draw.choice(marks) for marks in values])

    def judged(self, scores: Scores) -> Witness | None:
        """Return scores as a witness if they are one by the scoring rule."""
        old, new = (outcome_of(rules, scores) for rules in self.sides)
        return Witness(scores, old, new) if _name(old) != _name(new) else None

    def _written(self, values: Sequence[Fraction]) -> Scores:
        return {key: _decimal(value) for key, value in zip(self.keys, values, strict=True)}

    # --- proving ---

    def parts(self) -> tuple[Witness | None, bool]:
        """Go through the parts whose categories differ; return a witness, or whether none is possible."""
        is_complete = True
        for old, new in product(*self.cells):
            if self.is_one_overall and (old.last < new.first or new.last < old.first):
                continue
            for parts in self._differing(old, new):
                witness, is_ruled_out = self._look(parts)
                if witness is not None:
                    return witness, True
                is_complete = is_complete and is_ruled_out
        return None, is_complete

    def _differing(self, *cells: Cell) -> Iterator[list[Part]]:
        for winners in product(*[cell.rivals or (None,) for cell in cells]):
            parts = [Part(side, *rest) for side, rest in enumerate(zip(cells, winners, strict=True))]
            names = [
                None if part.winner is None else self.sides[part.side].ranges[part.winner].category.name
                for part in parts
            ]
            if len(set(names)) > 1:
                yield parts

    def _look(self, parts: list[Part]) -> tuple[Witness | None, bool]:
        """Search for scores in the parts of two scorings; return them, or whether there are none."""
        conditions = [condition for part in parts for condition in self._conditions(part)]
        found = None if _contradict(conditions) else self._ask(conditions, self.box)
        if found is None:
            return None, True
        witness = self._short(conditions, found)
        if witness is not None:
            return witness, True
        # The overall score was any number; rounded to hundredths it may not satisfy the conditions.
        wide = max(
            parts, key=lambda part: part.cell.last - part.cell.first if self._reads_overall(part) else 0
        )
        if wide.cell.first == wide.cell.last or not self._reads_overall(wide):
            return None, False
        is_ruled_out = True
        middle = (wide.cell.first + wide.cell.last) // 2
        for cell in (wide.cell._replace(last=middle), wide.cell._replace(first=middle + 1)):
            halves = [part._replace(cell=cell) if part is wide else part for part in parts]
            witness, none_here = self._look(halves)
            if witness is not None:
                return witness, True
            is_ruled_out = is_ruled_out and none_here
        return None, is_ruled_out

    def _reads_overall(self, part: Part) -> bool:
        """Return whether the rounded overall score is compared with averages."""
        ranges = self.sides[part.side].ranges
        return len(part.cell.rivals) > 1 and any(not ranges[rival].keys for rival in part.cell.rivals)

    def _conditions(self, part: Part) -> Iterator[Condition]:
        """Yield the conditions that the scores in a part satisfy."""
        shares = [*self.shares[part.side], ZERO, ZERO]
        first, last = Fraction(part.cell.first, HUNDREDTHS), Fraction(part.cell.last, HUNDREDTHS)
        yield Condition([-share for share in shares], HALF - first)
        yield Condition(shares, last + HALF, is_strict=True)
        if self._reads_overall(part):
            rounded = self._rounded(part.side)
            yield Condition(_less(shares, rounded), HALF, is_strict=True)
            yield Condition(_less(rounded, shares), HALF)
            yield Condition(rounded, last)
            yield Condition([-factor for factor in rounded], -first)
        for rival in part.cell.rivals:
            if part.winner is not None and rival != part.winner:
                more = _less(self._average(part.side, rival), self._average(part.side, part.winner))
                yield Condition(more, ZERO, is_strict=rival < part.winner)

    def _rounded(self, side: int) -> list[Fraction]:
        """Return the factors of a scoring's rounded overall score; equal weights have the same."""
        place = len(self.keys) + (0 if self.is_one_overall else side)
        return [Fraction(at == place) for at in range(len(self.keys) + 2)]

    def _average(self, side: int, rival: int) -> list[Fraction]:
        """Return the factors of the average that decides for a category."""
        keys = self.sides[side].ranges[rival].keys
        if not keys:
            return self._rounded(side)
        return [*(Fraction(key in keys, len(keys)) for key in self.keys), ZERO, ZERO]

    def _ask(self, conditions: Sequence[Condition], box: Sequence[Reach]) -> list[Fraction] | None:
        self.questions += 1
        if self.questions > MOST_QUESTIONS:
            raise _TooLong
        highest = max(reach.high for reach in self.box)
        lows, highs = [reach.low for reach in box], [reach.high for reach in box]
        return solution(conditions, [*lows, ZERO, ZERO], [*highs, highest, highest])

    # --- short to write ---

    def _short(self, conditions: Sequence[Condition], found: Vector) -> Witness | None:
        """Return a witness near the solution, in the largest steps possible."""
        near = found[: len(self.keys)]
        for step in STEPS:
            rounded = [
                min(max(round(value / step) * step, reach.low), reach.high)
                for value, reach in zip(near, self.box, strict=True)
            ]
            if (witness := self.judged(self._written(rounded))) is not None:
                return witness
        for step in STEPS:
            witness = self._fixed(conditions, near, 0, list(self.box), step)
            if witness is not None:
                return witness
        return None

    def _fixed(
        self, conditions: Sequence[Condition], near: Vector, place: int, box: list[Reach], step: Fraction
    ) -> Witness | None:
        """Fix one score after the other at a multiple of the step, near the solution of the conditions."""
        if place == len(self.keys):
            return self.judged(self._written([reach.low for reach in box]))
        reach = self.box[place]
        below = near[place] // step * step
        tried = {min(max(value, reach.low), reach.high) for value in (below, below + step, below - step)}
        for value in sorted(tried, key=lambda value: abs(value - near[place])):
            fixed = [*box[:place], Reach(reach.share, value, value), *box[place + 1 :]]
            found = self._ask(conditions, fixed)
            if found is not None:
                witness = self._fixed(conditions, found, place + 1, fixed, step)
                if witness is not None:
                    return witness
        return None


def _contradict(conditions: Sequence[Condition]) -> bool:
    """Return whether one condition alone is the opposite of another, which saves most queries."""
    known = {tuple(one.factors): one for one in conditions}
    for factors, limit, is_strict in conditions:
        other = known.get(tuple([-factor for factor in factors]))
        if other is not None and (
            limit + other.limit < 0 or (limit + other.limit == 0 and (is_strict or other.is_strict))
        ):
            return True
    return False


def _hundredths(value: Fraction) -> int:
    return int(round_half_up(value, OVERALL_PLACES) * HUNDREDTHS)


def _marks(reach: Reach) -> list[Fraction]:
    """Return the whole numbers between two bounds, with the bounds."""
    whole = {Fraction(value) for value in range(int(reach.low), int(reach.high) + 1) if reach.low <= value}
    return sorted(whole | {reach.low, reach.high})


def _less(some: Vector, others: Vector) -> list[Fraction]:
    return [a - b for a, b in zip(some, others, strict=True)]


def _decimal(value: Fraction) -> Decimal:
    """Return a fraction that is a decimal, exactly and without trailing zeros."""
    return Decimal(f"{Decimal(value.numerator) / Decimal(value.denominator):f}").normalize() + 0


def _name(outcome: Outcome) -> str | None:
    return None if outcome.category is None else outcome.category.name
