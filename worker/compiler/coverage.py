"""Which overall scores are possible, and which category each of them leads to.

The scores that an interview can give: a dimension with a rubric is scored with any decimal from the lowest to
the highest mark of its rubric, one without with any decimal of the scale; every dimension is scored. The
overall scores are then all two-place decimals between the weighted averages of the lowest and of the highest
scores, and what is matched are these, rounded to the precision of the ranges. All of it is exact: weights and
marks are handled as fractions, and scores that are matched as whole numbers of the smallest step.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from typing import Final, NamedTuple

from worker.compiler.catalogue import Code
from worker.compiler.categories import CategoryNode
from worker.compiler.context import Context
from worker.compiler.diagnostics import plain
from worker.compiler.dimensions import DimensionNode
from worker.compiler.slices import Span
from worker.compiler.values import Range
from worker.compiler.vocabulary import CATEGORIES
from worker.scoring import OVERALL_PLACES, ScoringRules, round_half_up

__all__ = ["check_coverage", "check_overlaps"]

MAX_RIVALS: Final = 3


class Reach(NamedTuple):
    """The scores that a dimension can have, and its share of the overall score."""

    share: Fraction
    low: Fraction
    high: Fraction


class Covered(NamedTuple):
    """The possible scores of a category, in steps."""

    low: int
    high: int
    node: CategoryNode


def check_overlaps(ctx: Context, categories: Sequence[CategoryNode]) -> None:
    """Report categories that no rule could distinguish."""
    sound = [node for node in categories if node.sound]
    for index, later in enumerate(sound):
        for first in sound[:index]:
            shared = _shared(first, later)
            if shared is not None and first.primary.keys() == later.primary.keys():
                line = ctx.lines.line(first.at.start)
                low, high = shared
                message = (
                    '"{category}" and "{other}" on line {line} share {scores} and have the same primary '
                    "dimensions"
                )
                args = {
                    "category": plain(later.name),
                    "other": plain(first.name),
                    "scores": f"{low:f}" if low == high else f"{low:f} to {high:f}",
                }
                hint = (
                    "change a range so that they do not overlap, or give them different `primary_dimensions`"
                )
                section = f"{later.item.where} / score_range"
                ctx.faults.add(Code.AMBIGUOUS_CATEGORIES, later.at, section, message, hint, **args, line=line)
                break


def _shared(first: CategoryNode, later: CategoryNode) -> Range | None:
    """Return the scores that two categories share."""
    if first.score_range is None or later.score_range is None:
        return None
    low = max(first.score_range.low, later.score_range.low)
    high = min(first.score_range.high, later.score_range.high)
    return Range(low, high) if low <= high else None


def check_coverage(
    ctx: Context, rules: ScoringRules, dimensions: Sequence[DimensionNode], categories: Sequence[CategoryNode]
) -> None:
    """Report gaps between ranges, unreachable ranges, and ties that the order in the file decides.

    Every weight, rubric and range must be sound; ``rules`` are what the dimensions and categories say.
    """
    _Coverage(ctx, rules, dimensions).check(categories)


class _Coverage:
    def __init__(self, ctx: Context, rules: ScoringRules, dimensions: Sequence[DimensionNode]) -> None:
        self.ctx = ctx
        self.precision = rules.precision
        self.places = min(rules.precision, OVERALL_PLACES)
        self.unit = int("1" + "0" * self.places)  # the number of steps in a point
        self.scale = Range(*rules.scale)
        self.dimensions = dimensions

    @cached_property
    def reaches(self) -> list[Reach]:
        """The scores that each dimension can have."""
        total = Fraction(sum(node.rule.weight for node in self.dimensions))
        return [
            Reach(
                Fraction(node.rule.weight) / total,
                *map(Fraction, node.marks or self.scale),
            )
            for node in self.dimensions
        ]

    @cached_property
    def is_free(self) -> bool:
        """Whether every dimension can have every score: then all averages can equal any of them."""
        return all(node.marks in (None, self.scale) for node in self.dimensions)

    def check(self, categories: Sequence[CategoryNode]) -> None:
        """Report all diagnostics about the ranges of the categories."""
        low, high = map(Fraction, self.scale)
        if not self.is_free:
            low = sum((reach.share * reach.low for reach in self.reaches), Fraction(0))
            high = sum((reach.share * reach.high for reach in self.reaches), Fraction(0))
        lowest, highest = self._steps(low), self._steps(high)
        covered: list[Covered] = []
        for node in categories:
            bounds = node.score_range or self.scale
            first, last = ceil(bounds.low * self.unit), floor(bounds.high * self.unit)
            if first > last or first > highest or last < lowest:
                self._report_unreachable(node, lowest, highest)
            else:
                covered.append(Covered(max(first, lowest), min(last, highest), node))
        self._check_gaps(covered, lowest, highest)
        for index, later in enumerate(covered):
            self._check_ties(later, covered[:index])

    def _steps(self, value: Fraction) -> int:
        """Return a score as it is matched: rounded to two places, then to the precision, in steps."""
        matched = round_half_up(Fraction(round_half_up(value, OVERALL_PLACES)), self.precision)
        return int(matched * self.unit)

    def _number(self, steps: int) -> str:
        if not self.places:
            return str(steps)
        return f"{steps // self.unit}.{steps % self.unit:0{self.places}}"

    def _numbers(self, first: int, last: int) -> str:
        return self._number(first) if first == last else f"{self._number(first)} to {self._number(last)}"

    def _report_unreachable(self, node: CategoryNode, lowest: int, highest: int) -> None:
        message = (
            "no complete interview reaches this range: overall scores are between {low} and {high}, "
            "in steps of {step}"
        )
        args = {"low": self._number(lowest), "high": self._number(highest), "step": self._number(1)}
        hint = "change the range, or the scale, weights or rubrics that limit the scores"
        section = f"{node.item.where} / score_range"
        self.ctx.faults.add(Code.UNREACHABLE_RANGE, node.at, section, message, hint, **args)

    # --- gaps ---

    def _check_gaps(self, covered: Sequence[Covered], lowest: int, highest: int) -> None:
        """Report possible scores that are in no range."""
        next_ = lowest  # the lowest score below which all scores are in a range
        below: CategoryNode | None = None
        for low, high, node in sorted(covered, key=lambda one: (one.low, one.high)):
            if low > next_:
                self._report_gap(next_, low - 1, below or node)
            if high >= next_:
                next_, below = high + 1, node
        if next_ <= highest and below is not None:
            self._report_gap(next_, highest, below)

    def _report_gap(self, first: int, last: int, neighbour: CategoryNode) -> None:
        message = f"no category covers the {'score' if first == last else 'scores'} {{scores}}"
        scores = self._numbers(first, last)
        example = f"such as that of {_quoted(neighbour)}"
        hint = f"extend a neighbouring range, {example}; otherwise such an interview gets no category"
        self.ctx.faults.add(Code.RANGE_GAP, neighbour.at, CATEGORIES, message, hint, scores=scores)

    # --- ties ---

    def _check_ties(self, later: Covered, others: Sequence[Covered]) -> None:
        """Report once per category with which earlier ones it can tie."""
        rivals = [other for other in others if self._can_tie(later, other)]
        if rivals:
            named = [self._named(later, rival) for rival in rivals[:MAX_RIVALS]]
            more = [f"{len(rivals) - MAX_RIVALS} more"] if len(rivals) > MAX_RIVALS else []
            message = (
                '"{category}" shares scores with {others}; if their primary dimensions have equal averages, '
                "the first in the file wins"
            )
            args = {"category": plain(later.node.name), "others": ", ".join(named + more)}
            hint = "put the category that should win first, or change the ranges so that they do not overlap"
            section = f"{later.node.item.where} / score_range"
            self.ctx.faults.add(Code.POSSIBLE_TIE, later.node.at, section, message, hint, **args)

    def _can_tie(self, one: Covered, other: Covered) -> bool:
        """Tell whether two categories share scores at which their averages can be equal."""
        first, last = max(one.low, other.low), min(one.high, other.high)
        if first > last or one.node.primary.keys() == other.node.primary.keys():
            return False
        if not self.is_free:
            tied = self._tied(self._balance(one.node, other.node))
            return tied is not None and max(first, tied.start) <= min(last, tied.end)
        return True

    def _named(self, one: Covered, rival: Covered) -> str:
        """Return how a message names an earlier category and the scores that it shares."""
        line = self.ctx.lines.line(rival.node.at.start)
        shared = self._numbers(max(one.low, rival.low), min(one.high, rival.high))
        return f"{_quoted(rival.node)} (line {line}, {shared})"

    def _balance(self, one: CategoryNode, other: CategoryNode) -> list[Fraction]:
        """Return how much a point of each dimension changes the difference of two averages."""
        return [a - b for a, b in zip(self._average(one), self._average(other), strict=True)]

    def _average(self, node: CategoryNode) -> list[Fraction]:
        """Return each dimension's share of the average that decides for a category."""
        if not node.primary:
            return [reach.share for reach in self.reaches]
        names = frozenset(node.primary.values())
        share = Fraction(1, len(names))
        return [share if dimension.name in names else Fraction(0) for dimension in self.dimensions]

    def _tied(self, balance: Sequence[Fraction]) -> Span | None:
        """Return the lowest and highest matched score of an interview in which two averages are equal.

        The scores that an interview can give form a box, overall and the difference of the averages are
        linear, so the extremes are found by giving up as little overall as possible for each point of
        difference. None when the averages are never equal.
        """
        lowest = _extreme(self.reaches, balance)
        # The highest is the lowest of the same box seen from its other end.
        highest = _extreme([Reach(r.share, -r.high, -r.low) for r in self.reaches], balance)
        if lowest is None or highest is None:
            return None
        return Span(self._steps(lowest), self._steps(-highest))


def _extreme(reaches: Sequence[Reach], balance: Sequence[Fraction]) -> Fraction | None:
    """Return the lowest weighted average at which ``sum(balance * score)`` is 0."""
    overall = sum((reach.share * reach.low for reach in reaches), Fraction(0))
    excess = sum((b * reach.low for reach, b in zip(reaches, balance, strict=True)), Fraction(0))
    # Raise the scores that move the balance towards 0, those with the least effect on the overall score
    # first.
    helpful = [
        (reach.share / abs(b), abs(b) * (reach.high - reach.low))
        for reach, b in zip(reaches, balance, strict=True)
        if b * excess < 0
    ]
    left = abs(excess)
    for cost, room in sorted(helpful):
        used = min(room, left)
        overall += used * cost
        left -= used
    return overall if left == 0 else None


def _quoted(node: CategoryNode) -> str:
    return f'"{plain(node.name)}"'
