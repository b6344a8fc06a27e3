"""`worker drain` with markdown-it-py's tokenising in place of the compiler, for comparison.

Each upload is tokenised, and then finished with one and the same definition, which is compiled once.
Everything else is the worker as it is.
"""

from __future__ import annotations

from markdown_it import MarkdownIt

from worker.compiler import Compilation, compile_markdown
from worker.engine import compile_job
from worker.engine.process import run_worker
from worker.engine.settings import load_settings

_TOKENISER = MarkdownIt("commonmark")
_COMPILED: list[Compilation] = []


def tokenise(source: bytes) -> Compilation:
    """Tokenise the body; the first source's compilation is everyone's."""
    if not _COMPILED:
        _COMPILED.append(compile_markdown(source))
    _TOKENISER.parse(source.decode().split("\n---\n", 1)[1])
    return _COMPILED[0]


if __name__ == "__main__":
    # The name that the worker calls is replaced, as a test would do it.
    vars(compile_job)["compile_markdown"] = tokenise
    run_worker(load_settings(), drain=True)
