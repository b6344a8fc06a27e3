-- Which assessment a campaign, a coaching session or an agent session can choose.

-- A choice is checked twice: before each row, so that this check comes before all other errors, and after all rows are
-- written, once per assessment and under a lock, because a statement of many rows takes a while. The choice is then
-- recorded as a version (pins/choices.sql), which no later edit changes, so only a deletion waits for this lock. A stronger
-- lock, held by several statements whose locks are compatible, could block the assessment's owner and reviewers for ever.

-- What the writer of a campaign or session may know about an assessment, and whether a tenant can choose it. verdict is
-- 'chosen', 'denied' (readable, but not for this use), 'inactive', 'closed' (the caller's own tenant is deactivated) or
-- 'unknown'; the other columns are null unless chosen.
--
-- SECURITY DEFINER, because the writer of a campaign may be unable to read its assessment (if someone else set the
-- reference), and because the answer must not depend on the host's policies. A missing assessment and one that the caller
-- cannot read are treated in the same way.
create or replace function private.choose_assessment(assessment_id uuid, tenant_id uuid, bound boolean)
returns table (verdict text, allows_override boolean)
language plpgsql
volatile
security definer
rows 1
set search_path = pg_catalog, pg_temp
as $$
declare
  chosen record;
begin
  select assessment.status,
         assessment.tenant_id is not distinct from choose_assessment.tenant_id as is_tenants,
         assessment.is_template,
         owner.user_id is not distinct from auth.uid() and owner.user_id is not null as is_callers,
         listing.assessment_id is not null as is_listed,
         listing.price_tier,
         -- Of another tenant's, as it is listed.
         case when assessment.tenant_id is distinct from choose_assessment.tenant_id and not assessment.is_template
              then coalesce(listed.interview_style_allow_override, assessment.interview_style_allow_override)
              else assessment.interview_style_allow_override end as allows_override
    into chosen
    from public.custom_assessments as assessment
    join public.tenant_profiles as owner on owner.id = assessment.tenant_id
    left join private.listings as listing on listing.assessment_id = assessment.id and listing.shown
    left join public.assessment_versions as listed on listed.id = listing.version_id
   where assessment.id = choose_assessment.assessment_id
     and (
       not bound
       or owner.user_id = auth.uid()
       or (assessment.is_template and assessment.status = 'active')
       or listing.assessment_id is not null
     );

  verdict := case
    when not found then 'unknown'
    when not bound then 'chosen'
    when choose_assessment.tenant_id in (select private.my_tenant_ids()) and private.is_inactive(choose_assessment.tenant_id)
      then 'closed'
    when chosen.is_template and chosen.status = 'active' then 'chosen'
    when chosen.is_listed and coalesce(chosen.price_tier, 'free') = 'free' then 'chosen'
    -- The tenant's own assessment can only be chosen by its owner: other writers of the campaign cannot read it.
    when chosen.is_callers and chosen.is_tenants and chosen.status = 'active' then 'chosen'
    when chosen.is_callers and chosen.status <> 'active' then 'inactive'
    else 'denied'
  end;
  allows_override := case when verdict = 'chosen' then chosen.allows_override end;
  return next;
end
$$;

-- Whether an update only clears references of a campaign or session to deleted rows, as a foreign key does: the assessment
-- to null, the tenant to null or to the host's default. SECURITY DEFINER, because a trusted writer may lack grants on the
-- host's tenants.
create or replace function private.is_cleared_by_deletion(
  assessment_before uuid, assessment_after uuid, tenant_before uuid, tenant_after uuid
)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select (
      assessment_after is not distinct from assessment_before
      or (
        assessment_after is null
        and not exists (
          select from public.custom_assessments as assessment where assessment.id = assessment_before
        )
      )
    )
    and (
      tenant_after is not distinct from tenant_before
      or (
        tenant_before is not null
        and not exists (select from public.tenant_profiles as tenant where tenant.id = tenant_before)
      )
    )
$$;

-- The rules of a choice for all three tables; raises the refusal. style is the requested override.
create or replace function private.check_choice(assessment_id uuid, tenant_id uuid, style integer)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  chosen record;
begin
  select * into chosen
    from private.choose_assessment(assessment_id, tenant_id, current_user in ('anon', 'authenticated'));
  case chosen.verdict
    when 'unknown' then
      perform private.refuse('ASSESSMENT_NOT_FOUND', jsonb_build_object('assessment_id', assessment_id));
    when 'inactive' then
      perform private.refuse('ASSESSMENT_NOT_ACTIVE', jsonb_build_object('assessment_id', assessment_id));
    when 'closed' then
      perform private.refuse('TENANT_INACTIVE', jsonb_build_object('tenant_id', tenant_id));
    when 'denied' then
      perform private.refuse('ASSESSMENT_ACCESS_DENIED', jsonb_build_object('assessment_id', assessment_id));
    else
      -- A style outside 1 to 5 is left to the constraint.
      if style between 1 and 5 and not chosen.allows_override then
        perform private.refuse('INTERVIEW_STYLE_OVERRIDE_DENIED', jsonb_build_object('assessment_id', assessment_id));
      end if;
  end case;
end
$$;

-- Refuses an override of the interview style if the version that a campaign or session uses does not allow one, whatever
-- happened to the assessment since it was chosen. SECURITY DEFINER, because only the database knows which version is in
-- use.
create or replace function private.check_style(kind text, id uuid, tenant_id uuid, assessment_id uuid)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  used uuid;
begin
  perform private.bring_over_session(
    check_style.kind, check_style.id, case check_style.kind when 'campaign' then check_style.id end
  );
  used := private.version_in_use(
    check_style.kind, check_style.id, check_style.tenant_id, null, check_style.assessment_id, check_style.assessment_id
  );
  if coalesce(
    (select version.interview_style_allow_override from public.assessment_versions as version where version.id = used),
    (
      select assessment.interview_style_allow_override
        from public.custom_assessments as assessment
       where assessment.id = check_style.assessment_id and assessment.tenant_id = check_style.tenant_id
    )
  ) is not true then
    perform private.refuse(
      'INTERVIEW_STYLE_OVERRIDE_DENIED', jsonb_build_object('assessment_id', check_style.assessment_id)
    );
  end if;
end
$$;

-- Locks assessments until the transaction ends, in the common order. SECURITY DEFINER, because a lock needs the right to
-- write. It is only called for assessments that were just checked as chosen. Without the setting, Postgres would plan the
-- statement anew in each call, because its plan for one assessment seems cheaper than that for any number.
create or replace function private.hold_assessments(assessments uuid[])
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  perform assessment.id
     from public.custom_assessments as assessment
    where assessment.id = any (assessments)
    order by assessment.id
      for key share;
end
$$;

-- The second check, of all choices in a statement.
create or replace function private.check_held_choices(assessments uuid[], tenants uuid[], styles integer[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.hold_assessments(assessments);
  for place in 1 .. cardinality(assessments) loop
    perform private.check_choice(assessments[place], tenants[place], styles[place]);
  end loop;
end
$$;
