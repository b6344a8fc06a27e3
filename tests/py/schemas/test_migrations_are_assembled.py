"""The migrations are the schemas' text under their heads: deterministic, and none edited by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from stack.database import MIGRATIONS, migrations
from stack.errors import StackError
from tools import migrations as assembling
from tools.schemas import MOST_LINES_OF_A_FILE, SUPABASE, schema_files
from worker.release import Head, Release

RELEASE = Release(0, 9, 1)


@pytest.fixture
def supabase(tmp_path: Path) -> Path:
    """A copy of the project's schemas and migrations."""
    for part in ("config.toml", "schemas", "migrations"):
        source, target = SUPABASE / part, tmp_path / part
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    return tmp_path


def edited(supabase: Path) -> list[str]:
    """The names of the migrations that differ from the schemas, and of those that have no schema."""
    wanted = dict(assembling.generated(supabase))
    return sorted(
        path.name
        for path in {*wanted, *migrations(supabase / "migrations")}
        if not path.exists() or path.read_text(encoding="utf-8") != wanted.get(path)
    )


def test_the_committed_migrations_are_what_the_schemas_give(supabase: Path) -> None:
    assert edited(supabase) == []
    assert assembling.left_over(supabase) == []


def test_assembling_twice_gives_the_same_bytes(supabase: Path) -> None:
    assert list(assembling.assembled(RELEASE, supabase)) == list(assembling.assembled(RELEASE, supabase))


def test_a_migration_that_was_edited_by_hand_is_found(supabase: Path) -> None:
    path = migrations(supabase / "migrations")[3]
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("the", "teh", 1), encoding="utf-8")
    assert edited(supabase) == [path.name]
    head = Head.find(text)
    assert head is not None
    assert head.is_of(text)
    assert not head.is_of(path.read_text(encoding="utf-8"))


def test_a_migration_that_no_schema_gives_is_found(supabase: Path) -> None:
    stray = supabase / "migrations" / "20990101000000_stray.sql"
    stray.write_text("select 1;\n", encoding="utf-8")
    assert edited(supabase) == [stray.name]
    assert assembling.left_over(supabase) == [stray]


def test_an_edited_schema_changes_its_own_migration_alone(supabase: Path) -> None:
    path = supabase / "schemas" / "refusals" / "refuse.sql"
    path.write_text(path.read_text(encoding="utf-8") + "\nselect 1;\n", encoding="utf-8")
    assert [name.partition("_")[2] for name in edited(supabase)] == ["refusals.sql"]


def test_every_line_of_the_schemas_is_in_the_migrations_in_order(supabase: Path) -> None:
    def lines(text: str) -> list[str]:
        return [line for line in text.splitlines() if line and not line.startswith("-- custom-assessments ")]

    written = [line for _, text in assembling.assembled(RELEASE, supabase) for line in lines(text)]
    assert written == [
        line for path in schema_files(supabase) for line in lines(path.read_text(encoding="utf-8"))
    ]


def test_no_migration_is_longer_than_can_be_read_and_all_sort_in_their_order() -> None:
    names = [path.name for path, _ in assembling.assembled(RELEASE)]
    assert names == sorted(names)
    stamps = [name.partition("_")[0] for name in names]
    assert len(set(stamps)) == len(stamps)
    assert {len(stamp) for stamp in stamps} == {14}
    longest = {path.name: text.count("\n") for path, text in assembling.assembled(RELEASE)}
    assert {name: lines for name, lines in longest.items() if lines > MOST_LINES_OF_A_FILE} == {}


def test_each_head_names_the_release_and_the_subject_and_has_the_digest_of_the_rest() -> None:
    for path, text in assembling.assembled(RELEASE):
        head = Head.find(text)
        assert head is not None
        assert head.is_of(text)
        assert (head.release, head.subject) == (RELEASE, path.stem.partition("_")[2])


def test_a_folder_that_is_too_long_is_cut_between_its_files(tmp_path: Path) -> None:
    files = []
    for name, lines in (("one", 200), ("two", 150), ("three", 300), ("four", 10)):
        path = tmp_path / "subject" / f"{name}.sql"
        path.parent.mkdir(exist_ok=True)
        path.write_text("-- line\n" * lines, encoding="utf-8")
        files.append(path)
    parts = list(assembling.parts(files))
    assert [part.subject for part in parts] == ["subject_one", "subject_three"]
    assert [[path.stem for path in part.files] for part in parts] == [["one", "two"], ["three", "four"]]
    assert parts[0].stamp < parts[1].stamp


def migration(release: Release, subject: str, body: str) -> str:
    """The text of a migration under its head."""
    return f"{Head.of(release, subject, body)}\n{body}"


def test_after_1_0_a_released_migration_stays_and_a_new_one_gets_a_head(tmp_path: Path) -> None:
    old, new = tmp_path / "20260107000100_old.sql", tmp_path / "20270101000000_new.sql"
    released, coming = migration(Release(1, 0, 0), "old", "select 1;\n"), Release(1, 1, 0)
    old.write_text(released, encoding="utf-8")
    assert assembling.headed(old, coming) == released

    new.write_text("select 2;\n", encoding="utf-8")
    headed = assembling.headed(new, coming)
    assert headed == migration(coming, "new", "select 2;\n")
    new.write_text(headed + "select 3;\n", encoding="utf-8")
    assert assembling.headed(new, coming) == migration(coming, "new", "select 2;\nselect 3;\n")

    old.write_text(released + "select 4;\n", encoding="utf-8")
    with pytest.raises(
        StackError, match=r"_old\.sql was released with 1\.0\.0, and is never edited after that"
    ):
        assembling.headed(old, coming)


def test_the_stack_reads_the_same_folder() -> None:
    assert assembling.MIGRATIONS == MIGRATIONS
