"""Which overall scores are possible: gaps, unreachable ranges, ties; also compared with interviews one by
one.
"""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.py.compiler.specimen import check
from tests.py.harness.examples import examples
from worker.scoring import CategoryRule, DimensionRule, ScoringRules, score

Category = tuple[str, str]


def source(
    categories: list[Category],
    dimensions: list[tuple[str, str]] | None = None,
    scale: str = "[1, 5]",
) -> str:
    """Return a file: categories as range and primaries, dimensions as weight and rubric."""
    if dimensions is None:
        dimensions = [("1", "")]
    text = f"---\nname: x\nscale: {scale}\n---\n## Dimensions\n"
    for index, (weight, rubric) in enumerate(dimensions):
        entries = "".join(f"  - {part}: text\n" for part in rubric.split())
        text += f"### D{index}\n- weight: {weight}\n- description: x\n- scoring_rubric:\n{entries}"
    text += "## Result Categories\n"
    for index, (bounds, primary) in enumerate(categories):
        text += (
            f"### C{index}\n- score_range: {bounds}\n- description: x\n- primary_dimensions: [{primary}]\n"
        )
    return text


def messages(text: str) -> list[str]:
    """Return the diagnostics, all of which must be warnings about the ranges."""
    compilation = check(text)
    assert compilation.valid
    return [f"{d.code} {d.line}: {d.message}" for d in compilation.diagnostics]


GAP = "no category covers the scores"


@pytest.mark.parametrize(
    ("categories", "said"),
    [
        ([("[1.0, 3.9]", ""), ("[4.0, 5.0]", "")], []),
        ([("[1, 3]", ""), ("[4, 5]", "")], []),
        ([("[1, 3.0]", ""), ("[4.5, 5]", "")], ["range-gap 12: no category covers the scores 3.1 to 4.4"]),
        ([("[4.5, 5]", ""), ("[1, 3.0]", "")], ["range-gap 16: no category covers the scores 3.1 to 4.4"]),
        ([("[1.0, 3.0]", ""), ("[4, 5]", "")], ["range-gap 12: no category covers the scores 3.1 to 3.9"]),
        ([("[1.00, 2.98]", ""), ("[3, 5]", "")], ["range-gap 12: no category covers the score 2.99"]),
        (
            [("[2, 4]", "")],
            ["range-gap 12: no category covers the score 1", "range-gap 12: no category covers the score 5"],
        ),
        ([("[2.0, 4]", "")], [f"range-gap 12: {GAP} 1.0 to 1.9", f"range-gap 12: {GAP} 4.1 to 5.0"]),
        ([("[1, 2.9891]", ""), ("[2.9899, 5]", "")], []),
        ([("[1, 2.9801]", ""), ("[2.9999, 5]", "")], ["range-gap 12: no category covers the score 2.99"]),
    ],
)
def test_gaps_are_seen_at_the_precision_of_the_ranges(categories: list[Category], said: list[str]) -> None:
    assert messages(source(categories)) == said


@pytest.mark.parametrize(
    ("categories", "dimensions", "said"),
    [
        (
            [("[1.0, 3.4]", ""), ("[3.5, 5]", "")],
            [("0.8", "1 2 3"), ("0.2", "")],
            [
                (
                    "unreachable-range 23: no complete interview reaches this range: overall "
                    "scores are between 1.0 and 3.4, in steps of 0.1"
                )
            ],
        ),
        ([("[1.0, 3.4]", "")], [("0.8", "1-2 3"), ("0.2", "")], []),
        (
            [("[1.0, 3.3]", "")],
            [("0.8", "1-2 3"), ("0.2", "")],
            ["range-gap 18: no category covers the score 3.4"],
        ),
        ([("[1, 3]", "")], [("0.8", "1-2 3"), ("0.2", "")], []),
        ([("[2.0, 4.5]", "")], [("0.5", "2-3 4"), ("0.5", "2-5")], []),
        (
            [("[2.0, 4.4]", "")],
            [("0.5", "2-3 4"), ("0.5", "2-5")],
            ["range-gap 19: no category covers the score 4.5"],
        ),
        (
            [("[4.001, 4.009]", ""), ("[1, 5]", "D0")],
            [("1", "")],
            [
                (
                    "unreachable-range 12: no complete interview reaches this range: overall "
                    "scores are between 1.00 and 5.00, in steps of 0.01"
                )
            ],
        ),
        ([("[1.0, 2.3]", "")], [("1", "1-2.34")], []),
        ([("[1.0, 2.3]", "")], [("1", "1-2.345")], ["range-gap 13: no category covers the score 2.4"]),
        ([("[1.0, 2.3]", "")], [("1", "1-2.3449")], []),
        ([("[1.0, 2.0]", "")], [("0.99", "1-2"), ("0.01", "1-2")], []),
        ([("[1.0, 2.0]", "")], [("0.5", "1-2"), ("0.49", "1-2")], []),
    ],
)
def test_rubrics_and_weights_limit_the_scores(
    categories: list[Category], dimensions: list[tuple[str, str]], said: list[str]
) -> None:
    assert messages(source(categories, dimensions)) == said


