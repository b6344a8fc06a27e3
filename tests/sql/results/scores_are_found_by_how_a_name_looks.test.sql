-- An agent writes the name of a dimension with another hyphen, another apostrophe, in full width, or with invisible
-- characters. The score belongs to the dimension, with the definition's name.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(5);

select tests.as_user(tests.kept('owner'));
select tests.keep('twins', tests.create_assessment(tests.kept('tenant'), jsonb_build_object(
  'name', 'Twins', 'status', 'active', 'definition', jsonb_build_object(
    'dimensions', jsonb_build_array(
      jsonb_build_object('name', 'Self-Care', 'weight', 0.5, 'description', 'd'),
      jsonb_build_object('name', U&'Don\2019t Panic', 'weight', 0.5, 'description', 'd')
    ),
    'resultCategories', jsonb_build_array(
      jsonb_build_object('name', 'Calm', 'scoreRange', '[1, 5]'::jsonb, 'primaryDimensions', jsonb_build_array('Don''t Panic')),
      jsonb_build_object('name', 'Kind', 'scoreRange', '[1, 5]'::jsonb, 'primaryDimensions', jsonb_build_array(U&'self\2011care'))
    )
  )
)));
select is(
  tests.refusal(format(
    'update public.custom_assessments set definition = jsonb_set(definition, ''{dimensions,1,name}'', %L) where id = %L',
    to_jsonb(U&'\FF33ELF\2013CARE'::text), tests.kept('twins')
  )),
  'PT422 ASSESSMENT_VALIDATION_ERROR', 'two names that look the same are refused'
);
select is(
  tests.value_of('public.custom_assessments', tests.kept('twins'), 'definition')::jsonb #>> '{dimensions,1,name}',
  U&'Don\2019t Panic', 'the name did not change'
);
select tests.keep('session', tests.create_coaching_session(tests.kept('tenant'), tests.kept('twins')));

select tests.as_service();
select is(
  tests.refusal(format(
    'select tests.create_result(%L, ''coaching'', %L)', tests.kept('session'), jsonb_build_object(
      'assessment_id', tests.kept('twins'), 'dimension_scores', jsonb_build_object('Self-Care', 4, U&'self\2010care', 3)
    )
  )),
  'PT422 SCORES_INVALID', 'one dimension is not scored twice in two spellings'
);
select tests.keep('result', tests.create_result(tests.kept('session'), 'coaching', jsonb_build_object(
  'assessment_id', tests.kept('twins'), 'dimension_scores', jsonb_build_object(
    U&'self\2011\200Bcare', 4, U&'DON''T\00A0\FF30anic', 3
  )
)));
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'dimension_scores')::jsonb,
  jsonb_build_object('Self-Care', 4, U&'Don\2019t Panic', 3), 'each score stands under the name of its dimension'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'matched_category'), 'Kind',
  'a category finds its primary dimension in the same way'
);

select * from finish();
rollback;
