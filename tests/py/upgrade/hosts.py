"""Hosts to migrate: projects that already have the platform's tables, in forms that real hosts have."""

from __future__ import annotations

from typing import Any

from stack import database as stack_database
from stack.database import MIGRATIONS
from tests.py.harness.databases import Connection, Database

# More than the thousand of which the migrations take a sample.
ROWS = 1200

ROLLBACK = MIGRATIONS.parent / "rollback" / "rollback.sql"

OBJECTS = """
select pg_describe_object(classid, objid, 0) from (
  select 'pg_class'::regclass as classid, pg_class.oid as objid from pg_class
  join pg_namespace on pg_namespace.oid = relnamespace
  where nspname in ('public', 'private') and relkind not in ('i', 't')
  union all
  select 'pg_proc'::regclass, pg_proc.oid from pg_proc
  join pg_namespace on pg_namespace.oid = pronamespace where nspname in ('public', 'private')
  union all
  select 'pg_trigger'::regclass, oid from pg_trigger where not tgisinternal
  union all
  select 'pg_namespace'::regclass, oid from pg_namespace where nspname = 'private'
  union all
  select 'pg_policy'::regclass, oid from pg_policy
  union all
  select 'pg_default_acl'::regclass, oid from pg_default_acl where defaclnamespace <> 0
) as object order by 1
"""

OWNER = "11111111-1111-1111-1111-111111111111"
STRANGER = "22222222-2222-2222-2222-222222222222"
TENANT = "33333333-3333-3333-3333-333333333333"

# An older host: CHECKs with its own names, columns missing, unaccent in public, and no
# coaching_sessions.assessment_type.
OLDER_HOST = """
create extension unaccent with schema public;
create table public.tenant_profiles (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  slug text not null,
  display_name text
);
create table public.campaigns (
  id uuid primary key default gen_random_uuid(),
  name varchar(200) not null,
  status text not null default 'draft',
  tenant_id uuid references public.tenant_profiles (id) on delete cascade,
  created_by uuid references auth.users (id),
  assessment_type varchar(30) not null default 'industry4'
    constraint type_is_one_we_know check (assessment_type in ('industry4', 'archetype', 'education'))
    constraint type_is_lower_case check (assessment_type = lower(assessment_type))
);
create table public.coaching_sessions (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references public.tenant_profiles (id) on delete cascade,
  client_name text,
  access_token text
);
create index host_index_on_tenant on public.coaching_sessions (tenant_id, client_name);
create table public.agent_sessions (
  id uuid primary key default gen_random_uuid(),
  stakeholder_session_id uuid,
  agent_type text
);
"""

# A newer host: the columns exist, but without constraints.
NEWER_HOST = """
create table public.tenant_profiles (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  slug text not null,
  display_name text,
  is_active boolean
);
create table public.campaigns (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  status text,
  tenant_id uuid references public.tenant_profiles (id) on delete cascade,
  created_by uuid references auth.users (id),
  custom_assessment_id uuid
);
create table public.coaching_sessions (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references public.tenant_profiles (id) on delete cascade,
  client_name text,
  assessment_type text,
  access_token text unique
);
create table public.agent_sessions (
  id uuid primary key default gen_random_uuid(),
  stakeholder_session_id uuid,
  coaching_session_id uuid references public.coaching_sessions (id),
  agent_type text
);
"""

ASSIGNMENTS_TABLE = """
create table public.campaign_assignments (
  id uuid primary key default gen_random_uuid(),
  campaign_id uuid not null references public.campaigns (id) on delete cascade,
  status text,
  access_token text
);
"""

# As on some hosts: the table has another name, and everyone was granted a view of it.
ASSIGNMENTS_VIEW = """
create table public.stakeholder_sessions (
  id uuid primary key default gen_random_uuid(),
  campaign_id uuid not null references public.campaigns (id) on delete cascade,
  status text,
  access_token text,
  access_expires_at timestamptz,
  completed_at timestamptz
);
alter table public.stakeholder_sessions enable row level security;
revoke all on public.stakeholder_sessions from anon, authenticated;
grant select on public.stakeholder_sessions to authenticated;
create policy "Creators read" on public.stakeholder_sessions for select to authenticated using (
  campaign_id in (select id from public.campaigns where created_by = auth.uid())
);
create view public.campaign_assignments as select * from public.stakeholder_sessions;
grant all on public.campaign_assignments to anon, authenticated;
"""

