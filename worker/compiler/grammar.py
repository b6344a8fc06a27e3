"""The grammar of a body: sections, items under their headings, and the fields of an item.

It knows which words open what, and reports what it cannot place; it does not know what values mean.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

from worker.compiler.blocks import ITEM, OTHER, PARAGRAPH, Block
from worker.compiler.diagnostics import Code, Faults, Hint, nearest, plain, shown
from worker.compiler.source import BLANKS, Lines
from worker.compiler.values import normal_key
from worker.definition import EMPHASIS, clean_name, clean_text
from worker.names import fold, remembered

__all__ = [
    "CATEGORIES",
    "CATEGORY_FIELDS",
    "DIMENSIONS",
    "DIMENSION_FIELDS",
    "EXAMPLES",
    "EXAMPLE_FIELDS",
    "GUIDELINES",
    "Field",
    "Grammar",
    "Item",
    "Lost",
    "Section",
    "item_text",
    "section_name",
    "without_number",
]

DIMENSIONS: Final = "Dimensions"
CATEGORIES: Final = "Result Categories"
GUIDELINES: Final = "Interview Guidelines"
EXAMPLES: Final = "Examples"
SECTIONS: Final = {normal_key(name): name for name in (DIMENSIONS, CATEGORIES, GUIDELINES, EXAMPLES)}
REQUIRED_SECTIONS: Final = (DIMENSIONS, CATEGORIES)

#: The fields of an item by name; True where the value is a list.
DIMENSION_FIELDS: Final = {
    "weight": False,
    "description": False,
    "interview_themes": True,
    "scoring_rubric": True,
}
CATEGORY_FIELDS: Final = {
    "score_range": False,
    "primary_dimensions": True,
    "description": False,
    "strengths": True,
    "growth_areas": True,
    "recommendations": True,
}
EXAMPLE_FIELDS: Final = {"scores": True, "overall": False, "category": False}
FIELDS_OF: Final[Mapping[str, Mapping[str, bool]]] = {
    DIMENSIONS: DIMENSION_FIELDS,
    CATEGORIES: CATEGORY_FIELDS,
    EXAMPLES: EXAMPLE_FIELDS,
}
KNOWN: Final = {normal_key(name): name for name in (*DIMENSION_FIELDS, *CATEGORY_FIELDS, *EXAMPLE_FIELDS)}

#: A line that is bold as a whole, as people write headings who do not know of them.
BOLD_LINE: Final = re.compile(r"(\*\*|__)([^*_`\n]+)\1:?")

#: A line that is meant as a heading and is none to CommonMark.
HEADING_WITHOUT_BLANK: Final = re.compile(r"(#{1,6})[^\S \t\n]?([^#\s][^\n]*)")

#: A field with another mark in place of its colon.
OTHER_COLON: Final = re.compile(r"([^=：–—\n]{1,40}?)\s*[=：–—]\s*(\S.*)")

#: What stands in front of the bullets of word processors, which are none to CommonMark.
OTHER_BULLETS: Final = "•◦▪▫‣⁃●○■□·–— \t\u00a0"

#: The kinds of blocks that are headings: their levels.
HEADINGS: Final = frozenset(range(1, PARAGRAPH))

#: How many misspelt keys are compared with the known ones while reading; more than 100 are never shown.
NEAR_BUDGET: Final = 200


@dataclass(slots=True)
class Section:
    """A second-level heading and the blocks under it: ``blocks[first:last]``, up to the place ``stop``."""

    name: str
    level: int
    start: int
    end: int
    first: int
    last: int
    stop: int


@dataclass(slots=True)
class Item:
    """A third-level heading and the blocks under it."""

    name: str
    section: str
    start: int
    end: int
    first: int
    last: int
    stop: int

    @property
    def where(self) -> str:
        """The item's place in the document's structure."""
        return f"{self.section} / {plain(self.name)}"


#: The range of the bullet, what stands behind the colon (up to the first nested bullet for a list), and the
#: ranges of its nested bullets.
Field: TypeAlias = tuple[int, int, str, Sequence[tuple[int, int]]]

#: What the definition leaves out: a name for it and where it stands.
Lost: TypeAlias = tuple[str, int]


def item_text(slice_: str) -> str:
    """Return the text of a list item without its bullet or number."""
    return clean_text(slice_.lstrip().lstrip("0123456789")[1:])


@remembered
def section_name(text: str) -> str | None:
    """Return the section that a heading with this text opens, None when it opens none."""
    text = clean_name(text)
    name = SECTIONS.get(normal_key(text))
    if name is None and text[:1].isdigit():
        name = SECTIONS.get(normal_key(without_number(text)))
    return name


def without_number(text: str) -> str:
    """Return the text of a heading without the number it begins with: ``2.``, ``3)`` or ``3.1``."""
    return clean_name(text.lstrip("0123456789.)\\ "))


@remembered
def field_key(spelled: str) -> tuple[str, str]:
    """Return the field that a bullet's text before the colon spells, and the emphasis left open."""
    key = spelled.strip().lstrip("0123456789")[1:].lstrip()
    name = KNOWN.get(normal_key(key), "") if len(key) < 100 else ""
    for mark in EMPHASIS:
        if key.startswith(mark):
            return name, "" if key.endswith(mark) else mark
    return name, ""


