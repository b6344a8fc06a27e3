"""What could be deleted before the migrations can be deleted after them, with the same remaining rows."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import psycopg
import pytest

from tests.py.harness.databases import Connection, Database
from tests.py.upgrade.hosts import OWNER, PRODUCTION_HOST, STRANGER, TENANT, contents, migrate, single

HOUSE = "44444444-4444-4444-4444-444444444444"
NEIGHBOUR = "55555555-5555-5555-5555-555555555555"
HOUSE_ACCOUNT = "66666666-6666-6666-6666-666666666666"


@dataclass(frozen=True)
class Keys:
    """The actions of a host's foreign keys when the referenced row is deleted."""

    tenant: str = "cascade"
    creator: str = "set null"
    coaching: str = "cascade"
    agent: str = "cascade"


HOSTS = {
    "campaigns outlive their tenant": Keys(tenant="set null"),
    "nothing is deleted along": Keys(tenant="set null", coaching="set null", agent="set null"),
    "everything is deleted along": Keys(creator="cascade"),
    "campaigns keep their tenant": Keys(tenant="restrict", coaching="restrict"),
    "campaigns keep their creator": Keys(tenant="set null", creator="no action", agent="set null"),
    "campaigns go to the house": Keys(tenant="set default", agent="set null"),
}

# Each starts from the host in its initial state.
DELETIONS = {
    "a tenant": f"delete from public.tenant_profiles where id = '{TENANT}'",
    "its neighbour": f"delete from public.tenant_profiles where id = '{NEIGHBOUR}'",
    "both tenants": f"delete from public.tenant_profiles where id in ('{TENANT}', '{NEIGHBOUR}')",
    "every tenant but the house": f"delete from public.tenant_profiles where id <> '{HOUSE}'",
    "every tenant": "delete from public.tenant_profiles where true",
    "the owner's account": f"delete from auth.users where id = '{OWNER}'",
    "the neighbour's account": f"delete from auth.users where id = '{STRANGER}'",
    "every account": "delete from auth.users where true",
    "a tenant without campaigns": f"""
        delete from public.campaigns where tenant_id = '{TENANT}';
        delete from public.coaching_sessions where tenant_id = '{TENANT}';
        delete from public.tenant_profiles where id = '{TENANT}'
    """,
    "a campaign": "delete from public.campaigns where name = 'Own'",
    "every campaign": "delete from public.campaigns where true",
    "a stakeholder": "delete from public.campaign_assignments where stakeholder_name like '%Own'",
    "a client": "delete from public.coaching_sessions where client_name = 'Client of host'",
    "every client": "delete from public.coaching_sessions where true",
    "every agent session": "delete from public.agent_sessions where true",
    "a tenant, then what it left": f"""
        delete from public.tenant_profiles where id = '{TENANT}';
        update public.campaigns set status = 'closed' where tenant_id is null;
        delete from public.campaigns where tenant_id is null;
        delete from auth.users where id = '{OWNER}'
    """,
}

# The use of the product on such a host, with every way in which one row can refer to another.
USE = """
insert into public.custom_assessments (tenant_id, created_by, name, status, is_template, definition)
select tenant.id, tenant.user_id, 'Of ' || tenant.slug, 'active', tenant.slug <> 'host', '{
  "dimensions": [{"name": "Clarity", "weight": 1, "description": "d"}], "resultCategories": []
}' from public.tenant_profiles as tenant;

update public.campaigns as campaign set assessment_type = 'custom', custom_assessment_id = assessment.id
from public.custom_assessments as assessment
where assessment.name = case campaign.name
  when 'Own' then 'Of host' when 'Template' then 'Of neighbour' when 'House' then 'Of house'
  when 'Of a neighbour' then 'Of neighbour'
end;
update public.coaching_sessions as session
set assessment_type = 'custom', custom_assessment_id = assessment.id
from public.custom_assessments as assessment
where assessment.name = case session.client_name
  when 'Client of host' then 'Of host' when 'Client of neighbour' then 'Of house'
end;
update public.agent_sessions as agent set custom_assessment_id = campaign.custom_assessment_id
from public.campaign_assignments as assignment
join public.campaigns as campaign on campaign.id = assignment.campaign_id
where assignment.id = agent.stakeholder_session_id;
update public.agent_sessions as agent set custom_assessment_id = session.custom_assessment_id
from public.coaching_sessions as session where session.id = agent.coaching_session_id;
"""

AGAIN = """
alter table public.campaigns drop constraint campaigns_tenant_id_fkey, add constraint campaigns_tenant_id_fkey
foreign key (tenant_id) references public.tenant_profiles (id) on delete {tenant};
alter table public.coaching_sessions drop constraint coaching_sessions_tenant_id_fkey,
add constraint coaching_sessions_tenant_id_fkey
foreign key (tenant_id) references public.tenant_profiles (id) on delete {coaching};
"""


