-- custom-assessments 0.2.0 worker_api_effects sha256:b1effc97f27968b6c3f42237c071e5a1612d9e147b8fb248e35db15e34af9105
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

-- Finishing jobs: their outcomes are decided, then written.

-- The verdict on each reported job, at its position in the report.
create or replace function private.judge_jobs(
  worker text, finished jsonb, ids bigint[], attempts integer[], outcomes text[], errors text[], elements integer[],
  mine bigint[], ended bigint[], endings jsonb[]
)
returns private.judged_job[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  -- This many claims that found the tenant or the assessment locked are not counted; by then the job has waited for hours.
  patience constant integer := 20;
  -- Reports of a claim that was reported before.
  repeats bigint[];
begin
  if cardinality(mine) < cardinality(ids) then
    repeats := array(
      select given.ordinality
        from (
          select told.ordinality, row_number() over (partition by told.job, told.attempt order by told.ordinality) as time
            from unnest(ids, attempts) with ordinality as told (job, attempt, ordinality)
        ) as given
       where given.time > 1);
  end if;
  return array(
    select row(
             told.ordinality, told.job, told.kind, told.subject_id,
             case
               when not told.held then null
               when told.found = 'retry' and told.charged >= told.max_attempts then 'exhausted'
               else told.found
             end,
             coalesce(told.ending ->> 'error', substring(told.error from '^[a-z0-9-]{1,64}$'),
                      case when told.outcome = told.done and told.found = 'failed'
                        then 'invalid-source' else 'unspecified' end),
             told.claimed, told.charged, told.attempts,
             case when told.held then judge_jobs.finished #> array[told.element::text, 'diagnostics'] end,
             told.ending
           )::private.judged_job
      from (
        select given.ordinality, given.job, given.outcome, given.error, given.element, effect.ending,
               job.kind, job.subject_id, job.attempts, job.max_attempts, kind.outcome as done,
               job.attempts - job.releases as charged,
               job.worker = judge_jobs.worker and job.attempts = given.attempt as claimed,
               (job.state = 'running' and job.worker = judge_jobs.worker and job.attempts = given.attempt
                and (repeats is null or given.ordinality <> all (repeats))) is true as held,
               case
                 when effect.ending ->> 'end' = 'waits' and job.attempts >= patience then 'retry'
                 when effect.ending is not null then effect.ending ->> 'end'
                 when given.outcome = kind.outcome then case when kind.applies is null then 'succeeded' else 'failed' end
                 when given.outcome in ('failed', 'release') then given.outcome
                 else 'retry'
               end as found
          from unnest(ids, judge_jobs.attempts, outcomes, errors, elements)
                 with ordinality as given (job, attempt, outcome, error, element, ordinality)
          -- With an array, so that no estimate makes the planner read the whole table.
          left join private.jobs as job on job.id = given.job and job.id = any (mine)
          left join private.job_kinds as kind on kind.kind = job.kind
          left join unnest(ended, endings) as effect (job, ending) on effect.job = given.job
      ) as told
     order by told.ordinality);
end
$$;

-- Lets each kind record the outcomes of its jobs on their subjects. Returns the subjects that still exist.
create or replace function private.settle_subjects(judged private.judged_job[])
returns uuid[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  settling record;
  present uuid[];
  every uuid[] := '{}'::uuid[];
begin
  for settling in
    select kind.settles, array_agg(each) as judged
      from unnest(judged) as each
      join private.job_kinds as kind on kind.kind = each.kind
     where each.verdict is not null
       and kind.settles is not null
     group by kind.kind
     order by kind.turn
  loop
    execute format('select %s($1)', settling.settles) into present using settling.judged;
    every := every || present;
  end loop;
  return every;
end
$$;

-- Records the outcomes on the jobs and on their subjects. Returns the result of finish_jobs.
create or replace function private.settle_jobs(judged private.judged_job[])
returns json
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  answers json;
  wakes boolean;
begin
  update private.jobs as job
     set state = case when each.verdict = 'succeeded' then 'succeeded'
                      when each.verdict in ('failed', 'exhausted') then 'failed' else 'queued' end,
         rank = case when each.verdict not in ('succeeded', 'failed', 'exhausted') then job.rank end,
         releases = job.releases + case when each.verdict in ('release', 'waits') then 1 else 0 end,
         not_before = case each.verdict
           -- A job that took too long waits until the other jobs of its request had their turn.
           when 'retry' then case each.code
             when 'too-slow' then clock_timestamp() + greatest(private.retry_delay(each.charged), interval '10 seconds')
             else now() + private.retry_delay(each.charged) end
           -- From the current time, not from the start of the transaction, which may have waited.
           when 'waits' then clock_timestamp() + private.retry_delay(each.attempts)
         end,
         lease_expires_at = null,
         last_error = case when each.verdict = 'succeeded' then null
                           when each.verdict = 'release' then job.last_error
                           else each.code end,
         finished_at = case when each.verdict in ('succeeded', 'failed', 'exhausted') then now() end
    from unnest(judged) as each
   where job.id = each.job
     and each.verdict is not null
     and job.id = any (array(select told.job from unnest(judged) as told));
  perform private.settle_subjects(judged);

  select json_agg(json_build_object('outcome', settled.outcome, 'error', settled.error, 'jobs', settled.jobs)),
         coalesce(bool_or(settled.outcome = 'released'), false)
    into answers, wakes
    from (
      select case
               when each.verdict is null then case when each.claimed then 'repeated' else 'lost' end
               when each.verdict in ('retry', 'waits') then 'retried'
               when each.verdict = 'release' then 'released'
               when each.verdict = 'failed' and private.is_authors_fault(each.code) then 'rejected'
               when each.verdict = 'exhausted' then 'failed'
               else each.verdict
             end as outcome,
             case when each.verdict in ('failed', 'exhausted', 'retry', 'waits') then each.code end as error,
             array_agg(each.job order by each.place) as jobs
        from unnest(judged) as each
       group by 1, 2
    ) as settled;
  if wakes then
    perform pg_notify('assessment_jobs', '');
  end if;
  return coalesce(answers, '[]');
end
$$;

-- Finishes, delays or returns each job that the worker still has, with its effects. Returns the outcomes, grouped by
-- outcome and error: succeeded, rejected (the author's error), failed, retried, released; repeated if this claim was
-- finished before; lost if the worker no longer has the job. Only the first effect may start after until.
create or replace function private.finish_jobs(worker text, finished jsonb, until timestamptz)
returns json
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  -- The reports, one element per job.
  ids bigint[];
  attempts integer[];
  outcomes text[];
  errors text[];
  -- The report's element, counted from 0.
  elements integer[];
  mine bigint[];
  busy uuid[];
  effective boolean;
  ended bigint[];
  endings jsonb[];
begin
  select array_agg(given.job), array_agg(given.attempt), array_agg(told.outcome), array_agg(told.error),
         array_agg(told.ordinality - 1)
    into ids, attempts, outcomes, errors, elements
    from rows from (jsonb_to_recordset(finish_jobs.finished) as (
           jobs bigint[], attempts integer[], outcome text, error text
         )) with ordinality as told (jobs, attempts, outcome, error, ordinality)
   cross join lateral unnest(told.jobs, told.attempts) as given (job, attempt);
  if cardinality(ids) > 1000 then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "handed_back", "expected": "at most 1000 jobs in all"}');
  end if;
  effective := outcomes && array(select kind.outcome from private.job_kinds as kind where kind.applies is not null);
  if effective then
    busy := private.hold_owners(finish_jobs.finished, until);
  end if;
  mine := private.hold_jobs(ids);
  if effective then
    select effects.ended, effects.endings
      into ended, endings
      from private.apply_effects(finish_jobs.worker, finish_jobs.finished, mine, busy, until) as effects;
  end if;
  begin
    return private.settle_jobs(private.judge_jobs(
      finish_jobs.worker, finish_jobs.finished, ids, attempts, outcomes, errors, elements, mine, ended, endings));
  exception when query_canceled then
    -- The last effect finished just before its time limit. The timer does not fire a second time.
    return private.settle_jobs(private.judge_jobs(
      finish_jobs.worker, finish_jobs.finished, ids, attempts, outcomes, errors, elements, mine, ended, endings));
  end;
end
$$;
