"""docs/scoring-vectors.json, which tests that the worker and the database score alike.

The first part was computed by hand: each case describes what it shows and has its expected result here. The
second part is generated from a fixed seed. Its expected results come from ``expected`` below, which
implements the rule differently from both implementations: with whole numbers and fractions, and without a
rounding function.
"""

import json
import random
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

TARGET = Path("docs/scoring-vectors.json")
SEED = 20260107
BY_CHANCE = 60

#: name, weight / name, low, high, primary dimensions. All numbers are strings, because their decimal places
#: matter.
Dimensions = Sequence[tuple[str, str]]
Categories = Sequence[tuple[str, str | None, str | None, Sequence[str]]]
Case = tuple[str, Dimensions, Categories, dict[str, str], str, str | None, list[str]]

ONE: Dimensions = [("Vision", "1")]
TWO: Dimensions = [("Vision", "0.5"), ("Trust", "0.5")]
THREE: Dimensions = [("Vision", "0.5"), ("Trust", "0.3"), ("Drive", "0.2")]
THIRDS: Dimensions = [("Vision", "0.333333"), ("Trust", "0.333333"), ("Drive", "0.333333")]
LOW_HIGH: Categories = [("Low", "1.0", "2.9", []), ("High", "3.0", "5.0", [])]
#: Ranges of the widest scale.
WIDE: Categories = [("Low", "0", "49.9", []), ("High", "50.0", "100", [])]
RIVALS: Categories = [("Seer", "1.0", "5.0", ["Vision"]), ("Friend", "1.0", "5.0", ["Trust"])]

