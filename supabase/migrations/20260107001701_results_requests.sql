-- custom-assessments 0.2.0 results_requests sha256:ac2fa134cb8891d5480cd58b624bd1cad05221bc279f930f16e4cc445026950a
-- Completed sessions that wait for their result.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- What an agent submitted when it completed a session, until the result is written. The row contains a respondent's
-- answers, so it is deleted as soon as the result has them.
--
-- The scores are scored with the version for which they were accepted, however long they wait and however the assessment
-- changes meanwhile: otherwise its owner, who may be another tenant, could change or lose a finished interview by an edit.
-- Completions from before version history have a copy of what they were accepted for.
create table if not exists private.score_requests (
  id uuid not null default gen_random_uuid(),
  session_id uuid not null,
  session_type text not null,
  tenant_id uuid not null,
  assessment_id uuid not null,
  assessment_version_id uuid,
  version_assumed boolean not null default false,
  assessment_version text,
  definition jsonb,
  result_disclosure text,
  dimension_scores jsonb not null,
  ai_insights jsonb,
  completed_at timestamptz not null,
  created_at timestamptz not null default now(),
  session_gone_at timestamptz,

  constraint score_requests_pkey primary key (id),
  constraint one_score_request_a_session unique (session_id, session_type),
  constraint score_requests_tenant_id_fkey
  foreign key (tenant_id) references public.tenant_profiles (id) on delete cascade,
  constraint score_requests_assessment_id_fkey
  foreign key (assessment_id) references public.custom_assessments (id) on delete cascade,
  constraint score_request_session_type_is_known check (session_type = any(private.session_types())),
  constraint score_request_has_a_version_or_a_copy check (
    assessment_version_id is not null
    or (assessment_version is not null and definition is not null and result_disclosure is not null)
  )
);
alter table private.score_requests add column if not exists transcript_source text;
-- Judged, with their quotes as located in the transcript; null where bare scores were submitted.
alter table private.score_requests add column if not exists runs jsonb;
alter table private.score_requests add column if not exists accept_insufficient boolean not null default false;
-- From when on the words of the runs are kept for words_days; null without words.
alter table private.score_requests add column if not exists words_since timestamptz;
comment on table private.score_requests is 'Completed sessions that are waiting for their result.';
alter table private.score_requests enable row level security;
revoke all on table private.score_requests from public, anon, authenticated, service_role;

create index if not exists idx_score_requests_words on private.score_requests (words_since) where words_since is not null;
create index if not exists idx_score_requests_tenant on private.score_requests (tenant_id);
create index if not exists idx_score_requests_assessment on private.score_requests (assessment_id);

-- The version from which a session's result is made: the one for which its scores were accepted or, if none were submitted,
-- the one to which it is pinned or that it uses (pins/completions.sql). SECURITY DEFINER, because no role of the API can
-- read the requests and pins, and a trusted writer's result for such a session must use the same version. The tenant is an
-- argument, so that a session created with the id of a deleted one does not use what was submitted for that one. named is
-- the version that the writer names.
create or replace function private.basis_of_result(
  session_id uuid, session_type text, tenant_id uuid, assessment_id uuid, named uuid,
  out version_id uuid, out assumed boolean, out definition jsonb, out version text, out result_disclosure text,
  out transcript_source text, out runs jsonb, out accept_insufficient boolean
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  select request.assessment_version_id, request.version_assumed, request.definition, request.assessment_version,
         request.result_disclosure, request.transcript_source, request.runs, request.accept_insufficient
    into version_id, assumed, definition, version, result_disclosure, transcript_source, runs, accept_insufficient
    from private.score_requests as request
   where request.session_id = basis_of_result.session_id
     and request.session_type = basis_of_result.session_type
     and request.tenant_id = basis_of_result.tenant_id
     and request.assessment_id = basis_of_result.assessment_id
     -- A request that is just being brought over (backfill) is awaited, so that the result gets its version.
     for share;
  if not found then
    select judged.version_id, judged.assumed
      into version_id, assumed
      from private.version_of_scores(
             basis_of_result.session_id, basis_of_result.session_type, basis_of_result.assessment_id, named
           ) as judged;
    select private.transcript_source(
             basis_of_result.session_type, basis_of_result.session_id, facts.tenant_id, facts.campaign_id,
             basis_of_result.assessment_id
           )
      into transcript_source
      from private.session_facts(basis_of_result.session_id, basis_of_result.session_type) as facts;
  end if;
  if version_id is not null then
    select stored.definition, stored.version, stored.result_disclosure
      into definition, version, result_disclosure
      from public.assessment_versions as stored
     where stored.id = basis_of_result.version_id;
    perform private.note_uses(basis_of_result.tenant_id, array[basis_of_result.version_id]);
  end if;
end
$$;

-- Refuses scores and insights that are invalid or too large to be examined further. A number such as 1e131071 takes ten
-- bytes here, but as many characters as its exponent says when it is read.
create or replace function private.check_handed_in(dimension_scores jsonb, ai_insights jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if dimension_scores is null or jsonb_typeof(dimension_scores) <> 'object'
    or pg_column_size(dimension_scores) > 65536 then
    perform private.refuse('SCORES_INVALID', '{"faults": [{"path": "$", "reason": "not-an-object",
      "expected": "an object of dimension names and their scores, at most 64 KB"}]}');
  elsif jsonb_typeof(ai_insights) not in ('array', 'object', 'null')
        or private.definition_bounds_faults(jsonb_build_object('insights', ai_insights)) is not null then
    perform private.refuse('INVALID_ARGUMENT',
      '{"argument": "ai_insights", "expected": "an array or an object of at most 500 KB, or null"}');
  end if;
