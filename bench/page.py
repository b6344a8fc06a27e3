"""Writes docs/benchmarks.md and its charts from one run's report."""

# The lines of the page are kept whole.
# ruff: noqa: E501

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.charts import Bar, Mark, bar_chart
from bench.cluster import HERE, ROOT
from bench.measure import Figure, Ratio, Report, rule_for

PAGE = ROOT / "docs" / "benchmarks.md"
CHARTS = ROOT / "docs" / "benchmarks"
CHANGES = HERE / "changes.md"

_GROUPS = {
    "reads": "Reads under row-level security",
    "writes": "Writes",
    "versions": "Versions",
    "evidence": "Evidence",
    "compiler": "The compiler",
    "pipeline": "The pipeline",
    "neighbours": "Neighbours",
}
_ABOUT = {
    "reads": """\
The same rows in three schemas on one server: **ours** with its policies; the **literal** schema, exactly as first specified
(`bench/literal_schema.sql`); and the **limit**: plain tables, read by their owner without row-level security, with the
tenant named in every query and the best index for each (`bench/limit_schema.sql`). Everything is in memory. A sample is the
median over the same 25 tenants, each asking twice. For SQL it is the time of the prepared statement alone, in a transaction
in which role and claims were set before, as PostgREST does. Over PostgREST it is the time of the whole request; there the
limit is `service_role`, to which no policy applies. A ratio is the median of the ratios of samples taken one after the other,
so that a temporary load on the machine slows both.""",
    "writes": """\
Assessments of 7 KB with eight dimensions. Ours validates the definition, generates the slug and sets version, status and
dates; the literal schema checks almost nothing, and its writer must supply the slug.""",
    "versions": """\
What it costs that every content in use is kept. An edit of an active assessment makes a version, the same edit of a draft
makes none. `interview_context` pins its session at the first call; it is compared with reading the same answer from the session
and the assessment by plain SQL, as their owner, and with inserting one row. Reads of versions, with five for each assessment,
are among the reads above.""",
    "evidence": """\
The check of quotes finds a rater's quotes in the respondent's turns, as [evidence.md](evidence.md#quotes) says. It is measured in the
database's CPU time, since it waits for nothing. Of 1,000 quotes in 500 KB of turns with 500 characters, 800 are as they were said, 50 each in
capitals within marks, of another turn, with other white space, and invented. A completion checks a transcript of 50 KB and keeps it.""",
    "compiler": """\
Compiling means reading front matter, blocks and fields, checking names, sums, ranges and coverage, and building the
definition, with the place of every error. It is compared with only tokenising the file (markdown-it-py), and with only
reading the events of the parser in use (pulldown-cmark through pyromark).""",
    "pipeline": """\
Our jobs go through the Supabase client, a gateway and PostgREST, as in production; the other queues talk to Postgres
directly. All use the same server in the same run. An empty job is claimed, finished and kept as a finished row. PGQueuer uses
the batch size with which it is fastest here; pgmq is read and deleted with plain SQL, without a client, and keeps no
record.""",
    "neighbours": """\
How much one tenant can slow down another. A neighbour repeatedly uploads a small file, lists its assessments and has an interview
scored: first alone, then while an ordinary account attacks. Each attack once caused an outage. One worker serves both. A ratio
compares the 99th percentiles of one run.""",
}


def write(report: Report) -> list[Path]:
    """Write the page and its charts; the charts' files."""
    CHARTS.mkdir(parents=True, exist_ok=True)
    charts = {name: chart for name, chart in _charts(report) if chart}
    for name, chart in charts.items():
        (CHARTS / f"{name}.svg").write_text(chart, encoding="utf-8")
    PAGE.write_text(text(report, charts.keys()), encoding="utf-8")
    return [CHARTS / f"{name}.svg" for name in charts]


