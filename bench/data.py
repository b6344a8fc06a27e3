"""The tenants, assessments, sessions and results for the read benchmarks, the same on every machine.

Ids are hashes of the row's place (`md5('tenant-17')`), so they lie as scattered as random ones and a query can name any
row without asking for it. Rows come in the order of time, tenants taking turns, as on a server that many use at once.

The rows are loaded by the superuser with `session_replication_role = replica`: no trigger fires and no foreign key is
looked up. What the triggers would have set is set here, and the tests hold the rows against the real rules. A large
table is filled in one transaction, in a new file and without its indexes, which are built from its rows afterwards:
ten times as fast as row by row, and nothing of it goes through the log.
"""

# Statements are easiest to compare when their columns stay on one line.
# ruff: noqa: E501

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, replace
from typing import Literal, LiteralString

import psycopg
from psycopg import sql

from bench import documents

Schema = Literal["ours", "literal", "limit"]

# The tenants whose users send the queries in every sample: this many, spread over all.
READERS = 25
VARIETIES = 64
ASSESSMENTS = 20
CAMPAIGNS = 10
ASSIGNMENTS = 100
COACHINGS = 50
RESULTS = ASSIGNMENTS + COACHINGS
UPLOADS = 20
VERSIONS = 5
ACTIVE = 12
PUBLISHED = 6


