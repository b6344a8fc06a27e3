"""``check`` and ``format`` as users see them."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.py.compiler.specimen import check, edited
from worker import cli
from worker.compiler import compile_markdown, format_source
from worker.compiler.catalogue import SPECIMEN
from worker.compiler.report import github_report, summary, text_report, wants_colour

ROOT = Path(cli.__file__).parents[1]
BAD = edited(("- weight: 0.4", "- weight: 0,4"))
WARNED = edited(("version: 1.0", "auther: M"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a valid file, one with an error, one with a warning, and other things."""
    (tmp_path / "good.md").write_text(SPECIMEN)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "bad.md").write_text(BAD)
    (tmp_path / "sub" / "warned.md").write_text("\ufeff" + WARNED)
    (tmp_path / "README.md").write_text("# No assessment\n")
    (tmp_path / "notes.txt").write_text("---\n")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "bad.md").write_text(BAD)
    (tmp_path / "folder.md").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capfdbinary: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, str, str]:
    code = cli.main(list(arguments))
    out, err = capfdbinary.readouterr()
    return code, out.decode(), err.decode()


def test_a_report_shows_line_caret_and_hint(folder: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(capfdbinary, "check", "sub/bad.md") == (
        1,
        """\
sub/bad.md:18:11: error[invalid-weight]: `0,4` is not a weight
18 | - weight: 0,4
   |           ^^^
   = hint: write `- weight: 0.4`
1 file checked: 1 error, 0 warnings
""",
        "",
    )


def test_files_and_folders_are_checked_together(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(capfdbinary, "check", "good.md") == (0, "1 file checked: no problems\n", "")
    code, out, _ = run(capfdbinary, "check", "sub/warned.md")
    assert code == 0
    assert out.endswith("1 file checked: 0 errors, 1 warning\n")
    code, out, _ = run(capfdbinary, "check", ".", "good.md")
    assert code == 1
    assert out.endswith("4 files checked: 1 error, 1 warning\n")
    assert [
        line.split(":")[0] for line in out.splitlines() if ": error[" in line or ": warning[" in line
    ] == [os.path.join("sub", "bad.md"), os.path.join("sub", "warned.md")]  # noqa: PTH118 - the printed path


def test_what_cannot_be_read_is_reported_and_the_rest_is_checked(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (folder / "empty").mkdir()
    code, out, err = run(capfdbinary, "check", "missing.md", "empty", "good.md")
    assert code == 2
    assert out == "1 file checked: no problems\n"
    assert err == (
        "missing.md: cannot be read: No such file or directory\n"
        "empty: cannot be read: the folder contains no Markdown file that begins with `---`\n"
    )
    assert run(capfdbinary, "check", "missing.md")[:2] == (2, "")
    assert run(capfdbinary, "format", "missing.md")[:2] == (2, "")


def test_a_file_of_a_folder_that_cannot_be_read_is_named(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "bad.md":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", refuse)
        code, out, err = run(capfdbinary, "check", "sub", "good.md")
    assert (code, err) == (2, f"{Path('sub', 'bad.md')}: cannot be read: Permission denied\n")
    assert out.endswith("2 files checked: 0 errors, 1 warning\n")


def test_json_is_one_object_a_file(folder: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    code, out, _ = run(capfdbinary, "check", "--format", "json", "good.md", "sub/bad.md")
    assert code == 1
    good, bad = map(json.loads, out.splitlines())
    assert list(good) == ["file", "valid", "definition", "diagnostics"]
    assert (good["file"], good["valid"], good["diagnostics"]) == ("good.md", True, [])
    assert good["definition"]["metadata"]["name"] == "Team Check"
    assert compile_markdown(SPECIMEN.encode()).definition.to_json() in out  # type: ignore[union-attr]  # it is valid
    assert bad == {
        "file": "sub/bad.md",
        "valid": False,
        "definition": None,
        "diagnostics": [
            {
                "severity": "error",
                "code": "invalid-weight",
                "line": 18,
                "column": 11,
                "end_line": 18,
                "end_column": 14,
                "section": "Dimensions / Trust / weight",
                "message": "`0,4` is not a weight",
                "hint": "write `- weight: 0.4`",
                "args": {"found": "0,4"},
                "fix": {
                    "title": "write `- weight: 0.4`",
                    "safe": False,
                    "edits": [{"line": 18, "column": 11, "end_line": 18, "end_column": 14, "text": "0.4"}],
                },
            }
        ],
    }


def test_github_shows_annotations(folder: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(capfdbinary, "check", "--format", "github", "sub/bad.md") == (
        1,
        (
            "::error file=sub/bad.md,line=18,col=11,title=invalid-weight::`0,4` is not a weight — "
            "write `- weight: 0.4`\n"
        ),
        "",
    )
    assert github_report("a,b:c%.md", check(edited(("- weight: 0.4", "- weight: 50%")))).startswith(
        "::error file=a%2Cb%3Ac%25.md,line=6,col=1,title=weights-sum::the weights sum to 1.1, "
        "not to 1: 0.1 is too much"
    )
    assert "40%25" in github_report("x", check(edited(("- weight: 0.4", "- weight: 50%"))))


def test_standard_input_is_a_file(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BAD.encode())))
    code, out, _ = run(capfdbinary, "check", "-")
    assert code == 1
    assert out.startswith("-:18:11: error")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SPECIMEN.encode())))
    code, out, _ = run(capfdbinary, "format", "-")
    assert code == 0
    assert out == format_source(SPECIMEN.encode())


def test_format_rewrites_valid_files_once(folder: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = folder / "good.md"
    path.chmod(0o640)
    assert run(capfdbinary, "format", "--check", "good.md") == (1, "good.md: would be formatted\n", "")
    assert path.read_text() == SPECIMEN
    assert run(capfdbinary, "format", "good.md") == (0, "good.md: formatted\n", "")
    assert path.read_text() == format_source(SPECIMEN.encode())
    assert path.stat().st_mode & 0o777 == 0o640
    assert run(capfdbinary, "format", "good.md") == (0, "", "")
    assert run(capfdbinary, "format", "--check", "good.md") == (0, "", "")
    assert sorted(p.name for p in folder.iterdir()) == [
        ".hidden",
        "README.md",
        "folder.md",
        "good.md",
        "notes.txt",
        "sub",
    ]


def test_format_leaves_files_with_errors_alone(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    code, out, err = run(capfdbinary, "format", "sub/bad.md", "good.md")
    assert (code, out) == (1, "good.md: formatted\n")
    assert err.startswith("sub/bad.md:18:11: error[invalid-weight]")
    assert err.endswith("sub/bad.md: not formatted because it has errors\n")
    assert (folder / "sub" / "bad.md").read_text() == BAD


def test_a_file_that_cannot_be_replaced_is_named_and_stays_as_it_was(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(Path, "chmod", fail)
    assert run(capfdbinary, "format", "good.md") == (2, "", "good.md: cannot be written: no room\n")
    assert (folder / "good.md").read_text() == SPECIMEN
    assert not [p for p in folder.iterdir() if p.name.startswith(".good")]


def test_a_wrong_command_is_a_usage_error(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    for arguments in ([], ["check"], ["check", "--format", "xml", "a"], ["other"]):
        with pytest.raises(SystemExit) as caught:
            cli.main(arguments)
        assert caught.value.code == 2


def test_the_module_runs_and_survives_a_closed_pipe(folder: Path) -> None:
    root = Path(cli.__file__).parents[1]
    # With a buffer, as for users: its content must not be written again at the end.
    environment = os.environ | {"PYTHONPATH": str(root), "PYTHONUNBUFFERED": ""}
    command = [sys.executable, "-m", "worker", "check", "sub/bad.md"]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.returncode == 1
    assert b"invalid-weight" in done.stdout
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, env=environment, check=False)
    os.close(write)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "sub/bad.md"],
        ["check", "good.md", "--format", "json"],
        ["format", "-"],
        ["format", "--check", "good.md"],
    ],
)
def test_a_full_device_is_reported_in_a_sentence(folder: Path, arguments: list[str]) -> None:
    (folder / "good.md").write_text(SPECIMEN.replace("- weight", "* weight"))
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "worker", *arguments],
            input=SPECIMEN.encode(),
            stdout=full,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            check=False,
        )
    assert done.stderr.decode() == "error: standard output cannot be written: No space left on device\n"
    assert done.returncode == 2


