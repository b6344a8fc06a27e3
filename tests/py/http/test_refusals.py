"""Every refusal in the catalogue, raised through PostgREST by supabase-py and by supabase-js."""

from __future__ import annotations

import json
import os
import re
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from postgrest.exceptions import APIError
from supabase import Client

from stack.packages import ROOT
from tests.py.harness.api import RunningApi, api_over
from tests.py.harness.databases import Connection, Databases, as_role
from tests.py.harness.people import People, Tenant

REQUESTS = Path(__file__).with_name("requests.mjs")
ERRORS = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
#: The page's entries for each reason: the code and the status that a client gets.
LISTED = {
    reason: (code, int(status))
    for reason, code, status in re.findall(r"^\| `([A-Z_]+)` \| `(\w+)` \| (\d+) \|", ERRORS, re.MULTILINE)
}
Json = dict[str, Any]


def definition(*, allow_override: bool = True) -> Json:
    """A valid definition of one dimension."""
    return {
        "metadata": {"interviewStyle": {"default": 3, "allowOverride": allow_override}},
        "dimensions": [{"name": "Clarity", "weight": 1, "description": "Says what is meant."}],
        "resultCategories": [{"name": "Clear", "scoreRange": [1, 5]}],
    }


@dataclass
class World:
    """A tenant with an assessment in every state, and sessions that use them."""

    tenant: Tenant
    stranger: Tenant
    guest: Tenant
    busy: Tenant
    ids: dict[str, uuid.UUID] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return str(self.ids[name])


def withdraw_result(connection: Connection, world: World) -> None:
    """Score a session, and let the owner withdraw its result."""
    row = connection.execute(
        "insert into public.custom_assessment_results"
        " (assessment_id, session_id, session_type, dimension_scores)"
        " values (%s, %s, 'coaching', '{\"Clarity\": 4}') returning id",
        [world.ids["active"], world.ids["objected session"]],
    ).fetchone()
    assert row is not None
    world.ids["withdrawn result"] = row[0]
    with as_role(connection, "authenticated", world.tenant.owner.id):
        connection.execute("select public.review_result(%s, 'withdrawn', null, 'Objected.')", [row[0]])


def begin_interviews(connection: Connection, world: World) -> None:
    """Begin some sessions; an author changes what one uses, a reviewer takes down another's; cancel one."""
    connection.execute(
        "update public.coaching_sessions set client_status = 'cancelled' where id = %s",
        [world.ids["cancelled session"]],
    )
    for name in ("begun session", "pinned session", "withdrawn session"):
        talk = connection.execute(
            "insert into public.agent_sessions (coaching_session_id) values (%s) returning id",
            [world.ids[name]],
        ).fetchone()
        assert talk is not None
        world.ids[f"{name}'s agent session"] = talk[0]
        connection.execute("select public.interview_context(%s)", [talk[0]])
    connection.execute(
        'select public.save_progress(%s, \'[{"turn": 1, "speaker": "other", "text": "Yes."}]\')',
        [world.ids["begun session's agent session"]],
    )
    withdraw_result(connection, world)
    connection.execute(
        "update public.custom_assessments set interview_style_default = 5 where id = %s",
        [world.ids["edited"]],
    )
    with as_role(connection, "service_role"):
        connection.execute(
            "select public.review_listing(listed_version_id, 'taken_down', 'Harmful.')"
            " from public.custom_assessments where id = %s",
            [world.ids["taken down"]],
        )


def closed_session(connection: Connection, people: People) -> uuid.UUID:
    """Create a session of a deactivated tenant, and return its agent session."""
    tenant = people.tenant()
    row = connection.execute(
        """
        with made as (
          insert into public.custom_assessments (tenant_id, name, definition, status)
          values (%s, 'Closed', %s, 'active') returning id, tenant_id
        ),
        session as (
          insert into public.coaching_sessions (tenant_id) select tenant_id from made returning id
        )
        insert into public.agent_sessions (coaching_session_id, custom_assessment_id)
        select session.id, made.id from session, made returning id
        """,
        [tenant.id, json.dumps(definition(allow_override=True))],
    ).fetchone()
    assert row is not None
    connection.execute("update public.tenant_profiles set is_active = false where id = %s", [tenant.id])
    agent_session: uuid.UUID = row[0]
    return agent_session


