-- custom-assessments 0.2.0 worker_api_claim sha256:f2fac8536ada445217bc846dae3d1540f3386078edf9b52c200e2e8938b690c0
-- Claiming jobs.

-- Takes back jobs with expired leases, which the caller has locked: their worker died or hangs. Each is charged its
-- attempt; after the last one it fails. A worker that returns later finds that it has lost its claim.
create or replace function private.take_back_jobs(expired bigint[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  judged constant private.judged_job[] := array(
    select row(
             null, job.id, job.kind, job.subject_id,
             case when job.attempts - job.releases >= job.max_attempts then 'exhausted' else 'retry' end,
             'worker-lost', false, job.attempts - job.releases, job.attempts, null, null
           )::private.judged_job
      from private.jobs as job
     where job.id = any (expired));
begin
  update private.jobs as job
     set state = case when each.verdict = 'exhausted' then 'failed' else 'queued' end,
         rank = case when each.verdict <> 'exhausted' then job.rank end,
         finished_at = case when each.verdict = 'exhausted' then now() end,
         last_error = 'worker-lost',
         worker = null,
         lease_expires_at = null
    from unnest(judged) as each
   where job.id = each.job
     and job.id = any (expired);
  perform private.settle_subjects(judged);
end
$$;

-- The next jobs in order, locked. At most about 256 KB of text at once, which a worker processes in a tenth of a second:
-- tenants take turns between batches, and new jobs wait for the current batch. A job that was charged an attempt before is
-- chosen alone, so that a job that kills its worker affects no others. Jobs with expired leases are still in the order, and
-- are taken back when they are reached. Without sorting, so that the index is read in order, whatever the tables contained
-- when the plan was made.
create or replace function private.choose_jobs(most integer)
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_sort = off
as $$
declare
  size_limit constant bigint := 262144;
  ids bigint[];
  sizes integer[];
  charged boolean[];
  total bigint;
  any_charged boolean;
  lost bigint[];
begin
  loop
    with candidate as materialized (
      select job.id, job.size_bytes, job.attempts > job.releases as charged, job.state = 'running' as expired
        from private.jobs as job
       where job.rank is not null
         and job.not_before is null
         -- Once taken back, jobs with attempts left are queued.
         and (job.state = 'queued' or (job.lease_expires_at <= now() and lost is null))
       order by job.rank, job.id
       limit choose_jobs.most
         for update skip locked
    )
    select array_agg(candidate.id), array_agg(candidate.size_bytes), array_agg(candidate.charged),
           sum(candidate.size_bytes), bool_or(candidate.charged),
           array_agg(candidate.id) filter (where candidate.expired)
      into ids, sizes, charged, total, any_charged, lost
      from candidate;
    exit when lost is null;
    perform private.take_back_jobs(lost);
  end loop;
  if any_charged or total > size_limit then
    -- The batch ends when it is full, or before and after a charged job.
    ids := array(
      select counted.id
        from (
          select given.id, given.ordinality,
                 sum(given.size) over first_to_this as total,
                 bool_or(given.charged) over first_to_this as after_charged
            from unnest(ids, sizes, charged) with ordinality as given (id, size, charged, ordinality)
          window first_to_this as (order by given.ordinality rows unbounded preceding)
        ) as counted
       where counted.ordinality = 1 or (counted.total <= size_limit and not counted.after_charged)
       order by counted.ordinality);
  end if;
  return ids;
end
$$;

-- The jobs that this worker already received for the same request, locked: it repeats a request if the answer was lost, even
-- while the first is still running.
create or replace function private.jobs_of_request(worker text, request text)
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  last_claim record;
  chosen bigint[];
begin
  insert into private.claims (worker, request, jobs, claimed_at)
  values (jobs_of_request.worker, '', '{}', now())
  on conflict on constraint claims_pkey do nothing;
  select claim.request, claim.jobs
    into last_claim
    from private.claims as claim
   where claim.worker = jobs_of_request.worker
     for update;
  if last_claim.request = jobs_of_request.request then
    chosen := array(
      select job.id
        from private.jobs as job
       where job.id = any (last_claim.jobs)
         and job.state = 'running'
         and job.worker = jobs_of_request.worker
       order by job.id
         for update);
    -- The next claim counts this attempt, so that it is not counted twice.
    update private.jobs as job set releases = job.releases + 1 where job.id = any (chosen);
  end if;
  return chosen;
end
$$;

-- What a worker receives for claimed jobs of one kind; null if their subjects no longer exist: a subject that is being
-- deleted is no longer processed.
create or replace function private.load_jobs(
  kind text, jobs bigint[], attempts integer[], tries integer[], subjects uuid[]
)
returns json
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  loads constant text := (select known.loads from private.job_kinds as known where known.kind = load_jobs.kind);
  loaded json;
begin
  if loads is null then
    return json_build_object('kind', kind, 'jobs', jobs, 'attempts', attempts, 'tries', tries);
  end if;
  execute format('select %s($1, $2, $3, $4)', loads) into loaded using jobs, attempts, tries, subjects;
  return loaded;
end
$$;

-- The next jobs in order, assigned to this worker.
create or replace function private.claim_jobs(
  worker text, claim_limit integer, lease_seconds integer, request text, out jobs json, out number integer
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  chosen bigint[];
  given record;
  part json;
  loaded json[] := array[]::json[];
begin
  if claim_jobs.request is not null then
    chosen := private.jobs_of_request(claim_jobs.worker, claim_jobs.request);
  end if;
  if coalesce(cardinality(chosen), 0) = 0 then
    update private.jobs as job
       set not_before = null
     where job.id = any (array(
             select due.id
               from private.jobs as due
              where due.not_before <= now()
              order by due.not_before
              limit 1000
                for update skip locked));
    chosen := private.choose_jobs(claim_jobs.claim_limit);
  end if;
  jobs := '[]';
  number := coalesce(cardinality(chosen), 0);
  if number = 0 then
    return;
  end if;
  if claim_jobs.request is not null then
    update private.claims as claim
       set request = claim_jobs.request, jobs = chosen, claimed_at = now()
     where claim.worker = claim_jobs.worker;
  end if;

  -- A list for each member, because objects for hundreds of jobs would repeat its name.
  for given in
    with claimed as (
      update private.jobs as job
         set state = 'running',
             attempts = job.attempts + 1,
             worker = claim_jobs.worker,
             lease_expires_at = now() + claim_jobs.lease_seconds * interval '1 second',
             started_at = coalesce(job.started_at, now())
       where job.id = any (chosen)
      returning job.id, job.kind, job.subject_id, job.attempts, job.attempts - job.releases as charged, job.rank
    )
    select claimed.kind,
           array_agg(claimed.id order by claimed.rank, claimed.id) as jobs,
           array_agg(claimed.attempts order by claimed.rank, claimed.id) as attempts,
           array_agg(claimed.charged order by claimed.rank, claimed.id) as tries,
           array_agg(claimed.subject_id order by claimed.rank, claimed.id) as subjects
      from claimed
      join private.job_kinds as known on known.kind = claimed.kind
     group by known.kind, claimed.kind
     order by known.turn desc
  loop
    part := private.load_jobs(given.kind, given.jobs, given.attempts, given.tries, given.subjects);
    if part is not null then
      loaded := loaded || part;
    end if;
  end loop;
  jobs := array_to_json(loaded);
end
$$;

-- Milliseconds until there may be something to claim; null if there are no open jobs.
create or replace function private.next_claim_in_ms()
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when exists (
      select from private.jobs as job where job.rank is not null and job.not_before is null and job.state = 'queued'
    ) then 0
    else (
      select ceil(extract(epoch from greatest(min(due.time) - now(), interval '0')) * 1000)::bigint
        from (
          (select job.not_before as time from private.jobs as job
            where job.not_before is not null order by job.not_before limit 1)
          union all
          -- None is queued: all open jobs that do not wait are claimed.
          (select min(job.lease_expires_at) from private.jobs as job
            where job.rank is not null and job.not_before is null)
        ) as due
      having min(due.time) is not null
    )
  end;
end
$$;

-- What the worker calls. One request finishes the claimed jobs and claims the next ones in one transaction, so that an
-- effect and the end of its job cannot be separated.

-- SECURITY DEFINER, because the service role has no privileges on the queue, nor the right to write what only the queue may
-- write.
--
-- handed_back: [{"jobs": [1, 2], "attempts": [1, 1], "outcome": ..., and the fields of the outcome}]; jobs with the same
-- outcome are in one element. Returns: {"settled": [{"outcome", "error", "jobs": [1, 2]}], "jobs": [{"kind", "jobs": [3],
-- "attempts": [1], "tries": [1], and a list for each member of this kind}], "next_in_ms"}. With an object for each job,
-- writing and reading the JSON on its way through PostgREST would take as long as the job's row.
--
-- For a small request, planning costs more than the work, so each statement is planned once per session. The plans must
-- stay good whatever the tables contained at that time: none may read a whole table, nor collect the rows of a batch once
-- for each row.
create or replace function public.exchange_jobs(
  worker text,
  handed_back jsonb default '[]',
  claim_limit integer default 0,
  lease_seconds integer default 60,
  request text default null
)
returns json
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
-- Applied by PostgREST; private.apply_unit explains its purpose.
set statement_timeout = '3s'
as $$
declare
  until constant timestamptz := clock_timestamp() + interval '1 second';
  answers json := '[]'::json;
  claimed json := '[]'::json;
  next_in_ms bigint;
begin
  if worker is null or worker !~ '^[!-~]{1,200}$' then
    perform private.refuse('INVALID_ARGUMENT',
      '{"argument": "worker", "expected": "1 to 200 printable ASCII characters without spaces"}');
  elsif handed_back is null or jsonb_typeof(handed_back) <> 'array' or jsonb_array_length(handed_back) > 1000
        or jsonb_path_exists(handed_back,
             '$[*] ? (@.type() != "object" || !(@.jobs.type() == "array") || !(@.attempts.type() == "array")
                      || @.jobs.size() != @.attempts.size()
                      || @.jobs[*].type() != "number" || @.attempts[*].type() != "number")') then
    perform private.refuse('INVALID_ARGUMENT',
      '{"argument": "handed_back", "expected": "at most 1000 objects, each with jobs and attempts: two arrays of numbers, '
      'equally long"}');
  elsif claim_limit is null or claim_limit not between 0 and 1000 then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "claim_limit", "expected": "0 to 1000"}');
  elsif lease_seconds is null or lease_seconds not between 1 and 3600 then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "lease_seconds", "expected": "1 to 3600"}');
  elsif length(request) > 200 then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "request", "expected": "at most 200 characters"}');
  end if;

  if handed_back <> '[]' then
    answers := private.finish_jobs(worker, handed_back, until);
  end if;
  if claim_limit > 0 and clock_timestamp() >= until then
    -- A late answer does not wait for a claim.
    next_in_ms := 0;
  elsif claim_limit > 0 then
    perform private.enqueue_due_markdown(claim_limit);
    select claim.jobs, case when claim.number = claim_limit then 0 else private.next_claim_in_ms() end
      into claimed, next_in_ms
      from private.claim_jobs(worker, claim_limit, lease_seconds, request) as claim;
  end if;
  return json_build_object('settled', answers, 'jobs', claimed, 'next_in_ms', next_in_ms);
