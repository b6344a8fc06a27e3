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
