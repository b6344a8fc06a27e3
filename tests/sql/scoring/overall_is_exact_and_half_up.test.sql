-- The overall score is the weighted mean of the scored dimensions, in exact arithmetic, rounded half up to two places.
begin;
\ir ../helpers.psql
select plan(13);

-- Weights in tenths, scores in the order of the dimensions; null for a dimension that was not scored.
create function pg_temp.overall(weights numeric[], scores numeric[], scale jsonb default '[1, 5]') returns text
language sql
as $$
  select scored.overall::text
    from private.score_assessment(
      jsonb_build_object(
        'metadata', jsonb_build_object('scale', scale),
        'dimensions', (select jsonb_agg(jsonb_build_object('name', 'D' || n, 'weight', weight) order by n)
                         from unnest(weights) with ordinality as w (weight, n)),
        'resultCategories', '[]'::jsonb),
      (select jsonb_object_agg('D' || n, score) from unnest(scores) with ordinality as s (score, n)
        where score is not null)) as scored
$$;

select is(pg_temp.overall(array[1], array[3]), '3.00', 'one dimension');
select is(pg_temp.overall(array[0.5, 0.5], array[4.5, 3]), '3.75', 'a plain mean');
select is(pg_temp.overall(array[0.5, 0.5], array[3.99, 4.00]), '4.00', 'a half goes up: 3.995');
select is(pg_temp.overall(array[0.5, 0.5], array[3.98, 3.99]), '3.99', 'a half goes up: 3.985, not to even');
select is(pg_temp.overall(array[1], array[3.9949999999999999999999999999999999]), '3.99', 'a hair below a half goes down');
select is(
  pg_temp.overall(array[0.333333, 0.333333, 0.333333], array[1, 1, 1.0149999999999999999999999999999999]), '1.00',
  'no digit of a division is lost before the rounding'
);
select is(pg_temp.overall(array[0.333333, 0.333333, 0.333333], array[4, 4, 5]), '4.33', 'weights that do not reach one');
select is(pg_temp.overall(array[0.3, 0.3, 0.405], array[4, 4, 5]), '4.40', 'weights that go beyond one');
select is(pg_temp.overall(array[0.2, 0.3, 0.5], array[5, null, 1]), '2.14', 'what was not scored has no weight');
select is(pg_temp.overall(array[1], array[0], '[0, 100]'), '0.00', 'the bottom of the widest scale');
select is(pg_temp.overall(array[1], array[100], '[0, 100]'), '100.00', 'the top of the widest scale');
select is(
  pg_temp.overall(array[0.5, 0.5], array[99.99, 100], '[0, 100]'), '100.00', 'a half goes up to the top: 99.995'
);
select is(
  pg_temp.overall(array_fill(0.05, array[20]), (select array_agg(1 + n % 5) from generate_series(1, 20) as n)), '3.00',
  'twenty dimensions'
);

select * from finish();
rollback;
