"""The output of ``diff``: for people, for programs, for a pull request, and for GitHub's annotations."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import Final, NamedTuple

from worker.changes import CATEGORY, DIMENSION
from worker.compiler.report import escape_data, escape_property, excerpt
from worker.content import Json, canonical_text
from worker.definition import write_json
from worker.diff import MAJOR, Comparison, Located
from worker.scoring import Outcome
from worker.witness import Search

__all__ = ["Files", "github_diff", "json_diff", "markdown_diff", "text_diff"]

NOTHING: Final = "nothing"


class Files(NamedTuple):
    """The names of the two files."""

    old: str
    new: str


# --- for people ---------------------------------------------------------------------------------------------


def text_diff(files: Files, found: Comparison) -> str:
    """Return the changes by class, each with the old and the new value, and the effect on scores."""
    parts: list[str] = []
    for class_, changes in groupby(found.changes, lambda located: located.change.rule.class_):
        parts.append(f"{class_}\n")
        for located in changes:
            parts.append(f"  {excerpt(located.change.sentence)}\n")
            parts += [f"    {mark} {text}\n" for mark, text in _both(files, located)]
            if located.search is not None:
                parts.append(f"    = {_effect(found, located.search)}\n")
    if found.together is not None:
        parts.append(f"all changes together\n  = {_effect(found, found.together)}\n")
    return "".join([*parts, f"{_summary(files, found)}\n"])


def _both(files: Files, located: Located) -> Iterator[tuple[str, str]]:
    """Yield the old and the new text of a change, each with its place."""
    change = located.change
    for mark, file, line, value in (
        ("-", files.old, located.old_line, change.old),
        ("+", files.new, located.new_line, change.new),
    ):
        if line is not None or not _is_empty(value):
            where = file if line is None else f"{file}:{line}"
            yield mark, f"{excerpt(where)}: {excerpt(_value(located, value))}"


def _is_empty(value: Json) -> bool:
    return value is None or value == []


def _value(located: Located, value: Json) -> str:
    """Return a value for people; for an item that was added or removed, its key."""
    change = located.change
    pattern = change.rule.pattern
    if pattern in {f"{kind}/{how}" for kind in (DIMENSION, CATEGORY) for how in ("added", "removed")}:
        return change.item
    if _is_empty(value):
        return NOTHING
    return value if isinstance(value, str) else canonical_text(value)


def _effect(found: Comparison, search: Search) -> str:
    """Return an example of scores with another category, or that there is none."""
    if search.witness is None:
        if search.proved:
            return "changes no result: every complete interview leads to the same category"
        return "no example of another category was found, but there may be one"
    scores = ", ".join(
        f"{excerpt(found.names[key])} {_number(value)}" for key, value in search.witness.scores.items()
    )
    return f"for example {scores}: {_outcome(search.witness.old)} becomes {_outcome(search.witness.new)}"


def _outcome(outcome: Outcome) -> str:
    if outcome.category is None:
        return f"no category ({outcome.overall})"
    return f'"{excerpt(outcome.category.name)}" ({outcome.overall})'


def _number(number: Decimal) -> str:
    return f"{number:f}"


def _summary(files: Files, found: Comparison) -> str:
    """Return the last line: the class and the version that it needs."""
    if found.class_ is None:
        return "nothing changed"
    count = len(found.changes)
    changes = "1 change" if count == 1 else f"{count} changes"
    asks = f"{changes}, {found.class_}: from version {found.old_version} at least {found.least_version}"
    if found.is_enough:
        return f"{asks}, and {excerpt(files.new)} has {found.new_version}"
    return f"{asks}, but {excerpt(files.new)} has {found.new_version}"


# --- for a pull request -------------------------------------------------------------------------------------


def markdown_diff(files: Files, found: Comparison) -> str:
    """Return the changes as Markdown, with authors' texts as code."""
    parts: list[str] = []
    for class_, changes in groupby(found.changes, lambda located: located.change.rule.class_):
        parts.append(f"### {class_.capitalize()}\n\n")
        for located in changes:
            parts.append(f"- {_prose(located.change.sentence)}\n")
            parts += [
                f"  - {'old' if mark == '-' else 'new'}: {_code(text)}\n"
                for mark, text in _both(files, located)
            ]
            if located.search is not None:
                parts.append(f"  - {_prose(_effect(found, located.search))}\n")
        parts.append("\n")
    if found.together is not None:
        parts.append(f"**All changes together:** {_prose(_effect(found, found.together))}\n\n")
    return "".join([*parts, f"{_prose(_summary(files, found))}\n"])


def _code(text: str) -> str:
    """Return a code span, whose marks are longer than any in the text."""
    longest = 0
    run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    mark = "`" * (longest + 1)
    return f"{mark} {text} {mark}" if longest else f"{mark}{text}{mark}"


def _prose(text: str) -> str:
    """Return a text without markup."""
    plain = excerpt(text, len(text))
    return "".join(f"\\{c}" if c in "\\`*_[]<>|#&!~@" else c for c in plain)


# --- for programs -------------------------------------------------------------------------------------------


def github_diff(files: Files, found: Comparison) -> str:
    """Return workflow commands for GitHub annotations: warnings if results are no longer comparable."""
    lines = []
    for located in found.changes:
        rule = located.change.rule
        file, line = (
            (files.old, located.old_line) if located.new_line is None else (files.new, located.new_line)
        )
        text = located.change.sentence
        if located.search is not None:
            text += f" {_effect(found, located.search)}"
        level = "warning" if rule.class_ in MAJOR else "notice"
        lines.append(
            f"::{level} file={escape_property(file)},line={line or 1},title={escape_property(rule.rule)}"
            f"::{escape_data(text)}\n"
        )
    if not found.is_enough:
        text = _summary(files, found)
        lines.append(f"::error file={escape_property(files.new)},title=version::{escape_data(text)}\n")
    return "".join(lines)


def json_diff(files: Files, found: Comparison) -> str:
    """Return one line of JSON."""
    bump = None if found.class_ is None else "major" if found.class_ in MAJOR else "minor"
    value: Json = {
        "old": {"file": files.old, "version": found.old_version},
        "new": {"file": files.new, "version": found.new_version},
        "class": found.class_,
        "bump": bump,
        "least_version": found.least_version,
        "enough": found.is_enough,
        "changes": [_json_change(located) for located in found.changes],
        "together": None if found.together is None else _json_search(found.together),
    }
    parts: list[str] = []
    write_json(value, parts.append, ", ", ": ")
    return "".join([*parts, "\n"])


def _json_change(located: Located) -> Json:
    change = located.change
    value: Json = {
        "rule": change.rule.rule,
        "class": change.rule.class_,
        "path": change.rule.pattern,
        "sentence": change.sentence,
        "item": change.item or None,
        "part": change.part or None,
        "old": {"line": located.old_line, "value": change.old},
        "new": {"line": located.new_line, "value": change.new},
    }
    if located.search is not None and isinstance(value, dict):
        value["effect"] = _json_search(located.search)
    return value


def _json_search(search: Search) -> Json:
    """Return the known effect: whether a category differs (None: unknown), and the witness."""
    witness = search.witness
    if witness is None:
        return {"differs": False if search.proved else None, "witness": None}
    return {
        "differs": True,
        "witness": {
            "scores": {**witness.scores},
            "old": _json_outcome(witness.old),
            "new": _json_outcome(witness.new),
        },
    }


def _json_outcome(outcome: Outcome) -> Json:
    return {
        "overall": outcome.overall,
        "category": None if outcome.category is None else outcome.category.name,
    }
