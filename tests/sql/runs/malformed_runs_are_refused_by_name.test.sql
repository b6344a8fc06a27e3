-- Whatever is wrong with a run is refused at once, with its path; and what is hostile costs no more than what is wrong.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
\ir ../pins.psql
\ir ../turns.psql
\ir ../runs.psql
select plan(63);

-- Clarity has a rubric, with room between its bands.
select tests.as_service();
update public.custom_assessments
set definition = jsonb_set(definition, '{dimensions,0,scoringRubric}', '{"1": "Low.", "3": "Middle.", "5": "High."}')
where id = tests.kept('listed');
select tests.as_user(tests.kept('owner'));
select tests.keep('session', tests.session_of(tests.kept('tenant'), tests.kept('listed')));
select tests.as_service();
select tests.keep('talk', tests.talk_of(tests.kept('session'), 'coaching'));
select tests.save(tests.kept('talk'), tests.turn(2, 'I ask the people whom it will affect.'));

create function pg_temp.one(item jsonb) returns jsonb
language sql
as $$ select jsonb_build_array(tests.run('a', jsonb_build_array(item))) $$;
create function pg_temp.more(more jsonb) returns jsonb
language sql
as $$ select jsonb_build_array(tests.run('a', jsonb_build_array(tests.item('Clarity', 3)), more)) $$;

select is(tests.faults(runs), faults, coalesce(what, faults))
from (
  values
  ('{}'::jsonb, '$ wrong-type', 'runs are a list'),
  ('"run"', '$ wrong-type', null),
  ('[]', '$ wrong-type', 'of at least one'),
  ('[7]', '$[0] wrong-type', 'each an object'),
  ('[null]', '$[0] wrong-type', null),
  ('[{}]', '$[0].key missing, $[0].rater wrong-type, $[0].items wrong-type', 'with a key, a rater and items'),
  (pg_temp.more('{"key": ""}'), '$[0].key wrong-length', 'a key is not empty'),
  (pg_temp.more('{"key": 5}'), '$[0].key wrong-type', 'a key is a text'),
  (pg_temp.more(jsonb_build_object('key', repeat('k', 101))), '$[0].key wrong-length', 'and short'),
  (pg_temp.more('{"key": "a\u202eb"}'), '$[0].key unseen-character', 'and shows what it is'),
  (pg_temp.more('{"rater": "judge"}'), '$[0].rater wrong-type', 'a rater is an object'),
  (pg_temp.more('{"rater": {"kind": "oracle", "name": "x", "version": "1"}}'), '$[0].rater.kind unknown-value', 'of a kind'),
  (pg_temp.more('{"rater": {"kind": ["model"], "name": "x", "version": "1"}}'), '$[0].rater.kind unknown-value', null),
  (pg_temp.more('{"rater": {"kind": "human"}}'), '$[0].rater.name missing', 'with a name'),
  (pg_temp.more('{"rater": {"kind": "model", "name": "x"}}'), '$[0].rater.version missing', 'a model also has a version'),
  (pg_temp.more('{"language": "Klingon!"}'), '$[0].language invalid-language', null),
  (pg_temp.more('{"band_order": ["1"]}'), '$[0].band_order wrong-type', null),
  (pg_temp.more('{"parameters": [1]}'), '$[0].parameters wrong-type', null),
  (pg_temp.more(jsonb_build_object('parameters', jsonb_build_object('prompt', repeat('p', 9000)))), '$[0].parameters wrong-type', 'parameters are no prompt'),
  (pg_temp.more('{"started_at": "NaN"}'), '$[0].started_at invalid-time', 'a time is one'),
  (pg_temp.more('{"started_at": "infinity"}'), '$[0].started_at invalid-time', null),
  (pg_temp.more('{"finished_at": "2026-02-30T00:00:00Z"}'), '$[0].finished_at invalid-time', 'of a day that exists'),
  (pg_temp.more('{"finished_at": 1e131071}'), '$ number-out-of-range', 'and is not a huge number'),
  (pg_temp.more('{"started_at": "2026-03-02T00:00:00Z", "finished_at": "2026-03-01T00:00:00Z"}'), '$[0].finished_at out-of-order', null),
  (pg_temp.more('{"items": {}}'), '$[0].items wrong-type', 'items are a list'),
  (pg_temp.more('{"items": []}'), '$[0].items wrong-type', null),
  (pg_temp.more('{"items": [null]}'), '$[0].items[0] wrong-type', null),
  (
    pg_temp.more(jsonb_build_object('items', (select jsonb_agg(tests.item('Clarity', 3)) from generate_series(1, 10000)))),
    '$[0].items too-many', 'ten thousand items are not read'
  ),
  (pg_temp.one('{"score": 3}'), '$[0].items[0].dimension unknown-dimension', 'an item names a dimension'),
  (pg_temp.one('{"score": 3, "dimension": "Wit"}'), '$[0].items[0].dimension unknown-dimension', 'of the definition'),
  (pg_temp.one(jsonb_build_object('score', 3, 'dimension', repeat('x', 100000))), '$[0].items[0].dimension unknown-dimension', null),
  (
    pg_temp.more(jsonb_build_object('items', jsonb_build_array(tests.item('Clarity', 3), tests.item(' clarity', 4)))),
    '$[0].items[1].dimension duplicate-dimension', 'once'
  ),
  (pg_temp.one('{"dimension": "Clarity"}'), '$[0].items[0].score missing', 'with a score'),
  (pg_temp.one(tests.item('Clarity', 3, '{"unscored": "refused"}')), '$[0].items[0].score score-and-unscored', 'or the reason for none'),
  (pg_temp.one(tests.item('Clarity', null, '{"unscored": "tired"}')), '$[0].items[0].unscored unknown-value', 'which is one of four'),
  (pg_temp.one(tests.item('Clarity', null, '{"unscored": "unverified"}')), '$[0].items[0].unscored unknown-value', 'and not the database''s'),
  (pg_temp.one(tests.item('Clarity', null, '{"unscored": ["refused"]}')), '$[0].items[0].unscored unknown-value', null),
  (pg_temp.one(tests.item('Clarity', null, '{"score": "3"}')), '$[0].items[0].score not-a-number', null),
  (pg_temp.one(tests.item('Clarity', null, '{"score": "NaN"}')), '$[0].items[0].score not-a-number', null),
  (pg_temp.one(tests.item('Clarity', 5.1)), '$[0].items[0].score off-scale', null),
  (pg_temp.one(tests.item('Clarity', 1e131071)), '$ number-out-of-range', 'a score of 131,072 digits is not read'),
  (pg_temp.one(tests.item('Clarity', 0.0::numeric + 1e-16000)), '$ number-out-of-range', 'nor one of as many behind the point'),
  (pg_temp.one(tests.item('Clarity', 3 + 1e-31)), '$[0].items[0].score too-precise', null),
  (pg_temp.one(tests.item('Clarity', 4.5, '{"band": "3"}')), '$[0].items[0].score outside-band', 'a score lies within the reach of its band'),
  (pg_temp.one(tests.item('Clarity', 3, '{"band": "2"}')), '$[0].items[0].band unknown-band', 'which the rubric has'),
  (pg_temp.one(tests.item('Clarity', 3, '{"band": 3}')), '$[0].items[0].band unknown-band', null),
  (pg_temp.one(tests.item('Courage', 3, '{"band": "3"}')), '$[0].items[0].band no-rubric', 'if there is one'),
  (pg_temp.one(tests.item('Clarity', 3, '{"prompt_sha256": "abc"}')), '$[0].items[0].prompt_sha256 invalid-hash', null),
  (pg_temp.one(tests.item('Clarity', 3, '{"evidence": "I ask"}')), '$[0].items[0].evidence wrong-type', null),
  (pg_temp.one(tests.item('Clarity', 3, '{"evidence": ["I ask"]}')), '$[0].items[0].evidence[0] wrong-type', null),
  (
    pg_temp.one(tests.item('Clarity', 3, '{"evidence": [{"turn": -1, "quote": ""}]}')),
    '$[0].items[0].evidence[0].turn out-of-range, $[0].items[0].evidence[0].quote wrong-length', null
  ),
  (pg_temp.one(tests.item('Clarity', 3, tests.quote(2, repeat('q', 1001)))), '$[0].items[0].evidence[0].quote wrong-length', 'a quote has 1,000 characters'),
  (
    pg_temp.one(tests.item('Clarity', 3, jsonb_build_object('evidence', (select jsonb_agg('{"quote": "I ask"}'::jsonb) from generate_series(1, 6))))),
    '$[0].items[0].evidence too-many', 'an item five quotes'
  ),
  (pg_temp.one(tests.item('Clarity', 3, jsonb_build_object('rationale', repeat('r', 4001)))), '$[0].items[0].rationale wrong-length', 'and a rationale 4,000 characters'),
  ((select jsonb_agg(tests.run(n::text, jsonb_build_array(tests.item('Clarity', 3)))) from generate_series(1, 11) as n), '$ too-many', 'ten runs are enough'),
  (
    (
      select jsonb_agg(tests.run(n::text, jsonb_build_array(tests.item('Clarity', 3)), jsonb_build_object('note', md5(n::text) || repeat('n', 120000))))
      from generate_series(1, 9) as n
    ), '$ too-large', 'and one megabyte'
  ),
  (pg_temp.more(jsonb_build_object('x', (repeat('[', 60) || repeat(']', 60))::jsonb)), '$ too-deep', 'a run is not nested without end')
) as wrong (runs, faults, what);

