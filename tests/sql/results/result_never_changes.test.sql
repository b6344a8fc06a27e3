-- No role can change a finished result; only the service role can delete it.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(15);

select tests.as_service();
select tests.keep('result', tests.create_result(tests.kept('coaching'), 'coaching'));

select is(
  tests.whole_refusal($$update public.custom_assessment_results set ai_insights = '[]' where id = tests.kept('result')$$),
  jsonb_build_object(
    'state', 'PT409', 'message', 'A result cannot be changed, nor a review of it.',
    'details', jsonb_build_object('reason', 'RESULT_IMMUTABLE', 'result_id', tests.kept('result'))::text,
    'hint', 'Correct or withdraw the result with review_result, or run a new interview.'
  ),
  'the service role cannot change a result'
);
select is(
  tests.refusal($$update public.custom_assessment_results set overall_score = overall_score
                   where id = tests.kept('result')$$),
  'PT409 RESULT_IMMUTABLE', 'not even to what it is'
);
select is(
  tests.refusal($$
    insert into public.custom_assessment_results (assessment_id, session_id, session_type, dimension_scores)
    values (tests.kept('assessment'), tests.kept('coaching'), 'coaching', '{"Clarity": 1}')
    on conflict (session_id, session_type) do update set dimension_scores = excluded.dimension_scores
  $$),
  'PT409 SESSION_ALREADY_SCORED', 'an upsert does not change it either'
);
select tests.as_postgres();
select is(
  tests.refusal($$update public.custom_assessment_results set tenant_id = tests.kept('others_tenant')
                   where id = tests.kept('result')$$),
  'PT409 RESULT_IMMUTABLE', 'nor can the migrations'' owner'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'overall_score'), '3.50',
  'the score is as it was'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'tenant_id')::uuid, tests.kept('tenant'),
  'the owner is as it was'
);

select tests.as_user(tests.kept('owner'));
select is(
  tests.refusal($$update public.custom_assessment_results set ai_insights = '[]'$$), '42501',
  'an owner may not update results'
);
select is(tests.refusal('delete from public.custom_assessment_results'), '42501', 'nor delete them');
select is(tests.refusal('truncate public.custom_assessment_results'), '42501', 'nor truncate them');
select is(
  tests.refusal($$
    insert into public.custom_assessment_results (assessment_id, session_id, session_type, dimension_scores)
    values (tests.kept('assessment'), tests.kept('assignment'), 'campaign', '{"Clarity": 5}')
  $$),
  '42501', 'nor make them'
);
select tests.as_anon();
select is(tests.refusal('select from public.custom_assessment_results'), '42501', 'a visitor may not even read them');

-- Later changes of the session and the assessment have no effect.
select tests.as_postgres();
delete from public.coaching_sessions
where id = tests.kept('coaching');
update public.custom_assessments set status = 'archived'
where id = tests.kept('assessment');
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'session_id')::uuid,
  tests.kept('coaching'), 'the result outlives its session'
);
select tests.as_user(tests.kept('owner'));
select is(
  (select id from public.custom_assessment_results), tests.kept('result'), 'and its owner still reads it'
);

select tests.as_service();
select is(
  tests.refusal($$delete from public.custom_assessment_results where id = tests.kept('result')$$), 'done',
  'the service role may remove a result, for a respondent who asks for it'
);
select is(tests.value_of('public.custom_assessment_results', tests.kept('result'), 'id'), null, 'it is gone');

select * from finish();
rollback;
