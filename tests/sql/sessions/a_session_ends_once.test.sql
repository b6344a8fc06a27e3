-- A session ends with its result, or before that because it is cancelled or withdrawn; then it neither begins nor is completed.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
\ir ../pins.psql
\ir ../worker.psql
select plan(28);

-- The status of a session and whether it has a date of completion, read without a role's restrictions.
create function tests.ending_of(session_id uuid) returns text
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  select status || ' ' || coalesce(completed_at::date::text, '-') from public.campaign_assignments where id = session_id
  union all
  select client_status || ' ' || coalesce(completed_at::date::text, '-') from public.coaching_sessions where id = session_id
$$;

create function tests.completion(session_id uuid, session_type text) returns text
language sql
as $$
  select format(
    'select public.complete_assessment_session(%L, %L, ''{"Clarity": 4}'', null, ''2026-01-05'')', session_id, session_type
  )
$$;
grant execute on all functions in schema tests to public;

select tests.keep('coached', tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));
select tests.keep('converted', tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));
select tests.keep('begun', tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));
select tests.keep('invited', tests.create_assignment(tests.kept('campaign')));
select tests.keep('failed', tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));
select tests.keep('begun_talk', tests.talk_of(tests.kept('begun'), 'coaching'));
select tests.keep('fresh_talk', tests.talk_of(tests.kept('coaching'), 'coaching'));
select tests.keep('invited_talk', tests.talk_of(tests.kept('invited'), 'campaign'));
update public.coaching_sessions set client_status = 'converted'
where id = tests.kept('converted');

-- Words ----------------------------------------------------------------------------------------------------------------
select tests.as_user(tests.kept('owner'));
select throws_ok(
  format('update public.campaign_assignments set status = ''bogus'' where id = %L', tests.kept('assignment')),
  '23514', null, 'an assignment''s status is one of those that are known'
);
select throws_ok(
  format('update public.coaching_sessions set client_status = ''bogus'' where id = %L', tests.kept('coached')),
  '23514', null, 'and a client''s'
);

-- With a result --------------------------------------------------------------------------------------------------------
select tests.as_service();
select lives_ok(tests.completion(tests.kept('assignment'), 'campaign'), 'scores of an assignment are accepted');
select is(tests.ending_of(tests.kept('assignment')), 'invited -', 'which do not complete it yet');
select tests.as_user(tests.kept('owner'));
select is(
  tests.refusal(format('update public.campaign_assignments set status = ''cancelled'' where id = %L', tests.kept('assignment'))),
  'PT409 SESSION_ALREADY_SCORED', 'it cannot be cancelled any more'
);
select is(tests.ending_of(tests.kept('assignment')), 'invited -', 'and is not');
select tests.as_service();
create temporary table claim on commit drop as select tests.claim('w1') -> 0 as job;
select is(tests.finish('w1', tests.ending(job, 'snapshot')), 'succeeded', 'its result is written') from claim;
select is(tests.ending_of(tests.kept('assignment')), 'completed 2026-01-05', 'and completes it');
select tests.create_result(tests.kept('coached'), 'coaching', '{"completed_at": "2026-01-06"}');
select is(tests.ending_of(tests.kept('coached')), 'completed 2026-01-06', 'a result that the service writes does so too');
select tests.create_result(tests.kept('converted'), 'coaching', '{"completed_at": "2026-01-07"}');
select is(tests.ending_of(tests.kept('converted')), 'converted 2026-01-07', 'a later status of a client stays');
select tests.as_user(tests.kept('owner'));
select is(
  tests.refusal(format('update public.coaching_sessions set client_status = ''withdrawn'' where id = %L', tests.kept('coached'))),
  'PT409 SESSION_ALREADY_SCORED', 'a complete session cannot be withdrawn'
);
select lives_ok(
  format('update public.coaching_sessions set client_status = ''archived'' where id = %L', tests.kept('coached')),
  'but go on to the owner''s other states'
);

-- Accepted scores whose job failed wait for their result -----------------------------------------------------------------
select tests.as_service();
select public.complete_assessment_session(tests.kept('failed'), 'coaching', '{"Clarity": 4}');
select tests.as_postgres();
update private.jobs set state = 'failed', rank = null, not_before = null, finished_at = now(), last_error = 'x'
where rank is not null;
select tests.as_user(tests.kept('owner'));
select is(
  tests.refusal(format('update public.coaching_sessions set client_status = ''cancelled'' where id = %L', tests.kept('failed'))),
  'PT409 SESSION_ALREADY_SCORED', 'scores whose job failed are kept too'
);

-- Cancelled by the owner -----------------------------------------------------------------------------------------------
select tests.as_service();
select isnt(public.interview_context(tests.kept('begun_talk')), null, 'an interview begins');
select tests.as_user(tests.kept('owner'));
update public.coaching_sessions set client_status = 'cancelled'
where id in (tests.kept('coaching'), tests.kept('begun'));
select tests.as_service();
select
  is(
    tests.refusal(format('select public.interview_context(%L)', tests.kept(talk || '_talk'))),
    'PT409 SESSION_CANCELLED', 'an agent gets no context of a cancelled session: ' || talk
  )
from unnest(array['fresh', 'begun']) as talk;
select
  is(
    tests.refusal(tests.completion(tests.kept(session), 'coaching')),
    'PT409 SESSION_CANCELLED', 'and cannot complete it: ' || session
  )
from unnest(array['coaching', 'begun']) as session;
select is(
  tests.refusal(format($$
    insert into public.custom_assessment_results (assessment_id, session_id, session_type, dimension_scores)
    values (%L, %L, 'coaching', '{"Clarity": 4}')
  $$, tests.kept('assessment'), tests.kept('coaching'))),
  'PT409 SESSION_CANCELLED', 'nor can the service write its result'
);
select tests.as_postgres();
select is_empty(
  $$select from private.score_requests where session_id in (tests.kept('coaching'), tests.kept('begun'))$$,
  'no scores were kept'
);
select is_empty(
  $$select from private.pins where id = tests.kept('coaching') and pinned_version_id is not null$$, 'and nothing was pinned'
);
select tests.as_user(tests.kept('owner'));
update public.coaching_sessions set client_status = 'registered'
where id = tests.kept('coaching');
select tests.as_service();
select isnt(public.interview_context(tests.kept('fresh_talk')), null, 'a session that its owner reopens begins');

-- Withdrawn ------------------------------------------------------------------------------------------------------------
select tests.as_user(tests.kept('owner'));
update public.campaign_assignments set status = 'withdrawn'
where id = tests.kept('invited');
select
  is(
    tests.refusal(format('update public.campaign_assignments set status = %L where id = %L', status, tests.kept('invited'))),
    'PT409 SESSION_CANCELLED', 'a withdrawn session stays withdrawn, not ' || status
  )
from unnest(array['invited', 'cancelled', 'completed']) as status;
select is(tests.ending_of(tests.kept('invited')), 'withdrawn -', 'it still is');
select tests.as_service();
select is(
  tests.refusal(format('select public.interview_context(%L)', tests.kept('invited_talk'))),
  'PT409 SESSION_CANCELLED', 'no interview begins in it'
);
select is(
  tests.refusal(tests.completion(tests.kept('invited'), 'campaign')), 'PT409 SESSION_CANCELLED', 'and no scores are accepted'
);

select * from finish();
rollback;