# A host in production: campaigns outlive their tenant, and some had the type custom before this product, so
# without an assessment. The action of each foreign key on a deletion is a parameter.
PRODUCTION_HOST = """
create table public.tenant_profiles (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  slug text not null unique,
  display_name text,
  is_active boolean not null default true
);
create table public.campaigns (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  status text not null default 'draft',
  tenant_id uuid default '{house}' references public.tenant_profiles (id) on delete {tenant},
  created_by uuid references auth.users (id) on delete {creator},
  changed_by uuid references auth.users (id) on delete set null,
  assessment_type text not null default 'industry4'
    check (assessment_type in ('industry4', 'archetype', 'education', 'custom'))
);
create table public.campaign_assignments (
  id uuid primary key default gen_random_uuid(),
  campaign_id uuid not null references public.campaigns (id) on delete cascade,
  stakeholder_name text,
  stakeholder_email text,
  status text not null default 'invited',
  access_token text unique
);
create table public.coaching_sessions (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid references public.tenant_profiles (id) on delete {coaching},
  client_name text,
  assessment_type text not null default 'archetype' check (assessment_type in ('archetype', 'custom')),
  access_token text unique
);
create table public.agent_sessions (
  id uuid primary key default gen_random_uuid(),
  stakeholder_session_id uuid references public.campaign_assignments (id) on delete {agent},
  coaching_session_id uuid references public.coaching_sessions (id) on delete {agent},
  agent_type text
);
"""

HOSTS = {"older": OLDER_HOST, "newer": NEWER_HOST}
ASSIGNMENTS = {"table": ASSIGNMENTS_TABLE, "view": ASSIGNMENTS_VIEW}

POLICIES = """
alter table public.campaigns enable row level security;
grant select, insert, update, delete on public.campaigns to authenticated, service_role;
create policy "Host: creators" on public.campaigns to authenticated
using (created_by = auth.uid()) with check (created_by = auth.uid());
grant select, insert, update, delete on
public.tenant_profiles, public.coaching_sessions, public.agent_sessions to service_role;
"""


def make_host(database: Database, host: str, assignments: str) -> Connection:
    """Create a host's tables in an empty project, with accounts, and data in every table."""
    connection = database.connect()
    connection.execute(
        "insert into auth.users (id, email) values (%s, 'owner@example.test'), (%s, 'stranger@example.test')",
        [OWNER, STRANGER],
    )
    connection.execute(HOSTS[host])
    connection.execute(ASSIGNMENTS[assignments])
    connection.execute(POLICIES)
    connection.execute(
        """
        insert into public.tenant_profiles (id, user_id, slug, display_name)
        values (%s, %s, 'host', 'Host')
        """,
        [TENANT, OWNER],
    )
    for kind in ["industry4", "archetype", "education"] if host == "older" else [None]:
        connection.execute(
            f"""
            insert into public.campaigns (name, tenant_id, created_by {", assessment_type" if kind else ""})
            select 'Campaign ' || n, %s, %s {f", '{kind}'" if kind else ""} from generate_series(1, %s) as n
            """,
            [TENANT, OWNER, ROWS],
        )
    connection.execute(
        """
        insert into public.coaching_sessions (tenant_id, client_name, access_token)
        select %s, 'Client ' || n, 'token-' || n from generate_series(1, %s) as n
        """,
        [TENANT, ROWS],
    )
    table = "campaign_assignments" if assignments == "table" else "stakeholder_sessions"
    connection.execute(
        f"insert into public.{table} (campaign_id, access_token) select id, id::text from public.campaigns"
    )
    connection.execute(
        """
        insert into public.agent_sessions (stakeholder_session_id, agent_type)
        select id, 'interview' from public.campaign_assignments
        """
    )
    return connection


def contents(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the host, in the columns that the host had before."""
    return {
        name: connection.execute(f"select {query} order by id").fetchall()
        for name, query in {
            "tenants": "id, user_id, slug, display_name from public.tenant_profiles",
            "campaigns": "id, name, status, tenant_id, created_by from public.campaigns",
            "assignments": "id, campaign_id, access_token from public.campaign_assignments",
            "coaching": "id, tenant_id, client_name, access_token from public.coaching_sessions",
            "agents": "id, stakeholder_session_id, agent_type from public.agent_sessions",
        }.items()
    }


def migrate(database: Database) -> None:
    """Migrate as the Supabase CLI does."""
    stack_database.migrate(database.connect(autocommit=False))


def single(
    connection: Connection, query: str, values: list[object] | dict[str, object] | None = None
) -> tuple[Any, ...]:
    """The first row of an answer that has one."""
    row = connection.execute(query, values).fetchone()
    assert row is not None
    return row


def roll_back(database: Database) -> None:
    """Remove custom assessments again."""
    connection = database.connect()
    connection.execute(ROLLBACK.read_text("utf-8").encode())


def objects(connection: Connection) -> list[str]:
    """A description of everything that the migrations create."""
    return [row[0] for row in connection.execute(OBJECTS).fetchall()]
