"""The migrations report exactly who can read other people's links, with the statement that prevents it."""

from __future__ import annotations

import re

import pytest

from stack.database import MIGRATIONS
from tests.py.harness.databases import Connection, Database
from tests.py.upgrade.hosts import make_host, migrate, single

CLOSED = """
alter table public.coaching_sessions enable row level security;
alter table public.campaign_assignments enable row level security;
alter table public.tenant_profiles enable row level security;
revoke all on public.coaching_sessions, public.campaign_assignments, public.tenant_profiles
from anon, authenticated;
grant usage on schema public to anon, authenticated;
grant select on public.tenant_profiles to authenticated;
create policy own on public.tenant_profiles to authenticated using (user_id = auth.uid());
create function public.owns(tenant uuid) returns boolean language sql stable security definer
set search_path = '' as $$
  select exists (select from public.tenant_profiles where id = tenant and user_id = auth.uid())
$$;
create function public.may_see(tenant uuid) returns boolean language sql stable
as $$ select public.owns(tenant) $$;
grant execute on function public.owns(uuid), public.may_see(uuid) to anon, authenticated;
"""

GRANTED = "grant select on public.coaching_sessions to anon, authenticated;"

# Each with the roles that it admits, where, and the statement that prevents it.
OPEN = {
    "everybody, by a policy": (
        f"""
        {GRANTED}
        create policy "By link" on public.coaching_sessions for select using (true)
        """,
        {
            ("anon", "coaching_sessions", 'drop policy "By link" on public.coaching_sessions;'),
            ("authenticated", "coaching_sessions", 'drop policy "By link" on public.coaching_sessions;'),
        },
    ),
    "visitors, by a rule about rows": (
        """
        grant select (id, access_token) on public.coaching_sessions to anon;
        create policy unfinished on public.coaching_sessions to anon using (client_name <> 'somebody')
        """,
        {("anon", "coaching_sessions", "drop policy unfinished on public.coaching_sessions;")},
    ),
    "everybody, without row level security": (
        """
        alter table public.campaign_assignments disable row level security;
        grant select on public.campaign_assignments to public
        """,
        {
            (
                reader,
                "campaign_assignments",
                "alter table public.campaign_assignments enable row level security;",
            )
            for reader in ["anon", "authenticated"]
        },
    ),
    "every account, by its kind": (
        f"""
        {GRANTED}
        create policy signed_in on public.coaching_sessions using (auth.role() = 'authenticated')
        """,
        {("authenticated", "coaching_sessions", "drop policy signed_in on public.coaching_sessions;")},
    ),
    "visitors, by a claim that all of them have": (
        f"""
        {GRANTED}
        create policy odd on public.coaching_sessions using (auth.jwt() ->> 'role' = 'anon')
        """,
        {("anon", "coaching_sessions", "revoke select on public.coaching_sessions from public, anon;")},
    ),
    "visitors, by a view with its owner's rights": (
        """
        create view public.invitations as select id, access_token from public.coaching_sessions;
        revoke all on public.invitations from anon, authenticated;
        grant select on public.invitations to anon
        """,
        {("anon", "invitations", "alter view public.invitations set (security_invoker = true);")},
    ),
    "every account, by a view under another name": (
        """
        create view public.doors as
        select 'https://example.test/' as site, access_token as door from public.coaching_sessions;
        revoke all on public.doors from anon, authenticated;
        grant select on public.doors to authenticated
        """,
        {("authenticated", "doors", "revoke select on public.doors from public, authenticated;")},
    ),
    "every account, by a view of one round under another name": (
        """
        create view public.guests as select id, access_token as door from public.campaign_assignments
        where campaign_id = (select id from public.campaigns where name = 'Campaign 7' limit 1);
        revoke all on public.guests from anon, authenticated;
        grant select on public.guests to authenticated
        """,
        {("authenticated", "guests", "revoke select on public.guests from public, authenticated;")},
    ),
    "visitors, by a materialized view": (
        """
        create materialized view public.snapshot as select id, access_token from public.coaching_sessions;
        revoke all on public.snapshot from anon, authenticated;
        grant select on public.snapshot to anon
        """,
        {("anon", "snapshot", "revoke select on public.snapshot from public, anon;")},
    ),
    "every account, through a table that is open to it": (
        """
        create table public.flags (id uuid);
        alter table public.flags enable row level security;
        create policy all_of_them on public.flags using (true);
        grant select on public.flags, public.coaching_sessions to authenticated;
        create policy flagged on public.coaching_sessions to authenticated
        using (not exists (select from public.flags where flags.id = coaching_sessions.id))
        """,
        {("authenticated", "coaching_sessions", "drop policy flagged on public.coaching_sessions;")},
    ),
}

