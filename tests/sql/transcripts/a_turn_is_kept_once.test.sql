-- Turns are kept by their number, while the interview goes on, whichever agent session it has.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../pins.psql
\ir ../turns.psql
select plan(31);
select tests.as_service();

select is(
  tests.save(tests.kept('talk'), tests.turn(1, 'Good day.', '{"speaker": "interviewer", "at": "2026-03-01T09:30:00Z"}')),
  '{"saved": 1, "turns": 1, "last_turn": 1}'::jsonb, 'the first turn is kept'
);
select is(
  tests.version_of_pin('coaching', tests.kept('session'), 'pinned_version_id'), '1.0', 'and begins the session, which is pinned'
);
select is(public.interview_context(tests.kept('talk')) ->> 'begun', 'true', 'so it had begun before the first context');
select is(
  tests.progress(tests.kept('talk')), '{"turns": 1, "last_turn": 1, "dimensions": null, "words_expired": false}'::jsonb,
  'the context tells how far the interview is'
);
select is(
  tests.save(tests.kept('talk'), tests.turn(2, 'I say what I mean.') || tests.turn(3, 'Mostly.')),
  '{"saved": 2, "turns": 3, "last_turn": 3}'::jsonb, 'more turns follow'
);
select is(
  tests.save(tests.kept('talk'), tests.turn(2, 'I say what I mean.', '{"speaker": "other"}') || tests.turn(4, 'Yes.')),
  '{"saved": 1, "turns": 4, "last_turn": 4}'::jsonb, 'the same text again changes nothing'
);
select is(
  tests.kept_turns(tests.kept('session')),
  '1 interviewer Good day., 2 respondent I say what I mean., 3 respondent Mostly., 4 respondent Yes.', 'not even its speaker'
);

-- Another text.
select is(
  tests.refused(tests.kept('talk'), tests.turn(5, 'No.') || tests.turn(3, 'Secret.')), 'PT409 TURN_DIFFERS',
  'another text is refused'
);
select is(
  tests.details(format('select public.save_progress(%L, %L)', tests.kept('talk'), tests.turn(3, 'Secret.'))),
  jsonb_build_object('reason', 'TURN_DIFFERS', 'session_id', tests.kept('session'), 'turn', 3), 'with its number, and no text'
);
select matches(tests.kept_turns(tests.kept('session')), '3 respondent Mostly., 4 respondent Yes.$', 'and nothing was saved');

-- What it was about.
select is(
  tests.save(tests.kept('talk'), tests.turn(5, 'It takes some.', '{"dimensions": ["courage "]}')) ->> 'saved', '1',
  'a turn may say what it is about'
);
select is(tests.progress(tests.kept('talk')) -> 'dimensions', '["Courage"]'::jsonb, 'and the context tells it');
select is(
  tests.save(tests.kept('talk'), tests.turn(7, 'Hm.', '{"dimensions": []}') || tests.turn(6, 'So.', '{"dimensions": ["Clarity"]}'))
  ->> 'last_turn', '7', 'turns may come in any order'
);
select is(
  tests.progress(tests.kept('talk')) -> 'dimensions', '["Clarity", "Courage"]'::jsonb, 'dimensions are in the definition''s order'
);

-- Another agent.
select tests.keep('next', tests.talk_of(tests.kept('session'), 'coaching'));
select is(tests.progress(tests.kept('next')) ->> 'last_turn', '7', 'another agent session finds the transcript');
select is(tests.save(tests.kept('next'), tests.turn(8, 'On.')) ->> 'turns', '8', 'and continues it');
select is(
  tests.refused(tests.kept('next'), tests.turn(1, 'Good night.')), 'PT409 TURN_DIFFERS', 'it cannot change what was said'
);
select is(tests.save(tests.kept('called'), tests.turn(1, 'Hello.')) ->> 'turns', '1', 'a campaign''s session has its own');
select is(tests.version_of_pin('assignment', tests.kept('assignment'), 'pinned_version_id'), '1.0', 'and begins with it');

-- Who spoke.
select is(
  public.correct_turn(tests.kept('next'), 2, 'other'),
  '{"turn": 2, "speaker": "other", "first_speaker": "respondent"}'::jsonb, 'a speaker can be corrected'
);
select matches(tests.kept_turns(tests.kept('session')), '2 respondent other I say', 'and both are kept');
select is(tests.refusal(format('select public.correct_turn(%L, 99, ''other'')', tests.kept('talk'))), 'PT422 TURN_UNKNOWN', 'not of an unknown turn');
select is(tests.refusal(format('select public.correct_turn(%L, null, ''other'')', tests.kept('talk'))), 'PT422 TURN_UNKNOWN', 'nor of none');
select is(tests.refusal(format('select public.correct_turn(%L, 2, ''dog'')', tests.kept('talk'))), 'PT422 INVALID_ARGUMENT', 'nor to another word');
select is(tests.refusal(format('select public.correct_turn(%L, 2, null)', tests.kept('talk'))), 'PT422 INVALID_ARGUMENT', 'nor to none');

-- A coaching session that is given another assessment begins anew.
select tests.as_user(tests.kept('owner'));
select tests.keep('another', tests.create_assessment(tests.kept('tenant'), '{"slug": "another", "status": "active"}'));
update public.coaching_sessions set custom_assessment_id = tests.kept('another')
where id = tests.kept('session');
select tests.as_service();
select is(tests.progress(tests.kept('talk')) ->> 'turns', '0', 'another assessment begins another transcript');
select is(tests.save(tests.kept('talk'), tests.turn(1, 'Again.')) ->> 'turns', '1', 'with its own first turn');
select is(tests.kept_turns(tests.kept('session')), '1 respondent Again.', 'the former one is gone');

-- What has no transcript.
select tests.keep('nobodys', tests.create_row('public.agent_sessions', jsonb_build_object('custom_assessment_id', tests.kept('listed'))));
select is(tests.refused(tests.kept('nobodys'), tests.turn(1, 'Hello.')), 'PT404 SESSION_NOT_FOUND', 'a conversation without a session has none');
select is(tests.refused(gen_random_uuid(), tests.turn(1, 'Hello.')), 'PT404 SESSION_NOT_FOUND', 'nor has an unknown one');
select tests.as_postgres();
insert into public.coaching_sessions (id, tenant_id, assessment_type)
values ('00000000-0000-0000-0000-00000000c0ac', tests.kept('tenant'), 'archetype');
select tests.as_service();
select is(
  tests.refused(tests.talk_of('00000000-0000-0000-0000-00000000c0ac', 'coaching'), tests.turn(1, 'Hello.')),
  'PT422 ASSESSMENT_REQUIRED', 'nor has a session without an assessment'
);

select * from finish();
rollback;
