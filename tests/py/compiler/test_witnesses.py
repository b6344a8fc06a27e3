"""A witness is right by the scoring rule, and without one no scores differ."""

import time
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.py.harness.examples import examples
from worker.compiler.coverage import Reach
from worker.polytope import Condition, solution
from worker.scoring import CategoryRule, DimensionRule, ScoringRules, score
from worker.witness import Search, find_witness

D = Decimal
KEYS = ("a", "b", "c")
BOUNDS = st.sampled_from(
    [D("1"), D("1.0"), D("1.4"), D("1.5"), D("2"), D("2.25"), D("2.5"), D("2.6"), D("3")]
)


@st.composite
def scorings(draw: st.DrawFn) -> ScoringRules:
    weights = [D(draw(st.integers(1, 5))) / 10 for _ in KEYS]
    categories = []
    for name in "vwxyz"[: draw(st.integers(1, 5))]:
        low, high = sorted((draw(BOUNDS), draw(BOUNDS)))
        primaries = tuple(draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=3)))
        categories.append(CategoryRule(name, (low, high), primaries))
    return ScoringRules(
        tuple(map(DimensionRule, KEYS, weights)), tuple(draw(st.permutations(categories))), (D(1), D(3))
    )


@st.composite
def changed(draw: st.DrawFn) -> tuple[ScoringRules, ScoringRules]:
    """A scoring, and another one or the same with something changed as authors would change it."""
    old = draw(scorings())
    other = draw(scorings())
    new = ScoringRules(
        draw(st.sampled_from([old.dimensions, other.dimensions])),
        draw(
            st.sampled_from(
                [
                    old.categories,
                    old.categories[1:],
                    (*old.categories[1:], old.categories[0]),
                    other.categories,
                ]
            )
        ),
        old.scale,
    )
    return old, new


def category(rules: ScoringRules, scores: dict[str, Decimal]) -> str | None:
    outcome = score(rules, scores)
    return None if outcome.category is None else outcome.category.name


def assert_holds(old: ScoringRules, new: ScoringRules, found: Search, steps: list[Decimal]) -> None:
    if found.witness is not None:
        scores = found.witness.scores
        assert category(old, scores) != category(new, scores)
        assert (found.witness.old, found.witness.new) == (score(old, scores), score(new, scores))
        assert all(D(1) <= value <= D(3) for value in scores.values())
    elif found.proved:
        for values in product(steps, repeat=len(KEYS)):
            scores = dict(zip(KEYS, values, strict=True))
            assert category(old, scores) == category(new, scores)


@given(changed())
@settings(max_examples=examples(200), deadline=None)
def test_witness_is_right_and_without_one_nothing_differs(pair: tuple[ScoringRules, ScoringRules]) -> None:
    old, new = pair
    reaches = {key: Reach(Fraction(0), Fraction(1), Fraction(3)) for key in KEYS}
    steps = [D(1) + D(step) / 4 for step in range(9)]
    assert_holds(old, new, find_witness(old, new, reaches), steps)


def rules(weights: str, *categories: tuple[str, str, str, str]) -> ScoringRules:
    """A scoring whose categories have a name, bounds and the letters of their primary dimensions."""
    return ScoringRules(
        tuple(DimensionRule(key, D(weight)) for key, weight in zip(KEYS, weights.split(), strict=False)),
        tuple(
            CategoryRule(name, (D(low), D(high)), tuple(primary)) for name, low, high, primary in categories
        ),
    )


def found(old: ScoringRules, new: ScoringRules) -> Search:
    return find_witness(
        old, new, {d.name: Reach(Fraction(0), Fraction(1), Fraction(5)) for d in old.dimensions}
    )


