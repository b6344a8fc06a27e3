"""``diff`` as users see it, and the place of every kind of change."""

import io
import json
import sys
from pathlib import Path

import pytest

from tests.py.compiler.specimen import check, edited
from worker import cli
from worker.changes import rules
from worker.compiler.catalogue import SPECIMEN
from worker.diff import Comparison, Located, compare
from worker.diff_report import Files, github_diff, json_diff, markdown_diff, text_diff

FILES = Files("old.md", "new.md")
WEIGHTS = (("- weight: 0.6", "- weight: 0.5"), ("- weight: 0.4", "- weight: 0.5"))
NO_EXAMPLES = (SPECIMEN[SPECIMEN.index("## Examples") :], "")


def compared(*edits: tuple[str, str]) -> Comparison:
    """Compare the specimen without its example to the result of some edits."""
    return compare(check(edited(NO_EXAMPLES)), check(edited(NO_EXAMPLES, *edits)))


def found(comparison: Comparison, rule: str) -> Located:
    [located] = [located for located in comparison.changes if located.change.rule.rule == rule]
    return located


# --- lines --------------------------------------------------------------------------------------------------

TRUST = "### Trust\n\n- weight: 0.4\n- description: Can be told bad news.\n"
VISION = SPECIMEN[SPECIMEN.index("### Vision") : SPECIMEN.index("### Trust")]
STARTING = SPECIMEN[SPECIMEN.index("### Starting") : SPECIMEN.index("### Thriving")]
THRIVING = SPECIMEN[SPECIMEN.index("### Thriving") : SPECIMEN.index("## Interview")]
FRONT = "version: 1.0\n"
#: For each rule an edit that it describes, and the lines of the old and the new value.
PLACES = {
    "name-changed": ([("name: Team Check", "name: Check")], 2, 2),
    "description-changed": ([(FRONT, FRONT + "description: For teams.\n")], None, 4),
    "author-changed": ([(FRONT, FRONT + "author: M\n")], None, 4),
    "closing-changed": ([("### Probing", "### Closing\n\nBye.\n\n### Probing")], None, 40),
    "coverage-changed": ([(FRONT, FRONT + "min_coverage: 2/3\n")], None, 4),
    "evidence-changed": ([(FRONT, FRONT + "evidence: required\n")], None, 4),
    "category-description-changed": ([("Keep going.", "Go on.")], 32, 32),
    "strengths-changed": ([("Keep going.", "Keep going.\n- strengths: [calm]")], None, 33),
    "growth-areas-changed": ([("Keep going.", "Keep going.\n- growth_areas: [calm]")], None, 33),
    "recommendations-changed": ([("Keep going.", "Keep going.\n- recommendations: [rest]")], None, 33),
    "opening-changed": ([("Thank you for your time.", "Welcome.")], 36, 36),
    "general-questions-changed": ([("a year?\n", "a year?\n- How are you?\n")], None, 43),
    "style-changed": ([(FRONT, FRONT + "interview_style: 4\n")], None, 4),
    "style-override-changed": (
        [(FRONT, FRONT + "interview_style:\n  allow_override: false\n")],
        None,
        5,
    ),
    "disclosure-changed": ([(FRONT, FRONT + "result_disclosure: none\n")], None, 4),
    "dimension-name-changed": ([("### Vision", "### VISION")], 8, 8),
    "dimension-description-changed": ([("Can be told bad news.", "Hears bad news.")], 19, 19),
    "themes-changed": ([("bad news.\n", "bad news.\n- interview_themes: [goals]\n")], None, 20),
    "questions-changed": ([("in a year?", "in two years?")], 42, 42),
    "rubric-text-changed": ([("Has a plan that others can repeat.", "Has a plan.")], 14, 14),
    "dimensions-reordered": ([(VISION + TRUST, TRUST + "\n" + VISION.rstrip("\n") + "\n")], 6, 6),
    "precision-changed": ([("[1.0, 2.9]", "[1.00, 2.99]"), ("[3.0, 5.0]", "[3.00, 5.00]")], 21, 21),
    "weight-changed": ([("- weight: 0.4", "- weight: 0.401")], 18, 18),
    "category-added": (
        [("## Interview", "### Seer\n\n- score_range: [4.0, 5.0]\n- description: x\n\n## Interview")],
        None,
        34,
    ),
    "category-removed": ([(STARTING, "")], 23, None),
    "categories-reordered": ([(STARTING + THRIVING, THRIVING + STARTING)], 21, 21),
    "category-name-changed": ([("### Thriving", "### THRIVING")], 28, 28),
    "range-changed": ([("[3.0, 5.0]", "[3.1, 5.0]")], 30, 30),
    "primary-dimensions-changed": ([("[Vision]", "[Trust]")], 31, 31),
    "type-changed": ([(FRONT, FRONT + "type: single-outcome\n")], None, 4),
    "scale-changed": ([(FRONT, FRONT + "scale: [1, 6]\n")], None, 4),
    "dimension-added": (
        [("## Result", "### Hope\n\n- weight: 0.01\n- description: x\n\n## Result")],
        None,
        21,
    ),
    "dimension-removed": ([("### Trust", "### Candour"), ("Vision: Where", "Vision: Where")], 16, None),
    "rubric-range-added": ([("  - 1-2: Lives", "  - 1: Lives")], None, 13),
    "rubric-range-removed": ([("  - 1-2: Lives", "  - 1: Lives")], 13, None),
}
#: Rules of changes that a file cannot make yet, or not with these words.
ELSEWHERE = {"language-changed", "dimension-id-moved"}


