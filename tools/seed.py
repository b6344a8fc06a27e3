"""The definitions in supabase/seed.sql: compiled from examples/starters, never typed by hand.

``python -m tools.seed`` writes them into the file, each after the comment that names its source;
``python -m tools.seed --check`` writes nothing and fails when the file would change.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Final

from worker.compiler import compile_markdown

CHECKOUT: Final = Path(__file__).resolve().parent.parent
SEED: Final = CHECKOUT / "supabase" / "seed.sql"
COMPILED: Final = re.compile(
    r"(?P<comment>-- compiled from (?P<source>\S+\.md)\n *)\$json\$.*?\$json\$(?P<between>::jsonb,\n *)"
    r"\$markdown\$.*?\$markdown\$",
    re.DOTALL,
)


class SeedError(Exception):
    """A source of the seed is missing or does not compile."""


def compiled(found: re.Match[str]) -> str:
    """Return the two literals that belong after a comment: the definition and its Markdown.

    Raises:
        SeedError: the file that the comment names cannot be read or has an error.
    """
    source = found["source"]
    try:
        markdown = (CHECKOUT / source).read_bytes()
    except OSError as error:
        raise SeedError(f"{source} cannot be read: {error.strerror}") from None
    compilation = compile_markdown(markdown)
    if compilation.definition is None:
        raise SeedError(f"{source} does not compile; see: python -m worker check {source}")
    return (
        f"{found['comment']}$json${compilation.definition.to_json()}$json${found['between']}"
        f"$markdown${markdown.decode()}$markdown$"
    )


def refreshed(text: str) -> str:
    """Return the seed's text with every definition compiled anew.

    Raises:
        SeedError: see ``compiled``.
    """
    return COMPILED.sub(compiled, text)


def main(arguments: list[str] | None = None) -> int:
    """Write the definitions into supabase/seed.sql, or with --check only compare; 1 when that fails."""
    parser = argparse.ArgumentParser(prog="python -m tools.seed", description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when the file would change")
    present = SEED.read_text(encoding="utf-8")
    try:
        wanted = refreshed(present)
    except SeedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if not parser.parse_args(arguments).check:
        SEED.write_text(wanted, encoding="utf-8")
    elif wanted != present:
        print("error: supabase/seed.sql is out of date; write it: python -m tools.seed", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
