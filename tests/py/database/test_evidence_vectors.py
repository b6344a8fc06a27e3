"""docs/evidence-vectors.json: quotes and runs become scores as published."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from stack.packages import ROOT
from tests.py.harness.databases import Connection, Databases
from tools.definition_vectors import written

PARTS: dict[str, list[dict[str, Any]]] = json.loads(
    (ROOT / "docs" / "evidence-vectors.json").read_text(encoding="utf-8"), parse_float=Decimal
)


@pytest.fixture(scope="module")
def connection(databases: Databases) -> Iterator[Connection]:
    """A connection for all of these tests: they only read."""
    with databases.clone("migrated") as clone:
        yield clone.connect()


def each(part: str) -> pytest.MarkDecorator:
    """A test for each vector of a part of the file."""
    return pytest.mark.parametrize("vector", PARTS[part], ids=lambda vector: vector["what"])


def answer(connection: Connection, call: str, *values: Any) -> Any:
    """What the database returns for a call, as JSON with exact numbers; values are JSON too."""
    row = connection.execute(f"select to_json({call})::text", [written(each) for each in values]).fetchone()
    assert row is not None
    return None if row[0] is None else json.loads(row[0], parse_float=Decimal)


@each("bands")
def test_bands_reach_half_way(connection: Connection, vector: dict[str, Any]) -> None:
    reached = answer(
        connection,
        "array(select json_build_array(reach.band, reach.first, reach.last)"
        " from private.band_reach(%s::jsonb, %s::numeric, %s::numeric) as reach)",
        vector["rubric"],
        *vector["scale"],
    )
    assert reached == vector["reach"]


@each("judged")
def test_an_item_counts_if_its_evidence_does(connection: Connection, vector: dict[str, Any]) -> None:
    found = answer(
        connection, "private.judged_item(%s::jsonb #>> '{}', %s::jsonb)", vector["evidence"], vector["item"]
    )
    assert found == vector["item"] | ({} if vector["counts"] else {"unscored": "unverified"})


def test_an_item_that_has_a_reason_keeps_it(connection: Connection) -> None:
    item = {"dimension": "Vision", "evidence": [], "unscored": "refused"}
    assert answer(connection, "private.judged_item('required', %s::jsonb)", item) == item


@each("combination")
def test_runs_combine(connection: Connection, vector: dict[str, Any]) -> None:
    combined = answer(
        connection, "private.combined_runs(%s::jsonb, %s::jsonb)", vector["definition"], vector["runs"]
    )
    assert combined == {name: vector[name] for name in ("scores", "reasons", "spread")}


def test_a_score_beside_a_reason_does_not_count(connection: Connection) -> None:
    item = {"dimension": "Vision", "score": 4, "unscored": "unverified"}
    definition = {"dimensions": [{"name": "Vision", "weight": 1}]}
    combined = answer(
        connection,
        "private.combined_runs(%s::jsonb, %s::jsonb)",
        definition,
        [{"rater": {"kind": "model"}, "items": [item]}],
    )
    assert combined == {"scores": {}, "reasons": {"Vision": "unverified"}, "spread": {}}


def test_a_rounded_median_stays_on_the_scale(connection: Connection) -> None:
    high = Decimal("4.995")
    definition = {"metadata": {"scale": [1, high]}, "dimensions": [{"name": "Vision", "weight": 1}]}
    combined = answer(
        connection,
        "private.combined_runs(%s::jsonb, %s::jsonb)",
        definition,
        [{"rater": {"kind": "model"}, "items": [{"dimension": "Vision", "score": high}]}],
    )
    assert combined["scores"] == {"Vision": high}


@each("coverage")
def test_coverage_is_the_share_of_the_weights(connection: Connection, vector: dict[str, Any]) -> None:
    share = answer(
        connection, "private.coverage_of(%s::jsonb, %s::jsonb)", vector["definition"], vector["scores"]
    )
    assert share == vector["coverage"]


@each("least")
def test_the_least_coverage_is_stated_or_follows_from_the_rule(
    connection: Connection, vector: dict[str, Any]
) -> None:
    assert answer(connection, "private.least_coverage(%s::jsonb)", vector["definition"]) == vector["coverage"]


@each("stability")
def test_stability_counts_the_runs_that_agree(connection: Connection, vector: dict[str, Any]) -> None:
    found = answer(
        connection,
        "private.stability_of(%s::jsonb, %s::jsonb, %s::jsonb #>> '{}')",
        vector["definition"],
        vector["runs"],
        vector["category"],
    )
    assert found == vector["stability"]


@each("margin")
def test_the_margin_names_the_nearest_category_and_the_second(
    connection: Connection, vector: dict[str, Any]
) -> None:
    found = answer(
        connection, "private.margin_of(%s::jsonb, %s::jsonb)", vector["definition"], vector["scores"]
    )
    assert found == vector["margin"]


def test_without_scores_there_is_no_margin(connection: Connection) -> None:
    [first, *_] = PARTS["margin"]
    assert answer(connection, "private.margin_of(%s::jsonb, '{}')", first["definition"]) is None


def characters(connection: Connection, name: str) -> set[str]:
    """The characters of a class, without blanks, unassigned ones and those for private use."""
    found = connection.execute(
        "select array(select code from generate_series(33, 1114109) as code"
        " where code not between 55296 and 63743"
        f" and chr(code) collate \"C\" ~ ('[' || private.{name}() || ']'))"
    ).fetchone()
    assert found is not None
    return {char for char in map(chr, found[0]) if unicodedata.category(char)[0] not in "CZ"}


def test_punctuation_and_symbols_separate_words(connection: Connection) -> None:
    found = characters(connection, "separators")
    assert {char for char in found if unicodedata.category(char)[0] not in "PS"} == set()
    # Every Python knows the characters of Unicode 3.2.
    old = [char for char in map(chr, range(33, 0x110000)) if unicodedata.ucd_3_2_0.category(char)[0] in "PS"]
    assert {char for char in old if unicodedata.category(char)[0] in "PS"} - found == set()


def test_letters_of_scripts_without_spaces_are_no_separators(connection: Connection) -> None:
    found = characters(connection, "unspaced_letters")
    assert {char for char in found if unicodedata.category(char)[0] not in "LMN"} == set()


def test_wide_letters_are_those_of_unicode(connection: Connection) -> None:
    kinds = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nd"}
    found = {char for char in characters(connection, "wide_letters") if unicodedata.category(char) in kinds}
    old = [char for char in map(chr, range(33, 0x110000)) if unicodedata.ucd_3_2_0.category(char) in kinds]
    wide = {char for char in old if unicodedata.east_asian_width(char) in "WF"}
    assert wide - found == set()
    assert {char for char in found if unicodedata.east_asian_width(char) not in "WF"} == set()


def test_what_is_taken_as_normal_is_changed_by_no_normalisation(connection: Connection) -> None:
    found = connection.execute(
        "select array(select code from generate_series(33, 65535) as code"
        " where code not between 55296 and 57343 and private.is_normal(chr(code)))"
    ).fetchone()
    assert found is not None
    normal = [char for char in map(chr, found[0]) if unicodedata.category(char) != "Cn"]
    assert len(normal) > 30_000
    assert [char for char in normal if unicodedata.normalize("NFC", char) != char] == []
    assert [char for char in normal if unicodedata.normalize("NFKC", char) != char] == []
    # None of them becomes one with the character before it, or grows in lower case.
    assert [char for char in normal if unicodedata.combining(char) or len(char.lower()) > 1] == []


@each("quotes")
def test_quotes_are_located(connection: Connection, vector: dict[str, Any]) -> None:
    found = answer(
        connection, "private.located_quotes(%s::jsonb, %s::jsonb)", vector["turns"], [vector["quote"]]
    )
    assert found == [vector["located"]]


def test_quotes_are_answered_in_their_order_and_each_alone(connection: Connection) -> None:
    turns = max((vector["turns"] for vector in PARTS["quotes"]), key=len)
    chosen = [vector for vector in PARTS["quotes"] if vector["turns"] == turns]
    quotes = [vector["quote"] for vector in [*chosen, *reversed(chosen)]]
    assert answer(connection, "private.located_quotes(%s::jsonb, %s::jsonb)", turns, quotes) == [
        vector["located"] for vector in [*chosen, *reversed(chosen)]
    ]


def test_without_quotes_or_turns_nothing_is_found(connection: Connection) -> None:
    call = "private.located_quotes(%s::jsonb, %s::jsonb)"
    assert answer(connection, call, [], []) == []
    quote = {"turn": None, "quote": "I wait until everyone has spoken"}
    assert answer(connection, call, [], [quote]) == [{"status": "unverified", "quote": quote["quote"]}]
