"""The report about an uploaded definition, without a database."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.py.compiler.strategies import definition_data, definitions
from tests.py.database.test_models_and_database_agree import PHASES, dumps, mutant
from tests.py.harness.examples import examples
from worker.compiler import compile_markdown, format_definition
from worker.compiler.catalogue import SPECIMEN, Code
from worker.definition import Definition
from worker.engine.compile_job import do_compile
from worker.engine.jobs import CompileJob
from worker.partial import read_partial
from worker.uploaded import compile_definition


def specimen() -> dict[str, Any]:
    """The catalogue's example, as JSON."""
    definition = compile_markdown(SPECIMEN.encode()).definition
    assert definition is not None
    data: dict[str, Any] = json.loads(definition.to_json())
    return data


def places(data: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(d.code, d.path or "", d.line) for d in compile_definition(json.dumps(data)).diagnostics]


@settings(max_examples=examples(150), deadline=None)
@given(definitions())
def test_a_definition_is_compiled_to_itself_with_its_canonical_markdown(definition: Definition) -> None:
    uploaded = compile_definition(definition.to_json())
    assert [d for d in uploaded.diagnostics if d.severity == "error"] == []
    assert uploaded.definition == definition.to_json()
    assert uploaded.markdown == format_definition(definition)
    assert uploaded.version_is_stated
    # Each warning is the one that the file has, at the same line.
    warnings = compile_markdown(format_definition(definition).encode()).diagnostics
    assert [(d.code, d.line) for d in uploaded.diagnostics] == [(d.code, d.line) for d in warnings]


@settings(max_examples=examples(100), deadline=None, phases=PHASES)
@given(definition_data(), st.integers(0, 2**32))
def test_it_is_refused_exactly_where_the_database_refuses_it(data: dict[str, Any], seed: int) -> None:
    chance = random.Random(seed)
    for text in [dumps(mutant(data, chance)) for _ in range(10)]:
        uploaded = compile_definition(text)
        assert (uploaded.definition is None) == any(d.severity == "error" for d in uploaded.diagnostics)
        assert (uploaded.definition is None) == (uploaded.markdown is None)
        assert all(d.path and d.path.startswith("$") and d.code in set(Code) for d in uploaded.diagnostics)
        parsed = json.loads(text, parse_float=Decimal)
        try:
            partial = read_partial(parsed)
        except ValueError:
            assert uploaded.definition is None
            continue
        # An assessment needs a name, which a row of the table has in a column.
        assert (uploaded.definition is None) == bool(partial.faults or not partial.definition.metadata.name)
        if uploaded.definition is not None:
            again = compile_definition(uploaded.definition)
            assert again.definition == uploaded.definition
            assert again.markdown == uploaded.markdown or not uploaded.version_is_stated


@settings(max_examples=examples(300), deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(sorted(specimen())) | st.text(), inner)
        ),
    )
)
def test_any_json_ends_with_named_diagnostics(value: object) -> None:
    uploaded = compile_definition(json.dumps(value))
    assert uploaded.definition is None
    assert uploaded.diagnostics
    assert all(d.path and d.message and d.hint for d in uploaded.diagnostics)


@pytest.mark.parametrize("text", ["", "{", "nul", "[" * 100_000, "1e99999999999999999999", "9" * 5000, "NaN"])
def test_what_is_no_json_is_an_outcome_too(text: str) -> None:
    (diagnostic,) = compile_definition(text).diagnostics
    assert (diagnostic.code, diagnostic.path, diagnostic.line) == ("invalid-definition", "$", 1)


def test_a_place_is_that_of_the_value_in_a_list_of_texts() -> None:
    data = specimen()
    data["dimensions"][0]["interviewThemes"] = ["fine", "- weight: 0.4"]
    lines = (compile_definition(json.dumps(data)).markdown or "").splitlines()
    line = lines.index("  - - weight: 0.4") + 1
    assert places(data) == [("swallowed-field", "$.dimensions[0].interviewThemes[1]", line)]


def test_examples_are_found_by_their_scores() -> None:
    data = specimen()
    data["examples"][0]["scores"]["Trust"] = 9
    ((code, path, line),) = places(data)
    assert (code, path) == ("outside-scale", "$.examples[0].scores.Trust")
    assert line > 1


def test_the_first_hundred_errors_are_listed_and_the_others_counted() -> None:
    data = specimen()
    data["examples"] = [7] * 150
    diagnostics = compile_definition(json.dumps(data)).diagnostics
    assert len(diagnostics) == 101
    assert diagnostics[-1].code == "too-many-faults"
    assert diagnostics[-1].args == {"count": 50}


def test_what_the_compiler_has_counted_already_is_counted_with_the_rest() -> None:
    data = specimen()
    example = data["examples"][0]
    data["examples"] = [
        {**example, "name": f"Example {number}", "scores": {**example["scores"], "Trust": 9}}
        for number in range(150)
    ]
    data["dimensions"][0]["colour"] = "red"
    diagnostics = compile_definition(json.dumps(data)).diagnostics
    assert len(diagnostics) == 101
    assert [d.code for d in diagnostics].count("too-many-faults") == 1
    assert diagnostics[-1].args == {"count": 51}
    assert diagnostics[-1].message == "51 more problems were found from here on"
    assert diagnostics[-1].severity == "error"


def test_a_definition_without_a_version_is_written_without_one() -> None:
    data = specimen()
    del data["metadata"]["version"]
    uploaded = compile_definition(json.dumps(data))
    assert not uploaded.version_is_stated
    assert "version" not in (uploaded.markdown or "")
    compiled = compile_markdown((uploaded.markdown or "").encode()).definition
    assert compiled is not None
    assert compiled.to_json() == uploaded.definition


def test_what_evidence_a_score_needs_is_written_too() -> None:
    data = specimen()
    data["metadata"] |= {"evidence": "required", "minCoverage": 0.75}
    uploaded = compile_definition(json.dumps(data))
    assert uploaded.diagnostics == ()
    assert "\nevidence: required\nmin_coverage: 0.75\n" in (uploaded.markdown or "")
    assert '"evidence":"required","minCoverage":0.75' in (uploaded.definition or "")


def test_the_job_says_where_the_version_is() -> None:
    done = do_compile(CompileJob(1, 1, 1, "s", "", json.dumps(specimen())))
    assert done.version_at == {"line": 3, "column": 1, "path": "$.metadata.version"}
    assert (done.markdown or "").splitlines()[2] == "version: 1.0"
