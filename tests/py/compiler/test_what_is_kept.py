"""How many errors are stored and shown, and how much of an author's text."""

import pytest

from worker.compiler import compile_markdown
from worker.compiler.catalogue import SPECIMEN, Code
from worker.compiler.diagnostics import Faults, plain
from worker.compiler.lines import Lines
from worker.compiler.slices import Span
from worker.definition import definition_size

LINES = Lines("x" * 9000)


def filled(count: int, first: int = 0, code: Code = Code.RANGE_GAP) -> Faults:
    """Return a collection with this many errors, at one byte each."""
    faults = Faults()
    for at in range(first, first + count):
        faults.add(code, Span(at, at + 1), "", str(at), "")
    return faults


@pytest.mark.parametrize(
    ("count", "held", "dropped"),
    [(1, 1, 0), (101, 101, 0), (1999, 1999, 0), (2000, 101, 1899), (2001, 102, 1899), (3899, 101, 3798)],
)
def test_what_will_not_be_shown_is_not_held(count: int, held: int, dropped: int) -> None:
    faults = filled(count)
    assert (len(faults.found), faults.dropped) == (held, dropped)


def test_what_is_taken_over_is_counted_with_what_was_there() -> None:
    faults = filled(1990, 3000)
    faults.extend(filled(1500))
    assert len(faults.found) == 3490
    faults.add(Code.RANGE_GAP, Span(7000, 7001), "", "", "")
    assert (len(faults.found), faults.dropped) == (101, 3390)
    faults.extend(filled(2500, 100))
    *shown, more = faults.render(LINES)
    assert [d.message for d in shown] == [str(at) for at in range(100)]
    assert more.message == "5891 more problems were found from here on"
    assert (more.severity, more.line, more.column, more.hint) == (
        "warning",
        1,
        101,
        "fix the first 100 and check again",
    )


@pytest.mark.parametrize("late", [True, False])
def test_an_error_that_was_dropped_before_it_is_taken_over_stays_an_error(late: bool) -> None:
    many = filled(1999)
    many.add(Code.WEIGHTS_SUM, Span(8000, 8001), "", "", "")
    assert many.dropped_error
    assert many.fatal
    few = filled(1)
    first, second = (few, many) if late else (many, few)
    first.extend(second)
    assert first.fatal
    assert first.dropped_error
    assert first.render(LINES)[100].severity == "error"


def test_the_first_that_is_not_shown_decides_too() -> None:
    faults = filled(100)
    faults.add(Code.WEIGHTS_SUM, Span(100, 101), "", "", "")
    assert not faults.dropped_error
    assert faults.render(LINES)[100].severity == "error"
    faults = filled(99)
    faults.add(Code.WEIGHTS_SUM, Span(99, 100), "", "", "")
    faults.add(Code.RANGE_GAP, Span(100, 101), "", "", "")
    assert faults.render(LINES)[100].severity == "warning"


def test_a_caret_marks_one_character_at_least() -> None:
    assert [d.end_column - d.column for d in compile_markdown(b"").diagnostics] == [1]
    assert [d.end_column - d.column for d in compile_markdown(b"x" * 512_001).diagnostics] == [1]
    faults = Faults()
    faults.add(Code.RANGE_GAP, Span(3, 3), "", "", "")
    faults.add(Code.RANGE_GAP, Span(4, 9), "", "", "")
    faults.add(Code.RANGE_GAP, Span(5, 30), "", "", "")
    ends = [(d.end_line, d.end_column) for d in faults.render(Lines("abcd äö  \nxyz"))]
    assert ends == [(1, 5), (1, 8), (2, 4)]


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("a  b", 60, "a  b"),
        ("a" + " " * 100 + "b", 60, "a b"),
        ("a" + " " * 118 + "b", 60, "a b"),
        ("a" + " " * 119 + "b", 60, "a…"),
        ("a" + " " * 200 + "b", 60, "a…"),
        ("x" * 59 + " y", 60, "x" * 59 + "…"),
        ("x" * 58 + "\n y", 60, "x" * 58 + " y"),
        ("x" * 10, 10, "x" * 10),
        ("x" * 11, 10, "x" * 9 + "…"),
        ("a\x00b\x85c\u200bd", 60, "a�b c�d"),
        ("", 60, ""),
        ("\n", 60, ""),
    ],
)
def test_a_text_of_the_author_is_cut(text: str, limit: int, shown: str) -> None:
    assert plain(text, limit) == shown


@pytest.mark.parametrize(
    ("code", "as_error", "severity"),
    [
        (Code.UNKNOWN_KEY, False, "warning"),
        (Code.UNKNOWN_KEY, True, "error"),
        (Code.WEIGHTS_SUM, False, "error"),
        (Code.WEIGHTS_SUM, True, "error"),
    ],
)
def test_an_error_is_fatal_and_a_warning_is_not(code: Code, as_error: bool, severity: str) -> None:
    faults = Faults()
    (faults.add_error if as_error else faults.add)(code, Span(0, 1), "", "", "")
    assert faults.fatal == (severity == "error")
    assert [d.severity for d in faults.render(LINES)] == [severity]


def test_a_definition_may_be_as_large_as_a_file_but_no_larger() -> None:
    head, tail = SPECIMEN.split("Can be told bad news.")
    plain_ = compile_markdown(f"{head}x{tail}".encode()).definition
    assert plain_ is not None
    room = 512_000 - definition_size(plain_)
    # A quotation mark takes two bytes in the definition.
    quotes = room // 2
    text = "x" * (1 + room % 2) + '"' * quotes
    assert len(text) < 300_000
    largest = compile_markdown(f"{head}{text}{tail}".encode())
    assert largest.diagnostics == ()
    assert largest.definition is not None
    assert definition_size(largest.definition) == 512_000
    larger = compile_markdown(f"{head}{text}x{tail}".encode())
    assert larger.definition is None
    (found,) = larger.diagnostics
    assert (found.code, found.line, found.column, found.end_column) == ("definition-too-large", 1, 1, 2)
    assert found.message == "the definition has 512,001 bytes; at most 512,000 are allowed"


@pytest.mark.parametrize("weight", ["0.39", "0.41"])
def test_weights_may_sum_to_a_hundredth_more_or_less(weight: str) -> None:
    text = SPECIMEN.replace("weight: 0.4", f"weight: {weight}")
    assert compile_markdown(text.encode()).diagnostics == ()
    further = text.replace(weight, weight + "1" if weight > "0.4" else "0.3899")
    assert [d.code for d in compile_markdown(further.encode()).diagnostics] == ["weights-sum"]


def test_a_large_file_may_have_a_small_definition() -> None:
    text = SPECIMEN.replace("Can be told bad news.", "x" * 100_000)
    assert compile_markdown(text.encode()).valid
    assert compile_markdown((SPECIMEN + "\n" * (512_000 - len(SPECIMEN))).encode()).valid
