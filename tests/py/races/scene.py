"""Two tenants that share an assessment, everything that can race over it, and what became of them."""

from __future__ import annotations

import itertools
import json
import uuid
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from tests.py.harness.databases import Connection, claims_text
from tests.py.harness.sessions import DEFINITION, exchange, one
from worker.engine.jobs import Snapshot

#: Rows of the scene, each with an id of its own.
NAMES = (
    *("author_account", "guest_account", "writer_account", "author", "guest"),
    *("main", "draft", "own", "campaign", "person_0", "person_1", "begun", "session", "drafts_session"),
    *("persons_talk_0", "persons_talk_1", "begun_talk", "sessions_talk_0", "sessions_talk_1"),
)

# The author's assessment is listed in version 1.0, and was edited twice since: 1.1 is used by nobody, and 1.2
# waits for a reviewer. An account without a tenant created it. The guest chose 1.0 for a campaign, where one
# person has begun, and for a coaching session. The author also has a draft that was never used, and a session
# that has chosen it.
MAKE = """
insert into auth.users (id, email) values
(%(author_account)s, %(email)s || '-a'), (%(guest_account)s, %(email)s || '-g'),
(%(writer_account)s, %(email)s || '-w');
insert into public.tenant_profiles (id, user_id, slug, display_name) values
(%(author)s, %(author_account)s, 'author-' || %(number)s, 'Author'),
(%(guest)s, %(guest_account)s, 'guest-' || %(number)s, 'Guest');
insert into public.custom_assessments
(id, tenant_id, created_by, name, definition, status, marketplace_status) values
(%(main)s, %(author)s, %(writer_account)s, 'Main', %(definition)s, 'active', 'published'),
(%(draft)s, %(author)s, %(author_account)s, 'Draft', %(definition)s, 'draft', 'private'),
(%(own)s, %(guest)s, %(guest_account)s, 'Own', %(definition)s, 'active', 'private');
insert into public.campaigns (id, tenant_id, created_by, name, assessment_type, custom_assessment_id)
values (%(campaign)s, %(guest)s, %(guest_account)s, 'Round', 'custom', %(main)s);
insert into public.campaign_assignments (id, campaign_id, access_token) values
(%(person_0)s, %(campaign)s, 'person-0-' || %(number)s),
(%(person_1)s, %(campaign)s, 'person-1-' || %(number)s),
(%(begun)s, %(campaign)s, 'begun-' || %(number)s);
insert into public.coaching_sessions
(id, tenant_id, assessment_type, custom_assessment_id, access_token) values
(%(session)s, %(guest)s, 'custom', %(main)s, 'session-' || %(number)s),
(%(drafts_session)s, %(author)s, 'custom', %(draft)s, 'drafts-session-' || %(number)s);
insert into public.agent_sessions (id, stakeholder_session_id, coaching_session_id) values
(%(persons_talk_0)s, %(person_0)s, null), (%(persons_talk_1)s, %(person_1)s, null),
(%(begun_talk)s, %(begun)s, null),
(%(sessions_talk_0)s, null, %(session)s), (%(sessions_talk_1)s, null, %(session)s);
select public.interview_context(%(begun_talk)s);
update public.custom_assessments set description = 'Second' where id = %(main)s;
update public.custom_assessments set description = 'Third' where id = %(main)s;
"""

