"""How results shift if a score counts only with a quote, and low scores are harder to quote.

``python -m tools.evidence_bias`` prints the table of docs/evidence.md. Nothing is random: it adds the probabilities of
all interviews of five dimensions with equal weights, whose true scores are 1 to 5, each equally likely.
"""

import sys
from collections import defaultdict
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from worker.definition import REQUIRED_COVERAGE

DIMENSIONS: Final = 5
SCORES: Final = (1, 2, 3, 4, 5)
#: By rubric, of 100 answers with each score, how many have a quote. These are assumptions, not measurements.
QUOTABLE: Final[Mapping[str, tuple[int, ...]]] = {
    "every band says what can be heard": (90, 90, 90, 90, 90),
    "the lowest band says what is missing": (40, 90, 90, 90, 90),
    "the two lowest bands do": (20, 50, 90, 90, 90),
    "the two lowest bands do, and hardly anybody says it": (5, 20, 90, 90, 90),
}


class Shift(NamedTuple):
    """What is shown of interviews whose true overall score is 3 on average.

    ``overall``: the average of the overall scores that are shown. ``raised``: of the people whose true overall score is
    below 3 and who get one, the share that is shown 3 or more. ``without``: the share without an overall score.
    """

    overall: Fraction
    raised: Fraction
    without: Fraction


def shift(quotable: tuple[int, ...]) -> Shift:
    """Return how results shift where of 100 answers with each score so many have a quote."""
    # The probability of each sum of true scores, count of scored dimensions and sum of their scores.
    chances: Mapping[tuple[int, int, int], Fraction] = {(0, 0, 0): Fraction(1)}
    for _ in range(DIMENSIONS):
        following: defaultdict[tuple[int, int, int], Fraction] = defaultdict(Fraction)
        for (true, count, total), chance in chances.items():
            for score, percent in zip(SCORES, quotable, strict=True):
                found = Fraction(percent, 100)
                each = chance / len(SCORES)
                following[true + score, count + 1, total + score] += each * found
                following[true + score, count, total] += each * (1 - found)
        chances = following
    shown = {key: chance for key, chance in chances.items() if key[1] >= REQUIRED_COVERAGE * DIMENSIONS}
    all_shown = sum(shown.values(), Fraction(0))
    low = {key: chance for key, chance in shown.items() if key[0] < 3 * DIMENSIONS}
    raised = sum((chance for (_, count, total), chance in low.items() if total >= 3 * count), Fraction(0))
    overall = sum(
        (chance * Fraction(total, count) for (_, count, total), chance in shown.items()), Fraction(0)
    )
    return Shift(overall / all_shown, raised / sum(low.values(), Fraction(0)), 1 - all_shown)


def table() -> str:
    """Return the table in Markdown."""
    head = (
        "| rubric | of 100 answers with score 1, 2, 3 to 5, quotable | average of the overall scores (true: 3.00) "
        "| shown as 3 or more although below 3 | no overall score |"
    )
    rows = [head, "| --- | --- | --- | --- | --- |"]
    for name, quotable in QUOTABLE.items():
        found = shift(quotable)
        first, second, third, *_ = quotable
        rows.append(
            f"| {name} | {first}, {second}, {third} | {_rounded(found.overall, 2)} "
            f"| {_rounded(found.raised * 100, 1)} % | {_rounded(found.without * 100, 1)} % |"
        )
    return "\n".join(rows) + "\n"


def _rounded(number: Fraction, places: int) -> Decimal:
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


if __name__ == "__main__":
    sys.stdout.write(table())
