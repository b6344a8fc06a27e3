"""Compile jobs: from an upload to its definition or its diagnostics. Pure."""

from worker.compiler import compile_markdown
from worker.engine.jobs import Compiled, CompileJob, Place
from worker.uploaded import compile_definition

__all__ = ["do_compile"]


def do_compile(job: CompileJob) -> Compiled:
    """Compile an upload. Errors in the source are an outcome, never an exception."""
    return _compile_definition(job) if job.definition else _compile_markdown(job)


def _compile_markdown(job: CompileJob) -> Compiled:
    compilation = compile_markdown(job.source_markdown.encode())
    definition = compilation.definition
    line, column = compilation.version_at
    version_at: Place = {"line": line, "column": column}
    version_is_stated = definition is not None and "version" in definition.metadata.model_fields_set
    if version_is_stated:
        version_at["end_line"], version_at["end_column"] = compilation.version_end
    return Compiled(
        job.job,
        job.attempt,
        definition=None if definition is None else definition.to_json(),
        diagnostics=[diagnostic.to_dict() for diagnostic in compilation.diagnostics],
        version_at=version_at,
        version_is_stated=version_is_stated,
    )


def _compile_definition(job: CompileJob) -> Compiled:
    uploaded = compile_definition(job.definition)
    return Compiled(
        job.job,
        job.attempt,
        definition=uploaded.definition,
        diagnostics=[diagnostic.to_dict() for diagnostic in uploaded.diagnostics],
        version_at={"line": uploaded.version_line, "column": 1, "path": "$.metadata.version"},
        version_is_stated=uploaded.version_is_stated,
        markdown=uploaded.markdown,
    )
