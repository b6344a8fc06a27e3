"""Mutation testing of the compiler and the scoring: ``python -m bench.mutants [MODULE...] [--jobs N]``.

A mutant is a module of which one place is wrong: a ``<`` is a ``<=``, a 3 is a 4, a loop never runs. The
tests must fail with it; one that they let pass shows what they do not hold, or a place that does not matter.

The mutants are cosmic-ray's, but they are run here, because cosmic-ray writes each into the tree and starts
the tests anew. Instead a process is forked that has all packages but ours already imported; it imports the
mutant from memory and runs the tests until one fails. Nothing is written to the tree.

Only tests that say the same every time count. The tests that draw their inputs by chance, and those that
measure time, are left out: they would kill more, but not on every day. So are those that start the command as
a program, which is never the mutant.

Left out as well are mutants that no interpreter takes, and ``|`` between the types of an annotation.
"""

import argparse
import ast
import gc
import importlib
import json
import os
import random
import re
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from itertools import islice
from pathlib import Path
from types import CodeType
from typing import Any, Final, NoReturn

ROOT: Final = Path(__file__).resolve().parents[1]
MODULES: Final = (
    "worker/scoring.py",
    "worker/names.py",
    "worker/markup.py",
    "worker/definition.py",
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "worker/compiler").glob("*.py")),
)
TESTS: Final = ("tests/py/compiler", "tests/py/authoring")
LEFT_OUT: Final = "linear_time or closed_pipe or full_device"
OPTIONS: Final = (
    *("-x", "-q", "--noconftest", "-m", "not hypothesis", "-k", f"not ({LEFT_OUT})"),
    *("-p", "no:cacheprovider", "-p", "no:faulthandler", "-p", "_hypothesis_pytestplugin"),
)
ENOUGH: Final = 0.9
MEMORY: Final = 4 << 30
#: How many times as long as usual a file of tests may take; a mutant that takes longer is caught in a loop.
PATIENCE: Final = 5
#: So many files of tests are tried before all the others are even read.
FIRST: Final = 5
SURVIVED: Final = 0
#: The exit code of a process whose mutant was killed by the first file of tests; the next is of the second.
KILLED: Final = 100


@dataclass(frozen=True, slots=True)
class Mutant:
    """One wrong place: the whole module with it, and the line as it was and as it is."""

    operator: str
    source: str
    line: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Suite:
    """The files of tests with the processor time of each, and the packages that they and ours import."""

    seconds: dict[str, float]
    packages: list[str]


