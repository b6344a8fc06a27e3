"""A pgTAP file is split where psql would split it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.py.pgtap.statements import ScriptError, statements


def split(tmp_path: Path, text: str) -> list[tuple[str, int]]:
    path = tmp_path / "file.sql"
    path.write_text(text, encoding="utf-8")
    return [(statement.text, statement.line) for statement in statements(path)]


@pytest.mark.parametrize(
    "statement",
    [
        "select 'a;b'",
        "select 'it''s; fine'",
        "select e'it\\'s; fine'",
        'select 1 as "a;""b"',
        "select $$a;b$$",
        "select $x$a;$$;b$x$",
        "select 1 -- ; no\n + 1",
        "select 1 /* ; /* nested ; */ ; */ + 1",
        "do $body$ begin perform 1; end $body$",
        "select $1;2".replace("$1;2", "'$1;2'"),
        "select 'ünï;cödé'",
    ],
)
def test_a_semicolon_inside_is_no_end(tmp_path: Path, statement: str) -> None:
    assert split(tmp_path, f"{statement};\nselect 2;") == [
        (statement, 1),
        ("select 2", 2 + statement.count("\n")),
    ]


def test_comments_between_statements_are_skipped_and_lines_counted(tmp_path: Path) -> None:
    assert split(tmp_path, "-- a; comment\n\n/* another; one */ select 1;;\n\nselect\n2;\n") == [
        ("select 1", 3),
        ("select\n2", 5),
    ]


def test_a_file_can_include_another(tmp_path: Path) -> None:
    (tmp_path / "part.psql").write_text("select 1;\n", encoding="utf-8")
    assert [text for text, _ in split(tmp_path, "\\ir part.psql\nselect 2;\n")] == ["select 1", "select 2"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("select 1;\nselect 'x;", "file.sql:2: the quote ' is not ended"),
        ('select "x;', 'the quote " is not ended'),
        ("select $a$ x;", "the quote $a$ is not ended"),
        ("/* x", "the comment is not ended"),
        ("select 1", "the last statement has no semicolon"),
        ("\\set x 1", "only `\\ir FILE` is known"),
        ("\\ir", "only `\\ir FILE` is known"),
    ],
)
def test_what_cannot_be_split_is_reported(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(ScriptError, match=r".") as refused:
        split(tmp_path, text)
    assert fault in str(refused.value)
