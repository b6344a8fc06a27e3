-- The one loop that brings over all steps, in batches.

-- Brings over these rows of a step.
create or replace function private.backfill_rows(step text, ids uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  case backfill_rows.step
    when 'assessments' then perform private.backfill_assessments(ids);
    when 'begun' then perform private.backfill_begun(ids);
    when 'requests', 'results' then perform private.backfill_results(ids);
    else perform private.backfill_choices(backfill_rows.step, ids);
  end case;
end
$$;

-- The same for all of them at once or, if that fails, for each alone: one row that cannot be brought over does not stop the
-- others. Returns how many could not. A deadlock or a lock timeout is not the row's: it ends the batch, which is tried again.
create or replace function private.try_backfill_rows(step text, ids uuid[])
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.backfill_rows(try_backfill_rows.step, ids);
  return 0;
exception when others then
  if sqlstate like '40%' or sqlstate like '55%' then
    raise;
  elsif cardinality(ids) > 1 then
    return (select sum(private.try_backfill_rows(try_backfill_rows.step, array[alone.id])) from unnest(ids) as alone (id));
  end if;
  -- The message may quote what a tenant wrote.
  raise warning 'backfill of %: row % is left as it is (SQLSTATE %)', try_backfill_rows.step, ids[1], sqlstate;
  return 1;
end
$$;

-- Examines the next rows of a step. In a trigger, because only triggers can create versions.
create or replace function private.run_backfill()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  ids uuid[];
begin
  execute format(
    'select array(select source.id from %s as source where source.id > $1 order by source.id limit $2)', old.source
  ) into ids using old.after, new.batch;
  if cardinality(ids) > 0 then
    new.left_over := old.left_over + private.try_backfill_rows(old.step, ids);
    new.after := ids[cardinality(ids)];
    new.examined := old.examined + cardinality(ids);
  end if;
  if cardinality(ids) < new.batch then
    new.finished_at := now();
  end if;
  new.batch := cardinality(ids);
  return new;
end
$$;

create or replace trigger run_backfill
before update of batch on private.backfills
for each row execute function private.run_backfill();

-- SECURITY DEFINER, because no role can write versions, choices and pins. One caller at a time: rows that it has written stay
-- locked until its transaction ends, so it stops after a third of a second, before a statement timeout of an API would.
create or replace function public.backfill_versions(batch integer default 500)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  until constant timestamptz := clock_timestamp() + interval '0.3 seconds';
  most integer := 8;
  total integer := 0;
  newly integer;
begin
  if batch is null or batch not between 1 and 10000 then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "batch", "expected": "1 to 10000"}');
  end if;
  if pg_try_advisory_xact_lock(hashtextextended('private.backfills', 0)) then
    while total < batch and clock_timestamp() < until loop
      update private.backfills as todo
         set batch = least(most, backfill_versions.batch - total)
       where todo.step = (
         select next.step from private.backfills as next where next.finished_at is null order by next.place limit 1
       )
      returning todo.batch into newly;
      exit when not found;
      total := total + newly;
      -- The first rows show how long more of them will take.
      most := most * 2;
    end loop;
  end if;
  return (
    select jsonb_build_object(
             'examined', total, 'left_over', sum(step.left_over), 'finished', bool_and(step.finished_at is not null)
           )
      from private.backfills as step
  );
end
$$;
comment on function public.backfill_versions(integer) is
'For the worker: brings over assessments, sessions and results from before versions were kept, at most batch rows and for '
'less than a second. Returns {examined, left_over, finished}: how many rows this call has examined (0 while another call is '
'running), how many could not be brought over so far, and whether all rows were examined. Safe to call at any time.';
revoke all on function public.backfill_versions(integer) from public, anon, authenticated, service_role;
