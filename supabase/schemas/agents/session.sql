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
