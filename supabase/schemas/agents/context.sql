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
