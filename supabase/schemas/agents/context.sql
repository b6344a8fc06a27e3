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
  used record;
  version public.assessment_versions;
begin
  select agent.custom_assessment_id as assessment_id,
         coalesce(agent.coaching_session_id, agent.stakeholder_session_id) as session_id,
         case when agent.coaching_session_id is not null then 'coaching' else 'assignment' end as kind,
         coalesce(coaching.interview_style_override, campaign.interview_style_override) as style
    into talk
    from public.agent_sessions as agent
    left join public.coaching_sessions as coaching on coaching.id = agent.coaching_session_id
    left join public.campaign_assignments as assignment on assignment.id = agent.stakeholder_session_id
    left join public.campaigns as campaign on campaign.id = assignment.campaign_id
   where agent.id = interview_context.agent_session_id;
  if not found then
    perform private.refuse('SESSION_NOT_FOUND',
      jsonb_build_object('agent_session_id', interview_context.agent_session_id));
  end if;
  if talk.session_id is not null then
    select begins.version_id, begins.assessment_id, begins.tenant_id, begins.begun
      into used
      from private.begin_session(talk.kind, talk.session_id, talk.assessment_id) as begins;
  else
    -- A conversation without a session is nobody's: there is nothing to pin.
    select coalesce(
             private.version_in_force(talk.assessment_id, null), private.newest_version(talk.assessment_id)
           ) as version_id,
           talk.assessment_id as assessment_id,
           null::uuid as tenant_id,
           false as begun
      into used;
  end if;
  if used.assessment_id is null then
    return null;
  end if;
  if talk.assessment_id <> used.assessment_id then
    perform private.refuse('SESSION_ASSESSMENT_MISMATCH', jsonb_build_object(
      'agent_session_id', interview_context.agent_session_id, 'assessment_id', talk.assessment_id,
      'session_assessment_id', used.assessment_id
    ));
  end if;
  -- What is asked for keeps its assessment from being deleted.
  if used.begun then
    update private.pins as pin
       set asked_at = now()
     where pin.kind = talk.kind
       and pin.id = talk.session_id
       and pin.asked_at < now() - interval '1 hour';
  end if;
  select stored.* into version from public.assessment_versions as stored where stored.id = used.version_id;
  -- Looked at on each call; the author's own sessions go on.
  if private.is_withdrawn(version.id) and not private.is_own(used.assessment_id, used.tenant_id) then
    perform private.refuse('ASSESSMENT_WITHDRAWN', jsonb_build_object(
      'agent_session_id', interview_context.agent_session_id, 'assessment_id', used.assessment_id,
      'version_id', version.id
    ));
  end if;
  return jsonb_build_object(
    'assessment_id', used.assessment_id,
    'version_id', version.id,
    'version', version.version,
    'definition_sha256', version.definition_sha256,
    'begun', used.begun,
    'interview_style', coalesce(
      case when version.interview_style_allow_override then talk.style end, version.interview_style_default
    ),
    'definition', private.asked_definition(version)
  );
end
$$;
comment on function public.interview_context(uuid) is
'For interview agents: {assessment_id, version_id, version, definition_sha256, begun, interview_style, definition}. The first '
'call pins the session to a version, and its campaign with it, so it is POST only; later ones return that version, whatever '
'became of the assessment. begun: whether the session had begun before. The definition has every key that the format knows, '
'and no examples; the style is the campaign''s or coaching session''s override where the version allows one. Null when the '
'session has no custom assessment.';
revoke all on function public.interview_context(uuid) from public, anon, authenticated, service_role;
