"""The compiler: from one Markdown file to a definition, or to all errors.

All functions are pure: they read no files, have no state, and never raise for any input.
"""

from worker.compiler.compilation import Compilation
from worker.compiler.compile import compile_markdown
from worker.compiler.diagnostics import Diagnostic
from worker.compiler.fixing import Fixed, fix_source
from worker.compiler.formatter import format_definition, format_source

__all__ = [
    "Compilation",
    "Diagnostic",
    "Fixed",
    "compile_markdown",
    "fix_source",
    "format_definition",
    "format_source",
]
