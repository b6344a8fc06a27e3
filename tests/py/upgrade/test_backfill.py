"""What was there before versions were kept is brought over while everything runs."""

from __future__ import annotations

import contextlib
import re
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

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
        self.sessions = [self.session(assessment, self.guest) for assessment in self.assessments]
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

    def session(self, assessment: uuid.UUID, tenant: Tenant) -> uuid.UUID:
        """A coaching session of a tenant with an assessment."""
        made: uuid.UUID = one(
            self.connection,
            "insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)"
            " values (%s, 'custom', %s) returning id",
            tenant.id,
            assessment,
        )
        return made

    def campaign(self, assessment: uuid.UUID) -> uuid.UUID:
        """A campaign of the author with an assessment."""
        made: uuid.UUID = one(
            self.connection,
            "insert into public.campaigns"
            " (tenant_id, name, created_by, assessment_type, custom_assessment_id)"
            " values (%s, 'Team', %s, 'custom', %s) returning id",
            self.author.id,
            self.author.owner.id,
            assessment,
        )
        return made

    @contextlib.contextmanager
    def past_the_triggers(self) -> Iterator[None]:
        """Write what a former release would have written."""
        tables = ("public.custom_assessments", "public.assessment_versions", "public.agent_sessions")
        with self.connection.transaction():
            for table in tables:
                self.connection.execute(f"alter table {table} disable trigger user".encode())
            yield
            self.connection.execute("set constraints all immediate")
            for table in tables:
                self.connection.execute(f"alter table {table} enable trigger user".encode())

    def _forget(self) -> None:
        """Take away what a former release did not write."""
        with self.past_the_triggers():
            self.connection.execute("delete from private.pins where true")
            self.connection.execute("delete from public.assessment_versions where true")
            self.connection.execute(
                "update public.custom_assessments"
                " set newest_version_id = null, listed_version_id = null, listed_at = null where true"
            )

    def count(self, query: str) -> int:
        """The only figure of a query."""
        return int(one(self.connection, f"select count(*) from {query}"))


def bring_over(database: Database) -> int:
    """Call the function until nothing is left; return how many rows were examined."""
    service = database.connect_as("service_role")
    total = 0
    finished = False
    while not finished:
        answer = one(service, "select public.backfill_versions(7)")
        total += int(answer["examined"])
        finished = answer["finished"]
        assert answer["left_over"] == 0
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


def begin(host: Host, service: Connection, session: uuid.UUID) -> dict[str, Any]:
    """Ask what to talk about, in the session's conversation or in a new one."""
    host.connection.execute(
        "insert into public.agent_sessions (coaching_session_id) select %(session)s"
        " where not exists (select from public.agent_sessions where coaching_session_id = %(session)s)",
        {"session": session},
    )
    context = one(
        service,
        "select public.interview_context(id) from public.agent_sessions where coaching_session_id = %s",
        session,
    )
    return {
        "version": context["version"],
        "description": context["definition"]["metadata"].get("description"),
        "begun": context["begun"],
    }


def complete(service: Connection, session: uuid.UUID) -> dict[str, Any]:
    """Submit scores without having asked what to talk about; the version by which they are judged."""
    one(
        service,
        "select public.complete_assessment_session(%s, 'coaching', %s)",
        session,
        Jsonb({"Clarity": 4}),
    )
    answer: dict[str, Any] = one(
        service,
        "select jsonb_build_object('version', version.version, 'assumed', request.version_assumed)"
        " from private.score_requests as request"
        " join public.assessment_versions as version on version.id = request.assessment_version_id"
        " where request.session_id = %s",
        session,
    )
    return answer


