"""The demo goes through against the real API, and what it prints to be pasted works when it is pasted."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from supabase_auth.errors import AuthError

from examples import demo
from tests.py.harness.api import RunningApi, api_over
from tests.py.harness.databases import Databases

ROOT = Path(__file__).resolve().parents[3]


class AsciiStream(io.StringIO):
    """A stream that can show no more than ASCII."""

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a real stream's attribute; StringIO has none
        return "ascii"


@pytest.fixture(scope="module")
def site(databases: Databases) -> Iterator[RunningApi]:
    with databases.clone("seeded") as database, api_over(database) as api:
        yield api


def stack_of(site: RunningApi) -> demo.Stack:
    return demo.Stack(
        url=site.url,
        anon_key=site.keys.anon,
        publishable_key=site.keys.anon,
        service_key=site.keys.service_role,
        database_url=site.database.url(),
    )


@pytest.fixture(scope="module")
def shown(site: RunningApi) -> str:
    stream = io.StringIO()
    terminal = demo.Terminal(stream, colour=False, unicode=True, live=False)
    demo.run(terminal, stack_of(site))
    return stream.getvalue()


def test_three_files_become_drafts_and_the_broken_one_shows_its_faults(shown: str) -> None:
    drafts = re.findall(r"✓ (\S+\.md) +→ draft", shown)
    assert drafts == ["digital-maturity.md", "leadership-archetypes.md", "personality-facets.md"]
    checked = subprocess.run(
        [sys.executable, "-m", "worker", "check", "broken.md"],
        cwd=ROOT / "examples",
        env={"PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 1
    assert "\n".join(f"     {line}" for line in checked.stdout.splitlines()) in shown


def test_the_owner_sees_a_bar_for_each_dimension_and_the_category(shown: str) -> None:
    owner = shown.split("What the owner sees")[1].split("What the respondent sees", maxsplit=1)[0]
    assert [name for name in demo.SCORES if re.search(rf"{name} +\d\.\d\d  █+░*  ", owner)] == list(
        demo.SCORES
    )
    assert re.search(r"Overall +3\.75  █+░+\n", owner)
    assert "The Navigator" in owner
    assert "Growth areas" in owner
    assert demo.INSIGHTS[0]["text"] in re.sub(r"\s+", " ", owner)


def test_the_readme_shows_what_the_owner_sees(shown: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [excerpt] = re.findall(r"^```text\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert len(excerpt.splitlines()) > 6
    assert excerpt in shown


def test_the_respondent_sees_the_category_and_no_scores(shown: str) -> None:
    respondent = shown.split("What the respondent sees")[1].split("The stack is still up", maxsplit=1)[0]
    assert "The Navigator" in respondent
    assert "█" not in respondent
    assert "3.75" not in respondent
    assert "Growth areas" not in respondent


def test_the_three_lines_work_when_they_are_pasted(shown: str) -> None:
    lines = re.findall(r"^(?:curl|node) .*$", shown, re.MULTILINE)
    answers = [
        subprocess.run(["bash", "-c", line], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for line in lines
    ]
    assert len(answers) == 3
    assert json.loads(answers[0])["category"]["name"] == "The Navigator"
    assert [row["matched_category"] for row in json.loads(answers[1])] == ["The Navigator"]
    assert "Leadership Archetypes" in answers[2]


def test_a_second_run_finds_everything_as_the_first_left_it(site: RunningApi, shown: str) -> None:
    assert shown
    stream = AsciiStream()
    demo.run(demo.Terminal.for_stream(stream, {}), stack_of(site))
    again = stream.getvalue()
    assert again.isascii()
    assert re.search(r'\+ leadership-archetypes\.md +> active "Leadership Archetypes" 1\.0', again)
    assert "The Navigator" in again


def test_a_wrong_password_is_explained(site: RunningApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "OWNER_PASSWORD", "not this one")
    terminal = demo.Terminal(io.StringIO(), colour=False, unicode=True, live=False)
    with pytest.raises(AuthError) as caught:
        demo.run(terminal, stack_of(site))
    trouble = demo.explain(caught.value)
    assert demo.OWNER_EMAIL in trouble.message
    assert "make reset" in trouble.hint


def test_a_worker_that_cannot_start_is_shown_with_its_own_words(
    site: RunningApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKER_LEASE_SECONDS", "soon")
    terminal = demo.Terminal(io.StringIO(), colour=False, unicode=True, live=False)
    with pytest.raises(demo.DemoError) as caught:
        demo.run(terminal, stack_of(site))
    assert "WORKER_LEASE_SECONDS" in caught.value.log


@pytest.mark.parametrize(("score", "full"), [("1", 0), ("3", 12), ("5", 24), ("4.5", 21)])
def test_a_bar_is_empty_at_the_low_end_and_full_at_the_high_end(score: str, full: int) -> None:
    assert demo.bar(Decimal(score), (Decimal(1), Decimal(5))) == "█" * full + "░" * (24 - full)
