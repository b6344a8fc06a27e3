-- What is quadratic in Postgres itself: ordering combining marks when a text is normalised, which not even the statement
-- timeout can interrupt, and returning the items of a JSON path one by one.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(6);

-- Seconds that a statement takes, and its refusal.
create function tests.timed(statement text, out seconds numeric, out answer text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  started constant timestamptz := pg_catalog.clock_timestamp();
begin
  answer := tests.refusal(statement);
  seconds := extract(epoch from pg_catalog.clock_timestamp() - started);
end
$$;
-- A letter under this many pairs of marks, each pair in the wrong order.
create function tests.marked(pairs integer) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$ select 'a' || pg_catalog.repeat(E'\u0316\u0301', pairs) $$;
grant execute on all functions in schema tests to public;

select tests.as_user(tests.kept('owner'));
create temporary table taken on commit drop as
select
  given.what,
  given.expected,
  timed.seconds,
  timed.answer
from (
  values
  (
    'the name of a dimension under 30,000 marks', 'done',
    jsonb_set(tests.definition(), '{dimensions,0,name}', to_jsonb(tests.marked(15000)))
  ),
  (
    'references under 30,000 marks', 'PT422 ASSESSMENT_VALIDATION_ERROR',
    jsonb_set(
      jsonb_set(tests.definition(), '{dimensions,0,name}', to_jsonb(tests.marked(15000))),
      '{resultCategories,0,primaryDimensions}', jsonb_build_array(tests.marked(15001))
    )
  ),
  (
    'a quarter of a million numbers', 'PT422 ASSESSMENT_VALIDATION_ERROR',
    tests.definition() || jsonb_build_object('x', to_jsonb(array_fill(1, array[255000])))
  ),
  (
    'a hundred thousand wrong weights', 'PT422 ASSESSMENT_VALIDATION_ERROR',
    jsonb_build_object('dimensions', to_jsonb(array_fill('{"weight": 1e120}'::jsonb, array[100000])))
  )
) as given (what, expected, definition),
  lateral tests.timed(
    format('select tests.create_assessment(%L, %L)', tests.kept('tenant'), jsonb_build_object('definition', given.definition))
  ) as timed;
select ok(taken.answer = taken.expected and taken.seconds < 3, format('%s: %s in %s s', taken.what, taken.answer, taken.seconds))
from taken;

select tests.as_service();
select ok(timed.answer = 'PT422 SCORES_INVALID' and timed.seconds < 3, format('a score''s name: %s s', timed.seconds))
from tests.timed(format(
  'select public.complete_assessment_session(%L, ''coaching'', %L)', tests.kept('coaching'),
  jsonb_build_object(tests.marked(16000), 4)
)) as timed;
select is(
  private.fold_name('A' || repeat(E'\u030a', 1000)), 'A' || repeat(E'\u030a', 1000),
  'a name of more than 1,000 characters counts as it is spelled'
);

select * from finish();
rollback;
