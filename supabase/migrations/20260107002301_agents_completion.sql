-- custom-assessments 0.2.0 agents_completion sha256:0ae13630d31afa0297a1454f7901fdd99f7e77a81aa50cab7f40cac06415e9c7
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

-- Locks the turns of a session against agents that write or remove some, by the pin, as they do.
create or replace function private.hold_turns(session_id uuid, session_type text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform pin.id
     from private.pins as pin
    where pin.kind = private.session_kind(hold_turns.session_type)
      and pin.id = hold_turns.session_id
      for no key update;
end
$$;

-- The answer to a completion of a session that was completed before; null if it was not, or if the scores then failed.
create or replace function private.answer_of_completion(session_id uuid, session_type text)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  result_id uuid;
  earlier record;
begin
  select result.id
    into result_id
    from public.custom_assessment_results as result
   where result.session_id = answer_of_completion.session_id
     and result.session_type = answer_of_completion.session_type;
  if found then
    return jsonb_build_object('queued', false, 'status', 'succeeded', 'result_id', result_id);
  end if;
  select job.id, job.state
    into earlier
    from private.score_requests as request
    join private.jobs as job on job.subject_id = request.id
   where request.session_id = answer_of_completion.session_id
     and request.session_type = answer_of_completion.session_type;
  return case earlier.state
    when 'queued' then jsonb_build_object('queued', false, 'status', 'queued', 'job', earlier.id)
    when 'running' then jsonb_build_object('queued', false, 'status', 'processing', 'job', earlier.id)
  end;
end
$$;

-- Stores a completion, in place of one whose job failed. The row comes before everything else that is kept of it: of two
-- concurrent calls, the second waits here, and returns null.
create or replace function private.store_request(
  session_id uuid, session_type text, tenant_id uuid, assessment_id uuid, version_id uuid, assumed boolean,
  dimension_scores jsonb, ai_insights jsonb, completed_at timestamptz
)
returns uuid
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  request_id uuid;
begin
  -- The caller holds this row, and has found no open job of it.
  delete from private.score_requests as request
   where request.session_id = store_request.session_id
     and request.session_type = store_request.session_type
     and not exists (
       select from private.jobs as job where job.subject_id = request.id and job.state in ('queued', 'running')
     );
  insert into private.score_requests (
    session_id, session_type, tenant_id, assessment_id, assessment_version_id, version_assumed, dimension_scores,
    ai_insights, completed_at
  )
  values (
    store_request.session_id, store_request.session_type, store_request.tenant_id, store_request.assessment_id,
    store_request.version_id, store_request.assumed, store_request.dimension_scores,
    nullif(store_request.ai_insights, 'null'), coalesce(store_request.completed_at, now())
  )
  on conflict on constraint one_score_request_a_session do nothing
  returning id into request_id;
  return request_id;
end
$$;

-- Keeps the transcript of a completion, and notes with the request how it arrived.
create or replace function private.store_transcript(
  request_id uuid, session_id uuid, session_type text, version_id uuid, assessment_id uuid, transcript jsonb
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  session record;
begin
  select facts.tenant_id, facts.campaign_id
    into session
    from private.session_facts(store_transcript.session_id, store_transcript.session_type) as facts;
  if jsonb_typeof(transcript) <> 'null' then
    perform private.take_transcript(
      store_transcript.session_type, store_transcript.session_id, session.tenant_id, session.campaign_id,
      store_transcript.assessment_id, store_transcript.version_id, transcript
    );
  end if;
  update private.score_requests as request
     set transcript_source = private.transcript_source(
           store_transcript.session_type, store_transcript.session_id, session.tenant_id, session.campaign_id,
           store_transcript.assessment_id
         )
   where request.id = store_transcript.request_id;
end
$$;

-- SECURITY DEFINER, because the service role has no privileges on the queue.
create or replace function public.complete_assessment_session(
  session_id uuid,
  session_type text,
  dimension_scores jsonb,
  ai_insights jsonb default null,
  completed_at timestamptz default now(),
  version_id uuid default null,
  transcript jsonb default null
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  tenant_id uuid;
  status text;
  answer jsonb;
  agreed record;
  request_id uuid;
begin
  perform private.check_completion(session_id, session_type, dimension_scores, ai_insights, completed_at);
  status := private.hold_completion(session_id, session_type);

  -- The session, and what became of it before ----------------------------------------------------------------
  select facts.tenant_id
    into tenant_id
    from private.session_facts(complete_assessment_session.session_id, complete_assessment_session.session_type)
      as facts;
  perform private.refuse_erased(
    complete_assessment_session.session_id, complete_assessment_session.session_type, tenant_id
  );
  if tenant_id is null then
    perform private.refuse('SESSION_NOT_FOUND',
      jsonb_build_object('session_id', complete_assessment_session.session_id));
  end if;
  answer := private.answer_of_completion(
    complete_assessment_session.session_id, complete_assessment_session.session_type
  );
  if answer is not null then
    return answer;
  end if;
  perform private.refuse_ended(complete_assessment_session.session_id, status);

  -- What is accepted, and a job for it --------------------------------------------------------------------------
  select judged.version_id, judged.assessment_id, judged.assumed, judged.size
    into agreed
    from private.accept_scores(
           complete_assessment_session.session_id, complete_assessment_session.session_type, tenant_id,
           complete_assessment_session.dimension_scores, complete_assessment_session.version_id
         ) as judged;
  perform private.hold_turns(complete_assessment_session.session_id, complete_assessment_session.session_type);
  request_id := private.store_request(
    complete_assessment_session.session_id, complete_assessment_session.session_type, tenant_id, agreed.assessment_id,
    agreed.version_id, agreed.assumed, complete_assessment_session.dimension_scores,
    complete_assessment_session.ai_insights, complete_assessment_session.completed_at
  );
  if request_id is not null then
    perform private.store_transcript(
      request_id, complete_assessment_session.session_id, complete_assessment_session.session_type, agreed.version_id,
      agreed.assessment_id, complete_assessment_session.transcript
    );
    perform private.enqueue('score', array[request_id], array[null::uuid], array[tenant_id], array[agreed.size]);
  end if;
  answer := private.answer_of_completion(
    complete_assessment_session.session_id, complete_assessment_session.session_type
  );
  return answer || jsonb_build_object('queued', request_id is not null);
end
$$;
comment on function public.complete_assessment_session(uuid, text, jsonb, jsonb, timestamptz, uuid, jsonb) is
'For interview agents: submits the scores of a finished session, to be scored by the version that interview_context returned '
'(version_id names it), and optionally its transcript, as save_progress takes turns. Returns {queued, status, job}. queued is '
'true if this call queued the scoring. If it is false, an earlier call did and nothing was changed; status is then queued, processing or succeeded (with result_id instead of job). '
'The row of job_queue whose id is job shows the outcome: its state is succeeded, or failed with the reason in last_error. '
'After a failure, the scores can be submitted again.';
revoke all on function public.complete_assessment_session(uuid, text, jsonb, jsonb, timestamptz, uuid, jsonb)
from public, anon, authenticated, service_role;
