"""Changing the front matter of a file: the lines of some keys, and nothing else of it."""

import re
from typing import Final

from worker.compiler.compile import compile_markdown
from worker.compiler.diagnostics import Faults
from worker.compiler.formatter import metadata_lines
from worker.compiler.front_matter import find_front_matter
from worker.compiler.header import KNOWN, STYLE, STYLE_KEYS
from worker.compiler.source import read_source
from worker.compiler.values import normal_key
from worker.definition import Definition, Metadata

__all__ = ["with_definition"]

#: Where an outermost entry of the front matter begins.
ENTRY: Final = re.compile(r"^(?=[^\s#])", re.MULTILINE)
#: Lines of comment and blank lines at the end of an entry, which are not its own.
BEHIND: Final = re.compile(r"(?:^[ \t]*(?:#[^\n]*)?(?:\n|\Z))*\Z", re.MULTILINE)
COMMENT: Final = re.compile(r"[ \t]+#[^\n]*$")


def with_definition(source: str, definition: Definition) -> str | None:
    """Return a file with the front matter that a definition has.

    None where the file does not compile to the rest of the definition, or where its front matter is written
    in a way that cannot be changed line by line.
    """
    compiled = compile_markdown(source.encode()).definition
    if compiled is None:
        return None
    wanted = definition.to_json()
    if compiled.to_json() == wanted:
        return source
    if compiled.model_copy(update={"metadata": definition.metadata}).to_json() != wanted:
        return None
    changed = _with_metadata(source, compiled.metadata, definition.metadata)
    again = compile_markdown(changed.encode()).definition
    return changed if again is not None and again.to_json() == wanted else None


def _with_metadata(source: str, before: Metadata, after: Metadata) -> str:
    faults = Faults()
    text = read_source(source.encode(), faults)
    place = find_front_matter(text, faults)
    if place is None:
        return source
    old, new = metadata_lines(before), metadata_lines(after)
    left = {key: lines for key, lines in new.items() if lines != old.get(key)}
    changed = {*left, *(key for key in old if key not in new)}
    entries: list[str] = []
    for entry in ENTRY.split(text[place.start : place.end]):
        key = _key(entry)
        if key in changed:
            entries.append(_replaced(entry, left.pop(key, [])))
        else:
            entries.append(entry)
    entries += [f"{line}\n" for lines in left.values() for line in lines]
    changed_text = text[: place.start] + "".join(entries) + text[place.end :]
    line_end = "\r\n" if "\r\n" in source else "\n"
    mark = "\ufeff" if source.startswith("\ufeff") else ""
    return mark + changed_text.replace("\n", line_end)


def _key(entry: str) -> str:
    """Return the key of an entry; one of the interview style's own belongs to it."""
    name = KNOWN.get(normal_key(entry.partition(":")[0].strip("\"' ")), "")
    return STYLE if name in STYLE_KEYS else name


def _replaced(entry: str, lines: list[str]) -> str:
    """Return the lines in place of an entry, with the comments that stand beside or behind it."""
    behind = BEHIND.search(entry)
    rest = "" if behind is None else behind.group()
    own = entry[: len(entry) - len(rest)].rstrip("\n")
    comment = COMMENT.search(own)
    if len(lines) == 1 and "\n" not in own and comment is not None:
        return f"{lines[0]}{comment.group()}\n{rest}"
    return "".join(f"{line}\n" for line in lines) + rest
