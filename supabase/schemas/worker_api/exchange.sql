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
