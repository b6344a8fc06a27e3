"""The files that revoke access to the database's functions and that drop them list all functions."""

from __future__ import annotations

from psycopg import Connection

from tools.functions import functions_of
from tools.schemas import schema_files


def test_every_function_of_the_database_is_found_in_the_schemas(connection: Connection) -> None:
    found = sorted({str(function) for path in schema_files() for function in functions_of(path)})
    unlisted = connection.execute(
        """
        select p.oid::regprocedure::text
          from pg_catalog.pg_proc as p
         where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
           and not exists (select from pg_catalog.pg_depend as d where d.objid = p.oid and d.deptype = 'e')
           and not exists (select from unnest(%s::text[]) as listed where to_regprocedure(listed) = p.oid)
        """,
        [found],
    ).fetchall()
    assert unlisted == []
    unknown = connection.execute(
        "select listed from unnest(%s::text[]) as listed where to_regprocedure(listed) is null", [found]
    ).fetchall()
    assert unknown == []
