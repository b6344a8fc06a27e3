-- custom-assessments 0.2.0 agents sha256:f9e2602837ee7b27688a5756b48bbff767a865efdef791692e4fbdb17e41e778
-- For interview agents: the session of a conversation, which begins with the first question or the first kept turn.

-- The session that an agent session is about, with the assessment and version that it uses. It begins now if it had not; begun
-- tells. Without an assessment assessment_id is null; session_id is null if the conversation has no session.
create or replace function private.begin_talk(
  agent_session_id uuid,
  out kind text, out session_id uuid, out tenant_id uuid, out campaign_id uuid, out assessment_id uuid, out version_id uuid,
  out style integer, out begun boolean
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  talk record;
begin
  begun := true;
  loop
    select agent.custom_assessment_id as named,
           coalesce(agent.coaching_session_id, agent.stakeholder_session_id) as session_id,
           talks.kind, coalesce(coaching.client_status::text, assignment.status::text) as status,
           coalesce(coaching.interview_style_override, campaign.interview_style_override) as style,
           coalesce(coaching.tenant_id, campaign.tenant_id) as tenant_id, campaign.id as campaign_id,
           coalesce(coaching.custom_assessment_id, campaign.custom_assessment_id) as present,
           pin.assessment_id, pin.pinned_version_id as version_id, pin.asked_at
      into talk
      from public.agent_sessions as agent
     cross join lateral (values (case when agent.coaching_session_id is not null then 'coaching' else 'assignment' end)) as talks (kind)
      left join public.coaching_sessions as coaching on coaching.id = agent.coaching_session_id
      left join public.campaign_assignments as assignment
        on assignment.id = agent.stakeholder_session_id and talks.kind = 'assignment'
      left join public.campaigns as campaign on campaign.id = assignment.campaign_id
      left join private.pins as pin
        on pin.kind = talks.kind
       and pin.id = coalesce(coaching.id, assignment.id)
       and private.is_pin_of(
             pin, coalesce(coaching.tenant_id, campaign.tenant_id), campaign.id,
             coalesce(coaching.custom_assessment_id, campaign.custom_assessment_id)
           )
     where agent.id = begin_talk.agent_session_id;
    if not found or (talk.session_id is not null and talk.tenant_id is null) then
      perform private.refuse_erased(talk.session_id, private.session_type(talk.kind), null);
      perform private.refuse('SESSION_NOT_FOUND', jsonb_build_object('agent_session_id', begin_talk.agent_session_id));
    end if;
    perform private.refuse_ended(talk.session_id, talk.status);
    exit when talk.version_id is not null;
    begun := false;
    if talk.session_id is null then
      -- A conversation without a session is nobody's: there is nothing to pin.
      talk.assessment_id := talk.named;
      talk.version_id := coalesce(private.version_in_force(talk.named, null), private.newest_version(talk.named));
      exit;
    end if;
    select begins.assessment_id, begins.version_id
      into talk.assessment_id, talk.version_id
      from private.begin_session(
             talk.kind, talk.session_id, talk.tenant_id, talk.campaign_id, talk.present, talk.named
           ) as begins;
    exit when talk.assessment_id is null or talk.version_id is not null;
    begun := true;
  end loop;
  if talk.named <> talk.assessment_id then
    perform private.refuse('SESSION_ASSESSMENT_MISMATCH', jsonb_build_object(
      'agent_session_id', begin_talk.agent_session_id, 'assessment_id', talk.named,
      'session_assessment_id', talk.assessment_id
    ));
  end if;
  -- What is asked for keeps its assessment from being deleted.
  if talk.asked_at < now() - interval '1 hour' then
    update private.pins as pin
       set asked_at = now()
     where pin.kind = talk.kind and pin.id = talk.session_id;
  end if;
  select talk.kind, talk.session_id, talk.tenant_id, talk.campaign_id, talk.assessment_id, talk.version_id, talk.style
    into kind, session_id, tenant_id, campaign_id, assessment_id, version_id, style;
end
$$;

-- Refuses a version that a reviewer took down; the author's own sessions go on.
create or replace function private.refuse_withdrawn(
  agent_session_id uuid, tenant_id uuid, assessment_id uuid, version_id uuid
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.is_own(refuse_withdrawn.assessment_id, refuse_withdrawn.tenant_id)
    or not private.is_withdrawn(refuse_withdrawn.version_id) then
    return;
  end if;
  perform private.refuse('ASSESSMENT_WITHDRAWN', jsonb_build_object(
    'agent_session_id', refuse_withdrawn.agent_session_id, 'assessment_id', refuse_withdrawn.assessment_id,
    'version_id', refuse_withdrawn.version_id
  ));
end
$$;

-- For interview agents: what to ask.

-- SECURITY DEFINER: the first call pins the session, and pins are nobody's to write.
create or replace function public.interview_context(agent_session_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  talk record;
  asked record;
begin
  select found.* into talk from private.begin_talk(interview_context.agent_session_id) as found;
  if talk.assessment_id is null then
    return null;
  end if;
  -- Whether it was taken down is looked at on each call.
  perform private.refuse_withdrawn(
    interview_context.agent_session_id, talk.tenant_id, talk.assessment_id, talk.version_id
  );
  select stored.version, stored.definition_sha256, stored.interview_style_allow_override, stored.interview_style_default,
         coalesce(kept.definition, private.asked_definition(stored)) as definition,
         kept.version_id is null as is_new
    into asked
    from public.assessment_versions as stored
    left join private.asked_definitions as kept on kept.version_id = stored.id
   where stored.id = talk.version_id;
  if asked.is_new and not talk.begun and talk.session_id is not null then
    perform private.keep_asked_definition(talk.version_id, asked.definition);
  end if;
  return jsonb_build_object(
    'assessment_id', talk.assessment_id,
    'version_id', talk.version_id,
    'version', asked.version,
    'definition_sha256', asked.definition_sha256,
    'begun', talk.begun,
    'progress', private.progress_of(
      private.session_type(talk.kind), talk.session_id, talk.tenant_id, talk.campaign_id, talk.assessment_id
    ),
    'interview_style',
    coalesce(case when asked.interview_style_allow_override then talk.style end, asked.interview_style_default),
    'definition', asked.definition
  );
end
$$;
comment on function public.interview_context(uuid) is
'For interview agents: {assessment_id, version_id, version, definition_sha256, begun, progress, interview_style, definition}. '
'The first call pins the session to a version, and its campaign with it, so it is POST only; later ones return that version, '
'whatever became of the assessment. begun: whether the session had begun before. progress: what save_progress has kept, as '
'{turns, last_turn, dimensions, words_expired}; dimensions is null if no turn came with what it was about. The definition has every key that the format knows, '
'and no examples; the style is the campaign''s or coaching session''s override where the version allows one. Null when the '
'session has no custom assessment.';
revoke all on function public.interview_context(uuid) from public, anon, authenticated, service_role;

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
