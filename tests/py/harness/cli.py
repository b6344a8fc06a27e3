"""The real Supabase CLI, without Docker, and what it made of a database."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from stack.packages import find_supabase_cli
from tests.py.harness.databases import Database


class SupabaseCli:
    """The CLI, in one project and aimed at one database."""

    def __init__(self, database: Database, project: Path, *, home: Path) -> None:
        self._target = f"--remote={database.url()}?sslmode=disable"
        self._project = project
        self._home = home

    def __call__(self, *arguments: str) -> str:
        """Run a command that has to succeed; what it printed."""
        answer = self.run(*arguments)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout + answer.stderr

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command."""
        return subprocess.run(
            [find_supabase_cli(), *arguments, self._target, "--workdir", self._project, "--yes"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=os.environ | {"DO_NOT_TRACK": "1", "HOME": str(self._home), "NO_COLOR": "1"},
        )


def fingerprint(database: Database) -> list[tuple[object, ...]]:
    """What the migrations made, and who may do what with it."""
    return (
        database.connect("supabase_admin")
        .execute(
            """
        select 'relation' as kind, c.oid::regclass::text as name, c.relacl::text as detail
        from pg_class as c
        where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
        union all
        select 'column', a.attrelid::regclass::text || '.' || a.attname, concat(
          format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attacl::text, pg_get_expr(d.adbin, d.adrelid)
        )
        from pg_attribute as a
        inner join pg_class as c on c.oid = a.attrelid
        left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and a.attnum > 0
        union all
        select 'constraint', conrelid::regclass::text || '.' || conname, pg_get_constraintdef(oid)
        from pg_constraint
        where connamespace in ('public'::regnamespace, 'private'::regnamespace)
        union all
        select 'function', oid::regprocedure::text, concat(
          md5(prosrc), proacl::text, prosecdef, proconfig::text
        )
        from pg_proc
        where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
        union all
        select 'policy', concat(polrelid::regclass, '.', polname), concat(
          polcmd, polroles::text, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
        )
        from pg_policy
        union all
        select 'trigger', concat(tgrelid::regclass, '.', tgname), pg_get_triggerdef(oid)
        from pg_trigger
        where not tgisinternal
        order by 1, 2, 3
        """
        )
        .fetchall()
    )
