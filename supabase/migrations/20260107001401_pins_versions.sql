-- custom-assessments 0.2.0 pins_versions sha256:612e43c934389571c0ba330bac82c538797540aafbb01fc895a245c3127bd8b0
-- Which version applies to a tenant, a campaign or a session.

-- The version that a tenant would use if it chose or began now: the newest of its own assessments and of templates, the
-- listed one of others' assessments; null if there is none.
create or replace function private.version_in_force(assessment_id uuid, tenant_id uuid)
returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select case
             when assessment.tenant_id = version_in_force.tenant_id or assessment.is_template
               then assessment.newest_version_id
             when assessment.status = 'active' and owner.is_active is distinct from false
               -- What was published before versions were kept, until that is recorded (backfill).
               then coalesce(
                 assessment.listed_version_id,
                 case when assessment.marketplace_status = 'published' then assessment.newest_version_id end
               )
           end
      from public.custom_assessments as assessment
      join public.tenant_profiles as owner on owner.id = assessment.tenant_id
     where assessment.id = version_in_force.assessment_id
  );
end
$$;

-- Whether an assessment is this tenant's own.
create or replace function private.is_own(assessment_id uuid, tenant_id uuid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select
      from public.custom_assessments as assessment
     where assessment.id = is_own.assessment_id and assessment.tenant_id = is_own.tenant_id
  );
end
$$;

-- Whether a tenant has used a version.
create or replace function private.has_used(tenant_id uuid, version_id uuid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select
      from private.version_uses as used
     where used.tenant_id = has_used.tenant_id and used.version_id = has_used.version_id
  );
end
$$;

-- The newest version of an assessment, which is created if there is none: a draft may be used before it was ever active.
-- The row's own trigger creates it.
create or replace function private.newest_version(assessment_id uuid)
returns uuid
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  newest uuid;
begin
  select assessment.newest_version_id
    into newest
    from public.custom_assessments as assessment
   where assessment.id = newest_version.assessment_id;
  if newest is not null then
    return newest;
  end if;
  perform assessment.id
     from public.custom_assessments as assessment
    where assessment.id = newest_version.assessment_id
      for no key update;
  -- A separate statement, which sees what the awaited transaction has created.
  update public.custom_assessments as assessment
     set newest_version_id = gen_random_uuid()
   where assessment.id = newest_version.assessment_id
     and assessment.newest_version_id is null;
  return (
    select assessment.newest_version_id
      from public.custom_assessments as assessment
     where assessment.id = newest_version.assessment_id
  );
end
$$;

-- The version that a campaign or session uses: its pin, else its choice; for an assignment then the pin or choice of its
-- campaign; else the current version. present is the assessment that the campaign or coaching session names now.
create or replace function private.version_in_use(
  kind text, id uuid, tenant_id uuid, campaign_id uuid, present uuid, assessment_id uuid
)
returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    (
      select coalesce(pin.pinned_version_id, pin.chosen_version_id)
        from private.pins as pin
       where pin.kind = version_in_use.kind
         and pin.id = version_in_use.id
         and pin.tenant_id = version_in_use.tenant_id
         and pin.campaign_id is not distinct from version_in_use.campaign_id
         and pin.assessment_id = version_in_use.assessment_id
    ),
    (
      select coalesce(pin.pinned_version_id, pin.chosen_version_id)
        from private.pins as pin
       where pin.kind = 'campaign'
         and pin.id = version_in_use.campaign_id
         and pin.tenant_id = version_in_use.tenant_id
         and pin.assessment_id = version_in_use.assessment_id
         and pin.assessment_id = present
    ),
    private.version_in_force(version_in_use.assessment_id, version_in_use.tenant_id)
  );
end
$$;

-- Whether a tenant can use an assessment whose first version is not made yet.
create or replace function private.can_make_version(assessment_id uuid, tenant_id uuid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select
      from public.custom_assessments as assessment
     where assessment.id = can_make_version.assessment_id
       and (
         assessment.tenant_id = can_make_version.tenant_id
         or assessment.is_template
         or (assessment.marketplace_status = 'published' and assessment.status = 'active')
       )
  );
end
$$;

-- The same when it is used: the first version of a tenant's own assessment is created if there is none.
create or replace function private.version_to_use(
  kind text, id uuid, tenant_id uuid, campaign_id uuid, present uuid, assessment_id uuid
)
returns uuid
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    private.version_in_use(
      version_to_use.kind, version_to_use.id, version_to_use.tenant_id, version_to_use.campaign_id, present,
      version_to_use.assessment_id
    ),
    case
      when private.can_make_version(version_to_use.assessment_id, version_to_use.tenant_id)
        then private.newest_version(version_to_use.assessment_id)
    end
  );
end
$$;

-- The versions that the caller's tenants have chosen or were pinned to, whatever happened to the assessment. SECURITY
-- DEFINER, because no role can read the uses. Computed once per query.
create or replace function private.my_version_ids()
returns setof uuid
language plpgsql
stable
security definer
rows 20
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := auth.uid();
begin
  return query
    select used.version_id
      from public.tenant_profiles as tenant
      join private.version_uses as used on used.tenant_id = tenant.id
     where tenant.user_id = me;
end
$$;

-- The versions of templates, which everyone can read. SECURITY DEFINER, so that the policy of the versions does not bring in that of
-- the assessments. Computed once per query, and only if it is reached.
create or replace function private.template_version_ids()
returns setof uuid
language plpgsql
stable
security definer
rows 20
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select assessment.newest_version_id
      from public.custom_assessments as assessment
     where assessment.is_template and assessment.status = 'active' and assessment.newest_version_id is not null;
end
$$;
