"""The front matter: where it is, and a strict reader for its YAML.

The reader works on parser events, never on a loader: nothing is resolved, merged or constructed, and nesting
is bounded, so no input can make it slow or deep. Scalars are texts; what they mean is the business of
``header``.
"""

import re
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

import yaml

from worker.compiler.catalogue import Code
from worker.compiler.diagnostics import Faults, plain
from worker.compiler.slices import Span
from worker.compiler.source import BLANKS
from worker.compiler.vocabulary import section_name

__all__ = [
    "Broken",
    "Collection",
    "Entries",
    "FrontMatter",
    "Scalar",
    "Value",
    "find_front_matter",
    "pairs",
    "read_front_matter",
    "unwrapped",
    "without_wrapping",
]

MAX_CHUNKS: Final = 1000
MAX_BRACKETS: Final = 64
MAX_DEPTH: Final = 3
LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FENCE: Final = "---"
SECOND_LEVEL: Final = re.compile(r"^## (?P<title>.*)$", re.MULTILINE)
CODE_FENCE: Final = re.compile(r"^(?:```|~~~).*$", re.MULTILINE)
WHERE: Final = "Front matter"


class FrontMatter(NamedTuple):
    """Where the front matter stands.

    ``fence`` is where the line before it begins, ``start`` and ``end`` are the range of its YAML, ``body`` is
    where the line behind it ends. ``wrapped`` tells that the whole file stands in a code block.
    """

    fence: int
    start: int
    end: int
    body: int
    wrapped: bool = False


@dataclass(slots=True)
class Scalar:
    """A YAML scalar: its text and its range."""

    text: str
    start: int
    end: int


@dataclass(slots=True)
class Collection:
    """A YAML sequence, or a mapping whose keys and values stand in turn."""

    values: "list[Value]"
    mapping: bool
    start: int
    end: int


@dataclass(slots=True)
class Broken:
    """A value that was reported and about which nothing more is to be said."""

    start: int
    end: int


Value: TypeAlias = Scalar | Collection | Broken
Entries: TypeAlias = list[tuple[Value, Value]]

NULLS: Final = frozenset(("", "~", "null", "Null", "NULL"))
COLLECTIONS: Final = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
COLLECTION_ENDS: Final = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


def pairs(mapping: Collection) -> Entries:
    """Return the keys of a mapping with their values."""
    return list(zip(mapping.values[::2], mapping.values[1::2], strict=True))


def find_front_matter(text: str, faults: Faults) -> FrontMatter | None:
    """Find the front matter; report when it is missing, not at the top or not closed."""
    top = len(text) - len(text.lstrip(" \t\n"))
    start = text.rfind("\n", 0, top) + 1
    if _is_fence(_line(text, start)):
        return _from_fence(text, start, faults)
    return _misplaced(text, start, faults)


def unwrapped(text: str, place: FrontMatter | None, faults: Faults) -> str:
    """Return a file with blanks for the marks of a code block that it stands in, and what is behind that."""
    if place is None:
        return _without_block(text, faults)
    return without_wrapping(text, place.body) if place.wrapped else text


def without_wrapping(text: str, body: int) -> str:
    """Return a file that is wrapped in a code block with blanks where the block is closed and behind that.

    A block inside of the body has two fences, so the last fence closes the file only when it is an odd one.
    """
    fences = list(CODE_FENCE.finditer(text, body))
    if len(fences) % 2 == 0:
        return text
    *_, last = fences
    if last.group().strip(BLANKS + "`~"):
        return text
    end = last.start()
    return text[:end] + re.sub(r"[^\n]", " ", text[end:])


def _without_block(text: str, faults: Faults) -> str:
    """Return a file without front matter with blanks for the code block that it stands in, and report that.

    Any other code block is left alone: one that is never closed, or that has no heading in it.
    """
    heading = text.find("\n#")
    fences: list[re.Match[str] | None] = [*CODE_FENCE.finditer(text), None, None]
    opening, closing, *_ = fences
    if opening is None or closing is None or not opening.start() < heading < closing.start():
        return text
    start, end = opening.span()
    _report_block(start, end, faults)
    return without_wrapping(text[:start] + " " * (end - start) + text[end:], end)


def _misplaced(text: str, start: int, faults: Faults) -> FrontMatter | None:
    """Look for a front matter that has text before it; report that, or that there is none."""
    at = start
    for _ in range(20):
        line = _line(text, at)
        after = at + len(line) + 1
        if _is_fence(line) and (
            CODE_FENCE.match(text, start) or re.match(r"[A-Za-z_]+:", _line(text, after))
        ):
            return _with_text_before(text, start, at, faults)
        at = after
    faults.add(
        Code.MISSING_FRONT_MATTER,
        Span(start, start + len(_line(text, start))),
        WHERE,
        "the file does not begin with a front matter",
        "begin the file with three lines: `---`, `name: The name of your assessment`, `---`",
    )
    return None


