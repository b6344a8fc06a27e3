"""What was there before versions were kept is brought over while everything runs."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg.types.json import Jsonb

from stack.packages import ROOT
from tests.py.harness.databases import Connection, Database, Databases
from tests.py.harness.people import People, Tenant
from tests.py.harness.sessions import DEFINITION, one

ASSESSMENTS = 40


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    """A database of its own."""
    with databases.clone("migrated") as clone:
        yield clone


class Host:
    """A database with rows as a former release has left them: no versions, no choices, no pins."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        people = People(connection)
        self.author: Tenant = people.tenant()
        self.guest: Tenant = people.tenant()
        self.assessments = [self._assessment(number) for number in range(ASSESSMENTS)]
        self.sessions = [self._session(assessment) for assessment in self.assessments]
        for session in self.sessions[::2]:
            connection.execute(
                "insert into public.agent_sessions (coaching_session_id) values (%s)", [session]
            )
        self._forget()

    def _assessment(self, number: int) -> uuid.UUID:
        made: uuid.UUID = one(
            self.connection,
            "insert into public.custom_assessments (tenant_id, name, definition, status, marketplace_status)"
            " values (%s, %s, %s, 'active', 'published') returning id",
            self.author.id,
            f"Former {number}",
            Jsonb(DEFINITION),
        )
        return made

    def _session(self, assessment: uuid.UUID) -> uuid.UUID:
        made: uuid.UUID = one(
            self.connection,
            "insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)"
            " values (%s, 'custom', %s) returning id",
            self.guest.id,
            assessment,
        )
        return made

    def _forget(self) -> None:
        """Take away what a former release did not write, past the triggers."""
        with self.connection.transaction():
            tables = ("public.custom_assessments", "public.assessment_versions")
            for table in tables:
                self.connection.execute(f"alter table {table} disable trigger user".encode())
            self.connection.execute("delete from private.pins where true")
            self.connection.execute("delete from public.assessment_versions where true")
            self.connection.execute(
                "update public.custom_assessments"
                " set newest_version_id = null, listed_version_id = null, listed_at = null where true"
            )
            for table in tables:
                self.connection.execute(f"alter table {table} enable trigger user".encode())

    def count(self, query: str) -> int:
        """The only figure of a query."""
        return int(one(self.connection, f"select count(*) from {query}"))


def bring_over(database: Database) -> int:
    """Call the function until nothing is left; return how many rows were examined."""
    service = database.connect_as("service_role")
    total = 0
    while examined := one(service, "select public.backfill_versions(7)"):
        total += examined
    return total


def test_several_at_once_bring_over_each_row_once(database: Database) -> None:
    host = Host(database.connect())
    editor = database.connect()

    def edit() -> None:
        for assessment in host.assessments[::5]:
            editor.execute(
                "update public.custom_assessments set description = 'Edited meanwhile.' where id = %s",
                [assessment],
            )

    with ThreadPoolExecutor(3) as threads:
        edited = threads.submit(edit)
        totals = list(threads.map(bring_over, [database, database]))
        edited.result()
    # The assessments, the sessions, and the agents' sessions of every other one; there is no campaign.
    assert sum(totals) == 2 * ASSESSMENTS + ASSESSMENTS // 2
    assert host.count("public.custom_assessments where newest_version_id is null") == 0
    assert (
        host.count("public.custom_assessments where marketplace_status = 'published'") >= ASSESSMENTS * 4 // 5
    )
    assert host.count("private.pins where chosen_version_id is not null") == ASSESSMENTS
    assert host.count("private.pins where begun_at is not null") == ASSESSMENTS // 2
    # Choices from before keep the text of that day, edited or not.
    assert (
        host.count(
            "private.pins as pin"
            " join public.assessment_versions as version on version.id = pin.chosen_version_id"
            " where version.description is null"
        )
        == ASSESSMENTS
    )
    assert bring_over(database) == 0


def test_interviews_of_former_sessions_go_on_before_and_after(database: Database) -> None:
    host = Host(database.connect())
    service = database.connect_as("service_role")
    talks = [
        row[0]
        for row in host.connection.execute(
            "select id from public.agent_sessions order by coaching_session_id limit 2"
        )
    ]
    before = one(service, "select public.interview_context(%s) ->> 'version'", talks[0])
    bring_over(database)
    after = one(service, "select public.interview_context(%s) ->> 'version'", talks[1])
    assert (before, after) == ("1.0", "1.0")


def test_query_on_the_page_finds_what_nobody_approved(database: Database) -> None:
    host = Host(database.connect())
    bring_over(database)
    page = (ROOT / "docs" / "upgrading.md").read_text(encoding="utf-8")
    section = page.split("### Rows from before versions")[1].split("\n### ")[0]
    [query] = re.findall(r"^```sql\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    found = host.connection.execute(query.encode()).fetchall()
    assert sorted(row[1] for row in found) == sorted(host.sessions)
