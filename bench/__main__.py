"""`python -m bench [--scale small|full] [--only GROUP,...]`: measure, print, and write the results."""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import cluster, compiler, evidence, neighbours, page, peers, pipeline, reads, versions, writes
from bench.charts import check_rendering
from bench.cluster import HERE
from bench.measure import Report, describe_machine
from stack.errors import StackError

RESULTS = HERE / "results"
LATEST = RESULTS / "latest.json"
GROUPS = ("reads", "compiler", "writes", "versions", "evidence", "pipeline", "neighbours")


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks; 0 unless a ratio left its band at small scale, or something failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure, and compare.")
    parser.add_argument("--scale", choices=["small", "full"], default="full")
    parser.add_argument("--only", default=",".join(GROUPS), help=f"of {', '.join(GROUPS)}; default all")
    parser.add_argument(
        "--no-tenfold", action="store_true", help="leave out the reads at ten times the full size"
    )
    parser.add_argument("--keep", action="store_true", help="write the page at small scale too")
    parser.add_argument("--redraw", action="store_true", help="write the page anew from the latest results")
    options = parser.parse_args(arguments)
    groups = [group for group in options.only.split(",") if group]
    unknown = sorted(set(groups) - set(GROUPS))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}")
    try:
        python = peers.environment()
        if options.redraw:
            report = Report.from_json(LATEST.read_text(encoding="utf-8"))
        else:
            report = _measure(groups, options.scale, tenfold=not options.no_tenfold, python=python)
        return _finish(report, python, keep=options.keep or options.redraw)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1


def _measure(groups: list[str], scale: str, *, tenfold: bool, python: Path) -> Report:
    report = Report(scale)
    full = scale == "full"
    start = time.monotonic()

    def tell(text: str) -> None:
        print(f"{time.monotonic() - start:7.1f} s  {text}", flush=True)

    report.machine = describe_machine()
    # Loaded modules stay until the end. Scanning them before every sample took longer than most samples.
    gc.collect()
    gc.freeze()
    with cluster.start() as servers:
        for name, value in servers.settings("template1").items():
            report.machine["postgres" if name == "postgres" else f"postgres.{name}"] = value
        works: dict[str, Callable[[], None]] = {
            "compiler": lambda: compiler.run(report, full=full, tell=tell),
            "writes": lambda: writes.run(servers, report, full=full, tell=tell),
            "versions": lambda: versions.run(servers, report, full=full, tell=tell),
            "evidence": lambda: evidence.run(servers, report, full=full, tell=tell),
            "neighbours": lambda: neighbours.run(servers, report, full=full, tell=tell),
            "reads": lambda: reads.run(report, full=full, tenfold=tenfold, tell=tell),
        }
        for group in GROUPS:
            if group not in groups:
                continue
            tell(f"--- {group}")
            report.begin(group)
            if group == "pipeline":
                others = peers.Peers(servers, python)
                others.install()
                pipeline.run(servers, report, others, full=full, tell=tell)
            else:
                works[group]()
            # Finished groups are saved, in case a later group fails.
            report.machine["seconds"] = round(time.monotonic() - start)
            RESULTS.mkdir(exist_ok=True)
            (RESULTS / "part.json").write_text(report.to_json() + "\n", encoding="utf-8")
    return report


def _with_the_rest(report: Report) -> Report:
    """The report, with the groups that it did not measure taken from the latest results."""
    if LATEST.exists():
        report.add_missing(Report.from_json(LATEST.read_text(encoding="utf-8")))
    return report


def _finish(report: Report, python: Path, *, keep: bool) -> int:
    print(f"\n{'ratio':90} {'value':>8}  target")
    for ratio in report.ratios.values():
        target = f"{ratio.rule.bound} {ratio.rule.target:g}" if ratio.rule.target is not None else ""
        verdict = {True: "met", False: "MISSED", None: ""}[ratio.meets_target]
        print(f"{ratio.title[:90]:90} {ratio.value:8.2f}  {target:14} {verdict}")
    # The page shows only full runs and redrawn ones; a small run is a check.
    if report.scale == "full" or keep:
        whole = _with_the_rest(report)
        RESULTS.mkdir(exist_ok=True)
        LATEST.write_text(whole.to_json() + "\n", encoding="utf-8")
        charts = page.write(whole)
        check_rendering(python, charts)
        print(f"\n{page.PAGE.relative_to(cluster.ROOT)} and {len(charts)} charts are written.")
    outside = [ratio for ratio in report.ratios.values() if not ratio.in_band]
    for ratio in outside:
        print(
            f"out of its band: {ratio.title}: {ratio.value:.2f}, not {ratio.rule.bound} {ratio.rule.band:g}",
            file=sys.stderr,
        )
    return 1 if outside and report.scale == "small" else 0


if __name__ == "__main__":
    sys.exit(main())