def test_every_rule_has_its_place_here() -> None:
    assert {rule.rule for rule in rules().values()} == PLACES.keys() | ELSEWHERE


@pytest.mark.parametrize("rule", PLACES)
def test_change_has_the_lines_of_both_files(rule: str) -> None:
    edits, old, new = PLACES[rule]
    located = found(compared(*edits), rule)
    assert (located.old_line, located.new_line) == (old, new)


def test_place_of_a_level_is_found_however_it_is_spelled() -> None:
    """A pasted dash and decimal places are another spelling of the same range."""
    located = found(compared(("  - 3-5: Has a plan", "  - 3.0 – 5.00: Had a plan")), "rubric-text-changed")
    assert (located.old_line, located.new_line) == (14, 14)


# --- witnesses ----------------------------------------------------------------------------------------------


def test_each_change_of_scoring_has_a_witness_of_its_own() -> None:
    comparison = compared(*WEIGHTS, ("[1.0, 2.9]", "[1.0, 2.8]"), ("[3.0, 5.0]", "[2.9, 5.0]"))
    scoring = [located for located in comparison.changes if located.change.rule.class_ == "scoring"]
    assert len(scoring) == 4
    for located in scoring:
        assert located.search is not None
        assert located.search.witness is not None
        old, new = located.search.witness.old, located.search.witness.new
        assert old.category != new.category
    assert comparison.together is not None
    assert comparison.together.witness is not None


def test_scoring_that_changes_no_result_is_reported_to_change_none() -> None:
    comparison = compared(
        ("[3.0, 5.0]", "[3.00, 5.00]"), ("[1.0, 2.9]", "[1.00, 2.99]"), ("[Vision]", "[Trust]")
    )
    located = found(comparison, "primary-dimensions-changed")
    assert located.search is not None
    assert (located.search.witness, located.search.proved) == (None, True)
    assert "changes no result: every complete interview leads to the same category" in text_diff(
        FILES, comparison
    )


def test_other_dimensions_are_not_scored_against_each_other() -> None:
    comparison = compared(("### Trust", "### Candour"), ("[3.0, 5.0]", "[3.1, 5.0]"))
    assert comparison.class_ == "structure"
    assert comparison.together is None
    assert found(comparison, "range-changed").search is not None


