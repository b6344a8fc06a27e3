-- The class of a change of content decides the number: minor for what is shown and asked, major for scoring and structure.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(26);

-- Changes the definition and perhaps the version, and returns the row's number, or the refusal.
create function tests.change(changed jsonb, stated text default null) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  outcome text;
begin
  outcome := tests.refusal(format(
    'update public.custom_assessments set definition = %L, version = coalesce(%L, version) where id = %L',
    changed, stated, tests.kept('one')
  ));
  return case when outcome = 'done' then tests.assessment_value(tests.kept('one'), 'version') else outcome end;
end
$$;

create function tests.now() returns jsonb
language sql
set search_path = pg_catalog, pg_temp
as $$ select tests.assessment_value(tests.kept('one'), 'definition')::jsonb $$;

select tests.as_user(tests.kept('owner'));
select tests.keep('one', tests.create_assessment(tests.kept('tenant'), '{"status": "active"}'));

select is(tests.change(tests.now() || '{"edition": 2}'), '1.0', 'what is no content raises nothing');
select is(
  tests.change(jsonb_set(tests.now(), '{dimensions,0,description}', '"Speaks."')), '1.1', 'wording raises the minor number'
);
select is(
  tests.change(jsonb_set(tests.now(), '{resultCategories,0,strengths}', '["calm"]'), '1.1'), '1.2',
  'sending the present number back states none'
);
select is(
  tests.change(jsonb_set(tests.now(), '{dimensions,0,description}', '"Says."'), '1.10'), '1.10', 'a higher one is taken'
);
select is(
  tests.change(jsonb_set(tests.now(), '{dimensions,0,description}', '"Tells."')), '1.11', '1.11 comes after 1.10'
);

-- Scoring and structure ---------------------------------------------------------------------------------------
select is(
  tests.change(jsonb_set(jsonb_set(tests.now(), '{dimensions,0,weight}', '0.4'), '{dimensions,1,weight}', '0.6')), '2.0',
  'weights raise the major number'
);
select is(
  tests.change(jsonb_set(tests.now(), '{resultCategories,0,scoreRange}', '[1.00, 2.40]')), '3.0',
  'so does one decimal place more, which changes how scores are rounded'
);
select is(
  tests.change(jsonb_set(tests.now(), '{resultCategories,0,scoreRange}', '[1.0, 2.4]')), '4.0', 'and one less'
);
select is(
  tests.change(jsonb_set(tests.now(), '{dimensions,0,weight}', '0.400')), '4.0', 'zeros at the end of a weight change nothing'
);
select is(tests.change(jsonb_set(tests.now(), '{dimensions,0,name}', '"Candor"')), '5.0', 'a dimension under another id');
select is(
  tests.change(jsonb_set(tests.now(), '{dimensions,0}', (tests.now() #> '{dimensions,0}') || '{"name": "Frankness", "id": "candor"}')),
  '5.1', 'and another name under the same id'
);
select is(
  tests.change(jsonb_set(tests.now(), '{resultCategories}', (tests.now() -> 'resultCategories') - 1)), '6.0',
  'a category that goes'
);
update public.custom_assessments set assessment_type = 'comparative'
where id = tests.kept('one');
select is(tests.assessment_value(tests.kept('one'), 'version'), '7.0', 'the type, which is a column');

-- Numbers that are too small ----------------------------------------------------------------------------------
select tests.keep('before', tests.assessment_value(tests.kept('one'), 'newest_version_id')::uuid);
select is(
  tests.change(jsonb_set(tests.now(), '{metadata}', '{"scale": [0, 5]}'), '7.1'), 'PT422 INVALID_VERSION',
  'a number that is higher, and not high enough, is refused'
);
select is(
  (
    tests.whole_refusal(format(
      'update public.custom_assessments set definition = %L, version = %L where id = %L',
      jsonb_set(tests.now(), '{metadata}', '{"scale": [0, 5]}'), '7.1', tests.kept('one')
    )) ->> 'details'
  )::jsonb,
  jsonb_build_object(
    'reason', 'INVALID_VERSION', 'assessment_id', tests.kept('one'), 'version', '7.1', 'present', '7.0',
    'change', 'structure', 'expected', 'at least 8.0'
  ),
  'with the class of the change and the right number'
);
select is(tests.now() -> 'metadata', null, 'the definition is as it was');
select is(
  tests.assessment_value(tests.kept('one'), 'newest_version_id')::uuid, tests.kept('before'), 'and so is the newest version'
);
select is(tests.change(jsonb_set(tests.now(), '{metadata}', '{"scale": [0, 5]}'), '8.0'), '8.0', 'the right number is taken');
select tests.as_service();
select is(
  tests.change(jsonb_set(tests.now(), '{metadata}', '{"scale": [1, 5]}'), '8.1'), 'PT422 INVALID_VERSION',
  'the service role is judged alike'
);
select tests.as_postgres();
select is(
  tests.change(jsonb_set(tests.now(), '{metadata}', '{"scale": [1, 5]}'), '8.1'), 'PT422 INVALID_VERSION',
  'and the migrations'' owner'
);

-- Where there is no room above --------------------------------------------------------------------------------
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set version = '8.999999999'
where id = tests.kept('one');
select is(
  tests.change(jsonb_set(tests.now(), '{dimensions,0,description}', '"Speaks up."')), 'PT422 INVALID_VERSION',
  'where the minor number is the highest, wording is refused'
);
select is(
  tests.change(jsonb_set(tests.now(), '{dimensions,0,description}', '"Speaks up."'), '9.0'), '9.0',
  'unless a higher major number is stated'
);
update public.custom_assessments set version = '999999999.0'
where id = tests.kept('one');
select is(
  tests.change(jsonb_set(tests.now(), '{dimensions,0,weight}', '0.401')), 'PT422 INVALID_VERSION',
  'where the major number is the highest, scoring is refused'
);
select is(
  tests.change(jsonb_set(tests.now(), '{dimensions,0,weight}', '0.401'), '999999999.7'), 'PT422 INVALID_VERSION',
  'whatever is stated'
);
select is(
  tests.change(jsonb_set(tests.now(), '{dimensions,0,description}', '"Speaks out."')), '999999999.1', 'wording is not'
);
select is(
  (
    select count(*) from public.assessment_versions
    where assessment_id = tests.kept('one')
  ), 15::bigint, 'each change of content that was not refused is a version'
);

select * from finish();
rollback;
