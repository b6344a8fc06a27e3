-- Owners delete their uploads, whatever a worker does with them; pruning deletes dry runs and failed ones with their jobs.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(10);

select tests.as_user(tests.kept('owner'));
select tests.keep('taken', tests.upload(tests.kept('tenant'), '# Taken'));
select tests.keep('waiting', tests.upload(tests.kept('tenant'), '# Waiting'));
select tests.as_service();
create temporary table claimed as select tests.claim('w', 1) -> 0 as job;
select tests.as_user(tests.kept('other'));
delete from public.assessment_uploads
where id = tests.kept('taken');
select tests.as_user(tests.kept('owner'));
select is((select count(*) from public.assessment_uploads), 2::bigint, 'nobody deletes another tenant''s uploads');
delete from public.assessment_uploads
where tenant_id = tests.kept('tenant');
select is_empty('select from public.assessment_uploads', 'an owner does, also one that a worker has');
select tests.as_service();
select is(tests.finish('w', tests.compiled((select job from claimed), 'Taken')), 'lost', 'the worker has lost its job');
select is_empty('select from public.custom_assessments', 'and nothing is made of it');
select is(tests.claim('w'), '[]', 'nor of the one that waited');

-- Pruning
select tests.as_user(tests.kept('owner'));
select tests.keep('tried', tests.upload(tests.kept('tenant'), '# Tried', dry_run => true));
select tests.keep('failed', tests.upload(tests.kept('tenant'), '# Failed'));
select tests.keep('made', tests.upload(tests.kept('tenant'), '# Made'));
select tests.keep('open', tests.upload(tests.kept('tenant'), '# Open', dry_run => true));
select tests.as_service();
create temporary table reported as
select
  case job ->> 'subject'
    when tests.kept('failed')::text
      then tests.ending(job, 'failed', '{"error": "invalid-source", "diagnostics": []}')
    else tests.compiled(job, 'Made')
  end as report
from jsonb_array_elements(tests.claim('w', 3)) as job;
select
  is(
    tests.finish('w', variadic array_agg(report)),
    'succeeded rejected succeeded', 'one was tried, one has errors, one makes an assessment'
  )
from reported;
select public.prune_jobs('1 day');
select is((select count(*) from public.assessment_uploads), 4::bigint, 'they are kept as long as their jobs');
select public.prune_jobs('0 days');
select is((select count(*) from public.assessment_uploads), 4::bigint, 'which ended just now');
select tests.as_postgres();
update private.jobs set finished_at = finished_at - interval '31 days'
where finished_at is not null;
select tests.as_service();
select public.prune_jobs();
select set_eq(
  'select id from public.assessment_uploads', array[tests.kept('made'), tests.kept('open')],
  'then those that made nothing are deleted'
);
select set_eq(
  'select state from public.job_queue where subject_id is not null', array['queued'], 'with the jobs of all that are finished'
);

select * from finish();
rollback;
