-- A version has the format major.minor and never decreases, in any status and for any writer.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(31);

create function tests.refusal_of_version(version text) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select tests.refusal(pg_catalog.format(
    'update public.custom_assessments set version = %L where id = %L', refusal_of_version.version, tests.kept('one')
  ))
$$;

select tests.as_user(tests.kept('owner'));
select
  is(
    tests.refusal(format(
      'select tests.create_assessment(%L, %L)', tests.kept('tenant'), jsonb_build_object('version', given.version)
    )),
    'PT422 INVALID_VERSION', 'refused on insert: ' || coalesce(to_json(given.version)::text, 'null')
  )
from (
  values
  (''), ('1'), ('1.'), ('.1'), ('1.0.0'), ('01.0'), ('1.00'), ('1.01'), ('v1.0'), ('1.0 '), (E'1.0\n'), ('-1.0'),
  ('1,0'), ('1.1234567890'), ('١.٠'), (null)
) as given (version);
select is(
  (
    select count(*)::integer from public.custom_assessments
    where tenant_id = tests.kept('tenant')
  ), 0, 'nothing was written'
);

select tests.keep('one', tests.create_assessment(tests.kept('tenant'), '{"version": "2.10"}'));

select is(tests.refusal_of_version(given.version), 'PT422 INVALID_VERSION', 'refused for a draft at 2.10: ' || given.version)
from (values ('2.9'), ('2.1'), ('1.11'), ('0.0'), ('2.10.1')) as given (version);
select is(tests.assessment_value(tests.kept('one'), 'version'), '2.10', 'the version is as it was');
select is(tests.refusal_of_version('3.0'), 'done', 'it may rise');
select is(tests.refusal_of_version('3.0'), 'done', 'and stay');

update public.custom_assessments set status = 'active'
where id = tests.kept('one');
select is(tests.refusal_of_version('2.99'), 'PT422 INVALID_VERSION', 'nor does it fall once active');

select tests.as_service();
select is(tests.refusal_of_version('2.99'), 'PT422 INVALID_VERSION', 'nor for the service role');
select tests.as_postgres();
select is(tests.refusal_of_version('2.99'), 'PT422 INVALID_VERSION', 'nor for the migrations'' owner');
select is(
  tests.refusal(format(
    $$
      insert into public.custom_assessments (id, tenant_id, name, definition, version)
      values (%L, %L, 'Upserted', tests.definition(), '1.0')
      on conflict (id) do update set version = excluded.version
    $$, tests.kept('one'), tests.kept('tenant')
  )),
  'PT422 INVALID_VERSION', 'nor through an upsert'
);
select is(tests.assessment_value(tests.kept('one'), 'version'), '3.0', 'the version is as it was in the end');
select is(
  (
    tests.whole_refusal(format(
      $$update public.custom_assessments set version = '1.0' where id = %L$$, tests.kept('one')
    )) ->> 'details'
  )::jsonb,
  jsonb_build_object(
    'reason', 'INVALID_VERSION', 'assessment_id', tests.kept('one'), 'version', '1.0', 'present', '3.0',
    'expected', 'at least 3.0'
  ),
  'the refusal names the present version'
);

select * from finish();
rollback;
