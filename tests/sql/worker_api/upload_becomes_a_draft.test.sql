begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(17);

select tests.as_user(tests.kept('owner'));
select tests.keep('upload', tests.upload(tests.kept('tenant'), '# Inner compass'));
select tests.as_service();
create temporary table claimed on commit drop as select tests.claim('w1') as jobs;

select is(jsonb_array_length(jobs), 1, 'one job is given') from claimed;
select is(jobs -> 0 ->> 'kind', 'compile', 'to compile') from claimed;
select is(jobs -> 0 ->> 'source_markdown', '# Inner compass', 'with the file') from claimed;
select is((jobs -> 0 ->> 'subject')::uuid, tests.kept('upload'), 'and the upload''s id') from claimed;
select is(tests.upload_value(tests.kept('upload'), 'status'), 'processing', 'the tenant sees that it is being compiled');
select is(tests.upload_value(tests.kept('upload'), 'attempts'), '1', 'for the first time');
select is(tests.claim('w2'), '[]'::jsonb, 'nobody else is given it');

select is(
  tests.finish('w1', tests.ending(jobs -> 0, 'compiled', jsonb_build_object(
    'definition', (tests.definition() || '{"metadata": {
       "name": "Inner Compass", "version": "2.10", "type": "comparative", "description": "Where it points.",
       "interviewStyle": {"default": 5, "allowOverride": false}, "resultDisclosure": "teaser"}}')::text,
    'diagnostics', '[{"severity": "warning", "code": "gap", "line": 7}]'::jsonb
  ))),
  'succeeded', 'the worker is told that it was applied'
) from claimed;
select is(tests.upload_value(tests.kept('upload'), 'status'), 'succeeded', 'the upload has succeeded');
select is(
  tests.upload_value(tests.kept('upload'), 'diagnostics')::jsonb,
  '[{"severity": "warning", "code": "gap", "line": 7}]'::jsonb, 'with the compiler''s warnings'
);
select is(
  tests.upload_value(tests.kept('upload'), 'definition')::jsonb -> 'dimensions', tests.definition() -> 'dimensions',
  'and the definition'
);
select is(tests.upload_value(tests.kept('upload'), 'finished_at')::timestamptz, now(), 'now');
select results_eq(
  $$select id, tenant_id, created_by, name, slug, version, description, status, source_type, source_markdown,
           assessment_type, interview_style_default, interview_style_allow_override, result_disclosure
      from public.custom_assessments$$,
  $$select assessment_id, tests.kept('tenant'), tests.kept('owner'), 'Inner Compass', 'inner-compass', '2.10',
           'Where it points.', 'draft', 'upload', '# Inner compass', 'comparative', 5, false, 'teaser'
      from public.assessment_uploads where id = tests.kept('upload')$$,
  'the draft is what the file says, in the name of who uploaded it'
);
select is(tests.job_value(tests.kept('upload'), 'state'), 'succeeded', 'the job is at its end');

-- Invalid source, and a permanent error of the worker.
select tests.keep('broken', tests.upload(tests.kept('tenant'), '# Broken'));
select is(
  tests.finish('w1', tests.ending(
    tests.claim('w1') -> 0, 'compiled',
    '{"definition": null, "diagnostics": [{"severity": "error", "code": "missing-section", "line": 1}]}'
  )),
  'rejected', 'a file with errors is rejected'
);
select results_eq(
  $$select status, diagnostics, definition, assessment_id from public.assessment_uploads where id = tests.kept('broken')$$,
  $$values ('failed', '[{"severity": "error", "code": "missing-section", "line": 1}]'::jsonb, null::jsonb, null::uuid)$$,
  'with its diagnostics and nothing else'
);
select is((select count(*) from public.custom_assessments), 1::bigint, 'no assessment is made of it');

select * from finish();
rollback;
