"""Where ties begin and end, compared with the corners of all interviews; and gaps after nested ranges."""

import itertools
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.py.compiler.specimen import check, edited

#: A dimension's weight and the lowest and highest mark of its rubric.
Box = tuple[tuple[str, str, str], ...]
BOXES: tuple[Box, ...] = (
    (("0.5", "1", "5"), ("0.5", "2", "4")),
    (("0.3", "1", "3"), ("0.7", "2.5", "5")),
    (("0.8", "1.5", "2"), ("0.2", "1", "4.5")),
    (("0.2", "1", "2"), ("0.3", "1", "5"), ("0.5", "3", "4")),
    (("0.1", "4", "5"), ("0.3", "3", "4.5"), ("0.6", "1", "3.6")),
    (("0.6", "2", "4"), ("0.1", "1", "2.2"), ("0.3", "3.7", "5")),
    (("0.25", "1", "2.5"), ("0.5", "2", "3"), ("0.25", "2.75", "4")),
    (("0.2", "1", "2"), ("0.2", "1.5", "3"), ("0.2", "2", "4"), ("0.4", "2.5", "3.5")),
    (("0.33", "1", "4"), ("0.33", "2", "3"), ("0.33", "1", "5")),
    # On the way to the highest score that ties, one dimension reaches its lowest mark.
    (("0.3", "2.5", "3.5"), ("0.2", "2.5", "5"), ("0.5", "2", "2.5")),
    (("0.2", "3", "4.5"), ("0.1", "2", "3.5"), ("0.2", "4.5", "5"), ("0.5", "1", "2")),
    (("0.3", "3.5", "5"), ("0.1", "4", "5"), ("0.2", "2", "3.5"), ("0.4", "3", "4")),
    (("0.3", "3", "4.5"), ("0.2", "4", "4.5"), ("0.1", "1.5", "2"), ("0.4", "2.5", "4.5")),
    (("0.7", "3", "5"), ("0.1", "1", "3.5"), ("0.1", "2", "3"), ("0.1", "4", "5")),
    (("0.6", "1", "5"), ("0.2", "1.5", "2.5"), ("0.2", "1.5", "3")),
)
PRIMARIES = ((), (0,), (1,), (0, 1))


def balance(box: Box, one: tuple[int, ...], other: tuple[int, ...]) -> list[Fraction]:
    """Return what each dimension adds to the average of one category over the other's."""
    total = sum(Fraction(weight) for weight, _, _ in box)

    def share(primary: tuple[int, ...], index: int) -> Fraction:
        if not primary:
            return Fraction(box[index][0]) / total
        return Fraction(1, len(primary)) if index in primary else Fraction(0)

    return [share(one, index) - share(other, index) for index in range(len(box))]


def tied(box: Box, moves: list[Fraction]) -> tuple[Fraction, Fraction] | None:
    """Return the lowest and highest overall score with equal averages: one is at an edge of the box.

    At an edge all scores but one are the lowest or highest of their dimension; the other follows from them.
    """
    total = sum(Fraction(weight) for weight, _, _ in box)
    found = []
    for free, move in enumerate(moves):
        bounds = [(Fraction(low), Fraction(high)) for _, low, high in box]
        for scores in map(list, itertools.product(*bounds)):
            rest = sum(
                (m * s for i, (m, s) in enumerate(zip(moves, scores, strict=True)) if i != free), Fraction(0)
            )
            if move:
                scores[free] = -rest / move
            elif rest:
                continue
            if bounds[free][0] <= scores[free] <= bounds[free][1]:
                weighted = [Fraction(w) * s for (w, _, _), s in zip(box, scores, strict=True)]
                found.append(sum(weighted, Fraction(0)) / total)
    return (min(found), max(found)) if found else None


def half_up(value: Fraction) -> Decimal:
    """Round to hundredths."""
    return (Decimal(int(value * 1000)) / 1000).quantize(Decimal("0.01"), "ROUND_HALF_UP")


def codes(
    box: Box, bounds: tuple[Decimal, Decimal], one: tuple[int, ...], other: tuple[int, ...]
) -> set[str]:
    """Return the diagnostics of two categories with this range."""
    text = "---\nname: x\n---\n## Dimensions\n"
    for index, (weight, low, high) in enumerate(box):
        text += f"### D{index}\n- weight: {weight}\n- description: x\n- scoring_rubric: [{low}-{high}: x]\n"
    text += "## Result Categories\n"
    for name, primary in (("C", one), ("E", other)):
        text += f"### {name}\n- score_range: [{bounds[0]}, {bounds[1]}]\n- description: x\n"
        text += f"- primary_dimensions: [{', '.join(f'D{index}' for index in primary)}]\n"
    return {d.code for d in check(text).diagnostics} - {"range-gap"}