def test_only_assessments_leaves_out_named_files_without_front_matter(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    code, out, _ = run(capfdbinary, "check", "README.md", "good.md")
    assert code == 1
    assert "README.md:1:1: error[missing-front-matter]" in out
    only = ["--only-assessments", "README.md"]
    assert run(capfdbinary, "check", *only, "good.md") == (0, "1 file checked: no problems\n", "")
    assert run(capfdbinary, "check", *only) == (0, "", "")
    assert run(capfdbinary, "format", *only, "good.md") == (0, "good.md: formatted\n", "")
    assert run(capfdbinary, "format", "--check", *only) == (0, "", "")
    # Unreadable files are not skipped silently.
    assert run(capfdbinary, "check", *only, "missing.md") == (
        2,
        "",
        "missing.md: cannot be read: No such file or directory\n",
    )


# --- what a report looks like ---


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "xterm"}, True),
        ({"TERM": "dumber"[:4]}, False),  # what a process is given is no constant of Python
    ],
)
def test_colours_are_for_terminals_and_no_color_is_respected(
    environment: dict[str, str], coloured: bool
) -> None:
    assert wants_colour(Terminal(), environment) == coloured
    assert not wants_colour(io.StringIO(), environment)


def test_colours_change_nothing_else() -> None:
    compilation = check(BAD)
    plain = text_report("a.md", BAD.encode(), compilation)
    coloured = text_report("a.md", BAD.encode(), compilation, colour=True)
    assert coloured.startswith("a.md:18:11: \033[1;31merror[invalid-weight]\033[0m: `0,4`")
    for code in ("\033[1;31m", "\033[0m", "\033[2m", "\033[36m"):
        assert code in coloured
        coloured = coloured.replace(code, "")
    assert coloured == plain
    assert text_report("a.md", SPECIMEN.encode(), check(SPECIMEN)) == ""


