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