end
$$;

-- Results of finished interviews; they never change.
--
-- A writer supplies the session, the assessment, the scores of the dimensions, and the insights. The database sets
-- everything else: the owner, the overall score, the category, and the snapshot, version and disclosure as they were when
-- the scores were accepted. From then on no role can change the row.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

create table if not exists public.custom_assessment_results (
  id uuid not null default gen_random_uuid(),

  -- References
  assessment_id uuid not null,
  session_id uuid not null,
  session_type text not null,

  -- Owners, set when the result is written
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
alter table public.custom_assessment_results add column if not exists transcript_source text
constraint transcript_source_is_known check (transcript_source in ('streamed', 'handed-in'));
alter table public.custom_assessment_results add column if not exists provenance text not null default 'unsupported'
constraint provenance_is_known check (provenance in ('unsupported', 'runs'));
alter table public.custom_assessment_results add column if not exists coverage numeric;
alter table public.custom_assessment_results add column if not exists uncovered_reasons jsonb;
alter table public.custom_assessment_results add column if not exists spread jsonb;
alter table public.custom_assessment_results add column if not exists stability jsonb;
alter table public.custom_assessment_results add column if not exists margin jsonb;
comment on column public.custom_assessment_results.provenance is
'Where the scores come from: runs, which are the rows of score_runs, or unsupported, if the agent submitted bare numbers.';
comment on column public.custom_assessment_results.coverage is
'The share of the weights whose dimensions were scored, from 0 to 1. Null for results from before it was recorded. Where it is '
'below the assessment''s min_coverage, overall score and category are null.';
comment on column public.custom_assessment_results.uncovered_reasons is
'Why dimensions were not scored, such as {"Courage": "no-evidence"}. Null without runs, which alone say why.';
comment on column public.custom_assessment_results.spread is
'By dimension, how far the highest score of a run lies above the lowest, where at least two count. Null without runs.';
comment on column public.custom_assessment_results.stability is
'{runs, same}: how many of the runs, each scored alone, give the category of the result. Null below three runs.';
comment on column public.custom_assessment_results.margin is
'{overall, to, lead, over}: the smallest change of the overall score that leads to another category, and to which; by how much the '
'primary dimensions of the category lead, and over which. Null without an overall score, and for results from before it was recorded.';
comment on column public.custom_assessment_results.transcript_source is
'How the transcript of the interview arrived: streamed, turn by turn while the interview went on, or handed-in with the scores; null '
'without a transcript, and for results from before it was recorded.';
comment on column public.custom_assessment_results.assessment_version_id is
'The version that the interview used; assessment_version, the snapshot and the disclosure are copied from it. Null for results '
'from before versions were kept, until a worker has found their version.';
comment on column public.custom_assessment_results.version_assumed is
'Whether the version was assumed, because the agent neither called interview_context nor named one.';
comment on table public.custom_assessment_results is 'Results of completed custom assessment sessions.';
comment on column public.custom_assessment_results.assessment_definition_snapshot is
'The definition as it was when the scores were accepted.';
comment on column public.custom_assessment_results.result_disclosure is
'What the respondent can see: see session_result. Copied from the assessment when the scores were accepted.';
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

-- For results of one assessment, newest first, and for the foreign key.
create index if not exists idx_custom_assessment_results_assessment
on public.custom_assessment_results (assessment_id, created_at desc);

-- For a tenant's results by date, the policy and the foreign key. It includes the other column that the policy reads, so
-- that a tenant's results can be counted with an index-only scan.
create index if not exists idx_custom_assessment_results_tenant
on public.custom_assessment_results (tenant_id, created_at desc) include (campaign_created_by);

-- For the results of one campaign.
create index if not exists idx_custom_assessment_results_campaign
on public.custom_assessment_results (campaign_id, created_at desc)
where campaign_id is not null;

-- How a result is written: once, with values from the database.

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
  -- The size is checked first, so that nothing below processes megabytes of scores.
  perform private.check_handed_in(new.dimension_scores, new.ai_insights);

  -- Guards: the session, its owner, and that it has no result yet -------------------------------------------
  select facts.tenant_id, facts.campaign_id, facts.campaign_created_by, facts.assessment_ids
    into session
    from private.session_facts(new.session_id, new.session_type) as facts;
  if not found then
    perform private.refuse('SESSION_NOT_FOUND',
      jsonb_build_object('session_id', new.session_id));
  end if;
  -- Two concurrent writers do not see each other's result here. In that case the unique constraint decides: the second
  -- writer waits and gets 23505, which is the same HTTP status. (With an advisory lock per session it would get this
  -- refusal, but an import of tens of thousands of results in one transaction would fill the lock table.)
  if exists (select from public.custom_assessment_results as result
              where result.session_id = new.session_id and result.session_type = new.session_type) then
    perform private.refuse('SESSION_ALREADY_SCORED', jsonb_build_object('session_id', new.session_id));
  end if;

  -- The version: what the scores were accepted for, else what the session uses -------------------------------
  if not exists (select from public.custom_assessments as source where source.id = new.assessment_id) then
    perform private.refuse('ASSESSMENT_NOT_FOUND', jsonb_build_object('assessment_id', new.assessment_id));
  end if;
  select basis.version_id, basis.assumed, basis.definition, basis.version, basis.result_disclosure,
         basis.transcript_source, basis.runs, basis.accept_insufficient
    into agreed
    from private.basis_of_result(
           new.session_id, new.session_type, session.tenant_id, new.assessment_id, new.assessment_version_id
         ) as basis;

  -- The scores ---------------------------------------------------------------------------------------------
  select judged.*
    into outcome
    from private.judged_scores(agreed.definition, new.dimension_scores, agreed.runs) as judged;
  if outcome.faults = '[]' then
    outcome.faults := '[]'::jsonb
      || case when new.overall_score is distinct from outcome.overall and new.overall_score is not null then jsonb_build_object(
           'path', '$.overall_score', 'reason', 'not-the-computed-one', 'expected', coalesce(outcome.overall::text, 'none'))
         else '[]' end
      || case when new.matched_category is distinct from outcome.category ->> 'name'
               and new.matched_category is not null then jsonb_build_object(
           'path', '$.matched_category', 'reason', 'not-the-computed-one',
           'expected', outcome.category -> 'name')
         else '[]' end;
  end if;
  if outcome.faults <> '[]' then
    perform private.refuse_scores(new.session_id, agreed.definition, outcome.faults);
  end if;
  if outcome.scores = '{}' or not (outcome.is_sufficient or agreed.accept_insufficient is true) then
    perform private.refuse_insufficient(
      new.session_id, agreed.definition, outcome.coverage, outcome.uncovered, outcome.reasons
    );
  end if;

  -- The row: the caller's values stay, and the database sets the rest ----------------------------------------
  new.tenant_id := session.tenant_id;
  new.campaign_id := session.campaign_id;
  new.campaign_created_by := session.campaign_created_by;
  new.dimension_scores := outcome.scores;
  new.overall_score := outcome.overall;
  new.matched_category := outcome.category ->> 'name';
  new.matched_category_data := outcome.category;
  new.uncovered_dimensions := outcome.uncovered;
  new.uncovered_reasons := outcome.reasons;
  new.coverage := outcome.coverage;
  new.spread := outcome.spread;
  new.stability := outcome.stability;
  new.margin := outcome.margin;
  new.provenance := case when agreed.runs is null then 'unsupported' else 'runs' end;
  new.ai_insights := nullif(new.ai_insights, 'null');
  new.assessment_version_id := agreed.version_id;
  new.version_assumed := agreed.assumed;
  new.assessment_version := agreed.version;
  new.assessment_definition_snapshot := agreed.definition;
  new.transcript_source := agreed.transcript_source;
  new.result_disclosure := agreed.result_disclosure;
  new.created_at := now();
  new.completed_at := coalesce(new.completed_at, now());
  return new;
end
$$;

create or replace trigger write_result
before insert on public.custom_assessment_results
for each row execute function private.write_result();

-- Refuses every update, except that a result from before versions were kept gets the version from which it was made, once.
create or replace function private.refuse_result_update()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  unnamed public.custom_assessment_results := new;
begin
  unnamed.assessment_version_id := null;
  if current_user not in ('anon', 'authenticated', 'service_role')
    and old.assessment_version_id is null
    and record_image_eq(unnamed, old)
    and exists (
      select
        from public.assessment_versions as version
       where version.id = new.assessment_version_id
         and version.assessment_id = new.assessment_id
         and version.version = new.assessment_version
         and version.result_disclosure = new.result_disclosure
    ) then
    return new;
  end if;
  perform private.refuse('RESULT_IMMUTABLE', jsonb_build_object('result_id', old.id));
  return null;
end
$$;

create or replace trigger refuse_result_update
before update on public.custom_assessment_results
for each row execute function private.refuse_result_update();
