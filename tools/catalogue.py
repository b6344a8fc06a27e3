"""The content of a database, from Postgres's catalogues: all our objects, and all rows of tables of rules.

Two databases with the same catalogue behave alike. A test compares the migrations with the schemas by it,
``make migration`` lists what its proposal does not cover, and a repeated push must not change it.
"""

from typing import LiteralString

import psycopg
from psycopg import sql

# A thing's kind and name, and everything to compare about it.
Catalogue = dict[tuple[str, str], str]

# Tables whose rows are rules, and the columns that identify a row. Only migrations write them.
RULE_TABLES = {
    "refusals": ("reason",),
    "job_kinds": ("kind",),
    "change_rules": ("pattern",),
    "settings": ("name",),
    "notice_texts": ("name",),
    "backfills": ("step",),
    "extended_rules": ("host_table", "name"),
}

# Objects of extensions belong to the extensions, and objects in auth to Supabase, except for our trigger
# there.
_OURS: LiteralString = """
with ours as (
  select oid from pg_namespace where nspname in ('public', 'private')
),
relation as (
  select class.* from pg_class as class where class.relnamespace in (select oid from ours)
     and not exists (select from pg_depend as dep where dep.objid = class.oid and dep.deptype = 'e')
),
routine as (
  select proc.* from pg_proc as proc where proc.pronamespace in (select oid from ours)
     and not exists (select from pg_depend as dep where dep.objid = proc.oid and dep.deptype = 'e')
)
"""

_QUERIES: tuple[LiteralString, ...] = (
    # Privileges are compared as a set, because the order of an access list is only that of the grants.
    """
    select 'schema', nspname,
           concat_ws(E'\\n', nspowner::regrole, array(select unnest(nspacl)::text order by 1), obj_description(oid, 'pg_namespace'))
      from pg_namespace where nspname in ('public', 'private', 'extensions')
    """,
    """
    select 'extension', extname, extnamespace::regnamespace::text from pg_extension
    """,
    """
    select 'relation', oid::regclass::text,
           concat_ws(E'\\n', relkind, relowner::regrole, relrowsecurity, relforcerowsecurity, relpersistence,
                     array_to_string(reloptions, ', '), array(select unnest(relacl)::text order by 1),
                     obj_description(oid, 'pg_class'))
      from relation where relkind in ('r', 'p', 'v', 'm', 'S')
    """,
    """
    select 'column', relation.oid::regclass::text || '.' || attname,
           concat_ws(E'\\n', format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, attstorage,
                     attcompression, attstattarget, attcollation::regcollation,
                     array(select unnest(attacl)::text order by 1), pg_get_expr(adbin, adrelid),
                     col_description(relation.oid, attnum))
      from relation
      join pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
      left join pg_attrdef on adrelid = relation.oid and adnum = attnum
     where relkind in ('r', 'p', 'v', 'm')
    """,
    """
    select 'constraint', conrelid::regclass::text || '.' || conname,
           concat_ws(E'\\n', pg_get_constraintdef(pg_constraint.oid), convalidated, obj_description(pg_constraint.oid, 'pg_constraint'))
      from pg_constraint
     where conrelid in (select oid from relation) and contype <> 'n'
    """,
    """
    select 'index', indexrelid::regclass::text,
           concat_ws(E'\\n', pg_get_indexdef(indexrelid), indisvalid, indisclustered, obj_description(indexrelid, 'pg_class'))
      from pg_index where indrelid in (select oid from relation)
    """,
    """
    select 'statistics', stxname, pg_get_statisticsobjdef(oid)
      from pg_statistic_ext where stxnamespace in (select oid from ours)
    """,
    """
    select 'view', oid::regclass::text, pg_get_viewdef(oid) from relation where relkind in ('v', 'm')
    """,
    """
    select 'function', oid::regprocedure::text,
           concat_ws(E'\\n', pg_get_functiondef(oid), proowner::regrole, array(select unnest(proacl)::text order by 1),
                     obj_description(oid, 'pg_proc'))
      from routine where prokind <> 'a'
    """,
    """
    select 'trigger', tgrelid::regclass::text || '.' || tgname,
           concat_ws(E'\\n', pg_get_triggerdef(pg_trigger.oid), tgenabled, obj_description(pg_trigger.oid, 'pg_trigger'))
      from pg_trigger
     where not tgisinternal and (tgrelid in (select oid from relation) or tgfoid in (select oid from routine))
    """,
    """
    select 'policy', polrelid::regclass::text || '.' || polname,
           concat_ws(E'\\n', polcmd, polpermissive, array(select role::regrole::text from unnest(polroles) as role order by 1),
                     pg_get_expr(polqual, polrelid), '--', pg_get_expr(polwithcheck, polrelid),
                     obj_description(pg_policy.oid, 'pg_policy'))
      from pg_policy where polrelid in (select oid from relation)
    """,
    """
    select 'type', oid::regtype::text,
           concat_ws(E'\\n', typtype, format_type(typbasetype, typtypmod), typnotnull, typdefault,
                     array(select enumlabel from pg_enum where enumtypid = pg_type.oid order by enumsortorder),
                     array(select attname || ' ' || format_type(atttypid, atttypmod) from pg_attribute
                            where attrelid = typrelid and attnum > 0 and not attisdropped order by attnum),
                     obj_description(oid, 'pg_type'))
      from pg_type
     where typnamespace in (select oid from ours)
       and (typtype in ('d', 'e', 'r', 'm') or typrelid in (select oid from pg_class where relkind = 'c'))
    """,
    """
    select 'default privileges', concat_ws(' ', defaclrole::regrole, nullif(defaclnamespace, 0)::regnamespace, defaclobjtype),
           array(select unnest(defaclacl)::text order by 1)::text
      from pg_default_acl
    """,
    """
    select 'publication', pubname || ' ' || schemaname || '.' || tablename, concat_ws(E'\\n', attnames, rowfilter)
      from pg_publication_tables where schemaname in ('public', 'private')
    """,
    """
    select 'event trigger', evtname, concat_ws(E'\\n', evtevent, evtfoid::regprocedure, evtenabled)
      from pg_event_trigger where evtfoid in (select oid from routine)
    """,
)


def catalogue(connection: psycopg.Connection) -> Catalogue:
    """Read a database's catalogue; ``connection`` may have any role that can read the tables of rules."""
    with connection.transaction():
        # So that every name is printed in full, for any role.
        connection.execute("set local search_path = ''")
        return _read(connection)


def _read(connection: psycopg.Connection) -> Catalogue:
    found: Catalogue = {}
    for query in _QUERIES:
        for kind, name, about in connection.execute(_OURS + query).fetchall():
            found[kind, name] = about
    for table, key in RULE_TABLES.items():
        rows = sql.SQL("select concat_ws(' ', {}), row_to_json(each)::text from {} as each").format(
            sql.SQL(", ").join(sql.Identifier("each", column) for column in key),
            sql.Identifier("private", table),
        )
        for name, about in connection.execute(rows).fetchall():
            found["row", f"{table} {name}"] = about
    return found


def differences(present: Catalogue, wanted: Catalogue) -> list[str]:
    """The changes that turn one catalogue into the other, one line each."""
    lines = [f"{kind} {name} is missing" for kind, name in wanted.keys() - present.keys()]
    lines += [f"{kind} {name} should not be there" for kind, name in present.keys() - wanted.keys()]
    lines += [
        f"{kind} {name} differs"
        for kind, name in present.keys() & wanted.keys()
        if present[kind, name] != wanted[kind, name]
    ]
    return sorted(lines)
