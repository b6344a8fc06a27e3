"""What can happen to one assessment at the same time: one statement each, as those who send it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from psycopg.types.json import Jsonb

from tests.py.harness.databases import Connection
from tests.py.harness.sessions import exchange
from tests.py.races.scene import Scene
from worker.engine.jobs import Snapshot, tell


@dataclass(frozen=True)
class Operation:
    """One statement.

    Attributes:
        who: `author` or `guest`, who own the two tenants, `visitor`, `service`, or `postgres`.
        query: returns one value. Its values are those of the scene.
        before: a statement that comes first, in the same transaction.
        prepare: what must have happened before.
    """

    who: str
    query: str
    prepare: Callable[[Scene, Connection], None] | None = None
    before: str = "select"


def complete(scene: Scene, postgres: Connection) -> None:
    """Let a worker claim the scores of a finished interview."""
    postgres.execute(COMPLETE.encode(), scene.names)
    jobs = exchange(postgres, "w", claim=10)["jobs"]
    scene.names["finished"] = Jsonb(tell([Snapshot(job["job"], job["attempt"]) for job in jobs]))


COMPLETE = (
    "select public.complete_assessment_session(%(begun)s, 'campaign', '{\"Clarity\": 4, \"Courage\": 3}')"
    " ->> 'status'"
)
CONTEXT = "select public.interview_context(%({})s) ->> 'version'"
WITHDRAWAL = "select public.withdraw_session('{}-' || %(number)s) ->> 'state'"
TURN = (
    'select public.save_progress(%({})s, \'[{{"turn": 1, "speaker": "respondent", "text": "Yes."}}]\')'
    " ->> 'turns'"
)
RUN = (
    'select public.save_run(%({})s, \'{{"key": "first", "rater": {{"kind": "human", "name": "R"}},'
    ' "items": [{{"dimension": "Clarity", "score": 4}}, {{"dimension": "Courage", "score": 3}}]}}\')'
    " ->> 'runs'"
)
REVIEW = "select public.review_listing(%({})s, '{}') ->> 'marketplace_status'"
ASSESSMENT = "update public.custom_assessments set {} where id = %({})s returning version"

OPERATIONS = {
    "activation": Operation("author", ASSESSMENT.format("status = 'active'", "draft")),
    "edit of a draft": Operation("author", ASSESSMENT.format("description = 'Edited'", "draft")),
    "first use": Operation(
        "service",
        "insert into public.agent_sessions (coaching_session_id) values (%(drafts_session)s)"
        " returning 'used'",
    ),
    "edit": Operation("author", ASSESSMENT.format("description = 'Edited'", "main")),
    # The second checks the keys to the tenant and the creator again.
    "two edits": Operation(
        "service",
        ASSESSMENT.format("description = 'Edited twice'", "main"),
        before=ASSESSMENT.format("description = 'Edited'", "main"),
    ),
    "edit of many": Operation(
        "service",
        "update public.custom_assessments as row set description = 'Edited'"
        " from (select id from unnest(array[%(draft)s, %(main)s]) as id offset 0) as each"
        " where row.id = each.id returning 'edited'",
    ),
    "slug change": Operation("author", ASSESSMENT.format("slug = 'other'", "main")),
    "begin": Operation("service", CONTEXT.format("sessions_talk")),
    "begin in a campaign": Operation("service", CONTEXT.format("persons_talk")),
    "first turn": Operation("service", TURN.format("persons_talk")),
    "turn": Operation("service", TURN.format("begun_talk")),
    "run": Operation("service", RUN.format("begun_talk")),
    "choice": Operation(
        "guest",
        "insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)"
        " values (%(guest)s, 'custom', %(main)s) returning 'chosen'",
    ),
    "another choice": Operation(
        "guest",
        "update public.campaigns set custom_assessment_id = %(own)s where id = %(campaign)s"
        " returning 'chosen'",
    ),
    "completion": Operation("service", COMPLETE),
    "scoring": Operation(
        "service",
        "select public.exchange_jobs('w', %(finished)s, 0) -> 'settled' -> 0 ->> 'outcome'",
        complete,
    ),
    "withdrawal": Operation("visitor", WITHDRAWAL.format("session")),
    "withdrawal in a campaign": Operation("visitor", WITHDRAWAL.format("begun")),
    "withdrawal before the interview": Operation("visitor", WITHDRAWAL.format("person-0")),
    "rotation": Operation(
        "guest", "select 'another link' from public.rotate_session_link(%(begun)s, 'campaign')"
    ),
    "approval": Operation("service", REVIEW.format("version_1.2", "approved")),
    "rejection": Operation("service", REVIEW.format("version_1.2", "rejected")),
    "take-down": Operation("service", REVIEW.format("version_1.0", "taken_down")),
    "repin_session": Operation("guest", "select public.repin_session(%(begun)s, 'campaign') ->> 'version'"),
    "repin_campaign": Operation("guest", "select public.repin_campaign(%(campaign)s) ->> 'version'"),
    "forgetting a person": Operation("guest", "select public.erase_session(%(begun)s, 'campaign')"),
    "forgetting a client": Operation("guest", "select public.erase_session(%(session)s, 'coaching')"),
    "erasure": Operation("service", "select public.erase_tenant(%(author)s) ->> 'assessments_handed_over'"),
    "erasure of a user": Operation("service", "select public.erase_tenant(%(guest)s) ->> 'assessments'"),
    "erasure of an account": Operation(
        "service", "select public.erase_account(%(author_account)s) ->> 'tenants'"
    ),
    "delete of a tenant": Operation(
        "postgres", "delete from public.tenant_profiles where id = %(author)s returning 'deleted'"
    ),
    "delete of a user": Operation(
        "postgres", "delete from public.tenant_profiles where id = %(guest)s returning 'deleted'"
    ),
    "delete of an account": Operation(
        "postgres", "delete from auth.users where id = %(author_account)s returning 'deleted'"
    ),
    "delete of a writer's account": Operation(
        "postgres", "delete from auth.users where id = %(writer_account)s returning 'deleted'"
    ),
    "rename": Operation(
        "service",
        "update public.tenant_profiles set display_name = 'Renamed', slug = 'renamed-' || %(number)s"
        " where id = %(author)s returning display_name",
    ),
    "pruning": Operation("service", "select 'pruned' from public.prune_jobs()"),
    "delete of an assessment": Operation(
        "author", "delete from public.custom_assessments where id = %(main)s returning 'deleted'"
    ),
}
