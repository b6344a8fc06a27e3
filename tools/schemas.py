"""supabase/schemas: the source of the database. ``python -m tools.schemas`` checks its layout.

The order of its files is stated once, in ``[db.migrations] schema_paths`` of supabase/config.toml.
"""

import re
import sys
import tomllib
from pathlib import Path

from stack.packages import ROOT

SUPABASE = ROOT / "supabase"
MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 100

_FUNCTION = re.compile(
    r"^ *create or replace function (?P<name>[\w.]+).*?(?P<quote>\$\w*\$)\n.*?^ *(?P=quote)",
    re.MULTILINE | re.DOTALL,
)


def schema_files(supabase: Path = SUPABASE) -> list[Path]:
    """The files of supabase/schemas, in the order in which they are applied."""
    config = tomllib.loads((supabase / "config.toml").read_text(encoding="utf-8"))
    return [supabase / path for path in config["db"]["migrations"]["schema_paths"]]


def problems(supabase: Path = SUPABASE) -> list[str]:
    """The problems of the schemas' layout, one sentence each."""
    named = schema_files(supabase)
    present = set((supabase / "schemas").rglob("*.sql"))
    found = [
        f"{_name(path, supabase)} is not in schema_paths of supabase/config.toml, so nothing applies it."
        for path in sorted(present - set(named))
    ]
    found += [
        f"schema_paths names {_name(path, supabase)}, which does not exist."
        for path in named
        if path not in present
    ]
    found += [
        f"schema_paths names {_name(path, supabase)} twice."
        for place, path in enumerate(named)
        if path in named[:place]
    ]
    folders = [path.parent for path in named]
    found += [
        f"schema_paths comes back to {_name(folder, supabase)}: a folder's files follow each other."
        for place, folder in enumerate(folders)
        if folder in folders[:place] and folders[place - 1] != folder
    ]
    told = re.findall(
        r"^\| `(\w+)` \|", (supabase / "schemas" / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    if told != list(dict.fromkeys(folder.name for folder in folders)):
        found.append("schemas/README.md does not list the folders in the order of schema_paths.")
    for path in sorted([*present, *(supabase / "rollback").rglob("*.sql")]):
        found += _problems_of_file(path, _name(path, supabase))
    return found


def _name(path: Path, supabase: Path) -> str:
    return path.relative_to(supabase).as_posix()


def _problems_of_file(path: Path, name: str) -> list[str]:
    text = path.read_text(encoding="utf-8")
    found = []
    if not text.startswith("-- "):
        found.append(f"{name} does not begin with a comment that states its purpose.")
    lines = text.count("\n")
    if lines > MOST_LINES_OF_A_FILE:
        found.append(f"{name} has {lines} lines; the limit is {MOST_LINES_OF_A_FILE}.")
    for function in _FUNCTION.finditer(text):
        lines = function.group().count("\n") + 1
        if lines > MOST_LINES_OF_A_FUNCTION:
            found.append(
                f"{function['name']} in {name} has {lines} lines; the limit is {MOST_LINES_OF_A_FUNCTION}: "
                "give its steps names."
            )
    return found


def main() -> int:
    """Print the problems; 1 if there are any."""
    found = problems()
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
