-- Emptying the host's rows about a person, whatever columns the host has added.

-- The columns of a host's table that can contain words about a person: every text, JSON document, array and address, but
-- for words that the platform itself chose. What each becomes, as an expression: null where that is possible, else its
-- default. is_fixed: whether it is the same each time, unlike a link's token.
create or replace function private.personal_columns(host_table regclass)
returns table (name text, kind text, neutral text, is_fixed boolean)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select col.attname::text, format_type(col.atttypid, col.atttypmod), given.expression,
           col.attname <> 'access_token' and given.expression !~ '\('
      from pg_catalog.pg_attribute as col
      join pg_catalog.pg_type as kind on kind.oid = col.atttypid
      left join pg_catalog.pg_attrdef as stated on stated.adrelid = col.attrelid and stated.adnum = col.attnum
     cross join lateral (
       values (
         case
           when not col.attnotnull then 'null'
           when stated.oid is not null then pg_get_expr(stated.adbin, stated.adrelid)
           when col.attname = 'access_token' then format('gen_random_uuid()::text::%s', format_type(col.atttypid, col.atttypmod))
           when kind.typcategory = 'S' then quote_literal('')
           else quote_literal('{}')
         end
       )
     ) as given (expression)
     where col.attrelid = host_table
       and col.attnum > 0
       and not col.attisdropped
       and col.attgenerated = ''
       and (
         kind.typcategory in ('S', 'A', 'C', 'I')
         or (kind.typcategory = 'U' and kind.typname <> 'uuid')
         or col.attname = 'access_token'
       )
       and col.attname not in ('status', 'client_status', 'assessment_type', 'agent_type')
     order by col.attnum;
end
$$;

-- Empties the personal columns of these rows. Returns how many rows had something in them, and the columns that the host
-- did not let go. anew: whether rows are changed that only have a token.
create or replace function private.empty_rows(host_table regclass, ids uuid[], anew boolean, out emptied bigint, out kept text[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  columns constant text[] := array(select col.name from private.personal_columns(host_table) as col);
  setting text;
  filled text;
  changed bigint;
begin
  emptied := 0;
  kept := '{}';
  if columns = '{}' or cardinality(ids) = 0 then
    return;
  end if;
  select string_agg(format('%I = %s', col.name, col.neutral), ', '),
         string_agg(
           format(
             'coalesce(%I::text, '''') not in ('''', ''{}'', coalesce((%s)::%s::text, ''''))', col.name, col.neutral, col.kind
           ), ' or '
         ) filter (where anew or col.is_fixed)
    into setting, filled
    from private.personal_columns(host_table) as col;
  execute format('select count(*) from %s where id = any ($1) and (%s)', host_table, coalesce(filled, 'false'))
     into emptied
    using ids;
  if emptied = 0 then
    return;
  end if;
  begin
    execute format('update %s set %s where id = any ($1) and (%s)', host_table, setting, filled) using ids;
    get diagnostics changed = row_count;
    if changed = emptied then
      return;
    end if;
  exception
    when transaction_rollback or operator_intervention or insufficient_resources or lock_not_available then
      raise;
    when others then
      null;
  end;
  -- A rule or trigger of the host refuses one of the values: each column alone, so that the others are emptied.
  for place in 1 .. cardinality(columns) loop
    if not private.empty_column(host_table, columns[place], ids) then
      kept := kept || columns[place];
    end if;
  end loop;
  if kept = columns then
    emptied := 0;
  end if;
end
$$;

-- Empties one column of these rows, in the first way that the host allows. Whether there is one.
create or replace function private.empty_column(host_table regclass, col text, ids uuid[])
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  neutral text;
  changed bigint;
begin
  foreach neutral in array array[
    'null', 'default', quote_literal(''), quote_literal('{}'), 'gen_random_uuid()::text', 'gen_random_uuid()'
  ] loop
    -- Nobody may have a link with an empty token.
    continue when col = 'access_token' and neutral like '''%';
    begin
      execute format('update %s set %I = %s where id = any ($1)', host_table, col, neutral) using ids;
      get diagnostics changed = row_count;
      if changed = cardinality(ids) then
        return true;
      end if;
    exception
      when transaction_rollback or operator_intervention or insufficient_resources or lock_not_available then
        raise;
      when others then
        null;
    end;
  end loop;
  return false;
end
$$;

-- Refuses an update by which an agent session of an erased session gets words again. Its status, its dates and its references may
-- change, and words may be removed.
create or replace function private.refuse_words_again(session_id uuid, session_type text, before jsonb, after jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select
      from private.personal_columns('public.agent_sessions') as col
     where after -> col.name is distinct from before -> col.name
       and coalesce(after ->> col.name, '') not in ('', '{}', '[]')
  ) then
    perform private.refuse_erased(refuse_words_again.session_id, refuse_words_again.session_type, (
      select facts.tenant_id
        from private.session_facts(refuse_words_again.session_id, refuse_words_again.session_type) as facts
    ));
  end if;
end
$$;