def build_world(connection: Connection) -> World:
    """Create the world as a trusted writer."""
    people = People(connection)
    world = World(people.tenant(), people.tenant(), people.tenant(), people.tenant())
    world.ids["closed session's agent session"] = closed_session(connection, people)

    def assessment(name: str, tenant: Tenant, status: str, *, allow_override: bool = True) -> None:
        row = connection.execute(
            """
            insert into public.custom_assessments (
              tenant_id, name, version, definition, status, interview_style_allow_override
            )
            values (%s, %s, '1.1', %s, %s, %s) returning id
            """,
            [tenant.id, name, json.dumps(definition(allow_override=allow_override)), status, allow_override],
        ).fetchone()
        assert row is not None
        world.ids[name] = row[0]

    def session(name: str, assessment: str, tenant: Tenant) -> None:
        row = connection.execute(
            """
            insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)
            values (%s, 'custom', %s) returning id
            """,
            [tenant.id, world.ids[assessment]],
        ).fetchone()
        assert row is not None
        world.ids[name] = row[0]

    assessment("draft", world.tenant, "draft")
    assessment("active", world.tenant, "active")
    assessment("fixed style", world.tenant, "active", allow_override=False)
    assessment("archived", world.tenant, "archived")
    assessment("eager", world.tenant, "active")
    assessment("secret", world.stranger, "active")
    # A system template of the tenant that a guest uses: the guest has a result, but no assessment.
    assessment("template", world.tenant, "active")
    connection.execute(
        "update public.custom_assessments set is_template = true where id = %s", [world.ids["template"]]
    )
    newest = connection.execute(
        "select newest_version_id from public.custom_assessments where id = %s", [world.ids["active"]]
    ).fetchone()
    assert newest is not None
    world.ids["version"] = newest[0]
    connection.execute(
        "update public.custom_assessments set definition ="
        " jsonb_set(definition, '{dimensions,0,description}', '\"Other.\"') where id = %s",
        [world.ids["active"]],
    )
    with as_role(connection, "authenticated", world.tenant.owner.id):
        declared = connection.execute(
            "select public.declare_equivalent(%(id)s, 'clarity', min(hash), max(hash), 'A typo.') ->> 'id'"
            " from (select dimension_hashes ->> 'clarity' as hash from public.assessment_versions"
            " where assessment_id = %(id)s) as version",
            {"id": world.ids["active"]},
        ).fetchone()
        # As many edits as an hour may have.
        for number in range(120):
            connection.execute(
                "update public.custom_assessments set description = %s where id = %s",
                [f"Edit {number}", world.ids["eager"]],
            )
    assert declared is not None
    world.ids["declaration"] = uuid.UUID(declared[0])
    assessment("asks twice", world.tenant, "active")
    assessment("rejected", world.tenant, "active")
    for name, changes in (
        ("asks twice", "marketplace_status = 'pending_review'"),
        ("asks twice", "description = 'Other words'"),
        ("rejected", "marketplace_status = 'rejected'"),
    ):
        connection.execute(
            f"update public.custom_assessments set {changes} where id = %s".encode(), [world.ids[name]]
        )
    review = connection.execute(
        "select id from public.listing_reviews where assessment_id = %s", [world.ids["rejected"]]
    ).fetchone()
    assert review is not None
    world.ids["review"] = review[0]
    for state in ("open", "scored", "begun", "cancelled", "erased", "objected"):
        session(f"{state} session", "active", world.tenant)
    connection.execute("select public.erase_session(%s, 'coaching')", [world.ids["erased session"]])
    assessment("edited", world.tenant, "active")
    assessment("taken down", world.tenant, "active")
    connection.execute(
        "update public.custom_assessments set marketplace_status = 'published' where id = %s",
        [world.ids["taken down"]],
    )
    session("pinned session", "edited", world.tenant)
    session("withdrawn session", "taken down", world.guest)
    begin_interviews(connection, world)
    session("guest's session", "template", world.guest)
    for assessment_name, session_name in (("template", "guest's session"), ("active", "scored session")):
        row = connection.execute(
            """
            insert into public.custom_assessment_results (
              assessment_id, session_id, session_type, dimension_scores
            )
            values (%s, %s, 'coaching', '{"Clarity": 4}') returning id
            """,
            [world.ids[assessment_name], world.ids[session_name]],
        ).fetchone()
        assert row is not None
        world.ids["result"] = row[0]
    row = connection.execute(
        "insert into public.assessment_uploads (tenant_id, source_markdown) values (%s, '#') returning id",
        [world.tenant.id],
    ).fetchone()
    assert row is not None
    world.ids["upload"] = row[0]
    return world


