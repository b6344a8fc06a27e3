"""Figures, ratios and the report that contains them."""

from __future__ import annotations

import gc
import json
import math
import os
import platform
import statistics
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

Bound = Literal["at most", "at least"]
Unit = Literal["ms", "per second", "MB", "percent"]

BANDS = Path(__file__).with_name("bands.toml")
LEAST_SAMPLES = 5


@dataclass(frozen=True)
class Figure:
    """One measured quantity.

    Attributes:
        name: stable, dotted, such as `reads.sql.list_mine.ours`.
        unit: the unit of the three values.
        median: the middle sample.
        low: the smallest sample.
        high: the largest sample.
        samples: how many there were.
        how: the exact query or command.
    """

    name: str
    unit: Unit
    median: float
    low: float
    high: float
    samples: int
    how: str

    @classmethod
    def of(cls, name: str, unit: Unit, samples: Sequence[float], how: str) -> Figure:
        """Sum up samples.

        Raises:
            ValueError: there are none.
        """
        if not samples:
            raise ValueError(f"{name} has no samples")
        return cls(name, unit, statistics.median(samples), min(samples), max(samples), len(samples), how)


@dataclass(frozen=True)
class Rule:
    """The limits of a ratio (bench/bands.toml).

    Attributes:
        bound: whether the values are upper or lower limits.
        target: the goal at full scale; None if there is none.
        band: `--scale small` fails beyond this value; None if the ratio is only reported.
        what: what its ratios compare, for people; "" if the summary omits them.
        why: what keeps a ratio from its target, if known; without a target, a known limit.
    """

    bound: Bound
    target: float | None
    band: float | None
    what: str = ""
    why: str = ""

    def holds(self, value: float, limit: float | None) -> bool:
        """Whether the value is within that limit; true if there is none."""
        if limit is None:
            return True
        return value <= limit if self.bound == "at most" else value >= limit


@dataclass(frozen=True)
class Ratio:
    """One figure relative to another of the same run.

    Attributes:
        name: stable, dotted; its rule in bands.toml is the longest entry that its name begins with.
        title: for people.
        value: the ratio of the two medians.
        rule: what it has to keep to.
    """

    name: str
    title: str
    value: float
    rule: Rule

    @property
    def meets_target(self) -> bool | None:
        """Whether the target is met; None when there is none."""
        return None if self.rule.target is None else self.rule.holds(self.value, self.rule.target)

    @property
    def in_band(self) -> bool:
        """Whether it stays in its band."""
        return self.rule.holds(self.value, self.rule.band)


def read_rules(path: Path = BANDS) -> dict[str, Rule]:
    """The rules of bands.toml, by name.

    Raises:
        ValueError: an entry has a key that is not known, or a bound that is neither.
    """
    rules: dict[str, Rule] = {}
    for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
        unknown = set(entry) - {"bound", "target", "band", "what", "why"}
        bound = entry.get("bound")
        if unknown or bound not in ("at most", "at least"):
            raise ValueError(f"{path.name}: {name}: bound is {bound!r}; unknown keys: {sorted(unknown)}")
        rules[name] = Rule(
            bound, entry.get("target"), entry.get("band"), entry.get("what", ""), entry.get("why", "")
        )
    return rules


