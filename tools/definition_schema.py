"""docs/definition.schema.json, from the models."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from worker.definition import Definition

TARGET = Path("docs/definition.schema.json")


def generate() -> str:
    """Return the JSON Schema (draft 2020-12) of a definition."""
    schema = Definition.model_json_schema(by_alias=True, mode="validation")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Assessment definition, version 1",
        "description": "The definition that the compiler produces from an assessment file and the database stores. References between "
        "names, the sum of the weights and overlaps of ranges are checked beyond this schema.",
    }
    return json.dumps({**head, **clean(schema, "Definition")}, indent=2, default=number_of) + "\n"


def number_of(value: object) -> int | float:
    """Return a number of the models in JSON's form."""
    number = Decimal(str(value))
    return int(number) if number == number.to_integral_value() else float(number)


def clean(node: Any, name: str = "") -> Any:
    """Drop titles that only repeat names, keep the first line of descriptions, and let no text be null."""
    if isinstance(node, list):
        return [clean(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "anyOf" in node and {"type": "null"} in node["anyOf"]:
        (kept,) = [option for option in node["anyOf"] if option != {"type": "null"}]
        node = {**{k: v for k, v in node.items() if k not in {"anyOf", "default"}}, **kept}
    cleaned: dict[str, Any] = {}
    for key, value in node.items():
        if key in {"title", "description"} and isinstance(value, str):
            if key == "description" and not name:
                cleaned[key] = " ".join(value.split("\n\n")[0].split()).replace("``", "`")
            continue
        if key in {"properties", "$defs"}:
            cleaned[key] = {inner: clean(child) for inner, child in value.items()}
        else:
            cleaned[key] = clean(value)
    if "patternProperties" in cleaned:
        cleaned["additionalProperties"] = False
    return cleaned
