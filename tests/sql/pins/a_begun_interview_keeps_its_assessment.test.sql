-- An assessment is not deleted by itself while an interview that has begun uses it; it goes with its tenant all the same, and what
-- has not begun holds nothing up.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../pins.psql
select plan(17);

create function tests.deletion() returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select tests.refusal(pg_catalog.format('delete from public.custom_assessments where id = %L', tests.kept('listed')))
$$;
-- What deleting would be answered with, and nothing is deleted.
create function tests.would_be() returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  answer text;
begin
  begin
    answer := tests.deletion();
    raise exception using errcode = 'XX001', message = answer;
  exception when sqlstate 'XX001' then
    return sqlerrm;
  end;
end
$$;

select tests.as_user(tests.kept('other'));
select tests.keep('session', tests.session_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.as_service();
select tests.keep('talk', tests.talk_of(tests.kept('session'), 'coaching'));
select tests.as_user(tests.kept('owner'));
select is(tests.would_be(), 'done', 'a choice holds nothing up');
select tests.as_service();
select public.interview_context(tests.kept('talk'));
select tests.as_user(tests.kept('owner'));
select is(tests.would_be(), 'PT409 ASSESSMENT_IN_USE', 'an interview that has begun does');
select is(
  (tests.whole_refusal(format('delete from public.custom_assessments where id = %L', tests.kept('listed'))) ->> 'details')::jsonb
  - 'assessment_id',
  '{"reason": "ASSESSMENT_IN_USE", "sessions": 0, "sessions_of_others": true}', 'the owner is not told how many others there are'
);
select tests.keep('own', tests.session_of(tests.kept('tenant'), tests.kept('listed')));
select tests.as_service();
select public.interview_context(tests.talk_of(tests.kept('own'), 'coaching'));
select tests.as_user(tests.kept('owner'));
select is(
  (tests.whole_refusal(format('delete from public.custom_assessments where id = %L', tests.kept('listed'))) ->> 'details')::jsonb
  ->> 'sessions', '1', 'but how many of its own'
);
delete from public.coaching_sessions
where id = tests.kept('own');

-- What is not under way any more.
select tests.as_user(tests.kept('other'));
update public.coaching_sessions set access_expires_at = now() - interval '1 minute'
where id = tests.kept('session');
select tests.as_user(tests.kept('owner'));
select is(tests.would_be(), 'done', 'a link that has ended holds nothing up');
select tests.as_user(tests.kept('other'));
update public.coaching_sessions set access_expires_at = null
where id = tests.kept('session');
select tests.as_postgres();
update private.pins set asked_at = now() - interval '31 days'
where id = tests.kept('session');
select tests.as_user(tests.kept('owner'));
select is(tests.would_be(), 'done', 'nor does one that nobody asked for in a month');
select tests.as_service();
select public.interview_context(tests.kept('talk'));
select tests.as_user(tests.kept('owner'));
select is(tests.would_be(), 'PT409 ASSESSMENT_IN_USE', 'until somebody asks again');
select tests.as_postgres();
update private.settings set value = 60
where name = 'begun_session_days';
update private.pins set asked_at = now() - interval '31 days'
where id = tests.kept('session');
select tests.as_user(tests.kept('owner'));
select is(tests.would_be(), 'PT409 ASSESSMENT_IN_USE', 'or for as long as the operator has set');

-- Accepted scores, also when their job failed.
select tests.as_service();
select public.complete_assessment_session(tests.kept('session'), 'coaching', '{"Clarity": 3}');
select tests.as_user(tests.kept('owner'));
select is(tests.would_be(), 'PT409 ASSESSMENT_HAS_RESULTS', 'accepted scores keep it as a result does');
select tests.as_postgres();
update private.jobs set state = 'failed', last_error = 'broken', rank = null, finished_at = now() - interval '40 days';
select tests.as_user(tests.kept('owner'));
select is(tests.would_be(), 'PT409 ASSESSMENT_HAS_RESULTS', 'also when their job failed');
select tests.as_service();
select is(public.prune_jobs(), 0, 'which is not pruned');
select is(public.retry_jobs(array(select id from public.job_queue)), 1, 'and can be tried again');
select tests.as_postgres();
update private.jobs set state = 'failed', last_error = 'broken', rank = null, finished_at = now() - interval '40 days';
select tests.as_user(tests.kept('other'));
delete from public.coaching_sessions
where id = tests.kept('session');
select tests.as_service();
select is(public.prune_jobs(), 0, 'nor at once when the session is gone');
select tests.as_postgres();
update private.score_requests set session_gone_at = now() - interval '61 days';
select tests.as_service();
select is(public.prune_jobs(), 1, 'but when it has been gone for long');
select tests.as_user(tests.kept('owner'));
select is(tests.deletion(), 'done', 'then nothing holds the assessment');
select tests.as_postgres();
select is((select count(*) from private.pins), 0::bigint, 'choices and pins go with it');

-- With its tenant.
select tests.as_user(tests.kept('other'));
select tests.keep('mine', tests.create_assessment(tests.kept('others_tenant'), '{"slug": "mine", "status": "active"}'));
select tests.keep('my_session', tests.session_of(tests.kept('others_tenant'), tests.kept('mine')));
select tests.as_service();
select public.interview_context(tests.talk_of(tests.kept('my_session'), 'coaching'));
select is(
  tests.refusal(format('delete from public.tenant_profiles where id = %L', tests.kept('others_tenant'))), 'done',
  'a tenant is deleted with its assessments and interviews'
);

select * from finish();
rollback;
