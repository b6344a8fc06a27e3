"""How the value of a field is read: as a text, or as a list of texts."""

from collections.abc import Sequence

from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import plain, shown
from worker.compiler.fields import Field
from worker.compiler.sections import Item, Section, read_items
from worker.compiler.slices import Located, Slice, Span
from worker.compiler.values import BLOCK_SCALAR, parse_inline_list
from worker.definition import clean_text
from worker.names import fold

__all__ = ["read_list", "read_name", "read_text", "read_texts", "some_items", "too_many"]


def some_items(ctx: Context, section: Section) -> list[Item]:
    """Return the items of a section that must have some."""
    items = read_items(ctx, section)
    if not items:
        message = f"the section {shown(section.name)} has no items"
        hint = "write a third-level heading for each item, such as `### Name`"
        ctx.faults.add(Code.EMPTY_SECTION, section.heading, section.name, message, hint)
    return items


def too_many(ctx: Context, code: Code, items: list[Item], limit: int) -> None:
    """Report the first item beyond a limit, where there are so many."""
    if len(items) > limit:
        first = items[limit]
        message = f"there are {len(items)} of them; at most {limit} are allowed"
        ctx.faults.add(code, first, first.where, message, f"delete {len(items) - limit}, or join some")


def report_empty(ctx: Context, field: Field, hint: str) -> None:
    """Report a field without a value."""
    ctx.faults.add(Code.EMPTY_VALUE, field, field.section, f"`{field.name}` has no value", hint)


def read_name(ctx: Context, item: Item, names: dict[str, str], kind: str) -> bool:
    """Check the name of an item and remember it, folded; return whether it can be referred to."""
    key = fold(item.name)
    if not key:
        hint = f"write the name of the {kind} behind the `###`"
        ctx.faults.add(Code.EMPTY_NAME, item, item.section, "this heading has no text", hint)
        return False
    sound = ctx.check_markup(item.name, item, item.where)
    if key in names:
        message = (
            f"there is another {kind} {shown(names[key])}; letter case and kinds of hyphens do not count"
        )
        ctx.faults.add(Code.DUPLICATE_NAME, item, item.where, message, "give one of them another name")
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
        report_empty(ctx, field, f"write a text behind `{field.name}:`")
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


def read_list(ctx: Context, field: Field | None) -> list[Slice]:
    """Return the entries of a list: bullets under the field, or an inline list. Report what is neither."""
    if field is None or field.reported:
        return []
    if field.bullets:
        return _nested_list(ctx, field)
    if not field.value.text:
        return []
    entries = parse_inline_list(field.value)
    if entries is not None:
        return _filled(ctx, field, [(entry, entry) for entry in entries])
    inline = field.value.text
    inside = plain(inline.strip("[]{}\\"))
    fix = f"write `- {field.name}: [{inside}]`, or one bullet for each, indented under it"
    if "\n" in inline or inline[:2] in {"- ", "* ", "+ "}:
        fix = "write one bullet for each entry, indented by two spaces under it"
    ctx.faults.add(Code.NOT_A_LIST, field.value, field.section, f"{shown(inline)} is not a list", fix)
    return []


def _nested_list(ctx: Context, field: Field) -> list[Slice]:
    """Return the entries under a field, and report text that stands beside them."""
    entries = [(bullet.text, bullet) for bullet in field.bullets]
    beside = field.value if field.value.text else _text_between(ctx, field)
    if beside is not None:
        fix = f"write every entry of `{field.name}` as a bullet indented under it"
        message = f"{shown(beside.text)} is not a list"
        ctx.faults.add(Code.NOT_A_LIST, beside, field.section, message, fix)
    return _filled(ctx, field, entries)


def _text_between(ctx: Context, field: Field) -> Slice | None:
    """Return the first text that stands behind a bullet of a list and belongs to none."""
    following = [*[bullet.start for bullet in field.bullets[1:]], field.end]
    for bullet, start in zip(field.bullets, following, strict=True):
        if ctx.text[bullet.end : start].strip():
            return ctx.slice(Span(bullet.end, start)).strip()
    return None


def _filled(ctx: Context, field: Field, entries: Sequence[tuple[Slice, Located]]) -> list[Slice]:
    """Return the entries that have a text, and report those that have none at their places."""
    for entry, place in entries:
        if not entry.text:
            ctx.empty_item(Span(place.start, place.start), field.section)
    return [entry for entry, _ in entries if entry.text]
