"""A fix is proved by compiling again, is small, and is data that any editor can apply."""

import time
from difflib import SequenceMatcher

import pytest

from tests.py.compiler.specimen import check, edited, fixed
from worker.compiler import Diagnostic, compile_markdown, fix_source
from worker.compiler.catalogue import SPECIMEN, Code
from worker.compiler.compile import find_faults
from worker.compiler.diagnostics import Faults
from worker.compiler.fixing import apply_fixes
from worker.compiler.lines import Lines
from worker.compiler.proofs import Proofs, is_better
from worker.compiler.proposals import Edit, Proposal, deleting, indenting
from worker.compiler.proposals import edited as with_edits
from worker.compiler.slices import Span

Edits = list[tuple[int, int, int, int, str]]


def edits(diagnostic: Diagnostic) -> Edits:
    assert diagnostic.fix is not None
    return [(e.line, e.column, e.end_line, e.end_column, e.text) for e in diagnostic.fix.edits]


@pytest.mark.parametrize("code", [code for code in Code if not code.after_compiling], ids=str)
def test_the_fix_of_an_example_leaves_fewer_diagnostics_and_no_new_one(code: Code) -> None:
    before = compile_markdown(code.example).diagnostics
    for diagnostic in before[:3]:
        if diagnostic.fix is not None:
            after = compile_markdown(apply_fixes(code.example, [diagnostic.fix])).diagnostics
            assert len(after) < len(before)
            assert {d.code for d in after} <= {d.code for d in before}


def test_a_fix_that_uncovers_something_else_is_none() -> None:
    """Without the others the last weight would be right; the sum, which is then checked, is not."""
    (diagnostic,) = check(edited(("- weight: 0.4", "- weight: 0,3"))).diagnostics
    assert (diagnostic.fix, diagnostic.hint) == (None, "write a decimal, a percentage or a fraction")
    (diagnostic,) = check(edited(("- weight: 0.4", "- weight: 0,4"))).diagnostics
    assert diagnostic.to_dict()["fix"] == {
        "title": "write `- weight: 0.4`",
        "safe": False,
        "edits": [{"line": 18, "column": 11, "end_line": 18, "end_column": 14, "text": "0.4"}],
    }
    assert "fix" not in check(edited(("- weight: 0.4", "- weight: x"))).diagnostics[0].to_dict()


def test_columns_count_code_points_also_behind_other_line_ends_and_marks() -> None:
    text = edited(("[Vision]", "[Größe\U0001f600, Visoin]"), ("name: Team Check", "name: Größe"))
    source = "\ufeff" + text.replace("\n", "\r\n")
    wrong, misspelt = check(source).diagnostics
    assert wrong.fix is None
    assert edits(misspelt) == [(31, 32, 31, 38, "Vision")]
    assert misspelt.fix is not None
    after = apply_fixes(source.encode(), [misspelt.fix]).decode()
    assert after == source.replace("Visoin", "Vision")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_a_fix_writes_has_the_line_ends_of_the_file(newline: str, mark: str) -> None:
    text = mark + edited(("- weight: 0.4\n", "")).replace("\n", newline)
    expected = mark + edited(("- weight: 0.4\n- description: Can", "- weight: 0.4\n- description: Can"))
    assert fixed(text) == expected.replace("\n", newline)


def test_a_first_line_is_fixed_behind_the_mark() -> None:
    body = "# Team Check\n" + SPECIMEN.split("---\n", 2)[2]
    assert fixed(f"\ufeff{body}") == f"\ufeff---\nname: Team Check\n---\n\n{body}"


def test_bytes_that_are_not_text_have_no_fixes() -> None:
    source = edited(("[Vision]", "[Visoin]")).encode() + b"\xff"
    assert {d.fix for d in compile_markdown(source).diagnostics} == {None}


def proofs(size: int, read: "list[bytes]") -> Proofs:
    """Return proofs of a file of this many bytes; what they compile is recorded, and never has an error."""

    def nothing(source: bytes) -> Faults:
        read.append(source)
        return Faults()

    faults = Faults()
    faults.add(Code.RANGE_GAP, Span(0, 1), "", "", "")
    return Proofs(b"x" * size, faults, Lines("x" * size), nothing)


def written(count: int, text: str = "y") -> Proposal:
    return Proposal("", tuple([Edit(at, at, text) for at in range(count)]), "")


@pytest.mark.parametrize(("size", "count"), [(1, 300), (10_000, 40), (199_999, 2), (512_000, 1)])
def test_proofs_compile_400_000_bytes_at_most_or_one_file(size: int, count: int) -> None:
    read: list[bytes] = []
    of = proofs(size, read)
    assert [of.prove(written(1)) for _ in range(count)] == [True] * count
    assert of.prove(written(1)) is (size == 1)
    assert len(read) == count + (size == 1)
    assert len(read[0]) == size + 1


