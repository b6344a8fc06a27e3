begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(13);

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
  public.interview_context(tests.kept('coached')),
  jsonb_build_object(
    'assessment_id', tests.kept('styled'), 'version', '3.1', 'interview_style', 2,
    'definition', tests.definition()
  ),
  'the assessment''s definition, version and default style'
);
update public.coaching_sessions set interview_style_override = 5
where id = tests.kept('session');
select is(
  (public.interview_context(tests.kept('coached')) ->> 'interview_style')::integer, 5,
  'the coaching session''s override comes first'
);
-- An assessment may forbid overrides after one was chosen.
update public.custom_assessments set interview_style_allow_override = false
where id = tests.kept('styled');
select is(
  (public.interview_context(tests.kept('coached')) ->> 'interview_style')::integer, 2,
  'an override that the assessment does not allow any more is not in force'
);
update public.custom_assessments set interview_style_allow_override = true
where id = tests.kept('styled');
select is(
  (public.interview_context(tests.kept('coached')) ->> 'interview_style')::integer, 5, 'until it is allowed again'
);
select is((public.interview_context(tests.kept('interviewed')) ->> 'interview_style')::integer, 3, 'the default');
update public.campaigns set interview_style_override = 1
where id = tests.kept('campaign');
select is(
  (public.interview_context(tests.kept('interviewed')) ->> 'interview_style')::integer, 1,
  'the campaign''s override comes first'
);
update public.custom_assessments set interview_style_allow_override = false
where id = tests.kept('assessment');
select is(
  (public.interview_context(tests.kept('interviewed')) ->> 'interview_style')::integer, 3,
  'nor is a campaign''s, once it is forbidden'
);
select is(
  (public.interview_context(tests.kept('unrecorded')) ->> 'assessment_id')::uuid, tests.kept('styled'),
  'where the agent recorded none, its session''s assessment'
);
select is(public.interview_context(tests.kept('alone')) ->> 'version', '3.3', 'a conversation without a session, whose style was changed twice');
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
