"""Each migration begins with a line that identifies it, and shows whether it was edited."""

from __future__ import annotations

import re

import pytest

from stack.database import migrations
from stack.packages import ROOT
from tests.py.harness.databases import Connection
from tools import migrations as assembling
from tools import release as generator
from worker.release import Head, Release
from worker.version import VERSION

BODY = "create table public.example ();\n"
OURS = Head.of(Release(0, 2, 0), "example", BODY)


def test_every_migration_begins_with_the_head_of_what_follows() -> None:
    assert len(migrations()) > 10
    for path in migrations():
        text = path.read_text("utf-8")
        head = Head.find(text)
        assert head is not None, path.name
        assert head.is_of(text), path.name
        assert str(head.release) == VERSION
        assert path.stem.partition("_")[2] == head.subject


def test_no_two_migrations_have_one_subject() -> None:
    subjects = [path.stem.partition("_")[2] for path in migrations()]
    assert len(set(subjects)) == len(subjects)


def test_editors_that_tidy_files_leave_migrations_as_they_are() -> None:
    for path in migrations():
        text = path.read_text("utf-8")
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert re.search(r"[ \t\r]$|\t", text, re.MULTILINE) is None, path.name


def test_a_head_is_read_as_it_is_written() -> None:
    assert Head.find(f"{OURS}\n{BODY}") == OURS
    assert OURS.is_of(f"{OURS}\n{BODY}")


def test_windows_line_endings_are_no_edit() -> None:
    copy = f"{OURS}\n{BODY}".replace("\n", "\r\n")
    assert Head.find(copy) == OURS
    assert OURS.is_of(copy)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{OURS}\n{BODY}-- a note\n", id="a line more"),
        pytest.param(f"{OURS}\n", id="nothing after the head"),
        pytest.param(f"-- a note\n{OURS}\n{BODY}", id="a line before the head"),
        pytest.param(f"\ufeff{OURS}\n{BODY}", id="a byte order mark"),
        pytest.param(f"{OURS} \n{BODY}", id="a space after the head"),
        pytest.param(f"{OURS}\n{BODY}{OURS}\n{BODY}", id="two in one file"),
    ],
)
def test_an_edited_copy_is_known_as_a_copy_and_as_edited(text: str) -> None:
    assert Head.find(text) == OURS
    assert not OURS.is_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        BODY,
        "-- custom-assessments\n",
        "-- custom-assessments 0.2 example sha256:00\n",
        f"select '{OURS}';\n",
    ],
)
def test_other_files_have_no_head(text: str) -> None:
    assert Head.find(text) is None


@pytest.mark.parametrize("text", ["", "0.2", "0.2.0.1", "v0.2.0", "0.2.x", "0.2.0-rc1", " 0.2.0", "٠.2.0"])
def test_what_is_not_a_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a version: 0\.2\.0 is"):
        Release.parse(text)


def test_releases_are_ordered_by_number() -> None:
    assert Release.parse("0.10.0") > Release.parse("0.9.9")
    assert str(Release.parse("0.10.0")) == "0.10.0"


def test_the_version_is_written_in_one_place_and_generated_everywhere_else() -> None:
    declared = generator.declared()
    assert str(declared) == VERSION
    generated = dict(generator.generated())
    later = Release(declared.major, declared.minor + 1, 0)
    assert f'VERSION: Final = "{later}"' in generator.module(later)
    assert f"select '{later}'" in generator.schema(later)
    assert f"select '{declared}'" in generated[generator.SCHEMA]


def test_generating_twice_changes_nothing() -> None:
    for path, text in (*generator.generated(), *assembling.generated()):
        assert path.read_text("utf-8") == text, path.relative_to(ROOT)


def test_a_migrated_database_tells_this_release(connection: Connection) -> None:
    assert connection.execute("select public.custom_assessments_version()").fetchone() == (VERSION,)