@dataclass(frozen=True)
class Request:
    """One request of a client."""

    caller: Literal["owner", "service"]
    verb: Literal["insert", "update", "delete", "rpc"]
    target: str
    values: Json = field(default_factory=dict)
    row_id: str = ""

    def as_json(self, api: RunningApi, world: World) -> Json:
        """The request as ``requests.mjs`` reads it."""
        return {
            "key": api.keys.anon if self.caller == "owner" else api.keys.service_role,
            "token": api.token(world.tenant.owner) if self.caller == "owner" else None,
            "rpc" if self.verb == "rpc" else "table": self.target,
            "verb": self.verb,
            "args": self.values,
            "values": self.values,
            "id": self.row_id,
        }

    def send(self, client: Client) -> None:
        """Send it with supabase-py."""
        if self.verb == "rpc":
            client.rpc(self.target, self.values).execute()
        elif self.verb == "insert":
            client.table(self.target).insert(self.values).execute()
        elif self.verb == "update":
            client.table(self.target).update(self.values).eq("id", self.row_id).execute()
        else:
            client.table(self.target).delete().eq("id", self.row_id).execute()


def assessments(world: World, **values: object) -> Request:
    """Insert an assessment as the owner."""
    base = {"tenant_id": str(world.tenant.id), "name": "New", "definition": definition()}
    return Request("owner", "insert", "custom_assessments", base | values)


def change(world: World, which: str, /, **values: object) -> Request:
    """Update an assessment as the owner."""
    return Request("owner", "update", "custom_assessments", dict(values), world[which])


def coaching(world: World, **values: object) -> Request:
    """Insert a coaching session as the owner."""
    return Request("owner", "insert", "coaching_sessions", {"tenant_id": str(world.tenant.id)} | values)


def complete(world: World, session: str, scores: Json, version: str | None = None) -> Request:
    """Complete a coaching session as an agent."""
    return Request(
        "service",
        "rpc",
        "complete_assessment_session",
        {
            "session_id": session,
            "session_type": "coaching",
            "dimension_scores": scores,
            "version_id": version,
        },
    )


def save(world: World, turn: int, text: str) -> Request:
    """A turn of the session that has begun."""
    return Request(
        "service",
        "rpc",
        "save_progress",
        {
            "agent_session_id": world["begun session's agent session"],
            "turns": [{"turn": turn, "speaker": "other", "text": text}],
        },
    )


def complete_with_runs(world: World, *runs: Json) -> Request:
    """Complete a coaching session with runs, as an agent."""
    return Request(
        "service",
        "rpc",
        "complete_assessment_session",
        {"session_id": world["open session"], "session_type": "coaching", "runs": [*runs]},
    )


def run(**outcome: object) -> Json:
    """A person's run, with a score or the reason for none."""
    return {
        "key": "first",
        "rater": {"kind": "human", "name": "Robin"},
        "items": [{"dimension": "Clarity"} | outcome],
    }


def write_result(world: World, assessment: str, session: str) -> Request:
    """Insert a result as the service role."""
    return Request(
        "service",
        "insert",
        "custom_assessment_results",
        {
            "assessment_id": world[assessment],
            "session_id": world[session],
            "session_type": "coaching",
            "dimension_scores": {"Clarity": 4},
        },
    )


def review(version: str) -> Request:
    """Approve a version as the service role."""
    return Request("service", "rpc", "review_listing", {"version_id": version, "decision": "approved"})


NOWHERE = str(uuid.UUID(int=7))

