begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(14);

select tests.keep('another', tests.create_assessment(tests.kept('tenant'), '{"status": "active", "name": "Another"}'));
select tests.as_service();

select is(
  tests.refusal($$select tests.create_result(gen_random_uuid(), 'coaching')$$), 'PT404 SESSION_NOT_FOUND',
  'a session that does not exist'
);
select is(
  tests.refusal($$select tests.create_result(tests.kept('coaching'), 'campaign')$$), 'PT404 SESSION_NOT_FOUND',
  'a coaching session is not a campaign''s'
);
select is(
  tests.refusal($$select tests.create_result(tests.kept('assignment'), 'coaching')$$), 'PT404 SESSION_NOT_FOUND',
  'a campaign''s session is not a coaching session'
);
select is(
  tests.refusal($$select tests.create_result(tests.kept('coaching'), 'interview')$$), 'PT404 SESSION_NOT_FOUND',
  'another type of session'
);
select is(
  tests.refusal($$select tests.create_result(tests.kept('coaching'), 'coaching',
    jsonb_build_object('assessment_id', gen_random_uuid()))$$),
  'PT404 ASSESSMENT_NOT_FOUND', 'an assessment that does not exist'
);
select is(
  tests.refusal($$select tests.create_result(tests.kept('coaching'), 'coaching',
    jsonb_build_object('assessment_id', tests.kept('another')))$$),
  'PT409 SESSION_ASSESSMENT_MISMATCH', 'an assessment that the session did not use'
);
select tests.as_postgres();
select tests.keep('plain', tests.create_coaching_session(tests.kept('tenant'), null));
select tests.as_service();
select is(
  tests.refusal($$select tests.create_result(tests.kept('plain'), 'coaching')$$),
  'PT409 SESSION_ASSESSMENT_MISMATCH', 'a session without a custom assessment'
);
select is((select count(*) from public.custom_assessment_results), 0::bigint, 'nothing was written');

-- What the agent recorded counts, even after the campaign uses another assessment.
select tests.as_postgres();
insert into public.agent_sessions (stakeholder_session_id, custom_assessment_id)
values (tests.kept('assignment'), tests.kept('assessment'));
update public.campaigns set custom_assessment_id = tests.kept('another')
where id = tests.kept('campaign');
select tests.as_service();
select lives_ok(
  $$select tests.keep('result', tests.create_result(tests.kept('assignment'), 'campaign'))$$,
  'the assessment that the interview ran with'
);

select is(
  tests.refusal($$select tests.create_result(tests.kept('assignment'), 'campaign')$$),
  'PT409 SESSION_ALREADY_SCORED', 'one session has one result'
);
select is(
  tests.refusal($$select tests.create_result(tests.kept('assignment'), 'campaign',
    jsonb_build_object('assessment_id', tests.kept('another')))$$),
  'PT409 SESSION_ALREADY_SCORED', 'also for another assessment that it used'
);
select is((select count(*) from public.custom_assessment_results), 1::bigint, 'one was written');

-- A session is scored with what it used, whatever happened to that since.
select tests.as_postgres();
update public.custom_assessments set status = 'archived'
where id = tests.kept('assessment');
select tests.as_service();
select lives_ok(
  $$select tests.create_result(tests.kept('coaching'), 'coaching')$$,
  'an interview that ends after its assessment was archived still has its result'
);
select is((select count(*) from public.custom_assessment_results), 2::bigint, 'and it is there');

select * from finish();
rollback;