def rule_for(name: str, rules: Mapping[str, Rule]) -> Rule:
    """The rule with the longest name that is `name` or a dotted beginning of it; one without limits else."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        rule = rules.get(".".join(parts[:length]))
        if rule is not None:
            return rule
    return Rule("at most", None, None)


@dataclass
class Report:
    """The results of one run.

    Attributes:
        scale: `small` or `full`.
        figures: by name.
        ratios: by name.
        notes: what a reader must know beside the numbers, by group.
        details: sizes and settings, by group.
        machine: what it was measured on.
        runs: the scale, the date and the machine's load when each group began.
    """

    scale: str
    figures: dict[str, Figure] = field(default_factory=dict)
    ratios: dict[str, Ratio] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    details: dict[str, dict[str, str | int | float]] = field(default_factory=dict)
    machine: dict[str, str | int] = field(default_factory=dict)
    runs: dict[str, dict[str, str]] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=read_rules)

    def begin(self, group: str) -> None:
        """Record at which scale, when, and how busy the machine was when a group began."""
        load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
        self.runs[group] = {
            "scale": self.scale,
            "when": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "load": load,
        }

    def add_missing(self, earlier: Report) -> None:
        """Copy the groups of an earlier report that this one has not measured."""
        taken = {group: run for group, run in earlier.runs.items() if group not in self.runs}
        self.runs |= taken
        self.figures |= {
            name: figure for name, figure in earlier.figures.items() if name.split(".")[0] in taken
        }
        self.ratios |= {name: ratio for name, ratio in earlier.ratios.items() if name.split(".")[0] in taken}
        self.notes |= {group: notes for group, notes in earlier.notes.items() if group in taken}
        self.details |= {group: details for group, details in earlier.details.items() if group in taken}

    def add(self, name: str, unit: Unit, samples: Sequence[float], how: str) -> Figure:
        """Record a figure."""
        figure = Figure.of(name, unit, samples, how)
        self.figures[name] = figure
        return figure

    def compare(self, name: str, title: str, this: Figure, other: Figure) -> Ratio:
        """Record the ratio of two figures' medians."""
        return self.ratio(name, title, this.median / other.median if other.median else float("inf"))

    def compare_in_turn(
        self, name: str, title: str, these: Sequence[float], others: Sequence[float]
    ) -> Ratio:
        """Record the median of the ratios of paired samples that were taken in turn.

        What changes the machine's speed for a while changes both of a pair, and not their ratio.
        """
        pairs = [this / other for this, other in zip(these, others, strict=True)]
        return self.ratio(name, title, statistics.median(pairs))

    def ratio(self, name: str, title: str, value: float) -> Ratio:
        """Record a ratio."""
        ratio = Ratio(name, title, value, rule_for(name, self.rules))
        self.ratios[name] = ratio
        return ratio

    def note(self, group: str, text: str) -> None:
        """Record a note for readers of that group."""
        self.notes.setdefault(group, []).append(text)

    def detail(self, group: str, **values: str | int | float) -> None:
        """Record sizes and settings of a group."""
        self.details.setdefault(group, {}).update(values)

    def to_json(self) -> str:
        """The report as JSON, readable and with a fixed order."""
        return json.dumps(
            {
                "scale": self.scale,
                "machine": self.machine,
                "runs": self.runs,
                "details": self.details,
                "notes": self.notes,
                "ratios": {
                    name: {
                        "title": ratio.title,
                        "value": round(ratio.value, 4),
                        "bound": ratio.rule.bound,
                        "target": ratio.rule.target,
                        "meets_target": ratio.meets_target,
                        "band": ratio.rule.band,
                        "in_band": ratio.in_band,
                    }
                    for name, ratio in self.ratios.items()
                },
                "figures": {
                    name: {key: _short(value) for key, value in asdict(figure).items() if key != "name"}
                    for name, figure in self.figures.items()
                },
            },
            indent=1,
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str, rules: Mapping[str, Rule] | None = None) -> Report:
        """Read the output of `to_json`, for the rules that apply now."""
        raw = json.loads(text)
        report = cls(
            scale=raw["scale"],
            rules=read_rules() if rules is None else rules,
            machine=raw["machine"],
            runs=raw["runs"],
            details=raw["details"],
            notes=raw["notes"],
        )
        for name, figure in raw["figures"].items():
            report.figures[name] = Figure(name=name, **figure)
        for name, ratio in raw["ratios"].items():
            report.ratios[name] = Ratio(name, ratio["title"], ratio["value"], rule_for(name, report.rules))
        return report


def _short(value: object) -> object:
    return float(f"{value:.5g}") if isinstance(value, float) else value


def milliseconds(work: Callable[[], object], repeat: int = 1) -> float:
    """How long `work` takes, in milliseconds: the mean of `repeat` consecutive calls.

    The collector of garbage is run before and kept away meanwhile, so that one call does not pay for
    another's.
    """
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        for _ in range(repeat):
            work()
        return (time.perf_counter() - start) * 1000 / repeat
    finally:
        gc.enable()


def sample_in_turn(
    works: Mapping[str, Callable[[], float]], *, rounds: int, budget_seconds: float = 60.0
) -> dict[str, list[float]]:
    """Sample several things in turn, so that disturbances of the machine affect them alike.

    Each is called once to warm up. Then all of them in each round; after five rounds the budget may end it
    early.

    Args:
        works: each returns one sample.
        rounds: how many samples of each, at least five.
        budget_seconds: no further round starts after that, once there are five.
    """
    for work in works.values():
        work()
    samples: dict[str, list[float]] = {name: [] for name in works}
    start = time.monotonic()
    for done in range(max(rounds, LEAST_SAMPLES)):
        if done >= LEAST_SAMPLES and time.monotonic() - start > budget_seconds:
            break
        for name, work in works.items():
            samples[name].append(work())
    return samples


@contextmanager
def on_one_processor(servers: Iterable[int]) -> Iterator[None]:
    """Pin this process and its servers to one processor, if the system allows that.

    To wake a processor that sleeps takes as long as a short statement does, and whether there is one to wake
    changes from sample to sample; so does which of two is the slower one.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    usual = os.sched_getaffinity(0)
    for process in (0, *servers):
        os.sched_setaffinity(process, {max(usual)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, usual)


def percentile(samples: Iterable[float], share: float) -> float:
    """The value below which that share (0 to 1) of the samples lies, by nearest rank."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]


def describe_machine() -> dict[str, str | int]:
    """What a reader must know about this machine to interpret the figures."""
    cpu = platform.processor() or "unknown"
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                cpu = line.partition(":")[2].strip()
                break
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    except (ValueError, OSError):
        memory = 0
    return {
        "cpu": cpu,
        "cores": os.cpu_count() or 0,
        "memory_gb": memory,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def resident_megabytes(pid: int) -> float:
    """The resident memory of a process in MB (2**20 bytes)."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(pid)