@pytest.mark.parametrize("box", BOXES, ids=lambda box: f"{len(box)} dimensions, {box[0]}")
@pytest.mark.parametrize(("one", "other"), [*itertools.combinations(PRIMARIES, 2)])
def test_a_tie_is_possible_exactly_between_its_lowest_and_highest_score(
    box: Box, one: tuple[int, ...], other: tuple[int, ...]
) -> None:
    step = Decimal("0.01")
    expected = tied(box, balance(box, one, other))
    if expected is None:
        assert "possible-tie" not in codes(box, (Decimal("1.00"), Decimal("5.00")), one, other)
        return
    low, high = map(half_up, expected)
    for score, ties in ((low, True), (high, True), (low - step, False), (high + step, False)):
        said = codes(box, (score, score), one, other)
        assert said in (({"possible-tie"},) if ties else (set(), {"unreachable-range"}))


def file(categories: list[tuple[str, str]], dimensions: list[tuple[str, str]], scale: str = "[1, 5]") -> str:
    """Return a file: categories as range and primaries, dimensions as weight and rubric."""
    text = f"---\nname: x\nscale: {scale}\n---\n## Dimensions\n"
    for index, (weight, rubric) in enumerate(dimensions):
        text += f"### D{index}\n- weight: {weight}\n- description: x\n- scoring_rubric: [{rubric}]\n"
    text += "## Result Categories\n"
    for index, (bounds, primary) in enumerate(categories):
        text += (
            f"### C{index}\n- score_range: {bounds}\n- description: x\n- primary_dimensions: [{primary}]\n"
        )
    return text


def said(text: str) -> list[tuple[str, int, str]]:
    """Return code, line and the beginning of each message."""
    return [(d.code, d.line, d.message.partition(";")[0]) for d in check(text).diagnostics]


UNREACHABLE = "no complete interview reaches this range: overall scores are between"
HALVES = [("0.5", ""), ("0.5", "")]


@pytest.mark.parametrize(
    ("categories", "dimensions", "scale", "expected"),
    [
        # The averages are never equal, and the score 1 is shared.
        ([("[0, 5]", "D0"), ("[0, 5]", "D1")], [("0.1", "2-5: x"), ("0.9", "0-1: x")], "[0, 5]", []),
        # A rival that does not overlap the range does not end the search for others.
        (
            [("[1, 2]", "D0"), ("[3, 5]", "D0"), ("[4, 5]", "D1")],
            HALVES,
            "[1, 5]",
            [("possible-tie", 24, '"C2" shares scores with "C1" (line 20, 4 to 5)')],
        ),
        (
            [("[3, 5]", "D1"), ("[1, 4]", "D0"), ("[4, 5]", "D0, D1")],
            HALVES,
            "[1, 5]",
            [
                ("possible-tie", 20, '"C1" shares scores with "C0" (line 16, 3 to 4)'),
                ("possible-tie", 24, '"C2" shares scores with "C0" (line 16, 4 to 5), "C1" (line 20, 4)'),
            ],
        ),
        # The first can have at most 4 and the second at least 3, so 2.00 to 4.50 is reachable.
        (
            [("[1, 5]", "D0"), ("[1, 5]", "D1"), ("[1, 5]", "")],
            [("0.5", "1-4: x"), ("0.5", "3-5: x")],
            "[1, 5]",
            [
                ("possible-tie", 20, '"C1" shares scores with "C0" (line 16, 2 to 5)'),
                (
                    "possible-tie",
                    24,
                    '"C2" shares scores with "C0" (line 16, 2 to 5), "C1" (line 20, 2 to 5)',
                ),
            ],
        ),
        # A rival with which no tie is possible does not end the search for others.
        (
            [("[1, 5]", "D0"), ("[1, 5]", "D2"), ("[1, 5]", "D1")],
            [("0.4", "1-2: x"), ("0.3", "3-5: x"), ("0.3", "1-5: x")],
            "[1, 5]",
            [
                ("possible-tie", 24, '"C1" shares scores with "C0" (line 20, 2 to 4)'),
                ("possible-tie", 28, '"C2" shares scores with "C1" (line 24, 2 to 4)'),
            ],
        ),
        # An invalid range does not end the search for indistinguishable ones.
        (
            [("[1, 2]", ""), ("[x]", ""), ("[2, 3]", "")],
            HALVES,
            "[1, 5]",
            [
                ("invalid-range", 20, "`[x]` is not a range"),
                (
                    "ambiguous-categories",
                    24,
                    '"C2" and "C0" on line 16 share 2 and have the same primary dimensions',
                ),
            ],
        ),
        # A range inside another leaves no gap after it, whichever comes first.
        (
            [("[1, 5]", ""), ("[2, 3]", "D0")],
            HALVES,
            "[1, 5]",
            [("possible-tie", 20, '"C1" shares scores with "C0" (line 16, 2 to 3)')],
        ),
        (
            [("[1, 4]", ""), ("[2, 3]", "D0")],
            [("0.5", "1-1: x"), ("0.5", "1-5: x")],
            "[1, 5]",
            [],
        ),
        (
            [("[1, 1]", ""), ("[2, 2]", ""), ("[3, 3]", ""), ("[4, 4]", ""), ("[5, 5]", "")],
            HALVES,
            "[1, 5]",
            [],
        ),
        (
            [("[2, 2]", ""), ("[4, 4]", "")],
            HALVES,
            "[1, 5]",
            [
                ("range-gap", 16, "no category covers the score 1"),
                ("range-gap", 16, "no category covers the score 3"),
                ("range-gap", 20, "no category covers the score 5"),
            ],
        ),
        (
            [("[4.5, 5]", ""), ("[2.0, 2.1]", "")],
            HALVES,
            "[1, 5]",
            [
                ("range-gap", 20, "no category covers the scores 1.0 to 1.9"),
                ("range-gap", 20, "no category covers the scores 2.2 to 4.4"),
            ],
        ),
        # The lowest mark of a rubric limits the scores, and weights need not sum to 1 exactly.
        ([("[2, 5]", "")], [("1", "2-5: x")], "[1, 5]", []),
        ([("[1.5, 2.0]", "")], [("0.5", "1.5-2: x"), ("0.49", "1.5-2: x")], "[1, 5]", []),
        # Nothing can be scored above 4.
        (
            [("[1, 2]", ""), ("[4, 5]", "")],
            [("1", "1-4: x")],
            "[1, 5]",
            [("range-gap", 12, "no category covers the score 3")],
        ),
        (
            [("[1, 2]", ""), ("[5, 5]", "")],
            [("1", "1-4: x")],
            "[1, 5]",
            [
                ("range-gap", 12, "no category covers the scores 3 to 4"),
                (
                    "unreachable-range",
                    16,
                    f"{UNREACHABLE} 1 and 4, in steps of 1",
                ),
            ],
        ),
    ],
)
def test_gaps_and_ties(
    categories: list[tuple[str, str]],
    dimensions: list[tuple[str, str]],
    scale: str,
    expected: list[tuple[str, int, str]],
) -> None:
    assert said(file(categories, dimensions, scale)) == expected


