"""The types of the API: what the Supabase CLI writes of tables and functions, with the shapes of their JSON.

The CLI knows a column of JSON as ``Json``, and thinks that an insert must have each column that is not null
and has no default, although a trigger fills some in.
"""

import re
from collections.abc import Callable, Mapping
from keyword import iskeyword
from typing import Any, Final, NamedTuple

from tools.api_shapes import ANSWERS, COLUMNS, FILLED_IN, Schema, answer_name, shapes

UPLOADS: Final = "assessment_uploads"
ANY_LINE: Final = re.MULTILINE | re.DOTALL


class Language(NamedTuple):
    """How a language writes what a schema says: ``simple`` are its types, ``anything`` any JSON."""

    simple: Mapping[str, str]
    anything: str
    words: Callable[[list[str]], str]
    union: Callable[[list[str]], str]
    pair: Callable[[list[str]], str]
    many: Callable[[str], str]
    named: Callable[[str], str]


TYPESCRIPT: Final = Language(
    {"string": "string", "number": "number", "integer": "number", "boolean": "boolean", "null": "null"},
    "Json",
    " | ".join,
    " | ".join,
    lambda items: f"[{', '.join(items)}]",
    lambda item: f"({item})[]",
    lambda item: f"{{ [key: string]: {item} }}",
)
PYTHON: Final = Language(
    {"string": "str", "number": "float", "integer": "int", "boolean": "bool", "null": "None"},
    "JsonValue",
    lambda words: f"Literal[{', '.join(words)}]",
    lambda options: f"Union[{', '.join(options)}]",
    lambda items: f"Tuple[{', '.join(items)}]",
    lambda item: f"List[{item}]",
    lambda item: f"Dict[str, {item}]",
)
PYTHON_HEAD: Final = """\
from typing_extensions import NotRequired, TypeAlias, TypedDict

from pydantic import BaseModel, ConfigDict, Field, JsonValue, with_config
"""


def typescript(text: str) -> str:
    """Return the TypeScript that the CLI wrote and prettier formatted, with the shapes."""
    text = _each_table(text, r"^      (\w+): \{\n        Row: \{.*?^      \};$", _typescript_table)
    for function in ANSWERS:
        pattern = rf"(^      {function}: \{{(?:(?!^      \w).)*?Returns: )Json\b"
        text = re.sub(pattern, rf"\g<1>{answer_name(function)}", text, flags=ANY_LINE)
    declared = "".join(
        f"export type {name} = {_typescript_object(shape)};\n\n" for name, shape in shapes().items()
    )
    return text.replace("export type Database = {", f"{declared}export type Database = {{", 1)


def python(text: str) -> str:
    """Return the Python that the CLI wrote, with the shapes."""
    text = text.replace("    TypedDict,\n", "    Dict,\n    Tuple,\n    Union,\n", 1)
    text = re.sub(r"^from typing_extensions .*?^from pydantic [^\n]*\n", PYTHON_HEAD, text, flags=ANY_LINE)
    pattern = r"^class Public(\w+)\((?:BaseModel|TypedDict)\):\n(?:    [^\n]*\n)+"
    text = _each_table(text, pattern, _python_table)
    declared = "\n".join(_python_object(name, shape) for name, shape in shapes().items())
    head, first, rest = text.partition("\nclass Public")
    return f"{head}\n{declared}{first}{rest}"


def _each_table(text: str, pattern: str, change: Callable[[str, str], str]) -> str:
    return re.sub(pattern, lambda found: change(found[1], found[0]), text, flags=ANY_LINE)


def _typescript_table(table: str, text: str) -> str:
    for column, schema in COLUMNS.items():
        pattern = rf"^(\s+{column}\??: )(?:NonNullable<Json>|Json)( \| null)?;$"
        text = re.sub(pattern, rf"\g<1>{_written(schema, TYPESCRIPT)}\g<2>;", text, flags=re.MULTILINE)
    if table == UPLOADS:
        # What was inserted is another column of the row.
        text = text.replace("definition: Definition | null;", "definition: FilledDefinition | null;", 1)
    for column in FILLED_IN.get(table, ()):
        head, insert, rest = text.partition("Insert: {")
        text = head + insert + rest.replace(f" {column}: ", f" {column}?: ", 1)
    return text


def _python_table(table: str, text: str) -> str:
    for column, schema in COLUMNS.items():
        shape = _written(schema, PYTHON)
        if column == "definition" and table == _camel(UPLOADS):
            shape = "FilledDefinition"
        pattern = rf"^(    {column}: .*?)\bJsonValue\b"
        text = re.sub(pattern, rf"\g<1>{shape}", text, flags=re.MULTILINE)
    filled_in = [*FILLED_IN.items()]
    for column in [name for of, names in filled_in if table == f"{_camel(of)}Insert" for name in names]:
        pattern = rf"^    {column}: (Annotated.*)$"
        text = re.sub(pattern, rf"    {column}: NotRequired[\1]", text, flags=re.MULTILINE)
    return text


def _typescript_object(schema: Schema) -> str:
    if "properties" not in schema:
        return _written(schema, TYPESCRIPT)
    fields = [
        f"{key}{'' if key in schema['required'] else '?'}: {_written(value, TYPESCRIPT)};"
        for key, value in schema["properties"].items()
    ]
    return "{ " + " ".join(fields) + " }"


def _python_object(name: str, schema: Schema) -> str:
    if "properties" not in schema:
        return f"{name}: TypeAlias = {_written(schema, PYTHON)}\n"
    fields: dict[str, str] = {}
    for key, value in schema["properties"].items():
        shape = _written(value, PYTHON)
        fields[key] = shape if key in schema["required"] else f"NotRequired[{shape}]"
    if any(iskeyword(key) for key in fields):
        lines = "".join(f'        "{key}": {shape},\n' for key, shape in fields.items())
        return f'{name} = TypedDict(\n    "{name}",\n    {{\n{lines}    }},\n)\n'
    # Keys that the format does not know are kept.
    config = '@with_config(ConfigDict(extra="allow"))\n' if schema["additionalProperties"] else ""
    lines = "".join(f"    {key}: {shape}\n" for key, shape in fields.items())
    return f"{config}class {name}(TypedDict):\n{lines}"


def _written(schema: Schema, language: Language) -> str:
    """Return a type, in which objects with certain keys have names."""
    kind = schema.get("type")
    if "$ref" in schema:
        written = str(schema["$ref"]).rpartition("/")[2]
    elif "enum" in schema or "const" in schema:
        words = schema.get("enum", [schema.get("const")])
        true = "True" if language is PYTHON else "true"
        written = language.words([true if word is True else f'"{word}"' for word in words])
    elif "anyOf" in schema:
        written = language.union([_written(option, language) for option in schema["anyOf"]])
    elif kind == "array" and "prefixItems" in schema:
        written = language.pair([_written(item, language) for item in schema["prefixItems"]])
    elif kind == "array":
        written = language.many(_written(schema["items"], language))
    elif kind == "object":
        written = language.named(_written(_values(schema), language))
    else:
        written = language.simple[kind] if kind else language.anything
    return written


def _values(schema: Schema) -> dict[str, Any]:
    """Return the schema of the values of an object with any keys."""
    if "patternProperties" in schema:
        (values,) = schema["patternProperties"].values()
        return dict(values)
    return dict(schema["additionalProperties"])


def _camel(name: str) -> str:
    return "".join(word.title() for word in name.split("_"))