def test_all_fixes_together_are_small() -> None:
    of = proofs(1000, [])
    assert of.prove(written(900))
    assert not of.prove(written(101))
    assert of.prove(written(100))
    assert not of.prove(written(1))
    of = proofs(1000, [])
    assert not of.prove(written(1, "y" * 50_001))
    assert of.prove(written(1, "y" * 50_000))
    assert not of.prove(written(1))


def test_what_is_not_proved_costs_no_room() -> None:
    of = proofs(1000, [])
    of._read = lambda _: of._faults
    assert not of.prove(written(1000))
    of._read = lambda _: Faults()
    assert of.prove(written(1000))


def found(*faults: tuple[Code, str], dropped: int = 0) -> Faults:
    collection = Faults()
    for code, section in faults:
        collection.add(code, Span(0, 0), section, "", "")
    collection.dropped = dropped
    return collection


GAP, SUM = (Code.RANGE_GAP, "a"), (Code.WEIGHTS_SUM, "a")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (found(GAP), found(), True),
        (found(GAP, SUM), found(SUM), True),
        (found(GAP, GAP), found(GAP), True),
        (found(GAP), found(GAP), False),
        (found(), found(GAP), False),
        (found(GAP, GAP), found(SUM), False),
        (found(GAP, GAP), found((Code.RANGE_GAP, "b")), False),
        (found(GAP, dropped=1), found(), False),
        (found(GAP), found(dropped=1), False),
    ],
)
def test_better_is_fewer_and_none_of_a_new_kind(before: Faults, after: Faults, expected: bool) -> None:
    assert is_better(before, after) is expected


def test_a_warning_that_becomes_an_error_is_new() -> None:
    before, after = found(GAP, GAP), found()
    after.add_error(Code.RANGE_GAP, Span(0, 0), "a", "", "")
    assert not is_better(before, after)


def test_a_valid_file_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.compiler.compile.Proofs", None)
    assert compile_markdown(SPECIMEN.encode()).valid


def test_two_names_are_compared_once_however_many_fixes_are_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[str, str]] = []
    proved: list[bytes] = []

    class Noted(SequenceMatcher[str]):
        def __init__(self, _junk: None, candidate: str, name: str) -> None:
            compared.append((candidate, name))
            super().__init__(None, candidate, name)

    def noted(source: bytes) -> Faults:
        proved.append(source)
        return find_faults(source)

    monkeypatch.setattr("worker.compiler.diagnostics.SequenceMatcher", Noted)
    monkeypatch.setattr("worker.compiler.compile.find_faults", noted)
    dimensions = "".join(f"### Quality {n}\n- weight: 0.05\n- description: x\n" for n in range(20))
    questions = "".join(f"- Qality of {n}x: why?\n" for n in range(60))
    check(
        f"---\nname: x\n---\n## Dimensions\n{dimensions}"
        f"## Interview Guidelines\n### Probing Questions\n{questions}"
    )
    assert len(proved) > 50
    assert len(compared) == len(set(compared)) == 60 * 20


def test_a_large_file_with_many_errors_takes_not_much_longer_than_reading_it() -> None:
    source = (SPECIMEN + "\n### A {}\n\n- scores: [Visoin: 4]\n- overall: 4.0\n" * 9000).encode()
    begin = time.process_time()
    compile_markdown(source)
    assert time.process_time() - begin < 30


@pytest.mark.parametrize(
    ("text", "edits_", "expected"),
    [
        ("abc", [Edit(1, 2, "x")], "axc"),
        ("abc", [Edit(3, 3, "d"), Edit(0, 1, "")], "bcd"),
        ("", [Edit(0, 0, "a")], "a"),
        ("abc", [], "abc"),
    ],
)
def test_edits_are_applied_in_the_order_of_the_text(text: str, edits_: list[Edit], expected: str) -> None:
    assert with_edits(text, edits_) == expected


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("a\nb\nc", Span(2, 3), "a\nc"),
        ("a\nb\nc", Span(2, 4), "a\nc"),
        ("a\nb\nc", Span(4, 5), "a\nb\n"),
        ("a\nb\nc", Span(0, 0), "b\nc"),
        ("a\nb\nc", Span(0, 3), "c"),
    ],
)
def test_whole_lines_are_deleted(text: str, at: Span, expected: str) -> None:
    assert with_edits(text, [deleting(text, at)]) == expected


def test_all_lines_of_a_place_are_indented_but_empty_ones() -> None:
    text = "a\n b\n\n  c\nd"
    assert with_edits(text, indenting(text, Span(3, 9), "--")) == "a\n-- b\n\n--  c\nd"


