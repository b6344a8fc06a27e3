"""Compile jobs: from an upload's Markdown to its definition or its diagnostics. Pure."""

from worker.compiler import compile_markdown
from worker.engine.jobs import Compiled, CompileJob

__all__ = ["do_compile"]


def do_compile(job: CompileJob) -> Compiled:
    """Compile an upload. Errors in the source are an outcome, never an exception."""
    compilation = compile_markdown(job.source_markdown.encode())
    line, column = compilation.version_at
    definition = compilation.definition
    return Compiled(
        job.job,
        job.attempt,
        definition=None if definition is None else definition.to_json(),
        diagnostics=[diagnostic.to_dict() for diagnostic in compilation.diagnostics],
        version_at={"line": line, "column": column},
        version_is_stated=definition is not None and "version" in definition.metadata.model_fields_set,
    )
