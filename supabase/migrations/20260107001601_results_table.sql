-- custom-assessments 0.2.0 results_table sha256:4d057c2098031ec4718d8c64f395263018b44adb4f1b59b4671d9b83624c4265
-- Results: what a finished interview gave, frozen.
--
-- A writer says which session and assessment, the scores of the dimensions, and the insights. Everything else on the
-- row is what the database holds or works out: the owner, the overall score, the category, and the snapshot, version and
-- disclosure, which are those of the moment in which the scores were accepted. From then on the row never changes, for
-- any role.

-- The locks that what follows needs on the host's tables: all at once, and waited for briefly (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

create table if not exists public.custom_assessment_results (
  id uuid not null default gen_random_uuid(),

  -- References
  assessment_id uuid not null,
  session_id uuid not null,
  session_type text not null,

  -- Whose result it is, settled when it is written
  tenant_id uuid not null,
  campaign_id uuid,
  campaign_created_by uuid,

  -- Results data
  dimension_scores jsonb not null,
  overall_score numeric(5, 2),
  matched_category text,
  matched_category_data jsonb,
  uncovered_dimensions text[] not null default '{}',
  ai_insights jsonb,

  -- The assessment as it was
  assessment_version text not null,
  assessment_definition_snapshot jsonb not null,
  result_disclosure text not null,

  created_at timestamptz not null default now(),
  completed_at timestamptz,

  constraint custom_assessment_results_pkey primary key (id),
  constraint idx_custom_assessment_results_session unique (session_id, session_type),
  constraint custom_assessment_results_assessment_id_fkey
  foreign key (assessment_id) references public.custom_assessments (id) on delete restrict,
  constraint custom_assessment_results_tenant_id_fkey
  foreign key (tenant_id) references public.tenant_profiles (id),
  constraint session_type_is_campaign_or_coaching check (session_type = any(private.session_types())),
  constraint campaign_is_known_for_campaign_sessions_only check ((session_type = 'campaign') = (campaign_id is not null)),
  constraint campaign_creator_needs_campaign check (campaign_created_by is null or campaign_id is not null),
  constraint dimension_scores_is_object check (jsonb_typeof(dimension_scores) = 'object'),
  constraint overall_score_is_not_negative check (overall_score >= 0),
  constraint category_and_its_data_come_together
  check ((matched_category is null) = (matched_category_data is null)),
  constraint ai_insights_is_array_or_object check (jsonb_typeof(ai_insights) in ('array', 'object')),
  constraint result_disclosure_is_known check (result_disclosure = any(private.disclosures())),
  constraint snapshot_is_object check (jsonb_typeof(assessment_definition_snapshot) = 'object'),
  constraint completed_at_is_finite check (isfinite(completed_at))
);

-- No foreign key: a version stays as long as a result names it, and a second path between the tables would make PostgREST's
-- embedding ambiguous.
alter table public.custom_assessment_results add column if not exists assessment_version_id uuid;
alter table public.custom_assessment_results add column if not exists version_assumed boolean not null default false;
comment on column public.custom_assessment_results.assessment_version_id is
'The version that the interview went by, of which version, snapshot and disclosure are. Null for results from before versions '
'were kept.';
comment on column public.custom_assessment_results.version_assumed is
'Whether the agent never asked what to talk about and named no version, so that it was assumed.';
comment on table public.custom_assessment_results is 'Results of completed custom assessment sessions.';
comment on column public.custom_assessment_results.assessment_definition_snapshot is
'The definition as it was when the scores were accepted.';
comment on column public.custom_assessment_results.result_disclosure is
'What the respondent can see: full, teaser or none. Copied from the assessment when the scores were accepted.';
comment on column public.custom_assessment_results.session_id is
'The campaign assignment or coaching session; see session_type. The result remains if the session is deleted.';
comment on column public.custom_assessment_results.tenant_id is
'The tenant of the session when the result was written. Its owner may read the result.';
comment on column public.custom_assessment_results.campaign_id is
'The campaign of the session when the result was written; null for coaching sessions.';
comment on column public.custom_assessment_results.campaign_created_by is
'The account that had created the campaign when the result was written. It can read the result too.';
comment on column public.custom_assessment_results.dimension_scores is
'Scores by dimension, such as {"Strategic Thinking": 4.2}. Names are spelled as in the definition.';
comment on column public.custom_assessment_results.overall_score is
'The weighted mean of the scored dimensions, rounded half up to two decimal places. Computed by the database.';
comment on column public.custom_assessment_results.matched_category is
'The name of the matching result category. Null if no range contains the overall score.';
comment on column public.custom_assessment_results.matched_category_data is
'The matching category, complete as in the definition.';
comment on column public.custom_assessment_results.uncovered_dimensions is
'Names of the dimensions that were not scored. They do not count in the overall score.';
comment on column public.custom_assessment_results.ai_insights is 'The interview agent''s notes, as submitted.';
alter table public.custom_assessment_results enable row level security;
revoke all on table public.custom_assessment_results from public, anon, authenticated, service_role;

