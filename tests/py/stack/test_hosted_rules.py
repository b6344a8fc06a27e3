"""Rules that only a hosted project enforces, and the checks of Supabase's own tools."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from stack.packages import ROOT, find_supabase_cli
from tests.py.harness.databases import Connection, Database, Databases

# Strings, quoted names and comments, which can contain anything.
_NOT_CODE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"[^\"]*\"", re.DOTALL)
_WRITES = re.compile(
    r"(?<!do )\bupdate\s+(?:only\s+)?[\w.]+(?:\s+(?:as\s+)?\w+)?\s+set\b|\bdelete\s+from\b", re.IGNORECASE
)


def writes_without_where(body: str) -> list[str]:
    """The UPDATEs and DELETEs without a WHERE in a function's body."""
    code = _NOT_CODE.sub("x", body)
    found = []
    for write in _WRITES.finditer(code):
        depth = 0
        own = ""
        for character in code[write.start() :]:
            depth += {"(": 1, ")": -1}.get(character, 0)
            if depth < 0 or (depth == 0 and character == ";"):
                break
            if depth == 0:
                own += character
        if not re.search(r"\bwhere\b", own, re.IGNORECASE):
            found.append(" ".join(own.split()))
    return found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("update a.b set x = 1 where y;", 0),
        ("update a.b as c set x = (select 1 where true);", 1),
        ("update b set x = 1; -- where", 1),
        ("with gone as (delete from b returning 1) select 1 from gone where true;", 1),
        ("with gone as (delete from b where x returning 1) select 1 from gone;", 0),
        ("insert into b values (1) on conflict (x) do update set y = 1;", 0),
        ("select 1 from b for update;", 0),
        ("perform 'delete from b';", 0),
    ],
)
def test_the_search_for_writes_without_where_finds_them(body: str, found: int) -> None:
    assert len(writes_without_where(body)) == found


def test_no_function_updates_or_deletes_without_where(database: Database) -> None:
    """Hosted API sessions load safeupdate, which refuses them inside functions too; no registry has it."""
    functions = database.connect().execute(
        """
        select p.oid::regprocedure::text, p.prosrc
        from pg_catalog.pg_proc as p
        where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
        """
    )
    bodies: dict[str, str] = dict(functions.fetchall())
    assert len(bodies) > 20
    assert {name: found for name, body in bodies.items() if (found := writes_without_where(body))} == {}


#: Functions that visitors call, with the secret of a link.
LINKS = {"session_result", "session_explanation", "session_status", "withdraw_session"}


def advisors(database: Database, home: Path) -> subprocess.CompletedProcess[str]:
    """Run Supabase's security and performance advisors; they fail on WARN and above."""
    # Nine of the lints check the schemas that PostgREST serves: state which these are.
    served = "options=-c%20pgrst.db_schemas%3Dpublic"
    return subprocess.run(
        [
            *(find_supabase_cli(), "db", "advisors", "--type", "all", "--level", "warn", "--fail-on", "warn"),
            f"--remote={database.url()}?sslmode=disable&{served}",
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"DO_NOT_TRACK": "1", "HOME": str(home), "NO_COLOR": "1"},
    )


def test_supabases_advisors_find_nothing_at_warn_or_above(database: Database, tmp_path: Path) -> None:
    answer = advisors(database, tmp_path)
    assert answer.returncode == 0, answer.stdout


def test_the_newest_advisors_warn_of_six_functions_as_the_page_says(connection: Connection) -> None:
    """What they report as `..._security_definer_function_executable`, for each role; the CLI's are older."""
    for role, expected in (
        ("anon", LINKS),
        ("authenticated", LINKS | {"create_tenant", "review_listing"}),
    ):
        found = connection.execute(
            """
            select oid::regproc::text from pg_proc
            where pronamespace = 'public'::regnamespace and prosecdef
              and has_function_privilege(%s, oid, 'execute')
            """,
            [role],
        ).fetchall()
        assert {name for (name,) in found} == expected
        page = (ROOT / "docs" / "upgrading.md").read_text("utf-8")
        assert all(f"`{name}`" in page for name in expected)
        assert f"`{role}_security_definer_function_executable`" in page


def test_the_advisors_would_find_something(databases: Databases, tmp_path: Path) -> None:
    with databases.clone("empty") as open_one:
        open_one.connect().execute(
            "create table public.open_to_all (id integer); grant select on public.open_to_all to anon"
        )
        answer = advisors(open_one, tmp_path)
    assert answer.returncode != 0
    assert "rls_disabled_in_public" in answer.stdout
