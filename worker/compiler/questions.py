"""The probing questions, and which dimension each of them is for."""

import re
from itertools import islice
from typing import Final, NamedTuple

from worker.compiler.blocks import Bullet, Heading, Prose
from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import plain
from worker.compiler.labels import is_label
from worker.compiler.proposals import Edit, Proposal, replacing
from worker.compiler.references import DimensionNames
from worker.compiler.sections import Item, stray
from worker.compiler.slices import Located, Slice, Span, column_of, line_start
from worker.compiler.swallowed import MARK, deeper_line, has_code, mark_length, report_drawn_lines
from worker.compiler.values import OTHER_COLONS, close_emphasis, colon_at, unquote, unwrap
from worker.definition import GENERAL, MAX_DIMENSIONS, clean_name
from worker.names import fold, look

__all__ = ["Questions"]

WHEN_EXPLORING: Final = re.compile(r"when\s+exploring\s+(?P<name>\S.*)", re.IGNORECASE | re.DOTALL)
#: What a name ends with that announces questions.
COLONS: Final = (":", ":**", ":*", ":__", ":_")


#: What a name ends with, or stands in, in place of the colon that should be behind it.
FORMS: Final = (
    re.compile(
        r"\\?[\[(（【](?P<name>[^\[\]()（）【】\n]+?)\\?[\])）】]\s*[:：–—-]*\s*(?P<text>.*)", re.DOTALL
    ),
    re.compile(
        r"(?P<mark>\*{1,3}|_{1,3}|`)(?P<name>[^*_`\n]+)(?P=mark)\s*[:：–—-]*\s*(?P<text>.*)", re.DOTALL
    ),
    re.compile(r"(?P<name>[^\n]+?)(?:\s+[-=|>/→‐‑–—−]+\s+|\s*[–—|→;]\s*)(?P<text>.*)", re.DOTALL),
    re.compile(r"(?P<text>.*\S)\s*[(\[（](?P<name>[^()\[\]（）\n]+)[)\]）]\Z", re.DOTALL),
)
#: Several names at the beginning, each in brackets or emphasis.
MARKED_NAMES: Final = re.compile(
    r"(?:(?:\[[^\[\]\n]+\]|\([^()\n]+\)|(?P<mark>\*\*|__|\*|_|`)[^*_`\n]+(?P=mark))"
    r"[ ,/&+]*(?:and +|und +)?){2,4}"
)
#: A dash between a question and words that name its dimension.
DASH: Final = re.compile(r"\s+[-‐‑–—−|]+\s+")
#: Where another question may begin in the line of one.
ANOTHER: Final = re.compile(
    r"(?P<mark>[.?!…;|/？。！])[*_\"”']{0,3}[^\S\n]*(?P<name>[^.?!…:：;|/？。！\n]{1,200})[:：](?=\s*\S)"
)
#: What a line has that could be a question of its own.
MARKS_OF_QUESTIONS: Final = frozenset(":#*_")
#: So many words may be with a name in front of a colon.
MOST_WORDS: Final = 4
#: A label is searched for so many names at most.
MOST_NAMED: Final = 4
#: So many words may be between several names that are a label together, such as `and`.
MOST_BETWEEN: Final = 1


class Asked(NamedTuple):
    """A question, and the dimension that it is for."""

    name: str
    question: Slice


