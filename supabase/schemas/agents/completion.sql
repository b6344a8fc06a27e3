-- For interview agents: submitting the scores of a finished session.

-- Refuses invalid arguments of a completion.
create or replace function private.check_completion(
  session_id uuid, session_type text, dimension_scores jsonb, ai_insights jsonb, completed_at timestamptz
)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if session_id is null then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "session_id", "expected": "the id of a session"}');
  elsif session_type is null or session_type <> all (private.session_types()) then
    perform private.refuse(
      'INVALID_ARGUMENT',
      jsonb_build_object('argument', 'session_type', 'expected', private.one_of(private.session_types()))
    );
  elsif not isfinite(completed_at) or completed_at > now() + interval '1 day' then
    perform private.refuse('INVALID_ARGUMENT',
      '{"argument": "completed_at", "expected": "a time that is not in the future"}');
  end if;
  perform private.check_handed_in(dimension_scores, ai_insights);
end
$$;

-- Locks what a completion needs, in the order of locks/order.sql, before any of it is read, and returns the status of the
-- session. If the result of an earlier completion is being written, this waits for its job.
create or replace function private.hold_completion(session_id uuid, session_type text)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  session record;
  status text;
begin
  select facts.tenant_id, facts.assessment_ids
    into session
    from private.session_facts(hold_completion.session_id, hold_completion.session_type) as facts;
  perform private.hold_tenant(session.tenant_id, null, false);
  perform job.id
     from private.score_requests as request
     join private.jobs as job on job.subject_id = request.id
    where request.session_id = hold_completion.session_id
      and request.session_type = hold_completion.session_type
    order by job.id
      for update of job;
  perform private.hold_assessments(session.assessment_ids || array(
    select pin.assessment_id from private.pins as pin where pin.kind <> 'campaign' and pin.id = hold_completion.session_id
  ));
  status := private.hold_session(hold_completion.session_id, hold_completion.session_type);
  perform request.id
     from private.score_requests as request
    where request.session_id = hold_completion.session_id
      and request.session_type = hold_completion.session_type
      for update;
  return status;
end
$$;

-- Judges the scores by the version that the interview used, and notes that the tenant uses it. size is that of its definition.
create or replace function private.accept_scores(
  session_id uuid, session_type text, tenant_id uuid, scores jsonb, named uuid,
  out version_id uuid, out assessment_id uuid, out assumed boolean, out size integer
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  definition jsonb;
  faults jsonb;
begin
  select judged.version_id, judged.assessment_id, judged.assumed
    into version_id, assessment_id, assumed
    from private.version_of_scores(accept_scores.session_id, accept_scores.session_type, null, named) as judged;
  if assessment_id is null then
    perform private.refuse('ASSESSMENT_REQUIRED', jsonb_build_object('session_id', accept_scores.session_id));
  end if;
  perform private.note_uses(accept_scores.tenant_id, array[accept_scores.version_id]);
  select stored.definition
    into definition
    from public.assessment_versions as stored
   where stored.id = accept_scores.version_id;
  select scored.faults into faults from private.score_assessment(definition, scores) as scored;
  if faults <> '[]' then
    perform private.refuse_scores(accept_scores.session_id, definition, faults);
  end if;
  size := octet_length(definition::text);
end
$$;

-- SECURITY DEFINER, because the service role has no privileges on the queue.
create or replace function public.complete_assessment_session(
  session_id uuid,
  session_type text,
  dimension_scores jsonb,
  ai_insights jsonb default null,
  completed_at timestamptz default now(),
  version_id uuid default null
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  session record;
  status text;
  earlier record;
  result_id uuid;
  agreed record;
  request_id uuid;
  job_id bigint;
begin
  perform private.check_completion(session_id, session_type, dimension_scores, ai_insights, completed_at);
  status := private.hold_completion(session_id, session_type);

  -- The session, and what became of it before ----------------------------------------------------------------
  select facts.tenant_id
    into session
    from private.session_facts(complete_assessment_session.session_id, complete_assessment_session.session_type)
      as facts;
  perform private.refuse_erased(
    complete_assessment_session.session_id, complete_assessment_session.session_type, session.tenant_id
  );
  if session.tenant_id is null then
    perform private.refuse('SESSION_NOT_FOUND',
      jsonb_build_object('session_id', complete_assessment_session.session_id));
  end if;
  select request.id, job.id as job, job.state
    into earlier
    from private.score_requests as request
    left join private.jobs as job on job.subject_id = request.id
   where request.session_id = complete_assessment_session.session_id
     and request.session_type = complete_assessment_session.session_type;
  select result.id
    into result_id
    from public.custom_assessment_results as result
   where result.session_id = complete_assessment_session.session_id
     and result.session_type = complete_assessment_session.session_type;
  if found then
    return jsonb_build_object('queued', false, 'status', 'succeeded', 'result_id', result_id);
  end if;
  if earlier.state = 'queued' then
    return jsonb_build_object('queued', false, 'status', 'queued', 'job', earlier.job);
  elsif earlier.state = 'running' then
    return jsonb_build_object('queued', false, 'status', 'processing', 'job', earlier.job);
  end if;
  perform private.refuse_ended(complete_assessment_session.session_id, status);

  select judged.version_id, judged.assessment_id, judged.assumed, judged.size
    into agreed
    from private.accept_scores(
           complete_assessment_session.session_id, complete_assessment_session.session_type, session.tenant_id,
           complete_assessment_session.dimension_scores, complete_assessment_session.version_id
         ) as judged;

  -- One request, one job; a completion whose job failed is replaced. -----------------------------------------
  delete from private.score_requests as request where request.id = earlier.id;
  insert into private.score_requests (
    session_id, session_type, tenant_id, assessment_id, assessment_version_id, version_assumed, dimension_scores,
    ai_insights, completed_at
  )
  values (
    complete_assessment_session.session_id, complete_assessment_session.session_type, session.tenant_id,
    agreed.assessment_id, agreed.version_id, agreed.assumed, complete_assessment_session.dimension_scores,
    nullif(complete_assessment_session.ai_insights, 'null'),
    coalesce(complete_assessment_session.completed_at, now())
  )
  on conflict on constraint one_score_request_a_session do nothing
  returning id into request_id;
  if request_id is not null then
    perform private.enqueue('score', array[request_id], array[null::uuid], array[session.tenant_id],
      array[agreed.size]);
  end if;
  -- Two concurrent calls both return the job of the first.
  select job.id
    into job_id
    from private.score_requests as request
    join private.jobs as job on job.subject_id = request.id
   where request.session_id = complete_assessment_session.session_id
     and request.session_type = complete_assessment_session.session_type;
  return jsonb_build_object('queued', request_id is not null, 'status', 'queued', 'job', job_id);
end
$$;
comment on function public.complete_assessment_session(uuid, text, jsonb, jsonb, timestamptz, uuid) is
'For interview agents: submits the scores of a finished session, to be scored by the version that interview_context returned '
'(version_id names it). Returns {queued, status, job}. queued is true if this call queued the scoring. If it is false, an '
'earlier call did and nothing was changed; status is then queued, processing or succeeded (with result_id instead of job). '
'The row of job_queue whose id is job shows the outcome: its state is succeeded, or failed with the reason in last_error. '
'After a failure, the scores can be submitted again.';
revoke all on function public.complete_assessment_session(uuid, text, jsonb, jsonb, timestamptz, uuid)
from public, anon, authenticated, service_role;
