"""The front matter at its edges: where it begins and ends, and the last value that is allowed."""

import pytest

from tests.py.compiler.specimen import check, definition, edited, fixed, length, said
from worker.compiler.catalogue import SPECIMEN
from worker.compiler.fixing import apply_fixes
from worker.compiler.front_matter import without_wrapping

BODY = SPECIMEN[SPECIMEN.index("## Dimensions") :]
Said = tuple[str, int, int, int, str]


def all_said(source: str) -> list[Said]:
    """Return code, line, column, length and hint of everything that is said."""
    return [(d.code, d.line, d.column, length(source, d), d.hint) for d in check(source).diagnostics]


NAME = "add a line `name:` with the name of the assessment"
CLOSE = "write a line `---` after its last key"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("---\n---\n" + BODY, [("missing-key", 1, 1, 3, NAME)]),
        ("\n\n---\n---\n" + BODY, [("missing-key", 3, 1, 3, NAME)]),
        ("---\n" + BODY, [("unclosed-front-matter", 1, 1, 3, CLOSE), ("missing-key", 1, 1, 3, NAME)]),
        ("\n---\nname: x\n" + BODY, [("unclosed-front-matter", 2, 1, 3, CLOSE)]),
        ("---\nname: x\n##  No section\n---\n" + BODY, []),
        (
            "---\nname: x\n---",
            [("missing-section", 3, 3, 1, "Dimensions"), ("missing-section", 3, 3, 1, "Result Categories")],
        ),
        (
            "\n\nSure!\nHere:\n---\nname: x\n---\n" + BODY,
            [("misplaced-front-matter", 3, 1, 5, "delete everything before the first `---` line")],
        ),
        (
            "\n~~~markdown\n---\nname: x\n---\n" + BODY + "\n~~~",
            [
                (
                    "fenced-file",
                    2,
                    1,
                    11,
                    "delete this line, and the line that closes the block and everything after it",
                )
            ],
        ),
    ],
    ids=range(8),
)
def test_where_the_front_matter_begins_and_ends(source: str, expected: list[Said]) -> None:
    found = [
        (*fault[:4], fault[4].partition("## ")[2].partition("`")[0])
        if fault[0] == "missing-section"
        else fault
        for fault in all_said(source)
    ]
    assert found == expected


@pytest.mark.parametrize("count", [1, 18, 19])
def test_so_many_lines_may_stand_before_it_and_it_is_found(count: int) -> None:
    assert all_said("x\n" * count + SPECIMEN) == [
        ("misplaced-front-matter", 1, 1, 1, "delete everything before the first `---` line")
    ]


@pytest.mark.parametrize("count", [20, 21])
def test_no_front_matter_is_looked_for_behind_twenty_lines(count: int) -> None:
    assert all_said("x\n" * count + SPECIMEN)[0][:4] == ("missing-front-matter", 1, 1, 1)


def test_a_rule_without_keys_under_it_is_no_front_matter() -> None:
    assert all_said("x\n\n---\n\nname: x\n" + BODY)[0][:4] == ("missing-front-matter", 1, 1, 1)


@pytest.mark.parametrize(
    ("text", "unwrapped"),
    [
        ("a\n```", "a\n   "),
        ("a\n~~~~\n\n", "a\n    \n\n"),
        ("a\n``", "a\n``"),
        ("a\n~~\n", "a\n~~\n"),
        ("a\n``` b", "a\n``` b"),
        ("a\nb", "a\nb"),
        ("ab\ncdef\n`````  \n", "ab\ncdef\n       \n"),
        ("a\n```\n\nb\nc\n", "a\n   \n\n \n \n"),
        ("a\n```x\nb\n```\n", "a\n```x\nb\n```\n"),
        ("a\n```x\nb\n```\n```\nc", "a\n```x\nb\n```\n   \n "),
    ],
)
def test_the_line_that_closes_a_wrapped_file_is_blanked(text: str, unwrapped: str) -> None:
    found = without_wrapping(text, 0)
    assert (found.rstrip(), len(found)) == (unwrapped.rstrip(), len(unwrapped))


def test_sixty_four_brackets_are_not_too_many() -> None:
    text = definition(edited(("version: 1.0", f'author: "{"[" * 32}{"{" * 32}"'))).metadata.author
    assert text == "[" * 32 + "{" * 32
    assert said(edited(("version: 1.0", f'author: "{"[" * 33}{"{" * 32}"'))) == [("yaml-too-deep", 2, 1)]


