"""docs/security.md lists all functions, and names tests that exist."""

import re
from pathlib import Path

from tests.py.harness.databases import Connection

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def section(title: str, part: str | None = None) -> list[list[str]]:
    """The rows of the table under a heading, or under a heading within that, without its head."""
    text, *parts = re.split(r"\n### ", PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0])
    if part is not None:
        (text,) = [each for each in parts if each.startswith(f"{part}\n")]
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    return rows[2:]


def test_the_definer_functions_are_those_of_the_database(connection: Connection) -> None:
    connection.execute("set search_path = public")
    found = connection.execute(
        "select p.oid::regprocedure::text from pg_catalog.pg_proc as p"
        " where p.prosecdef and p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)"
    )
    rows = section("SECURITY DEFINER functions")
    listed = [name for functions, _ in rows for name in re.findall(r"`([^`]+)`", functions)]
    assert sorted(listed) == sorted(name for (name,) in found)
    assert all(reason for _, reason in rows)


def test_each_definer_that_clients_may_execute_is_listed_with_its_check(connection: Connection) -> None:
    connection.execute("set search_path = public")
    found = connection.execute(
        "select p.oid::regprocedure::text,"
        " array_to_string(array(select role from unnest(array['anon', 'authenticated']) as role"
        " where has_function_privilege(role, p.oid, 'execute')), ', ')"
        " from pg_catalog.pg_proc as p where p.prosecdef"
        " and p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)"
        " and (has_function_privilege('anon', p.oid, 'execute')"
        " or has_function_privilege('authenticated', p.oid, 'execute'))"
    ).fetchall()
    rows = section("SECURITY DEFINER functions", "Those that accounts and visitors may execute")
    listed = [(name, roles) for functions, roles, _ in rows for name in re.findall(r"`([^`]+)`", functions)]
    assert sorted(listed) == sorted(found)
    assert all(check for _, _, check in rows)


def test_each_threat_names_tests_that_exist() -> None:
    threats = section("Threats")
    assert len(threats) > 20
    for who, what, stopped_by, shown_by in threats:
        tests = re.findall(r"`([^`]+)`", shown_by)
        assert all([who, what, stopped_by, tests]), what
        missing = [name for name in tests if not (ROOT / "tests" / name).is_file()]
        assert missing == [], what


def test_every_attack_is_on_the_page() -> None:
    attacks = [
        path.relative_to(ROOT / "tests").as_posix()
        for folder, pattern in (("py", "test_*.py"), ("sql", "*.test.sql"))
        for path in (ROOT / "tests" / folder / "attacks").glob(pattern)
    ]
    assert attacks
    assert [name for name in attacks if f"`{name}`" not in PAGE] == []
