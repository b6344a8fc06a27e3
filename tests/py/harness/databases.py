"""Databases for tests: one throwaway server, templates migrated once, and a fast clone for each test.

The environment chooses what the suite runs on:

* TEST_POSTGRES_BIN: the folder of another Postgres's programs (15 or newer), instead of the packaged one
* TEST_DEFAULT_PRIVILEGES: `new` (the default) or `old`, as in newer and older Supabase projects
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import psycopg
import pytest
from psycopg import sql
from pytest_postgresql.janitor import DatabaseJanitor

from stack import database as stack_database
from stack import postgres
from stack.database import DefaultPrivileges
from stack.errors import StackError
from stack.packages import PostgresBinaries, find_postgres, postgres_package
from stack.postgres import SUPERUSER, Cluster

ApiRole = Literal["anon", "authenticated", "service_role"]
Template = Literal["empty", "migrated", "seeded", "pgtap"]

Connection = psycopg.Connection[tuple[Any, ...]]

_BARE = "template1"


class _Janitor(DatabaseJanitor):
    """pytest-postgresql's janitor, copying templates by files: five times faster without fsync.

    The owner of a copy is the role that makes it, whatever its template; here it stays role postgres.

    Args:
        admin: the superuser's connection that creates and drops; the janitor itself opens one for each.
        name: of the database.
        template: what it is copied from.
        as_template: whether it will be a template too.
    """

    def __init__(self, admin: Connection, name: str, *, template: str, as_template: bool) -> None:
        super().__init__(
            user=SUPERUSER,
            host=admin.info.host,
            port=admin.info.port,
            dbname=name,
            template_dbname=template,
            as_template=as_template,
        )
        self._admin = admin

    @contextmanager
    def cursor(self, dbname: str | None = None) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:  # noqa: ARG002  the library passes it
        """A cursor of the open connection."""
        with self._admin.cursor() as cursor:
            yield cursor

    def _build_create_database_sql(self) -> sql.Composed:
        query = super()._build_create_database_sql() + sql.SQL(" STRATEGY file_copy")
        return query if self.template_dbname == _BARE else query + sql.SQL(" OWNER postgres")


@dataclass
class Database:
    """One test's own database.

    Attributes:
        name: its name.
        cluster: the server it is in.
    """

    name: str
    cluster: Cluster
    _open: list[Connection] = field(default_factory=list)

    def dsn(self, user: str = "postgres") -> str:
        """A libpq connection string over the server's socket."""
        return self.cluster.dsn(user, self.name)

    def url(self, user: str = "postgres") -> str:
        """A connection URL over TCP, with a password."""
        return self.cluster.url(user, self.name)

    def connect(self, user: str = "postgres", *, autocommit: bool = True) -> Connection:
        """Connect; closed when the test ends. Role `postgres` is not a superuser, `supabase_admin` is."""
        connection = psycopg.connect(self.dsn(user), autocommit=autocommit)
        self._open.append(connection)
        return connection

    def connect_as(
        self, role: ApiRole, user_id: uuid.UUID | str | None = None, **claims: object
    ) -> Connection:
        """Connect as PostgREST does for a request: log in as authenticator, then become `role`.

        The role and the token's claims hold for the whole connection, which is in autocommit.
        """
        connection = self.connect("authenticator")
        connection.execute(
            "select set_config('request.jwt.claims', %s, false)", [claims_text(role, user_id, claims)]
        )
        connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
        return connection

    def close(self) -> None:
        """Close what was opened here."""
        for connection in self._open:
            connection.close()
        self._open.clear()


def claims_text(
    role: str, user_id: uuid.UUID | str | None, claims: Mapping[str, object] | None = None
) -> str:
    """A token's claims as PostgREST passes them to the database."""
    said: dict[str, object] = {"role": role}
    if user_id is not None:
        said |= {"sub": str(user_id), "aud": "authenticated"}
    return json.dumps(said | dict(claims or {}))


@contextmanager
def as_role(
    connection: Connection, role: ApiRole, user_id: uuid.UUID | str | None = None, **claims: object
) -> Iterator[Connection]:
    """Act as `role` with these claims for the duration of the block, in one transaction (or savepoint).

    The role is switched for real, so grants and policies bind as they do in a request.
    """
    with connection.transaction():
        connection.execute(
            "select set_config('request.jwt.claims', %s, true)", [claims_text(role, user_id, claims)]
        )
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        try:
            yield connection
        finally:
            if connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS:
                connection.execute("reset role")
                connection.execute("select set_config('request.jwt.claims', '', true)")


