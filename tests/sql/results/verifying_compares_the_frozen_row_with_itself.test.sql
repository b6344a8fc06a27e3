begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(9);

select tests.as_service();
select tests.keep('result', tests.create_result(tests.kept('assignment'), 'campaign'));
select is(
  public.verify_result(tests.kept('result')), '{"equal": true, "differences": []}'::jsonb,
  'a result is what its frozen row gives'
);

-- A superuser changes a row, and the assessment changes too.
select tests.as_postgres();
update public.custom_assessments set definition = definition || '{"resultCategories": []}';
alter table public.custom_assessment_results disable trigger refuse_result_update;
update public.custom_assessment_results
set
  overall_score = 4.50, matched_category = 'Strong', matched_category_data = '{"name": "Strong"}',
  uncovered_dimensions = '{Courage}';
alter table public.custom_assessment_results enable trigger refuse_result_update;
select tests.as_user(tests.kept('owner'));
select is(
  public.verify_result(tests.kept('result')),
  '{"equal": false, "differences": [
    {"field": "matched_category", "stored": "Strong", "computed": "Capable"},
    {"field": "matched_category_data", "stored": {"name": "Strong"},
     "computed": {"name": "Capable", "scoreRange": [2.5, 3.9]}},
    {"field": "overall_score", "stored": 4.50, "computed": 3.50},
    {"field": "uncovered_dimensions", "stored": ["Courage"], "computed": []}
  ]}'::jsonb,
  'its owner is told everything that differs, from the frozen definition'
);
select tests.as_user(tests.kept('creator'));
select is((public.verify_result(tests.kept('result')) ->> 'equal')::boolean, false, 'so is the campaign''s creator');
select tests.as_postgres();
alter table public.custom_assessment_results disable trigger refuse_result_update;
update public.custom_assessment_results set dimension_scores = '{"Clarity": 9}';
alter table public.custom_assessment_results enable trigger refuse_result_update;
select tests.as_service();
select is(
  public.verify_result(tests.kept('result')) #>> '{differences,0,field}', 'dimension_scores',
  'scores that could never have been are told too'
);

select tests.as_user(tests.kept('other'));
select is(
  tests.refusal($$select public.verify_result(tests.kept('result'))$$), 'PT404 RESULT_NOT_FOUND',
  'what one may not see'
);
select is(
  tests.refusal($$select public.verify_result(gen_random_uuid())$$), 'PT404 RESULT_NOT_FOUND',
  'answers as what does not exist'
);
select tests.as_service();
select is(tests.refusal($$select public.verify_result(gen_random_uuid())$$), 'PT404 RESULT_NOT_FOUND', 'for everybody');
select is(tests.refusal($$select public.verify_result(null)$$), 'PT404 RESULT_NOT_FOUND', 'and so does nothing');
select tests.as_anon();
select is(tests.refusal($$select public.verify_result(tests.kept('result'))$$), '42501', 'a visitor does not ask');

select * from finish();
rollback;
