"""The lint of supabase/schemas: every file is named in the order, and none is too long to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.schemas import MOST_LINES_OF_A_FUNCTION, problems, schema_files

ORDER = '[db.migrations]\nschema_paths = ["./schemas/a/first.sql", "./schemas/b/second.sql"]\n'


@pytest.fixture
def supabase(tmp_path: Path) -> Path:
    """A project with two valid schema files."""
    write(tmp_path / "config.toml", ORDER)
    write(tmp_path / "schemas" / "README.md", "| `a` | one |\n| `b` | the other |\n")
    write(tmp_path / "schemas" / "a" / "first.sql", "-- The first.\nselect 1;\n")
    write(tmp_path / "schemas" / "b" / "second.sql", "-- The second.\nselect 2;\n")
    return tmp_path


def write(path: Path, text: str) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def function_of(lines: int) -> str:
    """The text of a function with this many lines."""
    head = "create or replace function private.long()\nreturns void\nlanguage plpgsql\nas $$\nbegin\n"
    tail = "end\n$$;\n"
    return head + "  perform 1;\n" * (lines - (head + tail).count("\n")) + tail


def test_the_projects_own_schemas_are_laid_out_well() -> None:
    assert problems() == []
    assert len(schema_files()) > 20


def test_files_that_are_all_named_are_well(supabase: Path) -> None:
    assert problems(supabase) == []


def test_a_file_that_the_order_does_not_name_is_reported(supabase: Path) -> None:
    write(supabase / "schemas" / "b" / "third.sql", "-- The third.\n")
    assert problems(supabase) == [
        "schemas/b/third.sql is not in schema_paths of supabase/config.toml, so nothing applies it."
    ]


def test_a_file_that_is_named_and_missing_is_reported(supabase: Path) -> None:
    (supabase / "schemas" / "b" / "second.sql").unlink()
    assert problems(supabase) == ["schema_paths names schemas/b/second.sql, which does not exist."]


def test_a_file_that_is_named_twice_is_reported(supabase: Path) -> None:
    write(supabase / "config.toml", ORDER.removesuffix("]\n") + ', "./schemas/b/second.sql"]\n')
    assert "schema_paths names schemas/b/second.sql twice." in problems(supabase)


def test_a_folder_that_comes_twice_is_reported(supabase: Path) -> None:
    write(supabase / "schemas" / "a" / "third.sql", "-- The third.\n")
    write(supabase / "config.toml", ORDER.removesuffix("]\n") + ', "./schemas/a/third.sql"]\n')
    assert problems(supabase) == ["schema_paths comes back to schemas/a: a folder's files follow each other."]


def test_a_folder_that_the_page_does_not_tell_in_its_place_is_reported(supabase: Path) -> None:
    write(supabase / "schemas" / "README.md", "| `b` | the other |\n| `a` | one |\n")
    assert problems(supabase) == ["schemas/README.md does not list the folders in the order of schema_paths."]


def test_a_file_of_401_lines_is_reported_and_one_of_400_is_not(supabase: Path) -> None:
    long = supabase / "schemas" / "a" / "first.sql"
    write(long, "-- Long.\n" * 400)
    assert problems(supabase) == []
    write(long, "-- Long.\n" * 401)
    assert problems(supabase) == ["schemas/a/first.sql has 401 lines; the limit is 400."]


def test_a_rollback_of_401_lines_is_reported_too(supabase: Path) -> None:
    write(supabase / "rollback" / "rollback.sql", "-- Long.\n" * 401)
    assert problems(supabase) == ["rollback/rollback.sql has 401 lines; the limit is 400."]


def test_a_function_that_is_one_line_too_long_is_reported(supabase: Path) -> None:
    file = supabase / "schemas" / "a" / "first.sql"
    most = MOST_LINES_OF_A_FUNCTION
    write(file, "-- A function.\n" + function_of(most))
    assert problems(supabase) == []
    write(file, "-- A function.\n" + function_of(most + 1) + function_of(20))
    [problem] = problems(supabase)
    assert problem.startswith(
        f"private.long in schemas/a/first.sql has {most + 1} lines; the limit is {most}"
    )


def test_a_file_without_a_head_comment_is_reported(supabase: Path) -> None:
    write(supabase / "schemas" / "a" / "first.sql", "select 1;\n")
    assert problems(supabase) == [
        "schemas/a/first.sql does not begin with a comment that states its purpose."
    ]
