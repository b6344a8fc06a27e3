-- Every error of the scores is reported at once, by JSON path, reason and what was expected.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(15);

select tests.as_service();

create function pg_temp.faults(scores text) returns jsonb
language sql
as $$
  select (tests.whole_refusal(format(
    'select tests.create_result(tests.kept(''coaching''), ''coaching'', jsonb_build_object(''dimension_scores'', %L::jsonb))',
    scores)) ->> 'details')::jsonb -> 'faults'
$$;

select is(
  tests.whole_refusal($$select tests.create_result(tests.kept('coaching'), 'coaching', '{"dimension_scores": {}}')$$),
  jsonb_build_object(
    'state', 'PT422', 'message', 'The scores are not valid for this assessment.',
    'details', jsonb_build_object(
      'reason', 'SCORES_INVALID', 'session_id', tests.kept('coaching'),
      'faults', '[{"path": "$", "reason": "no-scores", "expected": "the score of at least one dimension"}]'::jsonb
    )::text,
    'hint', 'Score at least one dimension of the definition. Name each as in the definition, and give it a number on the scale.'
  ),
  'no score at all'
);
select is(
  pg_temp.faults('{"Clarity": 5.01, "courage": "4", "Wit": 3, "CLARITY": 2}'),
  '[
    {"path": "$[\"Wit\"]", "reason": "unknown-dimension", "expected": "the name of a dimension of the definition"},
    {"path": "$[\"Clarity\"]", "reason": "duplicate-dimension", "expected": "one score for each dimension"},
    {"path": "$[\"courage\"]", "reason": "not-a-number", "expected": "a number"}
  ]'::jsonb,
  'an unknown dimension, one that is named twice, and a text, all at once'
);
create function pg_temp.right_names(scores jsonb) returns jsonb
language sql
as $$
  select (tests.whole_refusal(format(
    'select tests.create_result(tests.kept(''coaching''), ''coaching'', jsonb_build_object(''dimension_scores'', %L::jsonb))',
    scores)) ->> 'details')::jsonb -> 'dimensions'
$$;
select is(pg_temp.right_names('{"Wit": 3}'), '["Clarity", "Courage"]', 'the names that would have been right');
select is(pg_temp.right_names('{"Clarity": 9}'), null, 'they are not listed where no name is wrong');
select is(
  pg_temp.faults('{"Clarity": 5.01, "Courage": 0.99}'),
  '[
    {"path": "$[\"Clarity\"]", "reason": "off-scale", "expected": "a number from 1 to 5"},
    {"path": "$[\"Courage\"]", "reason": "off-scale", "expected": "a number from 1 to 5"}
  ]'::jsonb,
  'scores off the scale'
);
select is(pg_temp.faults('{"Clarity": null}') -> 0 ->> 'reason', 'not-a-number', 'null is not a score');
select is(pg_temp.faults('{"Clarity": true}') -> 0 ->> 'reason', 'not-a-number', 'true is not a score');
select is(pg_temp.faults('{"Clarity": 1e400}') -> 0 ->> 'reason', 'off-scale', 'a huge number is off the scale');
select is(pg_temp.faults('[4, 3]') -> 0 ->> 'reason', 'not-an-object', 'a list has no names');
select is(pg_temp.faults('null') -> 0 ->> 'reason', 'not-an-object', 'null is no object');
select is(
  jsonb_array_length(pg_temp.faults((select jsonb_object_agg('name ' || n, 3)::text from generate_series(1, 2000) as n))),
  100, 'at most 100 faults are listed'
);
select is(
  pg_temp.faults((select jsonb_object_agg('name ' || n, 3)::text from generate_series(1, 20000) as n)) -> 0 ->> 'reason',
  'not-an-object', 'scores of more than 64 KB are not looked at'
);

select is(
  pg_temp.faults('{"Clarity": 4}'), null, 'one score is enough'
);
select tests.as_postgres();
delete from public.custom_assessment_results
where session_id = tests.kept('coaching');
select tests.as_service();

select is(
  tests.whole_refusal($$select tests.create_result(tests.kept('coaching'), 'coaching',
    '{"overall_score": 3.51, "matched_category": "Strong"}')$$) ->> 'details',
  jsonb_build_object('reason', 'SCORES_INVALID', 'session_id', tests.kept('coaching'), 'faults', '[
    {"path": "$.overall_score", "reason": "not-the-computed-one", "expected": "3.50"},
    {"path": "$.matched_category", "reason": "not-the-computed-one", "expected": "Capable"}
  ]'::jsonb)::text,
  'a score and a category that are not what the scores give'
);
select lives_ok(
  $$select tests.create_result(tests.kept('coaching'), 'coaching',
    '{"overall_score": 3.5, "matched_category": "Capable"}')$$,
  'a score and a category that are what the scores give'
);

select * from finish();
rollback;