def test_the_scale_is_rounded_like_a_score() -> None:
    assert messages(source([("[1, 5]", "")], scale="[0.6, 5.4]")) == []
    found = messages(source([("[1, 5]", "")], scale="[0.49, 5.5]"))
    assert found == [
        "range-gap 12: no category covers the score 0",
        "range-gap 12: no category covers the score 6",
    ]
    found = messages(source([("[1, 5]", "")], scale="[0.495, 5.494]"))
    assert found == []


@pytest.mark.parametrize(
    ("categories", "dimensions", "ties"),
    [
        ([("[1, 5]", "D0"), ("[1, 5]", "D1")], [("0.5", ""), ("0.5", "")], True),
        ([("[1, 3]", "D0"), ("[3, 5]", "D1")], [("0.5", ""), ("0.5", "")], True),
        ([("[1, 2]", "D0"), ("[3, 5]", "D1")], [("0.5", ""), ("0.5", "")], False),
        # D0 is always above D1
        ([("[1, 5]", "D0"), ("[1, 5]", "D1")], [("0.5", "4-5"), ("0.5", "1-3")], False),
        ([("[1, 5]", "D0"), ("[1, 5]", "D1")], [("0.5", "1-3"), ("0.5", "4-5")], False),
        # the averages are equal at 3 only, where the overall score is 3
        ([("[1, 5]", "D0"), ("[1, 5]", "D1")], [("0.5", "3-5"), ("0.5", "1-3")], True),
        # above 3 the first is always higher, and below the second
        ([("[3.1, 4.0]", "D0"), ("[3.1, 4.0]", "D1")], [("0.5", "3-5"), ("0.5", "1-3")], False),
        # the same seen from the other end of the scale
        (
            [("[2.5, 5.0]", "D0, D1"), ("[2.5, 5.0]", "D2")],
            [("0.1", "1-2"), ("0.1", "1-3"), ("0.8", "2.4-5")],
            True,
        ),
        (
            [("[2.6, 5.0]", "D0, D1"), ("[2.6, 5.0]", "D2")],
            [("0.1", "1-2"), ("0.1", "1-3"), ("0.8", "2.4-5")],
            False,
        ),
        # D2 pulls the overall score below the point where the other two could be equal
        ([("[1.0, 1.9]", "D0"), ("[1.0, 1.9]", "D1")], [("0.1", "4-5"), ("0.1", "4-5"), ("0.8", "1")], True),
        ([("[1.0, 1.5]", "D0"), ("[1.0, 1.5]", "D1")], [("0.1", "4-5"), ("0.1", "4-5"), ("0.8", "1")], False),
        (
            [("[1.0, 1.9]", "D0, D1"), ("[1.0, 1.9]", "D2")],
            [("0.1", "4-5"), ("0.1", "4-5"), ("0.8", "1-3")],
            False,
        ),
        (
            [("[1.0, 4.0]", "D0, D1"), ("[1.0, 4.0]", "D2")],
            [("0.1", "4-5"), ("0.1", "3-5"), ("0.8", "1-3.6")],
            True,
        ),
        (
            [("[1.0, 3.5]", "D0, D1"), ("[1.0, 3.5]", "D2")],
            [("0.1", "4-5"), ("0.1", "3-5"), ("0.8", "1-3.6")],
            True,
        ),
        (
            [("[1.0, 3.4]", "D0, D1"), ("[1.0, 3.4]", "D2")],
            [("0.1", "4-5"), ("0.1", "3-5"), ("0.8", "1-3.6")],
            False,
        ),
        ([("[1, 5]", ""), ("[1, 5]", "D0")], [("0.5", "1"), ("0.5", "2-5")], False),
    ],
)
def test_ties_are_reported_where_an_interview_can_have_one(
    categories: list[Category], dimensions: list[tuple[str, str]], ties: bool
) -> None:
    found = [m for m in messages(source(categories, dimensions)) if m.startswith("possible-tie")]
    assert bool(found) == ties


