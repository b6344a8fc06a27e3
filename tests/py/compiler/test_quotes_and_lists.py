"""Quotation marks and separators of inline lists, at the edges where one character decides."""

import pytest

from worker.compiler.slices import Slice
from worker.compiler.values import parse_inline_list, parse_range, parse_weight, unquote


def items_of(text: str) -> list[tuple[str, int]] | None:
    """Return the items of an inline list and where they begin."""
    items = parse_inline_list(Slice(text, 0, len(text)))
    if items is None:
        return None
    assert [text[item.start : item.end] for item in items] == [item.text for item in items]
    return [(item.text, item.start) for item in items]


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ('"abc', '"abc'),
        ('abc"', 'abc"'),
        ("(abc)", "(abc)"),
        ("“abc“", "abc"),
        ("““a””", "“a”"),
        ("“”a””", "“”a””"),
        ("“a” “b””", "“a” “b””"),
        ('""""', '""""'),
        ('"""a"""', '""a""'),
        ('"a"b"', '"a"b"'),
        ('"a', '"a'),
        ('"a"', "a"),
        ("„a“", "a"),
        ("„a”", "a"),
        ("«»", "«»"),
        ("„a„b“", "„a„b“"),
        ('""a"', '""a"'),
        ('"a""', '"a""'),
        ("'  '", "'  '"),
    ],
)
def test_only_a_pair_around_the_whole_is_dropped(text: str, inner: str) -> None:
    assert unquote(text) == inner


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("[it's, o'clock]", [("it's", 1), ("o'clock", 7)]),
        ("[it's, 'o, clock']", [("it's", 1), ("o, clock", 8)]),
        ('[a "b, c" d]', [('a "b', 1), ('c" d', 7)]),
        ("[\n 'a, b',\n\t'c, d']", [("a, b", 4), ("c, d", 13)]),
        ("[a `b, c` d, e]", [("a `b, c` d", 1), ("e", 13)]),
        ("[(a, b), [c, (d, e)], f]", [("(a, b)", 1), ("[c, (d, e)]", 9), ("f", 22)]),
        ("[(a, b) c, d]", [("(a, b) c", 1), ("d", 11)]),
        ("[a), (b]", None),
        ("[(a), (b]", None),
        ("[()]", [("()", 1)]),
        ("['a]", [("'a", 1)]),
        ("['a, 'b']", [("'a, 'b'", 1)]),
        ("['', a]", [("''", 1), ("a", 5)]),
        ("[“a, b”, „c, d“, «e, f»]", [("a, b", 2), ("c, d", 10), ("e, f", 18)]),
        ("['a, b]", [("'a", 1), ("b", 5)]),
        ("[', a, b]", [("'", 1), ("a", 4), ("b", 7)]),
        ("[,]", [("", 1)]),
        ("[ , ]", [("", 2)]),
        ("[`,`, ]", [("`,`", 1)]),
        ("[a  ,  b]", [("a", 1), ("b", 7)]),
        ("[(a),b,c]", [("(a)", 1), ("b", 5), ("c", 7)]),
        ("[(a)  ,  (b)]", [("(a)", 1), ("(b)", 9)]),
        ("[a]b", None),
        ("[]]", None),
        ("[[]", None),
        ("]", None),
        ("[]", []),
    ],
)
def test_what_separates_the_items_of_a_list(text: str, items: list[tuple[str, int]] | None) -> None:
    assert items_of(text) == items


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("0.10", "0.1"),
        ("10%", "0.1"),
        ("5%", "0.05"),
        ("12.5 %", "0.125"),
        ("100", "100"),
        ("1/6", "0.166667"),
        ("5/6", "0.833333"),
        ("3/2000000", "0.000002"),
        ("1/2000001", "0"),
        ("0/5", "0"),
        ("1/2/", None),
        ("/2", None),
        ("1/", None),
        ("1/ä", None),
        ("1%%", None),
        ("50\\%", "0.5"),
        ("50 \\%", "0.5"),
        ("1" * 15 + "/" + "2" * 15, "0.5"),
        ("1" * 15 + "/" + "2" * 16, None),
    ],
)
def test_spelled_weights(text: str, weight: str | None) -> None:
    found = parse_weight(text)
    assert (None if found is None else f"{found:f}") == weight


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("[1,2]", "1 2"),
        ("[1, 2", None),
        ("[1, 23", None),
        ("[1 2]", None),
        ("1, 2]", None),
        ("1 to 2 to 3", None),
        ("1 - to 2", None),
        ("1-2 to 3", None),
        ("**[1, 2]**", "1 2"),
        ('"1 to 2"', "1 2"),
        ("1\\-2", "1 2"),
        ("[1\\, 2]", "1 2"),
        ("[1;2]", "1 2"),
        ("[,]", None),
        ("1−2", "1 2"),
    ],
)
def test_spelled_ranges(text: str, bounds: str | None) -> None:
    found = parse_range(text)
    assert (None if found is None else f"{found[0]} {found[1]}") == bounds
