-- The database sets a result's owner, snapshot, version, score and category itself, whatever is sent.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(19);

select tests.as_service();
select tests.keep('result', tests.create_result(tests.kept('assignment'), 'campaign', jsonb_build_object(
  'tenant_id', tests.kept('others_tenant'),
  'campaign_id', gen_random_uuid(),
  'campaign_created_by', tests.kept('other'),
  'dimension_scores', '{"cLARITY": 4.5, "COURAGE": 3}'::jsonb,
  'matched_category_data', '{"name": "Strong"}'::jsonb,
  'uncovered_dimensions', '["Courage"]'::jsonb,
  'assessment_version', '9.9',
  'assessment_definition_snapshot', '{"dimensions": []}'::jsonb,
  'result_disclosure', 'none',
  'ai_insights', '["Speaks plainly."]'::jsonb,
  'completed_at', '2026-01-05 10:00+00',
  'created_at', '2001-01-01'
)));

select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'tenant_id')::uuid, tests.kept('tenant'),
  'the tenant is the session''s'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'campaign_id')::uuid,
  tests.kept('campaign'), 'the campaign is the session''s'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'campaign_created_by')::uuid,
  tests.kept('creator'), 'the campaign''s creator is the one of the session''s campaign'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'dimension_scores')::jsonb,
  '{"Clarity": 4.5, "Courage": 3}'::jsonb, 'the scores stand under the definition''s names'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'overall_score'), '3.75',
  'the overall score is worked out'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'matched_category'), 'Capable',
  'the category is worked out: 3.75 is 3.8 at the precision of the ranges'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'matched_category_data')::jsonb,
  '{"name": "Capable", "scoreRange": [2.5, 3.9]}'::jsonb, 'the category''s data are the whole category'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'uncovered_dimensions'), '{}',
  'every dimension was scored'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'assessment_version'), '1.0',
  'the version is the assessment''s'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'assessment_definition_snapshot')::jsonb,
  tests.definition(), 'the snapshot is the assessment''s definition'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'result_disclosure'), 'full',
  'the disclosure is the assessment''s'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'created_at')::timestamptz, now(),
  'the row was made now'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'ai_insights')::jsonb,
  '["Speaks plainly."]'::jsonb, 'the insights are what was handed in'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'completed_at')::timestamptz,
  '2026-01-05 10:00+00'::timestamptz, 'the time of completion is what was handed in'
);

select tests.keep('coached', tests.create_result(tests.kept('coaching'), 'coaching', jsonb_build_object(
  'campaign_id', tests.kept('campaign'), 'campaign_created_by', tests.kept('other'),
  'dimension_scores', '{"Clarity": 5}'::jsonb
)));
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('coached'), 'campaign_id'), null,
  'a coaching session has no campaign'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('coached'), 'campaign_created_by'), null,
  'and nobody who made one'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('coached'), 'uncovered_dimensions'), '{Courage}',
  'a dimension without score is named'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('coached'), 'overall_score'), '5.00',
  'and counts for nothing'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('coached'), 'completed_at')::timestamptz, now(),
  'completed now, where nothing is said'
);

select * from finish();
rollback;
