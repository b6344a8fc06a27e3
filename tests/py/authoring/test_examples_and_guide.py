"""The examples, the author's guide and the seed agree with the compiler."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools import seed
from worker import cli
from worker.compiler import compile_markdown
from worker.compiler.report import summary, text_report

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = sorted(path for path in (ROOT / "examples").glob("*.md") if path.name != "broken.md")
STARTERS = sorted((ROOT / "examples" / "starters").glob("*.md"))
GUIDE = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
# The guide's convention: a block that begins with "---" is a whole file.
BLOCKS = re.findall(r"^```[a-z]*\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
WHOLE_FILES = [block for block in BLOCKS if block.startswith("---")]


def said(source: str) -> list[str]:
    """The compiler's diagnostics, except ties: overlapping archetypes can always tie, and are meant to."""
    found = compile_markdown(source.encode()).diagnostics
    return [f"{fault.line}: {fault.code}" for fault in found if fault.code != "possible-tie"]


@pytest.mark.parametrize("path", EXAMPLES + STARTERS, ids=lambda path: path.name)
def test_example_compiles_cleanly(path: Path) -> None:
    assert said(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_example_is_complete(path: Path) -> None:
    definition = compile_markdown(path.read_bytes()).definition
    assert definition is not None
    assert 8_000 <= path.stat().st_size <= 20_000
    assert len(definition.examples) >= 3
    assert definition.interview_guidelines.opening
    assert definition.interview_guidelines.closing
    questions = definition.interview_guidelines.probing_questions
    assert set(questions) == {dimension.name for dimension in definition.dimensions} | {"general"}
    for dimension in definition.dimensions:
        assert dimension.interview_themes, dimension.name
        assert dimension.scoring_rubric, dimension.name
    for category in definition.result_categories:
        assert category.strengths, category.name
        assert category.growth_areas, category.name
        assert category.recommendations, category.name


def test_examples_show_every_type_and_every_disclosure() -> None:
    found = [compile_markdown(path.read_bytes()).definition for path in EXAMPLES]
    metadata = [definition.metadata for definition in found if definition is not None]
    assert {data.type for data in metadata} == {"single-outcome", "multi-dimensional", "comparative"}
    assert {data.result_disclosure for data in metadata} == {"full", "teaser", "none"}


def test_broken_example_shows_about_ten_kinds_of_mistake() -> None:
    compilation = compile_markdown((ROOT / "examples" / "broken.md").read_bytes())
    assert compilation.definition is None
    assert len({found.code for found in compilation.diagnostics}) >= 10
    assert {found.severity for found in compilation.diagnostics} == {"error", "warning"}
    assert all(found.hint for found in compilation.diagnostics)


def test_guide_has_whole_files() -> None:
    assert len(WHOLE_FILES) >= 2


@pytest.mark.parametrize("source", WHOLE_FILES, ids=lambda source: f"{len(source)} characters")
def test_whole_file_in_guide_compiles_cleanly(source: str) -> None:
    assert said(source) == []


def test_report_in_guide_is_what_check_says() -> None:
    source = "- weight: 0.4".join(WHOLE_FILES[0].rsplit("- weight: 0.5", 1)).encode()
    compilation = compile_markdown(source)
    report = text_report("mentor-readiness.md", source, compilation) + summary(1, 1, 0)
    assert report in BLOCKS


def test_comparison_in_guide_is_what_diff_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    first, second = "- weight: 0.6", "- weight: 0.4"
    changed = WHOLE_FILES[0].replace("- weight: 0.5", first, 1).replace("- weight: 0.5", second, 1)
    monkeypatch.chdir(tmp_path)
    Path("before.md").write_text(WHOLE_FILES[0], encoding="utf-8")
    Path("mentor-readiness.md").write_text(changed, encoding="utf-8")
    [command] = [block.split()[3:] for block in BLOCKS if "worker diff" in block]
    assert cli.main(command) == 1
    assert capfd.readouterr().out in BLOCKS


def test_guide_ends_with_the_starter_of_that_name() -> None:
    assert WHOLE_FILES[-1] == (ROOT / "examples" / "starters" / "mentor-readiness.md").read_text(
        encoding="utf-8"
    )


def test_codes_that_the_guide_names_exist() -> None:
    from worker.compiler.catalogue import Code

    messages = GUIDE.split("## 14.")[1].split("## 15.")[0]
    named = set(re.findall(r"^\| `([a-z-]+)`", messages, re.MULTILINE))
    assert named
    assert named <= {code.value for code in Code}


def test_seed_is_what_the_starters_compile_to() -> None:
    text = seed.SEED.read_text(encoding="utf-8")
    assert len(seed.COMPILED.findall(text)) == len(STARTERS)
    assert seed.refreshed(text) == text
