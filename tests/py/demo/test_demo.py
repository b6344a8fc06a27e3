"""The demo runs against the real API, and the lines that it prints for pasting work."""

from __future__ import annotations

import html
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
from stack.errors import StackError
from tests.py.harness.api import RunningApi, api_over
from tests.py.harness.databases import Databases

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def site(databases: Databases) -> Iterator[RunningApi]:
    with databases.clone("seeded") as database, api_over(database) as api:
        yield api


def stack_of(site: RunningApi) -> dict[str, str]:
    return {
        "API_URL": site.url,
        "ANON_KEY": site.keys.anon,
        "PUBLISHABLE_KEY": site.keys.publishable,
        "SERVICE_ROLE_KEY": site.keys.service_role,
        "DB_URL": site.database.url(),
    }


def run_at(site: RunningApi, width: int, encoding: str = "utf-8") -> str:
    """Run the demo with its output in a pipe, and return it without spaces at the ends of lines."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    demo.run(demo.console_on(stream, width), stack_of(site))
    stream.seek(0)
    return "\n".join(line.rstrip() for line in stream.read().splitlines())


@pytest.fixture(scope="module")
def shown(site: RunningApi) -> str:
    return run_at(site, 100)


def test_three_files_become_drafts_and_the_broken_one_shows_its_errors(shown: str) -> None:
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
    assert "\n".join(f"     {line}".rstrip() for line in checked.stdout.splitlines()) in shown


def test_the_owner_sees_a_bar_for_each_dimension_and_the_category(shown: str) -> None:
    owner = shown.split("What the owner sees")[1].split("What the respondent sees", maxsplit=1)[0]
    assert [name for name in demo.SCORES if re.search(rf"{name} +\d\.\d\d  █+░*  ", owner)] == list(
        demo.SCORES
    )
    assert re.search(r"Overall +3\.75  █+░+\n", owner)
    assert "The Navigator" in owner
    assert "Growth areas" in owner
    assert demo.INSIGHTS[0]["text"] in re.sub(r"\s+", " ", owner)


def test_the_evidence_and_how_far_readings_agree_are_under_each_bar(shown: str) -> None:
    owner = shown.split("What the owner sees")[1].split("What the respondent sees", maxsplit=1)[0]
    for name in demo.SCORES:
        below = owner.split(name)[1].splitlines()[1:4]
        assert re.search(r"“.+” \(turn \d+\)", " ".join(below)), name
    assert len(re.findall(r"^ +3 equal readings$", owner, re.MULTILINE)) == 4
    assert "3 readings, up to 0.5 apart" in owner
    assert "the same category in 3 of 3 readings by the same model" in owner


@pytest.mark.parametrize("name", ["result", "link"])
def test_the_readmes_pictures_show_what_the_demo_shows(shown: str, name: str) -> None:
    picture = (ROOT / "docs" / "pictures" / f"{name}.svg").read_text(encoding="utf-8")
    lines: dict[str, str] = {}
    for height, text in re.findall(r'<text [^>]* y="([^"]+)"[^>]*>([^<]*)</text>', picture):
        lines[height] = lines.get(height, "") + "".join(html.unescape(text).split())
    drawn = [line for line in lines.values() if line and demo.RESPONDENT_NAME.replace(" ", "") not in line]
    assert len(drawn) > 5
    printed = {"".join(line.split()) for line in shown.splitlines()}
    assert [line for line in drawn if line not in printed] == []


def test_an_edit_while_the_interview_is_under_way_does_not_reach_it(shown: str) -> None:
    assert "began the interview with version 1.0" in shown
    assert "edited the opening: version 1.1" in shown
    assert "the interview goes on with version 1.0" in shown


def test_the_link_says_how_far_the_session_is(shown: str) -> None:
    assert re.findall(r"the link says: (.*)", shown) == [
        "open, “Leadership Archetypes” from Aldergrove Coaching",
        "complete",
    ]
    assert "and: A computer program asks the questions and scores your answers." in shown


def test_the_respondent_sees_the_category_and_no_scores(shown: str) -> None:
    respondent = shown.split("What the respondent sees")[1].split("The stack is still running", maxsplit=1)[0]
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
    # One result for each run of the demo; another test may have run it once more.
    assert {row["matched_category"] for row in json.loads(answers[1])} == {"The Navigator"}
    assert "Leadership Archetypes" in answers[2]


def test_the_last_two_lines_are_links_to_the_result_and_to_the_respondents_view(
    site: RunningApi, shown: str
) -> None:
    links = re.findall(rf"^{re.escape(site.url)}/#/(\w+)/(\S+)$", shown, re.MULTILINE)
    assert [page for page, _ in links] == ["results", "s"]
    connection = site.database.connect()
    (found,) = connection.execute(
        "select count(*) from public.custom_assessment_results join public.coaching_sessions"
        " on coaching_sessions.id = custom_assessment_results.session_id"
        " where custom_assessment_results.id = %s and access_token = %s",
        [identifier for _, identifier in links],
    ).fetchone() or (None,)
    assert found == 1


def test_a_second_run_in_ascii_and_80_columns_shows_the_same(site: RunningApi, shown: str) -> None:
    assert shown
    again = run_at(site, 80, "ascii")
    assert again.isascii()
    assert "?" not in again.split("What the owner sees")[1].split("The stack is still running")[0]
    # The first run has edited the one that it uploaded: the same file makes another.
    assert re.search(r'\+ leadership-archetypes\.md +> draft "Leadership Archetypes" 1\.0', again)
    owner = again.split("What the owner sees")[1].split("The stack is still running", maxsplit=1)[0]
    assert max(len(line) for line in owner.splitlines()) <= 80
    assert re.search(r"Overall +3\.75  #{17}\.{7}\n", owner)


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_has_colour_unless_no_color_is_set(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], coloured: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in {"TERM": "xterm-256color", "FORCE_COLOR": "1", **environment}.items():
        monkeypatch.setenv(name, value)
    stream = io.StringIO()
    demo.boxed(
        demo.console_on(stream, 80), demo.score_table({"Trust": Decimal(3)}, (Decimal(1), Decimal(5)), {})
    )
    assert ("\x1b[36m" in stream.getvalue()) == coloured
    assert "████████████░░░░░░░░░░░░" in stream.getvalue()


def test_a_wrong_password_is_explained(site: RunningApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "OWNER_PASSWORD", "not this one")
    with pytest.raises(AuthError) as caught:
        run_at(site, 100)
    trouble = demo.explain(caught.value)
    assert demo.OWNER_EMAIL in trouble.message
    assert "make reset" in trouble.hint


def test_the_log_of_a_worker_that_cannot_start_is_shown(
    site: RunningApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKER_LEASE_SECONDS", "soon")
    with pytest.raises(StackError) as caught:
        run_at(site, 100)
    assert "WORKER_LEASE_SECONDS" in caught.value.log


@pytest.mark.parametrize(("score", "full"), [("1", 0), ("3", 12), ("5", 24), ("4.5", 21)])
def test_a_bar_is_empty_at_the_low_end_and_full_at_the_high_end(score: str, full: int) -> None:
    assert demo.bar(Decimal(score), (Decimal(1), Decimal(5))) == "█" * full + "░" * (24 - full)
