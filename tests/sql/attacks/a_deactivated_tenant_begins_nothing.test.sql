-- A deactivated tenant uploads nothing and begins no interviews. Those that have begun go on, to their result.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
\ir ../worker.psql
select plan(16);

select tests.as_service();
select tests.keep('begun', tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));
select tests.keep('begun_talk', tests.create_row('public.agent_sessions', jsonb_build_object('coaching_session_id', tests.kept('begun'))));
select tests.keep('talk', tests.create_row('public.agent_sessions', jsonb_build_object('coaching_session_id', tests.kept('coaching'))));
select is(public.interview_context(tests.kept('begun_talk')) ->> 'version', '1.0', 'one interview begins before');
select tests.as_user(tests.kept('owner'));
select tests.keep('upload', tests.upload(tests.kept('tenant'), '# Waiting'));
select tests.as_postgres();
update public.tenant_profiles set is_active = false
where id = tests.kept('tenant');

select tests.as_user(tests.kept('owner'));
select is(
  tests.refusal($$insert into public.assessment_uploads (tenant_id, source_markdown) values (tests.kept('tenant'), '# One')$$),
  'PT403 TENANT_INACTIVE', 'its owner does not upload'
);
select is(
  tests.refusal($$select tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment'))$$),
  'PT403 TENANT_INACTIVE', 'nor make a session with an assessment'
);
select isnt_empty($$select from public.assessment_uploads$$, 'but reads everything');
select is(
  tests.refusal($$update public.custom_assessments set description = 'Edited.' where id = tests.kept('assessment')$$), 'done',
  'and edits'
);
select tests.as_user(tests.kept('stranger'));
select is(
  tests.refusal($$insert into public.assessment_uploads (tenant_id, source_markdown) values (tests.kept('tenant'), '# One')$$),
  '42501 TENANT_ACCESS_DENIED', 'a stranger does not learn that it is deactivated'
);
select isnt(
  tests.refusal($$select tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment'))$$),
  'PT403 TENANT_INACTIVE', 'nor by a session'
);

select tests.as_anon();
select is(public.session_status(tests.link(tests.kept('coaching'))), '{"state": "unavailable"}', 'an old link is unavailable');
select is(public.session_status(tests.link(tests.kept('begun'))) ->> 'state', 'in_progress', 'that of the interview is not');

select tests.as_service();
select is(
  tests.refusal($$select public.interview_context(tests.kept('talk'))$$), 'PT403 TENANT_INACTIVE', 'no interview begins'
);
select is(
  tests.refusal($$select public.save_progress(tests.kept('talk'), '[{"turn": 1, "speaker": "respondent", "text": "Yes."}]')$$),
  'PT403 TENANT_INACTIVE', 'nor with its first turn'
);
select is(
  tests.refusal($$select public.complete_assessment_session(tests.kept('coaching'), 'coaching', '{"Clarity": 4}')$$),
  'PT403 TENANT_INACTIVE', 'nor ends one that has not begun'
);
select is(public.interview_context(tests.kept('begun_talk')) ->> 'version', '1.0', 'the one under way goes on');
select is(
  public.complete_assessment_session(tests.kept('begun'), 'coaching', '{"Clarity": 4}') ->> 'queued', 'true', 'to its end'
);
select is(tests.finish('w', tests.compiled(job, 'W')), 'succeeded', 'an upload from before is processed')
from jsonb_array_elements(tests.claim('w')) as job
where job ->> 'kind' = 'compile';
select tests.as_postgres();
update public.tenant_profiles set is_active = true
where id = tests.kept('tenant');
select tests.as_service();
select is(public.interview_context(tests.kept('talk')) ->> 'version', '1.1', 'activated again, it begins interviews');

select * from finish();
rollback;
