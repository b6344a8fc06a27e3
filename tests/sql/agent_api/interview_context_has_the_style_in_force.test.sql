begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(12);

create function tests.agent_session(coaching uuid, assignment uuid, assessment uuid) returns uuid
language sql
as $$
  insert into public.agent_sessions (coaching_session_id, stakeholder_session_id, custom_assessment_id)
  values (coaching, assignment, assessment)
  returning id
$$;
select tests.keep('styled', tests.create_assessment(
  tests.kept('tenant'),
  '{"status": "active", "name": "Styled", "interview_style_default": 2, "version": "3.1"}'
));
select tests.keep('session', tests.create_coaching_session(tests.kept('tenant'), tests.kept('styled')));
select tests.keep('coached', tests.agent_session(tests.kept('session'), null, tests.kept('styled')));
select tests.keep('interviewed', tests.agent_session(null, tests.kept('assignment'), tests.kept('assessment')));
select tests.keep('unrecorded', tests.agent_session(tests.kept('session'), null, null));
select tests.keep('plain', tests.agent_session(tests.create_coaching_session(tests.kept('tenant'), null), null, null));
select tests.keep('alone', tests.agent_session(null, null, tests.kept('styled')));

select tests.as_service();
select is(
  public.interview_context(tests.kept('coached')) - array['definition', 'progress'],
  jsonb_build_object(
    'assessment_id', tests.kept('styled'), 'version', '3.1', 'interview_style', 2, 'begun', false,
    'version_id', tests.assessment_value(tests.kept('styled'), 'newest_version_id'),
    'definition_sha256', tests.value_of(
      'public.assessment_versions', tests.assessment_value(tests.kept('styled'), 'newest_version_id')::uuid, 'definition_sha256'
    )
  ),
  'the assessment''s version and default style'
);
update public.coaching_sessions set interview_style_override = 5
where id = tests.kept('session');
select is(
  (public.interview_context(tests.kept('coached')) ->> 'interview_style')::integer, 5,
  'the coaching session''s override comes first'
);
-- An assessment may forbid overrides after the interview began.
update public.custom_assessments set interview_style_allow_override = false
where id = tests.kept('styled');
select is(
  (public.interview_context(tests.kept('coached')) ->> 'interview_style')::integer, 5,
  'what the version of the session allows stays in force'
);
select is((public.interview_context(tests.kept('interviewed')) ->> 'interview_style')::integer, 3, 'the default');
update public.campaigns set interview_style_override = 1
where id = tests.kept('campaign');
select is(
  (public.interview_context(tests.kept('interviewed')) ->> 'interview_style')::integer, 1,
  'the campaign''s override comes first'
);
-- One that was chosen before, and is not allowed any more when the interview begins.
select tests.as_postgres();
select tests.keep('open', tests.create_assessment(tests.kept('tenant'), '{"status": "active", "name": "Open"}'));
select tests.keep('late', tests.create_coaching_session(tests.kept('tenant'), tests.kept('open')));
update public.coaching_sessions set interview_style_override = 1
where id = tests.kept('late');
update public.custom_assessments set interview_style_allow_override = false
where id = tests.kept('open');
select tests.keep('late_talk', tests.agent_session(tests.kept('late'), null, null));
select tests.as_service();
select is(
  (public.interview_context(tests.kept('late_talk')) ->> 'interview_style')::integer, 3,
  'an override that the version does not allow is not in force'
);
select is(
  (public.interview_context(tests.kept('unrecorded')) ->> 'assessment_id')::uuid, tests.kept('styled'),
  'where the agent recorded none, its session''s assessment'
);
select is(public.interview_context(tests.kept('alone')) ->> 'version', '3.2', 'a conversation without a session has the newest');
select is(public.interview_context(tests.kept('plain')), null, 'null without a custom assessment');
select is(
  tests.refusal('select public.interview_context(gen_random_uuid())'), 'PT404 SESSION_NOT_FOUND',
  'an agent session that does not exist'
);
select alike(
  tests.whole_refusal('select public.interview_context(gen_random_uuid())') ->> 'hint', '%agent_session_id%',
  'whose hint speaks of the argument that this call has'
);
select is(tests.refusal('select public.interview_context(null)'), 'PT404 SESSION_NOT_FOUND', 'and none at all');

select * from finish();
rollback;
