-- One transaction finishes the jobs of many tenants, and none of them may keep the others.
--
-- So that none waits for one whose rows somebody else keeps locked, nobody is waited for longer than lock_timeout says in the
-- functions of this file and of effects.sql: first once for half a second, then, each for itself, for 20 milliseconds. A job
-- whose tenant or assessment is not to be had comes again later.
--
-- And no effect may take long. exchange_jobs has a statement_timeout of its own, which PostgREST arms: the effect that it
-- interrupts is undone, and its job comes again later, alone. The timer does not fire a second time, so everything is brought
-- to its end at once: what was done before stays, and what was not begun is given back. What is interrupted has had two
-- seconds at least, since no effect but the first is begun when one second is over. Over a direct connection nothing is
-- armed, and that look at the clock is all there is.

-- Locks what the effects of these elements refer to, before any job: the order of locks is in locks/order.sql. Gives the
-- tenants that were not to be had.
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

-- Locks the jobs, in an order that two workers cannot cross. Gives those that were to be had: one that somebody keeps
-- locked is being deleted, or another worker has it.
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
