"""The types of the API are those of what it returns, and the documented inserts type-check."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from mypy import api as mypy
from pydantic import TypeAdapter

from stack.packages import NODE_MODULES, ROOT
from tests.py.harness.databases import Databases
from tools.api_shapes import ANSWERS, COLUMNS, FILLED_IN, answer_name, shapes

TYPESCRIPT = (ROOT / "types" / "database.types.ts").read_text(encoding="utf-8")
PYTHON = (ROOT / "types" / "database_types.py").read_text(encoding="utf-8")

TABLES = TYPESCRIPT.partition("    Tables: {")[2].partition("    Functions: {")[0]

#: As the examples of docs/api.md insert, in Python; a line that must not pass ends with its error.
INSERTS = """\
from uuid import UUID
from database_types import (
    CheckDefinitionAnswer,
    Definition,
    PublicAssessmentUploadsInsert,
    PublicCustomAssessments,
    PublicCustomAssessmentsInsert,
)

half: Definition = {
    "dimensions": [{"name": "Only", "weight": 0.5, "description": "Half of it."}],
    "resultCategories": [],
}
built: PublicCustomAssessmentsInsert = {
    "tenant_id": UUID(int=0), "name": "Not yet right", "source_type": "builder", "definition": half,
}
file: PublicAssessmentUploadsInsert = {"tenant_id": UUID(int=0), "source_markdown": "# One"}
other: PublicAssessmentUploadsInsert = {"tenant_id": UUID(int=0), "definition": half}
bare: PublicCustomAssessmentsInsert = {"tenant_id": UUID(int=0), "definition": half}  # error: typeddict-item
empty: Definition = {"dimensions": [{"name": "Only"}], "resultCategories": []}  # error: typeddict-item


def weight(row: PublicCustomAssessments) -> float:
    return row.definition["dimensions"][0]["weight"]


def scale(answer: CheckDefinitionAnswer) -> tuple[float, float]:
    print(answer["definition"]["metadata"])  # error: index
    if answer["definition"] is None:
        raise ValueError(answer["faults"][0]["path"])
    return answer["definition"]["metadata"]["scale"]
"""


def test_the_documented_inserts_type_check_and_wrong_ones_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inserts.py").write_text(INSERTS, encoding="utf-8")
    monkeypatch.setenv("MYPYPATH", str(ROOT / "types"))
    arguments = ["--strict", "--config-file=", "--cache-dir", str(tmp_path / "cache")]
    report, _, _ = mypy.run([*arguments, str(tmp_path / "inserts.py")])
    found = re.findall(r"inserts\.py:(\d+): error: .*\[([a-z-]+)\]", report)
    lines = enumerate(INSERTS.splitlines(), 1)
    expected = [(str(number), line.split("# error: ")[1]) for number, line in lines if "# error: " in line]
    assert found == expected, report


#: What the examples of docs/api.md are given, and the types that every client of theirs has.
GIVEN = """\
import type {{ Database }} from "{types}";
declare const process: {{ env: Record<string, string> }};
declare const options: object;
declare const markdown: string;
declare const scores: Record<string, number>;
"""

#: What must not type-check: tsc reports each of these lines that has no error.
WRONG = """
// @ts-expect-error - a name is missing
owner.from("custom_assessments").insert({ tenant_id: tenant.id, definition: checked.definition! });
const half = { dimensions: [{ name: "Only", description: "Without a weight." }], resultCategories: [] };
// @ts-expect-error - a dimension needs a weight
owner.from("assessment_uploads").insert({ tenant_id: tenant.id, definition: half });
// @ts-expect-error - the definition of a check can be missing
checked.definition.metadata;
// @ts-expect-error - no diagnostic has a colour
done.diagnostics[0].colour;
// @ts-expect-error - the kind of a session is one of two words
owner.rpc("erase_session", { session_id: session.id });
// @ts-expect-error - the context lacks this key
context.definition.metadata.colour;
"""


def test_the_examples_of_the_api_page_type_check_and_wrong_ones_do_not(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```js\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    types = (ROOT / "types" / "database.types").as_posix()
    program = "".join(blocks).replace("createClient(", "createClient<Database>(")
    (tmp_path / "examples.ts").write_text(GIVEN.format(types=types) + program + WRONG, encoding="utf-8")
    (tmp_path / "node_modules").symlink_to(NODE_MODULES)
    compiler = NODE_MODULES / "typescript" / "bin" / "tsc"
    options = "--noEmit --strict --target es2022 --module esnext --moduleResolution bundler --skipLibCheck"
    done = subprocess.run(
        ["node", compiler, *options.split(), "--lib", "es2022,dom", tmp_path / "examples.ts"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_every_function_that_returns_json_has_a_shape(databases: Databases) -> None:
    with databases.clone("migrated") as database, database.connect() as connection:
        names = connection.execute(
            "select proname from pg_proc where pronamespace = 'public'::regnamespace"
            " and prorettype in ('json'::regtype, 'jsonb'::regtype)"
        ).fetchall()
    assert {name for (name,) in names} == set(ANSWERS)


@pytest.mark.parametrize("function", ANSWERS)
def test_the_types_of_functions_are_the_shapes(function: str) -> None:
    pattern = rf"^      {function}: \{{(?:(?!^      \w).)*?Returns: {answer_name(function)};?\s"
    assert re.search(pattern, TYPESCRIPT, re.MULTILINE | re.DOTALL)


def test_no_column_with_a_shape_is_any_json() -> None:
    for column in COLUMNS:
        assert not re.search(rf"^ {{10}}{column}\??: .*\bJson\b", TABLES, re.MULTILINE), column
        assert not re.search(rf"^    {column}: .*\bJsonValue\b", PYTHON, re.MULTILINE), column


def test_what_a_trigger_fills_in_is_optional_in_an_insert_alone() -> None:
    for table, columns in FILLED_IN.items():
        block = TYPESCRIPT.partition(f"      {table}: {{\n")[2].partition("Relationships:")[0]
        row, insert = block.split("Insert: {")[0], block.split("Insert: {")[1].split("};")[0]
        for column in columns:
            assert f" {column}: " in row
            assert f" {column}?: " in insert


def test_every_shape_of_python_is_one_that_pydantic_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = spec_from_file_location("database_types", ROOT / "types" / "database_types.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "database_types", module)
    spec.loader.exec_module(module)
    for name in shapes():
        assert TypeAdapter(getattr(module, name)).json_schema()
