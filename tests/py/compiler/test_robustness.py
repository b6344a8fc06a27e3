"""No input raises, hangs or takes more than linear time."""

import gc
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.py.compiler.specimen import check
from tests.py.compiler.strategies import MARKS, ODD, WORDS
from tests.py.harness.examples import examples
from worker.compiler import Compilation, compile_markdown, fix_source, format_source
from worker.compiler.catalogue import SPECIMEN
from worker.compiler.report import github_report, json_report, text_report

BROKEN = Path(__file__).parents[3] / "examples" / "broken.md"
CORPUS = [*sorted((Path(__file__).parent / "corpus").iterdir()), BROKEN]
HTML = ["<b>", "</b>", "<div>", "<!--", "-->", "<?", "<![CDATA[", "[x](y)", "[x]: y", "![", "<a:b>"]
KEYS = [
    "- weight: ",
    "- description: ",
    "- scores: ",
    "- overall: ",
    "- category: ",
    "### ",
    "## ",
    "# ",
    "  - ",
    "\n",
    "\n\n",
    "1/3",
    "25%",
]
YAML = [
    "---\n",
    "name: ",
    "version: ",
    "scale: [",
    "&a ",
    "*a",
    "!x ",
    "? ",
    "| \n",
    "> \n",
    "{",
    "}",
    "'",
    "#",
    "interview_style: ",
]
PARTS = st.lists(st.sampled_from([*WORDS, *MARKS, *ODD, *HTML, *KEYS, *YAML]), max_size=40).map("".join)


def everything(source: bytes) -> None:
    """Compile a source, and use the compilation in every way."""
    compilation = check(source)
    assert text_report("a.md", source, compilation, colour=True).count("= hint:") == len(
        compilation.diagnostics
    )
    assert json_report("a.md", compilation).endswith("}\n")
    assert github_report("a.md", compilation).count("\n") == len(compilation.diagnostics)
    normal = source.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = normal.split(b"\n")
    places = [(d.line, d.column) for d in compilation.diagnostics]
    assert places == sorted(places)
    for d in compilation.diagnostics:
        assert 1 <= d.line <= len(lines)
        assert 1 <= d.column <= len(lines[d.line - 1].decode(errors="replace")) + 1
        assert "\n" not in d.message + d.hint + d.section
    for unsafe in (False, True):
        fixed = fix_source(source, unsafe=unsafe)
        assert bool(fixed.applied) == (fixed.source != source)
        assert errors(fixed.compilation) <= errors(compilation)
    formatted = format_source(source)
    assert (formatted is None) == (compilation.definition is None)
    if formatted is not None and compilation.definition is not None:
        again = compile_markdown(formatted.encode())
        assert again.definition == compilation.definition
        assert format_source(formatted.encode()) == formatted


def errors(compilation: Compilation) -> int:
    return sum(diagnostic.severity == "error" for diagnostic in compilation.diagnostics)


@settings(max_examples=examples(300), deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes(source: bytes) -> None:
    everything(source)


@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PARTS, PARTS)
def test_random_markdown_and_yaml(yaml: str, body: str) -> None:
    everything(body.encode())
    everything(f"---\nname: x\n{yaml}\n---\n{body}".encode())


@settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(SPECIMEN)), st.integers(0, 30), PARTS | st.text(max_size=5))
def test_random_edits_of_a_valid_file(at: int, length: int, new: str) -> None:
    everything((SPECIMEN[:at] + new + SPECIMEN[at + length :]).encode())


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_what_fuzzing_found_of_interest(path: Path) -> None:
    everything(path.read_bytes())


