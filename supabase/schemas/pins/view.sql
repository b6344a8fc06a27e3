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
