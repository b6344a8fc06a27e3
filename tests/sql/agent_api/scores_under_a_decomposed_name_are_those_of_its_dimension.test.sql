-- An agent writes a name with an accent of its own (NFD), where the definition has the letter with its accent (NFC), or the
-- other way round: as programs on a Mac do. The score belongs to that dimension, from the hand-in to the result.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
\ir ../worker.psql
select plan(6);

select tests.as_user(tests.kept('owner'));
select tests.keep('accented', tests.create_assessment(tests.kept('tenant'), jsonb_build_object(
  'name', 'Accented', 'status', 'active', 'definition', jsonb_build_object(
    'dimensions', jsonb_build_array(
      jsonb_build_object('name', U&'Gr\00F6\00DFe', 'weight', 0.5, 'description', 'd'),
      jsonb_build_object('name', U&'Cafe\0301', 'weight', 0.5, 'description', 'd')
    ),
    'resultCategories', jsonb_build_array(jsonb_build_object('name', 'Any', 'scoreRange', '[1, 5]'::jsonb))
  )
)));
select tests.as_postgres();
select tests.keep('session', tests.create_coaching_session(tests.kept('tenant'), tests.kept('accented')));

select tests.as_service();
select is(
  tests.refusal(format(
    'select public.complete_assessment_session(%L, ''coaching'', %L)', tests.kept('session'),
    jsonb_build_object(U&'Gr\00F6\00DFe', 4, U&'Gro\0308\00DFe', 2)
  )),
  'PT422 SCORES_INVALID', 'a dimension is not scored twice, once in each form'
);
select is(
  tests.refusal(format(
    'select public.complete_assessment_session(%L, ''coaching'', %L)', tests.kept('session'),
    jsonb_build_object(U&'Gro\0301\00DFe', 4)
  )),
  'PT422 SCORES_INVALID', 'another accent is another name'
);
select is(
  public.complete_assessment_session(
    tests.kept('session'), 'coaching', jsonb_build_object(U&'Gro\0308\00DFe', 4, U&'Caf\00E9', 2)
  ) ->> 'queued', 'true', 'each of the two in its other form is accepted'
);
select
  is(
    tests.finish('w1', tests.ending(job.value, 'snapshot')), 'succeeded', 'and scored'
  )
from jsonb_array_elements(tests.claim('w1')) as job;
select results_eq(
  $$select dimension_scores, overall_score, uncovered_dimensions
      from public.custom_assessment_results where session_id = tests.kept('session')$$,
  format(
    'values (%L::jsonb, 3.00, ''{}''::text[])', jsonb_build_object(U&'Gr\00F6\00DFe', 4, U&'Cafe\0301', 2)
  ),
  'the result has the names of the definition'
);
select
  is(
    public.verify_result(result.id) ->> 'equal', 'true', 'and computing it again gives the same'
  )
from public.custom_assessment_results as result
where result.session_id = tests.kept('session');

select * from finish();
rollback;
