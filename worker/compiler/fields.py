"""The fields of an item: the bullets under its heading, each ``key: value``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from worker.compiler.blocks import Bullet, Heading, Prose
from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import Hint, nearest, plain, shown
from worker.compiler.outline import OutlineItem
from worker.compiler.sections import Item, stray
from worker.compiler.slices import Located, Slice, Span
from worker.compiler.vocabulary import FIELD_EXAMPLES, FieldSpec, field_name, open_emphasis
from worker.definition import MARKS, clean_name

__all__ = ["Field", "read_fields"]

#: A field with another mark in place of its colon.
OTHER_COLON: Final = re.compile(r"(?P<key>[^=：–—\n]{1,40}?)\s*[=：–—]\s*(?P<value>\S.*)")
#: What stands in front of the bullets of word processors, which are none to CommonMark.
OTHER_BULLETS: Final = "•◦▪▫‣⁃●○■□·–— \t\u00a0"


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


def read_fields(ctx: Context, item: Item, known: Mapping[str, FieldSpec]) -> dict[str, Field]:
    """Return the fields of an item by name, and report unknown, repeated and missing ones."""
    reader = _Reader(ctx, item, known)
    hidden = 0  # the level of the heading whose blocks are skipped, if any
    for block in item.blocks:
        if isinstance(block, Heading):
            if not hidden or block.level <= hidden:
                hidden = block.level
                reader.heading(block)
        elif hidden:
            continue
        elif isinstance(block, Bullet):
            reader.bullet(block)
        else:
            reader.texts.append(block)
    reader.finish()
    ctx.outline.items.append(OutlineItem(item.section, item, reader.fields))
    return reader.fields


class _Reader:
    """Gathers the fields of one item; one method for each kind of block."""

    def __init__(self, ctx: Context, item: Item, known: Mapping[str, FieldSpec]) -> None:
        self.ctx = ctx
        self.item = item
        self.known = known
        self.where = item.where
        self.fields: dict[str, Field] = {}
        self.unknown: list[tuple[Slice, Field]] = []
        self.bare: Bullet | None = None  # the first bullet without a key
        self.texts: list[Prose] = []
        self.missing: list[str] = []

    def bullet(self, bullet: Bullet) -> None:
        """Read a bullet ``key: value``."""
        text = bullet.text
        head = bullet.head_length
        colon = text.text.find(":", 0, head)
        if colon < 0:
            self.bare = self.bare or bullet
            return
        key = text.text[:colon].rstrip()
        name = field_name(key)
        spec = self.known.get(name)
        # Where a text is meant, bullets under it belong to the text.
        value = text.part(colon + 1, head if spec is not None and spec.is_list else None)
        if key[:1] in MARKS and (mark := open_emphasis(key)):
            value = _without_end(value, mark)
        field = Field(name, bullet.start, bullet.end, f"{self.where} / {name}", value, bullet.bullets)
        if spec is None:
            self.unknown.append((text.part(0, colon), field))
        elif name in self.fields:
            line = self.ctx.lines.line(self.fields[name].start)
            message = f"the field `{name}` stands twice; the first is on line {line}"
            at = Span(bullet.start, bullet.start)
            self._report(Code.DUPLICATE_FIELD, at, name, message, "keep one of them")
        else:
            self.fields[name] = field

    def heading(self, heading: Heading) -> None:
        """Report a heading inside of an item; what stands under it is not read."""
        name = field_name(clean_name(heading.title))
        hint = "an item has bullets under its `###` heading, and no headings of its own"
        if name in self.known:
            hint = f"write it as a bullet `- {name}:` with its value behind or under it"
            self._stand_in(name, heading)
        message = f"the heading {shown(heading.title)} stands where a field is expected"
        self._report(Code.NOT_A_BULLET, heading, "", message, hint)

    def finish(self) -> None:
        """Report what is not a field, and the fields that are missing."""
        self.missing = [n for n, spec in self.known.items() if spec.is_required and n not in self.fields]
        if self.bare is not None:
            self._bare_bullet(self.bare)
        for key, field in self.unknown:
            self._unknown_field(key, field)
        for text in self.texts:
            self._loose_text(text)
        for name in self.missing:
            hint = f"add a bullet `- {name}: {FIELD_EXAMPLES[name]}`"
            self._report(Code.MISSING_FIELD, self.item, name, f"the field `{name}` is missing", hint)

    def _bare_bullet(self, bullet: Bullet) -> None:
        """Report the bullets of an item that are not fields; one diagnostic for all of them."""
        above = [field for field in self.fields.values() if field.start < bullet.start]
        text = bullet.text.clean
        hint = "write each field as `- key: value`"
        if above:
            owner = max(above, key=lambda field: field.start)
            if not owner.value.text:
                hint = f"if it belongs to `{owner.name}`, indent it under that bullet: `  - {plain(text)}`"
        if spelled := OTHER_COLON.match(text):
            name = field_name(spelled["key"])
            if name in self.missing:
                self._stand_in(name, bullet)
                hint = f"write `- {name}: {plain(spelled['value'])}`"
        self._report(Code.NOT_A_FIELD, bullet, "", f"the bullet {shown(text)} has no `key:`", hint)

    def _unknown_field(self, spelled: Slice, field: Field) -> None:
        """Report a field that is not known, or take it for the missing one that it was meant to be."""
        key = spelled.clean
        at = Span(field.start, spelled.end)
        near = self.ctx.near(key.strip("*_`"), self.missing)
        if near is not None:
            self.missing.remove(near)
            value = field.value
            if self.known[near].is_list and field.bullets:
                value = value.part(0, min(bullet.start for bullet in field.bullets) - value.start)
            self.fields[near] = replace(field, name=near, section=f"{self.where} / {near}", value=value)
            message = f"there is no field {shown(key)}, and `{near}` is missing"
            section = f"{self.where} / {plain(key)}"
            self.ctx.faults.add_error(Code.UNKNOWN_FIELD, at, section, message, f"write `- {near}:`")
            return
        self.ctx.leave_out(f'field "{plain(key)}" of {self.where}', field)
        message = f"there is no field {shown(key)} here; it is left out"
        self._report(Code.UNKNOWN_FIELD, at, plain(key), message, lambda: _known_fields(key, self.known))

    def _loose_text(self, block: Prose) -> None:
        """Report text beside the fields: fields without bullets, a description without key, stray text."""
        text = self.ctx.slice(block)
        fields = [found for line in text.lines if (found := self._plain_field(line)) is not None]
        for name, line, value in fields:
            hint = f"write `- {name}: {plain(value)}`"
            self._report(Code.NOT_A_BULLET, line, name, f"the field `{name}` is not a bullet", hint)
            self._stand_in(name, line)
        if fields:
            return
        if "description" not in self.missing:
            stray(self.ctx, self.where, block)
            return
        self._stand_in("description", block)
        message = "the field `description` is missing, and this text belongs to no field"
        hint = f"write `- description: {plain(text.text)}`"
        self._report(Code.MISSING_FIELD, block, "description", message, hint)

    def _plain_field(self, line: Slice) -> tuple[str, Slice, str] | None:
        """Return the field, the line and the value, of a line that spells a field without a bullet."""
        key, colon, _ = line.text[:60].lstrip(OTHER_BULLETS).partition(":")
        name = field_name(key) if colon else ""
        if name not in self.known or line.text.startswith(" " * 4):
            return None
        return name, line, line.text[line.text.index(":") + 1 :].strip(" *_")

    def _stand_in(self, name: str, at: Located) -> None:
        """Take a field for given that was reported, so that it is neither read nor called missing."""
        if name in self.missing:
            self.missing.remove(name)
        value = Slice("", at.start, at.start)
        field = Field(name, at.start, at.end, f"{self.where} / {name}", value, [], reported=True)
        self.fields.setdefault(name, field)

    def _report(self, code: Code, at: Located, part: str, message: str, hint: Hint) -> None:
        self.ctx.faults.add(code, at, f"{self.where} / {part}" if part else self.where, message, hint)


def _without_end(value: Slice, mark: str) -> Slice:
    """Drop the end of emphasis that began in the key: directly behind the colon, or at the very end."""
    if value.text.startswith(mark):
        return value.part(len(mark))
    return value.part(0, len(value.text.removesuffix(mark)))


def _known_fields(key: str, known: Mapping[str, FieldSpec]) -> str:
    guess = nearest(key, known)
    return f"did you mean `{guess}`?" if guess else "the fields are " + ", ".join(f"`{n}`" for n in known)
