-- PostgREST returns the planner's estimates as counts, which Postgres makes from all rows, readable or not. So no
-- column that a client can filter by, and that holds texts, outcomes or secrets, has statistics.
begin;
\ir ../helpers.psql
select plan(3);

create view tests.told as
select attribute.attrelid::regclass::text || '.' || attribute.attname as col
from pg_catalog.pg_attribute as attribute
inner join pg_catalog.pg_class as relation on attribute.attrelid = relation.oid
where
  relation.relnamespace = 'public'::regnamespace
  and relation.relkind in ('r', 'p')
  and attribute.attnum > 0
  and not attribute.attisdropped
  and attribute.atttypid in (
    'text'::regtype, 'text[]'::regtype, 'varchar'::regtype, 'json'::regtype, 'jsonb'::regtype, 'numeric'::regtype
  )
  and coalesce(attribute.attstattarget, -1) <> 0
  and (
    has_column_privilege('anon', attribute.attrelid, attribute.attnum, 'select')
    or has_column_privilege('authenticated', attribute.attrelid, attribute.attnum, 'select')
  );

-- Words from a short list, and hashes of what has no statistics.
create view tests.harmless as
select listed as col
from unnest(array[
  'agent_sessions.agent_type', 'assessment_uploads.status', 'assessment_versions.assessment_type',
  'assessment_versions.change_class', 'assessment_versions.definition_sha256', 'assessment_versions.result_disclosure',
  'assessment_versions.scoring_sha256', 'campaign_assignments.status', 'campaigns.assessment_type', 'campaigns.status',
  'coaching_sessions.assessment_type', 'coaching_sessions.client_status', 'custom_assessment_results.result_disclosure',
  'custom_assessment_results.provenance', 'custom_assessment_results.session_type', 'custom_assessment_results.transcript_source',
  'custom_assessments.assessment_type', 'custom_assessments.marketplace_status', 'custom_assessments.result_disclosure',
  'custom_assessments.source_type', 'custom_assessments.status', 'equivalence_declarations.from_hash',
  'equivalence_declarations.to_hash', 'listing_requests.price_tier', 'listing_reviews.decision', 'listing_reviews.price_tier',
  'score_items.prompt_sha256', 'score_runs.band_order', 'score_runs.rater_kind',
  'tenant_profiles.subscription_tier', 'tenant_profiles.tenant_type'
]) as listed;

select cmp_ok((select count(*) from tests.told), '>', 10::bigint, 'there are columns to look at');
select is_empty('select col from tests.told except select col from tests.harmless', 'none of them has texts, outcomes or secrets');
alter table public.coaching_sessions alter column client_email set statistics 100;
select set_eq(
  'select col from tests.told except select col from tests.harmless', array['coaching_sessions.client_email'], 'one that has is found'
);

select * from finish();
rollback;