def test_three_rivals_are_named_and_the_others_counted() -> None:
    for count, others in ((4, ""), (5, ", 1 more"), (6, ", 2 more"), (8, ", 4 more")):
        dimensions = [("0.125", "")] * 8
        text = file([("[1, 5]", f"D{index}") for index in range(count)], dimensions)
        code, _, message = said(text)[-1]
        assert code == "possible-tie"
        rivals = ", ".join(f'"C{index}" (line {40 + 4 * index}, 1 to 5)' for index in range(3))
        assert message == f'"C{count - 1}" shares scores with {rivals}{others}'


def test_the_first_category_with_the_same_dimensions_is_the_one_that_is_named() -> None:
    categories = [("[1, 2]", "D0"), ("[2, 3]", ""), ("[2, 3]", "D0"), ("[1.5, 2.5]", "D0")]
    found = said(file(categories, HALVES))
    assert found == [
        ("ambiguous-categories", 24, '"C2" and "C0" on line 16 share 2 and have the same primary dimensions'),
        (
            "ambiguous-categories",
            28,
            '"C3" and "C0" on line 16 share 1.5 to 2 and have the same primary dimensions',
        ),
    ]


def test_a_score_that_two_ranges_share_is_named_once_however_it_is_written() -> None:
    (found,) = said(file([("[1, 2.0]", ""), ("[2, 3]", "")], HALVES))
    assert found[2] == '"C1" and "C0" on line 16 share 2 and have the same primary dimensions'


def test_gaps_are_reported_beside_errors_that_do_not_change_them() -> None:
    """Fixing the last error must not reveal another one."""
    gap = ("[1.0, 2.9]", "[1.0, 2.5]")
    text = edited(gap, ("- Vision: Where", "- Visoin: Where"))
    first, second = check(text).diagnostics
    assert (first.code, second.code) == ("range-gap", "unknown-dimension")
    assert second.fix is not None
    # Where it is not known which scores occur, or what takes them, nothing is said about gaps.
    for edit in (("- weight: 0.4", "- weight: 0.3"), ("  - 1-2:", "  - x:"), ("[3.0, 5.0]", "[3.0, 7.0]")):
        assert "range-gap" not in [d.code for d in check(edited(gap, edit)).diagnostics]
