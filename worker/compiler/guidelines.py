"""The interview guidelines: what an interviewer says, and which questions belong to which dimension."""

import re
from collections.abc import Sequence
from typing import Final

from worker.compiler.blocks import Bullet, Heading
from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import nearest, plain
from worker.compiler.proposals import Proposal
from worker.compiler.references import DimensionNames
from worker.compiler.sections import Item, Section, read_items, stray
from worker.compiler.slices import Located, Slice, Span
from worker.compiler.values import close_emphasis, is_thematic_break, normal_key, unquote, unwrap
from worker.compiler.vocabulary import GUIDELINES, without_number
from worker.definition import GENERAL, InterviewGuidelines, clean_name, clean_text
from worker.names import fold

__all__ = ["read_guidelines"]

OPENING: Final = "Opening"
QUESTIONS: Final = "Probing Questions"
CLOSING: Final = "Closing"
PARTS: Final = {normal_key(name): name for name in (OPENING, QUESTIONS, CLOSING)}
WHEN_EXPLORING: Final = re.compile(r"when\s+exploring\s+(?P<name>\S.*)", re.IGNORECASE | re.DOTALL)
#: What thematic breaks begin and end with.
BREAKS: Final = frozenset("-*_")
#: What a name ends with that announces questions.
COLONS: Final = (":", ":**", ":*", ":__", ":_")


def read_guidelines(
    ctx: Context, sections: Sequence[Section], dimensions: DimensionNames
) -> InterviewGuidelines:
    """Read what the interviewer says."""
    texts: dict[str, str] = {}
    questions = _Questions(ctx, dimensions)
    seen: dict[str, Item] = {}
    for item in [item for section in sections for item in read_items(ctx, section)]:
        name = _part(item.name)
        if name is None:
            _report_unknown(ctx, item)
        elif name in seen:
            message = "`{part}` stands twice; first on line {line}"
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


def _part(heading: str) -> str | None:
    """Return the part of the guidelines that a heading opens."""
    name = PARTS.get(normal_key(heading))
    if name is None and heading[:1].isdigit():
        name = PARTS.get(normal_key(without_number(heading)))
    return name


def _report_unknown(ctx: Context, item: Item) -> None:
    ctx.leave_out(f'"{plain(item.name)}" of {GUIDELINES}', item)
    message = "there is no part `{found}` of the interview guidelines; it is left out"
    found = plain(item.name)
    ctx.faults.add(Code.UNKNOWN_ITEM, item, item.where, message, lambda: _part_hint(ctx, item), found=found)


def _part_hint(ctx: Context, item: Item) -> str | Proposal:
    otherwise = "the parts are " + ", ".join(f"`### {part}`" for part in PARTS.values())
    guess = nearest(item.name, PARTS.values())
    if guess is None:
        return otherwise
    edit = ctx.heading(item, 3, guess)
    return Proposal(f"write `### {guess}`", (edit,), otherwise, safe=True)


# --- texts --------------------------------------------------------------------------------------------------


def _spoken(ctx: Context, item: Item, name: str) -> str:
    """Return what an interviewer says, without a block quote or quotation marks around it."""
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
    """Drop thematic breaks around a text: they set it apart from its neighbours and are not spoken."""
    if text[:1] not in BREAKS and text[-1:] not in BREAKS:
        return text
    lines = text.split("\n")
    spoken = [at for at, line in enumerate(lines) if line and not is_thematic_break(line)]
    return "\n".join(lines[min(spoken) : max(spoken) + 1]) if spoken else ""


# --- questions ----------------------------------------------------------------------------------------------


