begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(6);

select tests.as_service();
select tests.keep('active', tests.create_assessment(tests.kept('tenant'), '{"status": "active"}'));
select tests.keep('fresh', tests.upload(tests.kept('tenant'), '# Try', null, true));
select tests.keep('aimed', tests.upload(tests.kept('tenant'), '# Try', tests.kept('active'), true));
select is(
  (select tests.finish('w1', tests.compiled(jobs -> 0, 'Try'), tests.compiled(jobs -> 1, 'Try')) from tests.claim('w1') as jobs),
  'succeeded succeeded', 'both dry runs succeed'
);
select is((select count(*) from public.custom_assessments), 1::bigint, 'no assessment is made');
select is(tests.assessment_value(tests.kept('active'), 'name'), 'Clear Speech', 'none is replaced');
select is(
  tests.upload_value(tests.kept('fresh'), 'definition')::jsonb #>> '{metadata,name}', 'Try',
  'the definition is there to be read'
);
select is(tests.upload_value(tests.kept('fresh'), 'assessment_id'), null, 'a new file''s dry run names no assessment');
select is(
  tests.upload_value(tests.kept('aimed'), 'assessment_id')::uuid, tests.kept('active'),
  'the other still says which it would replace'
);

select * from finish();
rollback;
