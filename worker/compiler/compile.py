"""The order of work: source, front matter, blocks, grammar, meaning."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from worker.compiler.blocks import parsed_blocks
from worker.compiler.coverage import check_coverage, check_overlaps
from worker.compiler.diagnostics import Code, Diagnostic, Faults, plain
from worker.compiler.front_matter import find_front_matter, read_front_matter, without_block, without_wrapping
from worker.compiler.grammar import CATEGORIES, DIMENSIONS, EXAMPLES, GUIDELINES, Grammar, Lost
from worker.compiler.header import Header, read_header
from worker.compiler.meaning import ExampleNode, Meaning, make
from worker.compiler.source import BLANKS, MAX_BYTES, Lines, read_source
from worker.definition import (
    MAX_CATEGORIES,
    MAX_DEFINITION_BYTES,
    MAX_DIMENSIONS,
    Definition,
    definition_size,
)
from worker.markup import may_have_markup
from worker.names import fold
from worker.scoring import ScoringRules, outcome_of

if TYPE_CHECKING:
    from worker.compiler import Compilation

__all__ = ["compile_source", "compile_with_losses"]

#: No file under this size can have a definition over the limit: a byte of source is at most six of JSON.
SURELY_SMALL: Final = 60_000


def compile_source(source: bytes) -> "Compilation":
    """Compile an assessment; see ``worker.compiler.compile_markdown``."""
    return compile_with_losses(source)[0]


def compile_with_losses(source: bytes) -> "tuple[Compilation, list[tuple[str, int]]]":
    """Compile an assessment, and also tell what was left out: a description and the line of each part."""
    from worker.compiler import Compilation  # noqa: PLC0415 - the package imports this module

    faults = Faults()
    if len(source) > MAX_BYTES:
        message = f"the file has {len(source):,} bytes; at most {MAX_BYTES:,} are allowed"
        hint = "shorten it, or split it into several assessments"
        return Compilation(
            None, (Diagnostic("error", Code.FILE_TOO_LARGE.value, 1, 1, "", message, hint),), (1, 1)
        ), []
    text = read_source(source, faults)
    if not text.strip(BLANKS):
        message = "the file is empty"
        hint = "begin it with `---`, `name: The name of your assessment`, `---`"
        return Compilation(
            None, (Diagnostic("error", Code.EMPTY_FILE.value, 1, 1, "", message, hint),), (1, 1)
        ), []
    lines = Lines(text)
    definition, header, lost = _compile(text, lines, faults, len(source))
    diagnostics = faults.render(lines)
    compilation = Compilation(definition, diagnostics, lines.position(header.version_at))
    return compilation, [(what, lines.line(at)) for what, at in lost]


def _compile(
    text: str, lines: Lines, faults: Faults, size: int
) -> tuple[Definition | None, Header, list[Lost]]:
    place = find_front_matter(text, faults)
    if place is None:
        text = without_block(text, faults)
    elif place.wrapped:
        text = without_wrapping(text, place.body)
    entries, complete = read_front_matter(text, place, faults) if place is not None else ([], False)
    header = read_header(entries, complete, place, faults)
    body = place.body if place is not None else 0
    risky = may_have_markup(text, body)
    blocks = parsed_blocks(text, body, faults)
    marked = sorted(f[0] for f in faults.found if f[2] in {Code.RAW_HTML, Code.UNSAFE_LINK}) if risky else []
    grammar = Grammar(text, blocks, lines, faults)
    meaning = Meaning(text, grammar, faults, header.scale, risky, marked=marked)
    grammar.lost += header.lost
    sections = grammar.sections(header.title)
    dimensions = meaning.read_dimensions(sections.get(DIMENSIONS, ()))
    categories = meaning.read_categories(sections.get(CATEGORIES, ()))
    guidelines = meaning.read_guidelines(sections.get(GUIDELINES, ()))
    examples = meaning.read_examples(sections.get(EXAMPLES, ()), categories)
    # What compares many with many is done for as many as are allowed: more are at fault anyway.
    check_overlaps(categories[:MAX_CATEGORIES], grammar, faults)
    if (
        dimensions
        and categories
        and len(dimensions) <= MAX_DIMENSIONS
        and len(categories) <= MAX_CATEGORIES
        and header.scale is not None
        and all(node.weight is not None for node in dimensions)
        and all(node.score_range is not None and node.primary is not None for node in categories)
    ):
        rules = ScoringRules(
            tuple([node.rule for node in dimensions]),
            tuple([node.rule for node in categories]),
            header.metadata.scale,
        )
        if not faults.fatal:
            check_coverage(rules, dimensions, categories, grammar, faults)
        _run_examples(rules, examples, grammar, faults)
    if faults.found and faults.fatal:
        return None, header, grammar.lost
    definition = make(
        Definition,
        {
            "metadata": header.metadata,
            "dimensions": tuple([node.model for node in dimensions]),
            "result_categories": tuple([node.model for node in categories]),
            "interview_guidelines": guidelines,
            "examples": tuple([node.model for node in examples]),
        },
    )
    if size > SURELY_SMALL and (size := definition_size(definition)) > MAX_DEFINITION_BYTES:
        faults.add(
            Code.DEFINITION_TOO_LARGE,
            0,
            1,
            "",
            f"the definition has {size:,} bytes; at most {MAX_DEFINITION_BYTES:,} are allowed",
            "shorten the texts, or split the file into several assessments",
        )
        return None, header, grammar.lost
    return definition, header, grammar.lost


def _run_examples(
    rules: ScoringRules, examples: Sequence[ExampleNode], grammar: Grammar, faults: Faults
) -> None:
    """Score the author's examples and report the expectations that are wrong."""
    for example in examples:
        if not example.sound:
            continue
        model = example.model
        outcome = outcome_of(rules, example.scores)
        if model.overall is not None and model.overall != outcome.overall:
            faults.add(
                Code.WRONG_OVERALL,
                *grammar.value_at(*example.overall_at),
                f"{example.item.where} / overall",
                f"the example expects {model.overall}, but the overall score is {outcome.overall}",
                f"write `- overall: {outcome.overall}`, or change scores, weights or the expectation",
            )
        if model.category is None:
            continue
        matched = "none" if outcome.category is None else outcome.category.name
        if matched != model.category and fold(matched) != fold(model.category):
            faults.add(
                Code.WRONG_CATEGORY,
                *grammar.value_at(*example.category_at),
                f"{example.item.where} / category",
                f"the example expects `{plain(model.category)}`, but the category is `{plain(matched)}` "
                f"(overall {outcome.overall})",
                f"write `- category: {plain(matched)}`, or change ranges, weights or the expectation",
            )
