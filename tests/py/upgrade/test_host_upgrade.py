"""Migrating a project that has the platform's tables already, with data, in shapes that hosts really have."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from stack import database as stack_database
from stack.errors import StackError
from tests.py.harness.databases import Connection, Database, as_role

ROWS = 3000

OWNER = "11111111-1111-1111-1111-111111111111"
STRANGER = "22222222-2222-2222-2222-222222222222"
TENANT = "33333333-3333-3333-3333-333333333333"

# An older host: CHECKs under names of its own, columns missing, no coaching_sessions.assessment_type.
OLDER_HOST = """
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

# A newer host: the columns are there, but bare.
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

# As some hosts have it: the table under another name, and a view that everybody was granted.
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
grant select on public.stakeholder_sessions to authenticated;
create policy "Creators read" on public.stakeholder_sessions for select to authenticated using (
  campaign_id in (select id from public.campaigns where created_by = auth.uid())
);
create view public.campaign_assignments as select * from public.stakeholder_sessions;
grant all on public.campaign_assignments to anon, authenticated;
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
    """Make a host's tables in an empty project, with accounts, and data in every table."""
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
    """Every row of the host, in the columns that it had of its own."""
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


@pytest.fixture(params=list(HOSTS))
def host(request: pytest.FixtureRequest) -> str:
    """The host's age."""
    return str(request.param)


@pytest.fixture(params=list(ASSIGNMENTS))
def assignments(request: pytest.FixtureRequest) -> str:
    """Whether campaign_assignments is a table or a view."""
    return str(request.param)


def test_migrating_keeps_every_row_and_can_be_repeated(
    empty_database: Database, host: str, assignments: str
) -> None:
    connection = make_host(empty_database, host, assignments)
    before = contents(connection)
    assert len(before["campaigns"]) >= ROWS

    for _ in range(2):
        migrate(empty_database)
        assert contents(connection) == before

    types = connection.execute("select distinct assessment_type from public.campaigns order by 1").fetchall()
    assert types == [
        (kind,) for kind in (["archetype", "education", "industry4"] if host == "older" else ["industry4"])
    ]
    unvalidated = connection.execute(
        "select conrelid::regclass, conname from pg_constraint where not convalidated"
    ).fetchall()
    assert unvalidated == []


def test_a_migrated_host_takes_custom_assessments(
    empty_database: Database, host: str, assignments: str
) -> None:
    connection = make_host(empty_database, host, assignments)
    migrate(empty_database)

    (assessment,) = single(
        connection,
        """
        insert into public.custom_assessments (tenant_id, name, status, definition)
        values (%s, 'Clear Speech', 'active', '{
          "dimensions": [{"name": "Clarity", "weight": 1, "description": "d"}], "resultCategories": []
        }') returning id
        """,
        [TENANT],
    )
    with as_role(connection, "authenticated", OWNER):
        changed = connection.execute(
            """
            update public.campaigns set assessment_type = 'custom', custom_assessment_id = %s
            where name = 'Campaign 1' returning custom_assessment_id
            """,
            [assessment],
        ).fetchall()
    assert (assessment,) in changed
    connection.execute(
        """
        insert into public.coaching_sessions (tenant_id, client_name, assessment_type, custom_assessment_id)
        values (%s, 'Custom client', 'custom', %s)
        """,
        [TENANT, assessment],
    )
    (kind,) = single(
        connection,
        "insert into public.coaching_sessions (tenant_id) values (%s) returning assessment_type",
        [TENANT],
    )
    assert kind == "archetype"
    for table, wrong in [("campaigns", "nonsense"), ("coaching_sessions", "industry4")]:
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(f"update public.{table} set assessment_type = %s where true", [wrong])

    connection.execute("delete from public.custom_assessments where id = %s", [assessment])
    (left,) = single(
        connection, "select count(*) from public.campaigns where custom_assessment_id is not null"
    )
    assert left == 0


