-- custom-assessments 0.2.0 host_references sha256:f13764813e72221e70fcb64a5224671b8a1dd201964bdedab0dd488c05f434d3
-- What the platform's tables say about custom assessments: the columns, their constraints, and which assessment a
-- campaign, a coaching session or an agent session may refer to.
--
-- On a host with data this rewrites no table: the columns come without values, the constraints NOT VALID. The next
-- migration validates them, in a transaction of its own, under a lock that lets reads and writes through. The partial
-- indexes are empty when they are made, but each reads its table once under a lock that stops writes; on very large
-- tables make them beforehand with `create index concurrently` under the same names, once the columns are there.

select private.lock_host_tables('access exclusive', 'public.campaigns', 'public.coaching_sessions', 'public.agent_sessions');

-- ---------------------------------------------------------------------------------------------------------------------
-- Columns
-- ---------------------------------------------------------------------------------------------------------------------

-- The references are checked at commit. When a tenant or an account is deleted, several of the host's foreign keys may
-- change the same row before its reference to an assessment that goes along is cleared, and Postgres checks every
-- reference of a row again that one transaction changes twice.
alter table public.campaigns
add column if not exists custom_assessment_id uuid
constraint campaigns_custom_assessment_id_fkey
references public.custom_assessments (id) on delete set null deferrable initially deferred,
add column if not exists interview_style_override integer;

alter table public.coaching_sessions
add column if not exists custom_assessment_id uuid
constraint coaching_sessions_custom_assessment_id_fkey
references public.custom_assessments (id) on delete set null deferrable initially deferred,
add column if not exists interview_style_override integer;

alter table public.agent_sessions
add column if not exists custom_assessment_id uuid
constraint agent_sessions_custom_assessment_id_fkey
references public.custom_assessments (id) on delete set null deferrable initially deferred;

comment on column public.campaigns.custom_assessment_id is
'Reference to custom assessment when assessment_type is custom.';
comment on column public.campaigns.interview_style_override is
'Override the assessment default interview style for this campaign, where the assessment allows it.';
comment on column public.coaching_sessions.custom_assessment_id is
'Reference to custom assessment when using custom type.';
comment on column public.coaching_sessions.interview_style_override is
'Override the assessment default interview style for this session, where the assessment allows it.';
comment on column public.agent_sessions.custom_assessment_id is
'Custom assessment being used in this interview session.';

create index if not exists idx_campaigns_custom_assessment
on public.campaigns (custom_assessment_id) where custom_assessment_id is not null;
create index if not exists idx_coaching_sessions_custom_assessment
on public.coaching_sessions (custom_assessment_id) where custom_assessment_id is not null;
create index if not exists idx_agent_sessions_custom_assessment
on public.agent_sessions (custom_assessment_id) where custom_assessment_id is not null;

-- ---------------------------------------------------------------------------------------------------------------------
-- Constraints, found by what they are and not by what they are usually called. The host's own rules for the types are
-- extended by the type custom (the first migration has looked whether they can be), never replaced by a list of ours.
-- ---------------------------------------------------------------------------------------------------------------------

-- Each rule of the host's that refused the type custom, as it was and as it was extended: what the rollback gives back.
-- Those that were not there before have no former definition.
create table if not exists private.extended_rules (
  host_table text not null,
  name text not null,
  former text,
  extended text not null,

  constraint extended_rules_pkey primary key (host_table, name)
);
comment on table private.extended_rules is 'The host''s own CHECKs, before and after the type custom was added to them.';
alter table private.extended_rules enable row level security;
revoke all on table private.extended_rules from public, anon, authenticated, service_role;