SHUT = {
    "no right to the column": """
        grant select (id, client_name) on public.coaching_sessions to anon, authenticated;
        create policy everybody on public.coaching_sessions using (true)
    """,
    "owners only": f"""
        {GRANTED}
        create policy own on public.coaching_sessions to authenticated
        using (tenant_id in (select id from public.tenant_profiles where user_id = auth.uid()))
    """,
    "owners, by what they see of the tenants": f"""
        {GRANTED}
        create policy own on public.coaching_sessions to authenticated
        using (tenant_id in (select id from public.tenant_profiles))
    """,
    "owners, by a function that calls another": f"""
        {GRANTED}
        create policy own on public.coaching_sessions using (public.may_see(tenant_id))
    """,
    "owners, by a function in standard SQL": f"""
        {GRANTED}
        create function public."isMine"(tenant uuid) returns boolean stable
        return tenant in (select id from public.tenant_profiles where user_id = auth.uid());
        create policy own on public.coaching_sessions using (public."isMine"(tenant_id))
    """,
    "owners, by a function that the host put beside Auth's": f"""
        {GRANTED}
        create policy own on public.coaching_sessions using (tenant_id = auth.tenant_id())
    """,
    "owners, by their address": f"""
        {GRANTED}
        create policy own on public.coaching_sessions using (client_name = auth.email())
    """,
    "the service role, by its kind": f"""
        {GRANTED}
        create policy service on public.coaching_sessions using (auth.role() = 'service_role')
    """,
    "the sender of the link": f"""
        {GRANTED}
        create policy by_link on public.coaching_sessions to anon
        using (access_token = current_setting('request.headers', true)::json ->> 'x-link')
    """,
    "everybody, but only what a second policy lets pass": f"""
        {GRANTED}
        create policy everybody on public.coaching_sessions using (true);
        create policy but_own on public.coaching_sessions as restrictive using (public.owns(tenant_id))
    """,
    "a view with the caller's rights": """
        grant select on public.coaching_sessions to authenticated;
        create policy own on public.coaching_sessions to authenticated using (public.owns(tenant_id));
        create view public.invitations with (security_invoker = on) as
        select id, access_token from public.coaching_sessions;
        grant select on public.invitations to anon, authenticated
    """,
    "a view that asks who": """
        create view public.invitations as
        select session.access_token from public.coaching_sessions as session
        join public.tenant_profiles as tenant
        on tenant.id = session.tenant_id and tenant.user_id = auth.uid();
        grant select on public.invitations to anon, authenticated
    """,
    "a view that only counts": """
        create view public.open_links as
        select count(*) as number from public.coaching_sessions where access_token is not null;
        grant select on public.open_links to anon, authenticated
    """,
    "a policy for writing only": f"""
        {GRANTED}
        create policy new on public.coaching_sessions for insert with check (true)
    """,
}


def host_with(database: Database, access: str) -> Connection:
    connection = make_host(database, "older", "table")
    database.connect("supabase_admin").execute(
        "create function auth.tenant_id() returns uuid language sql stable"
        " as $$ select (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid $$"
    )
    connection.execute(CLOSED)
    connection.execute(access.encode())
    return connection


def warnings_of(database: Database) -> list[tuple[str, str]]:
    """The warnings of a migration that checks again: message and hint."""
    found: list[tuple[str, str]] = []
    migrating = database.connect(autocommit=False)
    migrating.add_notice_handler(
        lambda notice: (
            found.append((notice.message_primary or "", notice.message_hint or ""))
            if notice.severity_nonlocalized == "WARNING"
            else None
        )
    )
    for path in sorted(MIGRATIONS.glob("*.sql")):
        migrating.execute(path.read_bytes())
        migrating.commit()
    return found


def readers(connection: Connection) -> set[tuple[str, str, str]]:
    return {
        (str(reader), str(relation).removeprefix("public."), str(remedy))
        for reader, relation, remedy in connection.execute(
            "select reader, relation, remedy from private.link_readers()"
        ).fetchall()
    }


@pytest.mark.parametrize(("access", "expected"), OPEN.values(), ids=OPEN)
def test_who_reads_links_is_named_with_what_closes_it(
    empty_database: Database, access: str, expected: set[tuple[str, str, str]]
) -> None:
    connection = host_with(empty_database, access)

    warnings = warnings_of(empty_database)

    assert readers(connection) == expected
    assert len(warnings) == len(expected)
    for reader, relation, remedy in expected:
        assert any(
            re.match(rf"the role {reader} can read the links in (public\.)?{relation}: .*\. A link", message)
            and hint == f"To close this: {remedy}"
            for message, hint in warnings
        ), warnings
    for _, _, remedy in expected:
        connection.execute("set client_min_messages = error")
        for statement in filter(str.strip, remedy.split(";")):
            connection.execute(re.sub("^drop policy", "drop policy if exists", statement.strip()).encode())
    assert readers(connection) == set()


@pytest.mark.parametrize("access", SHUT.values(), ids=SHUT)
def test_who_reads_only_their_own_is_not_named(empty_database: Database, access: str) -> None:
    connection = host_with(empty_database, access)

    assert warnings_of(empty_database) == []
    assert readers(connection) == set()


@pytest.mark.parametrize("name", ["everybody, by a policy", "visitors, by a view with its owner's rights"])
def test_without_rows_what_is_written_decides(empty_database: Database, name: str) -> None:
    access, expected = OPEN[name]
    connection = host_with(empty_database, "delete from public.coaching_sessions;" + access)

    warnings_of(empty_database)

    assert readers(connection) == expected


def test_trying_leaves_no_trace(empty_database: Database) -> None:
    connection = host_with(
        empty_database,
        GRANTED
        + """
        create table public.visits (at timestamptz default now());
        create function public.note_visit() returns boolean language sql volatile security definer
        as $$ insert into public.visits default values; select true $$;
        create policy noted on public.coaching_sessions using (public.note_visit() and auth.uid() is null)
        """,
    )
    migrate(empty_database)

    assert [reader for reader, _, _ in readers(connection)] == ["anon"]
    assert single(connection, "select count(*) from public.visits") == (0,)
    assert (
        single(connection, "select current_user, current_setting('request.jwt.claims', true)")[0]
        == "postgres"
    )


def test_the_platforms_own_tables_are_shut(database: Database) -> None:
    assert readers(database.connect()) == set()