class _Loader(SourceFileLoader):
    """Loads one module with a source that is not the file's."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self.source = source

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the loader is for one module
        return compile(self.source, self.path, "exec", dont_inherit=True)


class _Finder:
    """Finds the module that has a mutant, before anything else does."""

    def __init__(self, module: str, source: str) -> None:
        self.name = module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self.path = str(ROOT / module)
        self.source = source

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002 - the import system's
        if name != self.name:
            return None
        return spec_from_file_location(name, self.path, loader=_Loader(name, self.path, self.source))


def mutants(source: str, chance: random.Random) -> Iterator[Mutant]:
    """Yield the mutants of a module in an order drawn by chance, which is the same for the same source."""
    parso: Any = importlib.import_module("parso")
    nodes_of: Any = importlib.import_module("cosmic_ray.ast").ast_nodes
    provider: Any = importlib.import_module("cosmic_ray.operators.provider").OperatorProvider()
    operators = [(name, provider[name]()) for name in provider if not provider[name].arguments()]
    # Each statement of the module is parsed by itself, which is quick enough to do for each of its mutants.
    parts = [child.get_code() for child in parso.parse(source).children]
    places: list[tuple[int, int, int, Any, str]] = []
    for part, text in enumerate(parts):
        for at, node in enumerate(nodes_of(parso.parse(text))):
            for name, operator in operators:
                places += [
                    (part, at, index, operator, name)
                    for index, _ in enumerate(operator.mutation_positions(node))
                ]
    chance.shuffle(places)
    types = _annotations(source)
    shape = ast.dump(ast.parse(source))
    for part, at, index, operator, name in places:
        tree = parso.parse(parts[part])
        node = next(node for number, node in enumerate(nodes_of(tree)) if number == at)
        before = "".join(parts[:part])
        line = before.count("\n") + node.start_pos[0]
        column = node.start_pos[1]
        if "BitOr" in name and any(begin <= (line, column) <= end for begin, end in types):
            continue
        changed = operator.mutate(node, index)
        if changed is not node:
            siblings = node.parent.children
            siblings[siblings.index(node) : siblings.index(node) + 1] = [] if changed is None else [changed]
        text = before + tree.get_code() + "".join(parts[part + 1 :])
        try:
            if ast.dump(ast.parse(text)) == shape:
                continue
            compile(text, "mutant", "exec", dont_inherit=True)
        except SyntaxError:
            continue
        pair = _difference(source, text)
        yield Mutant(name, text, *pair)


def _annotations(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return where the annotations of a module begin and end."""
    found: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.arg | ast.AnnAssign):
            found.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            found.append(node.returns)
    return [
        ((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
        for node in found
        if node is not None
    ]


def _difference(source: str, mutated: str) -> tuple[int, str, str]:
    """Return the first line that differs, from 1, and how it reads in both."""
    old, new = source.split("\n"), mutated.split("\n")
    at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
    return at + 1, old[at].strip(), new[at].strip()


def survey() -> Suite:
    """Run the tests once without a mutant, in a process of their own.

    Raises:
        SystemExit: a test fails.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        seconds = {}
        for file in sorted(
            str(path.relative_to(ROOT)) for folder in TESTS for path in (ROOT / folder).glob("test_*.py")
        ):
            began = time.process_time()
            if not _run([file])[0]:
                sys.stderr.write(f"{file} fails without a mutant\n")
                os._exit(1)
            seconds[file] = time.process_time() - began
        packages = [
            name
            for name, module in list(sys.modules.items())
            if not str(getattr(module, "__file__", None) or "").startswith(tuple(map(str, _ours())))
        ]
        with os.fdopen(writer, "w") as stream:
            json.dump([seconds, packages], stream)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as stream:
        answer = stream.read()
    os.waitpid(child, 0)
    if not answer:
        raise SystemExit(1)
    return Suite(*json.loads(answer))


def _ours() -> list[Path]:
    return [ROOT / "worker", ROOT / "tests", ROOT / "stack", ROOT / "tools"]


class _Noticed:
    """Remembers which file of tests failed."""

    file = ""

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.file = report.nodeid.partition("::")[0]


def _run(files: list[str]) -> tuple[bool, str]:
    """Run files of tests in this process; return whether all is well, and the file that failed, if known."""
    import pytest  # noqa: PLC0415 - what it keeps must stay in the process that runs the tests

    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    noticed = _Noticed()
    code = pytest.main([*files, *OPTIONS], plugins=[noticed])
    return code in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}, noticed.file


def start(module: str, mutant: Mutant, suite: Suite, order: list[str]) -> int:
    """Start the tests on a mutant in a process of their own; return its id."""
    child = os.fork()
    if child == 0:
        _try(module, mutant, suite, order)
    return child


def killer(status: int, order: list[str]) -> str | None:
    """Return the file of tests that killed a mutant, by the status of its process; None when none did."""
    code = os.waitstatus_to_exitcode(status)
    if code == SURVIVED:
        return None
    # A process that ended otherwise ran out of its time or of its memory.
    return order[code - KILLED] if KILLED <= code < KILLED + len(order) else ""


def _try(module: str, mutant: Mutant, suite: Suite, order: list[str]) -> NoReturn:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.meta_path.insert(0, _Finder(module, mutant.source))
    gc.disable()  # a third of the time, and no process lives long enough to need it
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    # The file that killed most so far is run alone, because it is likely to be enough; then a few more.
    for files in (order[:1], order[1:FIRST], order[FIRST:]):
        signal.setitimer(signal.ITIMER_PROF, PATIENCE * sum(suite.seconds[file] for file in files) + 1)
        try:
            well, failed = _run(files)
        except BaseException:  # noqa: BLE001 - whatever a mutant does to the tests' runner, it was noticed
            well, failed = False, ""
        if not well:
            os._exit(KILLED + (order.index(failed) if failed in order else 0))
    os._exit(SURVIVED)


def run(module: str, chosen: Iterable[Mutant], suite: Suite, jobs: int) -> tuple[int, int]:
    """Judge mutants, so many at once, and print those that survive; return how many there were and died."""
    kills: Counter[str] = Counter()
    running: dict[int, tuple[Mutant, list[str]]] = {}
    count = killed = 0
    waiting = iter(chosen)
    while True:
        mutant = next(waiting, None)
        if mutant is not None:
            order = sorted(suite.seconds, key=lambda file: -kills[file])
            running[start(module, mutant, suite, order)] = mutant, order
            if len(running) < jobs:
                continue
        if not running:
            return count, killed
        child, status = os.wait()
        judged, order = running.pop(child)
        count += 1
        by = killer(status, order)
        if by is None:
            print(_told(module, judged), flush=True)
        else:
            killed += 1
            kills[by] += 1


def _told(module: str, mutant: Mutant) -> str:
    return f"{module}:{mutant.line}: {mutant.operator}\n  - {mutant.before}\n  + {mutant.after}"


def _survivors(told: str) -> set[tuple[str, str, str, str]]:
    """Read survivors as an earlier run printed them; lines may have moved since."""
    return set(re.findall(r"^(\S+):\d+: (\S+)\n  - (.*)\n  \+ (.*)$", told, re.MULTILINE))


def main(arguments: list[str]) -> int:
    """Run the mutants; the exit code is 0 when at least nine of ten of every module are killed."""
    parser = argparse.ArgumentParser(prog="python -m bench.mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", default=MODULES, help="paths such as worker/scoring.py")
    parser.add_argument("--sample", type=int, default=None, help="at most so many of each module, by chance")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws another sample")
    parser.add_argument("--jobs", type=int, default=1, help="so many processes at once")
    parser.add_argument(
        "--again", type=Path, metavar="FILE", help="only the survivors in FILE, an earlier run's output"
    )
    options = parser.parse_args(arguments)
    try:
        importlib.import_module("cosmic_ray.operators.provider")
    except ImportError:
        sys.stderr.write("the mutants are cosmic-ray's: run `make mutants`, which installs it\n")
        return 2
    os.chdir(ROOT)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    suite = survey()
    for name in suite.packages:
        if name not in sys.modules and not name.startswith("__"):
            try:
                importlib.import_module(name)
            except ImportError:
                continue
    again = _survivors(options.again.read_text()) if options.again else None
    rows = []
    for module in options.modules:
        chosen = (
            mutant
            for mutant in mutants((ROOT / module).read_text(), random.Random(options.seed))  # noqa: S311 - a sample, no secret
            if again is None or (module, mutant.operator, mutant.before, mutant.after) in again
        )
        rows.append((module, *run(module, islice(chosen, options.sample), suite, options.jobs)))
    for module, count, killed in [*rows, ("all", sum(r[1] for r in rows), sum(r[2] for r in rows))]:
        print(f"{module:36} {count:5} mutants, {killed:5} killed, {killed / max(count, 1):6.1%}")
    return 0 if all(killed >= ENOUGH * count for _, count, killed in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
