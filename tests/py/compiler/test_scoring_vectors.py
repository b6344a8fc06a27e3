"""The compiler scores like the published vectors; another test compares the database with the same file."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.py.harness.scoring import rules_of
from tools.scoring_vectors import BY_HAND, expected
from worker.scoring import score

VECTORS = json.loads(Path("docs/scoring-vectors.json").read_text(), parse_float=Decimal, parse_int=Decimal)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["what"])
def test_vector(vector: dict[str, Any]) -> None:
    definition = vector["definition"]
    lines = Path("docs/scoring-vectors.json").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith(f'{{"what": {json.dumps(vector["what"])},')]
    begin = line.index('"definition": ') + len('"definition": ')
    text = line[begin : line.index(', "scores": ')]
    rules = rules_of(text)
    assert [d.name for d in rules.dimensions] == [d["name"] for d in definition["dimensions"]]
    outcome = score(rules, vector["scores"])
    assert str(outcome.overall) == vector["overall"]
    assert (outcome.category and outcome.category.name) == vector["category"]
    assert list(outcome.uncovered) == vector["uncovered"]


@pytest.mark.parametrize("case", BY_HAND, ids=lambda case: case[0])
def test_the_generator_agrees_with_what_was_worked_out_by_hand(case: Any) -> None:
    _, dimensions, categories, scores, *wanted = case
    # The generator uses only one spelling of each name: the definition's.
    spelled = {name.strip().lower(): name for name, _ in dimensions}
    ranges = [(*rest, [spelled[name.strip().lower()] for name in primary]) for *rest, primary in categories]
    given = {spelled[name.strip().lower()]: value for name, value in scores.items()}
    assert list(expected(dimensions, ranges, given)) == wanted
