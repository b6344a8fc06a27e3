"""The interview guidelines: the interviewer's texts, and which questions belong to which dimension."""

from collections.abc import Sequence
from typing import Final

from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import nearest, plain
from worker.compiler.labels import read_labels, with_label
from worker.compiler.proposals import Edit, Proposal
from worker.compiler.questions import Questions
from worker.compiler.references import DimensionNames
from worker.compiler.sections import Item, Section, read_items
from worker.compiler.slices import Span
from worker.compiler.values import is_thematic_break, unquote
from worker.compiler.vocabulary import CLOSING, GUIDELINES, OPENING, PARTS, QUESTIONS, part_name
from worker.definition import GENERAL, InterviewGuidelines, clean_text

__all__ = ["read_guidelines"]

#: What thematic breaks begin and end with.
BREAKS: Final = frozenset("-*_")


def read_guidelines(
    ctx: Context, sections: Sequence[Section], dimensions: DimensionNames
) -> InterviewGuidelines:
    """Read the interviewer's texts."""
    texts: dict[str, str] = {}
    questions = Questions(ctx, dimensions)
    seen: dict[str, Item] = {}
    last: str | None = None
    read_labels(ctx, sections)
    for item in [item for section in sections for item in read_items(ctx, section)]:
        name = part_name(item.name)
        dimension = questions.named(item.name) if name is None else None
        if dimension is not None:
            _report_level(ctx, item, dimension, is_under=last == QUESTIONS)
            questions.read(item, dimension)
            continue
        last = name
        if name is None:
            _report_unknown(ctx, item)
        elif name in seen:
            message = "`{part}` appears twice; the first is on line {line}"
            line = ctx.lines.line(seen[name].start)
            section, hint = f"{GUIDELINES} / {name}", "keep one of them"
            ctx.faults.add(Code.DUPLICATE_ITEM, item, section, message, hint, part=name, line=line)
        else:
            seen[name] = item
            if name == QUESTIONS:
                questions.read(item)
            else:
                texts[name] = _spoken(ctx, item, name)
    ctx.outline.spoken = seen
    names = [*dimensions.spelled.values(), GENERAL]
    return InterviewGuidelines.model_construct(
        opening=texts.get(OPENING) or None,
        probing_questions={name: tuple(questions.of[name]) for name in names if name in questions.of},
        closing=texts.get(CLOSING) or None,
    )


def _report_level(ctx: Context, item: Item, dimension: str, *, is_under: bool) -> None:
    """Report the heading of a dimension that has the level of a part; ``is_under`` the probing questions."""
    message = "the heading `{found}` is read as the heading `{meant}` of probing questions"
    otherwise = f"write it under `### {QUESTIONS}`, with one `#` more"
    edits = (ctx.heading(item, 4, dimension),) if is_under else ()
    title = f"write `#### {plain(dimension)}`"
    fix = Proposal(title, edits, otherwise, safe=True)
    meant = f"#### {plain(dimension)}"
    ctx.unusual(item, item.where, message, fix, found=plain(item.name), meant=meant)


def _report_unknown(ctx: Context, item: Item) -> None:
    ctx.leave_out(f'"{plain(item.name)}" of {GUIDELINES}', item)
    message = "the interview guidelines have no part `{found}`; it is ignored"
    found = plain(item.name)
    ctx.faults.add(Code.UNKNOWN_ITEM, item, item.where, message, lambda: _part_hint(ctx, item), found=found)


def _part_hint(ctx: Context, item: Item) -> str | Proposal:
    otherwise = "the parts are " + ", ".join(f"`### {part}`" for part in PARTS.values())
    if (labelled := with_label(item.name)) is not None:
        part, text = labelled
        written = f"### {part}\n\n{text}"
        title = f"write `### {part}` on a separate line, and the text below it"
        return Proposal(
            title, (Edit(item.start, item.start + len(ctx.slice(item).text.rstrip()), written),), title
        )
    guess = nearest(item.name, PARTS.values())
    if guess is None:
        return otherwise
    return Proposal(f"write `### {guess}`", (ctx.heading(item, 3, guess),), otherwise, safe=True)


# --- texts --------------------------------------------------------------------------------------------------


def _spoken(ctx: Context, item: Item, name: str) -> str:
    """Return the interviewer's text, without a block quote or quotation marks around it."""
    at = ctx.slice(Span(item.end, item.stop)).strip()
    text = _without_breaks(at.clean)
    lines = text.split("\n")
    if text and all(line.startswith(">") for line in lines):
        text = clean_text("\n".join([line[1:].removeprefix(" ") for line in lines]))
    text = unquote(text)
    ctx.check_markup(text, at, item.where)
    if not text:
        hint = "write what the interviewer says, or delete the heading"
        message = "there is no text under `{part}`"
        ctx.faults.add(Code.EMPTY_VALUE, item, item.where, message, hint, part=name)
    return text


def _without_breaks(text: str) -> str:
    """Remove thematic breaks around a text: they separate it from its neighbours and are not spoken."""
    if text[:1] not in BREAKS and text[-1:] not in BREAKS:
        return text
    lines = text.split("\n")
    spoken = [at for at, line in enumerate(lines) if line and not is_thematic_break(line)]
    return "\n".join(lines[min(spoken) : max(spoken) + 1]) if spoken else ""
