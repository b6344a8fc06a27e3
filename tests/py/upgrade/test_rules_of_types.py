"""A host's own rules for types of campaigns and sessions are extended and restored, or reported by name."""

from __future__ import annotations

import psycopg
import pytest

from stack.errors import StackError
from tests.py.harness.databases import Connection, Database
from tests.py.upgrade.hosts import OWNER, TENANT, make_host, migrate, objects, roll_back, single

TYPES = "('industry4', 'archetype', 'education', 'leadership', 'safety')"

# How a host writes its rule; each replaces the two that make_host wrote.
EXTENDED = {
    "a list with a fifth type": f"add constraint known check (assessment_type in {TYPES})",
    "a list over text": f"""
        alter column assessment_type type text, add constraint known check (assessment_type in {TYPES})
    """,
    "an array": f"add constraint known check (assessment_type = any (array[{TYPES[1:-1]}]))",
    "two rules": f"""
        add constraint known check (assessment_type in {TYPES}),
        add constraint "no Customs!" check (assessment_type !~ '^c' and length(assessment_type) > 2)
    """,
    "one that was never validated": f"add constraint known check (assessment_type in {TYPES}) not valid",
    "one that children do not inherit": f"add constraint known check (assessment_type in {TYPES}) no inherit",
    "one that says what is not": "add constraint known check (assessment_type <> 'custom')",
    "one under our name": f"""
        add constraint campaigns_assessment_type_check check (assessment_type in {TYPES}) not valid
    """,
    "a list with brackets and quotes": f"""
        add constraint known check (assessment_type in {TYPES[:-1]}, 'a]b', 'it''s'))
    """,
    "beside columns that cannot be empty or be written as JSON": f"""
        add column mail public.mail, add column extra extensions.hstore default 'a=>b',
        add constraint known check (assessment_type in {TYPES})
    """,
    "a pattern": "add constraint known check (assessment_type ~ '^(industry4|archetype|education|lead.*)$')",
}

# Rules that already allow the type custom, or are about something else: not changed.
UNTOUCHED = {
    "none": "alter column assessment_type drop default",
    "a list with custom": f"add constraint known check (assessment_type in {TYPES[:-1]}, 'custom'))",
    "another column's, too": """
        add constraint education_is_named check (assessment_type <> 'education' or name is not null),
        add constraint industry_has_a_tenant
        check ((assessment_type = 'industry4') <= (tenant_id is not null))
    """,
    "one that is often true": """
        add constraint known check (status in ('draft', 'archived') or assessment_type <> 'custom')
    """,
    "an enum with custom": """
        drop constraint type_is_lower_case, alter column assessment_type drop default,
        alter column assessment_type type public.kind using assessment_type::public.kind,
        alter column assessment_type set default 'education'
    """,
    "a domain that takes it": "alter column assessment_type type public.wide_kind",
    "a foreign key to types with custom": """
        add constraint listed foreign key (assessment_type) references public.wide_types (name)
    """,
}

REFUSED = {
    "a list over two columns": (
        f"add constraint known check (assessment_type in {TYPES} and status in ('draft', 'running'))",
        r"the constraint known of public\.campaigns refuses the type custom; it also refers to other columns",
    ),
    "a function of the whole row": (
        "add constraint known check (public.is_known_row(campaigns))",
        r"check \(assessment_type = 'custom' or \(public\.is_known_row\(campaigns\.\*\)\)\)",
    ),
    "a function that raises an error": (
        "add constraint known check (public.require_known(assessment_type))",
        r"raises an error, .* check \(assessment_type = 'custom' or \(public\.require_known\(",
    ),
    "an enum": (
        """
        drop constraint type_is_lower_case, alter column assessment_type drop default,
        alter column assessment_type type public.narrow_kind using assessment_type::text::public.narrow_kind
        """,
        r"its enum lacks this value: alter type public\.narrow_kind add value 'custom'",
    ),
    "a domain": (
        "alter column assessment_type type public.narrow_domain",
        r"its domain rejects it: alter domain public\.narrow_domain",
    ),
    "a table of types": (
        "add constraint listed foreign key (assessment_type) references public.narrow_types (name)",
        r"the constraint listed .* lacks this row: insert into public\.narrow_types \(name, \.\.\.\) values",
    ),
    "a short column": (
        "alter column assessment_type type varchar(5) using left(assessment_type, 5)",
        r"its type is character varying\(5\), which cannot hold it",
    ),
    "a number": (
        """
        drop constraint type_is_lower_case, alter column assessment_type drop default,
        alter column assessment_type type integer using 1
        """,
        "its type is integer, which cannot hold it",
    ),
    "a generated column": (
        """
        drop column assessment_type,
        add column assessment_type text generated always as ('industry4') stored
        """,
        "it is a generated column",
    ),
}

VOCABULARY = """
create type public.kind as enum ('industry4', 'archetype', 'education', 'custom');
create type public.narrow_kind as enum ('industry4', 'archetype', 'education');
create domain public.wide_kind as text check (value ~ '^[a-z0-9]+$');
create domain public.narrow_domain as text check (value in ('industry4', 'archetype', 'education'));
create table public.wide_types (name text primary key, description text);
insert into public.wide_types values ('industry4'), ('archetype'), ('education'), ('custom');
create table public.narrow_types (name text primary key, description text);
insert into public.narrow_types values ('industry4'), ('archetype'), ('education');
create function public.is_known_row(campaign public.campaigns) returns boolean language sql immutable
as $$ select campaign.assessment_type in ('industry4', 'archetype', 'education') $$;
create function public.require_known(type text) returns boolean language plpgsql stable as $$
begin
  -- The host's functions find the host's tables by their bare names.
  if type not in (select name from narrow_types) then
    raise exception 'unknown type';
  end if;
  return true;
end
$$;
create extension hstore with schema extensions;
create domain public.mail as text not null default 'nobody@example.test';
"""

