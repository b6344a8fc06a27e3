"""The sections of a body, and the items under their headings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from worker.compiler.blocks import Block, Bullet, Heading, Prose
from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import plain
from worker.compiler.front_matter import lacks_only_lines
from worker.compiler.proposals import Edit, Proposal, deleting, replacing
from worker.compiler.slices import Slice, Span, line_start
from worker.compiler.source import BLANKS
from worker.compiler.vocabulary import (
    CATEGORIES,
    DIMENSIONS,
    EXAMPLES,
    FIELDS_OF,
    GUIDELINES,
    REQUIRED_SECTIONS,
    SECTIONS,
    field_name,
    part_name,
    section_name,
)
from worker.definition import clean_name
from worker.names import fold

__all__ = ["Item", "Section", "adding_bullet", "find_sections", "meant_as_heading", "read_items", "stray"]

#: A line that is completely bold, as authors write headings who do not know the syntax.
BOLD_LINE: Final = re.compile(r"(?P<mark>\*\*|__)(?P<text>[^*_`\n]+)(?P=mark):?")
#: A line that is meant as a heading but is not one in CommonMark.
HEADING_WITHOUT_BLANK: Final = re.compile(r"(?P<marks>#{1,6})[^\S \t\n]?(?P<text>[^#\s][^\n]*)")


#: The fields that only one section has.
OWN_FIELDS: Final = {
    DIMENSIONS: {"weight", "scoring_rubric"},
    CATEGORIES: {"score_range", "primary_dimensions"},
    EXAMPLES: {"scores"},
}
#: No line that is longer is the name of a section.
LONGEST_TITLE: Final = 60
#: With these a text ends, and hardly ever a heading.
ENDS_OF_TEXTS: Final = frozenset('.!?…;,"”»)')


@dataclass(slots=True)
class Section:
    """A heading of the first two levels and the blocks under it, up to the offset ``stop``.

    ``name`` is that of a section of the format, or the heading's text if the format does not have it.
    """

    name: str
    heading: Heading
    blocks: list[Block]
    stop: int
    is_known: bool


@dataclass(slots=True)
class Item:
    """A heading in a section and the blocks under it, up to the offset ``stop``.

    ``where`` is its place in the document's structure.
    """

    name: str
    section: str
    where: str
    start: int
    end: int
    blocks: list[Block]
    stop: int


# --- sections -----------------------------------------------------------------------------------------------


def find_sections(ctx: Context, blocks: list[Block], title: str | None) -> dict[str, list[Section]]:
    """Return the known sections by name, each with all its occurrences, and report misplaced ones.

    Args:
        ctx: the compilation.
        blocks: those of the body.
        title: the assessment's name, which a first-level heading may repeat; None when it is not known.
    """
    found: dict[str, list[Section]] = {}
    unknown: list[Section] = []
    for section in _split(ctx, _with_headings(ctx, blocks)):
        if section.is_known:
            if section.heading.level == 1:
                ctx.wrong_level(section.heading, "", 2, section.name)
            found.setdefault(section.name, []).append(section)
        elif section.heading.level == 1:
            _check_title(ctx, section, title)
        else:
            unknown.append(section)
    _adopt_sections(ctx, found, unknown)
    _adopt_items(ctx, found, unknown)
    _report_unknown(ctx, unknown)
    _report_repeated(ctx, found)
    _report_missing(ctx, found)
    return found


def _with_headings(ctx: Context, blocks: list[Block]) -> list[Block]:
    """Return the blocks with a heading where a line of text is the name of a required section, and report it.

    Such a line is followed by the heading of an item, and no heading has its name.
    """
    if Prose not in map(type, blocks):
        return blocks
    named = {section_name(block.title) for block in blocks if isinstance(block, Heading) and block.level < 3}
    if named >= {*REQUIRED_SECTIONS}:
        return blocks
    found = list(blocks)
    for place, (block, following) in enumerate(pairwise(blocks)):
        if isinstance(block, Prose) and block.is_paragraph and isinstance(following, Heading):
            text = ctx.slice(block).strip()
            name = section_name(text.text) if len(text.text) < LONGEST_TITLE else None
            if name in REQUIRED_SECTIONS and name not in named:
                named.add(name)
                _report_as_heading(ctx, text, f"## {name}", name)
                found[place] = Heading(2, block.start, block.end, Slice(name, text.start, text.end))
    return found


def _report_as_heading(ctx: Context, text: Slice, written: str, section: str) -> None:
    """Report a line that should be a heading."""
    message = "the text `{found}` should be a heading"
    marks, _, _ = written.partition(" ")
    otherwise = f"write it as a heading, with `{marks}` in front"
    fix = replacing(text, written, f"write `{plain(written)}`", otherwise, safe=True)
    found = plain(text.text.strip("*_"))
    ctx.faults.add(Code.HEADING_LEVEL, text, section, message, fix, found=found)


def _split(ctx: Context, blocks: list[Block]) -> list[Section]:
    """Return a section for each heading of the first two levels, and report text before the first."""
    sections: list[Section] = []
    before: list[Block] = []
    under = before  # takes the blocks up to the next section
    current: Section | None = None
    for block in blocks:
        if not isinstance(block, Heading) or block.level > 2:
            under.append(block)
        elif ctx.text[block.start] != "#" and (text := _without_rule(ctx, current, block)) is not None:
            under.append(text)
        elif _is_item_of(current, block):
            under.append(block)
        else:
            if current is not None:
                current.stop = block.start
            name = section_name(block.title)
            current = Section(name or block.title, block, [], len(ctx.text), name is not None)
            if name is not None and "{" in block.title:
                _report_leftovers(ctx, block, name, "")
            under = current.blocks
            sections.append(current)
    for block in before[:1]:
        if not lacks_only_lines(ctx.text, block.start, ctx.faults):
            stray(ctx, "", block)
    return sections


def _without_rule(ctx: Context, section: Section | None, heading: Heading) -> Prose | None:
    """Return the text that is a heading only because of a line below it; None for other headings."""
    below = ctx.slice(heading).text.rstrip().rpartition("\n")
    *_, last = below
    line = last.strip()
    is_spoken = section is not None and section.name == GUIDELINES
    if section is None:
        return None
    is_text = heading.title[-1:] in ENDS_OF_TEXTS or (
        is_spoken and part_name(clean_name(heading.title)) is None
    )
    if not below[0] or not line or line.strip("-=") or not is_text or section_name(heading.title) is not None:
        return None
    if section.heading.level == 1 and not is_spoken:
        return None
    start = heading.start + len(ctx.slice(heading).text.rstrip()) - len(line)
    message = "the line `{found}` makes the text above it a heading; it is read as a line between two parts"
    hint = "put an empty line above it, or delete it"
    fix = Proposal(hint, (Edit(start, start, "\n"),), hint, safe=True)
    at = Span(start, start + len(line))
    ctx.faults.add(Code.UNDERLINED_TEXT, at, section.name, message, fix, found=line)
    return Prose(heading.start, start, is_paragraph=True)


def _is_item_of(section: Section | None, heading: Heading) -> bool:
    """Return whether a second-level heading is an item of a section with a first-level heading."""
    return (
        heading.level == 2
        and section is not None
        and section.is_known
        and section.heading.level == 1
        and section_name(heading.title) is None
    )


def _check_title(ctx: Context, section: Section, title: str | None) -> None:
    """Report a first-level heading that is not the assessment's name, or else the text under it."""
    heading = section.heading
    if title is None or fold(clean_name(heading.title)) == fold(clean_name(title)):
        for block in section.blocks[:1]:
            stray(ctx, "", block)
        return
    ctx.leave_out(f'heading "{plain(heading.title)}"', heading)
    message = "the heading `{found}` is not the assessment's name and is ignored"
    otherwise = "write the name of the assessment, or delete the heading"
    edit = ctx.heading(heading, 1, title)
    hint = Proposal(f"write `# {plain(title)}`, or delete the heading", (edit,), otherwise)
    ctx.faults.add(Code.STRAY_TEXT, heading, "", message, hint, found=plain(heading.title))


