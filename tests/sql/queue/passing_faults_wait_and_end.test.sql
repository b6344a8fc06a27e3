-- A temporary error is retried after a growing, jittered delay; a job that was not started is not charged.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(27);

select tests.as_service();
select tests.keep('upload', tests.upload(tests.kept('tenant'), '# One'));

select is(tests.finish('w1', tests.ending(tests.claim('w1') -> 0, 'release')), 'released', 'a job is given back');
select is(tests.upload_value(tests.kept('upload'), 'attempts'), '0', 'and not charged');
select is(tests.upload_value(tests.kept('upload'), 'status'), 'queued', 'the tenant sees it in the queue again');
select is(tests.upload_value(tests.kept('upload'), 'started_at'), null, 'not begun');

create temporary table claim on commit drop as select tests.claim('w2') -> 0 as job;
select is((job ->> 'tries')::integer, 1, 'it is there at once, for its first try') from claim;
select is(tests.finish('w2', tests.ending(job, 'retry', '{"error": "api-unavailable"}')), 'retried', 'a passing fault')
from claim;
select is(tests.finish('w2', tests.ending(job, 'retry', '{"error": "api-unavailable"}')), 'repeated', 'said once') from claim;
select is(tests.upload_value(tests.kept('upload'), 'attempts'), '1', 'is charged');
select is(tests.job_value(tests.kept('upload'), 'last_error'), 'api-unavailable', 'and remembered');
select ok(
  tests.job_value(tests.kept('upload'), 'not_before')::timestamptz
  between now() + interval '0.5 seconds' and now() + interval '1.5 seconds', 'the first delay is about a second'
);
select is(tests.claim('w1'), '[]'::jsonb, 'until then nobody is given it');
select ok(
  (public.exchange_jobs('w1', '[]', 5)::jsonb ->> 'next_in_ms')::integer between 500 and 1500,
  'a worker that finds nothing is told when'
);
select is((public.queue_status() #>> '{compile,waiting}')::integer, 1, 'operators see it waiting');

-- The delays of the later ones.
select tests.as_postgres();
create function pg_temp.fail_again() returns interval
language plpgsql
as $$
begin
  update private.jobs set not_before = now() where state = 'queued';
  perform tests.finish('w1', tests.ending(tests.claim('w1') -> 0, 'retry', '{"error": "no code: secret"}'));
  return (select not_before - now() from private.jobs);
end
$$;
select ok(delay between interval '2 seconds' and interval '6 seconds', 'the second is about four seconds') from pg_temp.fail_again() as delay;
select is(tests.job_value(tests.kept('upload'), 'last_error'), 'unspecified', 'text that is not a code is not kept');
select ok(delay between interval '8 seconds' and interval '24 seconds', 'the third is about sixteen') from pg_temp.fail_again() as delay;
select ok(delay between interval '32 seconds' and interval '96 seconds', 'the fourth is about sixty-four') from pg_temp.fail_again() as delay;
select is(pg_temp.fail_again(), null, 'the fifth fault is the last');
select is(tests.job_value(tests.kept('upload'), 'state'), 'failed', 'the job has failed');
select is(
  tests.upload_value(tests.kept('upload'), 'diagnostics')::jsonb -> 0 ->> 'code', 'too-many-attempts',
  'and the tenant reads why'
);

-- A permanent error is final.
select tests.keep('second', tests.upload(tests.kept('tenant'), '# Two'));
select is(
  tests.finish('w1', tests.ending(
    tests.claim('w1') -> 0, 'failed',
    '{"error": "too-slow", "diagnostics": [{"severity": "error", "code": "too-slow", "line": 1}]}'
  )),
  'failed', 'a lasting fault'
);
select is(tests.job_value(tests.kept('second'), 'last_error'), 'too-slow', 'ends the job with its code');
select is(
  tests.upload_value(tests.kept('second'), 'diagnostics')::jsonb -> 0 ->> 'code', 'too-slow',
  'and the upload with its diagnostic'
);

-- What a worker must not report.
select tests.keep('third', tests.upload(tests.kept('tenant'), '# Three'));
select is(tests.finish('w1', tests.ending(tests.claim('w1') -> 0, 'shrugged')), 'retried', 'an unknown outcome is a fault');
select tests.as_service();
select is(tests.refusal($$select public.exchange_jobs('')$$), 'PT422 INVALID_ARGUMENT', 'a worker has a name');
select is(
  tests.refusal($$select public.exchange_jobs('w', '[{"attempts": [1]}]')$$), 'PT422 INVALID_ARGUMENT',
  'an element names its jobs'
);
select is(
  tests.refusal($$select public.exchange_jobs('w', '[]', 1001)$$), 'PT422 INVALID_ARGUMENT',
  'a claim has a limit'
);

select * from finish();
rollback;
