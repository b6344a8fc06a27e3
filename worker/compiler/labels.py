"""The parts of the interview guidelines under labels that are not headings: bold, or with a colon."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from worker.compiler.blocks import Block, Bullet, Heading, Prose
from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import plain
from worker.compiler.other_words import format_word
from worker.compiler.proposals import Edit, Proposal, replacing
from worker.compiler.sections import Section
from worker.compiler.slices import Slice, line_start
from worker.compiler.vocabulary import GUIDELINES, PARTS, part_name, section_name
from worker.definition import clean_name

__all__ = ["is_label", "read_labels", "with_label"]

LABEL: Final = re.compile(
    r"\s*(?P<hashes>[#＃]{1,6}\s?)?[^\S\n]*(?P<open>\*{1,3}|_{1,3})?(?P<name>[^\W_][^\n:：*_]{3,60})\s*"
    r"(?P<colon>[:：]?)(?P<close>\*{1,3}|_{1,3})?\s*?(?P<after>[:：]?)[^\S\n]*(?P<rest>.*)"
)


#: A line that is meant as a heading: it is indented, has no blank behind its marks, or other marks.
HASHES: Final = re.compile(r"\s*(?P<marks>[#＃]{1,6})\s?[^\S\n]*(?P<title>[^\s#＃].*)")


class Label(NamedTuple):
    """A label: the part that it names, and where the text behind it begins in its line."""

    part: str
    end: int


def is_label(line: str) -> bool:
    """Tell whether a line begins with a label that names a part of the guidelines."""
    return _label(line) is not None


def _label(line: str) -> Label | None:
    found = LABEL.match(line)
    if found is None or found["close"] != found["open"]:
        return None
    name = clean_name(found["name"])
    part = part_name(name)
    if part is None and (found["open"] or found["hashes"]) and (meant := format_word(name)) in PARTS.values():
        part = meant
    is_marked = found["hashes"] or found["open"] or found["colon"] or found["after"]
    return Label(part, found.start("rest")) if part is not None and (is_marked or not found["rest"]) else None


def with_label(line: str) -> tuple[str, str] | None:
    """Return the part that a line begins with as a label, and the text behind it; None without both."""
    label = _label(line)
    return None if label is None or not line[label.end :].strip() else (label.part, line[label.end :].strip())


def read_labels(ctx: Context, sections: Sequence[Section]) -> None:
    """Put a heading where a label is meant as one, and report it; a part with a heading needs no label."""
    for section in sections:
        headings = [block for block in section.blocks if isinstance(block, Heading)]
        level = min((heading.level for heading in headings), default=3)
        taken = {part_name(clean_name(heading.title)) for heading in headings if heading.level == level}
        if len(taken) < len(PARTS) or None in taken:
            section.blocks = list(_with_headings(ctx, section, level, taken))


def _with_headings(ctx: Context, section: Section, level: int, taken: set[str | None]) -> Iterator[Block]:
    """Yield the blocks of a section with headings of a level in place of the labels."""
    is_before = True  # no part has begun, or only one that is a bullet
    for block in section.blocks:
        if isinstance(block, Heading):
            label = _label(block.title)
            is_before = is_before and block.level != level
            if label is not None and block.level > level and label.part not in taken:
                yield _heading(ctx, Slice(block.title, block.start, block.end), label.part, level, block.end)
                taken.add(label.part)
                continue
        elif isinstance(block, Bullet):
            label = _label(block.text.text) if is_before else None
            if label is not None and label.part not in taken:
                taken.add(label.part)
                end = block.text.start + label.end
                first, *_ = block.text.lines
                yield _heading(ctx, Slice(first.text, block.start, first.end), label.part, level, end)
                yield from block.bullets
                continue
        elif block.is_paragraph or ctx.text[block.start : block.end].lstrip().startswith(("#", "＃")):
            lines = list(_labelled(ctx, block, level, taken))
            is_before = is_before and not lines
            yield from lines or [block]
            continue
        yield block


def _labelled(ctx: Context, block: Prose, level: int, taken: set[str | None]) -> Iterator[Block]:
    """Yield a heading for each line that begins with a label, and what is between; nothing without any."""
    start = block.start
    for line in ctx.slice(block).lines:
        label = _label(line.text)
        if label is None or label.part in taken:
            if label is None and (meant := HASHES.match(line.text)) is not None:
                _report_heading(ctx, line, meant)
            continue
        if ctx.text[start : line.start].strip():
            yield Prose(start, line.start, is_paragraph=True)
        taken.add(label.part)
        start = line.start + label.end
        yield _heading(ctx, line, label.part, level, start)
    if start > block.start and ctx.text[start : block.end].strip():
        yield Prose(start, block.end, is_paragraph=True)


def _report_heading(ctx: Context, line: Slice, meant: re.Match[str]) -> None:
    """Report a line that was meant to be a heading and is spoken text."""
    name = section_name(meant["title"])
    marks = "##" if name is not None else meant["marks"].replace("＃", "#")
    written = f"{marks} {meant['title']}"
    message = "the line `{found}` is text, and not a heading"
    hint = "write `#` at the beginning of the line, and a space after it"
    fix = replacing(line, written, f"write `{plain(written)}` at the beginning of the line", hint, safe=True)
    report = ctx.faults.add if name is None else ctx.faults.add_error
    report(Code.SWALLOWED_LINE, line.strip(), GUIDELINES, message, fix, found=plain(line.text.strip()))


def _heading(ctx: Context, line: Slice, part: str, level: int, end: int) -> Heading:
    """Return the heading that a label is read as, and report it."""
    spelled = f"{'#' * level} {part}"
    at = Slice(line.text, line.start, end)
    message = "the label `{found}` is read as the heading `{meant}`"
    hint = f"write `{spelled}` on a separate line, and the text below it"
    begin = line_start(ctx.text, at.start)
    fix = Proposal(hint, (Edit(begin, end, f"{spelled}\n\n"),), hint, safe=True)
    found = plain(ctx.slice(at).text.strip())
    ctx.unusual(at, GUIDELINES, message, fix, found=found, meant=spelled)
    return Heading(level, line.start, end, Slice(part, line.start, end))
