"""The definitions in supabase/seed.sql, compiled from examples/starters, after the comments that name them."""

from __future__ import annotations

import re
from typing import Final

from stack.errors import StackError
from stack.packages import ROOT
from worker.compiler import compile_markdown

SEED: Final = ROOT / "supabase" / "seed.sql"
COMPILED: Final = re.compile(
    r"(?P<comment>-- compiled from (?P<source>\S+\.md)\n *)\$json\$.*?\$json\$(?P<between>::jsonb,\n *)"
    r"\$markdown\$.*?\$markdown\$",
    re.DOTALL,
)


def compiled(found: re.Match[str]) -> str:
    """Return the two literals that belong after a comment: the definition and its Markdown.

    Raises:
        StackError: the file that the comment names cannot be read or has an error.
    """
    source = found["source"]
    try:
        markdown = (ROOT / source).read_bytes()
    except OSError as error:
        raise StackError(
            f"{source}, which supabase/seed.sql names, cannot be read: {error.strerror}",
            "Restore the file, or fix the comment that names it.",
        ) from None
    compilation = compile_markdown(markdown)
    if compilation.definition is None:
        raise StackError(f"{source} does not compile", f"See its errors: `python -m worker check {source}`")
    return (
        f"{found['comment']}$json${compilation.definition.to_json()}$json${found['between']}"
        f"$markdown${markdown.decode()}$markdown$"
    )


def refreshed(text: str) -> str:
    """Return the seed's text with every definition compiled again.

    Raises:
        StackError: see ``compiled``.
    """
    return COMPILED.sub(compiled, text)