FULL = ("x", "1", "5", "a")
WHOLE = rules("0.5 0.5", ("x", "1.0", "2.9", ""), ("y", "3.0", "5.0", ""))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(WHOLE, WHOLE, id="the same"),
        pytest.param(
            rules("0.5 0.5", FULL), rules("0.4 0.6", FULL), id="weights where one category has all scores"
        ),
        pytest.param(
            rules("0.5 0.5", ("x", "1.0", "2.9", "")),
            rules("0.5 0.5", ("x", "1.0", "2.9", "a")),
            id="no rival",
        ),
        pytest.param(
            WHOLE,
            rules("1 1", ("y", "3.0", "5.0", ""), ("x", "1.0", "2.9", "")),
            id="another order without shared scores, and weights of the same shares",
        ),
    ],
)
def test_it_is_proved_that_nothing_differs(old: ScoringRules, new: ScoringRules) -> None:
    assert found(old, new) == Search(None, proved=True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(
            rules("0.5 0.5", ("x", "1.00", "2.94", ""), ("y", "2.95", "5.00", "")),
            rules("0.5 0.5", ("x", "1.00", "2.95", ""), ("y", "2.96", "5.00", "")),
            id="one hundredth",
        ),
        pytest.param(
            rules("0.5 0.5", ("x", "1.0", "2.4", ""), ("y", "2.5", "5.0", "")),
            rules("0.5 0.5", ("x", "1.00", "2.40", ""), ("y", "2.50", "5.00", "")),
            id="precision",
        ),
        pytest.param(
            rules("0.3 0.3 0.4", ("x", "1", "5", "abc"), ("y", "1", "5", "ab")),
            rules("0.3 0.3 0.4", ("y", "1", "5", "ab"), ("x", "1", "5", "abc")),
            id="the order of equals whose averages are thirds and halves",
        ),
        pytest.param(
            rules("0.5 0.5", ("x", "1", "5", "a"), ("y", "1", "5", "")),
            rules("0.5 0.5", ("x", "1", "5", "b"), ("y", "1", "5", "")),
            id="primary dimensions beside a category that has none",
        ),
        pytest.param(
            rules("0.5 0.5", ("x", "1", "5", "")),
            rules("0.5 0.5", ("X", "1", "5", "")),
            id="another spelling",
        ),
    ],
)
def test_there_is_a_witness(old: ScoringRules, new: ScoringRules) -> None:
    search = found(old, new)
    assert search.witness is not None
    assert category(old, search.witness.scores) != category(new, search.witness.scores)


def test_scores_stay_within_the_rubric() -> None:
    """A range that only scores outside the rubrics would reach makes no difference."""
    old = rules("0.5 0.5", ("x", "1.0", "4.0", ""), ("y", "4.1", "5.0", ""))
    new = rules("0.5 0.5", ("x", "1.0", "4.2", ""), ("y", "4.3", "5.0", ""))
    reaches = {key: Reach(Fraction(0), Fraction(2), Fraction(4)) for key in "ab"}
    assert find_witness(old, new, reaches) == Search(None, proved=True)
    assert found(old, new).witness is not None


@pytest.mark.alone
def test_largest_assessments_are_compared_in_seconds() -> None:
    """Twenty dimensions and fifteen categories that all overlap, without a difference and with one."""
    keys = [f"d{number}" for number in range(20)]
    dimensions = [DimensionRule(key, D("0.05")) for key in keys]
    categories = [
        CategoryRule(f"c{number}", (D(1 + number % 3), D(5)), (keys[number], keys[number + 1]))
        for number in range(15)
    ]
    old = ScoringRules(tuple(dimensions), tuple(categories))
    moved = ScoringRules((*dimensions[1:], dimensions[0]), tuple(categories))
    reaches = {key: Reach(Fraction(0), Fraction(1), Fraction(5)) for key in keys}
    began = time.perf_counter()
    assert find_witness(old, moved, reaches).witness is None
    assert find_witness(old, ScoringRules(old.dimensions, tuple(categories[1:])), reaches).witness is not None
    assert time.perf_counter() - began < 20


