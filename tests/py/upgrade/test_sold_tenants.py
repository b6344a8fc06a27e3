"""On a host whose policies let creators write campaigns, an account that sold its tenant does so no more."""

from __future__ import annotations

import psycopg
import pytest

from tests.py.harness.databases import Database, as_role
from tests.py.upgrade.hosts import ASSIGNMENTS, OWNER, STRANGER, TENANT, make_host, migrate, roll_back

# What the host itself lets creators do with the interviews of their campaigns, where these are a table.
CREATORS = """
alter table public.campaign_assignments enable row level security;
grant select, insert, update, delete on public.campaign_assignments to authenticated;
create policy "Host: creators" on public.campaign_assignments to authenticated
using (campaign_id in (select id from public.campaigns where created_by = auth.uid()))
"""
REACHES = {
    "links": "select access_token from public.campaign_assignments",
    "campaigns": "select id from public.campaigns",
    "changes": "update public.campaigns set name = 'Mine' returning id",
    "deletions": "delete from public.campaigns returning id",
}


def reached(database: Database, account: str) -> dict[str, bool]:
    """Which of these the account can still do; what it does is undone."""
    connection = database.connect()
    outcome = {}
    for name, statement in REACHES.items():
        with (
            connection.transaction(force_rollback=True),
            as_role(connection, "authenticated", account),
        ):
            outcome[name] = connection.execute(statement.encode()).fetchone() is not None
    return outcome


@pytest.mark.parametrize("assignments", list(ASSIGNMENTS))
def test_a_seller_reaches_nothing_of_the_tenants_campaigns(
    empty_database: Database, assignments: str
) -> None:
    connection = make_host(empty_database, "newer", assignments)
    if assignments == "table":
        connection.execute(CREATORS)
    connection.execute("insert into public.campaigns (name, created_by) values ('Nobody''s', %s)", [OWNER])
    migrate(empty_database)
    everything = dict.fromkeys(REACHES, True)
    assert reached(empty_database, OWNER) == everything
    connection.execute("update public.tenant_profiles set user_id = %s where id = %s", [STRANGER, TENANT])

    # A campaign without a tenant is still its creator's.
    with as_role(connection, "authenticated", OWNER):
        seen = connection.execute("select name from public.campaigns").fetchall()
    assert seen == [("Nobody's",)]
    connection.execute("delete from public.campaigns where tenant_id is null")
    assert reached(empty_database, OWNER) == dict.fromkeys(REACHES, False)
    if assignments == "table":
        campaign = connection.execute("select id from public.campaigns limit 1").fetchone()
        assert campaign is not None
        with as_role(connection, "authenticated", OWNER), pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "insert into public.campaign_assignments (campaign_id, access_token) values (%s, 'spy')",
                campaign,
            )

    roll_back(empty_database)
    assert reached(empty_database, OWNER) == everything, "the host's own policies are as before"