def test_sessions_are_read_alike_before_and_after(database: Database) -> None:
    host = Host(database.connect())
    service = database.connect_as("service_role")
    postgres = database.connect()
    hidden, rewritten = host.assessments[:8], host.assessments[8:16]
    with host.past_the_triggers():
        host.connection.execute(
            "update public.custom_assessments set marketplace_status = 'private' where id = any (%s)",
            [hidden],
        )
    own = [host.session(assessment, host.author) for assessment in rewritten]
    with host.past_the_triggers():
        for session in own[::2]:
            host.connection.execute(
                "insert into public.agent_sessions (coaching_session_id) values (%s)", [session]
            )
    for status in (None, "published"):
        host.connection.execute(
            "update public.custom_assessments set description = 'Rewritten.',"
            " marketplace_status = coalesce(%s, marketplace_status) where id = any (%s)",
            [status, rewritten],
        )
    groups = {
        "others' that is hidden": host.sessions[:8],
        "others' that is rewritten": host.sessions[8:16],
        "one's own that is rewritten": own,
    }

    def look(first: int) -> dict[str, object]:
        seen: dict[str, object] = {}
        for name, sessions in groups.items():
            seen[f"{name}, begun"] = begin(host, service, sessions[first])
            seen[f"{name}, not begun"] = begin(host, service, sessions[first + 1])
            seen[f"{name}, begun, completed"] = complete(postgres, sessions[first + 2])
            seen[f"{name}, not begun, completed"] = complete(postgres, sessions[first + 3])
        return seen

    before = look(0)
    bring_over(database)
    assert before == look(4)
    former = {"version": "1.0", "description": None}
    for name in ("others' that is hidden", "others' that is rewritten"):
        assert before[f"{name}, begun"] == {**former, "begun": True}
        assert before[f"{name}, not begun"] == {**former, "begun": False}
        assert before[f"{name}, not begun, completed"] == {"version": "1.0", "assumed": True}
    assert before["one's own that is rewritten, begun"] == {**former, "begun": True}
    assert before["one's own that is rewritten, begun, completed"] == {"version": "1.0", "assumed": False}
    assert before["one's own that is rewritten, not begun"] == {
        "version": "1.1",
        "description": "Rewritten.",
        "begun": False,
    }


def test_interviews_of_a_campaign_begin_beside_the_batches(database: Database) -> None:
    host = Host(database.connect())
    assessment = host.assessments[0]
    campaigns = [host.campaign(assessment) for _ in range(4)]
    with host.past_the_triggers():
        host.connection.execute(
            "insert into public.campaign_assignments (campaign_id, stakeholder_name)"
            " select campaign, 'Robin' from unnest(%s::uuid[]) as campaign, generate_series(1, 15)",
            [campaigns],
        )
        host.connection.execute(
            "insert into public.agent_sessions (stakeholder_session_id)"
            " select id from public.campaign_assignments"
        )
    host.connection.execute(
        "update public.custom_assessments set description = 'Rewritten.' where id = %s", [assessment]
    )
    talks = [
        row[0]
        for row in host.connection.execute(
            "select id from public.agent_sessions where stakeholder_session_id is not null"
        )
    ]

    def ask(first: int) -> set[str]:
        agent = database.connect_as("service_role")
        return {
            one(agent, "select public.interview_context(%s) ->> 'version'", talk) for talk in talks[first::3]
        }

    with ThreadPoolExecutor(5) as threads:
        batches = [threads.submit(bring_over, database) for _ in range(2)]
        versions = list(threads.map(ask, range(3)))
        for batch in batches:
            batch.result()
    assert versions == [{"1.0"}] * 3
    assert (
        host.count("private.pins as pin where pin.kind = 'campaign' and pin.pinned_version_id is null") == 0
    )
    assert host.count("private.pins as pin where pin.kind = 'campaign'") == len(campaigns)


def test_former_choice_inherits_from_an_erased_tenant_before_it_is_brought_over(database: Database) -> None:
    host = Host(database.connect())
    service = database.connect_as("service_role")
    counts = one(service, "select public.erase_tenant(%s)", host.author.id)
    assert counts["assessments_handed_over"] == ASSESSMENTS
    assert begin(host, service, host.sessions[0]) == {"version": "1.0", "description": None, "begun": True}
    assert begin(host, service, host.sessions[1]) == {"version": "1.0", "description": None, "begun": False}


def test_query_on_the_page_finds_what_nobody_approved(database: Database) -> None:
    host = Host(database.connect())
    bring_over(database)
    page = (ROOT / "docs" / "upgrading.md").read_text(encoding="utf-8")
    section = page.split("### Rows from before versions")[1].split("\n### ")[0]
    [query] = re.findall(r"^```sql\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    found = host.connection.execute(query.encode()).fetchall()
    assert sorted(row[1] for row in found) == sorted(host.sessions)
