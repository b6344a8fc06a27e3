-- A respondent reads how a result came about where it is disclosed in full, and nothing else of what raters wrote; an owner always.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
\ir ../pins.psql
\ir ../turns.psql
\ir ../runs.psql
select plan(19);

-- What only raters and agents know has a mark.
select tests.as_service();
create function pg_temp.run(key text, clarity numeric, more jsonb default '{}') returns jsonb
language sql
as $$
  select tests.run(key, jsonb_build_array(
    tests.item('Clarity', clarity, tests.quote(2, 'I ask the people') || '{"rationale": "MARK-rationale", "band": "4-5", "prompt_sha256":
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "note": "MARK-note"}'),
    tests.item('Courage', null, tests.quote(1, 'MARK-interviewer decides') || '{"unscored": "no-evidence", "rationale": "MARK-second"}')
  ), '{"band_order": "MARK-order", "parameters": {"prompt": "MARK-parameters"}, "language": "en-x-mark"}' || more)
$$;
create function pg_temp.explained() returns jsonb
language sql
as $$ select public.session_explanation(tests.value_of('public.coaching_sessions', tests.kept('session'), 'access_token')) $$;
-- A finished interview of an assessment with this disclosure.
create function pg_temp.finish(disclosure text, runs jsonb) returns text
language plpgsql
as $$
declare
  turns constant jsonb := tests.turn(1, 'MARK-interviewer decides what?', '{"speaker": "interviewer"}')
    || tests.turn(2, 'I ask the people whom it will affect. MARK-rest');
begin
  perform tests.as_service();
  update public.custom_assessments
     set result_disclosure = disclosure,
         definition = jsonb_set(definition, '{dimensions,0,scoringRubric}', '{"1-2": "Low.", "3": "Middle.", "4-5": "Says what is meant."}')
   where id = tests.kept('listed');
  perform tests.as_user(tests.kept('owner'));
  perform tests.keep('session', tests.session_of(tests.kept('tenant'), tests.kept('listed')));
  perform tests.as_service();
  perform tests.hand_in(runs, null, turns);
  return tests.score();
end
$$;

select is(
  pg_temp.finish('full', jsonb_build_array(pg_temp.run('MARK-a', 4), pg_temp.run('MARK-b', 3.5), pg_temp.run('MARK-c', 4))),
  'succeeded', 'an interview is scored'
);
select is(
  pg_temp.explained() - array['machine', 'margin'],
  '{"complete": true, "provenance": "runs", "scale": [1, 5], "overall_score": 4.00, "category": "Strong", "second_category": "Capable",
    "coverage": 0.5, "stability": {"runs": 3, "same": 2}, "words_expired": false,
    "raters": [{"kind": "model", "name": "judge", "version": "2026-05", "runs": 3}],
    "dimensions": [{"dimension": "Clarity", "score": 4, "weight": 1.0, "contribution": 4.00, "band": "4-5", "band_text":
      "Says what is meant.", "spread": 0.5, "quotes": [{"turn": 2, "start": 0, "quote": "I ask the people"}]}],
    "unscored": [{"dimension": "Courage", "reason": "no-evidence"}], "corrections": []}',
  'the respondent reads how the result came about'
);
select matches(pg_temp.explained() ->> 'machine', '^A computer program', 'and that a machine scored');
select doesnt_match(pg_temp.explained()::text, 'MARK', 'and nothing that raters wrote, or others said');
select doesnt_match(
  public.session_result(tests.value_of('public.coaching_sessions', tests.kept('session'), 'access_token'))::text, 'MARK|people',
  'the result itself has no run in it'
);
select is(public.explanation(tests.kept('session'), 'coaching'), pg_temp.explained(), 'the service reads the same');
select tests.as_user(tests.kept('owner'));
select is(
  public.explanation(tests.kept('session'), 'coaching') #>> '{dimensions,0,band}', '4-5', 'the owner too'
);
create function pg_temp.refused(session_id uuid) returns text
language sql
as $$ select tests.refusal(format('select public.explanation(%L, ''coaching'')', session_id)) $$;
select is(pg_temp.refused(tests.kept('talk')), 'PT404 RESULT_NOT_FOUND', 'what does not exist is not found');
select tests.as_user(tests.kept('other'));
select is(tests.refusal(format('select public.explanation(%L, ''coaching'')', tests.kept('session'))), 'PT404 RESULT_NOT_FOUND', 'nor is another tenant''s');
select tests.as_anon();
select is(tests.refusal(format('select public.explanation(%L, ''coaching'')', tests.kept('session'))), '42501', 'a visitor may not ask');
select is(public.session_explanation('nobody''s'), '{"complete": false}', 'an unknown link shows nothing');
select is(public.session_explanation(null), '{"complete": false}', 'nor does none');

-- A person's scores, among models'.
select is(
  pg_temp.finish('full', jsonb_build_array(
    pg_temp.run('a', 5), tests.person('b', jsonb_build_array(tests.item('Clarity', 2, tests.quote(2, 'whom it will affect'))))
  )), 'succeeded', 'a person scored too'
);
select is(
  pg_temp.explained() #> '{dimensions,0}',
  '{"dimension": "Clarity", "score": 2, "weight": 1.0, "contribution": 2.00, "band": "1-2", "band_text": "Low.", "spread": null,
    "quotes": [{"turn": 2, "start": 17, "quote": "whom it will affect"}]}',
  'only what counts explains the score'
);
select is(jsonb_array_length(pg_temp.explained() -> 'raters'), 2, 'both raters are named');

-- Other disclosures.
select pg_temp.finish('teaser', jsonb_build_array(pg_temp.run('a', 4)));
select is(pg_temp.explained(), '{"complete": true}', 'a teaser is not explained');
select pg_temp.finish('none', jsonb_build_array(pg_temp.run('a', 4)));
select is(pg_temp.explained(), '{"complete": true}', 'nor what is not shown');
select tests.as_user(tests.kept('owner'));
select is(public.explanation(tests.kept('session'), 'coaching') ->> 'category', 'Strong', 'but to its owner');

-- Words that have expired.
select tests.as_postgres();
alter table public.score_runs disable trigger keep_runs;
update public.score_runs set words_since = '2020-01-01'
where true;
alter table public.score_runs enable trigger keep_runs;
select private.expire_run_words(100);
select tests.as_user(tests.kept('owner'));
select is(
  public.explanation(tests.kept('session'), 'coaching') - array['machine', 'raters', 'margin'] #> '{dimensions,0,quotes}', '[]',
  'the score stays when the words are gone'
);

select * from finish();
rollback;
