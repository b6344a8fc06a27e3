-- custom-assessments 0.2.0 worker_api_effects sha256:ebdb6488f2a6274f6ed286f57f5e1a2e90632bca42e769bf61a24589b72f1e6e
-- The effects of what a worker found, each with its own end.

-- The effects of some jobs of one tenant and kind, which are applied in one call: an end for each. Where that call fails,
-- each is tried by itself, so that each has its own end.
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

-- The jobs that these elements hand in with an effect, by tenant and kind, in their turns.
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
        -- What is said first of a claim counts.
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

-- The effects of those elements that have one. Gives their jobs and, for each, its end. The caller holds the jobs, and all
-- tenants that are not busy. What is not begun when the time is over is given back, but for the first.
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

-- Finishing jobs: what becomes of each is judged, then written.

-- Of each job that is told of, at its place, what becomes of it.
create or replace function private.judge_jobs(
  worker text, finished jsonb, ids bigint[], attempts integer[], outcomes text[], errors text[], elements integer[],
  mine bigint[], ended bigint[], endings jsonb[]
)
returns private.judged_job[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Of so many claims those that found the tenant or the assessment locked are not charged: then the job has had hours.
  patience constant integer := 20;
  -- Those that name a claim which another before them names.
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
          -- By an array, so that no estimate can talk the planner into reading the whole table.
          left join private.jobs as job on job.id = given.job and job.id = any (mine)
          left join private.job_kinds as kind on kind.kind = job.kind
          left join unnest(ended, endings) as effect (job, ending) on effect.job = given.job
      ) as told
     order by told.ordinality);
end
$$;

-- Has each kind write on its subjects what became of their jobs. Gives the subjects that are there.
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

-- Writes what becomes of these jobs, on them and on their subjects. Gives the answer of finish_jobs.
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
           -- What took too long leaves its neighbours the time to come before it.
           when 'retry' then case each.code
             when 'too-slow' then clock_timestamp() + greatest(private.retry_delay(each.charged), interval '10 seconds')
             else now() + private.retry_delay(each.charged) end
           -- From now on, not from the beginning of the transaction, which has waited itself.
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

-- Ends, delays or gives back each job that the worker still holds, with its effects. Gives what became of them, those of
-- one outcome and one error together: succeeded, rejected (the author's error), failed, retried, released; repeated where
-- this claim was finished before; lost where the worker does not hold the job any more. No effect but the first is begun
-- after until.
create or replace function private.finish_jobs(worker text, finished jsonb, until timestamptz)
returns json
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  -- What is told, one place a job.
  ids bigint[];
  attempts integer[];
  outcomes text[];
  errors text[];
  -- The element that tells it, counted from 0.
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
    -- The last effect came to its end just before its time was over. The timer does not fire a second time.
    return private.settle_jobs(private.judge_jobs(
      finish_jobs.worker, finish_jobs.finished, ids, attempts, outcomes, errors, elements, mine, ended, endings));
  end;
end
$$;
