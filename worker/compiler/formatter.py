"""The canonical Markdown of a definition.

For every valid definition ``d``, ``compile_markdown(format_definition(d).encode()).definition == d``. Where a
text could be taken for structure it is written so that it cannot: everything of a field is indented under its
bullet, and what an interviewer says stands in a block quote when it has headings of its own.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, TypeAlias, cast

from pydantic.alias_generators import to_camel

from worker.compiler.compile import compile_markdown
from worker.compiler.diagnostics import Faults
from worker.compiler.front_matter import (
    Collection,
    FrontMatter,
    Scalar,
    Value,
    find_front_matter,
    read_front_matter,
)
from worker.compiler.labels import is_label
from worker.compiler.slices import Slice
from worker.compiler.source import read_source, without_hidden
from worker.compiler.swallowed import swallowed_fields
from worker.compiler.values import BLOCK_SCALAR, is_thematic_break, unquote
from worker.compiler.vocabulary import CATEGORIES, DIMENSIONS, EXAMPLES, FIELDS_OF, GUIDELINES, section_name
from worker.definition import VERSION, Definition, InterviewStyle, Metadata
from worker.ids import dimension_id

__all__ = ["format_definition", "format_source", "metadata_lines", "write_definition"]

#: Where a value is in the JSON of a definition: keys, and indexes of lists.
Path: TypeAlias = tuple[str | int, ...]

PLAIN: Final = re.compile(r"[^\W\d_][\w ,.()/'+-]*", re.UNICODE)
NOT_PLAIN: Final = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))
MANY_BRACKETS: Final = 10
ESCAPES: Final = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


class Page(list[str]):
    """Lines of Markdown, and which value of the definition begins at which of them.

    ``places`` are in the order of the lines, which count from 1. ``item`` is the part that is being written.
    """

    def __init__(self, lines: Iterable[str] = ()) -> None:
        """Begin with some lines."""
        super().__init__(lines)
        self.places: list[tuple[int, Path]] = []
        self.lines: dict[Path, int] = {}
        self.item: Path = ()

    def mark(self, *steps: str | int) -> None:
        """Note that the next line begins a value of the item."""
        path = (*self.item, *steps)
        self.places.append((len(self) + 1, path))
        self.lines.setdefault(path, len(self) + 1)

    def path_at(self, line: int) -> Path:
        """Return the path of the value that is written at a line."""
        found = bisect_right(self.places, line, key=lambda place: place[0])
        return self.places[found - 1][1] if found else ()

    def line_of(self, path: Path) -> int:
        """Return the line where a value is written, or the part that it would be in."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def text(self) -> str:
        """Return the file."""
        return "\n".join(self) + "\n"


def format_source(source: bytes) -> str | None:
    """Return the canonical Markdown of a file; None if the file is invalid.

    Comments in the front matter are kept. What the definition leaves out, such as an unknown section, is
    named there in a comment, so that nothing goes without a word.
    """
    compilation = compile_markdown(source)
    if compilation.definition is None:
        return None
    notes = [f"# Left out by format: {what}, line {line}" for what, line in compilation.left_out]
    return format_definition(compilation.definition, [*_comments(source), *notes])


def format_definition(definition: Definition, comments: Sequence[str] = ()) -> str:
    """Return the canonical Markdown of a definition.

    Args:
        definition: any valid definition, also one that was never Markdown.
        comments: lines that begin with ``#``, to stand in the front matter.
    """
    return write_definition(definition, comments).text()


def write_definition(
    definition: Definition, comments: Sequence[str] = (), *, with_version: bool = True
) -> Page:
    """Return the lines of a definition's canonical Markdown, with the places of its values.

    Parts that a builder may leave out are missing in them too; without its version, the file states none.
    """
    page = Page(["---", *comments])
    for key, lines in metadata_lines(definition.metadata).items():
        if key != "version" or with_version:
            page.mark("metadata", to_camel(key))
            page += lines
    page.append("---")
    name = definition.metadata.name
    if "\n" not in name and section_name(name) is None:
        page.mark("metadata", "name")
        _heading(1, name, page)
    _write_dimensions(definition, page)
    _write_categories(definition, page)
    _write_guidelines(definition, page)
    _write_examples(definition, page)
    return page