def _adopt_sections(ctx: Context, found: dict[str, list[Section]], unknown: list[Section]) -> None:
    """Find the sections that unknown ones were meant to be, so that they are checked."""
    for section in list(unknown):
        missing = [name for name in SECTIONS.values() if name not in found]
        name = ctx.near(section.name, missing) or _by_fields(section, missing)
        if name is not None:
            unknown.remove(section)
            found[name] = [section]
            found_ = plain(section.name)
            message = "there is no section `{found}`"
            hint = f"write `## {name}`"
            edit = ctx.heading(section.heading, 2, name)
            proposal = Proposal(hint, (edit,), f"the section is `## {name}`", safe=True)
            ctx.faults.add_error(
                Code.UNKNOWN_SECTION, section.heading, found_, message, proposal, found=found_
            )
            section.name = name


def _by_fields(section: Section, missing: Sequence[str]) -> str | None:
    """Return the missing section whose fields an unknown one has, where no other section has them."""
    keys = {_key(block) for block in section.blocks if isinstance(block, Bullet)}
    return next((name for name in missing if not keys.isdisjoint(OWN_FIELDS.get(name, ()))), None)


def _adopt_items(ctx: Context, found: dict[str, list[Section]], unknown: list[Section]) -> None:
    """Treat unknown sections after one without items as its items, so that they are checked."""
    following = {section.heading.start: section for section in unknown}
    for name in (DIMENSIONS, CATEGORIES, EXAMPLES):
        for section in found.get(name, ()):
            if any(isinstance(block, Heading) for block in section.blocks):
                continue
            inside = following.pop(section.stop, None)
            while inside is not None:
                ctx.wrong_level(inside.heading, name, 3, inside.name)
                section.blocks += [inside.heading, *inside.blocks]
                section.stop = inside.stop
                inside = following.pop(section.stop, None)
    for section in found.get(GUIDELINES, ()):
        while (part := following.get(section.stop)) is not None and part_name(part.name) is not None:
            del following[section.stop]
            ctx.wrong_level(part.heading, GUIDELINES, 3, part.name)
            section.blocks += [part.heading, *part.blocks]
            section.stop = part.stop
    unknown[:] = following.values()