def make_production_host(database: Database, keys: Keys) -> Connection:
    """A house, a host and its neighbour, each with campaigns, stakeholders, clients and agents."""
    connection = database.connect()
    connection.execute(
        "insert into auth.users (id, email) values (%s, 'owner@example.test'), (%s, 'stranger@example.test'),"
        " (%s, 'house@example.test')",
        [OWNER, STRANGER, HOUSE_ACCOUNT],
    )
    connection.execute(PRODUCTION_HOST.format(house=HOUSE, **asdict(keys)).encode())
    connection.execute(
        "insert into public.tenant_profiles (id, user_id, slug, display_name)"
        " values (%s, %s, 'host', 'Host'), (%s, %s, 'neighbour', 'Neighbour'), (%s, %s, 'house', 'House')",
        [TENANT, OWNER, NEIGHBOUR, STRANGER, HOUSE, HOUSE_ACCOUNT],
    )
    connection.execute(
        """
        insert into public.campaigns (name, tenant_id, created_by, changed_by, assessment_type)
        values ('Plain', %(tenant)s, %(owner)s, %(owner)s, 'archetype'),
          ('Since ever', %(tenant)s, %(owner)s, %(owner)s, 'custom'),
          ('Own', %(tenant)s, %(owner)s, %(owner)s, 'industry4'),
          ('Template', %(tenant)s, %(stranger)s, %(owner)s, 'industry4'),
          ('House', %(tenant)s, null, null, 'custom'), ('Nobody''s', null, %(owner)s, null, 'custom'),
          ('Of a neighbour', %(neighbour)s, %(owner)s, %(owner)s, 'custom')
        """,
        {"tenant": TENANT, "owner": OWNER, "stranger": STRANGER, "neighbour": NEIGHBOUR},
    )
    connection.execute(
        """
        insert into public.campaign_assignments (campaign_id, stakeholder_name, access_token)
        select id, 'Stakeholder of ' || name, id::text from public.campaigns;
        insert into public.coaching_sessions (tenant_id, client_name, assessment_type, access_token)
        select id, 'Client of ' || slug, 'archetype', id::text from public.tenant_profiles;
        insert into public.coaching_sessions (tenant_id, client_name, assessment_type, access_token)
        select id, 'Older client of ' || slug, 'custom', 'older-' || id from public.tenant_profiles;
        insert into public.agent_sessions (stakeholder_session_id, agent_type)
        select id, 'interview' from public.campaign_assignments;
        insert into public.agent_sessions (coaching_session_id, agent_type)
        select id, 'interview' from public.coaching_sessions
        """
    )
    return connection


def outcomes(connection: Connection, role: str = "postgres") -> dict[str, object]:
    """What each permitted deletion leaves, or why it is refused. Nothing is kept."""
    found: dict[str, object] = {}
    for name, deletion in DELETIONS.items():
        if role != "postgres" and "auth.users" in deletion:
            continue
        try:
            with connection.transaction(force_rollback=True):
                connection.execute(
                    "select set_config('request.jwt.claims', %s, true), set_config('role', %s, true)",
                    [json.dumps({"role": role, "sub": OWNER}), role],
                )
                connection.execute(deletion.encode())
                connection.execute("set constraints all immediate")
                connection.execute("reset role")
                found[name] = contents(connection)
        except psycopg.Error as error:
            found[name] = (error.sqlstate, error.diag.message_primary)
    return found


@pytest.mark.parametrize("keys", HOSTS.values(), ids=HOSTS)
def test_deletions_end_as_before(empty_database: Database, keys: Keys) -> None:
    connection = make_production_host(empty_database, keys)
    before = outcomes(connection)

    migrate(empty_database)
    assert outcomes(connection) == before

    connection.execute(USE.encode())
    assert outcomes(connection) == before

    # Foreign keys act in the order of their creation.
    connection.execute(AGAIN.format(**asdict(keys)).encode())
    assert outcomes(connection) == before


@pytest.mark.parametrize("role", ["authenticated", "service_role"])
@pytest.mark.parametrize("keys", HOSTS.values(), ids=HOSTS)
def test_deletions_of_the_apis_roles_end_as_before(empty_database: Database, keys: Keys, role: str) -> None:
    connection = make_production_host(empty_database, keys)
    connection.execute(
        "grant select, update, delete on public.tenant_profiles, public.campaigns, public.coaching_sessions,"
        " public.campaign_assignments, public.agent_sessions to authenticated, service_role"
    )
    before = outcomes(connection, role)

    migrate(empty_database)
    assert outcomes(connection, role) == before

    connection.execute(USE.encode())
    assert outcomes(connection, role) == before


