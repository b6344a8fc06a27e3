"""``make migration NAME=...``: propose the next migration, which brings the migrations up to the schemas.

The Supabase CLI compares a database made by the migrations with one made by the schemas and writes the
statements that lead from one to the other. It does not detect everything (rows, statistics, some revokes), so
the proposal is tried, and remaining differences are listed at its top, to be written by hand. Review the
proposal before you share it. Until version 1.0 the migrations are assembled from the schemas, and the
proposal is only shown.
"""

import argparse
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from stack import database, postgres
from stack.errors import StackError
from stack.packages import find_postgres, find_supabase_cli
from stack.postgres import Cluster
from tools.catalogue import catalogue, differences
from tools.migrations import ASSEMBLED_BEFORE, MIGRATIONS
from tools.release import declared
from tools.schemas import schema_files
from worker.release import Release

# How lines of the notices begin that the CLI prints in front of the statements.
_NOTICES = {"│", "▲", "●"}


def propose(cluster: Cluster, present: str, wanted: str) -> str:
    """Return the migration that leads from one database to the other; empty if nothing must change.

    Args:
        cluster: the server of both.
        present: the name of the database as it is. The proposal is tried on it, and then undone.
        wanted: the name of the database as it should become.
    """
    statements = _diff(cluster.url("postgres", present), cluster.url("postgres", wanted))
    with (
        psycopg.connect(cluster.dsn("postgres", present)) as tried,
        psycopg.connect(cluster.dsn("postgres", wanted)) as target,
    ):
        try:
            tried.execute(statements.encode())
            left = differences(catalogue(tried), catalogue(target))
        except psycopg.Error as error:
            left = [f"the proposal fails: {error}"]
        tried.rollback()
    missing = "".join("".join(f"--   {line}\n" for line in entry.splitlines()) for entry in left)
    if missing:
        missing = f"-- Still to be written by hand:\n{missing}\n"
    return missing + statements


def _diff(present: str, wanted: str) -> str:
    """Return the statements that the Supabase CLI proposes."""
    done = subprocess.run(
        [
            find_supabase_cli(), "db", "diff", "--use-pg-delta",
            "--from", f"{present}?sslmode=disable",
            "--to", f"{wanted}?sslmode=disable",
        ],
        env=os.environ | {"DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise StackError("supabase db diff failed", log=done.stderr)
    # Its notices of what it leaves out come before the statements; what that changes is found below.
    statements = "\n".join(line for line in done.stdout.splitlines() if line[:1] not in _NOTICES).strip()
    return statements + "\n" if statements else ""


def _databases(cluster: Cluster) -> tuple[str, str]:
    """Create a database from the migrations and one from the schemas; return their names."""
    names = ("migrations", "schemas")
    with psycopg.connect(cluster.dsn(postgres.SUPERUSER, "postgres"), autocommit=True) as admin:
        database.bootstrap(admin, password=cluster.password)
        for name in names:
            database.create_database(admin, name)
            admin.execute(sql.SQL("alter database {} owner to postgres").format(sql.Identifier(name)))
    for name, files in zip(names, (database.migrations(), schema_files()), strict=True):
        with psycopg.connect(cluster.dsn(postgres.SUPERUSER, name)) as admin:
            database.bootstrap(admin, password=cluster.password)
        with psycopg.connect(cluster.dsn("postgres", name)) as owner:
            database.migrate(owner, files)
    return names


def file_for(name: str, folder: Path = MIGRATIONS) -> Path:
    """Return the path of the next migration, with the current date and after all others."""
    newest = max((int(path.name.partition("_")[0]) for path in database.migrations(folder)), default=0)
    stamp = max(int(datetime.now(UTC).strftime("%Y%m%d%H%M%S")), newest + 1)
    return folder / f"{stamp}_{name}.sql"


def deliver(name: str, text: str, release: Release, folder: Path = MIGRATIONS) -> str:
    """Write a proposal, and return a message; until 1.0 it is only shown."""
    if not text:
        return "Nothing to do: the migrations match the schemas."
    if release.major < ASSEMBLED_BEFORE:
        return f"{text}\nUntil 1.0 this is not written: `make generate` assembles the migrations."
    path = file_for(name, folder)
    path.write_text(text, encoding="utf-8")
    return f"wrote {path}: review it, and add what it lists as missing"


def _subject(text: str) -> str:
    if re.fullmatch("[a-z0-9_]+", text) is None:
        raise argparse.ArgumentTypeError("a name is letters a to z, digits and underscores")
    return text


def main() -> int:
    """Write or show the proposal; 0 if there is one or nothing must change."""
    parser = argparse.ArgumentParser(prog="make migration", description=__doc__)
    parser.add_argument("name", type=_subject, metavar="NAME", help="what the migration is about")
    name: str = parser.parse_args().name
    try:
        with postgres.throwaway(find_postgres()) as cluster:
            text = propose(cluster, *_databases(cluster))
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    print(deliver(name, text, declared()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