-- A CHECK of the host's, extended: name, comment and everything else that it says stay.
create or replace function private.extend_rule(host_table regclass, name text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  present record;
begin
  select pg_get_constraintdef(found.oid) as definition, pg_get_expr(found.conbin, found.conrelid) as expression,
         found.connoinherit, obj_description(found.oid, 'pg_constraint') as remark
    into present
    from pg_catalog.pg_constraint as found
   where found.conrelid = host_table and found.conname = name;
  -- Not validated here: the next migration does it, under a weaker lock, unless the host had not either.
  execute format(
    'alter table %1$s drop constraint %2$I,
     add constraint %2$I check ((%3$s) or assessment_type = ''custom'') %4$s not valid',
    host_table, name, present.expression, case when present.connoinherit then 'no inherit' else '' end
  );
  if present.remark is not null then
    execute format('comment on constraint %I on %s is %L', name, host_table, present.remark);
  end if;
  insert into private.extended_rules (host_table, name, former, extended)
  select extend_rule.host_table::text, extend_rule.name, present.definition, pg_get_constraintdef(made.oid)
    from pg_catalog.pg_constraint as made
   where made.conrelid = extend_rule.host_table and made.conname = extend_rule.name
  on conflict on constraint extended_rules_pkey do update
    set former = excluded.former, extended = excluded.extended;
end
$$;
revoke all on function private.extend_rule(regclass, text) from public, anon, authenticated, service_role;

do $types$
declare
  lacking record;
  against record;
begin
  -- A column that is made here gets the platform's rule and default. One that is there keeps its own.
  for lacking in
    select *
      from (values
        ('public.campaigns', 'industry4', $$'industry4', 'archetype', 'education', 'custom'$$),
        ('public.coaching_sessions', 'archetype', $$'archetype', 'custom'$$)
      ) as listed (host_table, usual, types)
     where not exists (
       select
         from pg_catalog.pg_attribute
        where attrelid = listed.host_table::regclass and attname = 'assessment_type' and not attisdropped
     )
  loop
    execute format(
      'alter table %1$s add column assessment_type text default %2$L,
       add constraint %3$I check (assessment_type in (%4$s)) not valid',
      lacking.host_table, lacking.usual, replace(lacking.host_table, 'public.', '') || '_assessment_type_check', lacking.types
    );
    insert into private.extended_rules (host_table, name, extended)
    select lacking.host_table, made.conname, pg_get_constraintdef(made.oid)
      from pg_catalog.pg_constraint as made
     where made.conrelid = lacking.host_table::regclass
       and made.conname = replace(lacking.host_table, 'public.', '') || '_assessment_type_check'
    on conflict on constraint extended_rules_pkey do update
      set former = excluded.former, extended = excluded.extended;
  end loop;

  for against in select * from private.rules_against_custom() loop
    if against.remedy is not null then
      raise exception '% of % refuses the type custom; %', against.rule, against.host_table, against.remedy;
    end if;
    perform private.extend_rule(against.host_table, against.rule);
  end loop;
end
$types$;

-- Whoever may write such rows may write the new columns too. A host that grants by column needs this said; one that
-- grants the whole table has it already, and one that grants nothing keeps it so.
do $grants$
declare
  wanted record;
begin
  for wanted in
    select granted.role, granted.tbl, granted.verb, granted.cols
      from (values
        ('campaigns', 'custom_assessment_id, interview_style_override'),
        ('coaching_sessions', 'custom_assessment_id, assessment_type, interview_style_override'),
        ('agent_sessions', 'custom_assessment_id')
      ) as listed (tbl, cols)
      cross join (values ('insert'), ('update')) as verbs (verb)
      cross join (values ('authenticated'), ('service_role')) as roles (role),
           lateral (select listed.tbl, listed.cols, verbs.verb, roles.role) as granted
     where has_any_column_privilege(roles.role, format('public.%I', listed.tbl), verbs.verb)
       and not has_table_privilege(roles.role, format('public.%I', listed.tbl), verbs.verb)
  loop
    execute format('grant %s (%s) on public.%I to %I', wanted.verb, wanted.cols, wanted.tbl, wanted.role);
  end loop;
end
$grants$;

do $constraints$
declare
  wanted record;
  present record;
begin
  for wanted in select * from (values ('campaigns'), ('coaching_sessions')) as listed (tbl) loop
    if not exists (
      select
        from pg_catalog.pg_constraint as found
       where found.conrelid = format('public.%I', wanted.tbl)::regclass
         and found.conname = 'interview_style_override_is_1_to_5'
    ) then
      execute format(
        'alter table public.%I add constraint interview_style_override_is_1_to_5
         check (interview_style_override between 1 and 5) not valid', wanted.tbl
      );
    end if;
  end loop;

  -- The references. A column that was there already may lack its foreign key, or have one that does something else
  -- when the assessment is deleted, or that is checked before commit.
  for wanted in
    select listed.tbl
      from (values ('campaigns'), ('coaching_sessions'), ('agent_sessions')) as listed (tbl)
  loop
    for present in
      select found.conname
        from pg_catalog.pg_constraint as found
        join pg_catalog.pg_attribute as col
          on col.attrelid = found.conrelid and found.conkey = array[col.attnum]
       where found.conrelid = format('public.%I', wanted.tbl)::regclass
         and found.contype = 'f'
         and col.attname = 'custom_assessment_id'
         and (
           found.confrelid <> 'public.custom_assessments'::regclass
           or found.confdeltype <> 'n'
           or not found.condeferred
         )
    loop
      execute format('alter table public.%I drop constraint %I', wanted.tbl, present.conname);
    end loop;
    if not exists (
      select
        from pg_catalog.pg_constraint as found
        join pg_catalog.pg_attribute as col
          on col.attrelid = found.conrelid and found.conkey = array[col.attnum]
       where found.conrelid = format('public.%I', wanted.tbl)::regclass
         and found.contype = 'f'
         and col.attname = 'custom_assessment_id'
    ) then
      execute format(
        'alter table public.%I add constraint %I foreign key (custom_assessment_id)
         references public.custom_assessments (id) on delete set null deferrable initially deferred not valid',
        wanted.tbl, wanted.tbl || '_custom_assessment_id_fkey'
      );
    end if;
  end loop;
end
$constraints$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Which assessment may be chosen
-- ---------------------------------------------------------------------------------------------------------------------

-- A choice is judged twice. Before each row, so that a refusal comes before anything else can: without a lock, since
-- a statement of many rows would hold it from its first row to its last, and several such statements, whose locks
-- allow each other, would keep the assessment's owner and reviewers from it for ever. And once more when all rows are
-- written, for each assessment once and under a lock: nobody can archive or change it from then until the choice is
-- committed, which is a moment.

-- What the writer of a campaign or session may know about an assessment, and whether it may be chosen for a tenant.
-- verdict is 'chosen', 'denied' (readable, but not for this), 'inactive' or 'unknown'; the rest is null unless chosen.
--
-- SECURITY DEFINER, because a campaign's assessment may be one that its writer cannot read (a reference made by
-- somebody else), and because the answer must not depend on the host's policies. A missing assessment and one that the
-- caller may not read give the same answer by the same path.
create or replace function private.choose_assessment(assessment_id uuid, tenant_id uuid, bound boolean)
returns table (verdict text, allows_override boolean)
language plpgsql
volatile
security definer
rows 1
set search_path = ''
as $$
declare
  chosen record;