# One request for each reason. A reason of the catalogue without one fails a test.
REFUSED: dict[str, Callable[[World], Request]] = {
    "ACCOUNT_NOT_FOUND": lambda _: Request("service", "rpc", "erase_account", {"user_id": NOWHERE}),
    "ASSESSMENT_ACCESS_DENIED": lambda w: change(w, "active", marketplace_status="published"),
    "ASSESSMENT_ARCHIVED": lambda w: change(w, "archived", name="Renamed"),
    "ASSESSMENT_HAS_RESULTS": lambda w: Request("owner", "delete", "custom_assessments", row_id=w["active"]),
    "ASSESSMENT_IN_USE": lambda w: Request("owner", "delete", "custom_assessments", row_id=w["edited"]),
    "ASSESSMENT_NOT_ACTIVE": lambda w: coaching(w, assessment_type="custom", custom_assessment_id=w["draft"]),
    "ASSESSMENT_NOT_FOUND": lambda w: coaching(w, assessment_type="custom", custom_assessment_id=w["secret"]),
    "ASSESSMENT_REQUIRED": lambda w: coaching(w, assessment_type="custom"),
    "ASSESSMENT_TYPE_MISMATCH": lambda w: coaching(
        w, assessment_type="archetype", custom_assessment_id=w["active"]
    ),
    "ASSESSMENT_VALIDATION_ERROR": lambda w: assessments(w, definition={"dimensions": []}),
    "ASSESSMENT_WITHDRAWN": lambda w: Request(
        "service", "rpc", "interview_context", {"agent_session_id": w["withdrawn session's agent session"]}
    ),
    "BUSY": lambda w: Request(
        "service",
        "insert",
        "custom_assessments",
        {"tenant_id": str(w.busy.id), "name": "Waiting", "definition": definition()},
    ),
    "CAMPAIGN_NOT_FOUND": lambda _: Request("service", "rpc", "repin_campaign", {"campaign_id": NOWHERE}),
    "DECLARATION_IMMUTABLE": lambda w: Request(
        "service", "delete", "equivalence_declarations", row_id=w["declaration"]
    ),
    "EVIDENCE_INSUFFICIENT": lambda w: complete_with_runs(w, run(unscored="refused")),
    "INTERVIEW_STYLE_OVERRIDE_DENIED": lambda w: coaching(
        w, assessment_type="custom", custom_assessment_id=w["fixed style"], interview_style_override=5
    ),
    "INVALID_ARGUMENT": lambda w: Request(
        "service",
        "rpc",
        "complete_assessment_session",
        {"session_id": w["open session"], "session_type": "lunch", "dimension_scores": {"Clarity": 3}},
    ),
    "INVALID_SLUG": lambda w: assessments(w, slug="Not a slug"),
    "INVALID_STATUS_TRANSITION": lambda w: change(w, "active", status="draft"),
    "INVALID_VERSION": lambda w: change(w, "active", version="1.0"),
    "NOTHING_TO_REVIEW": lambda w: review(w["version"]),
    "RESULT_ACCESS_DENIED": lambda w: Request(
        "service", "rpc", "review_result", {"result_id": w["result"], "decision": "confirmed"}
    ),
    "RESULT_WITHDRAWN": lambda w: Request(
        "owner", "rpc", "review_result", {"result_id": w["withdrawn result"], "decision": "confirmed"}
    ),
    "RESULT_IMMUTABLE": lambda w: Request(
        "service", "update", "custom_assessment_results", {"overall_score": 5}, w["result"]
    ),
    "RESULT_NOT_FOUND": lambda _: Request("service", "rpc", "verify_result", {"result_id": NOWHERE}),
    "RUNS_INVALID": lambda w: complete_with_runs(w, {}),
    "RUN_DIFFERS": lambda w: complete_with_runs(w, run(score=4), run(score=3)),
    "REVIEW_IMMUTABLE": lambda w: Request("service", "delete", "listing_reviews", row_id=w["review"]),
    "REVIEW_NEEDS_CHANGE": lambda w: change(w, "rejected", marketplace_status="pending_review"),
    "REVIEW_NEEDS_VERSION": lambda w: Request(
        "service", "update", "custom_assessments", {"marketplace_status": "published"}, w["asks twice"]
    ),
    "SCORES_INVALID": lambda w: complete(w, w["open session"], {"Clarity": 6, "Courage": 3}),
    "SESSION_ALREADY_SCORED": lambda w: write_result(w, "active", "scored session"),
    "SESSION_ASSESSMENT_MISMATCH": lambda w: write_result(w, "fixed style", "open session"),
    "SESSION_CANCELLED": lambda w: complete(w, w["cancelled session"], {"Clarity": 3}),
    "SESSION_ERASED": lambda w: complete(w, w["erased session"], {"Clarity": 3}),
    "SESSION_NOT_FOUND": lambda w: complete(w, NOWHERE, {"Clarity": 3}),
    "SLUG_TAKEN": lambda w: assessments(w, slug="active"),
    "TENANT_ACCESS_DENIED": lambda w: assessments(w, tenant_id=str(w.stranger.id)),
    "TENANT_EXISTS": lambda _: Request("owner", "rpc", "create_tenant", {"display_name": "Second"}),
    "TENANT_HAS_RESULTS": lambda w: Request("service", "delete", "tenant_profiles", row_id=str(w.guest.id)),
    "TENANT_INACTIVE": lambda w: Request(
        "service", "rpc", "interview_context", {"agent_session_id": w["closed session's agent session"]}
    ),
    "TENANT_LIMIT": lambda w: change(w, "eager", description="One more."),
    "TENANT_NOT_FOUND": lambda _: Request("service", "rpc", "erase_tenant", {"tenant_id": NOWHERE}),
    "TENANT_REQUIRED": lambda w: Request(
        "service",
        "insert",
        "campaigns",
        {"name": "Nobody's", "assessment_type": "custom", "custom_assessment_id": w["active"]},
    ),
    "TRANSCRIPT_TOO_LARGE": lambda w: save(w, 2, "x" * 20_001),
    "TURNS_INVALID": lambda w: save(w, -1, "Yes."),
    "TURN_DIFFERS": lambda w: save(w, 1, "No."),
    "TURN_UNKNOWN": lambda w: Request(
        "service",
        "rpc",
        "correct_turn",
        {"agent_session_id": w["begun session's agent session"], "turn": 9, "speaker": "other"},
    ),
    "UPLOAD_IMMUTABLE": lambda w: Request(
        "service", "update", "assessment_uploads", {"source_markdown": "# Other"}, w["upload"]
    ),
    "UPLOAD_NEEDS_ONE_SOURCE": lambda w: Request(
        "owner",
        "insert",
        "assessment_uploads",
        {"tenant_id": str(w.tenant.id), "source_markdown": "# One", "definition": definition()},
    ),
    "UPLOAD_TOO_LARGE": lambda w: Request(
        "owner",
        "insert",
        "assessment_uploads",
        {"tenant_id": str(w.tenant.id), "source_markdown": "x" * 512_001},
    ),
    "VERSION_PINNED": lambda w: Request(
        "owner",
        "rpc",
        "repin_session",
        {"session_id": w["pinned session"], "session_type": "coaching"},
    ),
    "VERSION_NOT_FOUND": lambda w: Request(
        "owner", "rpc", "version_changes", {"from_version_id": w["version"], "to_version_id": NOWHERE}
    ),
    "VERSION_IMMUTABLE": lambda w: Request("service", "delete", "assessment_versions", row_id=w["version"]),
    "VERSION_MISMATCH": lambda w: complete(w, w["begun session"], {"Clarity": 3}, NOWHERE),
}


