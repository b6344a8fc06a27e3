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

A sample is drawn from all modules together, by a hash of the operator and of the text of the line. So another
line that changes, or a line that moves to another module, leaves the sample of all other lines as it was, and
the survivors of two versions of the code can be compared (``--baseline``): by operator and text of the line,
not by its place.
"""

import argparse
import ast
import gc
import hashlib
import heapq
import importlib
import json
import os
import re
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from itertools import islice
from operator import attrgetter
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
LEFT_OUT: Final = "linear_time or closed_pipe or full_device or test_mcp"
OPTIONS: Final = (
    *("-x", "-q", "--noconftest", "-m", "not hypothesis", "-k", f"not ({LEFT_OUT})"),
    *("-p", "no:cacheprovider", "-p", "no:faulthandler", "-p", "_hypothesis_pytestplugin"),
)
ENOUGH: Final = 0.9
MEMORY: Final = 4 << 30
#: A mutant that takes this many times as long as a test file usually does is in an endless loop.
PATIENCE: Final = 5
#: This many test files are tried before all others are read.
FIRST: Final = 5
SURVIVED: Final = 0
#: The exit code if the first test file killed the mutant; the next code is for the second file.
KILLED: Final = 100


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mutation: its turn in a sample, the whole mutated module, the line before and after."""

    turn: str
    module: str
    operator: str
    source: str
    line: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Suite:
    """The test files with the CPU time of each, and the packages that they and our modules import."""

    seconds: dict[str, float]
    packages: list[str]


class _Loader(SourceFileLoader):
    """Loads one module from another source than its file."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self.source = source

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the loader is for one module
        return compile(self.source, self.path, "exec", dont_inherit=True)


class _Finder:
    """Finds the mutated module before any other finder."""

    def __init__(self, module: str, source: str) -> None:
        self.name = module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self.path = str(ROOT / module)
        self.source = source

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002 - the import system's
        if name != self.name:
            return None
        return spec_from_file_location(name, self.path, loader=_Loader(name, self.path, self.source))


def mutants(module: str, seed: int) -> Iterator[Mutant]:
    """Yield the mutants of a module by turn: a hash of operator, text of the line and seed."""
    parso: Any = importlib.import_module("parso")
    nodes_of: Any = importlib.import_module("cosmic_ray.ast").ast_nodes
    source = (ROOT / module).read_text(encoding="utf-8")
    # Each statement of the module is parsed separately, which is fast enough to repeat for each of its
    # mutants.
    parts = [child.get_code() for child in parso.parse(source).children]
    types = _annotations(source)
    shape = ast.dump(ast.parse(source))
    for place in sorted(_places(source, parts, seed), key=attrgetter("turn")):
        if "BitOr" in place.name and any(begin <= (place.line, place.column) <= end for begin, end in types):
            continue
        tree = parso.parse(parts[place.part])
        node = next(islice(nodes_of(tree), place.node, None))
        changed = place.operator.mutate(node, place.index)
        if changed is not node:
            siblings = node.parent.children
            siblings[siblings.index(node) : siblings.index(node) + 1] = [] if changed is None else [changed]
        text = "".join([*parts[: place.part], tree.get_code(), *parts[place.part + 1 :]])
        try:
            if ast.dump(ast.parse(text)) == shape:
                continue
            compile(text, "mutant", "exec", dont_inherit=True)
        except SyntaxError:
            continue
        yield Mutant(place.turn, module, place.name, text, *_difference(source, text))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an operator of cosmic-ray can change a module, and its turn in a sample."""

    turn: str
    part: int
    node: int
    line: int
    column: int
    operator: Any
    name: str
    index: int


def _places(source: str, parts: list[str], seed: int) -> Iterator[_Place]:
    parso: Any = importlib.import_module("parso")
    nodes_of: Any = importlib.import_module("cosmic_ray.ast").ast_nodes
    provider: Any = importlib.import_module("cosmic_ray.operators.provider").OperatorProvider()
    operators = [(name, provider[name]()) for name in provider if not provider[name].arguments()]
    lines = source.split("\n")
    seen: Counter[str] = Counter()
    begin = 0
    for part, text in enumerate(parts):
        for at, node in enumerate(nodes_of(parso.parse(text))):
            line, column = begin + node.start_pos[0], node.start_pos[1]
            for name, operator in operators:
                for index, _ in enumerate(operator.mutation_positions(node)):
                    known_by = f"{seed} {name} {lines[line - 1].strip()}"
                    seen[known_by] += 1
                    turn = hashlib.sha256(f"{known_by} {seen[known_by]}".encode()).hexdigest()
                    yield _Place(turn, part, at, line, column, operator, name, index)
        begin += text.count("\n")


def _annotations(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return the ranges of the annotations of a module."""
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
    """Return the first line that differs, from 1, and its text in both."""
    old, new = source.split("\n"), mutated.split("\n")
    at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
    return at + 1, old[at].strip(), new[at].strip()


def survey() -> Suite:
    """Run the tests once without a mutant, in a separate process.

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
    """Records which test file failed."""

    file = ""

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.file = report.nodeid.partition("::")[0]


def _run(files: list[str]) -> tuple[bool, str]:
    """Run test files in this process; return whether all passed, and the file that failed, if known."""
    import pytest  # noqa: PLC0415 - its state must stay in the process that runs the tests

    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    noticed = _Noticed()
    code = pytest.main([*files, *OPTIONS], plugins=[noticed])
    return code in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}, noticed.file


def start(mutant: Mutant, suite: Suite, order: list[str]) -> int:
    """Start the tests on a mutant in a separate process; return its id."""
    child = os.fork()
    if child == 0:
        _try(mutant, suite, order)
    return child


