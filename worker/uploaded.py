"""A definition that was uploaded as JSON: the compiler's report about it, and its canonical Markdown.

Whatever can be written as Markdown is written, and compiled as any file is. So a definition gets the same
diagnostics as the file that says the same, each with the path of the value in the JSON besides. Pure.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias

from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from worker.compiler.catalogue import Code
from worker.compiler.compile import compile_markdown
from worker.compiler.diagnostics import MAX_DIAGNOSTICS, Diagnostic, about_the_rest, plain, shown
from worker.compiler.formatter import Page, Path, write_definition
from worker.definition import Definition, JsonFault, json_path, write_json
from worker.partial import LISTS, MISSING, OBJECTS, Partial, read_partial

__all__ = ["Uploaded", "compile_definition"]

#: What the compiler demands and the database does not: of a definition these are warnings.
MAY_BE_MISSING: Final = frozenset(
    (Code.MISSING_FIELD, Code.EMPTY_SECTION, Code.EMPTY_NAME, Code.NO_EXPECTATION)
)
#: These are about the name of an item, whose heading they mark.
ABOUT_NAMES: Final = frozenset((Code.DUPLICATE_NAME, Code.EMPTY_NAME))
#: What markup is refused, by the beginning of the models' reasons.
MARKUP: Final[Mapping[str, tuple[Code, str]]] = {
    "raw-html": (Code.RAW_HTML, "HTML is not allowed"),
    "unsafe-link": (Code.UNSAFE_LINK, "links need complete http, https or mailto addresses"),
}
LONGEST_MESSAGE: Final = 300
VERSION: Final[Path] = ("metadata", "version")

JsonObject: TypeAlias = Mapping[str, Any]


class Uploaded(NamedTuple):
    """What an uploaded definition is.

    ``definition`` (as JSON, with the keys that the format does not know) and ``markdown`` are None if there
    is an error. Lines are those of ``markdown``, or 1 where none can be written.
    """

    definition: str | None
    markdown: str | None
    diagnostics: tuple[Diagnostic, ...]
    version_line: int
    version_is_stated: bool


def compile_definition(text: str) -> Uploaded:
    """Compile a definition in JSON. Errors are an outcome, never an exception."""
    try:
        data = json.loads(text, parse_float=Decimal)
        return _compile(data, read_partial(data))
    except (ValueError, ArithmeticError) as error:
        return _refused([JsonFault("$", f"this is not a definition in JSON: {error}")])
    except RecursionError:
        return _refused([JsonFault("$", "this is nested too deep for a definition")])


def _compile(data: JsonObject, partial: Partial) -> Uploaded:
    metadata = data.get("metadata")
    version_is_stated = isinstance(metadata, dict) and "version" in metadata
    if not partial.sound:
        return _refused(partial.faults)
    page = write_definition(partial.definition, with_version=version_is_stated)
    markdown = page.text()
    compilation = compile_markdown(markdown.encode())
    found = [_in_json(diagnostic, page) for diagnostic in compilation.diagnostics]
    if partial.faults and not any(diagnostic.severity == "error" for diagnostic in found):
        found += _diagnostics(partial.faults)
    found += [_unknown(where, model, page) for where, model in _unknown_keys(Definition, data, ())]
    found.sort(key=lambda diagnostic: (diagnostic.line, diagnostic.column))
    version_line = page.line_of(VERSION)
    if any(diagnostic.severity == "error" for diagnostic in found):
        return Uploaded(None, None, _limited(found), version_line, version_is_stated)
    definition = _json(partial, compilation.definition, data)
    return Uploaded(definition, markdown, _limited(found), version_line, version_is_stated)


def _refused(faults: Sequence[JsonFault]) -> Uploaded:
    """Return the outcome for a definition that cannot be written as Markdown."""
    return Uploaded(None, None, _limited([*_diagnostics(faults)]), 1, version_is_stated=False)


def _diagnostics(faults: Iterable[JsonFault]) -> Iterator[Diagnostic]:
    for path, reason in faults:
        kind, _, found = reason.partition(": ")
        if kind in MARKUP:
            code, rule = MARKUP[kind]
            message = f"{shown(found)}: {rule}"
        else:
            code, message = Code.INVALID_DEFINITION, plain(reason, LONGEST_MESSAGE)
        yield _at_line(1, code, path, message, f"correct or add the value at `{path}`")


def _at_line(line: int, code: Code, path: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code.severity, code.value, line, 1, line, 2, "", message, hint, path=path)


def _in_json(diagnostic: Diagnostic, page: Page) -> Diagnostic:
    """Return a diagnostic about the Markdown as one about the JSON: edits of the Markdown are of no use."""
    where = page.path_at(diagnostic.line)
    field = diagnostic.args.get("field")
    if diagnostic.code == Code.MISSING_FIELD and isinstance(field, str):
        where = (*where, to_camel(field))
    elif diagnostic.code in ABOUT_NAMES:
        where = (*where, "name")
    severity = "warning" if diagnostic.code in MAY_BE_MISSING else diagnostic.severity
    return replace(diagnostic, severity=severity, fix=None, path=json_path(where))


def _limited(found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the first diagnostics, and one that counts the others.

    The compiler may have counted some already, in a diagnostic of its own: they are added.
    """
    counts = [diagnostic for diagnostic in found if diagnostic.code == Code.TOO_MANY_FAULTS]
    single = [diagnostic for diagnostic in found if diagnostic.code != Code.TOO_MANY_FAULTS]
    rest = single[MAX_DIAGNOSTICS:]
    unseen = rest + counts
    if not unseen:
        return tuple(single)
    count = len(rest) + sum(int(diagnostic.args["count"]) for diagnostic in counts)
    message, hint, args = about_the_rest(count)
    line = min(diagnostic.line for diagnostic in unseen)
    last = replace(
        _at_line(line, Code.TOO_MANY_FAULTS, "$", message.format(**args), hint),
        severity="error" if any(diagnostic.severity == "error" for diagnostic in unseen) else "warning",
        args=args,
    )
    return (*single[:MAX_DIAGNOSTICS], last)


