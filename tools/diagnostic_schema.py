"""docs/diagnostics.schema.json, from the class that holds a diagnostic."""

import json
from pathlib import Path

from pydantic import TypeAdapter

from tools.definition_schema import clean
from worker.compiler import Diagnostic

TARGET = Path("docs/diagnostics.schema.json")


def generate() -> str:
    """Return the JSON Schema (draft 2020-12) of the diagnostics of a file or an upload."""
    schema = clean(TypeAdapter(Diagnostic).json_schema(), "Diagnostic")
    parts = schema.pop("$defs")
    parts["Diagnostic"] = schema
    # A diagnostic has its arguments always, even if there are none.
    schema["required"].append("args")
    for part in parts.values():
        part["additionalProperties"] = False
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Diagnostics of an assessment file, version 1",
        "description": "What the compiler and the database report about a file. Lines and columns count from 1.",
        "type": "array",
        "items": {"$ref": "#/$defs/Diagnostic"},
    }
    return json.dumps({**head, "$defs": parts}, indent=2) + "\n"