BY_HAND: list[Case] = [
    ("one dimension", ONE, LOW_HIGH, {"Vision": "4"}, "4.00", "High", []),
    ("weights count", THREE, LOW_HIGH, {"Vision": "4", "Trust": "3", "Drive": "5"}, "3.90", "High", []),
    (
        "a dimension that was not scored is left out of the sum of the weights",
        THREE,
        LOW_HIGH,
        {"Vision": "4", "Drive": "2"},
        "3.43",
        "High",
        ["Trust"],
    ),
    (
        "only the last dimension was scored",
        THREE,
        LOW_HIGH,
        {"Drive": "2.25"},
        "2.25",
        "Low",
        ["Vision", "Trust"],
    ),
    ("names ignore upper and lower case", TWO, RIVALS, {"VISION": "2", "trust": "4"}, "3.00", "Friend", []),
    (
        "white space at the ends of names is not part of them",
        [("Vision ", "0.5"), ("\u2003Trust", "0.5")],
        [("Seer", "1.0", "5.0", ["Vision"]), ("Friend", "1.0", "5.0", ["trust\u00a0"])],
        {" vision": "2", "Trust": "4"},
        "3.00",
        "Friend",
        [],
    ),
    (
        "a primary dimension that is named twice counts once",
        [("Vision", "0.5"), ("Trust", "0.5")],
        [
            ("Friend", "1.0", "5.0", []),
            ("Twice", "1.0", "5.0", ["Vision", "Trust", "VISION", "Vision"]),
        ],
        {"Vision": "5", "Trust": "3.5"},
        "4.25",
        "Friend",
        [],
    ),
    (
        "a name is told as the definition spells it",
        [("Vision ", "0.5"), ("Trust", "0.5")],
        [("Seer", "1.0", "5.0", ["Vision"])],
        {"trust": "4"},
        "4.00",
        "Seer",
        ["Vision "],
    ),
    (
        "weights that sum to 0.999999 divide by that sum",
        THIRDS,
        LOW_HIGH,
        {"Vision": "3", "Trust": "3", "Drive": "3"},
        "3.00",
        "High",
        [],
    ),
    (
        "weights that sum to 1.01 divide by that sum",
        [("Vision", "0.51"), ("Trust", "0.5")],
        LOW_HIGH,
        {"Vision": "5", "Trust": "5"},
        "5.00",
        "High",
        [],
    ),
    (
        "a half of a hundredth goes up: 2.945 is 2.95, and that is 3.0",
        ONE,
        LOW_HIGH,
        {"Vision": "2.945"},
        "2.95",
        "High",
        [],
    ),
    (
        "just under a half goes down: 2.9449 is 2.94, and that is 2.9",
        ONE,
        LOW_HIGH,
        {"Vision": "2.9449"},
        "2.94",
        "Low",
        [],
    ),
    (
        "a half of a hundredth from weights: 2.125 is 2.13",
        TWO,
        LOW_HIGH,
        {"Vision": "2.25", "Trust": "2"},
        "2.13",
        "Low",
        [],
    ),
    ("2.675 is 2.68, which no binary fraction gives", ONE, LOW_HIGH, {"Vision": "2.675"}, "2.68", "Low", []),
    ("1.005 is 1.01", ONE, LOW_HIGH, {"Vision": "1.005"}, "1.01", "Low", []),
    (
        "a third has no end: 3.333... is 3.33",
        THIRDS,
        LOW_HIGH,
        {"Vision": "3", "Trust": "3", "Drive": "4"},
        "3.33",
        "High",
        [],
    ),
    ("2.94 matched to one place is 2.9", ONE, LOW_HIGH, {"Vision": "2.94"}, "2.94", "Low", []),
    ("2.95 matched to one place is 3.0", ONE, LOW_HIGH, {"Vision": "2.95"}, "2.95", "High", []),
    (
        "whole ranges: 2.49 is 2",
        ONE,
        [("A", "1", "2", []), ("B", "3", "5", [])],
        {"Vision": "2.49"},
        "2.49",
        "A",
        [],
    ),
    (
        "whole ranges: 2.5 is 3",
        ONE,
        [("A", "1", "2", []), ("B", "3", "5", [])],
        {"Vision": "2.5"},
        "2.50",
        "B",
        [],
    ),
    (
        "zeros count: with 2.0 instead of 2 there is a gap",
        ONE,
        [("A", "1.0", "2.0", []), ("B", "3.0", "5.0", [])],
        {"Vision": "2.5"},
        "2.50",
        None,
        [],
    ),
    (
        "one range with places sets the precision of all",
        ONE,
        [("A", "1", "2", []), ("B", "3.0", "5", [])],
        {"Vision": "2.4"},
        "2.40",
        None,
        [],
    ),
    (
        "two places: 2.99 is in no range",
        ONE,
        [("A", "1", "2.98", []), ("B", "3.00", "5", [])],
        {"Vision": "2.99"},
        "2.99",
        None,
        [],
    ),
    (
        "three places of a range do not make the score finer",
        ONE,
        [("A", "1.000", "2.989", []), ("B", "2.990", "5", [])],
        {"Vision": "2.9894"},
        "2.99",
        "B",
        [],
    ),
    ("a gap", ONE, [("A", "1", "3.0", []), ("B", "4.5", "5", [])], {"Vision": "3.7"}, "3.70", None, []),
    ("the lower edge belongs to a range", ONE, LOW_HIGH, {"Vision": "3"}, "3.00", "High", []),
    ("the upper edge belongs to a range", ONE, LOW_HIGH, {"Vision": "2.9"}, "2.90", "Low", []),
    ("the ends of the scale", ONE, LOW_HIGH, {"Vision": "5"}, "5.00", "High", []),
    ("the top of the widest scale", ONE, WIDE, {"Vision": "99.995"}, "100.00", "High", []),
    ("a half goes up on the widest scale", ONE, WIDE, {"Vision": "49.95"}, "49.95", "High", []),
    ("the bottom of the widest scale", ONE, WIDE, {"Vision": "0"}, "0.00", "Low", []),
    ("no category at all", ONE, [], {"Vision": "3"}, "3.00", None, []),
    (
        "a category without a range is never matched",
        ONE,
        [("A", None, None, []), ("B", "1", "5", [])],
        {"Vision": "3"},
        "3.00",
        "B",
        [],
    ),
    ("the higher primary dimension wins", TWO, RIVALS, {"Vision": "2", "Trust": "4"}, "3.00", "Friend", []),
    (
        "of equals the first in the source wins",
        TWO,
        RIVALS,
        {"Vision": "3", "Trust": "3"},
        "3.00",
        "Seer",
        [],
    ),
    (
        "primary dimensions are averaged",
        THREE,
        [("Both", "1", "5", ["Vision", "Trust"]), ("Drive", "1", "5", ["Drive"])],
        {"Vision": "5", "Trust": "2", "Drive": "3.5"},
        "3.80",
        "Both",
        [],
    ),
    (
        "averages are compared exactly: 10/3 is more than 3.333",
        [("A", "0.25"), ("B", "0.25"), ("C", "0.25"), ("D", "0.25")],
        [("One", "1", "5", ["D"]), ("Three", "1", "5", ["A", "B", "C"])],
        {"A": "3", "B": "3", "C": "4", "D": "3.333"},
        "3.33",
        "Three",
        [],
    ),
    (
        "averages are compared exactly: 10/3 is less than 3.334",
        [("A", "0.25"), ("B", "0.25"), ("C", "0.25"), ("D", "0.25")],
        [("Three", "1", "5", ["A", "B", "C"]), ("One", "1", "5", ["D"])],
        {"A": "3", "B": "3", "C": "4", "D": "3.334"},
        "3.33",
        "One",
        [],
    ),
    (
        "primary dimensions that were not scored do not count",
        THREE,
        [("Pair", "1", "5", ["Vision", "Drive"]), ("Trust", "1", "5", ["Trust"])],
        {"Vision": "4", "Trust": "3.5"},
        "3.81",
        "Pair",
        ["Drive"],
    ),
    (
        "a category with no scored primary dimension loses to one that has some",
        THREE,
        [("Drive", "1", "5", ["Drive"]), ("Vision", "1", "5", ["Vision"])],
        {"Vision": "4", "Trust": "3"},
        "3.63",
        "Vision",
        ["Drive"],
    ),
    (
        "a category with no scored primary dimension loses where the overall score is higher, too",
        THREE,
        [("Drive", "1", "5", ["Drive"]), ("Trust", "1", "5", ["Trust"])],
        {"Vision": "4", "Trust": "3"},
        "3.63",
        "Trust",
        ["Drive"],
    ),
    (
        "a category with no scored primary dimension loses to one that names none",
        THREE,
        [("Drive", "1", "5", ["Drive"]), ("All", "1", "5", [])],
        {"Vision": "4", "Trust": "3"},
        "3.63",
        "All",
        ["Drive"],
    ),
    (
        "a category with no scored primary dimension is taken where no other fits",
        THREE,
        [("Vision", "1", "3", ["Vision"]), ("Drive", "1", "5", ["Drive"])],
        {"Vision": "4", "Trust": "3"},
        "3.63",
        "Drive",
        ["Drive"],
    ),
    (
        "of categories with no scored primary dimension the first in the source is taken",
        THREE,
        [("Both", "1", "5", ["Drive", "Trust"]), ("Drive", "1", "5", ["Drive"])],
        {"Vision": "4"},
        "4.00",
        "Both",
        ["Trust", "Drive"],
    ),
    (
        "no primary dimensions count as the rounded overall score",
        THIRDS,
        [("All", "1", "5", []), ("Named", "1", "5", ["Vision", "Trust", "Drive"])],
        {"Vision": "3", "Trust": "3", "Drive": "4"},
        "3.33",
        "Named",
        [],
    ),
    (
        "no primary dimensions count as the rounded overall score, rounded up",
        THIRDS,
        [("Named", "1", "5", ["Vision", "Trust", "Drive"]), ("All", "1", "5", [])],
        {"Vision": "4", "Trust": "3", "Drive": "4"},
        "3.67",
        "All",
        [],
    ),
    (
        "only ranges that contain the score are compared",
        TWO,
        [("High", "4", "5", ["Vision"]), ("Mid", "2", "3", ["Trust"])],
        {"Vision": "5", "Trust": "1"},
        "3.00",
        "Mid",
        [],
    ),
    (
        "scores with many decimal places",
        TWO,
        LOW_HIGH,
        {"Vision": "2.94999999999999999999", "Trust": "2.95000000000000000000"},
        "2.95",
        "High",
        [],
    ),
    (
        "scores just under a half, with many decimal places",
        ONE,
        LOW_HIGH,
        {"Vision": "2.94499999999999999999"},
        "2.94",
        "Low",
        [],
    ),
]


