-- A refusal by the database ends only its own upload, with a diagnostic; the rest of the batch is applied.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(9);

select tests.as_service();
select tests.keep('good', tests.upload(tests.kept('tenant'), '# Good'));
select tests.keep('bad', tests.upload(tests.kept('tenant'), '# Bad'));
select tests.keep('no_json', tests.upload(tests.kept('tenant'), '# No JSON'));
select tests.keep('also_good', tests.upload(tests.kept('tenant'), '# Also good'));
select is(
  (select
    tests.finish(
      'w1',
      tests.compiled(jobs -> 0, 'Good'),
      tests.compiled(jobs -> 1, 'Bad') || '{"definition": "{\"dimensions\": [{\"name\": \"A\"}], \"resultCategories\": []}"}',
      tests.compiled(jobs -> 2, 'No JSON') || '{"definition": "{"}',
      tests.compiled(jobs -> 3, 'Also good')
    )
  from tests.claim('w1') as jobs),
  'succeeded failed failed succeeded', 'each has its own end'
);
select is((select count(*) from public.custom_assessments), 2::bigint, 'the good ones are there');
select is(tests.upload_value(tests.kept('bad'), 'status'), 'failed', 'the refused one has failed');
select is(tests.upload_value(tests.kept('bad'), 'definition'), null, 'without definition, since it was not valid');
select set_eq(
  $$select value ->> 'code' from jsonb_array_elements(tests.upload_value(tests.kept('bad'), 'diagnostics')::jsonb)$$,
  array['database-refused'], 'the tenant reads that the database refused it'
);
select ok(
  tests.upload_value(tests.kept('bad'), 'diagnostics') like '%dimensions[0].weight%', 'and where'
);
select is(tests.job_value(tests.kept('bad'), 'last_error'), 'assessment-validation-error', 'operators read the reason');
select is(
  tests.upload_value(tests.kept('no_json'), 'diagnostics')::jsonb -> 0 ->> 'code', 'database-refused',
  'what is no JSON is refused too'
);
select is((
  select count(*) from private.jobs
  where state in ('succeeded', 'failed')
), 4::bigint, 'all four are at their end');

select * from finish();
rollback;
