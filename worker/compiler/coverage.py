"""Which overall scores can occur, and which category each of them meets.

The scores that an interview can give: a dimension with a rubric is scored with any decimal from the lowest to
the highest mark of its rubric, one without with any decimal of the scale; every dimension is scored. The
overall scores are then all two-place decimals between the weighted averages of the lowest and of the highest
scores, and what is matched are these, rounded to the precision of the ranges. All of it is exact: weights and
marks are handled as fractions.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from typing import Final

from worker.compiler.diagnostics import Code, Faults, plain
from worker.compiler.grammar import CATEGORIES, Grammar
from worker.compiler.meaning import CategoryNode, DimensionNode
from worker.scoring import OVERALL_PLACES, ScoringRules, decimal_places, round_half_up

__all__ = ["check_coverage", "check_overlaps"]

MAX_RIVALS: Final = 3

Box = list[tuple[Fraction, Fraction, Fraction]]  # weight, lowest and highest score of each dimension


def check_overlaps(categories: Sequence[CategoryNode], grammar: Grammar, faults: Faults) -> None:
    """Report categories between which no rule could choose."""
    for index, later in enumerate(categories):
        if later.score_range is None or later.primary is None:
            continue
        for first in categories[:index]:
            if first.score_range is None or first.primary != later.primary:
                continue
            low = max(first.score_range[0], later.score_range[0])
            high = min(first.score_range[1], later.score_range[1])
            if low <= high:
                line = grammar.line_of(first.at(grammar)[0])
                faults.add(
                    Code.AMBIGUOUS_CATEGORIES,
                    *later.at(grammar),
                    f"{later.item.where} / score_range",
                    f"{_quoted(later)} and {_quoted(first)} on line {line} share "
                    f"{_span(low, high)} and have the same primary dimensions",
                    "change one range so that they do not meet, or give the two different "
                    "`primary_dimensions`",
                )
                break


def check_coverage(
    rules: ScoringRules,
    dimensions: Sequence[DimensionNode],
    categories: Sequence[CategoryNode],
    grammar: Grammar,
    faults: Faults,
) -> None:
    """Report gaps between ranges, ranges that no score reaches, and ties that the order in the file decides.

    Every weight, rubric and range must be sound; ``rules`` are what the dimensions and categories say.
    """
    scale, precision = rules.scale, rules.precision
    places = min(precision, OVERALL_PLACES)
    unit = 10**places
    free = _is_free(scale, dimensions)
    lowest, highest = _reach(scale, [] if free else dimensions, precision, unit)
    spans: list[tuple[int, int, CategoryNode]] = []  # inclusive, as far as scores reach, in units
    for node in categories:
        bounds = node.score_range or scale
        low, high = ceil(bounds[0] * unit), floor(bounds[1] * unit)
        if low > high or low > highest or lowest > high:
            faults.add(
                Code.UNREACHABLE_RANGE,
                *node.at(grammar),
                f"{node.item.where} / score_range",
                f"no complete interview reaches this range: overall scores lie between "
                f"{_number(lowest, places)} and {_number(highest, places)}, in steps of {_number(1, places)}",
                "change the range, or the scale, weights or rubrics that limit the scores",
            )
        else:
            spans.append((max(low, lowest), min(high, highest), node))
    _report_gaps(sorted(spans, key=lambda span: span[:2]), lowest, highest, places, grammar, faults)
    if len(spans) > 1:
        _report_ties(spans, free, (scale, precision, places), dimensions, grammar, faults)


def _reach(
    scale: tuple[Decimal, Decimal], dimensions: Sequence[DimensionNode], precision: int, unit: int
) -> tuple[int, int]:
    """Return the lowest and the highest score that is matched, in units.

    Args:
        scale: limits the scores of every dimension.
        dimensions: those whose rubrics may limit them further; none when no rubric does.
        precision: the decimal places to which scores are rounded before they are matched.
        unit: what 1 is in units.
    """
    if not dimensions:
        if max(decimal_places(scale[0]), decimal_places(scale[1])) <= min(precision, OVERALL_PLACES):
            return int(scale[0] * unit), int(scale[1] * unit)
        return _units(Fraction(scale[0]), precision, unit), _units(Fraction(scale[1]), precision, unit)
    box = _box(scale, dimensions)
    total = sum(weight for weight, _, _ in box)
    low = sum((weight * bottom for weight, bottom, _ in box), Fraction(0)) / total
    high = sum((weight * top for weight, _, top in box), Fraction(0)) / total
    return _units(low, precision, unit), _units(high, precision, unit)


def _is_free(scale: tuple[Decimal, Decimal], dimensions: Sequence[DimensionNode]) -> bool:
    """Tell whether every dimension can be given every score of the scale."""
    return all(
        not node.rubric or (node.rubric[0][0] <= scale[0] and _top(node) >= scale[1]) for node in dimensions
    )


def _top(node: DimensionNode) -> Decimal:
    """Return the highest mark of a rubric, whose ranges ascend and do not overlap."""
    return node.rubric[-1][1]


def _box(scale: tuple[Decimal, Decimal], dimensions: Sequence[DimensionNode]) -> Box:
    return [
        (
            Fraction(node.weight or 0),
            Fraction(node.rubric[0][0] if node.rubric else scale[0]),
            Fraction(_top(node) if node.rubric else scale[1]),
        )
        for node in dimensions
    ]


def _units(value: Fraction, precision: int, unit: int) -> int:
    """Return a score as it is matched: rounded to two places, then to the precision, in units."""
    matched = round_half_up(Fraction(round_half_up(value, OVERALL_PLACES)), precision)
    return int(matched * unit)


def _report_gaps(  # noqa: PLR0913, PLR0917 - a pure function over all that decides a gap
    spans: list[tuple[int, int, CategoryNode]],
    lowest: int,
    highest: int,
    places: int,
    grammar: Grammar,
    faults: Faults,
) -> None:
    covered = lowest - 1  # the highest score such that it and all scores below are in a range
    below: CategoryNode | None = None
    for low, high, node in spans:
        if low > covered + 1:
            _report_gap(covered + 1, min(low - 1, highest), below or node, places, grammar, faults)
        if high > covered:
            covered, below = high, node
    if covered < highest and below is not None:
        _report_gap(covered + 1, highest, below, places, grammar, faults)


def _report_gap(  # noqa: PLR0913, PLR0917 - what a gap is said to be
    first: int, last: int, node: CategoryNode, places: int, grammar: Grammar, faults: Faults
) -> None:
    low, high = _number(first, places), _number(last, places)
    gap = low if first == last else f"{low} to {high}"
    faults.add(
        Code.RANGE_GAP,
        *node.at(grammar),
        CATEGORIES,
        f"no category has the scores {gap}" if first != last else f"no category has the score {gap}",
        f"extend a neighbouring range, such as that of {_quoted(node)}; such an interview has no category",
    )


def _report_ties(  # noqa: PLR0913, PLR0917 - a pure function over all that decides a tie
    spans: Sequence[tuple[int, int, CategoryNode]],
    free: bool,
    grid: tuple[tuple[Decimal, Decimal], int, int],
    dimensions: Sequence[DimensionNode],
    grammar: Grammar,
    faults: Faults,
) -> None:
    """Report once for each category which earlier ones it can tie with.

    Where every dimension can have every score (``free``), all averages can be equal to any of them.
    """
    scale, precision, places = grid
    box: Box = []
    index_of: dict[str, int] = {}
    for position, (low, high, node) in enumerate(spans):
        rivals: list[tuple[int, int, CategoryNode]] = []
        for other_low, other_high, other in spans[:position]:
            if other_low > high or other_high < low or node.primary == other.primary:
                continue
            first, last = max(low, other_low), min(high, other_high)
            if not free:
                if not box:
                    box = _box(scale, dimensions)
                    index_of = {node.name: index for index, node in enumerate(dimensions)}
                tied = _tied(box, _balance(box, node, other, index_of), precision, 10**places)
                if max(first, tied[0]) > min(last, tied[1]):
                    continue
            rivals.append((first, last, other))
        if rivals:
            named = [_rival(*rival, places, grammar) for rival in rivals[:MAX_RIVALS]]
            if len(rivals) > MAX_RIVALS:
                named.append(f"{len(rivals) - MAX_RIVALS} more")
            faults.add(
                Code.POSSIBLE_TIE,
                *node.at(grammar),
                f"{node.item.where} / score_range",
                f"{_quoted(node)} shares scores with {', '.join(named)}; where the primary dimensions "
                "average the same, the first in the file wins",
                "put the category that should win first, or let the ranges not meet",
            )


def _rival(first: int, last: int, node: CategoryNode, places: int, grammar: Grammar) -> str:
    shared = (
        _number(first, places) if first == last else f"{_number(first, places)} to {_number(last, places)}"
    )
    return f"{_quoted(node)} (line {grammar.line_of(node.at(grammar)[0])}, {shared})"


def _balance(box: Box, one: CategoryNode, other: CategoryNode, index_of: dict[str, int]) -> list[Fraction]:
    """Return how much a point of each dimension moves the average of one category over the other's."""
    total = sum(weight for weight, _, _ in box)
    result = [Fraction(0)] * len(box)
    for node, sign in ((one, 1), (other, -1)):
        primary = node.model.primary_dimensions
        if primary:
            for name in primary:
                result[index_of[name]] += Fraction(sign, len(primary))
        else:
            for index, (weight, _, _) in enumerate(box):
                result[index] += sign * weight / total
    return result


