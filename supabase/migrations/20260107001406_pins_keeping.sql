-- custom-assessments 0.2.0 pins_keeping sha256:584c22dda4702a36198bef8ba59b861ceb4d1b1a50a6576031977a9f7e23d53b
-- Prevents deleting an assessment that an interview under way uses.

-- The sessions that have begun with an assessment and are under way: they exist, are not scored, are neither cancelled nor
-- withdrawn, their link has not expired, and an agent asked for their context not long ago. Other sessions do not prevent a
-- deletion, even if they are pinned.
create or replace function private.sessions_under_way(assessment_id uuid)
returns table (tenant_id uuid)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select pin.tenant_id
      from private.pins as pin
     where pin.assessment_id = sessions_under_way.assessment_id
       and pin.begun_at is not null
       and pin.asked_at > now() - make_interval(days => private.setting('begun_session_days')::integer)
       and case pin.kind
         when 'coaching' then exists (
           select
             from public.coaching_sessions as coaching
            where coaching.id = pin.id
              and coaching.tenant_id = pin.tenant_id
              and coalesce(coaching.client_status::text, '') <> all (private.ended_statuses())
              and (coaching.access_expires_at is null or coaching.access_expires_at > now())
         )
         else exists (
           select
             from public.campaign_assignments as assignment
             join public.campaigns as campaign on campaign.id = assignment.campaign_id
            where assignment.id = pin.id
              and campaign.id = pin.campaign_id
              and campaign.tenant_id = pin.tenant_id
              and coalesce(assignment.status::text, '') <> all (private.ended_statuses())
              and (assignment.access_expires_at is null or assignment.access_expires_at > now())
         )
       end
       and not private.is_scored(pin.id, private.session_type(pin.kind));
end
$$;

-- Does not apply when the tenant is deleted, which only results and accepted scores prevent. SECURITY DEFINER, because no
-- role can read pins. The owner learns how many of its own sessions are under way, but of other tenants' only whether there
-- are any.
create or replace function private.keep_assessment_in_use()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  own bigint;
  others boolean;
begin
  if not exists (select from public.tenant_profiles as tenant where tenant.id = old.tenant_id) then
    return old;
  end if;
  select count(*) filter (where used.tenant_id = old.tenant_id), coalesce(bool_or(used.tenant_id <> old.tenant_id), false)
    into own, others
    from private.sessions_under_way(old.id) as used;
  if own > 0 or others then
    perform private.refuse('ASSESSMENT_IN_USE', jsonb_build_object(
      'assessment_id', old.id, 'sessions', own, 'sessions_of_others', others
    ));
  end if;
  return old;
end
$$;

create or replace trigger keep_begun_interviews
before delete on public.custom_assessments
for each row execute function private.keep_assessment_in_use();
