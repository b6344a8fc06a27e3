-- custom-assessments 0.2.0 host_references_columns sha256:5ca54a091e5ed6ed172c2f47d6bd2e37615cdae022376c51d9b11ee9e4f7c589
-- References from the platform's tables to custom assessments: the columns, their constraints, and which assessment a
-- campaign, a coaching session or an agent session can refer to.
--
-- On a host with data this rewrites no table: the columns have no values, and the constraints are NOT VALID.
-- host_validation validates them in a separate transaction under a lock that allows reads and writes. The partial indexes
-- are empty at first, but creating each reads its table once under a lock that blocks writes; on very large tables create
-- them in advance with `create index concurrently` under the same names, after adding the columns.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('access exclusive', 'public.campaigns', 'public.coaching_sessions', 'public.agent_sessions');

-- The references are checked at commit. When a tenant or an account is deleted, several of the host's foreign keys may
-- change the same row before its reference to a deleted assessment is cleared, and Postgres checks every reference of a row
-- again if a transaction changes the row twice.
alter table public.campaigns
add column if not exists custom_assessment_id uuid
constraint campaigns_custom_assessment_id_fkey
references public.custom_assessments (id) on delete set null deferrable initially deferred,
add column if not exists interview_style_override integer;
comment on column public.campaigns.custom_assessment_id is
'The custom assessment. Required if assessment_type is custom, otherwise null.';
comment on column public.campaigns.interview_style_override is
'Overrides the assessment''s default interview style in this campaign, if the assessment allows it.';
create index if not exists idx_campaigns_custom_assessment
on public.campaigns (custom_assessment_id) where custom_assessment_id is not null;

alter table public.coaching_sessions
add column if not exists custom_assessment_id uuid
constraint coaching_sessions_custom_assessment_id_fkey
references public.custom_assessments (id) on delete set null deferrable initially deferred,
add column if not exists interview_style_override integer;
comment on column public.coaching_sessions.custom_assessment_id is
'The custom assessment. Required if assessment_type is custom, otherwise null.';
comment on column public.coaching_sessions.interview_style_override is
'Overrides the assessment''s default interview style in this session, if the assessment allows it.';
create index if not exists idx_coaching_sessions_custom_assessment
on public.coaching_sessions (custom_assessment_id) where custom_assessment_id is not null;

alter table public.agent_sessions
add column if not exists custom_assessment_id uuid
constraint agent_sessions_custom_assessment_id_fkey
references public.custom_assessments (id) on delete set null deferrable initially deferred;
comment on column public.agent_sessions.custom_assessment_id is 'The custom assessment that this interview uses.';
create index if not exists idx_agent_sessions_custom_assessment
on public.agent_sessions (custom_assessment_id) where custom_assessment_id is not null;

-- Constraints of the host's tables, identified by their definition rather than their usual name. The host's own rules for
-- the types are extended by the type custom (host_check has checked that this is possible), and its rules for the status of
-- sessions by cancelled and withdrawn. They are never replaced by a list of ours.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables(
  'access exclusive', 'public.campaigns', 'public.campaign_assignments', 'public.coaching_sessions', 'public.agent_sessions'
);

-- Each rule of the host that rejected one of these words, before and after it was extended, so that the rollback can restore
-- it. A rule that did not exist before has no former definition.
create table if not exists private.extended_rules (
  host_table text not null,
  name text not null,
  former text,
  extended text not null,

  constraint extended_rules_pkey primary key (host_table, name)
);
comment on table private.extended_rules is 'CHECK constraints of the host, before and after a word was added to them.';
alter table private.extended_rules enable row level security;
revoke all on table private.extended_rules from public, anon, authenticated, service_role;

-- Extends a CHECK of the host by what else is allowed. Its name, comment and all other properties are kept.
create or replace function private.extend_rule(host_table regclass, name text, allowed text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  present record;
begin
  select pg_get_constraintdef(found.oid) as definition, pg_get_expr(found.conbin, found.conrelid) as expression,
         found.connoinherit, obj_description(found.oid, 'pg_constraint') as remark
    into present
    from pg_catalog.pg_constraint as found
   where found.conrelid = host_table and found.conname = name;
  -- Not validated here: host_validation does it under a weaker lock, unless the host had not validated it either.
  execute format(
    'alter table %1$s drop constraint %2$I,
     add constraint %2$I check ((%3$s) or %5$s) %4$s not valid',
    host_table, name, present.expression, case when present.connoinherit then 'no inherit' else '' end, allowed
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

do $types$
declare
  lacking record;
  against record;
begin
  -- A new column gets the platform's rule and default. An existing one keeps its own.
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
    perform private.extend_rule(against.host_table, against.rule, 'assessment_type = ''custom''');
  end loop;
end
$types$;

-- A rule that also refers to other columns, or is inherited, is the host's: where it refuses a status, the status is not
-- written (results/endings.sql).
do $statuses$
declare
  found record;
begin
  for found in
    select present.conrelid::regclass as host_table, present.conname, status.attname,
           pg_get_expr(present.conbin, present.conrelid) as expression
      from pg_catalog.pg_constraint as present
      join pg_catalog.pg_attribute as status
        on status.attrelid = present.conrelid and present.conkey = array[status.attnum]
     where (present.conrelid, status.attname) in (
             ('public.campaign_assignments'::regclass, 'status'), ('public.coaching_sessions'::regclass, 'client_status')
           )
       and present.contype = 'c'
       and present.coninhcount = 0
       and format_type(status.atttypid, null) in ('text', 'character varying')
     order by present.conrelid, present.conname
  loop
    if private.check_refuses(found.host_table, found.expression, found.attname, 'cancelled')
      or private.check_refuses(found.host_table, found.expression, found.attname, 'withdrawn') then
      perform private.extend_rule(
        found.host_table, found.conname, format('%I in (''cancelled'', ''withdrawn'')', found.attname)
      );
    end if;
  end loop;
end
$statuses$;

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

  -- The references. An existing column may lack its foreign key, or have one with another action when the assessment is
  -- deleted, or one that is checked before commit.
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

-- A role that can write such rows can write the new columns too. This matters only for a host that grants privileges by
-- column: grants on the whole table include new columns already.
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