ONE_A_LINE = "write one `key: value` per line; put texts with `:`, `#`, quotes or brackets in quotes"
DEEP = "the front matter takes only short values, one `key: value` per line; write long texts in the body"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("scale: [[[1]]]", [("yaml-too-deep", 3, 10, 1, DEEP)]),
        ("scale: {a: {b: {c: d}}}", [("yaml-too-deep", 3, 16, 1, DEEP)]),
        # What stands before it was read; what stands behind it is not.
        (
            "a: : b\nscale: [[[1]]]\nc: : d",
            [("yaml-syntax", 3, 4, 1, 'write `a: ": b"`'), ("yaml-too-deep", 4, 10, 1, DEEP)],
        ),
        ("scale: [[[1]]]\nc: : d", [("yaml-too-deep", 3, 10, 1, DEEP)]),
    ],
)
def test_reading_ends_where_it_is_nested_too_deep(lines: str, expected: list[Said]) -> None:
    assert all_said(edited(("version: 1.0", lines))) == expected


@pytest.mark.parametrize("nothing", ["", "# a comment", "\n\n", "--- # a comment"])
def test_a_front_matter_of_nothing_lacks_its_name(nothing: str) -> None:
    assert all_said(f"---\n{nothing}\n---\n{BODY}") == [("missing-key", 1, 1, 3, NAME)]


NO_KEY = "write one `key: value` per line"
TWO_SPACES = "begin the line with two spaces instead of the tab"
NO_TAB = "delete the tab: the line is not indented"
AS_OTHERS = "indent it as the others are"
ALIKE = "start every key at the beginning of its line, and indent its content by two spaces"


@pytest.mark.parametrize(
    ("lines", "place", "hint"),
    [
        # A line without a key is named, also when it is nothing in YAML.
        ("~", (2, 1, 1), NO_KEY),
        ("null", (2, 1, 4), NO_KEY),
        ("name: x\n''\nversion: 1.0", (3, 1, 2), NO_KEY),
        ("name: x\n\nHello there\nversion: 1.0", (4, 1, 11), NO_KEY),
        # Keys that are not indented alike are not mended by quotes.
        (" name: x\nversion: 1.0", (2, 2, 7), AS_OTHERS),
        ("  name: x\n version: 1.0\ntype: comparative", (2, 3, 7), AS_OTHERS),
        ("name: x\n version: 1.0", (3, 9, 1), ALIKE),
        ("name: x\n version:", (3, 9, 1), ALIKE),
        ("name: x\nversion: 1: 0", (3, 11, 1), ONE_A_LINE),
        # The line is mended where it has a key and a value.
        ("\na: : b", (3, 4, 1), ONE_A_LINE),
        ("a: : b\tc", (2, 4, 1), ONE_A_LINE),
        ("name: x\n(a): : c", (3, 6, 1), ONE_A_LINE),
        ("name: x\n- a:", (3, 1, 1), ONE_A_LINE),
        ("name: x\n- a: b", (3, 1, 1), ONE_A_LINE),
        ("[", (2, 1, 1), ONE_A_LINE),
        ("name: x\nauthor: : " + "b" * 196, (3, 9, 1), f'write `author: ": {"b" * 196}"`'),
        ("name: x\nauthor: : " + "b" * 197, (3, 9, 1), "put the value in quotes"),
        # A tab.
        ("name:\n\tx", (3, 1, 1), TWO_SPACES),
        (
            "name: x\ninterview_style:\n default: 3\n\tallow_override: true",
            (5, 1, 1),
            TWO_SPACES,
        ),
        ("name: x\nauthor: y\n\tb", (4, 1, 1), NO_TAB),
    ],
)
def test_where_the_yaml_is_wrong_and_how_it_is_fixed(
    lines: str, place: tuple[int, int, int], hint: str
) -> None:
    assert all_said(f"---\n{lines}\n---\n{BODY}") == [("yaml-syntax", *place, hint)]
    for before in range(1, 9):
        line, column, length = place
        moved = "\n" * before + f"---\n{lines}\n---\n{BODY}"
        assert all_said(moved) == [("yaml-syntax", line + before, column, length, hint)]


def test_a_key_at_a_wrong_place_is_distinguished_from_a_value_without_quotes() -> None:
    for lines, problem in (
        ("name: x\n version: 1.0", "this key is not indented like the one above"),
        ("name: x\nversion: 1: 0", "a value that contains `: ` needs quotes"),
    ):
        (found,) = check(f"---\n{lines}\n---\n{BODY}").diagnostics
        assert found.message == f"the YAML cannot be read: {problem}"


def test_a_thousand_entries_of_a_broken_front_matter_are_read() -> None:
    keys = "".join(f"k{number}: v\n" for number in range(1500))
    *_, last = check(f"---\nname: x\na: : b\n{keys}---\n{BODY}").diagnostics
    # The name, what is wrong and 998 unknown keys, of which 99 are shown.
    assert last.message == "899 more problems were found from here on"