def text(report: Report, charts: Iterable[str]) -> str:
    """The page, with these charts."""
    machine = report.machine
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench` from `bench/results/latest.json`; do not edit. Every claim is a ratio of two figures that were",
        "measured in one run on one machine; the same command repeats it.",
        "",
        *_summary(report),
        "## The machine and the runs",
        "",
        (
            f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB; {machine['system']}; Python "
            f"{machine['python']}; Postgres {machine.get('postgres', '?')}. The load is the average of the last 1, 5 and 15 minutes "
            "when the group began. It includes earlier groups and other work on the same cores, which widens every spread."
        ),
        "",
        "| group | scale | measured | load |",
        "| --- | --- | --- | --- |",
        *(
            f"| {title} | {run['scale']} | {run['when']} | {run['load']} |"
            for group, title in _GROUPS.items()
            if (run := report.runs.get(group))
        ),
        "",
        "Postgres's settings that differ from its defaults: " + _settings(machine) + ".",
        "",
        *(
            [
                (
                    "**The machine was busy with other work during these measurements**, so single ratios can be off by a half or "
                    "more. The targets are for a quiet machine and the full scale; a ratio near its target proves little here."
                ),
                "",
            ]
            # An earlier group raises the load of the next one only; other work raises that of all.
            if all(float(run["load"].split(",")[0]) > 1 for run in report.runs.values())
            else []
        ),
        "Each figure is the median of at least five samples, shown with the lowest and highest. A small run",
        "(`make bench SCALE=small`) fails if a ratio leaves its band, which is wider than the target, since the machines that check",
        "changes are small and shared.",
        "",
    ]
    names = list(charts)
    for group, title in _GROUPS.items():
        ratios = [ratio for name, ratio in report.ratios.items() if name.split(".")[0] == group]
        figures = [figure for name, figure in report.figures.items() if name.split(".")[0] == group]
        if not figures:
            continue
        lines += [f"## {title}", "", _ABOUT[group], ""]
        lines += [
            f"![{title}: {name.replace('_', ' ')}](benchmarks/{name}.svg)\n"
            for name in names
            if name.startswith(group)
        ]
        lines += [
            "| ratio | this run | target | | band | figures |",
            "| --- | ---: | --- | --- | --- | --- |",
        ]
        lines += [
            f"| {ratio.title} | {ratio.value:.2f} | {_limit(ratio, ratio.rule.target)} | {_verdict(ratio)} "
            f"| {_limit(ratio, ratio.rule.band)} | {ratio.name.partition('.')[2]} |"
            for ratio in ratios
        ]
        lines += ["", *(f"{note}\n" for note in dict.fromkeys(report.notes.get(group, [])))]
        details = report.details.get(group, {})
        if details:
            sizes = "; ".join(f"{name}: {value:,}" if not isinstance(value, str) else f"{name}: {value}"
                              for name, value in details.items())  # fmt: skip
            lines += [f"Sizes and settings: {sizes}.", ""]
        lines += _figures(figures)
    lines += ["## Optimisations and their effect", "", CHANGES.read_text(encoding="utf-8").strip(), ""]
    return "\n".join(lines)


def _settings(machine: dict[str, str | int]) -> str:
    settings = [f"`{name[9:]} = {value}`" for name, value in machine.items() if name.startswith("postgres.")]
    return ", ".join(settings) or "none"


def _limit(ratio: Ratio, limit: float | None) -> str:
    return f"{ratio.rule.bound} {limit:g}" if limit is not None else ""


def _verdict(ratio: Ratio) -> str:
    return {True: "met", False: "**missed**", None: ""}[ratio.meets_target]


def _in_order(report: Report) -> list[Ratio]:
    """The ratios, in the order of their groups on the page."""
    return [
        ratio for group in _GROUPS for ratio in report.ratios.values() if ratio.name.split(".")[0] == group
    ]


def _summary(report: Report) -> list[str]:
    """The summary: a line for each kind of work, the missed targets with reasons, and known limits."""
    kinds: dict[str, list[Ratio]] = {}
    for ratio in _in_order(report):
        what = rule_for(ratio.name, report.rules).what
        if what:
            kinds.setdefault(what, []).append(ratio)
    lines = ["## In short", "", "| work, compared with | this run | target | |", "| --- | --- | --- | --- |"]
    for what, ratios in kinds.items():
        values = [ratio.value for ratio in ratios]
        summary = f"{statistics.median(values):.2f}"
        if len(values) > 1:
            summary += f" (median of {len(values)}, {min(values):.2f} to {max(values):.2f})"
        missed = sum(ratio.meets_target is False for ratio in ratios)
        verdict = f"**{missed} missed**" if missed and len(ratios) > 1 else "**missed**" if missed else "met"
        if ratios[0].rule.target is None:
            verdict = ""
        lines.append(f"| {what} | {summary} | {_limit(ratios[0], ratios[0].rule.target)} | {verdict} |")
    lines += ["", *_missed(report)]
    return lines


def _missed(report: Report) -> list[str]:
    missed = [ratio for ratio in _in_order(report) if ratio.meets_target is False]
    limits = [ratio for ratio in _in_order(report) if ratio.rule.target is None and ratio.rule.why]
    return [
        *(["Missed:", "", *_with_reasons(missed, report), ""] if missed else ["Every target is met.", ""]),
        *(["Known limits, without a target:", "", *_with_reasons(limits, report), ""] if limits else []),
    ]


def _with_reasons(listed: Sequence[Ratio], report: Report) -> Iterable[str]:
    reasons: dict[str, list[Ratio]] = {}
    for ratio in listed:
        reasons.setdefault(rule_for(ratio.name, report.rules).why, []).append(ratio)
    # Ratios without a reason yet come last.
    for why, ratios in sorted(reasons.items(), key=lambda item: not item[0]):
        values = "; ".join(f"{ratio.title}: **{ratio.value:.2f}**" for ratio in ratios)
        yield f"- {values}." + (f" {why}" if why else "")


def _figures(figures: Sequence[Figure]) -> list[str]:
    lines = [
        "<details><summary>Every figure, with its query or command</summary>",
        "",
        "| figure | median | lowest | highest | samples | query or command |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for figure in figures:
        name = figure.name.partition(".")[2]
        how = figure.how.replace("|", "\\|").replace("\n", " ")
        unit = {"ms": "ms", "per second": "/s", "MB": "MB", "percent": "%"}[figure.unit]
        lines.append(
            f"| {name} | {_short(figure.median)} {unit} | {_short(figure.low)} | {_short(figure.high)} | {figure.samples} "
            f"| `{how}` |"
        )
    return [*lines, "", "</details>", ""]


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _charts(report: Report) -> Iterable[tuple[str, str]]:
    yield from _read_charts(report)
    yield from _write_charts(report)
    yield from _version_charts(report)
    yield from _compiler_charts(report)
    yield from _pipeline_charts(report)


def _read_charts(report: Report) -> Iterable[tuple[str, str]]:
    figures = report.figures
    titles = {name: ratio.title.rpartition(":")[0] for name, ratio in report.ratios.items()}
    for way, title in (
        ("sql", "Time of a read, SQL"),
        ("rest", "Time of a read, the whole request over PostgREST"),
    ):
        bars = []
        for name in report.ratios:
            if not name.startswith(f"reads.{way}."):
                continue
            for series, schema in enumerate(("ours", "literal", "limit")):
                figure = figures.get(f"{name}.{schema}")
                if figure is not None:
                    label = titles[name] if schema == "ours" else ""
                    bars.append(Bar(label, figure.median, series, f"{_short(figure.median)} ms"))
        if bars:
            yield (
                f"reads_{way}",
                bar_chart(title, "milliseconds", bars, ("ours", "literal schema", "limit"), log=True),
            )
    growth = []
    for name, ratio in report.ratios.items():
        if name.startswith("reads.growth."):
            key = name.rpartition(".")[2]
            tenth, once = (
                figures.get(f"reads.sql.{key}.literal_tenth"),
                figures.get(f"reads.sql.{key}.literal"),
            )
            growth.append(Bar(ratio.title.rpartition(":")[0], ratio.value, 0))
            if tenth is not None and once is not None:
                growth.append(Bar("", once.median / tenth.median, 1))
    if growth:
        yield (
            "reads_growth",
            bar_chart(
                "How much longer a read takes with ten times as many tenants",
                "times",
                growth,
                ("ours, ten times the full size", "literal schema, the full size and a tenth of it"),
                [Mark(1.3, "1.3")],
                log=True,
            ),
        )


def _write_charts(report: Report) -> Iterable[tuple[str, str]]:
    figures = report.figures
    inserts = [
        Bar(title, figures[name].median, series, f"{_short(figures[name].median)} ms")
        for name, title, series in (
            ("writes.row_by_row.bare", "a bare heap", 2),
            ("writes.row_by_row.literal", "literal schema, its owner", 1),
            ("writes.row_by_row.literal_tenant", "literal schema, as authenticated", 1),
            ("writes.row_by_row.ours", "ours, the owner", 0),
            ("writes.row_by_row.ours_tenant", "ours, as authenticated", 0),
        )
        if name in figures
    ]
    if inserts:
        yield (
            "writes_insert",
            bar_chart(
                "Insert of an assessment, one statement per row",
                "milliseconds per row",
                inserts,
                ("ours", "literal schema", "bare"),
            ),
        )
    slugs = [
        Bar(f"{int(name.rpartition('.')[2]):,}th equal name", figure.median, 0, f"{figure.median:.3f} ms")
        for name, figure in figures.items()
        if name.startswith("writes.slug.")
    ]
    if slugs:
        yield "writes_slugs", bar_chart("Insert of the n-th equal name", "milliseconds", slugs, ("ours",))


def _version_charts(report: Report) -> Iterable[tuple[str, str]]:
    for chart, title, ours, theirs, series in (
        ("edit", "An edit of an assessment", "with", "without", ("with versions", "without")),
        (
            "context_first",
            "The first interview_context of a session",
            "ours",
            "plain",
            ("ours", "a plain read and insert"),
        ),
        ("context_later", "A later interview_context", "ours", "plain", ("ours", "a plain read")),
    ):
        bars = []
        for name in report.ratios:
            if name.startswith(f"versions.{chart}."):
                size = int(name.rpartition(".")[2])
                for place, part in enumerate((ours, theirs)):
                    figure = report.figures[f"{name}.{part}"]
                    label = "" if place else f"{size // 1000:,} KB"
                    bars.append(Bar(label, figure.median, place, f"{_short(figure.median)} ms"))
        if bars:
            yield f"versions_{chart}", bar_chart(title, "milliseconds", bars, series, log=True)


def _compiler_charts(report: Report) -> Iterable[tuple[str, str]]:
    figures = report.figures
    compiled = []
    for name, ratio in report.ratios.items():
        if name.startswith("compiler.markdown_it."):
            key = name.rpartition(".")[2]
            title = ratio.title.partition(":")[0]
            for series, (kind, label) in enumerate((("ours", title), ("markdown_it", ""), ("pyromark", ""))):
                figure = figures[f"compiler.{key}.{kind}"]
                compiled.append(Bar(label, figure.median, series, f"{_short(figure.median)} ms"))
    if compiled:
        yield (
            "compiler",
            bar_chart(
                "Compiling a file",
                "milliseconds",
                compiled,
                ("compiled", "only tokenised by markdown-it-py", "only the parser's events"),
                log=True,
            ),
        )


def _pipeline_charts(report: Report) -> Iterable[tuple[str, str]]:
    figures = report.figures
    queues = [
        Bar(title, figures[name].median, series)
        for name, title, series in (
            ("pipeline.nothing.ours_1", "ours, one worker", 0),
            ("pipeline.nothing.ours_2", "ours, two workers", 0),
            ("pipeline.nothing.pgqueuer", "PGQueuer at its best", 1),
            ("pipeline.nothing.procrastinate", "procrastinate", 1),
            ("pipeline.nothing.pgmq_50", "raw pgmq, 50 at a time", 2),
            ("pipeline.nothing.pgmq_500", "raw pgmq, 500 at a time", 2),
        )
        if name in figures
    ]
    if queues:
        yield (
            "pipeline_nothing",
            bar_chart(
                "Empty jobs",
                "jobs per second",
                queues,
                ("ours", "other queues", "the limit"),
                log=True,
            ),
        )
    uploads = [
        Bar(title, figures[name].median, series)
        for name, title, series in (
            ("pipeline.uploads.ours_1", "one worker", 0),
            ("pipeline.uploads.ours_2", "two workers", 0),
            ("pipeline.uploads.markdown_it", "one worker that only tokenises", 1),
        )
        if name in figures
    ]
    if uploads:
        yield (
            "pipeline_uploads",
            bar_chart(
                "Real uploads of 10 KB, from queue to assessment",
                "uploads per second",
                uploads,
                ("ours", "markdown-it-py"),
            ),
        )
    shares = [
        Bar(name.rpartition(".")[2].replace("_", " "), figure.median, 0, f"{figure.median:.0f} %")
        for name, figure in figures.items()
        if name.startswith("pipeline.share.")
    ]
    if shares:
        yield (
            "pipeline_shares",
            bar_chart("Where a worker's time goes with real uploads", "percent", shares, ("ours",)),
        )
    latencies = [
        Bar(title, figures[name].median, series, f"{_short(figures[name].median)} ms")
        for name, title, series in (
            ("pipeline.latency.two_requests", "two bare requests", 2),
            ("pipeline.latency.listen", "idle, with LISTEN", 0),
            ("pipeline.latency.poll", "idle, without LISTEN", 0),
            ("pipeline.latency.load", "under 200 uploads per second", 0),
            ("pipeline.latency.behind", "behind another tenant's backlog", 0),
        )
        if name in figures
    ]
    if latencies:
        yield (
            "pipeline_latency",
            bar_chart(
                "From upload to succeeded, median",
                "milliseconds",
                latencies,
                ("ours", "", "the limit"),
                log=True,
            ),
        )