# Everything in a database that a race can leave in more than one way. Versions are named by their numbers.
SEEN = """
with version as (
  select version.id,
         concat_ws(' ', version.version, 'of', version.assessment_id::text, version.description) as name
    from public.assessment_versions as version where version.assessment_id in (%(main)s, %(draft)s)
)
select jsonb_build_object(
  'accounts', (select jsonb_agg(id order by id) from auth.users
                where id in (%(author_account)s, %(guest_account)s, %(writer_account)s)),
  'tenants', (select jsonb_agg(display_name order by id) from public.tenant_profiles
               where id in (%(author)s, %(guest)s)),
  'assessments', (
    select jsonb_agg(jsonb_build_object(
             'row', array[row.id::text, row.tenant_id::text, row.created_by::text, row.slug, row.version,
                          row.description, row.status, row.marketplace_status],
             'newest', newest.name, 'listed', listed.name) order by row.id)
      from public.custom_assessments as row
      left join version as newest on newest.id = row.newest_version_id
      left join version as listed on listed.id = row.listed_version_id
     where row.id in (%(main)s, %(draft)s)),
  'versions', (select jsonb_agg(name order by name) from version),
  'pins', (
    select jsonb_agg(jsonb_build_object(
             'row', array[pin.kind, pin.id::text, pin.tenant_id::text, pin.assessment_id::text],
             'chosen', chosen.name, 'first', first.name, 'pinned', pinned.name,
             'begun', pin.begun_at is not null)
             order by pin.kind, pin.id)
      from private.pins as pin
      left join version as chosen on chosen.id = pin.chosen_version_id
      left join version as first on first.id = pin.first_version_id
      left join version as pinned on pinned.id = pin.pinned_version_id
     where pin.tenant_id in (%(author)s, %(guest)s)
       and pin.id in (%(campaign)s, %(person_0)s, %(person_1)s, %(begun)s, %(session)s, %(drafts_session)s)),
  'choices', (
    select jsonb_agg(array[version.name, coaching.custom_assessment_id::text] order by version.name)
      from public.coaching_sessions as coaching
      left join private.pins as pin on pin.id = coaching.id
      left join version on version.id = pin.chosen_version_id
     where coaching.tenant_id in (%(author)s, %(guest)s)
       and coaching.id not in (%(session)s, %(drafts_session)s)),
  'uses', (
    select jsonb_agg(array[used.tenant_id::text, version.name] order by used.tenant_id, version.name)
      from private.version_uses as used join version on version.id = used.version_id),
  'reviews', (
    select jsonb_agg(array[version.name, review.decision, review.tenant, review.slug]
                     order by review.decided_at)
      from public.listing_reviews as review join version on version.id = review.version_id),
  'requests', (
    select jsonb_agg(array[version.name, request.open::text, request.tenant, request.slug]
                     order by version.name)
      from public.listing_requests as request join version on version.id = request.version_id),
  'listings', (
    select jsonb_agg(array[version.name, listing.tenant, listing.slug, listing.shown::text])
      from private.listings as listing left join version on version.id = listing.version_id
     where listing.assessment_id in (%(main)s, %(draft)s)),
  'results', (
    select jsonb_agg(array[result.session_id::text, version.name, result.assessment_version]
                     order by result.session_id)
      from public.custom_assessment_results as result
      left join version on version.id = result.assessment_version_id
     where result.tenant_id in (%(author)s, %(guest)s)),
  'requests of scores', (
    select jsonb_agg(array[request.session_id::text, version.name] order by request.session_id)
      from private.score_requests as request left join version on version.id = request.assessment_version_id
     where request.tenant_id in (%(author)s, %(guest)s)),
  'turns', (
    select jsonb_agg(array[said.session_id::text, said.text] order by said.session_id)
      from private.turns as said where said.session_id in (%(person_0)s, %(begun)s)),
  'runs', (
    select jsonb_agg(array[saved.session_id::text, saved.key] order by saved.session_id)
      from private.kept_runs as saved where saved.session_id = %(begun)s),
  'runs of results', (
    select jsonb_agg(array[result.session_id::text, run.key] order by result.session_id)
      from public.score_runs as run
      join public.custom_assessment_results as result on result.id = run.result_id
     where result.tenant_id in (%(author)s, %(guest)s)),
  'people', (
    select jsonb_agg(array[assignment.id::text, assignment.status] order by assignment.id)
      from public.campaign_assignments as assignment where assignment.campaign_id = %(campaign)s),
  'sessions', (
    select jsonb_agg(array[coaching.id::text, coaching.client_status] order by coaching.id)
      from public.coaching_sessions as coaching where coaching.id in (%(session)s, %(drafts_session)s)),
  'jobs', (select count(*) from private.jobs where rank is not null),
  'erased', (
    select jsonb_agg(erased.session_id::text order by erased.session_id)
      from private.erased_sessions as erased
     where erased.tenant_id in (%(author)s, %(guest)s))
)
"""

# A result, its snapshot and its session's pin agree about the version.
MIXED = """
select count(*)
  from public.custom_assessment_results as result
  left join public.assessment_versions as version on version.id = result.assessment_version_id
  left join private.pins as pin on pin.id = result.session_id
 where version.id is null
    or not record_image_eq(row(version.definition), row(result.assessment_definition_snapshot))
    or (version.version, version.result_disclosure) <> (result.assessment_version, result.result_disclosure)
    or pin.pinned_version_id <> version.id
"""


def _id(place: int) -> uuid.UUID:
    """A new id. In every scene, ids sort in the order of the names."""
    return uuid.UUID(int=place << 120 | uuid.uuid4().int >> 8)


_numbers = itertools.count(1)


class Scene:
    """The rows of one race.

    Args:
        postgres: role postgres's connection, in autocommit.
    """

    def __init__(self, postgres: Connection) -> None:
        number = str(next(_numbers))
        self.names: dict[str, Any] = {name: _id(place) for place, name in enumerate(NAMES)}
        self.names |= {
            "number": number,
            "email": f"scene-{number}",
            "definition": Jsonb(DEFINITION),
            "finished": None,
        }
        postgres.execute("delete from private.jobs where true")
        # Many statements at once can only be sent with their values in them.
        cursor = psycopg.ClientCursor(postgres)
        cursor.execute("begin;" + MAKE + "commit;", self.names)
        versions = postgres.execute(
            "select version, id from public.assessment_versions where assessment_id = %s",
            [self.names["main"]],
        )
        self.names |= {f"version_{number}": version for number, version in versions}

    def values(self, place: int) -> dict[str, Any]:
        """The values for a statement; of two who do the same, each has a conversation of its own."""
        return self.names | {
            name: self.names[f"{name}_{place}"] for name in ("persons_talk", "sessions_talk")
        }

    def seen(self, connection: Connection) -> dict[str, Any]:
        """What has become of it, with the scene's names for ids, after the queue and a pruning are done."""
        connection.execute("select set_config('role', 'none', true)")
        jobs = exchange(connection, "after", claim=10)["jobs"]
        exchange(
            connection,
            "after",
            [Snapshot(job["job"], job["attempt"]) for job in jobs if job["kind"] == "score"],
        )
        connection.execute("select public.prune_jobs()")
        assert one(connection, MIXED) == 0
        row = connection.execute(SEEN, self.names).fetchone()
        assert row is not None
        text = json.dumps(row[0], sort_keys=True)
        for name in NAMES:
            text = text.replace(str(self.names[name]), name)
        known: dict[str, Any] = json.loads(text.replace(f"-{self.names['number']}", ""))
        return known


def act_as(connection: Connection, role: str, account: uuid.UUID | None) -> None:
    """Become a role until the transaction ends, as a request to the API does."""
    connection.execute("select set_config('request.jwt.claims', %s, true)", [claims_text(role, account)])
    connection.execute("select set_config('role', %s, true)", [role])
