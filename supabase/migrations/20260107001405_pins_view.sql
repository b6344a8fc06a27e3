-- custom-assessments 0.2.0 pins_view sha256:40068da68c46553e6e5ade5d16b1fefbba655c532cdf667adfd2735486c085c1
-- What each session uses, and whether there is a newer version.

-- The version that a session uses now, and the newest one to which it could move. SECURITY DEFINER, because no role can read
-- pins; the view calls it for rows that the caller can read.
create or replace function private.session_version(
  kind text, id uuid, tenant_id uuid, campaign_id uuid, present uuid,
  out assessment_id uuid, out version_id uuid, out begun_at timestamptz, out newest_id uuid
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  select pin.assessment_id, pin.pinned_version_id, pin.begun_at
    into assessment_id, version_id, begun_at
    from private.pin_of_session(
           session_version.kind, session_version.id, session_version.tenant_id, session_version.campaign_id, present
         ) as pin;
  if not found then
    assessment_id := present;
    version_id := private.version_in_use(
      session_version.kind, session_version.id, session_version.tenant_id, session_version.campaign_id, present, present
    );
  end if;
  newest_id := private.version_in_force(session_version.assessment_id, session_version.tenant_id);
end
$$;

-- A host's campaign_assignments may itself be a view, which then decides what the caller can read.
create or replace view public.session_versions
with (security_invoker = true) as
select
  session.session_type,
  session.session_id,
  session.campaign_id,
  session.tenant_id,
  used.assessment_id,
  used.version_id,
  version.version,
  used.begun_at,
  case when used.newest_id <> used.version_id then used.newest_id end as newer_version_id
from (
  select
    'campaign' as session_type,
    'assignment' as kind,
    assignment.id as session_id,
    campaign.id as campaign_id,
    campaign.tenant_id,
    campaign.custom_assessment_id
  from public.campaign_assignments as assignment
  inner join public.campaigns as campaign on assignment.campaign_id = campaign.id
  where campaign.custom_assessment_id is not null
  union all
  select
    'coaching' as session_type,
    'coaching' as kind,
    coaching.id as session_id,
    null::uuid as campaign_id,
    coaching.tenant_id,
    coaching.custom_assessment_id
  from public.coaching_sessions as coaching
  where coaching.custom_assessment_id is not null
) as session
cross join
  lateral private.session_version(
    session.kind, session.session_id, session.tenant_id, session.campaign_id, session.custom_assessment_id
  ) as used
left join public.assessment_versions as version on used.version_id = version.id;
comment on view public.session_versions is
'For owners: which version each campaign assignment and coaching session uses, since when it has begun (null before), and the '
'newest version if it is another one: repin_session and repin_campaign move to it.';
revoke all on table public.session_versions from public, anon, authenticated, service_role;

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
              and coalesce(coaching.client_status::text, '') not in ('cancelled', 'withdrawn')
              and (coaching.access_expires_at is null or coaching.access_expires_at > now())
         )
         else exists (
           select
             from public.campaign_assignments as assignment
             join public.campaigns as campaign on campaign.id = assignment.campaign_id
            where assignment.id = pin.id
              and campaign.id = pin.campaign_id
              and campaign.tenant_id = pin.tenant_id
              and coalesce(assignment.status::text, '') not in ('cancelled', 'withdrawn')
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
