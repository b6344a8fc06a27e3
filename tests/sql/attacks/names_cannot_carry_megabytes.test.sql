-- A name appears in every list and in an index: surrounding white space counts, and white space alone is not a name.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(7);

select tests.as_user(tests.kept('owner'));
select
  is(
    tests.refusal(format(
      'select tests.create_assessment(%L, %L)', tests.kept('tenant'), jsonb_build_object('name', given.name)
    )),
    given.expected, given.what
  )
from (
  values
  ('a' || repeat(' ', 1000000), 'PT422 ASSESSMENT_VALIDATION_ERROR', 'a letter and a megabyte of spaces'),
  (repeat(' ', 200) || 'a', 'PT422 ASSESSMENT_VALIDATION_ERROR', 'the 201st character counts, also behind spaces'),
  (E'\t\n', 'PT422 ASSESSMENT_VALIDATION_ERROR', 'white space other than the space'),
  (E'\u2003\u00a0', 'PT422 ASSESSMENT_VALIDATION_ERROR', 'white space beyond ASCII'),
  (' a ', 'done', 'a name with spaces around it')
) as given (name, expected, what);

select tests.as_postgres();
set constraints all immediate;
alter table public.custom_assessments disable trigger assessment_3_content;
select
  is(
    tests.refusal(format('select tests.create_assessment(%L, %L)', tests.kept('tenant'), jsonb_build_object('name', given.name))),
    '23514 name_has_1_to_200_characters', given.what
  )
from (
  values
  ('a' || repeat(' ', 1000), 'the constraint behind the trigger counts every character'),
  ('  ', 'and takes no blank name')
) as given (name, what);

select * from finish();
rollback;