def metadata_lines(metadata: Metadata) -> dict[str, list[str]]:
    """Return the lines of each key of the front matter that has a value, in their order."""
    values = {key: getattr(metadata, key) for key in Metadata.model_fields}
    return {key: _key_lines(key, value) for key, value in values.items() if value is not None}


def _key_lines(key: str, value: str | InterviewStyle | tuple[Decimal, Decimal] | Decimal) -> list[str]:
    if isinstance(value, InterviewStyle):
        override = "true" if value.allow_override else "false"
        return [f"{key}:", f"  default: {value.default}", f"  allow_override: {override}"]
    if isinstance(value, tuple):
        return [f"{key}: {_range(value)}"]
    if isinstance(value, Decimal):
        return [f"{key}: {value:f}"]
    return [f"{key}: {value if VERSION.fullmatch(value) else _scalar(value)}"]


def _write_dimensions(definition: Definition, page: Page) -> None:
    _section("dimensions", DIMENSIONS, page)
    for place, dimension in enumerate(definition.dimensions):
        spelled = _spelled(
            DIMENSIONS,
            [dimension.description, *dimension.interview_themes, *dimension.scoring_rubric.values()],
        )
        _item("dimensions", place, dimension.name, page)
        if dimension.id != dimension_id(dimension.name):
            _field("id", dimension.id, page)
        _field("weight", f"{dimension.weight:f}", page)
        _field("description", dimension.description, page)
        _list("interview_themes", dimension.interview_themes, page, spelled)
        rubric = [f"{key}: {text}" for key, text in dimension.scoring_rubric.items()]
        _list("scoring_rubric", rubric, page, spelled, [*dimension.scoring_rubric])


def _write_categories(definition: Definition, page: Page) -> None:
    _section("resultCategories", CATEGORIES, page)
    for place, category in enumerate(definition.result_categories):
        lists = [category.strengths, category.growth_areas, category.recommendations]
        spelled = _spelled(CATEGORIES, [category.description, *[text for texts in lists for text in texts]])
        _item("resultCategories", place, category.name, page)
        # A definition from a builder may lack these.
        _field("score_range", _range(category.score_range) if category.score_range else "", page)
        _list("primary_dimensions", category.primary_dimensions, page, spelled)
        _field("description", category.description, page)
        _list("strengths", category.strengths, page, spelled)
        _list("growth_areas", category.growth_areas, page, spelled)
        _list("recommendations", category.recommendations, page, spelled)


def _write_guidelines(definition: Definition, page: Page) -> None:
    guidelines = definition.interview_guidelines
    if guidelines.opening is None and guidelines.closing is None and not guidelines.probing_questions:
        return
    _section("interviewGuidelines", GUIDELINES, page)
    page.item = ("interviewGuidelines",)
    if guidelines.opening is not None:
        page.mark("opening")
        _heading(3, "Opening", page)
        page += ["", *_spoken(guidelines.opening)]
    if guidelines.probing_questions:
        page.mark("probingQuestions")
        _heading(3, "Probing Questions", page)
        for name, questions in guidelines.probing_questions.items():
            page.mark("probingQuestions", name)
            _heading(4, name, page)
            page.append("")
            for place, question in enumerate(questions):
                page.mark("probingQuestions", name, place)
                _bullet(_quoted(question), "", page)
    if guidelines.closing is not None:
        page.mark("closing")
        _heading(3, "Closing", page)
        page += ["", *_spoken(guidelines.closing)]


def _write_examples(definition: Definition, page: Page) -> None:
    if not definition.examples:
        return
    _section("examples", EXAMPLES, page)
    for place, example in enumerate(definition.examples):
        _item("examples", place, example.name, page)
        scores = [f"{name}: {value:f}" for name, value in example.scores.items()]
        _list("scores", scores, page, keys=[*example.scores])
        if example.overall is not None:
            _field("overall", f"{example.overall:f}", page)
        if example.category is not None:
            _field("category", example.category, page)


def _section(key: str, title: str, page: Page) -> None:
    page.item = ()
    page.mark(key)
    _heading(2, title, page)


def _item(key: str, place: int, name: str, page: Page) -> None:
    page.item = (key, place)
    page.mark()
    _heading(3, name, page)
    page.append("")