def _with_text_before(text: str, start: int, at: int, faults: Faults) -> FrontMatter:
    """Report what stands before the front matter; often that is how language models answer."""
    first = _line(text, start)
    opening = CODE_FENCE.search(text, start, at)
    if opening is not None and text[start:at].strip(BLANKS) == first.strip(BLANKS):
        _report_block(start, start + len(first), faults)
    else:
        faults.add(
            Code.MISPLACED_FRONT_MATTER,
            Span(start, start + len(first)),
            WHERE,
            "there is text before the front matter",
            "delete everything before the first `---` line"
            + (", and the line that closes the code block with all behind it" if opening else ""),
        )
    place = _from_fence(text, at, faults)
    return place._replace(wrapped=opening is not None)


def _report_block(start: int, end: int, faults: Faults) -> None:
    message = "the whole file is wrapped in a code block"
    hint = "delete this line, and the line that closes the block with all behind it"
    faults.add(Code.FENCED_FILE, Span(start, end), "", message, hint)


def _from_fence(text: str, fence: int, faults: Faults) -> FrontMatter:
    at = end = fence + len(_line(text, fence))
    while at := text.find("\n" + FENCE, at) + 1:
        line = _line(text, at)
        if _is_fence(line):
            if any(section_name(heading["title"]) for heading in SECOND_LEVEL.finditer(text, end, at)):
                break  # a thematic break of the body
            return FrontMatter(fence, end + 1, at, at + len(line))
    at = text.find("\n## ", end) + 1 or len(text)
    faults.add(
        Code.UNCLOSED_FRONT_MATTER,
        Span(fence, fence + len(FENCE)),
        WHERE,
        "the front matter is not closed",
        "write a line `---` after its last key",
    )
    return FrontMatter(fence, end + 1, at, at)


def _line(text: str, start: int) -> str:
    end = text.find("\n", start)
    return text[start : end if end >= 0 else len(text)]


def _is_fence(line: str) -> bool:
    return line.startswith(FENCE) and not line[3:].strip(BLANKS)


def read_front_matter(text: str, place: FrontMatter, faults: Faults) -> tuple[Entries, bool]:
    """Read the YAML between the fences.

    Returns the entries of the outermost mapping, and whether they are all that is there: False when a part
    could not be read, so that nothing may be concluded from what is missing. Every faulty entry is reported;
    the others are read.
    """
    text = text[place.start : place.end]
    if text.count("[") + text.count("{") > MAX_BRACKETS:
        _too_deep(place.start, faults)
        return [], False
    reader = _Reader(text, place.start, faults)
    try:
        return reader.read(text, 0), reader.whole
    except yaml.YAMLError as fault:
        whole = fault
    except _TooDeepError:
        return [], False
    entries: Entries = []
    count = len(faults.found)
    for at, chunk in _chunks(text)[:MAX_CHUNKS]:
        try:
            entries += reader.read(chunk, at)
        except yaml.YAMLError as fault:
            reader.report(fault, at)
        except _TooDeepError:
            break
    if len(faults.found) == count:
        reader.report(whole, 0)
    return entries, False


def _too_deep(at: int, faults: Faults) -> None:
    faults.add(
        Code.YAML_TOO_DEEP,
        Span(at, at),
        WHERE,
        "the front matter is nested too deep",
        "the front matter holds short values only: `key: value`, one a line; write long texts into the body",
    )


def _chunks(text: str) -> list[tuple[int, str]]:
    """Split YAML before every line that begins an outermost entry."""
    starts = [0, *(match.start() for match in re.finditer(r"(?<=\n)[^\s#\-\]}]", text))]
    return [(at, text[at:end]) for at, end in zip(starts, [*starts[1:], len(text)], strict=True)]


class _TooDeepError(Exception):
    """The reading ends here; the fault has been reported."""


