"""Marks: words that can be found wherever they are, in any table and any file.

Nothing here names a table, so a table that is added later is searched too.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from pathlib import Path

from tests.py.harness.databases import Connection, Database

# Also the values of arrays and the statistics of columns; what is stored apart (TOAST) is read with its row.
_TABLES = """
select namespace.nspname, format('%I.%I', namespace.nspname, class.relname)
  from pg_catalog.pg_class as class
  join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
 where class.relkind in ('r', 'm') and namespace.nspname <> 'pg_toast'
"""


class Marks:
    """The marks of one test.

    Args:
        database: where they are looked for.
    """

    def __init__(self, database: Database) -> None:
        # A superuser, whom no policy hides anything from.
        self._admin: Connection = database.connect("supabase_admin")
        self._cluster = database.cluster
        self._number = uuid.uuid4().hex[:8]
        self.made: set[str] = set()

    def make(self, what: str) -> str:
        """A new mark. It is also a valid slug, code of an error and part of an e-mail address."""
        mark = f"marked-{what}-{self._number}"
        self.made.add(mark)
        return mark

    def analyze(self) -> None:
        """Let Postgres sample the columns."""
        self._admin.execute("analyze")

    def clean(self) -> None:
        """Do at once what autovacuum does in time, and rewrite the files, in which freed bytes may remain."""
        # The statistics first, since their own table has dead rows afterwards.
        self.analyze()
        tables = [name for schema, name in self._tables() if schema != "pg_catalog"]
        self._admin.execute(f"vacuum full pg_catalog.pg_statistic, {', '.join(tables)}".encode())
        self._admin.execute("checkpoint")

    def _tables(self) -> list[tuple[str, str]]:
        return self._admin.execute(_TABLES).fetchall()

    def in_tables(self) -> dict[str, set[str]]:
        """Each mark that is in a table of any schema, with these tables."""
        found: dict[str, set[str]] = {}
        for _, name in self._tables():
            # Few rows have the number that all marks share; only those are searched for each mark.
            rows = self._admin.execute(
                "with marked as materialized ("
                f" select text from (select (stored.*)::text as text from {name} as stored offset 0) as row"
                " where strpos(text, %(number)s) > 0 or strpos(text, %(hex)s) > 0)"
                " select distinct mark from marked, unnest(%(marks)s::text[]) as mark"
                " where strpos(text, mark) > 0"
                " or strpos(text, encode(convert_to(mark, 'UTF8'), 'hex')) > 0".encode(),
                {
                    "number": self._number,
                    "hex": self._number.encode().hex(),
                    "marks": sorted(self.made),
                },
            )
            for (mark,) in rows.fetchall():
                found.setdefault(mark, set()).add(name)
        return found

    def in_data_folder(self) -> set[str]:
        """The marks in the files of this database, and in those that all databases of the server share."""
        (number,) = self._admin.execute(
            "select oid from pg_catalog.pg_database where datname = current_database()"
        ).fetchone() or (None,)
        data = self._cluster.data
        return self.in_files(
            path
            for folder in (
                data / "base" / str(number),
                data / "global",
                data / "pg_stat",
                data / "pg_replslot",
            )
            for path in folder.rglob("*")
        )

    def in_files(self, paths: Iterable[Path]) -> set[str]:
        """The marks in these files."""
        return {
            mark
            for path in paths
            if path.is_file()
            for content in [path.read_bytes()]
            if self._number.encode() in content
            for mark in self.made
            if mark.encode() in content
        }