# --- versions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edits", "least", "stated", "is_enough"),
    [
        ([], "1.0", "1.0", True),
        ([("Keep going.", "Go on.")], "1.1", "1.0", False),
        ([("Keep going.", "Go on."), (FRONT, "version: 1.1\n")], "1.1", "1.1", True),
        ([*WEIGHTS, (FRONT, "version: 1.9\n")], "2.0", "1.9", False),
        ([*WEIGHTS, (FRONT, "version: 2.0\n")], "2.0", "2.0", True),
        ([(FRONT, "version: 0.9\n")], "1.0", "0.9", False),
    ],
)
def test_least_version(edits: list[tuple[str, str]], least: str, stated: str, is_enough: bool) -> None:
    comparison = compared(*edits)
    assert (comparison.least_version, comparison.new_version, comparison.is_enough) == (
        least,
        stated,
        is_enough,
    )


# --- reports ------------------------------------------------------------------------------------------------


def test_text_is_the_sentence_and_then_old_and_new() -> None:
    assert text_diff(FILES, compared(("[3.0, 5.0]", "[3.5, 5.0]"), ("bad news.", "the\n  truth."))) == (
        "scoring\n"
        '  The score range of the category "thriving" changed.\n'
        "    - old.md:30: [3, 5]\n"
        "    + new.md:31: [3.5, 5]\n"
        '    = for example Vision 3, Trust 3: "Thriving" (3.00) becomes no category (3.00)\n'
        "instrument\n"
        '  The description of the dimension "trust" changed.\n'
        "    - old.md:19: Can be told bad news.\n"
        "    + new.md:19: Can be told the truth.\n"
        "all changes together\n"
        '  = for example Vision 3, Trust 3: "Thriving" (3.00) becomes no category (3.00)\n'
        "2 changes, scoring: from version 1.0 at least 2.0, but new.md has 1.0\n"
    )
    assert text_diff(FILES, compared()) == "nothing changed\n"


def test_json_is_one_object() -> None:
    value = json.loads(json_diff(FILES, compared(*WEIGHTS)))
    assert list(value) == ["old", "new", "class", "bump", "least_version", "enough", "changes", "together"]
    assert value["old"] == {"file": "old.md", "version": "1.0"}
    assert (value["class"], value["bump"], value["least_version"], value["enough"]) == (
        "scoring",
        "major",
        "2.0",
        False,
    )
    first, second = value["changes"]
    assert (first["rule"], first["item"], first["old"], first["new"]) == (
        "weight-changed",
        "trust",
        {"line": 18, "value": 0.4},
        {"line": 18, "value": 0.5},
    )
    assert first["effect"] == second["effect"] == value["together"]
    assert first["effect"]["differs"] is True
    assert set(first["effect"]["witness"]["scores"]) == {"vision", "trust"}
    nothing = json.loads(json_diff(FILES, compared()))
    assert (nothing["class"], nothing["bump"], nothing["changes"], nothing["together"]) == (
        None,
        None,
        [],
        None,
    )


def test_markdown_shows_what_authors_wrote_as_it_is() -> None:
    """In a comment on a pull request, a text cannot mention people, link, or end a code block."""
    hostile = "see `a`` b` @all #1 and *stars*"
    text = markdown_diff(FILES, compared(("bad news.", hostile), ("### Thriving", "### THRIVING _x_")))
    assert f"``` new.md:19: Can be told {hostile} ```" in text
    assert 'The category "thriving \\_x\\_" was added.' in text


def test_github_annotates_the_side_on_which_something_is() -> None:
    lines = github_diff(FILES, compared((STARTING, ""), ("Keep going.", "100 %\n  sure"))).splitlines()
    assert lines[0].startswith(
        '::warning file=old.md,line=23,title=category-removed::The category "starting"'
    )
    assert lines[1].startswith("::notice file=new.md,line=27,title=category-description-changed::")
    assert lines[2].startswith("::error file=new.md,title=version::2 changes, scoring:")
    assert len(lines) == 3