def shown(source: str) -> list[str]:
    return text_report("a.md", source.encode(), check(source)).splitlines()[1:3]


def test_carets_stand_under_wide_characters_tabs_and_control_characters() -> None:
    assert shown(edited(("bad news.", "日本\tbad <b>news."))) == [
        "19 | - description: Can be told 日本 bad <b>news.",
        "   | " + " " * (15 + 12 + 4 + 1 + 4) + "^^^",
    ]
    assert shown(edited(("bad news.", "\x1bbad news."))) == [
        "19 | - description: Can be told �bad news.",
        "   | " + " " * (15 + 12 + 1) + "^",
    ]
    assert shown(edited(("[Vision]", "[日本]"))) == [
        "31 | - primary_dimensions: [日本]",
        "   | " + " " * 23 + "^^^^",
    ]


def test_long_lines_are_cut_around_the_error() -> None:
    line, carets = shown(edited(("bad news.", "bad news. " * 30 + "<b> " + "more " * 30)))
    assert line.startswith("19 | …")
    assert line.endswith("…")
    assert len(line) < 115
    assert line[carets.index("^") :].startswith("<b>")
    line, carets = shown(edited(("### Trust", "### " + "x" * 300), ("- weight: 0.4\n", "")))
    assert line == "16 | ### " + "x" * 96 + "…"
    assert carets == "   | " + "^" * 100
    line, carets = shown(edited(("bad news.", "<b> " + "more " * 30)))
    assert line[carets.index("^") :].startswith("<b>")
    assert line.endswith("…")


def test_an_error_behind_the_last_line_can_be_shown() -> None:
    source = b"---\nname: x\n---"
    assert text_report("a.md", source, check(source)).count("error[missing-section]") == 2


def test_the_summary_counts() -> None:
    assert summary(1, 0, 0) == "1 file checked: no problems\n"
    assert summary(2, 1, 2) == "2 files checked: 1 error, 2 warnings\n"


# --- what format keeps ---


def test_format_keeps_comments_and_names_what_it_leaves_out() -> None:
    source = edited(
        ("name: Team Check", "# first\nname: Team Check # second\nauther: M\ndescription: 'a # b'"),
        ("version: 1.0", "version: 1.0\ninterview_style: {default: 3}   # third"),
        ("- weight: 0.4", "- weight: 0.4\n- colour: blue"),
        ("### Opening", "### Greeting\n\nHi.\n\n### Opening"),
        ("## Result Categories\n", "## Notes\n\nx\n\n## Result Categories\n\nIntro.\n"),
    )
    formatted = format_source(source.encode())
    assert formatted is not None
    assert (
        formatted.split("name: ")[0]
        == """\
---
# first
# second
# third
# Left out by format: key "auther", line 4
# Left out by format: section "Notes", line 26
# Left out by format: field "colour" of Dimensions / Trust, line 23
# Left out by format: text under Result Categories, line 32
# Left out by format: "Greeting" of Interview Guidelines, line 47
"""
    )
    assert format_source(formatted.encode()) == formatted
    assert check(formatted).definition == check(source).definition


