-- A finished interview may bring its whole transcript. The result says whether it was here while the interview went on.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
\ir ../pins.psql
\ir ../turns.psql
select plan(27);

select tests.as_service();

create function pg_temp.complete(session_id uuid, transcript jsonb, scores jsonb default '{"Clarity": 4}') returns text
language sql
as $$ select public.complete_assessment_session(session_id, 'coaching', scores, transcript => transcript) ->> 'queued' $$;
create function pg_temp.refused(session_id uuid, transcript jsonb) returns text
language sql
as $$
  select tests.refusal(format(
    'select public.complete_assessment_session(%L, %L, %L, transcript => %L)', session_id, 'coaching', '{"Clarity": 4}', transcript
  ))
$$;
-- How the transcript of the only finished interview arrived.
create function pg_temp.source() returns text
language plpgsql
as $$
declare
  outcome constant text := tests.finish('w', tests.ending(tests.claim('w') -> 0, 'snapshot'));
begin
  return outcome || ' ' || coalesce((select result.transcript_source from public.custom_assessment_results as result), 'none');
end
$$;
create function pg_temp.again() returns void
language sql
as $$ delete from public.custom_assessment_results where true $$;

-- What is malformed, differs or is too large is refused while the agent is still there, and nothing is accepted.
select tests.save(tests.kept('talk'), tests.turn(1, 'One.'));
select is(pg_temp.refused(tests.kept('session'), transcript), refusal, what)
from (
  values
  ('{}'::jsonb, 'PT422 TURNS_INVALID', 'a transcript is a list'),
  ('[]', 'PT422 TURNS_INVALID', 'of at least one turn'),
  (tests.turn(2, 'Two.', '{"speaker": "bot"}'), 'PT422 TURNS_INVALID', 'each with a speaker'),
  (tests.turn(2, 'Two.') || tests.turn(2, 'Two.'), 'PT422 TURNS_INVALID', 'and a number of its own'),
  (tests.turn(2, 'Two.', '{"dimensions": ["Wit"]}'), 'PT422 TURNS_INVALID', 'about known dimensions'),
  (tests.turn(1, 'Another.'), 'PT409 TURN_DIFFERS', 'what was said does not change'),
  (tests.turn(2, repeat('x', 20001)), 'PT413 TRANSCRIPT_TOO_LARGE', 'a turn is no book')
) as wrong (transcript, refusal, what);
select is((select count(*) from public.job_queue), 0::bigint, 'none of that is queued');
select is(tests.kept_turns(tests.kept('session')), '1 respondent One.', 'or kept');
select is(
  tests.refusal(format(
    'select public.complete_assessment_session(%L, ''coaching'', ''{"Wit": 4}'', transcript => %L)', tests.kept('session'),
    tests.turn(2, 'Two.')
  )), 'PT422 SCORES_INVALID', 'nor is a transcript beside invalid scores'
);
select is(tests.kept_turns(tests.kept('session')), '1 respondent One.', 'so the agent can try again');

-- The turns that were kept during the interview, again.
select is(pg_temp.complete(tests.kept('session'), tests.turn(1, 'One.')), 'true', 'a transcript that is here already is accepted');
select is(pg_temp.complete(tests.kept('session'), tests.turn(2, 'Two.')), 'false', 'the next call changes nothing');
select is(tests.kept_turns(tests.kept('session')), '1 respondent One.', 'in the transcript either');
select is(pg_temp.source(), 'succeeded streamed', 'it was here during the interview');

-- More than was kept, and another after a failure.
select pg_temp.again();
select tests.save(tests.kept('talk'), tests.turn(2, 'Two.'));
select pg_temp.complete(tests.kept('session'), tests.turn(1, 'One.') || tests.turn(3, 'Three.') || tests.turn(9, 'Nine.'));
select is(
  tests.kept_turns(tests.kept('session')), '1 respondent One., 2 respondent Two., 3 respondent Three., 9 respondent Nine.',
  'what was handed in is kept with the rest'
);
select is(tests.finish('w', tests.ending(tests.claim('w') -> 0, 'failed', '{"error": "broken"}')), 'failed', 'the job fails');
select is(pg_temp.complete(tests.kept('session'), tests.turn(3, 'Third.')), 'true', 'after that another may be handed in');
select is(
  tests.kept_turns(tests.kept('session')), '1 respondent One., 2 respondent Two., 3 respondent Third.',
  'in place of what was handed in, not of what was kept'
);
select is(
  public.subject_export(tests.kept('session'), 'coaching') #>> '{held,0,submitted,transcript_source}', 'handed-in',
  'the source waits with the scores'
);
select is(pg_temp.source(), 'succeeded handed-in', 'and is that of the result');
select is(
  tests.progress(tests.kept('talk')) - 'dimensions', '{"turns": 3, "last_turn": 3, "words_expired": false}', 'the counts are right'
);

-- Without an agent session, and without a transcript.
select pg_temp.again();
select tests.as_user(tests.kept('owner'));
select tests.keep('unbegun', tests.session_of(tests.kept('tenant'), tests.kept('listed')));
select tests.keep('silent', tests.session_of(tests.kept('tenant'), tests.kept('listed')));
select tests.as_service();
select pg_temp.complete(tests.kept('unbegun'), tests.turn(1, 'All at once.', '{"dimensions": ["courage"]}'));
select is(pg_temp.source(), 'succeeded handed-in', 'an interview that never began brings all of it');
select is(
  public.subject_export(tests.kept('unbegun'), 'coaching') #>> '{held,0,transcript,turns,0,dimensions}', '["Courage"]',
  'with its dimensions spelled as in the definition'
);
select is(
  public.erase_session(tests.kept('unbegun'), 'coaching') ->> 'turns', '1', 'and is erased with the session'
);
select pg_temp.complete(tests.kept('silent'), 'null');
select is(pg_temp.source(), 'succeeded none', 'one without a transcript has none');

-- A trusted writer's result.
select pg_temp.again();
select tests.create_row('public.custom_assessment_results', jsonb_build_object(
  'assessment_id', tests.kept('listed'), 'session_id', tests.kept('session'), 'session_type', 'coaching',
  'dimension_scores', '{"Clarity": 4}'::jsonb, 'transcript_source', 'streamed'
));
select is(
  (select result.transcript_source from public.custom_assessment_results as result), 'handed-in',
  'for every writer of a result: the database knows how the transcript arrived'
);

select * from finish();
rollback;