class _Reader:
    """Turns parser events into values, with the range of each."""

    def __init__(self, text: str, base: int, faults: Faults) -> None:
        self.text = text
        self.base = base
        self.faults = faults
        self.whole = True  # whether all that was read were keys with values

    def read(self, chunk: str, at: int) -> Entries:
        """Read one YAML document that holds a mapping.

        Raises:
            yaml.YAMLError: it is not YAML.
            _TooDeepError: it is nested too deep.
        """
        # Each open collection: its values so far (keys and values in turn for a mapping), and whether it is a
        # mapping.
        root: list[Value] = []
        values = root
        open_: list[list[Value]] = []
        at += self.base
        event: Any
        for event in iter(LOADER(chunk).get_event, None):
            kind = event.__class__
            if kind is yaml.ScalarEvent:
                start, end = at + event.start_mark.index, at + event.end_mark.index
                text = "" if event.implicit[0] and event.value in NULLS else event.value
                if event.anchor is not None or event.tag is not None:
                    self._refuse(event, start, end)
                values.append(Scalar(text, start, end))
            elif kind in COLLECTIONS:
                start = at + event.start_mark.index
                if event.anchor is not None or event.tag is not None:
                    self._refuse(event, start, start)
                if len(open_) == MAX_DEPTH:
                    _too_deep(start, self.faults)
                    raise _TooDeepError
                collection = Collection([], kind is yaml.MappingStartEvent, start, start)
                values.append(collection)
                open_.append(values)
                values = collection.values
            elif kind in COLLECTION_ENDS:
                values = open_.pop()
                closed = values[-1]
                closed.end = at + event.end_mark.index
            elif kind is yaml.AliasEvent:
                start, end = at + event.start_mark.index, at + event.end_mark.index
                self._refuse(event, start, end)
                values.append(Broken(start, end))
        return self._entries(root)

    def _entries(self, root: list[Value]) -> Entries:
        entries: Entries = []
        for value in root:
            if isinstance(value, Collection) and value.mapping:
                entries += pairs(value)
            elif value.end > value.start:
                self.whole = False
                if self.faults.found and self.faults.found[-1].start == value.start:
                    continue  # it has been refused as an alias, or for its anchor or tag
                self.faults.add(
                    Code.YAML_SYNTAX,
                    value,
                    WHERE,
                    "this is not a `key: value` line",
                    "write one `key: value` a line, such as `name: The name of your assessment`",
                )
        return entries

    def _refuse(self, event: Any, start: int, end: int) -> None:
        """Report an alias, an anchor or a tag."""
        if event.__class__ is yaml.AliasEvent:
            code, what = Code.YAML_ALIAS, f"the alias `*{plain(str(event.anchor))}`"
            mend = "write the value itself"
        elif event.anchor is not None:
            code, what = Code.YAML_ANCHOR, f"the anchor `&{plain(event.anchor)}`"
            mend = "delete it; if the value begins with `&`, put the value in quotes"
        else:
            code, what = Code.YAML_TAG, f"the tag `{plain(event.tag)}`"
            mend = "delete it; if the value begins with `!`, put the value in quotes"
        self.faults.add(code, Span(start, end), WHERE, f"{what} is not allowed in the front matter", mend)

    def report(self, fault: yaml.YAMLError, at: int) -> None:
        """Report what the parser could not read; ``at`` is where the text that it was given begins."""
        problem = str(getattr(fault, "problem", None) or "it holds a character that YAML does not allow")
        mark = getattr(fault, "problem_mark", None)
        if "quoted" in str(getattr(fault, "context", None)):
            mark = getattr(fault, "context_mark", None)
        index = at + (mark.index if mark is not None else getattr(fault, "position", 0))
        index = min(index, max(len(self.text.rstrip()) - 1, 0))
        first = self.text.rfind("\n", 0, index) + 1
        line = self.text[first:].partition("\n")[0]
        if re.match(r"\s*\t", line):
            self._report_tab(first, line)
            return
        key, colon, value = line.partition(":")
        value = value.strip()
        is_key = colon and re.fullmatch(r"\s*\w[\w .-]*", key)
        hint = "write one `key: value` a line; texts with `:`, `#`, quotes or brackets stand in quotes"
        is_value = "mapping values" in problem
        if is_value:
            problem = "a value that holds `: ` must stand in quotes"
        if is_key and ("<document start>" in problem or (is_value and index == first + len(key))):
            problem = "this key is not indented as the one above is"
            hint = (
                "write every key at the beginning of its line, and what belongs to it two spaces further in"
            )
        elif is_key and value:
            inner = value.strip("\"'").replace("\\", "\\\\").replace('"', '\\"')
            hint = f'write `{key.strip()}: "{plain(inner, 200)}"`'
        start = self.base + index
        self.faults.add(
            Code.YAML_SYNTAX, Span(start, start), WHERE, f"the YAML cannot be read: {problem}", hint
        )

    def _report_tab(self, first: int, line: str) -> None:
        """Report a line of which the indentation has a tab, which YAML does not allow."""
        above = self.text[:first].rstrip().rpartition("\n")[2]
        is_inside = above[:1].isspace() or above.endswith((":", ">", "|", "-"))
        mended = plain(line.strip(), 200)
        start = self.base + first + line.index("\t")
        self.faults.add(
            Code.YAML_SYNTAX,
            Span(start, start),
            WHERE,
            "a tab stands where YAML allows only spaces",
            f"write `  {mended}`, with two spaces in front"
            if is_inside
            else f"write `{mended}`, not indented",
        )
