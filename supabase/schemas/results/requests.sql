-- Completed sessions on their way to a result.

-- The locks that what follows needs on the host's tables: all at once, and waited for briefly (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- What an agent handed in when it completed a session, until the result is written. The row holds a respondent's
-- answers, so it goes as soon as the result has them.
--
-- The scores were accepted for a version, and are scored by that one, however long they wait and whatever becomes of the
-- assessment meanwhile: its owner, who may be another tenant, would else change or lose a finished interview by an edit.
-- Completions from before versions were kept have a copy of what they were accepted for.
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
comment on table private.score_requests is 'Completed sessions that are waiting for their result.';
alter table private.score_requests enable row level security;
revoke all on table private.score_requests from public, anon, authenticated, service_role;
create index if not exists idx_score_requests_tenant on private.score_requests (tenant_id);
create index if not exists idx_score_requests_assessment on private.score_requests (assessment_id);

-- What a session's result is made from: what its scores were accepted for; else, where none were handed in, what it is pinned to
-- or uses (pins/completions.sql). SECURITY DEFINER: nobody of the API may read the requests and pins, and what a trusted writer
-- writes for such a session is of the same version. The tenant is asked for, so that a session made under the id of a deleted
-- one has no part in what was handed in for that one. named is the version that the writer names.
create or replace function private.basis_of_result(
  session_id uuid, session_type text, tenant_id uuid, assessment_id uuid, named uuid,
  out version_id uuid, out assumed boolean, out definition jsonb, out version text, out result_disclosure text
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  select request.assessment_version_id, request.version_assumed, request.definition, request.assessment_version,
         request.result_disclosure
    into version_id, assumed, definition, version, result_disclosure
    from private.score_requests as request
   where request.session_id = basis_of_result.session_id
     and request.session_type = basis_of_result.session_type
     and request.tenant_id = basis_of_result.tenant_id
     and request.assessment_id = basis_of_result.assessment_id;
  if not found then
    select judged.version_id, judged.assumed
      into version_id, assumed
      from private.version_of_scores(
             basis_of_result.session_id, basis_of_result.session_type, basis_of_result.assessment_id, named
           ) as judged;
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
