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
