-- The batches of what is brought over, one at a time.

-- A batch of a step. In a trigger, since versions are the triggers' to write.
create or replace function private.run_backfill()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  ids constant uuid[] := case old.step
    when 'assessments' then private.backfill_assessments(old.after, new.batch)
    when 'begun' then private.backfill_begun(old.after, new.batch)
    when 'results' then private.backfill_results(old.after, new.batch)
    when 'requests' then private.backfill_requests(old.after, new.batch)
    else private.backfill_choices(old.step, old.after, new.batch)
  end;
begin
  new.after := coalesce(ids[cardinality(ids)], old.after);
  new.examined := old.examined + cardinality(ids);
  new.finished_at := case when cardinality(ids) < new.batch then now() end;
  new.batch := cardinality(ids);
  return new;
end
$$;

create or replace trigger run_backfill
before update of batch on private.backfills
for each row execute function private.run_backfill();

-- SECURITY DEFINER: versions, choices and pins are nobody's to write.
create or replace function public.backfill_versions(batch integer default 500)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  examined integer;
begin
  if batch is null or batch not between 1 and 10000 then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "batch", "expected": "1 to 10000"}');
  end if;
  loop
    -- One batch at a time: another caller waits for this batch, and continues after it.
    update private.backfills as todo
       set batch = backfill_versions.batch
     where todo.step = (
       select next.step from private.backfills as next where next.finished_at is null order by next.place limit 1 for update
     )
    returning todo.batch into examined;
    if not found then
      return 0;
    elsif examined > 0 then
      return examined;
    end if;
  end loop;
end
$$;
comment on function public.backfill_versions(integer) is
'For the worker: brings over assessments, sessions and results from before versions were kept, at most batch rows at a time. '
'Returns how many rows it has looked at; 0 when nothing is left. Safe to call at any time, and by several at once.';
revoke all on function public.backfill_versions(integer) from public, anon, authenticated, service_role;