class _Questions:
    """Gathers questions by the dimension that they are for; one method for each form in which they come."""

    def __init__(self, ctx: Context, dimensions: DimensionNames) -> None:
        self.ctx = ctx
        self.dimensions = dimensions
        self.of: dict[str, list[str]] = {}
        self.where = ""
        self.general = dimensions.spelled.get(GENERAL, GENERAL)
        # How many colons dimensions' names have, ascending.
        self.colons = sorted({0, *[name.count(":") for name in dimensions.spelled]})
        # Folding makes no name shorter than a third, and a reference has at most some words and marks more.
        self.longest = 3 * max(map(len, dimensions.spelled), default=0) + 100

    def read(self, item: Item) -> None:
        """Read bullets, and lists under headings with the names of dimensions."""
        self.where = item.where
        under: str | None = None  # the dimension whose heading the bullets are under; "" when it is not known
        for block in item.blocks:
            if isinstance(block, Heading):
                under = self._heading(block)
            elif not isinstance(block, Bullet):
                stray(self.ctx, self.where, block)
            elif under is not None:
                self._add(under, block.text, block)
            elif block.bullets:
                self._group(block)
            else:
                self._single(block.text, block)

    def _heading(self, heading: Heading) -> str:
        text = clean_name(heading.title)
        name = self._name(text)
        if name is None:
            self._unknown(heading.text.locate(text))
        return name or ""

    def _group(self, bullet: Bullet) -> None:
        """Read a bullet with bullets of its own: a dimension and its questions, or one long question."""
        head, bullets = bullet.head, bullet.bullets
        first = self.ctx.slice(bullets[0])
        if not head.text and first.text[:1].isdigit():
            # What begins with a number is a list of its own to CommonMark: here it is a numbered name.
            head = self._without_number(first.strip(), bullets[0].text)
            if len(bullets) == 1:
                self._single(head, bullet)
                return
            bullets = bullets[1:]
        name = self._name(clean_name(head.text))
        if name is None and self._split(head) is not None:
            self._single(bullet.text, bullet)  # a question with more under it
            return
        if name is None and not head.text.endswith(COLONS) and not self._is_near(head.text):
            self._add(self.general, bullet.text, bullet)
            return
        if name is None:
            self._unknown(head.locate(_explored(clean_name(head.text))))
        for question in bullets:
            self._add(name or "", question.text, question)

    def _without_number(self, numbered: Slice, unnumbered: Slice) -> Slice:
        """Return a numbered text as it is where it names a dimension so, else without its number."""
        for text in (numbered, unnumbered):
            if self._split(text) is not None or self._name(clean_name(text.text)) is not None:
                return text
        return numbered

    def _single(self, text: Slice, bullet: Bullet) -> None:
        """Read a bullet ``When exploring <dimension>: "question"``, or a question for no dimension."""
        name, question = self._split(text) or (None, text)
        if name is None:
            name, question = self._not_named(text)
        if name and not question.text:
            message = "there is no question behind `{found}`"
            hint = "write the question behind the colon, or as bullets indented under it"
            self.ctx.faults.add(Code.EMPTY_VALUE, bullet, self.where, message, hint, found=plain(text.text))
        else:
            self._add(name, question, bullet)

    def _not_named(self, text: Slice) -> tuple[str, Slice]:
        """Return whose a question is that names no dimension, and the question; "" for one not known."""
        colon = text.text.find(":")
        if colon < 0:
            # A name alone: its questions have been lost.
            is_name = self._name(clean_name(text.text)) is not None
            return self.general, text.part(0, 0) if is_name else text
        key, rest = close_emphasis(*text.split(colon))
        name = clean_name(key.text)
        meant = _explored(name)
        if meant == name and not self._is_near(meant):
            return self.general, text
        self._unknown(text.locate(meant))
        return "", rest

    def _add(self, name: str, question: Slice, place: Located) -> None:
        """Keep a question; one of a dimension that is not known is only checked."""
        text = unquote(question.clean)
        if text:
            self.ctx.check_markup(text, place, self.where)
            self.of.setdefault(name, []).append(text)
            self.ctx.outline.asked.setdefault(name, place)
        else:
            self.ctx.empty_item(Span(place.start, place.start), self.where)

    def _split(self, text: Slice) -> tuple[str, Slice] | None:
        """Split at the last colon before which a dimension's name stands."""
        best: tuple[str, Slice] | None = None
        at, passed = -1, 0
        for count in self.colons:
            # What stands before this colon has as many colons as some name.
            while passed <= count:
                at = text.text.find(":", at + 1)
                if at < 0:
                    return best
                passed += 1
            key, rest = close_emphasis(*text.split(at))
            name = self._name(clean_name(key.text))
            best = best if name is None else (name, rest)
        return best

    def _name(self, text: str) -> str | None:
        """Return the dimension that a text names, with or without ``When exploring``, or ``general``."""
        if len(text) > self.longest:
            return None
        for spelling in (text, _explored(text)):
            key = self.dimensions.key(spelling)
            if key is not None:
                return self.dimensions.spelled[key]
            if fold(unwrap(spelling)) == GENERAL:
                return GENERAL
        return None

    def _is_near(self, text: str) -> bool:
        """Tell whether a text is probably meant to name a dimension."""
        return len(text) <= 100 and self.ctx.near(text, self.dimensions.candidates) is not None

    def _unknown(self, at: Slice) -> None:
        self.dimensions.report_unknown(self.ctx, at, self.where)


def _explored(text: str) -> str:
    """Return the name in ``When exploring <name>``."""
    explored = WHEN_EXPLORING.match(text)
    return text if explored is None else clean_name(explored["name"])