def test_a_tie_names_its_rivals() -> None:
    text = source([("[1.0, 5.0]", f"D{n}") for n in range(5)], [("0.2", "")] * 5)
    last = check(text).diagnostics[-1]
    assert last.message.startswith(
        '"C4" shares scores with "C0" (line 28, 1.0 to 5.0), "C1" (line 32, 1.0 to 5.0), "C2" (line 36'
    )
    assert ", 1 more; if their primary dimensions have equal averages" in last.message


@st.composite
def small_files(draw: st.DrawFn) -> tuple[list[tuple[int, int, list[int]]], list[tuple[str, int, int]]]:
    """Categories (bounds, primary dimensions) and dimensions (weight, lowest and highest mark)."""
    count = draw(st.integers(1, 3))
    weights = {1: ["1"], 2: ["0.7", "0.3"], 3: ["0.5", "0.3", "0.2"]}[count]
    marks = [sorted([draw(st.integers(1, 4)), draw(st.integers(1, 4))]) for _ in range(count)]
    dimensions = [(w, low, high) for w, (low, high) in zip(weights, marks, strict=True)]
    categories: list[tuple[int, int, list[int]]] = []
    for _ in range(draw(st.integers(1, 3))):
        low, high = sorted([draw(st.integers(1, 4)), draw(st.integers(1, 4))])
        primary = draw(st.lists(st.integers(0, count - 1), unique=True, max_size=2))
        if all(set(primary) != set(p) or high < a or b < low for a, b, p in categories):
            categories.append((low, high, primary))
    return categories, dimensions


@settings(max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(small_files())
def test_what_is_reported_agrees_with_interviews_tried_one_by_one(
    case: tuple[list[tuple[int, int, list[int]]], list[tuple[str, int, int]]],
) -> None:
    categories, dimensions = case
    text = source(
        [(f"[{a}, {b}]", ", ".join(f"D{p}" for p in primary)) for a, b, primary in categories],
        [(weight, f"{low}-{high}") for weight, low, high in dimensions],
        "[1, 4]",
    )
    rules = ScoringRules(
        tuple(DimensionRule(f"D{i}", Decimal(w)) for i, (w, _, _) in enumerate(dimensions)),
        tuple(
            CategoryRule(f"C{i}", (Decimal(a), Decimal(b)), tuple(f"D{p}" for p in primary))
            for i, (a, b, primary) in enumerate(categories)
        ),
        (Decimal(1), Decimal(4)),
    )
    steps = [
        [Decimal(low) + Decimal(n) / 4 for n in range((high - low) * 4 + 1)] for _, low, high in dimensions
    ]
    unmatched, reached, tied = set(), set(), False
    for scores in product(*steps):
        given_scores = {f"D{i}": value for i, value in enumerate(scores)}
        outcome = score(rules, given_scores)
        matched = outcome.overall.quantize(Decimal(1), "ROUND_HALF_UP")
        inside = [i for i, (a, b, _) in enumerate(categories) if a <= matched <= b]
        reached |= set(inside)
        if not inside:
            unmatched.add(matched)
        averages = [
            sum((scores[p] for p in categories[i][2]), Decimal(0)) / len(categories[i][2])
            if categories[i][2]
            else outcome.overall
            for i in inside
        ]
        tied = tied or len(set(averages)) < len(averages)
    found = check(text).diagnostics
    assert {c.code for c in found} <= {"range-gap", "unreachable-range", "possible-tie"}
    # If no range can be reached at all, that is reported.
    assert bool(unmatched and reached) == any(d.code == "range-gap" for d in found)
    unreachable = {d.section.split(" / ")[1] for d in found if d.code == "unreachable-range"}
    assert unreachable == {f"C{i}" for i in range(len(categories)) if i not in reached}
    if tied:
        assert any(d.code == "possible-tie" for d in found)


def test_overlapping_categories_must_differ_in_their_primary_dimensions() -> None:
    text = source([("[1, 3]", "D0, D1"), ("[3, 5]", "d1, d0"), ("[2, 5]", "D0")], [("0.5", ""), ("0.5", "")])
    found = check(text).diagnostics
    assert [(d.code, d.line) for d in found] == [("ambiguous-categories", 20)]
    assert found[0].message == '"C1" and "C0" on line 16 share 3 and have the same primary dimensions'
    text = source([("[1, 3]", "D9"), ("[3, 5]", "D9")])
    assert [d.code for d in check(text).diagnostics] == ["unknown-dimension", "unknown-dimension"]