def test_any_number_of_empty_lines_may_stand_before_it() -> None:
    assert definition("\n" * 2000 + SPECIMEN) == definition(SPECIMEN)


@pytest.mark.parametrize("before", range(13))
def test_a_first_line_is_marked_as_a_whole(before: int) -> None:
    for source, code, size in (
        ("Sure!\nHere:\n---\nname: x\n---\n" + BODY, "misplaced-front-matter", 5),
        ("Sure!\nHere:\n" + BODY, "missing-front-matter", 5),
        ("---  \nname: x\n" + BODY, "unclosed-front-matter", 3),
        ("---\n---\n" + BODY, "missing-key", 3),
        ("~~~markdown\n---\nname: x\n---\n" + BODY + "\n~~~", "fenced-file", 11),
    ):
        first = all_said("\n" * before + source)[0]
        assert first[:4] == (code, before + 1, 1, size)


def test_an_unclosed_front_matter_ends_where_the_first_section_behind_it_begins() -> None:
    source = "Hello\n## Notes\n---\nname: x\n\n" + BODY
    assert [fault[:2] for fault in all_said(source)] == [
        ("misplaced-front-matter", 1),
        ("unclosed-front-matter", 3),
    ]


@pytest.mark.parametrize("name", ["x", "xy"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_an_unclosed_front_matter_is_closed_on_a_line_of_its_own(name: str, end: str) -> None:
    text = f"---\nname: {name}{end}"
    fix = check(text).diagnostics[0].fix
    assert fix is not None
    assert apply_fixes(text.encode(), [fix]).decode() == f"---\nname: {name}\n---\n" + end


def test_a_line_of_a_text_that_looks_like_a_key_is_text() -> None:
    text = f"---\nname: x\ndescription: >\n  a\n  note: b\n  name: c\n---\n{BODY}"
    assert all_said(text) == []


@pytest.mark.parametrize("version", ["1.0", "1.10", "10.20"])
def test_a_tab_is_replaced_where_it_is(version: str) -> None:
    text = f"---\nname: x\nversion: {version}\ninterview_style:\n\tdefault: 3\n---\n{BODY}"
    assert fixed(text) == text.replace("\t", "  ")


def test_a_key_that_is_indented_alone_is_moved_to_the_beginning_of_its_line() -> None:
    text = f"---\n name: x\nversion: 1.0\n---\n{BODY}"
    assert fixed(text) == text.replace(" name", "name")


def test_a_text_behind_other_values_is_looked_at_for_comments() -> None:
    text = f"---\nname: x\nversion: 1.0\nauthor: Team #1\n---\n{BODY}"
    assert said(text) == [("cut-value", 4, 14)]


def test_a_name_of_two_hundred_characters_is_not_too_long() -> None:
    assert definition(edited(("Team Check", "ä" * 200))).metadata.name == "ä" * 200
    (found,) = check(edited(("Team Check", "ä" * 201))).diagnostics
    assert (found.code, found.line, found.column, found.end_column - found.column) == (
        "invalid-name",
        2,
        7,
        201,
    )
    assert found.message == "the name has 201 characters; at most 200 are allowed"


SCALE = "write two numbers from 0 to 100 in brackets, the lower first"
VERSION = "write two whole numbers separated by a point"


@pytest.mark.parametrize(
    ("line", "code", "place", "hint"),
    [
        ("scale: [7, 2]", "invalid-scale", (8, 6), SCALE),
        ("scale: 5.5-2.50", "invalid-scale", (8, 8), SCALE),
        ("scale: [2, 2]", "invalid-scale", (8, 6), SCALE),
        ("scale: [one, 5]", "invalid-scale", (8, 8), SCALE),
        ("scale: [1, 5, 6]", "invalid-scale", (8, 9), SCALE),
        ("scale: [[1], 5]", "invalid-scale", (8, 8), SCALE),
        (
            "scale: [1, 100.1]",
            "invalid-scale",
            (8, 10),
            SCALE,
        ),
        ("scale:", "invalid-scale", (7, 1), SCALE),
        ("scale: 5.0-1", "invalid-scale", (8, 5), "write `scale: [1, 5.0]`"),
        ("author: {a: b}", "invalid-value", (9, 6), "write a single value after `author:`"),
        ("description: [a]", "invalid-value", (14, 3), "write a single value after `description:`"),
        (
            "interview_style: {default: {a: b}}",
            "invalid-value",
            (28, 6),
            "write a single value after `default:`",
        ),
        ("interview_style: [3]", "invalid-value", (18, 3), "write a single value after `interview_style:`"),
        ("type: {a: b}", "invalid-value", (7, 6), "write a single value after `type:`"),
        ("version: 1.000000000", "invalid-version", (10, 11), "write `version: 1.0`"),
        ("version: 1234567890.0", "invalid-version", (10, 12), VERSION),
        ("version: 1.x.3", "invalid-version", (10, 5), VERSION),
        ("version: vV3", "invalid-version", (10, 3), VERSION),
    ],
)
def test_what_a_key_cannot_have(line: str, code: str, place: tuple[int, int], hint: str) -> None:
    (found,) = check(edited(("version: 1.0", line))).diagnostics
    assert (found.code, found.line, (found.column, found.end_column - found.column), found.hint) == (
        code,
        3,
        place,
        hint,
    )


@pytest.mark.parametrize(
    "line",
    ["scale: [0, 100]", "scale: [0, 5]", "scale: 0.5-5.0", "version: 999999999.999999999", "version: 0.0"],
)
def test_the_last_value_that_is_allowed(line: str) -> None:
    compilation = check(edited(("version: 1.0", line)))
    assert compilation.valid
    assert {d.code for d in compilation.diagnostics} <= {"range-gap"}


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("", (1, 1)),
        (" \n\n", (1, 1)),
        ("x" * 512_001, (1, 1)),
        ("---", (1, 1)),
        ("\n\n---\nname: x\n---\n", (3, 1)),
        ("---\nname: x\ntype: comparative\n version: 3", (1, 1)),
        ("---\nname: äöü\nversion:   3.1\n---\n", (3, 12)),
        ("---\n{name: äöü, version: 3.1}\n---\n", (2, 22)),
        ("x\n\n---\nname: x\nversion: 1.0\n---\n", (5, 10)),
    ],
)
def test_where_the_version_is(source: str, place: tuple[int, int]) -> None:
    assert check(source).version_at == place


