"""A database that looks like a Supabase project's: created, migrated, seeded."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql

from stack.errors import StackError
from stack.packages import ROOT

DefaultPrivileges = Literal["new", "old"]

BOOTSTRAP = ROOT / "stack" / "bootstrap.sql"
MIGRATIONS = ROOT / "supabase" / "migrations"
SEED = ROOT / "supabase" / "seed.sql"

# The roles that can log in. All have the same password, as in Supabase's own local stack.
LOGIN_ROLES = ("postgres", "authenticator", "supabase_auth_admin", "supabase_storage_admin")


def run_file(connection: psycopg.Connection, path: Path) -> None:
    """Run a file of SQL in one transaction.

    Raises:
        StackError: a statement failed; with its line.
    """
    text = path.read_text(encoding="utf-8")
    try:
        connection.execute(text.encode())
        connection.commit()
    except psycopg.Error as error:
        connection.rollback()
        raise StackError(describe(error, path.name, text)) from error


def describe(error: psycopg.Error, name: str, text: str) -> str:
    """Describe a database error and, if the server reports it, its line in `text`."""
    position = error.diag.statement_position
    line = f":{text.count(chr(10), 0, int(position) - 1) + 1}" if position else ""
    parts = [f"{name}{line}: {error.sqlstate or 'no SQLSTATE'}: {error.diag.message_primary or error}"]
    for label, value in (
        ("detail", error.diag.message_detail),
        ("hint", error.diag.message_hint),
        ("where", error.diag.context),
    ):
        if value:
            parts.append(f"{label}: {value}")
    return "\n  ".join(parts)


def create_database(connection: psycopg.Connection, name: str, *, template: str = "template1") -> None:
    """Create a database. The connection is a superuser's, to another database, in autocommit.

    A copy by files is several times faster than the default when the server does not have to sync them.
    """
    connection.execute(
        sql.SQL("create database {} template {} strategy file_copy").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )


def drop_database(connection: psycopg.Connection, name: str) -> None:
    """Drop a database, even if clients are connected to it; nothing if it does not exist."""
    connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def bootstrap(
    connection: psycopg.Connection, *, password: str, default_privileges: DefaultPrivileges = "new"
) -> None:
    """Give a fresh database Supabase's roles, schemas and rights (bootstrap.sql).

    Args:
        connection: the superuser's, to that database.
        password: for the roles that may log in.
        default_privileges: what new tables give the API's roles: "new" nothing to read or write, "old" all.
    """
    connection.execute("select set_config('stack.default_privileges', %s, false)", [default_privileges])
    run_file(connection, BOOTSTRAP)
    for role in LOGIN_ROLES:
        connection.execute(
            sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(password))
        )
    connection.commit()


def migrations(folder: Path = MIGRATIONS) -> list[Path]:
    """The migrations, in the order in which they run."""
    return sorted(folder.glob("[0-9]*_*.sql"))


def migrate(connection: psycopg.Connection, files: Iterable[Path] | None = None) -> None:
    """Run migrations as the Supabase CLI does: each file in a transaction of its own, in order.

    The connection is that of role postgres, which is not a superuser.
    """
    for path in migrations() if files is None else files:
        run_file(connection, path)