def _heading(level: int, text: str, lines: list[str]) -> None:
    # A text that ends in # would lose it, because CommonMark treats it as the end of the heading.
    end = " #" if text.endswith("#") else ""
    lines += ["", f"{'#' * level} {text}{end}"]


def _field(name: str, text: str, page: Page) -> None:
    if not text:
        return
    page.mark(to_camel(name))
    # Directly after the colon this would be YAML's sign that a text of several lines follows.
    between = "\n" if BLOCK_SCALAR.match(text) else " "
    _bullet(f"{name}:{between}{text}", "", page)


def _spelled(section: str, texts: Iterable[str]) -> frozenset[str]:
    """Return the fields that an item's texts spell: where the item has them itself, these are texts."""
    text = "\n" + "\n".join(texts)
    return frozenset(line.name for line in swallowed_fields(Slice(text, 0, len(text)), FIELDS_OF[section]))


def _list(
    name: str,
    items: Sequence[str],
    page: Page,
    spelled: frozenset[str] = frozenset(),
    keys: Sequence[str | int] | None = None,
) -> None:
    """Write a list, or an object with these keys."""
    if not items and name not in spelled:
        return
    page.mark(to_camel(name))
    page.append(f"- {name}:" if items else f"- {name}: []")
    for key, item in zip(range(len(items)) if keys is None else keys, items, strict=True):
        page.mark(to_camel(name), key)
        _bullet(item, "  ", page)


def _bullet(text: str, indent: str, lines: list[str]) -> None:
    first, *rest = text.split("\n")
    # Dashes after a dash are a thematic break.
    mark = "+" if not first.strip("- \t") else "-"
    lines.append(f"{indent}{mark} {first}")
    lines += [f"{indent}  {line}" if line else "" for line in rest]


def _quoted(text: str) -> str:
    """Return a text from which the compiler removes no quotation marks of its own."""
    return text if unquote(text) == text else text[:1] + text + text[-1:]


def _spoken(text: str) -> list[str]:
    lines = _quoted(text).split("\n")
    if any(_is_structure(line) for line in lines):
        return [f"> {line}" if line else ">" for line in lines]
    return lines


def _is_structure(line: str) -> bool:
    """Tell whether a line outside of a list could be a heading, a label, a fence or a quote."""
    line = line.strip()
    return bool(line) and (
        line.startswith(("#", "＃", ">", "```", "~~~"))
        or not line.strip("=")
        or not line.strip("- \t")
        or is_thematic_break(line)
        or is_label(line)
    )


def _range(bounds: tuple[Decimal, Decimal]) -> str:
    low, high = bounds
    return f"[{low:f}, {high:f}]"


def _scalar(text: str) -> str:
    """Return a text for YAML: plain if it is certainly a text, otherwise in double quotes."""
    if PLAIN.fullmatch(text) and text.isprintable() and text.lower() not in NOT_PLAIN:
        return text
    many = text.count("[") + text.count("{") > MANY_BRACKETS
    return '"' + "".join(_escaped(c, many=many) for c in text) + '"'


def _escaped(c: str, *, many: bool) -> str:
    if c in ESCAPES:
        return ESCAPES[c]
    if c.isprintable() and not (many and c in "[{"):
        return c
    code = ord(c)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _comments(source: bytes) -> list[str]:
    """Return the comments of a valid file's front matter, one per line."""
    faults = Faults()
    text, _ = without_hidden(read_source(source, faults), faults)
    place = cast(FrontMatter, find_front_matter(text, faults))
    entries, _ = read_front_matter(text, place, faults)
    scalars = sorted((s.start, s.end) for entry in entries for value in entry for s in _scalars(value))
    comments: list[str] = []
    at = place.start
    for start, end in [*scalars, (place.end, place.end)]:
        for line in text[at:start].split("\n"):
            match = re.search(r"(?:^|\s)(#.*)", line)
            if match:
                comments.append(match[1].rstrip())
        at = end
    return comments


def _scalars(value: Value) -> list[Scalar]:
    """Return the scalars of a value, which is at most a few levels deep."""
    if isinstance(value, Collection):
        return [scalar for inner in value.values for scalar in _scalars(inner)]
    return [value] if isinstance(value, Scalar) else []
