begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(30);

select tests.as_service();
select tests.keep('waits', tests.upload(tests.kept('tenant'), '# Waits'));
select tests.keep('broken', tests.upload(tests.kept('tenant'), '# Broken'));
select tests.keep('refused', tests.upload(tests.kept('tenant'), '# Refused'));
select tests.keep('runs', tests.upload(tests.kept('tenant'), '# Runs'));
select tests.as_postgres();
update private.jobs set not_before = now() + interval '1 hour'
where subject_id = tests.kept('waits');
select tests.as_service();
select is(
  (select
    tests.finish(
      'w1',
      tests.ending(jobs -> 0, 'compiled', '{"definition": null, "diagnostics": []}'),
      tests.ending(jobs -> 1, 'failed', '{"error": "too-slow"}')
    )
  from tests.claim('w1') as jobs),
  'rejected failed', 'a file with faults is rejected, another fails'
);
select tests.keep('queued', tests.upload(tests.kept('others_tenant'), '# Queued'));

-- The state of the queue.
select is(
  public.queue_status() -> 'compile',
  '{"queued": 1, "waiting": 1, "running": 1, "expired_leases": 0, "failed_last_hour": 1, "rejected_last_hour": 1,
    "oldest_queued_seconds": 0.000}'::jsonb,
  'files that are invalid are counted apart from failures'
);
select is(
  public.queue_status() -> 'score',
  '{"queued": 0, "waiting": 0, "running": 0, "expired_leases": 0, "failed_last_hour": 0, "rejected_last_hour": 0,
    "oldest_queued_seconds": null}'::jsonb,
  'a kind without jobs is there too'
);
select results_eq(
  $$select kind, state, attempts, last_error, age from public.job_queue where subject_id = tests.kept('refused')$$,
  $$values ('compile', 'failed', 1, 'too-slow', interval '0')$$, 'a row for each job'
);
select is((select count(*) from public.job_queue), 5::bigint, 'open and finished');

-- Requeuing.
select is(public.retry_jobs(failed_since => now() + interval '1 minute'), 0, 'nothing has failed since then');
select is(public.retry_jobs(uploads => array[tests.kept('runs'), tests.kept('queued')]), 0, 'only what has failed is put back');
select is(public.retry_jobs(jobs => array[tests.job_value(tests.kept('refused'), 'id')::bigint]), 1, 'by job');
select is(tests.job_value(tests.kept('refused'), 'state'), 'queued', 'it is in the queue');
select is(public.retry_jobs(failed_since => now() - interval '1 minute'), 1, 'all that failed since');
select is(tests.upload_value(tests.kept('broken'), 'status'), 'queued', 'the upload too');
select is((tests.claim('w1', 1) -> 0 ->> 'tries')::integer, 1, 'from the beginning') from (select) as once;
select is(tests.refusal('select public.retry_jobs()'), 'PT422 INVALID_ARGUMENT', 'not everything without being asked');

-- Pruning.
select tests.as_postgres();
delete from private.jobs
where state <> 'running';
insert into private.jobs (kind, state, rank, attempts, finished_at)
select
  'probe' as kind,
  'succeeded' as state,
  null as rank,
  1 as attempts,
  now() - n * interval '1 day' as finished_at
from generate_series(1, 60) as n;
insert into private.claims (worker, request, jobs, claimed_at)
values ('gone', '1', '{1}', now() - interval '31 days'), ('idle', '1', '{1}', now() - interval '29 days');
select tests.as_service();
select is(public.prune_jobs(), 30, 'finished jobs are kept for thirty days');
select tests.as_postgres();
select is((select string_agg(worker, ' ') from private.claims), 'idle', 'what a worker was given last is kept as long');
select tests.as_service();
select is(public.prune_jobs('10 days', 5), 5, 'or as long as one says, as many at a time as one says');
select is(public.prune_jobs('10 days'), 15, 'the rest');
select is((
  select count(*) from public.job_queue
  where state = 'running'
), 2::bigint, 'open jobs are never pruned');
select is(tests.refusal($$select public.prune_jobs('-1 day')$$), 'PT422 INVALID_ARGUMENT', 'no time runs backwards');
select is(tests.refusal($$select public.prune_jobs(batch => 0)$$), 'PT422 INVALID_ARGUMENT', 'a batch holds something');

-- No other role.
select tests.as_user(tests.kept('owner'));
select is(tests.refusal('select from public.job_queue'), '42501', 'a tenant does not read the queue');
select is(tests.refusal('select from private.jobs'), '42501', 'nor what is behind it');
select is(tests.refusal('select from private.score_requests'), '42501', 'nor what agents handed in');
select is(tests.refusal(call), '42501', 'a tenant does not call: ' || call)
from unnest(array[
  $$select public.exchange_jobs('w1')$$, $$select public.extend_leases('w1', '{1}')$$, 'select public.queue_status()',
  $$select public.retry_jobs('{1}')$$, 'select public.prune_jobs()'
]) as call;
select tests.as_service();
select is(
  tests.refusal($$update private.jobs set state = 'succeeded'$$), '42501',
  'not even the service role writes the queue by hand'
);
select is(tests.refusal('delete from private.jobs where true'), '42501', 'nor deletes from it');

select * from finish();
rollback;
