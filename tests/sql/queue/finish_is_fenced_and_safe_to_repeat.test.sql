begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(21);

select tests.as_service();
select tests.keep('upload', tests.upload(tests.kept('tenant'), '# One'));
create temporary table claim on commit drop as select tests.claim('w1') -> 0 as job;

select is(tests.finish('w2', tests.compiled(job, 'Theirs')), 'lost', 'another worker cannot finish it') from claim;
select is(tests.finish('w1', tests.compiled(job || '{"attempt": 2}', 'Other')), 'lost', 'nor can another claim''s number')
from claim;
select is(tests.finish('w1', tests.ending('{"job": 0, "attempt": 1}', 'done')), 'lost', 'nor anybody a job that is none');
select is((select count(*) from public.custom_assessments), 0::bigint, 'nothing was made');
select is(tests.upload_value(tests.kept('upload'), 'status'), 'processing', 'and the upload is where it was');

-- The first report of a claim counts.
select is(
  tests.finish(
    'w1', tests.compiled(job || '{"attempt": 2}', 'Other'), tests.compiled(job, 'One'), tests.compiled(job, 'Twice')
  ), 'lost succeeded repeated', 'twice in one request counts once, whatever is said of another claim before'
) from claim;
select is(tests.finish('w1', tests.compiled(job, 'One')), 'repeated', 'again in another request') from claim;
select is(tests.finish('w1', tests.ending(job, 'failed', '{"error": "x"}')), 'repeated', 'even when it says something else')
from claim;
select is((select string_agg(name, ' ') from public.custom_assessments), 'One', 'one assessment was made');
select is(tests.upload_value(tests.kept('upload'), 'status'), 'succeeded', 'and the upload has succeeded');

-- A claim whose answer was lost is requested again.
select tests.keep('second', tests.upload(tests.kept('tenant'), '# Two'));
select tests.keep('third', tests.upload(tests.kept('tenant'), '# Three'));
create temporary table first_answer on commit drop as select tests.claim('w1', 1, 'r7') as jobs;
create temporary table second_answer on commit drop as select tests.claim('w1', 1, 'r7') as jobs;
select is(second_answer.jobs -> 0 -> 'job', first_answer.jobs -> 0 -> 'job', 'the same request gets the same job')
from first_answer, second_answer;
select is(tests.upload_value(tests.kept('second'), 'attempts'), '1', 'which is charged once');
select is(tests.finish('w1', tests.compiled(first_answer.jobs -> 0, 'Two')), 'lost', 'the lost answer''s claim is void')
from first_answer;
select is(tests.finish('w1', tests.compiled(second_answer.jobs -> 0, 'Two')), 'succeeded', 'the second one counts')
from second_answer;
select is((tests.claim('w1', 1, 'r8') -> 0 ->> 'subject')::uuid, tests.kept('third'), 'another request gets the next job');
select is(tests.claim('w2', 1, 'r8'), '[]'::jsonb, 'another worker''s request of the same name is not this one');

-- Jobs with the same outcome are reported together, and so are the answers.
select tests.finish('w1', tests.ending(jsonb_build_object('job', job.id, 'attempt', job.attempts), 'release'))
from private.jobs as job
where job.state = 'running';
select tests.keep('fourth', tests.upload(tests.kept('tenant'), '# Four'));
create temporary table told on commit drop as
select
  jsonb_build_object(
    'outcome', 'release', 'jobs', jsonb_agg(job -> 'job') || '[0]', 'attempts', jsonb_agg(job -> 'attempt') || '[1]'
  ) as element
from jsonb_array_elements(tests.claim('w1')) as job;
select is(jsonb_array_length(element -> 'jobs'), 3, 'two jobs, and one that is none') from told;
select bag_eq(
  $$select settled ->> 'outcome', jsonb_array_length(settled -> 'jobs')
      from told,
           jsonb_array_elements(public.exchange_jobs('w1', jsonb_build_array(told.element))::jsonb -> 'settled') as settled$$,
  $$values ('released', 2), ('lost', 1)$$,
  'one element hands both back'
);
select is((
  select count(*) from private.jobs as job
  where job.state = 'queued'
), 2::bigint, 'and so they are queued');

-- In any order, and one of them twice.
create temporary table turned on commit drop as
select array_agg(tests.ending(job, 'release') order by job -> 'job' desc) as endings
from jsonb_array_elements(tests.claim('w1')) as job;
select is(
  tests.finish('w1', variadic turned.endings || turned.endings[1]), 'released released repeated',
  'each is handed back once'
) from turned;
select is((
  select count(*) from private.jobs as job
  where job.state = 'queued'
), 2::bigint, 'and all of them are');

select * from finish();
rollback;
