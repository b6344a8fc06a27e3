begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(52);

grant execute on all functions in schema tests to public;
select tests.as_service();
select tests.keep('result', tests.create_result(tests.kept('assignment'), 'campaign', '{"ai_insights": ["Plain."]}'));
select tests.keep('coached', tests.create_result(tests.kept('coaching'), 'coaching'));
select tests.as_postgres();
select tests.keep('others_assessment', tests.create_assessment(tests.kept('others_tenant'), '{"status": "active"}'));
select tests.keep('others_result', tests.create_result(
  tests.create_coaching_session(tests.kept('others_tenant'), tests.kept('others_assessment')), 'coaching',
  jsonb_build_object('assessment_id', tests.kept('others_assessment'))
));

-- Who may not decide ---------------------------------------------------------------------------------------
select tests.as_user(tests.kept('owner'));
select is(
  tests.refusal($$select public.review_result(tests.kept('others_result'), 'withdrawn', null, 'Mine?')$$),
  'PT404 RESULT_NOT_FOUND', 'another tenant''s result does not exist'
);
select tests.as_user(tests.kept('creator'));
select is(
  tests.refusal($$select public.review_result(tests.kept('result'), 'withdrawn', null, 'I invited them.')$$),
  'PT403 RESULT_ACCESS_DENIED', 'a campaign''s creator, who reads the result, cannot decide about it'
);
select is(
  tests.refusal($$select public.review_result(tests.kept('coached'), 'confirmed')$$), 'PT404 RESULT_NOT_FOUND', 'nor see others'
);
select tests.as_service();
select is(
  tests.refusal($$select public.review_result(tests.kept('result'), 'confirmed')$$), 'PT403 RESULT_ACCESS_DENIED', 'nor does a machine decide'
);
select tests.as_anon();
select is(tests.refusal($$select public.review_result(tests.kept('result'), 'confirmed')$$), '42501', 'nor a visitor');
select tests.as_user(tests.kept('owner'));
select throws_ok(
  $$insert into public.result_reviews (result_id, tenant_id, number, decision)
    values (tests.kept('result'), tests.kept('tenant'), 1, 'confirmed')$$,
  '42501', null, 'an owner writes no review past the function'
);
select tests.as_service();
select throws_ok(
  $$insert into public.result_reviews (result_id, tenant_id, number, decision)
    values (tests.kept('result'), tests.kept('tenant'), 1, 'confirmed')$$,
  '42501', null, 'nor does the service'
);

-- What is no review ----------------------------------------------------------------------------------------------
select tests.as_user(tests.kept('owner'));
select is(
  array(
    select tests.refusal(format('select public.review_result(tests.kept(''result''), %L, %L, %L)', decision, scores, reason))
    from (
      values
      ('approved', null, 'x'), (null, null, 'x'),
      ('confirmed', '{"Clarity": 4}', null),
      ('corrected', '{"Clarity": 4}', null), ('corrected', '{"Clarity": 4}', '  '),
      ('withdrawn', null, ''), ('withdrawn', null, repeat('m', 5000000)), ('confirmed', null, E'a\u202Eb')
    ) as given (decision, scores, reason)
  ),
  array_fill('PT422 INVALID_ARGUMENT'::text, array[8]), 'unknown decisions, missing, hidden and endless reasons are refused'
);
select is(
  array(
    select tests.refusal(format('select public.review_result(tests.kept(''result''), ''corrected'', %L, ''Why.'')', scores))
    from (
      values
      (null), ('{}'), ('[]'), ('{"Clarity": 5.1}'), ('{"Clarity": 1e100000}'), ('{"Clarity": "4"}'), ('{"Calm": 4}'),
      ('{"Clarity": ' || '4.' || repeat('0', 16000) || '1}'),
      ('{"Clarity": 4, "Courage": ' || repeat('9', 100000) || '}'),
      (jsonb_build_object('Clarity', repeat('x', 5000000))::text)
    ) as given (scores)
  ),
  array_fill('PT422 SCORES_INVALID'::text, array[10]), 'scores that no interview could have are refused, however large'
);
select is_empty('select * from public.result_reviews', 'none of it left anything');

