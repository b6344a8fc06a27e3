"""The order of work: source, front matter, blocks, sections, definition, diagnostics; nothing goes back."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from worker.compiler.blocks import Block, read_blocks
from worker.compiler.catalogue import Code
from worker.compiler.categories import CategoryNode, read_categories
from worker.compiler.compilation import Compilation, LeftOut
from worker.compiler.context import Context
from worker.compiler.coverage import check_coverage, check_overlaps
from worker.compiler.diagnostics import Diagnostic, Faults
from worker.compiler.dimensions import DimensionNode, read_dimensions
from worker.compiler.examples import read_examples, run_examples
from worker.compiler.front_matter import find_front_matter, read_front_matter, unwrapped
from worker.compiler.guidelines import read_guidelines
from worker.compiler.header import Header, read_header
from worker.compiler.lines import Lines
from worker.compiler.outline import Outline
from worker.compiler.proofs import Proofs
from worker.compiler.sections import find_sections
from worker.compiler.slices import Span
from worker.compiler.source import BLANKS, read_source, without_hidden
from worker.compiler.swallowed import may_swallow
from worker.compiler.vocabulary import CATEGORIES, DIMENSIONS, EXAMPLES, GUIDELINES
from worker.definition import (
    MAX_CATEGORIES,
    MAX_DIMENSIONS,
    MAX_TEXT_BYTES,
    Definition,
    definition_size,
)
from worker.markup import may_have_markup
from worker.scoring import ScoringRules

__all__ = ["compile_markdown", "find_faults"]

#: No file below this size can have a definition over the limit: a byte of source is at most six of JSON.
SURELY_SMALL: Final = 60_000
START: Final = Span(0, 0)
#: After these errors the possible scores, or the category of each, are unknown.
UNSETTLED: Final = frozenset(
    (
        Code.YAML_SYNTAX,
        Code.YAML_TOO_DEEP,
        Code.YAML_ALIAS,
        Code.INVALID_SCALE,
        Code.INVALID_RANGE,
        Code.REVERSED_RANGE,
        Code.OUTSIDE_SCALE,
        Code.RUBRIC_OVERLAP,
        Code.NOT_A_LIST,
        Code.NOT_A_BULLET,
        Code.WEIGHTS_SUM,
        Code.MISSING_SECTION,
        Code.AMBIGUOUS_CATEGORIES,
        Code.DUPLICATE_NAME,
        Code.EMPTY_NAME,
    )
)


class _Draft(NamedTuple):
    """What was read from a source, before its errors become diagnostics."""

    faults: Faults
    lines: Lines
    definition: Definition | None = None
    version_at: Span = START
    left_out: tuple[LeftOut, ...] = ()
    outline: Outline | None = None


def compile_markdown(source: bytes) -> Compilation:
    """Compile an assessment.

    Args:
        source: the file as it is, at most 512,000 bytes of UTF-8.
    """
    draft = _draft(source)
    diagnostics: tuple[Diagnostic, ...] = ()
    if draft.faults.found:
        proofs = Proofs(source, draft.faults, draft.lines, find_faults)
        diagnostics = draft.faults.render(draft.lines, proofs.prove)
    version_at, version_end = map(draft.lines.position, draft.version_at)
    return Compilation(draft.definition, diagnostics, version_at, draft.left_out, draft.outline, version_end)


def find_faults(source: bytes) -> Faults:
    """Return the errors of an assessment, as far as they can be known without its fixes."""
    return _draft(source).faults


def _draft(source: bytes) -> _Draft:
    faults = Faults()
    if len(source) > MAX_TEXT_BYTES:
        message = "the file has {size:,} bytes; at most {limit:,} are allowed"
        hint = "shorten it, or split it into several assessments"
        faults.add(Code.FILE_TOO_LARGE, START, "", message, hint, size=len(source), limit=MAX_TEXT_BYTES)
        return _Draft(faults, Lines(""))
    text, taken = without_hidden(read_source(source, faults), faults)
    if not text.strip(BLANKS):
        hint = "begin it with three lines: `---`, `name:` with the name of the assessment, `---`"
        faults = Faults()
        faults.add(Code.EMPTY_FILE, START, "", "the file is empty", hint)
        return _Draft(faults, Lines(""))
    ctx = Context(text, Lines(text, taken), faults)
    header, blocks = _parse(ctx)
    definition = _read(ctx, header, blocks)
    if definition is not None and len(source) > SURELY_SMALL:
        definition = _within_limit(ctx, definition)
    left_out = tuple([LeftOut(what, ctx.lines.line(at)) for what, at in ctx.left_out])
    return _Draft(faults, ctx.lines, definition, header.version_at, left_out, ctx.outline)


def _parse(ctx: Context) -> tuple[Header, list[Block]]:
    """Read the front matter, and the blocks of the body behind it."""
    place = find_front_matter(ctx.text, ctx.faults)
    ctx.text = unwrapped(ctx.text, place, ctx.faults)
    entries, complete = ([], False) if place is None else read_front_matter(ctx.text, place, ctx.faults)
    header = read_header(ctx.text, entries, complete, place, ctx.faults)
    ctx.scale = header.scale
    ctx.left_out = header.left_out
    ctx.outline.front = header.places
    blocks = read_blocks(ctx.text, 0 if place is None else place.body, ctx.faults)
    ctx.may_have_markup = may_have_markup(ctx.text)
    ctx.may_swallow = may_swallow(ctx.text, 0 if place is None else place.body)
    markup = {Code.RAW_HTML, Code.UNSAFE_LINK}
    ctx.marked = sorted(fault.start for fault in ctx.faults.found if fault.code in markup)
    return header, blocks


def _read(ctx: Context, header: Header, blocks: list[Block]) -> Definition | None:
    """Read the sections; return the definition unless there is an error."""
    sections = find_sections(ctx, blocks, header.title)
    ctx.outline.sections = {name: first.heading for name, (first, *_) in sections.items()}
    dimensions, names = read_dimensions(ctx, sections.get(DIMENSIONS, ()))
    categories = read_categories(ctx, sections.get(CATEGORIES, ()), names)
    guidelines = read_guidelines(ctx, sections.get(GUIDELINES, ()), names)
    examples = read_examples(ctx, sections.get(EXAMPLES, ()), names, categories)
    # Comparisons of many items are limited to the allowed number: more are an error anyway.
    check_overlaps(ctx, categories[:MAX_CATEGORIES])
    if ctx.scale is not None and _can_be_scored(dimensions, categories):
        rules = ScoringRules(
            tuple([node.rule for node in dimensions]), tuple([node.rule for node in categories]), ctx.scale
        )
        if not any(fault.severity == "error" and fault.code in UNSETTLED for fault in ctx.faults.found):
            check_coverage(ctx, rules, dimensions, categories)
        run_examples(ctx, rules, examples)
    if ctx.faults.fatal:
        return None
    return Definition.model_construct(
        metadata=header.metadata,
        dimensions=tuple([node.model for node in dimensions]),
        result_categories=tuple(
            [node.model(node.score_range) for node in categories if node.score_range is not None]
        ),
        interview_guidelines=guidelines,
        examples=tuple([node.model(names) for node in examples]),
    )


def _can_be_scored(dimensions: Sequence[DimensionNode], categories: Sequence[CategoryNode]) -> bool:
    """Return whether everything that scoring needs is there, within the allowed numbers."""
    return (
        0 < len(dimensions) <= MAX_DIMENSIONS
        and 0 < len(categories) <= MAX_CATEGORIES
        and all(node.weight is not None for node in dimensions)
        and all(node.score_range is not None and node.sound for node in categories)
    )


def _within_limit(ctx: Context, definition: Definition) -> Definition | None:
    """Return a definition, unless it is too large for the database, which is reported."""
    size = definition_size(definition)
    if size <= MAX_TEXT_BYTES:
        return definition
    message = "the definition has {size:,} bytes; at most {limit:,} are allowed"
    hint = "shorten the texts, or split the file into several assessments"
    ctx.faults.add(Code.DEFINITION_TOO_LARGE, START, "", message, hint, size=size, limit=MAX_TEXT_BYTES)
    return None
