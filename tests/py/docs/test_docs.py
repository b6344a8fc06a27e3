"""The documentation is correct: links lead somewhere, commands run, examples compile."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools import pictures
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


def test_the_readmes_check_command_runs_and_shows_the_broken_files_errors() -> None:
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


def test_the_readmes_pictures_are_what_make_pictures_draws_now() -> None:
    drawn = dict(pictures.generated())
    stale = [path.name for path, text in drawn.items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run `make pictures`"
    # Those of the page are taken in a browser, and not compared by the pixel.
    assert {path.name for path in pictures.FOLDER.iterdir()} - {path.name for path in drawn} == {
        "editor.png",
        "report.png",
    }
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in drawn if f"({path.relative_to(ROOT)})" not in readme] == []
    fetched = [re.findall(r"(?:href|url|src)\W+(?!#)[a-z]+:", text) for text in drawn.values()]
    assert not any(fetched)


def test_the_readmes_diagram_names_tables_of_the_database() -> None:
    [diagram] = blocks(ROOT / "README.md", "mermaid")
    tables = re.findall(
        r"^  (\w+) {", (ROOT / "docs" / "diagram.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    stores = re.findall(r"(\w+)\[\(", diagram)
    assert len(stores) == 3
    assert [name for name in stores if not any(table.endswith(f"_{name}") for table in tables)] == []


def headings(page: Path) -> set[str]:
    """Return the fragments that lead to the headings of a page, as GitHub makes them."""
    text = re.sub(r"^(`{3,}).*?^\1", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_into_a_page_leads_to_a_heading(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = re.findall(r"\]\((?!https?:|mailto:)([^)#\s]*)#([^)\s]+)\)", text)
    missing = [
        f"{target}#{fragment}"
        for target, fragment in found
        if (target.endswith(".md") or not target)
        and fragment not in headings(page.parent / target if target else page)
    ]
    assert missing == []


@pytest.mark.parametrize(
    "change",
    [
        "a front matter key",
        "a disclosure level",
        "a refusal",
        "a job kind",
        "a results column",
        "a diagnostic",
        "an RPC",
    ],
)
def test_the_readme_leads_to_each_recipe_in_two_steps(change: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [row] = [line for line in readme.splitlines() if "(docs/development.md#how-to-add)" in line]
    assert change in row
    page = (ROOT / "docs" / "development.md").read_text(encoding="utf-8")
    section = page.split("\n## How to add\n")[1].split("\n### ")[0]
    assert re.search(rf"\[{change}\]\(#{change.lower().replace(' ', '-')}\)", section, re.IGNORECASE)
    recipe = page.split(f"\n### {change[0].upper()}{change[1:]}\n")[1].split("\n### ")[0]
    places = re.findall(r"`((?:supabase|worker)/[^`]+\.\w+)`", recipe)
    assert places