def test_checks_are_found_by_what_they_are(empty_database: Database) -> None:
    connection = make_host(empty_database, "older", "table")
    migrate(empty_database)

    checks = connection.execute(
        """
        select conname from pg_constraint
        where conrelid = 'public.campaigns'::regclass and contype = 'c' order by conname
        """
    ).fetchall()

    assert checks == [
        ("campaigns_assessment_type_check",),
        ("interview_style_override_is_1_to_5",),
        ("type_is_lower_case",),
    ]


def test_no_index_is_made_where_the_host_has_one(empty_database: Database) -> None:
    connection = make_host(empty_database, "older", "table")
    migrate(empty_database)

    led_by_tenant = connection.execute(
        """
        select indexrelid::regclass::text from pg_index
        join pg_attribute on attrelid = indrelid and attnum = indkey[0]
        where indrelid = 'public.coaching_sessions'::regclass and attname = 'tenant_id'
        """
    ).fetchall()

    assert led_by_tenant == [("host_index_on_tenant",)]


def test_the_hosts_own_access_rules_stand(empty_database: Database, assignments: str) -> None:
    connection = make_host(empty_database, "older", assignments)
    migrate(empty_database)

    policies = connection.execute(
        "select policyname from pg_policies where tablename = 'campaigns'"
    ).fetchall()
    assert policies == [("Host: creators",)]
    for role in ["anon", "authenticated", "service_role"]:
        (may_truncate,) = single(
            connection, "select has_table_privilege(%s, 'public.campaigns', 'truncate')", [role]
        )
        assert may_truncate is False


def test_the_view_gives_nobody_more_than_its_table(empty_database: Database) -> None:
    connection = make_host(empty_database, "newer", "view")
    with as_role(connection, "authenticated", STRANGER):
        (leak,) = single(connection, "select count(*) from public.campaign_assignments")
    assert leak == ROWS, "before: the view skips its table's policies"

    migrate(empty_database)

    with as_role(connection, "authenticated", STRANGER):
        (seen,) = single(connection, "select count(*) from public.campaign_assignments")
    assert seen == 0
    with as_role(connection, "authenticated", OWNER):
        (own,) = single(connection, "select count(*) from public.campaign_assignments")
    assert own == ROWS
    with as_role(connection, "anon"), pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select from public.campaign_assignments")


def test_a_view_that_lacks_columns_is_named(empty_database: Database) -> None:
    connection = make_host(empty_database, "newer", "view")
    connection.execute(
        """
        drop view public.campaign_assignments;
        create view public.campaign_assignments as
        select id, campaign_id, access_token from public.stakeholder_sessions
        """
    )

    with pytest.raises(StackError, match=r"lacks columns.*status text") as refusal:
        migrate(empty_database)

    assert "access_expires_at timestamp with time zone" in str(refusal.value)


def breaks_the_types(connection: Connection) -> None:
    connection.execute(
        """
        alter table public.campaigns drop constraint type_is_one_we_know;
        update public.campaigns set assessment_type = 'leadership' where name = 'Campaign 1'
        """
    )


def repeats_a_link(connection: Connection) -> None:
    connection.execute(
        "update public.coaching_sessions set access_token = 'same' where client_name < 'Client 2'"
    )


@pytest.mark.parametrize(
    ("breaks", "says"),
    [
        (breaks_the_types, "rows of campaigns break the rule campaigns_assessment_type_check"),
        (repeats_a_link, "public.coaching_sessions.access_token holds the same link twice"),
    ],
)
def test_data_that_does_not_fit_is_named_and_kept(
    empty_database: Database, breaks: Callable[[Connection], None], says: str
) -> None:
    connection = make_host(empty_database, "older", "table")
    breaks(connection)
    before = contents(connection)

    with pytest.raises(StackError, match=says):
        migrate(empty_database)

    assert contents(connection) == before


def single(connection: Connection, query: str, values: list[object] | None = None) -> tuple[object, ...]:
    row = connection.execute(query, values).fetchone()
    assert row is not None
    return row
