-- subject_export has everything of one respondent, for the owner of the session's tenant alone.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
\ir ../pins.psql
\ir ../worker.psql
select plan(16);

create function tests.export(session_id uuid, session_type text default 'campaign') returns text
language sql
as $$ select format('select public.subject_export(%L, %L)', session_id, session_type) $$;
create function tests.held(session_id uuid, session_type text default 'campaign') returns jsonb
language sql
as $$ select public.subject_export(held.session_id, held.session_type) -> 'held' -> 0 $$;
-- The refusal without the id that was asked for.
create function tests.whole_export(session_id uuid) returns text
language sql
as $$ select replace(tests.whole_refusal(tests.export(session_id))::text, session_id::text, 'it') $$;

select tests.keep('nowhere', gen_random_uuid());
select tests.keep('talk', tests.talk_of(tests.kept('assignment'), 'campaign'));
update public.agent_sessions set session_context = '{"said": "Robin"}'
where id = tests.kept('talk');
select tests.keep('scored', tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));
select tests.create_result(tests.kept('scored'), 'coaching', '{"ai_insights": ["Calm."]}');
select tests.as_service();
select public.save_progress(tests.kept('talk'), '[{"turn": 1, "speaker": "respondent", "text": "I am Robin."}]');
select public.complete_assessment_session(tests.kept('assignment'), 'campaign', '{"Clarity": 3}', '["Thoughtful."]');

-- Nobody else ------------------------------------------------------------------------------------------------------------
select tests.as_user(tests.kept('other'));
select is(
  tests.whole_export(tests.kept('assignment')), tests.whole_export(tests.kept('nowhere')),
  'to another tenant''s owner it does not exist'
);
select is(tests.refusal(tests.export(tests.kept('nowhere'))), 'PT404 SESSION_NOT_FOUND', 'what does not exist is not found');
select tests.as_user(tests.kept('creator'));
select is(
  tests.refusal(tests.export(tests.kept('assignment'))), 'PT404 SESSION_NOT_FOUND',
  'nor to who created the campaign for another tenant'
);
select tests.as_anon();
select is(tests.refusal(tests.export(tests.kept('assignment'))), '42501', 'nor to a visitor');
select tests.as_postgres();
update public.tenant_profiles set user_id = tests.kept('other')
where id = tests.kept('tenant');
select tests.as_user(tests.kept('owner'));
select is(tests.refusal(tests.export(tests.kept('assignment'))), 'PT404 SESSION_NOT_FOUND', 'nor to who sold the tenant');
select tests.as_postgres();
update public.tenant_profiles set user_id = tests.kept('owner')
where id = tests.kept('tenant');

-- The owner ----------------------------------------------------------------------------------------------------------------
select tests.as_user(tests.kept('owner'));
select is(
  (select array_agg(key order by key) from jsonb_object_keys(tests.held(tests.kept('assignment'))) as key),
  array['agent_sessions', 'campaign', 'erased_at', 'kept_runs', 'pin', 'result', 'reviews', 'runs', 'session', 'submitted', 'tenant_id', 'transcript'],
  'all parts are always there'
);
select is(tests.held(tests.kept('assignment')) #>> '{session,stakeholder_name}', 'Robin', 'the session''s row');
select is(tests.held(tests.kept('assignment')) #>> '{campaign,name}', 'Round one', 'the campaign''s name');
select is(tests.held(tests.kept('assignment')) #>> '{agent_sessions,0,session_context,said}', 'Robin', 'agent sessions');
select is(tests.held(tests.kept('assignment')) #>> '{pin,version}', '1.0', 'the version of the interview');
select is(tests.held(tests.kept('assignment')) #>> '{transcript,turns,0,text}', 'I am Robin.', 'what was said');
select is(
  tests.held(tests.kept('assignment')) #> '{submitted,ai_insights}', '["Thoughtful."]'::jsonb,
  'what waits for its result'
);
select is(tests.held(tests.kept('assignment')) #>> '{submitted,job,state}', 'queued', 'and its job');
select is(tests.held(tests.kept('scored'), 'coaching') #> '{result,ai_insights}', '["Calm."]'::jsonb, 'the result');
select is(
  tests.held(tests.kept('scored'), 'coaching') #> '{result,assessment_definition_snapshot}', null,
  'without the text of the assessment, which may be another tenant''s'
);
select tests.as_postgres();
delete from public.coaching_sessions
where id = tests.kept('scored');
select tests.as_user(tests.kept('owner'));
select is(
  tests.held(tests.kept('scored'), 'coaching') - array['tenant_id', 'result', 'agent_sessions'],
  '{"erased_at": null, "session": null, "campaign": null, "pin": null, "transcript": null, "submitted": null,
    "runs": null, "kept_runs": null, "reviews": []}'::jsonb,
  'and what is left after its row was deleted'
);

select * from finish();
rollback;
