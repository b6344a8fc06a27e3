"""sqlfluff reads files that have not passed, and a file that failed never counts as passed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import lint_sql

CLEAN = "select 1 as one;\n"


@pytest.fixture
def linted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """The arguments of each start of sqlfluff, which really runs."""
    started: list[list[str]] = []
    run = subprocess.run

    def noted(command: list[str | Path], *, check: bool) -> subprocess.CompletedProcess[bytes]:
        started.append([Path(word).name for word in command if str(word).endswith(".sql")])
        return run(command, check=check, capture_output=True)

    monkeypatch.setattr(lint_sql, "_PASSED", tmp_path / "passed")
    monkeypatch.setattr(subprocess, "run", noted)
    return started


def test_a_file_is_read_until_it_passes_and_again_when_it_changes(
    linted: list[list[str]], tmp_path: Path
) -> None:
    folder = tmp_path / "sql"
    folder.mkdir()
    (folder / "a.sql").write_text(CLEAN)
    (folder / "b.sql").write_text("SELECT 1 as one;\n")
    assert lint_sql.main([str(folder)]) == 1
    assert lint_sql.main([str(folder)]) == 1
    (folder / "b.sql").write_text(CLEAN)
    assert [lint_sql.main([str(folder)]), lint_sql.main([str(folder)])] == [0, 0]
    assert linted == [["a.sql", "b.sql"]] * 3
    (folder / "b.sql").write_text(CLEAN.upper())
    assert lint_sql.main([str(folder)]) == 1
    assert linted[3:] == [["b.sql"]]