# --- a file with all its fixes ---


def test_safe_fixes_are_applied_until_there_are_none() -> None:
    source = edited(("- weight: 0.4", "- wieght: 0,4"), ("[Vision]", "[Visoin]")).encode()
    fixed_ = fix_source(source)
    assert fixed_.source.decode() == edited(("- weight: 0.4", "- weight: 0,4"))
    assert [d.code for d in fixed_.applied] == ["unknown-field", "unknown-dimension"]


def test_what_one_fix_makes_possible_is_fixed_in_the_next_round() -> None:
    source = edited(("- weight: 0.4\n- description: Can", "weight: 0.4\ndescription: Can")).encode()
    first, second = compile_markdown(source).diagnostics
    assert first.fix is not None
    assert second.fix is not None
    # They share a line: the first fix also fixes the second.
    fixed_ = fix_source(source)
    assert fixed_.source.decode() == SPECIMEN
    assert fixed_.compilation.diagnostics == ()


def test_unsafe_fixes_are_applied_only_where_that_is_asked_for() -> None:
    source = edited(("- weight: 0.4", "- weight: 0,4")).encode()
    assert fix_source(source).source == source
    assert fix_source(source).applied == ()
    fixed_ = fix_source(source, unsafe=True)
    assert fixed_.source.decode() == SPECIMEN
    assert [(d.code, d.line) for d in fixed_.applied] == [("invalid-weight", 18)]


def test_a_valid_file_stays_as_it_is() -> None:
    fixed_ = fix_source(SPECIMEN.encode(), unsafe=True)
    assert (fixed_.source, fixed_.applied) == (SPECIMEN.encode(), ())
    assert fixed_.compilation.valid


def test_fixes_that_are_wrong_together_are_applied_as_far_as_they_are_right() -> None:
    """Each decimal comma alone can be a point while the other is wrong; together they are too much."""
    text = edited(("- weight: 0.6", "- weight: 0,6"), ("- weight: 0.4", "- weight: 0,5"))
    assert [d.fix is not None for d in check(text).diagnostics] == [True, True]
    fixed_ = fix_source(text.encode(), unsafe=True)
    assert [(d.code, d.line) for d in fixed_.applied] == [("invalid-weight", 10)]
    assert [(d.code, d.line) for d in fixed_.compilation.diagnostics] == [("invalid-weight", 18)]


def test_after_twenty_rounds_the_rest_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.compiler.proofs.MAX_PROVED", 1)
    source = edited(("[Vision]", "[" + "Visoin, " * 22 + "Trust]")).encode()
    # One proof per compilation, so one fix per round; the second "Vision" would be a duplicate.
    assert len(fix_source(source).applied) == 1
    questions = "".join(f"- Visoin: Question {n}?\n" for n in range(23))
    source = edited(("- Vision: Where", f"{questions}- Vision: Where")).encode()
    fixed_ = fix_source(source)
    assert len(fixed_.applied) == 20
    assert len(fixed_.compilation.diagnostics) == 3


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("name: Te\u200bam \u202eCheck", "name: Team Check"),
        ("name: Team\x0bCheck\u200b\u200b", "name: Team Check"),
        ("\u200bname: Team Check", "name: Team Check"),
    ],
)
@pytest.mark.parametrize("first", ["", "\u200b", "\ufeff\u200b\u200b"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_hidden_characters_are_deleted_by_a_safe_fix(
    hidden: str, shown: str, first: str, line_end: str
) -> None:
    clean = edited(("- weight: 0.4", "- weight: 0.4\n- colour: blue"))
    written = first + clean.replace("name: Team Check", hidden) + "\u200b"
    source = written.replace("\n", line_end).encode()
    done = fix_source(source)
    assert [diagnostic.code for diagnostic in done.applied] == ["hidden-character"]
    mark = "\ufeff" if first.startswith("\ufeff") else ""
    expected = mark + clean.replace("name: Team Check", shown)
    assert done.source.decode() == expected.replace("\n", line_end)
    # What the file means is what it meant before.
    assert done.compilation.definition == compile_markdown(source).definition


def test_names_of_entries_keep_the_quotation_marks_that_belong_to_them() -> None:
    lines = """- interview_themes: [5", don't, "a, b", rock 'n' roll, “c, d”]"""
    compilation = check(edited(("- weight: 0.4", f"- weight: 0.4\n{lines}")))
    assert compilation.diagnostics == ()
    assert compilation.definition is not None
    themes = compilation.definition.dimensions[1].interview_themes
    assert themes == ('5"', "don't", "a, b", "rock 'n' roll", "c, d")
