-- custom-assessments 0.2.0 agents sha256:d1188d8b8bbe0ae2d375fb1dd0dd738eccc33a980b318a3aba5d5b41e48ca6fc
-- For interview agents: what to ask.

create or replace function public.interview_context(agent_session_id uuid)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  session record;
  context jsonb;
begin
  select coalesce(agent.custom_assessment_id, coaching.custom_assessment_id, campaign.custom_assessment_id)
           as assessment_id,
         coalesce(coaching.interview_style_override, campaign.interview_style_override) as style
    into session
    from public.agent_sessions as agent
    left join public.coaching_sessions as coaching on coaching.id = agent.coaching_session_id
    left join public.campaign_assignments as assignment on assignment.id = agent.stakeholder_session_id
    left join public.campaigns as campaign on campaign.id = assignment.campaign_id
   where agent.id = interview_context.agent_session_id;
  if not found then
    perform private.refuse('SESSION_NOT_FOUND',
      jsonb_build_object('agent_session_id', interview_context.agent_session_id));
  end if;
  select jsonb_build_object(
           'assessment_id', assessment.id,
           'version', assessment.version,
           -- The assessment may have forbidden overrides since one was chosen.
           'interview_style', coalesce(
             case when assessment.interview_style_allow_override then session.style end,
             assessment.interview_style_default),
           'definition', assessment.definition)
    into context
    from public.custom_assessments as assessment
   where assessment.id = session.assessment_id;
  return context;
end
$$;
comment on function public.interview_context(uuid) is
'For interview agents: {assessment_id, version, interview_style, definition} of the custom assessment that an agent session '
'uses. interview_style is the override of the campaign or coaching session if the assessment allows one, and the '
'assessment''s default otherwise. Null if the session has no custom assessment.';
revoke all on function public.interview_context(uuid) from public, anon, authenticated, service_role;

-- For interview agents: handing in the scores of a finished session.

-- Refuses the arguments of a completion that say nothing sensible.
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

-- SECURITY DEFINER: the service role has no rights of its own on the queue.
create or replace function public.complete_assessment_session(
  session_id uuid,
  session_type text,
  dimension_scores jsonb,
  ai_insights jsonb default null,
  completed_at timestamptz default now()
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  session record;
  earlier record;
  result_id uuid;
  assessment record;
  faults jsonb;
  request_id uuid;
  job_id bigint;
begin
  perform private.check_completion(session_id, session_type, dimension_scores, ai_insights, completed_at);

  -- The session, and what became of it before ----------------------------------------------------------------
  select facts.tenant_id, facts.assessment_ids
    into session
    from private.session_facts(complete_assessment_session.session_id, complete_assessment_session.session_type)
      as facts;
  if not found then
    perform private.refuse('SESSION_NOT_FOUND',
      jsonb_build_object('session_id', complete_assessment_session.session_id));
  end if;
  -- The request first: while its result is being written this waits, and then finds the result.
  select request.id, job.id as job, job.state
    into earlier
    from private.score_requests as request
    left join private.jobs as job on job.subject_id = request.id
   where request.session_id = complete_assessment_session.session_id
     and request.session_type = complete_assessment_session.session_type
     for update of request;
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

  -- Its assessment, read once so that its columns belong together, and the scores ----------------------------------
  select source.id, source.version, source.definition, source.result_disclosure
    into assessment
    from public.custom_assessments as source
   where source.id = session.assessment_ids[1];
  if not found then
    perform private.refuse('ASSESSMENT_REQUIRED',
      jsonb_build_object('session_id', complete_assessment_session.session_id));
  end if;
  select scored.faults
    into faults
    from private.score_assessment(assessment.definition, complete_assessment_session.dimension_scores) as scored;
  if faults <> '[]' then
    perform private.refuse('SCORES_INVALID',
      jsonb_build_object('session_id', complete_assessment_session.session_id, 'faults', faults));
  end if;

  -- One request, one job; a completion whose job failed is replaced. -----------------------------------------
  delete from private.score_requests as request where request.id = earlier.id;
  insert into private.score_requests (
    session_id, session_type, tenant_id, assessment_id, assessment_version, definition, result_disclosure,
    dimension_scores, ai_insights, completed_at
  )
  values (
    complete_assessment_session.session_id, complete_assessment_session.session_type, session.tenant_id,
    assessment.id, assessment.version, assessment.definition, assessment.result_disclosure,
    complete_assessment_session.dimension_scores,
    nullif(complete_assessment_session.ai_insights, 'null'),
    coalesce(complete_assessment_session.completed_at, now())
  )
  on conflict on constraint one_score_request_a_session do nothing
  returning id into request_id;
  if request_id is not null then
    perform private.enqueue('score', array[request_id], array[null::uuid], array[session.tenant_id],
      array[octet_length(assessment.definition::text)]);
  end if;
  -- Of two calls in the same moment both name the job of the first.
  select job.id
    into job_id
    from private.score_requests as request
    join private.jobs as job on job.subject_id = request.id
   where request.session_id = complete_assessment_session.session_id
     and request.session_type = complete_assessment_session.session_type;
  return jsonb_build_object('queued', request_id is not null, 'status', 'queued', 'job', job_id);
end
$$;
comment on function public.complete_assessment_session(uuid, text, jsonb, jsonb, timestamptz) is
'For interview agents: submits the scores of a finished session, to be scored with the assessment''s current definition. '
'Returns {queued, status, job}. queued is true if this call queued the scoring. If it is false, an earlier call did and '
'nothing was changed; status is then queued, processing or succeeded (with result_id instead of job). The row of job_queue '
'whose id is job shows the outcome: its state is succeeded, or failed with the reason in last_error. After a failure, the '
'scores can be submitted again.';
revoke all on function public.complete_assessment_session(uuid, text, jsonb, jsonb, timestamptz)
from public, anon, authenticated, service_role;
