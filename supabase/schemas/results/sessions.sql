-- Who owns a session, and which assessments it used.

-- No row if the session does not exist. assessment_ids are the assessments that the session used: the one that the agent
-- recorded for the interview, and the current one of its campaign or coaching session. The first is used for scoring; it is
-- the recorded one if the agent recorded exactly one. assessment_id is that of the campaign or coaching session.
create or replace function private.session_facts(session_id uuid, session_type text)
returns table (
  tenant_id uuid, campaign_id uuid, campaign_created_by uuid, assessment_ids uuid[], assessment_id uuid
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
rows 1
as $$
declare
  recorded uuid[];
begin
  if session_facts.session_type = 'campaign' then
    select campaign.tenant_id, campaign.id, campaign.created_by, campaign.custom_assessment_id
      into tenant_id, campaign_id, campaign_created_by, assessment_id
      from public.campaign_assignments as assignment
      join public.campaigns as campaign on campaign.id = assignment.campaign_id
     where assignment.id = session_facts.session_id;
    recorded := array(
      select distinct agent.custom_assessment_id
        from public.agent_sessions as agent
       where agent.stakeholder_session_id = session_facts.session_id
         and agent.custom_assessment_id is not null);
  elsif session_facts.session_type = 'coaching' then
    select coaching.tenant_id, coaching.custom_assessment_id
      into tenant_id, assessment_id
      from public.coaching_sessions as coaching
     where coaching.id = session_facts.session_id;
    recorded := array(
      select distinct agent.custom_assessment_id
        from public.agent_sessions as agent
       where agent.coaching_session_id = session_facts.session_id
         and agent.custom_assessment_id is not null);
  end if;
  if tenant_id is null then
    return;
  end if;
  assessment_ids := array_remove(
    case when cardinality(recorded) = 1 then recorded || assessment_id else assessment_id || recorded end, null);
  return next;
end
$$;
comment on function private.session_facts(uuid, text) is
'The owner of a session and the assessments that it used. No row if the session does not exist.';

-- Whether there is such a session, of this tenant.
create or replace function private.is_session_of(session_id uuid, session_type text, tenant_id uuid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select
      from private.session_facts(is_session_of.session_id, is_session_of.session_type) as facts
     where facts.tenant_id = is_session_of.tenant_id
  );
end
$$;
