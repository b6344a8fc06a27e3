-- Erasing people who were interviewed.

-- Data about people: everyone interviewed in these campaigns or as a client of this tenant, and the agents' sessions with
-- them. It is deleted even where the host's foreign keys would let campaigns and sessions outlive their tenant. A view that
-- does not support DELETE is left to the campaigns' own foreign keys; rows that remain are counted. So are rows that a
-- trigger of the host keeps, for example to mark them as deleted.
create or replace function private.erase_participants(campaigns uuid[], tenant_id uuid)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  clients constant uuid[] := array(
    select session.id from public.coaching_sessions as session where session.tenant_id = erase_participants.tenant_id
  );
  stakeholders constant uuid[] := array(
    select assignment.id from public.campaign_assignments as assignment where assignment.campaign_id = any (campaigns)
  );
  agents constant uuid[] := array(
    select agent.id
      from public.agent_sessions as agent
     where agent.coaching_session_id = any (clients)
        or agent.stakeholder_session_id = any (stakeholders)
  );
  agents_gone integer;
  clients_gone integer;
  can_delete constant integer := 16;  -- From the bits of pg_relation_is_updatable.
begin
  delete from public.agent_sessions as agent where agent.id = any (agents);
  get diagnostics agents_gone = row_count;
  delete from public.coaching_sessions as session where session.id = any (clients);
  get diagnostics clients_gone = row_count;
  if pg_relation_is_updatable('public.campaign_assignments', true) & can_delete <> 0 then
    delete from public.campaign_assignments as assignment where assignment.id = any (stakeholders);
  end if;
  return jsonb_build_object(
    'agent_sessions', agents_gone,
    'agent_sessions_left', cardinality(agents) - agents_gone,
    'coaching_sessions', clients_gone,
    'coaching_sessions_left', cardinality(clients) - clients_gone,
    'campaign_assignments', cardinality(stakeholders));
end
$$;