def _body(text: str) -> Callable[[int], str]:
    """Return a file of about n characters: a valid beginning, then a text repeatedly."""
    head = "---\nname: x\n---\n## Dimensions\n### A\n- weight: 1\n- description: x\n"
    return lambda n: head + text * (n // len(text))


def _after(head: str, text: str, tail: str = "") -> Callable[[int], str]:
    return lambda n: _body("x")(0) + head + text * (n // len(text)) + tail


def _yaml(text: str) -> Callable[[int], str]:
    return lambda n: "---\nname: x\n" + text * (n // len(text)) + "\n---\n## Dimensions\n"


def _many(size: int, head: str, text: str) -> str:
    """Return about this many characters: a heading and items, each with its own number."""
    return f"{head}\n" + "".join(text.format(f"{i:05}") for i in range(size // len(text.format("00000"))))


_DIMENSION = "### Dimension of some kind {}\n- weight: 0.1\n- description: x\n"
_CATEGORY = "### Category {0}\n- score_range: 1-5\n- description: x\n"
_REFERRING = _CATEGORY + "- primary_dimensions: [Dimention of sme kind {0}x]\n"
_EXAMPLE = "### Example {0}\n- scores: [A: 1]\n- overall: 1\n"
LIST = "- interview_themes: ["
HOSTILE: dict[str, Callable[[int], str]] = {
    **{
        f"body {text!r}": _body(text)
        for text in (
            "[",
            "[](",
            "`",
            "*a_ ",
            "*",
            "- ",
            ">",
            "> ",
            "### a\n",
            "## a\n",
            "# a\n",
            "#### a\n",
            "&amp;",
            "&#x;",
            "- weight: 1\n",
            "- weigt: 1\n",
            "weight: 1\n",
            "- interview_themes:\n- a\n",
            "- b\n  - a\n",
            "#### weight\n\n1\n\n",
            "```\n\n",
            "- a\n",
            "a\n\n",
            "<b>",
            "</b>",
            "<!--",
            "<?",
            "<![CDATA[",
            "<div>\n\n",
            "<!A",
            "- <x\n",
            "[a](b:c)",
            "![",
            "<a:b>",
            "```\n",
            "~~~\n",
            "```\n## a\n",
            "---\n",
            "a\n---\n",
            "\\",
            "|a|b|\n|-|-|\n",
            " ",
            "\t",
            "a",
            ":",
            "\n",
            "\x00",
            "\r",
            "### B\n- wieght: 1\n",
            "### a\n- weight: 1\n- description: x\n",
            "## Dimensions\n",
            "[a]: b\n\n[a]\n",
            "+\n",
            "1. a\n",
            "\u00e9",
        )
    },
    **{f"list {text!r}": _after(LIST, text, "]") for text in ("a,", "“a,", "'a", "[", '"a",', "`", "a]")},
    **{
        f"themes {text!r}": _after("- interview_themes:\n", text)
        for text in ("  - a\n", "  - a\n\n  b\n", "  -\n", "    - a\n")
    },
    **{
        f"rubric {text!r}": _after("- scoring_rubric:\n", text)
        for text in ("  - 1-2: a\n", "  - a: a\n", "  - 1: a\n")
    },
    **{f"number {text!r}": _after("### B\n- weight: ", text) for text in ("1", "1/", "%", ".", "1-")},
    **{
        f"questions {text!r}": _after("## Interview Guidelines\n### Probing Questions\n", text)
        for text in (
            "- q: b\n",
            "- a:",
            "- When exploring q: b\n",
            "#### q\n- a\n",
            "- A:\n  - b\n",
            "- qqq:\n  - b\n",
            "text\n\n",
        )
    },
    **{
        f"guidelines {text!r}": _after("## Interview Guidelines\n", text)
        for text in ("### q\n", "### Opening\n", "> a\n")
    },
    **{
        f"categories {text!r}": _after("## Result Categories\n", text)
        for text in ("### c\n- score_range: 1-5\n- description: x\n", "### c\n- primary_dimensions: [q]\n")
    },
    **{
        f"examples {text!r}": _after(
            "## Result Categories\n### c\n- score_range: 1-5\n- description: x\n## Examples\n", text
        )
        for text in ("### c\n- scores: [A: 3]\n- overall: 4\n", "### c\n- scores: [A: 9]\n- category: d\n")
    },
    **{f"name {text!r}": _after("### ", text) for text in ("*", ":", "#", "_*", "`")},
    **{
        f"yaml {text!r}": _yaml(text)
        for text in (
            "- ",
            "[",
            "{",
            "a: 'b\n",
            'b: "\\x41',
            "k: v\n",
            "é: é\n",
            "a: &a b\n",
            "a: *a\n",
            "? ",
            "a: b: c\n",
            "#\n",
            "long",
            " a\n",
            "a: !x b\n",
            "!",
            "%",
            "&",
            "*",
            ",",
            "\t",
            "a: \x07\n",
            "--- a\n",
            "'a'\n",
            "- a\n",
            "b: {c: [d]}\n",
            "-\n",
            "...\n",
            "a: |\n b\n",
        )
    },
    "nested lists": lambda n: _body("x")(0) + "".join(" " * (2 * i) + "- a\n" for i in range(int(n**0.5))),
    "runs of backticks": lambda n: _body("x")(0) + "".join("`" * i + " " for i in range(int((2 * n) ** 0.5))),
    "nested yaml": lambda n: (
        "---\n" + "".join(" " * i + "a:\n" for i in range(int((2 * n) ** 0.5))) + "---\n"
    ),
    "yaml bomb": lambda n: (
        "---\na: &a [x,x]\n" + "".join(f"b{i}: &b{i} [*a,*a]\n" for i in range(n // 20)) + "---\n"
    ),
    "5,000-digit numbers": lambda n: _body("x")(0) + f"### B\n- weight: {'1' * 5000}\n" * (n // 5020),
    # Many items of one kind besides many of another: comparisons must not be quadratic.
    "categories beside examples": lambda n: (
        _body("x")(0)
        + _many(n // 2, "## Result Categories", _CATEGORY)
        + _many(n // 2, "## Examples", _EXAMPLE)
    ),
    "dimensions beside examples": lambda n: (
        _body(_DIMENSION)(0)
        + _many(n // 2, "", _DIMENSION)
        + "## Result Categories\n"
        + _CATEGORY.format(0)
        + _many(n // 2, "## Examples", _EXAMPLE)
    ),
    "dimensions beside questions": lambda n: (
        _body("x")(0)
        + _many(n // 2, "", _DIMENSION)
        + _many(n // 2, "## Interview Guidelines\n### Probing Questions", "- Dimention of sme kind {}x: a?\n")
    ),
    "dimensions beside references": lambda n: (
        _body("x")(0)
        + _many(n // 2, "", _DIMENSION)
        + _many(
            n // 2, "## Result Categories", _CATEGORY + "- primary_dimensions: [Dimention of sme kind {0}x]\n"
        )
    ),
    "categories beside expectations": lambda n: (
        _body("x")(0)
        + _many(n // 2, "## Result Categories", _CATEGORY)
        + _many(n // 2, "## Examples", "### {0}\n- scores: [A: 3]\n- category: Catgory {0}y\n")
    ),
    "ranges that do not meet": lambda n: (
        _body("x")(0) + _many(n, "## Result Categories", "### Category {0}\n- score_range: 1.{0}-1.{0}\n")
    ),
    "colons in a name and in a question": lambda n: (
        _body("x")(0)
        + f"### B{':a' * (n // 4)}\n- weight: 1\n- description: x\n"
        + f"## Interview Guidelines\n### Probing Questions\n- {':a' * (n // 4)}\n"
    ),
    "names with more and more colons": lambda n: (
        _body("x")(0)
        + "".join(f"### B{':a' * i}\n- weight: 1\n- description: x\n" for i in range(int((n / 2) ** 0.5)))
        + f"## Interview Guidelines\n### Probing Questions\n- {':a' * (n // 4)}\n"
    ),
    "sections beside unknown ones": lambda n: (
        _body("x")(0) + "## Dimensions\n" * (n // 30) + "## x\n" * (n // 10)
    ),
    "sections between unknown ones": lambda n: _body("x")(0) + "## x\n## Dimensions\n" * (n // 20),
    "code blocks before white space": lambda n: "---\n---\n" + "```\n" * (n // 8) + " \n" * (n // 4),
    "different fields": lambda n: _body("x")(0) + "".join(f"- w{i}: 1\n" for i in range(n // 12)),
}


@pytest.mark.parametrize("shape", HOSTILE)
def test_hostile_files_take_linear_time(shape: str) -> None:
    make = HOSTILE[shape]
    small, large = (make(size).encode()[:size] for size in (10_000, 80_000))
    # Eight times the size may take twenty times as long, including noise. There are three attempts, so that
    # other load on the machine does not matter.
    attempts = [(_seconds(small), _seconds(large))]
    while len(attempts) < 3 and not _is_linear(attempts):
        attempts.append((_seconds(small), _seconds(large)))
    assert _is_linear(attempts), attempts


def _is_linear(attempts: list[tuple[float, float]]) -> bool:
    smallest = min(small for small, _ in attempts)
    return min(large for _, large in attempts) <= 20 * smallest + 0.05


def _seconds(source: bytes) -> float:
    # Without the garbage collector, which would also scan what earlier tests left in memory.
    gc.disable()
    try:
        begin = time.process_time()
        compile_markdown(source)
        return time.process_time() - begin
    finally:
        gc.enable()


def test_a_file_of_the_largest_size_is_read_and_a_larger_one_is_not() -> None:
    assert [d.code for d in check(b"x" * 512_001).diagnostics] == ["file-too-large"]
    assert "file-too-large" not in [d.code for d in check(b"x" * 512_000).diagnostics]
