begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
\ir ../worker.psql
select plan(35);

select tests.as_service();
create function pg_temp.complete(scores jsonb) returns jsonb
language sql
as $$ select public.complete_assessment_session(tests.kept('coaching'), 'coaching', scores) $$;

-- Arguments.
select is(tests.refusal(format('select public.complete_assessment_session(%s)', arguments)), refusal, what)
from (
  values
  ($$null, 'coaching', '{}'$$, 'PT422 INVALID_ARGUMENT', 'a session has an id'),
  ($$gen_random_uuid(), 'talk', '{}'$$, 'PT422 INVALID_ARGUMENT', 'a session has one of two types'),
  ($$gen_random_uuid(), null, '{}'$$, 'PT422 INVALID_ARGUMENT', 'or rather: exactly one'),
  ($$gen_random_uuid(), 'coaching', null$$, 'PT422 SCORES_INVALID', 'scores are there'),
  ($$gen_random_uuid(), 'coaching', '[]'$$, 'PT422 SCORES_INVALID', 'scores are an object'),
  ($$gen_random_uuid(), 'coaching', '{"Clarity": 3}', '"Good."'$$, 'PT422 INVALID_ARGUMENT', 'insights are no text'),
  ($$gen_random_uuid(), 'coaching', '{"Clarity": 3}', null, 'infinity'$$, 'PT422 INVALID_ARGUMENT', 'time has an end'),
  (
    $$gen_random_uuid(), 'coaching', '{"Clarity": 3}', null, now() + interval '2 days'$$, 'PT422 INVALID_ARGUMENT',
    'nobody completes a session in the future'
  ),
  ($$gen_random_uuid(), 'coaching', '{"Clarity": 3}'$$, 'PT404 SESSION_NOT_FOUND', 'the session exists'),
  ($$tests.kept('coaching'), 'campaign', '{"Clarity": 3}'$$, 'PT404 SESSION_NOT_FOUND', 'under this type'),
  ($$tests.kept('coaching'), 'coaching', '{"Clarity": 9, "Wit": 3}'$$, 'PT422 SCORES_INVALID', 'the scores fit')
) as wrong (arguments, refusal, what);
select tests.as_postgres();
select tests.keep('plain', tests.create_coaching_session(tests.kept('tenant'), null));
select tests.as_service();
select is(
  tests.refusal($$select public.complete_assessment_session(tests.kept('plain'), 'coaching', '{"Clarity": 3}')$$),
  'PT422 ASSESSMENT_REQUIRED', 'the session has a custom assessment'
);
select is((select count(*) from public.job_queue), 0::bigint, 'nothing of that was queued');

-- Once. The answer contains the job that scores it.
create function pg_temp.answer(queued boolean, status text) returns jsonb
language sql
as $$
  select jsonb_build_object('queued', queued, 'status', status, 'job', id)
  from public.job_queue order by id desc limit 1
$$;
select is(pg_temp.complete('{"Clarity": 4}'), pg_temp.answer(true, 'queued'), 'the first call is queued');
select is(pg_temp.complete('{"Clarity": 1}'), pg_temp.answer(false, 'queued'), 'the second changes nothing');
select is(pg_temp.complete('{"Nonsense": 1}'), pg_temp.answer(false, 'queued'), 'whatever it says');
create temporary table claim on commit drop as select tests.claim('w1') -> 0 as job;
select is(
  tests.value_of('private.score_requests', (select subject_id from public.job_queue), 'dimension_scores'), '{"Clarity": 4}',
  'the first call''s scores are kept'
);
select is(pg_temp.complete('{"Clarity": 1}'), pg_temp.answer(false, 'processing'), 'while it is processed');
select is((select count(*) from public.job_queue), 1::bigint, 'all of that is one job');

-- After a failure.
select is(tests.finish('w1', tests.ending(job, 'failed', '{"error": "broken"}')), 'failed', 'its job fails') from claim;
select results_eq(
  'select state, last_error from public.job_queue where id = (select (job ->> ''job'')::bigint from claim)',
  $$values ('failed', 'broken')$$, 'which the agent reads there, with the reason'
);
select is(
  tests.refusal($$select public.complete_assessment_session(tests.kept('coaching'), 'coaching', '{"Wit": 3}')$$),
  'PT422 SCORES_INVALID', 'what is handed in anew is checked anew'
);
select is(pg_temp.complete('{"Clarity": 2}'), pg_temp.answer(true, 'queued'), 'and queued anew');
select is((select count(*) from public.job_queue), 2::bigint, 'under another number');
select is((
  select count(*) from public.job_queue
  where state = 'queued'
), 1::bigint, 'as one job');
create temporary table again on commit drop as select tests.claim('w1') -> 0 as job;
select is(
  tests.finish('w1', tests.ending(job, 'snapshot')),
  'succeeded', 'which is scored'
) from again;
select is(
  pg_temp.complete('{"Clarity": 1}'),
  (select jsonb_build_object('queued', false, 'status', 'succeeded', 'result_id', id) from public.custom_assessment_results),
  'after the result is there, a call names it'
);
select is((select overall_score from public.custom_assessment_results), 2.00, 'and changes nothing');
select is((
  select count(*) from public.job_queue
  where state = 'queued'
), 0::bigint, 'and queues nothing');

-- The assessment of the interview is used.
select tests.as_postgres();
select tests.keep('later', tests.create_assessment(tests.kept('tenant'), '{"status": "active", "name": "Later"}'));
insert into public.agent_sessions (stakeholder_session_id, custom_assessment_id)
values (tests.kept('assignment'), tests.kept('assessment'));
update public.campaigns set custom_assessment_id = tests.kept('later')
where id = tests.kept('campaign');
select tests.as_service();
select public.complete_assessment_session(tests.kept('assignment'), 'campaign', '{"Clarity": 3}');
select tests.as_postgres();
select is(
  (select assessment_id from private.score_requests), tests.kept('assessment'),
  'a campaign that has gone on to another assessment changes nothing for its interviews'
);

-- No other role can call it.
select tests.as_user(tests.kept('owner'));
select is(tests.refusal('select from public.job_queue'), '42501', 'an owner reads no jobs');
select is(
  tests.refusal($$select public.complete_assessment_session(tests.kept('assignment'), 'campaign', '{}')$$), '42501',
  'an owner does not complete sessions'
);
select is(tests.refusal($$select public.interview_context(gen_random_uuid())$$), '42501', 'nor read agents'' contexts');
select tests.as_anon();
select is(
  tests.refusal($$select public.complete_assessment_session(tests.kept('assignment'), 'campaign', '{}')$$), '42501',
  'nor does a visitor'
);
select is(tests.refusal($$select public.interview_context(gen_random_uuid())$$), '42501', 'who reads no context either');

select * from finish();
rollback;
