"""Reading the value of a field: as a text, or as a list of texts."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from worker.compiler.blocks import Bullet
from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import Hint, plain
from worker.compiler.fields import Field
from worker.compiler.proposals import Edit, Proposal, replacing
from worker.compiler.sections import Item, Section, meant_as_heading, read_items
from worker.compiler.slices import Located, Slice, Span, column_of, line_start
from worker.compiler.swallowed import MARK, OTHER_BULLETS, deeper_line, mark_length
from worker.compiler.values import (
    BLOCK_SCALAR,
    QUOTES,
    colon_at,
    parse_inline_list,
)
from worker.compiler.vocabulary import field_name
from worker.definition import clean_text
from worker.names import fold

__all__ = ["read_list", "read_name", "read_text", "read_texts", "some_items", "too_many"]

#: So many headings at most get their blank by one fix.
MAX_HEADINGS: Final = 50
#: What people write for an empty list.
NOTHING: Final = frozenset(("n/a", "na", "none", "nil", "-", "–", "—", "nothing", "keine", "tbd", "todo"))
#: Entries of a few words each, without anything that could mean something else in a list.
WORD: Final = r"[\w'’&/-]+(?:\.\d+)?:?"
WORDS: Final = re.compile(rf"{WORD}(?: {WORD}){{0,3}}(?:, *{WORD}(?: {WORD}){{0,3}})*")
#: What divides a text into entries besides commas, and numbers that count them.
DIVIDERS: Final = re.compile(r"\s*[;；؛、•·|]\s*")
COUNTED: Final = re.compile(r"(?:^|\s)\(?(\d{1,2})[.)]\s")
#: The mark of a word processor in front of an entry.
OTHER_MARK: Final = re.compile(rf"\s*[{OTHER_BULLETS}]\s*(?=\S)")
#: An entry that needs no quotation marks in a list.
PLAIN_PART: Final = re.compile(r"[^\[\](){},、，،`\"“”„«»'‘]+")
SINGLE_QUOTES: Final = frozenset("'‘’‚‛")
ANY_QUOTE: Final = re.compile(r"[\"'“”„‟«»‘’‚‛]")
#: Words that begin with an apostrophe, and numbers of years.
ELISION: Final = re.compile(
    r"['‘’](?:\d|(?:tis|twas|til|till|em|n|s|t|m|r|cause|bout|round|neath|kay)\b)", re.IGNORECASE
)
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
        hint = f"{hint}, and its fields as bullets under it"
        at, hint = block, meant_as_heading(ctx, block, hint, section.blocks[1:MAX_HEADINGS])
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


def read_list(
    ctx: Context, field: Field | None, meant: Callable[[Field], Proposal | None] | None = None
) -> Sequence[Slice]:
    """Return the entries of a list: bullets under the field, or an inline list. Report anything else.

    ``meant`` proposes what a text in place of a list means, where that is known of this field alone.
    """
    if field is None or field.reported:
        return []
    if field.bullets:
        return _nested_list(ctx, field)
    if not field.value.text:
        return []
    entries = parse_inline_list(field.value)
    if entries is not None:
        for entry in entries if ANY_QUOTE.search(field.value.text) is not None else ():
            if (half := _half_a_pair(entry)) is None:
                continue
            message = "the quotation mark of `{found}` has no partner"
            otherwise = "add the other one, or write every entry as a bullet indented under this one"
            report = ctx.faults.add if half in DOUBLE_QUOTES else ctx.faults.add_warning
            report(Code.NOT_A_LIST, entry, field.section, message, otherwise, found=plain(entry.text))
        return _filled(ctx, field, entries, entries)
    message = "`{found}` is not a list"
    found = plain(field.value.text)
    hint = partial(_list_hint, ctx, field, meant)
    ctx.faults.add(Code.NOT_A_LIST, field.value, field.section, message, hint, found=found)
    return []


def _half_a_pair(entry: Slice) -> str | None:
    """Return the quotation mark at an end of an entry that has no partner in it: was a comma inside of it?"""
    text = entry.text
    is_single = text[:1] in SINGLE_QUOTES and sum(character in SINGLE_QUOTES for character in text) == 1
    if is_single and ELISION.match(text) is None:
        return text[:1]
    if sum(character in DOUBLE_QUOTES for character in text) != 1:
        return None
    # 5" is a length.
    is_length = text[-1:] in DOUBLE_QUOTES and text[-2:-1].isdigit()
    return next((mark for mark in (text[:1], text[-1:]) if mark in DOUBLE_QUOTES and not is_length), None)


def _list_hint(
    ctx: Context, field: Field, meant: Callable[[Field], Proposal | None] | None
) -> str | Proposal:
    """Return a text as a list: one entry, or several with marks between them."""
    proposal = None if meant is None else meant(field)
    inline = field.value.text
    if proposal is not None:
        return proposal
    if "\n" in inline or inline[:2] in {"- ", "* ", "+ "}:
        return _lines_hint(ctx, field)
    otherwise = "write the entries in brackets, with commas between them, or as bullets indented under it"
    if not NOTHING.isdisjoint([inline.strip("()[]{}.").lower()]):
        return f"{otherwise}; delete the line if there are none"
    inside = inline.strip("[]{}\\ ")
    parts = _parts(inside)
    if "<" in inside or "" in parts:
        return otherwise
    if len(parts) == 1 and not WORDS.fullmatch(inside):
        parts = [_quoted(inside)]
    elif len(parts) > 1:
        parts = [part if PLAIN_PART.fullmatch(part) else _quoted(part) for part in parts]
    written = f"[{', '.join(parts)}]"
    return replacing(field.value, written, f"write `- {field.name}: {plain(written)}`", otherwise)


def _quoted(text: str) -> str:
    mark = next((mark for mark in ('"', "“", "«") if not {mark, QUOTES[mark]} & {*text}), "")
    return f"{mark}{text}{QUOTES[mark]}" if mark else text


def _parts(text: str) -> list[str]:
    """Return the parts of a text that numbers count, or that marks other than commas divide; else all."""
    before, *counted = COUNTED.split(text)
    if not before and counted[::2] == [str(number) for number in range(1, len(counted) // 2 + 1)]:
        return [part.strip(" ,;") for part in counted[1::2]]
    divided = [part.strip(" ,") for part in DIVIDERS.split(text.lstrip(" •·"))]
    return divided if len(divided) > 1 else [text]


def _lines_hint(ctx: Context, field: Field) -> str | Proposal:
    """Return how lines that all begin with the mark of a word processor are bullets."""
    otherwise = "write one bullet for each entry, indented under this one"
    lines = [line for line in field.value.lines if line.text.strip()]
    marks = [OTHER_MARK.match(line.text) for line in lines]
    if not all(marks) or "\n" not in ctx.text[field.start : field.value.start]:
        return otherwise
    indent = " " * (column_of(ctx.text, field.start) + 2)
    edits = [
        Edit(line_start(ctx.text, line.start), line.start + mark.end(), f"{indent}- ")
        for line, mark in zip(lines, marks, strict=True)
        if mark is not None
    ]
    return Proposal(otherwise, tuple(edits), otherwise, safe=True)


def _nested_list(ctx: Context, field: Field) -> Sequence[Slice]:
    """Return the entries under a field, and report text besides them."""
    entries = [
        _entry(ctx, field, bullet) if "\n" in bullet.text.text else bullet.text for bullet in field.bullets
    ]
    beside = field.value if field.value.text else _text_between(ctx, field)
    if beside is not None and beside.text.strip("-*_= "):
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
    begin = line_start(ctx.text, line.start)
    column = column_of(ctx.text, bullet.start)
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
    end = field.end
    found: Slice | None = None
    for bullet in reversed(field.bullets):
        if bullet.end != end and ctx.text[bullet.end : end].strip():
            found = ctx.slice(Span(bullet.end, end)).strip()
        end = bullet.start
    return found


def _filled(
    ctx: Context, field: Field, entries: Sequence[Slice], places: Sequence[Located]
) -> Sequence[Slice]:
    """Return the entries with a text, and report the others at their places."""
    if "" not in [entry.text for entry in entries]:
        return entries
    for entry, place in zip(entries, places, strict=True):
        if not entry.text:
            ctx.empty_item(Span(place.start, place.start), field.section)
    return [entry for entry in entries if entry.text]
