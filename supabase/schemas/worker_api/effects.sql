-- The effects of what a worker found, each with its own outcome.

-- Applies the effects of some jobs of one tenant and kind in one call, with an outcome for each. If that call fails, each
-- is applied separately, so that each has its own outcome.
create or replace function private.apply_unit(
  applies text, subjects uuid[], targets uuid[], elements jsonb[], until timestamptz
)
returns jsonb[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  state text;
  detail text;
  endings jsonb[];
begin
  begin
    execute format('select %s($1, $2, $3)', applies) into endings using subjects, targets, elements;
    return endings;
  exception
    when query_canceled then
      return array_fill('{"end": "retry", "error": "too-slow"}'::jsonb, array[cardinality(subjects)]);
    when others then
      get stacked diagnostics state = returned_sqlstate, detail = pg_exception_detail;
  end;
  if state = '55P03' then
    perform set_config('lock_timeout', '20ms', true);
  end if;
  if cardinality(subjects) = 1 then
    return array[private.ending_of_error(state, detail)];
  end if;
  for place in 1 .. cardinality(subjects) loop
    endings := endings || case
      when place > 1 and clock_timestamp() >= until then array['{"end": "release"}'::jsonb]
      else private.apply_unit(applies, subjects[place:place], targets[place:place], elements[place:place], until)
    end;
  end loop;
  return endings;
end
$$;

-- The jobs with an effect in these elements, by tenant and kind, in order.
create or replace function private.jobs_with_effects(worker text, finished jsonb, ids bigint[])
returns table (
  tenant_id uuid, applies text, groups text, jobs bigint[], subjects uuid[], targets uuid[], elements jsonb[]
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select job.tenant_id, kind.applies, kind.groups,
           array_agg(job.id order by job.rank, job.id),
           array_agg(job.subject_id order by job.rank, job.id),
           array_agg(job.target_id order by job.rank, job.id),
           array_agg(jobs_with_effects.finished -> first.place order by job.rank, job.id)
      from (
        -- If a claim is reported more than once, the first report counts.
        select distinct on (claimed.id)
               claimed.id, told.ordinality::integer - 1 as place, told.outcome
          from rows from (jsonb_to_recordset(jobs_with_effects.finished) as (
                 jobs bigint[], attempts integer[], outcome text
               )) with ordinality as told (jobs, attempts, outcome, ordinality)
         cross join lateral unnest(told.jobs, told.attempts) with ordinality as given (job, attempt, ordinality)
          join private.jobs as claimed on claimed.id = given.job
         where claimed.id = any (ids)
           and claimed.state = 'running'
           and claimed.worker = jobs_with_effects.worker
           and claimed.attempts = given.attempt
         order by claimed.id, told.ordinality, given.ordinality
      ) as first
      join private.jobs as job on job.id = first.id
      join private.job_kinds as kind on kind.kind = job.kind and kind.outcome = first.outcome
     where job.id = any (ids)
       and kind.applies is not null
       and (
         kind.needs is null
         or jsonb_typeof(jobs_with_effects.finished #> array[first.place::text, kind.needs]) = 'string'
       )
     group by job.tenant_id, kind.kind
     order by job.tenant_id, min(job.rank), min(job.id);
end
$$;

-- Applies the effects of the elements that have one. Returns their jobs and the outcome of each. The caller has locked the
-- jobs, and all tenants that are not busy. Jobs not started when the time is over are returned, except the first.
create or replace function private.apply_effects(
  worker text, finished jsonb, ids bigint[], busy uuid[], until timestamptz, out ended bigint[], out endings jsonb[]
)
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
declare
  effect record;
  -- As many jobs of one tenant as are applied in one call.
  size integer;
  together boolean;
  place integer;
  late boolean := false;
begin
  for effect in
    select * from private.jobs_with_effects(apply_effects.worker, apply_effects.finished, ids)
  loop
    ended := ended || effect.jobs;
    if effect.tenant_id = any (busy) then
      endings := endings || array_fill(private.ending_of_error('55P03', null), array[cardinality(effect.jobs)]);
      continue;
    end if;
    together := false;
    if effect.groups is not null and cardinality(effect.jobs) > 1 then
      execute format('select %s($1, $2)', effect.groups) into together using effect.subjects, effect.targets;
    end if;
    size := case when together then cardinality(effect.jobs) else 1 end;
    place := 1;
    while place <= cardinality(effect.jobs) loop
      if late then
        endings := endings || array_fill('{"end": "release"}'::jsonb, array[size]);
      else
        endings := endings || private.apply_unit(
          effect.applies, effect.subjects[place : place + size - 1], effect.targets[place : place + size - 1],
          effect.elements[place : place + size - 1], until);
        late := clock_timestamp() >= until;
      end if;
      place := place + size;
    end loop;
  end loop;
end
$$;
