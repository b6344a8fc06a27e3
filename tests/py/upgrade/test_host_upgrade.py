"""Migrating a project that already has the platform's tables, with data, in forms that real hosts have."""

from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
import pytest

from stack.errors import StackError
from stack.packages import ROOT
from tests.py.harness.databases import Connection, Database, as_role
from tests.py.upgrade.hosts import (
    ASSIGNMENTS,
    HOSTS,
    OWNER,
    ROWS,
    STRANGER,
    TENANT,
    contents,
    make_host,
    migrate,
    objects,
    single,
)
from tests.py.upgrade.test_deletions import Keys, make_production_host


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

    assessment, slug = single(
        connection,
        """
        insert into public.custom_assessments (tenant_id, name, status, definition)
        values (%s, 'Führung', 'active', '{
          "dimensions": [{"name": "Clarity", "weight": 1, "description": "d"}], "resultCategories": []
        }') returning id, slug
        """,
        [TENANT],
    )
    assert slug == "fuhrung"
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
    # An existing column keeps its default and its rule, or has none.
    assert kind == ("archetype" if host == "older" else None)
    for table in ["campaigns", "coaching_sessions"]:
        if (host, table) == ("newer", "coaching_sessions"):
            continue
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(f"update public.{table} set assessment_type = 'nonsense' where true")

    connection.execute("delete from public.custom_assessments where id = %s", [assessment])
    (left,) = single(
        connection, "select count(*) from public.campaigns where custom_assessment_id is not null"
    )
    assert left == 0


def test_checks_keep_their_names(empty_database: Database) -> None:
    connection = make_host(empty_database, "older", "table")
    migrate(empty_database)

    checks = connection.execute(
        """
        select conname from pg_constraint
        where conrelid = 'public.campaigns'::regclass and contype = 'c' order by conname
        """
    ).fetchall()

    assert checks == [
        ("interview_style_override_is_1_to_5",),
        ("type_is_lower_case",),
        ("type_is_one_we_know",),
    ]


INDEXES = """
select c.relname || ' on ' || i.indrelid::regclass::text from pg_index as i
join pg_class as c on c.oid = i.indexrelid
where i.indrelid = any (array[
  to_regclass('public.tenant_profiles'), to_regclass('public.campaigns'),
  to_regclass('public.coaching_sessions'), to_regclass('public.campaign_assignments'),
  to_regclass('public.agent_sessions')])
"""


def test_what_the_page_makes_beforehand_is_all_that_is_made(empty_database: Database, host: str) -> None:
    connection = make_host(empty_database, host, "table")
    page = (ROOT / "docs" / "upgrading.md").read_text(encoding="utf-8")
    section = page.split("\n## Before you push to a large host\n")[1].split("\n## ")[0]
    statements = ";".join(re.findall(r"^```sql\n(.*?)^```", section, re.MULTILINE | re.DOTALL)).split(";")
    for statement in filter(str.strip, statements):
        connection.execute(statement.encode())
    before = set(connection.execute(INDEXES).fetchall())
    assert len(before) > 13

    migrate(empty_database)

    assert set(connection.execute(INDEXES).fetchall()) == before
    keys = connection.execute(
        "select conrelid::regclass::text, confdeltype from pg_constraint"
        " where contype = 'f' and confrelid = 'public.custom_assessments'::regclass"
        " and conname ~ '_custom_assessment_id_fkey$' order by 1"
    ).fetchall()
    assert keys == [("agent_sessions", "n"), ("campaigns", "n"), ("coaching_sessions", "n")]


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
        "select policyname from pg_policies where tablename = 'campaigns' and permissive = 'PERMISSIVE'"
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


def has_a_style_out_of_range(connection: Connection) -> None:
    connection.execute(
        """
        alter table public.campaigns add column interview_style_override integer;
        update public.campaigns set interview_style_override = 9 where name = 'Campaign 1'
        """
    )


def repeats_a_link(connection: Connection) -> None:
    connection.execute(
        "update public.coaching_sessions set access_token = 'same' where client_name < 'Client 2'"
    )


@pytest.mark.parametrize(
    ("breaks", "says"),
    [
        (has_a_style_out_of_range, "campaigns violate the constraint interview_style_override_is_1_to_5"),
        (repeats_a_link, "public.coaching_sessions.access_token has duplicate access tokens"),
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


def statements_in(title: str) -> list[str]:
    """The SQL that a section of the page runs."""
    page = (ROOT / "docs" / "upgrading.md").read_text(encoding="utf-8")
    section = re.split(r"\n##+ ", page.split(f" {title}\n")[1])[0]
    blocks = re.findall(r"^```sql\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return [statement for block in blocks for statement in block.split(";") if statement.strip()]


def test_the_page_finds_campaigns_of_the_type_custom_beforehand(empty_database: Database) -> None:
    connection = make_production_host(empty_database, Keys(tenant="set null"))
    (query,) = statements_in("Campaigns of the type custom")
    found = connection.execute(query.encode()).fetchall()
    assert [kind for kind, _ in found].count("campaign") == 4
    assert [kind for kind, _ in found].count("coaching session") == 3

    migrate(empty_database)

    assert connection.execute(query.encode()).fetchall() == found
    for kind, key in found:
        table = "campaigns" if kind == "campaign" else "coaching_sessions"
        column = "name" if kind == "campaign" else "client_name"
        with pytest.raises(psycopg.Error, match="requires a custom assessment") as refused:
            connection.execute(
                f"insert into public.{table} (tenant_id, {column}, assessment_type)"
                " values (%s, 'New', 'custom')",
                [TENANT],
            )
        assert refused.value.sqlstate == "PT422"
        connection.execute(f"update public.{table} set {column} = 'Renamed' where id = %s", [key])


def test_the_page_shows_what_is_open(empty_database: Database) -> None:
    holding, asking = empty_database.connect(autocommit=False), empty_database.connect()
    holding.execute("select 1")
    (query,) = statements_in("Before you push to a host that is in use")

    open_ones = asking.execute(query.encode()).fetchall()

    assert (holding.info.backend_pid, "idle in transaction") in [(row[0], row[3]) for row in open_ones]


def test_the_page_asks_beforehand_who_reads_links(empty_database: Database) -> None:
    connection = make_host(empty_database, "older", "table")
    connection.execute("grant select on public.coaching_sessions to anon")
    connection.execute("alter table public.coaching_sessions disable row level security")
    before = objects(connection)
    page = (ROOT / "docs" / "upgrading.md").read_text(encoding="utf-8")
    command = re.search(r"^psql .*?-c rollback$", page, re.MULTILINE | re.DOTALL)
    assert command is not None

    readers = []
    for option, value in re.findall(r"-([cf]) ('[^']+'|\S+)", command[0]):
        if option == "f":
            (path,) = ROOT.glob(value)
            connection.execute(path.read_bytes())
        else:
            answer = connection.execute(value.strip("'").encode())
            readers += answer.fetchall() if answer.description else []

    assert ("anon", "public.coaching_sessions") in [(row[0], row[1]) for row in readers]
    assert objects(connection) == before