begin
  select assessment.status,
         assessment.interview_style_allow_override as allows_override,
         assessment.tenant_id is not distinct from choose_assessment.tenant_id as is_tenants,
         assessment.marketplace_price_tier,
         assessment.is_template,
         owner.user_id is not distinct from auth.uid() and owner.user_id is not null as is_callers,
         assessment.marketplace_status = 'published' and owner.is_active is distinct from false as is_listed
    into chosen
    from public.custom_assessments as assessment
    join public.tenant_profiles as owner on owner.id = assessment.tenant_id
   where assessment.id = choose_assessment.assessment_id
     and (
       not bound
       or owner.user_id = auth.uid()
       or (assessment.status = 'active'
           and (assessment.is_template
                or (assessment.marketplace_status = 'published' and owner.is_active is distinct from false)))
     );

  verdict := case
    when not found then 'unknown'
    when not bound then 'chosen'
    when chosen.is_template and chosen.status = 'active' then 'chosen'
    when chosen.is_listed and chosen.status = 'active' and coalesce(chosen.marketplace_price_tier, 'free') = 'free'
      then 'chosen'
    -- A tenant's own, which only its owner may choose: whoever else may write the campaign cannot read it.
    when chosen.is_callers and chosen.is_tenants and chosen.status = 'active' then 'chosen'
    when chosen.is_callers and chosen.status <> 'active' then 'inactive'
    else 'denied'
  end;
  allows_override := case when verdict = 'chosen' then chosen.allows_override end;
  return next;
end
$$;
revoke all on function private.choose_assessment(uuid, uuid, boolean) from public, anon, authenticated, service_role;
grant execute on function private.choose_assessment(uuid, uuid, boolean) to authenticated, service_role;

-- Whether a campaign or session is only cleared of references to rows that are gone, as a foreign key does it: the
-- assessment to null, the tenant to null or to the host's default. SECURITY DEFINER, because a trusted writer need not be
-- granted the host's tenants.
create or replace function private.is_cleared_by_deletion(
  assessment_before uuid, assessment_after uuid, tenant_before uuid, tenant_after uuid
)
returns boolean
language sql
stable
security definer
set search_path = ''
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
revoke all on function private.is_cleared_by_deletion(uuid, uuid, uuid, uuid)
from public, anon, authenticated, service_role;
grant execute on function private.is_cleared_by_deletion(uuid, uuid, uuid, uuid) to service_role;