-- Results of one assessment, newest first; serves the foreign key as well.
create index if not exists idx_custom_assessment_results_assessment
on public.custom_assessment_results (assessment_id, created_at desc);

-- A tenant's results by date; serves the policy and the foreign key as well. It carries the other column that the policy
-- reads, so that a tenant's results are counted from the index alone.
create index if not exists idx_custom_assessment_results_tenant
on public.custom_assessment_results (tenant_id, created_at desc) include (campaign_created_by);

-- The results of one campaign.
create index if not exists idx_custom_assessment_results_campaign
on public.custom_assessment_results (campaign_id, created_at desc)
where campaign_id is not null;

-- How a result is written: once, by what the database holds.

create or replace function private.write_result()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  session record;
  agreed record;
  outcome record;
begin
  -- Size first: nothing below should have to look at megabytes of scores.
  perform private.check_handed_in(new.dimension_scores, new.ai_insights);

  -- Guards: the session, its owner, and that it has no result yet -------------------------------------------
  select facts.tenant_id, facts.campaign_id, facts.campaign_created_by, facts.assessment_ids
    into session
    from private.session_facts(new.session_id, new.session_type) as facts;
  if not found then
    perform private.refuse('SESSION_NOT_FOUND',
      jsonb_build_object('session_id', new.session_id));
  end if;
  -- Of two writers in the same moment neither finds the other's. The unique constraint stands behind this: the second
  -- waits, and gets 23505, which is the same HTTP status. (An advisory lock a session would say it in this refusal's
  -- words, and an import of tens of thousands of results in one transaction would find the table of locks full.)
  if exists (select from public.custom_assessment_results as result
              where result.session_id = new.session_id and result.session_type = new.session_type) then
    perform private.refuse('SESSION_ALREADY_SCORED', jsonb_build_object('session_id', new.session_id));
  end if;

  -- The version: what the scores were accepted for, else what the session uses -------------------------------
  if not exists (select from public.custom_assessments as source where source.id = new.assessment_id) then
    perform private.refuse('ASSESSMENT_NOT_FOUND', jsonb_build_object('assessment_id', new.assessment_id));
  end if;
  select basis.version_id, basis.assumed, basis.definition, basis.version, basis.result_disclosure
    into agreed
    from private.basis_of_result(
           new.session_id, new.session_type, session.tenant_id, new.assessment_id, new.assessment_version_id
         ) as basis;

  -- The scores ---------------------------------------------------------------------------------------------
  select scored.overall, scored.category, scored.uncovered, scored.named_scores, scored.faults
    into outcome
    from private.score_assessment(agreed.definition, new.dimension_scores) as scored;
  if outcome.faults = '[]' then
    outcome.faults := '[]'::jsonb
      || case when new.overall_score <> outcome.overall then jsonb_build_object(
           'path', '$.overall_score', 'reason', 'not-the-computed-one', 'expected', outcome.overall::text)
         else '[]' end
      || case when new.matched_category is distinct from outcome.category ->> 'name'
               and new.matched_category is not null then jsonb_build_object(
           'path', '$.matched_category', 'reason', 'not-the-computed-one',
           'expected', outcome.category -> 'name')
         else '[]' end;
  end if;
  if outcome.faults <> '[]' then
    perform private.refuse('SCORES_INVALID',
      jsonb_build_object('session_id', new.session_id, 'faults', outcome.faults));
  end if;

  -- The row: what the caller may say stays, the rest is the database's. --------------------------------------
  new.tenant_id := session.tenant_id;
  new.campaign_id := session.campaign_id;
  new.campaign_created_by := session.campaign_created_by;
  new.dimension_scores := outcome.named_scores;
  new.overall_score := outcome.overall;
  new.matched_category := outcome.category ->> 'name';
  new.matched_category_data := outcome.category;
  new.uncovered_dimensions := outcome.uncovered;
  new.ai_insights := nullif(new.ai_insights, 'null');
  new.assessment_version_id := agreed.version_id;
  new.version_assumed := agreed.assumed;
  new.assessment_version := agreed.version;
  new.assessment_definition_snapshot := agreed.definition;
  new.result_disclosure := agreed.result_disclosure;
  new.created_at := now();
  new.completed_at := coalesce(new.completed_at, now());
  return new;
