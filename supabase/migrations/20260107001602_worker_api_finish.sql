-- custom-assessments 0.2.0 worker_api_finish sha256:e4687a345dc3a9420891facf1489f58443c6ff898f6370e4e976e6ee4960d03f
-- Finishing jobs.

-- Writes the ends of these jobs, in one statement: of the one at each place, the claim that is told of, its outcome and
-- error, and the element of finished that tells it. Gives what became of them, as finish_jobs does.
create or replace function private.settle_jobs(
  worker text, finished jsonb, ids bigint[], attempts integer[], outcomes text[], errors text[], elements integer[],
  mine bigint[], ended bigint[], endings jsonb[]
)
returns json
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Of so many claims those that found the tenant or the assessment locked are not charged: then the job has had hours.
  patience constant integer := 20;
  -- Those that name a claim which another before them names.
  repeats bigint[];
  answers json;
  wakes boolean;
  scored boolean;
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
  -- The rows are found by an array, so that no estimate can talk the planner into reading
  -- the whole table.
  with held as materialized (
    select job.id, job.kind, job.subject_id, job.state, job.worker, job.attempts, job.max_attempts,
           job.attempts - job.releases as charged
      from private.jobs as job
     where job.id = any (mine)
  ),
  judged as materialized (
    select element.ordinality, element.job, element.kind, element.subject_id, element.charged, element.attempts,
           element.place, element.ending, element.claimed,
           case
             when not element.held then null
             when element.found = 'retry' and element.charged >= element.max_attempts then 'exhausted'
             else element.found
           end as verdict,
           coalesce(element.ending ->> 'error',
                    substring(element.error from '^[a-z0-9-]{1,64}$'),
                    case when element.outcome = 'compiled' then 'invalid-source' else 'unspecified' end) as code
      from (
        select given.ordinality, given.job, given.outcome, given.error, given.place, effect.ending,
               held.kind, held.subject_id, held.charged, held.attempts, held.max_attempts,
               held.worker = settle_jobs.worker and held.attempts = given.attempt as claimed,
               (held.state = 'running' and held.worker = settle_jobs.worker and held.attempts = given.attempt
                and (repeats is null or given.ordinality <> all (repeats))) is true as held,
               case
                 when effect.ending ->> 'end' = 'waits' and held.attempts >= patience then 'retry'
                 when effect.ending is not null then effect.ending ->> 'end'
                 when given.outcome = 'done' and held.kind = 'probe' then 'succeeded'
                 when given.outcome = 'compiled' and held.kind = 'compile' then 'failed'
                 when given.outcome in ('failed', 'release') then given.outcome
                 else 'retry'
               end as found
          from unnest(ids, attempts, outcomes, errors, elements)
                 with ordinality as given (job, attempt, outcome, error, place, ordinality)
          left join held on held.id = given.job
          left join unnest(ended, endings) as effect (job, ending) on effect.job = given.job
      ) as element
  ),
  uploads as (
    update public.assessment_uploads as upload
       set status = case when judged.verdict = 'succeeded' then 'succeeded'
                         when judged.verdict in ('failed', 'exhausted') then 'failed' else 'queued' end,
           diagnostics = case
             when judged.verdict in ('succeeded', 'failed') then
               private.bounded_diagnostics(settle_jobs.finished #> array[judged.place::text, 'diagnostics'])
               || coalesce(judged.ending -> 'diagnostics', '[]')
             when judged.verdict = 'exhausted' then jsonb_build_array(private.upload_diagnostic(
               case judged.code when 'too-slow' then 'too-slow' else 'too-many-attempts' end))
             else '[]' end,
           -- The assessment's as it is stored: it need not be compressed a second time.
           definition = coalesce(judged.ending -> 'definition', (
             select assessment.definition
               from public.custom_assessments as assessment
              where assessment.id = (judged.ending ->> 'assessment_id')::uuid)),
           assessment_id = coalesce((judged.ending ->> 'assessment_id')::uuid, upload.assessment_id),
           attempts = judged.charged - case when judged.verdict in ('release', 'waits') then 1 else 0 end,
           started_at = case when judged.verdict in ('succeeded', 'failed', 'exhausted') then upload.started_at end,
           finished_at = case when judged.verdict in ('succeeded', 'failed', 'exhausted') then now() end
      from judged
     where judged.kind = 'compile'
       and judged.verdict is not null
       and upload.id = judged.subject_id
       and upload.id = any (array(
             select subject.subject_id from judged as subject where subject.kind = 'compile'))
  ),
  jobs as (
    update private.jobs as job
       set state = case when judged.verdict = 'succeeded' then 'succeeded'
                        when judged.verdict in ('failed', 'exhausted') then 'failed' else 'queued' end,
           rank = case when judged.verdict not in ('succeeded', 'failed', 'exhausted') then job.rank end,
           releases = job.releases + case when judged.verdict in ('release', 'waits') then 1 else 0 end,
           not_before = case judged.verdict
             -- What took too long leaves its neighbours the time to come before it.
             when 'retry' then case judged.code
               when 'too-slow' then clock_timestamp() + greatest(private.retry_delay(judged.charged), interval '10 seconds')
               else now() + private.retry_delay(judged.charged) end
             -- From now on, not from the beginning of the transaction, which has waited itself.
             when 'waits' then clock_timestamp() + private.retry_delay(judged.attempts)
           end,
           lease_expires_at = null,
           last_error = case when judged.verdict = 'succeeded' then null
                             when judged.verdict = 'release' then job.last_error
                             else judged.code end,
           finished_at = case when judged.verdict in ('succeeded', 'failed', 'exhausted') then now() end
      from judged
     where job.id = judged.job
       and judged.verdict is not null
       and job.id = any (ids)
  )
  select json_agg(json_build_object('outcome', settled.outcome, 'error', settled.error, 'jobs', settled.jobs)),
         coalesce(bool_or(settled.outcome = 'released'), false),
         coalesce(bool_or(settled.scored), false)
    into answers, wakes, scored
    from (
      select case
               when judged.verdict is null then case when judged.claimed then 'repeated' else 'lost' end
               when judged.verdict in ('retry', 'waits') then 'retried'
               when judged.verdict = 'release' then 'released'
               when judged.verdict = 'failed' and private.is_authors_fault(judged.code) then 'rejected'
               when judged.verdict = 'exhausted' then 'failed'
               else judged.verdict
             end as outcome,
             case when judged.verdict in ('failed', 'exhausted', 'retry', 'waits') then judged.code end as error,
             array_agg(judged.job) as jobs,
             bool_or(judged.verdict = 'succeeded' and judged.kind = 'score') as scored
        from judged
       group by 1, 2
    ) as settled;

  -- Once the result has them, the answers need not be kept a second time.
  if scored then
    delete from private.score_requests as request
     where request.id = any (array(
             select job.subject_id
               from private.jobs as job
              where job.id = any (ids)
                and job.kind = 'score'
                and job.state = 'succeeded'));
  end if;
  if wakes then
    perform pg_notify('assessment_jobs', '');
  end if;
  return coalesce(answers, '[]');
end
$$;

-- Ends, delays or gives back each job that the worker still holds, with its effects. Gives what became of them, those of
-- one outcome and one error together: succeeded, rejected (the author's fault), failed, retried, released; repeated where
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
  effective := outcomes && array['compiled', 'scored'];
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
    return private.settle_jobs(
      finish_jobs.worker, finish_jobs.finished, ids, attempts, outcomes, errors, elements, mine, ended, endings);
  exception when query_canceled then
    -- The last effect came to its end just before its time was over. The timer does not fire a second time.
    return private.settle_jobs(
      finish_jobs.worker, finish_jobs.finished, ids, attempts, outcomes, errors, elements, mine, ended, endings);
  end;
end
$$;