def killer(status: int, order: list[str]) -> str | None:
    """Return the test file that killed a mutant, from the status of its process; None if none did."""
    code = os.waitstatus_to_exitcode(status)
    if code == SURVIVED:
        return None
    # A process that ended otherwise exceeded its time or memory.
    return order[code - KILLED] if KILLED <= code < KILLED + len(order) else ""


def _try(mutant: Mutant, suite: Suite, order: list[str]) -> NoReturn:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.meta_path.insert(0, _Finder(mutant.module, mutant.source))
    gc.disable()  # a third of the time, and no process lives long enough to need it
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    # The file that killed most mutants so far runs alone first, because it is likely to be enough; then a few
    # more.
    for files in (order[:1], order[1:FIRST], order[FIRST:]):
        signal.setitimer(signal.ITIMER_PROF, PATIENCE * sum(suite.seconds[file] for file in files) + 1)
        try:
            well, failed = _run(files)
        except BaseException:  # noqa: BLE001 - whatever a mutant does to the test runner, it was detected
            well, failed = False, ""
        if not well:
            os._exit(KILLED + (order.index(failed) if failed in order else 0))
    os._exit(SURVIVED)


def run(chosen: Iterable[Mutant], suite: Suite, jobs: int) -> Iterator[tuple[Mutant, bool]]:
    """Test mutants, several at once; yield each with whether it was killed."""
    kills: defaultdict[str, Counter[str]] = defaultdict(Counter)
    running: dict[int, tuple[Mutant, list[str]]] = {}
    waiting = iter(chosen)
    while True:
        mutant = next(waiting, None)
        if mutant is not None:
            by_kills = kills[mutant.module]
            order = sorted(suite.seconds, key=lambda file: -by_kills[file])
            running[start(mutant, suite, order)] = mutant, order
            if len(running) < jobs:
                continue
        if not running:
            return
        child, status = os.wait()
        judged, order = running.pop(child)
        by = killer(status, order)
        if by is not None:
            kills[judged.module][by] += 1
        yield judged, by is not None


def report(mutant: Mutant) -> str:
    """Return a survivor as it is printed."""
    return f"{mutant.module}:{mutant.line}: {mutant.operator}\n  - {mutant.before}\n  + {mutant.after}"


def survivors(report: str) -> Counter[tuple[str, str, str]]:
    """Read survivors printed by an earlier run, without their line numbers, which may have changed."""
    return Counter(re.findall(r"^\S+:\d+: (\S+)\n  - (.*)\n  \+ (.*)$", report, re.MULTILINE))


def _known_by(mutant: Mutant) -> tuple[str, str, str]:
    return mutant.operator, mutant.before, mutant.after


def main(arguments: list[str]) -> int:
    """Run the mutants.

    Returns:
        0 when at least nine of ten are killed (of each module; of a sample, of all together) and, with a
        baseline, no more survive than there; 1 otherwise, 2 without cosmic-ray.
    """
    options = _parser().parse_args(arguments)
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
    baseline = survivors(options.baseline.read_text(encoding="utf-8")) if options.baseline else None
    counts, survived = _judge(options, suite)
    for module, (count, killed) in [*counts.items(), ("all", _sum(counts.values()))]:
        print(f"{module:36} {count:5} mutants, {killed:5} killed, {killed / max(count, 1):6.1%}")
    judged = [_sum(counts.values())] if options.sample else list(counts.values())
    enough = all(killed >= ENOUGH * count for count, killed in judged)
    return 0 if enough and (baseline is None or compare(survived, baseline)) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", default=MODULES, help="paths such as worker/scoring.py")
    parser.add_argument("--sample", type=int, default=None, help="so many of all modules together, by chance")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws another sample")
    parser.add_argument("--jobs", type=int, default=1, help="so many processes at once")
    parser.add_argument(
        "--again", type=Path, metavar="FILE", help="only the survivors in FILE, an earlier run's output"
    )
    parser.add_argument(
        "--baseline", type=Path, metavar="FILE", help="compare the survivors with those of an earlier run"
    )
    return parser


def _judge(options: argparse.Namespace, suite: Suite) -> tuple[dict[str, tuple[int, int]], list[Mutant]]:
    """Run the chosen mutants and print the survivors; return the counts of each module, and the survivors."""
    again = survivors(options.again.read_text(encoding="utf-8")) if options.again else None
    chosen = islice(
        (
            mutant
            for mutant in heapq.merge(
                *(mutants(module, options.seed) for module in options.modules), key=attrgetter("turn")
            )
            if again is None or _known_by(mutant) in again
        ),
        options.sample,
    )
    counts = dict.fromkeys(options.modules, (0, 0))
    survived = []
    for mutant, killed in run(chosen, suite, options.jobs):
        count, dead = counts[mutant.module]
        counts[mutant.module] = count + 1, dead + killed
        if not killed:
            survived.append(mutant)
            print(report(mutant), flush=True)
    return counts, survived


def _sum(counts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    judged = list(counts)
    return sum(count for count, _ in judged), sum(killed for _, killed in judged)


def compare(survived: list[Mutant], baseline: Counter[tuple[str, str, str]]) -> bool:
    """Print the survivors that an earlier run did not have; return whether there are no more than it had."""
    left = baseline.copy()
    for mutant in survived:
        if left[_known_by(mutant)]:
            left[_known_by(mutant)] -= 1
        else:
            print(f"not in the baseline: {report(mutant)}")
    print(f"{len(survived)} survive; in the baseline {baseline.total()} did")
    return len(survived) <= baseline.total()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