def test_auth_deletes_an_account_whose_agents_outlive_their_sessions(empty_database: Database) -> None:
    connection = make_production_host(empty_database, HOSTS["campaigns go to the house"])
    auth = empty_database.connect("supabase_admin")
    auth.execute("grant select, delete on auth.users to supabase_auth_admin")
    migrate(empty_database)
    connection.execute(USE.encode())

    with auth.transaction():
        auth.execute("set local role supabase_auth_admin")
        auth.execute("delete from auth.users where id = %s", [OWNER])

    assert single(connection, "select count(*) from public.tenant_profiles where user_id = %s", [OWNER]) == (
        0,
    )
    assert single(
        connection, "select count(*) from public.agent_sessions where custom_assessment_id is not null"
    ) != (0,)


def people_of_the_tenant(connection: Connection) -> dict[str, object]:
    """The ids of the tenant's campaigns, clients and agents."""
    campaigns, clients = single(
        connection,
        "select array(select id from public.campaigns where tenant_id = %(tenant)s),"
        " array(select id from public.coaching_sessions where tenant_id = %(tenant)s)",
        {"tenant": TENANT},
    )
    (agents,) = single(
        connection,
        """
        select array(
          select agent.id from public.agent_sessions as agent
          left join public.campaign_assignments as assignment on assignment.id = agent.stakeholder_session_id
          where agent.coaching_session_id = any (%s) or assignment.campaign_id = any (%s)
        )
        """,
        [clients, campaigns],
    )
    return {"tenant": TENANT, "campaigns": campaigns, "clients": clients, "agents": agents}


def people_left(connection: Connection, people: dict[str, object]) -> tuple[object, ...]:
    """How many of these campaigns exist, and how many assignments, clients and agents in them."""
    return single(
        connection,
        """
        select (select count(*) from public.campaigns where id = any (%(campaigns)s)),
          (select count(*) from public.campaign_assignments where campaign_id = any (%(campaigns)s)),
          (select count(*) from public.coaching_sessions where id = any (%(clients)s)),
          (select count(*) from public.agent_sessions where id = any (%(agents)s))
        """,
        people,
    )


def score_somebody(connection: Connection) -> None:
    connection.execute(
        """
        insert into public.custom_assessment_results
        (assessment_id, session_id, session_type, dimension_scores)
        select custom_assessment_id, id, 'coaching', '{"Clarity": 4}' from public.coaching_sessions
        where client_name = 'Client of host'
        """
    )


def test_results_keep_their_tenant_and_its_account(empty_database: Database) -> None:
    connection = make_production_host(empty_database, Keys(tenant="set null"))
    migrate(empty_database)
    connection.execute(USE.encode())
    score_somebody(connection)

    for table, key in [("public.tenant_profiles", TENANT), ("auth.users", OWNER)]:
        with pytest.raises(psycopg.Error) as refused, connection.transaction():
            connection.execute(f"delete from {table} where id = %s".encode(), [key])
        assert refused.value.sqlstate == "PT409"
        assert json.loads(refused.value.diag.message_detail or "")["reason"] == "ASSESSMENT_HAS_RESULTS"
        assert single(connection, f"select count(*) from {table} where id = %s", [key]) == (1,)


ERASABLE = [name for name, keys in HOSTS.items() if keys.tenant != "restrict"]


@pytest.mark.parametrize("host", ERASABLE)
@pytest.mark.parametrize("eraser", ["erase_tenant", "erase_account"])
def test_erasing_leaves_no_participant_and_counts_what_stays(
    empty_database: Database, eraser: str, host: str
) -> None:
    keys, whole = HOSTS[host], eraser == "erase_account"
    connection = make_production_host(empty_database, keys)
    migrate(empty_database)
    connection.execute(USE.encode())
    score_somebody(connection)
    people = people_of_the_tenant(connection)

    (counts,) = single(connection, f"select public.{eraser}(%s)", [OWNER if whole else TENANT])

    # An account is also responsible for the campaign that it created and that belongs to no tenant.
    stay = 0 if keys.tenant == "cascade" else 5 + whole
    assert {key: counts[key] for key in counts if key.startswith(("c", "agent_"))} == {
        "campaigns": 5 + whole - stay,
        "campaigns_left": stay,
        "campaign_assignments": 5 + whole,
        "campaign_assignments_left": 0,
        "coaching_sessions": 2,
        "coaching_sessions_left": 0,
        "agent_sessions": 7 + whole,
        "agent_sessions_left": 0,
    }
    assert people_left(connection, people) == (stay - (whole and stay > 0), 0, 0, 0)
    others = ["Client of house", "Client of neighbour", "Older client of house", "Older client of neighbour"]
    assert connection.execute(
        "select client_name from public.coaching_sessions order by client_name"
    ).fetchall() == [(name,) for name in others]
    assert single(
        connection,
        "select count(*) from public.campaign_assignments"
        " where stakeholder_name = 'Stakeholder of Of a neighbour'",
    ) == (1,)
    if whole:
        assert single(connection, "select count(*) from auth.users where id = %s", [OWNER]) == (0,)