def _tied(box: Box, balance: Sequence[Fraction], precision: int, unit: int) -> tuple[int, int]:
    """Return the lowest and highest matched score of an interview in which the two averages are equal.

    The scores that an interview can give form a box, overall and the difference of the averages are linear,
    so the extremes are found by giving up as little overall as possible for each point of difference. The
    first is the greater one when the averages are never equal.
    """
    lowest = _extreme([(w, low, high, b) for (w, low, high), b in zip(box, balance, strict=True)])
    # The highest is the lowest of the same box seen from its other end.
    highest = _extreme([(w, -high, -low, b) for (w, low, high), b in zip(box, balance, strict=True)])
    if lowest is None or highest is None:
        return 1, 0
    return _units(lowest, precision, unit), _units(-highest, precision, unit)


def _extreme(box: Sequence[tuple[Fraction, Fraction, Fraction, Fraction]]) -> Fraction | None:
    """Return the lowest weighted average at which ``sum(balance * score)`` is 0."""
    total = sum(weight for weight, _, _, _ in box)
    overall = sum((weight * low for weight, low, _, _ in box), Fraction(0)) / total
    balance = sum((b * low for _, low, _, b in box), Fraction(0))
    # Raise the scores that move the balance towards 0, those that cost least overall for it first.
    helpful = [(w / total / abs(b), abs(b) * (high - low)) for w, low, high, b in box if b * balance < 0]
    left = abs(balance)
    for cost, room in sorted(helpful):
        used = min(room, left)
        overall += used * cost
        left -= used
    return overall if left == 0 else None


@lru_cache(1024)
def _number(units: int, places: int) -> str:
    """Return a score that is given in units: hundredths, tenths or ones."""
    unit = 10**places
    return f"{units // unit}.{units % unit:0{places}}" if places else str(units)


def _span(low: Decimal, high: Decimal) -> str:
    return f"{low:f}" if low == high else f"{low:f} to {high:f}"


def _quoted(node: CategoryNode) -> str:
    return f'"{plain(node.name)}"'
