-- custom-assessments 0.2.0 host_check sha256:c8a09c68e90168cfa78576e888c64d437d6800dea2db333489b052865a0c1dd1
-- Checks the host before changing any of its tables: does it accept the type custom, and may the migrations alter the tables?
-- Everything that host_references cannot extend is reported here at once.
--
-- Also defines how every migration waits for the host's tables: only briefly, because readers queue behind the waiting migration.

-- This check comes first, so that a database where it fails is unchanged. platform_tables creates those of the platform's
-- five tables that are missing, but an installation --without-platform does not include it.
do $needed$
declare
  missing constant text := (
    select string_agg('public.' || needed.name, ', ')
      from unnest(array[
        'tenant_profiles', 'campaigns', 'campaign_assignments', 'coaching_sessions', 'agent_sessions'
      ]) as needed (name)
     where to_regclass('public.' || needed.name) is null
  );
begin
  if missing is not null then
    raise exception 'custom assessments need tables that are missing in this database: %', missing
      using hint = 'Create them, or install the migrations without --without-platform, so that the migrations create them.';
  end if;
end
$needed$;

create schema if not exists private;
revoke all on schema private from public;

-- Locks the existing host tables in one order until the transaction ends. If an open transaction holds a conflicting lock,
-- this and all later readers would wait, so after some seconds it fails and names that transaction.
create or replace function private.lock_host_tables(mode text, variadic host_tables text[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  host_table text;
  holders text;
begin
  -- For the rest of the transaction, which may need more locks.
  perform set_config('lock_timeout', '5s', true);
  foreach host_table in array host_tables loop
    -- A view's tables belong to the host: statements lock them as needed.
    continue when not exists (
      select from pg_catalog.pg_class where oid = to_regclass(host_table) and relkind in ('r', 'p')
    );
    begin
      execute format('lock table %s in %s mode', host_table, mode);
    exception
      when insufficient_privilege then
        null;  -- We may lack the right to lock Auth's tables in advance. The timeout applies there too.
      when lock_not_available then
        select string_agg(
                 format('process %s (%s, %s, since %s)', other.pid, other.usename,
                        coalesce(other.state, 'unknown'), date_trunc('second', other.xact_start)),
                 ', ' order by other.xact_start)
          into holders
          from pg_catalog.pg_locks as held
          join pg_catalog.pg_stat_activity as other on other.pid = held.pid
         where held.relation = to_regclass(host_table)
           and held.database = (select oid from pg_catalog.pg_database where datname = current_database())
           and held.granted
           and held.pid <> pg_backend_pid();
        raise exception '% is locked by another transaction, and this migration would block its other users while it waits: %',
          host_table, coalesce(holders, 'the blocking transaction has just ended')
        using errcode = 'lock_not_available',
              hint = 'This migration changed nothing. Wait until that transaction has ended, or end it with '
                     'select pg_terminate_backend(<process>), then run the migrations again. pg_stat_activity shows more.';
    end;
  end loop;
end
$$;
revoke all on function private.lock_host_tables(text, text[]) from public, anon, authenticated, service_role;

-- Whether a CHECK rejects a word, such as the type custom, in every row: in a row with no other values, and in rows like the
-- existing ones. A CHECK that raises an error rejects it. Functions of the host that the CHECK calls find the host's other
-- objects, as in the API's sessions.
create or replace function private.check_refuses(host_table regclass, rule text, col text, word text)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  type_name constant text := (
    select format_type(present.atttypid, present.atttypmod)
      from pg_catalog.pg_attribute as present
     where present.attrelid = host_table and present.attname = check_refuses.col
  );
  candidates text;
  refused boolean;
begin
  perform set_config('search_path', 'public, extensions', true);
  foreach candidates in array array[
    -- The offset keeps the planner from simplifying the expression, as in a real CHECK.
    '(select %5$L::%4$s as %6$I offset 0)',
    '(select null::%1$s as row union all (select host_row from %1$s as host_row limit 1000)) as given,
     jsonb_populate_record(given.row, %7$L)',
    '(select host_row as row from %1$s as host_row limit 1000) as given,
     jsonb_populate_record(given.row, %7$L)'
  ] loop
    begin
      execute format(
        'select not exists (select from ' || candidates || ' as %2$I where (%3$s) is not false)',
        host_table, (select relname from pg_catalog.pg_class where oid = host_table), rule, type_name, word, col,
        jsonb_build_object(col, word)
      ) into refused;
    exception
      when others then
        refused := true;  -- Also if the rule needs more columns, or a domain forbids null: the next candidate is tried.
    end;
    exit when not refused;
  end loop;
  return refused;
end
$$;
revoke all on function private.check_refuses(regclass, text, text, text) from public, anon, authenticated, service_role;

-- Why a type column cannot store the type custom, and how to fix it; null if it can.
create or replace function private.column_refuses_custom(host_table regclass, col smallint)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  found record;
  held text;
begin
  select format_type(present.atttypid, present.atttypmod) as type, form.typtype, present.attgenerated
    into found
    from pg_catalog.pg_attribute as present
    join pg_catalog.pg_type as form on form.oid = present.atttypid
   where present.attrelid = host_table and present.attnum = col;
  if found.attgenerated <> '' then
    return 'it is a generated column, which cannot be written';
  end if;
  begin
    execute format('select %L::%s::text', 'custom', found.type) into held;
  exception
    when others then
      held := null;
  end;
  return case
    when held = 'custom' then null
    when found.typtype = 'e' then format('its enum lacks this value: alter type %s add value ''custom''', found.type)
    when found.typtype = 'd' then format(
      'its domain rejects it: alter domain %s drop constraint ..., then add it again with: or value = ''custom''', found.type
    )
    else format('its type is %s, which cannot hold it: alter table %s alter column assessment_type type text',
                found.type, host_table)
  end;
end
$$;
revoke all on function private.column_refuses_custom(regclass, smallint) from public, anon, authenticated, service_role;

-- Every rule of the host that rejects the type custom for a campaign or coaching session: the column's type, foreign keys
-- to a table of types, CHECKs. remedy is null for a CHECK that the migrations extend; otherwise it says what the host must
-- do.
create or replace function private.rules_against_custom()
returns table (host_table regclass, rule text, remedy text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  typed record;
  found record;
  allowed boolean;
begin
  for typed in
    with recursive tree as (
      select to_regclass(listed.name) as rel
        from (values ('public.campaigns'), ('public.coaching_sessions')) as listed (name)
      union
      select child.inhrelid::regclass from tree join pg_catalog.pg_inherits as child on child.inhparent = tree.rel
    )
    select tree.rel, col.attnum
      from tree
      join pg_catalog.pg_attribute as col
        on col.attrelid = tree.rel and col.attname = 'assessment_type' and not col.attisdropped
     order by tree.rel
  loop
    host_table := typed.rel;
    rule := 'the column assessment_type';
    remedy := private.column_refuses_custom(typed.rel, typed.attnum);
    if remedy is not null then
      return next;
      continue;  -- No row can be tested against the other rules.
    end if;
    for found in
      select present.*, pg_get_expr(present.conbin, present.conrelid) as expression, referred.attname as referred
        from pg_catalog.pg_constraint as present
        left join pg_catalog.pg_attribute as referred
          on referred.attrelid = present.confrelid
         and referred.attnum = present.confkey[array_position(present.conkey, typed.attnum)]
       where present.conrelid = typed.rel
         -- Zero means the whole row.
         and (typed.attnum = any (present.conkey) or 0 = any (present.conkey))
         and present.contype in ('c', 'f')
         and (present.conislocal or present.coninhcount = 0)
       order by present.conname
    loop
      rule := format('the constraint %I', found.conname);
      if found.contype = 'f' then
        execute format('select exists (select from %s where %I::text = %L)',
                       found.confrelid::regclass, found.referred, 'custom') into allowed;
        remedy := format('its table of types lacks this row: insert into %s (%I, ...) values (''custom'', ...)',
                         found.confrelid::regclass, found.referred);
      else
        allowed := not private.check_refuses(typed.rel, found.expression, 'assessment_type', 'custom');
        remedy := case
          when found.conkey <> array[typed.attnum] then format(
            'it also refers to other columns: alter table %1$s drop constraint %2$I, add constraint %2$I check ('
            'assessment_type = ''custom'' or (%3$s))', typed.rel, found.conname, found.expression)
          when found.coninhcount > 0 then 'it is inherited: allow the type custom in the parent table'
          when private.check_refuses(
            typed.rel, format('(%s) or assessment_type = ''custom''', found.expression), 'assessment_type', 'custom'
          )
            then format('it raises an error, so it cannot be extended: make the function that it calls accept the type, or alter '
                        'table %1$s drop constraint %2$I, add constraint %2$I check (assessment_type = ''custom'' or (%3$s))',
                        typed.rel, found.conname, found.expression)
        end;
        if remedy is null then
          rule := found.conname;
        end if;
      end if;
      if not allowed then
        return next;
      end if;
    end loop;
  end loop;
end
$$;
revoke all on function private.rules_against_custom() from public, anon, authenticated, service_role;

do $look$
declare
  problems text;
begin
  perform private.lock_host_tables('access share', 'public.campaigns', 'public.coaching_sessions');
  perform set_config('search_path', '', true);  -- So that all names are printed in full.
  select string_agg(found.problem, E'\n' order by found.problem)
    into problems
    from (
      select format('%s of %s refuses the type custom; %s', against.rule, against.host_table, against.remedy) as problem
        from private.rules_against_custom() as against
       where against.remedy is not null
      union all
      select format('%s is owned by %s, and only its owner can alter it', owned.oid::regclass, owned.relowner::regrole)
        from pg_catalog.pg_class as owned
       where owned.oid in (
         to_regclass('public.tenant_profiles'), to_regclass('public.campaigns'), to_regclass('public.coaching_sessions'),
         to_regclass('public.campaign_assignments'), to_regclass('public.agent_sessions')
       )
         and not pg_has_role(owned.relowner, 'usage')
    ) as found;
  if problems is not null then
    raise exception E'this database cannot take custom assessments yet:\n%', problems
    using hint = 'Nothing was changed. Solve each problem listed, then run the migrations again.';
  end if;
end
$look$;
