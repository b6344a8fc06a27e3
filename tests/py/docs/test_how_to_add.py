"""The recipes of "How to add" are followed in a copy of the checkout, where the tests they name then pass."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stack.packages import ROOT
from tests.py.harness.locks import tracked_files

PATCHES = Path(__file__).with_name("patches")
PAGE = (ROOT / "docs" / "development.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("\n## How to add\n")[2].partition("\n## ")[0]
#: The text of each recipe, by its title.
RECIPES = {title: text for title, _, text in (part.partition("\n") for part in SECTION.split("\n### ")[1:])}
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}


def patch_of(title: str) -> Path:
    return PATCHES / f"{title.lower().replace(' ', '_')}.patch"


def changed_by(title: str) -> list[str]:
    return re.findall(r"^\+\+\+ b/(.+)$", patch_of(title).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_recipe_has_its_patch_and_every_patch_its_recipe() -> None:
    assert RECIPES
    assert sorted(map(patch_of, RECIPES)) == sorted(PATCHES.glob("*.patch"))


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_names_every_file_that_its_patch_changes(title: str) -> None:
    changed = changed_by(title)
    steps, _, _ = RECIPES[title].partition("Tests: ")
    assert changed
    assert [path for path in changed if f"`{path}`" not in steps] == []


def test_a_front_matter_key_is_written_in_four_places_and_in_tests() -> None:
    changed = changed_by("A front matter key")
    places = [path for path in changed if not path.startswith(("tests/", "tools/version_vectors.py"))]
    assert len(places) == 4, places


@pytest.mark.long
def test_who_follows_the_recipes_has_tests_that_pass(tmp_path: Path) -> None:
    """One after the other in one copy, because generating the files and a database takes time."""
    copy = tmp_path / "checkout"
    for path in tracked_files():
        target = copy / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    (copy / "node_modules").symlink_to(ROOT / "node_modules")
    tests: set[str] = set()
    for title, recipe in RECIPES.items():
        run(copy, "git", "apply", "--unsafe-paths", str(patch_of(title)))
        named = re.findall(r"`(tests/[^`]+)`", recipe.partition("Tests: ")[2])
        assert named
        tests.update(named)
    run(copy, sys.executable, "-m", "tools.generate")
    few = ["--hypothesis-profile", "quick"]
    run(copy, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *few, *sorted(tests))


def run(copy: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=copy, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
