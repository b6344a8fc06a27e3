"""What users, reporters and contributors find, and the version number that all files share."""

from __future__ import annotations

import re
import tomllib

import pytest
import yaml

from stack.packages import ROOT
from worker.release import Release

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def test_the_changelog_begins_with_this_version_and_goes_back() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    heads = re.findall(r"^## (.*)$", text, re.MULTILINE)
    releases = [
        re.fullmatch(r"(\d+\.\d+\.\d+) \((?:not released yet|never released|\d{4}-\d\d-\d\d)\)", head)
        for head in heads
    ]
    assert None not in releases
    numbers = [release[1] for release in releases if release]
    assert numbers[0] == VERSION
    assert [Release.parse(number) for number in numbers] == sorted(map(Release.parse, numbers), reverse=True)


@pytest.mark.parametrize("name", ["bug", "proposal"])
def test_an_issue_form_has_what_github_asks_for(name: str) -> None:
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / f"{name}.yml").read_text(encoding="utf-8"))
    assert form["name"]
    assert form["description"]
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    assert len({field["id"] for field in fields}) == len(fields) > 1
    assert [field for field in fields if not field["attributes"]["label"]] == []


def test_a_security_problem_is_not_sent_to_the_issues() -> None:
    assert "**Report a vulnerability**" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    form = (ROOT / ".github" / "ISSUE_TEMPLATE" / "bug.yml").read_text(encoding="utf-8")
    assert "SECURITY.md" in form
    assert "SECURITY.md" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_steps_of_a_release_name_commands_that_there_are() -> None:
    steps = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("\n## A release\n")[1]
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    called = set(re.findall(r"`make ([a-z-]+)`", steps))
    assert {"test", "test-install", "generate", "wheel"} <= called
    assert called <= set(targets)
