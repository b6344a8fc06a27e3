"""The fields of an item: the bullets under its heading, each ``key: value``."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import islice, takewhile
from typing import Final

from worker.compiler.blocks import Block, Bullet, Heading, Prose
from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import Argument, Hint, nearest, plain
from worker.compiler.outline import OutlineItem
from worker.compiler.proposals import Edit, Proposal, indenting, replacing
from worker.compiler.sections import Item, adding_bullet, stray
from worker.compiler.slices import Located, Slice, Span, column_of, line_start
from worker.compiler.swallowed import (
    SwallowedField,
    mark_length,
    report_drawn_lines,
    swallowed_fields,
    swallowed_headings,
)
from worker.compiler.tables import is_table
from worker.compiler.values import colon_at
from worker.compiler.vocabulary import (
    DIMENSIONS,
    EXAMPLES,
    FIELD_CONTENTS,
    FieldSpec,
    field_name,
    open_emphasis,
)
from worker.definition import MARKS, clean_name

__all__ = ["Field", "read_fields"]

#: A field with another mark in place of its colon.
OTHER_COLON: Final = re.compile(r"(?P<key>[^=–—\n]{1,40}?)\s*(?P<mark>[=–—])\s*(?P<value>\S.*)")
#: A field without a colon: in emphasis, or alone in its line.
KEY_ALONE: Final = re.compile(
    r"(?P<key>(?P<mark>\*{1,3}|_{1,3}|`)[^\n]{1,40}?(?P=mark)|[^\W\d][^\n]{1,40}?(?=\s*\Z))\s*(?:\s\S|\Z)"
)
#: The first words of a text, one or two.
FIRST_WORDS: Final = (re.compile(r"(?P<key>\w+[ -]\w+)\s"), re.compile(r"(?P<key>\w+)\s"))
#: The mark of a bullet, or a number, and the blanks behind it.
BULLET: Final = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ ]?")
#: The fields whose values have one line.
LINES: Final = frozenset(("id", "weight", "score_range", "overall", "category"))
#: What else is in brackets behind the name of a dimension: its weight.
NAME_AND_WEIGHT: Final = re.compile(
    r"(?P<name>.*\S)\s*(?:[(\[]|\s[-–—|]\s)\s*(?:weight\s*[:=]?\s*)?(?P<weight>[\d.,/]+\s*%?)\s*[)\]]?",
    re.IGNORECASE,
)
#: So many bullets at most are indented by one fix.
MAX_INDENTED: Final = 50
#: And lines of so many characters.
LONGEST_MOVED: Final = 2000


@dataclass(slots=True)
class Field:
    """A field and its value.

    ``start`` and ``end`` are of its bullet. ``value`` is what stands behind the colon; where the field holds
    a list, up to the first of ``bullets``, which are those of the list. ``section`` is its place in the
    document's structure. A field that is ``reported`` is there, and nothing more is to be said about it.
    """

    name: str
    start: int
    end: int
    section: str
    value: Slice
    bullets: list[Bullet]
    reported: bool = False

    def cut(self, at: int) -> None:
        """End the field at an offset, if it is inside."""
        if self.start < at < self.end:
            self.end = at
            self.bullets = [bullet.cut(at) for bullet in self.bullets if bullet.start < at]
            self.value = self.value.part(0, max(at - self.value.start, 0))


def read_fields(ctx: Context, item: Item, known: Mapping[str, FieldSpec]) -> dict[str, Field]:
    """Return the fields of an item by name, and report unknown, repeated and missing ones."""
    reader = _Reader(ctx, item, known)
    hidden = 0  # the level of the heading whose blocks are skipped, if any
    for number, block in enumerate(item.blocks, 1):
        if isinstance(block, Heading):
            if not hidden or block.level <= hidden:
                hidden = block.level
                reader.heading(block, number)
        elif hidden:
            continue
        elif isinstance(block, Bullet):
            reader.bullet(block)
        else:
            reader.texts.append(block)
    reader.finish()
    ctx.outline.items.append(OutlineItem(item.section, item, reader.fields))
    return reader.fields


@dataclass(frozen=True, slots=True)
class _Stranger:
    """A bullet of an item that is not one of its fields: ``key`` and ``field`` are None if it has no key."""

    bullet: Bullet
    key: Slice | None = None
    field: Field | None = None


class _Reader:
    """Gathers the fields of one item; one method for each kind of block."""

    def __init__(self, ctx: Context, item: Item, known: Mapping[str, FieldSpec]) -> None:
        self.ctx = ctx
        self.item = item
        self.known = known
        self.where = item.where
        self.fields: dict[str, Field] = {}
        self.strangers: list[_Stranger] = []
        self.texts: list[Prose] = []
        self.swallowed: list[SwallowedField] = []
        self.missing: list[str] = []

    def bullet(self, bullet: Bullet) -> None:
        """Read a bullet ``key: value``."""
        text = bullet.text
        head = bullet.head_length
        if self.ctx.may_swallow and "\n" in text.text:
            self._look_into(bullet)
        colon = text.text.find(":", 0, head) if text.text.isascii() else colon_at(text.text, head)
        if colon < 0:
            self.strangers.append(_Stranger(bullet))
            return
        key = text.text[:colon].rstrip()
        name = field_name(key)
        spec = self.known.get(name)
        # In a text, bullets under it belong to the text.
        value = text.part(colon + 1, head if spec is not None and spec.is_list else None)
        if key[:1] in MARKS and (mark := open_emphasis(key)):
            value = _without_end(value, mark)
        field = Field(name, bullet.start, bullet.end, f"{self.where} / {name}", value, bullet.bullets)
        if spec is None:
            self.strangers.append(_Stranger(bullet, text.part(0, colon), field))
        elif name in self.fields:
            line = self.ctx.lines.line(self.fields[name].start)
            message = "the field `{field}` appears twice; the first is on line {line}"
            at = Span(bullet.start, bullet.start)
            self._report(Code.DUPLICATE_FIELD, at, name, message, "keep one of them", field=name, line=line)
        else:
            self.fields[name] = field

    def _look_into(self, bullet: Bullet) -> None:
        """Find the lines of a bullet that were meant to be fields or headings of their own."""
        text = bullet.text
        self.swallowed += swallowed_fields(text, self.known)
        report_drawn_lines(self.ctx, text, self.where)
        if "#" in text.text or "＃" in text.text:
            for line in swallowed_headings(text, text.start - bullet.start):
                message = "the heading `{found}` is text of the bullet above"
                hint = (
                    "write it at the beginning of a line, with an empty line above and a space after the `#`"
                )
                self._report(Code.SWALLOWED_LINE, line, "", message, hint, found=plain(line.text))

    def heading(self, heading: Heading, number: int) -> None:
        """Report a heading in an item, after some blocks; the blocks under it are not read."""
        name = field_name(clean_name(heading.title))
        hint: Hint = "an item has bullets under its `###` heading, not headings"
        if name in self.known:
            hint = partial(self._as_bullet, heading, name, number)
            self._stand_in(name, heading)
        message = "the heading `{found}` is where a field is expected"
        self._report(Code.NOT_A_BULLET, heading, "", message, hint, found=plain(heading.title))

    def _as_bullet(self, heading: Heading, name: str, number: int) -> Proposal:
        """Return a heading that is a field as a bullet, with the blocks under it."""
        under = [*takewhile(_is_no_heading, self.item.blocks[number:])]
        hint = f"write it as a bullet `- {name}:` with its value after or under it"
        edits: tuple[Edit, ...] = ()
        for block in under[:1]:
            edits = (Edit(heading.start, block.start, f"- {name}: "),)
        if under and all(isinstance(block, Bullet) for block in under):
            first = line_start(self.ctx.text, under[0].start)
            edits = (Edit(heading.start, first, f"- {name}:\n"), *self._indented(under))
        return Proposal(hint, edits, hint, safe=True)

    def _indented(self, blocks: Sequence[Block]) -> Iterator[Edit]:
        for block in islice(blocks, MAX_INDENTED):
            yield from indenting(self.ctx.text, block, "  ")

    def finish(self) -> None:
        """Report bullets that are not fields, and missing fields."""
        self.missing = [n for n, spec in self.known.items() if spec.is_required and n not in self.fields]
        for line in self.swallowed:
            self._swallowed_field(line)
        for name in [*self.missing]:
            self._within_a_line(name)
        for field in [*self.fields.values()] if "description" in self.missing else ():
            self._text_below(field)
        for stranger in self.strangers:
            if stranger.key is None:
                self._bare_bullet(stranger.bullet)
        for stranger in self.strangers:
            if stranger.key is not None and stranger.field is not None:
                self._unknown_field(stranger.key, stranger.field)
        for text in self.texts:
            self._loose_text(text)
        for name in self.missing:
            message = "the field `{field}` is missing"
            hint = partial(self._missing_hint, name)
            self._report(Code.MISSING_FIELD, self.item, name, message, hint, field=name)

    def _missing_hint(self, name: str) -> str | Proposal:
        """Return the text to add for a missing field; the only missing weight is what the others leave."""
        otherwise = f"add a bullet `- {name}:` with {FIELD_CONTENTS[name]}"
        left = self.ctx.weight_left
        if name != "weight":
            return otherwise
        if (
            named := NAME_AND_WEIGHT.fullmatch(self.item.name)
        ) is not None and self.item.section == DIMENSIONS:
            added = f"- weight: {named['weight']}"
            title = f"write `### {plain(named['name'])}`, and under it a bullet `{added}`"
            heading = self.ctx.heading(self.item, 3, named["name"])
            return Proposal(title, (heading, adding_bullet(self.ctx.text, self.item, added)), otherwise)
        if left is None:
            return otherwise
        added = f"- weight: {left}"
        title = f"add a bullet `{added}`, so that the weights sum to 1"
        return Proposal(title, (adding_bullet(self.ctx.text, self.item, added),), otherwise)

    def _swallowed_field(self, line: SwallowedField) -> None:
        """Report a field that became text of the one above; one that the item has not is an error."""
        name, spec = line.name, self.known[line.name]
        message = "the field `{field}` has no bullet, so it is text of the field above"
        if line.has_mark:
            message = "the field `{field}` is indented too far, so it is text of the field above"
        section = f"{self.where} / {name}"
        hint = partial(self._one_level_out, line)
        is_optional_word = not spec.is_list and not spec.is_required and self.item.section != EXAMPLES
        if name in self.fields or is_optional_word:
            self.ctx.faults.add_warning(Code.SWALLOWED_FIELD, line.line, section, message, hint, field=name)
            return
        self.ctx.faults.add(Code.SWALLOWED_FIELD, line.line, section, message, hint, field=name)
        for field in [*self.fields.values(), *[one.field for one in self.strangers if one.field is not None]]:
            field.cut(line.line.start)
        if line.value.text and not self._lacks_brackets(name, line.value.text):
            # It is read as it was meant, so that what else is wrong with it is reported too.
            self.fields[name] = Field(name, line.line.start, line.line.end, section, line.value, [])
        self._stand_in(name, line.line)

    def _within_a_line(self, name: str) -> None:
        """Find a missing field in the line of another, and report it there."""
        for field in [*self.fields.values()]:
            found = None if field.reported else _key_within(name).search(field.value.text)
            if found is None or field.bullets:
                continue
            value = field.value.part(found.end())
            at = self.ctx.slice(Span(field.value.start + found.start("key"), field.value.end)).strip()
            gap = Span(field.value.start + found.start(), field.value.start + found.start("key"))
            section = f"{self.where} / {name}"
            message = "the field `{field}` is in the line of the field `{other}`"
            hint = f"write `- {name}:` at the beginning of a line of its own"
            indent = " " * column_of(self.ctx.text, field.start)
            fix = Proposal(hint, (Edit(gap.start, gap.end, f"\n{indent}- "),), hint, safe=field.name in LINES)
            self.ctx.faults.add(Code.SWALLOWED_FIELD, at, section, message, fix, field=name, other=field.name)
            field.cut(gap.start)
            self.missing.remove(name)
            self.fields[name] = Field(name, at.start, at.end, section, value, [], reported=not value.text)
            return

    def _text_below(self, field: Field) -> None:
        """Report a text in the line below a value of one line, which is the missing description."""
        above, _, below = field.value.text.partition("\n")
        is_other = not below or below[:1].isspace() or "description" not in self.missing
        if field.name not in LINES or field.reported or is_other:
            return
        at = field.value.part(len(above))
        message = "the line `{found}` is text of the field `{field}`, and the field `description` is missing"
        fix = Proposal(
            "write `- description:` in front of it",
            (Edit(at.start, at.start, "- description: "),),
            "write it as a bullet `- description:`",
        )
        first, *_ = at.lines
        self.ctx.faults.add_error(
            Code.SWALLOWED_LINE, first, self.where, message, fix, found=plain(first.text), field=field.name
        )
        field.cut(at.start)
        self._stand_in("description", at)

    def _lacks_brackets(self, name: str, value: str) -> bool:
        """Tell whether a field that holds a list has a text behind its key that is not a list."""
        return self.known[name].is_list and bool(value) and not value.startswith(("[", "\\["))

    def _as_field(self, name: str, line: str, value: str) -> str:
        """Return how a line that spells a field is written as a bullet, what a list holds in brackets."""
        if self._lacks_brackets(name, value):
            return f"- {name}: [{value}]"
        return f"- {line[mark_length(line) :]}"

    def _one_level_out(self, swallowed: SwallowedField) -> Proposal:
        """Return how a field is written as a bullet of its item, with the lines under it."""
        line = swallowed.line
        begin = line_start(self.ctx.text, line.start)
        written = self._as_field(swallowed.name, line.text, swallowed.value.text)
        otherwise = f"write `- {swallowed.name}:` at the beginning of a line"
        title = f"write `{plain(written)}` at the beginning of the line"
        edits = (Edit(begin, line.end, written), *self._under(self.ctx.text[begin : line.start], line.end))
        return Proposal(title, edits, otherwise, safe=True)

    def _under(self, blanks: str, end: int) -> Iterator[Edit]:
        """Yield the edits that take these blanks from the lines behind one, as long as they have more."""
        for _ in range(MAX_INDENTED if blanks.isspace() else 0):
            start = end + 1
            line, _, _ = self.ctx.text[start : start + LONGEST_MOVED].partition("\n")
            end = start + len(line)
            if not line.startswith(blanks) or not line[len(blanks) :].startswith((" ", "\t")):
                return
            yield Edit(start, start + len(blanks), "")

    def _bare_bullet(self, bullet: Bullet) -> None:
        """Report a bullet of an item without a key."""
        text = bullet.text.clean
        hint: Hint = partial(self._belongs, bullet, "write each field as `- key: value`")
        if (spelled := OTHER_COLON.match(bullet.text.text)) is not None:
            name = field_name(spelled["key"])
            if name in self.known and name not in self.fields:
                self._stand_in(name, bullet)
                at = Span(bullet.text.start + spelled.end("key"), bullet.text.start + spelled.start("value"))
                title = f"write `- {spelled['key']}: {plain(spelled['value'])}`"
                otherwise = f"write `- {name}:` and its value after the colon"
                hint = replacing(at, ": ", title, otherwise, safe=not spelled["mark"].isascii())
        elif (key := self._key_without_colon(bullet.head)) is not None:
            name, end = field_name(key), bullet.head.start + len(key)
            self._stand_in(name, bullet)
            title = f"write `- {plain(f'{key}:{bullet.head.text[len(key) :]}')}`"
            otherwise = f"write `- {name}:` and its value after the colon or under it"
            hint = Proposal(title, (Edit(end, end, ":"),), otherwise, safe=True)
        message = "the bullet `{found}` has no `key:`"
        self._report(Code.NOT_A_FIELD, bullet, "", message, hint, found=plain(text))

    def _key_without_colon(self, head: Slice) -> str | None:
        """Return the key of a field that a bullet begins with and that has no colon; None for another text.

        In emphasis, or alone in its line, it can be any field that is not there; else one that is missing.
        """
        found = KEY_ALONE.match(head.text)
        if found is not None and (name := field_name(found["key"])) in self.known and name not in self.fields:
            return found["key"]
        words = (pattern.match(head.text) for pattern in FIRST_WORDS)
        keys = (found["key"] for found in words if found is not None)
        return next((key for key in keys if field_name(key) in self.missing), None)

    def _belongs(self, bullet: Located, otherwise: str | Proposal) -> str | Proposal:
        """Return how to indent a bullet under the field above it, if that field has no value yet."""
        owner = self._owner(bullet)
        if owner is None or owner.value.text or owner.bullets or owner.reported:
            return otherwise
        others = (one.bullet for one in self.strangers if self._owner(one.bullet) is owner)
        width = _content_column(self.ctx.text, owner.start)
        edits: list[Edit] = []
        is_flat = True
        for other in islice(others, MAX_INDENTED):
            column = column_of(self.ctx.text, other.start)
            # Bullets under it follow it in the same list, or belong to it; only the author knows.
            own = Span(other.start, other.bullets[0].start - 1 if other.bullets else other.end)
            is_flat = is_flat and not other.bullets
            edits += indenting(self.ctx.text, own, " " * max(width - column, 1))
        title = f"if it belongs to `{owner.name}`, indent it under that bullet"
        return Proposal(title, tuple(edits), title, safe=is_flat)

    def _owner(self, at: Located) -> Field | None:
        """Return the field above a place."""
        above = [field for field in self.fields.values() if field.start < at.start]
        return max(above, key=lambda field: field.start, default=None)

    def _unknown_field(self, spelled: Slice, field: Field) -> None:
        """Report an unknown field, or use it as the missing one that it was meant to be."""
        key = spelled.clean
        inner = spelled.strip("*_` ")
        at = Span(field.start, spelled.end)
        near = self.ctx.near(inner.text, self.missing)
        if near is not None and not (self._lacks_brackets(near, field.value.text) and not field.bullets):
            self.missing.remove(near)
            value = field.value
            if self.known[near].is_list and field.bullets:
                value = value.part(0, min(bullet.start for bullet in field.bullets) - value.start)
            self.fields[near] = replace(field, name=near, section=f"{self.where} / {near}", value=value)
            message = "there is no field `{found}`, and `{field}` is missing"
            section = f"{self.where} / {plain(key)}"
            hint = replacing(inner, near, f"write `- {near}:`", f"the field is `{near}`", safe=True)
            self.ctx.faults.add_error(
                Code.UNKNOWN_FIELD, at, section, message, hint, found=plain(key), field=near
            )
            return
        self.ctx.leave_out(f'field "{plain(key)}" of {self.where}', field)
        message = "there is no field `{found}` here; it is ignored"
        self._report(
            Code.UNKNOWN_FIELD,
            at,
            plain(key),
            message,
            lambda: self._belongs(field, self._known_field(inner, field)),
            found=plain(key),
        )

    def _known_field(self, key: Slice, field: Field) -> str | Proposal:
        """Return the field that an unknown one probably is, what a list holds in brackets."""
        otherwise = "the fields are " + ", ".join(f"`{name}`" for name in self.known)
        guess = nearest(key.text, self.known)
        if guess is None:
            return otherwise
        edits = [Edit(key.start, key.end, guess)]
        value = field.value
        if not field.bullets and self._lacks_brackets(guess, value.text) and "\n" not in value.text:
            edits += [Edit(value.start, value.start, "["), Edit(value.end, value.end, "]")]
        return Proposal(f"write `{guess}`", tuple(edits), otherwise, safe=len(edits) == 1)

    def _loose_text(self, block: Prose) -> None:
        """Report text besides the fields: fields without bullets, a description without key, stray text."""
        text = self.ctx.slice(block)
        if self.item.section == DIMENSIONS and is_table(text.strip()) and self._takes_table(text):
            return
        fields = [found for line in text.lines if (found := self._plain_field(line)) is not None]
        for number, (name, line) in enumerate(fields):
            message = "the field `{field}` is not a bullet"
            hint = partial(self._bullets_hint, fields, number)
            self._report(Code.NOT_A_BULLET, line, name, message, hint, field=name)
            self._stand_in(name, line)
        if fields:
            return
        if "description" not in self.missing:
            stray(self.ctx, self.where, block)
            return
        self._stand_in("description", block)
        message = "the field `description` is missing, and this text belongs to no field"
        otherwise = "write it as a bullet `- description:`"
        edit = Edit(block.start, block.start, "- description: ")
        proposal = Proposal(f"write `- description: {plain(text.text)}`", (edit,), otherwise)
        self._report(Code.MISSING_FIELD, block, "description", message, proposal, field="description")

    def _takes_table(self, text: Slice) -> bool:
        """Take a table beside the fields for the rubric that is missing, or whose field is empty."""
        name = "scoring_rubric"
        field = self.fields.get(name)
        if field is None:
            field = Field(name, text.start, text.end, f"{self.where} / {name}", text.strip(), [])
            self.fields[name] = field
            hint = f"write `- {name}:` in a line above the table"
            fix = Proposal(hint, (Edit(text.start, text.start, f"- {name}:\n\n"),), hint, safe=True)
            message = "this table is read as the `{field}`"
            self.ctx.unusual(text, field.section, message, fix, field=name)
            return True
        if field.reported or field.value.text or field.bullets:
            return False
        field.value, field.end = text.strip(), text.end
        return True

    def _plain_field(self, line: Slice) -> tuple[str, Slice] | None:
        """Return the field and the line, if a line spells a field without a bullet."""
        text = line.text[mark_length(line.text) :]
        colon = colon_at(text)
        name = field_name(text[:colon]) if colon >= 0 else ""
        if name not in self.known or line.text.startswith(" " * 4):
            return None
        return name, line

    def _bullets_hint(self, fields: Sequence[tuple[str, Slice]], number: int) -> Proposal:
        """Return how a line becomes a bullet, with what follows it and would else become a part of it."""
        edits = tuple([self._bulleted(*other) for other in fields[number : number + MAX_INDENTED]])
        first, *_ = edits
        name, line = fields[number]
        title = f"write `{plain(first.text + self.ctx.text[first.end : line.end])}`"
        return Proposal(title, edits, f"write it as a bullet `- {name}:`", safe=True)

    def _bulleted(self, name: str, line: Slice) -> Edit:
        """Return the edit that turns a line into a bullet."""
        value = line.part(colon_at(line.text) + 1).strip(" *_`").text
        if self._lacks_brackets(name, value):
            return Edit(line.start, line.end, self._as_field(name, line.text, value))
        return Edit(line.start, line.start + mark_length(line.text), "- ")

    def _stand_in(self, name: str, at: Located) -> None:
        """Treat a reported field as given, so that it is neither read nor reported as missing."""
        if name in self.missing:
            self.missing.remove(name)
        value = Slice("", at.start, at.start)
        field = Field(name, at.start, at.end, f"{self.where} / {name}", value, [], reported=True)
        self.fields.setdefault(name, field)

    def _report(self, code: Code, at: Located, part: str, message: str, hint: Hint, **args: Argument) -> None:
        section = f"{self.where} / {part}" if part else self.where
        self.ctx.faults.add(code, at, section, message, hint, **args)


@cache
def _key_within(name: str) -> re.Pattern[str]:
    """Return how a field is spelled behind another field's value, in the same line."""
    spelled = name.replace("_", "[ _-]")
    return re.compile(
        rf"[ \t]*[,;|/.·•]?[ \t]+(?P<key>[*_`]{{0,3}}{spelled}[*_`]{{0,3}}[ \t]*[:：])", re.IGNORECASE
    )


def _is_no_heading(block: Block) -> bool:
    return not isinstance(block, Heading)


def _content_column(text: str, start: int) -> int:
    """Return the column, from 0, of the text of a bullet, or the lowest that CommonMark needs."""
    mark = BULLET.match(text, start)
    return column_of(text, start) + (2 if mark is None else mark.end() - start)


def _without_end(value: Slice, mark: str) -> Slice:
    """Remove the end of emphasis that began in the key: directly after the colon, or at the end."""
    if value.text.startswith(mark):
        return value.part(len(mark))
    return value.part(0, len(value.text.removesuffix(mark)))
