-- custom-assessments 0.2.0 host_references_choice sha256:2f78257b8cfcf61b05973971e264d3d5e0051f8d46c964803027dde87e38a4eb
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

-- The choice of an assessment by campaigns and coaching sessions, which have the same columns.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables(
  'share row exclusive', 'public.campaigns', 'public.coaching_sessions', 'public.agent_sessions'
);

-- Campaigns and coaching sessions, which have the same columns.
create or replace function private.check_session_assessment()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Removing an override needs no permission from the assessment, which may be archived by now.
  if tg_op = 'UPDATE'
    and (new.custom_assessment_id, new.assessment_type, new.tenant_id)
    is not distinct from (old.custom_assessment_id, old.assessment_type, old.tenant_id)
    and (new.interview_style_override is null or new.interview_style_override = old.interview_style_override) then
    return new;
  end if;

  -- Deleting an assessment or a tenant clears the references to it, in whatever order the foreign keys do so, and must not
  -- be stopped here. Foreign keys run as the table's owner, never as a client. The call is in a separate block, because an
  -- expression needs the right to every function in it.
  if tg_op = 'UPDATE' and current_user not in ('anon', 'authenticated')
    and (new.assessment_type, new.interview_style_override)
    is not distinct from (old.assessment_type, old.interview_style_override) then
    if private.is_cleared_by_deletion(
      old.custom_assessment_id, new.custom_assessment_id, old.tenant_id, new.tenant_id
    ) then
      return new;
    end if;
  end if;

  if new.custom_assessment_id is null then
    if new.assessment_type = 'custom' then
      perform private.refuse('ASSESSMENT_REQUIRED');
    end if;
    if new.interview_style_override between 1 and 5 then
      perform private.refuse('INTERVIEW_STYLE_OVERRIDE_DENIED');
    end if;
    return new;
  end if;

  if new.assessment_type is distinct from 'custom' then
    perform private.refuse('ASSESSMENT_TYPE_MISMATCH');
  end if;
  if new.tenant_id is null then
    perform private.refuse('TENANT_REQUIRED');
  end if;
  -- Another style for an assessment that is already in use needs no permission from its current state.
  if tg_op = 'UPDATE'
    and (new.custom_assessment_id, new.assessment_type, new.tenant_id)
    is not distinct from (old.custom_assessment_id, old.assessment_type, old.tenant_id) then
    if new.interview_style_override between 1 and 5 then
      perform private.check_style(
        case tg_table_name when 'campaigns' then 'campaign' else 'coaching' end,
        new.id, new.tenant_id, new.custom_assessment_id
      );
    end if;
    return new;
  end if;
  perform private.check_choice(new.custom_assessment_id, new.tenant_id, new.interview_style_override);
  return new;
end
$$;

create or replace trigger check_session_assessment
before insert or update of custom_assessment_id, assessment_type, interview_style_override, tenant_id
on public.campaigns
for each row execute function private.check_session_assessment();

create or replace trigger check_session_assessment
before insert or update of custom_assessment_id, assessment_type, interview_style_override, tenant_id
on public.coaching_sessions
for each row execute function private.check_session_assessment();

-- The assessments chosen by a statement's rows, each once per tenant. One style is enough, because the assessment allows
-- all or none.
create or replace function private.hold_new_choices()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  made record;
begin
  select array_agg(choice.assessment) as assessments, array_agg(choice.tenant) as tenants,
         array_agg(choice.style) as styles
    into made
    from (
      select added.custom_assessment_id as assessment, added.tenant_id as tenant,
             max(added.interview_style_override) filter (where added.interview_style_override between 1 and 5) as style
        from added
       where added.custom_assessment_id is not null
       group by added.custom_assessment_id, added.tenant_id
    ) as choice;
  if made.assessments is not null then
    perform private.check_held_choices(made.assessments, made.tenants, made.styles);
  end if;
  return null;
end
$$;

create or replace trigger hold_new_choices
after insert on public.campaigns
referencing new table as added
for each statement execute function private.hold_new_choices();

create or replace trigger hold_new_choices
after insert on public.coaching_sessions
referencing new table as added
for each statement execute function private.hold_new_choices();

-- The same for the rows that a statement has changed. A trigger for certain columns cannot see all rows at once, so this
-- one fires after every update, and first looks for rows that have changed. A campaign that only gets another tenant makes
-- no new choice, and was checked before: so a foreign key that clears the tenant, which runs here as the client who deleted
-- it, is not stopped. The query groups rather than joins: a join's plan, cached from an update of one row, would compare
-- each of many rows with each other.
create or replace function private.hold_changed_choices()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  bound constant boolean := current_user in ('anon', 'authenticated');
  made record;
begin
  -- Deleting an assessment clears the reference in thousands of rows at once: no choice is made there.
  if not exists (select from added where added.custom_assessment_id is not null) then
    return null;
  end if;
  select array_agg(choice.assessment) as assessments, array_agg(choice.tenant) as tenants,
         array_agg(choice.style) as styles
    into made
    from (
      select changed.assessment, changed.tenant, max(changed.style) filter (where changed.style between 1 and 5) as style
        from (
          select (array_agg(seen.assessment) filter (where seen.is_new))[1] as assessment,
                 (array_agg(seen.tenant) filter (where seen.is_new))[1] as tenant,
                 max(seen.style) filter (where seen.is_new) as style
            from (
              select added.id, true as is_new, added.custom_assessment_id as assessment, added.assessment_type::text as type,
                     added.interview_style_override as style, case when bound then added.tenant_id end as tenant
                from added
              union all
              select removed.id, false, removed.custom_assessment_id, removed.assessment_type::text,
                     removed.interview_style_override, null
                from removed
            ) as seen
           group by seen.id
          having (array_agg(seen.assessment) filter (where seen.is_new))[1]
                 is distinct from (array_agg(seen.assessment) filter (where not seen.is_new))[1]
              or max(seen.type) filter (where seen.is_new) is distinct from max(seen.type) filter (where not seen.is_new)
        ) as changed
       where changed.assessment is not null
       group by changed.assessment, changed.tenant
    ) as choice;
  if made.assessments is not null then
    perform private.check_held_choices(made.assessments, made.tenants, made.styles);
  end if;
  return null;
end
$$;

create or replace trigger hold_changed_choices
after update on public.campaigns
referencing old table as removed new table as added
for each statement execute function private.hold_changed_choices();

create or replace trigger hold_changed_choices
after update on public.coaching_sessions
referencing old table as removed new table as added
for each statement execute function private.hold_changed_choices();