@given(st.data())
@settings(max_examples=examples(300), deadline=None)
def test_conditions_are_decided_as_by_trying(data: st.DataObject) -> None:
    small = st.integers(-3, 3).map(Fraction)
    count = data.draw(st.integers(1, 3))
    conditions = [
        Condition(
            data.draw(st.lists(small, min_size=count, max_size=count)),
            *data.draw(st.tuples(small, st.booleans())),
        )
        for _ in range(data.draw(st.integers(0, 4)))
    ]
    lows = data.draw(st.lists(small, min_size=count, max_size=count))
    highs = [low + data.draw(st.integers(0, 3)) for low in lows]

    def are_met(values: tuple[Fraction, ...] | list[Fraction]) -> bool:
        sums = [sum(f * v for f, v in zip(c.factors, values, strict=True)) for c in conditions]
        return all(
            s < c.limit or (s == c.limit and not c.is_strict) for s, c in zip(sums, conditions, strict=True)
        )

    values = solution(conditions, lows, highs)
    if values is None:
        steps = [
            [low + Fraction(n, 2) for n in range(int(high - low) * 2 + 1)]
            for low, high in zip(lows, highs, strict=True)
        ]
        assert not any(are_met(point) for point in product(*steps))
    else:
        assert are_met(values)
        assert all(low <= value <= high for low, value, high in zip(lows, values, highs, strict=True))


TWO_KEYS = (
    rules("0.5 0.5", ("x", "2.3", "3.0", "ab")),
    rules("0.4 0.5", ("x", "2.3", "3.0", "ab")),
)
THREE_KEYS = (
    rules("0.4 0.4 0.3", ("x", "1.0", "2.95", "ab"), ("y", "1.0", "2.5", "abc")),
    rules("0.4 0.4 0.3", ("x", "1.0", "2.95", "ab"), ("y", "1.0", "2.5", "")),
)


@pytest.mark.parametrize(("old", "new"), [TWO_KEYS, THREE_KEYS], ids=["overall", "averages"])
def test_without_a_score_short_enough_nothing_is_proved(
    monkeypatch: pytest.MonkeyPatch, old: ScoringRules, new: ScoringRules
) -> None:
    """The conditions have a solution, and in whatever steps it is written no scores were found."""
    reaches = {d.name: Reach(Fraction(0), Fraction(1), Fraction(3)) for d in old.dimensions}
    witness = find_witness(old, new, reaches).witness
    assert witness is not None
    assert category(old, witness.scores) != category(new, witness.scores)
    monkeypatch.setattr("worker.witness.STEPS", ())
    assert find_witness(old, new, reaches) == Search(None, proved=False)


def test_likely_scores_of_many_dimensions_are_drawn_and_always_the_same() -> None:
    keys = "abcde"
    old, new = (
        ScoringRules(
            tuple(DimensionRule(key, D("0.2")) for key in keys),
            (CategoryRule("x", (D(1), D(5)), ("a",)), CategoryRule("y", (D(1), D(5)), (other,))),
        )
        for other in "bc"
    )
    search = found(old, new)
    assert search == found(old, new)
    assert search.witness is not None
    assert all(value == int(value) for value in search.witness.scores.values())
    assert category(old, search.witness.scores) != category(new, search.witness.scores)
    assert found(old, old) == Search(None, proved=True)


def test_conditions_have_no_solution_outside_the_bounds() -> None:
    one, two = Fraction(1), Fraction(2)
    assert solution([], [two], [one]) is None
    # Both begin outside of what is allowed at the lowest values.
    assert solution([Condition([-one], -one)], [Fraction(0)], [two]) == [one]
    both = [Condition([-two], -two, is_strict=True), Condition([-one], -one)]
    assert solution(both, [Fraction(0)], [two]) == [Fraction(3, 2)]
    assert solution([*both, Condition([one], one)], [Fraction(0)], [two]) is None
