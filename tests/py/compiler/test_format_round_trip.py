"""Formatting and compiling are each other's inverse."""

from hypothesis import given, settings

from tests.py.compiler.strategies import definitions
from tests.py.harness.examples import examples
from worker.compiler import compile_markdown, format_definition, format_source
from worker.definition import Definition


@settings(max_examples=examples(60), deadline=None)
@given(definitions())
def test_the_canonical_markdown_compiles_to_the_same_definition(definition: Definition) -> None:
    source = format_definition(definition).encode()
    compilation = compile_markdown(source)
    assert compilation.definition is not None, compilation.diagnostics
    assert compilation.definition == definition
    assert compilation.definition.to_json() == definition.to_json()
    assert format_source(source) == source.decode()


@settings(max_examples=examples(60), deadline=None)
@given(definitions())
def test_what_the_compiler_builds_is_what_the_models_validate(definition: Definition) -> None:
    compiled = compile_markdown(format_definition(definition).encode()).definition
    assert compiled is not None
    validated = Definition.from_json(compiled.to_json())
    assert validated == compiled
    assert validated.to_json() == compiled.to_json()
    assert validated.model_dump() == compiled.model_dump()