end
$$;
comment on function public.exchange_jobs(text, jsonb, integer, integer, text) is
'For workers: finishes the claimed jobs and claims the next ones in one transaction. A repeated call is safe: a job that it '
'had already finished is answered with "repeated", and the same request id returns the same jobs. worker must identify one '
'process and never be reused: a new process under an old name would receive the jobs of a dead one without an attempt being '
'counted.';
revoke all on function public.exchange_jobs(text, jsonb, integer, integer, text)
from public, anon, authenticated, service_role;

-- SECURITY DEFINER, as exchange_jobs.
create or replace function public.extend_leases(worker text, jobs bigint[], lease_seconds integer default 60)
returns bigint[]
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  held bigint[];
begin
  if lease_seconds is null or lease_seconds not between 1 and 3600 then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "lease_seconds", "expected": "1 to 3600"}');
  end if;
  with extended as (
    update private.jobs as job
       set lease_expires_at = now() + extend_leases.lease_seconds * interval '1 second'
     where job.id = any (array(
             select mine.id
               from private.jobs as mine
              where mine.id = any (extend_leases.jobs)
                and mine.state = 'running'
                and mine.worker = extend_leases.worker
              order by mine.id
                for update))
    returning job.id
  )
  select coalesce(array_agg(extended.id order by extended.id), '{}') into held from extended;
  return held;
end
$$;
comment on function public.extend_leases(text, bigint[], integer) is
'For workers: extends the leases of claimed jobs. Returns the jobs that the worker still has; the others are lost.';
revoke all on function public.extend_leases(text, bigint[], integer) from public, anon, authenticated, service_role;