def expected(
    dimensions: Dimensions, categories: Categories, scores: dict[str, str]
) -> tuple[str, str | None, list[str]]:
    """Return the overall score, the category and the uncovered dimensions by the rule."""
    scored = [(Fraction(weight), Fraction(scores[name])) for name, weight in dimensions if name in scores]
    mean = sum(weight * value for weight, value in scored) / sum(weight for weight, _ in scored)
    # Half up: the largest whole number of hundredths that is at most half a hundredth above the mean.
    hundredths = 0
    while Fraction(2 * (hundredths + 1) - 1, 200) <= mean:
        hundredths += 1
    overall = Fraction(hundredths, 100)
    places = max(
        [len(b.partition(".")[2]) for _, *bounds, _ in categories for b in bounds if isinstance(b, str)] + [0]
    )
    matched = overall
    if places == 0:
        matched = Fraction((hundredths + 50) // 100)
    elif places == 1:
        matched = Fraction((hundredths + 5) // 10, 10)
    inside = [
        (
            sum((Fraction(scores[p]) for p in set(primary) if p in scores), Fraction(0)),
            [p for p in set(primary) if p in scores],
            primary,
            name,
        )
        for name, low, high, primary in categories
        if low is not None and high is not None and Fraction(low) <= matched <= Fraction(high)
    ]
    # A category whose primary dimensions were all unscored ranks below every other.
    ranked = [
        ((bool(found) or not primary, total / len(found) if found else overall), name)
        for total, found, primary, name in inside
    ]
    best = max((rank for rank, _ in ranked), default=None)
    category = next((name for rank, name in ranked if rank == best), None)
    uncovered = [name for name, _ in dimensions if name not in scores]
    return f"{hundredths // 100}.{hundredths % 100:02d}", category, uncovered


def _by_chance() -> list[Case]:
    chance = random.Random(SEED)
    cases: list[Case] = []
    for number in range(BY_CHANCE):
        count = chance.choice([1, 2, 3, 5, 20])
        names = [f"D{index}" for index in range(1, count + 1)]
        parts = [chance.randint(1, 9) for _ in names]
        weights = [str((Decimal(part) / sum(parts)).quantize(Decimal("0.0001"))) for part in parts]
        dimensions = list(zip(names, weights, strict=True))
        places = chance.choice([0, 1, 2])
        categories: list[tuple[str, str | None, str | None, list[str]]] = []
        for index in range(chance.randint(1, 6)):
            low, high = sorted(
                Decimal(chance.randint(10**places, 5 * 10**places)).scaleb(-places) for _ in "ab"
            )
            categories.append(
                (f"C{index}", str(low), str(high), chance.sample(names, chance.randint(0, count)))
            )
        score_places = chance.choice([0, 1, 2, 3])
        scored = chance.sample(names, max(1, count - chance.randint(0, 2)))
        unit = 10**score_places
        scores = {
            n: str(Decimal(chance.randint(unit, 5 * unit)).scaleb(-score_places))
            for n in names
            if n in scored
        }
        cases.append(
            (
                f"by chance {number + 1}",
                dimensions,
                categories,
                scores,
                *expected(dimensions, categories, scores),
            )
        )
    return cases


def generate() -> str:
    """Return the file: JSON with one vector per line. Numbers are written as above."""
    lines = [_vector(case) for case in [*BY_HAND, *_by_chance()]]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _vector(case: Case) -> str:
    what, dimensions, categories, scores, overall, category, uncovered = case
    listed = ", ".join(f'{{"name": "{n}", "weight": {w}, "description": "x"}}' for n, w in dimensions)
    results = ", ".join(
        f'{{"name": "{name}", '
        + (f'"scoreRange": [{low}, {high}], ' if low is not None else "")
        + f'"primaryDimensions": {json.dumps(list(primary))}, "description": "x"}}'
        for name, low, high, primary in categories
    )
    given = ", ".join(f'"{name}": {value}' for name, value in scores.items())
    scale = '"metadata": {"scale": [0, 100]}, ' if categories is WIDE else ""
    return (
        f'{{"what": {json.dumps(what)}, '
        f'"definition": {{{scale}"dimensions": [{listed}], "resultCategories": [{results}]}}, '
        f'"scores": {{{given}}}, "overall": "{overall}", "category": {json.dumps(category)}, '
        f'"uncovered": {json.dumps(uncovered)}}}'
    )
