"""What the pages are about: the seed's first tenant, with assessments, sessions and a result."""

from __future__ import annotations

import functools
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page
from psycopg.types.json import Jsonb

from examples import demo
from stack.packages import ROOT
from tests.py.harness.api import RunningApi
from tests.py.harness.people import PASSWORD, People, Tenant
from tests.py.harness.sessions import DEFINITION

OWNER = (demo.OWNER_EMAIL, demo.OWNER_PASSWORD)


@dataclass(frozen=True)
class Interview:
    """A coaching session of the tenant.

    Attributes:
        id: the session.
        token: its link's.
        assessment: what it uses.
        result: the result, once it is scored.
    """

    id: str
    token: str
    assessment: str
    result: str | None = None


class Site:
    """The running site, and shortcuts to what pages show."""

    def __init__(self, api: RunningApi) -> None:
        self.api = api
        self.url = api.url
        self.postgres = api.database.connect()
        self.people = People(self.postgres)
        self.service = api.service()

    @classmethod
    @contextmanager
    def over(cls, api: RunningApi) -> Iterator[Site]:
        """The site over an API, with a worker beside it."""
        environment = {
            "API_URL": api.url,
            "SERVICE_ROLE_KEY": api.keys.service_role,
            "DB_URL": api.database.url(),
        }
        with demo.worker_running(environment):
            yield cls(api)

    def sign_in(self, page: Page, email: str = OWNER[0], password: str = OWNER[1]) -> None:
        """Fill in the form as a person does, and wait for the page behind it."""
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").wait_for()

    def end_sessions(self, page: Page) -> None:
        """Another device has ended the session, and this one's access token is over."""
        self.postgres.execute("delete from auth.sessions")
        page.evaluate(
            """() => {
              const key = Object.keys(localStorage).find((each) => each.endsWith("-auth-token"));
              const session = JSON.parse(localStorage.getItem(key));
              localStorage.setItem(key, JSON.stringify({ ...session, expires_at: 1 }));
            }"""
        )

    def tenant(self) -> Tenant:
        """Another tenant, whose owner signs in with PASSWORD."""
        return self.people.tenant()

    def add(self, tenant: uuid.UUID, name: str, status: str = "draft", definition: Any = DEFINITION) -> str:
        """An assessment of a tenant."""
        row = self.postgres.execute(
            "insert into public.custom_assessments (tenant_id, name, definition, status, source_type)"
            " values (%s, %s, %s, %s, 'builder') returning id",
            [tenant, name, Jsonb(definition), status],
        ).fetchone()
        assert row is not None
        return str(row[0])

    def session(self, tenant: uuid.UUID, assessment: str, name: str | None = None) -> Interview:
        """A coaching session with an assessment."""
        row = self.postgres.execute(
            "insert into public.coaching_sessions (tenant_id, client_name, assessment_type,"
            " custom_assessment_id) values (%s, %s, 'custom', %s) returning id, access_token",
            [tenant, name, assessment],
        ).fetchone()
        assert row is not None
        return Interview(str(row[0]), str(row[1]), assessment)

    def talk(self, interview: Interview) -> None:
        """Begin the interview, as an agent does."""
        talk = self.service.table("agent_sessions").insert({"coaching_session_id": interview.id}).execute()
        self.service.rpc(
            "interview_context", {"agent_session_id": demo.one(demo.Created, talk.data).id}
        ).execute()

    def score(self, interview: Interview, scores: dict[str, float], insights: Any = None) -> Interview:
        """Hand in the scores, and wait for the result."""
        self.talk(interview)
        self.service.rpc(
            "complete_assessment_session",
            {
                "session_id": interview.id,
                "session_type": "coaching",
                "dimension_scores": scores,
                "ai_insights": insights,
            },
        ).execute()
        until = time.monotonic() + 30
        while time.monotonic() < until:
            row = self.postgres.execute(
                "select id from public.custom_assessment_results where session_id = %s", [interview.id]
            ).fetchone()
            if row is not None:
                return Interview(interview.id, interview.token, interview.assessment, str(row[0]))
            time.sleep(0.1)
        message = "the worker has not scored the session in 30 seconds"
        raise AssertionError(message)

    @functools.cached_property
    def aldergrove(self) -> uuid.UUID:
        """The seed's first tenant."""
        row = self.postgres.execute(
            "select id from public.tenant_profiles where display_name = 'Aldergrove Coaching'"
        ).fetchone()
        assert row is not None
        found: uuid.UUID = row[0]
        return found

    @functools.cached_property
    def leadership(self) -> str:
        """The example that the demo activates, with everything that a file can have."""
        client = self.api.client()
        client.auth.sign_in_with_password({"email": OWNER[0], "password": OWNER[1]})
        upload = demo.upload(
            client, demo.Tenant(id=str(self.aldergrove), display_name=""), ROOT / "examples" / demo.ACTIVATED
        )
        done = demo.wait_for(lambda: demo.finished_uploads(client, [upload]), lambda: None)[upload]
        assert done.assessment_id is not None
        demo.activate(client, done.assessment_id)
        return done.assessment_id

    @functools.cached_property
    def scored(self) -> Interview:
        """The demo's interview, with its result."""
        session = self.session(self.aldergrove, self.leadership, demo.RESPONDENT_NAME)
        return self.score(session, dict(demo.SCORES), demo.INSIGHTS)


__all__ = ["OWNER", "PASSWORD", "Interview", "Site"]