def _report_unknown(ctx: Context, unknown: list[Section]) -> None:
    for section in unknown:
        ctx.leave_out(f'section "{plain(section.name)}"', section.heading)
        found = plain(section.name)
        message = "there is no section `{found}`; it is not part of the definition"
        hint = "the sections are " + ", ".join(f"`## {name}`" for name in SECTIONS.values())
        ctx.faults.add(Code.UNKNOWN_SECTION, section.heading, found, message, hint, found=found)


def _report_repeated(ctx: Context, found: dict[str, list[Section]]) -> None:
    for name, (first, *others) in found.items():
        stops = {section.stop for section in (first, *others)}
        for again in others:
            line = ctx.lines.line(first.heading.start)
            message = "the section `{name}` appears twice; the first is on line {line}"
            hint: str | Proposal = "move its items under the first heading and delete this one"
            if again.heading.start in stops:
                hint = "delete this heading, so that its items follow those of the first"
                hint = Proposal(hint, (deleting(ctx.text, again.heading),), hint)
            ctx.faults.add(Code.DUPLICATE_SECTION, again.heading, name, message, hint, name=name, line=line)


def _report_missing(ctx: Context, found: dict[str, list[Section]]) -> None:
    for name in REQUIRED_SECTIONS:
        if name not in found:
            at = max(len(ctx.text.rstrip(BLANKS)) - 1, 0)
            message = "the section `{name}` is missing"
            hint = f"add a line `## {name}`, and under it one `###` heading for each item"
            ctx.faults.add(Code.MISSING_SECTION, Span(at, at), name, message, hint, name=name)


# --- items --------------------------------------------------------------------------------------------------


def read_items(ctx: Context, section: Section) -> list[Item]:
    """Return the items of a section, and report the text before the first."""
    headings = [block for block in section.blocks if isinstance(block, Heading)]
    level = min((heading.level for heading in headings), default=3)
    if level > 3:
        for heading in headings:
            if heading.level == level:
                ctx.wrong_level(heading, section.name, 3, heading.title)
    elif level < 3 and section.heading.level == 1:
        # They move together with the heading of their section, which was reported.
        ctx.levels += [ctx.heading(heading, heading.level + 1) for heading in headings]
    bold = {block.start: name for block, name in _bold_headings(ctx, section)}
    items: list[Item] = []
    before: list[Block] = []
    under = before  # takes the blocks up to the next item
    for block in section.blocks:
        if isinstance(block, Heading) and block.level == level:
            title = block.title
            name = clean_name(title)
            if title.endswith("}") or "\\" in title or title.startswith("["):
                _report_leftovers(ctx, block, name, section.name)
        elif not bold or (found := bold.get(block.start)) is None:
            under.append(block)
            continue
        else:
            name = found
        for above in items[-1:]:
            above.stop = block.start
        where = f"{section.name} / {plain(name)}"
        under = []
        items.append(Item(name, section.name, where, block.start, block.end, under, section.stop))
    _report_before(ctx, section, before, are_items=bool(items))
    return items


