"""The compiler: compared with tokenising and with the parser alone; as a process; on hostile inputs."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from markdown_it import MarkdownIt
from pyromark import Markdown

from bench import documents
from bench.cluster import ROOT
from bench.measure import Report, milliseconds, sample_in_turn
from worker.compiler import compile_markdown
from worker.definition import MAX_TEXT_BYTES

EXAMPLES = ("leadership-archetypes", "personality-facets", "digital-maturity")
SIZES_KB = (10, 100, 500)


def _inputs() -> dict[str, bytes]:
    made = {name: (ROOT / "examples" / f"{name}.md").read_bytes() for name in EXAMPLES}
    for size in SIZES_KB:
        made[f"{size} KB"] = documents.markdown(1, min(size * 1000, MAX_TEXT_BYTES)).encode()[:MAX_TEXT_BYTES]
    return made


def _body(source: bytes) -> str:
    """The input for a CommonMark parser: the file without its front matter."""
    text = source.decode()
    return text.split("\n---\n", 1)[1] if text.startswith("---\n") else text


def _events(parser: Markdown, body: str) -> int:
    return len(list(parser.events_with_range(body)))


def _timer(work: Callable[[], object]) -> Callable[[], float]:
    """A sample of about 50 ms, so that the clock and the scheduler matter little."""
    once = milliseconds(work)
    repeat = max(1, min(200, round(50 / max(once, 0.01))))
    return lambda: milliseconds(work, repeat)


def run(report: Report, *, full: bool, tell: Callable[[str], None]) -> None:
    """Measure the compiler."""
    rounds = 11 if full else 7
    tokeniser = MarkdownIt("commonmark")
    parser = Markdown()
    for name, source in _inputs().items():
        compilation = compile_markdown(source)
        if not compilation.valid:
            raise RuntimeError(f"{name}: {[d.to_dict() for d in compilation.diagnostics][:3]}")
        body = _body(source)
        # The compiler's own use of the parser: the list of events with their byte ranges.
        works = {
            "ours": _timer(partial(compile_markdown, source)),
            "markdown_it": _timer(partial(tokeniser.parse, body)),
            "pyromark": _timer(partial(_events, parser, body)),
        }
        samples = sample_in_turn(works, rounds=rounds, budget_seconds=30)
        how = {
            "ours": "worker.compiler.compile_markdown(source)",
            "markdown_it": "MarkdownIt('commonmark').parse(body)",
            "pyromark": "list(pyromark.Markdown().events_with_range(body))",
        }
        key = name.replace(" ", "_").replace("-", "_").lower()
        figures = {
            kind: report.add(f"compiler.{key}.{kind}", "ms", values, f"{how[kind]}, {len(source):,} bytes")
            for kind, values in samples.items()
        }
        title = name if name.endswith("KB") else f"example {name}"
        peer = report.compare_in_turn(
            f"compiler.markdown_it.{key}", f"{title}: compiled, against markdown-it-py tokenising it",
            samples["ours"], samples["markdown_it"],
        )  # fmt: skip
        events = report.compare_in_turn(
            f"compiler.events.{key}", f"{title}: compiled, against the parser's events alone",
            samples["ours"], samples["pyromark"],
        )  # fmt: skip
        tell(
            f"{title} ({len(source):,} bytes): {figures['ours'].median:.2f} ms; markdown-it-py "
            f"{figures['markdown_it'].median:.2f} ({peer.value:.2f}); "
            f"events {figures['pyromark'].median:.2f} ({events.value:.1f})"
        )
    _process(report, rounds, tell)
    _hostile(report, full=full, tell=tell)


def _process(report: Report, rounds: int, tell: Callable[[str], None]) -> None:
    commands = {
        "check": [sys.executable, "-m", "worker", "check", str(ROOT / "examples" / f"{EXAMPLES[0]}.md")],
        "pass": [sys.executable, "-c", "pass"],
    }

    def start(command: list[str]) -> float:
        begin = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        return (time.perf_counter() - begin) * 1000

    samples = sample_in_turn(
        {name: partial(start, command) for name, command in commands.items()},
        rounds=rounds + 4,
    )
    check = report.add(
        "compiler.process.check",
        "ms",
        samples["check"],
        f"python -m worker check examples/{EXAMPLES[0]}.md",
    )
    empty = report.add("compiler.process.pass", "ms", samples["pass"], "python -c pass")
    ratio = report.compare("compiler.process", "check as a process, against python -c pass", check, empty)
    tell(
        f"check as a process: {check.median:.0f} ms, python -c pass {empty.median:.0f} ms ({ratio.value:.1f})"
    )


def _hostile(report: Report, *, full: bool, tell: Callable[[str], None]) -> None:
    """The worst hostile input, and how its time grows with its size."""
    sizes = (125_000, 250_000, 500_000) if full else (25_000, 100_000)
    samples_of: dict[str, dict[int, list[float]]] = {}
    for size in sizes:
        for name, source in documents.hostile(size).items():
            for _ in range(5):
                taken = milliseconds(partial(compile_markdown, source))
                samples_of.setdefault(name, {}).setdefault(size, []).append(taken)
                if taken > 3_000:
                    break
    worst = max(samples_of, key=lambda name: min(samples_of[name][sizes[-1]]))
    for name, by_size in samples_of.items():
        key = name.replace(" ", "_").replace(",", "")
        for size, samples in by_size.items():
            report.add(
                f"compiler.hostile.{key}.{size // 1000}_kb",
                "ms",
                samples,
                f"compile_markdown of {size:,} bytes: {name}",
            )
    # Time per byte at the largest size, relative to the smallest: 1 is linear.
    growths = {
        name: (min(by_size[sizes[-1]]) / sizes[-1]) / (min(by_size[sizes[0]]) / sizes[0])
        for name, by_size in samples_of.items()
    }
    steepest = max(growths, key=lambda name: growths[name])
    report.ratio(
        "compiler.hostile.growth",
        f"hostile inputs: time a byte at {sizes[-1] // 1000} KB against {sizes[0] // 1000} KB, "
        f"the steepest ({steepest})",
        growths[steepest],
    )
    tell(
        f"hostile inputs of {sizes[-1] // 1000} KB: "
        f"worst {worst}, {min(samples_of[worst][sizes[-1]]):.0f} ms; "
        f"steepest {steepest}, {growths[steepest]:.2f} times the time a byte"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hostile.md"
        path.write_bytes(documents.hostile(sizes[-1])[worst])
        begin = time.perf_counter()
        code = subprocess.run(
            [sys.executable, "-m", "worker", "check", str(path)],
            cwd=ROOT,
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ).returncode
        report.note(
            "compiler",
            f"`check` of the worst hostile input ({worst}, {sizes[-1] // 1000} KB) exits {code} after "
            f"{time.perf_counter() - begin:.2f} s.",
        )
