-- Turns that are malformed, too many or too long are refused as a whole, each error with its path.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../pins.psql
\ir ../turns.psql
select plan(32);

-- The errors, as 'path reason' in order.
create function tests.faults(turns jsonb) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.string_agg(listed.fault ->> 'path' || ' ' || (listed.fault ->> 'reason'), ', ' order by listed.place)
    from pg_catalog.jsonb_array_elements(
      tests.details(pg_catalog.format('select public.save_progress(%L, %L)', tests.kept('talk'), turns)) -> 'faults'
    ) with ordinality as listed (fault, place)
$$;

create function tests.limited(turns jsonb) returns jsonb
language sql
set search_path = pg_catalog, pg_temp
as $$
  select tests.details(pg_catalog.format('select public.save_progress(%L, %L)', tests.kept('talk'), turns)) - 'session_id'
$$;
create function tests.turns_from(first integer, last integer, text text) returns jsonb
language sql
set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.jsonb_agg(tests.turn(number, text) -> 0)
    from pg_catalog.generate_series(first, last) as number
$$;

select tests.as_service();
select is(tests.faults(turns), expected, turns::text)
from (
  values
  ('null'::jsonb, '$ wrong-type'),
  ('{}', '$ wrong-type'),
  ('[]', '$ wrong-type'),
  ('"turn"', '$ wrong-type'),
  ('[1]', '$[0] wrong-type'),
  (jsonb_build_array(tests.turn(1, 'a')), '$[0] wrong-type'),
  (tests.turn(1, 'a', '{"turn": [1]}'), '$[0].turn out-of-range'),
  (tests.turn(1, 'a', '{"text": ["a"]}'), '$[0].text wrong-type'),
  ('[{}]', '$[0].turn missing, $[0].speaker missing, $[0].text missing'),
  ('[{"turn": null, "speaker": null, "text": null}]', '$[0].turn out-of-range, $[0].speaker unknown-value, $[0].text wrong-type'),
  (tests.turn(1, 'a', '{"turn": 1.5}'), '$[0].turn out-of-range'),
  (tests.turn(1, 'a', '{"turn": -1}'), '$[0].turn out-of-range'),
  (tests.turn(1, 'a', '{"turn": "1"}'), '$[0].turn out-of-range'),
  (tests.turn(1, 'a', '{"turn": 1e131071}'), '$[0].turn out-of-range'),
  (tests.turn(1, 'a', '{"speaker": "coach"}'), '$[0].speaker unknown-value'),
  (tests.turn(1, 'a', '{"speaker": ["other"]}'), '$[0].speaker unknown-value'),
  (tests.turn(1, 'a', '{"text": 5}'), '$[0].text wrong-type'),
  (tests.turn(1, 'a', '{"at": "yesterday"}'), '$[0].at invalid-time'),
  (tests.turn(1, 'a', '{"at": "2026-02-30T09:30:00Z"}'), '$[0].at invalid-time'),
  (tests.turn(1, 'a', '{"at": "2026-03-01T09:30:00"}'), '$[0].at invalid-time'),
  (tests.turn(1, 'a', '{"at": 5}'), '$[0].at invalid-time'),
  (tests.turn(1, 'a', '{"dimensions": "Clarity"}'), '$[0].dimensions wrong-type'),
  (tests.turn(1, 'a', '{"dimensions": [5]}'), '$[0].dimensions[0] wrong-type'),
  (tests.turn(1, 'a') || tests.turn(2, 'b', '{"dimensions": ["Clarity", "Secret"]}'), '$[1].dimensions[1] unknown-dimension'),
  (tests.turn(1, 'a', '{"dimensions": ["Clarity", "clarity"]}'), '$[0].dimensions[1] duplicate-reference'),
  (tests.turn(1, 'a') || tests.turn(2, 'b') || tests.turn(1, 'a'), '$[2].turn duplicate-turn')
) as cases (turns, expected);
select is(
  tests.faults((select jsonb_agg(5) from generate_series(1, 2000))) like '%$[99] wrong-type', true, 'at most 100 are listed'
);
select is(tests.kept_turns(tests.kept('session')), null, 'nothing was saved');

-- Limits.
select is(
  tests.limited(tests.turn(1, 'a') || tests.turn(2, repeat('b', 20001))),
  '{"reason": "TRANSCRIPT_TOO_LARGE", "turn": 2, "limit": "characters of a turn", "most": 20000}', 'a turn is too long'
);
select is(
  tests.limited(tests.turns_from(1, 2001, 'a')), '{"reason": "TRANSCRIPT_TOO_LARGE", "limit": "turns", "most": 2000}',
  'there are too many'
);
do $$ begin perform tests.save(tests.kept('talk'), tests.turns_from(1, 1999, repeat('ä', 125))); end $$;
select is(
  tests.limited(tests.turns_from(2000, 2001, 'a')), '{"reason": "TRANSCRIPT_TOO_LARGE", "limit": "turns", "most": 2000}',
  'together with those that are kept'
);
select is(
  tests.limited(tests.turn(2000, repeat('ä', 7000))), '{"reason": "TRANSCRIPT_TOO_LARGE", "limit": "bytes", "most": 512000}',
  'bytes count'
);

select * from finish();
rollback;