def _report_before(ctx: Context, section: Section, before: Sequence[Block], *, are_items: bool) -> None:
    """Report the text before the first item: in the guidelines, where it is long, each paragraph."""
    if section.name != GUIDELINES:
        for block in before[:1] if are_items else ():
            stray(ctx, section.name, block)
        return
    for place, block in enumerate(before):
        if not place or not isinstance(block, Bullet):
            stray(ctx, section.name, block)
        if isinstance(block, Heading):
            return  # what is under it goes with it


def adding_bullet(text: str, item: Item, bullet: str) -> Edit:
    """Return the edit that adds a bullet before the others of an item, or under its heading."""
    for block in item.blocks:
        if isinstance(block, Bullet):
            line = line_start(text, block.start)
            return Edit(line, line, f"{bullet}\n")
    return Edit(item.end, item.end, f"\n{bullet}\n")


def _report_leftovers(ctx: Context, heading: Heading, name: str, section: str) -> None:
    """Report what an export left in a heading and the name has not: an anchor, backslashes, a number."""
    title = heading.title
    if title.count("\\") > name.count("\\") or title.count("{") > name.count("{"):
        message = "the heading `{found}` is read as `{meant}`"
        hint = f"write `{'#' * heading.level} {plain(name)}`"
        fix = Proposal(hint, (ctx.heading(heading, heading.level, name),), "write the name alone", safe=True)
        ctx.unusual(heading, section, message, fix, found=plain(title), meant=plain(name))


def _bold_headings(ctx: Context, section: Section) -> Iterator[tuple[Prose, str]]:
    """Yield the bold lines that are meant as the headings of items, with their names, and report each.

    Such a line stands in front of fields, and without it these would be nobody's, or would repeat the
    fields of the item above.
    """
    if Prose not in map(type, section.blocks):
        return
    known = FIELDS_OF.get(section.name, {})
    seen: set[str] | None = None  # the fields since the last heading; None before the first
    for block, following in pairwise(section.blocks):
        if isinstance(block, Heading):
            seen = set()
        elif isinstance(block, Bullet):
            if seen is not None:
                seen.add(_key(block))
        elif block.is_paragraph and isinstance(following, Bullet):
            bold = BOLD_LINE.fullmatch(ctx.slice(block).text.strip())
            key = _key(following)
            if bold is not None and key in known and (seen is None or key in seen):
                seen = set()
                name = clean_name(bold["text"])
                _report_as_heading(ctx, ctx.slice(block).strip(), f"### {name}", section.name)
                yield block, name


def _key(bullet: Bullet) -> str:
    """Return the field that a bullet spells, or an empty text if it spells none."""
    key, colon, _ = bullet.text.text.partition(":")
    return field_name(key.strip()) if colon else ""


def stray(ctx: Context, section: str, at: Block) -> None:
    """Report text that belongs to nothing and is ignored."""
    text = ctx.slice(at).text
    if text.startswith("<") and any(fault.code is Code.RAW_HTML for fault in ctx.faults.found):
        return  # HTML, which was reported
    hint = meant_as_heading(ctx, at, "write it as the value of a field, or delete it")
    ctx.leave_out(f"text under {section or 'no section'}", at)
    message = "the text `{found}` belongs to nothing and is ignored"
    ctx.faults.add(Code.STRAY_TEXT, at, section, message, hint, found=plain(text))


def meant_as_heading(ctx: Context, at: Block, otherwise: str, others: Sequence[Block] = ()) -> str | Proposal:
    """Return how to write a text that lacks the blank of a heading, and for any other what is given.

    ``others`` are texts that lack it likewise.
    """
    meant = HEADING_WITHOUT_BLANK.match(ctx.slice(at).text)
    if meant is None:
        return otherwise
    title = f"if it is a heading, write `{meant['marks']} {plain(meant['text'])}`, with a space after the `#`"
    edits = [
        Edit(block.start + found.end("marks"), block.start + found.start("text"), " ")
        for block in (at, *others)
        if (found := HEADING_WITHOUT_BLANK.match(ctx.slice(block).text)) is not None
    ]
    return Proposal(title, tuple(edits), "if it is a heading, write a space after the `#`", safe=True)
