-- check_definition returns the errors of a definition, or the whole of it with its defaults, and stores nothing.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(10);

select tests.as_user('00000000-0000-4000-8000-000000000001');

select is(
  public.check_definition('{"dimensions": [{"name": "Only", "weight": 0.5, "description": "<b>x</b>"}]}'),
  '{
    "valid": false, "definition": null, "faults": [
      {"path": "$.dimensions", "reason": "weights-sum", "expected": "weights that sum to 1.0 within 0.01, not to 0.5"},
      {"path": "$.resultCategories", "reason": "missing", "expected": "a list of at most 15 categories"},
      {"path": "$.dimensions[0].description", "reason": "raw-html", "expected": "Markdown without HTML; `\\<` is the character itself"}
    ]
  }'::jsonb, 'all errors at once'
);
select is(public.check_definition(null) -> 'faults' -> 0 ->> 'reason', 'wrong-type', 'no definition');
select is(
  public.check_definition('{"metadata": 1, "dimensions": {}, "resultCategories": "x", "examples": [null]}') -> 'valid', 'false',
  'values of other types'
);
select is(
  public.check_definition('{"dimensions": [{"name": "Große Ruhe", "weight": 1, "description": "Calm."}], "resultCategories": [{"name": "C"}]}'),
  '{
    "valid": true, "faults": [], "definition": {
      "metadata": {
        "version": "1.0", "type": "multi-dimensional", "interviewStyle": {"default": 3, "allowOverride": true},
        "resultDisclosure": "full", "scale": [1, 5], "evidence": "preferred", "minCoverage": 0
      },
      "dimensions": [
        {
          "id": "grosse-ruhe", "name": "Große Ruhe", "weight": 1, "description": "Calm.", "interviewThemes": [],
          "scoringRubric": {}
        }
      ],
      "resultCategories": [
        {"name": "C", "primaryDimensions": [], "strengths": [], "growthAreas": [], "recommendations": []}
      ],
      "interviewGuidelines": {"probingQuestions": {}}, "examples": []
    }
  }'::jsonb, 'what is missing is filled in'
);
select is(
  public.check_definition(tests.definition() || '{"metadata": {"evidence": "required", "interviewStyle": {"default": 5}}}')
  #> '{definition,metadata}',
  '{
    "version": "1.0", "type": "multi-dimensional", "interviewStyle": {"default": 5, "allowOverride": true},
    "resultDisclosure": "full", "scale": [1, 5], "evidence": "required", "minCoverage": 0.6
  }'::jsonb, 'the share that must be scored depends on the evidence'
);
select is(
  (public.check_definition(public.check_definition(tests.definition()) -> 'definition')) -> 'definition',
  public.check_definition(tests.definition()) -> 'definition', 'what was filled in is valid, and stays'
);
select is(
  public.check_definition(tests.definition() || '{"later": 1}') #>> '{definition,later}', '1', 'unknown keys are kept'
);
select is_empty('select from public.custom_assessments', 'nothing is stored');
select is(
  jsonb_array_length(public.check_definition(jsonb_build_object(
    'dimensions', (select jsonb_agg('{}'::jsonb) from generate_series(1, 300)), 'resultCategories', '[]'::jsonb
  )) -> 'faults'), 100, 'at most a hundred'
);

select tests.as_anon();
select throws_ok($$select public.check_definition('{}')$$, '42501', null, 'only with an account');

select * from finish();
rollback;
