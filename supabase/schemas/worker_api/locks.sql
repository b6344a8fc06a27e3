-- One transaction finishes the jobs of many tenants, and no tenant may delay the others.
--
-- So that no job waits for one whose rows are locked elsewhere, lock_timeout limits every wait in the functions of this
-- file and of effects.sql: first half a second for all locks together, then 20 milliseconds for each. A job whose tenant or
-- assessment is not available is retried later.
--
-- No effect may take long either. exchange_jobs sets its own statement_timeout, which PostgREST applies: the interrupted
-- effect is undone, and its job is retried later, alone. The timer does not fire a second time, so the request then
-- finishes at once: effects applied before are kept, and jobs not started are returned. An interrupted effect has had at
-- least two seconds, because only the first effect may start after one second. Over a direct connection the timeout does
-- not apply, and only this check of the clock limits the time.

-- Locks the rows to which the effects of these elements refer, before any job (see the order in locks/order.sql). Returns
-- the tenants that were not available.
create or replace function private.hold_owners(finished jsonb, until timestamptz)
returns uuid[]
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
declare
  ids constant bigint[] := array(
    select given.job::bigint
      from jsonb_array_elements(hold_owners.finished) as element
      join private.job_kinds as kind
        on kind.outcome = element.value ->> 'outcome'
       and (kind.needs is null or jsonb_typeof(element.value -> kind.needs) = 'string')
     cross join lateral jsonb_array_elements(element.value -> 'jobs') as given (job)
     where kind.locks is not null);
  owners cursor for
    select job.tenant_id, format('select %s($1, $2)', kind.locks) as lock, array_agg(job.subject_id) as subjects
      from private.jobs as job
      join private.job_kinds as kind on kind.kind = job.kind
     where job.id = any (ids)
       and kind.locks is not null
     group by job.tenant_id, kind.kind
     order by job.tenant_id, kind.turn;
  busy uuid[] := '{}'::uuid[];
begin
  begin
    for owner in owners loop
      execute owner.lock using owner.tenant_id, owner.subjects;
    end loop;
  exception when lock_not_available then
    perform set_config('lock_timeout', '20ms', true);
    for owner in owners loop
      if clock_timestamp() >= until then
        busy := busy || owner.tenant_id;
        continue;
      end if;
      begin
        execute owner.lock using owner.tenant_id, owner.subjects;
      exception when lock_not_available then
        busy := busy || owner.tenant_id;
      end;
    end loop;
  end;
  return busy;
end
$$;

-- Locks the jobs in an order that prevents deadlocks between workers. Returns those that were available: a locked job is
-- being deleted, or another worker has it.
create or replace function private.hold_jobs(ids bigint[])
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
begin
  return array(select job.id from private.jobs as job where job.id = any (ids) order by job.id for update);
exception when lock_not_available then
  return array(select job.id from private.jobs as job where job.id = any (ids) order by job.id for update skip locked);
end
$$;
