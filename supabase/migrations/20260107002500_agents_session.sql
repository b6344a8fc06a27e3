-- custom-assessments 0.2.0 agents_session sha256:43066a7bf8c6a0619348db5eb83af4afaf3a3edf8c22b47fc8b62a7884841f81
-- For interview agents: the session of a conversation, which begins with the first question or the first kept turn.

-- The session that an agent session is about, with the assessment and version that it uses. It begins now if it had not; begun
-- tells. Without an assessment assessment_id is null; session_id is null if the conversation has no session. in_tenant: whether
-- the session's tenant is locked, for a transaction that goes on to write what is deleted with it.
create or replace function private.begin_talk(agent_session_id uuid, in_tenant boolean)
returns record
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  agent record;
  talk record;
  began record;
begin
  loop
    -- A statement for each kind: opening tables takes most of the time, and a session needs only those of its kind.
    select stored.coaching_session_id as client, stored.stakeholder_session_id as stakeholder,
           stored.custom_assessment_id as named, stored.id
      into agent
      from public.agent_sessions as stored
     where stored.id = begin_talk.agent_session_id;
    if agent.client is not null then
      select 'coaching' as kind, 'coaching' as session_type, coaching.id as session_id, coaching.client_status::text as status,
             coaching.tenant_id, null::uuid as campaign_id, coaching.custom_assessment_id as present,
             coaching.interview_style_override as style, pin.assessment_id, pin.pinned_version_id as version_id, pin.asked_at,
             true as begun
        into talk
        from public.coaching_sessions as coaching
        left join private.pins as pin
          on pin.kind = 'coaching'
         and pin.id = coaching.id
         and private.is_pin_of(pin, coaching.tenant_id, null, coaching.custom_assessment_id)
       where coaching.id = agent.client;
    else
      select 'assignment' as kind, 'campaign' as session_type, assignment.id as session_id, assignment.status::text as status,
             campaign.tenant_id, campaign.id as campaign_id, campaign.custom_assessment_id as present,
             campaign.interview_style_override as style, pin.assessment_id, pin.pinned_version_id as version_id, pin.asked_at,
             true as begun
        into talk
        from public.campaign_assignments as assignment
        join public.campaigns as campaign on campaign.id = assignment.campaign_id
        left join private.pins as pin
          on pin.kind = 'assignment'
         and pin.id = assignment.id
         and private.is_pin_of(pin, campaign.tenant_id, campaign.id, campaign.custom_assessment_id)
       where assignment.id = agent.stakeholder;
    end if;
    if agent.client is null and agent.stakeholder is null and agent.id is not null then
      -- A conversation without a session is nobody's: there is nothing to pin.
      talk.assessment_id := agent.named;
      talk.version_id := coalesce(private.version_in_force(agent.named, null), private.newest_version(agent.named));
      talk.begun := false;
      return talk;
    elsif talk.tenant_id is null then
      perform private.refuse_erased(
        coalesce(agent.client, agent.stakeholder), case when agent.client is null then 'campaign' else 'coaching' end, null
      );
      perform private.refuse('SESSION_NOT_FOUND', jsonb_build_object('agent_session_id', begin_talk.agent_session_id));
    end if;
    if talk.status = any (private.ended_statuses()) then
      perform private.refuse_ended(talk.session_id, talk.status);
    end if;
    if in_tenant then
      perform tenant.id from public.tenant_profiles as tenant where tenant.id = talk.tenant_id for key share;
    end if;
    exit when talk.version_id is not null;
    began := private.begin_session(
      talk.kind, talk.session_id, talk.tenant_id, talk.campaign_id, talk.present, agent.named
    );
    talk.assessment_id := began.assessment_id;
    talk.version_id := began.version_id;
    talk.begun := false;
    exit when talk.assessment_id is null or talk.version_id is not null;
  end loop;
  if agent.named <> talk.assessment_id then
    perform private.refuse('SESSION_ASSESSMENT_MISMATCH', jsonb_build_object(
      'agent_session_id', begin_talk.agent_session_id, 'assessment_id', agent.named,
      'session_assessment_id', talk.assessment_id
    ));
  end if;
  -- What is asked for keeps its assessment from being deleted.
  if talk.asked_at < now() - interval '1 hour' then
    update private.pins as pin
       set asked_at = now()
     where pin.kind = talk.kind and pin.id = talk.session_id;
  end if;
  return talk;
end
$$;

