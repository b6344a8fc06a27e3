-- Malicious definitions are refused as invalid, each in under a second, and never with another kind of error.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(28);

create table tests.hostile (what text primary key, definition jsonb, expected text);
grant select on tests.hostile to public;
insert into tests.hostile
values
(
  'three thousand levels of lists', ('{"x":' || repeat('[', 3000) || repeat(']', 3000) || '}')::jsonb, 'too-deep'
),
(
  'three thousand levels of objects',
  tests.definition() || jsonb_build_object('x', (repeat('{"a":', 3000) || '1' || repeat('}', 3000))::jsonb), 'too-deep'
),
(
  'a million keys', (select jsonb_object_agg('key' || n, n) from generate_series(1, 1000000) as n), 'too-large'
),
(
  'numbers of ten bytes with 131,072 digits',
  tests.definition() || jsonb_build_object('x', (select jsonb_agg('1e131071'::jsonb) from generate_series(1, 30000))),
  'number-out-of-range'
),
(
  'zeros with 16,383 decimal places',
  tests.definition() || jsonb_build_object('x', (select jsonb_agg('0e-16383'::jsonb) from generate_series(1, 30000))),
  'number-out-of-range'
),
(
  'a weight of 1e400', jsonb_set(tests.definition(), '{dimensions,0,weight}', '1e400'), 'number-out-of-range'
),
(
  'a weight of 1e-400', jsonb_set(tests.definition(), '{dimensions,0,weight}', '1e-400'), 'number-out-of-range'
),
(
  'a text of a megabyte', jsonb_set(tests.definition(), '{dimensions,0,description}', to_jsonb(repeat('x', 1000000))),
  'too-large'
),
(
  'names that differ in their Unicode form only',
  jsonb_set(
    jsonb_set(tests.definition(), '{dimensions,0,name}', to_jsonb(U&'Caf\00E9'::text)),
    '{dimensions,1,name}', to_jsonb(U&'CAFE\0301'::text)
  ),
  'duplicate-name'
),
(
  'names that differ in the kind of their hyphen only',
  jsonb_set(
    jsonb_set(tests.definition(), '{dimensions,0,name}', to_jsonb(U&'Self\2011Care'::text)),
    '{dimensions,1,name}', '"self-care"'
  ),
  'duplicate-name'
),
(
  'sixty thousand dimensions', jsonb_set(tests.definition(), '{dimensions}', (select jsonb_agg(n) from generate_series(1, 60000) as n)),
  'wrong-count'
),
(
  'forty thousand unknown references',
  jsonb_set(
    tests.definition(), '{resultCategories,0}',
    jsonb_build_object('name', 'c', 'primaryDimensions', (select jsonb_agg('ß' || n) from generate_series(1, 40000) as n))
  ),
  'unknown-dimension'
);

create table tests.answers (what text primary key, faults jsonb, took interval);
do $$
declare
  given record;
  begun timestamptz;
  found jsonb;
begin
  for given in select hostile.what, hostile.definition from tests.hostile as hostile loop
    begun := clock_timestamp();
    found := private.definition_faults(given.definition);
    insert into tests.answers values (given.what, found, clock_timestamp() - begun);
  end loop;
end
$$;

select
  ok(
    jsonb_path_exists(answers.faults, '$[*] ? (@.reason == $reason)', jsonb_build_object('reason', hostile.expected)),
    'refused as ' || hostile.expected || ': ' || hostile.what
  )
from tests.hostile
inner join tests.answers on hostile.what = answers.what
order by hostile.what;
select ok(answers.took < interval '1 second', 'in under a second: ' || answers.what)
from tests.answers
order by answers.what;

select is(
  private.definition_faults(jsonb_set(tests.definition(), '{dimensions,0,weight}', '1e400')) -> 0 ->> 'path',
  '$.dimensions[0].weight', 'a weight that is out of all proportion is named'
);
select throws_ok(
  $$select '{"name": "\ud800"}'::jsonb$$, '22P02', null, 'half of a surrogate pair is no JSON, and never comes this far'
);

-- The longest allowed definition, and one byte more.
select is(
  private.definition_faults(tests.definition() || jsonb_build_object(
    'x', repeat('x', 512000 - octet_length((tests.definition() || '{"x": ""}')::text))
  )),
  '[]'::jsonb, '512,000 bytes are allowed'
);
select is(
  private.definition_faults(tests.definition() || jsonb_build_object(
    'x', repeat('x', 512001 - octet_length((tests.definition() || '{"x": ""}')::text))
  )) -> 0 ->> 'reason',
  'too-large', '512,001 are not'
);

select * from finish();
rollback;
