"""Single values and names."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.compiler.catalogue import Code
from worker.compiler.diagnostics import Diagnostic, Faults, nearest, plain, shown
from worker.compiler.lines import Lines
from worker.compiler.slices import Slice, Span
from worker.compiler.spoken_ranges import spoken_range
from worker.compiler.values import (
    close_emphasis,
    normal_key,
    parse_inline_list,
    parse_number,
    parse_range,
    parse_weight,
    unquote,
    unwrap,
)
from worker.definition import clean_name, clean_text, parse_plain_number, parse_range_key, shortest
from worker.markup import is_safe_destination, markup_faults
from worker.names import fold


def items_of(text: str) -> list[tuple[str, int]] | None:
    """Return the items of an inline list and where they begin."""
    items = parse_inline_list(Slice(text, 0, len(text)))
    if items is None:
        return None
    assert [text[item.start : item.end] for item in items] == [item.text for item in items]
    return [(item.text, item.start) for item in items]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Vision", "VISION"),
        ("Straße", "STRAẞE"),
        ("é", "e\u0301"),
        ("Å", "\u212b"),
        ("ﬁt", "FIT"),
        ("ǰ", "J\u030c"),
        ("Ω", "\u2126"),
        ("ΟΔΟΣ", "οδοσ"),
        ("Self-Awareness", "self\u2011awareness"),
        ("Team (３：１)", "team (3:1)"),
        ("Don't", "Don’t"),
        ('"We"', "“we„"),
        ("Selbst\u00adfürsorge", "Selbstfürsorge"),
        ("❤\ufe0f", "❤"),
    ],
)
def test_names_that_are_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("a", "b"), ("a", "á"), ("a b", "a  b"), ("ı", "i"), ("a", "а"), ("ß", "ss")]
)
def test_names_that_differ(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_very_long_names_are_not_normalised() -> None:
    assert fold("É" * 1000) == "e\u0301" * 1000
    assert fold("É" * 1001) == "É" * 1001
    assert fold("E" * 1000) == "e" * 1000
    assert fold("E" * 1001) == "E" * 1001


@given(st.text())
def test_folding_is_stable(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a", "a"),
        ("  a \n", "a"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\n   \nb", "a\n\nb"),
        ("a\n    b\n   c", "a\n b\nc"),
        ("a\n\tb\n\t\tc", "a\nb\n    c"),
        ("a\n \tb\n    c", "a\nb\nc"),
        ("a \n b", "a \nb"),
        ("\u00a0a\u00a0", "a"),
        ("", ""),
        ("a\n\n\n b", "a\n\n\nb"),
        ("a\nb\n  c", "a\nb\n  c"),
        ("a\n  b", "a\nb"),
    ],
)
def test_texts_have_one_form(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned
    assert clean_text(cleaned) == cleaned


@given(st.text(st.sampled_from("a b\n\r\t *")))
def test_the_form_of_texts_is_stable(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Vision", "Vision"),
        (" Vision ", "Vision"),
        ("Vision:", "Vision"),
        ("Vision::", "Vision"),
        ("Vision : ", "Vision"),
        ("**Vision**", "Vision"),
        ("*Vision*:", "Vision"),
        ("**Vision:**", "Vision"),
        ("__Vision__", "Vision"),
        ("_Vision_", "Vision"),
        ("***Vision***", "Vision"),
        ("**_Vision_**", "Vision"),
        ("`Vision`", "Vision"),
        ("**a** and **b**", "**a** and **b**"),
        ("*a* b *c*", "*a* b *c*"),
        ("**", "**"),
        ("****", "****"),
        ("**a*", "**a*"),
        ("*", "*"),
        ("*\\*", "*\\*"),
        ("a*", "a*"),
        ("** **", "** **"),
        (":", ""),
        ("Vision\u00a0:", "Vision"),
        ("*a", "*a"),
        ("C#", "C#"),
        ("_a_b_", "_a_b_"),
    ],
)
def test_names_lose_the_spelling_around_them(text: str, name: str) -> None:
    assert clean_name(text) == name


@given(st.text(st.sampled_from("ab *_`:\\\u00a0")))
def test_the_form_of_names_is_stable(text: str) -> None:
    assert clean_name(clean_name(text)) == clean_name(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", "3"),
        ("3.50", "3.50"),
        (".5", "0.5"),
        ("0", "0"),
        ("007", "7"),
        ("3.", None),
        (".", None),
        ("", None),
        ("-3", None),
        ("+3", None),
        ("3e1", None),
        ("1_0", None),
        ("３", None),
        ("²", None),
        ("1.2.3", None),
        (" 3", None),
        ("9" * 30, "9" * 30),
        ("9" * 31, None),
        ("inf", None),
        ("nan", None),
    ],
)
def test_numbers(text: str, value: str | None) -> None:
    found = parse_plain_number(text)
    assert (None if found is None else str(found)) == value


def test_numbers_may_be_emphasised_or_quoted() -> None:
    assert parse_number("**3.5**") == Decimal("3.5")
    assert parse_number('"3.5"') == Decimal("3.5")
    assert parse_number("three") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.25", "0.25"),
        ("0.250", "0.25"),
        ("25%", "0.25"),
        ("25 %", "0.25"),
        ("1/4", "0.25"),
        ("1/3", "0.333333"),
        ("1/7", "0.142857"),
        ("2/3", "0.666667"),
        ("1/0", None),
        ("a/4", None),
        ("1/b", None),
        ("1//4", None),
        ("١/٤", "0.25"),
        ("%", None),
        ("x%", None),
        ("10", "10"),
        ("", None),
        ("1/" + "0" * 28 + "4", "0.25"),
        ("1/" + "0" * 29 + "4", None),
        ("**25%**", "0.25"),
        ("1", "1"),
    ],
)
def test_weights(text: str, value: str | None) -> None:
    found = parse_weight(text)
    assert (None if found is None else str(found)) == value


@pytest.mark.parametrize(
    ("number", "short"), [("1.0", "1"), ("0.20", "0.2"), ("10", "10"), ("0.0", "0"), ("1E-2", "0.01")]
)
def test_weights_in_their_shortest_form(number: str, short: str) -> None:
    assert str(shortest(Decimal(number))) == short


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("[1, 2]", ("1", "2")),
        ("[1,2.50]", ("1", "2.50")),
        ("1-2", ("1", "2")),
        ("1 – 2", ("1", "2")),
        ("1—2", ("1", "2")),
        ("1 to 2", ("1", "2")),
        ("2-1", ("2", "1")),
        (r"\[1, 2\]", ("1", "2")),
        ("**1-2**", ("1", "2")),
        ("1", None),
        ("[1]", None),
        ("[1, 2", None),
        ("1, 2", None),
        ("1to2", None),
        ("[1, 2, 3]", None),
        ("1-2-3", None),
        ("a-b", None),
        ("", None),
        ("[1, ]", None),
        ("`[1, 2]`", ("1", "2")),
        ("[1-2]", None),
        ("-1-2", ("-1", "2")),
    ],
)
def test_ranges(text: str, bounds: tuple[str, str] | None) -> None:
    found = parse_range(text)
    assert (None if found is None else tuple(map(str, found))) == bounds


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("3 bis 4", ("3", "4")),
        ("between 3 and 4", ("3", "4")),
        ("3 and 4", None),
        ("3 of 4", None),
        ("3 bis 3", None),
        ("4 bis 3", None),
        ("3 or 4", None),
        (f"3{' ' * 58}4", ("3", "4")),
        (f"3{' ' * 59}4", None),
    ],
)
def test_two_numbers_in_other_words(text: str, bounds: tuple[str, str] | None) -> None:
    found = spoken_range(text)
    assert (None if found is None else (str(found.low), str(found.high))) == bounds


@pytest.mark.parametrize(
    ("key", "bounds"),
    [
        ("3", ("3", "3")),
        ("3-4", ("3", "4")),
        ("3.5-4.0", ("3.5", "4.0")),
        ("a", None),
        ("3-", None),
        ("-4", None),
        ("3-4-5", None),
    ],
)
def test_rubric_keys(key: str, bounds: tuple[str, str] | None) -> None:
    found = parse_range_key(key)
    assert (None if found is None else tuple(map(str, found))) == bounds


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ('"a"', "a"),
        ("“a”", "a"),
        ("„a“", "a"),
        ("«a»", "a"),
        ("'a'", "a"),
        ("‘a’", "a"),
        ('"a', '"a'),
        ('""', '""'),
        ('"', '"'),
        ('"a" or "b"', '"a" or "b"'),
        ('""a""', '"a"'),
        ('" a "', "a"),
        ('"   "', '"   "'),
        ("“a” or “b”", "“a” or “b”"),
        ("a", "a"),
        ("“a ” b”", "“a ” b”"),
        ("'it''", "'it''"),
        ('"""', '"""'),
    ],
)
def test_one_pair_of_quotation_marks_is_dropped(text: str, inner: str) -> None:
    assert unquote(text) == inner


def test_values_are_unwrapped() -> None:
    assert unwrap('**"a"**') == "a"
    assert unwrap("a") == "a"


@pytest.mark.parametrize(
    ("key", "rest", "split"),
    [
        ("**a", "** b", ("a", "b")),
        ("**a", "b**", ("a", "b")),
        ("**a**", "b", ("**a**", "b")),
        ("a", "b", ("a", "b")),
        ("**a", "b", ("**a", "b")),
        ("`a", "` b", ("a", "b")),
        ("*a", "* b", ("a", "b")),
        ("_a", "_b", ("a", "b")),
        ("", "b", ("", "b")),
    ],
)
def test_emphasis_around_key_and_colon(key: str, rest: str, split: tuple[str, str]) -> None:
    source = f"{key}:{rest}"
    whole = Slice(source, 0, len(source))
    closed = close_emphasis(*whole.split(len(key)))
    assert (closed[0].text, closed[1].text) == split
    assert [source[part.start : part.end] for part in closed] == list(split)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("[a, b]", [("a", 1), ("b", 4)]),
        ("[]", []),
        ("[ ]", []),
        ("[a,]", [("a", 1)]),
        ("[a, , b]", [("a", 1), ("", 4), ("b", 6)]),
        ('["a, b", c]', [("a, b", 2), ("c", 9)]),
        ("[a(b, c), d]", [("a(b, c)", 1), ("d", 10)]),
        ("[`a, b`]", [("`a, b`", 1)]),
        ("[don't, stop]", [("don't", 1), ("stop", 8)]),
        ("['a, b']", [("a, b", 2)]),
        ("[“a, b]", [("“a", 1), ("b", 5)]),
        ("[a", None),
        ("a]", None),
        ("[", None),
        ("", None),
        ("[a], b]", None),
        ("[(a]", None),
        ("[a)]", None),
        ('["a",]', [("a", 2)]),
        ('["a" , "b]', [("a", 2), ('"b', 7)]),
        ("[[a, b], c] ", [("[a, b]", 1), ("c", 9)]),
        ("[`a, b]", [("`a", 1), ("b", 5)]),
    ],
)
def test_inline_lists(text: str, items: list[tuple[str, int]] | None) -> None:
    assert items_of(text) == items


def test_keys_without_noise() -> None:
    assert normal_key(" **Score\\_Range-`x`\t") == "scorerangex"


@pytest.mark.parametrize(
    ("kind", "destination", "safe"),
    [
        ("Inline", "https://a", True),
        ("Inline", "HTTP://a", True),
        ("Inline", "mailto:a@b", True),
        ("Email", "a@b", True),
        ("Inline", "javascript:a", False),
        ("Inline", "", False),
        ("Inline", "/a", False),
        ("Autolink", "ftp://a", False),
        ("Inline", "https:a", False),
        ("Inline", "httpsx://a", False),
    ],
)
def test_links(kind: str, destination: str, safe: bool) -> None:
    assert is_safe_destination(kind, destination) == safe


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("plain", []),
        ("a < b", []),
        (
            "<b>",
            [
                ("raw-html", "<b>"),
            ],
        ),
        ("a\n\n<div>\nx\n", [("raw-html", "<div>"), ("raw-html", "x")]),
        ("[a](b)", [("unsafe-link", "b")]),
        ("![a](b)", [("unsafe-link", "b")]),
        ("[a](https://b) *c*\nd", []),
        ("<a@b.org>", []),
        ("[a]\n\n[a]: b", [("unsafe-link", "b")]),
        ("`<b>`", []),
        ("- <!-- x", [("raw-html", "<!-- x")]),
    ],
)
def test_markup(text: str, faults: list[tuple[str, str]]) -> None:
    assert list(markup_faults(text)) == faults


def test_texts_of_the_author_are_shown_on_one_line() -> None:
    assert plain("a\n  b\x1b[31m") == "a b�[31m"
    assert plain("x" * 60) == "x" * 60
    assert plain("x" * 61) == "x" * 59 + "…"
    assert plain(" " * 200) == "…"
    assert plain("a\tb", 3) == "a b"
    assert shown("x") == "`x`"


def test_the_nearest_name() -> None:
    assert nearest("visoin", ["Vision", "Trust"]) == "Vision"
    assert nearest("VISION", ["Vision"]) == "Vision"
    assert nearest("zzz", ["Vision"]) is None
    assert nearest("a" * 1000, ["a" * 1000]) == "a" * 1000
    assert nearest("x", []) is None


def test_lines_and_columns() -> None:
    text = "aé\n\nb😀c"
    places = {0: (1, 1), 1: (1, 2), 2: (1, 3), 3: (2, 1), 4: (3, 1), 5: (3, 2), 6: (3, 3)}
    # Back and forth, often enough that lines are looked up and counted.
    lines = Lines(text)
    for at in [*places, *reversed(places), *places, 6, 0, 3] * 10:
        assert lines.position(at) == places[at]
        assert lines.line(at) == places[at][0]


def test_errors_are_kept_in_order_and_counted() -> None:
    lines = Lines("ab\ncd\n")
    faults = Faults()
    assert faults.render(lines) == ()
    faults.add(Code.RANGE_GAP, Span(4, 5), "b", "second", lambda: "worked out")
    faults.add(Code.WEIGHTS_SUM, Span(0, 9), "a", "first", "hint")
    assert faults.fatal
    first, second = faults.render(lines)
    assert first == Diagnostic("error", "weights-sum", 1, 1, 2, 3, "a", "first", "hint")
    assert second.to_dict() == {
        "severity": "warning",
        "code": "range-gap",
        "line": 2,
        "column": 2,
        "end_line": 2,
        "end_column": 3,
        "section": "b",
        "message": "second",
        "hint": "worked out",
        "args": {},
    }
    more = Faults()
    more.add_error(Code.RANGE_GAP, Span(0, 0), "", "", "")
    assert more.fatal
    gathered = Faults()
    gathered.extend(more)
    assert gathered.fatal
    assert (gathered.render(lines)[0].end_line, gathered.render(lines)[0].end_column) == (1, 2)


@pytest.mark.parametrize(
    ("count", "message", "severity"),
    [
        (100, None, None),
        (101, "one more problem was found from here on", "warning"),
        (102, "2 more problems were found from here on", "warning"),
        (4000, "3900 more problems were found from here on", "warning"),
    ],
)
def test_what_is_not_shown_is_counted(count: int, message: str | None, severity: str | None) -> None:
    faults = Faults()
    for at in reversed(range(count)):
        faults.add(Code.RANGE_GAP, Span(at, at + 1), "", str(at), "")
    assert not faults.fatal
    found = faults.render(Lines("x" * 5000))
    assert [d.message for d in found[:100]] == [str(at) for at in range(100)]
    if message is None:
        assert len(found) == 100
    else:
        assert (found[100].message, found[100].severity, found[100].column) == (message, severity, 101)


def test_an_error_among_what_is_not_shown_is_an_error() -> None:
    for place in (100, 150, 3000):
        faults = Faults()
        for at in range(4000):
            faults.add(Code.WEIGHTS_SUM if at == place else Code.RANGE_GAP, Span(at, at + 1), "", "", "")
        assert faults.render(Lines("x" * 5000))[100].severity == "error"
