"""The compiler: one Markdown file in, one definition or every error out.

All of it are pure functions: they read no file, keep no state, and never raise for any input.
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
