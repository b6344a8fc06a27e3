"""docs/operations.md lists the settings of the database as they are."""

from __future__ import annotations

from stack.packages import ROOT
from tests.py.harness.databases import Connection


def test_settings_of_the_database_are_those_of_the_page(connection: Connection) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = page.split("\n## Settings in the database\n")[1].split("\n## ")[0]
    listed = [line for line in section.splitlines() if line.startswith("| `")]
    rows = connection.execute("select name, value, least, most, meaning from private.settings order by name")
    assert listed == [
        f"| `{name}` | {value} | {least} to {most} | {meaning} |"
        for name, value, least, most, meaning in rows
    ]