end
$$;

create or replace trigger write_result
before insert on public.custom_assessment_results
for each row execute function private.write_result();

create or replace function private.refuse_result_update()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.refuse('RESULT_IMMUTABLE', jsonb_build_object('result_id', old.id));
  return null;
end
$$;

create or replace trigger refuse_result_update
before update on public.custom_assessment_results
for each row execute function private.refuse_result_update();

-- What has results is not deleted.

-- The locks that what follows needs on the host's tables: all at once, and waited for briefly (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- SECURITY DEFINER: an owner may not see the results that other tenants made with a published assessment, and still
-- must be told plainly. It tells only someone who may delete the row, since no row that RLS hides comes this far.
create or replace function private.keep_assessment_with_results()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from public.custom_assessment_results as result where result.assessment_id = old.id) then
    perform private.refuse('ASSESSMENT_HAS_RESULTS', jsonb_build_object('assessment_id', old.id));
  end if;
  return old;
end
$$;

create or replace trigger keep_assessment_with_results
before delete on public.custom_assessments
for each row execute function private.keep_assessment_with_results();

-- The same for a tenant, before its deletion reaches anything: its results are erased on purpose or not at all.
-- SECURITY DEFINER for the same reason.
create or replace function private.keep_tenant_with_results()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select
      from public.custom_assessments as assessment
      join public.custom_assessment_results as result on result.assessment_id = assessment.id
     where assessment.tenant_id = old.id
  ) then
    perform private.refuse('ASSESSMENT_HAS_RESULTS', jsonb_build_object('tenant_id', old.id));
  elsif exists (select from public.custom_assessment_results as result where result.tenant_id = old.id)
    or exists (select from private.score_requests as request where request.tenant_id = old.id) then
    perform private.refuse('TENANT_HAS_RESULTS', jsonb_build_object('tenant_id', old.id));
  end if;
  return old;
end
$$;

create or replace trigger keep_tenant_with_results
before delete on public.tenant_profiles
for each row execute function private.keep_tenant_with_results();

-- Who, besides a tenant's owner, has results to read.

-- The locks that what follows needs on the host's tables: all at once, and waited for briefly (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- In which tenants an account has created campaigns that have results. For finding rows only: a pair that is left over
-- from results that were deleted gives nobody anything. Nothing is unique here, so that two who note the same pair at
-- once need not wait for each other; both note it.
create table if not exists private.result_creators (
  campaign_created_by uuid not null,
  tenant_id uuid not null,

  constraint result_creators_tenant_id_fkey
  foreign key (tenant_id) references public.tenant_profiles (id) on delete cascade
);
comment on table private.result_creators is
'Accounts that created campaigns, with the tenants that have results of these campaigns. Read by private.result_tenant_ids().';
alter table private.result_creators enable row level security;
revoke all on table private.result_creators from public, anon, authenticated, service_role;
create index if not exists idx_result_creators_account
on private.result_creators (campaign_created_by, tenant_id);
create index if not exists idx_result_creators_tenant on private.result_creators (tenant_id);

