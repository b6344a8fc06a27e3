"""Bar charts as SVG: small, without scripts or embedded fonts, readable on light and dark pages."""

# The lines of an SVG are kept whole.
# ruff: noqa: E501

from __future__ import annotations

import math
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

_WIDTH = 900
_LABELS = 370
_RIGHT = 90
_ROW = 24
_HEAD = 58
_FOOT = 34
_COLOURS = ("#2f6f9f", "#c8763a", "#7f8c8d", "#5b8c5a", "#8e6bae")


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes:
        label: beside it.
        value: its length; above 0.
        series: its colour: 0 is ours, the next are others.
        text: the value as it is written; the plain number when empty.
    """

    label: str
    value: float
    series: int = 0
    text: str = ""


@dataclass(frozen=True)
class Mark:
    """A vertical line, such as a target."""

    value: float
    label: str


def bar_chart(  # noqa: PLR0913  a chart's parts, each with a meaning of its own
    title: str,
    unit: str,
    bars: Sequence[Bar],
    series: Sequence[str],
    marks: Sequence[Mark] = (),
    *,
    log: bool = False,
) -> str:
    """Draw horizontal bars.

    Args:
        title: above the chart.
        unit: what the axis counts.
        bars: from top to bottom.
        series: the names of the colours in use.
        marks: vertical lines.
        log: whether the axis is logarithmic, for values that differ by orders of magnitude.

    Raises:
        ValueError: there is no bar.
    """
    if not bars:
        raise ValueError(f"{title}: nothing to draw")
    values = [bar.value for bar in bars] + [mark.value for mark in marks]
    top = max(values)
    bottom = min(values)
    if log:
        low, high = math.floor(math.log10(bottom)), math.ceil(math.log10(top * 1.01))
    else:
        low, high = 0, 1
    room = _WIDTH - _LABELS - _RIGHT

    def x(value: float) -> float:
        share = (math.log10(value) - low) / (high - low) if log else value / (top * 1.02)
        return _LABELS + max(1.0, share * room)

    height = _HEAD + _ROW * len(bars) + _FOOT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img" font-family="system-ui, Segoe UI, Helvetica, Arial, DejaVu Sans, sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="16" y="24" font-size="16" font-weight="600" fill="#1c2833">{escape(title)}</text>',
    ]
    left = 16.0
    for index, name in enumerate(series):
        parts.append(f'<rect x="{left:.0f}" y="36" width="11" height="11" fill="{_COLOURS[index]}"/>')
        parts.append(f'<text x="{left + 16:.0f}" y="46" fill="#424949">{escape(name)}</text>')
        left += 34 + 7.2 * len(name)
    bottom_y = _HEAD + _ROW * len(bars)
    ticks = [10.0**power for power in range(low, high + 1)] if log else [top * part / 4 for part in range(5)]
    for tick in ticks:
        at = x(tick) if tick else float(_LABELS)
        parts += [
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{_HEAD - 4}" y2="{bottom_y}" stroke="#e5e7e9"/>',
            f'<text x="{at:.1f}" y="{bottom_y + 16}" text-anchor="middle" fill="#707b7c" font-size="11">{_number(tick)}</text>',
        ]
    parts.append(
        f'<text x="{_WIDTH - 16}" y="{bottom_y + 30}" text-anchor="end" fill="#707b7c" font-size="11">{escape(unit)}</text>'
    )
    for row, bar in enumerate(bars):
        y = _HEAD + row * _ROW
        end = x(bar.value)
        parts.append(
            f'<text x="{_LABELS - 8}" y="{y + 15}" text-anchor="end" fill="#1c2833">{escape(bar.label)}</text>'
            f'<rect x="{_LABELS}" y="{y + 3}" width="{end - _LABELS:.1f}" height="{_ROW - 8}" '
            f'fill="{_COLOURS[bar.series]}"/>'
            f'<text x="{end + 6:.1f}" y="{y + 15}" fill="#1c2833">{escape(bar.text or _number(bar.value))}</text>'
        )
    for mark in marks:
        at = x(mark.value)
        parts += [
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{_HEAD - 4}" y2="{bottom_y}" stroke="#922b21" stroke-width="1.5" stroke-dasharray="4 3"/>',
            f'<text x="{at:.1f}" y="{_HEAD - 8}" text-anchor="middle" fill="#922b21" font-size="11">{escape(mark.label)}</text>',
        ]
    parts.append("</svg>\n")
    return "\n".join(parts)


def _number(value: float) -> str:
    if value == 0:
        return "0"
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def check_rendering(python: Path, files: Sequence[Path]) -> None:
    """Render each file with resvg, in its environment, and check that something is drawn.

    Raises:
        RuntimeError: a file does not render, or renders to one plain colour.
    """
    program = (
        "import sys, resvg_py\n"
        "for path in sys.argv[1:]:\n"
        "    png = bytes(resvg_py.svg_to_bytes(svg_path=path))\n"
        "    assert png[:8] == b'\\x89PNG\\r\\n\\x1a\\n' and len(png) > 1000, (path, len(png))\n"
    )
    result = subprocess.run(
        [python, "-c", program, *files], capture_output=True, text=True, check=False, cwd="/"
    )
    if result.returncode != 0:
        raise RuntimeError(f"a chart does not render: {result.stderr[-1000:]}")