@dataclass
class Site:
    """An API over the world."""

    api: RunningApi
    world: World
    catalogue: dict[str, tuple[int, str, str]]


@pytest.fixture(scope="module")
def site(databases: Databases) -> Iterator[Site]:
    with databases.clone("migrated") as database:
        connection = database.connect()
        world = build_world(connection)
        catalogue = {
            reason: (status, message, hint)
            for reason, status, message, hint in connection.execute(
                "select reason, status, message, hint from private.refusals"
            )
        }
        # An assessment of one tenant is being inserted all the time.
        holder = database.connect()
        with api_over(database) as api, holder.transaction(force_rollback=True):
            holder.execute(
                "insert into public.custom_assessments (tenant_id, name, definition) values (%s, 'Held', %s)",
                [world.busy.id, json.dumps(definition())],
            )
            yield Site(api, world, catalogue)


@pytest.fixture(scope="module")
def answers_of_supabase_js(site: Site) -> dict[str, Json]:
    requests = [REFUSED[reason](site.world).as_json(site.api, site.world) for reason in sorted(REFUSED)]
    done = subprocess.run(
        ["node", REQUESTS],
        input=json.dumps(requests),
        env=os.environ | {"API_URL": site.api.url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(sorted(REFUSED), json.loads(done.stdout), strict=True))


def test_every_reason_of_the_catalogue_is_tried(site: Site) -> None:
    assert sorted(site.catalogue) == sorted(REFUSED) == sorted(LISTED)


@pytest.mark.parametrize("reason", sorted(REFUSED))
def test_supabase_js_gets_the_reason(
    site: Site, answers_of_supabase_js: dict[str, Json], reason: str
) -> None:
    status, message, hint = site.catalogue[reason]
    answer = answers_of_supabase_js[reason]
    assert answer["error"] is not None, answer
    assert json.loads(answer["error"]["details"])["reason"] == reason
    assert answer["status"] == status
    assert answer["error"]["message"] == message
    assert answer["error"]["hint"] == hint


@pytest.mark.parametrize("reason", sorted(REFUSED))
def test_supabase_py_gets_the_reason(site: Site, reason: str) -> None:
    status, message, hint = site.catalogue[reason]
    request = REFUSED[reason](site.world)
    client = site.api.as_user(site.world.tenant.owner) if request.caller == "owner" else site.api.service()
    with pytest.raises(APIError) as caught:
        request.send(client)
    error = caught.value
    assert error.details is not None
    assert json.loads(error.details)["reason"] == reason
    assert (error.code, status) == LISTED[reason]
    assert error.code == ("42501" if reason == "TENANT_ACCESS_DENIED" else f"PT{status}")
    assert error.message == message
    assert error.hint == hint