# Everything about the rules of a host's tables that the host could miss.
RULES = """
select conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated, connoinherit,
  obj_description(oid, 'pg_constraint')
from pg_constraint where conrelid in ('public.campaigns'::regclass, 'public.coaching_sessions'::regclass)
and contype = 'c' order by 1, 2
"""
DEFAULTS = """
select pg_get_expr(adbin, adrelid) from pg_attrdef
join pg_attribute on attrelid = adrelid and attnum = adnum
where adrelid = 'public.campaigns'::regclass and attname = 'assessment_type'
"""


def host_with(database: Database, rules: str) -> Connection:
    """An older host with these rules in place of its list of types, each with a comment."""
    connection = make_host(database, "older", "table")
    connection.execute(VOCABULARY)
    connection.execute("alter table public.campaigns drop constraint type_is_one_we_know")
    connection.execute(f"alter table public.campaigns {rules}".encode())
    for (name,) in connection.execute(
        "select quote_ident(conname) from pg_constraint"
        " where conrelid = 'public.campaigns'::regclass and contype = 'c'"
    ).fetchall():
        connection.execute(f"comment on constraint {name} on public.campaigns is 'The host''s own.'".encode())
    return connection


def rules(connection: Connection) -> list[tuple[object, ...]]:
    return connection.execute(RULES).fetchall() + connection.execute(DEFAULTS).fetchall()


def by_name(found: list[tuple[object, ...]]) -> dict[object, tuple[object, object, object]]:
    """Each rule's definition, whether it is validated, and its comment."""
    return {row[1]: (row[2], row[3], row[5]) for row in found if len(row) > 1}


def make_custom_campaign(connection: Connection) -> None:
    connection.execute(
        """
        with made as (
          insert into public.custom_assessments (tenant_id, created_by, name, status, definition)
          values (%s, %s, 'Clear Speech', 'active', '{
            "dimensions": [{"name": "Clarity", "weight": 1, "description": "d"}], "resultCategories": []
          }') returning id
        )
        insert into public.campaigns (name, tenant_id, assessment_type, custom_assessment_id)
        select 'Custom', %s, 'custom', id from made
        """,
        [TENANT, OWNER, TENANT],
    )


@pytest.mark.parametrize("written", EXTENDED.values(), ids=EXTENDED)
def test_a_rule_is_extended_and_given_back(empty_database: Database, written: str) -> None:
    connection = host_with(empty_database, written)
    before = rules(connection)

    for _ in range(2):
        migrate(empty_database)
    own, after = by_name(before), by_name(rules(connection))
    for name, (definition, valid, comment) in own.items():
        extended, still_valid, still_said = after[name]
        assert still_valid == valid, "what was validated is, and what was not is not"
        assert still_said == comment
        assert (extended == definition) == (name == "type_is_lower_case")
    make_custom_campaign(connection)
    if any("'leadership'" in str(definition) for definition, _, _ in own.values()):
        connection.execute(
            "insert into public.campaigns (name, assessment_type) values ('Own', 'leadership')"
        )
    with pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("insert into public.campaigns (name, assessment_type) values ('Wrong', 'Custom')")

    connection.execute("delete from public.campaigns where name = 'Custom'")
    roll_back(empty_database)
    assert rules(connection) == before


@pytest.mark.parametrize("written", UNTOUCHED.values(), ids=UNTOUCHED)
def test_a_rule_that_lets_it_pass_is_left_alone(empty_database: Database, written: str) -> None:
    connection = host_with(empty_database, written)
    before = rules(connection)

    migrate(empty_database)
    assert set(before) < set(rules(connection))
    make_custom_campaign(connection)

    connection.execute("delete from public.campaigns where name = 'Custom'")
    roll_back(empty_database)
    assert rules(connection) == before


@pytest.mark.parametrize(("written", "says"), REFUSED.values(), ids=REFUSED)
def test_a_rule_that_is_the_hosts_to_change_is_named_before_anything_is(
    empty_database: Database, written: str, says: str
) -> None:
    connection = host_with(empty_database, written)
    before = (rules(connection), objects(connection))

    with pytest.raises(StackError, match=says) as refusal:
        migrate(empty_database)

    assert "cannot take custom assessments yet" in str(refusal.value)
    assert (rules(connection), objects(connection)) == before


def test_every_rule_that_is_the_hosts_to_change_is_named_at_once(empty_database: Database) -> None:
    connection = host_with(
        empty_database,
        f"add constraint known check (assessment_type in {TYPES} and status in ('draft', 'running'))",
    )
    connection.execute("alter table public.coaching_sessions add column assessment_type varchar(5)")
    empty_database.connect("supabase_admin").execute(
        "alter table public.agent_sessions owner to supabase_admin"
    )

    with pytest.raises(StackError) as refusal:
        migrate(empty_database)

    for named in [
        "the constraint known of",
        "coaching_sessions refuses",
        "agent_sessions is owned by supabase_admin",
    ]:
        assert named in str(refusal.value)


def test_a_rule_that_the_host_has_changed_since_stays(empty_database: Database) -> None:
    connection = host_with(empty_database, f"add constraint known check (assessment_type in {TYPES})")
    migrate(empty_database)
    connection.execute(
        "alter table public.campaigns drop constraint known, add constraint known"
        " check (assessment_type in ('industry4', 'archetype', 'education', 'custom', 'their newest'))"
    )

    roll_back(empty_database)

    (definition,) = single(
        connection, "select pg_get_constraintdef(oid) from pg_constraint where conname = 'known'"
    )
    assert "their newest" in str(definition)
