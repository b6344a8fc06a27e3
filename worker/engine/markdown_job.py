"""Markdown jobs: the definition of an assessment in, the Markdown that says the same out. Pure."""

from worker.compiler.formatter import format_definition
from worker.compiler.header_lines import with_definition
from worker.engine.jobs import MarkdownJob, Rendered
from worker.partial import read_definition

__all__ = ["do_markdown"]


def do_markdown(job: MarkdownJob) -> Rendered:
    """Write the canonical Markdown; where only metadata changed, the author's with those lines changed."""
    definition = read_definition(job.definition)
    kept = with_definition(job.source_markdown, definition) if job.source_markdown else None
    markdown = format_definition(definition) if kept is None else kept
    return Rendered(job.job, job.attempt, markdown, job.made_from)
