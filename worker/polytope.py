"""Whether linear conditions have a solution, decided exactly.

A small simplex over fractions: questions have some twenty unknowns and as many conditions, and a rounded
answer would be no proof.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias

__all__ = ["Condition", "Vector", "solution"]

Vector: TypeAlias = "Sequence[Fraction]"
ZERO: Final = Fraction(0)
ONE: Final = Fraction(1)


class Condition(NamedTuple):
    """``sum(factors * unknowns) <= limit``, or ``<`` where it is strict."""

    factors: Vector
    limit: Fraction
    is_strict: bool = False


def solution(conditions: Sequence[Condition], lowest: Vector, highest: Vector) -> list[Fraction] | None:
    """Return unknowns between their lowest and highest values that satisfy all conditions; None if none do.

    Where there are several, one whose strict conditions are met by as much as possible (at most by 1).
    """
    if any(low > high for low, high in zip(lowest, highest, strict=True)):
        return None
    count = len(lowest)
    rows: list[list[Fraction]] = []
    # The last unknown is the margin by which the strict conditions are satisfied.
    for factors, limit, is_strict in conditions:
        offset = sum((f * low for f, low in zip(factors, lowest, strict=True) if f), ZERO)
        rows.append([*factors, ONE if is_strict else ZERO, limit - offset])
    rows += [
        [*(ONE if at == place else ZERO for at in range(count + 1)), highest[place] - lowest[place]]
        for place in range(count)
    ]
    rows.append([ZERO] * count + [ONE, ONE])
    found = _Simplex(rows).maximum()
    if found is None or (found[-1] <= 0 and any(condition.is_strict for condition in conditions)):
        return None
    return [low + more for low, more in zip(lowest, found, strict=False)]


class _Simplex:
    """Maximizes the last unknown; every row is ``sum(factors * unknowns) <= limit``, and none is negative.

    Each row holds factors and limit, solved for its own unknown (``basis``); the others (``free``) are zero.
    Among equals the unknown with the lowest number moves, so that no step comes back to an earlier one.
    """

    def __init__(self, rows: list[list[Fraction]]) -> None:
        self.rows = rows
        self.count = len(rows[-1]) - 1
        self.free = list(range(self.count))
        self.basis = list(range(self.count, self.count + len(rows)))

    def maximum(self) -> list[Fraction] | None:
        """Return the unknowns; None if the rows contradict each other."""
        if not self._make_feasible():
            return None
        goal = [ZERO] * (self.count + 1)
        if self.count - 1 in self.free:
            goal[self.free.index(self.count - 1)] = ONE
        else:
            row = self.rows[self.basis.index(self.count - 1)]
            goal = [-factor for factor in row]
        self._climb(goal)
        values = [ZERO] * self.count
        for unknown, row in zip(self.basis, self.rows, strict=True):
            if unknown < self.count:
                values[unknown] = row[-1]
        return values

    def _make_feasible(self) -> bool:
        """Bring every limit to at least zero, with an additional unknown for the shortfall."""
        worst = min(range(len(self.rows)), key=lambda at: self.rows[at][-1])
        if self.rows[worst][-1] >= 0:
            return True
        extra = self.count + len(self.rows)
        for row in self.rows:
            row.insert(-1, -ONE)
        self.free.append(extra)
        goal = [ZERO] * len(self.free) + [ZERO]
        goal[-2] = -ONE
        self._pivot(worst, len(self.free) - 1, goal)
        self._climb(goal)
        if extra in self.basis:
            at = self.basis.index(extra)
            if self.rows[at][-1] != 0:
                return False
            # Every row has an unknown of its own, so no other row says the same as this one.
            self._pivot(at, next(p for p, factor in enumerate(self.rows[at][:-1]) if factor), goal)
        place = self.free.index(extra)
        del self.free[place]
        for row in self.rows:
            del row[place]
        return True

    def _climb(self, goal: list[Fraction]) -> None:
        """Move unknowns as long as that increases the goal."""
        while True:
            rising = [place for place, factor in enumerate(goal[:-1]) if factor > 0]
            if not rising:
                return
            place = min(rising, key=self.free.__getitem__)
            bounding = [at for at, row in enumerate(self.rows) if row[place] > 0]
            first = min(bounding, key=lambda at: (self.rows[at][-1] / self.rows[at][place], self.basis[at]))
            self._pivot(first, place, goal)

    def _pivot(self, at: int, place: int, goal: list[Fraction]) -> None:
        """Solve a row for the unknown at an index, and substitute it in the other rows and the goal."""
        row = self.rows[at]
        inverse = 1 / row[place]
        row[place] = ONE
        row[:] = [factor * inverse if factor else ZERO for factor in row]
        used = [(p, factor) for p, factor in enumerate(row) if factor]
        for other in (*self.rows, goal):
            factor = other[place]
            if other is row or not factor:
                continue
            other[place] = ZERO
            for p, mine in used:
                other[p] -= factor * mine
        self.free[place], self.basis[at] = self.basis[at], self.free[place]
