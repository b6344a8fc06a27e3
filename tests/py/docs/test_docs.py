"""The documentation is correct: links lead somewhere, commands run, examples compile."""

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.generate import difference
from worker.compiler import compile_markdown

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "supabase" / "schemas" / "README.md"]
)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of one language, in order."""
    return [text for name, text in BLOCK.findall(page.read_text(encoding="utf-8")) if name == language]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    missing = [
        target
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert missing == []


def test_the_readme_names_the_two_commands_and_make_knows_them() -> None:
    commands = "".join(blocks(ROOT / "README.md", "sh"))
    named = set(re.findall(r"\bmake ([a-z]+)", commands))
    assert {"demo", "test"} <= named
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in named | {"help", "setup", "up", "down", "reset", "status", "lint", "generate"}:
        assert f"  make {target} " in listed


def test_the_readmes_assessment_compiles() -> None:
    [source] = blocks(ROOT / "README.md", "markdown")
    compilation = compile_markdown(source.encode())
    assert compilation.definition is not None
    assert compilation.diagnostics == ()


def test_the_readmes_check_command_runs_and_shows_the_broken_files_faults() -> None:
    [command] = [block for block in blocks(ROOT / "README.md", "sh") if "worker check" in block]
    done = subprocess.run(
        ["bash", "-c", command.replace(".venv/bin/python", sys.executable)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert re.search(r"^examples/broken\.md:\d+:\d+: error\[[a-z-]+\]: ", done.stdout, re.MULTILINE)


def test_no_generated_file_has_drifted() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.generate", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout


def test_drift_is_shown_line_by_line() -> None:
    shown = difference("docs/page.md", "same\nold\n", "same\nnew\n")
    assert shown.endswith(" same\n-old\n+new\n")


def test_the_readmes_picture_has_the_words_of_check_and_fetches_nothing() -> None:
    picture = (ROOT / "docs" / "pictures" / "check.svg").read_text(encoding="utf-8")
    assert "docs/pictures/check.svg" in (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"<text [^>]*>([^<]*)</text>", picture)
    shown = html.unescape(" ".join(lines)).replace("\N{NO-BREAK SPACE}", " ")
    done = subprocess.run(
        [sys.executable, "-m", "worker", "check", "examples/broken.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    printed = done.stdout.splitlines()
    codes = re.findall(r"(?:error|warning)\[[a-z-]+\]", done.stdout)
    assert [code for code in codes[:5] if code not in shown] == []
    assert printed[-1] in shown
    assert f"... {len(codes) - 5} more ..." in shown
    assert re.findall(r"(?:href|url|src)\W+(?!#)[a-z]+:", picture) == []
