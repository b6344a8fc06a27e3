"""The front matter: where it is, and a strict reader for its YAML.

The reader works on parser events, never on a loader: nothing is resolved, merged or constructed, and nesting
is bounded, so no input can make it slow or deep. Scalars are texts; what they mean is the business of
``header``.
"""

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

import yaml

from worker.compiler.catalogue import Code
from worker.compiler.diagnostics import Faults, Hint, plain
from worker.compiler.proposals import Edit, Proposal, replacing
from worker.compiler.slices import Span, line_start
from worker.compiler.source import BLANKS
from worker.compiler.values import OTHER_COLONS, normal_key
from worker.compiler.vocabulary import section_name
from worker.definition import NO_BREAK_SPACES, SPACES, InterviewStyle, Metadata

__all__ = [
    "Broken",
    "Collection",
    "Entries",
    "FrontMatter",
    "Scalar",
    "Value",
    "find_front_matter",
    "lacks_only_lines",
    "pairs",
    "read_front_matter",
    "title_in",
    "unwrapped",
    "without_wrapping",
    "yaml_text",
]

MAX_CHUNKS: Final = 1000
MAX_BRACKETS: Final = 64
MAX_DEPTH: Final = 3
LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FENCE: Final = "---"
#: A line that was meant to close the front matter: other dashes, or too few or many.
OTHER_FENCE: Final = re.compile(r"^[-－‐‑‒–—―−]{1,10}[ \t]*$", re.MULTILINE)
SECOND_LEVEL: Final = re.compile(r"^## (?P<title>.*)$", re.MULTILINE)
#: Lines of ``key: value`` where the front matter should be, in a block of code or without marks.
LOOSE_LINES: Final = re.compile(
    r"(?P<open>```+[a-z]*[ ]*\n)?(?P<lines>[a-z_]+:[^\n]*\n(?:[a-z_]+:[^\n]*\n|[ ]+\S[^\n]*\n)*)"
    r"(?(open)```+[ ]*(?:\n|\Z))"
)
CODE_FENCE: Final = re.compile(r"^(?:```|~~~).*$", re.MULTILINE)
FIRST_HEADING: Final = re.compile(r"^(?P<marks>#{1,6}) +(?P<title>[^\n]*[^\s#])[ #]*$", re.MULTILINE)
#: Texts that need no quotation marks in YAML.
PLAIN_YAML: Final = re.compile(r"[^\W\d_][\w,.()/&'’!?+-]*(?: [\w,.(/&'’!?+-][\w,.()/&'’!?+-]*)*")
WHERE: Final = "Front matter"