@dataclass(frozen=True)
class Size:
    """How much data there is.

    Attributes:
        tenants: everything else follows: each has 20 assessments, 10 campaigns, 100 assignments, 50 coaching sessions,
            150 results and 20 uploads; each assessment has five versions.
        stubs: whether the Markdown, the definitions of uploads and versions and the results' snapshots are stubs, except where a reader
            asks for them. They lie outside their rows' pages; with stubs ten times the tenants fit in memory.
    """

    tenants: int
    stubs: bool = False

    @property
    def step(self) -> int:
        """The distance between two readers' tenants."""
        return max(1, self.tenants // READERS)

    @property
    def counts(self) -> dict[str, int]:
        """The number of rows of each kind."""
        return {
            "tenants": self.tenants,
            "assessments": self.tenants * ASSESSMENTS,
            "versions": self.tenants * ASSESSMENTS * VERSIONS,
            "campaigns": self.tenants * CAMPAIGNS,
            "assignments": self.tenants * ASSIGNMENTS,
            "coaching_sessions": self.tenants * COACHINGS,
            "results": self.tenants * RESULTS,
            "uploads": self.tenants * UPLOADS,
        }

    def times(self, factor: float, *, stubs: bool) -> Size:
        """That many times the tenants."""
        return replace(self, tenants=round(self.tenants * factor), stubs=stubs)


def identifier(kind: str, *place: int) -> uuid.UUID:
    """The id of a row, as the SQL below creates it."""
    name = "-".join([kind, *map(str, place)])
    return uuid.UUID(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest())


def token(kind: str, tenant: int, place: int) -> str:
    """The access token of a session, as the SQL below creates it."""
    half = hashlib.md5(f"{kind}-token-{tenant}-{place}".encode(), usedforsecurity=False).hexdigest()
    return half + half[::-1]


_USERS: LiteralString = """
insert into auth.users (id, aud, role, email, created_at, updated_at)
select md5('user-' || n)::uuid, 'authenticated', 'authenticated', 'user-' || n || '@example.org', '2026-01-01', '2026-01-01'
  from generate_series(1, %(tenants)s) as n
"""
_TENANTS: LiteralString = """
insert into public.tenant_profiles (id, user_id, slug, display_name)
select md5('tenant-' || n)::uuid, md5('user-' || n)::uuid, 'tenant-' || n, 'Tenant ' || n
  from generate_series(1, %(tenants)s) as n
"""
_CAMPAIGNS: LiteralString = """
insert into public.campaigns (id, tenant_id, created_by, name, status, assessment_type, custom_assessment_id)
select md5('campaign-' || n || '-' || c)::uuid, md5('tenant-' || n)::uuid, md5('user-' || n)::uuid,
       'Campaign ' || c, 'active', 'custom', md5('assessment-' || n || '-' || c)::uuid
  from generate_series(0, %(campaigns)s - 1) as c, generate_series(1, %(tenants)s) as n
"""
_ASSIGNMENTS: LiteralString = """
insert into public.campaign_assignments (id, campaign_id, stakeholder_name, status, access_token, completed_at)
select md5('assignment-' || n || '-' || k)::uuid, md5('campaign-' || n || '-' || k % %(campaigns)s)::uuid,
       'Stakeholder ' || k, 'completed', half || reverse(half), '2026-01-01'
  from generate_series(0, %(assignments)s - 1) as k, generate_series(1, %(tenants)s) as n,
       lateral md5('assignment-token-' || n || '-' || k) as half
"""
_COACHINGS: LiteralString = """
insert into public.coaching_sessions
  (id, tenant_id, client_name, client_status, access_token, assessment_type, custom_assessment_id, completed_at)
select md5('coaching-' || n || '-' || k)::uuid, md5('tenant-' || n)::uuid, 'Client ' || k, 'completed',
       half || reverse(half), 'custom', md5('assessment-' || n || '-' || k % %(active)s)::uuid, '2026-01-01'
  from generate_series(0, %(coachings)s - 1) as k, generate_series(1, %(tenants)s) as n,
       lateral md5('coaching-token-' || n || '-' || k) as half
"""
_ASSESSMENTS: LiteralString = """
insert into public.custom_assessments
  (id, tenant_id, created_by, name, slug, version, description, definition, source_markdown, source_type, status,
   marketplace_status, marketplace_price_tier, created_at, updated_at, published_at)
select md5('assessment-' || n || '-' || a)::uuid, md5('tenant-' || n)::uuid, md5('user-' || n)::uuid,
       'Assessment ' || a, 'assessment-' || a, '1.0', 'What assessment ' || a || ' looks at.', variety.definition,
       case when %(stub)s then '# Assessment' else variety.markdown end, 'upload',
       case when a < %(active)s then 'active' when a < 17 then 'draft' else 'archived' end,
       case when a < %(published)s then 'published' else 'private' end,
       case when a < %(published)s then 'free' end, day, day, case when a < %(active)s then day end
  from generate_series(0, %(assessments)s - 1) as a
 cross join generate_series(1, %(tenants)s) as n
 cross join lateral (select timestamptz '2026-01-01' + (a * %(tenants)s + n) * interval '1 second' as day) as stamp
  join bench.varieties as variety on variety.number = (n + a) %% %(varieties)s
"""
# The newest is the one that is listed. The hashes have the length of real ones.
_VERSIONS: LiteralString = """
insert into public.assessment_versions
  (id, assessment_id, tenant_id, version, name, definition, assessment_type, interview_style_default,
   interview_style_allow_override, result_disclosure, definition_sha256, scoring_sha256, dimension_hashes, change_class,
   created_at)
select md5('version-' || case when v < %(versions)s - 1 then v || '-' else '' end || place.assessment)::uuid,
       place.assessment, md5('tenant-' || n)::uuid, '1.' || v, 'Assessment ' || a,
       case when %(stub)s then '{{"stub": true}}' else variety.definition end, 'multi-dimensional', 3, true, 'full',
       hash || hash, hash || hash, hashes.listed, case when v > 0 then 'presentation' end,
       timestamptz '2026-01-01' + ((v * %(assessments)s + a) * %(tenants)s + n) * interval '1 second'
  from generate_series(0, %(versions)s - 1) as v
 cross join generate_series(0, %(assessments)s - 1) as a
 cross join generate_series(1, %(tenants)s) as n
 cross join lateral (select md5('assessment-' || n || '-' || a)::uuid as assessment) as place
 cross join lateral md5(v || '-' || a || '-' || n) as hash
 cross join lateral (
   select jsonb_object_agg('dimension-' || d, 'h1:' || hash || hash) as listed from generate_series(1, 8) as d
 ) as hashes
  join bench.varieties as variety on variety.number = (n + a + v) %% %(varieties)s
"""
# What only our schema has, is added: whose the result is and what of it is disclosed, settled when it is written.
_RESULTS: LiteralString = """
insert into public.custom_assessment_results
  (id, assessment_id, session_id, session_type, dimension_scores, overall_score, matched_category,
   matched_category_data, ai_insights, assessment_version, assessment_definition_snapshot, created_at,
   completed_at {columns})
select md5('result-' || n || '-' || k)::uuid,
       md5('assessment-' || n || '-' || case when k < %(assignments)s then k %% %(campaigns)s
                                             else (k - %(assignments)s) %% %(active)s end)::uuid,
       case when k < %(assignments)s then md5('assignment-' || n || '-' || k)
            else md5('coaching-' || n || '-' || (k - %(assignments)s)) end::uuid,
       case when k < %(assignments)s then 'campaign' else 'coaching' end,
       variety.scores, variety.overall, variety.category ->> 'name', variety.category, '["An insight."]', '1.0',
       case when %(stub)s then '{{"stub": true}}' else variety.definition end, day, day {values}
  from generate_series(0, %(results)s - 1) as k
 cross join generate_series(1, %(tenants)s) as n
 cross join lateral (select timestamptz '2026-02-01' + (k * %(tenants)s + n) * interval '1 second' as day) as stamp
  join bench.varieties as variety on variety.number = (n + k) %% %(varieties)s
"""
_UPLOADS: LiteralString = """
insert into public.assessment_uploads
  (id, tenant_id, created_by, source_markdown, assessment_id, status, definition, attempts, created_at, started_at,
   finished_at)
select md5('upload-' || n || '-' || u)::uuid, md5('tenant-' || n)::uuid, md5('user-' || n)::uuid,
       case when %(stub)s then '# Assessment' else variety.markdown end, md5('assessment-' || n || '-' || u)::uuid,
       'succeeded', case when %(stub)s then '{{}}' else variety.definition end, 1, day, day, day
  from generate_series(0, %(uploads)s - 1) as u
 cross join generate_series(1, %(tenants)s) as n
 cross join lateral (select timestamptz '2026-03-01' + (u * %(tenants)s + n) * interval '1 second' as day) as stamp
  join bench.varieties as variety on variety.number = (n + u) %% %(varieties)s
"""
_LIMIT_TENANTS: LiteralString = """
insert into public.tenant_profiles (id, user_id)
select md5('tenant-' || n)::uuid, md5('user-' || n)::uuid from generate_series(1, %(tenants)s) as n
"""
_LIMIT_ASSIGNMENTS: LiteralString = """
insert into public.campaign_assignments (id, campaign_id, status, access_token)
select md5('assignment-' || n || '-' || k)::uuid, md5('campaign-' || n || '-' || k %% %(campaigns)s)::uuid, 'completed',
       half || reverse(half)
  from generate_series(0, %(assignments)s - 1) as k, generate_series(1, %(tenants)s) as n,
       lateral md5('assignment-token-' || n || '-' || k) as half
"""
_LIMIT_COACHINGS: LiteralString = """
insert into public.coaching_sessions (id, tenant_id, client_status, access_token)
select md5('coaching-' || n || '-' || k)::uuid, md5('tenant-' || n)::uuid, 'completed', half || reverse(half)
  from generate_series(0, %(coachings)s - 1) as k, generate_series(1, %(tenants)s) as n,
       lateral md5('coaching-token-' || n || '-' || k) as half
"""

_LISTINGS: LiteralString = """
insert into private.listings
  (assessment_id, version_id, tenant_id, name, slug, tenant, description, type, dimension_names, price_tier, version,
   listed_at, shown)
select assessment.id, md5('version-' || assessment.id)::uuid, assessment.tenant_id, assessment.name, assessment.slug,
       tenant.display_name, assessment.description, assessment.assessment_type,
       array(select dimension ->> 'name' from jsonb_array_elements(assessment.definition -> 'dimensions') as dimension),
       assessment.marketplace_price_tier, assessment.version, assessment.published_at, true
  from public.custom_assessments as assessment
  join public.tenant_profiles as tenant on tenant.id = assessment.tenant_id
 where assessment.marketplace_status = 'published' and assessment.status = 'active'
"""
_LIMIT_LISTINGS: LiteralString = """
insert into public.listings
select assessment.id, assessment.name, assessment.slug, 'Tenant', assessment.description, assessment.assessment_type,
       array(select dimension ->> 'name' from jsonb_array_elements(assessment.definition -> 'dimensions') as dimension),
       assessment.marketplace_price_tier, assessment.published_at
  from public.custom_assessments as assessment
 where assessment.marketplace_status = 'published' and assessment.status = 'active'
"""

_RESULT_CREATORS: LiteralString = """
insert into private.result_creators (campaign_created_by, tenant_id)
select md5('user-' || n)::uuid, md5('tenant-' || n)::uuid from generate_series(1, %(tenants)s) as n
"""

_OWNER_COLUMNS: LiteralString = ", result_disclosure, tenant_id, campaign_id, campaign_created_by"
_OWNER_VALUES: LiteralString = """, 'full', md5('tenant-' || n)::uuid,
       case when k < %(assignments)s then md5('campaign-' || n || '-' || k %% %(campaigns)s)::uuid end,
       case when k < %(assignments)s then md5('user-' || n)::uuid end"""
_TENANT_COLUMN: LiteralString = ", tenant_id"
_TENANT_VALUE: LiteralString = ", md5('tenant-' || n)::uuid"


def _fill(
    connection: psycopg.Connection, template: LiteralString, size: Size, **parts: LiteralString
) -> None:
    """Run one of the statements above. Its numbers are inlined, so that the planner sees them."""
    numbers = {
        "tenants": size.tenants,
        "stub": f"({size.stubs} and n % {size.step} <> 1 % {size.step})".lower(),
        "varieties": VARIETIES,
        "assessments": ASSESSMENTS,
        "campaigns": CAMPAIGNS,
        "assignments": ASSIGNMENTS,
        "coachings": COACHINGS,
        "results": RESULTS,
        "uploads": UPLOADS,
        "versions": VERSIONS,
        "active": ACTIVE,
        "published": PUBLISHED,
    }
    text = template.format(**parts) if "{" in template else template
    for name, value in numbers.items():
        text = text.replace(f"%({name})s", str(value).lower())
    connection.execute(sql.SQL(text.replace("%%", "%")))


def add_varieties(connection: psycopg.Connection) -> None:
    """Create the table of definitions that the rows share, each built once."""
    connection.execute(
        """
        create schema if not exists bench;
        create table bench.varieties (
          number integer primary key, definition jsonb, markdown text, scores jsonb, overall numeric, category jsonb
        )
        """
    )
    with connection.cursor().copy(
        "copy bench.varieties (number, definition, markdown, scores, overall, category) from stdin"
    ) as copy:
        for number in range(VARIETIES):
            text = documents.definition(number, named=False)
            parsed = json.loads(text)
            scores = {dimension["name"]: 3.4 for dimension in parsed["dimensions"]}
            category = next(
                item
                for item in parsed["resultCategories"]
                if item["scoreRange"][0] <= 3.4 <= item["scoreRange"][1]
            )
            copy.write_row(
                (
                    number,
                    text,
                    documents.markdown(number, 7_000),
                    json.dumps(scores),
                    "3.40",
                    json.dumps(category),
                )
            )


def _fill_large(
    connection: psycopg.Connection, table: str, template: LiteralString, size: Size, **parts: LiteralString
) -> None:
    """Fill an empty table: in a new file, without WAL, and with the indexes built after the rows."""
    with connection.transaction():
        name = sql.SQL(table)
        indexes = connection.execute(
            "select indexrelid::regclass::text from pg_catalog.pg_index where indrelid = %s::regclass"
            " order by indisprimary desc, indexrelid",
            [table],
        ).fetchall()
        connection.execute(sql.SQL("cluster {} using {}").format(name, _unqualified(indexes[0][0])))
        connection.execute(sql.SQL("alter table {} set without cluster").format(name))
        # Not ready: rows are not entered. Reindexing makes them ready.
        connection.execute(
            "update pg_catalog.pg_index set indisready = false, indisvalid = false where indrelid = %s::regclass",
            [table],
        )
        _fill(connection, template, size, **parts)
        for (index,) in indexes:
            connection.execute(sql.SQL("reindex index {}").format(sql.SQL(index)))


def _unqualified(name: str) -> sql.SQL:
    return sql.SQL(name.rpartition(".")[2])


def load(connection: psycopg.Connection, schema: Schema, size: Size) -> None:
    """Fill one of the three schemas.

    Args:
        connection: the superuser's, in autocommit.
        schema: which of them the database holds.
        size: how much.
    """
    connection.execute("set session_replication_role = replica")
    # Rows whose commit is not yet written cannot be marked as visible to all, which index-only scans need.
    connection.execute("set synchronous_commit = on")
    add_varieties(connection)
    if schema == "limit":
        _fill(connection, _LIMIT_TENANTS, size)
        _fill_large(connection, "public.campaign_assignments", _LIMIT_ASSIGNMENTS, size)
        _fill_large(connection, "public.coaching_sessions", _LIMIT_COACHINGS, size)
    else:
        _fill(connection, _USERS, size)
        _fill(connection, _TENANTS, size)
        _fill_large(connection, "public.campaigns", _CAMPAIGNS, size)
        _fill_large(connection, "public.campaign_assignments", _ASSIGNMENTS, size)
        _fill_large(connection, "public.coaching_sessions", _COACHINGS, size)
    _fill_large(connection, "public.custom_assessments", _ASSESSMENTS, size)
    results = "public.custom_assessment_results"
    if schema == "ours":
        _fill_large(connection, results, _RESULTS, size, columns=_OWNER_COLUMNS, values=_OWNER_VALUES)
        _fill(connection, _RESULT_CREATORS, size)
        _fill(connection, _LISTINGS, size)
    elif schema == "limit":
        _fill_large(connection, results, _RESULTS, size, columns=_TENANT_COLUMN, values=_TENANT_VALUE)
        _fill(connection, _LIMIT_LISTINGS, size)
    else:
        _fill_large(connection, results, _RESULTS, size, columns="", values="")
    if schema != "literal":
        _fill_large(connection, "public.assessment_versions", _VERSIONS, size)
        _fill_large(connection, "public.assessment_uploads", _UPLOADS, size)
    connection.execute("reset session_replication_role")
    connection.execute("vacuum (analyze, freeze)")
    connection.execute("reset synchronous_commit")
