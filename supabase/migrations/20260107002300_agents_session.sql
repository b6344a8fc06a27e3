-- custom-assessments 0.2.0 agents_session sha256:9bbcf591d572ebbc3154680a989cbcb1454aac2c123b55b8133d5129bb6c26ed
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