-- The rules of a choice, for all three tables; raises the refusal. style is the override that is asked for.
create or replace function private.check_choice(assessment_id uuid, tenant_id uuid, style integer)
returns void
language plpgsql
set search_path = ''
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
    when 'denied' then
      perform private.refuse('ASSESSMENT_ACCESS_DENIED', jsonb_build_object('assessment_id', assessment_id));
    else
      -- A style outside 1 to 5 is the constraint's to refuse.
      if style between 1 and 5 and not chosen.allows_override then
        perform private.refuse('INTERVIEW_STYLE_OVERRIDE_DENIED', jsonb_build_object('assessment_id', assessment_id));
      end if;
  end case;
end
$$;
revoke all on function private.check_choice(uuid, uuid, integer) from public, anon, authenticated, service_role;
grant execute on function private.check_choice(uuid, uuid, integer) to authenticated, service_role;

-- Locks assessments until the transaction ends, in the order that everybody keeps. SECURITY DEFINER, because a lock needs
-- the right to write. Only assessments that were just judged as chosen come here.
create or replace function private.hold_assessments(assessments uuid[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform assessment.id
     from public.custom_assessments as assessment
    where assessment.id = any (assessments)
    order by assessment.id
      for share;
end
$$;
revoke all on function private.hold_assessments(uuid[]) from public, anon, authenticated, service_role;
grant execute on function private.hold_assessments(uuid[]) to authenticated, service_role;

-- The second judgement, of all choices that a statement has made.
create or replace function private.check_held_choices(assessments uuid[], tenants uuid[], styles integer[])
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.hold_assessments(assessments);
  for place in 1 .. cardinality(assessments) loop
    perform private.check_choice(assessments[place], tenants[place], styles[place]);
  end loop;
end
$$;
revoke all on function private.check_held_choices(uuid[], uuid[], integer[])
from public, anon, authenticated, service_role;
grant execute on function private.check_held_choices(uuid[], uuid[], integer[]) to authenticated, service_role;

-- Campaigns and coaching sessions, which have the same columns.
create or replace function private.check_session_assessment()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- An override that is taken back asks nothing of the assessment, which may be archived by now.
  if tg_op = 'UPDATE'
    and (new.custom_assessment_id, new.assessment_type, new.tenant_id)
    is not distinct from (old.custom_assessment_id, old.assessment_type, old.tenant_id)
    and (new.interview_style_override is null or new.interview_style_override = old.interview_style_override) then
    return new;
  end if;

  -- Deleting an assessment or a tenant clears the references to it and is not stopped here, in whatever order the
  -- foreign keys do it. They run as the table's owner, never as a client. The call is in a block of its own: an
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
  perform private.check_choice(new.custom_assessment_id, new.tenant_id, new.interview_style_override);
  return new;
end
$$;
revoke all on function private.check_session_assessment() from public, anon, authenticated, service_role;

create or replace trigger check_session_assessment
before insert or update of custom_assessment_id, assessment_type, interview_style_override, tenant_id
on public.campaigns
for each row execute function private.check_session_assessment();

create or replace trigger check_session_assessment
before insert or update of custom_assessment_id, assessment_type, interview_style_override, tenant_id
on public.coaching_sessions
for each row execute function private.check_session_assessment();

-- The chosen assessments of the rows that a statement has made, each once for a tenant. Of the styles one is enough: the
-- assessment allows all or none.
create or replace function private.hold_new_choices()
returns trigger
language plpgsql
set search_path = ''
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
revoke all on function private.hold_new_choices() from public, anon, authenticated, service_role;

-- The same of the rows that a statement has changed. A trigger for some columns only could not see all rows at once, so
-- this comes after every update, and looks first for rows that are not what they were. Whose the campaign is matters to
-- what a client may choose only: a foreign key that clears the tenant chooses nothing, and the assessment may be gone.
-- By set operations: a join, whose plan is kept from an update of one row, would compare each of many rows with each.
create or replace function private.hold_changed_choices()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  bound constant boolean := current_user in ('anon', 'authenticated');
  made record;
begin
  -- A deleted assessment is taken off thousands of rows at once: nothing is chosen there.
  if not exists (select from added where added.custom_assessment_id is not null) then
    return null;
  end if;
  select array_agg(choice.assessment) as assessments, array_agg(choice.tenant) as tenants,
         array_agg(choice.style) as styles
    into made
    from (
      select changed.custom_assessment_id as assessment, changed.tenant_id as tenant,
             max(changed.interview_style_override)
               filter (where changed.interview_style_override between 1 and 5) as style
        from (
          (
            select added.id, added.custom_assessment_id, added.assessment_type,
                   case when bound then added.tenant_id end as tenant_id, null::integer as interview_style_override
              from added
            except
            select removed.id, removed.custom_assessment_id, removed.assessment_type,
                   case when bound then removed.tenant_id end, null
              from removed
          )
          union
          -- An override that is taken back asks nothing of the assessment.
          (
            select added.id, added.custom_assessment_id, added.assessment_type,
                   case when bound then added.tenant_id end, added.interview_style_override
              from added
             where added.interview_style_override is not null
            except
            select removed.id, removed.custom_assessment_id, removed.assessment_type,
                   case when bound then removed.tenant_id end, removed.interview_style_override
              from removed
          )
        ) as changed
       where changed.custom_assessment_id is not null
       group by changed.custom_assessment_id, changed.tenant_id
    ) as choice;
  if made.assessments is not null then
    perform private.check_held_choices(made.assessments, made.tenants, made.styles);
  end if;
  return null;
end
$$;
revoke all on function private.hold_changed_choices() from public, anon, authenticated, service_role;

create or replace trigger hold_new_choices
after insert on public.campaigns
referencing new table as added
for each statement execute function private.hold_new_choices();

create or replace trigger hold_new_choices
after insert on public.coaching_sessions
referencing new table as added
for each statement execute function private.hold_new_choices();

create or replace trigger hold_changed_choices
after update on public.campaigns
referencing old table as removed new table as added
for each statement execute function private.hold_changed_choices();

create or replace trigger hold_changed_choices
after update on public.coaching_sessions
referencing old table as removed new table as added
for each statement execute function private.hold_changed_choices();

-- The tenant of an agent session: that of the session it interviews. SECURITY DEFINER, because agents are not all
-- granted the host's tables, and the answer decides what may be chosen.
create or replace function private.tenant_of_agent_session(stakeholder_session_id uuid, coaching_session_id uuid)
returns uuid
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(
    (select session.tenant_id
       from public.coaching_sessions as session
      where session.id = tenant_of_agent_session.coaching_session_id),
    (select campaign.tenant_id
       from public.campaign_assignments as assignment
       join public.campaigns as campaign on campaign.id = assignment.campaign_id
      where assignment.id = tenant_of_agent_session.stakeholder_session_id)
  )
$$;
revoke all on function private.tenant_of_agent_session(uuid, uuid) from public, anon, authenticated, service_role;
grant execute on function private.tenant_of_agent_session(uuid, uuid) to authenticated, service_role;

create or replace function private.check_agent_session_assessment()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- The session decides what a client may choose only. So a foreign key that clears it, which runs as the table's owner,
  -- chooses nothing, and the assessment may be gone by then.
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
revoke all on function private.check_agent_session_assessment() from public, anon, authenticated, service_role;

create or replace trigger check_agent_session_assessment
before insert or update of custom_assessment_id, stakeholder_session_id, coaching_session_id
on public.agent_sessions
for each row execute function private.check_agent_session_assessment();

-- As for campaigns and coaching sessions.
create or replace function private.hold_new_agent_choices()
returns trigger
language plpgsql
set search_path = ''
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
revoke all on function private.hold_new_agent_choices() from public, anon, authenticated, service_role;

create or replace function private.hold_changed_agent_choices()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  bound constant boolean := current_user in ('anon', 'authenticated');
  made record;
begin
  -- A deleted assessment is taken off thousands of rows at once: nothing is chosen there.
  if not exists (select from added where added.custom_assessment_id is not null) then
    return null;
  end if;
  select array_agg(choice.assessment) as assessments, array_agg(choice.tenant) as tenants,
         array_agg(null::integer) as styles
    into made
    from (
      select distinct
             changed.custom_assessment_id as assessment,
             private.tenant_of_agent_session(changed.stakeholder_session_id, changed.coaching_session_id) as tenant
        from (
          select added.id, added.custom_assessment_id,
                 case when bound then added.stakeholder_session_id end as stakeholder_session_id,
                 case when bound then added.coaching_session_id end as coaching_session_id
            from added
          except
          select removed.id, removed.custom_assessment_id,
                 case when bound then removed.stakeholder_session_id end,
                 case when bound then removed.coaching_session_id end
            from removed
        ) as changed
       where changed.custom_assessment_id is not null
    ) as choice;
  if made.assessments is not null then
    perform private.check_held_choices(made.assessments, made.tenants, made.styles);
  end if;
  return null;
end
$$;
revoke all on function private.hold_changed_agent_choices() from public, anon, authenticated, service_role;

create or replace trigger hold_new_agent_choices
after insert on public.agent_sessions
referencing new table as added
for each statement execute function private.hold_new_agent_choices();

create or replace trigger hold_changed_agent_choices
after update on public.agent_sessions
referencing old table as removed new table as added
for each statement execute function private.hold_changed_agent_choices();
