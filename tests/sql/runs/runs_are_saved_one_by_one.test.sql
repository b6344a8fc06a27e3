-- save_run keeps a run until the session is completed; check_evidence stores nothing. Neither reaches another session.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
\ir ../pins.psql
\ir ../turns.psql
\ir ../runs.psql
select plan(37);

select tests.as_service();
create function pg_temp.save(talk text, run jsonb) returns jsonb
language sql
as $$ select public.save_run(tests.kept(talk), run) $$;
create function pg_temp.refused(talk text, run jsonb) returns text
language sql
as $$ select tests.refusal(format('select public.save_run(%L, %L)', tests.kept(talk), run)) $$;
create function pg_temp.first_run(score numeric default 4, key text default 'first') returns jsonb
language sql
as $$
  select tests.run(key, jsonb_build_array(tests.item('clarity', score, tests.quote(2, 'I ask the people') || '{"rationale": "Asks."}')))
$$;
-- How many runs are kept, with the rights of postgres.
select tests.as_postgres();
create function tests.runs_kept() returns bigint
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$ select count(*) from private.kept_runs $$;
grant execute on function tests.runs_kept() to public;
select tests.as_service();

select is(pg_temp.save('talk', pg_temp.first_run()), '{"saved": true, "key": "first", "runs": 1}', 'a run is kept');
select is(pg_temp.save('talk', pg_temp.first_run()), '{"saved": false, "key": "first", "runs": 1}', 'the same again changes nothing');
select is(pg_temp.save('talk', pg_temp.first_run(4.0) || '{"note": "x"}') ->> 'saved', 'false', 'however it is written');
select is(pg_temp.refused('talk', pg_temp.first_run(3)), 'PT409 RUN_DIFFERS', 'another under its key is refused');
select is(
  tests.details(format('select public.save_run(%L, %L)', tests.kept('talk'), pg_temp.first_run(3))) - 'session_id',
  '{"reason": "RUN_DIFFERS", "path": "$[0]"}', 'without a word of it'
);
select is(pg_temp.refused('talk', pg_temp.first_run(9)), 'PT422 RUNS_INVALID', 'a malformed one too');
select is(pg_temp.refused('talk', 'null'), 'PT422 RUNS_INVALID', 'and none');
select is(pg_temp.refused('talk', null), 'PT422 RUNS_INVALID', 'at all');
select is(pg_temp.save('talk', pg_temp.first_run(5, 'second')) ->> 'runs', '2', 'a second is kept beside it');
select is(tests.runs_kept(), 2::bigint, 'nothing else');
select is(
  public.subject_export(tests.kept('session'), 'coaching') #>> '{held,0,kept_runs,0,items,0,rationale}', 'Asks.',
  'a respondent can see them'
);

-- Whose they are.
select is(tests.refusal(format('select public.save_run(%L, ''{}'')', gen_random_uuid())), 'PT404 SESSION_NOT_FOUND', 'unknown agents save nothing');
select is(tests.refusal(format('select public.check_evidence(%L, ''[]'')', gen_random_uuid())), 'PT404 SESSION_NOT_FOUND', 'or check');
select tests.as_user(tests.kept('owner'));
select is(pg_temp.refused('talk', pg_temp.first_run()), '42501', 'an owner saves no runs');
select is(tests.refusal('select public.check_evidence(null, ''[]'')'), '42501', 'and checks no quotes');
select tests.as_anon();
select is(pg_temp.refused('talk', pg_temp.first_run()), '42501', 'nor does a visitor');

-- Quotes are looked for in the session's own transcript alone.
select tests.as_service();
select is(
  public.check_evidence(tests.kept('talk'), '[{"turn": 2, "quote": "and then I decide"}, {"quote": "never said at all"}]'),
  '[{"turn": 2, "status": "verified", "start": 38, "end": 55, "quote": "and then I decide"},
    {"status": "unverified", "quote": "never said at all"}]',
  'each quote gets its status'
);
select is(public.check_evidence(tests.kept('talk'), '[]'), '[]', 'none gets none');
select is(
  tests.refusal(format('select public.check_evidence(%L, ''[{"turn": 99, "quote": "and then I decide"}]'')', tests.kept('talk'))),
  'PT422 TURN_UNKNOWN', 'a turn has to be there'
);
create function pg_temp.checked(evidence text) returns text
language sql
as $$ select tests.refusal(format('select public.check_evidence(%L, %L)', tests.kept('talk'), evidence)) $$;
select is(pg_temp.checked(evidence), 'PT422 RUNS_INVALID', 'as has a quote')
from (values ('{}'), ('[{}]'), ('[{"quote": ""}]'), ('[{"quote": "x", "turn": 1e131071}]')) as wrong (evidence);
select is(
  public.check_evidence(tests.kept('called'), '[{"quote": "and then I decide"}]'), '[{"status": "unverified", "quote": "and then I decide"}]',
  'nothing is found in a session that has not begun'
);
select is(tests.version_of_pin('assignment', tests.kept('assignment'), 'pinned_version_id'), null, 'and asking does not begin it');
select tests.save(tests.kept('called'), tests.turn(1, 'Something else was said.'));
select is(
  public.check_evidence(tests.kept('called'), '[{"quote": "and then I decide"}]') #>> '{0,status}', 'unverified',
  'nobody searches the transcript of another session'
);

-- Completion takes all of them together.
select is(
  tests.refused_runs(jsonb_build_array(pg_temp.first_run(3))), 'PT409 RUN_DIFFERS', 'a kept run is not replaced by the completion'
);
select is(
  tests.hand_in(jsonb_build_array(pg_temp.first_run(), pg_temp.first_run(1, 'third'))) ->> 'queued', 'true', 'one that comes again counts once'
);
select is(pg_temp.refused('talk', pg_temp.first_run(2, 'late')), 'PT409 SESSION_ALREADY_SCORED', 'nothing is saved after it');
select is(tests.score(), 'succeeded', 'it is scored');
select results_eq(
  'select dimension_scores, (select count(*) from public.score_runs) from public.custom_assessment_results',
  $$values ('{"Clarity": 4}'::jsonb, 3::bigint)$$, 'from three runs'
);
select is(tests.runs_kept(), 0::bigint, 'which are kept nowhere else');

-- Runs that are kept give the scores alone, until the words expire or the session is withdrawn.
select is(pg_temp.save('called', pg_temp.first_run() #- '{items,0,evidence}') ->> 'saved', 'true', 'a campaign''s session has runs too');
select is(
  public.complete_assessment_session(tests.kept('assignment'), 'campaign') ->> 'queued', 'true', 'they are enough'
);
select is(tests.score(), 'succeeded', 'for a result');
select is(
  tests.refusal(format('select public.complete_assessment_session(%L, ''coaching'')', gen_random_uuid())), 'PT422 SCORES_INVALID',
  'nothing at all is not'
);
select is(tests.runs_kept(), 0::bigint, 'no run is left');

select * from finish();
rollback;