-- Confirmed, corrected -------------------------------------------------------------------------------------------
select is(
  public.review_result(tests.kept('result'), 'confirmed') - 'review_id',
  '{"changed": true, "number": 1, "decision": "confirmed", "overall_score": null, "matched_category": null}'::jsonb,
  'a confirmation is a review too'
);
select is(
  (
    select corrected from public.effective_results
    where id = tests.kept('result')
  ), false, 'and corrects nothing'
);
select is(
  public.review_result(tests.kept('result'), 'corrected', '{"clarity": 5, "Courage": 4.5}', ' Misheard. ') - 'review_id',
  '{"changed": true, "number": 2, "decision": "corrected", "overall_score": 4.75, "matched_category": "Strong"}'::jsonb,
  'a correction is scored by the same rule'
);
select is(
  public.review_result(tests.kept('result'), 'corrected', '{"Clarity": 5, "Courage": 4.5}', 'Misheard.') ->> 'changed', 'false',
  'the same review again changes nothing'
);
select results_eq(
  $$select number, decision, reason, dimension_scores, overall_score, reviewed_by from public.result_reviews order by number$$,
  $$values (1, 'confirmed', null, null::jsonb, null::numeric, tests.kept('owner')),
           (2, 'corrected', 'Misheard.', '{"Clarity": 5, "Courage": 4.5}'::jsonb, 4.75, tests.kept('owner'))$$,
  'reviews say who decided what, and why'
);
select results_eq(
  $$select dimension_scores, overall_score, matched_category, matched_category_data ->> 'name', uncovered_dimensions, corrected
      from public.effective_results where id = tests.kept('result')$$,
  $$values ('{"Clarity": 5, "Courage": 4.5}'::jsonb, 4.75, 'Strong', 'Strong', '{}'::text[], true)$$,
  'the effective result has the corrected scores'
);
select results_eq(
  $$select dimension_scores, overall_score from public.custom_assessment_results where id = tests.kept('result')$$,
  $$values ('{"Clarity": 4, "Courage": 3}'::jsonb, 3.50)$$, 'the result itself is as it was'
);
select is(
  public.verify_result(tests.kept('result')), '{"equal": true, "differences": []}'::jsonb, 'both are what their scores give'
);
select lives_ok(
  $$select public.review_result(tests.kept('result'), 'corrected', '{"Clarity": 2}', 'Courage was never asked.')$$,
  'a correction can be corrected'
);
select results_eq(
  $$select overall_score, uncovered_dimensions from public.effective_results where id = tests.kept('result')$$,
  $$values (2.00, '{Courage}'::text[])$$, 'the newest counts, and what it leaves out is not covered'
);
select lives_ok($$select public.review_result(tests.kept('result'), 'confirmed', null, 'Now right.')$$, 'it can be confirmed');
select is(
  (
    select overall_score from public.effective_results
    where id = tests.kept('result')
  ), 2.00, 'a confirmation confirms what counts'
);

