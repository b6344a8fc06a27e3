-- A template belongs to a tenant, and other tenants' agents use its text: its owner cannot edit it, directly or by upload.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(15);

select tests.as_service();
select tests.keep('template', tests.create_assessment(tests.kept('tenant'), '{"status": "active", "is_template": true}'));

select tests.as_user(tests.kept('owner'));
select
  is(
    tests.refusal(format('update public.custom_assessments set %s where id = %L', change, tests.kept('template'))),
    'PT403 ASSESSMENT_ACCESS_DENIED', change
  )
from unnest(array[
  $$definition = jsonb_set(definition, '{dimensions,0,description}', '"Buy my other thing"')$$, $$name = 'Buy my other thing'$$,
  $$status = 'archived'$$, $$marketplace_status = 'pending_review'$$, $$result_disclosure = 'full'$$,
  $$source_markdown = 'Buy my other thing'$$, $$slug = 'buy'$$
]) as change;
select ok(
  tests.whole_refusal(format($$update public.custom_assessments set name = 'Mine' where id = %L$$, tests.kept('template')))
  ->> 'hint' like '%copy it%', 'the hint says what to do instead'
);
select is(
  tests.refusal($$delete from public.custom_assessments where id = tests.kept('template')$$),
  'PT403 ASSESSMENT_ACCESS_DENIED', 'it cannot be deleted either'
);
select ok(
  tests.whole_refusal($$delete from public.custom_assessments where id = tests.kept('template')$$) ->> 'hint' like '%copy it%',
  'which says the same'
);

select tests.keep('upload', tests.upload(tests.kept('tenant'), '# Buy my other thing', tests.kept('template')));
select tests.as_service();
select is(tests.finish('w', tests.compiled(tests.claim('w') -> 0, 'Theirs', '2.0')), 'rejected', 'nor does an upload');
select is(
  tests.upload_value(tests.kept('upload'), 'diagnostics')::jsonb -> 0 ->> 'code', 'assessment-is-a-template', 'which says so'
);
select is(tests.assessment_value(tests.kept('template'), 'version'), '1.0', 'nothing was changed');
select is(
  tests.refusal(format($$update public.custom_assessments set name = 'Better' where id = %L$$, tests.kept('template'))), 'done',
  'the service changes it'
);
select is(
  tests.refusal($$delete from public.custom_assessments where id = tests.kept('template')$$), 'done', 'and deletes it'
);

select * from finish();
rollback;