class Grammar:
    """Finds sections, items and fields among the blocks of a file."""

    def __init__(self, text: str, blocks: Sequence[Block], lines: Lines, faults: Faults) -> None:
        self.text = text
        self.lines = lines
        self.blocks = blocks
        self.kinds = bytes([block[0] for block in blocks])
        self.faults = faults
        self.lost: list[Lost] = []
        self._keys: dict[str, tuple[str, str]] = {}
        self._near_left = NEAR_BUDGET
        self._level_reported = False

    def line_of(self, offset: int) -> int:
        """Return the line, from 1, of a character."""
        return self.lines.line(offset)

    def value_at(self, found: Field, text: str) -> tuple[int, int]:
        """Return the range of the first line of a field's value."""
        start, end, _, _ = found
        first = text.partition("\n")[0].rstrip()
        colon = self.text.find(":", start, end)
        at = max(self.text.find(first, max(colon, start), end), start)
        return at, at + len(first)

    def heading(self, block: Block) -> str:
        """Return the text of a heading: on one line, without the marks that make it one."""
        _, start, end, _ = block
        line = self.text[start:end].strip()
        if "\n" not in line:
            line = line.lstrip("#").strip(" \t")
            bare = line.rstrip("#")
            if not bare:
                return ""
            return bare.rstrip() if bare[-1] in " \t" else line
        return " ".join(part.strip() for part in line.split("\n")[:-1])

    # --- sections ---

    def sections(self, title: str | None) -> dict[str, list[Section]]:
        """Return the known sections by name, each with all its occurrences, and report what is out of place.

        Args:
            title: the assessment's name, which a first-level heading may repeat; None when it is not known.
        """
        found: dict[str, list[Section]] = {}
        unknown: list[Section] = []
        current: Section | None = None
        blocks = self.blocks
        heads = [index for index, kind in enumerate(self.kinds) if kind in (1, 2)]
        heads.append(len(blocks))
        if heads[0]:
            self.stray("", blocks[0][1], blocks[0][2])
        for index, following in pairwise(heads):
            kind, start, end, _ = blocks[index]
            text = self.heading(blocks[index])
            name = section_name(text)
            if name is None and kind == 2 and current is not None and current.level == 1:
                continue
            if current is not None:
                current.last, current.stop = index, start
                current = None
            if name is None and kind == 1:
                if not self._title(text, title, start, end) and index + 1 < following:
                    self.stray("", blocks[index + 1][1], blocks[index + 1][2])
                continue
            if kind == 1:
                self._wrong_level(start, end, "", f"sections are second-level headings: write `## {name}`")
            current = Section(name or text, kind, start, end, index + 1, len(blocks), len(self.text))
            (unknown if name is None else found.setdefault(name, [])).append(current)
        self._adopt(found, unknown)
        self._report_sections(found, unknown)
        return found

    def _adopt(self, found: dict[str, list[Section]], unknown: list[Section]) -> None:
        """Find the sections and items that unknown sections were meant to be, so that they are checked."""
        if not unknown:
            return
        for section in list(unknown):
            name = self.near(section.name, [name for name in SECTIONS.values() if name not in found])
            if name is not None:
                unknown.remove(section)
                found[name] = [section]
                self.faults.add(
                    Code.UNKNOWN_SECTION,
                    section.start,
                    section.end,
                    plain(section.name),
                    f"there is no section {shown(section.name)}",
                    f"write `## {name}`",
                    "error",
                )
        following = {section.start: section for section in unknown}
        for name in (DIMENSIONS, CATEGORIES, EXAMPLES):
            for section in found.get(name, ()):
                if not HEADINGS.isdisjoint(self.kinds[section.first : section.last]):
                    continue
                inside = following.pop(section.stop, None)
                if inside is not None:
                    mend = f"items are third-level headings: write `### {plain(inside.name)}`"
                    self._wrong_level(inside.start, inside.end, name, mend)
                while inside is not None:
                    section.last, section.stop = inside.last, inside.stop
                    inside = following.pop(section.stop, None)
        unknown[:] = following.values()

    def _report_sections(self, found: dict[str, list[Section]], unknown: list[Section]) -> None:
        for section in unknown:
            self.lost.append((f'section "{plain(section.name)}"', section.start))
            self.faults.add(
                Code.UNKNOWN_SECTION,
                section.start,
                section.end,
                plain(section.name),
                f"there is no section {shown(section.name)}; it is left out of the definition",
                "the sections are " + ", ".join(f"`## {name}`" for name in SECTIONS.values()),
            )
        for name, occurrences in found.items():
            for again in occurrences[1:]:
                self.faults.add(
                    Code.DUPLICATE_SECTION,
                    again.start,
                    again.end,
                    name,
                    f"the section {shown(name)} stands twice; the first is on line "
                    f"{self.line_of(occurrences[0].start)}",
                    "move its items under the first heading and delete this one",
                )
        for name in REQUIRED_SECTIONS:
            if name not in found:
                at = max(len(self.text.rstrip(BLANKS)) - 1, 0)
                self.faults.add(
                    Code.MISSING_SECTION,
                    at,
                    at,
                    name,
                    f"the section {shown(name)} is missing",
                    f"add a line `## {name}`, and under it one `###` heading for each item",
                )

    def _title(self, text: str, title: str | None, start: int, end: int) -> bool:
        """Check a first-level heading; return whether it was reported, and with it the text under it."""
        if title is None or fold(clean_name(text)) == fold(clean_name(title)):
            return False
        self.lost.append((f'heading "{plain(text)}"', start))
        self.faults.add(
            Code.STRAY_TEXT,
            start,
            end,
            "",
            f"the heading {shown(text)} is not the assessment's name and is left out",
            f"write `# {plain(title)}`, or delete the heading",
        )
        return True

    def _wrong_level(self, start: int, end: int, where: str, mend: str) -> None:
        if not self._level_reported:
            self._level_reported = True
            self.faults.add(Code.HEADING_LEVEL, start, end, where, "this heading has the wrong level", mend)

    # --- items ---

    def items(self, section: Section) -> Iterator[Item]:
        """Yield the items of a section, and report the text before the first."""
        blocks = self.blocks
        kinds = self.kinds[section.first : section.last]
        level = min(HEADINGS.intersection(kinds), default=3)
        if level > 3:
            first = section.first + kinds.index(level)
            _, start, end, _ = blocks[first]
            name = plain(self.heading(blocks[first]))
            self._wrong_level(start, end, section.name, f"items are third-level headings: write `### {name}`")
        tops = [index for index, kind in enumerate(kinds, section.first) if kind == level]
        if PARAGRAPH in kinds or OTHER in kinds:
            tops = sorted([*tops, *self._bold_headings(section)])
        first = tops[0] if tops else section.last
        if first > section.first:
            self.stray(section.name, blocks[section.first][1], blocks[section.first][2])
        for index, following in pairwise([*tops, section.last]):
            _, start, end, _ = blocks[index]
            stop = blocks[following][1] if following < section.last else section.stop
            name = clean_name(self.heading(blocks[index]))
            yield Item(name, section.name, start, end, index + 1, following, stop)

    def _bold_headings(self, section: Section) -> list[int]:
        """Return the bold lines that are meant as the headings of items, and report each.

        Such a line stands in front of fields, and without it these would be nobody's, or would repeat the
        fields of the item above.
        """
        known = FIELDS_OF.get(section.name, {})
        found: list[int] = []
        seen: set[str] | None = None  # the fields since the last heading; None before the first
        for index in range(section.first, section.last - 1):
            kind, start, end, _ = self.blocks[index]
            if kind == ITEM:
                if seen is not None:
                    seen.add(self._key_at(index))
            elif kind < PARAGRAPH:
                seen = set()
            elif kind == PARAGRAPH and self.blocks[index + 1][0] == ITEM:
                bold = BOLD_LINE.fullmatch(self.text[start:end].strip())
                key = self._key_at(index + 1)
                if bold is not None and key in known and (seen is None or key in seen):
                    found.append(index)
                    seen = set()
                    message = f"the bold text {shown(bold[2])} stands where a heading is meant"
                    mend = f"write `### {plain(clean_name(bold[2]))}`"
                    self.faults.add(Code.HEADING_LEVEL, start, end, section.name, message, mend)
        return found

    def _key_at(self, index: int) -> str:
        """Return the field that a bullet spells, an empty text when it spells none."""
        _, start, end, _ = self.blocks[index]
        spelled, colon, _ = self.text[start:end].partition(":")
        return field_key(spelled)[0] if colon else ""

    def stray(self, where: str, start: int, end: int) -> None:
        """Report text that belongs to nothing and is left out."""
        text = self.text[start:end]
        if text.startswith("<!--"):
            return  # a comment, which was reported as HTML
        hint = "write it as the value of a field, or delete it"
        if meant := HEADING_WITHOUT_BLANK.match(text):
            hint = f"if it is a heading, write `{meant[1]} {plain(meant[2])}`, with a blank behind the `#`"
        self.lost.append((f"text under {where or 'no section'}", start))
        self.faults.add(
            Code.STRAY_TEXT,
            start,
            end,
            where,
            f"the text {shown(text)} belongs to nothing and is left out",
            hint,
        )

    # --- fields ---

    def fields(self, item: Item, known: Mapping[str, bool], required: Sequence[str]) -> dict[str, Field]:  # noqa: PLR0912 - one loop, the branches of which share its state
        """Return the fields of an item by name, and report unknown, repeated and missing ones."""
        text = self.text
        keys = self._keys
        fields: dict[str, Field] = {}
        unknown: list[tuple[str, Field]] = []
        texts: list[Block] = []
        bare: Block | None = None
        hidden = 0  # the level of the heading whose blocks are skipped, if any
        for block in self.blocks[item.first : item.last]:
            kind, start, end, children = block
            if kind == ITEM:
                if hidden:
                    continue
                spelled, colon, rest = text[start : children[0][0] if children else end].partition(":")
                start += len(spelled) - len(spelled.lstrip())
                if not colon:
                    bare = bare or block
                    continue
                key = keys.get(spelled)
                if key is None:
                    key = field_key(spelled)
                    if key[0]:
                        keys[spelled] = key
                name, mark = key
                is_list = known.get(name)
                if children and not is_list:
                    # A list where a text is meant: its bullets belong to the text.
                    rest = text[start:end].partition(":")[2]
                if mark:
                    rest = _cut(rest, mark)
                if is_list is None:
                    unknown.append((spelled, (start, end, rest, children)))
                elif name in fields:
                    self._repeated(name, item, start, fields[name])
                else:
                    fields[name] = (start, end, rest, children)
            elif kind < PARAGRAPH:
                if not hidden or kind <= hidden:
                    hidden = kind
                    self._field_heading(block, item, known, fields)
            elif not hidden:
                texts.append(block)
        missing = [name for name in required if name not in fields]
        if bare:
            self._bare_bullet(item, bare, fields, missing)
        if texts or unknown or missing:
            self._complete(item, known, missing, fields, unknown, texts)
        return fields

    def near(self, name: str, known: Sequence[str]) -> str | None:
        """Return the known name that was probably meant; None also when too many were asked for already."""
        if not known or self._near_left == 0:
            return None
        self._near_left -= 1
        return nearest(name, known)

    def _repeated(self, name: str, item: Item, start: int, first: Field) -> None:
        self.faults.add(
            Code.DUPLICATE_FIELD,
            start,
            start,
            f"{item.where} / {name}",
            f"the field `{name}` stands twice; the first is on line {self.line_of(first[0])}",
            "keep one of them",
        )

    def _bare_bullet(self, item: Item, block: Block, fields: dict[str, Field], missing: list[str]) -> None:
        """Report the bullets of an item that are no fields; one diagnostic for all of them."""
        _, start, end, _ = block
        owner = max((f for f in fields.items() if f[1][0] < start), key=lambda f: f[1][0], default=None)
        text = plain(item_text(self.text[start:end] + " "))
        hint = "write each field as `- key: value`"
        if owner is not None and not owner[1][2].strip():
            hint = f"if it belongs to `{owner[0]}`, indent it under that bullet: `  - {text}`"
        if spelled := OTHER_COLON.match(item_text(self.text[start:end] + " ")):
            name = KNOWN.get(normal_key(spelled[1]), "")
            if name in missing:
                missing.remove(name)
                fields[name] = (start, end, FAULTY, ())
                hint = f"write `- {name}: {plain(spelled[2])}`"
        self.faults.add(Code.NOT_A_FIELD, start, end, item.where, f"the bullet `{text}` has no `key:`", hint)

    def _field_heading(
        self, block: Block, item: Item, known: Mapping[str, bool], fields: dict[str, Field]
    ) -> None:
        """Report a heading inside of an item; what stands under it is not read."""
        _, start, end, _ = block
        text = self.heading(block)
        name = KNOWN.get(normal_key(clean_name(text)), "")
        hint = "an item has bullets under its `###` heading, and no headings of its own"
        if name in known:
            hint = f"write it as a bullet `- {name}:` with its value behind or under it"
            fields.setdefault(name, (start, end, FAULTY, ()))
        message = f"the heading {shown(text)} stands where a field is expected"
        self.faults.add(Code.NOT_A_BULLET, start, end, item.where, message, hint)

    def _complete(  # noqa: PLR0913, PLR0917 - what the loop in fields() has gathered
        self,
        item: Item,
        known: Mapping[str, bool],
        missing: list[str],
        fields: dict[str, Field],
        unknown: list[tuple[str, Field]],
        texts: list[Block],
    ) -> None:
        """Report unknown fields, stray text and missing fields, each once."""
        for spelled, field in unknown:
            key = item_text(spelled + " ")
            near = self.near(key.strip("*_`"), missing)
            if near is not None:
                missing.remove(near)
                fields[near] = field
                message = f"there is no field {shown(key)}, and `{near}` is missing"
            else:
                message = f"there is no field {shown(key)} here; it is left out"
                self.lost.append((f'field "{plain(key)}" of {item.where}', field[0]))
            self.faults.add(
                Code.UNKNOWN_FIELD,
                field[0],
                field[0] + len(spelled),
                f"{item.where} / {plain(key)}",
                message,
                _field_hint(key, near, known),
                "warning" if near is None else "error",
            )
        for block in texts:
            self._loose_text(block, item, known, fields, missing)
        for name in missing:
            self.faults.add(
                Code.MISSING_FIELD,
                item.start,
                item.end,
                f"{item.where} / {name}",
                f"the field `{name}` is missing",
                f"add a bullet `- {name}: {FIELD_EXAMPLES[name]}`",
            )

    def _loose_text(
        self,
        block: Block,
        item: Item,
        known: Mapping[str, bool],
        fields: dict[str, Field],
        missing: list[str],
    ) -> None:
        """Report text beside the fields: fields without bullets, a description without key, stray text."""
        _, start, end, _ = block
        text = self.text[start:end]
        at = start
        spelled_fields = False
        for line in text.split("\n"):
            spelled, colon, _ = line[:60].lstrip(OTHER_BULLETS).partition(":")
            name = KNOWN.get(normal_key(spelled), "") if colon else ""
            if name in known and not line.startswith(" " * 4):
                spelled_fields = True
                value = line.partition(":")[2].strip(" *_")
                self.faults.add(
                    Code.NOT_A_BULLET,
                    at,
                    at + len(line),
                    f"{item.where} / {name}",
                    f"the field `{name}` is not a bullet",
                    f"write `- {name}: {plain(value)}`",
                )
                if name in missing:
                    missing.remove(name)
                fields.setdefault(name, (at, at, FAULTY, ()))
            at += len(line) + 1
        if spelled_fields:
            return
        if "description" in missing:
            missing.remove("description")
            fields["description"] = (start, end, FAULTY, ())
            self.faults.add(
                Code.MISSING_FIELD,
                start,
                end,
                f"{item.where} / description",
                "the field `description` is missing, and this text belongs to no field",
                f"write `- description: {plain(text)}`",
            )
            return
        self.stray(item.where, start, end)


#: The value of a field that was reported: it is there, and nothing more is to be said about it.
FAULTY: Final = "\0"

FIELD_EXAMPLES: Final = {
    "weight": "0.25",
    "description": "what it is, in a sentence or two",
    "score_range": "[4.0, 5.0]",
    "scores": "[Name of a dimension: 4]",
}


def _cut(rest: str, mark: str) -> str:
    """Drop the end of emphasis that began in the key: directly behind the colon, or at the very end."""
    value = rest.strip()
    if value.startswith(mark):
        return value[len(mark) :]
    return value.removesuffix(mark)


def _field_hint(key: str, near: str | None, known: Mapping[str, bool]) -> Hint:
    if near is not None:
        return f"write `- {near}:`"
    return lambda: (
        f"did you mean `{guess}`?"
        if (guess := nearest(key, known)) is not None
        else "the fields are " + ", ".join(f"`{name}`" for name in known)
    )
