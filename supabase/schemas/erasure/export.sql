-- Everything that is held of one respondent, to answer a person who asks for it.

-- What one tenant holds of a session. Of the assessment only its names and numbers: its text says nothing about a person, and
-- may be another tenant's.
create or replace function private.held_of_session(session_id uuid, session_type text, tenant_id uuid)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  held_of_subject jsonb := jsonb_build_object('tenant_id', held_of_session.tenant_id, 'erased_at', private.erased_at(
    held_of_session.session_id, held_of_session.session_type, held_of_session.tenant_id
  ));
begin
  if private.is_session_of(held_of_session.session_id, held_of_session.session_type, held_of_session.tenant_id) then
    if held_of_session.session_type = 'coaching' then
      held_of_subject := held_of_subject || (
        select jsonb_build_object('session', to_jsonb(session), 'campaign', null)
          from public.coaching_sessions as session
         where session.id = held_of_session.session_id
      );
    else
      held_of_subject := held_of_subject || (
        select jsonb_build_object(
                 'session', to_jsonb(session), 'campaign', jsonb_build_object('id', campaign.id, 'name', campaign.name)
               )
          from public.campaign_assignments as session
          join public.campaigns as campaign on campaign.id = session.campaign_id
         where session.id = held_of_session.session_id
      );
    end if;
  end if;
  return '{"session": null, "campaign": null}'::jsonb || held_of_subject || jsonb_build_object(
    'agent_sessions', (
      select coalesce(jsonb_agg(to_jsonb(agent) order by agent.id), '[]')
        from public.agent_sessions as agent
       where agent.id = any (private.talks_of_session(
         held_of_session.session_id, held_of_session.session_type, held_of_session.tenant_id
       ))
    ),
    'pin', (
      select jsonb_build_object(
               'assessment_id', pin.assessment_id, 'version_id', pin.pinned_version_id, 'version', version.version,
               'begun_at', pin.begun_at, 'asked_at', pin.asked_at
             )
        from private.pins as pin
        left join public.assessment_versions as version on version.id = pin.pinned_version_id
       where pin.id = held_of_session.session_id
         and pin.kind = private.session_kind(held_of_session.session_type)
         and pin.tenant_id = held_of_session.tenant_id
    ),
    'transcript', private.transcript_of(
      held_of_session.session_id, held_of_session.session_type, held_of_session.tenant_id
    ),
    'submitted', (
      select to_jsonb(request) - 'definition' || jsonb_build_object(
               'job', jsonb_build_object('id', job.id, 'state', job.state, 'last_error', job.last_error)
             )
        from private.score_requests as request
        left join private.jobs as job on job.subject_id = request.id
       where request.session_id = held_of_session.session_id
         and request.session_type = held_of_session.session_type
         and request.tenant_id = held_of_session.tenant_id
    ),
    'kept_runs', (
      select jsonb_agg(saved.run order by saved.key)
        from private.transcripts as kept
        join private.kept_runs as saved on saved.session_type = kept.session_type and saved.session_id = kept.session_id
       where kept.session_id = held_of_session.session_id
         and kept.session_type = held_of_session.session_type
         and kept.tenant_id = held_of_session.tenant_id
    ),
    'runs', (
      select jsonb_agg(to_jsonb(run) || jsonb_build_object('items', (
               select jsonb_agg(to_jsonb(item) order by item.place) from public.score_items as item where item.run_id = run.id
             )) order by run.key)
        from public.custom_assessment_results as result
        join public.score_runs as run on run.result_id = result.id
       where result.session_id = held_of_session.session_id
         and result.session_type = held_of_session.session_type
         and result.tenant_id = held_of_session.tenant_id
    ),
    'result', (
      select to_jsonb(result) - 'assessment_definition_snapshot'
        from public.custom_assessment_results as result
       where result.session_id = held_of_session.session_id
         and result.session_type = held_of_session.session_type
         and result.tenant_id = held_of_session.tenant_id
    ),
    'reviews', (
      select coalesce(jsonb_agg(to_jsonb(review) order by review.number), '[]')
        from public.custom_assessment_results as result
        join public.result_reviews as review on review.result_id = result.id
       where result.session_id = held_of_session.session_id
         and result.session_type = held_of_session.session_type
         and result.tenant_id = held_of_session.tenant_id
    )
  );
end
$$;

-- subject_export: trusted callers can export any session, others only their own tenants'. SECURITY DEFINER, because nobody of
-- the API may read transcripts, pins and submitted scores.
create or replace function private.export_session(session_id uuid, session_type text, trusted boolean)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object(
    'session_id', export_session.session_id,
    'session_type', export_session.session_type,
    'exported_at', now(),
    'held', (
      select jsonb_agg(private.held_of_session(
               export_session.session_id, export_session.session_type, holder.tenant_id
             ) order by holder.tenant_id)
        from unnest(private.holders_of_session(
               export_session.session_id, export_session.session_type, trusted
             )) as holder (tenant_id)
    )
  );
end
$$;

create or replace function public.subject_export(session_id uuid, session_type text)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.export_session(
    subject_export.session_id, subject_export.session_type, current_user not in ('anon', 'authenticated')
  );
end
$$;
comment on function public.subject_export(uuid, text) is
'For owners: everything that is held of one respondent, also after the session was deleted or erased: {session_id, '
'session_type, exported_at, held: [{tenant_id, erased_at, session, campaign, agent_sessions, pin, transcript, kept_runs, submitted, '
'runs, result, reviews}]}. held has an element for each tenant of the caller that holds something of this session: one, as a rule.';
revoke all on function public.subject_export(uuid, text) from public, anon, authenticated, service_role;
