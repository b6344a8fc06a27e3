"""Which part of a line a report shows, and the places in files that are not clean text."""

import pytest

from tests.py.compiler.specimen import check
from worker.compiler import Compilation, Diagnostic
from worker.compiler.report import excerpt, json_report, summary, text_report

DIGITS = "0123456789" * 30


def shown(line: str, column: int, length: int) -> tuple[str, str]:
    """Return the lines with the source and with the carets, without their margins; columns count from 1."""
    diagnostic = Diagnostic("error", "code", 1, column, 1, column + length, "", "message", "hint")
    compilation = Compilation(None, (diagnostic,), (1, 1))
    head, source, carets, hint = text_report(
        file="a.md", source=line.encode(), compilation=compilation
    ).splitlines()
    assert head == f"a.md:1:{column}: error[code]: message"
    assert hint == "  = hint: hint"
    return source.removeprefix("1 | "), carets.removeprefix("  | ")


@pytest.mark.parametrize(
    ("width", "column", "length", "begin", "end"),
    [
        # a short line is shown from its beginning
        (100, 1, 1, 0, 100),
        (100, 91, 10, 0, 100),
        (101, 91, 10, 0, 100),
        (300, 91, 10, 0, 100),
        (300, 1, 100, 0, 100),
        (300, 1, 150, 0, 100),
        (300, 2, 99, 0, 100),
        # a mark near the beginning is shown from there too, and the line is cut
        (300, 30, 80, 0, 100),
        (300, 51, 60, 0, 100),
        (300, 71, 1, 0, 100),
        (300, 2, 100, 0, 100),
        # otherwise half a width of the text before the mark is shown
        (300, 52, 60, 1, 101),
        (300, 91, 11, 40, 140),
        (300, 101, 1, 50, 150),
        (300, 200, 10, 149, 249),
        (300, 200, 100, 149, 249),
        (300, 200, 51, 149, 249),
        (300, 251, 50, 200, 300),
        (300, 252, 49, 201, 301),
        (140, 101, 5, 50, 150),
    ],
)
def test_a_long_line_is_cut_around_what_is_marked(
    width: int, column: int, length: int, begin: int, end: int
) -> None:
    line = DIGITS[:width]
    source, carets = shown(line, column, length)
    assert source == ("…" if begin else "") + line[begin:end] + ("…" if width > end else "")
    before = column - 1 - begin + (1 if begin else 0)
    assert carets == " " * before + "^" * (min(column - 1 + length, end) - column + 1)


@pytest.mark.parametrize(
    ("line", "column", "length", "source", "carets"),
    [
        ("日本 x", 4, 1, "日本 x", "     ^"),
        ("日本 x", 1, 2, "日本 x", "^^^^"),
        ("é日x", 3, 1, "é日x", "   ^"),
        ("ｆull", 2, 3, "ｆull", "  ^^^"),
        ("a\tb", 3, 1, "a b", "  ^"),
        ("a\u00a0b\x07c", 5, 1, "a b�c", "    ^"),
        ("ab", 3, 1, "ab", "  ^"),
        ("", 1, 1, "", "^"),
    ],
)
def test_carets_stand_under_what_is_marked(
    line: str, column: int, length: int, source: str, carets: str
) -> None:
    assert shown(line, column, length) == (source, carets)


def test_an_excerpt_reads_four_times_what_it_shows() -> None:
    assert excerpt(f"a{' ' * 38}b", 10) == "a b"
    assert excerpt(f"a{' ' * 39}b", 10) == "a"


def test_margins_are_as_wide_as_the_number_of_the_line() -> None:
    diagnostics = tuple(
        Diagnostic("warning", "c", line, 1, line, 2, "", "m", "h") for line in (9, 10, 100, 101)
    )
    report = text_report("f", b"x\n" * 99 + b"y", Compilation(None, diagnostics, (1, 1)))
    assert report == "".join(
        f"f:{line}:1: warning[c]: m\n{line} | {text}\n{margin} | ^\n{margin} = hint: h\n"
        for line, text, margin in ((9, "x", " "), (10, "x", "  "), (100, "y", "   "), (101, "", "   "))
    )