-- Who reads it ---------------------------------------------------------------------------------------------------
select results_eq('select count(*) from public.effective_results', 'values (2::bigint)', 'an owner reads the effective results');
select tests.as_user(tests.kept('creator'));
select results_eq('select id, corrected from public.effective_results', $$values (tests.kept('result'), true)$$, 'the creator those of the campaign');
select results_eq('select count(*) from public.result_reviews', 'values (4::bigint)', 'with their reviews');
select tests.as_user(tests.kept('other'));
select results_eq('select count(*) from public.effective_results', 'values (1::bigint)', 'another owner reads only its own');
select is_empty('select * from public.result_reviews', 'and no review');
select tests.as_anon();
select throws_ok('select * from public.effective_results', '42501', null, 'a visitor reads none');
select throws_ok('select * from public.result_reviews', '42501', null, 'nor their reviews');
select is(
  public.session_result(tests.link(tests.kept('assignment'))) - array['completed_at', 'scale', 'insights', 'category'],
  '{"complete": true, "disclosure": "full", "corrected": true, "overall_score": 2.00, "dimension_scores": {"Clarity": 2},
    "uncovered_dimensions": ["Courage"]}'::jsonb,
  'a link shows the effective result, marked'
);
select is(
  (
    select jsonb_build_array(answer -> 'overall_score', answer #> '{unscored,0,dimension}', answer -> 'stability')
    from public.session_explanation(tests.link(tests.kept('assignment'))) as answer
  ),
  '[2.00, "Courage", null]'::jsonb, 'the explanation is of the effective result'
);
select is(
  (
    select jsonb_agg(listed.value -> 'decision')
    from public.session_explanation(tests.link(tests.kept('assignment'))) as answer,
      jsonb_array_elements(answer -> 'corrections') as listed
  ),
  '["confirmed", "corrected", "corrected", "confirmed"]'::jsonb, 'and tells what was decided'
);
select is(
  public.session_result(tests.link(tests.kept('coaching'))) ->> 'corrected', 'false', 'another is not marked'
);

-- Nothing changes them -------------------------------------------------------------------------------------------
select tests.as_postgres();
select is(
  tests.refusal($$update public.result_reviews set reason = 'Other.' where number = 2$$), 'PT409 RESULT_IMMUTABLE', 'a review never changes'
);
select is(
  tests.refusal($$update public.result_reviews set reviewed_by = tests.kept('other') where number = 2$$), 'PT409 RESULT_IMMUTABLE',
  'nor who decided'
);
select is(
  tests.refusal($$delete from public.result_reviews where number = 2$$), 'PT409 RESULT_IMMUTABLE', 'nor is it deleted alone'
);
alter table public.result_reviews disable trigger keep_result_review;
update public.result_reviews set overall_score = 4.00
where number = 2;
alter table public.result_reviews enable trigger keep_result_review;
select tests.as_user(tests.kept('owner'));
select is(
  public.verify_result(tests.kept('result')),
  '{"equal": false, "differences": [{"field": "reviews[2].overall_score", "stored": 4.00, "computed": 4.75}]}'::jsonb,
  'a forged review is found'
);

-- Withdrawn ------------------------------------------------------------------------------------------------------
select lives_ok(
  $$select public.review_result(tests.kept('result'), 'withdrawn', null, 'The respondent objected.')$$, 'a result is withdrawn'
);
select is(
  public.review_result(tests.kept('result'), 'withdrawn', null, 'The respondent objected.') ->> 'changed', 'false', 'once'
);
select is(
  array(
    select tests.refusal(format('select public.review_result(tests.kept(''result''), %L, %L, ''Back.'')', decision, scores))
    from (values ('confirmed', null), ('corrected', '{"Clarity": 5}'), ('withdrawn', null)) as given (decision, scores)
  ),
  array_fill('PT409 RESULT_WITHDRAWN'::text, array[3]), 'nothing brings it back'
);
select is(
  tests.refusal($$select public.explanation(tests.kept('assignment'), 'campaign')$$), 'PT409 RESULT_WITHDRAWN', 'it is explained no more'
);
select results_eq('select id from public.effective_results', $$values (tests.kept('coached'))$$, 'it is in no list');
select is((public.subject_export(tests.kept('assignment'), 'campaign') #> '{held,0,reviews}') -> 4 ->> 'reason', 'The respondent objected.', 'reviews are exported');
select tests.as_anon();
select is(
  public.session_result(tests.link(tests.kept('assignment'))), '{"complete": true}'::jsonb, 'its link says only that it is complete'
);
select is(
  public.session_explanation(tests.link(tests.kept('assignment'))), '{"complete": true}'::jsonb, 'and explains nothing'
);
select is(
  (select array[answer ->> 'state', answer ->> 'disclosure'] from public.session_status(tests.link(tests.kept('assignment'))) as answer),
  array['complete', 'none'], 'the welcome page announces nothing more'
);

-- Sold: the former owner decides nothing any more, and an account that is deleted is not named -------------------
select tests.as_postgres();
update public.tenant_profiles set user_id = tests.kept('other')
where id = tests.kept('tenant');
select tests.as_user(tests.kept('owner'));
select is(
  tests.refusal($$select public.review_result(tests.kept('coached'), 'confirmed')$$), 'PT404 RESULT_NOT_FOUND',
  'a former owner does not decide'
);

-- A correction has to cover as much as a result.
select tests.as_postgres();
select tests.keep('covering', tests.create_assessment(tests.kept('others_tenant'), jsonb_build_object(
  'status', 'active', 'name', 'Covering', 'definition', tests.definition() || '{"metadata": {"minCoverage": 0.6}}'
)));
select tests.keep('covered', tests.create_result(
  tests.create_coaching_session(tests.kept('others_tenant'), tests.kept('covering')), 'coaching',
  jsonb_build_object('assessment_id', tests.kept('covering'))
));
select tests.as_user(tests.kept('other'));
select is(
  public.review_result(tests.kept('covered'), 'corrected', '{"Clarity": 4}', 'Not asked.') - array['review_id', 'number', 'changed'],
  '{"decision": "corrected", "overall_score": null, "matched_category": null}'::jsonb,
  'below the coverage that the version asks for overall score and category are null'
);
select results_eq(
  $$select overall_score, matched_category_data, corrected from public.effective_results where id = tests.kept('covered')$$,
  $$values (null::numeric, null::jsonb, true)$$, 'nor those of the result that it corrects'
);
select tests.as_postgres();
update public.tenant_profiles set user_id = tests.kept('twice')
where id = tests.kept('others_tenant');
update public.tenant_profiles set user_id = tests.kept('twice')
where id = tests.kept('tenant');
delete from auth.users
where id = tests.kept('other');
select results_eq(
  $$select reviewed_by, reason from public.result_reviews where result_id = tests.kept('covered')$$,
  $$values (null::uuid, 'Not asked.')$$, 'an account that is deleted is not named any more'
);

-- The view has the shape of results.
select tests.as_postgres();
select results_eq(
  $$select attname::text from pg_attribute where attrelid = 'public.effective_results'::regclass and attnum > 0 order by attname$$,
  $$select attname::text from pg_attribute
     where attrelid = 'public.custom_assessment_results'::regclass and attnum > 0 and not attisdropped
    union all select 'corrected' order by attname$$,
  'effective results have every column of results, and corrected'
);
select is(
  (public.erase_session(tests.kept('assignment'), 'campaign') ->> 'reviews')::integer, 5, 'reviews are erased with the respondent'
);
select * from finish();
rollback;
