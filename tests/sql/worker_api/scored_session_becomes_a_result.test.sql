begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
\ir ../worker.psql
select plan(12);

select tests.as_service();
select public.complete_assessment_session(
  tests.kept('assignment'), 'campaign', '{"clarity": 4.50, "Courage": 3}', '["Plain."]', '2026-01-05 10:00+00'
);
create temporary table first on commit drop as select tests.claim('w1') -> 0 as job;
select is(
  job - array['job', 'attempt'], '{"kind": "score", "tries": 1}', 'a completed session is a job, and its words stay here'
) from first;
select is((public.queue_status() #>> '{score,running}')::integer, 1, 'operators see it run');
select is(
  tests.finish('w1', tests.ending(job, 'snapshot', '{"overall_score": "5.00", "matched_category": "Strong"}')), 'succeeded',
  'a worker asks for the snapshot, and what it says beside is nothing'
) from first;
select tests.as_postgres();

select results_eq(
  $$select session_id, session_type, overall_score, matched_category, assessment_version, ai_insights, completed_at,
           dimension_scores
      from public.custom_assessment_results$$,
  $$values (tests.kept('assignment'), 'campaign', 3.75, 'Capable', '1.0', '["Plain."]'::jsonb,
            '2026-01-05 10:00+00'::timestamptz, '{"Clarity": 4.50, "Courage": 3}'::jsonb)$$,
  'the result is there'
);
select is((select count(*) from private.score_requests), 0::bigint, 'and what was handed in is not kept twice');
select is(tests.finish('w1', tests.ending(job, 'snapshot')), 'repeated', 'said again, nothing happens') from first;
select is(
  (public.verify_result(id) ->> 'equal')::boolean, true, 'the frozen row alone gives the same'
) from public.custom_assessment_results;

-- A session that is scored behind the queue's back.
select tests.as_service();
select public.complete_assessment_session(tests.kept('coaching'), 'coaching', '{"Clarity": 5}');
create temporary table fifth on commit drop as select tests.claim('w1') -> 0 as job;
select tests.create_result(tests.kept('coaching'), 'coaching', '{"dimension_scores": {"Clarity": 1}}');
select is(tests.finish('w1', tests.ending(job, 'snapshot')), 'failed', 'cannot be scored again') from fifth;
select is(
  (
    select last_error from private.jobs
    where state = 'failed'
  ), 'session-already-scored', 'for that reason'
);
select is(
  (
    select overall_score from public.custom_assessment_results
    where session_type = 'coaching'
  ), 1.00,
  'its result is as it was'
);

-- A tenant that is erased takes its requests along; their jobs do not hang.
select tests.as_postgres();
select tests.keep('doomed', tests.create_assessment(tests.kept('first_of_two'), '{"status": "active", "name": "Doomed"}'));
select tests.keep('late', tests.create_coaching_session(tests.kept('first_of_two'), tests.kept('doomed')));
select tests.as_service();
select public.complete_assessment_session(tests.kept('late'), 'coaching', '{"Clarity": 5}');
create temporary table sixth on commit drop as select tests.claim('w1') -> 0 as job;
select public.erase_tenant(tests.kept('first_of_two'));
select is(tests.finish('w1', tests.ending(job, 'snapshot')), 'lost', 'nobody''s work any more') from sixth;
select is((
  select count(*) from private.jobs
  where rank is not null
), 0::bigint, 'nothing is left open');

select * from finish();
rollback;
