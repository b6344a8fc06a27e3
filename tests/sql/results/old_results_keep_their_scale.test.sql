-- An assessment whose scale rises to 0-100 keeps its old results as they were: their scores, their scale, and what charts
-- and links draw. New results use the new scale, up to 100.00.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(9);

select tests.as_service();
select tests.keep('old', tests.create_result(tests.kept('coaching'), 'coaching'));
create temporary table old_row on commit drop as
select to_jsonb(result) as row from public.custom_assessment_results as result
where result.id = tests.kept('old');
create temporary table old_link on commit drop as
select public.session_result(tests.link(tests.kept('coaching'))) as shown;

select tests.as_postgres();
update public.custom_assessments
set definition = tests.definition() || '{"metadata": {"scale": [0, 100]}, "resultCategories": [
  {"name": "Emerging", "scoreRange": [0, 49.99]}, {"name": "Strong", "scoreRange": [50.00, 100.00]}]}'
where id = tests.kept('assessment');
select tests.keep('later', tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));

select tests.as_service();
select is(
  (
    select to_jsonb(result) from public.custom_assessment_results as result
    where result.id = tests.kept('old')
  ),
  (select row from old_row), 'an old result is the row that it was'
);
select is(
  public.session_result(tests.link(tests.kept('coaching'))), (select shown from old_link),
  'its link shows what it showed'
);
select is((select shown -> 'scale' from old_link), '[1, 5]'::jsonb, 'which is drawn on the old scale');
select is(
  public.verify_result(tests.kept('old')), '{"equal": true, "differences": []}'::jsonb,
  'it is still what its frozen row gives'
);
select tests.as_postgres();
select is(
  (
    select private.scale_in_force(assessment_definition_snapshot -> 'metadata')
    from public.custom_assessment_results
    where id = tests.kept('old')
  ), '{1,5}'::numeric[], 'a chart finds the old scale in the frozen definition'
);

select tests.as_service();
select tests.keep('new', tests.create_result(
  tests.kept('later'), 'coaching', '{"dimension_scores": {"Clarity": 100, "Courage": 99.99}}'
));
select results_eq(
  $$select overall_score, matched_category from public.custom_assessment_results where id = tests.kept('new')$$,
  $$values (100.00::numeric, 'Strong')$$, 'a new result is on the new scale, up to its end'
);
select is(
  public.session_result(tests.link(tests.kept('later'))) -> 'scale', '[0, 100]'::jsonb, 'and is drawn on it'
);
select tests.keep('last', tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));
select is(
  tests.refusal($$select tests.create_result(tests.kept('last'), 'coaching', '{"dimension_scores": {"Clarity": 100.01}}')$$),
  'PT422 SCORES_INVALID', 'a score above it is refused'
);
select is(
  (
    select count(*)::integer from public.custom_assessment_results
    where assessment_id = tests.kept('assessment')
  ),
  2, 'both results are there'
);

select * from finish();
rollback;
