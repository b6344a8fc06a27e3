-- Owners move a session or campaign to a newer version.

-- The changes from one version to another.
create or replace function private.changes_of_versions(from_version uuid, to_version uuid)
returns table (rule text, class text, item text, part text, old_value jsonb, new_value jsonb)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select changed.*
      from public.assessment_versions as before
      join public.assessment_versions as after on after.id = to_version
     cross join lateral private.changes_between(
       private.content_of_version(before), private.content_of_version(after)
     ) as changed
     where before.id = from_version;
end
$$;

-- Refuses a move that would change an interview under way: only changes of presentation and a stricter disclosure are
-- allowed.
create or replace function private.check_move(from_version uuid, to_version uuid, facts jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  changes constant jsonb := (
    select jsonb_agg(jsonb_build_object(
             'rule', changed.rule, 'class', changed.class, 'item', changed.item, 'part', changed.part
           ))
      from private.changes_of_versions(from_version, to_version) as changed
     where changed.class <> 'presentation'
       and not (
         changed.rule = 'disclosure-changed'
         and array_position(private.disclosures(), changed.old_value #>> '{}')
             < array_position(private.disclosures(), changed.new_value #>> '{}')
       )
  );
begin
  if changes is not null then
    perform private.refuse(
      'VERSION_PINNED',
      facts || jsonb_build_object('version_id', from_version, 'newer_version_id', to_version, 'changes', changes)
    );
  end if;
end
$$;

-- The newest version to which a tenant can move. Refused if the assessment is no longer offered to it.
create or replace function private.version_to_move_to(assessment_id uuid, tenant_id uuid)
returns uuid
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  version_id uuid;
begin
  perform private.hold_assessments(array[version_to_move_to.assessment_id]);
  version_id := private.version_in_force(version_to_move_to.assessment_id, version_to_move_to.tenant_id);
  if version_id is null then
    perform private.refuse('ASSESSMENT_NOT_FOUND', jsonb_build_object('assessment_id', version_to_move_to.assessment_id));
  end if;
  return version_id;
end
$$;

-- Whether a session has a result, or scores that were accepted.
create or replace function private.is_scored(session_id uuid, session_type text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select
      from public.custom_assessment_results as result
     where result.session_id = is_scored.session_id and result.session_type = is_scored.session_type
  ) or exists (
    select
      from private.score_requests as request
     where request.session_id = is_scored.session_id and request.session_type = is_scored.session_type
  );
end
$$;

-- repin_session: trusted callers can move any session, others only their own tenants' sessions. SECURITY DEFINER, because no
-- role can write pins.
create or replace function private.move_session(session_id uuid, session_type text, trusted boolean)
returns uuid
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  session_kind constant text := private.session_kind(session_type);
  session record;
  again record;
  noted private.pins;
  of_assessment uuid;
  version_id uuid;
  choice uuid;
begin
  select facts.tenant_id, facts.campaign_id, facts.assessment_id as present, facts.assessment_ids
    into session
    from private.session_facts(move_session.session_id, move_session.session_type) as facts;
  if not found or (trusted or session.tenant_id = any (array(select private.my_tenant_ids()))) is not true then
    perform private.refuse('SESSION_NOT_FOUND', jsonb_build_object('session_id', move_session.session_id));
  end if;
  perform private.hold_tenant(session.tenant_id, null, false);
  perform private.bring_over_session(session_kind, move_session.session_id, session.campaign_id);
  of_assessment := coalesce(
    (
      select pin.assessment_id
        from private.pin_of_session(
               session_kind, move_session.session_id, session.tenant_id, session.campaign_id, session.present
             ) as pin
    ),
    session.assessment_ids[1]
  );
  if of_assessment is null then
    perform private.refuse('ASSESSMENT_REQUIRED', jsonb_build_object('session_id', move_session.session_id));
  end if;
  version_id := private.version_to_move_to(of_assessment, session.tenant_id);

  -- Lock the row, then read it -------------------------------------------------------------------------------------
  noted := private.lock_pin(session_kind, move_session.session_id, session.tenant_id, session.campaign_id, of_assessment);
  select facts.tenant_id, facts.campaign_id, facts.assessment_id as present, facts.assessment_ids
    into again
    from private.session_facts(move_session.session_id, move_session.session_type) as facts;
  if again is distinct from session then
    return private.move_session(move_session.session_id, move_session.session_type, move_session.trusted);
  end if;
  if private.is_scored(move_session.session_id, move_session.session_type) then
    perform private.refuse('SESSION_ALREADY_SCORED', jsonb_build_object('session_id', move_session.session_id));
  end if;
  if private.is_pin_of(noted, session.tenant_id, session.campaign_id, session.present) is not true then
    -- Outside a campaign, a tenant's own assessment needs no choice, because its newest version is used anyway. In a
    -- campaign, this session moves ahead of the others.
    choice := case when session.campaign_id is not null then version_id
                   else private.version_to_choose(of_assessment, session.tenant_id, false) end;
    update private.pins as pin
       set tenant_id = session.tenant_id, campaign_id = session.campaign_id, assessment_id = of_assessment,
           first_version_id = version_id, chosen_version_id = choice,
           chosen_at = case when choice is not null then now() end,
           pinned_version_id = null, pinned_at = null, begun_at = null, asked_at = null, earlier_version_ids = '{}'
     where pin.kind = session_kind and pin.id = move_session.session_id;
  elsif noted.pinned_version_id <> version_id then
    perform private.check_move(noted.pinned_version_id, version_id, jsonb_build_object('session_id', move_session.session_id));
    update private.pins as pin
       set pinned_version_id = version_id,
           earlier_version_ids = pin.earlier_version_ids || pin.pinned_version_id
     where pin.kind = session_kind and pin.id = move_session.session_id;
  end if;
  return version_id;
end
$$;

-- repin_campaign: moves the campaign and its sessions that have begun and have no result; none of them if one of the
-- interviews would change. SECURITY DEFINER, as above.
create or replace function private.move_campaign(campaign_id uuid, trusted boolean)
returns uuid
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  round record;
  version_id uuid;
  choice uuid;
  began record;
begin
  select campaign.tenant_id, campaign.custom_assessment_id as assessment_id
    into round
    from public.campaigns as campaign
   where campaign.id = move_campaign.campaign_id;
  if not found or (trusted or round.tenant_id = any (array(select private.my_tenant_ids()))) is not true then
    perform private.refuse('CAMPAIGN_NOT_FOUND', jsonb_build_object('campaign_id', move_campaign.campaign_id));
  elsif round.assessment_id is null or round.tenant_id is null then
    perform private.refuse('ASSESSMENT_REQUIRED', jsonb_build_object('campaign_id', move_campaign.campaign_id));
  end if;
  perform private.hold_tenant(round.tenant_id, null, false);
  perform private.bring_over_session('campaign', move_campaign.campaign_id, move_campaign.campaign_id);
  version_id := private.version_to_move_to(round.assessment_id, round.tenant_id);
  choice := private.version_to_choose(round.assessment_id, round.tenant_id, false);

  -- The campaign's pin before its sessions' --------------------------------------------------------------------
  perform private.lock_pin('campaign', move_campaign.campaign_id, round.tenant_id, null, round.assessment_id);
  perform pin.id
     from private.pins as pin
    where pin.campaign_id = move_campaign.campaign_id
    order by pin.id
      for update;
  -- A transaction that gives the campaign another assessment waits for its pin, or has already committed.
  if not exists (
    select
      from public.campaigns as campaign
     where campaign.id = move_campaign.campaign_id
       and (campaign.tenant_id, campaign.custom_assessment_id) = (round.tenant_id, round.assessment_id)
  ) then
    return private.move_campaign(move_campaign.campaign_id, move_campaign.trusted);
  end if;
  for began in
    select distinct pin.pinned_version_id as id
      from private.pins as pin
     where (pin.kind = 'campaign' and pin.id = move_campaign.campaign_id or pin.campaign_id = move_campaign.campaign_id)
       and pin.tenant_id = round.tenant_id
       and pin.assessment_id = round.assessment_id
       and pin.pinned_version_id <> version_id
     order by pin.pinned_version_id
  loop
    perform private.check_move(began.id, version_id, jsonb_build_object('campaign_id', move_campaign.campaign_id));
  end loop;
  update private.pins as pin
     set tenant_id = round.tenant_id, assessment_id = round.assessment_id,
         chosen_version_id = choice, chosen_at = case when choice is not null then now() end,
         pinned_version_id = case
           when (pin.tenant_id, pin.assessment_id) = (round.tenant_id, round.assessment_id)
             and pin.pinned_version_id is not null
             then version_id
         end,
         pinned_at = case
           when (pin.tenant_id, pin.assessment_id) = (round.tenant_id, round.assessment_id) then pin.pinned_at
         end
   where pin.kind = 'campaign' and pin.id = move_campaign.campaign_id;
  update private.pins as pin
     set pinned_version_id = version_id,
         earlier_version_ids = pin.earlier_version_ids || pin.pinned_version_id
   where pin.campaign_id = move_campaign.campaign_id
     and pin.tenant_id = round.tenant_id
     and pin.assessment_id = round.assessment_id
     and pin.pinned_version_id <> version_id
     and not private.is_scored(pin.id, 'campaign');
  return version_id;
end
$$;

-- The version, as both RPCs return it.
create or replace function private.answer_of_move(version_id uuid)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_build_object(
             'version_id', version.id, 'version', version.version, 'definition_sha256', version.definition_sha256
           )
      from public.assessment_versions as version
     where version.id = answer_of_move.version_id
  );
end
$$;

create or replace function public.repin_session(session_id uuid, session_type text)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  version_id uuid;
begin
  version_id := private.move_session(
    repin_session.session_id, repin_session.session_type, current_user not in ('anon', 'authenticated')
  );
  -- A statement of its own, which sees what was awaited, and which versions the tenant uses now.
  return private.answer_of_move(version_id);
end
$$;
comment on function public.repin_session(uuid, text) is
'For owners: moves a session on to the newest version of its assessment (the listed one, for another tenant''s). If the session '
'has begun, only changes of presentation and a stricter disclosure are possible; others are refused with VERSION_PINNED and the '
'changes. Returns {version_id, version, definition_sha256}.';
revoke all on function public.repin_session(uuid, text) from public, anon, authenticated, service_role;

create or replace function public.repin_campaign(campaign_id uuid)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  version_id uuid;
begin
  version_id := private.move_campaign(repin_campaign.campaign_id, current_user not in ('anon', 'authenticated'));
  -- As in repin_session.
  return private.answer_of_move(version_id);
end
$$;
comment on function public.repin_campaign(uuid) is
'For owners: moves a campaign on to the newest version of its assessment, as repin_session, with its sessions that have begun '
'and are not scored yet. Returns {version_id, version, definition_sha256}.';
revoke all on function public.repin_campaign(uuid) from public, anon, authenticated, service_role;