class Databases:
    """The session's server and templates, each created when first needed."""

    def __init__(self) -> None:
        self._resources = ExitStack()
        self._cluster: Cluster | None = None
        self._admin: Connection | None = None
        self._templates: dict[Template, str] = {}
        self._broken: dict[Template, StackError] = {}
        self._numbers = itertools.count(1)
        self.default_privileges = cast("DefaultPrivileges", os.environ.get("TEST_DEFAULT_PRIVILEGES", "new"))

    @property
    def cluster(self) -> Cluster:
        """The server."""
        if self._cluster is None:
            self._cluster = self._resources.enter_context(postgres.throwaway(self._binaries()))
        return self._cluster

    def connect_admin(self) -> Connection:
        """Connect as the superuser to a database that belongs to no test, in autocommit. The caller closes
        it.
        """
        return psycopg.connect(self.cluster.dsn(SUPERUSER, "template1"), autocommit=True)

    def close(self) -> None:
        """Stop the server and remove what it left."""
        self._resources.close()
        self._cluster = self._admin = None

    @contextmanager
    def clone(self, template: Template = "migrated") -> Iterator[Database]:
        """A separate database.

        Args:
            template: `empty` looks like a fresh Supabase project, `migrated` has the migrations, `seeded` the
                seed too, and `pgtap` has pgTAP.
        """
        name = f"test_{next(self._numbers)}"
        with self._janitor(name, template=self._template(template)):
            database = Database(name, self.cluster)
            try:
                yield database
            finally:
                database.close()

    def _binaries(self) -> PostgresBinaries:
        """The Postgres to run; any other than the packaged one gets pgTAP in a private copy."""
        other = os.environ.get("TEST_POSTGRES_BIN")
        if not other:
            return find_postgres()
        folder = Path(tempfile.mkdtemp(prefix="assessments-postgres-"))
        self._resources.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        binaries = postgres.private_copy(find_postgres(other), folder)
        packaged = postgres_package() / "native" / "share" / "postgresql" / "extension"
        (extension,) = (control.parent for control in folder.rglob("pgcrypto.control"))
        for file in packaged.glob("pgtap*"):
            shutil.copy(file, extension)
        return binaries

    def _janitor(self, name: str, *, template: str, as_template: bool = False) -> DatabaseJanitor:
        if self._admin is None:
            self._admin = psycopg.connect(self.cluster.dsn(SUPERUSER, "postgres"), autocommit=True)
            self._resources.callback(self._admin.close)
        return _Janitor(self._admin, name, template=template, as_template=as_template)

    def _template(self, wanted: Template) -> str:
        """The template's name; created now if it does not exist. One that failed fails again immediately."""
        if wanted in self._broken:
            raise self._broken[wanted]
        if wanted not in self._templates:
            parents: dict[Template, Template] = {
                "migrated": "empty",
                "seeded": "migrated",
                "pgtap": "migrated",
            }
            load: dict[Template, Callable[[Database], None]] = {
                "empty": self._bootstrap,
                "migrated": _migrate,
                "seeded": _seed,
                "pgtap": _add_pgtap,
            }
            parent = self._template(parents[wanted]) if wanted in parents else _BARE
            name = f"template_{wanted}"
            self._resources.enter_context(self._janitor(name, template=parent, as_template=True))
            database = Database(name, self.cluster)
            try:
                load[wanted](database)
            except StackError as error:
                self._broken[wanted] = error
                raise
            finally:
                database.close()
            self._templates[wanted] = name
        return self._templates[wanted]

    def _bootstrap(self, database: Database) -> None:
        stack_database.bootstrap(
            database.connect(SUPERUSER, autocommit=False),
            password=self.cluster.password,
            default_privileges=self.default_privileges,
        )


def _migrate(database: Database) -> None:
    stack_database.migrate(database.connect(autocommit=False))


def _seed(database: Database) -> None:
    stack_database.run_file(database.connect(autocommit=False), stack_database.SEED)


def _add_pgtap(database: Database) -> None:
    # Hosted projects let postgres do this; plain Postgres requires a superuser.
    database.connect(SUPERUSER).execute("create extension pgtap with schema extensions")


_KEY = pytest.StashKey[Databases]()


def databases_of(config: pytest.Config) -> Databases:
    """The session's databases; their server starts when first needed, and stops with the session."""
    if _KEY not in config.stash:
        databases = Databases()
        config.stash[_KEY] = databases
        config.add_cleanup(databases.close)
    return config.stash[_KEY]
