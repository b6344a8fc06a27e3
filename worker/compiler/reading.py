"""Reading the value of a field: as a text, or as a list of texts."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Final

from worker.compiler.blocks import Bullet
from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import Hint, plain
from worker.compiler.fields import Field
from worker.compiler.proposals import Edit, Proposal, replacing
from worker.compiler.sections import Item, Section, meant_as_heading, read_items
from worker.compiler.slices import Located, Slice, Span
from worker.compiler.swallowed import MARK, deeper_line, mark_length
from worker.compiler.values import BLOCK_SCALAR, QUOTES, colon_at, parse_inline_list
from worker.compiler.vocabulary import field_name
from worker.definition import clean_text
from worker.names import fold

__all__ = ["read_list", "read_name", "read_text", "read_texts", "some_items", "too_many"]

#: What people write for an empty list.
NOTHING: Final = frozenset(("n/a", "na", "none", "nil", "-", "–", "—", "nothing", "keine", "tbd", "todo"))
#: Entries of a few words each, without anything that could mean something else in a list.
WORD: Final = r"[\w'’&/-]+(?:\.\d+)?:?"
WORDS: Final = re.compile(rf"{WORD}(?: {WORD}){{0,3}}(?:, *{WORD}(?: {WORD}){{0,3}})*")
DOUBLE_QUOTES: Final = frozenset('"“”„‟«»')
#: Lists whose entries are no texts, so that nothing in them has a line of its own.
LISTS_OF_NAMES: Final = frozenset(("scores", "primary_dimensions"))


def some_items(ctx: Context, section: Section) -> list[Item]:
    """Return the items of a section that must have some."""
    items = read_items(ctx, section)
    if items:
        return items
    message = "the section `{name}` has no items"
    hint: str | Proposal = "write a third-level heading for each item, that is `###` and its name"
    at: Located = section.heading
    for block in section.blocks[:1]:
        at, hint = block, meant_as_heading(ctx, block, f"{hint}, and its fields as bullets under it")
    ctx.faults.add(Code.EMPTY_SECTION, at, section.name, message, hint, name=section.name)
    return items


def too_many(ctx: Context, code: Code, items: list[Item], limit: int) -> None:
    """Report the first item beyond a limit, if there are that many."""
    if len(items) > limit:
        first = items[limit]
        message = "there are {count} of them; at most {limit} are allowed"
        hint = f"delete {len(items) - limit}, or merge some"
        ctx.faults.add(code, first, first.where, message, hint, count=len(items), limit=limit)


def report_empty(ctx: Context, field: Field, hint: Hint) -> None:
    """Report a field without a value."""
    message = "`{field}` has no value"
    ctx.faults.add(Code.EMPTY_VALUE, field, field.section, message, hint, field=field.name)


def read_name(ctx: Context, item: Item, names: dict[str, str], kind: str) -> bool:
    """Check the name of an item and store it, folded; return whether it can be referred to."""
    key = fold(item.name)
    if not key:
        hint = f"write the name of the {kind} after the `###`"
        ctx.faults.add(Code.EMPTY_NAME, item, item.section, "this heading has no text", hint)
        return False
    sound = ctx.check_markup(item.name, item, item.where)
    if key in names:
        message = "there is another {kind} `{name}`; case and the kind of hyphens are ignored"
        hint = "give one of them another name"
        ctx.faults.add(
            Code.DUPLICATE_NAME, item, item.where, message, hint, kind=kind, name=plain(names[key])
        )
    else:
        names[key] = item.name
    return sound


def read_text(ctx: Context, field: Field | None) -> str:
    """Return the value of a required text."""
    if field is None or field.reported:
        return ""
    text = field.value.clean
    is_on_key_line = "\n" not in ctx.text[field.start : field.value.start]
    if is_on_key_line and (indicator := BLOCK_SCALAR.match(field.value.text)):
        text = clean_text(field.value.text[indicator.end() :])
    if not text:
        report_empty(ctx, field, f"write a text after `{field.name}:`")
    ctx.check_markup(text, field, field.section)
    return text


def read_texts(ctx: Context, field: Field | None) -> tuple[str, ...]:
    """Return the value of a list of texts."""
    if field is None:
        return ()
    texts: list[str] = []
    for entry in read_list(ctx, field):
        text = entry.clean
        ctx.check_markup(text, entry, field.section)
        texts.append(text)
    return tuple(texts)


def read_list(ctx: Context, field: Field | None) -> Sequence[Slice]:
    """Return the entries of a list: bullets under the field, or an inline list. Report anything else."""
    if field is None or field.reported:
        return []
    if field.bullets:
        return _nested_list(ctx, field)
    if not field.value.text:
        return []
    entries = parse_inline_list(field.value)
    if entries is not None:
        for entry in filter(_has_half_a_pair, entries):
            message = "the quotation mark of `{found}` has no partner"
            hint = "add the other one, or write every entry as a bullet indented under this one"
            ctx.faults.add(Code.NOT_A_LIST, entry, field.section, message, hint, found=plain(entry.text))
        return _filled(ctx, field, entries, entries)
    message = "`{found}` is not a list"
    found = plain(field.value.text)
    ctx.faults.add(
        Code.NOT_A_LIST, field.value, field.section, message, partial(_list_hint, field), found=found
    )
    return []


def _has_half_a_pair(entry: Slice) -> bool:
    """Tell whether a quotation mark at an end of an entry has no partner in it: was a comma inside of it?"""
    text = entry.text
    if sum(character in DOUBLE_QUOTES for character in text) != 1:
        return False
    # 5" is a length.
    return text[0] in DOUBLE_QUOTES or (text[-1] in DOUBLE_QUOTES and not text[-2].isdigit())


def _list_hint(field: Field) -> str | Proposal:
    """Return a text as a list: one entry, or several separated by commas."""
    inline = field.value.text
    if "\n" in inline or inline[:2] in {"- ", "* ", "+ "}:
        return "write one bullet for each entry, indented under this one"
    otherwise = "write the entries in brackets, with commas between them, or as bullets indented under it"
    if not NOTHING.isdisjoint([inline.strip("()[]{}.").lower()]):
        return f"{otherwise}; delete the line if there are none"
    inside = inline.strip("[]{}\\ ")
    listed = inside if WORDS.fullmatch(inside) else _quoted(inside)
    written = f"[{listed}]"
    return replacing(field.value, written, f"write `- {field.name}: {plain(written)}`", otherwise)


def _quoted(text: str) -> str:
    mark = next((mark for mark in ('"', "“", "«") if not {mark, QUOTES[mark]} & {*text}), "")
    return f"{mark}{text}{QUOTES[mark]}" if mark else text


def _nested_list(ctx: Context, field: Field) -> Sequence[Slice]:
    """Return the entries under a field, and report text besides them."""
    entries = [
        _entry(ctx, field, bullet) if "\n" in bullet.text.text else bullet.text for bullet in field.bullets
    ]
    beside = field.value if field.value.text else _text_between(ctx, field)
    if beside is not None:
        fix = f"write every entry of `{field.name}` as a bullet indented under it"
        message = "`{found}` is not a list"
        ctx.faults.add(Code.NOT_A_LIST, beside, field.section, message, fix, found=plain(beside.text))
    return _filled(ctx, field, entries, field.bullets)


def _entry(ctx: Context, field: Field, bullet: Bullet) -> Slice:
    """Return the text of an entry, and report a line in it that was meant to be an entry of its own."""
    line = deeper_line(ctx, bullet)
    if line is None or _is_field(line.text[mark_length(line.text) :]):
        return bullet.text
    hint = f"if it is an entry of `{field.name}`, write it as a bullet with the indentation of the others"
    message = "the line `{found}` is text of the entry above"
    begin = ctx.text.rfind("\n", 0, line.start) + 1
    column = bullet.start - ctx.text.rfind("\n", 0, bullet.start) - 1
    mark = "" if MARK.match(line.text) else "- "
    edit = Edit(begin, line.start, " " * column + mark)
    fix = Proposal(hint, (edit,), hint)
    found = plain(line.text)
    if field.name not in LISTS_OF_NAMES:
        ctx.faults.add(Code.SWALLOWED_LINE, line, field.section, message, fix, found=found)
        return bullet.text
    ctx.faults.add_error(Code.SWALLOWED_LINE, line, field.section, message, fix, found=found)
    return bullet.cut(line.start).text


def _is_field(line: str) -> bool:
    """Tell whether a line spells a field: then it was reported when the fields were read."""
    colon = colon_at(line)
    return colon > 0 and field_name(line[:colon]) != ""


def _text_between(ctx: Context, field: Field) -> Slice | None:
    """Return the first text after a bullet of a list that belongs to no bullet."""
    following = [*[bullet.start for bullet in field.bullets[1:]], field.end]
    for bullet, start in zip(field.bullets, following, strict=True):
        if ctx.text[bullet.end : start].strip():
            return ctx.slice(Span(bullet.end, start)).strip()
    return None


def _filled(
    ctx: Context, field: Field, entries: Sequence[Slice], places: Sequence[Located]
) -> Sequence[Slice]:
    """Return the entries with a text, and report the others at their places."""
    if all(entry.text for entry in entries):
        return entries
    for entry, place in zip(entries, places, strict=True):
        if not entry.text:
            ctx.empty_item(Span(place.start, place.start), field.section)
    return [entry for entry in entries if entry.text]
