-- An expired lease is taken back by the next claim. Each loss counts as an attempt; after the last one the job fails.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(22);

create function pg_temp.expire() returns void
language sql
as $$ update private.jobs set lease_expires_at = now() - interval '1 second' where state = 'running' $$;

select tests.keep('upload', tests.upload(tests.kept('tenant'), '# One'));
select tests.as_service();
create temporary table lost on commit drop as select tests.claim('dead') -> 0 as job;
select is(
  (public.exchange_jobs('w1', '[]', 5)::jsonb ->> 'next_in_ms')::integer, 60000,
  'a worker that finds nothing gets the time at which the lease expires'
);
select is(
  public.extend_leases('dead', array[(select (job ->> 'job')::bigint from lost), 0], 120),
  array[(select (job ->> 'job')::bigint from lost)], 'a worker keeps what it holds'
);
select is((public.exchange_jobs('w1', '[]', 5)::jsonb ->> 'next_in_ms')::integer, 120000, 'for longer');
select is(
  public.extend_leases('w1', array[(select (job ->> 'job')::bigint from lost)], 120), '{}'::bigint[],
  'and nobody else keeps it'
);

select tests.as_postgres();
select pg_temp.expire();
select tests.as_service();
-- A worker that is merely late can still finish, as long as no other worker has taken the job.
select tests.keep('late', tests.upload(tests.kept('tenant'), '# Late'));
select is(jsonb_array_length(tests.claim('w1', 5)), 1, 'the lost job comes back alone') from (select) as once;
select is(tests.upload_value(tests.kept('upload'), 'attempts'), '2', 'for the second time');
select is(tests.job_value(tests.kept('upload'), 'worker'), 'w1', 'to the one who asked');
select is(tests.job_value(tests.kept('late'), 'state'), 'queued', 'the other is not taken along');
select is(tests.finish('dead', tests.compiled(job, 'Dead')), 'lost', 'the first worker has lost it') from lost;
select is(
  public.extend_leases('dead', array[(select (job ->> 'job')::bigint from lost)]), '{}'::bigint[],
  'and cannot keep it'
);
select is((tests.claim('w2', 5) -> 0 ->> 'subject')::uuid, tests.kept('late'), 'the other one goes to the next worker');
select tests.as_postgres();
update private.jobs set lease_expires_at = now() + interval '1 hour'
where subject_id = tests.kept('late');

-- Three more losses.
create function pg_temp.lose() returns void
language plpgsql
as $$
begin
  update private.jobs set lease_expires_at = now() - interval '1 second' where subject_id = tests.kept('upload');
  perform tests.claim('w1', 1);
end
$$;
select pg_temp.lose();
select pg_temp.lose();
select pg_temp.lose();
select is(tests.job_value(tests.kept('upload'), 'attempts'), '5', 'five claims');
select is(tests.upload_value(tests.kept('upload'), 'status'), 'processing', 'the fifth is its last chance');
select pg_temp.lose();
select is(tests.job_value(tests.kept('upload'), 'state'), 'failed', 'which is lost too, and then the job has failed');
select is(tests.job_value(tests.kept('upload'), 'last_error'), 'worker-lost', 'for that reason');
select results_eq(
  $$select status, diagnostics -> 0 ->> 'code', jsonb_array_length(diagnostics), attempts from public.assessment_uploads
     where id = tests.kept('upload')$$,
  $$values ('failed', 'worker-lost', 1, 5)$$, 'the tenant reads why'
);
select is((
  select count(*) from private.jobs
  where state = 'queued'
), 0::bigint, 'nothing loops for ever');

-- A late worker, before any other worker has asked.
select tests.keep('slow', tests.upload(tests.kept('tenant'), '# Slow'));
create temporary table slow on commit drop as select tests.claim('slow') -> 0 as job;
update private.jobs set lease_expires_at = now() - interval '1 second'
where subject_id = tests.kept('slow');
select is(tests.finish('slow', tests.compiled(job, 'Slow')), 'succeeded', 'who is late but first still finishes') from slow;
select is((select count(*) from public.custom_assessments), 1::bigint, 'once');

-- Operators can requeue it.
select tests.as_service();
select is(public.retry_jobs(uploads => array[tests.kept('upload')]), 1, 'a failed upload is put back');
select results_eq(
  $$select status, diagnostics, attempts from public.assessment_uploads where id = tests.kept('upload')$$,
  $$values ('queued', '[]'::jsonb, 0)$$, 'as if it had just come in'
);
select is(
  tests.finish('w1', tests.compiled(tests.claim('w1') -> 0, 'Again')), 'succeeded', 'and compiled'
);

select * from finish();
rollback;
