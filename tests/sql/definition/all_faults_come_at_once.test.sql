-- One answer lists every error, for the owner who writes the row, with path, reason and what was expected.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(8);

create function tests.broken() returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.format(
    'insert into public.custom_assessments (tenant_id, name, definition) values (%L, %L, %L)',
    tests.kept('tenant'), ' ',
    '{"dimensions": [{"name": "A", "weight": "x"}, {"name": "a", "weight": 0.5, "description": "d"}],
      "resultCategories": [{"name": "C", "scoreRange": [3, 2]}]}'
  )
$$;

select tests.as_user(tests.kept('owner'));
select is(
  tests.whole_refusal(tests.broken()) ->> 'state', 'PT422', 'the row is refused with the status 422'
);
select is(
  tests.whole_refusal(tests.broken()) ->> 'message', 'The assessment definition is not valid.',
  'the message is constant: it travels in a header'
);
select isnt(tests.whole_refusal(tests.broken()) ->> 'hint', '', 'there is a hint for a person');
select is(
  (tests.whole_refusal(tests.broken()) ->> 'details')::jsonb,
  '{
    "reason": "ASSESSMENT_VALIDATION_ERROR",
    "faults": [
      {"path": "name", "reason": "invalid-text", "expected": "a text of 1 to 200 characters"},
      {"path": "$.dimensions[0].weight", "reason": "missing", "expected": "a number above 0"},
      {"path": "$.dimensions[0].description", "reason": "missing", "expected": "a text that is not empty"},
      {"path": "$.dimensions[1].name", "reason": "duplicate-name",
       "expected": "a name that differs from every other dimension"},
      {"path": "$.resultCategories[0].scoreRange", "reason": "out-of-order", "expected": "the lower number first"}
    ]
  }'::jsonb,
  'the details name every fault'
);
select is(
  (
    select count(*)::integer from public.custom_assessments
    where tenant_id = tests.kept('tenant')
  ), 0, 'nothing was written'
);

select is(
  jsonb_array_length(private.definition_faults(jsonb_build_object(
    'dimensions', (select jsonb_agg('{}'::jsonb) from generate_series(1, 5000)), 'resultCategories', '[]'::jsonb
  ))),
  100, 'at most a hundred faults are listed'
);
select is(
  (
    select jsonb_agg(fault ->> 'path')
    from jsonb_array_elements(private.definition_faults(
      tests.definition() || '{"interviewGuidelines": {"probingQuestions": {"a \"b\"\n": ["?"], "é": ["?"]}}}'
    )) as fault
  ),
  '["$.interviewGuidelines.probingQuestions[\"é\"]", "$.interviewGuidelines.probingQuestions[\"a \\\"b\\\"\\n\"]"]'::jsonb,
  'a key that is not a plain word is quoted in the path'
);
select is(
  private.definition_faults(tests.definition() || jsonb_build_object('dimensions', (
    select jsonb_agg(jsonb_build_object('name', n, 'weight', 0.333333, 'description', 'd')) from unnest(array['A', 'B', 'C']) as n
  ))),
  '[]'::jsonb, 'thirds sum to 1.0 within the tolerance'
);

select * from finish();
rollback;
