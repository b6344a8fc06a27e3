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