def test_a_view_that_keeps_its_rows_is_counted(empty_database: Database) -> None:
    connection = make_production_host(empty_database, Keys(tenant="set null"))
    connection.execute(
        """
        alter table public.campaign_assignments rename to stakeholder_sessions;
        create view public.campaign_assignments as
        select session.id, session.campaign_id, session.status, session.access_token,
          null::timestamptz as access_expires_at, null::timestamptz as completed_at
        from public.stakeholder_sessions as session
        join public.campaigns on campaigns.id = session.campaign_id
        """
    )
    migrate(empty_database)

    (counts,) = single(connection, "select public.erase_tenant(%s)", [TENANT])

    assert (counts["campaign_assignments"], counts["campaign_assignments_left"]) == (0, 5)
    assert counts["campaigns_left"] == 5


def test_what_a_trigger_of_the_hosts_keeps_is_counted_as_left(empty_database: Database) -> None:
    connection = make_production_host(empty_database, Keys(tenant="set null", coaching="set null"))
    connection.execute(
        """
        create function public.keep_row() returns trigger language plpgsql as $$ begin return null; end $$;
        create trigger keep before delete on public.coaching_sessions
        for each row when (old.client_name = 'Client of host') execute function public.keep_row();
        create trigger keep before delete on public.agent_sessions
        for each row when (old.coaching_session_id is not null) execute function public.keep_row();
        create trigger keep before delete on public.campaign_assignments
        for each row when (old.stakeholder_name = 'Stakeholder of Plain') execute function public.keep_row()
        """
    )
    migrate(empty_database)

    (counts,) = single(connection, "select public.erase_tenant(%s)", [TENANT])

    assert (counts["coaching_sessions"], counts["coaching_sessions_left"]) == (1, 1)
    assert (counts["agent_sessions"], counts["agent_sessions_left"]) == (5, 2)
    assert (counts["campaign_assignments"], counts["campaign_assignments_left"]) == (4, 1)


def test_a_tenant_and_an_account_that_stay_are_not_counted(empty_database: Database) -> None:
    connection = make_production_host(empty_database, Keys())
    connection.execute(
        """
        alter table public.tenant_profiles drop constraint tenant_profiles_user_id_fkey;
        create function public.keep_row() returns trigger language plpgsql as $$ begin return null; end $$;
        create trigger keep before delete on public.tenant_profiles
        for each row execute function public.keep_row();
        """
    )
    empty_database.connect("supabase_admin").execute(
        "create trigger keep before delete on auth.users for each row execute function public.keep_row()"
    )
    migrate(empty_database)

    (counts,) = single(connection, "select public.erase_account(%s)", [OWNER])

    assert (counts["tenants"], counts["accounts"]) == (0, 0)


def test_a_type_in_use_stays_in_the_hosts_table_of_types(empty_database: Database) -> None:
    connection = make_production_host(empty_database, Keys())
    connection.execute(
        """
        create table public.types (name text primary key);
        insert into public.types values ('industry4'), ('archetype'), ('education'), ('custom');
        alter table public.campaigns alter column assessment_type drop not null,
        add foreign key (assessment_type) references public.types (name) on delete set null
        """
    )
    migrate(empty_database)
    connection.execute("delete from public.types where name = 'education'")
    with connection.transaction(force_rollback=True):
        connection.execute("delete from public.types where name = 'custom'")
    connection.execute(USE.encode())
    before = contents(connection)

    with pytest.raises(psycopg.Error) as refused:
        connection.execute("delete from public.types where name = 'custom'")

    assert refused.value.sqlstate == "PT422"
    assert json.loads(refused.value.diag.message_detail or "")["reason"] == "ASSESSMENT_TYPE_MISMATCH"
    assert contents(connection) == before


def test_erasing_is_refused_where_the_host_keeps_a_tenant_for_its_campaigns(empty_database: Database) -> None:
    connection = make_production_host(empty_database, HOSTS["campaigns keep their tenant"])
    migrate(empty_database)
    connection.execute(USE.encode())
    before = contents(connection)

    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="campaigns_tenant_id_fkey"):
        connection.execute("select public.erase_tenant(%s)", [TENANT])

    assert contents(connection) == before