-- SECURITY DEFINER: the pairs are nobody's to write but through the results.
create or replace function private.note_result_creator()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into private.result_creators (campaign_created_by, tenant_id)
  select new.campaign_created_by, new.tenant_id
   where not exists (
     select
       from private.result_creators as noted
      where noted.campaign_created_by = new.campaign_created_by
        and noted.tenant_id = new.tenant_id);
  return null;
end
$$;

create or replace trigger note_result_creator
after insert on public.custom_assessment_results
for each row when (new.campaign_created_by is not null)
execute function private.note_result_creator();

-- Results that were written before there was this table.
insert into private.result_creators (campaign_created_by, tenant_id)
select distinct
  result.campaign_created_by,
  result.tenant_id
from public.custom_assessment_results as result
where
  result.campaign_created_by is not null
  and not exists (
    select from private.result_creators as noted
    where noted.campaign_created_by = result.campaign_created_by and noted.tenant_id = result.tenant_id
  );

-- The tenants among whose results the caller has some to read: its own, and those that have results of campaigns that
-- it created. For finding rows only: which of them it reads is the policy's second part to say. SECURITY DEFINER, since
-- nobody may read who created campaigns for whom.
create or replace function private.result_tenant_ids()
returns setof uuid
language plpgsql
stable
security definer
rows 2
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := auth.uid();
begin
  return query
    select tenant.id from public.tenant_profiles as tenant where tenant.user_id = me
    union all
    select noted.tenant_id from private.result_creators as noted where noted.campaign_created_by = me;
end
$$;

-- For owners: a frozen result, compared with itself.

create or replace function public.verify_result(result_id uuid)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  result record;
  computed record;
  differences jsonb;
begin
  select present.dimension_scores, present.overall_score, present.matched_category, present.matched_category_data,
         present.uncovered_dimensions, present.assessment_definition_snapshot as snapshot, present.assessment_version,
         present.result_disclosure, version.id as version_id, version.definition, version.version, version.result_disclosure
           as disclosure
    into result
    from public.custom_assessment_results as present
    -- Where the caller may read it, who may be the campaign's creator and not its owner.
    left join public.assessment_versions as version on version.id = present.assessment_version_id
   where present.id = verify_result.result_id;
  if not found then
    perform private.refuse('RESULT_NOT_FOUND', jsonb_build_object('result_id', verify_result.result_id));
  end if;
  select scored.overall, scored.category, scored.uncovered, scored.faults
    into computed
    from private.score_assessment(coalesce(result.definition, result.snapshot), result.dimension_scores) as scored;
  select coalesce(jsonb_agg(to_jsonb(compared) order by compared.field), '[]')
    into differences
    from (values
      ('dimension_scores', '[]'::jsonb, computed.faults),
      ('overall_score', to_jsonb(result.overall_score), to_jsonb(computed.overall)),
      ('matched_category', to_jsonb(result.matched_category), computed.category -> 'name'),
      ('matched_category_data', result.matched_category_data, computed.category),
      ('uncovered_dimensions', to_jsonb(result.uncovered_dimensions), to_jsonb(computed.uncovered)),
      -- A definition is up to 500 KB: its hash is enough.
      ('assessment_definition_snapshot', to_jsonb(private.hash_of(result.snapshot)),
       to_jsonb(private.hash_of(coalesce(result.definition, result.snapshot)))),
      ('assessment_version', to_jsonb(result.assessment_version),
       to_jsonb(coalesce(result.version, result.assessment_version))),
      ('result_disclosure', to_jsonb(result.result_disclosure),
       to_jsonb(coalesce(result.disclosure, result.result_disclosure)))
    ) as compared (field, stored, computed)
   where compared.stored is distinct from compared.computed
     and (compared.field not in ('overall_score', 'matched_category', 'matched_category_data', 'uncovered_dimensions')
          or computed.faults = '[]');
  return jsonb_build_object('equal', differences = '[]', 'differences', differences);
end
$$;
comment on function public.verify_result(uuid) is
'For owners: computes the score and category again from the frozen row alone. Returns {equal, differences: [{field, stored, '
'computed}]}.';
revoke all on function public.verify_result(uuid) from public, anon, authenticated, service_role;
