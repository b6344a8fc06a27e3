-- The results of uploads do not depend on being in one batch: each upload sees the effects of those before it.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(20);

select tests.as_service();

-- Finishes the whole queue in one request, each file compiled to a definition named after the first word of the file.
create function pg_temp.compile_all() returns text
language sql
as $$
  select (
    select string_agg(told.settled ->> 'outcome' || ' ' || jsonb_array_length(told.settled -> 'jobs'), ', ')
      from jsonb_array_elements(public.exchange_jobs('w1', jsonb_agg(
             tests.compiled(job.value, split_part(job.value ->> 'source_markdown', ' ', 2))))::jsonb -> 'settled')
             as told (settled))
    from jsonb_array_elements(tests.claim('w1')) as job
$$;
create function pg_temp.made_of(upload text) returns text
language sql
as $$ select tests.upload_value(tests.kept(upload), 'assessment_id') $$;
create function pg_temp.codes_of(upload text) returns text
language sql
as $$
  select string_agg(value ->> 'code', ' ')
    from jsonb_array_elements(tests.upload_value(tests.kept(upload), 'diagnostics')::jsonb)
$$;

-- New files: twice the same, the same of another tenant, one that only looks the same, another one, and one that is stored.
select tests.keep('stored', tests.create_assessment(tests.kept('tenant'), jsonb_build_object(
  'name', 'Stored', 'source_markdown', '# Stored',
  'definition', tests.definition() || '{"metadata": {"name": "Stored", "version": "1.0"}}'
)));
select tests.keep('first', tests.upload(tests.kept('tenant'), '# Same'));
select tests.keep('again', tests.upload(tests.kept('tenant'), '# Same'));
select tests.keep('theirs', tests.upload(tests.kept('others_tenant'), '# Same'));
select tests.keep('looked_at', tests.upload(tests.kept('tenant'), '# Same', dry_run => true));
select tests.keep('other_file', tests.upload(tests.kept('tenant'), '# Same name'));
select tests.keep('stored_again', tests.upload(tests.kept('tenant'), '# Stored'));
select is(pg_temp.compile_all(), 'succeeded 6', 'all of them are applied');
select is(pg_temp.made_of('again'), pg_temp.made_of('first'), 'the same bytes make one draft');
select is(pg_temp.codes_of('first'), null, 'of which the first is told nothing');
select is(pg_temp.codes_of('again'), 'already-uploaded', 'and the second that it was there');
select isnt(pg_temp.made_of('theirs'), pg_temp.made_of('first'), 'another tenant has one of its own');
select is(pg_temp.made_of('looked_at'), null, 'none is made to look at');
select is(
  tests.value_of('public.custom_assessments', pg_temp.made_of('other_file')::uuid, 'slug'), 'same-2',
  'an equal name gets the next slug'
);
select is(pg_temp.made_of('stored_again')::uuid, tests.kept('stored'), 'what is stored is named');
select is(pg_temp.codes_of('stored_again'), 'already-uploaded', 'as such');
select is((select count(*) from public.custom_assessments), 4::bigint, 'so three were made');

-- A file that replaces something, and a new one of the same bytes: in order, whichever comes first.
select tests.keep('target', tests.create_assessment(tests.kept('tenant'), '{"name": "Target"}'));
select tests.keep('replaces', tests.upload(tests.kept('tenant'), '# Replacement', tests.kept('target')));
select tests.keep('after', tests.upload(tests.kept('tenant'), '# Replacement'));
select is(pg_temp.compile_all(), 'succeeded 2', 'replaced, then uploaded as new');
select is(pg_temp.made_of('after')::uuid, tests.kept('target'), 'the new one finds what was replaced');

select tests.keep('before', tests.upload(tests.kept('tenant'), '# Before'));
select tests.keep('replaces', tests.upload(tests.kept('tenant'), '# Before', tests.kept('target')));
select is(pg_temp.compile_all(), 'succeeded 2', 'uploaded as new, then replaced');
select isnt(pg_temp.made_of('before')::uuid, tests.kept('target'), 'the new one is a draft of its own');
select is(tests.assessment_value(tests.kept('target'), 'name'), 'Before', 'and the other one is replaced');

-- The values that a file states, and the defaults, are the same in a new row and in a replaced one.
create function pg_temp.columns_of(metadata jsonb) returns setof text
language plpgsql
as $$
begin
  perform tests.keep('plain', tests.create_assessment(tests.kept('others_tenant'), jsonb_build_object(
    'description', 'Other', 'assessment_type', 'single-outcome', 'interview_style_default', 2,
    'interview_style_allow_override', false, 'result_disclosure', 'teaser', 'source_type', 'builder')));
  perform tests.keep('made', tests.upload(tests.kept('tenant'), '# ' || metadata::text));
  perform tests.keep('replaces', tests.upload(tests.kept('others_tenant'), '# ' || metadata::text, tests.kept('plain')));
  perform tests.finish('w1', variadic array(
    select tests.ending(job.value, 'compiled', jsonb_build_object('diagnostics', '[]'::jsonb, 'definition',
             (tests.definition() || jsonb_build_object('metadata', metadata))::text))
      from jsonb_array_elements(tests.claim('w1')) as job));
  return query
    select concat_ws(' ', row.name, row.version, row.description, row.assessment_type, row.interview_style_default,
                     row.interview_style_allow_override, row.result_disclosure, row.source_type)
      from public.custom_assessments as row
     where row.id in (pg_temp.made_of('made')::uuid, tests.kept('plain'));
end
$$;
select results_eq(
  $$select * from pg_temp.columns_of('{"name": "Stated", "version": "3.4", "description": "Said", "type": "comparative",
    "interviewStyle": {"default": 5, "allowOverride": false}, "resultDisclosure": "none"}')$$,
  $$values ('Stated 3.4 Said comparative 5 f none upload'), ('Stated 3.4 Said comparative 5 f none upload')$$,
  'what is stated'
);
select results_eq(
  $$select * from pg_temp.columns_of('{"name": "Bare"}')$$,
  $$values ('Bare 1.0 multi-dimensional 3 t full upload'), ('Bare 1.0 multi-dimensional 3 t full upload')$$,
  'what is not'
);

-- Many equal names in one batch.
select count(tests.upload(tests.kept('tenant'), '# Many ' || n)) from generate_series(1, 30) as n;
select is(pg_temp.compile_all(), 'succeeded 30', 'thirty files of one name');
select set_eq(
  $$select slug from public.custom_assessments where name = 'Many'$$,
  $$select 'many' || case when n > 1 then '-' || n else '' end from generate_series(1, 30) as n$$,
  'have thirty slugs'
);

-- A deleted one does not pass its outcome to another.
select tests.as_postgres();
select throws_ok(
  $$select private.apply_drafts(array[gen_random_uuid(), upload.id], array[upload.definition, upload.definition],
    array[null, null]::text[])
      from public.assessment_uploads as upload where upload.id = tests.kept('first')$$,
  'PT404', null, 'an upload that is missing stops the statement'
);

select * from finish();
rollback;
