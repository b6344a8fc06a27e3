begin;
\ir ../helpers.psql
select plan(13);

create function pg_temp.category(categories jsonb, scores jsonb) returns text
language sql
as $$
  select scored.category ->> 'name'
    from private.score_assessment(
      jsonb_build_object(
        'dimensions', '[{"name": "Ä", "weight": 0.5}, {"name": "B", "weight": 0.25}, {"name": "C", "weight": 0.25}]'::jsonb,
        'resultCategories', categories),
      scores) as scored
$$;
create function pg_temp.all_at(score numeric) returns jsonb
language sql
as $$ select jsonb_build_object('Ä', score, 'B', score, 'C', score) $$;

-- One place: 3.94 is 3.9 and 3.95 is 4.0.
select is(
  pg_temp.category(
    '[{"name": "low", "scoreRange": [1.0, 3.9]}, {"name": "high", "scoreRange": [4.0, 5.0]}]',
    pg_temp.all_at(3.94)
  ), 'low', '3.94 rounds into the lower range'
);
select is(
  pg_temp.category(
    '[{"name": "low", "scoreRange": [1.0, 3.9]}, {"name": "high", "scoreRange": [4.0, 5.0]}]',
    pg_temp.all_at(3.95)
  ), 'high', '3.95 rounds into the upper range'
);
select is(
  pg_temp.category(
    '[{"name": "low", "scoreRange": [1, 3]}, {"name": "high", "scoreRange": [4, 5]}]',
    pg_temp.all_at(3.49)
  ), 'low', 'whole ranges match whole scores'
);
select is(
  pg_temp.category(
    '[{"name": "low", "scoreRange": [1, 3]}, {"name": "high", "scoreRange": [4.0, 5]}]',
    pg_temp.all_at(3.49)
  ), null, 'the finest bound counts for all ranges: 3.5 lies in the gap'
);
select is(
  pg_temp.category(
    '[{"name": "low", "scoreRange": [1, 3.994]}, {"name": "high", "scoreRange": [3.995, 5]}]',
    pg_temp.all_at(3.9949)
  ), 'low', 'finer than two places is two places'
);
select is(
  pg_temp.category('[{"name": "none", "scoreRange": null}, {"name": "open"}]', pg_temp.all_at(3)), null,
  'a category without a range is never matched'
);

-- Overlaps: the highest average of the primary dimensions.
select is(
  pg_temp.category(
    '[
      {"name": "about a", "scoreRange": [1, 5], "primaryDimensions": ["ä"]},
      {"name": "about b", "scoreRange": [1, 5], "primaryDimensions": ["B", "C"]}]',
    '{"Ä": 3, "B": 4, "C": 3}'
  ), 'about b', 'the average of B and C is higher'
);
select is(
  pg_temp.category(
    '[
      {"name": "about a", "scoreRange": [1, 5], "primaryDimensions": ["ä"]},
      {"name": "about b", "scoreRange": [1, 5], "primaryDimensions": ["B", "C"]}]',
    '{"Ä": 3.5, "B": 4, "C": 3}'
  ), 'about a', 'of equals the first wins'
);
select is(
  pg_temp.category(
    '[
      {"name": "about a", "scoreRange": [1, 5], "primaryDimensions": ["ä"]},
      {"name": "about b", "scoreRange": [1, 5], "primaryDimensions": ["B", "C"]}]',
    '{"Ä": 3.9, "B": 4}'
  ), 'about b', 'only what was scored counts'
);
select is(
  pg_temp.category(
    '[
      {"name": "about c", "scoreRange": [1, 5], "primaryDimensions": ["C"]},
      {"name": "about b", "scoreRange": [1, 5], "primaryDimensions": ["B"]}]',
    '{"Ä": 5, "B": 4}'
  ), 'about b', 'a category without a scored primary dimension loses, also where the overall score is higher'
);
select is(
  pg_temp.category(
    '[
      {"name": "about c", "scoreRange": [1, 5], "primaryDimensions": ["C"]},
      {"name": "about b", "scoreRange": [1, 4], "primaryDimensions": ["B"]}]',
    '{"Ä": 5, "B": 4}'
  ), 'about c', 'and is taken where no other fits: 4.67'
);
select is(
  pg_temp.category(
    '[
      {"name": "about b", "scoreRange": [1, 5], "primaryDimensions": ["B"]},
      {"name": "all", "scoreRange": [1, 5], "primaryDimensions": []}]',
    '{"Ä": 5, "B": 4, "C": 4}'
  ), 'all', 'without primary dimensions too: 4.50'
);
select is(
  pg_temp.category(
    '[
      {"name": "b and c", "scoreRange": [1, 5], "primaryDimensions": ["B", "C"]},
      {"name": "a", "scoreRange": [1, 5], "primaryDimensions": ["Ä"]}]',
    '{"Ä": 3.3333333333333333333333333333333, "B": 3.3333333333333333333333333333333, "C": 3.3333333333333333333333333333334}'
  ),
  'b and c', 'averages are compared exactly'
);

select * from finish();
rollback;
