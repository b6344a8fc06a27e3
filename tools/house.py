"""Limits that keep code easy to read: ``python -m tools.house``, a part of `make lint`.

They are indicators, not goals: if code reads better above a limit, raise the limit here and state the reason.
"""

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]

#: Lines of the worker in all, comments and blank lines with them. The aim was 6,500; before it had one parser and
#: one process it had 8,907, of which 6,742 were neither blank nor comments nor docstrings. Of the same parts 8,550 and
#: 6,208 are left: what went was nearly made up for by records with names, small functions and ten modules more, which
#: read better than what would be shorter. Over half is the compiler, 570 of it the text and examples of its codes.
#: And 1,000 are for what was not there: the installation of the migrations (550), and the content of versions with
#: its changes (450), which commands read without a database. 600 more are for the comparison of two files, the ids of
#: dimensions, and the Markdown that the worker writes for builders; and 1,500 for fixes, each of which is proposed
#: where its error is found.
#: And 1,000 are for spellings that are read as meant, and for lines that a neighbour took in; 300 for uploaded definitions.
#: And 500 for what a language model calls, and for codes that are explained on the command line.
#: And 300 for fixes of what real files have most: lists in lists, fields without marks, names that are not clear.
#: And 400 for what builders may leave out of a definition, and for the characters that no text may contain.
#: And 900 for what a hint proposes: ranges in words, levels that share a line, and words of other languages.
MOST_LINES = 16_400
#: Lines of one function, from its `def` to its end.
LONGEST_FUNCTION = 60
#: Subscripts that are a whole number (`pair[0]`), for each 1,000 lines of the compiler: a record has names.
MOST_SUBSCRIPTS = 7.0
#: A function that needs its complexity silenced is two functions; many parts that are named one by one are a record.
SILENCED = re.compile(r"#\s*noqa:[^#\n]*\bPLR09")
MOST_SILENCED = 0


class Module(NamedTuple):
    """A module of the worker: its path from the root, its lines, and its source."""

    path: str
    lines: list[str]
    tree: ast.Module


def modules() -> list[Module]:
    """Return the modules of the worker."""
    found = []
    for path in sorted((ROOT / "worker").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append(Module(path.relative_to(ROOT).as_posix(), text.splitlines(), ast.parse(text)))
    return found


def complaints(worker: list[Module]) -> Iterator[str]:
    """Yield everything above its limit."""
    lines = sum(len(module.lines) for module in worker)
    if lines > MOST_LINES:
        yield f"worker/ has {lines:,} lines; at most {MOST_LINES:,} are allowed"
    rate = subscripts_per_thousand(
        [module for module in worker if module.path.startswith("worker/compiler/")]
    )
    if rate > MOST_SUBSCRIPTS:
        yield f"worker/compiler/ has {rate:.1f} integer subscripts per 1,000 lines; at most {MOST_SUBSCRIPTS:g}"
    silenced = [
        f"{module.path}:{number}"
        for module in worker
        for number, line in enumerate(module.lines, 1)
        if SILENCED.search(line)
    ]
    if len(silenced) > MOST_SILENCED:
        yield f"complexity is silenced {len(silenced)} times; at most {MOST_SILENCED}: {', '.join(silenced)}"
    for circle in circles(worker):
        yield f"modules import each other in a circle: {', '.join(circle)}"
    for module in worker:
        for node in functions(module.tree):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{module.path}:{node.lineno}: {node.name} has {length} lines; at most {LONGEST_FUNCTION}"


def circles(worker: list[Module]) -> Iterator[list[str]]:
    """Yield the modules of each import cycle, including imports in functions and for types only."""
    imports = {name_of(module.path): set(imported(module)) for module in worker}
    try:
        TopologicalSorter(
            {name: (found - {name}) & imports.keys() for name, found in imports.items()}
        ).prepare()
    except CycleError as error:
        _, circle = error.args
        yield circle


def name_of(path: str) -> str:
    """Return the module name for a path."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported(module: Module) -> Iterator[str]:
    """Yield the names that a module imports anywhere."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield all functions and methods."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def subscripts_per_thousand(chosen: list[Module]) -> float:
    """Return the number of integer subscripts per 1,000 lines."""
    count = sum(is_whole_number(node) for module in chosen for node in ast.walk(module.tree))
    return 1000 * count / sum(len(module.lines) for module in chosen)


def is_whole_number(node: ast.AST) -> bool:
    """Return whether a node is a subscript such as ``pair[0]`` or ``items[-1]``."""
    if not isinstance(node, ast.Subscript):
        return False
    index = node.slice.operand if isinstance(node.slice, ast.UnaryOp) else node.slice
    return isinstance(index, ast.Constant) and type(index.value) is int


def main() -> int:
    """Print what is above its limit; the exit code is 1 if there is anything."""
    found = list(complaints(modules()))
    for complaint in found:
        print(complaint, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
