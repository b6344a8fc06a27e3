"""Charts are well-formed, and stay within their frame."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from bench.charts import Bar, Mark, bar_chart

_SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("log", [False, True])
def test_a_chart_has_a_bar_and_a_label_for_each_value(log: bool) -> None:
    bars = [Bar("first & <only>", 0.05), Bar("second", 2.0, 1), Bar("third", 700.0)]
    text = bar_chart("Title", "ms", bars, ("ours", "theirs"), [Mark(2.0, "2")], log=log)
    root = ET.fromstring(text)
    width = float(root.attrib["width"])
    rects = root.findall(f"{_SVG}rect")
    assert len(rects) == 1 + 2 + 3
    assert all(float(rect.attrib.get("x", 0)) + float(rect.attrib["width"]) <= width for rect in rects)
    assert "first & <only>" in [node.text for node in root.findall(f"{_SVG}text")]


def test_longer_values_have_longer_bars() -> None:
    text = bar_chart("T", "ms", [Bar("a", 1.0), Bar("b", 10.0), Bar("c", 100.0)], ("ours",), log=True)
    widths = [float(width) for width in re.findall(r'width="([0-9.]+)" height="16"', text)]
    assert widths == sorted(widths)
    assert len(set(widths)) == 3


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        bar_chart("T", "ms", [], ())