# --- keys that the format does not know ---------------------------------------------------------------------


def _unknown_keys(
    model: type[BaseModel], data: JsonObject, where: Path
) -> Iterator[tuple[Path, type[BaseModel]]]:
    """Yield the paths of keys that a model does not have, and the model."""
    known = _keys(model)
    for key, value in data.items():
        if key not in known:
            yield (*where, key), model
        elif key in OBJECTS and isinstance(value, dict):
            yield from _unknown_keys(OBJECTS[key], value, (*where, key))
        elif key in LISTS and isinstance(value, list):
            for place, item in enumerate(value):
                yield from _unknown_keys(LISTS[key], item, (*where, key, place))


@cache
def _keys(model: type[BaseModel]) -> Mapping[str, None]:
    """Return the keys of a model, in its order."""
    return dict.fromkeys([field.alias or name for name, field in model.model_fields.items()])


def _unknown(where: Path, model: type[BaseModel], page: Page) -> Diagnostic:
    key = str(where[-1])
    names = ", ".join(f"`{name}`" for name in _keys(model))
    message = f"the key {shown(key)} is not known: it is kept and ignored"
    line = page.line_of(where[:-1])
    found = _at_line(line, Code.UNKNOWN_KEY, json_path(where), message, f"the keys here are {names}")
    return replace(found, args={"key": plain(key)})


def _json(partial: Partial, compiled: Definition | None, data: JsonObject) -> str:
    """Return a definition as JSON: as a file that says the same has it, with the keys of the upload."""
    whole = partial.definition if compiled is None else compiled
    value = whole.model_dump(by_alias=True, exclude_none=True, warnings=False)
    parts: list[str] = []
    write_json(_kept(Definition, value, data), parts.append, ",", ":")
    return "".join(parts)


def _kept(model: type[BaseModel], value: dict[str, Any], data: JsonObject) -> dict[str, Any]:
    """Return a part without what is missing of it, and with the unknown keys of the upload."""
    kept = {key: item for key, item in value.items() if item or key not in MISSING.get(model, ())}
    known = _keys(model)
    for key, given in data.items():
        if key not in known:
            kept[key] = given
        elif key in OBJECTS and isinstance(given, dict):
            kept[key] = _kept(OBJECTS[key], kept[key], given)
        elif key in LISTS and isinstance(given, list):
            pairs = zip(kept[key], given, strict=True)
            kept[key] = [_kept(LISTS[key], item, original) for item, original in pairs]
    return kept