# --- the command --------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "old.md").write_text(SPECIMEN)
    (tmp_path / "same.md").write_text(edited(("- weight: 0.6", "- weight: 60%")))
    (tmp_path / "shown.md").write_text(edited(("Keep going.", "Go on.")))
    (tmp_path / "asked.md").write_text(edited(("a year?", "a month?")))
    (tmp_path / "bad.md").write_text(
        edited(("- weight: 0.4", "- weight: 0,4"), ("version: 1.0", "auther: M"))
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capfdbinary: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, str, str]:
    code = cli.main(["diff", *arguments])
    out, err = capfdbinary.readouterr()
    return code, out.decode(), err.decode()


@pytest.mark.parametrize(("new", "code"), [("same.md", 0), ("shown.md", 0), ("asked.md", 1)])
@pytest.mark.parametrize("how", ["text", "json", "markdown", "github"])
@pytest.mark.usefixtures("folder")
def test_exit_code_says_whether_more_than_presentation_changed(
    capfdbinary: pytest.CaptureFixture[bytes], new: str, code: int, how: str
) -> None:
    found_code, out, err = run(capfdbinary, "old.md", new, "--format", how)
    assert (found_code, err) == (code, "")
    assert out or (how, new) == ("github", "same.md")


@pytest.mark.usefixtures("folder")
def test_either_file_can_be_standard_input_but_not_both(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    for arguments in (["-", "asked.md"], ["asked.md", "-"]):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SPECIMEN.encode())))
        code, out, _ = run(capfdbinary, *arguments)
        assert (code, "-:42: " in out) == (1, True)
    assert run(capfdbinary, "-", "-") == (2, "", "only one of the two files can be standard input\n")


@pytest.mark.usefixtures("folder")
def test_unreadable_and_invalid_files_are_named(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    code, out, err = run(capfdbinary, "missing.md", "bad.md")
    assert (code, out) == (2, "")
    assert err.startswith(
        "missing.md: cannot be read: No such file or directory\nbad.md:18:11: error[invalid-weight]"
    )
    assert err.endswith("\nbad.md: not compared because it has errors\n")
    assert "unknown-key" not in err
    assert run(capfdbinary, "old.md", ".")[0] == 2


def test_what_was_not_there_has_no_line_and_an_enough_version_is_named() -> None:
    assert text_diff(FILES, compared((FRONT, "version: 1.1\nauthor: M\n"))) == (
        "presentation\n"
        "  The author changed.\n"
        "    + new.md:4: M\n"
        "1 change, presentation: from version 1.0 at least 1.1, and new.md has 1.1\n"
    )


def test_a_list_that_was_emptied_is_nothing() -> None:
    assert "    + new.md:31: nothing\n" in text_diff(FILES, compared(("[Vision]", "[]")))


UNSEEN = (("[3.0, 5.0]", "[3.00, 5.00]"), ("[1.0, 2.9]", "[1.00, 2.99]"), ("[Vision]", "[Trust]"))


def test_effect_is_unknown_where_the_search_was_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.witness.MOST_QUESTIONS", 0)
    comparison = compared(*UNSEEN)
    assert (
        "all changes together\n  = no example of another category was found, but there may be one\n"
    ) in text_diff(FILES, comparison)
    value = json.loads(json_diff(FILES, comparison))
    assert value["together"] == {"differs": None, "witness": None}
    effects = {change["rule"]: change["effect"] for change in value["changes"]}
    assert effects["primary-dimensions-changed"] == {"differs": False, "witness": None}


def test_only_files_that_compile_are_compared() -> None:
    with pytest.raises(ValueError, match="only files that compile"):
        compare(check(SPECIMEN), check(edited(("- weight: 0.4", "- weight: x"))))