def test_colours_stand_around_code_caret_and_hint() -> None:
    compilation = Compilation(None, (Diagnostic("warning", "c", 1, 2, 1, 3, "", "m", "h"),), (1, 1))
    assert text_report("f", b"xy", compilation, colour=True) == (
        "f:1:2: \033[1;33mwarning[c]\033[0m: m\n"
        "\033[2m1\033[0m \033[2m|\033[0m xy\n"
        "  \033[2m|\033[0m  \033[1;33m^\033[0m\n"
        "  \033[36m= hint:\033[0m h\n"
    )


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        ((0, 0, 0), "0 files checked: no problems\n"),
        ((1, 0, 0), "1 file checked: no problems\n"),
        ((2, 0, 0), "2 files checked: no problems\n"),
        ((1, 1, 0), "1 file checked: 1 error, 0 warnings\n"),
        ((3, 0, 1), "3 files checked: 0 errors, 1 warning\n"),
        ((3, 2, 2), "3 files checked: 2 errors, 2 warnings\n"),
    ],
)
def test_the_summary_counts(counts: tuple[int, int, int], line: str) -> None:
    assert summary(*counts) == line


def test_letters_stand_in_json_as_they_are() -> None:
    """So that a report is readable, and can be found by the words of the file."""
    diagnostic = Diagnostic("error", "c", 1, 2, 1, 3, "Maß", "„x“", "日本")
    assert json_report("ü.md", Compilation(None, (diagnostic,), (1, 1))) == (
        '{"file": "ü.md", "valid": false, "definition": null, "diagnostics": [{"severity": "error", '
        '"code": "c", "line": 1, "column": 2, "end_line": 1, "end_column": 3, "section": "Maß", '
        '"message": "„x“", "hint": "日本", "args": {}}]}\n'
    )


def test_what_is_reported_cannot_be_changed() -> None:
    diagnostic = Diagnostic("error", "c", 1, 2, 1, 3, "", "m", "h")
    for said, name in ((diagnostic, "line"), (Compilation(None, (diagnostic,), (1, 1)), "definition")):
        with pytest.raises(AttributeError):
            setattr(said, name, None)
        # Other settings would be lost.
        with pytest.raises(AttributeError):
            object.__setattr__(said, "other", None)


HEAD = b"---\r\nname: x\r\n---\r\n"


@pytest.mark.parametrize(
    ("source", "message", "place", "hint"),
    [
        (HEAD + b"\xe4\x96\r\n", "byte 19 (0xE4) is not valid UTF-8", (4, 1), "is 'ä'"),
        (HEAD + "äö".encode() + b"\x96", "byte 23 (0x96) is not valid UTF-8", (4, 3), "is '–'"),
        (
            b"\xef\xbb\xbf" + HEAD + b"a\x81",
            "byte 23 (0x81) is not valid UTF-8",
            (4, 2),
            "save the file as UTF-8",
        ),
        (b"\xef\xbb\xbf\xff" + HEAD, "byte 3 (0xFF) is not valid UTF-8", (1, 1), "is 'ÿ'"),
        (b"\xef\xbb\xbf\xff", "byte 3 (0xFF) is not valid UTF-8", (1, 1), "is 'ÿ'"),
        (HEAD + b"a\0b", "the file contains one NUL byte, at byte 20", (4, 2), "save it as UTF-8"),
        (
            HEAD + "ä".encode() + b"\0\0",
            "the file contains 2 NUL bytes, the first at byte 21",
            (4, 2),
            "save it as UTF-8",
        ),
        (
            b"\xef\xbb\xbf" + HEAD + b"\0",
            "the file contains one NUL byte, at byte 22",
            (4, 1),
            "UTF-8",
        ),
    ],
)
def test_bytes_that_are_no_text_are_placed_in_the_file_as_it_is(
    source: bytes, message: str, place: tuple[int, int], hint: str
) -> None:
    found = next(d for d in check(source).diagnostics if d.code in {"invalid-utf8", "nul-byte"})
    assert (found.message, (found.line, found.column), found.end_column - found.column) == (message, place, 1)
    assert found.hint.endswith(hint)
