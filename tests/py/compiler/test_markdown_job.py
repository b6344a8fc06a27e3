"""The Markdown that the worker writes for an assessment that was edited without it."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from tests.py.compiler.specimen import check
from tests.py.compiler.strategies import definitions
from tests.py.harness.examples import examples
from worker.compiler.catalogue import SPECIMEN
from worker.compiler.formatter import format_definition
from worker.compiler.header_lines import with_definition
from worker.definition import Definition
from worker.engine.jobs import MarkdownJob, Rendered
from worker.engine.work import do_job

COMMENTED = SPECIMEN.replace(
    "name: Team Check\nversion: 1.0\n",
    "# ours\nname: Team Check\nversion: 1.0  # first\nauthor: Ada\n# what they see\n"
    "result_disclosure: full\n\n",
)


def compiled(source: str = SPECIMEN) -> Definition:
    definition = check(source).definition
    assert definition is not None
    return definition


def changed(definition: Definition, **metadata: Any) -> Definition:
    return definition.model_copy(update={"metadata": definition.metadata.model_copy(update=metadata)})


def write(definition: str, source: str = "") -> str:
    written = do_job(MarkdownJob(7, 3, 1, definition, source, "basis"))
    assert isinstance(written, Rendered)
    assert (written.job, written.attempt, written.made_from) == (7, 3, "basis")
    return written.markdown


def test_without_a_source_it_is_canonical() -> None:
    assert write(compiled().to_json()) == format_definition(compiled())


def test_a_source_that_still_fits_is_kept() -> None:
    assert write(compiled().to_json(), SPECIMEN) == SPECIMEN


def test_a_front_matter_behind_a_hidden_character_is_not_changed() -> None:
    source = f"\u200b{SPECIMEN}"
    assert check(source).definition == compiled()
    assert with_definition(source, changed(compiled(), version="2.0")) is None


@pytest.mark.parametrize(
    ("metadata", "old", "new"),
    [
        ({"version": "2.0"}, "version: 1.0  # first\n", "version: 2.0  # first\n"),
        ({"name": "Crew: check"}, "name: Team Check\n", 'name: "Crew: check"\n'),
        ({"author": None}, "author: Ada\n", ""),
        ({"author": "Bea"}, "author: Ada\n", "author: Bea\n"),
        (
            {"description": "For teams."},
            "result_disclosure: full\n\n",
            "result_disclosure: full\n\ndescription: For teams.\n",
        ),
        ({"result_disclosure": "none"}, "result_disclosure: full\n", "result_disclosure: none\n"),
    ],
)
def test_of_a_change_of_metadata_only_its_lines_change(metadata: dict[str, Any], old: str, new: str) -> None:
    definition = changed(compiled(COMMENTED), **metadata)
    markdown = write(definition.to_json(), COMMENTED)
    assert markdown == COMMENTED.replace(old, new, 1)
    assert compiled(markdown) == definition


def test_keys_in_any_spelling_are_found() -> None:
    source = SPECIMEN.replace("version: 1.0\n", 'Interview-Style.default: 4\n"version": "1.0"\n')
    definition = changed(
        compiled(source),
        version="1.1",
        interview_style=compiled().metadata.interview_style.model_copy(update={"default": 2}),
    )
    markdown = write(definition.to_json(), source)
    assert compiled(markdown) == definition
    assert "Interview-Style" not in markdown
    assert markdown.partition("## Dimensions")[2] == source.partition("## Dimensions")[2]


def test_line_ends_and_the_mark_at_the_beginning_stay() -> None:
    source = "\ufeff" + SPECIMEN.replace("\n", "\r\n")
    markdown = write(changed(compiled(), version="1.1").to_json(), source)
    assert markdown == source.replace("version: 1.0", "version: 1.1")


def test_another_body_or_a_broken_source_gives_the_canonical_text() -> None:
    other = compiled(SPECIMEN.replace("Knows where", "Sees where"))
    assert write(other.to_json(), SPECIMEN) == format_definition(other)
    assert write(other.to_json(), "broken") == format_definition(other)


def test_a_front_matter_that_cannot_be_changed_by_lines_gives_the_canonical_text() -> None:
    source = SPECIMEN.replace("name: Team Check\nversion: 1.0\n", "{name: Team Check, version: 1.0}\n")
    definition = changed(compiled(source), version="1.1")
    assert with_definition(source, definition) is None
    assert write(definition.to_json(), source) == format_definition(definition)


def test_keys_that_the_format_does_not_know_are_left_out() -> None:
    data = json.loads(compiled().to_json(), parse_float=Decimal)
    data["edition"] = 2
    data["metadata"]["tags"] = ["a"]
    data["dimensions"][0]["color"] = "red"
    assert write(json.dumps(data, default=float)) == format_definition(compiled())


def test_what_a_builder_left_out_is_left_out() -> None:
    data = {
        "metadata": {"name": "Clear Speech", "resultDisclosure": "teaser"},
        "dimensions": [{"name": "Clarity", "weight": 1, "description": " Says\n what is meant. "}],
        "resultCategories": [{"name": "Emerging"}, {"name": "Strong", "scoreRange": [3.0, 5.0]}],
    }
    assert write(json.dumps(data)).partition("## Dimensions")[2] == (
        "\n\n### Clarity\n\n- weight: 1\n- description: Says\n  what is meant.\n"
        "\n## Result Categories\n\n### Emerging\n\n\n### Strong\n\n- score_range: [3.0, 5.0]\n"
    )


def test_a_definition_without_categories_is_written() -> None:
    data = {
        "metadata": {"name": "Clear Speech"},
        "dimensions": [{"name": "Clarity", "weight": 1, "description": "Says what is meant."}],
        "resultCategories": [],
    }
    assert "### Clarity" in write(json.dumps(data))


@given(definitions(), definitions())
@settings(max_examples=examples(40), deadline=None)
def test_any_change_of_metadata_compiles_to_what_was_meant(one: Definition, other: Definition) -> None:
    scale = one.metadata.scale
    wanted = one.model_copy(update={"metadata": other.metadata.model_copy(update={"scale": scale})})
    markdown = write(wanted.to_json(), format_definition(one))
    assert compiled(markdown).to_json() == wanted.to_json()
