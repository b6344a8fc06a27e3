-- Names, descriptions and sources have limits, and the refusal names the limit.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(10);

select tests.as_user(tests.kept('owner'));
select
  is(
    tests.refusal(format(
      'select tests.create_assessment(%L, %L)', tests.kept('tenant'), jsonb_build_object(given.col, given.value)
    )),
    given.expected, given.what
  )
from (
  values
  ('name', '', 'an empty name', 'PT422 ASSESSMENT_VALIDATION_ERROR'),
  ('name', '   ', 'a blank name', 'PT422 ASSESSMENT_VALIDATION_ERROR'),
  ('name', null, 'no name', 'PT422 ASSESSMENT_VALIDATION_ERROR'),
  ('name', repeat('ü', 200), 'a name of 200 characters', 'done'),
  ('name', repeat('ü', 201), 'a name of 201 characters', 'PT422 ASSESSMENT_VALIDATION_ERROR'),
  ('description', repeat('x', 512001), 'a description of 512,001 bytes', 'PT422 ASSESSMENT_VALIDATION_ERROR'),
  ('source_markdown', repeat('x', 512000), 'a source of 512,000 bytes', 'done'),
  ('source_markdown', repeat('x', 512001), 'a source of 512,001 bytes', 'PT413 UPLOAD_TOO_LARGE'),
  ('source_markdown', repeat('ü', 256001), 'bytes count, not characters', 'PT413 UPLOAD_TOO_LARGE'),
  ('definition', null, 'no definition', 'PT422 ASSESSMENT_VALIDATION_ERROR')
) as given (col, value, what, expected);

select * from finish();
rollback;
