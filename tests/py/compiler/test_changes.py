"""The changes between two contents, where files cannot show them."""

from worker.changes import changes_between, class_of_change
from worker.content import Columns, JsonObject, content_of, parse


def content(*dimensions: tuple[str, str]) -> JsonObject:
    """The content of an assessment whose dimensions have these ids and names."""
    listed = ", ".join(
        f'{{"id": "{id_}", "name": "{name}", "weight": 0.5, "description": "x"}}' for id_, name in dimensions
    )
    return content_of(parse(f'{{"dimensions": [{listed}], "resultCategories": []}}'), Columns("Check"))


FIRST = content(("vision", "Vision"), ("trust", "Trust"))


def test_an_id_that_another_dimension_had_by_its_name_has_moved() -> None:
    moved = content(("vision", "Trust"), ("trust", "Vision"))
    found = {(change.rule.rule, change.item) for change in changes_between(FIRST, moved)}
    assert {("dimension-id-moved", "vision"), ("dimension-id-moved", "trust")} <= found


def test_the_class_of_a_change_is_that_of_its_highest_part() -> None:
    assert class_of_change(FIRST, FIRST) is None
    added = content(("vision", "Vision"), ("trust", "Trust"), ("hope", "Hope"))
    assert class_of_change(FIRST, added) == "structure"