@pytest.mark.parametrize(
    ("line", "code"),
    [("*a", "yaml-alias"), ("!x", "yaml-tag"), ("&a b", "yaml-anchor"), ("b", "yaml-syntax")],
)
def test_what_is_refused_on_a_line_without_a_key_is_reported_once(line: str, code: str) -> None:
    assert said(SPECIMEN.replace("version: 1.0", line)) == [(code, 3, 1)]
    assert said(SPECIMEN.replace("name: Team Check\nversion: 1.0", line)) == [(code, 2, 1)]


@pytest.mark.parametrize("name", ["x", "abcdef", "a longer name"])
def test_a_key_indented_below_another_is_moved_to_the_beginning_of_its_line(name: str) -> None:
    text = f"---\nname: {name}\n version: 1.0\n---\n{BODY}"
    assert fixed(text) == text.replace(" version", "version")


def test_what_is_lost_as_a_comment_is_marked_to_its_end() -> None:
    (cut,) = check(edited(("version: 1.0\n", "version: 1.0\nauthor: Ada # M\n"))).diagnostics
    assert (cut.code, cut.line, cut.column, cut.end_line, cut.end_column) == ("cut-value", 4, 13, 4, 16)


def test_hidden_characters_that_escapes_write_are_left_out() -> None:
    compilation = check(edited(("name: Team Check", 'name: "Team\\u200bCheck"')))
    assert [(d.code, d.line, d.column, d.args) for d in compilation.diagnostics] == [
        ("hidden-character", 2, 7, {"character": "U+200B"})
    ]
    assert compilation.definition is not None
    assert compilation.definition.metadata.name == "TeamCheck"


def test_hidden_characters_are_counted_and_left_out() -> None:
    compilation = check(edited(("Can be told", "Can\x07 be\u200b told")))
    (hidden,) = compilation.diagnostics
    assert (hidden.code, hidden.line, hidden.column) == ("hidden-character", 19, 20)
    assert hidden.message == "the file has 2 hidden characters, which are left out; the first is U+0007"
    assert compilation.definition is not None
    assert compilation.definition.dimensions[1].description == "Can be told bad news."


def test_white_space_that_cannot_be_printed_is_not_hidden() -> None:
    assert definition(edited(("Can be told", "Can\u3000be told"))).dimensions[1].description == (
        "Can\u3000be told bad news."
    )


@pytest.mark.parametrize("above", ["", "version: 1.0\n"])
def test_a_key_without_its_colon_gets_one(above: str) -> None:
    text = f"---\nname: x\n{above}interview_style\n  default: 4\n---\n{BODY}"
    assert fixed(text) == text.replace("interview_style", "interview_style:")