class Questions:
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
        # More dimensions than are allowed are an error anyway.
        self.folded = [GENERAL, *islice(dimensions.spelled, MAX_DIMENSIONS)]
        # With the two words of ``When exploring``.
        self.most_words = max([name.count(" ") + 3 for name in dimensions.spelled], default=1)
        self.longest = 3 * max(map(len, dimensions.spelled), default=0) + 100

    def named(self, heading: str) -> str | None:
        """Return the dimension that a heading names, or ``general``; None for another heading."""
        return self._name(clean_name(heading))

    def read(self, item: Item, under: str | None = None) -> None:
        """Read bullets, and lists under headings with the names of dimensions.

        Args:
            item: the part of the guidelines.
            under: the dimension whose heading the bullets are under; "" when it is not known.
        """
        self.where = item.where
        for block in item.blocks:
            if isinstance(block, Heading):
                under = self._heading(block)
            elif not isinstance(block, Bullet):
                under = self._paragraph(block, under)
            else:
                self._bullet(block, under)

    def _bullet(self, bullet: Bullet, under: str | None) -> None:
        """Read a bullet, under the heading of a dimension or under none."""
        self._look_into(bullet, is_error=under is None)
        if under is not None:
            self._add(under, bullet.text, bullet)
        elif bullet.bullets:
            self._group(bullet)
        else:
            self._single(bullet.text, bullet)

    def _look_into(self, bullet: Bullet, *, is_error: bool) -> None:
        """Report the lines of a bullet that were meant to be questions of their own, or labels."""
        whole = bullet.text
        if "\n" not in whole.text or has_code(whole.text):
            return
        if self.ctx.may_swallow:
            report_drawn_lines(self.ctx, whole, self.where)
        lazy = [
            deeper_line(self.ctx, one, marks=False)
            for one in (bullet, *bullet.bullets)
            if "\n" in one.text.text
        ]
        odd = {line.start for line in lazy if line is not None}
        _, _, rest = whole.text.partition("\n")
        if not odd and rest.isascii() and MARKS_OF_QUESTIONS.isdisjoint(rest):
            return
        own = {one.start for one in bullet.bullets}
        first = min(own, default=whole.end)
        is_group = bool(own) and self._name(clean_name(bullet.head.text)) is not None
        for line in whole.lines[1:]:
            start = line.start + len(line.text) - len(line.text.lstrip())
            text = line.part(mark_length(line.text))
            if is_group and start in own:
                continue
            if is_error and (self._split(text) is not None or is_label(text.text)):
                title = f"write `- {plain(text.text)}` at the beginning of the line"
                edit = Edit(line.start, text.start, "- ")
                fix = Proposal(title, (edit,), "write it as a bullet at the beginning of the line", safe=True)
                self._report_swallowed(text, fix, is_error=True)
            elif start in odd or (start < first and MARK.match(line.text) is not None):
                hint = "if it is a separate question, write it as a bullet"
                fix = Proposal(hint, (Edit(start, text.start, "- "),), hint)
                self._report_swallowed(text, fix, is_error=False)

    def _report_swallowed(self, text: Slice, fix: Proposal, *, is_error: bool) -> None:
        message, found = "the line `{found}` is text of the question above", plain(text.text)
        report = self.ctx.faults.add_error if is_error else self.ctx.faults.add
        report(Code.SWALLOWED_LINE, text, self.where, message, fix, found=found)

    def _heading(self, heading: Heading) -> str:
        text = clean_name(heading.title)
        name = self._name(text)
        if name is None and (found := self._labelled(heading.text)) is not None:
            self._report_heading(heading.text, found.name)
            name = found.name
        if name is None:
            self._unknown(heading.text.locate(text))
        return name or ""

    def _paragraph(self, block: Prose, under: str | None) -> str | None:
        """Read a paragraph: the name of a dimension over its questions, or questions without bullets."""
        text = self.ctx.slice(block).strip()
        name = self._name(clean_name(text.text)) if block.is_paragraph else None
        if name is not None:
            self._report_heading(text, name)
            return name
        lines = text.lines if block.is_paragraph else []
        split = [found for line in lines if (found := self._split(line) or self._labelled(line)) is not None]
        if not lines or len(split) < len(lines) or not all(found.question.text for found in split):
            stray(self.ctx, self.where, block)
            return under
        for line, found in zip(lines, split, strict=True):
            message = "the line `{found}` is read as a question, though it has no bullet"
            written = f"- {found.name}: {found.question.text}"
            fix = replacing(line, written, f"write `{plain(written)}`", "write it as a bullet", safe=True)
            self.ctx.unusual(line, self.where, message, fix, found=plain(line.text))
            self._add(found.name, found.question, line)
        return under

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
        if name is None:
            name = self._name_over_text(head)
        if name is None and self._split(head) is None and (found := self._labelled(head)) is not None:
            if found.question.text:
                self._single(bullet.text, bullet)
                return
            self._report_label(head, found)
            name = found.name
        if name is None and self._split(head) is not None:
            self._single(bullet.text, bullet)  # a question with more under it
            return
        if name is None and not head.text.endswith(COLONS) and not self._is_near(head.text):
            self._add(self.general, bullet.text, bullet)
            return
        if name is None:
            self._unknown(head.locate(_explored(clean_name(head.text))))
        for question in bullets:
            if "\n" in question.text.text and (line := deeper_line(self.ctx, question)) is not None:
                hint = "if it is a separate question, indent it like the others"
                indent = " " * (column_of(self.ctx.text, question.start))
                begin = line_start(self.ctx.text, line.start)
                fix = Proposal(hint, (Edit(begin, line.start, indent),), hint)
                if MARK.match(line.text) is not None:
                    self._report_swallowed(line, fix, is_error=False)
            other = self._split(question.text) if colon_at(question.text.text) > 0 else None
            if other is None or other.name == name or not other.question.text:
                self._add(name or "", question.text, question)
                continue
            message = "this question is under `{found}`, and is read as one for `{meant}`"
            hint = "move it out of this list, to the beginning of a line"
            args = {"found": plain(name or head.text), "meant": plain(other.name)}
            self.ctx.unusual(question.text.lines[0], self.where, message, hint, **args)
            self._add(other.name, other.question, question)

    def _name_over_text(self, head: Slice) -> str | None:
        """Return the dimension whose name is the first of several lines; the others are its questions."""
        first, *others = head.lines
        name = self._name(clean_name(first.text)) if others else None
        for line in others if name is not None else ():
            if (text := line.part(mark_length(line.text))).text:
                message = "the line `{found}` is read as a question, though it has no bullet"
                hint = "write it as a bullet, indented as the others are"
                self.ctx.unusual(text, self.where, message, hint, found=plain(text.text))
                self._add(name or "", text, text)
        return name

    def _without_number(self, numbered: Slice, unnumbered: Slice) -> Slice:
        """Return a numbered text as it is where it names a dimension so, else without its number."""
        for text in (numbered, unnumbered):
            if self._split(text) is not None or self._name(clean_name(text.text)) is not None:
                return text
        return numbered

    def _single(self, text: Slice, bullet: Bullet) -> None:
        """Read a bullet ``When exploring <dimension>: "question"``, or a question for no dimension."""
        split = self._split(text)
        if split is None and (found := self._labelled(text)) is not None and found.question.text:
            self._report_label(text, found)
            split = found
        name, question = split or self._not_named(text)
        if name and not question.text:
            message = "there is no question after `{found}`" if text.text else "there is no question here"
            hint = "write the question after the colon, or as bullets indented under it"
            self.ctx.faults.add(Code.EMPTY_VALUE, bullet, self.where, message, hint, found=plain(text.text))
        else:
            self._add(name, question, bullet)

    def _not_named(self, text: Slice) -> "Asked":
        """Return whose a question is that names no dimension, and the question; "" for one not known."""
        colon = colon_at(text.text)
        both = MARKED_NAMES.match(text.text)
        if both is not None and len(self._named(both.group())) > 1:
            self._unknown(text.part(both.start(), both.end()))
            return Asked("", text.part(both.end()))
        if colon < 0:
            # A name alone: its questions have been lost.
            is_name = self._name(clean_name(text.text)) is not None
            if not is_name:
                self._report_beginning(text)
            return Asked(self.general, text.part(0, 0) if is_name else text)
        key, rest = close_emphasis(*text.split(colon))
        name = clean_name(key.text)
        meant = _explored(name)
        named = self._named(name)
        if len(named) > 1 and len(name.split()) <= len(" ".join(named).split()) + MOST_BETWEEN:
            self._unknown(text.locate(name))
            return Asked("", rest)
        if len(named) > 1:
            first, *_ = text.lines
            message = "this question names `{found}`, and is read as one for no dimension"
            hint = "if it is for one of them, begin it with the name and a colon"
            found = "` and `".join(map(plain, named))
            self.ctx.faults.add(Code.SWALLOWED_LINE, first, self.where, message, hint, found=found)
            return Asked(self.general, text)
        if meant == name and not self._is_near(meant):
            self._report_beginning(text)
            return Asked(self.general, text)
        self._unknown(text.locate(meant))
        return Asked("", rest)

    def _labelled(self, text: Slice) -> "Asked | None":
        """Return whose a question is that names its dimension in an unusual way, and the question.

        The name is in brackets or emphasis, or in front of a dash, or with other words in front of the colon.
        """
        if not self._may_name(text):
            return None
        for form in FORMS:
            found = form.match(text.text)
            if found is None:
                continue
            name = self._name(clean_name(found["name"]))
            if name is not None:
                question = text.part(found.start("text"), found.end("text"))
                # Behind a dash, a slash or a bracket, another dimension begins no question.
                both = MARKED_NAMES.match(text.text)
                is_other = both is not None and len(self._named(both.group())) > 1
                return None if is_other or self._split(question) is not None else Asked(name, question)
        colon = colon_at(text.text)
        label, question = text, text.part(len(text.text))
        if colon >= 0:
            label, question = close_emphasis(*text.split(colon))
        announced = self._announced(label.text)
        if announced is None or len(self._named(label.text)) > 1:
            return None
        return Asked(announced, question)

    def _named(self, label: str) -> list[str]:
        """Return the dimensions that a label names; none for one that is too long to be a label."""
        return self.dimensions.named(label) if len(label) <= MOST_NAMED * self.longest else []

    def _may_name(self, text: Slice) -> bool:
        """Tell whether the name of a dimension, or ``general``, occurs in a text at all."""
        folded = fold(text.text)
        return any(name in folded for name in self.folded)

    def _announced(self, head: str) -> str | None:
        """Return the dimension that a few words begin or end with, as in ``To explore Drive``."""
        words = clean_name(head).split(" ") if len(head) <= self.longest else []
        for count in range(1, min(len(words), MOST_WORDS + 1)):
            for part in (words[count:], words[:-count]):
                spelled = clean_name(" ".join(part))
                name = self._name(spelled)
                if name is not None and look(name) == look(unwrap(spelled)):
                    return name
        return None

    def _report_label(self, text: Slice, asked: "Asked") -> None:
        """Report a text that names its dimension in an unusual way."""
        message = "this is read as `{meant}: …`"
        written = f"{asked.name}: {asked.question.text}".strip()
        hint = "write the name of the dimension, a colon and the question"
        fix = replacing(text, written, f"write `- {plain(written)}`", hint, safe=True)
        first, *_ = text.lines
        self.ctx.unusual(first, self.where, message, fix, meant=plain(asked.name))

    def _report_heading(self, text: Slice, name: str) -> None:
        """Report a line or a heading that names its dimension in an unusual way."""
        message = "the line `{found}` is read as the heading `{meant}`"
        begin = line_start(self.ctx.text, text.start)
        title = f"write `#### {plain(name)}`"
        edit = Edit(begin, text.end, f"#### {name}")
        fix = Proposal(title, (edit,), "write a heading with the name of the dimension", safe=True)
        self.ctx.unusual(text, self.where, message, fix, found=plain(text.text), meant=f"#### {plain(name)}")

    def _report_beginning(self, text: Slice) -> None:
        """Report a question that begins with the name of a dimension and is read as one for none."""
        if not self._may_name(text):
            return
        first, *_ = text.lines
        if self._report_pointing(first):
            return
        words = first.text[: self.longest].split(" ")
        for count in range(1, len(words)):
            name = self._name(clean_name(" ".join(words[:count]).rstrip(",;.")))
            if name is not None and name != self.general:
                message = "this question begins with `{found}`, and is read as one for no dimension"
                hint = "if it is for that dimension, write a colon after the name"
                label = " ".join(words[:count])
                end = first.start + len(label)
                fix = Proposal(hint, (Edit(end - len(label) + len(label.rstrip(",;.")), end, ":"),), hint)
                self.ctx.faults.add(Code.SWALLOWED_LINE, first, self.where, message, fix, found=plain(name))
                return
            if count == self.most_words:
                return

    def _report_pointing(self, text: Slice) -> bool:
        """Report a question with a dash between it and words that name its dimension, if it is one."""
        dashes = [*DASH.finditer(text.text)]
        for dash in dashes[:1] + dashes[-1:]:
            before, behind = text.part(0, dash.start()), text.part(dash.end())
            for label, question in ((before, behind), (behind, before)):
                name = self._name(clean_name(label.text)) or self._announced(label.text)
                if name is not None and name != self.general and question.text:
                    message = "this question names `{found}`, and is read as one for no dimension"
                    written = f"{name}: {question.text}"
                    hint = "if it is for that dimension, begin it with the name and a colon"
                    fix = replacing(text, written, f"{hint}: write `- {plain(written)}`", hint)
                    self.ctx.faults.add(
                        Code.SWALLOWED_LINE, text, self.where, message, fix, found=plain(name)
                    )
                    return True
        return False

    def _look_behind(self, question: Slice, place: Located) -> None:
        """Report a question for another dimension in the same line."""
        for found in ANOTHER.finditer(question.text):
            name = self._name(clean_name(found["name"]))
            if name is not None:
                at = question.part(found.start("name"))
                indent = " " * column_of(self.ctx.text, place.start)
                gap = Span(question.start + found.end("mark"), question.start + found.start("name"))
                hint = "write it as a bullet of its own"
                fix = Proposal(hint, (Edit(gap.start, gap.end, f"\n{indent}- "),), hint)
                self._report_swallowed(at, fix, is_error=False)
                return

    def _add(self, name: str, question: Slice, place: Located) -> None:
        """Keep a question; one of a dimension that is not known is only checked."""
        text = unquote(question.clean)
        if text:
            if ":" in text or "：" in text:
                self._look_behind(question, place)
            self.ctx.check_markup(text, place, self.where)
            self.of.setdefault(name, []).append(text)
            self.ctx.outline.asked.setdefault(name, place)
        else:
            self.ctx.empty_item(Span(place.start, place.start), self.where)

    def _split(self, text: Slice) -> "Asked | None":
        """Split at the last colon before which a dimension's name stands."""
        best: Asked | None = None
        at, passed = -1, 0
        marks = text.text if text.text.isascii() else OTHER_COLONS.sub(":", text.text)
        for count in self.colons:
            # What stands before this colon has as many colons as some name.
            while passed <= count:
                at = marks.find(":", at + 1)
                if at < 0:
                    return best
                passed += 1
            key, rest = close_emphasis(*text.split(at))
            name = self._name(clean_name(key.text))
            best = best if name is None else Asked(name, rest)
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
