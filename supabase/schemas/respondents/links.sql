-- Which session a link leads to, and how far that is.

-- Always one row: for an unknown or expired link with ids that nothing has, so that its callers search like for others.
create or replace function private.session_of_link(
  access_token text,
  out session_type text, out session_id uuid, out tenant_id uuid, out campaign_id uuid, out present uuid, out status text,
  out expires_at timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  nothing constant uuid := '00000000-0000-0000-0000-000000000000';
begin
  select found.*
    into session_type, session_id, tenant_id, campaign_id, present, status, expires_at
    from (
      select 'campaign', assignment.id, campaign.tenant_id, campaign.id, campaign.custom_assessment_id,
             assignment.status::text, assignment.access_expires_at
        from public.campaign_assignments as assignment
        join public.campaigns as campaign on campaign.id = assignment.campaign_id
       where assignment.access_token::text = session_of_link.access_token
         and (assignment.access_expires_at is null or assignment.access_expires_at > now())
      union all
      select 'coaching', coaching.id, coaching.tenant_id, null, coaching.custom_assessment_id,
             coaching.client_status::text, coaching.access_expires_at
        from public.coaching_sessions as coaching
       where coaching.access_token::text = session_of_link.access_token
         and (coaching.access_expires_at is null or coaching.access_expires_at > now())
    ) as found
   limit 1;
  if not found then
    session_type := 'coaching';
    session_id := nothing;
    tenant_id := nothing;
    present := nothing;
  end if;
end
$$;

-- The state of the session with this link, and the version that it uses: that of its result, of its accepted scores, of its
-- pin, or the one with which it would begin now. A session that cannot begin, because it has no custom assessment or because
-- its version was taken down, is unavailable. What a session of the same id and another tenant or campaign left does not
-- count. Nothing returns early: unknown, expired and unavailable links take the same look-ups.
create or replace function private.state_of_link(
  access_token text,
  out session_type text, out session_id uuid, out tenant_id uuid, out expires_at timestamptz, out state text,
  out assessment_id uuid, out version_id uuid, out disclosure text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  link record;
  result record;
  request record;
  used record;
  can_begin boolean;
begin
  select found.* into link from private.session_of_link(state_of_link.access_token) as found;
  select scored.tenant_id, scored.campaign_id, scored.assessment_id, scored.assessment_version_id as version_id,
         case when effective.id is null then 'none' else scored.result_disclosure end as result_disclosure
    into result
    from public.custom_assessment_results as scored
    left join public.effective_results as effective on effective.id = scored.id
   where scored.session_id = link.session_id and scored.session_type = link.session_type;
  select accepted.tenant_id, accepted.assessment_id, accepted.assessment_version_id as version_id
    into request
    from private.score_requests as accepted
   where accepted.session_id = link.session_id and accepted.session_type = link.session_type;
  select version.assessment_id, version.version_id, version.begun_at
    into used
    from private.session_version(
           private.session_kind(link.session_type), link.session_id, link.tenant_id, link.campaign_id,
           coalesce(link.present, (
             select facts.assessment_ids[1] from private.session_facts(link.session_id, link.session_type) as facts
           ))
         ) as version;
  can_begin := not private.is_inactive(link.tenant_id) and case
    when used.version_id is null then private.can_make_version(used.assessment_id, link.tenant_id)
    else private.is_own(used.assessment_id, link.tenant_id) or not private.is_withdrawn(used.version_id)
  end;
  state := case
    when private.erased_at(link.session_id, link.session_type, link.tenant_id) is not null then 'unavailable'
    when result.tenant_id = link.tenant_id and result.campaign_id is not distinct from link.campaign_id then 'complete'
    when request.tenant_id = link.tenant_id then 'scoring'
    when used.assessment_id is null then 'unavailable'
    when link.status = any (private.ended_statuses()) then link.status
    when used.begun_at is not null then 'in_progress'
    when can_begin then 'open'
    else 'unavailable'
  end;
  session_type := link.session_type;
  session_id := link.session_id;
  tenant_id := link.tenant_id;
  expires_at := link.expires_at;
  case state
    when 'complete' then
      assessment_id := result.assessment_id;
      version_id := result.version_id;
      disclosure := result.result_disclosure;
    when 'scoring' then
      assessment_id := request.assessment_id;
      version_id := request.version_id;
    else
      assessment_id := used.assessment_id;
      version_id := used.version_id;
  end case;
end
$$;