class FrontMatter(NamedTuple):
    """The position of the front matter.

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
    """A YAML sequence, or a mapping as alternating keys and values."""

    values: "list[Value]"
    mapping: bool
    start: int
    end: int


@dataclass(slots=True)
class Broken:
    """A value that was reported and needs no further diagnostics."""

    start: int
    end: int


Value: TypeAlias = Scalar | Collection | Broken
Entries: TypeAlias = list[tuple[Value, Value]]

#: Blanks that YAML takes for letters, where it expects blanks.
BROAD_BLANK: Final = re.compile(rf"^[ {NO_BREAK_SPACES}]+|:[ {NO_BREAK_SPACES}]+", re.MULTILINE)
#: A key with what looks like a colon behind it.
OTHER_KEY: Final = re.compile(
    r"^(?P<key>[ \t]*\w[\w .‐‑-]{0,40}?)[ \t]*[：﹕∶꞉ː](?P<blank>[ \t]*)(?=[^\n]*$)", re.MULTILINE
)
#: The keys whose values are texts.
TEXTS: Final = frozenset(("name", "author", "description"))
KNOWN_KEYS: Final = frozenset(map(normal_key, (*Metadata.model_fields, *InterviewStyle.model_fields)))
STYLE_KEYS: Final = frozenset(map(normal_key, InterviewStyle.model_fields))
#: A line of letters without a colon, and one that begins with a key.
LONE_KEY: Final = re.compile(r"\s*[A-Za-z][\w-]*(?: [^:\n]*)?")
KEY_LINE: Final = re.compile(r"\s*[A-Za-z][\w -]*:")
QUOTES: Final = frozenset("\"'")
#: A value in quotation marks with a remark behind it.
QUOTED_WITH_NOTE: Final = re.compile(r"(?P<value>([\"'])[^\"']*\2)\s+(?P<note>\S.*)")
COMMENT: Final = re.compile(r"(?:\n?[ \t]+)(?P<comment>#[^\n]*)")
KEY_IN_TEXT: Final = re.compile(r"\n[ \t]+(?P<key>[A-Za-z][\w-]{0,40})[ \t]*[:：][^\n]*")
NULLS: Final = frozenset(("", "~", "null", "Null", "NULL"))
COLLECTIONS: Final = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
COLLECTION_ENDS: Final = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


def pairs(mapping: Collection) -> Entries:
    """Return the keys of a mapping with their values."""
    return list(zip(mapping.values[::2], mapping.values[1::2], strict=True))


def find_front_matter(text: str, faults: Faults) -> FrontMatter | None:
    """Find the front matter; report if it is missing, not at the top or not closed."""
    top = len(text) - len(text.lstrip(" \t\n"))
    start = line_start(text, top)
    if _is_fence(_line(text, start)):
        return _from_fence(text, start, faults)
    return _misplaced(text, start, faults)


def unwrapped(text: str, place: FrontMatter | None, faults: Faults) -> str:
    """Return a file with the code block around it blanked, and the text after it."""
    if place is None:
        return _without_block(text, faults)
    return without_wrapping(text, place.body) if place.wrapped else text


def without_wrapping(text: str, body: int) -> str:
    """Return a file that is wrapped in a code block with blanks where the block is closed and behind that.

    A block inside of the body has two fences, so the last fence closes the file only when it is an odd one.
    """
    end = _wrapping_end(text, body)
    return text[:end] + re.sub(r"[^\n]", " ", text[end:])


def _wrapping_end(text: str, body: int) -> int:
    """Return where the line begins that closes the code block around a file: the end if there is none."""
    fences = list(CODE_FENCE.finditer(text, body))
    if len(fences) % 2:
        *_, last = fences
        if not last.group().strip(BLANKS + "`~"):
            return last.start()
    return len(text)


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
    _report_block(text, Span(start, end), end, faults)
    return without_wrapping(text[:start] + " " * (end - start) + text[end:], end)


def _misplaced(text: str, start: int, faults: Faults) -> FrontMatter | None:
    """Look for front matter after some text; report the text, or that there is none."""
    at = start
    for _ in range(20):
        line = _line(text, at)
        after = at + len(line) + 1
        if _is_fence(line) and (
            CODE_FENCE.match(text, start) or re.match(r"[A-Za-z_]+:", _line(text, after))
        ):
            return _with_text_before(text, start, at, faults)
        at = after
    at_ = Span(start, start + len(_line(text, start)))
    message = "the file does not begin with a front matter"
    faults.add(Code.MISSING_FRONT_MATTER, at_, WHERE, message, lambda: _beginning_hint(text, start))
    return None


def lacks_only_lines(text: str, start: int, faults: Faults) -> bool:
    """Tell whether a text is the front matter that was reported as missing, without the lines around it."""
    return LOOSE_LINES.match(text, start) is not None and any(
        fault.code == Code.MISSING_FRONT_MATTER and fault.start == start for fault in faults.found
    )


def _beginning_hint(text: str, start: int) -> str | Proposal:
    """Return the text to insert before a body: the name is that of the first-level heading."""
    otherwise = "begin the file with three lines: `---`, `name:` with the name of the assessment, `---`"
    if (loose := LOOSE_LINES.match(text, start)) is not None:
        hint = "write `---` into a line of its own above and below these lines"
        edits = (Edit(start, loose.start("lines"), "---\n"), Edit(loose.end("lines"), loose.end(), "---\n"))
        return Proposal(hint, edits, otherwise, safe=True)
    title = title_in(text, 0)
    if title is None:
        return otherwise
    line = f"name: {yaml_text(title)}"
    edit = Edit(start, start, f"---\n{line}\n---\n\n")
    return Proposal(f"begin the file with three lines: `---`, `{line}`, `---`", (edit,), otherwise)


def title_in(text: str, body: int) -> str | None:
    """Return the text of the first-level heading before all others; None if there is none."""
    first = FIRST_HEADING.search(text, body)
    return None if first is None or len(first["marks"]) > 1 else first["title"]


def yaml_text(text: str) -> str:
    """Return a text as YAML spells it, in quotation marks if needed."""
    if PLAIN_YAML.fullmatch(text):
        return text
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    if "'" not in text:
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _with_text_before(text: str, start: int, at: int, faults: Faults) -> FrontMatter:
    """Report text before the front matter, which is typical of language models."""
    first = _line(text, start)
    at_ = Span(start, start + len(first))
    opening = CODE_FENCE.search(text, start, at)
    place = _from_fence(text, at, faults)
    if opening is not None and text[start:at].strip(BLANKS) == first.strip(BLANKS):
        _report_block(text, at_, place.body, faults)
    else:
        message = "there is text before the front matter"
        hint = "delete everything before the first `---` line"
        edits = [Edit(0, at, "")]
        if opening is not None:
            hint += ", and the line that closes the code block and everything after it"
            edits.append(Edit(_wrapping_end(text, place.body), len(text), ""))
        proposal = Proposal(hint, tuple(edits), hint)
        faults.add(Code.MISPLACED_FRONT_MATTER, at_, WHERE, message, proposal)
    return place._replace(wrapped=opening is not None)


def _report_block(text: str, fence: Span, body: int, faults: Faults) -> None:
    message = "the whole file is wrapped in a code block"
    hint = "delete this line, and the line that closes the block and everything after it"
    edits = (Edit(fence.start, fence.end + 1, ""), Edit(_wrapping_end(text, body), len(text), ""))
    faults.add(Code.FENCED_FILE, fence, "", message, Proposal(hint, edits, hint))


def _from_fence(text: str, fence: int, faults: Faults) -> FrontMatter:
    at = end = fence + len(_line(text, fence))
    while at := text.find("\n" + FENCE, at) + 1:
        line = _line(text, at)
        if _is_fence(line):
            if any(section_name(heading["title"]) for heading in SECOND_LEVEL.finditer(text, end, at)):
                break  # a thematic break of the body
            return FrontMatter(fence, end + 1, at, at + len(line))
    at = text.find("\n## ", end) + 1 or len(text)
    if (found := OTHER_FENCE.search(text, end, at)) is not None:
        message = "the line `{found}` does not close the front matter"
        hint = f"write `{FENCE}`, three hyphens"
        place = Span(*found.span())
        fix = replacing(place, FENCE, hint, hint, safe=True)
        faults.add(Code.UNCLOSED_FRONT_MATTER, place, WHERE, message, fix, found=found.group().strip())
        return FrontMatter(fence, end + 1, found.start(), found.end())
    hint = "write a line `---` after its last key"
    written = "---\n\n" if text[at - 1 : at] == "\n" else "\n---\n"
    proposal = Proposal(hint, (Edit(at, at, written),), hint)
    message = "the front matter is not closed"
    faults.add(Code.UNCLOSED_FRONT_MATTER, Span(fence, fence + len(FENCE)), WHERE, message, proposal)
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
    if not text.isascii():
        text = BROAD_BLANK.sub(lambda found: found[0].translate(SPACES), text)
    if OTHER_COLONS.search(text) is not None:
        return _read_with_colons(text, place.start, faults)
    return _read(text, place.start, faults)


def _read_with_colons(text: str, base: int, faults: Faults) -> tuple[Entries, bool]:
    """Read YAML in which what looks like a colon behind a key is one; YAML wants a blank behind it."""
    added: list[int] = []  # in front of which characters of the text that is read a blank was added

    def plain_colon(found: re.Match[str]) -> str:
        if found["blank"]:
            return f"{found['key']}:{found['blank']}"
        added.append(found.end() + len(added))
        return f"{found['key']}: "

    read = Faults()
    entries, complete = _read(OTHER_KEY.sub(plain_colon, text), base, read)

    def back(offset: int) -> int:
        return offset - bisect_left(added, offset - base)

    for value in [value for entry in entries for value in entry]:
        _move(value, back)
    read.found = [fault._replace(start=back(fault.start), end=back(fault.end)) for fault in read.found]
    faults.extend(read)
    return entries, complete


def _move(value: Value, to: Callable[[int], int]) -> None:
    """Give a value, which is at most a few levels deep, and those in it other places."""
    value.start, value.end = to(value.start), to(value.end)
    if isinstance(value, Collection):
        for inner in value.values:
            _move(inner, to)


def _read(text: str, base: int, faults: Faults) -> tuple[Entries, bool]:
    if text.count("[") + text.count("{") > MAX_BRACKETS:
        _too_deep(base, faults)
        return [], False
    reader = _Reader(text, base, faults)
    try:
        read = reader.read(text, 0)
        _report_cut(text, base, read, faults)
        return read, reader.whole  # noqa: TRY300 - what fails is read again below
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


def _report_cut(text: str, base: int, entries: Entries, faults: Faults) -> None:
    """Report texts that end at a ` #`, and texts in which a line spells another key."""
    keys = {normal_key(key.text) for key, _ in entries if isinstance(key, Scalar)}
    for key, value in entries:
        if not isinstance(key, Scalar) or not isinstance(value, Scalar) or normal_key(key.text) not in TEXTS:
            continue
        start, end = value.start - base, value.end - base
        raw = text[start:end]
        comment = COMMENT.match(text, end)
        if comment is not None and raw[:1] not in QUOTES:
            whole = text[start : comment.end()].strip()
            at = base + comment.start("comment")
            message = "`{key}` ends before `{found}`: with a blank in front, `#` begins a comment"
            title = f"write `{key.text}: {plain(yaml_text(whole), 200)}`, or the comment on a separate line"
            otherwise = "put the value in quotation marks, or the comment on a separate line"
            fix = replacing(Span(value.start, base + comment.end()), yaml_text(whole), title, otherwise)
            args = {"key": key.text, "found": plain(comment["comment"])}
            place = Span(at, base + comment.end())
            faults.add(Code.CUT_VALUE, place, f"{WHERE} / {key.text}", message, fix, **args)
        for line in KEY_IN_TEXT.finditer(raw):
            if normal_key(line["key"]) in KNOWN_KEYS - keys:
                at = value.start + line.start("key")
                message = "the key `{found}` is indented, so it is text of `{key}`"
                place = Span(at, value.start + line.end())
                hint = "write it at the beginning of its line"
                edit = Edit(value.start + line.start() + 1, at, "")
                fix = Proposal(hint, (edit,), hint, safe=True)
                where = f"{WHERE} / {line['key']}"
                faults.add(Code.SWALLOWED_FIELD, place, where, message, fix, found=line["key"], key=key.text)


def _too_deep(at: int, faults: Faults) -> None:
    faults.add(
        Code.YAML_TOO_DEEP,
        Span(at, at),
        WHERE,
        "the front matter is nested too deep",
        "the front matter takes only short values, one `key: value` per line; write long texts in the body",
    )


def _chunks(text: str) -> list[tuple[int, str]]:
    """Split YAML before every line that begins an outermost entry."""
    starts = [0, *(match.start() for match in re.finditer(r"(?<=\n)[^\s#\-\]}]", text))]
    return [(at, text[at:end]) for at, end in zip(starts, [*starts[1:], len(text)], strict=True)]


class _TooDeepError(Exception):
    """Reading stops here; the error has been reported."""


class _Reader:
    """Turns parser events into values, with the range of each."""

    def __init__(self, text: str, base: int, faults: Faults) -> None:
        self.text = text
        self.base = base
        self.faults = faults
        self.whole = True  # whether only keys with values were read

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
                    continue  # it was refused as an alias, or for its anchor or tag
                self.faults.add(
                    Code.YAML_SYNTAX,
                    value,
                    WHERE,
                    "this is not a `key: value` line",
                    "write one `key: value` per line",
                )
        return entries

    def _refuse(self, event: Any, start: int, end: int) -> None:
        """Report an alias, an anchor or a tag."""
        if event.__class__ is yaml.AliasEvent:
            code, what, found = Code.YAML_ALIAS, "alias", f"*{event.anchor}"
            hint = "write the value itself; if it is a text that begins with `*`, put it in quotes"
        elif event.anchor is not None:
            code, what, found = Code.YAML_ANCHOR, "anchor", f"&{event.anchor}"
            hint = "delete it; if the value begins with `&`, put the value in quotes"
        else:
            code, what, found = Code.YAML_TAG, "tag", str(event.tag)
            hint = "delete it; if the value begins with `!`, put the value in quotes"
        at = Span(start, end)
        quoted = yaml_text(self.text[start - self.base : end - self.base])
        proposal = replacing(at, quoted, hint, hint)
        message = f"the {what} `{{found}}` is not allowed in the front matter"
        self.faults.add(code, at, WHERE, message, proposal, found=plain(found))

    def report(self, fault: yaml.YAMLError, at: int) -> None:
        """Report a parser error; ``at`` is where the parsed text begins."""
        problem = str(getattr(fault, "problem", None) or "it contains a character that YAML does not allow")
        mark = getattr(fault, "problem_mark", None)
        if "quoted" in str(getattr(fault, "context", None)):
            mark = getattr(fault, "context_mark", None)
        index = at + (mark.index if mark is not None else getattr(fault, "position", 0))
        index = min(index, max(len(self.text.rstrip()) - 1, 0))
        first = line_start(self.text, index)
        line = self.text[first:].partition("\n")[0]
        if re.match(r"\s*\t", line):
            self._report_tab(first, line)
            return
        if self._report_above(first, line, problem):
            return
        key, colon, rest = line.partition(":")
        value = rest.strip()
        is_key = colon and re.fullmatch(r"\s*\w[\w .-]*", key)
        hint: Hint = "write one `key: value` per line; put texts with `:`, `#`, quotes or brackets in quotes"
        is_value = "mapping values" in problem
        if is_value:
            problem = "a value that contains `: ` needs quotes"
        if is_key and ("<document start>" in problem or (is_value and index == first + len(key))):
            problem = "this key is not indented like the one above"
            title = "start every key at the beginning of its line, and indent its content by two spaces"
            at_ = Span(self.base + first, self.base + first + len(line) - len(line.lstrip()))
            hint = replacing(at_, "", title, title, safe=True)
        elif is_key and value:
            begin = self.base + first + len(key) + 1 + len(rest) - len(rest.lstrip())
            quoted = _quoted(value)
            note = None if normal_key(key) in TEXTS else QUOTED_WITH_NOTE.fullmatch(value)
            if note is not None:
                quoted = f"{note['value']} # {note['note']}"
            title = f"write `{key.strip()}: {quoted}`" if len(quoted) <= 200 else "put the value in quotes"
            hint = replacing(Span(begin, begin + len(value)), quoted, title, str(hint))
        start = self.base + index
        message = "the YAML cannot be read: {problem}"
        self.faults.add(Code.YAML_SYNTAX, Span(start, start), WHERE, message, hint, problem=problem)

    def _report_above(self, first: int, line: str, problem: str) -> bool:
        """Report the line above the one at which the parser stopped, if that is the cause; return whether."""
        head = self.text[:first].rstrip()
        begin = head.rfind("\n") + 1
        above = head[begin:]
        depth, here = len(above) - len(above.lstrip()), len(line) - len(line.lstrip())
        place = Span(self.base + begin + depth, self.base + len(head))
        if LONE_KEY.fullmatch(above) and ("mapping values" in problem or "find expected ':'" in problem):
            what, title = "this line has no colon after its key", "write a colon and a space after the key"
            key = next((key for key in KNOWN_KEYS if normal_key(above).startswith(key)), "")
            end = next((at for at in range(len(above) + 1) if normal_key(above[:at]) == key), len(above))
            edit = Edit(self.base + begin + end, self.base + begin + end, ":")
        elif here != depth and KEY_LINE.match(above) and self._is_odd(above, problem, here):
            what, title = "this key is not indented as the one below is", "indent it as the others are"
            edit = Edit(self.base + begin, self.base + begin + depth, " " * here)
        else:
            return False
        fix = Proposal(title, (edit,), title, safe=True)
        self.faults.add(
            Code.YAML_SYNTAX, place, WHERE, "the YAML cannot be read: {problem}", fix, problem=what
        )
        return True

    def _is_odd(self, above: str, problem: str, here: int) -> bool:
        """Tell whether a line above one that is indented by ``here`` is not indented as it should be."""
        key, _, _ = above.partition(":")
        if here > len(above) - len(above.lstrip()):
            return above[0].isalpha() and normal_key(key) in STYLE_KEYS
        return any(words in problem for words in ("<document start>", "<block end>", "expected key"))

    def _report_tab(self, first: int, line: str) -> None:
        """Report a line with a tab in its indentation, which YAML does not allow."""
        above = self.text[:first].rstrip().rpartition("\n")[2]
        is_inside = above[:1].isspace() or above.endswith((":", ">", "|", "-"))
        start = self.base + first + line.index("\t")
        at_ = Span(self.base + first, self.base + first + len(line) - len(line.lstrip()))
        title, indent = "begin the line with two spaces instead of the tab", "  "
        if not is_inside:
            title, indent = "delete the tab: the line is not indented", ""
        hint = replacing(at_, indent, title, title, safe=True)
        message = "there is a tab where YAML allows only spaces"
        self.faults.add(Code.YAML_SYNTAX, Span(start, start), WHERE, message, hint)


def _quoted(value: str) -> str:
    """Return a value that YAML cannot read: closed as it was begun, or else in quotation marks as a whole."""
    mark = value[0]
    if mark in "\"'" and value.count(mark) == 1:
        return value + mark
    if mark == "[" and "]" not in value:
        return f"{value}]"
    return yaml_text(value)