-- Whether a reviewer took down the version that a tenant's session uses; the author's own sessions go on.
create or replace function private.is_withdrawn_for(tenant_id uuid, assessment_id uuid, version_id uuid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return not private.is_own(is_withdrawn_for.assessment_id, is_withdrawn_for.tenant_id)
     and private.is_withdrawn(is_withdrawn_for.version_id);
end
$$;

create or replace function private.refuse_withdrawn(agent_session_id uuid, assessment_id uuid, version_id uuid)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
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
  talk := private.begin_talk(interview_context.agent_session_id, false);
  if talk.assessment_id is null then
    return null;
  end if;
  -- Whether it was taken down is looked at on each call.
  if private.is_withdrawn_for(talk.tenant_id, talk.assessment_id, talk.version_id) then
    perform private.refuse_withdrawn(interview_context.agent_session_id, talk.assessment_id, talk.version_id);
  end if;
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
      talk.session_type, talk.session_id, talk.tenant_id, talk.campaign_id, talk.assessment_id
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

-- What a finished interview hands in: recognized if it comes again, judged, and stored until there is a result.

-- What was handed in, to recognize it when it is handed in again; null for bare scores. From the value itself: the text of a
-- number such as 1e131071 would have as many characters as its exponent says.
create or replace function private.hash_of_completion(
  dimension_scores jsonb, ai_insights jsonb, runs jsonb, transcript jsonb, accept_insufficient boolean
)
returns bigint
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if runs is null and transcript is null and accept_insufficient is not true then
    return null;
  end if;
  return jsonb_hash_extended(
    jsonb_build_array(dimension_scores, ai_insights, runs, transcript, accept_insufficient is true), 0
  );
end
$$;

-- Whether a session was completed with other content, as {differs}. Empty where nothing but scores was handed in, which agents
-- from before runs do, and once the words have expired.
create or replace function private.differs_from_completion(session_id uuid, session_type text, content bigint)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  kept record;
begin
  select present.handed_in_hash, present.last_received_at is null as is_expired
    into kept
    from private.session_facts(differs_from_completion.session_id, differs_from_completion.session_type) as facts
    join private.transcripts as present
      on present.session_type = differs_from_completion.session_type
     and present.session_id = differs_from_completion.session_id
     and present.tenant_id = facts.tenant_id;
  if kept.handed_in_hash is null and (content is null or kept.is_expired) then
    return '{}';
  end if;
  return jsonb_build_object('differs', content is distinct from kept.handed_in_hash);
end
$$;

-- The answer to a completion of a session that was completed before; null if it was not, or if the scores then failed.
create or replace function private.answer_of_completion(session_id uuid, session_type text, content bigint)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  result_id uuid;
  earlier record;
  answer jsonb;
begin
  select result.id
    into result_id
    from public.custom_assessment_results as result
   where result.session_id = answer_of_completion.session_id
     and result.session_type = answer_of_completion.session_type;
  if found then
    answer := jsonb_build_object('queued', false, 'status', 'succeeded', 'result_id', result_id);
  else
    select job.id, job.state
      into earlier
      from private.score_requests as request
      join private.jobs as job on job.subject_id = request.id
     where request.session_id = answer_of_completion.session_id
       and request.session_type = answer_of_completion.session_type;
    answer := case earlier.state
      when 'queued' then jsonb_build_object('queued', false, 'status', 'queued', 'job', earlier.id)
      when 'running' then jsonb_build_object('queued', false, 'status', 'processing', 'job', earlier.id)
    end;
  end if;
  return answer || private.differs_from_completion(
    answer_of_completion.session_id, answer_of_completion.session_type, content
  );
end
$$;

-- Stores a completion, in place of one whose job failed. The row comes before everything else that is kept of it: of two
-- concurrent calls, the second waits here, and returns null.
create or replace function private.store_request(
  session_id uuid, session_type text, tenant_id uuid, assessment_id uuid, version_id uuid, assumed boolean,
  ai_insights jsonb, completed_at timestamptz
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
    store_request.version_id, store_request.assumed, '{}', nullif(store_request.ai_insights, 'null'),
    coalesce(store_request.completed_at, now())
  )
  on conflict on constraint one_score_request_a_session do nothing
  returning id into request_id;
  return request_id;
end
$$;

-- Keeps the transcript of a completion, and judges its runs and scores. What is refused is refused here, while the agent is still
-- there; what is not becomes the result.
create or replace function private.judge_completion(
  request_id uuid, definition jsonb, dimension_scores jsonb, runs jsonb, transcript jsonb, accept_insufficient boolean,
  content bigint
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  about record;
  judged jsonb;
  outcome record;
  since timestamptz;
begin
  select request.session_type, request.session_id, facts.tenant_id, facts.campaign_id, request.assessment_id,
         request.assessment_version_id as version_id
    into about
    from private.score_requests as request
   cross join lateral private.session_facts(request.session_id, request.session_type) as facts
   where request.id = judge_completion.request_id;
  if transcript is not null then
    perform private.take_transcript(
      about.session_type, about.session_id, about.tenant_id, about.campaign_id, about.assessment_id, about.version_id,
      transcript
    );
  end if;
  judged := private.checked_runs(
    about.session_id,
    private.runs_kept(about.session_type, about.session_id, about.tenant_id, about.campaign_id, about.assessment_id),
    coalesce(runs, '[]'), definition
  );
  if judged is not null then
    judged := private.judged_runs(
      about.session_id, definition,
      private.turns_of_session(
        about.session_type, about.session_id, about.tenant_id, about.campaign_id, about.assessment_id
      ),
      judged
    );
  end if;
  select scored.*
    into outcome
    from private.judged_scores(definition, judge_completion.dimension_scores, judged) as scored;
  if outcome.faults <> '[]' then
    perform private.refuse_scores(about.session_id, definition, outcome.faults);
  elsif outcome.scores = '{}' or not (outcome.is_sufficient or judge_completion.accept_insufficient is true) then
    perform private.refuse_insufficient(
      about.session_id, definition, outcome.coverage, outcome.uncovered, outcome.reasons
    );
  end if;

  -- The words are kept from now on, or from the last turn.
  if content is not null or judged is not null then
    perform private.hold_transcript(
      about.session_type, about.session_id, about.tenant_id, about.campaign_id, about.assessment_id
    );
  end if;
  update private.transcripts as kept
     set last_received_at = case when judged is null then kept.last_received_at else coalesce(kept.last_received_at, now()) end,
         handed_in_hash = content
   where kept.session_type = about.session_type
     and kept.session_id = about.session_id
     and (content is not null or judged is not null or kept.handed_in_hash is not null)
  returning kept.last_received_at into since;
  update private.score_requests as request
     set dimension_scores = case when judged is null then judge_completion.dimension_scores else outcome.scores end,
         runs = judged,
         accept_insufficient = judge_completion.accept_insufficient is true,
         words_since = case when judged is not null then since end,
         transcript_source = private.transcript_source(
           about.session_type, about.session_id, about.tenant_id, about.campaign_id, about.assessment_id
         )
   where request.id = judge_completion.request_id;
end
$$;
