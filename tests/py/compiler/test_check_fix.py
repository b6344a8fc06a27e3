"""``check --fix`` as users see it."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.py.compiler.specimen import edited
from worker import cli
from worker.compiler.catalogue import SPECIMEN
from worker.compiler.report import diff_report

ROOT = Path(cli.__file__).parents[1]
MISSPELT = edited(("[Vision]", "[Visoin]"))
COMMA = edited(("- weight: 0.4", "- weight: 0,4"))
DONE = "a.md:31:24: fixed[unknown-dimension]: write `Vision`\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capfdbinary: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, str, str]:
    code = cli.main(["check", *arguments])
    out, err = capfdbinary.readouterr()
    return code, out.decode(), err.decode()


def test_a_file_is_fixed_in_place_with_a_line_for_each_fix(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = folder / "a.md"
    path.write_text(edited(("[Vision]", "[Visoin]"), ("- weight: 0.4", "- wieght: 0.4")))
    assert run(capfdbinary, "--fix", "a.md") == (
        0,
        "a.md:18:1: fixed[unknown-field]: write `- weight:`\n" + DONE + "1 file checked: no problems\n",
        "",
    )
    assert path.read_text() == SPECIMEN
    assert [entry.name for entry in folder.iterdir()] == ["a.md"]


def test_line_ends_mark_and_mode_are_kept(folder: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = folder / "a.md"
    path.write_bytes(b"\xef\xbb\xbf" + MISSPELT.replace("\n", "\r\n").encode())
    path.chmod(0o640)
    assert run(capfdbinary, "--fix", "a.md")[0] == 0
    assert path.read_bytes() == b"\xef\xbb\xbf" + SPECIMEN.replace("\n", "\r\n").encode()
    assert path.stat().st_mode & 0o7777 == 0o640


def test_a_file_without_fixes_is_not_written(folder: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = folder / "a.md"
    for text, code in ((SPECIMEN, 0), (COMMA, 1)):
        path.write_text(text)
        before = path.stat()
        assert run(capfdbinary, "--fix", "a.md")[0] == code
        after = path.stat()
        assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_changes_a_number_needs_unsafe(folder: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = folder / "a.md"
    path.write_text(COMMA)
    code, out, _ = run(capfdbinary, "--fix", "a.md")
    assert code == 1
    assert out.startswith("a.md:18:11: error[invalid-weight]: `0,4` is not a weight\n")
    assert path.read_text() == COMMA
    assert run(capfdbinary, "--fix", "--unsafe", "a.md") == (
        0,
        "a.md:18:11: fixed[invalid-weight]: write `- weight: 0.4`\n1 file checked: no problems\n",
        "",
    )
    assert path.read_text() == SPECIMEN


def test_what_remains_is_reported_at_its_place_in_the_fixed_file(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    text = edited(
        ("- weight: 0.6\n- description: Knows where the team is going.", "#### Description\n\nKnows it."),
        ("- weight: 0.4", "- weight: x"),
    )
    (folder / "a.md").write_text(text)
    code, out, _ = run(capfdbinary, "--fix", "a.md")
    assert code == 1
    head, *rest = [line for line in out.split("\n") if line.startswith("a.md:")]
    assert head.startswith("a.md:10:1: fixed[not-a-bullet]")
    assert [line.split(" ")[:2] for line in rest] == [
        ["a.md:8:1:", "error[missing-field]:"],
        ["a.md:17:11:", "error[invalid-weight]:"],
    ]


def test_standard_input_is_written_to_standard_output(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    for text, expected, code in ((MISSPELT, SPECIMEN, 0), (SPECIMEN, SPECIMEN, 0), (COMMA, COMMA, 1)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        found, out, err = run(capfdbinary, "--fix", "-")
        assert (found, out) == (code, expected)
        assert err.startswith("-:31:24: fixed") is (text == MISSPELT)
        assert "1 file checked" in err


def test_a_diff_shows_what_would_change_and_writes_nothing(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = folder / "a.md"
    path.write_text(MISSPELT)
    code, out, err = run(capfdbinary, "--fix", "--diff", "a.md")
    assert code == 0
    assert path.read_text() == MISSPELT
    assert err == DONE + "1 file checked: no problems\n"
    (folder / "change.diff").write_text(out)
    subprocess.run(["patch", "-s", "-p0", "-i", "change.diff"], cwd=folder, check=True)
    assert path.read_text() == SPECIMEN
    assert run(capfdbinary, "--fix", "--diff", "a.md") == (0, "", "1 file checked: no problems\n")


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("a\nb", "a\nc", [" a", "-b", "\\ No newline at end of file", "+c", "\\ No newline at end of file"]),
        ("a\r\nb\r\n", "a\r\nc\r\n", [" a\r", "-b\r", "+c\r"]),
        ("a\u2028b\n", "a\u2028c\n", ["-a\u2028b", "+a\u2028c"]),
        ("", "a\n", ["+a"]),
    ],
)
def test_lines_of_a_diff_end_with_a_line_feed(before: str, after: str, lines: list[str]) -> None:
    head, second, _, *rest = diff_report("f", before.encode(), after.encode()).split("\n")
    assert (head, second, rest) == ("--- f", "+++ f", [*lines, ""])
    assert diff_report("f", before.encode(), before.encode()) == ""


def test_programs_read_what_was_fixed(folder: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    (folder / "a.md").write_text(MISSPELT)
    code, out, _ = run(capfdbinary, "--fix", "--format", "json", "a.md")
    found = json.loads(out)
    assert (code, found["valid"], found["diagnostics"]) == (0, True, [])
    assert [(d["code"], d["fix"]["edits"][0]["text"]) for d in found["fixed"]] == [
        ("unknown-dimension", "Vision")
    ]
    assert json.loads(run(capfdbinary, "--fix", "--format", "json", "a.md")[1])["fixed"] == []
    assert "fixed" not in json.loads(run(capfdbinary, "--format", "json", "a.md")[1])


def test_github_shows_a_line_for_each_fix_and_what_remains(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (folder / "a.md").write_text(edited(("[Vision]", "[Visoin]"), ("- weight: 0.4", "- weight: 0,4")))
    code, out, _ = run(capfdbinary, "--fix", "--format", "github", "a.md")
    assert code == 1
    assert out.startswith(DONE + "::error file=a.md,line=18,col=11,title=invalid-weight::")


@pytest.mark.parametrize("option", ["--unsafe", "--diff"])
def test_how_to_fix_needs_fix(option: str, folder: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    (folder / "a.md").write_text(MISSPELT)
    code, out, err = run(capfdbinary, option, "a.md")
    assert (code, out) == (2, "")
    assert err == "error: --unsafe and --diff say how to fix: add --fix\n"


def test_what_cannot_be_written_is_reported_and_the_rest_is_fixed(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.md").write_text(MISSPELT)
    (folder / "b.md").write_text(MISSPELT)
    replace = Path.replace

    def refuse(path: Path, target: Path) -> Path:
        if target.name == "a.md":
            raise PermissionError(13, "Permission denied", str(path))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refuse)
    code, _, err = run(capfdbinary, "--fix", "missing.md", "a.md", "b.md")
    assert code == 2
    assert (
        err == "missing.md: cannot be read: No such file or directory\n"
        "a.md: cannot be written: Permission denied\n"
    )
    assert (folder / "a.md").read_text() == MISSPELT
    assert (folder / "b.md").read_text() == SPECIMEN
    assert {entry.name for entry in folder.iterdir()} == {"a.md", "b.md"}