def test_format_of_what_is_not_valid_is_nothing() -> None:
    assert format_source(b"") is None
    assert format_source(BAD.encode()) is None


def test_further_lines_of_a_text_are_indented_under_its_bullet() -> None:
    source = edited(
        ("Can be told bad news.", "Can be told:\n\n  - bad news\n    and worse"),
        ("- weight: 0.4\n", "- weight: 0.4\n- interview_themes:\n  - one\n\n    two\n  - + -\n"),
        ("Thank you for your time.", '> ## Thank you\n>\n> "for" your "time"'),
        ("Where will the team be in a year?", '""Where"?"'),
    )
    formatted = format_source(source.encode())
    assert formatted is not None
    assert "- description: Can be told:\n\n  - bad news\n    and worse\n" in formatted
    assert "- interview_themes:\n  - one\n\n    two\n  - + -\n" in formatted
    assert '\n> ## Thank you\n>\n> "for" your "time"\n' in formatted
    assert format_source(formatted.encode()) == formatted
    assert check(formatted).definition == check(source).definition


def test_a_file_that_would_grow_too_large_is_not_formatted(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    # An invisible character takes three bytes, and six if it is written by its number.
    source = edited(("version: 1.0", "author: " + "\ue000" * 90_000))
    size = len((format_source(source.encode()) or "").encode())
    assert len(source.encode()) < 512_000 < size
    (folder / "large.md").write_text(source)
    said = f"not formatted: it would have {size:,} bytes; the limit is 512,000\n"
    assert run(capfdbinary, "format", "large.md") == (1, "", f"large.md: {said}")
    assert run(capfdbinary, "format", "--check", "large.md") == (1, "", f"large.md: {said}")
    assert (folder / "large.md").read_text() == source
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(source.encode())))
    assert run(capfdbinary, "format", "-") == (1, "", f"-: {said}")


def test_a_file_of_a_folder_that_cannot_be_opened_is_named(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Permissions do not restrict root.
    def refuse(path: Path, *arguments: object, **options: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    code, out, err = run(capfdbinary, "check", "sub")
    assert (code, out) == (2, "")
    assert err == "".join(f"sub/{name}.md: cannot be read: Permission denied\n" for name in ("bad", "warned"))


def test_a_definition_in_json_becomes_canonical_markdown(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    compiled = compile_markdown(SPECIMEN.encode()).definition
    canonical = format_source(SPECIMEN.encode())
    assert compiled is not None
    assert canonical is not None
    (folder / "good.json").write_text(compiled.to_json())
    (folder / "bad.json").write_text(compiled.to_json().replace('"weight":0.4', '"weight":4'))
    assert run(capfdbinary, "format", "--from-json", "good.json") == (0, canonical, "")
    assert run(capfdbinary, "format", "--from-json", "--check", "good.json") == (0, "", "")
    assert run(capfdbinary, "format", "--from-json", "bad.json", "good.json") == (
        1,
        canonical,
        "bad.json: $.dimensions[1].weight: Input should be less than or equal to 1\n",
    )
    code, out, err = run(capfdbinary, "format", "--from-json", "none.json")
    assert (code, out) == (2, "")
    assert err.startswith("none.json: cannot be read: ")
    assert (folder / "good.json").read_text() == compiled.to_json()


def test_the_markdown_of_a_definition_is_not_larger_than_a_file_may_be(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    compiled = compile_markdown(SPECIMEN.encode()).definition
    assert compiled is not None
    many = ",".join(f'"{"x" * 98}"' for _ in range(5000))
    (folder / "large.json").write_text(
        compiled.to_json().replace('"strengths":[]', f'"strengths":[{many}]', 1)
    )
    code, out, err = run(capfdbinary, "format", "--from-json", "large.json")
    assert (code, out) == (1, "")
    assert err.startswith("large.json: not formatted: it would have 51")
