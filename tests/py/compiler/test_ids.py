"""The ids of dimensions: stated, made from the name, and unique."""

import json

import pytest
from pydantic import ValidationError

from tests.py.compiler.specimen import check, edited
from worker.compiler.formatter import format_definition
from worker.definition import Definition
from worker.ids import dimension_id, free_id, id_clashes

VISION = "### Vision\n"


def ids(*edits: tuple[str, str]) -> list[str]:
    definition = check(edited(*edits)).definition
    assert definition is not None
    return [dimension.id for dimension in definition.dimensions]


def test_compiled_definition_has_the_ids_of_all_dimensions() -> None:
    assert ids() == ["vision", "trust"]
    assert ids((VISION, f"{VISION}\n- id: sight\n")) == ["sight", "trust"]


def test_id_that_the_name_gives_may_be_stated_and_is_left_out_by_format() -> None:
    stated = check(edited((VISION, f"{VISION}\n- id: vision\n"))).definition
    assert stated is not None
    assert stated == check(edited()).definition
    assert "- id:" not in format_definition(stated)


def test_another_id_is_kept_by_format() -> None:
    definition = check(edited((VISION, f"{VISION}\n- id: sight\n"))).definition
    assert definition is not None
    text = format_definition(definition)
    assert "- id: sight\n" in text
    assert check(text).definition == definition


def test_names_that_give_one_id_need_one_of_their_own() -> None:
    twins = [("### Trust", "### Vision!"), ("Trust: 4", "Vision!: 4")]
    assert "duplicate-id" in [d.code for d in check(edited(*twins)).diagnostics]
    assert ids(*twins, (VISION, f"{VISION}\n- id: vision-2\n")) == ["vision-2", "vision"]
    assert ids(*twins, ("- weight: 0.4", "- weight: 0.4\n- id: vision-2")) == ["vision", "vision-2"]


def test_builders_definition_has_its_ids_filled_in() -> None:
    data = json.loads(Definition.from_json(_json()).to_json())
    for dimension in data["dimensions"]:
        del dimension["id"]
    assert [d.id for d in Definition.from_json(json.dumps(data)).dimensions] == ["vision", "trust"]


@pytest.mark.parametrize(("stated", "place"), [("Far Sight", 0), ("", 0), ("x" * 201, 0), ("trust", 0)])
def test_wrong_ids_are_refused_at_their_paths(stated: str, place: int) -> None:
    data = json.loads(_json())
    data["dimensions"][0]["id"] = stated
    with pytest.raises(ValidationError) as refused:
        Definition.from_json(json.dumps(data))
    assert [fault["loc"] for fault in refused.value.errors()] == [("dimensions", place, "id")]


def test_clashes_name_both() -> None:
    assert [*id_clashes(["a", "b", "a"], ["a", "b", "a"])] == [(2, 0)]
    assert [*id_clashes(["b", "b"], ["a", "b"])] == [(0, 1)]
    assert [*id_clashes(["c-2", "c"], ["c", "c"])] == []


def test_free_id_is_the_first_that_nobody_has() -> None:
    assert free_id("c", ["c", "c-2"]) == "c-3"
    assert free_id("c", ["d"]) == "c"


def test_names_of_any_length_give_ids_that_are_accepted() -> None:
    assert dimension_id("ß" * 100) == "s" * 200
    assert dimension_id("ß" * 101).startswith("d-")


def _json() -> str:
    definition = check(edited()).definition
    assert definition is not None
    return definition.to_json()
