-- custom-assessments 0.2.0 host_references_agent_sessions sha256:548f144c11955326c5fcbfea644b829b8b274b85624b0ebfa7a8bb7cb0ffad19
-- The choice of an assessment by agent sessions.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables(
  'share row exclusive', 'public.campaigns', 'public.coaching_sessions', 'public.agent_sessions'
);

-- The tenant of an agent session is that of the session it interviews. SECURITY DEFINER, because agents may lack grants on
-- the host's tables, and because the answer decides which assessments can be chosen.
create or replace function private.tenant_of_agent_session(stakeholder_session_id uuid, coaching_session_id uuid)
returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    (
      select session.tenant_id
        from public.coaching_sessions as session
       where session.id = tenant_of_agent_session.coaching_session_id
    ),
    (
      select campaign.tenant_id
        from public.campaign_assignments as assignment
        join public.campaigns as campaign on campaign.id = assignment.campaign_id
       where assignment.id = tenant_of_agent_session.stakeholder_session_id
    )
  );
end
$$;

create or replace function private.check_agent_session_assessment()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The session restricts only the choice of clients. A foreign key that clears the reference runs as the table's owner: it
  -- chooses nothing, and the assessment may no longer exist.
  if new.custom_assessment_id is null
    or (
      tg_op = 'UPDATE'
      and new.custom_assessment_id = old.custom_assessment_id
      and (
        current_user not in ('anon', 'authenticated')
        or (new.stakeholder_session_id, new.coaching_session_id)
        is not distinct from (old.stakeholder_session_id, old.coaching_session_id)
      )
    ) then
    return new;
  end if;
  perform private.check_choice(
    new.custom_assessment_id,
    private.tenant_of_agent_session(new.stakeholder_session_id, new.coaching_session_id),
    null
  );
  return new;
end
$$;

create or replace trigger check_agent_session_assessment
before insert or update of custom_assessment_id, stakeholder_session_id, coaching_session_id
on public.agent_sessions
for each row execute function private.check_agent_session_assessment();

-- As for campaigns and coaching sessions.
create or replace function private.hold_new_agent_choices()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  made record;
begin
  select array_agg(choice.assessment) as assessments, array_agg(choice.tenant) as tenants,
         array_agg(null::integer) as styles
    into made
    from (
      select distinct
             added.custom_assessment_id as assessment,
             private.tenant_of_agent_session(added.stakeholder_session_id, added.coaching_session_id) as tenant
        from added
       where added.custom_assessment_id is not null
    ) as choice;
  if made.assessments is not null then
    perform private.check_held_choices(made.assessments, made.tenants, made.styles);
  end if;
  return null;
end
$$;

create or replace trigger hold_new_agent_choices
after insert on public.agent_sessions
referencing new table as added
for each statement execute function private.hold_new_agent_choices();

create or replace function private.hold_changed_agent_choices()
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
  select array_agg(choice.assessment) as assessments, array_agg(choice.stakeholder_session_id) as stakeholders,
         array_agg(choice.coaching_session_id) as clients
    into made
    from (
      select distinct changed.assessment, changed.stakeholder_session_id, changed.coaching_session_id
        from (
          select (array_agg(seen.assessment) filter (where seen.is_new))[1] as assessment,
                 (array_agg(seen.stakeholder_session_id) filter (where seen.is_new))[1] as stakeholder_session_id,
                 (array_agg(seen.coaching_session_id) filter (where seen.is_new))[1] as coaching_session_id
            from (
              select added.id, true as is_new, added.custom_assessment_id as assessment,
                     case when bound then added.stakeholder_session_id end as stakeholder_session_id,
                     case when bound then added.coaching_session_id end as coaching_session_id
                from added
              union all
              select removed.id, false, removed.custom_assessment_id, null, null
                from removed
            ) as seen
           group by seen.id
          having (array_agg(seen.assessment) filter (where seen.is_new))[1]
                 is distinct from (array_agg(seen.assessment) filter (where not seen.is_new))[1]
        ) as changed
       where changed.assessment is not null
    ) as choice;
  -- No object of this schema is named before this point, because Auth, which deletes accounts, has no access to it.
  if made.assessments is not null then
    perform private.check_held_choices(array_agg(choice.assessment), array_agg(choice.tenant), array_agg(null::integer))
       from (
         select distinct
                given.assessment,
                private.tenant_of_agent_session(given.stakeholder_session_id, given.coaching_session_id) as tenant
           from unnest(made.assessments, made.stakeholders, made.clients)
             as given (assessment, stakeholder_session_id, coaching_session_id)
       ) as choice;
  end if;
  return null;
end
$$;

create or replace trigger hold_changed_agent_choices
after update on public.agent_sessions
referencing old table as removed new table as added
for each statement execute function private.hold_changed_agent_choices();

-- Who a campaign names as its creator. The creator reads the results of a custom campaign, and a host's own policies may look
-- at the tenant alone.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.campaigns');

-- A client that makes a campaign, turns one into a custom one, or names its creator, can only name itself. Trusted writers
-- name any account.
create or replace function private.set_campaign_creator()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_user not in ('anon', 'authenticated') or new.assessment_type is distinct from 'custom'
    or new.created_by is null then
    return new;
  end if;
  if tg_op = 'UPDATE'
    and (new.created_by, new.assessment_type) is not distinct from (old.created_by, old.assessment_type) then
    return new;
  end if;
  new.created_by := auth.uid();
  return new;
end
$$;

create or replace trigger set_campaign_creator
before insert or update of created_by, assessment_type on public.campaigns
for each row execute function private.set_campaign_creator();

-- The platform's tables say when a row last changed, where they have the column updated_at.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables(
  'share row exclusive', 'public.tenant_profiles', 'public.campaigns', 'public.campaign_assignments',
  'public.coaching_sessions', 'public.agent_sessions'
);

create or replace function private.note_change()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.updated_at := now();
  return new;
end
$$;

-- Under a name that no host uses: many have a trigger set_updated_at, which sets the same.
do $changed$
declare
  host_table regclass;
begin
  for host_table in
    select present.oid::regclass
      from unnest(array[
        'public.tenant_profiles', 'public.campaigns', 'public.campaign_assignments', 'public.coaching_sessions',
        'public.agent_sessions'
      ]) as listed (name)
      join pg_catalog.pg_class as present on present.oid = listed.name::regclass and present.relkind in ('r', 'p')
      join pg_catalog.pg_attribute as changed
        on changed.attrelid = present.oid and changed.attname = 'updated_at' and changed.attgenerated = ''
       and format_type(changed.atttypid, null) like 'timestamp%'
     order by present.oid
  loop
    execute format(
      'create or replace trigger row_changed_at before update on %s
       for each row when (old is distinct from new) execute function private.note_change()', host_table
    );
  end loop;
end
$changed$;