-- Duplicate keys: JSON's last one counts, for the check and for the score alike.
select is(
  tests.refused_runs(('[{"key": "a", "rater": {"kind": "human", "name": "R"},
    "items": [{"dimension": "Clarity", "score": 99, "score": 3, "score": 2}]}]')::jsonb), 'done', 'of a key that is there twice the last counts'
);
select is(
  tests.value_of('private.score_requests', (select subject_id from public.job_queue), 'dimension_scores'), '{"Clarity": 2}', 'also for the score'
);
select tests.finish('w', tests.ending(tests.claim('w') -> 0, 'failed', '{"error": "broken"}'));

-- Turns that are not there, and scores that do not follow.
select is(
  tests.refused_runs(pg_temp.one(tests.item('Clarity', 3, tests.quote(3, 'I ask the people')))), 'PT422 TURN_UNKNOWN',
  'a quote of an unknown turn'
);
select is(
  tests.details(format('select tests.hand_in(%L, %L)', pg_temp.one(tests.item('Clarity', 3)), '{"Clarity": 4, "Courage": 2}')) -> 'faults',
  '[{"path": "$[\"Clarity\"]", "reason": "not-the-combined-one", "expected": "the score 3, as the runs give it"},
    {"path": "$[\"Courage\"]", "reason": "not-the-combined-one", "expected": "no score, as the runs give it"}]',
  'scores beside runs are what the runs give'
);
select is(tests.refused_runs(pg_temp.one(tests.item('Clarity', 3)), '{"clarity": 3.0}'), 'done', 'if they are, both are accepted');
select is((
  select count(*) from public.job_queue
  where state = 'queued'
), 1::bigint, 'once');

select * from finish();
rollback;
